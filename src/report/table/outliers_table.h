/* outliers_table.h - hosts that are slow as senders or as receivers, as a table. */
#ifndef REPORT_TABLE_OUTLIERS_TABLE_H
#define REPORT_TABLE_OUTLIERS_TABLE_H

#include "analysis/outliers.h"

#include <stdio.h>

/* Prints the table. `settings` are those of the points to which the streams belong. */
void outliers_table_print(FILE *out, const struct outliers *outliers, const char *settings);

#endif
