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
/* A number of any kind; NaN for strings. */
double column_number(const struct column *column, const void *record);
/* <0, 0, >0; missing values come last. */
int column_compare(const struct column *column, const void *a, const void *b);
/* The value as a cell has it: by kind and unit. */
const char *column_format(const struct column *column, const void *record, char text[CELL]);
/* Seconds as zmqsweep's options write them: "200ms"; "-" for what is no time. */
const char *column_format_duration(double seconds, char text[CELL]);

/* ---- --sort ---- */

#define COLUMN_MOST_KEYS 8

struct column_keys {
    const struct column *columns[COLUMN_MOST_KEYS];
    bool down[COLUMN_MOST_KEYS]; /* from the largest down */
    size_t count;
};

/* Reads "pattern,-size": columns of table points. NULL text gives no keys. @return 0, or -1 with
 * `error`. */
int column_read_keys(const char *text, struct column_keys *keys, struct error *error);
/* Sorts points by the keys, and what is equal by point_id. */
void column_sort_points(const struct column_keys *keys, struct point_record *points, size_t count);

#endif
