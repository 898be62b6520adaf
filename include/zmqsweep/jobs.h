/* jobs.h - comparisons in which the job is the unit, so that intervals include what differs from
 * job to job. Pure. */
#ifndef ZMQSWEEP_JOBS_H
#define ZMQSWEEP_JOBS_H

#include "zmqsweep/stats.h"

#include <stddef.h>

/* What many variances say about each of them: as much as a further variance estimate of `variance`
 * with `freedom` degrees of freedom. */
struct stats_prior {
    double variance;
    double freedom; /* degrees of freedom; 0: the variances have nothing in common, INFINITY: they
                       are all equal */
};

/* Fits the prior to n variances, each estimated with freedoms[i] > 0 degrees of freedom: the true
 * variances are assumed to follow variance x freedom / chi^2(freedom), and mean and variance of log
 * s^2 are matched by digamma and trigamma (fitFDist). A variance under 1e-5 of the median is raised
 * to that. Fewer than three, or a median of 0, or no memory, give freedom 0 and variance 0. Source:
 * G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) article 3, section 6.2. */
struct stats_prior stats_fit_prior(const double *variances, const double *freedoms, size_t n);

/* A point that was measured in several jobs on each side. */
struct stats_jobs {
    struct stats_shift
        shift; /* mean of the other side's jobs - mean of the base's jobs; coverage as wanted */
    double freedom;     /* degrees of freedom of the t quantile; NaN without an interval */
    size_t base, other; /* jobs of each side that have the point */
};

/* Compares two sides point by point. values[point * (base + other) + job] is the job's value, such
 * as the median of its repetitions' logarithms: the base's jobs first, NaN where a job has none.
 * found[points] receives the shifts, and *prior, unless it is NULL, the prior that was fitted.
 *
 * Method: a moderated t interval. The variance from job to job, pooled over the two sides of a
 * point, has d degrees of freedom, is shrunk to the prior of all points, and the t quantile has
 * prior + d degrees (Smyth 2004, as above). These degrees are limited to those that all points
 * together have. The points of a job share its circumstances, so G points with mean square
 * correlation r^2 have d / (1 / G + (1 - 1 / G) r^2) degrees between them, as for the mean of
 * correlated variances (Satterthwaite, Biom. Bull. 2 (1946) 110). r^2 is estimated from the
 * deviations of the points that all jobs have. Few jobs make the estimate too large, which is on
 * the safe side. A side with one job borrows the other's variance. There is no interval (NaN) when
 * no side has two jobs with the point, and no shift when a side has none. Assumed: jobs are
 * independent, and vary alike on both sides.
 * @return 0, or -1 when memory is out. */
int stats_compare_jobs(const double *values, size_t points, size_t base, size_t other,
                       double wanted, struct stats_jobs *found, struct stats_prior *prior);

/* Compares one job on each side, with n and m repetitions in rounds. One job does not show what
 * differs from job to job. So a whole job counts as a single draw that varies as one repetition
 * does: the shift is stats_shift_interval's estimate, the half-width t(n + m - 2) x sqrt(s^2 +
 * S^2), where s and S are the standard deviations of the repetitions of a side, not divided by n.
 * So more repetitions do not narrow it. `coverage` is `wanted`: it holds as far as the medians of
 * jobs differ no more than single repetitions of one job do. Where n or m is under 2, all but the
 * shift is NaN. For rates, pass their logarithms. */
struct stats_shift stats_single_jobs(const double *base, size_t n, const double *other, size_t m,
                                     double wanted);

#endif
