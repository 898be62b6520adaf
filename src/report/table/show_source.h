/* show_source.h - where a file comes from: its hosts and its environment. */
#ifndef REPORT_TABLE_SHOW_SOURCE_H
#define REPORT_TABLE_SHOW_SOURCE_H

#include "grid.h"
#include "reading/load.h"

/* @return 0, or -1 with `error` when memory is out. */
int show_source_print_hosts(const struct grid_screen *screen, bool wide, const struct loaded *file,
                            struct error *error);
void show_source_print_environment(const struct grid_screen *screen, const struct loaded *file);

#endif
