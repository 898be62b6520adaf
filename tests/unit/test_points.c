/* test_points.c - what rank 0 knows of points: settings and summary as a row, enough repetitions,
 * the ledger.
 */
#include "points/completion.h"
#include "points/describe.h"
#include "points/ledger.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/traffic_connections.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define MOST_RANKS 3

static void check_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected))) {
        fail_msg("%.17g instead of %.17g", value, expected);
    }
}

/* ---- a point's row ---- */

struct book {
    struct settings settings;
    struct plan plan;
    struct point point;
    struct plan_layout layout;
    int32_t hosts[MOST_RANKS];
    struct summary_sample samples[8];
    struct point_record row;
};

/* Eight valid repetitions: 40, 10, 60, 20, 50, 30, 80, 70 Mbit/s. */
static void open_book(struct book *book)
{
    static const double rates[] = {40, 10, 60, 20, 50, 30, 80, 70};
    char *argv[] = {(char *)"zmqsweep", (char *)"--size", (char *)"1K",    (char *)"--send-mode",
                    (char *)"shared",   (char *)"--bind", (char *)"sender"};
    char *environment[] = {NULL};
    struct error error = {""};
    memset(book, 0, sizeof *book);
    assert_int_equal(
        config_read(LENGTH(argv), argv, environment, plan_presets, &book->settings, &error), 0);
    assert_int_equal(plan_make(&book->settings, 3, NULL, 1, &book->plan, &error), 0);
    book->point = plan_point(&book->plan, 0);
    assert_int_equal(plan_layout_make(&book->point, NULL, 3, &book->layout, &error), 0);
    book->hosts[2] = 1;
    for (size_t i = 0; i < LENGTH(rates); i++) {
        book->samples[i].throughput_mbit_s = rates[i];
        book->samples[i].message_rate_per_s = 100 - rates[i];
        book->samples[i].sent = 100 + (int64_t)i;
        book->samples[i].received = 90;
        book->samples[i].lost = 10 + (int64_t)i;
        book->samples[i].valid = true;
        book->samples[i].cpu_ns_per_message = 10 * rates[i];
        book->samples[i].sent_rate_per_s = NAN;
        book->samples[i].start_s = 100 + 2 * (double)i;
        book->samples[i].window_s = 1;
    }
}

static void close_book(struct book *book)
{
    plan_layout_free(&book->layout);
    plan_free(&book->plan);
    config_free(&book->settings);
}

static const struct traffic_connections connections = {1111, 2222, 0, 50, 12, 34};

static const struct point_record *summarise_as(struct book *book, size_t count,
                                               enum stop_reason stop,
                                               const struct stats_schedule *schedule)
{
    memset(&book->row, 0xff, sizeof book->row);
    static const char *const names[] = {"n0", "n1"};
    const struct describe_hosts hosts = {&book->layout, book->hosts, names};
    describe_point(&book->plan, &book->point, &connections, &hosts, &book->row);
    summary_fill(&book->row, book->samples, count, schedule, completion_word(stop));
    return &book->row;
}

static const struct point_record *summarise(struct book *book, size_t count, bool interrupted)
{
    return summarise_as(book, count, interrupted ? STOP_INTERRUPTED : STOP_REPETITIONS, NULL);
}

