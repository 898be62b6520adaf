/* test_results.c - the journal, the file made of it, and CSV; every test works in a folder of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "zmqsweep/results.h"

#define OUTPUT "results.h5"
#define JOURNAL "results.h5.journal"
#define REPETITIONS 3
#define LATENCIES 5 /* buckets a point */
#define INTERVALS 40

/* ---- a sweep to write ---- */

static void make_run(struct run_record *run, int64_t planned)
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

static void make_point(struct point_rows *rows, int64_t id, double rate)
{
    memset(rows, 0, sizeof *rows);
    rows->point.point_id = id;
    strcpy(rows->point.settings, "pattern=push-pull size=64");
    strcpy(rows->point.status, "ok");
    strcpy(rows->point.stop_reason, "repetitions");
    rows->point.duration_s = NAN;
    rows->point.throughput_mbit_s = rate;
    rows->point.sent = INT64_MAX;
    rows->repetition_count = REPETITIONS;
    rows->rank_count = 2 * REPETITIONS;
    rows->interval_count = INTERVALS * REPETITIONS;
    rows->repetitions = calloc(rows->repetition_count, sizeof *rows->repetitions);
    rows->ranks = calloc(rows->rank_count, sizeof *rows->ranks);
    rows->intervals = calloc(rows->interval_count, sizeof *rows->intervals);
    for (size_t i = 0; i < rows->repetition_count; i++) {
        rows->repetitions[i] = (struct repetition_record){.point_id = id, .repetition = (int64_t)i};
        rows->repetitions[i].start_s = 1e9 / 3 + (double)i;
        rows->repetitions[i].valid = i != 1;
    }
    for (size_t i = 0; i < rows->rank_count; i++) {
        rows->ranks[i] = (struct rank_record){.point_id = id, .rank = (int64_t)i % 2, .lost = NAN};
        strcpy(rows->ranks[i].role, i % 2 ? "receiver" : "sender");
    }
    rows->latency_count = LATENCIES;
    rows->latencies = calloc(rows->latency_count, sizeof *rows->latencies);
    for (size_t i = 0; i < rows->latency_count; i++)
        rows->latencies[i] = (struct latency_record){
            .point_id = id, .rank = 2, .low_us = (double)i / 3, .high_us = (double)i, .count = 1};
    for (size_t i = 0; i < rows->interval_count; i++)
        rows->intervals[i] =
            (struct interval_record){.point_id = id, .start_us = -0.1 * (double)i, .messages = (int64_t)i};
}

static void free_point(struct point_rows *rows)
{
    free(rows->repetitions);
    free(rows->ranks);
    free(rows->intervals);
    free(rows->latencies);
}

static struct journal *create(int64_t planned, bool replace)
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

static int append_as(struct journal *journal, int64_t id, double rate, const char *stop, struct error *error)
{
    struct point_rows rows;
    make_point(&rows, id, rate);
    if (stop)
        snprintf(rows.point.stop_reason, sizeof rows.point.stop_reason, "%s", stop);
    int failed = journal_append(journal, &rows, error);
    free_point(&rows);
    return failed;
}

static void append(struct journal *journal, int64_t id, double rate)
{
    struct error error = {""};
    if (append_as(journal, id, rate, NULL, &error))
        fail_msg("%s", error.text);
}

/* Points `count`-1 down to 0, of so many planned. */
static void write_sweep(int64_t count, int64_t planned)
{
    struct journal *journal = create(planned, true);
    for (int64_t id = count; id-- > 0;)
        append(journal, id, 100.0 + (double)id);
    journal_close(&journal);
}

static struct finish_report finish(void)
{
    struct finish_report report;
    struct error error = {""};
    if (results_finish(OUTPUT, NULL, NULL, &report, &error))
        fail_msg("%s", error.text);
    assert_int_equal(access(OUTPUT ".partial", F_OK), -1);
    return report;
}

static struct results *open_results(void)
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

/* ---- helpers ---- */

static char *slurp(const char *path, size_t *length)
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

