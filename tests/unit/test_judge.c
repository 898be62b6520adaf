/* test_judge.c - hand-made outcomes, and what is made of them: rates, accounts, flags, the point's
 * row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/traffic_connections.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define MOST_RANKS 12
#define INTERVALS 10
#define MILLISECOND INT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define BEGIN (10 * SECOND) /* of every window, which lasts a second */

/* ---- a repetition in which all is well: 1200 messages per sender, ten in twelve of them in the
 * window ----
 */

struct scene {
    struct point point;
    int32_t ranks;
    int32_t hosts[MOST_RANKS], cores[MOST_RANKS];
    struct timeline timeline;
    struct plan_layout layout;
    int32_t layout_point[MOST_RANKS];
    struct plan_assignment assignments[MOST_RANKS];
    struct outcome outcomes[MOST_RANKS];
    struct interval intervals[MOST_RANKS * INTERVALS];
    size_t first_interval[MOST_RANKS];
    /* judged */
    struct repetition_record row;
    struct rank_record ranks_rows[MOST_RANKS];
    size_t rank_rows;
    unsigned flags;
};

static void set_window(struct outcome *outcome, int64_t before, int64_t after)
{
    outcome->begin.sample = (struct traffic_sample){BEGIN, before, BEGIN, 0, 0};
    outcome->end.sample = (struct traffic_sample){BEGIN + SECOND, after, BEGIN + SECOND, 0, 0};
}

static void set_rank(struct scene *scene, int32_t rank)
{
    struct outcome *outcome = &scene->outcomes[rank];
    const struct point *point = &scene->point;
    struct plan_assignment assignment = scene->assignments[rank];
    int64_t count = 1200;
    if (assignment.role == ROLE_RECEIVER) {
        count *= point->senders_per_receiver;
        count /= point->pattern == PATTERN_PUSH_PULL ? point->receivers_per_sender : 1;
    }
    outcome->role = assignment.role;
    outcome->group = assignment.group;
    if (assignment.role == ROLE_IDLE) {
        return;
    }
    outcome->count = count;
    outcome->started_ns = BEGIN - 100 * MILLISECOND;
    set_window(outcome, count / 12, count / 12 * 11);
    outcome->connections = (struct traffic_connections){1, 1, 0, 50, 1000, 1000};
    if (assignment.role == ROLE_RECEIVER) {
        outcome->first_ns = BEGIN - 50 * MILLISECOND;
        outcome->last_ns = BEGIN + SECOND + 50 * MILLISECOND;
        outcome->interval_count = INTERVALS;
        for (int i = 0; i < INTERVALS; i++) {
            scene->intervals[scene->first_interval[rank] + (size_t)i] = (struct interval){
                BEGIN + i * 100 * MILLISECOND, 100 * MILLISECOND, count / 12 * 10 / INTERVALS};
        }
    }
}

/* As listed, kept in the scene so that nothing is to be freed. */
static void set_layout(struct scene *scene)
{
    struct plan_layout layout;
    scene->point.placement = PLACEMENT_LISTED;
    assert_int_equal(plan_layout_make(&scene->point, NULL, scene->ranks, &layout, NULL), 0);
    memcpy(scene->layout_point, layout.ranks,
           (size_t)plan_ranks_in_use(&scene->point) * sizeof *layout.ranks);
    memcpy(scene->assignments, layout.assignments,
           (size_t)scene->ranks * sizeof *layout.assignments);
    plan_layout_free(&layout);
    layout.ranks = scene->layout_point;
    layout.assignments = scene->assignments;
    scene->layout = layout;
}

/* One rank more than the groups take is left over. */
static void set_scene(struct scene *scene, int32_t pattern, int32_t pairs, int32_t senders,
                      int32_t receivers)
{
    memset(scene, 0, sizeof *scene);
    scene->point.id = 4;
    scene->point.pattern = pattern;
    scene->point.pairs = pairs;
    scene->point.senders_per_receiver = senders;
    scene->point.receivers_per_sender = receivers;
    scene->point.size_bytes = 1000;
    scene->point.repetitions = 6;
    scene->point.interval_ns = 100 * MILLISECOND;
    scene->point.duration_ns = SECOND;
    scene->ranks = 2 + pairs * (senders + receivers);
    assert_true(scene->ranks <= MOST_RANKS);
    scene->timeline = (struct timeline){.ordered_ns = BEGIN - 130 * MILLISECOND,
                                        .start_ns = BEGIN - 100 * MILLISECOND,
                                        .window_begin_ns = BEGIN,
                                        .window_end_ns = BEGIN + SECOND,
                                        .stop_ns = BEGIN + 1100 * MILLISECOND,
                                        .drained_ns = BEGIN + 1150 * MILLISECOND,
                                        .closed_ns = BEGIN + 1160 * MILLISECOND};
    set_layout(scene);
    for (int32_t rank = 0; rank < scene->ranks; rank++) {
        scene->cores[rank] = 2;
        scene->hosts[rank] = rank % 2;
        scene->first_interval[rank] = (size_t)rank * INTERVALS;
        set_rank(scene, rank);
    }
}

