/* test_report.c - filters, cells, the guard against crashes, and the statistics of a comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/task.h"
#include "files/guard.h"
#include "reading/columns.h"
#include "reading/filter.h"
#include "table/grid.h"
#include "zmqsweep/stats.h"
#include "zmqsweep/text.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- the shift of two samples ---- */

/* P(U <= u) by counting all ways to choose the ranks of the second sample. */
static double count_below(size_t n, size_t m, size_t limit)
{
    double below = 0, all = 0;
    for (unsigned long set = 0; set < 1ul << (n + m); set++) {
        if ((size_t)__builtin_popcountl(set) != m)
            continue;
        size_t u = 0, first = 0;
        for (size_t i = 0; i < n + m; i++) {
            if (set >> i & 1)
                u += first;
            else
                first++;
        }
        all++;
        below += u <= limit;
    }
    return below / all;
}

/* With differences 1 ... nm the ends of the interval tell the rank that was chosen. */
static void shift_covers_what_it_says(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 7; n++)
        for (size_t m = 1; m <= 7; m++) {
            double base[7], other[7];
            for (size_t i = 0; i < n; i++)
                base[i] = -(double)(i * m);
            for (size_t j = 0; j < m; j++)
                other[j] = (double)(j + 1);
            struct stats_shift shift = stats_shift_interval(base, n, other, m, 0.95);
            size_t k = 0; /* by the definition, not by the code's way */
            while (k < n * m / 2 && 1 - 2 * count_below(n, m, k) >= 0.95)
                k++;
            assert_true(shift.shift == 0.5 * (double)(n * m + 1));
            if (k == 0) {
                assert_true(isnan(shift.low) && isnan(shift.high) && isnan(shift.coverage));
                continue;
            }
            assert_true(shift.low == (double)k && shift.high == (double)(n * m + 1 - k));
            assert_true(fabs(shift.coverage - (1 - 2 * count_below(n, m, k - 1))) < 1e-12);
        }
}

static void shift_needs_four_and_four(void **state)
{
    (void)state;
    double a[] = {1, 2, 3, 4}, b[] = {11, 12, 13, 14};
    struct stats_shift shift = stats_shift_interval(a, 4, b, 4, 0.95);
    assert_true(shift.shift == 10 && shift.low == 7 && shift.high == 13);
    assert_true(fabs(shift.coverage - (1 - 2.0 / 70)) < 1e-12);
    assert_true(isnan(stats_shift_interval(a, 3, b, 3, 0.95).low));
    assert_true(isnan(stats_shift_interval(a, 0, b, 4, 0.95).shift));
}

/* Beyond the exact range the normal distribution takes over without a step that could be seen. */
static void shift_of_large_samples_is_continuous(void **state)
{
    (void)state;
    static double a[101], b[101];
    for (size_t i = 0; i < 101; i++) {
        a[i] = (double)(i * 37 % 101);
        b[i] = (double)(i * 61 % 101) + 3;
    }
    struct stats_shift exact = stats_shift_interval(a, 100, b, 100, 0.95);
    struct stats_shift normal = stats_shift_interval(a, 101, b, 101, 0.95);
    assert_true(fabs(exact.low - normal.low) <= 1 && fabs(exact.high - normal.high) <= 1);
    assert_true(exact.coverage >= 0.95 && exact.coverage < 0.951);
    assert_true(normal.coverage >= 0.95 && normal.coverage < 0.951);
}

/* ---- filters ---- */

static bool accepts(const char *text, const struct point_record *point)
{
    struct filter filter;
    struct error error = {""};
    if (filter_read(text, TABLE_POINTS, &filter, &error))
        fail_msg("%s: %s", text, error.text);
    return filter_accepts_point(&filter, point);
}