static void spit(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

/* Where line `number` (from 1) starts. */
static size_t line_start(const char *bytes, int number)
{
    const char *line = bytes;
    while (--number > 0)
        line = strchr(line, '\n') + 1;
    return (size_t)(line - bytes);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static int enter_folder(void **state)
{
    char *folder = strdup("/tmp/test_results.XXXXXX");
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    int failed = chdir("/") || nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return failed;
}

/* ---- journal and file ---- */

static void test_round_trip(void **state)
{
    (void)state;
    write_sweep(100, 100);
    struct finish_report report = finish();
    assert_int_equal(report.points, 100);
    assert_int_equal(report.damaged_lines, 0);
    assert_false(report.torn_tail);
    assert_true(report.complete);
    struct results *results = open_results();
    assert_true(results_complete(results));
    assert_int_equal(results_row_count(results, TABLE_INTERVALS), 100 * INTERVALS * REPETITIONS);
    for (int64_t id = 0; id < 100; id++) {
        struct point_rows wanted;
        struct point_record point;
        struct rank_record ranks[2 * REPETITIONS];
        struct interval_record intervals[INTERVALS * REPETITIONS];
        struct latency_record latencies[LATENCIES];
        make_point(&wanted, id, 100.0 + (double)id);
        assert_int_equal(results_read(results, TABLE_POINTS, id, 1, &point, NULL), 0);
        assert_memory_equal(&point, &wanted.point, sizeof point);
        assert_int_equal(
            results_read(results, TABLE_RANKS, id * 2 * REPETITIONS, 2 * REPETITIONS, ranks, NULL), 0);
        assert_memory_equal(ranks, wanted.ranks, sizeof ranks);
        int64_t count = INTERVALS * REPETITIONS;
        assert_int_equal(results_read(results, TABLE_INTERVALS, id * count, count, intervals, NULL), 0);
        assert_memory_equal(intervals, wanted.intervals, sizeof intervals);
        assert_int_equal(results_read(results, TABLE_LATENCY, id * LATENCIES, LATENCIES, latencies, NULL), 0);
        assert_memory_equal(latencies, wanted.latencies, sizeof latencies);
        free_point(&wanted);
    }
    results_close(&results);
}

static void test_run_attributes(void **state)
{
    (void)state;
    struct run_record wanted;
    struct environment_record environment[2];
    write_sweep(0, 0);
    assert_true(finish().complete);
    struct results *results = open_results();
    make_run(&wanted, 0);
    const struct run_record *run = results_run(results);
    assert_string_equal(run->title, wanted.title);
    assert_string_equal(run->command_line, wanted.command_line);
    assert_int_equal(run->order_seed, INT64_MIN);
    assert_int_equal(results_row_count(results, TABLE_POINTS), 0);
    assert_int_equal(results_read(results, TABLE_ENVIRONMENT, 0, 2, environment, NULL), 0);
    assert_string_equal(environment[0].value, "a,b \"c\"\r\nd?");
    assert_int_equal(results_read(results, TABLE_ENVIRONMENT, 1, 2, environment, NULL), -1);
    results_free_run(&wanted);
    results_close(&results);
}

static void test_duplicates(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    append(journal, 1, 1);
    append(journal, 0, 2);
    append(journal, 1, 3);
    journal_close(&journal);
    assert_int_equal(finish().points, 2);
    struct results *results = open_results();
    struct point_record points[2];
    assert_int_equal(results_row_count(results, TABLE_REPETITIONS), 2 * REPETITIONS);
    assert_int_equal(results_read(results, TABLE_POINTS, 0, 2, points, NULL), 0);
    assert_true(points[0].throughput_mbit_s == 2 && points[1].throughput_mbit_s == 3);
    results_close(&results);
}

static void test_interrupted_point_is_not_complete(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    struct journal_entry *done;
    struct run_record run;
    size_t count;
    append(journal, 0, 1);
    assert_int_equal(append_as(journal, 1, 1, "interrupted", NULL), 0);
    journal_close(&journal);
    assert_false(finish().complete);
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 0);
    assert_int_equal(count, 1);
    append(journal, 1, 1);
    journal_close(&journal);
    results_free_run(&run);
    free(done);
    assert_true(finish().complete);
}

static void test_foreign_rows_are_refused(void **state)
{
    (void)state;
    struct journal *journal = create(1, false);
    struct point_rows rows;
    make_point(&rows, 0, 1);
    rows.ranks[1].point_id = 7;
    assert_int_equal(journal_append(journal, &rows, NULL), -1);
    free_point(&rows);
    journal_close(&journal);
}

/* ---- damage ---- */

static void test_torn_tail_at_every_byte(void **state)
{
    (void)state;
    size_t length;
    struct point_rows rows;
    struct journal *journal = create(3, false);
    append(journal, 0, 1);
    append(journal, 1, 2);
    make_point(&rows, 2, 3);
    rows.interval_count = 0;
    assert_int_equal(journal_append(journal, &rows, NULL), 0);
    free_point(&rows);
    journal_close(&journal);
    char *bytes = slurp(JOURNAL, &length);
    size_t last = line_start(bytes, 4);
    for (size_t cut = last; cut < length; cut++) {
        struct run_record run;
        struct journal_entry *done;
        size_t count, after;
        spit(JOURNAL, bytes, cut);
        if (cut % 101 == 0 || cut == last || cut + 2 > length) {
            struct finish_report report = finish();
            assert_true(report.torn_tail == (cut > last) && report.points == 2 && report.damaged_lines == 0);
        }
        assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 0);
        assert_int_equal(count, 2);
        journal_close(&journal);
        results_free_run(&run);
        free(done);
        char *again = slurp(JOURNAL, &after);
        assert_int_equal(after, last);
        free(again);
    }
    free(bytes);
}

