/* jobs.c - two sides of jobs compared, by moderated t intervals. */
#include "zmqsweep/jobs.h"

#include "special.h"

#include <math.h>
#include <stdlib.h>

/* The jobs of a comparison and what is computed from them. */
struct jobs {
    const double *values;
    size_t points, base, other;
    double *variances, *freedoms; /* `count` of each, one per point that has a variance */
    size_t count;
};

struct side {
    double mean, squares; /* squares: the sum of the squared deviations */
    size_t count;         /* jobs that have the point */
};

static struct side sum_side(const double *values, size_t n)
{
    struct side side = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            double deviation = values[i] - side.mean;
            side.count++;
            side.mean += deviation / (double)side.count;
            side.squares += deviation * (values[i] - side.mean);
        }
    }
    return side;
}

static struct side base_side(const struct jobs *jobs, size_t point)
{
    return sum_side(jobs->values + point * (jobs->base + jobs->other), jobs->base);
}

static struct side other_side(const struct jobs *jobs, size_t point)
{
    return sum_side(jobs->values + point * (jobs->base + jobs->other) + jobs->base, jobs->other);
}

/* Degrees of freedom of the variance from job to job, pooled over the sides; 0 where a side lacks
 * the point.
 */
static double freedom_of(const struct side *base, const struct side *other)
{
    return base->count && other->count ? (double)(base->count + other->count - 2) : 0;
}

static double variance_of(const struct side *base, const struct side *other)
{
    return (base->squares + other->squares) / freedom_of(base, other);
}

static void collect_variances(struct jobs *jobs)
{
    for (size_t point = 0; point < jobs->points; point++) {
        struct side base = base_side(jobs, point), other = other_side(jobs, point);
        if (freedom_of(&base, &other) > 0) {
            jobs->variances[jobs->count] = variance_of(&base, &other);
            jobs->freedoms[jobs->count++] = freedom_of(&base, &other);
        }
    }
}

/* ---- how strongly points vary together ---- */

/* The jobs' deviations from the means of their sides, scaled to a vector of length 1. @return false
 * for a point that some job lacks, or that does not vary. */
static bool take_direction(const struct jobs *jobs, size_t point, double *direction)
{
    struct side base = base_side(jobs, point), other = other_side(jobs, point);
    double length = sqrt(base.squares + other.squares);
    size_t all = jobs->base + jobs->other;
    if (base.count < jobs->base || other.count < jobs->other || !(length > 0)) {
        return false;
    }
    for (size_t job = 0; job < all; job++) {
        double mean = job < jobs->base ? base.mean : other.mean;
        direction[job] = (jobs->values[point * all + job] - mean) / length;
    }
    return true;
}

/* The squared correlation of two points over these few jobs, as its mean over all pairs of points.
 * The sum over pairs is the sum of the squared elements of D = sum of direction x direction^T,
 * which is a small matrix. NaN for fewer than two points. */
static double mean_square_of_pairs(const struct jobs *jobs, double *direction, double *sums)
{
    size_t all = jobs->base + jobs->other, count = 0;
    for (size_t point = 0; point < jobs->points; point++) {
        if (!take_direction(jobs, point, direction)) {
            continue;
        }
        count++;
        for (size_t i = 0; i < all; i++) {
            for (size_t j = 0; j < all; j++) {
                sums[i * all + j] += direction[i] * direction[j];
            }
        }
    }
    double squares = 0, n = (double)count;
    for (size_t i = 0; i < all * all; i++) {
        squares += sums[i] * sums[i];
    }
    return count < 2 ? NAN : (squares - n) / (n * (n - 1));
}

/* The most degrees of freedom that all points together can have; see jobs.h. NaN when memory is
 * out. */
static double most_freedom(const struct jobs *jobs)
{
    size_t all = jobs->base + jobs->other;
    double *direction = calloc(all, sizeof *direction), *sums = calloc(all * all, sizeof *sums);
    double own = 0, most = NAN, n = (double)jobs->count;
    for (size_t i = 0; i < jobs->count; i++) {
        own += jobs->freedoms[i] / n;
    }
    if (direction && sums) {
        double pairs = mean_square_of_pairs(jobs, direction, sums);
        most = own / (1 / n + (1 - 1 / n) * (isnan(pairs) ? 1 : pairs));
    }
    free(direction);
    free(sums);
    return most;
}

/* ---- the intervals ---- */

static double shrink(double variance, double freedom, const struct stats_prior *prior)
{
    return isinf(prior->freedom) ? prior->variance
                                 : (prior->freedom * prior->variance + freedom * variance) /
                                       (prior->freedom + freedom);
}

static struct stats_jobs compare_point(const struct jobs *jobs, size_t point,
                                       const struct stats_prior *prior, double most, double wanted)
{
    struct side base = base_side(jobs, point), other = other_side(jobs, point);
    struct stats_jobs found = {{NAN, NAN, NAN, NAN}, NAN, base.count, other.count};
    double own = freedom_of(&base, &other);
    if (base.count && other.count) {
        found.shift.shift = other.mean - base.mean;
    }
    if (own > 0) {
        double variance = shrink(variance_of(&base, &other), own, prior);
        double scale = 1 / (double)base.count + 1 / (double)other.count;
        found.freedom = fmin(prior->freedom + own, most);
        double half = special_t_quantile(wanted, found.freedom) * sqrt(variance * scale);
        found.shift.low = found.shift.shift - half;
        found.shift.high = found.shift.shift + half;
        found.shift.coverage = wanted;
    }
    return found;
}

int stats_compare_jobs(const double *values, size_t points, size_t base, size_t other,
                       double wanted, struct stats_jobs *found, struct stats_prior *prior)
{
    struct jobs jobs = {.values = values, .points = points, .base = base, .other = other};
    struct stats_prior fitted = {0, 0};
    double most = NAN;
    jobs.variances = calloc(points + 1, sizeof *jobs.variances);
    jobs.freedoms = calloc(points + 1, sizeof *jobs.freedoms);
    if (jobs.variances && jobs.freedoms) {
        collect_variances(&jobs);
        fitted = stats_fit_prior(jobs.variances, jobs.freedoms, jobs.count);
        most = jobs.count ? most_freedom(&jobs) : 0;
    }
    free(jobs.variances);
    free(jobs.freedoms);
    if (isnan(most)) {
        return -1;
    }
    for (size_t point = 0; point < points; point++) {
        found[point] = compare_point(&jobs, point, &fitted, most, wanted);
    }
    if (prior) {
        *prior = fitted;
    }
    return 0;
}

struct stats_shift stats_single_jobs(const double *base, size_t n, const double *other, size_t m,
                                     double wanted)
{
    struct stats_shift shift = stats_shift_interval(base, n, other, m, wanted);
    shift.low = shift.high = shift.coverage = NAN;
    if (n >= 2 && m >= 2) {
        struct side a = sum_side(base, n), b = sum_side(other, m);
        double variance = a.squares / (double)(n - 1) + b.squares / (double)(m - 1);
        double half = special_t_quantile(wanted, (double)(n + m - 2)) * sqrt(variance);
        shift.low = shift.shift - half;
        shift.high = shift.shift + half;
        shift.coverage = wanted;
    }
    return shift;
}