static void filters_compare_by_type_and_unit(void **state)
{
    (void)state;
    struct point_record point = {
        .message_size_bytes = 65536, .pairs = 4, .duration_s = 0.2, .rcvbuf_bytes = NAN};
    static const struct {
        const char *text;
        bool expected;
    } cases[] = {
        {"pattern=pub-sub", true},
        {"pattern!=pub-sub", false},
        {"pattern=pub", false},
        {"size=64K", true},
        {"size=64KiB,pairs>=4", true},
        {"size>=64K,pairs>4", false},
        {"message_size_bytes<65537", true},
        {"message-size-bytes<=65535", false},
        {"duration=200ms", true},
        {"duration<0.3", true},
        {"throughput>1Gbit/s", true},
        {"throughput>1.5K", false},
        {" size > 1K , pairs != 5 ", true},
        {"rcvbuf=1", false},
        {"rcvbuf>1", false},
        {"rcvbuf!=1", true},
        {"sender_host=a-node-with-a-name-of-over-sixty-three-characters.cluster.example.org", true},
        {"sender_host=a-node-with-a-name-of-over-sixty-three-characters.cluster.example.net",
         false},
    };
    strcpy(point.pattern, "pub-sub");
    strcpy(point.sender_host,
           "a-node-with-a-name-of-over-sixty-three-characters.cluster.example.org");
    point.throughput_mbit_s = 1400;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (accepts(cases[i].text, &point) != cases[i].expected)
            fail_msg("%s", cases[i].text);
}

static void filters_name_what_is_wrong(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"sise=1", "size"},     {"size", "no term"},
        {"=3", "no term"},      {"size=", "nothing"},
        {"size=4Q", "64K"},     {"size=x", "64K"},
        {"pattern<x", "words"}, {"size=1,,pairs=2", "no term"},
        {"duration=2h", "say"}, {"pattern~x", "no term"},
        {"", "no term"},        {"size=nan", "64K"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct filter filter;
        struct error error = {""};
        assert_int_equal(filter_read(cases[i][0], TABLE_POINTS, &filter, &error), -1);
        if (!strstr(error.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], error.text);
    }
}

static void filters_reach_the_other_table(void **state)
{
    (void)state;
    struct filter filter;
    struct error error = {""};
    struct rank_record row = {.rank = 3};
    struct host_record host = {.cores = 8};
    strcpy(row.role, "sender");
    assert_int_equal(filter_read("role=sender,size=1K", TABLE_RANKS, &filter, &error), 0);
    assert_true(filter.terms[1].of_points && !filter.terms[0].of_points);
    assert_true(filter_accepts_row(&filter, &row));
    assert_int_equal(filter_read("cores>4", TABLE_HOSTS, &filter, &error), 0);
    assert_true(filter_accepts_row(&filter, &host));
    assert_int_equal(filter_read("size=1K", TABLE_HOSTS, &filter, &error), -1);
}

/* ---- cells ---- */

static void cells_have_three_digits_and_no_exponent(void **state)
{
    (void)state;
    char text[CELL];
    assert_string_equal(format_number(0, text), "0");
    assert_string_equal(format_number(1028.4, text), "1028");
    assert_string_equal(format_number(99.96, text), "100");
    assert_string_equal(format_number(9.996, text), "10.0");
    assert_string_equal(format_number(0.602, text), "0.602");
    assert_string_equal(format_number(NAN, text), "-");
    assert_string_equal(format_interval(1430, 602, 1570, text), "[0.602, 1.57]");
    assert_string_equal(format_interval(775, 524, 1030, text), "[524, 1030]");
    assert_string_equal(format_interval(775, NAN, NAN, text), "");
    assert_string_equal(format_loss(0, 10, text), "0 %");
    assert_string_equal(format_loss(1, 1000000, text), "< 0.01 %");
    assert_string_equal(format_loss(999999, 1000000, text), "> 99.9 %");
    assert_string_equal(format_loss(945, 1000, text), "94.5 %");
    assert_string_equal(format_loss(0, 0, text), "-");
    assert_string_equal(format_percent(99.9999, text), "> 99.9 %");
    assert_string_equal(format_percent(100, text), "100 %");
    assert_string_equal(format_nanoseconds(166128, text), "166 us");
    assert_string_equal(column_format_duration(0.2, text), "200ms");
}

