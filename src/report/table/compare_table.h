/* compare_table.h - a comparison as a table. */
#ifndef REPORT_TABLE_COMPARE_TABLE_H
#define REPORT_TABLE_COMPARE_TABLE_H

#include "analysis/compare.h"
#include "grid.h"

/* @return 0, or -1 with `error` when memory is out. */
int compare_table_print(const struct grid_screen *screen, const struct comparison *comparison,
                        struct error *error);

#endif
