/* step.c - one step of a sweep: measures a point once more, stores it, and decides whether it is
 * enough. */
#include "coordinator/step.h"

#include "console/warn.h"
#include "coordinator/find_rate.h"
#include "coordinator/measure.h"
#include "coordinator/store.h"
#include "points/completion.h"
#include "points/describe.h"
#include "process/memory.h"

#include <math.h>
#include <string.h>

static struct completion_input completion_of(const struct coordinator *coordinator,
                                             const struct point *point)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    return (struct completion_input){
        .point = point,
        .schedule = coordinator->schedule.ranks ? &coordinator->schedule : NULL,
        .samples = entry->samples,
        .count = (size_t)entry->count,
        .elapsed_s = entry->elapsed_s,
        .repeating_s = entry->repeating_s};
}

/* Estimates the time left by the mean time of a repetition so far, which includes pauses. */
static double seconds_left(const struct coordinator *coordinator)
{
    double elapsed_s = measure_wall_s() - coordinator->began_s;
    return coordinator->measured > 0
               ? elapsed_s / (double)coordinator->measured * coordinator->ledger.expected_left
               : NAN;
}

/* ---- what is printed ---- */

static void summarise_point(struct coordinator *coordinator, const struct point *point,
                            struct point_record *row)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    describe_point(coordinator->plan, point, &entry->connections, NULL, row);
    summary_fill(row, entry->samples, (size_t)entry->count,
                 summary_schedule(&coordinator->schedule, row),
                 completion_word(entry->finished ? entry->stop : STOP_INTERRUPTED));
}

/* The point with the rate that --find-rate has set, if any. */
static struct point current_point(const struct coordinator *coordinator, int64_t id)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[id];
    struct point point = plan_point(coordinator->plan, id);
    point.rate_per_s = entry->rate_per_s > 0 ? entry->rate_per_s : point.rate_per_s;
    return point;
}

void step_print_point(struct coordinator *coordinator, int64_t id)
{
    struct point_record row;
    struct point point = current_point(coordinator, id);
    summarise_point(coordinator, &point, &row);
    progress_point(++coordinator->printed, &row);
}

void step_print_all(struct coordinator *coordinator)
{
    coordinator->printed = 0;
    for (int64_t id = 0; id < coordinator->ledger.points; id++) {
        if (coordinator->ledger.entries[id].count > 0) {
            step_print_point(coordinator, id);
        }
    }
}

void step_print_pending(struct coordinator *coordinator)
{
    struct pending *pending = &coordinator->pending;
    if (pending->has_repetition) {
        progress_repetition(coordinator->ledger.finished, &pending->point, &pending->row,
                            pending->seconds_left);
    }
    if (pending->has_round) {
        progress_round(&pending->round);
    }
    pending->has_repetition = pending->has_round = false;
}

/* Prints what was pending, which is on disk by now. Then the new repetition is pending, since its
 * commit may not be on disk. */
static void set_pending(struct coordinator *coordinator, const struct point *point)
{
    step_print_pending(coordinator);
    coordinator->pending.has_repetition = true;
    coordinator->pending.point = *point;
    coordinator->pending.row = coordinator->gathering.row;
    coordinator->pending.seconds_left = seconds_left(coordinator);
}

static void add_to_round(const struct gathering *gathering, struct round_summary *summary)
{
    summary->measured++;
    if (gathering->row.valid) {
        return;
    }
    summary->invalid++;
    for (int flag = 0; flag < FLAGS; flag++) {
        summary->flagged[flag] += (gathering->flags >> flag) & 1;
    }
}

/* ---- the step ---- */

/* If the rate found misses its target, drops its repetitions and starts the point again at a lower
 * rate. @return true then. */
static bool restart_lower(struct coordinator *coordinator, const struct point *point)
{
    struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    double rate_per_s;
    if (point->find_loss_ppb == OPTION_KEYWORD || !find_rate_lower(point, entry, &rate_per_s)) {
        return false;
    }
    store_drop(coordinator, point->id);
    ledger_drop(&coordinator->ledger, point->id);
    entry->rate_per_s = rate_per_s;
    entry->lowered++;
    entry->described = false;
    return true;
}

static void finish_point(struct coordinator *coordinator, const struct point *point,
                         enum stop_reason stop)
{
    if (restart_lower(coordinator, point)) {
        return;
    }
    store_stop(coordinator, point->id, stop);
    ledger_finish(&coordinator->ledger, point->id, stop);
}

/* Stores what was measured, and finishes the point when it is enough. A point whose peers cannot be
 * brought together is given up after one try, since another try would wait as long. */
static void store_and_decide(struct coordinator *coordinator, const struct point *point)
{
    enum stop_reason stop;
    warn_queued(point, &coordinator->gathering.row, coordinator->gathering.flags);
    store_repetition(coordinator, point);
    if (ledger_add(&coordinator->ledger, &coordinator->gathering.row)) {
        memory_fail("repetitions");
    }
    coordinator->measured++;
    struct completion_input so_far = completion_of(coordinator, point);
    ledger_expect(&coordinator->ledger, point->id, completion_expected(&so_far));
    if (!coordinator->repetition.ran) {
        finish_point(coordinator, point, STOP_UNREACHABLE);
    } else if (completion_reached(&so_far, &stop)) {
        finish_point(coordinator, point, stop);
    }
    store_commit(coordinator);
    set_pending(coordinator, point);
}

/* Searches for the point's rate if --find-rate asks for it. @return false when there is no rate:
 * interrupted, or the peers could not be brought together. */
static bool ensure_rate(struct coordinator *coordinator, struct point *point)
{
    struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    int64_t began_ns = traffic_clock_ns();
    if (point->find_loss_ppb == OPTION_KEYWORD || entry->rate_per_s > 0) {
        return true;
    }
    bool found = find_rate_search(coordinator, point);
    entry->elapsed_s += (double)(traffic_clock_ns() - began_ns) * 1e-9;
    if (found) {
        entry->rate_per_s = point->rate_per_s;
    } else if (!coordinator->interrupted) { /* store why the search's last probe failed */
        store_and_decide(coordinator, point);
    }
    return found;
}

void step_run(struct coordinator *coordinator, int64_t id, int64_t round,
              struct round_summary *summary)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[id];
    struct point point = current_point(coordinator, id);
    if (!ensure_rate(coordinator, &point)) {
        return;
    }
    coordinator->interrupted = !measure_repetition(coordinator, &point, entry->next, round);
    if (!coordinator->interrupted) {
        store_and_decide(coordinator, &point);
        add_to_round(&coordinator->gathering, summary);
        summary->seconds_left = seconds_left(coordinator);
    }
}
