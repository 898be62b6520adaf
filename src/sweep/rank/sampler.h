/* sampler.h - this rank's counters over time. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include "rank/repetition.h"

struct sampler {
    struct cluster *cluster;
    struct repetition *repetition;
    struct traffic *traffic; /* NULL on an idle rank */
    int64_t grid_ns;         /* of the next sample, coordinator's clock */
    struct traffic_sample previous;
    int64_t late_ns; /* since the window began: the longest time from when a sleep was to end to its
                        end */
};

void sampler_start(struct sampler *sampler, int64_t first_ns);
/* Sleeps and samples every interval until `until_ns` (coordinator's clock) or until the sweep is to
 * stop. */
void sampler_run_until(struct sampler *sampler, int64_t until_ns);
/* The running interval ends here. @return the counters now, in the coordinator's clock. */
struct traffic_sample sampler_end_interval(struct sampler *sampler);
/* The window begins: the sample, and what process and threads have used so far. */
void sampler_begin_window(struct sampler *sampler);
/* It ends here, or goes on: the last call counts. With `interval` the running interval ends as
 * well. */
void sampler_end_window(struct sampler *sampler, bool interval);

#endif
