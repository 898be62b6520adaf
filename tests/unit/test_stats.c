/* test_stats.c - medians, intervals, trends and overlaps, against counts and sums made here in
 * another way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "zmqsweep/stats.h"

#define WANTED 0.95
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void check_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
    }
}

/* ---- medians ---- */

static void median_sorts_and_takes_the_middle(void **state)
{
    (void)state;
    double odd[] = {5, -1, 3}, even[] = {4, 1, 3, 2}, one[] = {7};
    assert_true(isnan(stats_median(odd, 0)));
    assert_true(stats_median(one, 1) == 7);
    assert_true(stats_median(odd, 3) == 3);
    assert_true(odd[0] == -1 && odd[1] == 3 && odd[2] == 5);
    assert_true(stats_median(even, 4) == 2.5);
}

/* ---- intervals ---- */

/* P(Binomial(n, 1/2) < k): terms multiplied up, in a long double, whose exponent reaches 2^-16445.
 */
static double binomial_below(size_t n, size_t k)
{
    long double term = ldexpl(1, -(int)n), sum = 0;
    for (size_t i = 0; i < k; i++) {
        sum += term;
        term *= (long double)(n - i) / (long double)(i + 1);
    }
    return (double)sum;
}

/* The interval of 1, 2, ... n in some other order: order statistic k is the number k. */
static struct stats_interval interval_of_ranks(size_t n, double wanted)
{
    double *values = calloc(n, sizeof *values);
    assert_non_null(values);
    size_t step = n == 1 ? 1 : n - 1; /* has no factor in common with n */
    for (size_t i = 0; i < n; i++) {
        values[i] = (double)(i * step % n + 1);
    }
    struct stats_interval interval = stats_median_interval(values, n, wanted);
    free(values);
    return interval;
}

static void no_interval_below_two(void **state)
{
    (void)state;
    double values[] = {42};
    struct stats_interval none = stats_median_interval(values, 0, WANTED);
    assert_true(isnan(none.median) && isnan(none.low) && isnan(none.high) && isnan(none.coverage));
    struct stats_interval one = stats_median_interval(values, 1, WANTED);
    assert_true(one.median == 42);
    assert_true(isnan(one.low) && isnan(one.high) && isnan(one.coverage));
}

static void small_samples_go_from_minimum_to_maximum(void **state)
{
    (void)state;
    static const double coverage[] = {
        [2] = 0.5, [3] = 0.75, [4] = 0.875, [5] = 0.9375, [6] = 0.96875};
    for (size_t n = 2; n < LENGTH(coverage); n++) {
        struct stats_interval interval = interval_of_ranks(n, WANTED);
        assert_true(interval.low == 1 && interval.high == (double)n);
        assert_true(interval.median == 0.5 * (double)(n + 1));
        check_near(interval.coverage, coverage[n], 1e-14);
    }
}

/* 20 values: x_(6) to x_(15), as every table of it says; 1 - 2 * 21700 / 2^20. */
static void twenty_values_match_the_tables(void **state)
{
    (void)state;
    struct stats_interval interval = interval_of_ranks(20, WANTED);
    assert_true(interval.low == 6 && interval.high == 15);
    check_near(interval.coverage, 1 - 2 * 21700.0 / 1048576.0, 1e-13);
}

static void order_statistics_are_the_narrowest_that_cover(void **state)
{
    (void)state;
    static const double wanted[] = {0.5, 0.9, 0.95, 0.99};
    for (size_t w = 0; w < LENGTH(wanted); w++) {
        for (size_t n = 2; n <= 1000; n += n < 120 ? 1 : 97) {
            struct stats_interval interval = interval_of_ranks(n, wanted[w]);
            size_t k = (size_t)interval.low;
            assert_true(interval.low == (double)k && k >= 1 && 2 * k <= n);
            assert_true(interval.high == (double)(n + 1 - k));
            assert_true(interval.low <= interval.median && interval.median <= interval.high);
            check_near(interval.coverage, 1 - 2 * binomial_below(n, k), 1e-11);
            assert_true(k == 1 || interval.coverage >= wanted[w]);
            /* one further in would cover too little, or be no interval */
            assert_true(2 * (k + 1) > n || 1 - 2 * binomial_below(n, k + 1) < wanted[w] + 1e-11);
        }
    }
}

