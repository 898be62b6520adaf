/* page.h - results as one page of HTML. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "reading/load.h"

#include <stdio.h>

/* Prints the page of all points of the files. A NULL title stands for the title of the first file's
 * run. */
void page_write(FILE *out, const char *title, const struct loaded *files, int count);

#endif
