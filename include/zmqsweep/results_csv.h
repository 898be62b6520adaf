/* results_csv.h - tables as CSV: RFC 4180, CRLF, quotes where needed.
 *
 * Doubles have the fewest digits that read back the same; NaN is empty.
 */
#ifndef ZMQSWEEP_RESULTS_CSV_H
#define ZMQSWEEP_RESULTS_CSV_H

#include "zmqsweep/results_file.h"

#include <stdio.h>

void results_csv_header(FILE *out, enum table_id table);
void results_csv_row(FILE *out, enum table_id table, const void *record);
/* The whole table. @return 0 or -1. */
int results_csv_table(FILE *out, struct results *results, enum table_id table, struct error *error);

#endif
