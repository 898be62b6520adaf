/* test_plan.c - from settings to points: order, assignments, memory, refusals, keys, presets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "zmqsweep/plan.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define MOST_WORDS 64
#define KIB ((int64_t)1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)

/* ---- helpers ---- */

/* Settings of a command line, its words separated by blanks, and of one environment variable or
 * NULL. */
static void read_line(const char *line, const char *variable, struct settings *settings)
{
    char *copy = strdup(line), *argv[MOST_WORDS] = {(char *)"zmqsweep"};
    char *environment[] = {(char *)variable, NULL};
    struct error error = {""};
    int argc = 1;
    assert_non_null(copy);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        assert_true(argc < MOST_WORDS - 1);
        argv[argc++] = word;
    }
    if (config_read(argc, argv, environment, plan_presets, settings, &error)) {
        fail_msg("%s: %s", line, error.text);
    }
    free(copy);
}

struct made {
    struct settings settings;
    struct plan plan;
};

static void make_on(struct made *made, int32_t ranks, const int32_t *hosts, uint64_t seed,
                    const char *line)
{
    struct error error = {""};
    read_line(line, NULL, &made->settings);
    if (plan_make(&made->settings, ranks, hosts, seed, &made->plan, &error)) {
        fail_msg("%s: %s", line, error.text);
    }
}

/* All ranks on one host. */
static void make(struct made *made, int32_t ranks, uint64_t seed, const char *line)
{
    make_on(made, ranks, NULL, seed, line);
}

static void unmake(struct made *made)
{
    plan_free(&made->plan);
    config_free(&made->settings);
}

/* The one point of a line. */
static struct point single(int32_t ranks, const char *line)
{
    struct made made;
    make(&made, ranks, 1, line);
    assert_int_equal(made.plan.points, 1);
    struct point point = plan_point(&made.plan, 0);
    unmake(&made);
    return point;
}

static void check_accepted(int32_t ranks, const char *line)
{
    struct made made;
    make(&made, ranks, 1, line);
    unmake(&made);
}

/* Expects a refusal whose line has all of the words in it. */
static void check_refused(int32_t ranks, const char *line, const char *const *words)
{
    struct settings settings;
    struct plan plan;
    struct error error = {""};
    read_line(line, NULL, &settings);
    if (plan_make(&settings, ranks, NULL, 1, &plan, &error) != -1) {
        fail_msg("accepted with %d ranks: %s", ranks, line);
    }
    for (; *words; words++) {
        if (!strstr(error.text, *words)) {
            fail_msg("no \"%s\" in: %s", *words, error.text);
        }
    }
    config_free(&settings);
}
#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* ---- points ---- */

static void sizes_run_innermost(void **state)
{
    (void)state;
    static const struct {
        int32_t pattern, send_mode;
        int64_t size;
    } expected[] = {
        {PATTERN_PUSH_PULL, SEND_CONST, 64}, {PATTERN_PUSH_PULL, SEND_CONST, 1024},
        {PATTERN_PUSH_PULL, SEND_COPY, 64},  {PATTERN_PUSH_PULL, SEND_COPY, 1024},
        {PATTERN_PUB_SUB, SEND_CONST, 64},   {PATTERN_PUB_SUB, SEND_CONST, 1024},
        {PATTERN_PUB_SUB, SEND_COPY, 64},    {PATTERN_PUB_SUB, SEND_COPY, 1024},
    };
    struct made made;
    make(&made, 3, 5,
         "--order listed --size 64,1K --pattern push-pull,pub-sub --send-mode const,copy");
    assert_int_equal(made.plan.points, LENGTH(expected));
    for (size_t i = 0; i < LENGTH(expected); i++) {
        struct point point = plan_point(&made.plan, (int64_t)i);
        assert_int_equal(point.id, i);
        assert_int_equal(point.pattern, expected[i].pattern);
        assert_int_equal(point.send_mode, expected[i].send_mode);
        assert_int_equal(point.size_bytes, expected[i].size);
    }
    unmake(&made);
}

static void every_setting_reaches_the_point(void **state)
{
    (void)state;
    struct point point =
        single(0, "--pattern pub-sub --transport ipc --size 3K --send-mode shared --receive-mode "
                  "read --sndhwm 7 --rcvhwm 8 --pairs 2 --receivers-per-sender 3 --duration 2s "
                  "--io-threads 4 --sndbuf 5K --rcvbuf 6K --warmup 30ms --repetitions 9 --interval "
                  "40ms --timeout 50s --bind sender");
    assert_int_equal(point.pattern, PATTERN_PUB_SUB);
    assert_int_equal(point.transport, TRANSPORT_IPC);
    assert_int_equal(point.size_bytes, 3 * KIB);
    assert_int_equal(point.send_mode, SEND_SHARED);
    assert_int_equal(point.receive_mode, RECEIVE_READ);
    assert_int_equal(point.sndhwm, 7);
    assert_int_equal(point.rcvhwm, 8);
    assert_int_equal(point.pairs, 2);
    assert_int_equal(point.receivers_per_sender, 3);
    assert_int_equal(point.senders_per_receiver, 1);
    assert_int_equal(point.count, 0);
    assert_int_equal(point.duration_ns, 2000000000);
    assert_int_equal(point.io_threads, 4);
    assert_int_equal(point.sndbuf_bytes, 5 * KIB);
    assert_int_equal(point.rcvbuf_bytes, 6 * KIB);
    assert_int_equal(point.warmup_ns, 30000000);
    assert_int_equal(point.repetitions, 9);
    assert_int_equal(point.interval_ns, 40000000);
    assert_int_equal(point.timeout_ns, 50000000000);
    assert_int_equal(point.bind, BIND_SENDER);
}

