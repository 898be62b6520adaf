/* test_jobs.c - jobs compared with jobs: the prior, the intervals and what they need, in
 * simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "special.h"
#include "zmqsweep/jobs.h"

#define WANTED 0.95
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void check_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
    }
}

/* ---- special functions, against what is known of them ---- */

static void digamma_and_trigamma_match_the_tables(void **state)
{
    (void)state;
    const double gamma = 0.57721566490153286061;
    check_near(special_digamma(1), -gamma, 1e-12);
    check_near(special_digamma(0.5), -gamma - 2 * M_LN2, 1e-12);
    check_near(special_digamma(100), 4.6001618527380874, 1e-12);
    check_near(special_trigamma(1), M_PI * M_PI / 6, 1e-12);
    check_near(special_trigamma(0.5), M_PI * M_PI / 2, 1e-12);
    for (double x = 0.01; x < 1000; x *= 1.7) {
        check_near(special_digamma(x + 1) - special_digamma(x), 1 / x, 1e-11 / x);
        check_near(special_trigamma(x) - special_trigamma(x + 1), 1 / (x * x), 1e-11 / (x * x));
        check_near(special_trigamma_inverse(special_trigamma(x)), x, 1e-6 * x);
    }
    check_near(special_trigamma_inverse(1e-9), 1e9, 1e3);
    check_near(special_trigamma_inverse(1e9), 1 / sqrt(1e9), 1e-8);
}

static void quantiles_of_student_match_the_tables(void **state)
{
    (void)state;
    static const struct {
        double share, freedom, t;
    } table[] = {{0.95, 1, 12.7062047362},
                 {0.95, 2, 4.30265272975},
                 {0.95, 4, 2.77644510520},
                 {0.95, 10, 2.22813885196},
                 {0.95, 30, 2.04227245630},
                 {0.99, 3, 5.84090930973},
                 {0.5, 1, 1},
                 {0.95, 120, 1.97993040508},
                 {0.95, 1e12, 1.95996398454},
                 {0.95, INFINITY, 1.95996398454},
                 {0.999, 5, 6.86882663}};
    for (size_t i = 0; i < LENGTH(table); i++) {
        check_near(special_t_quantile(table[i].share, table[i].freedom), table[i].t,
                   1e-8 * table[i].t);
    }
    for (double share = 0.01; share < 1; share += 0.07) { /* closed forms */
        check_near(special_t_quantile(share, 1) / tan(M_PI_2 * share), 1, 1e-10);
        check_near(special_t_quantile(share, 2) / (share * sqrt(2 / (1 - share * share))), 1,
                   1e-10);
        check_near(special_t_quantile(share, 1e4 - 1e-6), special_t_quantile(share, 1e4 + 1e-6),
                   1e-10);
        check_near(special_t_quantile(share, 99.999), special_t_quantile(share, 100.001), 3e-6);
    }
    assert_true(special_t_quantile(0, 3) == 0);
    double last = INFINITY; /* it falls with the degrees of freedom, whole or not */
    for (double freedom = 0.3; freedom < 1e11; freedom *= 1.3) {
        double t = special_t_quantile(WANTED, freedom);
        assert_true(t < last || (freedom > 1e9 && t < last + 1e-8));
        last = t;
    }
}

/* ---- draws ---- */

static unsigned short seeds[3];

static double draw_normal(void)
{
    return sqrt(-2 * log(1 - erand48(seeds))) * cos(2 * M_PI * erand48(seeds));
}

static double draw_chi_square(int freedom)
{
    double sum = 0;
    for (int i = 0; i < freedom; i++) {
        double one = draw_normal();
        sum += one * one;
    }
    return sum;
}

/* Student's distribution with 3 degrees of freedom, standard deviation 1. */
static double draw_heavy(void)
{
    return draw_normal() / sqrt(draw_chi_square(3));
}

/* Standard deviation 1; one job in ten is slow. */
static double draw_slow(void)
{
    return (draw_normal() - (erand48(seeds) < 0.1 ? 3 : 0)) / sqrt(1 + 0.9);
}

/* ---- the prior ---- */

#define MOST_VARIANCES 4000

/* Variances of a known prior, each estimated with d degrees of freedom; 0 for a prior of INFINITY.
 */
static struct stats_prior fit_drawn(size_t n, int d, int prior_freedom, double prior_variance)
{
    static double variances[MOST_VARIANCES], freedoms[MOST_VARIANCES];
    for (size_t i = 0; i < n; i++) {
        double true_one = prior_freedom
                              ? prior_variance * prior_freedom / draw_chi_square(prior_freedom)
                              : prior_variance;
        variances[i] = true_one * draw_chi_square(d) / d;
        freedoms[i] = d;
    }
    return stats_fit_prior(variances, freedoms, n);
}