/* Count mode: `count` per sender, and every receiver has its share within one second. */
static void set_count(struct scene *scene, int64_t count)
{
    scene->point.count = count;
    scene->point.duration_ns = 0;
    for (int32_t rank = 1; rank < scene->ranks; rank++) {
        struct outcome *outcome = &scene->outcomes[rank];
        outcome->interval_count = 0;
        outcome->count = outcome->count * count / 1200;
        outcome->started_ns = BEGIN;
        if (outcome->role == ROLE_RECEIVER) {
            outcome->first_ns = BEGIN;
            outcome->last_ns = BEGIN + SECOND;
        }
    }
}

/* A host's number in the record is not its index among the ranks' hosts. */
static const int64_t host_ids[] = {30, 40};

static struct evidence evidence_of(const struct scene *scene)
{
    return (struct evidence){.point = &scene->point,
                             .layout = &scene->layout,
                             .repetition = 3,
                             .ranks = scene->ranks,
                             .outcomes = scene->outcomes,
                             .intervals = scene->intervals,
                             .first_interval = scene->first_interval,
                             .timeline = &scene->timeline,
                             .hosts = scene->hosts,
                             .cores = scene->cores,
                             .host_ids = host_ids,
                             .start_s = 1.7e9};
}

static void judge(struct scene *scene)
{
    struct evidence evidence = evidence_of(scene);
    judge_repetition(&evidence, &scene->row, &scene->flags);
    scene->rank_rows = 0;
    for (int32_t rank = 0; rank < scene->ranks; rank++) {
        scene->rank_rows += judge_rank(&evidence, rank, &scene->ranks_rows[scene->rank_rows]);
    }
}

/* Expects exactly these flags, and that they make the repetition valid or not. */
static void check_flags(struct scene *scene, unsigned flags, bool valid)
{
    char found[256], expected[256];
    judge(scene);
    assert_string_equal(flags_text(scene->flags, found, sizeof found),
                        flags_text(flags, expected, sizeof expected));
    assert_string_equal(scene->row.flags, expected);
    assert_int_equal(scene->row.valid, valid);
    assert_int_equal(scene->row.sent, scene->row.received + scene->row.lost);
}

static void check_near(double value, double expected)
{
    if (!(fabs(value - expected) <= 1e-9 * fabs(expected))) {
        fail_msg("%.17g is not %.17g", value, expected);
    }
}

/* ---- rows ---- */

static void a_sound_repetition_has_no_flag(void **state)
{
    (void)state;
    static const struct {
        int32_t pattern, pairs, senders, receivers;
    } shapes[] = {{PATTERN_PUSH_PULL, 1, 1, 1}, {PATTERN_PUSH_PULL, 2, 1, 2},
                  {PATTERN_PUSH_PULL, 2, 3, 1}, {PATTERN_PUB_SUB, 1, 1, 1},
                  {PATTERN_PUB_SUB, 2, 1, 3},   {PATTERN_PUB_SUB, 2, 3, 1}};
    for (size_t i = 0; i < LENGTH(shapes); i++) {
        struct scene scene;
        set_scene(&scene, shapes[i].pattern, shapes[i].pairs, shapes[i].senders,
                  shapes[i].receivers);
        check_flags(&scene, 0, true);
        int64_t copies = shapes[i].pattern == PATTERN_PUB_SUB ? shapes[i].receivers : 1;
        int64_t sent = 1200 * shapes[i].pairs * shapes[i].senders * copies;
        const struct repetition_record *row = &scene.row;
        assert_int_equal(row->sent, sent);
        assert_int_equal(row->received, sent);
        assert_int_equal(row->lost, 0);
        assert_int_equal(row->foreign, 0);
        assert_int_equal(row->received_bytes, sent * 1000);
        assert_int_equal(row->window_messages, sent / 12 * 10);
        assert_int_equal(row->window_bytes, sent / 12 * 10 * 1000);
        check_near(row->message_rate_per_s, (double)sent / 12 * 10);
        check_near(row->throughput_mbit_s, (double)sent / 12 * 10 * 8e-3);
        double receivers = shapes[i].pairs * shapes[i].receivers;
        check_near(row->receiver_min_mbit_s, row->throughput_mbit_s / receivers);
        check_near(row->receiver_max_mbit_s, row->throughput_mbit_s / receivers);
        check_near(row->window_s, 1);
        check_near(row->overlap, 1);
        check_near(row->drain_s, 0.05);
        check_near(row->dead_s, 0.04);
        check_near(row->start_s, 1.7e9);
        assert_int_equal(row->point_id, 4);
        assert_int_equal(row->repetition, 3);
        assert_int_equal(scene.rank_rows, scene.ranks - 2);
    }
}

