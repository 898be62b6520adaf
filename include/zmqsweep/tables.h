/* tables.h - the tables and their columns.
 *
 * Every table is defined once, by its columns: the HDF5 file, the journal, CSV and the checks of a
 * reader follow from them.
 */
#ifndef ZMQSWEEP_TABLES_H
#define ZMQSWEEP_TABLES_H

#include "zmqsweep/records.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum table_id {
    TABLE_POINTS,
    TABLE_REPETITIONS,
    TABLE_RANKS,
    TABLE_INTERVALS,
    TABLE_LATENCY, /* the last table whose rows belong to a point */
    TABLE_HOSTS,
    TABLE_ENVIRONMENT,
    TABLE_TOTAL
};

enum column_kind { COLUMN_INT64, COLUMN_FLOAT64, COLUMN_UINT8, COLUMN_STRING };

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset; /* in the record */
    size_t width;  /* in bytes; a string's width includes its NUL */
    const char *unit;
    const char *long_name;
    int64_t missing; /* the integer that stands for an unknown value */
    bool later;      /* newer than schema 1.0: in files without it the value is missing */
};

/* The most columns that a table may have. */
#define TABLE_COLUMNS_MAX 96

struct table_spec {
    const char *name; /* of the dataset, without "/" */
    const char *description;
    const struct column *columns;
    size_t column_count;
    size_t record_bytes; /* sizeof the record */
    /* The column of table points that was added to the schema together with this table: in files
     * without that column the table has no rows. NULL: the table is in schema 1.0. */
    const char *came_with;
};

extern const struct table_spec result_tables[TABLE_TOTAL];

/* The members of struct run_record that are root attributes of the file and members of the
 * journal's first line. */
extern const struct column results_run_columns[];
extern const size_t results_run_column_count;

/* Sets every field to its missing value: NaN, the column's `missing`, or "". */
void results_set_missing(enum table_id table, void *record);
/* Index of the table of that name, or -1. */
int results_table_named(const char *name);

#endif