static void test_bit_flips(void **state)
{
    (void)state;
    size_t length;
    write_sweep(3, 3);
    char *bytes = slurp(JOURNAL, &length);
    size_t start = line_start(bytes, 3), end = line_start(bytes, 4);
    for (size_t at = start; at < end; at += at < start + 40 || at + 4 > end ? 1 : 379) {
        for (int bit = 0; bit < 8; bit += 3) {
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            spit(JOURNAL, bytes, length);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            struct finish_report report = finish();
            assert_int_equal(report.damaged_lines > 0, 1);
            assert_int_equal(report.first_damaged, 3);
            assert_true(report.points == 2 || (at + 1 == end && report.points == 1)); /* its newline */
            assert_false(report.complete);
        }
    }
    free(bytes);
}

static void test_damaged_first_line(void **state)
{
    (void)state;
    size_t length, count;
    struct run_record run;
    struct journal *journal;
    struct journal_entry *done;
    struct error error;
    write_sweep(2, 2);
    char *bytes = slurp(JOURNAL, &length);
    bytes[50] ^= 1;
    spit(JOURNAL, bytes, length);
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, &error), -1);
    assert_non_null(strstr(error.text, "first line"));
    struct finish_report report = finish();
    assert_true(report.points == 2 && report.first_damaged == 1 && !report.complete);
    struct results *results = open_results();
    assert_string_equal(results_run(results)->title, "unknown");
    results_close(&results);
    spit(JOURNAL, bytes + line_start(bytes, 2), length - line_start(bytes, 2));
    report = finish();
    assert_true(report.points == 2 && report.first_damaged == 1 && !report.complete);
    free(bytes);
}

/* Cut anywhere: the lines before the cut are kept, and without a run line there is nothing to keep. */
static void test_cut_at_every_byte(void **state)
{
    (void)state;
    size_t length;
    write_sweep(2, 2);
    char *bytes = slurp(JOURNAL, &length);
    for (size_t cut = 1; cut < length; cut += cut % 16 && cut > 64 ? 15 : 1) {
        struct run_record run;
        struct journal_entry *done;
        struct journal *journal;
        struct finish_report report;
        size_t count, whole = 0;
        for (size_t i = 0; i < cut; i++)
            whole += bytes[i] == '\n';
        spit(JOURNAL, bytes, cut);
        int failed = results_finish(OUTPUT, NULL, NULL, &report, NULL);
        assert_int_equal(failed, whole == 0 ? -1 : 0);
        if (!failed) {
            assert_int_equal(report.points, whole - 1);
            assert_true(report.torn_tail == (bytes[cut - 1] != '\n') && report.damaged_lines == 0);
            assert_false(report.complete);
        }
        /* What a kill at its start leaves: nothing, and it is removed. */
        assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), failed ? 1 : 0);
        if (failed)
            continue;
        assert_int_equal(count, whole - 1);
        journal_close(&journal);
        results_free_run(&run);
        free(done);
    }
    free(bytes);
}

/* Writes the journal anew from some of its own lines, by their numbers; ended by 0. */
static void write_lines(const char *bytes, const int *numbers)
{
    FILE *file = fopen(JOURNAL, "wb");
    assert_non_null(file);
    for (; *numbers; numbers++) {
        const char *line = bytes + line_start(bytes, *numbers);
        fwrite(line, 1, strcspn(line, "\n") + 1, file);
    }
    fclose(file);
}