static void a_row_per_busy_rank(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUB_SUB, 2, 1, 2);
    struct outcome *outcome = &scene.outcomes[5];
    outcome->count = 1199;
    outcome->begin.user_ns = 100;
    outcome->end.user_ns = SECOND / 2 + 100;
    outcome->end.system_ns = SECOND / 4;
    outcome->begin.voluntary = 3;
    outcome->end.voluntary = 10;
    outcome->end.involuntary = 2;
    outcome->end.sample.blocked_ns = SECOND / 10;
    outcome->begin.sample.ring_wait_ns = SECOND / 10;
    outcome->end.sample.ring_wait_ns = SECOND / 5;
    outcome->connections.retransmits = 7;
    outcome->peak_rss_bytes = 12345;
    judge(&scene);
    assert_int_equal(scene.rank_rows, 6);
    for (size_t i = 0; i < 6; i++) {
        const struct rank_record *row = &scene.ranks_rows[i];
        assert_int_equal(row->rank, i + 1);
        assert_int_equal(row->group, i / 3);
        assert_int_equal(row->host_id, i % 2 ? 30 : 40);
        assert_string_equal(row->role, i % 3 ? "receiver" : "sender");
        assert_int_equal(isnan(row->lost) != 0, i % 3 == 0);
        check_near(row->throughput_mbit_s, 8);
        check_near(row->window_s, 1);
        assert_int_equal(row->window_messages, 1000);
        assert_int_equal(row->window_bytes, 1000000);
    }
    const struct rank_record *row = &scene.ranks_rows[4];
    assert_int_equal(row->messages, 1199);
    assert_int_equal(row->bytes, 1199000);
    assert_true(row->lost == 1 && scene.ranks_rows[5].lost == 0);
    check_near(row->cpu_user_s, 0.5);
    check_near(row->cpu_system_s, 0.25);
    assert_int_equal(row->voluntary_switches, 7);
    assert_int_equal(row->involuntary_switches, 2);
    check_near(row->blocked_s, 0.1);
    check_near(row->ring_wait_s, 0.1);
    assert_true(row->tcp_retransmits == 7 && row->tcp_rtt_us == 50);
    assert_int_equal(row->peak_rss_bytes, 12345);
    struct evidence evidence = evidence_of(&scene);
    check_near(judge_cpu_ns_per_message(&evidence), 0.75e9 / 4000);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    judge(&scene);
    assert_true(isnan(scene.ranks_rows[1].lost));
    set_window(&scene.outcomes[2], 5, 5);
    evidence = evidence_of(&scene);
    assert_true(isnan(judge_cpu_ns_per_message(&evidence)));
}

static void flags_have_their_words(void **state)
{
    (void)state;
    char text[128], small[20];
    assert_string_equal(flags_text(0, text, sizeof text), "");
    assert_string_equal(flags_text(FLAG_LATE_START, text, sizeof text), "late_start");
    static const char all[] =
        "foreign_messages,timed_out,interrupted,few_messages,reconnected,short_overlap,"
        "late_start,lost_messages,failed,shared_core,unsteady,stalled,rate_missed,"
        "loss_over_target,strangers,backlog,queued,dependent,disk_busy";
    struct repetition_record row;
    assert_string_equal(flags_text(~0U, row.flags, sizeof row.flags),
                        all); /* the column has room for them */
    assert_int_equal(flags_read(all), (1U << FLAGS) - 1);
    assert_int_equal(flags_read("stalled,new_word,queued"), FLAG_STALLED | FLAG_QUEUED);
    assert_int_equal(flags_read(""), 0);
    memset(small, 'x', sizeof small);
    assert_string_equal(flags_text(FLAG_FOREIGN | FLAG_TIMED_OUT, small, sizeof small),
                        "foreign_messages,ti");
}

