/* evidence.h - all that rank 0 knows about a repetition from all ranks, and judges it by. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "outcome/outcome.h"

#include "zmqsweep/plan.h"

struct evidence {
    const struct point *point;
    const struct plan_layout *layout;
    int32_t repetition;
    int32_t ranks;
    const struct outcome *outcomes;   /* by rank; `ranks` of them */
    const struct interval *intervals; /* one rank's after the other's */
    const size_t *first_interval;     /* by rank: index of its first interval */
    const struct timeline *timeline;
    const int32_t *hosts;    /* by rank: index of its host */
    const int32_t *cores;    /* by rank: physical cores that it may run on */
    const int64_t *host_ids; /* by host: its number in the file */
    double start_s;
    bool disk_busy; /* the journal was being brought to disk when the window began */
};

#endif
