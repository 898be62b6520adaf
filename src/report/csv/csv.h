/* csv.h - a table of a results file as CSV. */
#ifndef REPORT_CSV_CSV_H
#define REPORT_CSV_CSV_H

#include "reading/filter.h"

#include <stdio.h>

/* Prints the table's rows that the filter accepts. The filter must have been read for this table.
 * The table is verified while it is read, so the output is good only after success. @return 0, or
 * -1 with `error`. */
int csv_print(FILE *out, const char *path, enum table_id table, const struct filter *filter,
              struct error *error);

#endif
