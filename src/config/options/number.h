/* number.h - numbers with a unit: values of OPTION_TYPE_BYTES, INTEGER, DURATION and SHARE. */
#ifndef CONFIG_NUMBER_H
#define CONFIG_NUMBER_H

#include "zmqsweep/values.h"

enum number_status {
    NUMBER_GOOD,
    NUMBER_MALFORMED, /* not a number, or an unknown unit */
    NUMBER_UNITLESS,  /* a time without a unit */
    NUMBER_NOT_WHOLE, /* not a whole number of bytes, nanoseconds or millionths */
    NUMBER_HUGE       /* needs more than 63 bits */
};

bool number_is_type(enum option_type type);
/* Reads digits, an optional point with more digits, and a unit. Sets *value only when the result is
 * a whole number that fits into 63 bits. */
enum number_status number_read(enum option_type type, const char *word, int64_t *value);
/* Writes the number in the largest unit of which it is a multiple, so that nothing is rounded. */
void number_format(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH]);

#endif
