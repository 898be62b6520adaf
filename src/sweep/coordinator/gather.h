/* gather.h - rank 0 gathers a repetition from all ranks. */
#ifndef GATHER_H
#define GATHER_H

#include "outcome/evidence.h"
#include "rank/repetition.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic_latency.h"

/* What rank 0 gathered from the last repetition. */
struct gathering {
    struct outcome *outcomes; /* by rank */
    size_t *first_interval, *bytes;
    struct interval *intervals; /* one rank's after the other's */
    size_t interval_capacity;
    struct traffic_times *times; /* one rank's after the other's */
    size_t times_capacity;
    struct histogram *all_times; /* the times of all ranks together */
    struct evidence evidence;    /* all of the above, for the rows */
    struct repetition_record row;
    unsigned flags;
};

void gather_begin(struct gathering *gathering, size_t ranks);
/* Gathers outcomes, intervals and latencies of the repetition that has just run. Collective. */
void gather_repetition(struct cluster *cluster, const struct repetition *repetition,
                       struct gathering *gathering);
void gather_end(struct gathering *gathering);

#endif
