/* What --rate and --find-rate compute: texts to rates and back, the schedule of a paced sender, the
 * search.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "points/search.h"

#include "zmqsweep/config.h"
#include "zmqsweep/pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- units ---- */

static int64_t read_one(enum option_id id, const char *text)
{
    int64_t *values = NULL, value;
    size_t count = 0;
    struct error error = {""};
    if (config_parse(id, text, &values, &count, &error)) {
        fail_msg("%s: %s", text, error.text);
    }
    assert_int_equal(count, 1);
    value = values[0];
    free(values);
    return value;
}

static void check_rate(const char *text, bool bits, int64_t per_s, const char *word)
{
    char written[CONFIG_WORD_LENGTH];
    int64_t value = read_one(OPTION_RATE, text);
    struct config_rate rate = config_rate(value);
    assert_int_equal(rate.bits, bits);
    assert_int_equal(rate.per_s, per_s);
    assert_string_equal(config_format(OPTION_RATE, value, written), word);
    assert_int_equal(read_one(OPTION_RATE, written), value);
}

static void rates_are_decimal(void **state)
{
    (void)state;
    check_rate("1", false, 1, "1");
    check_rate("2000", false, 2000, "2K");
    check_rate("10K", false, 10000, "10K");
    check_rate("1.5M", false, 1500000, "1500K");
    check_rate("1G", false, 1000000000, "1G");
    check_rate("1bit", true, 1, "1bit");
    check_rate("500Mbit", true, 500000000, "500Mbit");
    check_rate("2.5Gbit", true, 2500000000, "2500Mbit");
    check_rate("64kbit", true, 64000, "64kbit");
    check_rate("64Kbit", true, 64000, "64kbit");
    check_rate("1Tbit", true, 1000000000000, "1Tbit");
    assert_int_equal(read_one(OPTION_RATE, "max"), OPTION_KEYWORD);
}

static void losses_are_read_exactly(void **state)
{
    char word[CONFIG_WORD_LENGTH];
    (void)state;
    assert_int_equal(read_one(OPTION_FIND_RATE, "loss=0.1%"), 1000000);
    assert_int_equal(read_one(OPTION_FIND_RATE, "loss=0%"), 0);
    assert_int_equal(read_one(OPTION_FIND_RATE, "loss=50%"), 500000000);
    assert_int_equal(read_one(OPTION_FIND_RATE, "off"), OPTION_KEYWORD);
    assert_string_equal(config_format(OPTION_FIND_RATE, 1000000, word), "loss=0.1%");
    assert_string_equal(config_format(OPTION_FIND_RATE, 1, word), "loss=1e-07%");
}

static void ranges_of_rates_expand(void **state)
{
    int64_t *values = NULL;
    size_t count = 0;
    struct error error = {""};
    (void)state;
    assert_int_equal(config_parse(OPTION_RATE, "1K:100K:x10,max", &values, &count, &error), 0);
    assert_int_equal(count, 4);
    assert_int_equal(values[2], 100000);
    free(values);
    assert_int_equal(config_parse(OPTION_RATE, "1Mbit:5Mbit:x2", &values, &count, &error), 0);
    assert_int_equal(count, 3);
    assert_true(config_rate(values[2]).bits);
    assert_int_equal(config_rate(values[2]).per_s, 4000000);
    free(values);
}

static void bad_rates_are_refused(void **state)
{
    static const char *const bad[] = {
        "",    "0",     "0.5",  "-1",         "1k",        "10 K",     "1Gb",
        "1.K", ".5K",   "1e6",  "1..5K",      "1.5",       "2G",       "nan",
        "inf", "10K/s", "1,,2", "1Mbit:2:x2", "10K,10000", "1001Tbit", "0.1bit"};
    static const char *const bad_losses[] = {"",         "0.1%",           "loss",
                                             "loss=",    "loss=0.1",       "loss=-1%",
                                             "loss=51%", "loss=1%%",       "loss=0.00000001%",
                                             "lost=1%",  "loss=1%,loss=2%"};
    int64_t *values = NULL;
    size_t count = 0;
    struct error error = {""};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (config_parse(OPTION_RATE, bad[i], &values, &count, &error) == 0) {
            fail_msg("%s was taken", bad[i]);
        }
    }
    for (size_t i = 0; i < sizeof bad_losses / sizeof *bad_losses; i++) {
        if (config_parse(OPTION_FIND_RATE, bad_losses[i], &values, &count, &error) == 0) {
            fail_msg("%s was taken", bad_losses[i]);
        }
    }
}

/* ---- the schedule ---- */

static void bursts_are_as_short_as_50_us(void **state)
{
    (void)state;
    assert_int_equal(pace_burst(0.5), 1);
    assert_int_equal(pace_burst(2000), 1);
    assert_int_equal(pace_burst(20000), 1);
    assert_int_equal(pace_burst(20001), 2);
    assert_int_equal(pace_burst(40000), 2);
    assert_int_equal(pace_burst(100000), 5);
    assert_int_equal(pace_burst(1000000), 50);
    for (double rate = 1; rate < 1e9; rate *= 1.37) {
        double period_s = (double)pace_burst(rate) / rate;
        assert_true(period_s >= 50e-6 * (1 - 1e-6));
        assert_true(rate <= 20000 || period_s < 50e-6 + 1 / rate);
    }
}

/* Message i of a schedule is due at start + i / rate, but for the burst that it goes with; no error
 * adds up.
 */
