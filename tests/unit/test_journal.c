/* test_journal.c - writing, damaging, reading and going on with journals. */
#include "sweeps.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <zlib.h>

/* ---- what counts ---- */

/* Points may come twice: after a drop what was before does not count, and the settings stay. */
static void what_was_before_a_drop_does_not_count(void **state)
{
    (void)state;
    struct made made;
    struct error error = {""};
    struct journal *journal = create(2, false);
    append(journal, 0, 1);
    append(journal, 1, 2);
    assert_int_equal(journal_add_drop(journal, 0, &error), 0);
    make_point(&made, 0, 7);
    assert_int_equal(add_repetition(journal, &made, 2, &error), 0);
    assert_int_equal(journal_add_stop(journal, 0, "time", 1, &error), 0);
    assert_int_equal(journal_commit(journal, &error), 0);
    journal_close(&journal);
    struct finish_report report = finish();
    assert_true(report.points == 2 && report.complete);
    assert_int_equal(report.repetitions, 1 + REPETITIONS);
    struct results *results = open_results();
    struct point_record points[2];
    assert_int_equal(results_read(results, TABLE_POINTS, 0, 2, points, NULL), 0);
    assert_true(points[0].throughput_mbit_s == 7 && points[1].throughput_mbit_s == 2);
    assert_string_equal(points[0].stop_reason, "time");
    assert_string_equal(points[0].settings, "pattern=push-pull size=64");
    results_close(&results);
}

/* A point that has not all its repetitions says so. */
static void an_interrupted_point_is_not_complete(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    struct seen seen;
    struct run_record run;
    struct error error = {""};
    struct point_record point;
    append(journal, 0, 1);
    assert_int_equal(append_as(journal, 1, 1, NULL, &error), 0);
    journal_close(&journal);
    struct finish_report report = finish();
    assert_true(!report.complete && report.points == 2 && report.settled == 1);
    struct results *results = open_results();
    assert_int_equal(results_read(results, TABLE_POINTS, 1, 1, &point, NULL), 0);
    assert_string_equal(point.stop_reason, "interrupted");
    assert_string_equal(point.status, "partial");
    results_close(&results);
    assert_int_equal(reopen(&run, &seen, &journal, NULL), 0);
    assert_true(seen.stops == 1 && seen.repetitions == 2 * REPETITIONS && seen.last_stopped == 0);
    assert_int_equal(journal_add_stop(journal, 1, "repetitions", REPETITIONS, &error), 0);
    assert_int_equal(journal_commit(journal, &error), 0);
    journal_close(&journal);
    results_free_run(&run);
    assert_true(finish().complete);
}

static void foreign_rows_are_refused(void **state)
{
    (void)state;
    static struct made made;
    struct error error = {""};
    struct journal *journal = create(1, false);
    make_point(&made, 0, 1);
    journal_begin_repetition(journal, 0, 1);
    assert_int_equal(journal_add_rows(journal, TABLE_RANKS, made.ranks, 1, &error),
                     -1); /* of repetition 0 */
    made.ranks[RANKS].point_id = 7;
    assert_int_equal(journal_add_rows(journal, TABLE_RANKS, &made.ranks[RANKS], 1, &error), -1);
    assert_int_equal(journal_add_repetition(journal, &made.repetitions[2], &error), -1);
    journal_close(&journal);
}

/* A point that has lost a repetition is not done, whatever its last line says; nor does one count
 * twice. */
static void a_lost_repetition_is_missed(void **state)
{
    (void)state;
    static struct made made;
    struct error error = {""};
    struct journal *journal = create(1, false);
    make_point(&made, 0, 1);
    assert_int_equal(journal_add_settings(journal, &made.point, &error), 0);
    assert_int_equal(add_repetition(journal, &made, 0, &error), 0);
    assert_int_equal(add_repetition(journal, &made, 0, &error), 0);
    assert_int_equal(journal_add_stop(journal, 0, "repetitions", 2, &error), 0);
    assert_int_equal(journal_commit(journal, &error), 0);
    journal_close(&journal);
    struct finish_report report = finish();
    assert_true(report.repetitions == 1 && report.settled == 0 && !report.complete);
}