static void count_mode_has_no_window(void **state)
{
    (void)state;
    struct settings settings;
    struct plan plan;
    struct error error = {""};
    read_line("--size 64 --send-mode copy --count 10,20", "ZMQSWEEP_DURATION=1s,2s,3s", &settings);
    assert_int_equal(plan_make(&settings, 3, NULL, 1, &plan, &error), 0);
    assert_int_equal(plan.points, 2);
    for (int64_t id = 0; id < 2; id++) {
        struct point point = plan_point(&plan, id);
        assert_int_equal(point.count, 10 * (id + 1));
        assert_int_equal(point.duration_ns, 0);
        assert_int_equal(point.warmup_ns, 0);
        assert_true(isnan(plan_repetition_s(&point)));
    }
    assert_true(isnan(plan_total_s(&plan)));
    plan_free(&plan);
    config_free(&settings);
}

/* ---- the baseline ---- */

static int64_t count_baseline(const char *line, int32_t ranks)
{
    struct made made;
    int64_t found = 0;
    make(&made, ranks, 1, line);
    for (int64_t id = 0; id < made.plan.points; id++) {
        struct point point = plan_point(&made.plan, id);
        assert_int_equal(point.id, id);
        assert_int_equal(plan_is_baseline(&point), id >= made.plan.listed);
        found += plan_is_baseline(&point);
    }
    for (int64_t a = made.plan.listed; a < made.plan.points; a++) { /* each only once */
        for (int64_t b = made.plan.listed; b < a; b++) {
            char key[PLAN_KEY_LENGTH], other[PLAN_KEY_LENGTH];
            assert_string_not_equal(plan_key(&made.plan, a, key), plan_key(&made.plan, b, other));
        }
    }
    unmake(&made);
    return found;
}

static void the_baseline_has_a_point_for_what_matters_to_it(void **state)
{
    (void)state;
    assert_int_equal(count_baseline("--size 64,1K", 3), 0);
    assert_int_equal(count_baseline("--size 64,1K --baseline none", 3), 0);
    assert_int_equal(count_baseline("--size 64,1K --baseline tcp", 3), 2);
    assert_int_equal(count_baseline("--size 64,1K --baseline tcp --pattern push-pull,pub-sub "
                                    "--transport ipc,tcp --send-mode copy,const --receive-mode "
                                    "copy,read --sndhwm 1,2 --rcvhwm 1,2,3 --io-threads 1,2",
                                    3),
                     2);
    assert_int_equal(
        count_baseline(
            "--size 64 --baseline tcp --pairs 1,2 --sndbuf 64K,system --rcvbuf 64K,system "
            "--duration 1s,2s --sender-cpus none,core:0 --receiver-cpus none,core:0",
            5),
        64);
    assert_int_equal(
        count_baseline("--size 64 --baseline tcp --count 10,20 --receivers-per-sender 1,2", 5), 4);
    assert_int_equal(count_baseline("--size 64 --baseline tcp --pairs 1,2,all", 5),
                     2); /* all is 2 */
    assert_int_equal(count_baseline("--size 64 --baseline tcp --pairs 1,2,all", 7), 3);
}

static void every_step_of_a_matrix_has_its_baseline(void **state)
{
    (void)state;
    static const int32_t hosts[] = {0, 0, 1, 2};
    struct made made;
    make_on(&made, 4, hosts, 1, "--size 64,1K --matrix alone --baseline tcp");
    assert_int_equal(made.plan.listed, 6 * 2 * 2); /* two send modes */
    assert_int_equal(made.plan.points, made.plan.listed + 6 * 2);
    for (int64_t id = made.plan.listed; id < made.plan.points; id++) {
        struct point point = plan_point(&made.plan, id);
        assert_int_equal(point.step, (id - made.plan.listed) / 2);
    }
    unmake(&made);
}

static void a_baseline_of_tcp_needs_tcp(void **state)
{
    (void)state;
    check_refused(3, "--baseline tcp --transport ipc", WORDS("--baseline tcp", "--transport tcp"));
}

