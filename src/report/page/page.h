/* page.h - results as one page of HTML. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "report_internal.h"

/* Prints the page of all points of the files; a NULL title is that of the first file's run. @return 0, or -1
 * with `error` when out of memory. */
int page_write(FILE *out, const char *title, const struct loaded *files, int count, struct error *error);

#endif