/* What was added and not committed is not there. */
static void nothing_counts_without_a_commit(void **state)
{
    (void)state;
    static struct made made;
    struct error error = {""};
    struct journal *journal = create(1, false);
    append(journal, 0, 1);
    make_point(&made, 1, 1);
    assert_int_equal(journal_add_settings(journal, &made.point, &error), 0);
    assert_int_equal(add_repetition(journal, &made, 0, &error), 0);
    journal_close(&journal);
    assert_int_equal(finish().points, 1);
}

/* Ten thousand ranks: many blocks, which go into the file long before the commit. */
static void a_repetition_of_many_blocks_is_read_whole(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    static struct made made;
    struct error error = {""};
    struct stat status;
    struct journal *journal = create(1, false);
    make_point(&made, 0, 1);
    assert_int_equal(journal_add_settings(journal, &made.point, &error), 0);
    journal_begin_repetition(journal, 0, 0);
    for (int64_t rank = 0; rank < MANY; rank++) {
        made.ranks[0].rank = rank;
        assert_int_equal(journal_add_rows(journal, TABLE_RANKS, made.ranks, 1, &error), 0);
        assert_int_equal(
            journal_add_rows(journal, TABLE_INTERVALS, made.intervals, INTERVALS, &error), 0);
    }
    assert_int_equal(stat(JOURNAL, &status), 0);
    assert_true(status.st_size > 10 << 20);
    assert_int_equal(journal_add_repetition(journal, made.repetitions, &error), 0);
    assert_int_equal(journal_commit(journal, &error), 0);
    journal_close(&journal);
    assert_int_equal(finish().repetitions, 1);
    struct results *results = open_results();
    assert_int_equal(results_row_count(results, TABLE_INTERVALS), MANY * INTERVALS);
    for (int64_t rank = 0; rank < MANY; rank += 999) {
        struct rank_record row;
        assert_int_equal(results_read(results, TABLE_RANKS, rank, 1, &row, NULL), 0);
        assert_int_equal(row.rank, rank);
    }
    results_close(&results);
}

/* ---- damage ---- */

/* The file as it was when this many repetitions had been committed; one commit each. */
#define COMMITS 6
static size_t sizes[COMMITS + 1];

static void write_commits(void)
{
    static struct made made;
    struct error error = {""};
    struct stat status;
    struct journal *journal = create(2, false);
    for (int i = 0; i <= COMMITS; i++) {
        assert_int_equal(stat(JOURNAL, &status), 0);
        sizes[i] = (size_t)status.st_size;
        if (i == COMMITS)
            break;
        make_point(&made, i % 2, 1 + i);
        if (i < 2)
            assert_int_equal(journal_add_settings(journal, &made.point, &error), 0);
        assert_int_equal(add_repetition(journal, &made, i / 2, &error), 0);
        assert_int_equal(journal_commit(journal, &error), 0);
        assert_int_equal(journal_wait(journal, &error), 0);
    }
    journal_close(&journal);
}

static int commits_before(size_t cut)
{
    int commits = 0;
    while (commits < COMMITS && sizes[commits + 1] <= cut)
        commits++;
    return commits;
}

/* Cut anywhere, within lines and blocks and between them: all that was committed before the cut is
 * there, and nothing of what was not. Without a run line there is nothing to keep. */
static void a_cut_at_any_byte_keeps_what_was_committed(void **state)
{
    (void)state;
    size_t length;
    write_commits();
    char *bytes = slurp(JOURNAL, &length);
    assert_int_equal(length, sizes[COMMITS]);
    for (size_t cut = 1; cut<length; cut += cut> 64 && cut + 700 < length ? 13 : 1) {
        struct run_record run;
        struct seen seen;
        struct journal *journal;
        struct finish_report report;
        bool begun = cut >= sizes[0];
        spit(JOURNAL, bytes, cut);
        if (cut % 5 == 0 || cut + 3 > length) {
            assert_int_equal(results_finish(OUTPUT, NULL, NULL, &report, NULL), begun ? 0 : -1);
            if (begun)
                assert_true(report.repetitions == commits_before(cut) && report.damaged_lines == 0);
        }
        assert_int_equal(reopen(&run, &seen, &journal, NULL), begun ? 0 : 1);
        if (!begun)
            continue;
        assert_int_equal(seen.repetitions, commits_before(cut));
        journal_close(&journal);
        results_free_run(&run);
        struct stat status; /* settings stay, since they are a line of their own */
        assert_int_equal(stat(JOURNAL, &status), 0);
        assert_true((size_t)status.st_size >= sizes[commits_before(cut)] &&
                    (size_t)status.st_size <= cut);
    }
    free(bytes);
}

