/* compare_judge.c - ratios of points, their intervals, and the verdicts. */
#include "compare.h"

#include "reading/point.h"

#include "zmqsweep/jobs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_REPETITIONS 4
#define COVERAGE_WANTED 0.95

/* Two arrays for the values of one point or of all points. */
struct room {
    double *first, *second;
};

static int make_room(struct room *room, size_t first, size_t second)
{
    room->first = calloc(first + 1, sizeof *room->first);
    room->second = calloc(second + 1, sizeof *room->second);
    return room->first && room->second ? 0 : -1;
}

static void free_room(struct room *room)
{
    free(room->first);
    free(room->second);
}

/* Collects the logarithms of one member of a job's samples of the point, without the values that
 * are not known. @return how many. */
static size_t take_logs(const struct job *job, const struct point_record *point, size_t member,
                        double *logs)
{
    size_t count = 0, known = 0;
    const struct sample *samples =
        point ? samples_of_point(&job->samples, point->point_id, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, (const char *)&samples[i] + member, sizeof value);
        if (value > 0)
            logs[known++] = log(value);
    }
    return known;
}

static struct ratio ratio_of(const struct stats_shift *shift)
{
    return (struct ratio){exp(shift->shift), exp(shift->low), exp(shift->high), shift->coverage};
}

/* SAME is checked first: it says more than a FASTER or SLOWER by less than the threshold. */
static enum verdict judge(const struct ratio *rate, double threshold)
{
    if (isnan(rate->low))
        return UNSURE;
    if (rate->low >= 1 - threshold && rate->high <= 1 + threshold)
        return SAME;
    if (rate->low > 1)
        return FASTER;
    return rate->high < 1 ? SLOWER : UNSURE;
}

/* ---- one job per side ---- */

static struct ratio single_ratio(const struct comparison *comparison, const struct pair *pair,
                                 size_t member, struct room *room)
{
    size_t n = take_logs(comparison->base.jobs, pair->base, member, room->first);
    size_t m = take_logs(comparison->other.jobs, pair->other, member, room->second);
    struct stats_shift shift = stats_single_jobs(room->first, n, room->second, m, COVERAGE_WANTED);
    if (pair->obstacle)
        shift.low = shift.high = shift.coverage = NAN;
    return ratio_of(&shift);
}

static enum obstacle obstacle_of(const struct pair *pair)
{
    if (!point_is_in_rounds(pair->base) || !point_is_in_rounds(pair->other))
        return NO_ROUNDS;
    bool long_enough = pair->base->spread_s >= COMPARE_LEAST_SPREAD_S &&
                       pair->other->spread_s >= COMPARE_LEAST_SPREAD_S;
    return long_enough ? NO_OBSTACLE : TOO_SHORT;
}

static void judge_single(const struct comparison *comparison, struct pair *pair, struct room *room)
{
    samples_of_point(&comparison->base.jobs->samples, pair->base->point_id, &pair->base_valid);
    samples_of_point(&comparison->other.jobs->samples, pair->other->point_id, &pair->other_valid);
    pair->base_jobs = pair->base_valid > 0;
    pair->other_jobs = pair->other_valid > 0;
    pair->base_mbit_s = pair->base->throughput_mbit_s;
    pair->other_mbit_s = pair->other->throughput_mbit_s;
    pair->obstacle = obstacle_of(pair);
    pair->rate = single_ratio(comparison, pair, offsetof(struct sample, throughput_mbit_s), room);
    pair->p99 = single_ratio(comparison, pair, offsetof(struct sample, latency_p99_us), room);
    bool completion_reached =
        pair->base_valid >= LEAST_REPETITIONS && pair->other_valid >= LEAST_REPETITIONS;
    pair->verdict = completion_reached ? judge(&pair->rate, comparison->threshold) : UNSURE;
}

static int judge_singles(struct comparison *comparison)
{
    struct room room;
    int failed = make_room(&room, comparison->base.jobs->samples.count,
                           comparison->other.jobs->samples.count);
    for (size_t i = 0; i < comparison->count && !failed; i++)
        judge_single(comparison, &comparison->pairs[i], &room);
    free_room(&room);
    return failed;
}

/* ---- several jobs per side ---- */

