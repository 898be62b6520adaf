/* test_dependence.c - serial correlation of ranks, against all orders of a few and in simulation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "zmqsweep/dependence.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void check_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
    }
}

/* ---- against all orders of eight ---- */

#define FEW 8
#define ORDERS 40320

/* By the definition: ranks by counting, mean subtracted, no shortcut. */
static double correlation_of(const double *values, size_t n)
{
    double ranks[64], mean = 0, up = 0, down = 0;
    assert_true(n <= LENGTH(ranks));
    for (size_t i = 0; i < n; i++) {
        ranks[i] = 0.5;
        for (size_t j = 0; j < n; j++) {
            ranks[i] += values[j] < values[i] ? 1 : values[j] == values[i] ? 0.5 : 0;
        }
        mean += ranks[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        up += i ? pow(ranks[i] - ranks[i - 1], 2) : 0;
        down += pow(ranks[i] - mean, 2);
    }
    return 1 - up / down / 2;
}

/* Calls `visit` with every order of the first `n` of `values`. */
static void permute(double *values, size_t n, void (*visit)(const double *))
{
    if (n == 1) {
        visit(values);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double last = values[n - 1];
        values[n - 1] = values[i];
        values[i] = last;
        permute(values, n - 1, visit);
        values[i] = values[n - 1];
        values[n - 1] = last;
    }
}

static struct {
    double correlations[ORDERS];
    size_t count;
    int below[4]; /* orders whose p is at most the level */
} census;
static const double levels[] = {0.01, 0.05, 0.2, 0.5};

static void take_one(const double *values)
{
    census.correlations[census.count++] = correlation_of(values, FEW);
}

/* The share of all orders whose correlation is at least as large. */
static double census_p(double correlation)
{
    int as_large = 0;
    for (size_t i = 0; i < ORDERS; i++) {
        as_large += census.correlations[i] >= correlation - 1e-12;
    }
    return (double)as_large / ORDERS;
}

static void check_one(const double *values)
{
    struct stats_dependence found = stats_dependence(values, FEW);
    for (size_t i = 0; i < LENGTH(levels); i++) {
        census.below[i] += found.p <= levels[i];
    }
    if (census.count++ % 97 == 0) {
        double p = census_p(found.correlation);
        check_near(found.correlation, correlation_of(values, FEW), 1e-12);
        /* of all 1999 orders, or of as many as it takes to be beaten 20 times */
        check_near(found.p, p,
                   4 * sqrt(p * (1 - p) / 2000) + 4 * p / sqrt(20) * (p > 0.01) + 0.0006);
    }
}

static void p_is_that_of_all_orders_of_eight(void **state)
{
    (void)state;
    double values[FEW] = {1, 2, 3, 5, 8, 13, 21, 34}, mean = 0, square = 0;
    census.count = 0;
    permute(values, FEW, take_one);
    assert_int_equal(census.count, ORDERS);
    for (size_t i = 0; i < ORDERS; i++) {
        mean += census.correlations[i] / ORDERS;
        square += census.correlations[i] * census.correlations[i] / ORDERS;
    }
    check_near(mean, 0, 1e-12);
    /* an order whose correlation is 0 or nearly so has the standard deviation of all for its error
     */
    double n = FEW,
           variance = (n - 2) * (5 * n * n - 2 * n - 9) / (5 * n * (n + 1) * (n - 1) * (n - 1));
    check_near(square, variance, 1e-12);
    census.count = 0;
    memset(census.below, 0, sizeof census.below);
    permute(values, FEW, check_one);
    for (size_t i = 0; i < LENGTH(levels);
         i++) { /* the random orders are the same for all: twice their chance */
        double level = levels[i];
        check_near((double)census.below[i] / ORDERS, level,
                   3 * sqrt(level * (1 - level) / 1999) + 3 * level / sqrt(20) * (level > 0.01));
    }
}

/* ---- degenerate series ---- */

static void fewer_than_eight_tell_nothing(void **state)
{
    (void)state;
    double rising[] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t n = 0; n < 8; n++) {
        struct stats_dependence none = stats_dependence(rising, n);
        assert_true(isnan(none.correlation) && isnan(none.error) && none.p == 1);
    }
    struct stats_dependence eight = stats_dependence(rising, 8);
    check_near(eight.correlation, 1 - 0.5 * 7 / 42, 1e-12);
    assert_true(eight.p <= 0.001);
}

static void equal_values_do_not_depend(void **state)
{
    (void)state;
    double flat[100];
    for (size_t i = 0; i < LENGTH(flat); i++) {
        flat[i] = 3.25;
    }
    struct stats_dependence none = stats_dependence(flat, LENGTH(flat));
    assert_true(none.correlation == 0 && none.p == 1 && none.error > 0 && none.error < 0.11);
    flat[50] = 9; /* one that differs says nothing either */
    none = stats_dependence(flat, LENGTH(flat));
    assert_true(isfinite(none.correlation) && isfinite(none.error) && none.p > 0.5);
}