static void many_variances_give_their_prior_away(void **state)
{
    (void)state;
    static const int priors[] = {3, 6, 12}, own[] = {2, 4, 8};
    memcpy(seeds, (unsigned short[]){20, 26, 12}, sizeof seeds);
    for (size_t i = 0; i < 9; i++) {
        int truth = priors[i / 3], d = own[i % 3];
        struct stats_prior prior = fit_drawn(MOST_VARIANCES, d, truth, 0.0036);
        print_message("prior of %d degrees, own %d: found %.2f, variance %.5f of 0.00360\n", truth,
                      d, prior.freedom, prior.variance);
        check_near(1 / prior.freedom, 1.0 / truth,
                   0.2 / d); /* chance: the spread of log chi^2(d) */
        check_near(prior.variance / 0.0036, 1, 0.15);
    }
    assert_true(fit_drawn(MOST_VARIANCES, 4, 0, 0.0036).freedom > 60);
}

static void few_variances_give_it_roughly(void **state)
{
    (void)state;
    enum { TRIALS = 999 };
    static double found[TRIALS], variances[TRIALS];
    memcpy(seeds, (unsigned short[]){20, 26, 13}, sizeof seeds);
    for (size_t i = 0; i < TRIALS; i++) {
        struct stats_prior prior = fit_drawn(35, 4, 6, 0.0036);
        found[i] = fmin(prior.freedom, 1e6);
        variances[i] = prior.variance;
    }
    check_near(stats_median(found, TRIALS), 6, 2.5);
    check_near(stats_median(variances, TRIALS), 0.0036, 0.0003);
}

static void too_few_variances_give_no_prior(void **state)
{
    (void)state;
    double variances[] = {1, 2, 3}, flat[] = {0, 0, 0, 5}, freedoms[] = {4, 4, 4, 4};
    assert_true(stats_fit_prior(variances, freedoms, 0).freedom == 0);
    assert_true(stats_fit_prior(variances, freedoms, 2).freedom == 0);
    assert_true(stats_fit_prior(variances, freedoms, 3).freedom > 0);
    assert_true(stats_fit_prior(flat, freedoms, 4).freedom == 0);
    double one_flat[] = {1, 1.1, 0, 0.9}; /* one that is 0 by chance */
    struct stats_prior prior = stats_fit_prior(one_flat, freedoms, 4);
    assert_true(prior.freedom > 0 && prior.freedom < 4 && isfinite(prior.variance));
}

/* ---- one point: the usual t interval ---- */

static void one_point_has_the_usual_interval(void **state)
{
    (void)state;
    double values[] = {1, 2, 3, 5, 7, 9}; /* means 2 and 7, pooled variance (2 + 8) / 4 */
    struct stats_jobs found;
    assert_int_equal(stats_compare_jobs(values, 1, 3, 3, WANTED, &found, NULL), 0);
    double half = 2.77644510520 * sqrt(2.5 * 2 / 3);
    assert_true(found.shift.shift == 5 && found.base == 3 && found.other == 3 &&
                found.freedom == 4);
    check_near(found.shift.low, 5 - half, 1e-9);
    check_near(found.shift.high, 5 + half, 1e-9);
    assert_true(found.shift.coverage == WANTED);
}

static void one_job_borrows_the_other_side_s_variance(void **state)
{
    (void)state;
    double values[] = {2, 5, 7, 9}; /* 1 + 3 */
    struct stats_jobs found;
    assert_int_equal(stats_compare_jobs(values, 1, 1, 3, WANTED, &found, NULL), 0);
    double half = 4.30265272975 * sqrt(4 * (1 + 1.0 / 3));
    assert_true(found.shift.shift == 5 && found.freedom == 2);
    check_near(found.shift.high, 5 + half, 1e-8);
}

static void missing_jobs_are_left_out(void **state)
{
    (void)state;
    double values[] = {1,        NAN, 3,   5, 7, 9, /**/ 1, NAN, NAN, NAN, NAN, 2,
                       /**/ NAN, NAN, NAN, 1, 2, 3, 1,      2,   3,   5,   7,   9};
    struct stats_jobs found[4];
    assert_int_equal(stats_compare_jobs(values, 4, 3, 3, WANTED, found, NULL), 0);
    assert_true(found[0].base == 2 && found[0].other == 3 && found[0].shift.shift == 5);
    assert_true(isfinite(found[0].shift.low) && isfinite(found[3].shift.low));
    assert_true(found[1].base == 1 && found[1].other == 1 && found[1].shift.shift == 1);
    assert_true(isnan(found[1].shift.low) && isnan(found[1].freedom) &&
                isnan(found[1].shift.coverage));
    assert_true(found[2].base == 0 && isnan(found[2].shift.shift) && isnan(found[2].shift.low));
    assert_int_equal(stats_compare_jobs(values, 0, 3, 3, WANTED, found, NULL), 0);
}

