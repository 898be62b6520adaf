/* latency.c - the latencies of a point: gathered from the ranks, made rows, summed up. */
#include "sweep_internal.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/traffic_latency.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *grown(void *old, size_t count, size_t bytes)
{
    void *larger = realloc(old, (count ? count : 1) * bytes);
    if (!larger) {
        log_line(LOG_ERROR, "no memory for latencies; what was measured is in the journal");
        cluster_abort(EXIT_FAILED);
    }
    return larger;
}

void latencies_free(struct latencies *latencies)
{
    free(latencies->times);
    free(latencies->bytes);
    free(latencies->clocks);
    free(latencies->all);
    memset(latencies, 0, sizeof *latencies);
}

void latencies_gather(struct cluster *cluster, const struct repetition *repetition,
                      struct latencies *latencies, const struct outcome *outcomes)
{
    const size_t ranks = (size_t)cluster_size(cluster);
    size_t total = 0;
    if (!latencies) {
        cluster_gather_varied(cluster, repetition->times,
                              (size_t)repetition->outcome.times_count * sizeof *repetition->times, NULL,
                              NULL);
        return;
    }
    latencies->bytes = grown(latencies->bytes, ranks, sizeof *latencies->bytes);
    for (size_t rank = 0; rank < ranks; rank++) {
        latencies->bytes[rank] = (size_t)outcomes[rank].times_count * sizeof *latencies->times;
        total += (size_t)outcomes[rank].times_count;
    }
    if (total > latencies->times_capacity) {
        latencies->times = grown(latencies->times, total, sizeof *latencies->times);
        latencies->times_capacity = total;
    }
    cluster_gather_varied(cluster, NULL, 0, latencies->bytes, latencies->times);
}

/* ---- clocks ---- */

bool latency_needs_clocks(const struct cluster *cluster, const struct point *point)
{
    return point->latency_every && !plan_echoes(point) && cluster_host_count(cluster) > 1;
}

void latencies_note_clocks(const struct cluster *cluster, struct latencies *latencies)
{
    const int32_t hosts = cluster_host_count(cluster);
    latencies->clocks = grown(latencies->clocks, (size_t)hosts, sizeof *latencies->clocks);
    for (int32_t host = 0; host < hosts; host++) {
        latencies->clocks[host] = cluster_host_clock(cluster, host);
    }
}

/* The true offset was within `before` then and is within `after` now; in between it went from one to the
 * other, and the repetition may have been at either end of that. */
int64_t latency_clock_error_ns(struct cluster_clock before, struct cluster_clock after)
{
    int64_t moved_ns = llabs(after.offset_ns - before.offset_ns) + after.uncertainty_ns;
    return moved_ns > before.uncertainty_ns ? moved_ns : before.uncertainty_ns;
}

/* Of a message between two ranks. One clock needs no comparison. */
static int64_t error_between_ns(const struct cluster *cluster, const struct latencies *latencies,
                                int32_t sender, int32_t receiver)
{
    int32_t from = cluster_member(cluster, sender)->host, to = cluster_member(cluster, receiver)->host;
    if (from == to) {
        return 0;
    }
    return latency_clock_error_ns(latencies->clocks[from], cluster_host_clock(cluster, from)) +
           latency_clock_error_ns(latencies->clocks[to], cluster_host_clock(cluster, to));
}

static int64_t largest_error_ns(const struct cluster *cluster, const struct plan_layout *layout,
                                const struct latencies *latencies)
{
    int64_t most_ns = 0;
    for (int32_t group = 0; group < layout->groups; group++) {
        for (int32_t i = 0; i < layout->senders * layout->receivers; i++) {
            int32_t sender = plan_layout_sender(layout, group, i / layout->receivers);
            int32_t receiver = plan_layout_receiver(layout, group, i % layout->receivers);
            int64_t error_ns = error_between_ns(cluster, latencies, sender, receiver);
            most_ns = error_ns > most_ns ? error_ns : most_ns;
        }
    }
    return most_ns;
}

/* ---- rows ---- */

struct latency_record latency_row(const struct repetition *repetition, int32_t rank,
                                  const struct traffic_times *times)
{
    return (struct latency_record){.point_id = repetition->order.point.id,
                                   .repetition = repetition->order.repetition,
                                   .rank = rank,
                                   .low_us = (double)histogram_low_ns((size_t)times->bucket) / 1e3,
                                   .high_us = (double)histogram_low_ns((size_t)times->bucket + 1) / 1e3,
                                   .count = times->count};
}

static void add_up(const struct cluster *cluster, struct latencies *latencies, const struct outcome *outcomes)
{
    const struct traffic_times *next = latencies->times;
    latencies->all = grown(latencies->all, 1, sizeof *latencies->all);
    memset(latencies->all, 0, sizeof *latencies->all);
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        for (int32_t i = 0; i < outcomes[rank].times_count; i++, next++) {
            latencies->all->counts[next->bucket] += next->count;
        }
    }
}

/* No message arrives before it is sent: so far off clocks have been seen to be. */
static int64_t error_seen_ns(const struct cluster *cluster, const struct outcome *outcomes)
{
    int64_t most_ns = 0;
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        int64_t error_ns = -outcomes[rank].latency_lowest_ns;
        most_ns = error_ns > most_ns ? error_ns : most_ns;
    }
    return most_ns;
}

void latencies_judge(const struct cluster *cluster, const struct repetition *repetition,
                     struct latencies *latencies, const struct outcome *outcomes,
                     struct repetition_record *row)
{
    int64_t error_ns = latency_needs_clocks(cluster, &repetition->order.point)
                           ? largest_error_ns(cluster, &repetition->layout, latencies)
                           : 0;
    int64_t seen_ns = error_seen_ns(cluster, outcomes);
    add_up(cluster, latencies, outcomes);
    row->latency_messages = histogram_total(latencies->all);
    row->latency_p50_us = histogram_percentile_ns(latencies->all, 500) / 1e3;
    row->latency_p90_us = histogram_percentile_ns(latencies->all, 900) / 1e3;
    row->latency_p99_us = histogram_percentile_ns(latencies->all, 990) / 1e3;
    row->latency_p999_us = histogram_percentile_ns(latencies->all, 999) / 1e3;
    row->latency_max_us = histogram_quantile_ns(latencies->all, 1000) / 1e3;
    row->latency_uncertainty_us = (double)(seen_ns > error_ns ? seen_ns : error_ns) / 1e3;
}
