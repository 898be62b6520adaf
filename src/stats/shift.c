/* shift.c - the shift between two samples and its distribution-free interval. */
#include "sort.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The largest n m for the exact distribution, which takes n m (n + m) steps: 10 ms for 100 + 100
 * values. */
#define EXACT_LIMIT ((size_t)10000)

/* Turns `rows` from the distribution of U for (n - 1, j) at j = 0 ... m into that for n and j. Row
 * j has places for u = 0 ... limit. All terms are positive, so that nothing cancels. */
static void next_row(double *rows, size_t n, size_t m, size_t limit)
{
    size_t width = limit + 1;
    for (size_t j = 1; j <= m; j++) {
        double *here = rows + j * width;
        const double *left = here - width;
        double first = (double)n / (double)(n + j), second = (double)j / (double)(n + j);
        for (size_t u = limit + 1; u-- > 0;)
            here[u] = (u >= j ? first * here[u - j] : 0) + second * left[u];
    }
}

/* Sets below[u] to P(U <= u) for u = 0 ... limit. @return 0, or -1 when memory is out. */
static int rank_sum_exact(size_t n, size_t m, size_t limit, double *below)
{
    size_t width = limit + 1;
    double *rows = calloc((m + 1) * width, sizeof *rows);
    if (!rows)
        return -1;
    for (size_t j = 0; j <= m; j++)
        rows[j * width] = 1;
    for (size_t i = 1; i <= n; i++)
        next_row(rows, i, m, limit);
    double sum = 0;
    for (size_t u = 0; u <= limit; u++)
        below[u] = sum += rows[m * width + u];
    free(rows);
    return 0;
}

/* Approximates the result of rank_sum_exact by the normal distribution with a correction for
 * continuity. */
static void rank_sum_normal(size_t n, size_t m, size_t limit, double *below)
{
    double pairs = (double)n * (double)m, deviation = sqrt(pairs * (double)(n + m + 1) / 12);
    for (size_t u = 0; u <= limit; u++)
        below[u] = 0.5 * erfc((pairs / 2 - (double)u - 0.5) / deviation / M_SQRT2);
}

/* The largest k with 1 - 2 P(U <= k - 1) >= wanted, 0 when there is none; *coverage is set for k >
 * 0. */
static size_t interval_rank(size_t n, size_t m, double wanted, double *coverage)
{
    size_t limit = n * m / 2, k = 0;
    double *below = calloc(limit + 1, sizeof *below);
    if (!below)
        return 0;
    if (n * m > EXACT_LIMIT)
        rank_sum_normal(n, m, limit, below);
    else if (rank_sum_exact(n, m, limit, below)) {
        free(below);
        return 0;
    }
    while (k < limit && 1 - 2 * below[k] >= wanted)
        k++;
    if (k > 0)
        *coverage = 1 - 2 * below[k - 1];
    free(below);
    return k;
}

struct stats_shift stats_shift_interval(const double *base, size_t n, const double *other, size_t m,
                                        double wanted)
{
    struct stats_shift shift = {NAN, NAN, NAN, NAN};
    if (n == 0 || m == 0 || n > SIZE_MAX / sizeof(double) / m)
        return shift;
    size_t pairs = n * m;
    double *differences = malloc(pairs * sizeof *differences);
    if (!differences)
        return shift;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            differences[i * m + j] = other[j] - base[i];
    sort_doubles(differences, pairs);
    shift.shift = pairs % 2 ? differences[pairs / 2]
                            : 0.5 * (differences[pairs / 2 - 1] + differences[pairs / 2]);
    size_t k = interval_rank(n, m, wanted, &shift.coverage);
    if (k > 0) {
        shift.low = differences[k - 1];
        shift.high = differences[pairs - k];
    }
    free(differences);
    return shift;
}
