/* interval.c - medians and their distribution-free intervals. */
#include "sort.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

static double median_of_sorted(const double *values, size_t n)
{
    if (n == 0) {
        return NAN;
    }
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

double stats_median(double *values, size_t n)
{
    sort_doubles(values, n);
    return median_of_sorted(values, n);
}

double stats_mad(double *values, size_t n)
{
    double *deviations = malloc((n + 1) * sizeof *deviations);
    double middle = stats_median(values, n), mad = NAN;
    for (size_t i = 0; deviations && i < n; i++) {
        deviations[i] = fabs(values[i] - middle);
    }
    if (deviations) {
        mad = stats_median(deviations, n);
    }
    free(deviations);
    return mad;
}

struct stats_interval stats_median_interval(double *values, size_t n, double wanted)
{
    struct stats_interval interval = {NAN, NAN, NAN, NAN};
    interval.median = stats_median(values, n);
    if (n < 2) {
        return interval;
    }
    /* term = P(Binomial(n, 1/2) = k), below = P(Binomial(n, 1/2) <= k), in logs so that a large n
     * does not underflow. */
    double log_term = -(double)n * M_LN2;
    double below = exp(log_term);
    size_t k = 1;
    while (k < n / 2) {
        log_term += log((double)(n - k + 1) / (double)k);
        double more = below + exp(log_term);
        if (1 - 2 * more < wanted) {
            break;
        }
        below = more;
        k++;
    }
    interval.low = values[k - 1];
    interval.high = values[n - k];
    interval.coverage = 1 - 2 * below;
    return interval;
}

double stats_overlap(const double *starts, const double *ends, size_t n)
{
    if (n == 0) {
        return NAN;
    }
    double first = starts[0], latest_start = starts[0], earliest_end = ends[0], last = ends[0];
    for (size_t i = 1; i < n; i++) {
        first = fmin(first, starts[i]);
        latest_start = fmax(latest_start, starts[i]);
        earliest_end = fmin(earliest_end, ends[i]);
        last = fmax(last, ends[i]);
    }
    double common = earliest_end - latest_start;
    return common > 0 ? common / (last - first) : 0;
}