static void jobs_without_scatter_have_a_shift_without_width(void **state)
{
    (void)state;
    double values[5 * 6];
    struct stats_jobs found[5];
    for (size_t i = 0; i < LENGTH(values); i++) {
        values[i] = i % 6 < 3 ? 1 : 2;
    }
    assert_int_equal(stats_compare_jobs(values, 5, 3, 3, WANTED, found, NULL), 0);
    assert_true(found[4].shift.low == 1 && found[4].shift.high == 1);
}

/* ---- several jobs in simulation ---- */

#define POINTS 35
#define MOST_JOBS 10

struct world {
    size_t base, other, points;
    double (*draw)(void);
    double shared;  /* of the variance, what all points of a job have in common */
    double variety; /* of the points' deviations: standard deviation of their logs */
    double shift;   /* of every point */
    const char *name;
};

static void draw_world(const struct world *world, double *values)
{
    size_t all = world->base + world->other;
    double common[MOST_JOBS];
    for (size_t job = 0; job < all; job++) {
        common[job] = world->draw();
    }
    for (size_t point = 0; point < world->points; point++) {
        double deviation = 0.06 * exp(world->variety * draw_normal());
        for (size_t job = 0; job < all; job++) {
            double mood =
                sqrt(world->shared) * common[job] + sqrt(1 - world->shared) * world->draw();
            values[point * all + job] =
                8 + deviation * mood + (job < world->base ? 0 : world->shift);
        }
    }
}

struct outcome {
    double covers, differs, half; /* shares of the points; the mean half-width */
};

static struct outcome simulate(const struct world *world, int trials)
{
    double values[POINTS * MOST_JOBS], covered = 0, differs = 0, half = 0;
    struct stats_jobs found[POINTS];
    for (int trial = 0; trial < trials; trial++) {
        draw_world(world, values);
        assert_int_equal(stats_compare_jobs(values, world->points, world->base, world->other,
                                            WANTED, found, NULL),
                         0);
        for (size_t point = 0; point < world->points; point++) {
            const struct stats_shift *shift = &found[point].shift;
            covered += shift->low <= world->shift && world->shift <= shift->high;
            differs += shift->low > 0 || shift->high < 0;
            half += 0.5 * (shift->high - shift->low);
        }
    }
    double all = trials * (double)world->points;
    struct outcome outcome = {covered / all, differs / all, half / all};
    print_message("%zu + %zu jobs, %2zu points, shared %.1f, variety %.1f, %-8s shift %5.1f %%: "
                  "covers %.1f %%, differs %.1f %%, half %.1f %%\n",
                  world->base, world->other, world->points, world->shared, world->variety,
                  world->name, 100 * expm1(world->shift), 100 * outcome.covers,
                  100 * outcome.differs, 100 * expm1(outcome.half));
    return outcome;
}

static void intervals_cover_as_they_say(void **state)
{
    (void)state;
    static const struct world worlds[] = {
        {3, 3, POINTS, draw_normal, 0, 0, 0, "normal"},
        {3, 3, POINTS, draw_normal, 0, 0.4, 0, "normal"},
        {3, 3, POINTS, draw_normal, 0.5, 0.4, 0, "normal"},
        {3, 3, POINTS, draw_normal, 0.8, 0.2, 0, "normal"},
        {3, 3, POINTS, draw_normal, 1, 0.4, 0, "normal"},
        {3, 3, POINTS, draw_heavy, 0, 0.4, 0, "heavy"},
        {3, 3, POINTS, draw_heavy, 0.5, 0.4, 0, "heavy"},
        {3, 3, POINTS, draw_slow, 0.5, 0.4, 0, "slow"},
        {2, 2, POINTS, draw_normal, 0.5, 0.4, 0, "normal"},
        {1, 3, POINTS, draw_normal, 0.5, 0.4, 0, "normal"},
        {5, 5, POINTS, draw_normal, 0.5, 0.4, 0, "normal"},
        {3, 3, 4, draw_normal, 0.5, 0.4, 0, "normal"},
        {3, 3, 1, draw_normal, 0, 0.4, 0, "normal"},
    };
    memcpy(seeds, (unsigned short[]){20, 26, 14}, sizeof seeds);
    for (size_t i = 0; i < LENGTH(worlds); i++) {
        struct outcome outcome = simulate(&worlds[i], worlds[i].points < 9 ? 6000 : 1500);
        assert_true(outcome.covers >= 0.93 && outcome.covers <= 0.985);
    }
}

