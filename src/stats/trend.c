/* trend.c - does a series drift? */
#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

#define EXACT_LIMIT 100
/* Halves of fewer than four intervals differ by chance. */
#define HALVES_MIN 8

/* P(at most `inversions` inversions) in a random permutation of n. The recurrence over n counts the
 * permutations with a given number of inversions; the counts are kept as probabilities. @return NaN
 * when memory is out. */
static double inversions_p(size_t n, size_t inversions)
{
    const size_t total = inversions + 1; /* the number of inversions never falls as n grows */
    double *now = calloc(total, sizeof *now), *next = calloc(total, sizeof *next);
    double p = NAN;
    if (now && next) {
        now[0] = 1;
        for (size_t m = 2; m <= n; m++) {
            double run = 0;
            for (size_t i = 0; i < total; i++) {
                run += now[i] - (i >= m ? now[i - m] : 0);
                next[i] = run / (double)m;
            }
            double *swap = now;
            now = next;
            next = swap;
        }
        p = 0;
        for (size_t i = 0; i < total; i++) {
            p += now[i];
        }
    }
    free(now);
    free(next);
    return p;
}

double stats_trend_p(const double *values, size_t n)
{
    if (n < 3) {
        return 1;
    }
    double score = 0, pairs = (double)n * ((double)n - 1) / 2;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            score += (values[j] > values[i]) - (values[j] < values[i]);
        }
    }
    if (n <= EXACT_LIMIT) {
        size_t discordant = (size_t)((pairs - fabs(score)) / 2);
        return fmin(1, 2 * inversions_p(n, discordant));
    }
    double variance = (double)n * (double)(n - 1) * (double)(2 * n + 5) / 18;
    double z = fmax(0, fabs(score) - 1) / sqrt(variance);
    return erfc(z / sqrt(2));
}

bool stats_halves_differ(const double *rates, size_t n, double limit)
{
    if (n < HALVES_MIN) {
        return false;
    }
    double first = 0, second = 0;
    for (size_t i = 0; i < n / 2; i++) {
        first += rates[i];
        second += rates[n - 1 - i];
    }
    return fabs(first - second) > limit * 0.5 * (first + second);
}
