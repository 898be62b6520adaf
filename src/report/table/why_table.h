/* why_table.h - what limits each point, as a table. */
#ifndef REPORT_TABLE_WHY_TABLE_H
#define REPORT_TABLE_WHY_TABLE_H

#include "analysis/why.h"
#include "grid.h"
#include "reading/load.h"

/* Prints the verdict for each of the file's points. @return 0, or -1 with `error` when memory is
 * out. */
int why_table_print(const struct grid_screen *screen, const struct loaded *file,
                    const struct why_verdict *verdicts, struct error *error);

#endif