/* ---- rates ---- */

static void count_mode_has_one_gap_less_than_messages(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    set_count(&scene, 101);
    scene.outcomes[2].last_ns = BEGIN + 2 * SECOND;
    scene.outcomes[1].end.sample.cut_ns = scene.outcomes[1].started_ns + SECOND / 2;
    check_flags(&scene, 0, true);
    check_near(scene.row.message_rate_per_s, 50);
    check_near(scene.row.throughput_mbit_s, 50 * 8e-3);
    check_near(scene.row.window_s, 2);
    assert_int_equal(scene.row.window_messages, 100);
    assert_int_equal(scene.row.received, 101);
    check_near(scene.ranks_rows[0].throughput_mbit_s,
               202 * 8e-3); /* the sender: 101 in half a second */
}

/* The last burst takes no time, at either end: 19 periods of 50 us are 950 messages, whatever the
 * last burst has. */
static void bursts_are_counted_by_their_periods(void **state)
{
    (void)state;
    static const int64_t counts[][3] = {
        {20000, 19950, 19950}, {20001, 20000, 20000}, {20049, 20000, 20000}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct scene scene;
        set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
        set_count(&scene, counts[i][0]);
        scene.point.rate_per_s = 1e6;
        scene.outcomes[2].first_ns = scene.outcomes[1].started_ns = BEGIN;
        scene.outcomes[2].last_ns = scene.outcomes[1].last_ns = BEGIN + 1000 * counts[i][1];
        check_flags(&scene, 0, true);
        check_near(scene.row.message_rate_per_s, 1e6);
        assert_int_equal(scene.row.window_messages, counts[i][2]);
        check_near(scene.row.sent_rate_per_s, 1e6);
    }
}

/* From 16 KiB on a window is cut at messages: the last ones before its ends. */
static void dated_windows_are_cut_at_messages(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.point.size_bytes = 16384;
    scene.outcomes[2].begin.sample.cut_ns = BEGIN - 30 * MILLISECOND;
    scene.outcomes[2].end.sample.cut_ns = BEGIN + 770 * MILLISECOND;
    check_flags(&scene, 0, true);
    check_near(scene.row.window_s, 0.8);
    check_near(scene.row.message_rate_per_s, 1250);
    check_near(scene.row.throughput_mbit_s, 1250 * 16384 * 8e-6);
    check_near(scene.row.overlap, 1);
}

static void a_window_without_a_message_before_it_begins_at_the_first(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.point.size_bytes = 1 << 30;
    struct outcome *sender = &scene.outcomes[1], *receiver = &scene.outcomes[2];
    receiver->interval_count = 0;
    receiver->begin.sample.count = receiver->begin.sample.cut_ns = 0;
    receiver->first_ns = BEGIN + 100 * MILLISECOND;
    receiver->end.sample.count = 21;
    receiver->end.sample.cut_ns = BEGIN + 900 * MILLISECOND;
    sender->begin.sample.count = sender->begin.sample.cut_ns = 0;
    sender->started_ns = BEGIN - 100 * MILLISECOND;
    sender->end.sample.count = 22;
    check_flags(&scene, 0, true);
    check_near(scene.row.message_rate_per_s, 20 / 0.8);
    assert_int_equal(scene.row.window_messages, 20);
    assert_int_equal(outcome_window_messages(&receiver->begin.sample, &receiver->end.sample), 20);
    check_near(scene.ranks_rows[0].window_s, 1.1); /* from its start on */
    assert_int_equal(scene.ranks_rows[0].window_messages, 22);

    receiver->end.sample.count =
        20; /* the growing window is not to stop where the judge finds too few */
    check_flags(&scene, FLAG_FEW_MESSAGES, false);
    assert_int_equal(outcome_window_messages(&receiver->begin.sample, &receiver->end.sample), 19);

    receiver->end.sample.count = receiver->end.sample.cut_ns =
        0; /* the first came after the window */
    sender->end.sample.count = sender->end.sample.cut_ns = 0;
    check_flags(&scene, FLAG_FEW_MESSAGES, false);
    assert_int_equal(scene.row.window_messages, 0);
    assert_int_equal(scene.ranks_rows[1].window_messages, 0);
    assert_true(scene.row.throughput_mbit_s == 0 && isnan(scene.row.window_s));
}

