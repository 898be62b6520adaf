/* advice.h - what would be right for an option, for the error lines on its values. */
#ifndef CONFIG_ADVICE_H
#define CONFIG_ADVICE_H

#include "zmqsweep/options.h"

/* What the option's value is called: "a size". */
const char *advice_noun(const struct option_spec *spec);

/* What to write: "say bytes, or with K, M, G, such as 64K". @return `advice`. */
#define ADVICE_LENGTH 160
const char *advice_format(const struct option_spec *spec, char advice[ADVICE_LENGTH]);

#endif
