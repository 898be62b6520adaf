/* sampler.c - reads this rank's counters and CPU time at the window's edges, and its counters every
 * interval. */
#include "rank/sampler.h"

#include "rank/tally.h"

#include "zmqsweep/traffic_latency.h"
#include "zmqsweep/traffic_usage.h"
#include "zmqsweep/traffic_write.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* The longest sleep between two checks of the stop flags. */
#define LOOK_NS 250000000
/* The time between two checks whether a sync is done. The loop itself takes the time of the
 * sync. */
#define SYNC_LOOK_NS 500000

static struct traffic_sample read_counters(const struct sampler *sampler)
{
    struct traffic_sample sample = {traffic_clock_ns(), 0, 0, 0, 0};
    if (sampler->traffic) {
        sample = traffic_sample(sampler->traffic);
    }
    sample.instant_ns = cluster_to_coordinator_ns(sampler->cluster, sample.instant_ns);
    if (sample.cut_ns) {
        sample.cut_ns = cluster_to_coordinator_ns(sampler->cluster, sample.cut_ns);
    }
    return sample;
}

static struct interval *append_interval(struct repetition *repetition)
{
    size_t used = (size_t)repetition->outcome.interval_count;
    if (used == repetition->interval_capacity) {
        size_t more = used ? 2 * used : 64;
        struct interval *grown = realloc(repetition->intervals, more * sizeof *grown);
        if (!grown) {
            return NULL;
        }
        repetition->intervals = grown;
        repetition->interval_capacity = more;
    }
    repetition->outcome.interval_count++;
    return &repetition->intervals[used];
}

/* Receivers have intervals. So do paced senders, whose intervals show whether a backlog grows. */
static bool has_intervals(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_RECEIVER ||
           (repetition->outcome.role == ROLE_SENDER && repetition->order.point.rate_per_s > 0);
}

/* Ends the running interval here. */
static void close_interval(struct sampler *sampler, const struct traffic_sample *now)
{
    if (has_intervals(sampler->repetition) && now->instant_ns > sampler->previous.instant_ns) {
        struct interval *row = append_interval(sampler->repetition);
        if (row) {
            row->start_ns = sampler->previous.instant_ns;
            row->length_ns = now->instant_ns - sampler->previous.instant_ns;
            row->messages = now->count - sampler->previous.count;
        }
    }
    sampler->previous = *now;
}

void sampler_start(struct sampler *sampler, int64_t first_ns)
{
    sampler->grid_ns = first_ns + sampler->repetition->order.point.interval_ns;
    sampler->previous = read_counters(sampler);
}

struct traffic_sample sampler_end_interval(struct sampler *sampler)
{
    struct traffic_sample now = read_counters(sampler);
    close_interval(sampler, &now);
    return now;
}

static int64_t time_ns(struct timeval time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_usec * 1000;
}

/* Makes a window's edge from the sample and what the process has used so far. */
static struct window_edge make_edge(struct traffic_sample sample)
{
    struct window_edge edge;
    struct rusage usage;
    memset(&edge, 0, sizeof edge);
    edge.sample = sample;
    getrusage(RUSAGE_SELF, &usage);
    edge.user_ns = time_ns(usage.ru_utime);
    edge.system_ns = time_ns(usage.ru_stime);
    edge.voluntary = usage.ru_nvcsw;
    edge.involuntary = usage.ru_nivcsw;
    return edge;
}

/* Waits until all that the loop has received is on disk. @return false when the wait was given
 * up. */
static bool await_sync(struct sampler *sampler, struct traffic_sample *sample, int64_t *sync_ns)
{
    const struct point *point = &sampler->repetition->order.point;
    int64_t deadline_ns = traffic_clock_ns() + point->timeout_ns;
    struct error error = {""};
    traffic_sync_ask(sampler->traffic);
    while (!traffic_take_sync(sampler->traffic, sample, sync_ns)) {
        if (traffic_ended(sampler->traffic) || tally_stop_requested(sampler->cluster)) {
            return false;
        }
        if (traffic_clock_ns() > deadline_ns) {
            error_set(&error, "the file in --write-dir was not synced within --timeout");
            outcome_fail(&sampler->repetition->outcome, &error);
            return false;
        }
        cluster_sleep_until(traffic_clock_ns() + SYNC_LOOK_NS);
    }
    return true;
}

/* Takes the sample at an edge. A receiver in mode write first syncs what it has received; its
 * sample is then from the end of the sync. */
static struct traffic_sample edge_sample(struct sampler *sampler)
{
    struct traffic_sample on_disk, now;
    bool writes = sampler->traffic && traffic_writes(sampler->traffic) &&
                  sampler->repetition->order.point.count == 0;
    bool synced = writes && await_sync(sampler, &on_disk, &sampler->repetition->outcome.sync_ns);
    now = read_counters(sampler);
    if (synced) {
        now.count = on_disk.count;
        now.instant_ns = now.cut_ns =
            cluster_to_coordinator_ns(sampler->cluster, on_disk.instant_ns);
    }
    return now;
}

void sampler_begin_window(struct sampler *sampler)
{
    int64_t began_ns = cluster_to_coordinator_ns(sampler->cluster, traffic_clock_ns());
    struct traffic_sample now = edge_sample(sampler);
    if (sampler->traffic) { /* at once: latencies are to be those of the window's messages */
        traffic_latency_begin(sampler->traffic);
    }
    sampler->late_ns = began_ns - sampler->repetition->timeline.window_begin_ns;
    close_interval(sampler, &now);
    sampler->repetition->outcome.begin = make_edge(now);
    if (sampler->traffic) {
        traffic_usage_begin(sampler->traffic);
    }
}

void sampler_end_window(struct sampler *sampler, bool interval)
{
    struct outcome *outcome = &sampler->repetition->outcome;
    struct traffic_sample now = edge_sample(sampler);
    if (sampler->traffic) {
        traffic_latency_end(sampler->traffic);
    }
    if (interval) {
        close_interval(sampler, &now);
    }
    outcome->end = make_edge(now);
    if (sampler->traffic) {
        outcome->usage = traffic_usage(sampler->traffic);
    }
}

void sampler_run_until(struct sampler *sampler, int64_t until_ns)
{
    struct cluster *cluster = sampler->cluster;
    int64_t interval_ns = sampler->repetition->order.point.interval_ns;
    for (;;) {
        int64_t now = cluster_to_coordinator_ns(cluster, traffic_clock_ns());
        if (now >= until_ns || tally_stop_requested(cluster)) {
            return;
        }
        if (now >= sampler->grid_ns) {
            sampler_end_interval(sampler);
            sampler->grid_ns += ((now - sampler->grid_ns) / interval_ns + 1) * interval_ns;
        }
        int64_t next =
            sampler->traffic && sampler->grid_ns < until_ns ? sampler->grid_ns : until_ns;
        next = next > now + LOOK_NS ? now + LOOK_NS : next;
        cluster_sleep_until(cluster_to_local_ns(cluster, next));
        int64_t late_ns = cluster_to_coordinator_ns(cluster, traffic_clock_ns()) - next;
        sampler->late_ns = late_ns > sampler->late_ns ? late_ns : sampler->late_ns;
    }
}
