/* sweeps.h - a made-up sweep for tests of the journal and the file; each works in a folder of its
 * own. */
#ifndef SWEEPS_H
#define SWEEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zmqsweep/results.h"

#define OUTPUT "results.h5"
#define JOURNAL "results.h5.journal"
#define UNUSED __attribute__((unused)) static
/* Of a point; rows of a repetition. */
#define REPETITIONS 3
#define RANKS 2
#define INTERVALS 40
#define LATENCIES 5

UNUSED void make_run(struct run_record *run, int64_t planned)
{
    memset(run, 0, sizeof *run);
    strcpy(run->title, "test \"sweep\"");
    strcpy(run->creator, "zmqsweep");
    strcpy(run->creator_version, "0.1.0");
    strcpy(run->created, "2024-01-01T00:00:00Z");
    strcpy(run->uuid, "00000000-0000-4000-8000-000000000000");
    strcpy(run->command_line, "zmqsweep --size 64 --title '\xc3\xa9'");
    run->order_seed = INT64_MIN;
    run->points_planned = planned;
    run->hosts = calloc(1, sizeof *run->hosts);
    run->environment = calloc(2, sizeof *run->environment);
    run->host_count = 1;
    run->environment_count = 2;
    strcpy(run->hosts[0].name, "node1");
    run->hosts[0].link_mbit_s = NAN;
    strcpy(run->environment[0].name, "option.size");
    strcpy(run->environment[0].value, "a,b \"c\"\r\nd\xff");
    strcpy(run->environment[1].name, "libzmq");
}

/* A point with all that is measured of it. */
struct made {
    struct point_record point;
    struct repetition_record repetitions[REPETITIONS];
    struct rank_record ranks[REPETITIONS * RANKS];
    struct interval_record intervals[REPETITIONS * INTERVALS];
    struct latency_record latencies[REPETITIONS * LATENCIES];
};

static void make_repetition(struct made *made, int64_t id, int64_t number, double rate)
{
    struct repetition_record *row = &made->repetitions[number];
    results_set_missing(TABLE_REPETITIONS, row);
    row->point_id = id;
    row->repetition = row->round = number;
    row->start_s = 1e9 / 3 + (double)number;
    row->throughput_mbit_s = rate;
    row->sent = INT64_MAX / 4;
    row->valid = number != 1;
    for (int64_t i = number * RANKS; i < (number + 1) * RANKS; i++) {
        made->ranks[i] = (struct rank_record){
            .point_id = id, .repetition = number, .rank = i % RANKS, .lost = NAN};
        strcpy(made->ranks[i].role, i % 2 ? "receiver" : "sender");
    }
    for (int64_t i = number * INTERVALS; i < (number + 1) * INTERVALS; i++)
        made->intervals[i] = (struct interval_record){
            .point_id = id, .repetition = number, .start_us = -0.1 * (double)i, .messages = i};
    for (int64_t i = number * LATENCIES; i < (number + 1) * LATENCIES; i++)
        made->latencies[i] = (struct latency_record){.point_id = id,
                                                     .repetition = number,
                                                     .rank = 2,
                                                     .low_us = (double)(i % LATENCIES) / 10,
                                                     .high_us = (double)i,
                                                     .count = 4};
}

UNUSED void make_point(struct made *made, int64_t id, double rate)
{
    memset(made, 0, sizeof *made);
    results_set_missing(TABLE_POINTS, &made->point);
    made->point.point_id = id;
    made->point.planned_repetitions = REPETITIONS;
    strcpy(made->point.settings, "pattern=push-pull size=64");
    strcpy(made->point.latency_kind, "one-way");
    for (int64_t number = 0; number < REPETITIONS; number++)
        make_repetition(made, id, number, rate);
}

/* Adds one repetition with all its rows, without a commit. @return 0 or what failed. */
UNUSED int add_repetition(struct journal *journal, const struct made *made, int64_t number,
                          struct error *error)
{
    journal_begin_repetition(journal, made->point.point_id, number);
    int failed = journal_add_rows(journal, TABLE_RANKS, &made->ranks[number * RANKS], RANKS, error);
    if (!failed)
        failed = journal_add_rows(journal, TABLE_INTERVALS, &made->intervals[number * INTERVALS],
                                  INTERVALS, error);
    if (!failed)
        failed = journal_add_rows(journal, TABLE_LATENCY, &made->latencies[number * LATENCIES],
                                  LATENCIES, error);
    return failed ? failed : journal_add_repetition(journal, &made->repetitions[number], error);
}