static void a_receiver_with_nothing_makes_it_invalid(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUB_SUB, 1, 1, 2);
    set_count(&scene, 100);
    scene.outcomes[3].count = scene.outcomes[3].first_ns = scene.outcomes[3].last_ns = 0;
    check_flags(&scene, FLAG_FEW_MESSAGES | FLAG_SHORT_OVERLAP | FLAG_LOST_MESSAGES | FLAG_QUEUED,
                false);
    assert_int_equal(scene.row.lost, 100);
    assert_true(scene.row.receiver_min_mbit_s == 0 && scene.row.overlap == 0);
    check_near(scene.row.receiver_max_mbit_s, 99 * 8e-3);
    check_near(scene.row.throughput_mbit_s, 99 * 8e-3);
}

/* ---- flags, one by one ---- */

/* They were refused: a warning. */
static void strangers_are_a_warning(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 2, 1, 1);
    scene.outcomes[2].strangers = 3;
    scene.outcomes[4].strangers = 4;
    check_flags(&scene, FLAG_STRANGERS, true);
    assert_int_equal(scene.row.strangers, 7);
    assert_int_equal(scene.row.foreign, 0);
    assert_int_equal(scene.row.received, 2400);
}

static void foreign_messages_make_it_invalid(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 2, 1, 1);
    scene.outcomes[4].foreign = 2;
    check_flags(&scene, FLAG_FOREIGN, false);
    assert_int_equal(scene.row.foreign, 2);
    set_scene(&scene, PATTERN_PUSH_PULL, 2, 1, 1);
    scene.outcomes[2].count++; /* more than its sender sent */
    check_flags(&scene, FLAG_FOREIGN, false);
    assert_int_equal(scene.row.foreign, 1);
    assert_int_equal(scene.row.received, 2400);
    scene.outcomes[4].count--; /* another group's loss does not make up for it */
    check_flags(&scene, FLAG_FOREIGN | FLAG_LOST_MESSAGES, false);
    assert_int_equal(scene.row.foreign, 1);
    assert_int_equal(scene.row.lost, 1);
    assert_int_equal(scene.row.received, 2399);
}

/* Every subscriber is owed everything: what one has over does not make up for what another lacks.
 */
static void pub_sub_is_accounted_by_subscriber(void **state)
{
    (void)state;
    struct scene scene;
    double lost = 0;
    set_scene(&scene, PATTERN_PUB_SUB, 2, 1, 3);
    scene.outcomes[2].count += 5;
    scene.outcomes[3].count -= 3;
    scene.outcomes[8].count -= 4;
    check_flags(&scene, FLAG_FOREIGN | FLAG_LOST_MESSAGES, false);
    assert_int_equal(scene.row.sent, 7200);
    assert_int_equal(scene.row.foreign, 5);
    assert_int_equal(scene.row.lost, 7);
    assert_int_equal(scene.row.received, 7193);
    for (size_t i = 0; i < scene.rank_rows; i++) {
        lost += isnan(scene.ranks_rows[i].lost) ? 0 : scene.ranks_rows[i].lost;
    }
    assert_true(lost == 7);
}

static void lost_messages_are_counted_by_group(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 2);
    scene.outcomes[3].count--;
    check_flags(&scene, FLAG_LOST_MESSAGES, false);
    assert_int_equal(scene.row.lost, 1);
    scene.outcomes[2].count++; /* the group has it all: which receiver got it does not matter */
    check_flags(&scene, 0, true);
    set_scene(&scene, PATTERN_PUB_SUB, 1, 1, 2);
    scene.outcomes[3].count -= 10;
    check_flags(&scene, FLAG_LOST_MESSAGES, true);
    assert_int_equal(scene.row.lost, 10);
    assert_int_equal(scene.row.received_bytes, 2390 * 1000);
}

static void what_any_rank_reports_is_flagged(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[1].timed_out = 1;
    check_flags(&scene, FLAG_TIMED_OUT, false);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[0].timed_out = 1; /* the coordinator */
    check_flags(&scene, FLAG_TIMED_OUT, false);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[2].interrupted = 1;
    check_flags(&scene, FLAG_INTERRUPTED, false);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[2].reconnects = 1;
    check_flags(&scene, FLAG_RECONNECTED, false);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[1].failed = 1;
    check_flags(&scene, FLAG_FAILED, false);
}