/* Line 1 is the run, line 5 a session, the others are points 0, 1 and 2. */
static void test_lines_out_of_place(void **state)
{
    (void)state;
    static const struct {
        int lines[8];
        int64_t points, damaged, first, hosts;
        bool complete;
    } cases[] = {
        {{1, 2, 3, 4, 5}, 3, 0, 0, 2, true},
        {{1, 5, 4, 3, 2}, 3, 0, 0, 2, true},
        {{2, 3, 4, 5, 1}, 3, 0, 0, 2, true},
        {{5, 1, 2, 3, 4}, 3, 0, 0, 2, true},
        {{1, 2, 2, 3, 3, 4, 4}, 3, 0, 0, 1, true},
        {{1, 2, 1, 3, 4}, 3, 1, 3, 1, true},
        {{1, 2, 4}, 2, 0, 0, 1, false},
        {{1, 5}, 0, 0, 0, 2, false},
        {{2, 3, 4}, 3, 1, 1, 0, false},
    };
    size_t length, count;
    struct run_record run;
    struct journal_entry *done;
    struct journal *journal;
    write_sweep(3, 3);
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 0);
    assert_int_equal(journal_append_session(journal, &run, NULL), 0);
    journal_close(&journal);
    results_free_run(&run);
    free(done);
    char *bytes = slurp(JOURNAL, &length);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_lines(bytes, cases[i].lines);
        struct finish_report report = finish();
        assert_int_equal(report.points, cases[i].points);
        assert_int_equal(report.damaged_lines, cases[i].damaged);
        assert_int_equal(report.first_damaged, cases[i].first);
        assert_int_equal(report.complete, cases[i].complete);
        struct results *results = open_results();
        assert_int_equal(results_row_count(results, TABLE_HOSTS), cases[i].hosts);
        for (int64_t row = 0; row < report.points; row++) {
            struct point_record point;
            assert_int_equal(results_read(results, TABLE_POINTS, row, 1, &point, NULL), 0);
            assert_true(row == 0 || point.point_id > 0);
        }
        results_close(&results);
    }
    free(bytes);
}

/* A whole line of the journal, with the right CRC. */
static void write_data(FILE *file, const char *data)
{
    fprintf(file, "{\"crc32\":\"%08lx\",\"data\":%s}\n",
            crc32_z(0, (const unsigned char *)data, strlen(data)), data);
}

/* Puts `to` in the place of one byte of the run line, `offset` behind where `text` begins, with a right CRC.
 */
static void change_run_line(const char *text, size_t offset, char to)
{
    size_t length;
    char *bytes = slurp(JOURNAL, &length), *data = strstr(bytes, "{\"run\":"), *end = strchr(data, '\n');
    end[-1] = '\0';
    char *place = strstr(data, text);
    assert_non_null(place);
    place[offset] = to;
    FILE *file = fopen(JOURNAL, "wb");
    write_data(file, data);
    fputs(end + 1, file);
    fclose(file);
    free(bytes);
}

/* Expects that a sweep refuses to go on with the journal and says why; it must be as it was, `bytes`. */
static void check_not_reopened(const char *words, const char *bytes, size_t length)
{
    size_t after, count;
    struct error error;
    struct run_record run;
    struct journal_entry *done;
    struct journal *journal;
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, &error), -1);
    assert_non_null(strstr(error.text, words));
    char *again = slurp(JOURNAL, &after);
    assert_true(after == length && memcmp(bytes, again, length) == 0);
    free(again);
}

/* Of a newer schema nothing is read, for its columns may mean something else; nor is the journal touched. */
static void test_newer_journal(void **state)
{
    (void)state;
    size_t length;
    struct error error;
    write_sweep(2, 2);
    change_run_line("\"schema_version\":\"1.", sizeof "\"schema_version\":\"" - 1, '2');
    char *bytes = slurp(JOURNAL, &length);
    assert_int_equal(results_finish(OUTPUT, NULL, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.text, "newer than"));
    assert_int_equal(access(OUTPUT, F_OK), -1);
    check_not_reopened("newer than", bytes, length);
    free(bytes);
}

/* As an older zmqsweep wrote it: rows of ours would not fit below; what is there can be recovered. */
static void test_journal_of_other_columns(void **state)
{
    (void)state;
    size_t length;
    write_sweep(2, 2);
    change_run_line("\"sndhwm\"", 1, 'x');
    char *bytes = slurp(JOURNAL, &length);
    check_not_reopened("with other columns", bytes, length);
    assert_true(finish().points == 2);
    free(bytes);
}

/* A row under another point's name would put that point into the file twice. */
static void test_point_of_another_name(void **state)
{
    (void)state;
    size_t length;
    struct finish_report report;
    write_sweep(2, 2);
    char *bytes = slurp(JOURNAL, &length), *twice = NULL;
    const char *zero = strstr(bytes + line_start(bytes, 2), "\"point\":[");
    const char *one = strstr(bytes + line_start(bytes, 3), "\"point\":[");
    assert_true(
        asprintf(&twice, "{%.*s],%.*s]}", (int)strcspn(zero, "]"), zero, (int)strcspn(one, "]"), one) > 0);
    FILE *file = fopen(JOURNAL, "ab");
    write_data(file, twice);
    fclose(file);
    free(twice);
    free(bytes);
    report = finish();
    assert_true(report.points == 2 && report.damaged_lines == 1 && report.first_damaged == 4);
}