/* After a cut a sweep goes on, and what it adds counts. */
static void what_is_added_after_a_cut_counts(void **state)
{
    (void)state;
    size_t length;
    write_commits();
    char *bytes = slurp(JOURNAL, &length);
    for (size_t cut = sizes[0]; cut < length; cut += 397) {
        struct run_record run;
        struct seen seen;
        struct journal *journal;
        spit(JOURNAL, bytes, cut);
        assert_int_equal(reopen(&run, &seen, &journal, NULL), 0);
        append(journal, 5, 1);
        journal_close(&journal);
        results_free_run(&run);
        struct finish_report report = finish();
        assert_int_equal(report.repetitions, commits_before(cut) + REPETITIONS);
        assert_true(report.damaged_lines == 0 && !report.torn_tail);
    }
    free(bytes);
}

/* A bit that is wrong in a line or a block loses that repetition and no other, and is told. */
static void a_flipped_bit_loses_one_repetition(void **state)
{
    (void)state;
    size_t length;
    write_commits();
    char *bytes = slurp(JOURNAL, &length);
    for (size_t at = sizes[2]; at < sizes[3];
         at += at < sizes[2] + 60 || at + 60 > sizes[3] ? 1 : 97) {
        bytes[at] = (char)(bytes[at] ^ 4);
        spit(JOURNAL, bytes, length);
        bytes[at] = (char)(bytes[at] ^ 4);
        struct finish_report report = finish();
        assert_true(report.damaged_lines > 0 && report.first_damaged > 0);
        /* Without the newline at its end the next repetition's first line is damaged, too. */
        bool last = at + 1 == sizes[3];
        assert_int_equal(report.repetitions, COMMITS - 1 - last);
        struct results *results = open_results();
        assert_int_equal(results_row_count(results, TABLE_RANKS), RANKS * report.repetitions);
        results_close(&results);
    }
    free(bytes);
}

static void a_damaged_first_line_stops_a_resume_but_no_recovery(void **state)
{
    (void)state;
    size_t length;
    struct run_record run;
    struct journal *journal;
    struct seen seen;
    struct error error;
    write_sweep(2, 2);
    char *bytes = slurp(JOURNAL, &length);
    bytes[50] ^= 1;
    spit(JOURNAL, bytes, length);
    assert_int_equal(reopen(&run, &seen, &journal, &error), -1);
    assert_non_null(strstr(error.text, "first line"));
    struct finish_report report = finish();
    assert_true(report.points == 2 && report.first_damaged == 1 && !report.complete);
    struct results *results = open_results();
    assert_string_equal(results_run(results)->title, "unknown");
    results_close(&results);
    size_t second = line_start(bytes, length, 2);
    spit(JOURNAL, bytes + second, length - second);
    report = finish();
    assert_true(report.points == 2 && report.first_damaged == 1 && !report.complete);
    free(bytes);
}

/* ---- lines in another order, of another version, of nothing ---- */

/* Stretches of the journal in another order: the run (0), points 2, 1 and 0 (1 to 3), a session
 * (4). */
static size_t stretches[6];

static void write_stretches(void)
{
    struct run_record run;
    struct stat status;
    struct journal *journal = create(3, true);
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(stat(JOURNAL, &status), 0);
        stretches[i] = (size_t)status.st_size;
        if (i <= 3)
            append(journal, 3 - i, 1);
        make_run(&run, 3);
        if (i == 4)
            assert_int_equal(journal_append_session(journal, &run, NULL), 0);
        results_free_run(&run);
    }
    journal_close(&journal);
}

