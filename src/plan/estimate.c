/* estimate.c - seats, memory and time of a point, before anything is opened. */
#include "zmqsweep/plan.h"

#include <math.h>

static int32_t group_ranks(const struct point *point)
{
    return point->senders_per_receiver + point->receivers_per_sender;
}

struct seat plan_seat(const struct point *point, int32_t rank)
{
    struct seat idle = {ROLE_IDLE, -1, -1};
    int32_t group = (rank - 1) / group_ranks(point), place = (rank - 1) % group_ranks(point);
    if (rank < 1 || group >= point->pairs) {
        return idle;
    }
    if (place < point->senders_per_receiver) {
        return (struct seat){ROLE_SENDER, group, place};
    }
    return (struct seat){ROLE_RECEIVER, group, place - point->senders_per_receiver};
}

int32_t plan_sender_rank(const struct point *point, int32_t group, int32_t index)
{
    return 1 + group * group_ranks(point) + index;
}

int32_t plan_receiver_rank(const struct point *point, int32_t group, int32_t index)
{
    return plan_sender_rank(point, group, point->senders_per_receiver + index);
}

/* Products of sizes, HWMs and peers stop at the largest number instead of wrapping round. */
static int64_t times(int64_t a, int64_t b)
{
    return a && b > INT64_MAX / a ? INT64_MAX : a * b;
}

static int64_t plus(int64_t a, int64_t b)
{
    return b > INT64_MAX - a ? INT64_MAX : a + b;
}

int64_t plan_ring_buffers(const struct point *point)
{
    return times(point->sndhwm + 2, point->receivers_per_sender);
}

static int64_t sender_bytes(const struct point *point)
{
    switch (point->send_mode) {
    case SEND_ZERO_COPY: /* what is queued lies in the ring */
        return times(plan_ring_buffers(point), point->size_bytes);
    case SEND_CONST:
    case SEND_SHARED: /* what is queued is one and the same buffer */
        return point->size_bytes;
    default:
        return times(times(point->size_bytes, point->sndhwm), point->receivers_per_sender);
    }
}

int64_t plan_queue_bytes(const struct point *point, enum role role)
{
    switch (role) {
    case ROLE_SENDER:
        return sender_bytes(point);
    case ROLE_RECEIVER:
        return times(times(point->size_bytes, point->rcvhwm), point->senders_per_receiver);
    default:
        return 0;
    }
}

static int64_t point_queue_bytes(const struct point *point, const int32_t *hosts, int32_t ranks, int32_t host)
{
    int64_t bytes = 0;
    for (int32_t rank = 1; rank < ranks; rank++) {
        if (hosts[rank] == host) {
            bytes = plus(bytes, plan_queue_bytes(point, plan_seat(point, rank).role));
        }
    }
    return bytes;
}

int64_t plan_host_queue_bytes(const struct plan *plan, const int32_t *hosts, int32_t host,
                              struct point *worst)
{
    int64_t most = -1;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int64_t bytes = point_queue_bytes(&point, hosts, plan->ranks, host);
        if (bytes > most) {
            most = bytes;
            *worst = point;
        }
    }
    return most;
}

int64_t plan_largest_hwm(const struct point *point, const int32_t *hosts, int32_t ranks, int32_t host,
                         int64_t limit_bytes)
{
    struct point trial = *point;
    int64_t fits = 0, fails = (point->sndhwm > point->rcvhwm ? point->sndhwm : point->rcvhwm) + 1;
    while (fails - fits > 1) {
        int64_t middle = fits + (fails - fits) / 2;
        trial.sndhwm = trial.rcvhwm = middle;
        if (point_queue_bytes(&trial, hosts, ranks, host) <= limit_bytes) {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    return fits;
}

double plan_repetition_s(const struct point *point)
{
    if (point->count) {
        return NAN;
    }
    return (double)(point->warmup_ns + point->duration_ns + point->interval_ns) * 1e-9;
}

double plan_total_s(const struct plan *plan)
{
    double seconds = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        seconds += plan_repetition_s(&point) * point.repetitions;
    }
    return seconds;
}
