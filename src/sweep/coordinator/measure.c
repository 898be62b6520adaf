/* measure.c - one repetition, as rank 0 sees it: ordered, run, gathered from all ranks and judged.
 */
#include "coordinator/measure.h"

#include "coordinator/store.h"
#include "judge/judge.h"
#include "judge/latency.h"
#include "process/log.h"
#include "process/stop.h"
#include "rank/run.h"

#include <string.h>
#include <time.h>

#define CLOCKS_FRESH_S 1

double measure_wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void log_failures(const struct coordinator *coordinator)
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

/* Warns of strangers once per job, since strangers try again and again. The results count all of
 * them. */
static void log_strangers(const struct coordinator *coordinator)
{
    static bool logged;
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster) && !logged; rank++) {
        const struct outcome *outcome = &coordinator->gathering.outcomes[rank];
        if (outcome->strangers) {
            const struct cluster_member *member = cluster_member(coordinator->cluster, rank);
            log_line(LOG_WARNING,
                     "rank %d on %s: %d connection%s of strangers (%s), none let in; further ones "
                     "are counted in the results",
                     rank, cluster_host(coordinator->cluster, member->host)->name,
                     outcome->strangers, outcome->strangers == 1 ? "" : "s", member->address);
            logged = true;
        }
    }
}

static struct evidence collect_evidence(struct coordinator *coordinator, const struct point *point)
{
    const struct gathering *gathering = &coordinator->gathering;
    return (struct evidence){.point = point,
                             .layout = &coordinator->repetition.layout,
                             .repetition = coordinator->repetition.order.repetition,
                             .ranks = cluster_size(coordinator->cluster),
                             .outcomes = gathering->outcomes,
                             .intervals = gathering->intervals,
                             .host_ids = coordinator->host_ids,
                             .first_interval = gathering->first_interval,
                             .timeline = &coordinator->repetition.timeline,
                             .hosts = cluster_hosts(coordinator->cluster),
                             .cores = coordinator->cores};
}

/* Makes the repetition's row from what was gathered. */
static void judge(struct coordinator *coordinator, double ordered_s, int64_t round)
{
    struct gathering *gathering = &coordinator->gathering;
    struct repetition *repetition = &coordinator->repetition;
    const struct timeline *timeline = &repetition->timeline;
    struct evidence *evidence = &gathering->evidence;
    *evidence = collect_evidence(coordinator, &repetition->order.point);
    evidence->start_s = ordered_s + (double)(timeline->start_ns - timeline->ordered_ns) / 1e9;
    evidence->disk_busy =
        repetition->ran && journal_synced_ns(coordinator->journal) > timeline->window_begin_ns;
    judge_repetition(evidence, &gathering->row, &gathering->flags);
    gathering->row.round = plan_has_rounds(coordinator->plan) ? round : -1;
}

/* Clocks of different hosts drift apart by some microseconds a second, so they are compared again
 * from time to time. */
void measure_clocks(struct coordinator *coordinator)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.command = ORDER_CLOCKS;
    cluster_set_phase(coordinator->cluster, "comparing clocks");
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    cluster_compare_clocks(coordinator->cluster);
    cluster_allgather_members(coordinator->cluster);
    coordinator->clocks_s = measure_wall_s();
}

static void copy_clocks(const struct coordinator *coordinator, struct cluster_clock *clocks)
{
    for (int32_t host = 0; host < cluster_host_count(coordinator->cluster); host++) {
        clocks[host] = cluster_host_clock(coordinator->cluster, host);
    }
}

static bool needs_clocks(const struct coordinator *coordinator, const struct point *point)
{
    return latency_needs_clocks(point, cluster_host_count(coordinator->cluster));
}

/* Makes sure that the clock offsets are fresh: one-way latencies between hosts are only as exact as
 * they are. */
static void prepare_clocks(struct coordinator *coordinator, const struct point *point)
{
    if (!needs_clocks(coordinator, point)) {
        return;
    }
    if (measure_wall_s() - coordinator->clocks_s > CLOCKS_FRESH_S) {
        measure_clocks(coordinator);
    }
    copy_clocks(coordinator, coordinator->clocks_before);
}

static void judge_latencies(struct coordinator *coordinator, const struct point *point)
{
    const struct latency_clocks clocks = {coordinator->clocks_before, coordinator->clocks_after};
    struct gathering *gathering = &coordinator->gathering;
    bool compared = needs_clocks(coordinator, point);
    if (!point->latency_every) {
        return;
    }
    if (compared) {
        measure_clocks(coordinator);
        copy_clocks(coordinator, coordinator->clocks_after);
    }
    latency_judge(&gathering->evidence, gathering->times, compared ? &clocks : NULL,
                  gathering->all_times, &gathering->row);
}

static void order_repetition(struct coordinator *coordinator, const struct point *point,
                             int32_t number)
{
    struct repetition *repetition = &coordinator->repetition;
    memset(&repetition->order, 0, sizeof repetition->order);
    repetition->order.command = ORDER_RUN;
    repetition->order.repetition = number;
    repetition->order.point = *point;
    repetition->before_traffic = store_before_traffic;
    repetition->before_traffic_data = coordinator;
    cluster_set_phase(coordinator->cluster, "ordering a repetition");
    cluster_broadcast(coordinator->cluster, &repetition->order, sizeof repetition->order);
}

bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number,
                        int64_t round)
{
    struct repetition *repetition = &coordinator->repetition;
    prepare_clocks(coordinator, point);
    double ordered_s = measure_wall_s();
    int64_t ordered_ns = traffic_clock_ns();
    order_repetition(coordinator, point, number);
    run_repetition(coordinator->cluster, repetition);
    gather_repetition(coordinator->cluster, repetition, &coordinator->gathering);
    repetition->timeline.ordered_ns = ordered_ns;
    repetition->timeline.closed_ns = traffic_clock_ns();
    if (repetition->stopped || stop_requested()) {
        return false;
    }
    log_failures(coordinator);
    log_strangers(coordinator);
    judge(coordinator, ordered_s, round);
    judge_latencies(coordinator, point);
    coordinator->gathering.row.took_s = (double)(traffic_clock_ns() - ordered_ns) * 1e-9;
    return true;
}
