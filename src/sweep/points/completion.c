/* completion.c - decides whether a point has been measured often enough. */
#include "points/completion.h"

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

enum stop_reason completion_read(const char *word)
{
    enum stop_reason stop = STOP_REPETITIONS;
    while (stop < STOP_UNREACHABLE && strcmp(word, completion_word(stop)) != 0) {
        stop++;
    }
    return stop;
}

/* Copies the rates of the valid repetitions, in the order measured. @return how many. */
static size_t valid_rates(const struct completion_input *input, double *rates)
{
    size_t n = 0;
    for (size_t i = 0; i < input->count; i++) {
        if (input->samples[i].valid) {
            rates[n++] = input->samples[i].throughput_mbit_s;
        }
    }
    return n;
}

static double precision_of(const struct point *point)
{
    return point->precision_ppm * 1e-6;
}

static bool is_precise(const struct completion_input *input)
{
    double *rates = malloc((input->count + 1) * sizeof *rates);
    bool precise = false;
    if (rates) {
        size_t n = valid_rates(input, rates);
        precise = stats_precise(input->schedule, rates, n, precision_of(input->point));
    }
    free(rates);
    return precise;
}

/* Would one more repetition, of the mean length so far, end after the time limit? */
static bool is_out_of_time(const struct completion_input *input)
{
    return input->count > 0 && input->elapsed_s + input->repeating_s / (double)input->count >
                                   (double)input->point->max_time_ns * 1e-9;
}

bool completion_reached(const struct completion_input *input, enum stop_reason *why)
{
    bool wants_precision = input->schedule && input->point->precision_ppm;
    *why = STOP_REPETITIONS;
    if (wants_precision && is_precise(input)) {
        *why = STOP_PRECISION;
        return true;
    }
    if (input->count >= (size_t)input->point->repetitions) {
        return true;
    }
    if (wants_precision && is_out_of_time(input)) {
        *why = STOP_TIME;
        return true;
    }
    return false;
}

/* Estimates how many repetitions the precision needs: the interval narrows as 1 / sqrt(n). */
static double repetitions_needed(const struct completion_input *input)
{
    double *rates = malloc((input->count + 1) * sizeof *rates), needed = NAN;
    if (rates) {
        size_t n = valid_rates(input, rates);
        struct stats_interval interval = stats_schedule_interval(input->schedule, rates, n);
        double half = 0.5 * (interval.high - interval.low) / interval.median;
        needed = (double)input->count * pow(half / precision_of(input->point), 2);
    }
    free(rates);
    return needed;
}

double completion_expected(const struct completion_input *input)
{
    const struct point *point = input->point;
    double most = point->repetitions, least = (double)input->count;
    if (!input->schedule || !point->precision_ppm) {
        return most;
    }
    if (input->repeating_s > 0) { /* no more than the time limit allows */
        double left_s = (double)point->max_time_ns * 1e-9 - input->elapsed_s;
        most = fmin(most, least * (1 + fmax(left_s, 0) / input->repeating_s));
    }
    least = fmax(least, point->min_repetitions);
    double needed = repetitions_needed(input);
    needed = isfinite(needed) ? needed : least;
    return fmax((double)input->count, fmin(most, fmax(least, needed)));
}
