/* worker.c - the loop of every rank but 0. */
#include "sweep_internal.h"

/* Beyond the timeout of any wait, ranks may need this long to notice. */
#define DEADLINE_EXTRA_NS 4000000000

int sweep_work(struct cluster *cluster, const struct job *job)
{
    struct repetition repetition = {.intervals = NULL};
    cluster_set_deadline(cluster, 0); /* an idle rank waits as long as it takes */
    for (;;) {
        cluster_set_phase(cluster, "waiting for an order");
        cluster_set_deadline(cluster, 0);
        cluster_broadcast(cluster, &repetition.order, sizeof repetition.order);
        if (repetition.order.command == ORDER_END) {
            break;
        }
        cluster_set_deadline(cluster, job->timeout_ns + DEADLINE_EXTRA_NS);
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
    }
    repetition_free(&repetition);
    return repetition.order.code;
}