static void a_point_of_the_baseline_has_what_is_not_zeromqs(void **state)
{
    (void)state;
    struct made made;
    char key[PLAN_KEY_LENGTH];
    make(&made, 5, 1,
         "--size 64K --baseline tcp --senders-per-receiver 3 --sndbuf 32K --io-cpus core:1 "
         "--io-threads 2 --send-mode zero-copy --repetitions 7 --warmup 50ms --bind sender");
    assert_int_equal(made.plan.points, 2);
    struct point model = plan_point(&made.plan, 0), point = plan_point(&made.plan, 1);
    assert_int_equal(point.pattern, PATTERN_STREAM);
    assert_int_equal(point.transport, TRANSPORT_RAW_TCP);
    assert_true(plan_same_layout(&model, &point));
    assert_int_equal(point.size_bytes, 64 * KIB);
    assert_int_equal(point.sndbuf_bytes, 32 * KIB);
    assert_int_equal(point.bind, model.bind);
    assert_int_equal(point.repetitions, 7);
    assert_int_equal(point.warmup_ns, model.warmup_ns);
    assert_int_equal(point.duration_ns, model.duration_ns);
    assert_int_equal(point.sndhwm, 0);
    assert_int_equal(point.rcvhwm, 0);
    assert_int_equal(point.io_threads, 0);
    assert_int_equal(plan_queue_bytes(&point, ROLE_SENDER), 64 * KIB);
    assert_int_equal(plan_queue_bytes(&point, ROLE_RECEIVER), 3 * 64 * KIB);
    assert_string_equal(
        plan_key(&made.plan, 1, key),
        "pattern=stream transport=raw-tcp size=64K send-mode=const receive-mode=copy sndhwm=0 "
        "rcvhwm=0 pairs=1 receivers-per-sender=1 senders-per-receiver=3 duration=1s io-threads=0 "
        "sndbuf=32K rcvbuf=system sender-cpus=none receiver-cpus=none bind=sender");
    unmake(&made);
}

static void a_plan_takes_as_long_as_its_windows(void **state)
{
    (void)state;
    struct made made;
    make(&made, 3, 1,
         "--size 64,1K --send-mode copy --duration 1s,3s --warmup 250ms --interval 50ms "
         "--repetitions 4");
    struct point point = plan_point(&made.plan, 0);
    assert_true(fabs(plan_repetition_s(&point) - 1.3) < 1e-9);
    assert_true(fabs(plan_total_s(&made.plan) - 4 * 2 * (1.3 + 3.3)) < 1e-9);
    unmake(&made);
}

static void latency_takes_room_where_it_goes_one_way(void **state)
{
    (void)state;
    const char *const words[] = {"--latency", "8 bytes", "--size 16", NULL};
    assert_int_equal(single(3, "--size 16 --send-mode copy --latency 100").latency_every, 100);
    assert_int_equal(single(3, "--size 1 --send-mode copy").latency_every, 0);
    assert_int_equal(
        single(3, "--size 1 --send-mode copy --pattern pair --latency 1").latency_every, 1);
    check_refused(3, "--size 64,8 --latency 100", words);
    check_refused(3, "--size 8 --latency 1 --pattern pair,pub-sub", words);
}

static void what_is_sent_back_has_its_limits(void **state)
{
    (void)state;
    check_refused(4, "--pattern pair --senders-per-receiver 2",
                  WORDS("--pattern pair", "one peer"));
    check_refused(4, "--pattern push-pull,pair --receivers-per-sender 1,2",
                  WORDS("--pattern pair"));
    check_refused(3, "--pattern req-rep --receive-mode message,write --write-dir x",
                  WORDS("--receive-mode write"));
    check_refused(3, "--pattern req-rep --baseline tcp", WORDS("--baseline tcp"));
    check_refused(3, "--pattern req-rep --find-rate loss=1%", WORDS("--find-rate", "pub-sub"));
    assert_int_equal(
        single(4, "--size 1 --send-mode copy --pattern req-rep --senders-per-receiver 2").pattern,
        PATTERN_REQ_REP);
}

static void too_many_points_are_refused(void **state)
{
    (void)state;
    check_refused(3,
                  "--size 1:1G:x2 --sndhwm 1:1000000:x2 --rcvhwm 1:1000000:x2 --sndbuf 1K:1G:x2 "
                  "--rcvbuf 1K:1G:x2",
                  WORDS("points"));
}

/* ---- high-water marks ---- */

static void auto_hwm_holds_64_mib(void **state)
{
    (void)state;
    static const struct {
        int64_t size, hwm;
    } cases[] = {{1, 1000},
                 {64, 1000},
                 {64 * KIB, 1000},
                 {64 * MIB / 1000, 1000},
                 {64 * MIB / 999 + 1, 998},
                 {MIB, 64},
                 {4 * MIB, 16},
                 {10 * MIB, 6},
                 {16 * MIB, 4},
                 {64 * MIB, 4},
                 {GIB, 4}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(plan_auto_hwm(cases[i].size), cases[i].hwm);
    }
    struct point point = single(3, "--size 10M --send-mode copy --rcvhwm 5");
    assert_int_equal(point.sndhwm, 6);
    assert_int_equal(point.rcvhwm, 5);
}

/* ---- seats and ranks ---- */

