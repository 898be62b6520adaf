/* show.h - a results file as tables on the terminal. */
#ifndef REPORT_TABLE_SHOW_H
#define REPORT_TABLE_SHOW_H

#include "analysis/why.h"
#include "grid.h"
#include "reading/load.h"

struct show_options {
    bool wide;               /* all columns, however wide the terminal is */
    bool hosts, environment; /* print these instead of the points */
};

/* Prints a heading, then the file's points in their order, or what the options ask for. With
 * `verdicts`, one per point, it prints what limits the points instead of what was measured; NULL
 * for none. @return 0, or -1 with `error` when memory is out. */
int show_print(const struct grid_screen *screen, const struct show_options *options,
               const struct loaded *file, const struct why_verdict *verdicts, struct error *error);

#endif
