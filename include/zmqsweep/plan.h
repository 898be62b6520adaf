/* plan.h - from settings to the points of a sweep. Pure: no I/O, no MPI, no sockets. */
#ifndef ZMQSWEEP_PLAN_H
#define ZMQSWEEP_PLAN_H

#include "zmqsweep/config.h"
#include "zmqsweep/error.h"

#include <stddef.h>
#include <stdint.h>

/* Values as the option table orders its choices. */
enum pattern { PATTERN_PUSH_PULL, PATTERN_PUB_SUB };
enum transport { TRANSPORT_TCP, TRANSPORT_IPC };
enum send_mode { SEND_COPY, SEND_ZERO_COPY, SEND_CONST, SEND_SHARED, SEND_UNTOUCHED };
enum receive_mode { RECEIVE_MESSAGE, RECEIVE_COPY, RECEIVE_READ };
enum bind_side { BIND_RECEIVER, BIND_SENDER };

enum role { ROLE_IDLE, ROLE_SENDER, ROLE_RECEIVER };

/* One setting of every dimension: what a repetition needs to know. No pointers, so that it is broadcast as it
 * is. */
struct point {
    int64_t id; /* 0 on, in the order listed */
    int32_t pattern, transport, send_mode, receive_mode, bind;
    int32_t pairs; /* groups that are busy at once */
    int32_t receivers_per_sender, senders_per_receiver;
    int32_t io_threads;
    int32_t repetitions;
    int64_t size_bytes;
    int64_t sndhwm, rcvhwm; /* messages; `auto` resolved */
    int64_t count;          /* messages per sender; 0 in duration mode */
    int64_t duration_ns, warmup_ns, interval_ns, timeout_ns;
    int64_t sndbuf_bytes, rcvbuf_bytes; /* OPTION_KEYWORD: the system's */
};

struct plan {
    const struct settings *settings; /* borrowed */
    int32_t ranks;                   /* of the job, coordinator included */
    uint64_t seed;                   /* that the order was shuffled with */
    int64_t points;
    uint32_t *order; /* order[n]: id of the point that runs as number n */
};

extern const struct preset plan_presets[]; /* ended by a NULL name */

/* Expands the settings for a job of `ranks` ranks; ranks 0: as many as the plan needs at least.
 * `seed` shuffles the order when it is random. @return 0, or -1: a group shape that cannot be, a count past
 * 2^63 bytes, too few ranks (with the number that would do), too many points. */
int plan_make(const struct settings *settings, int32_t ranks, uint64_t seed, struct plan *plan,
              struct error *error);
void plan_free(struct plan *plan);

/* Point `id`, 0 to points - 1. */
struct point plan_point(const struct plan *plan, int64_t id);

/* Ranks that the largest point needs, coordinator included. */
int32_t plan_ranks_needed(const struct plan *plan);
/* The fewest ranks that settings can run on, coordinator included. */
int32_t plan_fewest_ranks(const struct settings *settings);

/* Group g takes S senders, then R receivers, from rank 1 + g(S + R) on. */
struct seat {
    enum role role;
    int32_t group; /* -1 when idle */
    int32_t index; /* among the group's senders or receivers */
};
struct seat plan_seat(const struct point *point, int32_t rank);
int32_t plan_sender_rank(const struct point *point, int32_t group, int32_t index);
int32_t plan_receiver_rank(const struct point *point, int32_t group, int32_t index);

/* HWM for `auto`: 1000, fewer when a queue would hold over 64 MiB, 4 at least. */
int64_t plan_auto_hwm(int64_t size_bytes);

/* The most bytes that a rank in that role may queue: size x HWM x peers, plus a zero-copy sender's ring. */
int64_t plan_queue_bytes(const struct point *point, enum role role);
/* Buffers of a zero-copy sender's ring: (sndhwm + 2) x peers. */
int64_t plan_ring_buffers(const struct point *point);

/* What the ranks on one host may queue at once, over all points; *worst is the point. `hosts[rank]` numbers
 * the hosts from 0. */
int64_t plan_host_queue_bytes(const struct plan *plan, const int32_t *hosts, int32_t host,
                              struct point *worst);
/* The largest equal HWM for both ends of `point` whose queues on `host` fit into `limit_bytes`; 0 when none
 * does. */
int64_t plan_largest_hwm(const struct point *point, const int32_t *hosts, int32_t ranks, int32_t host,
                         int64_t limit_bytes);

/* Expected length of one repetition and of the whole plan, in seconds; NaN in count mode. */
double plan_repetition_s(const struct point *point);
double plan_total_s(const struct plan *plan);

/* The point's settings as asked for: "pattern=push-pull transport=tcp size=64K ..."; equal points of two
 * files have equal texts. */
#define PLAN_KEY_LENGTH 320
const char *plan_key(const struct plan *plan, int64_t id, char key[PLAN_KEY_LENGTH]);

#endif