static void six_valid_repetitions_have_an_interval(void **state)
{
    (void)state;
    struct book book;
    char key[PLAN_KEY_LENGTH];
    open_book(&book);
    const struct point_record *row = summarise(&book, 6, false);
    check_near(row->throughput_mbit_s, 35);
    check_near(row->throughput_low_mbit_s, 10);
    check_near(row->throughput_high_mbit_s, 60);
    check_near(row->interval_coverage, 0.96875);
    check_near(row->message_rate_per_s, 65);
    check_near(row->cpu_ns_per_message, 350);
    assert_int_equal(row->repetitions, 6);
    assert_int_equal(row->valid_repetitions, 6);
    assert_int_equal(row->sent, 615);
    assert_int_equal(row->received, 540);
    assert_int_equal(row->lost, 75);
    assert_string_equal(row->status, "ok");
    assert_string_equal(row->stop_reason, "repetitions");
    assert_string_equal(row->flags, "");
    assert_string_equal(row->settings, plan_key(&book.plan, 0, key));
    assert_string_equal(row->pattern, "push-pull");
    assert_string_equal(row->transport, "tcp");
    assert_string_equal(row->send_mode, "shared");
    assert_string_equal(row->receive_mode, "message");
    assert_string_equal(row->bind, "sender");
    assert_string_equal(row->sender_host, "n0");
    assert_string_equal(row->receiver_host, "n1");
    assert_int_equal(row->message_size_bytes, 1024);
    assert_true(row->sndhwm == 12 && row->rcvhwm == 34);
    assert_true(row->sndbuf_bytes == 1111 && row->rcvbuf_bytes == 2222);
    check_near(row->duration_s, 1);
    check_near(row->spread_s, 11); /* six windows of a second, one every two */
    assert_string_equal(row->order, "random");
    assert_int_equal(row->planned_repetitions, 6);
    assert_int_equal(row->least_repetitions, 0);
    assert_true(isnan(row->precision) && isnan(row->loss_target));
    assert_int_equal(row->message_count, 0);
    book.point.count = 77;
    row = summarise(&book, 6, false);
    assert_true(isnan(row->duration_s));
    assert_int_equal(row->message_count, 77);
    close_book(&book);
}

static void only_valid_repetitions_count(void **state)
{
    (void)state;
    struct book book;
    open_book(&book);
    book.samples[1].valid = false; /* 10 Mbit/s */
    book.samples[1].flags = FLAG_FEW_MESSAGES;
    book.samples[2].flags = FLAG_SHARED_CORE;
    book.samples[3].cpu_ns_per_message = NAN;
    const struct point_record *row = summarise(&book, 6, false);
    check_near(row->throughput_mbit_s, 40);
    check_near(row->throughput_low_mbit_s, 20);
    check_near(row->throughput_high_mbit_s, 60);
    check_near(row->interval_coverage, 0.9375);
    check_near(row->message_rate_per_s, 60);
    check_near(row->cpu_ns_per_message, 450); /* of 300, 400, 500, 600 */
    assert_int_equal(row->valid_repetitions, 5);
    assert_int_equal(row->repetitions, 6);
    assert_int_equal(row->sent, 615 - 101);
    assert_int_equal(row->received, 450);
    assert_int_equal(row->lost, 75 - 11);
    assert_string_equal(row->status, "partial");
    assert_string_equal(row->flags, "few_messages,shared_core");
    close_book(&book);
}

static void one_valid_repetition_has_no_interval(void **state)
{
    (void)state;
    struct book book;
    open_book(&book);
    const struct point_record *row = summarise(&book, 1, true);
    check_near(row->throughput_mbit_s, 40);
    assert_true(isnan(row->throughput_low_mbit_s) && isnan(row->throughput_high_mbit_s));
    assert_true(isnan(row->interval_coverage));
    assert_string_equal(row->status, "partial");
    assert_string_equal(row->stop_reason, "interrupted");
    book.point.repetitions = 1;
    assert_string_equal(summarise(&book, 1, false)->status, "ok");
    close_book(&book);
}

static void no_valid_repetition_has_no_rate(void **state)
{
    (void)state;
    struct book book;
    open_book(&book);
    for (size_t i = 0; i < 6; i++) {
        book.samples[i].valid = false;
        book.samples[i].flags = FLAG_TIMED_OUT;
    }
    for (size_t count = 0; count <= 6; count += 6) {
        const struct point_record *row = summarise(&book, count, false);
        assert_true(isnan(row->throughput_mbit_s) && isnan(row->throughput_low_mbit_s));
        assert_true(isnan(row->throughput_high_mbit_s) && isnan(row->interval_coverage));
        assert_true(isnan(row->message_rate_per_s) && isnan(row->cpu_ns_per_message));
        assert_true(row->sent == 0 && row->received == 0 && row->lost == 0 &&
                    row->valid_repetitions == 0);
        assert_string_equal(row->status, "failed");
        assert_string_equal(row->flags, count ? "timed_out" : "");
    }
    close_book(&book);
}

