/* state.h - what rank 0 knows while it runs a sweep. */
#ifndef STATE_H
#define STATE_H

#include "console/progress.h"
#include "coordinator/gather.h"
#include "points/ledger.h"

#include "zmqsweep/stats.h"
#include "zmqsweep/sweep.h"

/* What is not yet printed, because it may not be on disk: the last repetition, and the round that
 * ended with it. */
struct pending {
    bool has_repetition, has_round;
    struct point point;
    struct repetition_record row;
    double seconds_left;
    struct round_summary round;
};

struct coordinator {
    struct cluster *cluster;
    const struct job *job;
    const struct settings *settings;
    const struct plan *plan;
    struct journal *journal;
    struct repetition repetition;
    struct gathering gathering;
    struct ledger ledger;
    struct pending pending;
    uint64_t seed;           /* seed of the random orders */
    uint32_t *order;         /* order of the points in this round */
    int64_t measured;        /* repetitions measured in this session */
    int64_t printed;         /* how many points' lines were printed */
    int32_t *cores;          /* by rank: physical cores that it may run on */
    int64_t *host_ids;       /* by host of the cluster: its number in the file */
    const char **host_names; /* of the cluster's hosts */
    int64_t *offsets_before_ns;
    struct cluster_clock *clocks_before,
        *clocks_after;              /* by host, around a repetition that needs them */
    double began_s, clocks_s;       /* when the sweep began, when clocks were last compared */
    struct stats_schedule schedule; /* schedule of looks; empty without --precision */
    double heartbeat_s;             /* when the last sign of life was sent */
    bool interrupted;
};

#endif
