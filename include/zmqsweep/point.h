/* point.h - one setting of every dimension, and what its values mean. Pure. */
#ifndef ZMQSWEEP_POINT_H
#define ZMQSWEEP_POINT_H

#include <stdbool.h>
#include <stdint.h>

/* Values as the option table orders its choices. */
enum pattern {
    PATTERN_PUSH_PULL,
    PATTERN_PUB_SUB,
    PATTERN_REQ_REP,
    PATTERN_PAIR,
    PATTERN_STREAM = 100
};
enum transport { TRANSPORT_TCP, TRANSPORT_IPC, TRANSPORT_RAW_TCP = 100 };
/* The words for all patterns and transports. Those from 100 on cannot be chosen: only the
 * baseline's points have them. */
const char *plan_pattern_word(int32_t pattern);
const char *plan_transport_word(int32_t transport);
enum baseline { BASELINE_NONE, BASELINE_TCP };
enum security { SECURITY_NONE, SECURITY_CURVE };
enum send_mode { SEND_COPY, SEND_ZERO_COPY, SEND_CONST, SEND_SHARED, SEND_UNTOUCHED };
enum receive_mode { RECEIVE_MESSAGE, RECEIVE_COPY, RECEIVE_READ, RECEIVE_WRITE };
enum bind_side { BIND_RECEIVER, BIND_SENDER };
enum placement {
    PLACEMENT_AUTO,
    PLACEMENT_ACROSS,
    PLACEMENT_WITHIN,
    PLACEMENT_LISTED,
    PLACEMENT_SPLIT
};
enum matrix { MATRIX_OFF, MATRIX_ROUNDS, MATRIX_ALONE };

enum round_order {
    ROUNDS_RANDOM,
    ROUNDS_LISTED,
    ROUNDS_NONE
}; /* of --order; none: point after point */

enum role { ROLE_IDLE, ROLE_SENDER, ROLE_RECEIVER };

/* One setting of every dimension: what a repetition needs to know. No pointers, so that it is
 * broadcast as it is. */
struct point {
    int64_t id; /* 0 on, in the order listed */
    int32_t pattern, transport, security, send_mode, receive_mode, bind;
    int32_t pairs; /* groups that send and receive at once */
    int32_t receivers_per_sender, senders_per_receiver;
    int32_t io_threads;
    int32_t repetitions;                    /* with --precision the most */
    int32_t min_repetitions, precision_ppm; /* precision: 1e-6 of the median; 0: none */
    int32_t step; /* matrix: the round, or the ordered pair of hosts, from 0 on */
    int64_t size_bytes;
    int64_t sndhwm, rcvhwm; /* messages; `auto` resolved */
    int64_t count;          /* messages per sender; 0 in duration mode */
    int64_t duration_ns, warmup_ns, interval_ns, timeout_ns;
    int64_t max_time_ns;                /* time limit of the point with --precision */
    int64_t sndbuf_bytes, rcvbuf_bytes; /* OPTION_KEYWORD: the system's */
    int64_t sender_cpus,
        receiver_cpus;          /* see config_cpus; OPTION_KEYWORD: where the launcher put them */
    int64_t io_cpus;            /* the same; OPTION_KEYWORD: with their sender or receiver */
    int64_t write_buffer_bytes; /* of receive mode write */
    int64_t ports;              /* see config_ports; OPTION_KEYWORD: any */
    int32_t placement, matrix;
    double rate_per_s; /* messages per second that each sender is to send; 0: as fast as it can */
    int64_t find_loss_ppb; /* --find-rate: loss allowed, in 1e-9; OPTION_KEYWORD: off */
    int64_t latency_every; /* --latency: one message of so many is timed; 0: none */
};

/* Does the receiver send every message back? */
bool plan_echoes(const struct point *point);

/* Is it a point of --baseline, which uses plain sockets? */
bool plan_is_baseline(const struct point *point);
/* Makes the baseline's point for `model`: plain sockets with the same ranks, placement, sizes,
 * windows and buffers. */
struct point plan_baseline_of(const struct point *model);

/* The bytes of a message that its send time takes, where latencies are measured. */
#define PLAN_STAMP_BYTES 16

#endif
