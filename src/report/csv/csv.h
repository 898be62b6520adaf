/* csv.h - a table of a results file as CSV. */
#ifndef REPORT_CSV_CSV_H
#define REPORT_CSV_CSV_H

#include "reading/filter.h"

#include <stdio.h>

/* The rows that the filter accepts, which was read for this table. What is written counts only when
 * this succeeds: the table is verified while it is read. @return 0, or -1 with `error`. */
int csv_print(FILE *out, const char *path, enum table_id table, const struct filter *filter,
              struct error *error);

#endif