static void few_messages_make_it_invalid(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 2, 1, 1);
    for (int rank = 2; rank <= 4; rank += 2) {
        scene.outcomes[rank].interval_count = 0;
        set_window(&scene.outcomes[rank], 100, 120);
    }
    check_flags(&scene, 0, true);
    set_window(&scene.outcomes[4], 100, 119);
    check_flags(&scene, FLAG_FEW_MESSAGES, false);
    static const int64_t counts[] = {2, 19, 20, 21, 22};
    for (size_t i = 0; i < LENGTH(counts);
         i++) { /* a count that is small itself is enough when it is whole */
        set_scene(&scene, PATTERN_PUB_SUB, 1, 1, 1);
        set_count(&scene, counts[i]);
        check_flags(&scene, 0, true);
        scene.outcomes[2].count = counts[i] > 20 ? 20 : counts[i] - 1;
        check_flags(&scene, FLAG_FEW_MESSAGES | FLAG_LOST_MESSAGES, false);
    }
}

static void a_short_overlap_makes_it_invalid(void **state)
{
    (void)state;
    for (int counting = 0; counting < 2; counting++) {
        struct scene scene;
        set_scene(&scene, PATTERN_PUB_SUB, 1, 1, 2);
        if (counting) {
            set_count(&scene, 600);
        }
        for (int i = 0; i < 2; i++) {
            int64_t late_ns = 50 * MILLISECOND + i * 1000;
            struct outcome *outcome = &scene.outcomes[3];
            outcome->interval_count = 0;
            *(counting ? &outcome->first_ns : &outcome->begin.sample.instant_ns) = BEGIN + late_ns;
            check_flags(&scene, i ? FLAG_SHORT_OVERLAP : 0, i == 0);
            check_near(scene.row.overlap, i ? 0.949999 : 0.95);
        }
    }
}

static void a_sender_that_starts_in_the_window_is_late(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 2, 1);
    scene.outcomes[2].started_ns = BEGIN;
    check_flags(&scene, 0, true);
    scene.outcomes[2].started_ns = BEGIN + 1;
    check_flags(&scene, FLAG_LATE_START, false);
    set_count(&scene, 600); /* has no window to be late for */
    check_flags(&scene, 0, true);
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[2].started_ns = BEGIN + 1; /* a receiver's start is no matter */
    check_flags(&scene, 0, true);
}

/* Its first message, two messages and a tenth of the stretch after the first sender began. */
static void a_receiver_whose_first_message_is_late_is_flagged(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct scene scene;
        set_scene(&scene, PATTERN_PUSH_PULL, 1, 2, 1);
        set_count(&scene, 600);
        struct outcome *receiver = &scene.outcomes[3];
        assert_int_equal(receiver->role, ROLE_RECEIVER);
        const int64_t stretch_ns = receiver->last_ns - receiver->first_ns;
        const int64_t bound_ns = stretch_ns / 10 + 2 * stretch_ns / (receiver->count - 1);
        scene.outcomes[2].started_ns = receiver->first_ns - bound_ns / 2;
        scene.outcomes[1].started_ns = receiver->first_ns - bound_ns - (late ? 10 : 0);
        check_flags(&scene, late ? FLAG_LATE_START : 0, !late);
        set_scene(&scene, PATTERN_REQ_REP, 1, 1, 1); /* nothing is queued for it */
        set_count(&scene, 600);
        scene.outcomes[1].started_ns = BEGIN - SECOND;
        check_flags(&scene, 0, true);
    }
}

static void ranks_that_share_a_core_are_flagged(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.cores[0] = scene.cores[3] = 1; /* coordinator, left-over rank */
    check_flags(&scene, 0, true);
    scene.cores[2] = 1;
    check_flags(&scene, FLAG_SHARED_CORE, true);
    scene.cores[2] = 2;
    strcpy(scene.outcomes[2].cpus, "3"); /* the loop and the I/O threads, bound to one */
    strcpy(scene.outcomes[2].io_cpus, "3");
    check_flags(&scene, FLAG_SHARED_CORE, true);
    strcpy(scene.outcomes[2].io_cpus, "4");
    check_flags(&scene, 0, true);
    strcpy(scene.outcomes[1].cpus, "3"); /* of another host */
    check_flags(&scene, 0, true);
    scene.hosts[1] = scene.hosts[2]; /* the sender's loop and the receiver's */
    check_flags(&scene, FLAG_SHARED_CORE, true);
    strcpy(scene.outcomes[1].cpus, "3-4");
    strcpy(scene.outcomes[2].cpus, "3-4");
    strcpy(scene.outcomes[2].io_cpus, "3-4");
    check_flags(&scene, 0, true);
}

