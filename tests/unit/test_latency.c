/* test_latency.c - rows and percentiles of latencies, and how far off clocks may make them. */
#include "sweep_internal.h"
#include "zmqsweep/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RANKS 4
#define MICROSECOND INT64_C(1000)

/* ---- a cluster: ranks 0 and 1 on host 0, the others on a host each ---- */

struct cluster {
    struct cluster_member members[RANKS];
    struct cluster_clock clocks[RANKS];
    int32_t hosts;
};

const struct cluster_member *cluster_member(const struct cluster *cluster, int32_t rank)
{
    return &cluster->members[rank];
}

int32_t cluster_size(const struct cluster *cluster)
{
    (void)cluster;
    return RANKS;
}

int32_t cluster_host_count(const struct cluster *cluster)
{
    return cluster->hosts;
}

struct cluster_clock cluster_host_clock(const struct cluster *cluster, int32_t host)
{
    return cluster->clocks[host];
}

/* The times of ranks 1 and 2, as they would come. */
static const struct traffic_times gathered[] = {{0, 1}, {300, 2}, {300, 3}, {1000, 4}};

void cluster_gather_varied(struct cluster *cluster, const void *mine, size_t bytes, const size_t *lengths,
                           void *all)
{
    (void)cluster;
    (void)mine;
    (void)bytes;
    assert_int_equal(lengths[1] + lengths[2], sizeof gathered);
    memcpy(all, gathered, sizeof gathered);
}

void log_line(enum log_level level, const char *format, ...)
{
    (void)level;
    fail_msg("%s", format);
}

void cluster_abort(int code)
{
    exit(code);
}

/* ---- a repetition ---- */

struct scene {
    struct cluster cluster;
    struct repetition repetition;
    struct outcome outcomes[RANKS];
    struct latencies latencies;
    struct repetition_record row;
    int32_t ranks[2];
    struct plan_assignment assignments[RANKS];
};

/* Rank `sender` sends to rank `receiver`. */
static void set_scene(struct scene *scene, int32_t sender, int32_t receiver)
{
    memset(scene, 0, sizeof *scene);
    scene->cluster.hosts = 3;
    scene->cluster.members[2].host = 1;
    scene->cluster.members[3].host = 2;
    scene->cluster.clocks[1] = (struct cluster_clock){5000 * MICROSECOND, 20 * MICROSECOND};
    scene->cluster.clocks[2] = (struct cluster_clock){-7000 * MICROSECOND, 30 * MICROSECOND};
    scene->repetition.order.point.id = 7;
    scene->repetition.order.point.latency_every = 10;
    scene->repetition.layout = (struct plan_layout){1, 1, 1, scene->ranks, scene->assignments};
    scene->ranks[0] = sender;
    scene->ranks[1] = receiver;
    scene->outcomes[1].times_count = scene->outcomes[2].times_count = 2;
}

static int64_t run(struct scene *scene, int64_t drift_ns)
{
    latencies_note_clocks(&scene->cluster, &scene->latencies);
    scene->cluster.clocks[1].offset_ns += drift_ns;
    latencies_gather(&scene->cluster, &scene->repetition, &scene->latencies, scene->outcomes);
    latencies_judge(&scene->cluster, &scene->repetition, &scene->latencies, scene->outcomes, &scene->row);
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
    latencies_free(&scene.latencies);
    set_scene(&scene, 3, 2);
    assert_int_equal(run(&scene, 0), 50 * MICROSECOND);
    latencies_free(&scene.latencies);
    set_scene(&scene, 0, 1);
    assert_int_equal(run(&scene, 100 * MICROSECOND), 0);
    latencies_free(&scene.latencies);
}

static void a_round_trip_needs_no_other_clock(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.repetition.order.point.pattern = PATTERN_PAIR;
    assert_false(latency_needs_clocks(&scene.cluster, &scene.repetition.order.point));
    assert_int_equal(run(&scene, 100 * MICROSECOND), 0);
    latencies_free(&scene.latencies);
}

/* A message that came before it was sent proves that the clocks are that far off. */
static void what_is_seen_counts(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.outcomes[2].latency_lowest_ns = -90 * MICROSECOND;
    assert_int_equal(run(&scene, 0), 90 * MICROSECOND);
    latencies_free(&scene.latencies);
}

/* ---- rows and the point ---- */

static void rows_are_the_ranks_buckets(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, 1, 2);
    scene.repetition.order.repetition = 3;
    for (size_t i = 0; i < 4; i++) {
        const struct latency_record row = latency_row(&scene.repetition, 2, &gathered[i]);
        assert_int_equal(row.point_id, 7);
        assert_int_equal(row.repetition, 3);
        assert_int_equal(row.rank, 2);
        assert_true(row.low_us == (double)histogram_low_ns((size_t)gathered[i].bucket) / 1e3);
        assert_true(row.high_us > row.low_us);
        assert_int_equal(row.count, gathered[i].count);
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
    assert_int_equal(scene.latencies.all->counts[300], 5);
    latencies_free(&scene.latencies);
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