static void shortening_keeps_characters_whole(void **state)
{
    (void)state;
    char plain[] = "a long series name", other[] = "größenordnungen", fits[] = "fits";
    text_shorten(plain, 8);
    assert_string_equal(plain, "a long..");
    text_shorten(other, 6);
    assert_string_equal(other, "größ..");
    text_shorten(fits, 4);
    assert_string_equal(fits, "fits");
}

static void narrow_terminals_lose_the_least_wanted_columns(void **state)
{
    (void)state;
    static const struct grid_column columns[] = {
        {"one", false, 0}, {"two", true, 1}, {"three", true, 2}};
    struct grid grid;
    assert_int_equal(grid_make(&grid, columns, 3, 1), 0);
    for (size_t i = 0; i < 3; i++)
        grid_set(&grid, 0, i, "12345");
    assert_int_equal(grid_fit(&grid, 19), 0);
    assert_int_equal(grid_fit(&grid, 18), 1);
    assert_true(grid.hidden[2] && !grid.hidden[1]);
    assert_int_equal(grid_fit(&grid, 1), 1);
    assert_true(!grid.hidden[0]);
    grid_free(&grid);
}

/* ---- the guard ---- */

static int run_crash(struct task *task, struct error *error)
{
    (void)error;
    guard_reading("some.h5");
    fputs("partial", task->out);
    signal(SIGSEGV, SIG_DFL); /* the sanitizers' handler would make an exit of it */
    raise(SIGSEGV);
    return EXIT_OK;
}

static int run_hang(struct task *task, struct error *error)
{
    (void)task;
    (void)error;
    guard_reading("some.h5");
    raise(SIGXCPU); /* as the limit on processor time does */
    return EXIT_OK;
}

static int run_bug(struct task *task, struct error *error)
{
    (void)task;
    (void)error;
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    return EXIT_OK;
}

static int run_error(struct task *task, struct error *error)
{
    (void)task;
    error_set(error, "some.h5: no luck");
    return EXIT_USAGE;
}

static int guarded(int (*run)(struct task *, struct error *), struct error *error)
{
    const struct report_command command = {.name = "test", .run = run};
    const struct arguments arguments = {.command = &command};
    struct task task = {.arguments = &arguments, .out = tmpfile()};
    strcpy(error->text, "");
    int code = task_run_guarded(&task, error);
    fclose(task.out);
    return code;
}

static void a_crash_becomes_a_line(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(guarded(run_crash, &error), EXIT_FAILED);
    assert_string_equal(error.text,
                        "some.h5: damaged file (the HDF5 library crashes when it reads it)");
    assert_int_equal(guarded(run_hang, &error), EXIT_FAILED);
    assert_string_equal(error.text, "some.h5: damaged file (reading it comes to no end)");
    assert_int_equal(guarded(run_bug, &error), EXIT_FAILED);
    assert_non_null(strstr(error.text, "internal error"));
    assert_int_equal(guarded(run_error, &error), EXIT_USAGE);
    assert_string_equal(error.text, "some.h5: no luck");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shift_covers_what_it_says),
        cmocka_unit_test(shift_needs_four_and_four),
        cmocka_unit_test(shift_of_large_samples_is_continuous),
        cmocka_unit_test(filters_compare_by_type_and_unit),
        cmocka_unit_test(filters_name_what_is_wrong),
        cmocka_unit_test(filters_reach_the_other_table),
        cmocka_unit_test(cells_have_three_digits_and_no_exponent),
        cmocka_unit_test(shortening_keeps_characters_whole),
        cmocka_unit_test(narrow_terminals_lose_the_least_wanted_columns),
        cmocka_unit_test(a_crash_becomes_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
