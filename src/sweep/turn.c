/* turn.c - a point's turn in a round: measured, stored, and is it enough? */
#include "coordinator.h"

#include <math.h>
#include <string.h>

static struct tally_of_point count_up(const struct coordinator *coordinator, const struct point *point)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    return (struct tally_of_point){.point = point,
                                   .schedule = coordinator->schedule.ranks ? &coordinator->schedule : NULL,
                                   .samples = entry->samples,
                                   .count = (size_t)entry->count,
                                   .elapsed_s = entry->elapsed_s,
                                   .repeating_s = entry->repeating_s};
}

/* By the mean time that a repetition took so far, pauses included. */
static double seconds_left(const struct coordinator *coordinator)
{
    double elapsed_s = measure_wall_s() - coordinator->began_s;
    return coordinator->measured > 0
               ? elapsed_s / (double)coordinator->measured * coordinator->ledger.expected_left
               : NAN;
}

/* ---- what is told ---- */

static void summarise(struct coordinator *coordinator, const struct point *point, struct point_record *row)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    describe_point(coordinator->plan, point, &entry->connections, coordinator->cluster, NULL, row);
    summary_fill(row, entry->samples, (size_t)entry->count, summary_schedule(&coordinator->schedule, row),
                 completion_word(entry->settled ? entry->stop : STOP_INTERRUPTED));
}

/* The point as it was measured: --find-rate has set its rate. */
static struct point point_now(const struct coordinator *coordinator, int64_t id)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[id];
    struct point point = plan_point(coordinator->plan, id);
    point.rate_per_s = entry->rate_per_s > 0 ? entry->rate_per_s : point.rate_per_s;
    return point;
}

void turn_print_point(struct coordinator *coordinator, int64_t id)
{
    struct point_record row;
    struct point point = point_now(coordinator, id);
    summarise(coordinator, &point, &row);
    progress_point(++coordinator->told, &row);
}

void turn_print_all(struct coordinator *coordinator)
{
    coordinator->told = 0;
    for (int64_t id = 0; id < coordinator->ledger.points; id++) {
        if (coordinator->ledger.entries[id].count > 0) {
            turn_print_point(coordinator, id);
        }
    }
}

void turn_print_pending(struct coordinator *coordinator)
{
    struct pending *pending = &coordinator->pending;
    if (pending->repetition_there) {
        progress_repetition(coordinator->ledger.settled, &pending->point, &pending->row,
                            pending->seconds_left);
    }
    if (pending->round_there) {
        progress_round(&pending->round);
    }
    pending->repetition_there = pending->round_there = false;
}

/* The commit before this one is on disk by now, this one may not be. */
static void keep_pending(struct coordinator *coordinator, const struct point *point)
{
    turn_print_pending(coordinator);
    coordinator->pending.repetition_there = true;
    coordinator->pending.point = *point;
    coordinator->pending.row = coordinator->gathering.row;
    coordinator->pending.seconds_left = seconds_left(coordinator);
}

static void note_in_round(const struct gathering *gathering, struct round_summary *summary)
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

/* ---- the turn ---- */

/* The repetitions at a found rate that does not keep its target give way to those at a lower one. */
static bool begin_again(struct coordinator *coordinator, const struct point *point)
{
    struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    double rate_per_s;
    if (point->find_loss_ppb == OPTION_KEYWORD || !find_rate_again(point, entry, &rate_per_s)) {
        return false;
    }
    store_drop(coordinator, point->id);
    ledger_drop(&coordinator->ledger, point->id);
    entry->rate_per_s = rate_per_s;
    entry->lowered++;
    entry->described = false;
    return true;
}

static void settle(struct coordinator *coordinator, const struct point *point, enum stop_reason stop)
{
    if (begin_again(coordinator, point)) {
        return;
    }
    store_stop(coordinator, point->id, stop);
    ledger_settle(&coordinator->ledger, point->id, stop);
}

/* Once a point: what would do. */
static void warn_queued(const struct gathering *gathering, const struct point *point)
{
    const double queue_messages = gathering->row.queue_messages;
    const bool flooded =
        gathering->row.lost > 0 && point->count >= queued_count_wanted(point, queue_messages);
    if (!point->count || !(gathering->flags & FLAG_QUEUED) || gathering->row.repetition > 0) {
        return;
    }
    if (!flooded) {
        log_line(
            LOG_WARNING,
            "point %lld: queues and buffers can hold %.0f messages of a connection, or the %lld took under "
            "10 ms: not valid (queued); say --count %lld or more, or smaller HWMs",
            (long long)point->id, queue_messages, (long long)point->count,
            (long long)queued_count_advised(point, &gathering->row));
    } else {
        log_line(LOG_WARNING,
                 "point %lld: queues and buffers can hold %.0f messages of a connection, and of %lld sent "
                 "%lld were lost: not valid (queued); say a --rate that is delivered, or a --duration",
                 (long long)point->id, queue_messages, (long long)gathering->row.sent,
                 (long long)gathering->row.lost);
    }
}

/* Stores what was measured, and settles the point when it is enough. A point whose peers cannot
 * be brought together is given up after one try: the next would wait as long again. */
static void take_repetition(struct coordinator *coordinator, const struct point *point)
{
    enum stop_reason stop;
    warn_queued(&coordinator->gathering, point);
    store_repetition(coordinator, point);
    if (ledger_add(&coordinator->ledger, &coordinator->gathering.row)) {
        measure_no_memory("repetitions");
    }
    coordinator->measured++;
    struct tally_of_point tally = count_up(coordinator, point);
    ledger_expect(&coordinator->ledger, point->id, completion_expected(&tally));
    if (!coordinator->repetition.ran) {
        settle(coordinator, point, STOP_UNREACHABLE);
    } else if (completion_reached(&tally, &stop)) {
        settle(coordinator, point, stop);
    }
    store_commit(coordinator);
    keep_pending(coordinator, point);
}

/* @return false when there is nothing to measure at: interrupted, or nobody to measure with. */
static bool find_rate(struct coordinator *coordinator, struct point *point)
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
    } else if (!coordinator->interrupted) { /* the last try of the search tells why */
        take_repetition(coordinator, point);
    }
    return found;
}

void turn_run(struct coordinator *coordinator, int64_t id, int64_t round, struct round_summary *summary)
{
    const struct ledger_entry *entry = &coordinator->ledger.entries[id];
    struct point point = point_now(coordinator, id);
    if (!find_rate(coordinator, &point)) {
        return;
    }
    coordinator->interrupted = !measure_repetition(coordinator, &point, entry->next, round);
    if (!coordinator->interrupted) {
        take_repetition(coordinator, &point);
        note_in_round(&coordinator->gathering, summary);
        summary->seconds_left = seconds_left(coordinator);
    }
}
