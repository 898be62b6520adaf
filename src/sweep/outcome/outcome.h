/* outcome.h - what one rank saw of a repetition, and when its steps happened. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "zmqsweep/error.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_usage.h"

#include <stdbool.h>

/* A receiver's rate needs at least this many messages in its window. */
#define OUTCOME_WINDOW_MESSAGES_MIN 20

struct window_edge {
    struct traffic_sample sample; /* its times are the coordinator's */
    int64_t user_ns, system_ns, voluntary, involuntary;
};

struct interval {
    int64_t start_ns, length_ns; /* start_ns is the coordinator's time */
    int64_t messages;
};

/* What one rank saw. It has no pointers, so that it is sent as it is. Times are by the
 * coordinator's clock; 0: none. */
struct outcome {
    int32_t role, group;
    int32_t failed, timed_out, interrupted;
    int32_t reconnects, strangers;
    int32_t interval_count, times_count;
    int64_t latency_lowest_ns; /* below 0 only if clock offsets are inexact; else 0 */
    int64_t count, foreign;
    int64_t started_ns, first_ns, last_ns;
    struct window_edge begin, end;
    struct traffic_usage usage; /* by thread, between begin and end */
    int64_t sync_ns;            /* of the sync to disk at the end, in receive mode write */
    int64_t late_ns;            /* the longest delay with which this rank woke up in the window */
    struct traffic_connections connections;
    int64_t peak_rss_bytes;
    char cpus[TRAFFIC_CPUS_LENGTH], io_cpus[TRAFFIC_CPUS_LENGTH];
    char message[384]; /* why it failed */
};

/* When the steps of a repetition happened, by the coordinator's clock. All ranks agree on start_ns,
 * on window_begin_ns, and in duration mode on window_end_ns. The other times are each rank's own;
 * rank 0 judges by its own. */
struct timeline {
    int64_t ordered_ns, start_ns, window_begin_ns, window_end_ns, stop_ns, drained_ns, closed_ns;
};

/* Records why the rank cannot go on with the repetition. Only the first reason is kept. */
void outcome_fail(struct outcome *outcome, const struct error *error);
/* Are messages dated one by one, and did none come before the window? Then the rate is taken from
 * the first message on. */
bool outcome_begins_at_first(const struct traffic_sample *begin);
/* A rank's messages between the window's edges. */
int64_t outcome_window_messages(const struct traffic_sample *begin,
                                const struct traffic_sample *end);

#endif
