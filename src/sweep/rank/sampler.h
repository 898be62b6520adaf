/* sampler.h - this rank's counters over time. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include "rank/repetition.h"

struct sampler {
    struct cluster *cluster;
    struct repetition *repetition;
    struct traffic *traffic; /* NULL on an idle rank */
    int64_t grid_ns;         /* when the next sample is due, coordinator's clock */
    struct traffic_sample previous;
    int64_t late_ns; /* the longest delay of a wake-up since the window began */
};

void sampler_start(struct sampler *sampler, int64_t first_ns);
/* Sleeps and samples every interval until `until_ns` (coordinator's clock) or until the sweep is to
 * stop. */
void sampler_run_until(struct sampler *sampler, int64_t until_ns);
/* Ends the running interval. @return the counters now, with times by the coordinator's clock. */
struct traffic_sample sampler_end_interval(struct sampler *sampler);
/* Begins the window: takes a sample, and records what process and threads have used so far. */
void sampler_begin_window(struct sampler *sampler);
/* Ends the window. A later call moves its end. With `interval`, ends the running interval as
 * well. */
void sampler_end_window(struct sampler *sampler, bool interval);

#endif