static const struct job *job_of(const struct comparison *comparison, size_t index)
{
    size_t base = comparison->base.count;
    return index < base ? &comparison->base.jobs[index] : &comparison->other.jobs[index - base];
}

static size_t most_samples(const struct comparison *comparison, size_t jobs)
{
    size_t most = 0;
    for (size_t i = 0; i < jobs; i++)
        if (job_of(comparison, i)->samples.count > most)
            most = job_of(comparison, i)->samples.count;
    return most;
}

/* Fills room with one value per point and job: the median of the logarithms, NaN where a job has
 * none. */
static void fill_values(const struct comparison *comparison, size_t member, struct room *room)
{
    size_t jobs = comparison->base.count + comparison->other.count;
    for (size_t i = 0; i < comparison->count * jobs; i++) {
        const struct pair *pair = &comparison->pairs[i / jobs];
        size_t n =
            take_logs(job_of(comparison, i % jobs), pair->points[i % jobs], member, room->second);
        room->first[i] = stats_median(room->second, n);
    }
}

/* The rate whose logarithm is the mean of `values`, without NaN: a geometric mean. @return NaN for
 * no value. */
static double mean_rate(const double *values, size_t count)
{
    double sum = 0, known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i])) {
            sum += values[i];
            known++;
        }
    return known > 0 ? exp(sum / known) : (double)NAN;
}

static size_t count_valid(const struct comparison *comparison, const struct pair *pair,
                          size_t first, size_t end)
{
    size_t valid = 0;
    for (size_t i = first, count = 0; i < end; i++, valid += count, count = 0)
        if (pair->points[i])
            samples_of_point(&job_of(comparison, i)->samples, pair->points[i]->point_id, &count);
    return valid;
}

static void judge_pair(const struct comparison *comparison, struct pair *pair,
                       const struct stats_jobs *rate, const double *values)
{
    size_t base = comparison->base.count, jobs = base + comparison->other.count;
    pair->base_jobs = rate->base;
    pair->other_jobs = rate->other;
    pair->base_valid = count_valid(comparison, pair, 0, base);
    pair->other_valid = count_valid(comparison, pair, base, jobs);
    pair->base_mbit_s = mean_rate(values, base);
    pair->other_mbit_s = mean_rate(values + base, jobs - base);
    pair->rate = ratio_of(&rate->shift);
    pair->verdict = judge(&pair->rate, comparison->threshold);
}

/* @return 0 or -1. */
static int judge_jobs(struct comparison *comparison)
{
    size_t base = comparison->base.count, other = comparison->other.count, jobs = base + other;
    struct stats_jobs *found = calloc(comparison->count + 1, sizeof *found);
    struct room room;
    int failed =
        make_room(&room, comparison->count * jobs, most_samples(comparison, jobs)) || !found;
    if (!failed) {
        fill_values(comparison, offsetof(struct sample, throughput_mbit_s), &room);
        failed = stats_compare_jobs(room.first, comparison->count, base, other, COVERAGE_WANTED,
                                    found, NULL);
    }
    for (size_t i = 0; i < comparison->count && !failed; i++)
        judge_pair(comparison, &comparison->pairs[i], &found[i], room.first + i * jobs);
    if (!failed) {
        fill_values(comparison, offsetof(struct sample, latency_p99_us), &room);
        failed = stats_compare_jobs(room.first, comparison->count, base, other, COVERAGE_WANTED,
                                    found, NULL);
    }
    for (size_t i = 0; i < comparison->count && !failed; i++)
        comparison->pairs[i].p99 = ratio_of(&found[i].shift);
    free_room(&room);
    free(found);
    return failed;
}

/* ---- all points ---- */

static void count_up(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct pair *pair = &comparison->pairs[i];
        comparison->verdicts[pair->verdict]++;
        comparison->obstacles[pair->obstacle]++;
        comparison->incomplete +=
            pair->base_jobs < comparison->base.count || pair->other_jobs < comparison->other.count;
        comparison->has_p99 = comparison->has_p99 || isfinite(pair->p99.ratio);
    }
}

int compare_judge(struct comparison *comparison, struct error *error)
{
    int failed =
        compare_has_several(comparison) ? judge_jobs(comparison) : judge_singles(comparison);
    if (failed)
        return error_set(error, "out of memory for the comparison");
    count_up(comparison);
    return 0;
}
