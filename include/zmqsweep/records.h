/* records.h - the rows of the tables, one struct each.
 *
 * Strings end with NUL, and the rest of the field is zero. Missing values are NaN, 0 or "".
 */
#ifndef ZMQSWEEP_RECORDS_H
#define ZMQSWEEP_RECORDS_H

#include "zmqsweep/point_record.h"
#include "zmqsweep/run_record.h"

#include <stdint.h>

struct repetition_record {
    int64_t point_id, repetition;
    double start_s, window_s;
    int64_t sent, received, lost, foreign, strangers, received_bytes, window_messages, window_bytes;
    double throughput_mbit_s, message_rate_per_s, receiver_min_mbit_s, receiver_max_mbit_s;
    double overlap, dead_s, drain_s;
    char flags[256]; /* has room for all of them */
    uint8_t valid;
    double sent_rate_per_s; /* of the slowest sender; NaN when there is none */
    int64_t round;          /* of the sweep, from 0 on; -1 with --order points, which has none */
    double took_s;          /* from the coordinator's order to the end */
    double cpu_ns_per_message;
    double backlog_begin_messages,
        backlog_end_messages; /* sent, but neither received nor lost, at the window's edges; NaN in
                                 count mode, and for req-rep, pair and the baseline */
    double queue_messages;    /* what a connection's queues, ring and kernel buffers hold at most */
    int64_t latency_messages;
    double latency_p50_us, latency_p90_us, latency_p99_us, latency_p999_us, latency_max_us;
    double latency_uncertainty_us;
};

struct rank_record {
    int64_t point_id, repetition, rank;
    char role[16];
    int64_t group, host_id, messages, bytes;
    double lost; /* NaN for push-pull */
    int64_t window_messages, window_bytes;
    double window_s, throughput_mbit_s, cpu_user_s, cpu_system_s;
    int64_t voluntary_switches, involuntary_switches;
    double blocked_s, ring_wait_s;
    double tcp_retransmits, tcp_rtt_us; /* NaN without a TCP connection */
    int64_t peak_rss_bytes;
    char cpus[48], io_cpus[48]; /* of the loop and the I/O threads, read back from the kernel */
    /* By thread, over usage_s; NaN where the system has no such count. */
    double usage_s;
    double app_cpu_s, app_runqueue_s, app_voluntary_switches, app_involuntary_switches,
        app_page_faults;
    double io_cpu_s, io_runqueue_s, io_voluntary_switches, io_involuntary_switches, io_page_faults;
    /* Of the I/O thread that was busy the longest. */
    double io_cpu_max_s, io_runqueue_max_s, io_page_faults_max;
    double sync_s; /* NaN except with --receive-mode write */
    char io_cpu_each_s[80];
};

struct interval_record {
    int64_t point_id, repetition, rank;
    double start_us, length_us; /* start counted from the window's start: negative in the warm-up */
    int64_t messages, bytes;
};

/* A nonempty bucket of a rank's latencies. */
struct latency_record {
    int64_t point_id, repetition, rank;
    double low_us, high_us; /* low <= latency < high */
    int64_t count;
};

#endif
