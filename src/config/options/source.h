/* source.h - which source may set which option, and by what name. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include "zmqsweep/settings.h"

/* An option's environment variable is this prefix and the option's name in capitals:
 * ZMQSWEEP_SEND_MODE. */
#define SOURCE_PREFIX "ZMQSWEEP_"

/* Whether this source may set the option. --help, --version and --config belong to the command
 * line, but the environment may name a sweep file, too. A preset sets only options of the sweep. */
bool source_allows(enum option_id id, enum setting_source source);

/* The name of an option's environment variable. @return `name`. */
#define SOURCE_VARIABLE_LENGTH 64
const char *source_variable(enum option_id id, char name[SOURCE_VARIABLE_LENGTH]);

/* Among the options that this source may set, the name nearest to the unknown `word`, or NULL. */
const char *source_nearest_option(const char *word, enum setting_source source);

#endif
