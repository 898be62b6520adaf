/* points.h - the table of points. */
#ifndef PAGE_POINTS_H
#define PAGE_POINTS_H

#include "reading/load.h"

#include <stdio.h>

/* Prints a row for each point of the files. */
void points_write(FILE *out, const struct loaded *files, int count);

#endif
