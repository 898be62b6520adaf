/* stopping.c - when a growing sample is enough, and what its interval then is. */
#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The share of the allowed chance to miss the median that the first look may use up. */
#define FIRST_SHARE 0.25
#define TREND_LEVEL 0.2

/* How much of `all`, the allowed chance to miss the median, the looks up to the n-th value may use
 * up together. */
static double allowance(size_t n, size_t least, size_t most, double all)
{
    double first = fmin(all, fmax(exp2(1 - (double)least), FIRST_SHARE * all));
    if (n >= most) {
        return all;
    }
    return first +
           (all - first) * log((double)n / (double)least) / log((double)most / (double)least);
}

/* Adds one more value: each state of the walk that is left within [rank, n - rank] stays or moves
 * to the next one, with probability 1/2 each. */
static void step(double *mass, size_t n, size_t rank)
{
    mass[n - rank] = 0;
    for (size_t s = n - rank; s > rank; s--) {
        mass[s] = 0.5 * (mass[s] + mass[s - 1]);
    }
    mass[rank] *= 0.5;
}

/* `mass[s]` is the chance that s of the values so far are below the median and no look has missed.
 */
static void fill(struct stats_schedule *schedule, double *mass, double all)
{
    double spent = 0;
    size_t rank = 0;
    mass[0] = 1;
    for (size_t n = 1; n <= schedule->most; n++) {
        step(mass, n, rank);
        /* a look with the next rank misses where exactly `rank` values are on one side */
        while (n >= schedule->least && 2 * (rank + 1) <= n &&
               spent + 2 * mass[rank] <= allowance(n, schedule->least, schedule->most, all)) {
            spent += 2 * mass[rank];
            rank++;
        }
        schedule->ranks[n] = rank;
    }
    schedule->coverage = 1 - spent;
}

int stats_schedule_make(size_t least, size_t most, double wanted, struct stats_schedule *schedule)
{
    double *mass = calloc(most + 2, sizeof *mass);
    struct stats_schedule made = {.least = least, .most = most, .wanted = wanted};
    made.ranks = calloc(most + 1, sizeof *made.ranks);
    if (!mass || !made.ranks) {
        free(mass);
        free(made.ranks);
        memset(schedule, 0, sizeof *schedule);
        return -1;
    }
    fill(&made, mass, 1 - wanted);
    free(mass);
    *schedule = made;
    return 0;
}

void stats_schedule_free(struct stats_schedule *schedule)
{
    free(schedule->ranks);
    memset(schedule, 0, sizeof *schedule);
}

struct stats_interval stats_schedule_interval(const struct stats_schedule *schedule, double *values,
                                              size_t n)
{
    size_t rank = schedule->ranks[n < schedule->most ? n : schedule->most];
    struct stats_interval interval = stats_median_interval(values, n, schedule->wanted);
    if (rank > 0) {
        interval.low = values[rank - 1];
        interval.high = values[n - rank];
        interval.coverage = schedule->coverage;
    } else if (interval.coverage > schedule->coverage) {
        interval.coverage = schedule->coverage;
    }
    return interval;
}

bool stats_precise(const struct stats_schedule *schedule, const double *values, size_t n,
                   double precision)
{
    if (n < schedule->least || schedule->ranks[n < schedule->most ? n : schedule->most] == 0) {
        return false;
    }
    double *sorted = malloc(n * sizeof *sorted);
    if (!sorted) {
        return false;
    }
    memcpy(sorted, values, n * sizeof *sorted);
    struct stats_interval interval = stats_schedule_interval(schedule, sorted, n);
    free(sorted);
    return 0.5 * (interval.high - interval.low) <= precision * interval.median &&
           stats_trend_p(values, n) >= TREND_LEVEL;
}