static void test_not_a_journal(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(results_finish(OUTPUT, NULL, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.text, JOURNAL));
    spit(JOURNAL, "hello\n", 6);
    assert_int_equal(results_finish(OUTPUT, NULL, NULL, NULL, &error), -1);
    assert_non_null(strstr(error.text, "not a journal"));
    assert_int_equal(results_finish(OUTPUT, "/", NULL, NULL, &error), -1);
    assert_int_equal(access(OUTPUT, F_OK), -1);
}

/* ---- resume, lock, replace ---- */

static void test_resume(void **state)
{
    (void)state;
    struct run_record run, session;
    struct journal *journal;
    struct journal_entry *done;
    size_t count;
    write_sweep(2, 3);
    for (int number = 2; number <= 3; number++) {
        assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 0);
        assert_int_equal(count, 2);
        assert_int_equal(done[1].point_id, 1);
        assert_int_equal(run.host_count, number - 1);
        make_run(&session, 3);
        assert_int_equal(journal_append_session(journal, &session, NULL), 0);
        results_free_run(&session);
        results_free_run(&run);
        free(done);
        journal_close(&journal);
    }
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 0);
    append(journal, 2, 5);
    journal_close(&journal);
    assert_int_equal(run.host_count, 3);
    assert_int_equal(run.environment_count, 6);
    assert_string_equal(run.environment[2].name, "session-2/option.size");
    assert_string_equal(run.environment[5].name, "session-3/libzmq");
    results_free_run(&run);
    free(done);
    assert_true(finish().complete);
}

static void test_lock(void **state)
{
    (void)state;
    struct run_record run;
    struct journal *other = NULL, *journal = create(1, false);
    struct journal_entry *done;
    struct error error;
    size_t count, before, after;
    char pid[40];
    int reader;
    char *bytes = slurp(JOURNAL, &before);
    free(bytes);
    snprintf(pid, sizeof pid, "in use by process %d on ", (int)getpid());
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &other, &error), -1);
    assert_non_null(strstr(error.text, pid));
    make_run(&run, 1);
    assert_int_equal(journal_create(OUTPUT, &run, true, &other, &error), -1);
    assert_non_null(strstr(error.text, pid));
    assert_int_equal(journal_create(OUTPUT, &run, false, &other, &error), -1);
    assert_non_null(strstr(error.text, pid));
    assert_true(journal_in_use(JOURNAL, &error));
    assert_non_null(strstr(error.text, pid));
    free(slurp(JOURNAL, &after));
    assert_int_equal(before, after);
    append(journal, 0, 1);
    journal_close(&journal);
    assert_false(journal_in_use(JOURNAL, &error));
    assert_int_equal(journal_create(OUTPUT, &run, false, &other, &error), -1);
    assert_non_null(strstr(error.text, "--resume"));
    assert_int_equal(journal_lock_for_reading(JOURNAL, &reader, &error), 0);
    assert_int_equal(journal_create(OUTPUT, &run, true, &other, &error), -1); /* a reader keeps writers out */
    close(reader);
    assert_int_equal(journal_create(OUTPUT, &run, true, &other, &error), 0);
    results_free_run(&run);
    journal_close(&other);
    assert_int_equal(finish().points, 0);
    assert_int_equal(journal_lock_for_reading("no-such-journal", &reader, &error), 0);
    assert_int_equal(reader, -1);
}

/* ---- the journal keeps its name ---- */

static void expect_kept(struct journal *journal, bool written_again)
{
    bool again;
    struct error error = {""};
    if (journal_keep(journal, &again, &error))
        fail_msg("%s", error.text);
    assert_int_equal(again, written_again);
    assert_int_equal(access(JOURNAL ".partial", F_OK), -1);
}

static void test_journal_is_written_again(void **state)
{
    (void)state;
    struct journal *journal = create(4, false);
    struct error error;
    append(journal, 0, 1);
    expect_kept(journal, false);
    assert_int_equal(unlink(JOURNAL), 0);
    append(journal, 1, 2); /* into a file without a name */
    expect_kept(journal, true);
    append(journal, 2, 3);
    expect_kept(journal, false);
    assert_int_equal(rename(JOURNAL, "elsewhere"), 0);
    expect_kept(journal, true);
    append(journal, 3, 4);
    assert_true(journal_in_use(JOURNAL, &error));
    journal_close(&journal);
    assert_true(finish().complete);
}

