/* rounds.c - rank 0's loop: measures each point once per round, until all points have enough
 * repetitions. */
#include "coordinator/rounds.h"

#include "coordinator/measure.h"
#include "coordinator/step.h"
#include "coordinator/store.h"
#include "process/log.h"
#include "process/stop.h"

#include <math.h>
#include <string.h>

#define CLOCKS_EVERY_S 30
#define PAUSE_CHECK_NS 100000000

void rounds_send_heartbeat(void *data)
{
    struct coordinator *coordinator = data;
    struct order order;
    if (measure_wall_s() - coordinator->heartbeat_s < (double)coordinator->job->timeout_ns / 4e9) {
        return;
    }
    memset(&order, 0, sizeof order);
    order.command = ORDER_HEARTBEAT;
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    coordinator->heartbeat_s = measure_wall_s();
}

static bool is_over(struct coordinator *coordinator)
{
    coordinator->interrupted = coordinator->interrupted || stop_requested();
    return coordinator->interrupted || coordinator->ledger.finished == coordinator->ledger.points;
}

/* Compares the clocks again after CLOCKS_EVERY_S, since clocks of different hosts drift apart. */
static void refresh_clocks(struct coordinator *coordinator)
{
    if (cluster_host_count(coordinator->cluster) > 1 &&
        measure_wall_s() - coordinator->clocks_s > CLOCKS_EVERY_S) {
        measure_clocks(coordinator);
    }
}

/* Sets the repetitions first expected of every point: all of them, or with --precision the
 * fewest. */
static void expect_all(struct coordinator *coordinator)
{
    for (int64_t id = 0; id < coordinator->ledger.points; id++) {
        struct point point = plan_point(coordinator->plan, id);
        ledger_expect(&coordinator->ledger, id,
                      point.precision_ppm ? point.min_repetitions : point.repetitions);
    }
}

/* How many rounds there will be; with --precision, how many at least. */
static int64_t rounds_planned(const struct coordinator *coordinator)
{
    struct point point = plan_point(coordinator->plan, 0);
    return point.precision_ppm ? point.min_repetitions : point.repetitions;
}

/* ---- rounds ---- */

/* Waits until the results are on disk, since only then may they be printed. */
static void print_pending(struct coordinator *coordinator)
{
    store_wait(coordinator);
    step_print_pending(coordinator);
}

/* Ends a round. Its line is printed later, once it is on disk. It waits for the disk only if the
 * table so far is wanted. */
static void end_round(struct coordinator *coordinator, struct round_summary *summary)
{
    summary->open = coordinator->ledger.points - coordinator->ledger.finished;
    coordinator->pending.round = *summary;
    coordinator->pending.has_round = true;
    if (summary->open > 0 && (stop_table_requested() || log_enabled(LOG_DEBUG))) {
        print_pending(coordinator);
        step_print_all(coordinator);
    }
}

static void run_round(struct coordinator *coordinator, int64_t round)
{
    const struct plan *plan = coordinator->plan;
    struct round_summary summary = {.round = round, .rounds = rounds_planned(coordinator)};
    plan_order(plan, coordinator->seed, round, coordinator->order);
    for (int64_t n = 0; n < plan->points && !is_over(coordinator); n++) {
        if (ledger_is_due(&coordinator->ledger, coordinator->order[n], round)) {
            refresh_clocks(coordinator);
            step_run(coordinator, coordinator->order[n], round, &summary);
        }
    }
    if (summary.measured > 0 && !coordinator->interrupted) {
        end_round(coordinator, &summary);
    }
}

/* --spread: pauses so that round `done` of this session begins no earlier than its share of the
 * time. */
static void pause_until_due(struct coordinator *coordinator, int64_t done)
{
    int64_t spread_ns = config_value(coordinator->settings, OPTION_SPREAD);
    int64_t gaps = rounds_planned(coordinator) - 1;
    if (spread_ns == OPTION_KEYWORD || gaps < 1) {
        return;
    }
    double due_s = coordinator->began_s + (double)spread_ns * 1e-9 * (double)done / (double)gaps;
    coordinator->heartbeat_s = measure_wall_s();
    cluster_set_phase(coordinator->cluster, "pausing between rounds");
    if (measure_wall_s() < due_s) {
        print_pending(coordinator);
    }
    while (measure_wall_s() < due_s && !is_over(coordinator)) {
        rounds_send_heartbeat(coordinator);
        cluster_sleep_until(traffic_clock_ns() + PAUSE_CHECK_NS);
    }
}

static void run_rounds(struct coordinator *coordinator)
{
    int64_t first = ledger_round(&coordinator->ledger);
    for (int64_t round = first; !is_over(coordinator); round++) {
        pause_until_due(coordinator, round - first);
        run_round(coordinator, round);
    }
}

/* --order points: measures one point after the other. */
static void run_points(struct coordinator *coordinator)
{
    const struct plan *plan = coordinator->plan;
    struct round_summary summary = {.round = 0};
    coordinator->printed = coordinator->ledger.finished;
    plan_order(plan, coordinator->seed, 0, coordinator->order);
    for (int64_t n = 0; n < plan->points && !is_over(coordinator); n++) {
        int64_t id = coordinator->order[n];
        const struct ledger_entry *entry = &coordinator->ledger.entries[id];
        bool due = !entry->finished;
        while (!entry->finished && !is_over(coordinator)) {
            refresh_clocks(coordinator);
            step_run(coordinator, id, -1, &summary);
        }
        if (due && entry->finished) {
            print_pending(coordinator);
            step_print_point(coordinator, id);
        }
    }
}

/* Prints the lines of all points. With --order points they have been printed already. */
static void print_results(struct coordinator *coordinator)
{
    if (plan_has_rounds(coordinator->plan) && !stop_urgent()) {
        print_pending(coordinator);
        step_print_all(coordinator);
    }
}

void rounds_run(struct coordinator *coordinator)
{
    expect_all(coordinator);
    if (plan_has_rounds(coordinator->plan)) {
        run_rounds(coordinator);
    } else {
        run_points(coordinator);
    }
    print_results(coordinator);
}
