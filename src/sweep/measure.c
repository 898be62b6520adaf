/* measure.c - one repetition, as rank 0 sees it: ordered, run, gathered from all ranks, judged and kept. */
#include "coordinator.h"

#include <math.h>
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

static void keep_intervals(struct coordinator *coordinator, const struct evidence *evidence)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    int32_t last = cluster_size(coordinator->cluster) - 1;
    size_t total = gathering->first_interval[last] + (size_t)gathering->outcomes[last].interval_count;
    if (rows->interval_count + total > gathering->interval_rows_capacity) {
        gathering->interval_rows_capacity = 2 * (rows->interval_count + total);
        rows->intervals = measure_grown(rows->intervals, gathering->interval_rows_capacity,
                                        sizeof *rows->intervals, "intervals");
    }
    for (int32_t rank = 0; rank <= last; rank++) {
        for (int32_t i = 0; i < gathering->outcomes[rank].interval_count; i++) {
            const struct interval *interval =
                &gathering->intervals[gathering->first_interval[rank] + (size_t)i];
            struct interval_record *row = &rows->intervals[rows->interval_count++];
            row->point_id = evidence->point->id;
            row->repetition = evidence->repetition;
            row->rank = rank;
            row->start_us = (double)(interval->start_ns - evidence->timeline->window_begin_ns) / 1e3;
            row->length_us = (double)interval->length_ns / 1e3;
            row->messages = interval->messages;
            row->bytes = interval->messages * evidence->point->size_bytes;
        }
    }
}

/* Settings as in force: the sender's HWM from a sender, the receiver's from a receiver, the largest buffers.
 */
static void keep_connections(struct gathering *gathering, const struct outcome *outcome)
{
    struct traffic_connections *all = &gathering->connections;
    if (outcome->role == ROLE_SENDER) {
        all->sndhwm = outcome->connections.sndhwm ? outcome->connections.sndhwm : all->sndhwm;
        all->sndbuf_bytes = fmax(all->sndbuf_bytes, outcome->connections.sndbuf_bytes);
    } else if (outcome->role == ROLE_RECEIVER) {
        all->rcvhwm = outcome->connections.rcvhwm ? outcome->connections.rcvhwm : all->rcvhwm;
        all->rcvbuf_bytes = fmax(all->rcvbuf_bytes, outcome->connections.rcvbuf_bytes);
    }
}

/* Room for one more repetition: how many there will be is not known when a precision decides. */
static void make_room(struct coordinator *coordinator)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    size_t ranks = (size_t)cluster_size(coordinator->cluster);
    if (rows->repetition_count < gathering->repetition_capacity) {
        return;
    }
    size_t room = gathering->repetition_capacity = 8 + 2 * rows->repetition_count;
    rows->repetitions = measure_grown(rows->repetitions, room, sizeof *rows->repetitions, "repetitions");
    rows->ranks = measure_grown(rows->ranks, room * ranks, sizeof *rows->ranks, "the ranks' rows");
    gathering->cpu_ns = measure_grown(gathering->cpu_ns, room, sizeof *gathering->cpu_ns, "repetitions");
    gathering->flags = measure_grown(gathering->flags, room, sizeof *gathering->flags, "repetitions");
}

static void keep_repetition(struct coordinator *coordinator, const struct point *point, double ordered_s)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    const struct timeline *timeline = &coordinator->repetition.timeline;
    size_t index = rows->repetition_count;
    struct evidence evidence = {.point = point,
                                .seating = &coordinator->repetition.seating,
                                .repetition = coordinator->repetition.order.repetition,
                                .ranks = cluster_size(coordinator->cluster),
                                .outcomes = gathering->outcomes,
                                .intervals = gathering->intervals,
                                .host_ids = coordinator->host_ids,
                                .first_interval = gathering->first_interval,
                                .timeline = timeline,
                                .cluster = coordinator->cluster};
    evidence.start_s = ordered_s + (double)(timeline->start_ns - timeline->ordered_ns) / 1e9;
    rows->rank_count += judge_repetition(&evidence, &rows->repetitions[index], &rows->ranks[rows->rank_count],
                                         &gathering->flags[index]);
    gathering->cpu_ns[index] = judge_cpu_ns_per_message(&evidence);
    keep_intervals(coordinator, &evidence);
    for (int32_t rank = 1; rank < evidence.ranks; rank++) {
        keep_connections(gathering, &gathering->outcomes[rank]);
    }
    rows->repetition_count++;
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

static void keep_latencies(struct coordinator *coordinator, const struct point *point)
{
    struct gathering *gathering = &coordinator->gathering;
    if (!point->latency_every) {
        return;
    }
    if (latency_needs_clocks(coordinator->cluster, point)) {
        measure_clocks(coordinator);
    }
    latencies_keep(coordinator->cluster, &coordinator->repetition, &gathering->latencies,
                   gathering->outcomes);
}

bool measure_repetition(struct coordinator *coordinator, const struct point *point, int32_t number)
{
    struct repetition *repetition = &coordinator->repetition;
    struct gathering *gathering = &coordinator->gathering;
    prepare_clocks(coordinator, point);
    double ordered_s = measure_wall_s();
    memset(&repetition->order, 0, sizeof repetition->order);
    repetition->order.command = ORDER_RUN;
    repetition->order.repetition = number;
    repetition->order.point = *point;
    cluster_set_phase(coordinator->cluster, "ordering a repetition");
    int64_t ordered_ns = traffic_clock_ns();
    cluster_broadcast(coordinator->cluster, &repetition->order, sizeof repetition->order);
    repetition_run(coordinator->cluster, repetition);
    cluster_gather(coordinator->cluster, &repetition->outcome, gathering->outcomes,
                   sizeof repetition->outcome);
    gather_intervals(coordinator);
    if (point->latency_every) {
        latencies_gather(coordinator->cluster, repetition, &gathering->latencies, gathering->outcomes);
    }
    repetition->timeline.ordered_ns = ordered_ns;
    repetition->timeline.closed_ns = traffic_clock_ns();
    if (repetition->stopped || stop_asked()) {
        return false;
    }
    say_failures(coordinator);
    say_strangers(coordinator);
    make_room(coordinator);
    keep_repetition(coordinator, point, ordered_s);
    keep_latencies(coordinator, point);
    return true;
}

void measure_drop(struct gathering *gathering)
{
    gathering->rows.repetition_count = gathering->rows.rank_count = gathering->rows.interval_count = 0;
    latencies_drop(&gathering->latencies);
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
    free(gathering->rows.repetitions);
    free(gathering->rows.ranks);
    free(gathering->rows.intervals);
    free(gathering->cpu_ns);
    free(gathering->flags);
    latencies_free(&gathering->latencies);
}
