/* point_record.h - a row of table points: a point of the sweep, as asked for and summed up.
 *
 * Strings end with NUL, and the rest of the field is zero. Missing values are NaN, 0 or "".
 */
#ifndef ZMQSWEEP_POINT_RECORD_H
#define ZMQSWEEP_POINT_RECORD_H

#include <stdint.h>

struct point_record {
    int64_t point_id;
    char settings[512]; /* as asked for, "pattern=push-pull transport=tcp size=64K ...": matches
                           points between files */
    char pattern[16];
    char transport[16];
    char security[16];
    int64_t message_size_bytes;
    char send_mode[16];
    char receive_mode[16];
    int64_t sndhwm, rcvhwm; /* read back from the sockets; messages */
    int64_t pairs, receivers_per_sender, senders_per_receiver;
    int64_t message_count; /* per sender; 0 in duration mode */
    double duration_s;     /* NaN in count mode */
    int64_t io_threads;
    double sndbuf_bytes, rcvbuf_bytes; /* of the connections, largest; NaN when there was none */
    char bind[16];
    char placement[16];
    char sender_cpus[32], receiver_cpus[32],
        io_cpus[32];                           /* as asked for; where they ran is in /ranks */
    char sender_host[256], receiver_host[256]; /* names, group by group where they differ */
    int64_t repetitions, valid_repetitions;
    char stop_reason[16];
    double throughput_mbit_s, throughput_low_mbit_s, throughput_high_mbit_s, interval_coverage;
    double message_rate_per_s;
    int64_t sent, received, lost; /* sums over valid repetitions */
    double cpu_ns_per_message;
    char flags[256];        /* has room for all of them */
    char status[16];        /* ok, partial, failed */
    double rate_per_s;      /* messages/s that each sender was to send; NaN when unpaced */
    double sent_rate_per_s; /* of the slowest sender, median */
    char latency_kind[16];  /* "one-way", "round-trip"; "" when it was not measured */
    int64_t latency_messages;
    double latency_p50_us, latency_p90_us, latency_p99_us, latency_p999_us, latency_max_us;
    double latency_uncertainty_us; /* of the clock offsets; 0 with one clock */
    /* Confidence intervals of the median over the repetitions' percentiles; NaN where too few
     * repetitions have the percentile. */
    double latency_p50_low_us, latency_p50_high_us, latency_p90_low_us, latency_p90_high_us;
    double latency_p99_low_us, latency_p99_high_us, latency_p999_low_us, latency_p999_high_us;
    double latency_bound_us; /* the largest latency with ten samples beyond it */
    char order[16];          /* of the repetitions: random, listed (rounds), points (one stretch) */
    double spread_s;         /* from the first window's start to the last one's end */
    double dependence;       /* rank correlation of neighbouring repetitions; NaN for too few */
    /* What was asked for, so that the row can be made from its repetitions alone. */
    int64_t
        planned_repetitions;   /* with a precision the most of them; 0 in files before schema 1.2 */
    int64_t least_repetitions; /* with a precision; else 0 */
    double precision;          /* a share of the median; NaN without one */
    double loss_target;        /* of --find-rate, a share; NaN without it */
};

#endif
