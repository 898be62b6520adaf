/* store.c - writes what was measured to the journal, which is synced while the next repetition
 * runs. */
#include "coordinator/store.h"

#include "console/warn.h"
#include "judge/judge.h"
#include "judge/latency.h"
#include "points/describe.h"
#include "process/log.h"

#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_latency.h"

#include <math.h>

/* A sync may take this many times as long as the slowest one so far, and SYNC_SLACK_NS more until
 * its thread starts. */
#define SYNC_FACTOR 2
#define SYNC_SLACK_NS 10000000

static void abort_if(int failed, const struct error *error)
{
    if (failed) {
        log_line(LOG_ERROR, "%s; ending the job, what was measured before is in the journal",
                 error->text);
        cluster_abort(EXIT_FAILED);
    }
}

/* Collects the settings in force: the sender's HWM from a sender, the receiver's from a receiver,
 * and the largest buffers. */
static void merge_connections(struct traffic_connections *all, const struct outcome *outcome)
{
    if (outcome->role == ROLE_SENDER) {
        all->sndhwm = outcome->connections.sndhwm ? outcome->connections.sndhwm : all->sndhwm;
        all->sndbuf_bytes = fmax(all->sndbuf_bytes, outcome->connections.sndbuf_bytes);
    } else if (outcome->role == ROLE_RECEIVER) {
        all->rcvhwm = outcome->connections.rcvhwm ? outcome->connections.rcvhwm : all->rcvhwm;
        all->rcvbuf_bytes = fmax(all->rcvbuf_bytes, outcome->connections.rcvbuf_bytes);
    }
}

static bool is_same(double a, double b)
{
    return !(a < b || a > b) && isnan(a) == isnan(b);
}

static bool is_same_connections(const struct traffic_connections *a,
                                const struct traffic_connections *b)
{
    return a->sndhwm == b->sndhwm && a->rcvhwm == b->rcvhwm &&
           is_same(a->sndbuf_bytes, b->sndbuf_bytes) && is_same(a->rcvbuf_bytes, b->rcvbuf_bytes);
}

/* Stores the point's settings if the journal does not have them yet, or if they have changed:
 * buffers may grow from one repetition to the next. */
static void store_settings(struct coordinator *coordinator, const struct point *point)
{
    struct ledger_entry *entry = &coordinator->ledger.entries[point->id];
    const struct describe_hosts hosts = {&coordinator->repetition.layout,
                                         cluster_hosts(coordinator->cluster),
                                         coordinator->host_names};
    struct traffic_connections before = entry->connections;
    struct point_record row;
    struct error error = {""};
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster); rank++) {
        merge_connections(&entry->connections, &coordinator->gathering.outcomes[rank]);
    }
    if (entry->described && is_same_connections(&before, &entry->connections)) {
        return;
    }
    warn_buffers(point, &entry->connections);
    describe_point(coordinator->plan, point, &entry->connections, &hosts, &row);
    abort_if(journal_add_settings(coordinator->journal, &row, &error), &error);
    entry->described = true;
}

static void store_rank(struct coordinator *coordinator, int32_t rank)
{
    const struct gathering *gathering = &coordinator->gathering;
    struct journal *journal = coordinator->journal;
    struct error error = {""};
    struct rank_record row;
    struct interval_record interval;
    if (judge_rank(&gathering->evidence, rank, &row)) {
        abort_if(journal_add_rows(journal, TABLE_RANKS, &row, 1, &error), &error);
    }
    bool receives =
        gathering->outcomes[rank].role == ROLE_RECEIVER; /* a sender's only serve the backlog */
    for (int32_t i = 0; receives && i < gathering->outcomes[rank].interval_count; i++) {
        judge_interval(&gathering->evidence, rank, i, &interval);
        abort_if(journal_add_rows(journal, TABLE_INTERVALS, &interval, 1, &error), &error);
    }
}

static void store_latencies(struct coordinator *coordinator)
{
    const struct gathering *gathering = &coordinator->gathering;
    const struct traffic_times *next = gathering->times;
    struct error error = {""};
    for (int32_t rank = 0; rank < cluster_size(coordinator->cluster); rank++) {
        for (int32_t i = 0; i < gathering->outcomes[rank].times_count; i++) {
            struct latency_record row = latency_row(&gathering->evidence, rank, next++);
            abort_if(journal_add_rows(coordinator->journal, TABLE_LATENCY, &row, 1, &error),
                     &error);
        }
    }
}

void store_repetition(struct coordinator *coordinator, const struct point *point)
{
    const struct repetition_record *row = &coordinator->gathering.row;
    struct error error = {""};
    store_settings(coordinator, point);
    journal_begin_repetition(coordinator->journal, row->point_id, row->repetition);
    for (int32_t rank = 0; rank < cluster_size(coordinator->cluster); rank++) {
        store_rank(coordinator, rank);
    }
    if (point->latency_every) {
        store_latencies(coordinator);
    }
    abort_if(journal_add_repetition(coordinator->journal, row, &error), &error);
}

void store_stop(struct coordinator *coordinator, int64_t id, enum stop_reason stop)
{
    struct error error = {""};
    abort_if(journal_add_stop(coordinator->journal, id, completion_word(stop),
                              coordinator->ledger.entries[id].count, &error),
             &error);
}

void store_drop(struct coordinator *coordinator, int64_t id)
{
    struct error error = {""};
    abort_if(journal_add_drop(coordinator->journal, id, &error), &error);
}

void store_commit(struct coordinator *coordinator)
{
    struct error error = {""};
    abort_if(journal_commit(coordinator->journal, &error), &error);
    if (store_ensure(coordinator, &error)) {
        log_line(LOG_ERROR, "%s; ending the job", error.text);
        cluster_abort(EXIT_FAILED);
    }
}

void store_wait(struct coordinator *coordinator)
{
    struct error error = {""};
    abort_if(journal_wait(coordinator->journal, &error), &error);
}

/* Waits for the sync if it might last into the window. In count mode the window begins with the
 * traffic, so it always waits. */
void store_before_traffic(void *data, const struct point *point)
{
    struct coordinator *coordinator = data;
    int64_t may_take_ns =
        SYNC_FACTOR * journal_slowest_sync_ns(coordinator->journal) + SYNC_SLACK_NS;
    if (point->count || point->receive_mode == RECEIVE_WRITE || point->warmup_ns < may_take_ns) {
        store_wait(coordinator);
    }
}

/* Checks the journal and writes it again if needed: somebody may move or remove it during hours of
 * measuring. */
int store_ensure(struct coordinator *coordinator, struct error *error)
{
    bool again;
    if (journal_ensure(coordinator->journal, &again, error)) {
        return -1;
    }
    if (again) {
        log_line(LOG_WARNING,
                 "%s.journal was moved or removed while the sweep ran; it is written again, whole",
                 config_text(coordinator->settings, OPTION_OUTPUT));
    }
    return 0;
}