static void a_thousand_values_narrow_it(void **state)
{
    (void)state;
    struct stats_interval interval = interval_of_ranks(1000, WANTED);
    assert_true(interval.low > 460 && interval.high < 540);
    assert_true(interval.coverage >= WANTED && interval.coverage < 0.96);
}

/* How often the interval of n values of a distribution with a heavy tail holds the population's
 * median. */
static double simulated_coverage(size_t n, int trials, double *claimed)
{
    unsigned short seed[3] = {20, 26, 7};
    double values[64];
    int hits = 0;
    assert_true(n <= LENGTH(values));
    for (int trial = 0; trial < trials; trial++) {
        for (size_t i = 0; i < n; i++) {
            values[i] =
                pow(1 - erand48(seed), -2); /* P(X < x) = 1 - 1 / sqrt(x): the median is 4 */
        }
        struct stats_interval interval = stats_median_interval(values, n, WANTED);
        hits += interval.low <= 4 && 4 <= interval.high;
        *claimed = interval.coverage;
    }
    return (double)hits / trials;
}

static void coverage_holds_for_a_skewed_distribution(void **state)
{
    (void)state;
    static const size_t sizes[] = {5, 6, 20, 51};
    enum { TRIALS = 10000 };
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        double claimed = NAN, found = simulated_coverage(sizes[i], TRIALS, &claimed);
        check_near(found, claimed, 3.5 * sqrt(claimed * (1 - claimed) / (double)TRIALS));
    }
}

/* ---- trend ---- */

#define LARGEST_ENUMERATED 6
#define LARGEST_SCORE (LARGEST_ENUMERATED * (LARGEST_ENUMERATED - 1) / 2)

static int score_of(const double *values, size_t n)
{
    int score = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            score += values[i] < values[j] ? 1 : values[i] > values[j] ? -1 : 0;
        }
    }
    return score;
}

struct census {
    size_t n;
    int permutations, with_score[LARGEST_SCORE + 1]; /* by the score's magnitude */
};

/* Share of all orders whose score is at least as far from 0. */
static double census_p(const struct census *census, int score)
{
    int further = 0;
    for (int s = abs(score); s <= LARGEST_SCORE; s++) {
        further += census->with_score[s];
    }
    return (double)further / census->permutations;
}

static void count_one(struct census *census, const double *values)
{
    census->permutations++;
    census->with_score[abs(score_of(values, census->n))]++;
}

static void check_one(struct census *census, const double *values)
{
    check_near(stats_trend_p(values, census->n), census_p(census, score_of(values, census->n)),
               1e-12);
}

/* Calls `visit` with every order of the first `n` of `values`. */
static void permute(double *values, size_t n, struct census *census,
                    void (*visit)(struct census *, const double *))
{
    if (n == 1) {
        visit(census, values);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double last = values[n - 1];
        values[n - 1] = values[i];
        values[i] = last;
        permute(values, n - 1, census, visit);
        values[i] = values[n - 1];
        values[n - 1] = last;
    }
}

static void take_census(struct census *census, size_t n)
{
    double values[LARGEST_ENUMERATED] = {1, 2, 3, 4, 5, 6};
    memset(census, 0, sizeof *census);
    census->n = n;
    permute(values, n, census, count_one);
}