static void lines_count_in_any_order(void **state)
{
    (void)state;
    static const struct {
        int order[8];
        int64_t points, damaged, first, hosts;
        bool complete;
    } cases[] = {
        {{0, 1, 2, 3, 4, -1}, 3, 0, 0, 2, true}, {{0, 4, 3, 2, 1, -1}, 3, 0, 0, 2, true},
        {{1, 2, 3, 4, 0, -1}, 3, 0, 0, 2, true}, {{4, 0, 1, 2, 3, -1}, 3, 0, 0, 2, true},
        {{0, 1, 3, -1}, 2, 0, 0, 1, false},      {{0, 4, -1}, 0, 0, 0, 2, false},
        {{1, 2, 3, -1}, 3, 1, 1, 0, false},      {{0, 1, 0, 2, 3, -1}, 3, 1, 14, 1, true},
    };
    size_t length;
    write_stretches();
    char *bytes = slurp(JOURNAL, &length);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        FILE *file = fopen(JOURNAL, "wb");
        for (const int *part = cases[i].order; *part >= 0; part++)
            fwrite(bytes + stretches[*part], 1, stretches[*part + 1] - stretches[*part], file);
        fclose(file);
        struct finish_report report = finish();
        assert_int_equal(report.points, cases[i].points);
        assert_int_equal(report.damaged_lines, cases[i].damaged);
        assert_true(report.first_damaged == cases[i].first || cases[i].first > 1);
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

/* Puts `to` in the place of one byte of the run line, `offset` behind where `text` begins, with a
 * right CRC.
 */
static void change_run_line(const char *text, size_t offset, char to)
{
    size_t length;
    char *bytes = slurp(JOURNAL, &length), *data = strstr(bytes, "{\"run\":"),
         *end = strchr(data, '\n');
    end[-1] = '\0';
    char *place = strstr(data, text);
    assert_non_null(place);
    place[offset] = to;
    FILE *file = fopen(JOURNAL, "wb");
    write_data(file, data);
    fwrite(end + 1, 1, length - (size_t)(end + 1 - bytes), file);
    fclose(file);
    free(bytes);
}

/* Expects that a sweep refuses to go on with the journal and says why; it must be as it was,
 * `bytes`. */
static void check_not_reopened(const char *words, const char *bytes, size_t length)
{
    size_t after;
    struct error error;
    struct run_record run;
    struct seen seen;
    struct journal *journal;
    assert_int_equal(reopen(&run, &seen, &journal, &error), -1);
    assert_non_null(strstr(error.text, words));
    char *again = slurp(JOURNAL, &after);
    assert_true(after == length && memcmp(bytes, again, length) == 0);
    free(again);
}

/* Of a newer schema nothing is read, for its columns may mean something else; nor is the journal
 * touched. */
static void a_newer_journal_is_refused(void **state)
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

/* As another zmqsweep wrote it: rows of ours would not fit below; what is there can be recovered,
 * and what it does not have is missing. */
static void a_journal_of_other_columns_can_be_recovered(void **state)
{
    (void)state;
    size_t length;
    struct rank_record rank;
    struct point_record point;
    write_sweep(2, 2);
    change_run_line("\"sndhwm\"", 1, 'x');
    change_run_line("\"usage_s\"", 1, 'x');
    char *bytes = slurp(JOURNAL, &length);
    check_not_reopened("with other columns", bytes, length);
    assert_true(finish().points == 2);
    struct results *results = open_results();
    assert_int_equal(results_read(results, TABLE_RANKS, 1, 1, &rank, NULL), 0);
    assert_true(isnan(rank.usage_s) && rank.app_cpu_s == 0 && rank.rank == 1);
    assert_string_equal(rank.role, "receiver");
    assert_int_equal(results_read(results, TABLE_POINTS, 1, 1, &point, NULL), 0);
    assert_true(point.throughput_mbit_s == 101);
    results_close(&results);
    free(bytes);
}

/* Blocks that are shorter than the columns say are damaged. */
static void blocks_of_another_width_are_damaged(void **state)
{
    (void)state;
    write_sweep(1, 1);
    change_run_line("[\"role\",\"|S16\"]", sizeof "[\"role\",\"|S" - 1, '2');
    struct finish_report report = finish();
    assert_true(report.damaged_lines > 0 && report.repetitions == 0);
}

/* A journal of schema 1.1 has a line a point, with all its rows. */
static void a_journal_of_schema_1_1_is_read(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"run\":{\"format\":\"zmqsweep-results\",\"schema_version\":\"1.1\",\"title\":\"old\","
        "\"creator\":"
        "\"zmqsweep\","
        "\"creator_version\":\"0.1.0\",\"created\":\"\",\"uuid\":\"\",\"command_line\":\"\","
        "\"order_seed\":1,"
        "\"points_planned\":1,\"columns\":{\"points\":[\"point_id\",\"throughput_mbit_s\","
        "\"status\",\"stop_"
        "reason\"],"
        "\"repetitions\":[\"point_id\",\"repetition\",\"valid\"],\"ranks\":[\"point_id\"],"
        "\"intervals\":["
        "\"point_id\"],"
        "\"latency\":[\"point_id\"],\"hosts\":[\"name\"],\"environment\":[\"name\",\"value\"]},"
        "\"hosts\":[[\"n1\"]],\"environment\":[]}}",
        "{\"point\":[0,3.5,\"ok\",\"repetitions\"],\"repetitions\":[[0,0,1],[0,1,1]],\"ranks\":[],"
        "\"intervals\":[]}"};
    struct point_record point;
    struct repetition_record repetition;
    FILE *file = fopen(JOURNAL, "wb");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        write_data(file, lines[i]);
    fclose(file);
    struct finish_report report = finish();
    assert_true(report.complete && report.points == 1 && report.repetitions == 2 &&
                report.damaged_lines == 0);
    struct results *results = open_results();
    assert_int_equal(results_read(results, TABLE_POINTS, 0, 1, &point, NULL), 0);
    assert_true(point.throughput_mbit_s == 3.5 && isnan(point.spread_s));
    assert_int_equal(results_read(results, TABLE_REPETITIONS, 1, 1, &repetition, NULL), 0);
    assert_true(repetition.repetition == 1 && repetition.round == -1 && isnan(repetition.took_s));
    results_close(&results);
}

