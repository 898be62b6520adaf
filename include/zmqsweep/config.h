/* config.h - all of zmqsweep's configuration: options, their values, the settings; help and manual
 * page. */
#ifndef ZMQSWEEP_CONFIG_H
#define ZMQSWEEP_CONFIG_H

#include "zmqsweep/options.h"
#include "zmqsweep/settings.h"
#include "zmqsweep/values.h"

#include <stdio.h>

void config_print_help(FILE *out, const struct preset *presets);
/* The manual page zmqsweep(1) in man(7) macros. `date` is ISO 8601, `version` the program's. */
void config_print_manual(FILE *out, const struct preset *presets, const char *date,
                         const char *version);

#endif