static void test_another_file_has_the_name(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    struct error error;
    struct finish_report report;
    char aside[80];
    bool again;
    append(journal, 0, 1);
    append(journal, 1, 1);
    assert_int_equal(unlink(JOURNAL), 0);
    FILE *other = fopen(JOURNAL, "w");
    fputs("not ours", other);
    fclose(other);
    assert_int_equal(journal_keep(journal, &again, &error), -1);
    snprintf(aside, sizeof aside, OUTPUT ".%d.journal", (int)getpid());
    assert_non_null(strstr(error.text, aside));
    journal_close(&journal);
    size_t length;
    char *bytes = slurp(JOURNAL, &length);
    assert_memory_equal(bytes, "not ours", 8);
    free(bytes);
    assert_int_equal(results_finish(OUTPUT, aside, NULL, &report, &error), 0);
    assert_true(report.complete);
}

static void test_journal_was_changed(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    struct error error;
    bool again;
    append(journal, 0, 1);
    assert_int_equal(truncate(JOURNAL, 100), 0);
    append(journal, 1, 1);
    assert_int_equal(journal_keep(journal, &again, &error), -1);
    assert_non_null(strstr(error.text, "changed"));
    journal_close(&journal);
}

static void test_folder_is_gone(void **state)
{
    (void)state;
    struct journal *journal;
    struct run_record run;
    struct error error;
    bool again;
    assert_int_equal(mkdir("folder", 0700), 0);
    make_run(&run, 1);
    assert_int_equal(journal_create("folder/" OUTPUT, &run, false, &journal, &error), 0);
    results_free_run(&run);
    assert_int_equal(unlink("folder/" JOURNAL), 0);
    assert_int_equal(rmdir("folder"), 0);
    assert_int_equal(journal_keep(journal, &again, &error), -1);
    assert_non_null(strstr(error.text, "No such file"));
    journal_close(&journal);
}

/* As a kill before the first line was on disk leaves it: nothing is lost by beginning anew. */
static void test_a_journal_that_holds_nothing(void **state)
{
    (void)state;
    struct run_record run;
    struct journal *journal = create(1, false);
    struct journal_entry *done;
    size_t length, count;
    journal_close(&journal);
    char *bytes = slurp(JOURNAL, &length);
    for (size_t cut = 0; cut < length; cut++) {
        FILE *file = fopen(JOURNAL, "w");
        fwrite(bytes, 1, cut, file);
        fclose(file);
        assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 1);
        assert_null(journal);
        assert_int_equal(access(JOURNAL, F_OK), -1);
    }
    FILE *file = fopen(JOURNAL, "w"); /* zeros: its blocks never reached the disk */
    for (size_t i = 0; i < length; i++)
        fputc(0, file);
    fclose(file);
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), 1);
    file = fopen(JOURNAL, "w"); /* somebody's text */
    fputs("something else", file);
    fclose(file);
    assert_int_equal(journal_reopen(OUTPUT, &run, &done, &count, &journal, NULL), -1);
    assert_int_equal(access(JOURNAL, F_OK), 0);
    free(bytes);
}

static void test_leftovers_are_removed(void **state)
{
    (void)state;
    static const char *const names[] = {OUTPUT ".partial", JOURNAL ".partial", OUTPUT ".recovered",
                                        OUTPUT ".recovered.partial"};
    write_sweep(1, 1);
    finish();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fclose(fopen(names[i], "w"));
    results_remove_leftovers(OUTPUT);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(access(names[i], F_OK), -1);
    assert_int_equal(access(OUTPUT, F_OK), 0);
    assert_int_equal(access(JOURNAL, F_OK), 0);
}

/* In a child: the limit stays, and libhdf5 itself leaks on damaged files. */
static void in_child_with_limit(rlim_t bytes, void (*act)(void))
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

#define CHILD_CHECK(condition)                                                                               \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                                          \
            _exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)

static void append_beyond_limit(void)
{
    struct run_record run;
    struct journal_entry *done;
    struct journal *journal;
    struct error error = {""};
    struct stat before, after;
    size_t count;
    CHILD_CHECK(journal_reopen(OUTPUT, &run, &done, &count, &journal, &error) == 0);
    results_free_run(&run);
    free(done);
    CHILD_CHECK(stat(JOURNAL, &before) == 0);
    CHILD_CHECK(append_as(journal, 5, 1, NULL, &error) == JOURNAL_FAILED);
    CHILD_CHECK(strstr(error.text, "File too large") != NULL);
    CHILD_CHECK(stat(JOURNAL, &after) == 0 && before.st_size == after.st_size);
    journal_close(&journal);
}

