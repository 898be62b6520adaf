/* state.c - what other threads read of a loop, and the signal that wakes it. */
#include "state/state.h"

#include "clock.h"

void traffic_wake_loop(struct traffic *traffic)
{
    if (traffic->running && !traffic_ended(traffic)) {
        pthread_kill(traffic->thread, TRAFFIC_WAKE_SIGNAL);
    }
}

bool traffic_ended(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->ended, memory_order_acquire);
}

bool traffic_loop_has_failed(const struct traffic *traffic)
{
    return traffic_ended(traffic) && traffic->loop_call != NULL;
}

bool traffic_is_running(const struct traffic *traffic)
{
    return traffic->running;
}

int64_t traffic_started_ns(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->started_ns, memory_order_relaxed);
}

int64_t traffic_first_ns(const struct traffic *traffic)
{
    return traffic->first_ns;
}

int64_t traffic_last_ns(const struct traffic *traffic)
{
    return traffic->last_ns;
}

int64_t traffic_count(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->progress.count, memory_order_relaxed);
}

int64_t traffic_foreign(const struct traffic *traffic)
{
    return traffic->foreign;
}

int64_t traffic_clock_ns(void)
{
    return clock_ns();
}
