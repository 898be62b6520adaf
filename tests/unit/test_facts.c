/* test_facts.c - what analysis makes of the rows of ranks: facts for --why, streams, slow hosts.
 * The rows are made up here, and so is who hands them out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/outliers.h"
#include "analysis/why_facts.h"

#define HOSTS 4
#define MOST_ROWS 64

static struct rank_record rows[MOST_ROWS];
static size_t row_count;
static bool all_repetitions; /* were asked for */

/* Hands out all rows as those of the file's first point. */
static int read_rows(const struct loaded *file, const struct samples *valid, samples_take *take,
                     void *data, struct error *error)
{
    all_repetitions = valid == NULL;
    return take(data, &file->points[0], rows, row_count, error);
}

static int read_nothing(const struct loaded *file, const struct samples *valid, samples_take *take,
                        void *data, struct error *error)
{
    (void)valid;
    (void)take;
    (void)data;
    return error_set(error, "%s: damaged", file->path);
}

static void add_rank(const char *role, int64_t group, int64_t host, double mbit_s)
{
    rows[row_count] = (struct rank_record){.group = group,
                                           .host_id = host,
                                           .throughput_mbit_s = mbit_s,
                                           .usage_s = 1,
                                           .app_cpu_s = 0.5,
                                           .blocked_s = 0.25};
    snprintf(rows[row_count].role, sizeof rows->role, "%s", role);
    row_count++;
}

/* A pair a group, from a host to another. */
static void add_pair(int64_t group, int64_t from, int64_t to, double mbit_s)
{
    add_rank("sender", group, from, mbit_s);
    add_rank("receiver", group, to, mbit_s);
}

static struct point_record point;
static struct host_record hosts[HOSTS];

static struct loaded make_file(void)
{
    row_count = 0;
    point =
        (struct point_record){.valid_repetitions = 1, .repetitions = 1, .throughput_mbit_s = 100};
    snprintf(point.settings, sizeof point.settings, "size=1024 matrix=rounds step=0");
    for (int i = 0; i < HOSTS; i++) {
        hosts[i] = (struct host_record){.host_id = i, .link_mbit_s = 1000};
        snprintf(hosts[i].name, sizeof hosts[i].name, "n%d", i);
    }
    return (struct loaded){
        .path = "made.h5", .points = &point, .point_count = 1, .hosts = hosts, .host_count = HOSTS};
}

static void facts_are_means_over_ranks(void **state)
{
    (void)state;
    const struct samples valid = {.count = 0};
    struct loaded file = make_file();
    struct why_facts facts;
    struct error error = {""};
    add_pair(0, 0, 1, 100);
    add_pair(1, 0, 1, 300);
    rows[0].app_cpu_s = 0.9;
    assert_int_equal(why_facts_gather(&file, &valid, read_rows, &facts, &error), 0);
    assert_true(facts.known && facts.across && !all_repetitions);
    assert_true(fabs(facts.sender.app.cpu - 0.7) < 1e-12 &&
                fabs(facts.receiver.app.cpu - 0.5) < 1e-12);
    assert_true(fabs(facts.sender.waits - 0.25) < 1e-12);
    assert_true(fabs(facts.of_link - 400 / (1000 * 1448.0 / 1538.0)) < 1e-12);
    rows[3].usage_s = NAN;
    assert_int_equal(why_facts_gather(&file, &valid, read_rows, &facts, &error), 0);
    assert_false(facts.known);
}

static void groups_on_one_host_are_not_across(void **state)
{
    (void)state;
    const struct samples valid = {.count = 0};
    struct loaded file = make_file();
    struct why_facts facts;
    struct error error = {""};
    add_pair(0, 0, 1, 100);
    add_pair(1, 2, 2, 100);
    assert_int_equal(why_facts_gather(&file, &valid, read_rows, &facts, &error), 0);
    assert_false(facts.across);
    assert_int_equal(why_facts_gather(&file, &valid, read_nothing, &facts, &error), -1);
    assert_string_equal(error.text, "made.h5: damaged");
}

/* Host 3 receives slowly; all else is alike. */
static void a_slow_receiver_stands_out(void **state)
{
    (void)state;
    struct loaded file = make_file();
    struct matrix matrix = {0};
    struct outliers outliers = {0};
    struct error error = {""};
    for (int64_t from = 0, group = 0; from < HOSTS; from++)
        for (int64_t to = 0; to < HOSTS; to++)
            if (from != to)
                add_pair(group++, from, to, to == 3 ? 40 : 100 + (double)from);
    assert_int_equal(streams_narrow(&file, 1, &error), 0);
    assert_int_equal(streams_collect(&matrix, &file, 1, read_rows, &error), 0);
    assert_true(all_repetitions);
    assert_int_equal(matrix.filled, HOSTS * (HOSTS - 1));
    assert_true(matrix.lowest == 40 && matrix.highest == 103);
    assert_int_equal(outliers_find(&matrix, &outliers, &error), 0);
    assert_true(outliers.judged == HOSTS && outliers.slow == 1);
    assert_true(outliers.hosts[3].slow_receiver && !outliers.hosts[3].slow_sender);
    assert_string_equal(outliers.hosts[3].name, "n3");
    outliers_free(&outliers);
    streams_free(&matrix);
}

static void points_without_a_valid_repetition_have_no_streams(void **state)
{
    (void)state;
    struct loaded file = make_file();
    struct matrix matrix = {0};
    struct error error = {""};
    add_pair(0, 0, 1, 100);
    point.valid_repetitions = 0;
    assert_int_equal(streams_collect(&matrix, &file, 1, read_rows, &error), -1);
    assert_string_equal(error.text, "made.h5: has no valid stream between hosts");
    streams_free(&matrix);
}

static void samples_are_found_by_point_and_repetition(void **state)
{
    (void)state;
    struct sample all[] = {{.point_id = 2, .repetition = 0},
                           {.point_id = 2, .repetition = 3},
                           {.point_id = 7, .repetition = 1}};
    const struct samples samples = {all, 3}, none = {NULL, 0};
    size_t count;
    assert_ptr_equal(samples_of_point(&samples, 2, &count), all);
    assert_int_equal(count, 2);
    samples_of_point(&samples, 3, &count);
    assert_int_equal(count, 0);
    samples_of_point(&none, 3, &count);
    assert_int_equal(count, 0);
    assert_ptr_equal(samples_find(&samples, 2, 3), &all[1]);
    assert_null(samples_find(&samples, 2, 1));
    assert_null(samples_find(&none, 2, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_means_over_ranks),
        cmocka_unit_test(groups_on_one_host_are_not_across),
        cmocka_unit_test(a_slow_receiver_stands_out),
        cmocka_unit_test(points_without_a_valid_repetition_have_no_streams),
        cmocka_unit_test(samples_are_found_by_point_and_repetition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