/* A line whose counts are not those of the blocks before it is no whole repetition. */
static void counts_must_be_those_of_the_blocks(void **state)
{
    (void)state;
    size_t length;
    write_commits();
    char *bytes = slurp(JOURNAL, &length);
    size_t first = sizes[1],
           block_end = line_start(bytes + first, length - first, 3); /* behind settings and ranks */
    FILE *file = fopen(JOURNAL, "wb"); /* the block of ranks is cut out */
    size_t settings_end = line_start(bytes + first, length - first, 2);
    fwrite(bytes, 1, first + settings_end, file);
    fwrite(bytes + first + block_end, 1, length - first - block_end, file);
    fclose(file);
    struct finish_report report = finish();
    assert_true(report.repetitions == COMMITS - 1 && report.damaged_lines == 1);
    free(bytes);
}

static void other_files_are_no_journal(void **state)
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

static void a_resumed_journal_goes_on(void **state)
{
    (void)state;
    struct run_record run, session;
    struct journal *journal;
    struct seen seen;
    write_sweep(2, 3);
    for (int number = 2; number <= 3; number++) {
        assert_int_equal(reopen(&run, &seen, &journal, NULL), 0);
        assert_true(seen.repetitions == 2 * REPETITIONS && seen.stops == 2 && seen.settings == 2);
        assert_int_equal(run.host_count, number - 1);
        make_run(&session, 3);
        assert_int_equal(journal_append_session(journal, &session, NULL), 0);
        results_free_run(&session);
        results_free_run(&run);
        journal_close(&journal);
    }
    assert_int_equal(reopen(&run, &seen, &journal, NULL), 0);
    append(journal, 2, 5);
    journal_close(&journal);
    assert_int_equal(run.host_count, 3);
    assert_int_equal(run.environment_count, 6);
    assert_string_equal(run.environment[2].name, "session-2/option.size");
    assert_string_equal(run.environment[5].name, "session-3/libzmq");
    results_free_run(&run);
    assert_true(finish().complete);
}

static void a_journal_has_one_writer(void **state)
{
    (void)state;
    struct run_record run;
    struct journal *other = NULL, *journal = create(1, false);
    struct seen seen;
    struct error error;
    size_t before, after;
    char pid[40];
    int reader;
    char *bytes = slurp(JOURNAL, &before);
    free(bytes);
    snprintf(pid, sizeof pid, "in use by process %d on ", (int)getpid());
    assert_int_equal(reopen(&run, &seen, &other, &error), -1);
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
    assert_int_equal(journal_create(OUTPUT, &run, true, &other, &error),
                     -1); /* a reader keeps writers out */
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
    if (journal_ensure(journal, &again, &error))
        fail_msg("%s", error.text);
    assert_int_equal(again, written_again);
    assert_int_equal(access(JOURNAL ".partial", F_OK), -1);
}

static void a_removed_journal_is_written_again(void **state)
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

static void another_file_of_the_name_is_left_alone(void **state)
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
    assert_int_equal(journal_ensure(journal, &again, &error), -1);
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

