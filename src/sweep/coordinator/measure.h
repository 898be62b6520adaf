/* measure.h - one repetition, as rank 0 sees it. */
#ifndef MEASURE_H
#define MEASURE_H

#include "coordinator/state.h"

double measure_wall_s(void);
/* Compares the clocks of all hosts. Collective, by an order. */
void measure_clocks(struct coordinator *coordinator);
/* Orders a repetition, runs it and judges it: its row and what its other rows are made of are in
 * the gathering.
 * @return false when the sweep is to stop; then it counts for nothing. */
bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number,
                        int64_t round);

#endif