/* A point whole and on disk; `stop` NULL: it is not settled. @return 0 or what failed. */
UNUSED int append_as(struct journal *journal, int64_t id, double rate, const char *stop,
                     struct error *error)
{
    static struct made made;
    make_point(&made, id, rate);
    int failed = journal_add_settings(journal, &made.point, error);
    for (int64_t number = 0; number < REPETITIONS && !failed; number++)
        failed = add_repetition(journal, &made, number, error);
    if (!failed && stop)
        failed = journal_add_stop(journal, id, stop, REPETITIONS, error);
    if (!failed)
        failed = journal_commit(journal, error);
    return failed ? failed : journal_wait(journal, error);
}

UNUSED void append(struct journal *journal, int64_t id, double rate)
{
    struct error error = {""};
    if (append_as(journal, id, rate, "repetitions", &error))
        fail_msg("%s", error.text);
}

UNUSED struct journal *create(int64_t planned, bool replace)
{
    struct run_record run;
    struct journal *journal = NULL;
    struct error error = {""};
    make_run(&run, planned);
    if (journal_create(OUTPUT, &run, replace, &journal, &error))
        fail_msg("%s", error.text);
    results_free_run(&run);
    return journal;
}

/* Points `count`-1 down to 0, of so many planned. */
UNUSED void write_sweep(int64_t count, int64_t planned)
{
    struct journal *journal = create(planned, true);
    for (int64_t id = count; id-- > 0;)
        append(journal, id, 100.0 + (double)id);
    journal_close(&journal);
}

UNUSED struct finish_report finish(void)
{
    struct finish_report report;
    struct error error = {""};
    if (results_finish(OUTPUT, NULL, NULL, &report, &error))
        fail_msg("%s", error.text);
    assert_int_equal(access(OUTPUT ".partial", F_OK), -1);
    return report;
}

UNUSED struct results *open_results(void)
{
    struct results *results = NULL;
    struct error error = {""};
    if (results_open(OUTPUT, &results, &error))
        fail_msg("%s", error.text);
    for (int t = 0; t < TABLE_TOTAL; t++)
        if (results_verify(results, (enum table_id)t, &error))
            fail_msg("%s", error.text);
    return results;
}

/* ---- going on ---- */

struct seen {
    int64_t settings, repetitions, stops, drops, last_stopped;
};

static void see_settings(void *data, const struct point_record *row)
{
    (void)row;
    ((struct seen *)data)->settings++;
}

static void see_repetition(void *data, const struct repetition_record *row)
{
    (void)row;
    ((struct seen *)data)->repetitions++;
}

static void see_stop(void *data, int64_t point_id, const char *reason, int64_t repetitions)
{
    (void)reason, (void)repetitions;
    ((struct seen *)data)->stops++;
    ((struct seen *)data)->last_stopped = point_id;
}

static void see_drop(void *data, int64_t point_id)
{
    (void)point_id;
    ((struct seen *)data)->drops++;
}

UNUSED int reopen(struct run_record *run, struct seen *seen, struct journal **journal,
                  struct error *error)
{
    const struct journal_visitor visitor = {seen, see_settings, see_repetition, see_stop, see_drop};
    memset(seen, 0, sizeof *seen);
    return journal_reopen(OUTPUT, run, &visitor, journal, error);
}

/* ---- files ---- */

UNUSED char *slurp(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = calloc(*length + 1, 1);
    assert_int_equal(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

UNUSED void spit(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* Where line `number` (from 1) starts; blocks are no lines. 0: there are fewer. */
UNUSED size_t line_start(const char *bytes, size_t length, int number)
{
    for (size_t at = 0; at + 10 < length; at++)
        if ((at == 0 || bytes[at - 1] == '\n') && memcmp(bytes + at, "{\"crc32\":", 9) == 0 &&
            --number == 0)
            return at;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

/* In memory where there is such a folder: the journal's tests sync thousands of times, which takes
 * minutes on a disk that others use. What survives a crash is tests/e2e/powerloss.py's. */
UNUSED int enter_folder(void **state)
{
    char *folder = strdup(access("/dev/shm", W_OK) ? "/tmp/test_results.XXXXXX"
                                                   : "/dev/shm/test_results.XXXXXX");
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

UNUSED int leave_folder(void **state)
{
    int failed = chdir("/") || nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return failed;
}

/* In a child: the limit stays, and libhdf5 itself leaks on damaged files. */
UNUSED void in_child_with_limit(rlim_t bytes, void (*act)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {bytes, bytes};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        act();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define CHILD_CHECK(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

#endif
