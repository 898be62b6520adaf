/* estimate.h - memory and time that a sweep takes, before anything is opened. Pure. */
#ifndef ZMQSWEEP_ESTIMATE_H
#define ZMQSWEEP_ESTIMATE_H

#include "zmqsweep/point.h"

struct plan;

/* The most bytes that a rank in that role may queue: size x HWM x peers, plus a zero-copy sender's
 * ring. */
int64_t plan_queue_bytes(const struct point *point, enum role role);
/* Buffers of a zero-copy sender's ring: (sndhwm + 2) x peers. */
int64_t plan_ring_buffers(const struct point *point);

/* The most bytes that the ranks on one host may queue at once in any point; *worst is that
 * point. */
int64_t plan_host_queue_bytes(const struct plan *plan, int32_t host, struct point *worst);
/* The largest equal HWM for both ends of `point` whose queues on `host` fit into `limit_bytes`; 0
 * when none does. */
int64_t plan_largest_hwm(const struct plan *plan, const struct point *point, int32_t host,
                         int64_t limit_bytes);

/* The expected length of one repetition and of the whole plan, in seconds; NaN in count mode. With
 * --precision, plan_total_s is the time with the most repetitions, and plan_least_s the time with
 * the fewest. */
double plan_repetition_s(const struct point *point);
double plan_total_s(const struct plan *plan);
double plan_least_s(const struct plan *plan);

#endif