static void finish_beyond_limit(void)
{
    struct error error = {""};
    CHILD_CHECK(results_finish(OUTPUT, NULL, NULL, NULL, &error) == -1);
    CHILD_CHECK(strstr(error.text, "File too large") != NULL);
    CHILD_CHECK(access(OUTPUT, F_OK) == -1 && access(OUTPUT ".partial", F_OK) == -1);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct stat status;
    write_sweep(5, 6);
    assert_int_equal(stat(JOURNAL, &status), 0);
    in_child_with_limit((rlim_t)status.st_size + 100, append_beyond_limit);
    for (rlim_t limit = 0; limit < 20000; limit += 700)
        in_child_with_limit(limit, finish_beyond_limit);
    assert_int_equal(finish().points, 5);
}

/* ---- file to journal ---- */

static uint32_t table_crc(const char *table)
{
    uint32_t crc = 0;
    hid_t file = H5Fopen(OUTPUT, H5F_ACC_RDONLY, H5P_DEFAULT), set = H5Dopen2(file, table, H5P_DEFAULT);
    hid_t attribute = H5Aopen(set, "crc32", H5P_DEFAULT);
    assert_true(H5Aread(attribute, H5T_NATIVE_UINT32, &crc) >= 0);
    H5Aclose(attribute);
    H5Dclose(set);
    H5Fclose(file);
    return crc;
}

static void test_back_to_journal(void **state)
{
    (void)state;
    uint32_t before[TABLE_TOTAL];
    struct error error = {""};
    write_sweep(30, 31);
    finish();
    for (int t = 0; t < TABLE_TOTAL; t++)
        before[t] = table_crc(result_tables[t].name);
    assert_int_equal(results_to_journal(OUTPUT, &error), -1);
    assert_non_null(strstr(error.text, "already exists"));
    unlink(JOURNAL);
    if (results_to_journal(OUTPUT, &error))
        fail_msg("%s", error.text);
    unlink(OUTPUT);
    assert_int_equal(finish().points, 30);
    for (int t = 0; t < TABLE_TOTAL; t++)
        assert_int_equal(before[t], table_crc(result_tables[t].name));
    assert_int_equal(access(JOURNAL ".partial", F_OK), -1);
}

/* ---- what is not a results file ---- */

static void check_refused(const char *path, const char *words)
{
    struct results *results = NULL;
    struct error error = {""};
    assert_int_equal(results_open(path, &results, &error), -1);
    if (strncmp(error.text, path, strlen(path)) != 0 || !strstr(error.text, words) ||
        strchr(error.text, '\n'))
        fail_msg("'%s' should start with '%s' and say '%s'", error.text, path, words);
}

