/* progress.c - the sampler's side of the counters. */
#include "state/progress.h"

#include "clock.h"
#include "state/state.h"

/* A count that was read between two clock readings this close is dated well enough. */
#define BRACKET_NS 50000
#define TRIES 100

static void read_count(const struct progress *progress, struct traffic_sample *sample)
{
    int64_t best_ns = INT64_MAX;
    for (int i = 0; i < TRIES && best_ns > BRACKET_NS; i++) {
        int64_t before = clock_ns();
        int64_t count = atomic_load_explicit(&progress->count, memory_order_relaxed);
        int64_t after = clock_ns();
        if (after - before < best_ns) {
            best_ns = after - before;
            sample->count = count;
            sample->instant_ns = sample->cut_ns = before + best_ns / 2;
        }
    }
}

static void read_count_and_time(const struct progress *progress, struct traffic_sample *sample)
{
    uint32_t before, after;
    do {
        before = atomic_load_explicit(&progress->sequence, memory_order_acquire);
        sample->count = atomic_load_explicit(&progress->count, memory_order_relaxed);
        sample->cut_ns = atomic_load_explicit(&progress->time_ns, memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&progress->sequence, memory_order_relaxed);
    } while (before != after || (before & 1));
    sample->instant_ns = clock_ns();
}

/* The time waited until now. The clock is read after the counter, so that a wait that has just
 * begun never counts as negative. */
static int64_t waited(const _Atomic int64_t *waited_ns)
{
    int64_t so_far = atomic_load_explicit(waited_ns, memory_order_acquire);
    return so_far < 0 ? so_far + clock_ns() : so_far;
}

struct traffic_sample traffic_sample(const struct traffic *traffic)
{
    const struct progress *progress = &traffic->progress;
    struct traffic_sample sample = {0, 0, 0, 0, 0};
    if (traffic->timed) {
        read_count_and_time(progress, &sample);
    } else {
        read_count(progress, &sample);
    }
    sample.blocked_ns = waited(&progress->blocked_ns);
    sample.ring_wait_ns = waited(&progress->ring_wait_ns);
    return sample;
}
