/* test_queues.c - what queues can hide: counts that fit into them, backlogs that grow, windows that
 * live on them. */
#include "judge/backlog.h"
#include "judge/queued.h"

#include "zmqsweep/flags.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define STEPS 10

/* One sender, one or two receivers; a window of a second in ten intervals. */
struct scene {
    struct point point;
    struct plan_layout layout;
    struct timeline timeline;
    struct outcome outcomes[4];
    struct interval intervals[4 * STEPS];
    size_t first[4];
    struct repetition_record row;
};

static void set_rank(struct scene *scene, int32_t rank, int32_t role, int64_t before,
                     const int64_t *steps)
{
    struct outcome *outcome = &scene->outcomes[rank];
    outcome->role = role;
    outcome->interval_count = STEPS;
    outcome->begin.sample.instant_ns = SECOND;
    outcome->begin.sample.count = outcome->end.sample.count = before;
    scene->first[rank] = (size_t)rank * STEPS;
    for (int64_t i = 0; i < STEPS; i++) {
        scene->intervals[scene->first[rank] + (size_t)i] =
            (struct interval){SECOND + i * SECOND / STEPS, SECOND / STEPS, steps[i]};
        outcome->end.sample.count += steps[i];
    }
    outcome->count = outcome->end.sample.count; /* in two seconds */
    outcome->last_ns = 2 * SECOND;
}

/* The same number in every interval, and `more` more in each than in the one before. */
static const int64_t *steps_of(int64_t each, int64_t more)
{
    static int64_t steps[STEPS];
    for (int64_t i = 0; i < STEPS; i++) {
        steps[i] = each + more * i;
    }
    return steps;
}

static void set_scene(struct scene *scene, int32_t pattern, double rate_per_s, int32_t receivers)
{
    memset(scene, 0, sizeof *scene);
    scene->point.pattern = pattern;
    scene->point.rate_per_s = rate_per_s;
    scene->point.size_bytes = 1024;
    scene->point.interval_ns = SECOND / STEPS;
    scene->point.sndhwm = scene->point.rcvhwm = 1000;
    scene->point.receivers_per_sender = receivers;
    scene->point.senders_per_receiver = 1;
    static int32_t ranks[] = {1, 2, 3};
    scene->layout = (struct plan_layout){1, 1, receivers, ranks, NULL};
    scene->timeline.window_begin_ns = SECOND;
    scene->timeline.window_end_ns = 2 * SECOND;
    scene->row.window_s = 1;
    scene->row.sent = 1200;
}

static struct evidence evidence_of(struct scene *scene)
{
    return (struct evidence){.point = &scene->point,
                             .layout = &scene->layout,
                             .ranks = 2 + scene->layout.receivers,
                             .outcomes = scene->outcomes,
                             .intervals = scene->intervals,
                             .first_interval = scene->first,
                             .timeline = &scene->timeline};
}

static unsigned backlog(struct scene *scene)
{
    struct evidence evidence = evidence_of(scene);
    return backlog_judge(&evidence, &scene->row);
}

/* ---- backlog ---- */

static void a_steady_queue_has_no_flag(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1000, 1);
    set_rank(&scene, 1, ROLE_SENDER, 200, steps_of(100, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 197, steps_of(100, 0));
    assert_int_equal(backlog(&scene), 0);
    assert_true(scene.row.backlog_begin_messages == 3 && scene.row.backlog_end_messages == 3);
}

/* Up and down by a few messages is no growth. */
static void jitter_is_no_growth(void **state)
{
    (void)state;
    static const int64_t jitter[STEPS] = {98, 103, 99, 100, 101, 99, 102, 98, 100, 99};
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1000, 1);
    set_rank(&scene, 1, ROLE_SENDER, 200, steps_of(100, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 197, jitter);
    assert_int_equal(backlog(&scene), 0);
}