/* Six repetitions one faster than the other: p = 2/720. Five: 2/120, which is not enough. */
static void a_trend_over_the_repetitions_is_unsteady(void **state)
{
    (void)state;
    struct book book;
    open_book(&book);
    for (size_t i = 0; i < 6; i++) {
        book.samples[i].throughput_mbit_s = 100 - (double)i;
    }
    const struct point_record *row = summarise(&book, 6, false);
    assert_string_equal(row->flags, "unsteady");
    assert_string_equal(row->status, "ok");
    assert_string_equal(summarise(&book, 5, false)->flags, "");
    book.samples[2].valid = false;
    assert_string_equal(summarise(&book, 6, false)->flags, "");
    close_book(&book);
}

/* Eight values, then one of them invalid: with a precision the schedule's ranks and coverage count.
 */
static void a_precision_has_its_schedule(void **state)
{
    (void)state;
    struct book book;
    struct stats_schedule schedule;
    open_book(&book);
    assert_int_equal(stats_schedule_make(6, 100, SUMMARY_COVERAGE, &schedule), 0);
    book.point.repetitions = 100;
    book.point.min_repetitions = 6;
    book.point.precision_ppm = 50000;
    summarise_as(&book, 8, STOP_PRECISION, &schedule);
    check_near(book.row.throughput_low_mbit_s, 10);
    check_near(book.row.throughput_high_mbit_s, 80);
    check_near(book.row.interval_coverage, schedule.coverage);
    assert_string_equal(book.row.stop_reason, "precision");
    assert_string_equal(book.row.status, "ok");
    book.samples[1].valid = false;
    summarise_as(&book, 8, STOP_PRECISION, &schedule);
    check_near(book.row.throughput_low_mbit_s, 20);
    assert_string_equal(book.row.status, "partial");
    book.samples[1].valid = true;
    summarise_as(&book, 5, STOP_TIME, &schedule); /* fewer than asked for, and so is the coverage */
    check_near(book.row.interval_coverage, 0.9375);
    assert_string_equal(book.row.stop_reason, "time");
    assert_string_equal(book.row.status, "partial");
    stats_schedule_free(&schedule);
    close_book(&book);
}

/* When a point has enough, and why; and how many more it may take. */
/* Is it enough for a precision of so many millionths? */
static bool enough_for(struct book *book, int32_t precision_ppm, struct completion_input *so_far,
                       enum stop_reason *why)
{
    book->point.precision_ppm = precision_ppm;
    return completion_reached(so_far, why);
}

static void enough_says_why(void **state)
{
    (void)state;
    struct book book;
    struct stats_schedule schedule;
    enum stop_reason why;
    open_book(&book);
    assert_int_equal(stats_schedule_make(6, 8, SUMMARY_COVERAGE, &schedule), 0);
    book.point.repetitions = 8;
    struct completion_input so_far = {.point = &book.point,
                                      .samples = book.samples,
                                      .count = 7,
                                      .elapsed_s = 7,
                                      .repeating_s = 7};
    assert_false(
        completion_reached(&so_far, &why)); /* a fixed number: time and width do not count */
    assert_true(completion_expected(&so_far) == 8);
    so_far.count = 8;
    assert_true(completion_reached(&so_far, &why) && why == STOP_REPETITIONS);
    so_far.schedule = &schedule;
    so_far.count = 6; /* 40, 10, 60, 20, 50, 30: half of the interval is 25, the median 35 */
    book.point.min_repetitions = 6;
    book.point.max_time_ns = 9000000000;
    assert_false(enough_for(&book, 700000, &so_far,
                            &why)); /* 7 s passed: the seventh would end after 8.2 s */
    check_near(completion_expected(&so_far), 6 * pow(25.0 / 35 / 0.7, 2));
    assert_true(enough_for(&book, 720000, &so_far, &why) && why == STOP_PRECISION);
    check_near(completion_expected(&so_far), 6);
    book.samples[0].valid = false;
    assert_false(completion_reached(&so_far, &why));
    so_far.elapsed_s = so_far.repeating_s = 7.8; /* 9.1 s */
    assert_true(completion_reached(&so_far, &why) && why == STOP_TIME);
    so_far.repeating_s = 0.6; /* the rest was a search: 7.9 s */
    assert_false(completion_reached(&so_far, &why));
    so_far.count = 8;
    assert_true(enough_for(&book, 1000, &so_far, &why) && why == STOP_REPETITIONS);
    stats_schedule_free(&schedule);
    close_book(&book);
}

/* ---- the ledger ---- */

