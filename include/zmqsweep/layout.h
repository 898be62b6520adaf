/* layout.h - which rank has which role in a point. Pure. */
#ifndef ZMQSWEEP_LAYOUT_H
#define ZMQSWEEP_LAYOUT_H

#include "zmqsweep/error.h"
#include "zmqsweep/point.h"

struct plan_assignment {
    enum role role;
    int32_t group; /* -1 when idle */
    int32_t index; /* among the group's senders or receivers */
};

struct plan_layout {
    int32_t groups, senders, receivers; /* senders and receivers in each group */
    int32_t *ranks; /* of group g: senders, then receivers, from g x (senders + receivers) on */
    struct plan_assignment *assignments; /* by rank */
};

/* Assigns the ranks of a job to the roles of one point by its placement: `listed` gives group g the
 * ranks from 1 + g(S + R) on; the others fill the hosts evenly. `hosts` may be NULL (all ranks on
 * one host).
 * @return 0, or -1 with the numbers that do not fit in `error`. */
int plan_layout_make(const struct point *point, const int32_t *hosts, int32_t ranks,
                     struct plan_layout *layout, struct error *error);
void plan_layout_free(struct plan_layout *layout);
int32_t plan_layout_sender(const struct plan_layout *layout, int32_t group, int32_t index);
int32_t plan_layout_receiver(const struct plan_layout *layout, int32_t group, int32_t index);
/* The number of ranks that send or receive. The coordinator does neither. */
int32_t plan_ranks_in_use(const struct point *point);
/* Do two points give the same ranks the same roles? */
bool plan_same_layout(const struct point *a, const struct point *b);

#endif
