/* test_histogram.c - the buckets are where they should be, and percentiles within their error. */
#include "zmqsweep/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND ((int64_t)1000000000)
#define VALUES 20000

static uint64_t state = 1;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* Over ten powers of ten. */
static int64_t any_time_ns(void)
{
    return (int64_t)pow(10, (double)(next_random() % 1000000) * 1.1e-5);
}

static void check_value(int64_t value)
{
    size_t bucket = histogram_bucket(value);
    assert_true(bucket < HISTOGRAM_BUCKETS);
    assert_true(histogram_low_ns(bucket) <= value);
    assert_true(value < histogram_low_ns(bucket + 1));
}

static void buckets_cover_every_time_once(void **unused)
{
    (void)unused;
    assert_int_equal(histogram_low_ns(0), 0);
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        int64_t low = histogram_low_ns(i), high = histogram_low_ns(i + 1);
        assert_true(high > low);
        assert_int_equal(histogram_bucket(low), i);
        assert_int_equal(histogram_bucket(high - 1), i);
        assert_true((double)(high - low) <= fmax(1, (double)low / 128));
    }
    assert_true(histogram_low_ns(HISTOGRAM_BUCKETS) > 100 * SECOND);
    for (int i = 0; i < VALUES; i++) {
        check_value(any_time_ns());
    }
}

static void what_is_outside_counts_at_the_ends(void **unused)
{
    (void)unused;
    assert_int_equal(histogram_bucket(-1), 0);
    assert_int_equal(histogram_bucket(INT64_MIN), 0);
    assert_int_equal(histogram_bucket(INT64_MAX), HISTOGRAM_BUCKETS - 1);
    assert_int_equal(histogram_bucket(histogram_low_ns(HISTOGRAM_BUCKETS)), HISTOGRAM_BUCKETS - 1);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Against the sorted values: never below, at most 1 % over. */
static void check_quantiles(int64_t *values, size_t count)
{
    static struct histogram histogram;
    static const int64_t shares[] = {0, 1, 100, 500, 900, 990, 999, 1000};
    histogram = (struct histogram){{0}};
    for (size_t i = 0; i < count; i++) {
        histogram.counts[histogram_bucket(values[i])]++;
    }
    qsort(values, count, sizeof *values, by_value);
    assert_int_equal(histogram_total(&histogram), count);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        size_t number = (count * (size_t)shares[i] + 999) / 1000;
        double exact = (double)values[number ? number - 1 : 0];
        double found = histogram_quantile_ns(&histogram, shares[i]);
        assert_true(found > exact);
        assert_true(found <= exact + fmax(1, exact / 128));
    }
}

static void percentiles_are_within_one_percent(void **unused)
{
    (void)unused;
    static int64_t values[VALUES];
    static const size_t counts[] = {1, 2, 3, 10, 999, 1000, 1001, VALUES};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        for (size_t i = 0; i < counts[c]; i++) {
            values[i] = any_time_ns();
        }
        check_quantiles(values, counts[c]);
    }
}

static void nothing_has_no_percentile(void **unused)
{
    (void)unused;
    static const struct histogram empty;
    assert_int_equal(histogram_total(&empty), 0);
    assert_true(isnan(histogram_quantile_ns(&empty, 500)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_cover_every_time_once),
        cmocka_unit_test(what_is_outside_counts_at_the_ends),
        cmocka_unit_test(percentiles_are_within_one_percent),
        cmocka_unit_test(nothing_has_no_percentile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