static void test_refusals(void **state)
{
    (void)state;
    size_t length;
    check_refused("missing.h5", "no such file");
    check_refused(".", "folder");
    spit("empty.h5", "", 0);
    check_refused("empty.h5", "empty");
    spit("text.h5", "a,b\n1,2\n", 8);
    check_refused("text.h5", "not an HDF5 file");
    write_sweep(2, 2);
    check_refused(JOURNAL, "zmqreport recover");
    hid_t file = H5Fcreate("other.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    check_refused("other.h5", "not one of zmqsweep");
    finish();
    char *bytes = slurp(OUTPUT, &length);
    spit("cut.h5", bytes, length / 2);
    check_refused("cut.h5", "truncated file");
    free(bytes);
}

static void test_refused_tables(void **state)
{
    (void)state;
    hsize_t one = 1;
    write_sweep(2, 2);
    finish();
    hid_t file = H5Fopen(OUTPUT, H5F_ACC_RDWR, H5P_DEFAULT), space = H5Screate_simple(1, &one, NULL);
    H5Ldelete(file, "ranks", H5P_DEFAULT);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    H5Fclose(file);
    check_refused(OUTPUT, "has no table ranks");
    file = H5Fopen(OUTPUT, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Dclose(H5Dcreate2(file, "ranks", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(file);
    check_refused(OUTPUT, "not a table");
}

/* @return whether the file is refused, or a table of it. */
static bool damage_is_seen(void)
{
    struct results *results;
    struct error error = {""};
    bool seen = results_open(OUTPUT, &results, &error) != 0;
    if (seen)
        return true;
    for (int t = 0; t < TABLE_TOTAL; t++)
        seen |= results_verify(results, (enum table_id)t, &error) != 0;
    results_close(&results);
    return seen;
}

static void flip_bits(void)
{
    size_t length, seen = 0, flipped = 0;
    char *bytes = slurp(OUTPUT, &length);
    for (size_t at = length / 4; at < length; at += length / 40, flipped++) {
        bytes[at] ^= 0x10;
        spit(OUTPUT, bytes, length);
        bytes[at] ^= 0x10;
        seen += damage_is_seen();
    }
    spit(OUTPUT, bytes, length);
    free(bytes);
    CHILD_CHECK(seen >= flipped * 9 / 10); /* some bytes are not in use */
    CHILD_CHECK(!damage_is_seen());
}

static void test_flipped_file_bits(void **state)
{
    (void)state;
    write_sweep(20, 20);
    finish();
    in_child_with_limit(RLIM_INFINITY, flip_bits);
}

/* ---- CSV ---- */

#define ROW_BYTES 1024

static void csv_of(enum table_id table, const void *record, char text[ROW_BYTES])
{
    FILE *out = fmemopen(text, ROW_BYTES, "w");
    assert_non_null(out);
    csv_row(out, table, record);
    fclose(out);
}

static void test_csv_quoting(void **state)
{
    (void)state;
    struct environment_record row = {"plain", "a,b \"c\"\r\nd"};
    char text[ROW_BYTES];
    csv_of(TABLE_ENVIRONMENT, &row, text);
    assert_string_equal(text, "plain,\"a,b \"\"c\"\"\r\nd\"\r\n");
    strcpy(row.value, "no need");
    csv_of(TABLE_ENVIRONMENT, &row, text);
    assert_string_equal(text, "plain,no need\r\n");
}

static void check_float(double value, const char *wanted)
{
    struct host_record host = {.host_id = INT64_MIN, .link_mbit_s = value};
    char text[ROW_BYTES];
    csv_of(TABLE_HOSTS, &host, text);
    char *field = strrchr(text, ',') + 1;
    assert_int_equal(strncmp(text, "-9223372036854775808,", 21), 0);
    field[strcspn(field, "\r")] = '\0';
    if (wanted)
        assert_string_equal(field, wanted);
    assert_true(strtod(field, NULL) == value || isnan(value));
}

static void test_csv_numbers(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    check_float(NAN, "");
    check_float(0, "0");
    check_float(-0.0, "-0");
    check_float(0.1, "0.1");
    check_float(-12.000000001, "-12.000000001");
    check_float(1e22, "1e+22");
    check_float(941.5, "941.5");
    check_float(1.0 / 3, "0.3333333333333333");
    check_float(4.9406564584124654e-324, NULL);
    check_float(9007199254740993.0, NULL);
    for (int i = 0; i < 20000; i++) {
        double value;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_float(value, NULL);
        check_float((double)(int64_t)bits / 1e12, NULL);
    }
}

static void test_csv_table(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length, lines = 0;
    write_sweep(50, 50);
    finish();
    struct results *results = open_results();
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(csv_table(out, results, TABLE_INTERVALS, NULL), 0);
    fclose(out);
    assert_int_equal(strncmp(text, "point_id,repetition,rank,start_us,length_us,messages,bytes\r\n", 60), 0);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1 + 50 * INTERVALS * REPETITIONS);
    free(text);
    out = fopen("/dev/full", "w");
    struct error error = {""};
    assert_int_equal(csv_table(out, results, TABLE_POINTS, &error), -1);
    assert_non_null(strstr(error.text, "No space left"));
    fclose(out);
    results_close(&results);
}

static void test_tables(void **state)
{
    (void)state;
    assert_int_equal(results_table_named("points"), TABLE_POINTS);
    assert_int_equal(results_table_named("environment"), TABLE_ENVIRONMENT);
    assert_int_equal(results_table_named("nodes"), -1);
    assert_string_equal(result_tables[TABLE_POINTS].columns[1].name, "settings");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tables),
        TEST(test_round_trip),
        TEST(test_run_attributes),
        TEST(test_duplicates),
        TEST(test_interrupted_point_is_not_complete),
        TEST(test_foreign_rows_are_refused),
        TEST(test_torn_tail_at_every_byte),
        TEST(test_bit_flips),
        TEST(test_damaged_first_line),
        TEST(test_cut_at_every_byte),
        TEST(test_lines_out_of_place),
        TEST(test_newer_journal),
        TEST(test_journal_of_other_columns),
        TEST(test_point_of_another_name),
        TEST(test_not_a_journal),
        TEST(test_resume),
        TEST(test_lock),
        TEST(test_full_disk),
        TEST(test_journal_is_written_again),
        TEST(test_another_file_has_the_name),
        TEST(test_journal_was_changed),
        TEST(test_folder_is_gone),
        TEST(test_a_journal_that_holds_nothing),
        TEST(test_leftovers_are_removed),
        TEST(test_back_to_journal),
        TEST(test_refusals),
        TEST(test_refused_tables),
        TEST(test_flipped_file_bits),
        TEST(test_csv_quoting),
        TEST(test_csv_numbers),
        TEST(test_csv_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