static void take_seats(const struct point *point, const int32_t *hosts, int32_t ranks,
                       struct plan_layout *layout)
{
    struct error error = {""};
    if (plan_layout_make(point, hosts, ranks, layout, &error)) {
        fail_msg("%s", error.text);
    }
}

static void check_seats(const struct point *point, int32_t ranks, const char *expected)
{
    struct plan_layout layout;
    take_seats(point, NULL, ranks, &layout);
    for (int32_t rank = 0; rank < ranks; rank++) {
        struct plan_assignment seat = layout.assignments[rank];
        const char want = expected[3 * rank], group = expected[3 * rank + 1],
                   index = expected[3 * rank + 2];
        if (want == '-') {
            assert_true(seat.role == ROLE_IDLE && seat.group == -1);
            continue;
        }
        assert_int_equal(seat.role, want == 'S' ? ROLE_SENDER : ROLE_RECEIVER);
        assert_int_equal(seat.group, group - '0');
        assert_int_equal(seat.index, index - '0');
        assert_int_equal(want == 'S' ? plan_layout_sender(&layout, seat.group, seat.index)
                                     : plan_layout_receiver(&layout, seat.group, seat.index),
                         rank);
    }
    plan_layout_free(&layout);
}

static void groups_take_senders_then_receivers(void **state)
{
    (void)state;
    struct point fan_out =
        single(9, "--size 64 --send-mode copy --pairs 2 --receivers-per-sender 3");
    check_seats(&fan_out, 11, "---S00R00R01R02S10R10R11R12------");
    struct point fan_in =
        single(9, "--size 64 --send-mode copy --pairs 2 --senders-per-receiver 3");
    check_seats(&fan_in, 11, "---S00S01S02R00S10S11S12R10------");
}

static void all_pairs_leave_some_over(void **state)
{
    (void)state;
    struct made made;
    make(&made, 8, 1, "--size 64 --send-mode copy --receivers-per-sender 1,2");
    struct point ones = plan_point(&made.plan, 0), twos = plan_point(&made.plan, 1);
    assert_int_equal(ones.pairs, 3);
    check_seats(&ones, 8, "---S00R00S10R10S20R20---");
    assert_int_equal(twos.pairs, 2);
    check_seats(&twos, 8, "---S00R00R01S10R10R11---");
    assert_int_equal(plan_ranks_needed(&made.plan), 7);
    assert_int_equal(plan_fewest_ranks(&made.settings), 4);
    unmake(&made);
}

static void no_ranks_given_means_the_fewest(void **state)
{
    (void)state;
    struct made made;
    make(&made, 0, 1, "--pairs 2,3 --senders-per-receiver 2");
    assert_int_equal(made.plan.ranks, 10);
    assert_int_equal(plan_ranks_needed(&made.plan), 10);
    unmake(&made);
    make(&made, 0, 1, "--size 64");
    assert_int_equal(made.plan.ranks, 3);
    unmake(&made);
}

static void too_few_ranks_name_the_command(void **state)
{
    (void)state;
    check_refused(8, "--pairs 2 --receivers-per-sender 3",
                  WORDS("8 ranks", "9", "start it with -n 9"));
    check_refused(1, "--size 64", WORDS("1 rank:", "start it with -n 3"));
    check_refused(6, "--pairs 1,2,3", WORDS("start it with -n 7"));
    check_accepted(9, "--pairs 2 --receivers-per-sender 3");
    check_accepted(3, "--size 64");
    check_accepted(7, "--pairs 1,2,3");
}

static void one_side_of_a_group_is_one(void **state)
{
    (void)state;
    const char *const *both =
        WORDS("--receivers-per-sender 3", "--senders-per-receiver 2", "must be 1");
    check_refused(0, "--receivers-per-sender 3 --senders-per-receiver 2", both);
    check_refused(100, "--receivers-per-sender 1,3 --senders-per-receiver 2,1", both);
    check_accepted(0, "--receivers-per-sender 1,3 --senders-per-receiver 1");
    check_refused(0, "--pairs 1000000 --senders-per-receiver 1000000", WORDS("--pairs 1000000"));
}

static void volumes_stay_in_63_bits(void **state)
{
    (void)state;
    const char *const *words = WORDS("--count", "--size 1073741824", "63 bits");
    check_accepted(3, "--size 1G --count 8589934591"); /* 2^63 - 2^30 */
    check_refused(3, "--size 1G --count 8589934592", words);
    check_refused(3, "--size 64,1G --count 10,8589934592", words);
    check_refused(4, "--size 1G --count 4294967296 --receivers-per-sender 2", words);
    check_refused(4, "--size 1G --count 4294967296 --senders-per-receiver 2", words);
    check_refused(5, "--size 1G --count 4294967296 --pairs 2", words);
    check_refused(5, "--size 1G --count 4294967296", words); /* all pairs are two */
    check_accepted(4, "--size 1G --count 4294967296");
}

/* ---- memory ---- */

