/* traffic_latency.h - latencies of one end's messages. Where the point does not ask for them, these
 * functions do nothing. */
#ifndef ZMQSWEEP_TRAFFIC_LATENCY_H
#define ZMQSWEEP_TRAFFIC_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct traffic;

/* Sets the offset of this host's clock (local time - coordinator's time), by which send times are
 * converted. Call it before the loop starts. */
void traffic_set_clock(struct traffic *traffic, int64_t offset_ns);
/* In duration mode only messages timed between the last calls of these two functions count. In
 * count mode all messages count. */
void traffic_latency_begin(struct traffic *traffic);
void traffic_latency_end(struct traffic *traffic);
/* One bucket of histogram.h and how many times are in it. */
struct traffic_times {
    int64_t bucket, count;
};
/* Copies the nonempty buckets, once the loop has ended. @return their number, at most
 * HISTOGRAM_BUCKETS. */
size_t traffic_latency(const struct traffic *traffic, struct traffic_times *times);
/* The lowest time, if it is below 0; else 0. Only an inexact clock offset can make a time
 * negative. */
int64_t traffic_latency_lowest_ns(const struct traffic *traffic);

#endif