/* The receiver's interval number `empty` of a window of `messages`; half the window is not looked
 * at, so that nothing else is said about it. */
static void set_stall(struct scene *scene, int64_t messages, int empty)
{
    set_scene(scene, PATTERN_PUSH_PULL, 1, 1, 1);
    set_window(&scene->outcomes[2], 100, 100 + messages);
    scene->outcomes[2].interval_count = 7;
    for (size_t i = 0; i < 7; i++) {
        scene->intervals[scene->first_interval[2] + i].messages = messages / 10;
    }
    scene->intervals[scene->first_interval[2] + (size_t)empty].messages = 0;
}

static void an_empty_interval_is_a_stall_where_ten_were_due(void **state)
{
    (void)state;
    struct scene scene;
    set_stall(&scene, 100, 3); /* ten were due */
    check_flags(&scene, FLAG_STALLED, true);
    set_stall(&scene, 99, 3);
    check_flags(&scene, 0, true);
    set_stall(&scene, 1000, 3);
    scene.intervals[scene.first_interval[2] + 3].messages = 1;
    check_flags(&scene, 0, true);
    set_stall(&scene, 1000, 0);
    struct interval *first = &scene.intervals[scene.first_interval[2]];
    first->start_ns = BEGIN - 1; /* partly before the window */
    check_flags(&scene, 0, true);
    first->start_ns = BEGIN + 900 * MILLISECOND; /* the last of it */
    check_flags(&scene, FLAG_STALLED, true);
    first->start_ns++;
    check_flags(&scene, 0, true);
}

/* A rank that did not run is known by its own clock, even when all that it missed comes at once
 * later. */
static void a_rank_that_did_not_run_has_stalled(void **state)
{
    (void)state;
    struct scene scene;
    for (int32_t rank = 1; rank <= 2; rank++) {
        set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
        scene.outcomes[rank].late_ns = 100 * MILLISECOND; /* a tenth of the window */
        check_flags(&scene, 0, true);
        scene.outcomes[rank].late_ns++;
        check_flags(&scene, FLAG_STALLED, true);
    }
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[3].late_ns = SECOND; /* idle */
    check_flags(&scene, 0, true);
}

/* A receiver that was stopped before its window gets in it what was sent before. */
static void a_receiver_late_to_its_window_is_flagged(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    scene.outcomes[2].interval_count = 0;
    scene.outcomes[2].begin.sample.instant_ns = BEGIN + 100 * MILLISECOND;
    check_flags(&scene, 0, true);
    scene.outcomes[2].begin.sample.instant_ns++;
    check_flags(&scene, FLAG_LATE_START, false);
}

static void a_stall_is_found_over_several_intervals(void **state)
{
    (void)state;
    struct scene scene;
    set_stall(&scene, 50, 3); /* five were due */
    check_flags(&scene, 0, true);
    scene.intervals[scene.first_interval[2] + 4].messages = 0;
    check_flags(&scene, FLAG_STALLED, true);
    set_stall(&scene, 1000, 3); /* the receiver stood still, and its sampler */
    struct interval *gap = &scene.intervals[scene.first_interval[2] + 3];
    gap->length_ns = 300 * MILLISECOND; /* 300 were due */
    gap->messages = 149;
    check_flags(&scene, FLAG_STALLED, true);
    gap->messages = 150;
    check_flags(&scene, 0, true);
    gap->length_ns = 200 * MILLISECOND;
    gap->messages = 1;
    check_flags(&scene, 0, true);
}

static void set_halves(struct scene *scene, int64_t first, int64_t second)
{
    for (size_t i = 0; i < INTERVALS; i++) {
        scene->intervals[scene->first_interval[2] + i].messages =
            i < INTERVALS / 2 ? first : second;
    }
}

static void halves_that_differ_are_unsteady(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    set_halves(&scene, 901, 1099);
    check_flags(&scene, 0, true);
    set_halves(&scene, 899, 1101);
    check_flags(&scene, FLAG_UNSTEADY, true);
    set_halves(&scene, 1101, 899);
    check_flags(&scene, FLAG_UNSTEADY, true);
    scene.outcomes[2].interval_count = 7; /* too few to tell */
    check_flags(&scene, 0, true);
    scene.outcomes[2].interval_count = INTERVALS;
    for (size_t i = 0; i < INTERVALS; i++) { /* no whole ones */
        scene.intervals[scene.first_interval[2] + i].length_ns = 50 * MILLISECOND;
    }
    check_flags(&scene, 0, true);
}