static void differences_are_found(void **state)
{
    (void)state;
    memcpy(seeds, (unsigned short[]){20, 26, 15}, sizeof seeds);
    static const double shared[] = {0, 0.3, 0.5, 1};
    for (size_t i = 0; i < 2 * LENGTH(shared); i++) {
        struct world world = {
            3, 3, POINTS, draw_normal, shared[i / 2], 0, log(i % 2 ? 0.8 : 1.2), "normal"};
        struct outcome outcome = simulate(&world, 500);
        assert_true(outcome.differs >= (shared[i / 2] < 0.4 ? 0.9 : 0.75));
    }
}

/* ---- one job a side ---- */

static void single_jobs_are_one_draw_each(void **state)
{
    (void)state;
    double base[] = {1, 2, 3, 4, 5, 6}, other[] = {11, 12, 13, 14, 15, 16}, one[] = {7};
    struct stats_shift shift = stats_single_jobs(base, 6, other, 6, WANTED);
    double half = 2.22813885196 * sqrt(2 * 3.5);
    check_near(shift.shift, 10, 1e-12);
    check_near(shift.low, 10 - half, 1e-8);
    check_near(shift.high, 10 + half, 1e-8);
    assert_true(shift.coverage == WANTED);
    shift = stats_single_jobs(base, 6, one, 1, WANTED);
    assert_true(shift.shift == 3.5 && isnan(shift.low) && isnan(shift.high) &&
                isnan(shift.coverage));
    assert_true(isnan(stats_single_jobs(base, 6, one, 0, WANTED).shift));
}

/* The share of pairs of jobs whose interval holds 0, where `between` of a repetition's variance
 * lies between jobs. */
static double cover_single(double (*draw)(void), size_t n, double between, double shift,
                           double *differs)
{
    enum { TRIALS = 2500 };
    double base[40], other[40], covered = 0;
    *differs = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        double a = sqrt(between) * draw(), b = sqrt(between) * draw();
        for (size_t i = 0; i < n; i++) {
            base[i] = 0.06 * (a + sqrt(1 - between) * draw());
            other[i] = 0.06 * (b + sqrt(1 - between) * draw()) + shift;
        }
        struct stats_shift found = stats_single_jobs(base, n, other, n, WANTED);
        covered += found.low <= shift && shift <= found.high;
        *differs += (found.low > 0 || found.high < 0) / (double)TRIALS;
    }
    return covered / (double)TRIALS;
}

/* What was measured lies between 0.21 and 0.46. */
static void single_jobs_cover_what_was_measured(void **state)
{
    (void)state;
    static const double between[] = {0, 0.21, 0.33, 0.46, 0.6};
    static const size_t sizes[] = {6, 20};
    memcpy(seeds, (unsigned short[]){20, 26, 16}, sizeof seeds);
    for (size_t i = 0; i < LENGTH(between) * LENGTH(sizes); i++) {
        double share = between[i / 2], differs, finds, ignored;
        size_t n = sizes[i % 2];
        double covers = cover_single(draw_normal, n, share, 0, &ignored);
        double heavy = cover_single(draw_heavy, n, share, 0, &ignored);
        cover_single(draw_normal, n, share, log(1.2), &differs);
        cover_single(draw_normal, n, share, log(1.5), &finds);
        print_message("one job a side, %zu repetitions, %.0f %% between jobs: covers %.1f %%, "
                      "heavy tails %.1f %%; finds 20 %%: %.0f %%, 50 %%: %.0f %%\n",
                      n, 100 * share, 100 * covers, 100 * heavy, 100 * differs, 100 * finds);
        assert_true(covers >= (share > 0.5 ? 0.85 : 0.935));
        assert_true(heavy >= (share > 0.5 ? 0.85 : 0.91));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digamma_and_trigamma_match_the_tables),
        cmocka_unit_test(quantiles_of_student_match_the_tables),
        cmocka_unit_test(many_variances_give_their_prior_away),
        cmocka_unit_test(few_variances_give_it_roughly),
        cmocka_unit_test(too_few_variances_give_no_prior),
        cmocka_unit_test(one_point_has_the_usual_interval),
        cmocka_unit_test(one_job_borrows_the_other_side_s_variance),
        cmocka_unit_test(missing_jobs_are_left_out),
        cmocka_unit_test(jobs_without_scatter_have_a_shift_without_width),
        cmocka_unit_test(intervals_cover_as_they_say),
        cmocka_unit_test(differences_are_found),
        cmocka_unit_test(single_jobs_are_one_draw_each),
        cmocka_unit_test(single_jobs_cover_what_was_measured),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
