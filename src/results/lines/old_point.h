/* old_point.h - a point in a line of its own with all its rows, as journals before schema 1.2 have
 * it. */
#ifndef RESULTS_LINES_OLD_POINT_H
#define RESULTS_LINES_OLD_POINT_H

#include "lines/line.h"
#include "rows/row_format.h"

struct old_point {
    struct point_record point;
    struct repetition_record *repetitions;
    size_t repetition_count;
    struct rank_record *ranks;
    size_t rank_count;
    struct interval_record *intervals;
    size_t interval_count;
    struct latency_record *latencies;
    size_t latency_count;
};
/* Reads the rows of a LINE_POINT. @return 0, or -1 when the rows are damaged or belong to another
 * point than the start of the line names. */
int old_point_read(const struct journal_line *line, const struct row_format *format,
                   struct old_point *rows);
/* Frees the arrays and zeroes the record. */
void old_point_clear(struct old_point *rows);

#endif
