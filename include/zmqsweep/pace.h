/* pace.h - the schedule of a paced sender: an open loop, so that a late message does not delay
 * those after it.
 *
 * Message i is scheduled at start + i / rate. Messages closer than 50 us go in bursts of as many as
 * fit into 50 us. All messages of a burst are due at the time of its first one, so the sender
 * sleeps 50 us or more between two bursts. The rate over whole bursts is exact. Up to 20,000
 * messages/s a burst is one message.
 */
#ifndef ZMQSWEEP_PACE_H
#define ZMQSWEEP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_PERIOD_S 50e-6
/* Up to this rate both ends read the clock at each message, so that a window begins and ends at a
 * message. At such rates that costs little, and a count of few messages between two arbitrary
 * instants would be off by one. */
#define PACE_TIMED_PER_S 100000

struct pace {
    int64_t start_ns;
    double gap_ns;
    int64_t burst; /* messages, 1 or more */
    int64_t next;  /* first message of the burst that is due next */
};

/* Messages of a burst at that rate (messages/s, over 0). */
static inline int64_t pace_burst(double rate_per_s)
{
    double fit = rate_per_s * PACE_PERIOD_S;
    int64_t whole = (int64_t)fit;
    return fit - (double)whole > 1e-9 ? whole + 1 : whole < 1 ? 1 : whole;
}

/* rate_per_s 0: no schedule, never used. */
static inline struct pace pace_make(int64_t start_ns, double rate_per_s)
{
    struct pace pace = {start_ns, 0, 1, 0};
    if (rate_per_s > 0) {
        pace.gap_ns = 1e9 / rate_per_s;
        pace.burst = pace_burst(rate_per_s);
    }
    return pace;
}

/* When message `index` is due: with the first of its burst. */
static inline int64_t pace_due_ns(const struct pace *pace, int64_t index)
{
    return pace->start_ns + (int64_t)((double)(index - index % pace->burst) * pace->gap_ns);
}

static inline bool pace_is_slow(double rate_per_s)
{
    return rate_per_s > 0 && rate_per_s <= PACE_TIMED_PER_S;
}

#endif
