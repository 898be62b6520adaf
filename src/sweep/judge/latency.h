/* latency.h - makes rows and percentiles of latency from the ranks' times. */
#ifndef LATENCY_H
#define LATENCY_H

#include "outcome/evidence.h"

#include "zmqsweep/cluster.h"
#include "zmqsweep/histogram.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic_latency.h"

/* The hosts' clock offsets, by host, from before the repetition and from after it. */
struct latency_clocks {
    const struct cluster_clock *before, *after;
};

/* Do latencies of the point depend on the clocks of several hosts? Then clocks are compared before
 * and after each repetition. */
bool latency_needs_clocks(const struct point *point, int32_t hosts);
/* How far off the offset of `before` may have been at any time until `after`, in ns. */
int64_t latency_clock_error_ns(struct cluster_clock before, struct cluster_clock after);
/* Fills the latencies of the repetition's row. `times` has the times of rank 0, then those of rank
 * 1, and so on; *all becomes the histogram of all of them. `clocks` is NULL if the latencies do not
 * depend on the clocks of several hosts. */
void latency_judge(const struct evidence *evidence, const struct traffic_times *times,
                   const struct latency_clocks *clocks, struct histogram *all,
                   struct repetition_record *row);
/* The row of a bucket of a rank. */
struct latency_record latency_row(const struct evidence *evidence, int32_t rank,
                                  const struct traffic_times *times);

#endif
