/* options.h - the option table.
 *
 * One table defines every option once. Command line (--send-mode), environment
 * (ZMQSWEEP_SEND_MODE), sweep file (send-mode = ...), --help, the manual page and the record in the
 * results all come from it.
 */
#ifndef ZMQSWEEP_OPTIONS_H
#define ZMQSWEEP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

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
    OPTION_TYPE_FLAG      /* no argument; 0 or 1; in file and environment: yes/no, true/false, 1/0,
                             on/off */
};

/* The value that an option's keyword ("auto", "system", "all", "none") stands for. */
#define OPTION_KEYWORD ((int64_t)-1)

struct option_spec {
    const char *name; /* as on the command line, without "--" */
    enum option_type type;
    bool list; /* takes a comma-separated list and ranges: a dimension of the sweep */
    const char
        *fallback; /* default, in the option's own syntax; "" for text and flags that are unset */
    const char *keyword;        /* a word that stands for OPTION_KEYWORD, or NULL */
    const char *const *choices; /* NULL-terminated, for OPTION_TYPE_CHOICE, else NULL */
    int64_t minimum, maximum;   /* inclusive, of the numeric types */
    const char
        *implied; /* its value where it stands alone on the command line, or NULL: not allowed */
    const char *metavar; /* what --help calls the value, NULL for a flag */
    const char *help;    /* one sentence or two, no final newline */
};

extern const struct option_spec config_options[OPTION_TOTAL];

/* The option of that name; OPTION_TOTAL: there is none. */
enum option_id config_find(const char *name);

#endif
