/* ranks.c - how many of the job's ranks, and which, the points of a plan need. */
#include "zmqsweep/plan.h"

int32_t plan_ranks_needed(const struct plan *plan)
{
    int32_t most = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int32_t ranks = 1 + plan_ranks_in_use(&point);
        most = ranks > most ? ranks : most;
    }
    return most;
}

void plan_mark_ranks_in_use(const struct plan *plan, bool *busy)
{
    struct point before = {.pairs = 0};
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        struct plan_layout layout;
        if (plan_same_layout(&point, &before) ||
            plan_layout_make(&point, plan->hosts, plan->ranks, &layout, NULL)) {
            continue;
        }
        for (int32_t i = 0; i < plan_ranks_in_use(&point); i++) {
            busy[layout.ranks[i]] = true;
        }
        plan_layout_free(&layout);
        before = point;
    }
}

void plan_mark_writers(const struct plan *plan, bool *writes)
{
    struct point before = {.pairs = 0};
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        struct plan_layout layout;
        if (point.receive_mode != RECEIVE_WRITE || plan_same_layout(&point, &before) ||
            plan_layout_make(&point, plan->hosts, plan->ranks, &layout, NULL)) {
            continue;
        }
        for (int32_t rank = 1; rank < plan->ranks; rank++) {
            writes[rank] = writes[rank] || layout.assignments[rank].role == ROLE_RECEIVER;
        }
        plan_layout_free(&layout);
        before = point;
    }
}