static void queues_are_counted_by_role_and_mode(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        int64_t sender_bytes;
    } cases[] = {{"copy", 10 * 3 * KIB},
                 {"untouched", 10 * 3 * KIB},
                 {"zero-copy", 12 * 3 * KIB},
                 {"const", KIB},
                 {"shared", KIB}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        char line[160];
        snprintf(line, sizeof line,
                 "--size 1K --sndhwm 10 --rcvhwm 20 --receivers-per-sender 3 --send-mode %s",
                 cases[i].mode);
        struct point point = single(0, line);
        assert_int_equal(plan_ring_buffers(&point), 36);
        assert_int_equal(plan_queue_bytes(&point, ROLE_SENDER), cases[i].sender_bytes);
        assert_int_equal(plan_queue_bytes(&point, ROLE_RECEIVER), 20 * KIB);
        assert_int_equal(plan_queue_bytes(&point, ROLE_IDLE), 0);
    }
    struct point fan_in =
        single(0, "--size 1K --sndhwm 10 --rcvhwm 20 --senders-per-receiver 3 --send-mode copy");
    assert_int_equal(plan_queue_bytes(&fan_in, ROLE_SENDER), 10 * KIB);
    assert_int_equal(plan_queue_bytes(&fan_in, ROLE_RECEIVER), 20 * 3 * KIB);
}

static void huge_queues_do_not_wrap_round(void **state)
{
    (void)state;
    struct made made;
    struct point worst;
    make(&made, 42, 1,
         "--size 1G --sndhwm 2147483647 --rcvhwm 2147483647 --receivers-per-sender 40 --send-mode "
         "copy,zero-copy");
    for (int64_t id = 0; id < 2; id++) {
        struct point point = plan_point(&made.plan, id);
        assert_int_equal(plan_queue_bytes(&point, ROLE_SENDER), INT64_MAX);
    }
    assert_int_equal(plan_host_queue_bytes(&made.plan, 0, &worst), INT64_MAX);
    unmake(&made);
}

/* What the ranks of a host queue, added up by assignments. */
static int64_t host_bytes(const struct point *point, const int32_t *hosts, int32_t ranks,
                          int32_t host)
{
    struct plan_layout layout;
    int64_t bytes = 0;
    take_seats(point, hosts, ranks, &layout);
    for (int32_t rank = 1; rank < ranks; rank++) {
        bytes += hosts[rank] == host ? plan_queue_bytes(point, layout.assignments[rank].role) : 0;
    }
    plan_layout_free(&layout);
    return bytes;
}

static void a_host_needs_what_its_worst_point_needs(void **state)
{
    (void)state;
    /* ranks 1 and 4 send, 2, 3, 5 and 6 receive; rank 7 is left over */
    static const int32_t hosts[] = {0, 0, 1, 1, 0, 0, 1, 1};
    struct made made;
    make_on(&made, LENGTH(hosts), hosts, 1,
            "--placement listed --size 64,1M,1K --sndhwm 10 --rcvhwm 20 --receivers-per-sender 2 "
            "--send-mode copy,const");
    for (int32_t host = 0; host < 2; host++) {
        struct point worst = {.id = -1};
        int64_t most = plan_host_queue_bytes(&made.plan, host, &worst), found = -1;
        for (int64_t id = 0; id < made.plan.points; id++) {
            struct point point = plan_point(&made.plan, id);
            int64_t bytes = host_bytes(&point, hosts, LENGTH(hosts), host);
            found = bytes > found ? bytes : found;
        }
        assert_int_equal(most, found);
        assert_int_equal(host_bytes(&worst, hosts, LENGTH(hosts), host), most);
        assert_int_equal(worst.size_bytes, MIB);
        assert_int_equal(most, host == 0 ? (2 * 2 * 10 + 20) * MIB : 3 * 20 * MIB);
    }
    unmake(&made);
}

static void the_largest_hwm_fits_and_one_more_does_not(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "--placement listed --size 1000 --sndhwm 5000 --rcvhwm 300 --send-mode copy "
        "--receivers-per-sender 3 --pairs 2",
        "--placement listed --size 1000 --sndhwm 300 --rcvhwm 5000 --send-mode zero-copy "
        "--receivers-per-sender 3 --pairs 2",
        "--placement listed --size 1000 --sndhwm 5000 --rcvhwm 5000 --send-mode const "
        "--senders-per-receiver 3 --pairs 2",
        "--placement listed --size 1000 --sndhwm 5000 --rcvhwm 5000 --send-mode zero-copy "
        "--senders-per-receiver 3 --pairs 2"};
    static const int32_t hosts[] = {0, 0, 0, 1, 1, 0, 1, 1, 0};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct made made;
        make_on(&made, LENGTH(hosts), hosts, 1, lines[i]);
        const struct point point = plan_point(&made.plan, 0);
        for (int32_t host = 0; host < 2; host++) {
            const int64_t limit = host_bytes(&point, hosts, LENGTH(hosts), host) / 7;
            struct point trial = point;
            trial.sndhwm = trial.rcvhwm = plan_largest_hwm(&made.plan, &point, host, limit);
            assert_true(trial.sndhwm > 0);
            assert_true(host_bytes(&trial, hosts, LENGTH(hosts), host) <= limit);
            trial.sndhwm = ++trial.rcvhwm;
            assert_true(host_bytes(&trial, hosts, LENGTH(hosts), host) > limit);
        }
        assert_int_equal(plan_largest_hwm(&made.plan, &point, 0, 999), 0);
        unmake(&made);
    }
}