static void a_zigzag_is_no_positive_correlation(void **state)
{
    (void)state;
    double values[40];
    for (size_t i = 0; i < LENGTH(values); i++) {
        values[i] = i % 2 ? 100 + (double)i : (double)i;
    }
    struct stats_dependence zigzag = stats_dependence(values, LENGTH(values));
    assert_true(zigzag.correlation >= -1 && zigzag.correlation < -0.3 && zigzag.p > 0.9);
    assert_true(isfinite(zigzag.error));
}

static void ties_count_by_their_mean_rank(void **state)
{
    (void)state;
    double values[] = {3, 3, 1, 2, 2, 2, 5, 4, 4, 4, 1, 1, 5};
    check_near(stats_dependence(values, LENGTH(values)).correlation,
               correlation_of(values, LENGTH(values)), 1e-12);
}

static void the_same_series_has_the_same_p(void **state)
{
    (void)state;
    double values[30], scaled[30];
    for (size_t i = 0; i < LENGTH(values); i++) {
        values[i] = sin(0.3 * (double)i) + 2;
        scaled[i] = exp(3 * values[i]);
    }
    struct stats_dependence a = stats_dependence(values, 30), b = stats_dependence(scaled, 30);
    assert_true(a.correlation == b.correlation && a.error == b.error && a.p == b.p &&
                a.p == 1.0 / 2000);
}

/* ---- in simulation ---- */

static unsigned short seeds[3];

static double draw_normal(void)
{
    return sqrt(-2 * log(1 - erand48(seeds))) * cos(2 * M_PI * erand48(seeds));
}

/* A chain whose values have correlation `rho` with the one before; `grid` > 0 rounds them. */
static void draw_chain(double *values, size_t n, double rho, double grid)
{
    double now = draw_normal();
    for (size_t i = 0; i < n; i++) {
        values[i] = grid > 0 ? grid * floor(now / grid) : now;
        now = rho * now + sqrt(1 - rho * rho) * draw_normal();
    }
}

struct simulated {
    double found;            /* share of the series with p < 0.01 */
    double mean, sd, stated; /* of the correlations; the mean of their errors */
};

static struct simulated simulate(size_t n, double rho, double grid, int trials)
{
    double values[100], sum = 0, squares = 0, errors = 0;
    int found = 0;
    for (int trial = 0; trial < trials; trial++) {
        draw_chain(values, n, rho, grid);
        struct stats_dependence one = stats_dependence(values, n);
        assert_true(isfinite(one.correlation) && isfinite(one.error));
        found += one.p < 0.01;
        sum += one.correlation;
        squares += one.correlation * one.correlation;
        errors += one.error;
    }
    double mean = sum / trials;
    return (struct simulated){(double)found / trials, mean, sqrt(squares / trials - mean * mean),
                              errors / trials};
}

static void independent_series_are_left_alone(void **state)
{
    (void)state;
    static const size_t sizes[] = {8, 12, 20, 40, 100};
    memcpy(seeds, (unsigned short[]){20, 26, 12}, sizeof seeds);
    for (size_t i = 0; i < 2 * LENGTH(sizes); i++) {
        size_t n = sizes[i / 2];
        double grid = i % 2 ? 0.7 : 0; /* with ties */
        struct simulated chance = simulate(n, 0, grid, 5000);
        print_message("independent, n = %zu%s: %.2f %% with p < 0.01\n", n,
                      grid > 0 ? ", ties" : "", 100 * chance.found);
        assert_true(chance.found > 0.003 && chance.found < 0.017);
        check_near(chance.mean, 0, 0.02);
        check_near(chance.stated / chance.sd, 1, 0.12);
    }
}

static void dependent_series_are_found(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double rho, power;
    } cases[] = {{12, 0.7, 0},   {20, 0.7, 0.5}, {30, 0.7, 0.8},
                 {40, 0.7, 0.9}, {40, 0.5, 0.5}, {100, 0.4, 0.9}};
    memcpy(seeds, (unsigned short[]){20, 26, 13}, sizeof seeds);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct simulated seen = simulate(cases[i].n, cases[i].rho, 0, 2000);
        print_message("chain of %.1f, n = %zu: %.0f %% with p < 0.01; correlation %.2f +- %.2f, "
                      "error stated %.2f\n",
                      cases[i].rho, cases[i].n, 100 * seen.found, seen.mean, seen.sd, seen.stated);
        assert_true(seen.found >= cases[i].power);
        check_near(seen.stated / seen.sd, 1, 0.3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_that_of_all_orders_of_eight),
        cmocka_unit_test(fewer_than_eight_tell_nothing),
        cmocka_unit_test(equal_values_do_not_depend),
        cmocka_unit_test(a_zigzag_is_no_positive_correlation),
        cmocka_unit_test(ties_count_by_their_mean_rank),
        cmocka_unit_test(the_same_series_has_the_same_p),
        cmocka_unit_test(independent_series_are_left_alone),
        cmocka_unit_test(dependent_series_are_found),
    };
    return cmocka_run_group_tests_name("dependence", tests, NULL, NULL);
}