static void trend_is_exact_for_every_order_of_a_few(void **state)
{
    (void)state;
    static const int factorial[] = {1, 1, 2, 6, 24, 120, 720};
    for (size_t n = 3; n <= LARGEST_ENUMERATED; n++) {
        double values[LARGEST_ENUMERATED] = {1, 2, 3, 4, 5, 6};
        struct census census;
        take_census(&census, n);
        assert_int_equal(census.permutations, factorial[n]);
        permute(values, n, &census, check_one);
    }
}

static void ties_count_as_half(void **state)
{
    (void)state;
    enum { N = 5, VALUES = 3 };
    struct census census;
    take_census(&census, N);
    for (int code = 0; code < VALUES * VALUES * VALUES * VALUES * VALUES; code++) {
        double values[N];
        for (int i = 0, rest = code; i < N; i++, rest /= VALUES) {
            values[i] = rest % VALUES;
        }
        check_one(&census, values);
    }
    double flat[200] = {0};
    assert_true(stats_trend_p(flat, 6) == 1);
    assert_true(stats_trend_p(flat, 200) == 1);
}

static void trend_wants_three(void **state)
{
    (void)state;
    double rising[] = {1, 2, 3};
    assert_true(stats_trend_p(rising, 0) == 1);
    assert_true(stats_trend_p(rising, 2) == 1);
    check_near(stats_trend_p(rising, 3), 2.0 / 6, 1e-15);
}

/* P(at most so many inversions) in a random order of n, by adding up what each last element may
 * contribute.
 */
static double inversions_at_most(size_t n, size_t most)
{
    size_t total = n * (n - 1) / 2 + 1;
    double *now = calloc(total, sizeof *now), *next = calloc(total, sizeof *next), sum = 0;
    assert_non_null(now);
    assert_non_null(next);
    now[0] = 1;
    for (size_t m = 2; m <= n; m++) {
        for (size_t i = 0; i <= most && i < total; i++) {
            next[i] = 0;
            for (size_t j = 0; j < m && j <= i; j++) {
                next[i] += now[i - j] / (double)m;
            }
        }
        double *swap = now;
        now = next;
        next = swap;
    }
    for (size_t i = 0; i <= most && i < total; i++) {
        sum += now[i];
    }
    free(now);
    free(next);
    return sum;
}

/* 1 ... n in an order with exactly so many inversions: big numbers are drawn first while they last.
 */
static void order_with_inversions(double *values, size_t n, size_t inversions)
{
    char used[256] = "";
    assert_true(n <= sizeof used);
    for (size_t i = 0; i < n; i++) {
        size_t skip = inversions < n - 1 - i ? inversions : n - 1 - i, number = 0;
        inversions -= skip;
        for (;; number++) {
            if (!used[number] && skip-- == 0) {
                break;
            }
        }
        used[number] = 1;
        values[i] = (double)(number + 1);
    }
    assert_int_equal(inversions, 0);
}

/* Series of n whose scores lie from none to four standard deviations off 0. */
static void check_against_exact(size_t n, double absolute, double relative)
{
    double values[256], pairs = (double)n * (double)(n - 1) / 2;
    double deviation = sqrt((double)n * (double)(n - 1) * (double)(2 * n + 5) / 18);
    for (int step = 0; step <= 8; step++) {
        size_t inversions = (size_t)((pairs - 0.5 * step * deviation) / 2);
        double exact = fmin(1, 2 * inversions_at_most(n, inversions));
        order_with_inversions(values, n, inversions);
        check_near(stats_trend_p(values, n), exact, absolute + relative * exact);
        for (size_t i = 0; i < n / 2; i++) { /* and the same downwards */
            double swap = values[i];
            values[i] = values[n - 1 - i];
            values[n - 1 - i] = swap;
        }
        check_near(stats_trend_p(values, n), exact, absolute + relative * exact);
    }
}

static void trend_is_exact_up_to_a_hundred(void **state)
{
    (void)state;
    check_against_exact(20, 0, 1e-9);
    check_against_exact(100, 0, 1e-9);
}