/* 1000/s each, of all senders together and, published, to every subscriber. */
static void rates_missed_by_a_hundredth_are_flagged(void **state)
{
    (void)state;
    const int32_t shapes[][4] = {
        {PATTERN_PUSH_PULL, 1, 1, 1}, {PATTERN_PUSH_PULL, 2, 2, 1}, {PATTERN_PUB_SUB, 2, 1, 3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct scene scene;
        set_scene(&scene, shapes[i][0], shapes[i][1], shapes[i][2], shapes[i][3]);
        scene.point.rate_per_s = 1000;
        check_flags(&scene, 0, true);
        scene.point.rate_per_s = 1009;
        check_flags(&scene, 0, true);
        scene.point.rate_per_s = 1011;
        check_flags(&scene, FLAG_RATE_MISSED, true);
        scene.point.rate_per_s = 991;
        check_flags(&scene, 0, true);
        scene.point.rate_per_s = 989; /* more than was sent: it had been held up */
        check_flags(&scene, FLAG_UNSTEADY, true);
    }
}

static void a_repetition_that_never_ran_has_no_numbers(void **state)
{
    (void)state;
    struct scene scene;
    set_scene(&scene, PATTERN_PUSH_PULL, 1, 1, 1);
    for (int rank = 1; rank < 3; rank++) {
        int32_t role = scene.outcomes[rank].role;
        memset(&scene.outcomes[rank], 0, sizeof scene.outcomes[rank]);
        scene.outcomes[rank].role = role;
    }
    scene.outcomes[1].failed = 1;
    scene.timeline = (struct timeline){.ordered_ns = BEGIN, .closed_ns = BEGIN + SECOND};
    judge(&scene);
    assert_true(scene.flags & FLAG_FAILED);
    assert_int_equal(scene.row.valid, 0);
    assert_int_equal(scene.row.sent, 0);
    assert_int_equal(scene.row.window_messages, 0);
    assert_true(isnan(scene.row.window_s) && isnan(scene.row.drain_s));
    check_near(scene.row.dead_s, 1);
}

int main(void)
{
    const struct CMUnitTest rows[] = {
        cmocka_unit_test(a_sound_repetition_has_no_flag),
        cmocka_unit_test(a_row_per_busy_rank),
        cmocka_unit_test(flags_have_their_words),
        cmocka_unit_test(count_mode_has_one_gap_less_than_messages),
        cmocka_unit_test(bursts_are_counted_by_their_periods),
        cmocka_unit_test(dated_windows_are_cut_at_messages),
        cmocka_unit_test(a_window_without_a_message_before_it_begins_at_the_first),
        cmocka_unit_test(a_receiver_with_nothing_makes_it_invalid),
        cmocka_unit_test(a_repetition_that_never_ran_has_no_numbers),
    };
    const struct CMUnitTest flags[] = {
        cmocka_unit_test(strangers_are_a_warning),
        cmocka_unit_test(foreign_messages_make_it_invalid),
        cmocka_unit_test(pub_sub_is_accounted_by_subscriber),
        cmocka_unit_test(lost_messages_are_counted_by_group),
        cmocka_unit_test(what_any_rank_reports_is_flagged),
        cmocka_unit_test(few_messages_make_it_invalid),
        cmocka_unit_test(a_short_overlap_makes_it_invalid),
        cmocka_unit_test(a_sender_that_starts_in_the_window_is_late),
        cmocka_unit_test(a_receiver_whose_first_message_is_late_is_flagged),
        cmocka_unit_test(ranks_that_share_a_core_are_flagged),
        cmocka_unit_test(an_empty_interval_is_a_stall_where_ten_were_due),
        cmocka_unit_test(a_rank_that_did_not_run_has_stalled),
        cmocka_unit_test(a_receiver_late_to_its_window_is_flagged),
        cmocka_unit_test(a_stall_is_found_over_several_intervals),
        cmocka_unit_test(halves_that_differ_are_unsteady),
        cmocka_unit_test(rates_missed_by_a_hundredth_are_flagged),
    };
    int failed = cmocka_run_group_tests_name("rows", rows, NULL, NULL);
    failed += cmocka_run_group_tests_name("flags", flags, NULL, NULL);
    return failed;
}
