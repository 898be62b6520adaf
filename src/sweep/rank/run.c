/* run.c - runs a repetition on one rank: open, ready, flow, drain, close. Every rank takes the same
 * steps. */
#include "rank/run.h"

#include "process/log.h"
#include "process/memory.h"
#include "rank/drain.h"
#include "rank/flow.h"
#include "rank/rendezvous.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/traffic_latency.h"
#include "zmqsweep/traffic_write.h"

#include <stdlib.h>
#include <string.h>

static void read_latencies(struct repetition *repetition, const struct traffic *traffic)
{
    if (!repetition->order.point.latency_every) {
        return;
    }
    if (!repetition->times) {
        repetition->times = malloc(HISTOGRAM_BUCKETS * sizeof *repetition->times);
    }
    if (!repetition->times) {
        log_line(LOG_ERROR, "no memory for latencies");
        cluster_abort(EXIT_FAILED);
    }
    repetition->outcome.times_count = (int32_t)traffic_latency(traffic, repetition->times);
    repetition->outcome.latency_lowest_ns = traffic_latency_lowest_ns(traffic);
}

/* Ends the loop and records what only the loop knew. */
static void close_traffic(struct cluster *cluster, struct repetition *repetition,
                          struct traffic **traffic)
{
    struct outcome *outcome = &repetition->outcome;
    struct error error = {""};
    if (!*traffic) {
        return;
    }
    repetition_stop_loop(cluster, repetition, *traffic);
    if (!repetition->stopped && repetition->ran && traffic_check_file(*traffic, &error)) {
        outcome_fail(&repetition->outcome, &error);
    }
    if (repetition->order.point.count) {
        outcome->sync_ns = traffic_sync_ns(*traffic);
    }
    outcome->count = traffic_count(*traffic);
    outcome->foreign = traffic_foreign(*traffic);
    outcome->started_ns = cluster_to_coordinator_ns(cluster, traffic_started_ns(*traffic));
    outcome->first_ns = traffic_first_ns(*traffic)
                            ? cluster_to_coordinator_ns(cluster, traffic_first_ns(*traffic))
                            : 0;
    outcome->last_ns = traffic_last_ns(*traffic)
                           ? cluster_to_coordinator_ns(cluster, traffic_last_ns(*traffic))
                           : 0;
    outcome->peak_rss_bytes = memory_peak_bytes();
    read_latencies(repetition, *traffic);
    traffic_close(traffic);
}

void run_repetition(struct cluster *cluster, struct repetition *repetition)
{
    repetition_begin(cluster, repetition);
    repetition->timeline.ordered_ns = cluster_to_coordinator_ns(cluster, traffic_clock_ns());
    memory_reset_peak();
    struct traffic *traffic = rendezvous_open(cluster, repetition);
    const char *opened = traffic ? traffic_endpoint(traffic) : "nothing (idle)";
    log_line(LOG_DEBUG, "point %lld repetition %d: opened %.*s",
             (long long)repetition->order.point.id, repetition->order.repetition,
             (int)strcspn(opened, "#"), opened); /* do not print the token */
    rendezvous_connect(cluster, repetition, traffic);
    rendezvous_await_ready(cluster, repetition, traffic);
    log_line(LOG_DEBUG, "ready%s%s", repetition->outcome.failed ? ": not: " : "",
             repetition->outcome.message);
    rendezvous_agree_start(cluster, repetition);
    if (repetition->ran) {
        flow_run(cluster, repetition, traffic);
        log_line(LOG_DEBUG, "stopped after %lld messages",
                 traffic ? (long long)traffic_count(traffic) : 0LL);
        if (!repetition->stopped) {
            drain_run(cluster, repetition, traffic);
            log_line(LOG_DEBUG, "drained: %lld messages",
                     traffic ? (long long)traffic_count(traffic) : 0LL);
        }
    }
    repetition->outcome.interrupted = repetition->stopped;
    close_traffic(cluster, repetition, &traffic);
    log_line(LOG_DEBUG, "closed");
    cluster_set_phase(cluster, "gathering results");
}
