/* traffic_latency.h - latencies of one end's messages, where the point asks for them; else these do
 * nothing.
 */
#ifndef ZMQSWEEP_TRAFFIC_LATENCY_H
#define ZMQSWEEP_TRAFFIC_LATENCY_H

#include <stddef.h>
#include <stdint.h>

struct traffic;

/* How this host's clock stands to the coordinator's (local - coordinator), for send times. Before
 * the loop.
 */
void traffic_set_clock(struct traffic *traffic, int64_t offset_ns);
/* In duration mode only what is timed between the last calls of these two counts. In count mode all
 * does. */
void traffic_latency_begin(struct traffic *traffic);
void traffic_latency_end(struct traffic *traffic);
/* Times in one bucket of histogram.h. */
struct traffic_times {
    int64_t bucket, count;
};
/* Once the loop has ended: the buckets that are not empty. @return how many; at most
 * HISTOGRAM_BUCKETS. */
size_t traffic_latency(const struct traffic *traffic, struct traffic_times *times);
/* The lowest time of all if it is below 0, which only clocks that were compared badly can make;
 * else 0. */
int64_t traffic_latency_lowest_ns(const struct traffic *traffic);

#endif
