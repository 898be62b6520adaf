/* test_paired.c - the paired shift, against all patterns of signs, against tables, and in
 * simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "zmqsweep/paired.h"

#define WANTED 0.95
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void check_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
    }
}

/* ---- against all patterns of signs ---- */

#define MOST_PATTERNS 14

/* P(T <= t): the share of the 2^n patterns of signs in which the ranks with a plus sum up to at
 * most t. */
static double count_below(size_t n, size_t limit)
{
    size_t below = 0;
    for (size_t pattern = 0; pattern < (size_t)1 << n; pattern++) {
        size_t sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += pattern >> i & 1 ? i + 1 : 0;
        }
        below += sum <= limit;
    }
    return ldexp((double)below, -(int)n);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The ordered Walsh averages, made here in another way; all differ where differences are powers
 * of 2. */
static size_t averages_of(const double *differences, size_t n, double *averages)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        averages[count++] = differences[i];
        for (size_t j = i + 1; j < n; j++) {
            averages[count++] = differences[i] / 2 + differences[j] / 2;
        }
    }
    qsort(averages, count, sizeof *averages, compare_doubles);
    return count;
}

static void intervals_are_the_narrowest_that_cover(void **state)
{
    (void)state;
    static const double wanted[] = {0.5, 0.9, 0.95, 0.99};
    for (size_t n = 1; n <= MOST_PATTERNS; n++) {
        double base[MOST_PATTERNS], other[MOST_PATTERNS], differences[MOST_PATTERNS], averages[128];
        for (size_t i = 0; i < n; i++) {
            differences[i] = (i % 2 ? -1 : 1) * ldexp(1, (int)(i * 5 % n));
            base[i] = (double)(100 * i);
            other[i] = base[i] + differences[i];
        }
        size_t count = averages_of(differences, n, averages);
        for (size_t w = 0; w < LENGTH(wanted); w++) {
            struct stats_shift shift = stats_paired_shift(base, other, n, wanted[w]);
            size_t k = 0; /* by the definition, not by the code's way */
            while (k < count / 2 && 1 - 2 * count_below(n, k) >= wanted[w]) {
                k++;
            }
            assert_true(shift.shift == (averages[(count - 1) / 2] + averages[count / 2]) / 2);
            if (k == 0) {
                assert_true(isnan(shift.low) && isnan(shift.high) && isnan(shift.coverage));
                continue;
            }
            assert_true(shift.low == averages[k - 1] && shift.high == averages[count - k]);
            check_near(shift.coverage, 1 - 2 * count_below(n, k - 1), 1e-14);
        }
    }
}

/* p of the differences +-1 ... +-n for every pattern of signs, whose T is known. */
static void p_is_exact_for_every_pattern(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 10; n++) {
        double table[64], zeros[10] = {0}, other[10];
        size_t total = n * (n + 1) / 2;
        for (size_t t = 0; t <= total; t++) {
            table[t] = count_below(n, t);
        }
        for (size_t pattern = 0; pattern < (size_t)1 << n; pattern++) {
            size_t plus = 0;
            for (size_t i = 0; i < n; i++) { /* by so little that no Walsh average is 0 */
                other[i] = (pattern >> i & 1 ? 1 : -1) * ((double)(i + 1) + ldexp(1, -30 - (int)i));
                plus += pattern >> i & 1 ? i + 1 : 0;
            }
            size_t fewer = plus < total - plus ? plus : total - plus;
            check_near(stats_paired_p(zeros, other, n), fmin(1, 2 * table[fewer]), 1e-14);
        }
    }
}

/* ---- against what is printed elsewhere ---- */

/* Hollander & Wolfe's example 3.1, depression scores of nine patients before and after: T+ = 5,
 * one-sided p = 0.020; estimate -0.46; interval (-0.786, -0.010) of coverage 96.1 %, as R's
 * wilcox.test gives it. */
