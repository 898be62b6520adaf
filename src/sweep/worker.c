/* worker.c - the loop of every rank but 0. */
#include "sweep_internal.h"

int sweep_run_rank(struct cluster *cluster, const struct job *job)
{
    struct repetition repetition = {.intervals = NULL};
    cluster_set_deadline(cluster, job->timeout_ns + DEADLINE_EXTRA_NS);
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
            cluster_exchange_members(cluster);
            continue;
        }
        repetition_run(cluster, &repetition);
        cluster_gather(cluster, &repetition.outcome, NULL, sizeof repetition.outcome);
        cluster_gather_varied(cluster, repetition.intervals,
                              (size_t)repetition.outcome.interval_count * sizeof *repetition.intervals, NULL,
                              NULL);
        if (repetition.order.point.latency_every) {
            latencies_gather(cluster, &repetition, NULL, NULL);
        }
    }
    repetition_free(&repetition);
    return repetition.order.code;
}
