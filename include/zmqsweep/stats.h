/* stats.h - medians, intervals and tests on small samples. Pure: no I/O, no state. */
#ifndef ZMQSWEEP_STATS_H
#define ZMQSWEEP_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct stats_interval {
    double median;   /* of the sample */
    double low;      /* NaN when no interval can be given (n < 2) */
    double high;     /* same */
    double coverage; /* exact, 0 to 1; NaN with low and high */
};

/* Median and the narrowest symmetric distribution-free interval for the population's median whose
 * exact coverage is at least `wanted` (0 to 1), from order statistics: [x_(k), x_(n+1-k)] covers
 * with probability 1 - 2 * P(Binomial(n, 1/2) < k). When even the interval from minimum to maximum
 * covers less than `wanted`, that one is given, with its coverage. Source: David & Nagaraja, Order
 * Statistics, 3rd ed., section 7.1. `values` is sorted in place. n = 0 gives NaN throughout. */
struct stats_interval stats_median_interval(double *values, size_t n, double wanted);

/* ---- stopping.c: how many values are enough? ---- */

/* The intervals that a growing sample has after each value, chosen so that with probability
 * `coverage` all of them cover the population's median. So a caller may stop after any value, for
 * any reason: the interval then covers with at least that probability, for every continuous
 * distribution. */
struct stats_schedule {
    size_t least, most; /* values */
    size_t
        *ranks; /* ranks[n], n = 0 ... most: x_(rank) to x_(n+1-rank); 0: no interval yet. Owned. */
    double wanted, coverage; /* coverage is at least wanted */
};

/* Makes a schedule of looks. A look is an interval after n values, n = least ... most, at which the
 * caller may stop; 2 <= least <= most.
 *
 * Method: of the values up to the n-th, S_n are below the median: a random walk whose law is
 * Binomial(n, 1/2) for every continuous distribution. [x_(k), x_(n+1-k)] misses when S_n < k or n -
 * S_n < k. So the chance that any look up to the n-th misses is that of a walk that has left its
 * bounds, which is computed exactly, value by value (Armitage, McPherson & Rowe, J. R. Stat. Soc. A
 * 132 (1969) 235). It may use up 1 - wanted by a spending function of n (Lan & DeMets, Biometrika
 * 70 (1983) 659): at n = least the larger of 2^(1 - least), which is minimum to maximum, and a
 * quarter; then in step with log n, and all of it at n = most. Every look takes the largest rank
 * that this allows.
 * @return 0, or -1 when memory is out; then *schedule owns nothing. */
int stats_schedule_make(size_t least, size_t most, double wanted, struct stats_schedule *schedule);
void stats_schedule_free(struct stats_schedule *schedule);

/* Median of n values, n <= most, their interval by the schedule, and the schedule's coverage, which
 * holds for all looks together. Before the first look nobody may stop because of an interval. There
 * the interval is that of stats_median_interval, and the coverage is the lesser of its own and the
 * schedule's. `values` is sorted in place. n < 2 has no interval. */
struct stats_interval stats_schedule_interval(const struct stats_schedule *schedule, double *values,
                                              size_t n);

/* Is the sample precise enough to stop? True when it has an interval whose half-width is at most
 * precision (0.05 = 5 %) x the median, and its values, in the order measured, have no trend at the
 * 20 % level (stats_trend_p), since drifting values have no precision. False when memory is out. */
bool stats_precise(const struct stats_schedule *schedule, const double *values, size_t n,
                   double precision);

/* ---- interval.c ---- */

/* Median; sorts in place; NaN for n = 0. */
double stats_median(double *values, size_t n);

/* Median absolute deviation from the median, not scaled; sorts in place; NaN for n = 0. */
double stats_mad(double *values, size_t n);

/* The share of the total time span that all n spans have in common: (min end - max start) / (max
 * end - min start), 0 when they have none, NaN for n = 0. */
double stats_overlap(const double *starts, const double *ends, size_t n);

/* ---- trend.c ---- */

/* Mann-Kendall test for a monotone trend: two-sided p-value, exact for n <= 100 without ties (ties
 * count as half), 1 for n < 3. Source: Mann, Econometrica 13 (1945) 245; Kendall, Rank Correlation
 * Methods. */
double stats_trend_p(const double *values, size_t n);

/* True when the rates of a window drifted: the mean of the first half of n interval rates and that
 * of the second differ by more than `limit` (0.2 = 20 %) of their mean. False for n < 8. With n odd
 * the middle one is left out. */
bool stats_halves_differ(const double *rates, size_t n, double limit);

/* ---- shift.c ---- */

struct stats_shift {
    double shift;    /* other - base */
    double low;      /* NaN when no interval has the coverage wanted: the samples are too small */
    double high;     /* same */
    double coverage; /* exact, 0 to 1; NaN with low and high */
};

/* By how much `other` lies above `base`: the Hodges-Lehmann estimate, which is the median of all n
 * x m differences, and the narrowest interval [D_(k), D_(nm+1-k)] of the ordered differences that
 * covers the shift with at least `wanted`, 1 - 2 P(U <= k - 1) by the rank-sum distribution of Mann
 * and Whitney. That is exact up to n x m = 10,000, and by the normal distribution beyond. With ties
 * it covers at least as much. NaN throughout for an empty sample or without memory. Source:
 * Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., sections 4.2 and 4.3;
 * Mann & Whitney, Ann. Math. Stat. 18 (1947) 50. */
struct stats_shift stats_shift_interval(const double *base, size_t n, const double *other, size_t m,
                                        double wanted);

#endif