static void due_times_do_not_drift(void **state)
{
    static const double rates[] = {0.1, 1, 3, 2000, 7777, 20000, 33333, 1e6, 3e6};
    (void)state;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct pace pace = pace_make(1000000007, rates[r]);
        int64_t before = INT64_MIN;
        assert_int_equal(pace_due_ns(&pace, 0), 1000000007);
        for (int64_t i = 0; i < 1000; i++) {
            int64_t due = pace_due_ns(&pace, i);
            double exact = 1000000007 + (double)i * 1e9 / rates[r];
            assert_true((double)due <= exact + 1);
            assert_true((double)due > exact - (double)pace.burst * 1e9 / rates[r] - 1);
            assert_true(due >= before);
            before = due;
        }
        int64_t far = (int64_t)(86400 * rates[r]) / pace.burst * pace.burst;
        assert_true(fabs((double)(pace_due_ns(&pace, far) - 1000000007) -
                         (double)far * 1e9 / rates[r]) < 20);
    }
}

/* ---- the search ---- */

/* Searches where all up to `limit` is good. @return what is found. */
static double found(double first, double limit, int32_t *tries)
{
    struct search search;
    for (search_begin(&search, first); !search_done(&search);) {
        search_record(&search, search.next_per_s <= limit);
    }
    *tries = search.rates;
    return search_found_per_s(&search);
}

static void search_finds_the_limit(void **state)
{
    static const double limits[] = {1.7, 100, 12345, 250000, 3.3e6};
    static const double firsts[] = {1, 1000, 250000, 1e7};
    (void)state;
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
        for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
            int32_t tries;
            double rate = found(firsts[f], limits[l], &tries);
            assert_true(rate <= limits[l]);
            assert_true(rate * 1.03 >= limits[l]);
            assert_true(tries < SEARCH_RATES_MAX);
        }
    }
}

static void search_ends_when_all_is_good_or_all_is_bad(void **state)
{
    int32_t tries;
    (void)state;
    assert_true(found(1000, 1e12, &tries) == 1e9);
    assert_true(found(1000, 0, &tries) == 1);
    assert_true(tries <= SEARCH_RATES_MAX);
    assert_true(found(NAN, 500, &tries) <= 500); /* an unpaced probe that delivered nothing */
    assert_true(found(0, 500, &tries) * 1.03 >= 500);
}

static void a_spoiled_try_is_not_believed(void **state)
{
    struct search search;
    (void)state;
    search_begin(&search, 1000);
    search_record(&search, false);
    assert_true(search.next_per_s == 1000 && search.bad_per_s == 0); /* again */
    search_record(&search, true);
    assert_true(search.next_per_s == 1000 && search.good_per_s == 0);
    search_record(&search, true);
    assert_true(search.good_per_s == 1000 && search.next_per_s == 1060);
    search_record(&search, false);
    search_record(&search, true);
    search_record(&search, false);
    assert_true(search.bad_per_s == 1060 && search.good_per_s == 1000);
    /* One try in ten is spoiled. */
    srand(7);
    for (int trial = 0; trial < 1000; trial++) {
        int32_t spoiled = 0;
        search_begin(&search, 1000);
        while (!search_done(&search)) {
            bool spoil = rand() % 10 == 0;
            spoiled += spoil && search.next_per_s <= 12345;
            search_record(&search, search.next_per_s <= 12345 && !spoil);
        }
        assert_true(search_found_per_s(&search) <= 12345);
        assert_true(search_found_per_s(&search) * 1.03 >= 12345 || spoiled >= 2);
    }
}

/* Answers without rhyme or reason must not keep it going. */
static void search_is_bounded(void **state)
{
    (void)state;
    srand(1);
    for (int trial = 0; trial < 1000; trial++) {
        struct search search;
        int32_t tries = 0;
        for (search_begin(&search, 1000); !search_done(&search); tries++) {
            search_record(&search, rand() % 2);
        }
        assert_true(tries <= 3 * SEARCH_RATES_MAX);
        assert_true(search_found_per_s(&search) >= 1);
    }
}

/* Next to the truth, as on a link, three rates are enough. */
static void a_good_start_is_used(void **state)
{
    int32_t tries;
    (void)state;
    double rate = found(1000, 1010, &tries);
    assert_true(rate <= 1010 && rate * 1.03 >= 1010 && tries <= 3);
    rate = found(1000, 990, &tries);
    assert_true(rate <= 990 && rate * 1.03 >= 990 && tries <= 4);
}

static void lower_rates_fall_to_one(void **state)
{
    (void)state;
    assert_true(search_lower_per_s(1000) == 985);
    assert_true(search_lower_per_s(1) == 1);
}

static void losses_are_compared_exactly(void **state)
{
    (void)state;
    assert_false(search_loss_over(1000000, 1, 1000));
    assert_true(search_loss_over(1000000, 2, 1000));
    assert_true(search_loss_over(1000000, 1, 999));
    assert_false(search_loss_over(0, 0, 1000));
    assert_true(search_loss_over(0, 1, INT64_MAX));
    assert_false(search_loss_over(1000000, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_decimal),
        cmocka_unit_test(losses_are_read_exactly),
        cmocka_unit_test(ranges_of_rates_expand),
        cmocka_unit_test(bad_rates_are_refused),
        cmocka_unit_test(bursts_are_as_short_as_50_us),
        cmocka_unit_test(due_times_do_not_drift),
        cmocka_unit_test(search_finds_the_limit),
        cmocka_unit_test(search_ends_when_all_is_good_or_all_is_bad),
        cmocka_unit_test(a_spoiled_try_is_not_believed),
        cmocka_unit_test(search_is_bounded),
        cmocka_unit_test(a_good_start_is_used),
        cmocka_unit_test(lower_rates_fall_to_one),
        cmocka_unit_test(losses_are_compared_exactly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
