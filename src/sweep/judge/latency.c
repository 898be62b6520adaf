/* latency.c - the latencies of a repetition: their uncertainty from the clocks, their rows and
 * percentiles. */
#include "judge/latency.h"

#include "zmqsweep/traffic_latency.h"

#include <stdlib.h>
#include <string.h>

/* ---- clocks ---- */

bool latency_needs_clocks(const struct point *point, int32_t hosts)
{
    return point->latency_every && !plan_echoes(point) && hosts > 1;
}

/* The true offset was in the range of `before` at that comparison, and in the range of `after` at
 * the later one. A message may have been sent when it was at either end. */
int64_t latency_clock_error_ns(struct cluster_clock before, struct cluster_clock after)
{
    int64_t moved_ns = llabs(after.offset_ns - before.offset_ns) + after.uncertainty_ns;
    return moved_ns > before.uncertainty_ns ? moved_ns : before.uncertainty_ns;
}

/* The clock error of a latency between two hosts. It is 0 on one host, which has a single clock. */
static int64_t error_between_ns(const struct latency_clocks *clocks, int32_t from, int32_t to)
{
    if (from == to) {
        return 0;
    }
    return latency_clock_error_ns(clocks->before[from], clocks->after[from]) +
           latency_clock_error_ns(clocks->before[to], clocks->after[to]);
}

static int64_t largest_error_ns(const struct evidence *evidence,
                                const struct latency_clocks *clocks)
{
    const struct plan_layout *layout = evidence->layout;
    int64_t most_ns = 0;
    for (int32_t group = 0; group < layout->groups; group++) {
        for (int32_t i = 0; i < layout->senders * layout->receivers; i++) {
            int32_t sender = plan_layout_sender(layout, group, i / layout->receivers);
            int32_t receiver = plan_layout_receiver(layout, group, i % layout->receivers);
            int64_t error_ns =
                error_between_ns(clocks, evidence->hosts[sender], evidence->hosts[receiver]);
            most_ns = error_ns > most_ns ? error_ns : most_ns;
        }
    }
    return most_ns;
}

/* The clock error that negative latencies show, since no message arrives before it is sent. */
static int64_t error_seen_ns(const struct evidence *evidence)
{
    int64_t most_ns = 0;
    for (int32_t rank = 0; rank < evidence->ranks; rank++) {
        int64_t error_ns = -evidence->outcomes[rank].latency_lowest_ns;
        most_ns = error_ns > most_ns ? error_ns : most_ns;
    }
    return most_ns;
}

/* ---- rows ---- */

struct latency_record latency_row(const struct evidence *evidence, int32_t rank,
                                  const struct traffic_times *times)
{
    return (struct latency_record){.point_id = evidence->point->id,
                                   .repetition = evidence->repetition,
                                   .rank = rank,
                                   .low_us = (double)histogram_low_ns((size_t)times->bucket) / 1e3,
                                   .high_us =
                                       (double)histogram_low_ns((size_t)times->bucket + 1) / 1e3,
                                   .count = times->count};
}

static void add_up(const struct evidence *evidence, const struct traffic_times *next,
                   struct histogram *all)
{
    memset(all, 0, sizeof *all);
    for (int32_t rank = 0; rank < evidence->ranks; rank++) {
        for (int32_t i = 0; i < evidence->outcomes[rank].times_count; i++, next++) {
            all->counts[next->bucket] += next->count;
        }
    }
}

void latency_judge(const struct evidence *evidence, const struct traffic_times *times,
                   const struct latency_clocks *clocks, struct histogram *all,
                   struct repetition_record *row)
{
    int64_t error_ns = clocks ? largest_error_ns(evidence, clocks) : 0;
    int64_t seen_ns = error_seen_ns(evidence);
    add_up(evidence, times, all);
    row->latency_messages = histogram_total(all);
    row->latency_p50_us = histogram_percentile_ns(all, 500) / 1e3;
    row->latency_p90_us = histogram_percentile_ns(all, 900) / 1e3;
    row->latency_p99_us = histogram_percentile_ns(all, 990) / 1e3;
    row->latency_p999_us = histogram_percentile_ns(all, 999) / 1e3;
    row->latency_max_us = histogram_quantile_ns(all, 1000) / 1e3;
    row->latency_uncertainty_us = (double)(seen_ns > error_ns ? seen_ns : error_ns) / 1e3;
}
