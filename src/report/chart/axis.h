/* axis.h - ends and ticks of an axis, the same in gnuplot's pictures and in the page. Pure. */
#ifndef CHART_AXIS_H
#define CHART_AXIS_H

#include "zmqsweep/format.h"

#include <stdbool.h>
#include <stddef.h>

#define AXIS_TEXT FORMAT_BYTES
#define AXIS_MOST_TICKS 32

struct axis_tick {
    double at;
    char label[AXIS_TEXT];
};

/* All numbers are in the unit of the data; a back end divides them by `unit` before it prints them
 * on the axis. */
struct axis {
    char title[AXIS_TEXT]; /* "": none */
    bool log;
    double low, high;
    double unit;
    const char *unit_name;   /* of static storage, NULL: none */
    struct axis_tick *ticks; /* malloc'd, ascending; NULL: a back end puts ticks at round numbers */
    size_t tick_count;
    bool long_labels; /* labels need more room than there is between ticks */
    const char *(*format)(double value,
                          char text[AXIS_TEXT]); /* a value and its unit; may be NULL */
};

/* A step of 1, 2 or 5 times a power of ten that makes at most `most` steps of `top`. */
double axis_nice_step(double top, double most);
/* Sets ticks at 1, 2, 5 and so on between the ends, as dense as suits the range. @return how many.
 */
size_t axis_log_ticks(double low, double high, double ticks[AXIS_MOST_TICKS]);
/* Sets ticks at equal steps from 0 to `top`. @return how many. */
size_t axis_linear_ticks(double top, double ticks[AXIS_MOST_TICKS]);
/* Sets the ends with room around the data: a logarithmic axis gets room on both sides, any other
 * axis starts at 0. */
void axis_set_range(struct axis *axis, double least, double most);
/* Sets the ends of a logarithmic x axis so that the points at both ends are drawn whole. */
void axis_set_point_range(struct axis *axis, double least, double most);
/* "throughput in Gbit/s", or only the part that the axis has. @return `text`. */
const char *axis_label(const struct axis *axis, char text[2 * AXIS_TEXT]);

#endif
