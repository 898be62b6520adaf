/* plan.h - from settings to the points of a sweep. Pure: no I/O, no MPI, no sockets. */
#ifndef ZMQSWEEP_PLAN_H
#define ZMQSWEEP_PLAN_H

#include "zmqsweep/config.h"
#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values as the option table orders its choices. */
enum pattern { PATTERN_PUSH_PULL, PATTERN_PUB_SUB, PATTERN_REQ_REP, PATTERN_PAIR, PATTERN_STREAM = 100 };
enum transport { TRANSPORT_TCP, TRANSPORT_IPC, TRANSPORT_RAW_TCP = 100 };
/* Those of 100 and on are no choices: only the baseline's points have them. Their words, and all others. */
const char *plan_pattern_word(int32_t pattern);
const char *plan_transport_word(int32_t transport);
enum baseline { BASELINE_NONE, BASELINE_TCP };
enum security { SECURITY_NONE, SECURITY_CURVE };
enum send_mode { SEND_COPY, SEND_ZERO_COPY, SEND_CONST, SEND_SHARED, SEND_UNTOUCHED };
enum receive_mode { RECEIVE_MESSAGE, RECEIVE_COPY, RECEIVE_READ, RECEIVE_WRITE };
enum bind_side { BIND_RECEIVER, BIND_SENDER };
enum placement { PLACEMENT_AUTO, PLACEMENT_ACROSS, PLACEMENT_WITHIN, PLACEMENT_LISTED, PLACEMENT_SPLIT };
enum matrix { MATRIX_OFF, MATRIX_ROUNDS, MATRIX_ALONE };

enum round_order { ROUNDS_RANDOM, ROUNDS_LISTED, ROUNDS_NONE }; /* of --order; none: point after point */

enum role { ROLE_IDLE, ROLE_SENDER, ROLE_RECEIVER };

/* One setting of every dimension: what a repetition needs to know. No pointers, so that it is broadcast as it
 * is. */
struct point {
    int64_t id; /* 0 on, in the order listed */
    int32_t pattern, transport, security, send_mode, receive_mode, bind;
    int32_t pairs; /* groups that are busy at once */
    int32_t receivers_per_sender, senders_per_receiver;
    int32_t io_threads;
    int32_t repetitions;                    /* with a precision the most of them */
    int32_t min_repetitions, precision_ppm; /* of the median, in millionths; 0: no precision is asked for */
    int32_t step;                           /* matrix: the round, or the ordered pair of hosts, from 0 on */
    int64_t size_bytes;
    int64_t sndhwm, rcvhwm; /* messages; `auto` resolved */
    int64_t count;          /* messages per sender; 0 in duration mode */
    int64_t duration_ns, warmup_ns, interval_ns, timeout_ns;
    int64_t max_time_ns;                /* of the point, with a precision */
    int64_t sndbuf_bytes, rcvbuf_bytes; /* OPTION_KEYWORD: the system's */
    int64_t sender_cpus, receiver_cpus; /* see config_cpus; OPTION_KEYWORD: where the launcher put them */
    int64_t io_cpus;                    /* the same; OPTION_KEYWORD: with their sender or receiver */
    int64_t write_buffer_bytes;         /* of receive mode write */
    int64_t ports;                      /* see config_ports; OPTION_KEYWORD: any */
    int32_t placement, matrix;
    double rate_per_s;     /* messages per second that each sender is to send; 0: as fast as it can */
    int64_t find_loss_ppb; /* --find-rate: the share that may be lost, in 1e-9; OPTION_KEYWORD: off */
    int64_t latency_every; /* --latency: one message of so many is timed; 0: none */
};

struct plan {
    const struct settings *settings; /* borrowed */
    int32_t ranks;                   /* of the job, coordinator included */
    const int32_t *hosts;            /* borrowed: hosts[rank], numbered from 0; NULL: all ranks on one */
    int32_t host_count;
    bool unplaced;        /* made before the job: the hosts are not known */
    int32_t matrix_hosts; /* hosts that take part in the matrix; 0 without one */
    int32_t steps;        /* of the matrix; 1 without one */
    uint64_t seed;        /* of the orders */
    int64_t points;
    int64_t listed;   /* of them, made from the dimensions; the others are the baseline's */
    uint32_t *models; /* models[n]: the point after which the baseline's point `listed` + n is made */
};

extern const struct preset plan_presets[]; /* ended by a NULL name */

/* Expands the settings for a job of `ranks` ranks on `hosts` (hosts[rank], from 0 on; NULL: all on one host);
 * ranks 0: as many as the plan needs at least. `seed` shuffles the order when it is random. @return 0, or -1:
 * a group shape that cannot be, a count past 2^63 bytes, too few ranks (with the number that would do) or too
 * few on a host for the placement (with the arithmetic), too many points, a baseline of tcp without tcp. */
