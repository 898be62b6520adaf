/* pyzmq.h - the columns of pyzmq-bench. */
#ifndef REPORT_CSV_PYZMQ_H
#define REPORT_CSV_PYZMQ_H

#include "reading/filter.h"

#include <stdio.h>

/* Prints one row per rank and valid repetition. @return 0, or -1 with `error`. */
int pyzmq_print(FILE *out, const char *path, const struct filter *filter, struct error *error);

#endif
