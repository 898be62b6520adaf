/* outliers_table.h - hosts that are slow as senders or as receivers, as a table. */
#ifndef REPORT_TABLE_OUTLIERS_TABLE_H
#define REPORT_TABLE_OUTLIERS_TABLE_H

#include "analysis/outliers.h"

#include <stdio.h>

/* `settings` are those of the points that the streams are of. */
void outliers_table_print(FILE *out, const struct outliers *outliers, const char *settings);

#endif
