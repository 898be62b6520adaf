/* latency.h - from the ranks' times to rows and percentiles. */
#ifndef LATENCY_H
#define LATENCY_H

#include "outcome/evidence.h"

#include "zmqsweep/cluster.h"
#include "zmqsweep/histogram.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic_latency.h"

/* How the hosts' clocks were compared, by host, before the repetition and after it. */
struct latency_clocks {
    const struct cluster_clock *before, *after;
};

/* Do messages of the point go to other hosts and are timed one way? Then clocks are compared before
 * and after each repetition. */
bool latency_needs_clocks(const struct point *point, int32_t hosts);
/* How far off an offset that was found at `before` may have been at any time until `after`. */
int64_t latency_clock_error_ns(struct cluster_clock before, struct cluster_clock after);
/* Fills the latencies of the repetition's row. `times` are those of rank 0, then rank 1 ...; *all
 * becomes their sum. `clocks` NULL: no clock but the coordinator's counts. */
void latency_judge(const struct evidence *evidence, const struct traffic_times *times,
                   const struct latency_clocks *clocks, struct histogram *all,
                   struct repetition_record *row);
/* The row of one of a rank's buckets. */
struct latency_record latency_row(const struct evidence *evidence, int32_t rank,
                                  const struct traffic_times *times);

#endif
