/* measure.h - one repetition, as rank 0 sees it. */
#ifndef MEASURE_H
#define MEASURE_H

#include "coordinator/state.h"

double measure_wall_s(void);
/* Orders all ranks to compare the hosts' clocks, and takes part. Rank 0 only. */
void measure_clocks(struct coordinator *coordinator);
/* Orders a repetition, runs it and judges it. Its row, and the data for its other rows, are in
 * coordinator->gathering.
 * @return false when the sweep is to stop: the repetition then does not count. */
bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number,
                        int64_t round);

#endif
