/* test_compare.c - which points are compared, what is said of them, and what rounds tell: on jobs
 * made up here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/drift.h"

#define MOST_POINTS 4
#define MOST_SAMPLES 128

/* A job and all that it points to. */
struct made {
    struct job job;
    struct loaded file;
    struct point_record points[MOST_POINTS];
    struct sample samples[MOST_SAMPLES];
};

static void add_point(struct made *made, const char *settings, const char *order)
{
    struct point_record *point = &made->points[made->file.point_count++];
    *point =
        (struct point_record){.point_id = 10 * (int64_t)made->file.point_count, .spread_s = 60};
    snprintf(point->settings, sizeof point->settings, "%s", settings);
    snprintf(point->order, sizeof point->order, "%s", order);
    made->file.path = made->file.label = settings;
}

/* Of the last point, in round after round. */
static void add_samples(struct made *made, const double *rates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        made->samples[made->job.samples.count++] =
            (struct sample){.point_id = made->points[made->file.point_count - 1].point_id,
                            .repetition = (int64_t)i,
                            .round = (int64_t)i,
                            .throughput_mbit_s = rates[i],
                            .latency_p99_us = NAN};
}

/* A text of one letter, which stays. */
static const char *name_of(char letter)
{
    static char names[128][2];
    names[letter & 127][0] = letter;
    return names[letter & 127];
}

static struct made make_job(const char *names, const char *order)
{
    struct made made = {.job = {.file = NULL}};
    for (; *names; names++)
        add_point(&made, name_of(*names), order);
    return made;
}

/* Sets the pointers of jobs into themselves, once they are where they stay. */
static void settle(struct made *made, struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        made[i].file.points = made[i].points;
        made[i].job.file = &made[i].file;
        made[i].job.samples.rows = made[i].samples;
        jobs[i] = made[i].job;
    }
}

/* ---- pairs ---- */

static void points_are_paired_over_all_jobs(void **state)
{
    (void)state;
    struct made made[] = {make_job("ca", "random"), make_job("bca", "random"),
                          make_job("dbx", "random"), make_job("cdy", "random")};
    struct job jobs[4];
    struct error error = {""};
    settle(made, jobs, 4);
    struct comparison comparison = {.base = {jobs, 2}, .other = {jobs + 2, 2}, .threshold = 0.05};
    assert_int_equal(compare_match(&comparison, &error), 0);
    assert_int_equal(comparison.count,
                     2); /* c, then b; a is only in base, d, x and y only in new */
    assert_int_equal(comparison.only_base, 1);
    assert_int_equal(comparison.only_other, 3);
    const struct pair *c = &comparison.pairs[0], *b = &comparison.pairs[1];
    assert_true(c->base == &made[0].points[0] && c->other == &made[3].points[0]);
    assert_true(c->points[0] == c->base && c->points[1] == &made[1].points[1] && !c->points[2]);
    assert_true(!b->points[0] && b->base == &made[1].points[0] && b->other == &made[2].points[1]);
    compare_free(&comparison);
}

static void nothing_in_common_is_an_error(void **state)
{
    (void)state;
    struct made made[] = {make_job("ab", "random"), make_job("cd", "random")};
    struct job jobs[2];
    struct error error = {""};
    settle(made, jobs, 2);
    struct comparison comparison = {.base = {jobs, 1}, .other = {jobs + 1, 1}, .threshold = 0.05};
    assert_int_equal(compare_match(&comparison, &error), -1);
    assert_non_null(strstr(error.text, "no point of the same settings"));
    compare_free(&comparison);
}

/* ---- verdicts ---- */

static struct pair compare_two(struct made *made, double threshold, struct comparison *comparison)
{
    struct job jobs[2];
    struct error error = {""};
    settle(made, jobs, 2);
    *comparison =
        (struct comparison){.base = {jobs, 1}, .other = {jobs + 1, 1}, .threshold = threshold};
    assert_int_equal(compare_match(comparison, &error), 0);
    assert_int_equal(compare_judge(comparison, &error), 0);
    struct pair pair = comparison->pairs[0];
    compare_free(comparison);
    return pair;
}