/* Two percent too much; and half a percent, which the steps alone show. */
static void a_growing_backlog_is_told(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1000, 1);
    set_rank(&scene, 1, ROLE_SENDER, 200, steps_of(100, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 197, steps_of(98, 0));
    assert_int_equal(backlog(&scene), FLAG_BACKLOG);
    assert_true(scene.row.backlog_begin_messages == 3 && scene.row.backlog_end_messages == 23);
    set_rank(&scene, 1, ROLE_SENDER, 2000, steps_of(1000, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 1990, steps_of(995, 0));
    assert_int_equal(backlog(&scene), FLAG_BACKLOG);
}

/* What is lost is not in the queue. */
static void loss_is_no_backlog(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUB_SUB, 1000, 2);
    set_rank(&scene, 1, ROLE_SENDER, 200, steps_of(100, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 100, steps_of(50, 0));
    set_rank(&scene, 3, ROLE_RECEIVER, 100, steps_of(50, 0));
    scene.row.sent = 2400;
    scene.row.lost = 1200;
    assert_int_equal(backlog(&scene), 0);
    scene.row.lost = 0; /* all of it came later: it was queued */
    assert_int_equal(backlog(&scene), FLAG_BACKLOG);
    scene.point.rate_per_s = 0; /* a publisher that fills a long queue loses nothing yet */
    assert_int_equal(backlog(&scene), FLAG_BACKLOG);
}

/* Unpaced, a full queue goes up and down; but who gets what was sent before has no rate of its own.
 */
static void living_on_the_queue_is_not_valid(void **state)
{
    (void)state;
    struct scene scene;
    static const struct {
        int64_t step;
        unsigned flags;
    } cases[] = {{90, 0}, {105, 0}, {115, FLAG_UNSTEADY}, {150, FLAG_QUEUED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_scene(&scene, PATTERN_PUSH_PULL, 0, 1);
        set_rank(&scene, 1, ROLE_SENDER, 1000, steps_of(100, 0));
        set_rank(&scene, 2, ROLE_RECEIVER, 500, steps_of(cases[i].step, 0));
        scene.outcomes[2].count = 2000; /* all that was sent, in two seconds */
        assert_int_equal(backlog(&scene), cases[i].flags);
    }
}

/* The link carries 100 in each interval, and a queue that is filled by halves has more in it than
 * the window gets. */
static void a_long_queue_before_a_slow_link_is_none(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 0, 1);
    set_rank(&scene, 1, ROLE_SENDER, 3000, steps_of(50, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 1000, steps_of(100, 0));
    assert_int_equal(backlog(&scene), 0);
    scene.outcomes[2].count = 1200; /* it carries less on the whole */
    assert_int_equal(backlog(&scene), FLAG_QUEUED);
}

/* A publisher that stood still in the window; one that floods, of which no part says how much it
 * lost when.
 */
static void subscribers_live_on_the_queue_too(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUB_SUB, 0, 1);
    set_rank(&scene, 1, ROLE_SENDER, 1500, steps_of(10, 0));
    set_rank(&scene, 2, ROLE_RECEIVER, 500, steps_of(100, 0));
    assert_int_equal(backlog(&scene), FLAG_QUEUED);
    set_rank(&scene, 1, ROLE_SENDER, 30000, steps_of(10000, 0));
    scene.row.sent = 1200000;
    scene.row.lost = 1190000;
    assert_int_equal(backlog(&scene), 0);
}

/* ---- counts ---- */

static unsigned queued(struct scene *scene, int64_t count)
{
    struct evidence evidence = evidence_of(scene);
    scene->point.count = count;
    scene->outcomes[1].role = ROLE_SENDER;
    scene->outcomes[1].connections.sndbuf_bytes = 1033000;
    scene->outcomes[2].role = ROLE_RECEIVER;
    scene->outcomes[2].connections.rcvbuf_bytes = 2066000;
    return queued_judge(&evidence, &scene->row);
}

/* 1000 + 1000 messages, and 3 MB in frames of 1033 bytes: 5000. */
static void a_count_must_be_more_than_queues_hold(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 0, 1);
    assert_int_equal(queued(&scene, 9999), FLAG_QUEUED);
    assert_true(scene.row.queue_messages == 5000);
    assert_int_equal(queued(&scene, 10000), 0);
    assert_int_equal(queued_count_wanted(&scene.point, 5000), 10000);
    assert_int_equal(queued_count_advised(&scene.point, &scene.row), 20000);
    scene.row.window_s = 0.00495;
    assert_int_equal(queued(&scene, 10000), FLAG_QUEUED);
    assert_int_equal(queued_count_advised(&scene.point, &scene.row), 40000);
    set_scene(&scene, PATTERN_PUSH_PULL, 0, 2); /* each receiver gets half */
    assert_int_equal(queued(&scene, 19999), FLAG_QUEUED);
    set_scene(&scene, PATTERN_PUB_SUB, 0, 2); /* each gets all, or loses some */
    scene.outcomes[2].count = scene.outcomes[3].count = 10000;
    scene.outcomes[3].role = ROLE_RECEIVER;
    assert_int_equal(queued(&scene, 10000), 0);
    assert_int_equal(queued(&scene, 9999), FLAG_QUEUED);
    scene.outcomes[3].count = 9999;
    assert_int_equal(queued(&scene, 1000000), FLAG_QUEUED);
    set_scene(&scene, PATTERN_PAIR, 0, 1); /* one message is under way */
    assert_int_equal(queued(&scene, 10), 0);
    set_scene(&scene, PATTERN_PUSH_PULL, 500, 1); /* paced, and kept */
    scene.row.sent_rate_per_s = 499;
    assert_int_equal(queued(&scene, 100), 0);
    scene.row.sent_rate_per_s = 400;
    assert_int_equal(queued(&scene, 100), FLAG_QUEUED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_queue_has_no_flag),
        cmocka_unit_test(jitter_is_no_growth),
        cmocka_unit_test(a_growing_backlog_is_told),
        cmocka_unit_test(loss_is_no_backlog),
        cmocka_unit_test(living_on_the_queue_is_not_valid),
        cmocka_unit_test(a_long_queue_before_a_slow_link_is_none),
        cmocka_unit_test(subscribers_live_on_the_queue_too),
        cmocka_unit_test(a_count_must_be_more_than_queues_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
