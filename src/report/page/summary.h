/* summary.h - the figures at the head of a page. */
#ifndef PAGE_SUMMARY_H
#define PAGE_SUMMARY_H

#include "reading/load.h"

#include <stdio.h>

/* Prints the highest throughput and message rate, the loss, and how many points there are. */
void summary_write(FILE *out, const struct loaded *files, int count);

#endif