static void the_example_of_the_book_is_met(void **state)
{
    (void)state;
    static const double before[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double after[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    struct stats_shift shift = stats_paired_shift(before, after, 9, WANTED);
    check_near(shift.shift, -0.46, 1e-12);
    check_near(shift.low, -0.786, 1e-12);
    check_near(shift.high, -0.010, 1e-12);
    check_near(shift.coverage, 1 - 2 * 10.0 / 512, 1e-14);
    check_near(stats_paired_p(before, after, 9), 2 * 10.0 / 512, 1e-14);
}

/* Critical values of every table of the statistic: the largest t with P(T <= t) <= 2.5 %. */
static void ranks_match_the_tables(void **state)
{
    (void)state;
    static const size_t critical[][2] = {{6, 0},   {7, 2},    {8, 3},    {9, 5},
                                         {10, 8},  {12, 13},  {15, 25},  {20, 52},
                                         {25, 89}, {30, 137}, {40, 264}, {50, 434}};
    for (size_t c = 0; c < LENGTH(critical); c++) {
        size_t n = critical[c][0], total = n * (n + 1) / 2;
        double base[50] = {0}, other[50], averages[1275];
        for (size_t i = 0; i < n; i++) {
            other[i] = sqrt((double)(i * i * i + 2));
        }
        assert_int_equal(averages_of(other, n, averages), total);
        struct stats_shift shift = stats_paired_shift(base, other, n, WANTED);
        check_near(shift.low, averages[critical[c][1]], 1e-12);
        check_near(shift.high, averages[total - 1 - critical[c][1]], 1e-12);
    }
}

static void the_normal_distribution_takes_over_without_a_step(void **state)
{
    (void)state;
    static double base[201], other[201];
    for (size_t i = 0; i < 201; i++) {
        other[i] = (double)(i * 61 % 201) / 200;
    }
    struct stats_shift exact = stats_paired_shift(base, other, 200, WANTED);
    struct stats_shift normal = stats_paired_shift(base, other, 201, WANTED);
    check_near(exact.low, normal.low, 0.005);
    check_near(exact.high, normal.high, 0.005);
    assert_true(exact.coverage >= WANTED && exact.coverage < 0.9505);
    assert_true(normal.coverage >= WANTED && normal.coverage < 0.9505);
}

/* ---- degenerate samples ---- */

static void few_pairs_have_no_interval(void **state)
{
    (void)state;
    double base[] = {1, 2, 3, 4, 5, 6}, other[] = {2, 4, 6, 8, 10, 12};
    struct stats_shift none = stats_paired_shift(base, other, 0, WANTED);
    assert_true(isnan(none.shift) && isnan(none.low) && isnan(none.high) && isnan(none.coverage));
    for (size_t n = 1; n <= 5; n++) {
        struct stats_shift few = stats_paired_shift(base, other, n, WANTED);
        assert_true(few.shift == 0.5 * (double)(n + 1) && isnan(few.low) && isnan(few.high));
    }
    struct stats_shift six = stats_paired_shift(base, other, 6, WANTED);
    assert_true(six.low == 1 && six.high == 6 && six.coverage == 1 - 2.0 / 64);
    assert_true(isnan(stats_paired_shift(base, other, 6, 0.99).low));
    assert_true(stats_paired_p(base, other, 0) == 1);
    assert_true(stats_paired_p(base, other, 6) == 2.0 / 64);
}

static void zeros_and_ties_never_say_more(void **state)
{
    (void)state;
    double base[] = {1, 2, 3, 4, 5, 6, 7, 8}, other[] = {2, 3, 4, 5, 6, 7, 8, 9};
    struct stats_shift same = stats_paired_shift(base, base, 8, WANTED);
    assert_true(same.shift == 0 && same.low == 0 && same.high == 0);
    assert_true(stats_paired_p(base, base, 8) == 1);
    struct stats_shift one = stats_paired_shift(base, other, 8, WANTED);
    assert_true(one.shift == 1 && one.low == 1 && one.high == 1);
    assert_true(stats_paired_p(base, other, 8) == 2.0 / 256);
    other[3] = base[3]; /* a zero: T may be 0 or 1 */
    assert_true(stats_paired_p(base, other, 8) == 4.0 / 256);
}

static void exchanged_sides_exchange_the_interval(void **state)
{
    (void)state;
    unsigned short seed[3] = {3, 1, 4};
    double base[33], other[33];
    for (size_t i = 0; i < 33; i++) {
        base[i] = erand48(seed);
        other[i] = 0.2 + erand48(seed);
    }
    struct stats_shift there = stats_paired_shift(base, other, 33, WANTED);
    struct stats_shift back = stats_paired_shift(other, base, 33, WANTED);
    assert_true(there.shift == -back.shift && there.low == -back.high && there.high == -back.low);
    assert_true(stats_paired_p(base, other, 33) == stats_paired_p(other, base, 33));
    assert_true((there.low > 0 || there.high < 0) ==
                (stats_paired_p(base, other, 33) <= 1 - WANTED));
}

/* ---- in simulation ---- */

static unsigned short seeds[3];

static double draw_normal(void)
{
    return sqrt(-2 * log(1 - erand48(seeds))) * cos(2 * M_PI * erand48(seeds));
}

static double draw_cauchy(void)
{
    return tan(M_PI * (erand48(seeds) - 0.5));
}

static double draw_exponential(void)
{
    return -log(1 - erand48(seeds));
}

/* Two modes, with ties: a machine that is now fast and now slow, and clocks of little resolution.
 */
static double draw_modes(void)
{
    return (erand48(seeds) < 0.3 ? 1 : 2) + floor(4 * erand48(seeds)) / 40;
}

/* How often the interval holds the shift of 0.5, of pairs that share a mood which drifts and jumps.
 */
static double simulated_coverage(double (*draw)(void), size_t n, int trials, double *claimed)
{
    double base[64], other[64];
    int hits = 0;
    for (int trial = 0; trial < trials; trial++) {
        for (size_t i = 0; i < n; i++) {
            double mood = 5 * (double)i + 10 * draw_normal();
            base[i] = floor(64 * mood) / 64 + draw();
            other[i] = floor(64 * mood) / 64 + draw() + 0.5;
        }
        struct stats_shift shift = stats_paired_shift(base, other, n, WANTED);
        hits += shift.low <= 0.5 + 1e-9 && 0.5 - 1e-9 <= shift.high;
        *claimed = shift.coverage;
    }
    return (double)hits / trials;
}

static void coverage_holds_whatever_the_mood(void **state)
{
    (void)state;
    static const size_t sizes[] = {6, 10, 25, 40};
    static double (*const draws[])(void) = {draw_normal, draw_cauchy, draw_exponential, draw_modes};
    enum { TRIALS = 4000 };
    memcpy(seeds, (unsigned short[]){20, 26, 12}, sizeof seeds);
    for (size_t d = 0; d < LENGTH(draws); d++) {
        for (size_t i = 0; i < LENGTH(sizes); i++) {
            double claimed = NAN, found = simulated_coverage(draws[d], sizes[i], TRIALS, &claimed);
            double chance = 3.5 * sqrt(claimed * (1 - claimed) / (double)TRIALS);
            print_message("paired, draw %zu, %zu pairs: covers %.3f, claimed %.3f\n", d, sizes[i],
                          found, claimed);
            assert_true(found >= claimed - chance);
            assert_true(draws[d] == draw_modes || found <= claimed + chance);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_the_narrowest_that_cover),
        cmocka_unit_test(p_is_exact_for_every_pattern),
        cmocka_unit_test(the_example_of_the_book_is_met),
        cmocka_unit_test(ranks_match_the_tables),
        cmocka_unit_test(the_normal_distribution_takes_over_without_a_step),
        cmocka_unit_test(few_pairs_have_no_interval),
        cmocka_unit_test(zeros_and_ties_never_say_more),
        cmocka_unit_test(exchanged_sides_exchange_the_interval),
        cmocka_unit_test(coverage_holds_whatever_the_mood),
    };
    return cmocka_run_group_tests_name("paired", tests, NULL, NULL);
}
