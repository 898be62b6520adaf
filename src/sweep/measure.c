/* measure.c - one repetition, as rank 0 sees it: ordered, run, gathered from all ranks and judged. */
#include "coordinator.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLOCKS_FRESH_S 1

_Noreturn void measure_no_memory(const char *what)
{
    log_line(LOG_ERROR, "no memory for %s; what was measured is in the journal", what);
    cluster_abort(EXIT_FAILED);
}

void *measure_grown(void *old, size_t count, size_t bytes, const char *what)
{
    void *larger = realloc(old, (count ? count : 1) * bytes);
    if (!larger) {
        measure_no_memory(what);
    }
    return larger;
}

double measure_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void gather_intervals(struct coordinator *coordinator)
{
    struct gathering *gathering = &coordinator->gathering;
    size_t total = 0;
    for (int32_t rank = 0; rank < cluster_size(coordinator->cluster); rank++) {
        size_t count = (size_t)gathering->outcomes[rank].interval_count;
        gathering->first_interval[rank] = total;
        gathering->interval_bytes[rank] = count * sizeof *gathering->intervals;
        total += count;
    }
    if (total > gathering->interval_capacity) {
        gathering->intervals =
            measure_grown(gathering->intervals, total, sizeof *gathering->intervals, "intervals");
        gathering->interval_capacity = total;
    }
    cluster_gather_varied(coordinator->cluster, NULL, 0, gathering->interval_bytes, gathering->intervals);
}

static void say_failures(const struct coordinator *coordinator)
{
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster); rank++) {
        const struct outcome *outcome = &coordinator->gathering.outcomes[rank];
        if (outcome->failed) {
            const struct cluster_member *member = cluster_member(coordinator->cluster, rank);
            log_line(LOG_WARNING, "rank %d on %s: %s", rank,
                     cluster_host(coordinator->cluster, member->host)->name, outcome->message);
        }
    }
}

/* Once: the file has them all, and who knocks once knocks on. */
static void say_strangers(const struct coordinator *coordinator)
{
    static bool said;
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster) && !said; rank++) {
        const struct outcome *outcome = &coordinator->gathering.outcomes[rank];
        if (outcome->strangers) {
            const struct cluster_member *member = cluster_member(coordinator->cluster, rank);
            log_line(
                LOG_WARNING,
                "rank %d on %s: %d connection%s of strangers (%s), none let in; further ones are counted "
                "in the results",
                rank, cluster_host(coordinator->cluster, member->host)->name, outcome->strangers,
                outcome->strangers == 1 ? "" : "s", member->address);
            said = true;
        }
    }
}

static struct judge_input collect_evidence(struct coordinator *coordinator, const struct point *point)
{
    const struct gathering *gathering = &coordinator->gathering;
    return (struct judge_input){.point = point,
                                .layout = &coordinator->repetition.layout,
                                .repetition = coordinator->repetition.order.repetition,
                                .ranks = cluster_size(coordinator->cluster),
                                .outcomes = gathering->outcomes,
                                .intervals = gathering->intervals,
                                .host_ids = coordinator->host_ids,
                                .first_interval = gathering->first_interval,
                                .timeline = &coordinator->repetition.timeline,
                                .cluster = coordinator->cluster};
}

/* The repetition's row, from what was gathered. */
static void judge(struct coordinator *coordinator, double ordered_s, int64_t round)
{
    struct gathering *gathering = &coordinator->gathering;
    struct repetition *repetition = &coordinator->repetition;
    const struct timeline *timeline = &repetition->timeline;
    struct judge_input *evidence = &gathering->evidence;
    *evidence = collect_evidence(coordinator, &repetition->order.point);
    evidence->start_s = ordered_s + (double)(timeline->start_ns - timeline->ordered_ns) / 1e9;
    evidence->disk_busy =
        repetition->ran && journal_synced_ns(coordinator->journal) > timeline->window_begin_ns;
    judge_repetition(evidence, &gathering->row, &gathering->flags);
    gathering->row.round = plan_has_rounds(coordinator->plan) ? round : -1;
}

