/* rate.h - values of OPTION_TYPE_RATE and OPTION_TYPE_LOSS. */
#ifndef CONFIG_RATE_H
#define CONFIG_RATE_H

#include "zmqsweep/values.h"

/* @return 0, or -1 with `error`, which says what to write. */
int rate_read(const char *word, int64_t *value, struct error *error);
int rate_read_loss(const char *word, int64_t *value, struct error *error);

void rate_format(int64_t value, char text[CONFIG_WORD_LENGTH]);
void rate_format_loss(int64_t value, char text[CONFIG_WORD_LENGTH]);

#endif
