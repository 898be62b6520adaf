/* measure.h - what the y axis of a chart of lines shows of a point. */
#ifndef KINDS_MEASURE_H
#define KINDS_MEASURE_H

#include "chart/chart.h"
#include "chart/kinds/series.h"

struct measure {
    const char *title; /* of the y axis, without its unit */
    const char *best;  /* heading of the second panel */
    bool log, least_is_best;
    bool has_ceiling; /* what plain TCP sockets carried can stand beside it */
    bool has_link;    /* the speed of the network interfaces, too: values are in Mbit/s */
    bool over_groups; /* x is pairs, or receivers or senders of a group, with ideal lines; else the size */
    bool is_sum;      /* over repetitions; else a median */
    /* Sets y, low, high of a valid point. @return false when the point has no such value. */
    bool (*value)(const struct point_record *point, struct series_point *value);
    const char *(*format)(double value, char text[CHART_TEXT]);
    /* Divides values for the axis; *unit names what they are in then. */
    double (*unit)(double largest, const char **unit);
};

#endif
