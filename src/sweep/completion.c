/* completion.c - when a point has been measured often enough. */
#include "sweep_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *completion_word(enum stop_reason stop)
{
    static const char *const words[] = {[STOP_REPETITIONS] = "repetitions",
                                        [STOP_PRECISION] = "precision",
                                        [STOP_TIME] = "time",
                                        [STOP_INTERRUPTED] = "interrupted",
                                        [STOP_UNREACHABLE] = "unreachable"};
    return words[stop];
}

enum stop_reason completion_of_word(const char *word)
{
    enum stop_reason stop = STOP_REPETITIONS;
    while (stop < STOP_UNREACHABLE && strcmp(word, completion_word(stop)) != 0) {
        stop++;
    }
    return stop;
}

/* The valid rates, in the order measured. @return how many. */
static size_t valid_rates(const struct tally_of_point *tally, double *rates)
{
    size_t n = 0;
    for (size_t i = 0; i < tally->count; i++) {
        if (tally->samples[i].valid) {
            rates[n++] = tally->samples[i].throughput_mbit_s;
        }
    }
    return n;
}

static double precision_of(const struct point *point)
{
    return point->precision_ppm * 1e-6;
}

static bool is_precise(const struct tally_of_point *tally)
{
    double *rates = malloc((tally->count + 1) * sizeof *rates);
    bool precise = false;
    if (rates) {
        size_t n = valid_rates(tally, rates);
        precise = stats_precise(tally->schedule, rates, n, precision_of(tally->point));
    }
    free(rates);
    return precise;
}

/* Would one more, of the mean length so far, end after the time limit? */
static bool is_out_of_time(const struct tally_of_point *tally)
{
    return tally->count > 0 && tally->elapsed_s + tally->repeating_s / (double)tally->count >
                                   (double)tally->point->max_time_ns * 1e-9;
}

bool completion_reached(const struct tally_of_point *tally, enum stop_reason *why)
{
    bool wants_precision = tally->schedule && tally->point->precision_ppm;
    *why = STOP_REPETITIONS;
    if (wants_precision && is_precise(tally)) {
        *why = STOP_PRECISION;
        return true;
    }
    if (tally->count >= (size_t)tally->point->repetitions) {
        return true;
    }
    if (wants_precision && is_out_of_time(tally)) {
        *why = STOP_TIME;
        return true;
    }
    return false;
}

/* The interval narrows as 1 / sqrt(n). */
static double needed_for(const struct tally_of_point *tally)
{
    double *rates = malloc((tally->count + 1) * sizeof *rates), needed = NAN;
    if (rates) {
        size_t n = valid_rates(tally, rates);
        struct stats_interval interval = stats_schedule_interval(tally->schedule, rates, n);
        double half = 0.5 * (interval.high - interval.low) / interval.median;
        needed = (double)tally->count * pow(half / precision_of(tally->point), 2);
    }
    free(rates);
    return needed;
}

double completion_expected(const struct tally_of_point *tally)
{
    const struct point *point = tally->point;
    double most = point->repetitions, least = (double)tally->count;
    if (!tally->schedule || !point->precision_ppm) {
        return most;
    }
    if (tally->repeating_s > 0) { /* no more than the time limit lets through */
        double left_s = (double)point->max_time_ns * 1e-9 - tally->elapsed_s;
        most = fmin(most, least * (1 + fmax(left_s, 0) / tally->repeating_s));
    }
    least = fmax(least, point->min_repetitions);
    double needed = needed_for(tally);
    needed = isfinite(needed) ? needed : least;
    return fmax((double)tally->count, fmin(most, fmax(least, needed)));
}
