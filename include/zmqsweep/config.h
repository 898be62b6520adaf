/* config.h - the option table and the settings read from it.
 *
 * One table defines every option once. Command line (--send-mode), environment (ZMQSWEEP_SEND_MODE), sweep
 * file (send-mode = ...), --help, the manual page and the record in the results all come from it.
 */
#ifndef ZMQSWEEP_CONFIG_H
#define ZMQSWEEP_CONFIG_H

#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_id {
    /* dimensions: each takes a list */
    OPTION_PATTERN,
    OPTION_TRANSPORT,
    OPTION_SECURITY,
    OPTION_SIZE,
    OPTION_SEND_MODE,
    OPTION_RECEIVE_MODE,
    OPTION_SNDHWM,
    OPTION_RCVHWM,
    OPTION_PAIRS,
    OPTION_RECEIVERS_PER_SENDER,
    OPTION_SENDERS_PER_RECEIVER,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_IO_THREADS,
    OPTION_SNDBUF,
    OPTION_RCVBUF,
    OPTION_RATE,
    OPTION_SENDER_CPUS,
    OPTION_RECEIVER_CPUS,
    /* run control */
    OPTION_IO_CPUS,
    OPTION_FIND_RATE,
    OPTION_LATENCY,
    OPTION_PLACEMENT,
    OPTION_MATRIX,
    OPTION_BASELINE,
    OPTION_WARMUP,
    OPTION_REPETITIONS,
    OPTION_PRECISION,
    OPTION_MIN_REPETITIONS,
    OPTION_MAX_REPETITIONS,
    OPTION_MAX_TIME,
    OPTION_INTERVAL,
    OPTION_TIMEOUT,
    OPTION_ORDER,
    OPTION_ORDER_SEED,
    OPTION_SPREAD,
    OPTION_BIND,
    OPTION_INTERFACE,
    OPTION_PORT_RANGE,
    OPTION_WRITE_DIR,
    OPTION_WRITE_BUFFER,
    OPTION_OUTPUT,
    OPTION_FORCE,
    OPTION_RESUME,
    OPTION_PRESET,
    OPTION_SHORT,
    OPTION_CONFIG,
    OPTION_DRY_RUN,
    OPTION_LOG_LEVEL,
    OPTION_VERSION,
    OPTION_HELP,
    OPTION_TOTAL
};

enum option_type {
    OPTION_TYPE_CHOICE,   /* one of `choices`; the value is its index */
    OPTION_TYPE_BYTES,    /* 64, 1K, 4M, 1G: powers of 1024 */
    OPTION_TYPE_INTEGER,  /* 1000; K, M, G are powers of 1000 */
    OPTION_TYPE_DURATION, /* 1s, 200ms, 50us, 2min, 1.5s; the value is in ns */
    OPTION_TYPE_SHARE,    /* 5%, 0.1%: the value is in millionths */
    OPTION_TYPE_CPUS,     /* numa:0, core:0-3, pu:2, package:1, nic; see config_cpus */
    OPTION_TYPE_PORTS,    /* 43000-43999; see config_ports */
    OPTION_TYPE_RATE,     /* 10K messages/s, 500Mbit; powers of 1000; see config_rate */
    OPTION_TYPE_LOSS,     /* loss=0.1%; the value is in 1e-9 */
    OPTION_TYPE_TEXT,     /* taken as it is; has no values */
    OPTION_TYPE_FLAG      /* no argument; 0 or 1; in file and environment: yes/no, true/false, 1/0, on/off */
};

/* What a `keyword` ("auto", "system", "all", "none") stands for among the values. */
#define OPTION_KEYWORD ((int64_t)-1)

struct option_spec {
    const char *name; /* as on the command line, without "--" */
    enum option_type type;
    bool list;            /* takes a comma-separated list and ranges: a dimension of the sweep */
    const char *fallback; /* default, in the option's own syntax; "" for text and flags that are unset */
    const char *keyword;  /* a word that stands for OPTION_KEYWORD, or NULL */
    const char *const *choices; /* NULL-terminated, for OPTION_TYPE_CHOICE, else NULL */
    int64_t minimum, maximum;   /* inclusive, of the numeric types */
    const char *implied;        /* what the option says when it stands alone on the command line, or NULL */
    const char *metavar;        /* what --help calls the value, NULL for a flag */
    const char *help;           /* one sentence or two, no final newline */
};