/* Clocks of different hosts drift apart by some microseconds a second: compare them now and then. */
void measure_clocks(struct coordinator *coordinator)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.command = ORDER_CLOCKS;
    cluster_set_phase(coordinator->cluster, "comparing clocks");
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    cluster_compare_clocks(coordinator->cluster);
    cluster_exchange_members(coordinator->cluster);
    coordinator->clocks_s = measure_wall_s();
}

/* One-way latencies between hosts are as good as their clocks' comparison: it is to be fresh. */
static void prepare_clocks(struct coordinator *coordinator, const struct point *point)
{
    if (!latency_needs_clocks(coordinator->cluster, point)) {
        return;
    }
    if (measure_wall_s() - coordinator->clocks_s > CLOCKS_FRESH_S) {
        measure_clocks(coordinator);
    }
    latencies_note_clocks(coordinator->cluster, &coordinator->gathering.latencies);
}

static void judge_latencies(struct coordinator *coordinator, const struct point *point)
{
    struct gathering *gathering = &coordinator->gathering;
    if (!point->latency_every) {
        return;
    }
    if (latency_needs_clocks(coordinator->cluster, point)) {
        measure_clocks(coordinator);
    }
    latencies_judge(coordinator->cluster, &coordinator->repetition, &gathering->latencies,
                    gathering->outcomes, &gathering->row);
}

static void give_order(struct coordinator *coordinator, const struct point *point, int32_t number)
{
    struct repetition *repetition = &coordinator->repetition;
    memset(&repetition->order, 0, sizeof repetition->order);
    repetition->order.command = ORDER_RUN;
    repetition->order.repetition = number;
    repetition->order.point = *point;
    repetition->hold = store_before_traffic;
    repetition->hold_data = coordinator;
    cluster_set_phase(coordinator->cluster, "ordering a repetition");
    cluster_broadcast(coordinator->cluster, &repetition->order, sizeof repetition->order);
}

static void gather(struct coordinator *coordinator, const struct point *point)
{
    struct gathering *gathering = &coordinator->gathering;
    struct repetition *repetition = &coordinator->repetition;
    cluster_gather(coordinator->cluster, &repetition->outcome, gathering->outcomes,
                   sizeof repetition->outcome);
    gather_intervals(coordinator);
    if (point->latency_every) {
        latencies_gather(coordinator->cluster, repetition, &gathering->latencies, gathering->outcomes);
    }
}

bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number,
                        int64_t round)
{
    struct repetition *repetition = &coordinator->repetition;
    prepare_clocks(coordinator, point);
    double ordered_s = measure_wall_s();
    int64_t ordered_ns = traffic_clock_ns();
    give_order(coordinator, point, number);
    repetition_run(coordinator->cluster, repetition);
    gather(coordinator, point);
    repetition->timeline.ordered_ns = ordered_ns;
    repetition->timeline.closed_ns = traffic_clock_ns();
    if (repetition->stopped || stop_asked()) {
        return false;
    }
    say_failures(coordinator);
    say_strangers(coordinator);
    judge(coordinator, ordered_s, round);
    judge_latencies(coordinator, point);
    coordinator->gathering.row.took_s = (double)(traffic_clock_ns() - ordered_ns) * 1e-9;
    return true;
}

void measure_begin(struct gathering *gathering, size_t ranks)
{
    gathering->outcomes = measure_grown(NULL, ranks, sizeof *gathering->outcomes, "outcomes");
    gathering->first_interval = measure_grown(NULL, ranks, sizeof *gathering->first_interval, "outcomes");
    gathering->interval_bytes = measure_grown(NULL, ranks, sizeof *gathering->interval_bytes, "outcomes");
}

void measure_end(struct gathering *gathering)
{
    free(gathering->outcomes);
    free(gathering->first_interval);
    free(gathering->interval_bytes);
    free(gathering->intervals);
    latencies_free(&gathering->latencies);
}