/* ---- order ---- */

static const char *const forty =
    "--size 1,2,3,4,5,6,7,8,9,10 --send-mode copy,const --pattern push-pull,pub-sub";

static void the_shuffle_is_a_permutation(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {0, 1, 2, UINT64_MAX};
    for (size_t i = 0; i < LENGTH(seeds); i++) {
        struct made made;
        int seen[40] = {0};
        uint32_t order[40];
        make(&made, 3, seeds[i], forty);
        assert_int_equal(made.plan.points, 40);
        assert_int_equal(made.plan.seed, seeds[i]);
        plan_order(&made.plan, seeds[i], (int64_t)i, order);
        for (int64_t n = 0; n < 40; n++) {
            assert_true(order[n] < 40);
            assert_int_equal(seen[order[n]]++, 0);
        }
        unmake(&made);
    }
}

static bool same_order(uint64_t seed, int64_t round, uint64_t other, int64_t other_round)
{
    struct made made;
    uint32_t one[40], two[40];
    make(&made, 3, 0, forty);
    plan_order(&made.plan, seed, round, one);
    plan_order(&made.plan, other, other_round, two);
    unmake(&made);
    return memcmp(one, two, sizeof one) == 0;
}

static void the_seed_decides_the_order(void **state)
{
    (void)state;
    assert_true(same_order(0, 0, 0, 0));
    assert_true(same_order(12345, 7, 12345, 7));
    assert_false(same_order(0, 0, 1, 0));
    assert_false(same_order(1, 0, 2, 0));
    assert_false(same_order(1, 0, UINT64_C(1) << 63, 0));
    assert_false(same_order(5, 0, 5, 1)); /* every round has its own */
    assert_false(same_order(5, 1, 5, 2));
}

/* The first round is in the order that the points have, one after the other, and had before there
 * were rounds. */
static void the_first_round_is_in_the_old_order(void **state)
{
    (void)state;
    static const uint32_t old[] = {0, 3, 2, 4, 1};
    static const char *const lines[] = {"--size 1,2,3,4,5 --send-mode copy",
                                        "--size 1,2,3,4,5 --send-mode copy --order points"};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        struct made made;
        uint32_t order[5];
        make(&made, 3, 0, lines[i]);
        plan_order(&made.plan, 42, 0, order);
        assert_memory_equal(order, old, sizeof old);
        assert_int_equal(plan_has_rounds(&made.plan), i == 0);
        unmake(&made);
    }
}

static void listed_rounds_are_listed(void **state)
{
    (void)state;
    struct made made;
    uint32_t order[5];
    make(&made, 3, 0, "--size 1,2,3,4,5 --send-mode copy --order listed");
    for (int64_t round = 0; round < 3; round++) {
        plan_order(&made.plan, 42, round, order);
        for (uint32_t n = 0; n < 5; n++) {
            assert_int_equal(order[n], n);
        }
    }
    unmake(&made);
}

/* Each of three points comes first about as often: 2000 of 6000, give or take five standard
 * deviations. */
static void the_shuffle_has_no_favourite(void **state)
{
    (void)state;
    struct settings settings;
    struct error error = {""};
    int first[3] = {0};
    read_line("--size 1,2,3 --send-mode copy", NULL, &settings);
    for (uint64_t seed = 0; seed < 6000; seed++) {
        struct plan plan;
        assert_int_equal(plan_make(&settings, 3, NULL, seed, &plan, &error), 0);
        uint32_t order[3];
        plan_order(&plan, seed, 0, order);
        first[order[0]]++;
        plan_free(&plan);
    }
    for (int i = 0; i < 3; i++) {
        assert_true(first[i] >= 1817 && first[i] <= 2183);
    }
    config_free(&settings);
}

/* ---- keys ---- */

