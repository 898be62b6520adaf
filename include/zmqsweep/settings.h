/* settings.h - the options in force, and where each came from. */
#ifndef ZMQSWEEP_SETTINGS_H
#define ZMQSWEEP_SETTINGS_H

#include "zmqsweep/error.h"
#include "zmqsweep/options.h"

#include <stddef.h>

/* Where a setting came from; the larger wins. */
enum setting_source {
    SOURCE_DEFAULT,
    SOURCE_PRESET,
    SOURCE_FILE,
    SOURCE_ENVIRONMENT,
    SOURCE_COMMAND_LINE
};

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

/* Reads command line, environment (NAME=VALUE strings, NULL-terminated) and the sweep file that
 * --config names, and the preset that --preset or --short names out of `presets` (ended by a NULL
 * name). Checks every value by itself, and that --count and --duration do not come from the same
 * source (the higher source wins: a --duration on the command line unsets a preset's count, and the
 * other way round; a `count` that is unset has the keyword's value). The same holds for
 * --repetitions and --precision; options that need --precision are rejected where no source sets
 * it.
 * @return 0, or -1 with one line in `error` that says what, where (command line, ZMQSWEEP_X,
 * file:line) and what would be right; then *settings owns nothing. */
int config_read(int argc, char *const *argv, char *const *environment, const struct preset *presets,
                struct settings *settings, struct error *error);
void config_free(struct settings *settings);

/* The single value of an option that is no list (for a list: the first). */
int64_t config_value(const struct settings *settings, enum option_id id);
bool config_flag(const struct settings *settings, enum option_id id);
const char *config_text(const struct settings *settings, enum option_id id);
/* Replaces an option's text where the default is made at run time. @return 0, or -1 when memory is
 * out. */
int config_set_text(struct settings *settings, enum option_id id, const char *text);
bool config_given(const struct settings *settings, enum option_id id); /* not the default */

#endif
