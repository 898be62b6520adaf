/* series.h - points of result files as series. */
#ifndef KINDS_SERIES_H
#define KINDS_SERIES_H

#include "chart/chart.h"
#include "reading/dimensions.h"
#include "reading/load.h"

struct series_point {
    double x, y, low, high; /* low = high = y when there is no interval */
    const struct point_record *record;
};

/* What the y axis of a chart of lines shows of a point. */
struct measure {
    const char *title; /* of the y axis, without its unit */
    const char *best;  /* heading of the second panel */
    bool log, least_is_best;
    bool has_ceiling; /* the baseline can stand beside it */
    bool has_link;    /* the link's speed can stand beside it, too: values are in Mbit/s */
    bool over_groups; /* x is the number of pairs, or of receivers or senders of a group, with ideal
                         lines; else x is the size */
    bool is_sum;      /* y is a sum over repetitions; else a median */
    /* Sets y, low, high of a valid point. @return false when the point has no such value. */
    bool (*value)(const struct point_record *point, struct series_point *value);
    const char *(*format)(double value, char text[CHART_TEXT]);
    /* What to divide values by for the axis; *unit names the unit that they are in then. */
    double (*unit)(double largest, const char **unit);
};

struct series {
    char name[192]; /* what distinguishes it from the other series */
    struct series_point *points;
    size_t count, capacity;
    size_t best; /* index of the best point */
    const struct loaded *file;
    bool ceiling; /* it is of the baseline; ceilings are the last series */
};

struct series_set {
    const struct measure *measure;
    const struct dimension *x;
    const struct loaded *files;
    int file_count;
    struct series *series;
    size_t count;
};

/* Makes series of all valid points that have a value of the measure. Each series is in order of x.
 * @return 0, or -1 with `error`, also when there is no such point. After 0, release it by
 * series_free. */
int series_make(struct series_set *set, const struct measure *measure, const struct loaded *files,
                int file_count, struct error *error);
void series_free(struct series_set *set);

#endif
