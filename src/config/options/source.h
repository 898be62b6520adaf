/* source.h - which source may set which option, and by what name. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include "zmqsweep/settings.h"

/* The environment variable of an option is this and its name in capitals: ZMQSWEEP_SEND_MODE. */
#define SOURCE_PREFIX "ZMQSWEEP_"

/* Whether an option may be set by this source: --help, --version and --config belong to the command
 * line, though the environment may name a sweep file; a preset has only settings of the sweep. */
bool source_allows(enum option_id id, enum setting_source source);

/* The name of an option's environment variable. @return `name`. */
#define SOURCE_VARIABLE_LENGTH 64
const char *source_variable(enum option_id id, char name[SOURCE_VARIABLE_LENGTH]);

/* The name nearest to an unknown one that this source may set, or NULL. */
const char *source_nearest_option(const char *word, enum setting_source source);

#endif