int plan_make(const struct settings *settings, int32_t ranks, const int32_t *hosts, uint64_t seed,
              struct plan *plan, struct error *error);
void plan_free(struct plan *plan);

/* The order in which the points run in that round, from 0 on: order[n], n = 0 ... points - 1, is the id of
 * the one that runs as number n. Of --order points the one round there is. */
void plan_order(const struct plan *plan, uint64_t seed, int64_t round, uint32_t *order);
/* Does the sweep go in rounds? */
bool plan_has_rounds(const struct plan *plan);

/* Point `id`, 0 to points - 1; the baseline's come last. */
struct point plan_point(const struct plan *plan, int64_t id);

/* Ranks that the largest point needs, coordinator included. */
int32_t plan_ranks_needed(const struct plan *plan);
/* busy[rank] becomes true where a rank takes part in some point. */
void plan_mark_ranks_in_use(const struct plan *plan, bool *busy);
/* writes[rank] becomes true where a rank is a receiver in mode write in some point. */
void plan_mark_writers(const struct plan *plan, bool *writes);
/* Do two points have the same ranks in the same seats? */
bool plan_same_layout(const struct point *a, const struct point *b);
/* The fewest ranks that settings can run on, coordinator included. */
int32_t plan_fewest_ranks(const struct settings *settings);

/* Does the receiver send every message back? */
bool plan_echoes(const struct point *point);

/* A stamp for the latency takes so many bytes of a message. */
#define PLAN_STAMP_BYTES 16

/* ---- baseline.c: what plain sockets carry, under the settings of other points ---- */

bool plan_is_baseline(const struct point *point);
/* Makes a point of plain sockets of its model: the same ranks, places, sizes, windows and buffers. */
struct point plan_baseline_of(const struct point *model);
/* Does a point that is made of these values, as asked for, differ from others in what matters to plain
 * sockets, and not only in what is ZeroMQ's? True for the first of those that differ in nothing else. */
bool plan_is_model(const struct settings *settings, const int64_t value[OPTION_TOTAL]);

/* ---- seats: who is what in a point ---- */

struct plan_assignment {
    enum role role;
    int32_t group; /* -1 when idle */
    int32_t index; /* among the group's senders or receivers */
};

struct plan_layout {
    int32_t groups, senders, receivers; /* a group's */
    int32_t *ranks; /* of group g: senders, then receivers, from g x (senders + receivers) on */
    struct plan_assignment *assignments; /* by rank */
};

/* Seats the ranks of a job for one point by its placement: `listed` gives group g the ranks from 1 + g(S + R)
 * on; the others fill the hosts evenly. `hosts` may be NULL (all ranks on one host). @return 0, or -1 with
 * the arithmetic. */
int plan_layout_make(const struct point *point, const int32_t *hosts, int32_t ranks,
                     struct plan_layout *layout, struct error *error);
void plan_layout_free(struct plan_layout *layout);
int32_t plan_layout_sender(const struct plan_layout *layout, int32_t group, int32_t index);
int32_t plan_layout_receiver(const struct plan_layout *layout, int32_t group, int32_t index);
int32_t plan_ranks_in_use(const struct point *point);

/* HWM for `auto`: 1000, fewer when a queue would hold over 64 MiB, 4 at least. */
int64_t plan_auto_hwm(int64_t size_bytes);

/* The most bytes that a rank in that role may queue: size x HWM x peers, plus a zero-copy sender's ring. */
int64_t plan_queue_bytes(const struct point *point, enum role role);
/* Buffers of a zero-copy sender's ring: (sndhwm + 2) x peers. */
int64_t plan_ring_buffers(const struct point *point);

/* What the ranks on one host may queue at once, over all points; *worst is the point. */
int64_t plan_host_queue_bytes(const struct plan *plan, int32_t host, struct point *worst);
/* The largest equal HWM for both ends of `point` whose queues on `host` fit into `limit_bytes`; 0 when none
 * does. */
int64_t plan_largest_hwm(const struct plan *plan, const struct point *point, int32_t host,
                         int64_t limit_bytes);

/* Expected length of one repetition and of the whole plan, in seconds; NaN in count mode. With a precision
 * the total is the most that the plan may take, and plan_least_s what it takes with the fewest repetitions.
 */
double plan_repetition_s(const struct point *point);
double plan_total_s(const struct plan *plan);
double plan_least_s(const struct plan *plan);

/* The point's settings as asked for: "pattern=push-pull transport=tcp size=64K ..."; equal points of two
 * files have equal texts. */
#define PLAN_KEY_LENGTH 512
const char *plan_key(const struct plan *plan, int64_t id, char key[PLAN_KEY_LENGTH]);

#endif
