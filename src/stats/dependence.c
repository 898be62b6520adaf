/* dependence.c - the serial correlation of ranks, and whether it is chance. */
#include "zmqsweep/dependence.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define LEAST_VALUES 8
#define ORDERS 1999
#define ENOUGH_AS_LARGE 20
#define SEED 20261224

struct place {
    double value;
    size_t index;
};

static int compare_places(const void *left, const void *right)
{
    double a = ((const struct place *)left)->value, b = ((const struct place *)right)->value;
    return (a > b) - (a < b);
}

/* Ranks the values; equal values get the mean of their ranks. Writes twice each rank, less twice
 * the mean of all ranks: whole numbers, so that equal sums are equal. @return false when memory is
 * out. */
static bool rank(const double *values, size_t n, double *ranks)
{
    struct place *places = malloc(n * sizeof *places);
    if (!places) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        places[i] = (struct place){values[i], i};
    }
    qsort(places, n, sizeof *places, compare_places);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && places[end].value == places[first].value;) {
            end++;
        }
        for (size_t i = first; i < end; i++) { /* ranks first + 1 ... end */
            ranks[places[i].index] = (double)(first + end) - (double)n;
        }
    }
    free(places);
    return true;
}

static double sum_of_squares(const double *ranks, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += ranks[i] * ranks[i];
    }
    return sum;
}

/* The sum of the squared steps from neighbour to neighbour: small where neighbours are alike. */
static double steps(const double *ranks, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i < n; i++) {
        sum += (ranks[i] - ranks[i - 1]) * (ranks[i] - ranks[i - 1]);
    }
    return sum;
}

/* Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014
 * (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Source: Durstenfeld, Algorithm 235, Commun. ACM 7 (1964) 420. */
static void shuffle(double *ranks, size_t n, uint64_t *state)
{
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = (size_t)(next_random(state) % (i + 1));
        double swap = ranks[i];
        ranks[i] = ranks[j];
        ranks[j] = swap;
    }
}

/* The permutation p-value of the ranks' serial correlation. Leaves the ranks in another order. */
static double permutation_p(double *ranks, size_t n)
{
    double seen = steps(ranks, n);
    uint64_t state = SEED;
    int as_large = 0;
    for (int order = 1; order <= ORDERS; order++) {
        shuffle(ranks, n, &state);
        as_large += steps(ranks, n) <= seen;
        if (as_large == ENOUGH_AS_LARGE) {
            return (double)ENOUGH_AS_LARGE / order;
        }
    }
    return (1.0 + as_large) / (1.0 + ORDERS);
}

/* The standard deviation of 1 - RVN / 2 over all orders, without ties. RVN is the rank version of
 * von Neumann's ratio. */
static double deviation_of_chance(double n)
{
    return sqrt((n - 2) * (5 * n * n - 2 * n - 9) / (5 * n * (n + 1) * (n - 1) * (n - 1)));
}

struct stats_dependence stats_dependence(const double *values, size_t n)
{
    struct stats_dependence dependence = {NAN, NAN, 1};
    double *ranks = n < LEAST_VALUES ? NULL : malloc(n * sizeof *ranks);
    if (ranks && rank(values, n, ranks)) {
        double spread = sum_of_squares(ranks, n);
        double correlation = spread > 0 ? fmax(-1, 1 - 0.5 * steps(ranks, n) / spread) : 0;
        dependence.correlation = correlation;
        dependence.error = deviation_of_chance((double)n) * sqrt(1 - correlation * correlation);
        dependence.p = spread > 0 ? permutation_p(ranks, n) : 1;
    }
    free(ranks);
    return dependence;
}