static void trend_is_nearly_exact_above(void **state)
{
    (void)state;
    check_against_exact(101, 3e-4, 0.002);
    check_against_exact(150, 3e-4, 0.002);
}

/* ---- halves ---- */

static bool halves(size_t n, double first, double middle, double second)
{
    double rates[32];
    for (size_t i = 0; i < n; i++) {
        rates[i] = i < n / 2 ? first : second;
    }
    if (n % 2) {
        rates[n / 2] = middle;
    }
    return stats_halves_differ(rates, n, 0.2);
}

static void halves_differ_past_the_limit(void **state)
{
    (void)state;
    assert_false(halves(8, 90.1, 0, 109.9)); /* 19.8 % of the mean */
    assert_true(halves(8, 89.9, 0, 110.1));  /* 20.2 % */
    assert_false(halves(8, 109.9, 0, 90.1));
    assert_true(halves(8, 110.1, 0, 89.9));
    assert_true(halves(20, 89.9, 0, 110.1));
    assert_false(halves(8, 0, 0, 0));
}

static void halves_want_eight(void **state)
{
    (void)state;
    assert_false(halves(7, 1, 1, 1000));
    assert_true(halves(8, 1, 1, 1000));
    assert_false(halves(0, 1, 1, 1000));
}

static void the_middle_one_is_left_out(void **state)
{
    (void)state;
    assert_false(halves(9, 100, 1e9, 100));
    assert_true(halves(9, 89.9, 1e9, 110.1));
}

/* ---- overlap ---- */

static void overlap_is_the_common_part(void **state)
{
    (void)state;
    double starts[] = {10, 12, 11}, ends[] = {20, 21, 18};
    assert_true(isnan(stats_overlap(starts, ends, 0)));
    check_near(stats_overlap(starts, ends, 1), 1, 0);
    check_near(stats_overlap(starts, ends, 2), 8.0 / 11, 1e-15);
    check_near(stats_overlap(starts, ends, 3), 6.0 / 11, 1e-15);
}

static void overlap_of_none_is_zero(void **state)
{
    (void)state;
    double starts[] = {0, 10}, touching[] = {10, 20}, apart[] = {5, 20}, empty[] = {0, 10};
    assert_true(stats_overlap(starts, touching, 2) == 0);
    assert_true(stats_overlap(starts, apart, 2) == 0);
    assert_true(stats_overlap(starts, empty, 2) == 0);
    assert_true(stats_overlap(starts, empty, 1) == 0);
}

int main(void)
{
    const struct CMUnitTest intervals[] = {
        cmocka_unit_test(median_sorts_and_takes_the_middle),
        cmocka_unit_test(no_interval_below_two),
        cmocka_unit_test(small_samples_go_from_minimum_to_maximum),
        cmocka_unit_test(twenty_values_match_the_tables),
        cmocka_unit_test(order_statistics_are_the_narrowest_that_cover),
        cmocka_unit_test(a_thousand_values_narrow_it),
        cmocka_unit_test(coverage_holds_for_a_skewed_distribution),
    };
    const struct CMUnitTest trends[] = {
        cmocka_unit_test(trend_is_exact_for_every_order_of_a_few),
        cmocka_unit_test(ties_count_as_half),
        cmocka_unit_test(trend_wants_three),
        cmocka_unit_test(trend_is_exact_up_to_a_hundred),
        cmocka_unit_test(trend_is_nearly_exact_above),
        cmocka_unit_test(halves_differ_past_the_limit),
        cmocka_unit_test(halves_want_eight),
        cmocka_unit_test(the_middle_one_is_left_out),
        cmocka_unit_test(overlap_is_the_common_part),
        cmocka_unit_test(overlap_of_none_is_zero),
    };
    int failed = cmocka_run_group_tests_name("intervals", intervals, NULL, NULL);
    failed += cmocka_run_group_tests_name("trends", trends, NULL, NULL);
    return failed;
}
