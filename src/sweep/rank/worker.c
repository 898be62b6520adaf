/* worker.c - the loop of every rank but 0. */
#include "rank/run.h"

#include "zmqsweep/sweep.h"

/* Sends what this rank saw to rank 0, which gathers it. */
static void send_outcome(struct cluster *cluster, const struct repetition *repetition)
{
    const struct outcome *outcome = &repetition->outcome;
    cluster_gather(cluster, outcome, NULL, sizeof *outcome);
    cluster_gather_varied(cluster, repetition->intervals,
                          (size_t)outcome->interval_count * sizeof *repetition->intervals, NULL,
                          NULL);
    if (repetition->order.point.latency_every) {
        cluster_gather_varied(cluster, repetition->times,
                              (size_t)outcome->times_count * sizeof *repetition->times, NULL, NULL);
    }
}

int sweep_run_rank(struct cluster *cluster, const struct job *job)
{
    struct repetition repetition = {.intervals = NULL};
    cluster_set_deadline(cluster, job->timeout_ns + REPETITION_DEADLINE_EXTRA_NS);
    for (;;) {
        cluster_set_phase(cluster, "waiting for an order");
        cluster_broadcast(cluster, &repetition.order, sizeof repetition.order);
        if (repetition.order.command == ORDER_END) {
            break;
        }
        if (repetition.order.command == ORDER_HEARTBEAT) {
            continue;
        }
        if (repetition.order.command == ORDER_CLOCKS) {
            cluster_compare_clocks(cluster);
            cluster_allgather_members(cluster);
            continue;
        }
        run_repetition(cluster, &repetition);
        send_outcome(cluster, &repetition);
    }
    repetition_free(&repetition);
    return repetition.order.code;
}