static int compare_keys(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* Two values of each dimension: 2^15 points, and no two keys are the same. */
static void keys_differ_in_every_dimension(void **state)
{
    (void)state;
    struct made made;
    make(&made, 0, 1,
         "--pattern push-pull,pub-sub --transport tcp,ipc --size 64,65 --send-mode copy,const "
         "--receive-mode copy,read --sndhwm 5,6 --rcvhwm 5,6 --pairs 1,2 --receivers-per-sender "
         "1,2 --duration 1s,2s --io-threads 1,2 --sndbuf system,4K --rcvbuf system,4K "
         "--sender-cpus none,core:0 --receiver-cpus none,numa:0");
    const size_t points = (size_t)made.plan.points;
    assert_int_equal(points, 1 << 15);
    char(*keys)[PLAN_KEY_LENGTH] = calloc(points, sizeof *keys);
    assert_non_null(keys);
    for (size_t i = 0; i < points; i++) {
        assert_ptr_equal(plan_key(&made.plan, (int64_t)i, keys[i]), keys[i]);
    }
    qsort(keys, points, sizeof *keys, compare_keys);
    for (size_t i = 1; i < points; i++) {
        assert_string_not_equal(keys[i - 1], keys[i]);
    }
    free(keys);
    unmake(&made);
}

static const char *key_of(int32_t ranks, const char *line, int64_t id, char key[PLAN_KEY_LENGTH])
{
    struct made made;
    make(&made, ranks, 1, line);
    plan_key(&made.plan, id, key);
    unmake(&made);
    return key;
}

static void keys_are_equal_for_equal_points(void **state)
{
    (void)state;
    char one[PLAN_KEY_LENGTH], two[PLAN_KEY_LENGTH];
    key_of(3, "--size 1K --send-mode copy", 0, one);
    assert_string_equal(
        one, "pattern=push-pull transport=tcp size=1K send-mode=copy receive-mode=message "
             "sndhwm=1000 rcvhwm=1000 pairs=1 receivers-per-sender=1 senders-per-receiver=1 "
             "duration=1s io-threads=1 sndbuf=system rcvbuf=system sender-cpus=none "
             "receiver-cpus=none bind=receiver");
    assert_string_equal(one, key_of(3, "--size 64,1024 --send-mode copy", 1, two));
    assert_string_equal(one,
                        key_of(3, "--size 1K --send-mode copy --sndhwm 1000 --pairs 1", 0, two));
    assert_string_equal(
        one, key_of(4, "--size 1K --send-mode copy --repetitions 3 --timeout 9s", 0, two));
    assert_string_not_equal(one, key_of(5, "--size 1K --send-mode copy", 0, two));
    assert_string_not_equal(one, key_of(3, "--size 1K --send-mode copy --bind sender", 0, two));
    assert_string_not_equal(one, key_of(3, "--size 1K --send-mode copy --count 10", 0, two));
    key_of(3, "--size 1K --send-mode copy --count 11", 0, one);
    assert_string_not_equal(one, key_of(3, "--size 1K --send-mode copy --count 10", 0, two));
    key_of(4, "--size 1K --send-mode copy --senders-per-receiver 2", 0, one);
    assert_string_not_equal(
        one, key_of(4, "--size 1K --send-mode copy --receivers-per-sender 2", 0, two));
}

static void the_longest_key_has_room(void **state)
{
    (void)state;
    char key[PLAN_KEY_LENGTH];
    key_of(0,
           "--pattern push-pull --transport tcp --size 1073741823 --send-mode zero-copy "
           "--receive-mode message --sndhwm 1000000 --rcvhwm 1000000 --pairs 1025 "
           "--receivers-per-sender 1025 --duration 86399999999us --io-threads 1024 --sndbuf "
           "2147483647 --rcvbuf 2147483647 --sender-cpus core:100-127 --receiver-cpus core:100-127",
           0, key);
    assert_string_equal(strrchr(key, ' '), " bind=receiver");
    assert_non_null(strstr(key, " duration=86399999999us "));
}

/* ---- presets ---- */

static void make_preset(struct made *made, const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "--order listed --preset %s", name);
    make(made, 0, 1, line);
}

static void every_preset_makes_a_plan(void **state)
{
    (void)state;
    size_t count = 0;
    for (const struct preset *preset = plan_presets; preset->name; preset++, count++) {
        struct made made;
        make_preset(&made, preset->name);
        assert_true(made.plan.points > 0);
        for (int64_t id = 0; id < made.plan.points; id++) {
            struct point point = plan_point(&made.plan, id);
            int64_t copies =
                (int64_t)point.pairs * point.senders_per_receiver * point.receivers_per_sender;
            assert_true(point.count <= INT64_MAX / point.size_bytes / copies);
            assert_true((point.count > 0) != (point.duration_ns > 0));
            assert_true(plan_queue_bytes(&point, ROLE_SENDER) < 4 * GIB);
        }
        unmake(&made);
    }
    assert_int_equal(count, 4);
}

static void presets_are_what_they_say(void **state)
{
    (void)state;
    struct made made, flag;
    make_preset(&made, "short");
    make(&flag, 0, 1, "--order listed --short");
    assert_int_equal(made.plan.points, 8);
    assert_int_equal(flag.plan.points, 8);
    for (int64_t id = 0; id < 8; id++) {
        struct point one = plan_point(&made.plan, id), other = plan_point(&flag.plan, id);
        assert_memory_equal(&one, &other, sizeof one);
    }
    unmake(&flag);
    unmake(&made);
    make_preset(&made, "pyzmq-bench");
    struct point point = plan_point(&made.plan, 9);
    assert_int_equal(made.plan.points, 20);
    assert_int_equal(point.size_bytes, 10 * MIB);
    assert_int_equal(point.count, 100001);
    assert_true(point.sndhwm == 100 && point.rcvhwm == 100);
    unmake(&made);
    make_preset(&made, "libzmq");
    point = plan_point(&made.plan, 5);
    assert_int_equal(made.plan.points, 6);
    assert_true(point.send_mode == SEND_UNTOUCHED && point.receive_mode == RECEIVE_MESSAGE);
    assert_true(point.size_bytes == 64 * KIB && point.count == 1000000 && point.sndhwm == 1000);
    unmake(&made);
    make_preset(&made, "daq");
    point = plan_point(&made.plan, 0);
    assert_int_equal(made.plan.points, 1);
    assert_true(point.send_mode == SEND_ZERO_COPY && point.size_bytes == MIB &&
                point.sndhwm == 1000);
    assert_true(point.senders_per_receiver == 2 && made.plan.ranks == 4);
    unmake(&made);
}