static void a_changed_journal_is_an_error(void **state)
{
    (void)state;
    struct journal *journal = create(2, false);
    struct error error;
    bool again;
    append(journal, 0, 1);
    assert_int_equal(truncate(JOURNAL, 100), 0);
    append(journal, 1, 1);
    assert_int_equal(journal_ensure(journal, &again, &error), -1);
    assert_non_null(strstr(error.text, "changed"));
    journal_close(&journal);
}

static void a_folder_that_is_gone_is_an_error(void **state)
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
    assert_int_equal(journal_ensure(journal, &again, &error), -1);
    assert_non_null(strstr(error.text, "No such file"));
    journal_close(&journal);
}

/* As a kill before the first line was on disk leaves it: nothing is lost by beginning anew. */
static void a_journal_that_holds_nothing_is_begun_anew(void **state)
{
    (void)state;
    struct run_record run;
    struct journal *journal = create(1, false);
    struct seen seen;
    size_t length;
    journal_close(&journal);
    char *bytes = slurp(JOURNAL, &length);
    for (size_t cut = 0; cut < length; cut++) {
        FILE *file = fopen(JOURNAL, "w");
        fwrite(bytes, 1, cut, file);
        fclose(file);
        assert_int_equal(reopen(&run, &seen, &journal, NULL), 1);
        assert_null(journal);
        assert_int_equal(access(JOURNAL, F_OK), -1);
    }
    FILE *file = fopen(JOURNAL, "w"); /* zeros: its blocks never reached the disk */
    for (size_t i = 0; i < length; i++)
        fputc(0, file);
    fclose(file);
    assert_int_equal(reopen(&run, &seen, &journal, NULL), 1);
    file = fopen(JOURNAL, "w"); /* somebody's text */
    fputs("something else", file);
    fclose(file);
    assert_int_equal(reopen(&run, &seen, &journal, NULL), -1);
    assert_int_equal(access(JOURNAL, F_OK), 0);
    free(bytes);
}

static void leftovers_are_removed(void **state)
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

static void append_beyond_limit(void)
{
    struct run_record run;
    struct seen seen;
    struct journal *journal;
    struct error error = {""};
    struct stat before, after;
    CHILD_CHECK(reopen(&run, &seen, &journal, &error) == 0);
    results_free_run(&run);
    CHILD_CHECK(stat(JOURNAL, &before) == 0);
    CHILD_CHECK(append_as(journal, 5, 1, NULL, &error) == JOURNAL_FAILED);
    CHILD_CHECK(strstr(error.text, "File too large") != NULL);
    CHILD_CHECK(stat(JOURNAL, &after) == 0 && before.st_size == after.st_size);
    journal_close(&journal);
}

static void a_full_disk_keeps_what_was_committed(void **state)
{
    (void)state;
    struct stat status;
    write_sweep(5, 6);
    assert_int_equal(stat(JOURNAL, &status), 0);
    for (rlim_t more = 0; more < 9000; more += 700)
        in_child_with_limit((rlim_t)status.st_size + more, append_beyond_limit);
    assert_int_equal(finish().points, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_before_a_drop_does_not_count),
        TEST(an_interrupted_point_is_not_complete),
        TEST(foreign_rows_are_refused),
        TEST(a_lost_repetition_is_missed),
        TEST(nothing_counts_without_a_commit),
        TEST(a_repetition_of_many_blocks_is_read_whole),
        TEST(a_cut_at_any_byte_keeps_what_was_committed),
        TEST(what_is_added_after_a_cut_counts),
        TEST(a_flipped_bit_loses_one_repetition),
        TEST(a_damaged_first_line_stops_a_resume_but_no_recovery),
        TEST(lines_count_in_any_order),
        TEST(a_newer_journal_is_refused),
        TEST(a_journal_of_other_columns_can_be_recovered),
        TEST(blocks_of_another_width_are_damaged),
        TEST(a_journal_of_schema_1_1_is_read),
        TEST(counts_must_be_those_of_the_blocks),
        TEST(other_files_are_no_journal),
        TEST(a_resumed_journal_goes_on),
        TEST(a_journal_has_one_writer),
        TEST(a_removed_journal_is_written_again),
        TEST(another_file_of_the_name_is_left_alone),
        TEST(a_changed_journal_is_an_error),
        TEST(a_folder_that_is_gone_is_an_error),
        TEST(a_journal_that_holds_nothing_is_begun_anew),
        TEST(leftovers_are_removed),
        TEST(a_full_disk_keeps_what_was_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
