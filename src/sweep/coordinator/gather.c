/* gather.c - rank 0 gathers a repetition from all ranks. */
#include "coordinator/gather.h"

#include "process/memory.h"

#include <stdlib.h>

static void gather_intervals(struct cluster *cluster, struct gathering *gathering)
{
    size_t total = 0;
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        size_t count = (size_t)gathering->outcomes[rank].interval_count;
        gathering->first_interval[rank] = total;
        gathering->bytes[rank] = count * sizeof *gathering->intervals;
        total += count;
    }
    if (total > gathering->interval_capacity) {
        gathering->intervals =
            memory_grow(gathering->intervals, total, sizeof *gathering->intervals, "intervals");
        gathering->interval_capacity = total;
    }
    cluster_gather_varied(cluster, NULL, 0, gathering->bytes, gathering->intervals);
}

static void gather_latencies(struct cluster *cluster, struct gathering *gathering)
{
    size_t total = 0;
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        size_t count = (size_t)gathering->outcomes[rank].times_count;
        gathering->bytes[rank] = count * sizeof *gathering->times;
        total += count;
    }
    if (total > gathering->times_capacity) {
        gathering->times =
            memory_grow(gathering->times, total, sizeof *gathering->times, "latencies");
        gathering->times_capacity = total;
    }
    if (!gathering->all_times) {
        gathering->all_times = memory_grow(NULL, 1, sizeof *gathering->all_times, "latencies");
    }
    cluster_gather_varied(cluster, NULL, 0, gathering->bytes, gathering->times);
}

void gather_repetition(struct cluster *cluster, const struct repetition *repetition,
                       struct gathering *gathering)
{
    cluster_gather(cluster, &repetition->outcome, gathering->outcomes, sizeof repetition->outcome);
    gather_intervals(cluster, gathering);
    if (repetition->order.point.latency_every) {
        gather_latencies(cluster, gathering);
    }
}

void gather_begin(struct gathering *gathering, size_t ranks)
{
    gathering->outcomes = memory_grow(NULL, ranks, sizeof *gathering->outcomes, "outcomes");
    gathering->first_interval =
        memory_grow(NULL, ranks, sizeof *gathering->first_interval, "outcomes");
    gathering->bytes = memory_grow(NULL, ranks, sizeof *gathering->bytes, "outcomes");
}

void gather_end(struct gathering *gathering)
{
    free(gathering->outcomes);
    free(gathering->first_interval);
    free(gathering->bytes);
    free(gathering->intervals);
    free(gathering->times);
    free(gathering->all_times);
}
