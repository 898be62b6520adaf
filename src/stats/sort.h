/* sort.h - numbers in ascending order. */
#ifndef STATS_SORT_H
#define STATS_SORT_H

#include <stddef.h>

/* Sorts `values` in place; none of them is NaN. */
void sort_doubles(double *values, size_t n);

#endif
