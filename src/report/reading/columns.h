/* columns.h - the columns of a table: by name, as numbers, as cells, and to sort by. */
#ifndef REPORT_READING_COLUMNS_H
#define REPORT_READING_COLUMNS_H

#include "zmqsweep/format.h"
#include "zmqsweep/results.h"

#include <stdbool.h>

#define CELL FORMAT_BYTES /* bytes of a cell of a table */

/* The column of that name or alias in the table, or NULL. */
const struct column *column_named(enum table_id table, const char *name, size_t length);
/* The nearest known name to `name`, or NULL. */
const char *column_nearest(enum table_id table, const char *name, size_t length);
/* The column's value as a number, whatever its numeric type; NaN for strings. */
double column_number(const struct column *column, const void *record);
/* Compares the column of two records. @return < 0, 0 or > 0; missing values come last. */
int column_compare(const struct column *column, const void *a, const void *b);
/* Formats the value as a cell, by its type and unit. @return `text`. */
const char *column_format(const struct column *column, const void *record, char text[CELL]);
/* Formats seconds as zmqsweep's options write them: "200ms"; "-" for a value that is no time.
 * @return `text`. */
const char *column_format_duration(double seconds, char text[CELL]);

/* ---- --sort ---- */

#define COLUMN_MOST_KEYS 8

struct column_keys {
    const struct column *columns[COLUMN_MOST_KEYS];
    bool down[COLUMN_MOST_KEYS]; /* true: largest value first */
    size_t count;
};

/* Reads keys such as "pattern,-size", which are columns of table points. A NULL text gives no keys.
 * @return 0, or -1 with `error`. */
int column_read_keys(const char *text, struct column_keys *keys, struct error *error);
/* Sorts points by the keys, and points with equal keys by point_id. */
void column_sort_points(const struct column_keys *keys, struct point_record *points, size_t count);

#endif
