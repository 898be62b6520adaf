/* show_columns.h - the columns of the table of points: settings that differ, and what was measured.
 */
#ifndef REPORT_TABLE_SHOW_COLUMNS_H
#define REPORT_TABLE_SHOW_COLUMNS_H

#include "grid.h"
#include "reading/dimensions.h"
#include "reading/point.h"

#define SHOW_COLUMNS_MOST 64

typedef const char *show_columns_write(const struct point_record *point, char text[NOTES]);

/* A column of the table: a dimension, or what was measured. */
struct show_column {
    struct grid_column grid;
    bool detail;               /* only with --wide */
    const char *name;          /* of the column in table points, when `write` is NULL */
    show_columns_write *write; /* NULL: by the column's kind and unit */
    const struct dimension *dimension;
};

/* The columns that the file's points have something for; with `wide` the details too. @return how
 * many. */
size_t show_columns_choose(const struct loaded *file, bool wide,
                           struct show_column chosen[SHOW_COLUMNS_MOST]);
const char *show_columns_cell(const struct loaded *file, const struct show_column *shown,
                              const struct point_record *point, char text[NOTES]);
/* Was the latency measured of any point? */
bool show_columns_have_latency(const struct loaded *file);

#endif