static struct repetition_record measured(int64_t point, int64_t repetition, int64_t round,
                                         bool valid)
{
    return (struct repetition_record){
        .point_id = point, .repetition = repetition, .round = round, .took_s = 2, .valid = valid};
}

static void add(struct ledger *ledger, int64_t point, int64_t round, bool valid)
{
    struct repetition_record row = measured(point, ledger->entries[point].count, round, valid);
    assert_int_equal(ledger_add(ledger, &row), 0);
}

/* Each point once a round, until it is finished. */
static void a_point_is_due_once_a_round(void **state)
{
    (void)state;
    struct ledger ledger;
    assert_int_equal(ledger_make(3, &ledger), 0);
    assert_int_equal(ledger_round(&ledger), 0);
    assert_true(ledger_is_due(&ledger, 1, 0));
    add(&ledger, 1, 0, true);
    assert_false(ledger_is_due(&ledger, 1, 0));
    assert_true(ledger_is_due(&ledger, 0, 0) && ledger_is_due(&ledger, 1, 1));
    add(&ledger, 1, 1, false);
    assert_int_equal(ledger_round(&ledger), 1); /* where a sweep would go on */
    assert_int_equal(ledger_repetitions(&ledger), 2);
    ledger_finish(&ledger, 1, STOP_TIME);
    assert_false(ledger_is_due(&ledger, 1, 2));
    check_near(ledger.entries[1].elapsed_s, 4);
    ledger_free(&ledger);
}

static void what_is_left_is_kept_up(void **state)
{
    (void)state;
    struct ledger ledger;
    assert_int_equal(ledger_make(2, &ledger), 0);
    ledger_expect(&ledger, 0, 6);
    ledger_expect(&ledger, 1, 6);
    check_near(ledger.expected_left, 12);
    add(&ledger, 0, 0, true);
    check_near(ledger.expected_left, 11);
    ledger_expect(&ledger, 0, 3);
    check_near(ledger.expected_left, 8);
    ledger_finish(&ledger, 1, STOP_UNREACHABLE);
    check_near(ledger.expected_left, 2);
    ledger_free(&ledger);
}

/* A point that is dropped is open again, and a failed one is not failed any more. */
static void dropping_opens_a_point(void **state)
{
    (void)state;
    struct ledger ledger;
    assert_int_equal(ledger_make(2, &ledger), 0);
    add(&ledger, 0, 0, false);
    add(&ledger, 1, 0, true);
    ledger_finish(&ledger, 0, STOP_REPETITIONS);
    ledger_finish(&ledger, 1, STOP_REPETITIONS);
    ledger_finish(&ledger, 1, STOP_REPETITIONS); /* twice is once */
    assert_true(ledger.finished == 2 && ledger.failed == 1);
    ledger_drop(&ledger, 0);
    assert_true(ledger.finished == 1 && ledger.failed == 0);
    assert_int_equal(ledger.entries[0].count, 0);
    assert_true(ledger_is_due(&ledger, 0, 1));
    ledger_free(&ledger);
}

static void words_of_stops_are_read_back(void **state)
{
    (void)state;
    for (enum stop_reason stop = STOP_REPETITIONS; stop <= STOP_UNREACHABLE; stop++) {
        assert_int_equal(completion_read(completion_word(stop)), stop);
    }
}

int main(void)
{
    const struct CMUnitTest summary[] = {
        cmocka_unit_test(six_valid_repetitions_have_an_interval),
        cmocka_unit_test(only_valid_repetitions_count),
        cmocka_unit_test(one_valid_repetition_has_no_interval),
        cmocka_unit_test(no_valid_repetition_has_no_rate),
        cmocka_unit_test(a_trend_over_the_repetitions_is_unsteady),
        cmocka_unit_test(a_precision_has_its_schedule),
        cmocka_unit_test(enough_says_why),
    };
    const struct CMUnitTest ledger[] = {
        cmocka_unit_test(a_point_is_due_once_a_round),
        cmocka_unit_test(what_is_left_is_kept_up),
        cmocka_unit_test(dropping_opens_a_point),
        cmocka_unit_test(words_of_stops_are_read_back),
    };
    int failed = cmocka_run_group_tests_name("summary", summary, NULL, NULL);
    failed += cmocka_run_group_tests_name("ledger", ledger, NULL, NULL);
    return failed;
}
