/* advice.h - what to write as an option's value, for the error lines on values. */
#ifndef CONFIG_ADVICE_H
#define CONFIG_ADVICE_H

#include "zmqsweep/options.h"

/* What the option's value is called: "a size". */
const char *advice_noun(const struct option_spec *spec);

/* Says what to write: "say bytes, or with K, M, G, such as 64K". @return `advice`. */
#define ADVICE_LENGTH 160
const char *advice_format(const struct option_spec *spec, char advice[ADVICE_LENGTH]);

#endif
