/* compare_csv.h - comparisons as CSV. */
#ifndef REPORT_CSV_COMPARE_CSV_H
#define REPORT_CSV_COMPARE_CSV_H

#include "analysis/compare.h"

#include <stdio.h>

void compare_csv_header(FILE *out);
/* Prints one row per pair of points. The labels of several jobs are joined by blanks. @return 0, or
 * -1 with `error` when memory is out. */
int compare_csv_print(FILE *out, const struct comparison *comparison, struct error *error);

#endif
