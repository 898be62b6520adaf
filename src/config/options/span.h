/* span.h - values of OPTION_TYPE_CPUS and OPTION_TYPE_PORTS. */
#ifndef CONFIG_SPAN_H
#define CONFIG_SPAN_H

#include "zmqsweep/values.h"

/* @return 0, or -1 with `error`, which says what to write. */
int span_read_cpus(const char *word, int64_t *value, struct error *error);
int span_read_ports(const char *word, int64_t *value, struct error *error);

void span_format(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH]);

#endif
