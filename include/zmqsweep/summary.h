/* summary.h - from a point's settings and its repetitions to its row. Pure.
 *
 * The sweep sums up its points for the lines it prints, and the file is made from the journal. Both
 * use this module, so that a file recovered after a kill has the values that the sweep would have
 * printed.
 */
#ifndef ZMQSWEEP_SUMMARY_H
#define ZMQSWEEP_SUMMARY_H

#include "zmqsweep/histogram.h"
#include "zmqsweep/results.h"
#include "zmqsweep/stats.h"

/* What a summary needs of a repetition. NaN: not known. */
struct summary_sample {
    double throughput_mbit_s, message_rate_per_s, sent_rate_per_s, cpu_ns_per_message;
    double latency_p50_us, latency_p90_us, latency_p99_us, latency_p999_us, latency_uncertainty_us;
    double start_s, window_s;
    int64_t sent, received, lost;
    unsigned flags; /* see flags.h */
    bool valid;
};
struct summary_sample summary_sample(const struct repetition_record *row);

/* The probability with which a point's interval is to cover the median. */
#define SUMMARY_COVERAGE 0.95

/* The schedule of looks (see stats.h) of a point with --precision. It is kept in *cached, and made
 * again only for a point that needs a different one. @return NULL when the point has no precision,
 * or memory is out. */
const struct stats_schedule *summary_schedule(struct stats_schedule *cached,
                                              const struct point_record *point);

/* Fills the columns of *row that are made of its repetitions, in the order measured; the settings
 * stay as they are. `stop_reason` says why no more repetitions were run; "interrupted": some are
 * missing. A row from a file older than schema 1.2 does not have the repetitions asked for: then
 * status and interval stay as they are, too. */
void summary_fill(struct point_record *row, const struct summary_sample *samples, size_t count,
                  const struct stats_schedule *schedule, const char *stop_reason);

/* Fills the percentiles from `all`, the latencies of all valid repetitions. A percentile that fewer
 * than HISTOGRAM_BEYOND_MIN samples exceed is NaN. */
void summary_fill_latency(struct point_record *row, const struct histogram *all);

#endif
