/* latency.h - latencies of messages, counted by the loop, read by the sampler. */
#ifndef TRAFFIC_LATENCY_STATE_H
#define TRAFFIC_LATENCY_STATE_H

#include "zmqsweep/histogram.h"
#include "zmqsweep/plan.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct latency {
    int64_t every;     /* one message of so many is timed */
    int64_t offset_ns; /* of this host's clock; stamps have the coordinator's time */
    _Atomic int64_t counts[HISTOGRAM_BUCKETS];
    int64_t lowest_ns; /* 0, or below; read after the loop's end */
    int64_t begin[HISTOGRAM_BUCKETS], end[HISTOGRAM_BUCKETS]; /* the counts at the window's edges */
    bool ended;
};

struct traffic;
/* traffic->latency, where the point asks for it. @return 0, or -1 when memory is out. */
int latency_open(struct traffic *traffic);

/* Only the loop's own thread counts, so a load and a store will do. */
static inline void latency_count(struct latency *latency, int64_t time_ns)
{
    _Atomic int64_t *count = &latency->counts[histogram_bucket(time_ns)];
    atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    if (time_ns < latency->lowest_ns) {
        latency->lowest_ns = time_ns;
    }
}

/* A stamp is at the head of a message: a magic number, then the send time by the coordinator's
 * clock. No message has the number by chance: all bytes of a payload are equal, and a stamp in
 * reused memory is cleared. */
#define STAMP_MAGIC UINT64_C(0x9d1c6f0b7a52e483)

static inline void stamp_set(void *data, int64_t time_ns)
{
    const uint64_t stamp[2] = {STAMP_MAGIC, (uint64_t)time_ns};
    _Static_assert(sizeof stamp == PLAN_STAMP_BYTES, "a stamp has its size");
    memcpy(data, stamp, sizeof stamp);
}

/* Clears the magic number, so that an old stamp is not read again. */
static inline void stamp_clear(void *data)
{
    memset(data, 0, sizeof(uint64_t));
}

static inline bool stamp_get(const void *data, int64_t *time_ns)
{
    uint64_t stamp[2];
    memcpy(stamp, data, sizeof stamp);
    *time_ns = (int64_t)stamp[1];
    return stamp[0] == STAMP_MAGIC;
}

#endif
