/* json_rows.h - records to and from arrays of JSON. */
#ifndef RESULTS_LINES_JSON_ROWS_H
#define RESULTS_LINES_JSON_ROWS_H

#include "rows/row_format.h"

#include <jansson.h>

/* New references, or NULL when memory is out. */
json_t *json_rows_value(const struct column *column, const void *record);
json_t *json_rows_from_record(const struct table_spec *table, const void *record);
json_t *json_rows_from_records(enum table_id id, const void *records, size_t count);

/* Each @return 0, or -1 when the value is not what the table says. */
int json_rows_to_value(const struct column *column, const json_t *value, void *record);
int json_rows_to_record(const json_t *row, enum table_id id, const struct row_format *format,
                        void *record);
/* Appends the rows of `array` to *records; an absent array is empty. On error the rows that
 * *records had before stay. */
int json_rows_append(const json_t *array, enum table_id id, const struct row_format *format,
                     void **records, size_t *count);

#endif
