/* drift.c - changes that last longer than a round, as the rounds of a job show them. */
#include "drift.h"

#include "reading/point.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

#define STRONG_P 0.01
#define LEAST_ROUNDS 3

/* How a repetition differs from the others of its point. */
struct residual {
    int64_t round;
    double log_ratio; /* log(rate / the point's median) */
};

static int by_round(const void *a, const void *b)
{
    const struct residual *x = a, *y = b;
    return (x->round > y->round) - (x->round < y->round);
}

/* Computes one point's residuals, if it was measured in rounds. @return how many. */
static size_t take_residuals(const struct job *job, const struct point_record *point, double *logs,
                             struct residual *residuals)
{
    size_t count;
    const struct sample *samples = samples_of_point(&job->samples, point->point_id, &count);
    for (size_t i = 0; i < count; i++)
        logs[i] = log(samples[i].throughput_mbit_s);
    double median = stats_median(logs, count);
    if (!point_is_in_rounds(point))
        return 0;
    for (size_t i = 0; i < count; i++)
        residuals[i] =
            (struct residual){samples[i].round, log(samples[i].throughput_mbit_s) - median};
    return count;
}

/* Reduces residuals, in the order of their rounds, to one median per round. @return how many
 * rounds. */
static size_t reduce(const struct residual *residuals, size_t count, double *scratch,
                     double *series)
{
    size_t rounds = 0;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && residuals[end].round == residuals[first].round; end++)
            scratch[end - first] = residuals[end].log_ratio;
        if (residuals[first].round >= 0)
            series[rounds++] = stats_median(scratch, end - first);
    }
    return rounds;
}

/* Sen's slope of the series. @return NaN when memory is out. */
static double sen_slope(const double *series, size_t n)
{
    double *slopes = malloc((n * (n - 1) / 2 + 1) * sizeof *slopes), slope = NAN;
    size_t count = 0;
    for (size_t i = 0; slopes && i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            slopes[count++] = (series[j] - series[i]) / (double)(j - i);
    if (slopes)
        slope = stats_median(slopes, count);
    free(slopes);
    return slope;
}

static void describe(const double *series, size_t rounds, struct round_drift *drift)
{
    drift->rounds = rounds;
    drift->trend_p = stats_trend_p(series, rounds);
    drift->dependence = stats_dependence(series, rounds);
    if (rounds >= LEAST_ROUNDS)
        drift->drift = expm1(sen_slope(series, rounds) * (double)(rounds - 1));
}

int drift_find(const struct job *job, struct round_drift *drift)
{
    struct residual *residuals = calloc(job->samples.count + 1, sizeof *residuals);
    double *scratch = calloc(job->samples.count + 1, sizeof *scratch);
    double *series = calloc(job->samples.count + 1, sizeof *series);
    bool failed = !residuals || !scratch || !series;
    size_t count = 0;
    *drift = (struct round_drift){.drift = NAN, .trend_p = 1, .dependence = {NAN, NAN, 1}};
    for (size_t i = 0; i < job->file->point_count && !failed; i++)
        count += take_residuals(job, &job->file->points[i], scratch, residuals + count);
    if (!failed) {
        qsort(residuals, count, sizeof *residuals, by_round);
        describe(series, reduce(residuals, count, scratch, series), drift);
    }
    free(residuals);
    free(scratch);
    free(series);
    return failed ? -1 : 0;
}

bool drift_is_slow(const struct round_drift *drift)
{
    return drift->trend_p < STRONG_P || drift->dependence.p < STRONG_P;
}
