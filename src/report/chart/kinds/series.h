/* series.h - points of result files as series. */
#ifndef KINDS_SERIES_H
#define KINDS_SERIES_H

#include "report_internal.h"

struct measure;

struct series_point {
    double x, y, low, high; /* low = high = y without an interval */
    const struct point_record *record;
};

struct series {
    char name[192]; /* what sets it apart from the others */
    struct series_point *points;
    size_t count, capacity;
    size_t best; /* index of the point to name */
    const struct loaded *file;
    bool ceiling; /* what plain TCP sockets carried; these come last */
};

struct series_set {
    const struct measure *measure;
    const struct dimension *x;
    const struct loaded *files;
    int file_count;
    struct series *series;
    size_t count;
};

/* Makes series of all valid points that have such a value, each by x. @return 0, or -1 with `error`, also
 * when there is no such point; else release it by series_free. */
int series_make(struct series_set *set, const struct measure *measure, const struct loaded *files,
                int file_count, struct error *error);
void series_free(struct series_set *set);

#endif
