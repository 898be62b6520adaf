/* summary.c - makes a point's row from its settings and its repetitions. */
#include "zmqsweep/summary.h"

#include "zmqsweep/dependence.h"
#include "zmqsweep/flags.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TREND_P 0.01
#define DEPENDENCE_P 0.01

struct summary_sample summary_sample(const struct repetition_record *row)
{
    return (struct summary_sample){.throughput_mbit_s = row->throughput_mbit_s,
                                   .message_rate_per_s = row->message_rate_per_s,
                                   .sent_rate_per_s = row->sent_rate_per_s,
                                   .cpu_ns_per_message = row->cpu_ns_per_message,
                                   .latency_p50_us = row->latency_p50_us,
                                   .latency_p90_us = row->latency_p90_us,
                                   .latency_p99_us = row->latency_p99_us,
                                   .latency_p999_us = row->latency_p999_us,
                                   .latency_uncertainty_us = row->latency_uncertainty_us,
                                   .start_s = row->start_s,
                                   .window_s = row->window_s,
                                   .sent = row->sent,
                                   .received = row->received,
                                   .lost = row->lost,
                                   .flags = flags_read(row->flags),
                                   .valid = row->valid};
}

const struct stats_schedule *summary_schedule(struct stats_schedule *cached,
                                              const struct point_record *point)
{
    size_t least = (size_t)point->least_repetitions, most = (size_t)point->planned_repetitions;
    if (!(point->precision > 0) || point->least_repetitions < 2 || most < least) {
        return NULL;
    }
    if (cached->ranks && cached->least == least && cached->most == most) {
        return cached;
    }
    stats_schedule_free(cached);
    return stats_schedule_make(least, most, SUMMARY_COVERAGE, cached) ? NULL : cached;
}

/* Collects one member of the valid repetitions, in the order measured, and leaves out NaN. @return
 * how many. */
static size_t collect(const struct summary_sample *samples, size_t count, size_t offset,
                      double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(&values[n], (const char *)&samples[i] + offset, sizeof *values);
        n += samples[i].valid && !isnan(values[n]);
    }
    return n;
}

#define COLLECT(member) collect(samples, count, offsetof(struct summary_sample, member), values)

/* @return flags that only all repetitions together show. */
static unsigned fill_rates(struct point_record *row, const struct summary_sample *samples,
                           size_t count, const struct stats_schedule *schedule, double *values)
{
    size_t n = COLLECT(throughput_mbit_s);
    struct stats_dependence dependence = stats_dependence(values, n);
    unsigned flags = stats_trend_p(values, n) < TREND_P ? FLAG_UNSTEADY : 0;
    flags |= dependence.p < DEPENDENCE_P ? FLAG_DEPENDENT : 0;
    row->dependence = dependence.correlation;
    struct stats_interval interval = schedule ? stats_schedule_interval(schedule, values, n)
                                              : stats_median_interval(values, n, SUMMARY_COVERAGE);
    row->throughput_mbit_s = interval.median;
    row->throughput_low_mbit_s = interval.low;
    row->throughput_high_mbit_s = interval.high;
    row->interval_coverage = interval.coverage;
    n = COLLECT(message_rate_per_s);
    row->message_rate_per_s = stats_median(values, n);
    n = COLLECT(sent_rate_per_s);
    row->sent_rate_per_s = stats_median(values, n);
    n = COLLECT(cpu_ns_per_message);
    row->cpu_ns_per_message = stats_median(values, n);
    return flags;
}

static void set_interval(double *values, size_t n, double *low, double *high)
{
    struct stats_interval interval = stats_median_interval(values, n, SUMMARY_COVERAGE);
    bool covers = interval.coverage >= SUMMARY_COVERAGE;
    *low = covers ? interval.low : NAN;
    *high = covers ? interval.high : NAN;
}

