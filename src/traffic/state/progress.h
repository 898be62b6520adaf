/* progress.h - counters of a loop: its thread alone writes them, the sampler reads them. */
#ifndef TRAFFIC_PROGRESS_H
#define TRAFFIC_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

struct progress {
    _Alignas(64) _Atomic int64_t count;
    _Atomic int64_t time_ns; /* of the last message, when timed */
    _Atomic uint32_t sequence;
    _Alignas(64) _Atomic int64_t blocked_ns; /* see progress_wait_begin */
    _Atomic int64_t ring_wait_ns;
};

static inline void progress_publish(struct progress *progress, int64_t count)
{
    atomic_store_explicit(&progress->count, count, memory_order_relaxed);
}

/* Count and time together: a sequence lock, odd while they change (Boehm, MSPC 2012, "Can seqlocks
 * get along with programming language memory models?", figure 6). */
static inline void progress_publish_timed(struct progress *progress, int64_t count, int64_t time_ns)
{
    uint32_t sequence = atomic_load_explicit(&progress->sequence, memory_order_relaxed);
    atomic_store_explicit(&progress->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&progress->count, count, memory_order_relaxed);
    atomic_store_explicit(&progress->time_ns, time_ns, memory_order_relaxed);
    atomic_store_explicit(&progress->sequence, sequence + 2, memory_order_release);
}

/* *waited_ns is the time waited so far. While a wait lasts, the time at which it began is
 * subtracted. That makes the number negative, since the clock's zero is before the first wait. A
 * single number holds both, so a reader never sees one without the other. Only the loop's own
 * thread writes, so a load and a store will do. */
static inline void progress_wait_begin(_Atomic int64_t *waited_ns, int64_t now_ns)
{
    int64_t so_far = atomic_load_explicit(waited_ns, memory_order_relaxed);
    atomic_store_explicit(waited_ns, so_far - now_ns, memory_order_relaxed);
}

static inline void progress_wait_end(_Atomic int64_t *waited_ns, int64_t now_ns)
{
    progress_wait_begin(waited_ns, -now_ns);
}

#endif
