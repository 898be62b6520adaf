/* paired.c - the shift between paired samples and its distribution-free interval. */
#include "sort.h"

#include "zmqsweep/paired.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The most pairs for the exact distribution, which takes n^3 / 4 steps: 2 ms for 200 pairs. */
#define EXACT_PAIRS 200

/* Sets below[t] to P(T <= t) for t = 0 ... limit. T is the sum of the ranks of the differences
 * above the shift: each rank of 1 ... n is part of the sum with probability 1/2. All terms are
 * positive, so nothing cancels. */
static void signed_rank_exact(size_t n, size_t limit, double *below)
{
    below[0] = 1;
    for (size_t t = 1; t <= limit; t++) {
        below[t] = 0;
    }
    for (size_t rank = 1; rank <= n; rank++) {
        for (size_t t = limit + 1; t-- > 0;) {
            below[t] = 0.5 * (below[t] + (t >= rank ? below[t - rank] : 0));
        }
    }
    for (size_t t = 1; t <= limit; t++) {
        below[t] += below[t - 1];
    }
}

/* Approximates the result of signed_rank_exact by the normal distribution with a correction for
 * continuity. */
static void signed_rank_normal(size_t n, size_t limit, double *below)
{
    double count = (double)n, mean = count * (count + 1) / 4;
    double deviation = sqrt(mean * (2 * count + 1) / 6);
    for (size_t t = 0; t <= limit; t++) {
        below[t] = 0.5 * erfc((mean - (double)t - 0.5) / deviation / M_SQRT2);
    }
}

/* P(T <= t) for t = 0 ... half of n (n + 1) / 2, malloc'd, or NULL. */
static double *signed_rank(size_t n)
{
    size_t limit = n * (n + 1) / 4;
    double *below = malloc((limit + 1) * sizeof *below);
    if (below && n <= EXACT_PAIRS) {
        signed_rank_exact(n, limit, below);
    } else if (below) {
        signed_rank_normal(n, limit, below);
    }
    return below;
}

/* Whether the n (n + 1) / 2 averages are more than memory can hold. */
static bool too_many(size_t n)
{
    return n > (size_t)1 << (4 * sizeof n - 4);
}

/* The Walsh averages in ascending order, malloc'd, or NULL. */
static double *walsh_averages(const double *base, const double *other, size_t n)
{
    double *averages = too_many(n) ? NULL : malloc(n * (n + 1) / 2 * sizeof *averages);
    size_t count = 0;
    for (size_t i = 0; averages && i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            averages[count++] = 0.5 * ((other[i] - base[i]) + (other[j] - base[j]));
        }
    }
    if (averages) {
        sort_doubles(averages, count);
    }
    return averages;
}

/* The largest k with 1 - 2 P(T <= k - 1) >= wanted, 0 when there is none; *coverage is set for k >
 * 0. */
static size_t interval_rank(size_t n, double wanted, double *coverage)
{
    double *below = signed_rank(n);
    size_t k = 0;
    while (below && k < n * (n + 1) / 4 && 1 - 2 * below[k] >= wanted) {
        k++;
    }
    if (k > 0) {
        *coverage = 1 - 2 * below[k - 1];
    }
    free(below);
    return k;
}

struct stats_shift stats_paired_shift(const double *base, const double *other, size_t n,
                                      double wanted)
{
    struct stats_shift shift = {NAN, NAN, NAN, NAN};
    double *averages = n > 0 ? walsh_averages(base, other, n) : NULL;
    if (!averages) {
        return shift;
    }
    size_t count = n * (n + 1) / 2;
    shift.shift = 0.5 * (averages[(count - 1) / 2] + averages[count / 2]);
    size_t k = interval_rank(n, wanted, &shift.coverage);
    if (k > 0) {
        shift.low = averages[k - 1];
        shift.high = averages[count - k];
    }
    free(averages);
    return shift;
}

/* How many Walsh averages are on the side of 0 that has fewer. Averages of 0 count on both sides.
 */
static size_t fewer_averages(const double *base, const double *other, size_t n)
{
    size_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = (other[i] - base[i]) + (other[j] - base[j]);
            low += sum <= 0;
            high += sum >= 0;
        }
    }
    return low < high ? low : high;
}

double stats_paired_p(const double *base, const double *other, size_t n)
{
    if (n == 0 || too_many(n)) {
        return 1;
    }
    size_t fewer = fewer_averages(base, other, n), limit = n * (n + 1) / 4;
    double *below = signed_rank(n);
    double p = below && fewer <= limit ? fmin(1, 2 * below[fewer]) : 1;
    free(below);
    return p;
}