static enum verdict verdict_of(const char *base_order, const char *other_order, double ratio,
                               size_t count, double threshold)
{
    const double base[] = {99, 100, 101, 100, 98, 102};
    double other[6];
    struct comparison comparison;
    struct made made[] = {make_job("a", base_order), make_job("a", other_order)};
    for (size_t i = 0; i < 6; i++)
        other[i] = ratio * base[5 - i];
    add_samples(&made[0], base, 6);
    add_samples(&made[1], other, count);
    struct pair pair = compare_two(made, threshold, &comparison);
    assert_true(comparison.verdicts[pair.verdict] == 1 && comparison.obstacles[pair.obstacle] == 1);
    assert_true(isnan(pair.rate.low) == (pair.obstacle != NO_OBSTACLE || count < 2));
    assert_true(isfinite(pair.rate.ratio) == (count > 0) && isnan(pair.p99.ratio));
    return pair.verdict;
}

static void one_job_a_side_wants_rounds(void **state)
{
    (void)state;
    assert_int_equal(verdict_of("random", "listed", 1.3, 6, 0.05), FASTER);
    assert_int_equal(verdict_of("listed", "random", 0.7, 6, 0.05), SLOWER);
    assert_int_equal(verdict_of("random", "random", 1, 6, 0.05), SAME);
    assert_int_equal(verdict_of("random", "random", 1, 6, 0.01), UNSURE);
    assert_int_equal(verdict_of("points", "random", 0.7, 6, 0.05), UNSURE);
    assert_int_equal(verdict_of("random", "points", 0.7, 6, 0.05), UNSURE);
    assert_int_equal(verdict_of("random", "", 0.7, 6, 0.05), UNSURE);
    assert_int_equal(verdict_of("random", "random", 0.7, 4, 0.05), SLOWER);
    assert_int_equal(verdict_of("random", "random", 0.7, 3, 0.05), UNSURE);
    assert_int_equal(verdict_of("random", "random", 0.7, 1, 0.05), UNSURE);
    assert_int_equal(verdict_of("random", "random", 0.7, 0, 0.05), UNSURE);
}

static void one_job_a_side_wants_time(void **state)
{
    (void)state;
    const double rates[] = {99, 100, 101, 100, 98, 102}, slow[] = {49, 50, 51, 50, 49, 51};
    for (int i = 0; i < 4; i++) {
        struct comparison comparison;
        struct made made[] = {make_job("a", "random"), make_job("a", "random")};
        add_samples(&made[0], rates, 6);
        add_samples(&made[1], slow, 6);
        made[0].points[0].spread_s = i == 1 ? 19.9 : 20.1;
        made[1].points[0].spread_s = i == 2 ? 7 : i == 3 ? (double)NAN : 20.1;
        struct pair pair = compare_two(made, 0.05, &comparison);
        assert_int_equal(pair.obstacle, i ? TOO_SHORT : NO_OBSTACLE);
        assert_int_equal(pair.verdict, i ? UNSURE : SLOWER);
        assert_true(isnan(pair.rate.low) == (i > 0) && fabs(pair.rate.ratio - 0.5) < 0.01);
    }
}

static void sides_measured_apart_are_told(void **state)
{
    (void)state;
    static const char *const times[][4] = {{"2026-11-24T04:00:00Z", "2026-11-24T05:00:00Z",
                                            "2026-11-24T06:00:00Z", "2026-11-25T01:00:00Z"},
                                           {"2026-11-24T06:00:00Z", "2026-11-24T07:00:00Z",
                                            "2026-11-24T04:00:00Z", "2026-11-24T05:00:00Z"},
                                           {"2026-11-24T04:00:00Z", "2026-11-24T06:00:00Z",
                                            "2026-11-24T05:00:00Z", "2026-11-24T07:00:00Z"},
                                           {"2026-11-24T04:00:00Z", "2026-11-24T04:00:00Z",
                                            "2026-11-24T04:00:00Z", "2026-11-24T04:00:00Z"}};
    for (size_t t = 0; t < 4; t++) {
        static struct run_record runs[4];
        struct loaded files[4] = {0};
        struct job jobs[4] = {0};
        for (size_t i = 0; i < 4; i++) {
            snprintf(runs[i].created, sizeof runs[i].created, "%s", times[t][i]);
            files[i].run = &runs[i];
            jobs[i].file = &files[i];
        }
        struct comparison comparison = {.base = {jobs, 2}, .other = {jobs + 2, 2}};
        assert_int_equal(compare_is_apart(&comparison), t < 2);
        comparison.base.count = 1;
        assert_false(compare_is_apart(&comparison));
    }
}