extern const struct option_spec config_options[OPTION_TOTAL];

/* The option of that name; OPTION_TOTAL: there is none. */
enum option_id config_find(const char *name);

/* Where a setting came from; the larger wins. */
enum setting_source { SOURCE_DEFAULT, SOURCE_PRESET, SOURCE_FILE, SOURCE_ENVIRONMENT, SOURCE_COMMAND_LINE };

struct setting {
    enum setting_source source;
    char *text;      /* as given, or the default; owned; never NULL */
    int64_t *values; /* `count` values; owned; NULL for OPTION_TYPE_TEXT */
    size_t count;
};

struct settings {
    struct setting items[OPTION_TOTAL];
};

/* A named set of option texts, below the sweep file and above the defaults in rank. */
struct preset {
    const char *name;
    const char *description;
    const char *const (*pairs)[2]; /* option name, text; ended by {NULL, NULL} */
};

/* Reads command line, environment (NAME=VALUE strings, NULL-terminated) and the sweep file that --config
 * names, and the preset that --preset or --short names out of `presets` (ended by a NULL name). Checks every
 * value by itself, and that --count and --duration do not come from the same source (the higher source wins:
 * a --duration on the command line unsets a preset's count, and the other way round; a `count` that is unset
 * has the keyword's value). The same holds for --repetitions and --precision; what only --precision gives a
 * meaning is refused where no source gives that.
 * @return 0, or -1 with one line in `error` that says what, where (command line, ZMQSWEEP_X, file:line) and
 * what would be right; then *settings owns nothing. */
int config_read(int argc, char *const *argv, char *const *environment, const struct preset *presets,
                struct settings *settings, struct error *error);
void config_free(struct settings *settings);

/* The single value of an option that is no list (for a list: the first). */
int64_t config_value(const struct settings *settings, enum option_id id);
bool config_flag(const struct settings *settings, enum option_id id);
const char *config_text(const struct settings *settings, enum option_id id);
/* Replaces an option's text where the default is made at run time. @return 0, or -1 when memory is out. */
int config_set_text(struct settings *settings, enum option_id id, const char *text);
bool config_given(const struct settings *settings, enum option_id id); /* not the default */

/* The word for a value: a choice's name, the keyword, or the number in the option's own units
 * ("64K", "1000", "200ms"), such that parsing it gives the value again. @return `text`. */
#define CONFIG_WORD_LENGTH 32
const char *config_format(enum option_id id, int64_t value, char text[CONFIG_WORD_LENGTH]);

/* Parses one option text by the rules of its table entry, lists and geometric ranges ("64:1M:x4") included.
 * @return 0 and *values (malloc'd, 1 or more, no value twice) and *count, or -1. */
int config_parse(enum option_id id, const char *text, int64_t **values, size_t *count, struct error *error);

/* A value of OPTION_TYPE_CPUS: objects `first` to `last` of a kind, by hwloc's logical numbers. */
enum cpus_kind { CPUS_NUMA, CPUS_CORE, CPUS_PU, CPUS_PACKAGE, CPUS_NIC };
struct config_cpus {
    enum cpus_kind kind;
    int first, last; /* 0 for CPUS_NIC: the NUMA node next to the network interface in use */
};
struct config_cpus config_cpus(int64_t value);
/* Is a list as the kernel writes it, such as "0-3,8", a single processing unit? Not so "". */
bool config_is_one_cpu(const char *list);

/* A value of OPTION_TYPE_PORTS: TCP ports `first` to `last`. */
struct config_ports {
    int first, last;
};
struct config_ports config_ports(int64_t value);

/* A value of OPTION_TYPE_RATE that is not the keyword: what each sender is to send per second. */
struct config_rate {
    bool bits;     /* bits of payload, else messages */
    int64_t per_s; /* 1 or more */
};
struct config_rate config_rate(int64_t value);

void config_print_help(FILE *out, const struct preset *presets);
/* The manual page zmqsweep(1) in man(7) macros. `date` is ISO 8601, `version` the program's. */
void config_print_manual(FILE *out, const struct preset *presets, const char *date, const char *version);

#endif
