/* test_latency.c - rows and percentiles of latencies, and how far off clocks may make them. */
#include "judge/latency.h"

#include "zmqsweep/traffic_latency.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANKS 4
#define HOSTS 3
#define MICROSECOND INT64_C(1000)

/* The times of ranks 1 and 2, as they would come. */
static const struct traffic_times times[] = {{0, 1}, {300, 2}, {300, 3}, {1000, 4}};

/* ---- a repetition: ranks 0 and 1 on host 0, the others on a host each ---- */

struct scene {
    struct point point;
    struct plan_layout layout;
    struct evidence evidence;
    struct cluster_clock before[HOSTS], after[HOSTS];
    struct outcome outcomes[RANKS];
    struct histogram all;
    struct repetition_record row;
    int32_t ranks[2];
    struct plan_assignment assignments[RANKS];
};

/* Rank `sender` sends to rank `receiver`. */
static void set_scene(struct scene *scene, int32_t sender, int32_t receiver)
{
    static const int32_t hosts[RANKS] = {0, 0, 1, 2};
    memset(scene, 0, sizeof *scene);
    scene->before[1] = (struct cluster_clock){5000 * MICROSECOND, 20 * MICROSECOND};
    scene->before[2] = (struct cluster_clock){-7000 * MICROSECOND, 30 * MICROSECOND};
    memcpy(scene->after, scene->before, sizeof scene->after);
    scene->point.id = 7;
    scene->point.latency_every = 10;
    scene->layout = (struct plan_layout){1, 1, 1, scene->ranks, scene->assignments};
    scene->ranks[0] = sender;
    scene->ranks[1] = receiver;
    scene->outcomes[1].times_count = scene->outcomes[2].times_count = 2;
    scene->evidence = (struct evidence){.point = &scene->point,
                                        .layout = &scene->layout,
                                        .ranks = RANKS,
                                        .outcomes = scene->outcomes,
                                        .hosts = hosts};
}

/* The clock of host 1 drifts while the repetition runs. */
static int64_t run(struct scene *scene, int64_t drift_ns)
{
    const struct latency_clocks clocks = {scene->before, scene->after};
    bool needed = latency_needs_clocks(&scene->point, HOSTS);
    scene->after[1].offset_ns = scene->before[1].offset_ns + drift_ns;
    latency_judge(&scene->evidence, times, needed ? &clocks : NULL, &scene->all, &scene->row);
    return llround(scene->row.latency_uncertainty_us * 1e3);
}

/* ---- clocks ---- */

static void an_error_covers_both_comparisons_and_the_drift(void **state)
{
    (void)state;
    const struct cluster_clock before = {1000, 50};
    assert_int_equal(latency_clock_error_ns(before, (struct cluster_clock){1000, 20}), 50);
    assert_int_equal(latency_clock_error_ns(before, (struct cluster_clock){1000, 70}), 70);
    assert_int_equal(latency_clock_error_ns(before, (struct cluster_clock){1100, 20}), 120);
    assert_int_equal(latency_clock_error_ns(before, (struct cluster_clock){900, 20}), 120);
}

static void hosts_add_up_and_one_host_has_none(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    assert_int_equal(run(&scene, 0), 20 * MICROSECOND);
    assert_int_equal(run(&scene, 100 * MICROSECOND), 120 * MICROSECOND);
    set_scene(&scene, 3, 2);
    assert_int_equal(run(&scene, 0), 50 * MICROSECOND);
    set_scene(&scene, 0, 1);
    assert_int_equal(run(&scene, 100 * MICROSECOND), 0);
}

static void a_round_trip_needs_no_other_clock(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.point.pattern = PATTERN_PAIR;
    assert_false(latency_needs_clocks(&scene.point, HOSTS));
    assert_int_equal(run(&scene, 100 * MICROSECOND), 0);
}

/* A message that came before it was sent proves that the clocks are that far off. */
static void what_is_seen_counts(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.outcomes[2].latency_lowest_ns = -90 * MICROSECOND;
    assert_int_equal(run(&scene, 0), 90 * MICROSECOND);
}

/* ---- rows and the point ---- */

static void rows_are_the_ranks_buckets(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.evidence.repetition = 3;
    for (size_t i = 0; i < 4; i++) {
        const struct latency_record row = latency_row(&scene.evidence, 2, &times[i]);
        assert_int_equal(row.point_id, 7);
        assert_int_equal(row.repetition, 3);
        assert_int_equal(row.rank, 2);
        assert_true(row.low_us == (double)histogram_low_ns((size_t)times[i].bucket) / 1e3);
        assert_true(row.high_us > row.low_us);
        assert_int_equal(row.count, times[i].count);
    }
}

/* Ten messages: the median has five beyond it, which is too few to say where it lies. */
static void ranks_are_added_up(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    run(&scene, 0);
    assert_int_equal(scene.row.latency_messages, 10);
    assert_true(scene.row.latency_max_us == (double)histogram_low_ns(1001) / 1e3);
    assert_true(isnan(scene.row.latency_p50_us) && isnan(scene.row.latency_p999_us));
    assert_int_equal(scene.all.counts[300], 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_covers_both_comparisons_and_the_drift),
        cmocka_unit_test(hosts_add_up_and_one_host_has_none),
        cmocka_unit_test(a_round_trip_needs_no_other_clock),
        cmocka_unit_test(what_is_seen_counts),
        cmocka_unit_test(rows_are_the_ranks_buckets),
        cmocka_unit_test(ranks_are_added_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
