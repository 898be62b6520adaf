/* latency.c - the sampler's side of the timed messages. */
#include "state/latency.h"

#include "state/state.h"
#include "zmqsweep/traffic_latency.h"

#include <stdlib.h>

int latency_open(struct traffic *traffic)
{
    if (!traffic->point.latency_every) {
        return 0;
    }
    traffic->latency = calloc(1, sizeof *traffic->latency);
    if (!traffic->latency) {
        return -1;
    }
    traffic->latency->every = traffic->point.latency_every;
    return 0;
}

void traffic_set_clock(struct traffic *traffic, int64_t offset_ns)
{
    if (traffic->latency) {
        traffic->latency->offset_ns = offset_ns;
    }
}

static void copy_counts(const struct latency *latency, int64_t counts[HISTOGRAM_BUCKETS])
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        counts[i] = atomic_load_explicit(&latency->counts[i], memory_order_relaxed);
    }
}

void traffic_latency_begin(struct traffic *traffic)
{
    if (traffic->latency) {
        copy_counts(traffic->latency, traffic->latency->begin);
    }
}

void traffic_latency_end(struct traffic *traffic)
{
    if (traffic->latency) {
        copy_counts(traffic->latency, traffic->latency->end);
        traffic->latency->ended = true;
    }
}

/* The times of a bucket that count: those in the window, or all in count mode. */
static int64_t counted(const struct traffic *traffic, size_t bucket)
{
    const struct latency *latency = traffic->latency;
    if (traffic->point.count) {
        return atomic_load_explicit(&latency->counts[bucket], memory_order_relaxed);
    }
    return latency->ended ? latency->end[bucket] - latency->begin[bucket] : 0;
}

size_t traffic_latency(const struct traffic *traffic, struct traffic_times *times)
{
    size_t found = 0;
    for (size_t i = 0; traffic->latency && i < HISTOGRAM_BUCKETS; i++) {
        int64_t count = counted(traffic, i);
        if (count) {
            times[found++] = (struct traffic_times){(int64_t)i, count};
        }
    }
    return found;
}

int64_t traffic_latency_lowest_ns(const struct traffic *traffic)
{
    return traffic->latency ? traffic->latency->lowest_ns : 0;
}
