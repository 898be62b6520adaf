/* filter.h - --where: which points a report is about. */
#ifndef REPORT_READING_FILTER_H
#define REPORT_READING_FILTER_H

#include "zmqsweep/results.h"

#include <stdbool.h>

#define FILTER_MOST_TERMS 16
#define FILTER_BYTES 1024

enum filter_operator {
    FILTER_IS,
    FILTER_IS_NOT,
    FILTER_IS_LESS,
    FILTER_IS_AT_MOST,
    FILTER_IS_MORE,
    FILTER_IS_AT_LEAST
};

struct filter_term {
    const struct column *column;
    bool of_points; /* the column is of table points; else of the other table */
    enum filter_operator sign;
    double number;
    char text[FILTER_BYTES];
};

struct filter {
    struct filter_term terms[FILTER_MOST_TERMS];
    size_t count;
};

/* Reads a filter such as "pattern=pub-sub,size>=64K"; a comma means "and". Columns have their own
 * names and the names of zmqsweep's options. A name is looked up first among the columns of points,
 * then among those of `other`; TABLE_POINTS means that there is no other table. A NULL text gives
 * the filter that accepts everything. @return 0, or -1 with `error`. */
int filter_read(const char *text, enum table_id other, struct filter *filter, struct error *error);
bool filter_accepts_point(const struct filter *filter, const struct point_record *point);
/* Whether the terms about the other table accept its row. */
bool filter_accepts_row(const struct filter *filter, const void *record);

#endif
