/* prior.c - the prior distribution that many variances share, by empirical Bayes. */
#include "special.h"
#include "zmqsweep/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_VARIANCES 3
#define LEAST_OF_MEDIAN 1e-5

static double median_of(const double *values, size_t n)
{
    double *sorted = malloc((n + 1) * sizeof *sorted), median = 0;
    if (sorted) {
        memcpy(sorted, values, n * sizeof *sorted);
        median = n > 0 ? stats_median(sorted, n) : 0;
    }
    free(sorted);
    return median;
}

/* log s^2 without the bias that chance adds: its mean is the log of the true variance. */
static double unbiased_log(double variance, double freedom)
{
    return log(variance) - special_digamma(0.5 * freedom) + log(0.5 * freedom);
}

static struct stats_prior from_moments(double mean_log, double excess, double mean_variance)
{
    if (excess <= 0) { /* the variances differ no more than by chance */
        return (struct stats_prior){mean_variance, INFINITY};
    }
    double freedom = 2 * special_trigamma_inverse(excess);
    return (struct stats_prior){exp(mean_log + special_digamma(0.5 * freedom) - log(0.5 * freedom)),
                                freedom};
}

struct stats_prior stats_fit_prior(const double *variances, const double *freedoms, size_t n)
{
    double least = LEAST_OF_MEDIAN * median_of(variances, n);
    if (n < LEAST_VARIANCES || !(least > 0)) {
        return (struct stats_prior){0, 0};
    }
    double sum = 0, squares = 0, chance = 0, variance = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        sum += unbiased_log(fmax(variances[i], least), freedoms[i]) / (double)n;
        chance += special_trigamma(0.5 * freedoms[i]) / (double)n;
        variance += freedoms[i] * variances[i];
        weight += freedoms[i];
    }
    for (size_t i = 0; i < n; i++) {
        double deviation = unbiased_log(fmax(variances[i], least), freedoms[i]) - sum;
        squares += deviation * deviation / (double)(n - 1);
    }
    return from_moments(sum, squares - chance, variance / weight);
}