static void fill_latency_intervals(struct point_record *row, const struct summary_sample *samples,
                                   size_t count, double *values)
{
    set_interval(values, COLLECT(latency_p50_us), &row->latency_p50_low_us,
                 &row->latency_p50_high_us);
    set_interval(values, COLLECT(latency_p90_us), &row->latency_p90_low_us,
                 &row->latency_p90_high_us);
    set_interval(values, COLLECT(latency_p99_us), &row->latency_p99_low_us,
                 &row->latency_p99_high_us);
    set_interval(values, COLLECT(latency_p999_us), &row->latency_p999_low_us,
                 &row->latency_p999_high_us);
    row->latency_uncertainty_us = NAN;
    for (size_t i = 0; i < count; i++) {
        if (samples[i].valid) {
            row->latency_uncertainty_us =
                fmax(row->latency_uncertainty_us, samples[i].latency_uncertainty_us);
        }
    }
}

/* @return the flags of all repetitions, the invalid ones included. */
static unsigned sum_repetitions(struct point_record *row, const struct summary_sample *samples,
                                size_t count)
{
    unsigned flags = 0;
    double first_s = INFINITY, end_s = -INFINITY;
    row->sent = row->received = row->lost = row->valid_repetitions = 0;
    for (size_t i = 0; i < count; i++) {
        double window_s = isnan(samples[i].window_s) ? 0 : samples[i].window_s;
        flags |= samples[i].flags;
        first_s = fmin(first_s, samples[i].start_s);
        end_s = fmax(end_s, samples[i].start_s + window_s);
        if (samples[i].valid) {
            row->valid_repetitions++;
            row->sent += samples[i].sent;
            row->received += samples[i].received;
            row->lost += samples[i].lost;
        }
    }
    row->repetitions = (int64_t)count;
    row->spread_s = count > 0 ? end_s - first_s : NAN;
    return flags;
}

/* "ok": all repetitions that were to be run are valid. */
static const char *status_word(const struct point_record *row, const char *stop_reason)
{
    int64_t wanted = row->planned_repetitions;
    bool early = strcmp(stop_reason, "precision") == 0 || strcmp(stop_reason, "time") == 0;
    if (row->least_repetitions > 0 && early) {
        wanted =
            row->repetitions > row->least_repetitions ? row->repetitions : row->least_repetitions;
    }
    return row->valid_repetitions == 0        ? "failed"
           : row->valid_repetitions >= wanted ? "ok"
                                              : "partial";
}

static bool loss_over_target(const struct point_record *row)
{
    return row->sent > 0 && (double)row->lost > row->loss_target * (double)row->sent;
}

void summary_fill(struct point_record *row, const struct summary_sample *samples, size_t count,
                  const struct stats_schedule *schedule, const char *stop_reason)
{
    double *values = calloc(count + 1, sizeof *values);
    struct point_record before = *row;
    unsigned flags = sum_repetitions(row, samples, count);
    if (values) {
        flags |= fill_rates(row, samples, count, schedule, values);
        fill_latency_intervals(row, samples, count, values);
    }
    free(values);
    flags |= loss_over_target(row) ? FLAG_LOSS_OVER_TARGET : 0;
    flags_text(flags, row->flags, sizeof row->flags);
    memset(row->stop_reason, 0, sizeof row->stop_reason);
    snprintf(row->stop_reason, sizeof row->stop_reason, "%s", stop_reason);
    memset(row->status, 0, sizeof row->status);
    snprintf(row->status, sizeof row->status, "%s", status_word(row, stop_reason));
    if (before.planned_repetitions == 0) {
        memcpy(row->status, before.status, sizeof row->status);
        row->throughput_low_mbit_s = before.throughput_low_mbit_s;
        row->throughput_high_mbit_s = before.throughput_high_mbit_s;
        row->interval_coverage = before.interval_coverage;
        row->cpu_ns_per_message = before.cpu_ns_per_message;
        row->latency_uncertainty_us = before.latency_uncertainty_us;
    }
}

void summary_fill_latency(struct point_record *row, const struct histogram *all)
{
    row->latency_messages = histogram_total(all);
    row->latency_p50_us = histogram_percentile_ns(all, 500) / 1e3;
    row->latency_p90_us = histogram_percentile_ns(all, 900) / 1e3;
    row->latency_p99_us = histogram_percentile_ns(all, 990) / 1e3;
    row->latency_p999_us = histogram_percentile_ns(all, 999) / 1e3;
    row->latency_max_us = histogram_quantile_ns(all, 1000) / 1e3;
    row->latency_bound_us = histogram_bound_ns(all) / 1e3;
}
