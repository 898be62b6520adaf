/* estimate.c - the memory and time that a sweep takes, before anything is opened. */
#include "zmqsweep/plan.h"

#include <math.h>

/* Products and sums of sizes, high-water marks and peers stop at INT64_MAX instead of overflowing.
 */
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
    case SEND_ZERO_COPY: /* all queued messages lie in the ring */
        return times(plan_ring_buffers(point), point->size_bytes);
    case SEND_CONST:
    case SEND_SHARED: /* all queued messages are one and the same buffer */
        return point->size_bytes;
    default:
        return times(times(point->size_bytes, point->sndhwm), point->receivers_per_sender);
    }
}

int64_t plan_queue_bytes(const struct point *point, enum role role)
{
    if (plan_is_baseline(point)) { /* no queues: one message being written, one being read */
        return role == ROLE_IDLE     ? 0
               : role == ROLE_SENDER ? point->size_bytes
                                     : times(point->size_bytes, point->senders_per_receiver);
    }
    switch (role) {
    case ROLE_SENDER:
        return sender_bytes(point);
    case ROLE_RECEIVER:
        return plus(times(times(point->size_bytes, point->rcvhwm), point->senders_per_receiver),
                    point->receive_mode == RECEIVE_WRITE ? point->write_buffer_bytes : 0);
    default:
        return 0;
    }
}

/* The bytes that a point's ranks on one host may queue; -1 when there is no layout. */
static int64_t point_queue_bytes(const struct plan *plan, const struct point *point, int32_t host)
{
    struct plan_layout layout;
    int64_t bytes = 0;
    if (!plan->hosts) { /* all on one host: no layout is needed */
        bytes = plus(times(point->senders_per_receiver, plan_queue_bytes(point, ROLE_SENDER)),
                     times(point->receivers_per_sender, plan_queue_bytes(point, ROLE_RECEIVER)));
        return times(point->pairs, bytes);
    }
    if (plan_layout_make(point, plan->hosts, plan->ranks, &layout, NULL)) {
        return -1;
    }
    for (int32_t rank = 1; rank < plan->ranks; rank++) {
        if (plan->hosts[rank] == host) {
            bytes = plus(bytes, plan_queue_bytes(point, layout.assignments[rank].role));
        }
    }
    plan_layout_free(&layout);
    return bytes;
}

int64_t plan_host_queue_bytes(const struct plan *plan, int32_t host, struct point *worst)
{
    int64_t most = -1;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int64_t bytes = point_queue_bytes(plan, &point, host);
        if (bytes > most) {
            most = bytes;
            *worst = point;
        }
    }
    return most;
}

int64_t plan_largest_hwm(const struct plan *plan, const struct point *point, int32_t host,
                         int64_t limit_bytes)
{
    struct point trial = *point;
    int64_t fits = 0, fails = (point->sndhwm > point->rcvhwm ? point->sndhwm : point->rcvhwm) + 1;
    while (fails - fits > 1) {
        int64_t middle = fits + (fails - fits) / 2;
        trial.sndhwm = trial.rcvhwm = middle;
        if (point_queue_bytes(plan, &trial, host) <= limit_bytes) {
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

/* The longest time that a point may take, in seconds. The first repetition always runs, whatever
 * the time limit. In count mode, where a repetition's length is not known, only the time limit
 * counts. */
static double point_most_s(const struct point *point)
{
    double one = plan_repetition_s(point), all = one * point->repetitions;
    return point->precision_ppm ? fmin(all, fmax(one, (double)point->max_time_ns * 1e-9)) : all;
}

double plan_total_s(const struct plan *plan)
{
    double seconds = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        seconds += point_most_s(&point);
    }
    return seconds;
}

double plan_least_s(const struct plan *plan)
{
    double seconds = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        double fewest = plan_repetition_s(&point) *
                        (point.precision_ppm ? point.min_repetitions : point.repetitions);
        double most = point_most_s(&point);
        seconds += fewest > most ? most : fewest;
    }
    return seconds;
}