/* The enums of point.h count in the order of the choices: one that lacks its word, or comes in
 * another place, would run another mode. */
static void every_choice_is_its_enums_value(void **state)
{
    static const struct {
        enum option_id id;
        int last;
        const char *words;
    } options[] = {
        {OPTION_PATTERN, PATTERN_PAIR, "push-pull pub-sub req-rep pair"},
        {OPTION_TRANSPORT, TRANSPORT_IPC, "tcp ipc"},
        {OPTION_SECURITY, SECURITY_CURVE, "none curve"},
        {OPTION_SEND_MODE, SEND_UNTOUCHED, "copy zero-copy const shared untouched"},
        {OPTION_RECEIVE_MODE, RECEIVE_WRITE, "message copy read write"},
        {OPTION_PLACEMENT, PLACEMENT_SPLIT, "auto across within listed split"},
        {OPTION_MATRIX, MATRIX_ALONE, "off rounds alone"},
        {OPTION_BASELINE, BASELINE_TCP, "none tcp"},
        {OPTION_ORDER, ROUNDS_NONE, "random listed points"},
        {OPTION_BIND, BIND_SENDER, "receiver sender"},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(options); i++) {
        const char *const *choices = config_options[options[i].id].choices;
        char words[128] = "";
        int count = 0;
        for (; choices[count]; count++) {
            strcat(strcat(words, count ? " " : ""), choices[count]);
        }
        assert_string_equal(words, options[i].words);
        assert_int_equal(count, options[i].last + 1);
    }
}

int main(void)
{
    const struct CMUnitTest points[] = {
        cmocka_unit_test(every_choice_is_its_enums_value),
        cmocka_unit_test(sizes_run_innermost),
        cmocka_unit_test(every_setting_reaches_the_point),
        cmocka_unit_test(the_baseline_has_a_point_for_what_matters_to_it),
        cmocka_unit_test(a_point_of_the_baseline_has_what_is_not_zeromqs),
        cmocka_unit_test(every_step_of_a_matrix_has_its_baseline),
        cmocka_unit_test(a_baseline_of_tcp_needs_tcp),
        cmocka_unit_test(count_mode_has_no_window),
        cmocka_unit_test(a_plan_takes_as_long_as_its_windows),
        cmocka_unit_test(latency_takes_room_where_it_goes_one_way),
        cmocka_unit_test(what_is_sent_back_has_its_limits),
        cmocka_unit_test(too_many_points_are_refused),
        cmocka_unit_test(auto_hwm_holds_64_mib),
    };
    const struct CMUnitTest ranks[] = {
        cmocka_unit_test(groups_take_senders_then_receivers),
        cmocka_unit_test(all_pairs_leave_some_over),
        cmocka_unit_test(no_ranks_given_means_the_fewest),
        cmocka_unit_test(too_few_ranks_name_the_command),
        cmocka_unit_test(one_side_of_a_group_is_one),
        cmocka_unit_test(volumes_stay_in_63_bits),
    };
    const struct CMUnitTest memory[] = {
        cmocka_unit_test(queues_are_counted_by_role_and_mode),
        cmocka_unit_test(huge_queues_do_not_wrap_round),
        cmocka_unit_test(a_host_needs_what_its_worst_point_needs),
        cmocka_unit_test(the_largest_hwm_fits_and_one_more_does_not),
    };
    const struct CMUnitTest order[] = {
        cmocka_unit_test(the_shuffle_is_a_permutation),
        cmocka_unit_test(the_first_round_is_in_the_old_order),
        cmocka_unit_test(listed_rounds_are_listed),
        cmocka_unit_test(the_seed_decides_the_order),
        cmocka_unit_test(the_shuffle_has_no_favourite),
        cmocka_unit_test(keys_differ_in_every_dimension),
        cmocka_unit_test(keys_are_equal_for_equal_points),
        cmocka_unit_test(the_longest_key_has_room),
        cmocka_unit_test(every_preset_makes_a_plan),
        cmocka_unit_test(presets_are_what_they_say),
    };
    int failed = cmocka_run_group_tests_name("points", points, NULL, NULL);
    failed += cmocka_run_group_tests_name("ranks", ranks, NULL, NULL);
    failed += cmocka_run_group_tests_name("memory", memory, NULL, NULL);
    failed += cmocka_run_group_tests_name("order", order, NULL, NULL);
    return failed;
}
