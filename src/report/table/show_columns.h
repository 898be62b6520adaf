/* show_columns.h - the columns of the table of points: settings that differ, and what was measured.
 */
#ifndef REPORT_TABLE_SHOW_COLUMNS_H
#define REPORT_TABLE_SHOW_COLUMNS_H

#include "grid.h"
#include "reading/dimensions.h"
#include "reading/point.h"

#define SHOW_COLUMNS_MOST 64

typedef const char *show_columns_write(const struct point_record *point, char text[NOTES]);

/* A column of the table: a dimension, or a measured value. */
struct show_column {
    struct grid_column grid;
    bool detail;               /* shown only with --wide */
    const char *name;          /* of the column in table points, when `write` is NULL */
    show_columns_write *write; /* writes the cell; NULL: the column's kind and unit decide */
    const struct dimension *dimension;
};

/* Chooses the columns for which the file's points have values; with `wide`, the details too.
 * @return how many. */
size_t show_columns_choose(const struct loaded *file, bool wide,
                           struct show_column chosen[SHOW_COLUMNS_MOST]);
const char *show_columns_cell(const struct loaded *file, const struct show_column *shown,
                              const struct point_record *point, char text[NOTES]);
/* Was the latency of any point measured? */
bool show_columns_have_latency(const struct loaded *file);

#endif
