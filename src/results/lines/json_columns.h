/* json_columns.h - the columns of a journal as its first line names them. */
#ifndef RESULTS_LINES_JSON_COLUMNS_H
#define RESULTS_LINES_JSON_COLUMNS_H

#include "rows/row_format.h"

#include <jansson.h>

/* For each table its columns as pairs of name and type, as numpy writes types ("<i8", "<f8", "|u1",
 * "|S16"): the fields of a packed row. New reference, NULL when memory is out. */
json_t *json_columns_write(void);
/* Reads such an object. For tables that it lacks, the format has our columns. */
void json_columns_read(const json_t *columns, struct row_format *format);

#endif