static void latencies_are_compared_where_known(void **state)
{
    (void)state;
    const double rates[] = {99, 100, 101, 100, 98, 102};
    struct comparison comparison;
    struct made made[] = {make_job("a", "random"), make_job("a", "random")};
    add_samples(&made[0], rates, 6);
    add_samples(&made[1], rates, 6);
    for (size_t i = 0; i < 5; i++) { /* one is not known */
        made[0].samples[i].latency_p99_us = 50 + (double)i;
        made[1].samples[i].latency_p99_us = 2 * (50 + (double)i);
    }
    struct pair pair = compare_two(made, 0.05, &comparison);
    assert_true(comparison.has_p99 && fabs(pair.p99.ratio - 2) < 1e-12);
    assert_true(pair.p99.low > 1.5 && pair.p99.low < 2 && pair.p99.high > 2);
    assert_int_equal(pair.verdict, SAME); /* of the rates */
}

/* ---- moods ---- */

#define ROUNDS 12

/* Two points whose rates are 100 and 3000 times the mood of their round, the second without
 * round 5. */
static struct round_drift moods_of(double (*mood)(size_t), const char *order, size_t rounds)
{
    struct made made = make_job("ab", order);
    struct round_drift moods;
    settle(&made, (struct job[1]){{0}}, 1);
    for (size_t i = 0; i < 2 * rounds; i++) {
        size_t round = i % rounds;
        if (i != rounds + 5)
            made.samples[made.job.samples.count++] =
                (struct sample){.point_id = i < rounds ? 10 : 20,
                                .repetition = (int64_t)round,
                                .round = strcmp(order, "points") ? (int64_t)round : -1,
                                .throughput_mbit_s = (i < rounds ? 100 : 3000) * mood(round)};
    }
    assert_int_equal(drift_find(&made.job, &moods), 0);
    return moods;
}

static double rising(size_t round)
{
    return pow(1.02, (double)round);
}

static double alternating(size_t round)
{
    return 1 + 0.1 * (double)(round % 2) + 0.001 * (double)(round * 7 % 5);
}

static double slow_wave(size_t round)
{
    return 1 + 0.2 * sin(M_PI * ((double)round + 0.5) / ROUNDS) +
           0.0001 * (double)(round * 5 % ROUNDS);
}

static void rounds_tell_of_drift(void **state)
{
    (void)state;
    struct round_drift moods = moods_of(rising, "random", ROUNDS);
    assert_int_equal(moods.rounds, ROUNDS);
    assert_true(fabs(moods.drift - (pow(1.02, ROUNDS - 1) - 1)) < 1e-9);
    assert_true(moods.trend_p < 1e-6 && drift_is_slow(&moods));
    moods = moods_of(alternating, "listed", ROUNDS);
    assert_true(moods.rounds == ROUNDS && fabs(moods.drift) < 0.03 && !drift_is_slow(&moods));
}

/* Up and down again has no trend; neighbours are alike all the same. */
static void rounds_tell_of_dependence(void **state)
{
    (void)state;
    struct round_drift moods = moods_of(slow_wave, "random", ROUNDS);
    assert_true(moods.trend_p > 0.2 && moods.dependence.p < 0.01 &&
                moods.dependence.correlation > 0.5);
    assert_true(drift_is_slow(&moods));
}

static void without_rounds_nothing_is_told(void **state)
{
    (void)state;
    assert_int_equal(moods_of(rising, "points", ROUNDS).rounds, 0);
    assert_int_equal(moods_of(rising, "", ROUNDS).rounds, 0);
    struct round_drift two = moods_of(rising, "random", 2);
    assert_true(two.rounds == 2 && isnan(two.drift) && !drift_is_slow(&two));
    struct round_drift seven = moods_of(rising, "random", 7);
    assert_true(seven.rounds == 7 && seven.drift > 0.1 && isnan(seven.dependence.correlation));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_paired_over_all_jobs),
        cmocka_unit_test(nothing_in_common_is_an_error),
        cmocka_unit_test(one_job_a_side_wants_rounds),
        cmocka_unit_test(one_job_a_side_wants_time),
        cmocka_unit_test(sides_measured_apart_are_told),
        cmocka_unit_test(latencies_are_compared_where_known),
        cmocka_unit_test(rounds_tell_of_drift),
        cmocka_unit_test(rounds_tell_of_dependence),
        cmocka_unit_test(without_rounds_nothing_is_told),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
