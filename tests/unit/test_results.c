/* test_results.c - the HDF5 file that is made of a journal, what is refused as one, and CSV. */
#include "sweeps.h"

#include "zmqsweep/summary.h"

#include <hdf5.h>
#include <inttypes.h>

/* ---- from the journal to the file ---- */

static void check_summary(const struct point_record *point, const struct made *made, double rate)
{
    assert_int_equal(point->point_id, made->point.point_id);
    assert_string_equal(point->settings, made->point.settings);
    assert_true(point->throughput_mbit_s == rate && point->throughput_low_mbit_s == rate);
    assert_int_equal(point->repetitions, REPETITIONS);
    assert_int_equal(point->valid_repetitions, REPETITIONS - 1);
    assert_int_equal(point->sent, 2 * (INT64_MAX / 4));
    assert_string_equal(point->status, "partial");
    assert_string_equal(point->stop_reason, "repetitions");
    assert_int_equal(point->latency_messages, 2 * LATENCIES * 4); /* of the valid ones */
    assert_true(point->latency_p50_us > 0.19 && point->latency_p50_us < 0.21);
    assert_true(isnan(point->latency_p99_us)); /* of 40 samples nothing lies beyond */
    assert_true(point->latency_bound_us > 0.29 && point->latency_bound_us <= 0.31);
}

/* What was measured goes into the file as it was, and is summed up. */
static void what_was_measured_is_read_back(void **state)
{
    (void)state;
    static struct made wanted, found;
    write_sweep(100, 100);
    struct finish_report report = finish();
    assert_int_equal(report.points, 100);
    assert_int_equal(report.settled, 100);
    assert_int_equal(report.repetitions, 100 * REPETITIONS);
    assert_int_equal(report.damaged_lines, 0);
    assert_false(report.torn_tail);
    assert_true(report.complete);
    struct results *results = open_results();
    assert_true(results_complete(results));
    assert_int_equal(results_row_count(results, TABLE_INTERVALS), 100 * INTERVALS * REPETITIONS);
    const struct {
        enum table_id table;
        void *rows;
        int64_t count;
    } parts[] = {{TABLE_POINTS, &found.point, 1},
                 {TABLE_REPETITIONS, found.repetitions, REPETITIONS},
                 {TABLE_RANKS, found.ranks, REPETITIONS * RANKS},
                 {TABLE_INTERVALS, found.intervals, REPETITIONS * INTERVALS},
                 {TABLE_LATENCY, found.latencies, REPETITIONS * LATENCIES}};
    for (int64_t id = 0; id < 100; id++) {
        make_point(&wanted, id, 100.0 + (double)id);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            assert_int_equal(results_read(results, parts[i].table, id * parts[i].count,
                                          parts[i].count, parts[i].rows, NULL),
                             0);
        assert_memory_equal(found.repetitions, wanted.repetitions, sizeof found.repetitions);
        assert_memory_equal(found.ranks, wanted.ranks, sizeof found.ranks);
        assert_memory_equal(found.intervals, wanted.intervals, sizeof found.intervals);
        assert_memory_equal(found.latencies, wanted.latencies, sizeof found.latencies);
        check_summary(&found.point, &wanted, 100.0 + (double)id);
    }
    results_close(&results);
}

static void attributes_of_a_run_are_read_back(void **state)
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

static void finish_beyond_limit(void)
{
    struct error error = {""};
    CHILD_CHECK(results_finish(OUTPUT, NULL, NULL, NULL, &error) == -1);
    CHILD_CHECK(strstr(error.text, "File too large") != NULL);
    CHILD_CHECK(access(OUTPUT, F_OK) == -1 && access(OUTPUT ".partial", F_OK) == -1);
}

static void a_full_disk_leaves_no_half_file(void **state)
{
    (void)state;
    write_sweep(5, 6);
    for (rlim_t limit = 0; limit < 20000; limit += 700)
        in_child_with_limit(limit, finish_beyond_limit);
    assert_int_equal(finish().points, 5);
}

/* ---- file to journal ---- */

static uint32_t table_crc(const char *table)
{
    uint32_t crc = 0;
    hid_t file = H5Fopen(OUTPUT, H5F_ACC_RDONLY, H5P_DEFAULT),
          set = H5Dopen2(file, table, H5P_DEFAULT);
    hid_t attribute = H5Aopen(set, "crc32", H5P_DEFAULT);
    assert_true(H5Aread(attribute, H5T_NATIVE_UINT32, &crc) >= 0);
    H5Aclose(attribute);
    H5Dclose(set);
    H5Fclose(file);
    return crc;
}

static void a_file_becomes_a_journal_again(void **state)
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

static void other_files_are_refused(void **state)
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

static void tables_that_are_not_ours_are_refused(void **state)
{
    (void)state;
    hsize_t one = 1;
    write_sweep(2, 2);
    finish();
    hid_t file = H5Fopen(OUTPUT, H5F_ACC_RDWR, H5P_DEFAULT),
          space = H5Screate_simple(1, &one, NULL);
    H5Ldelete(file, "ranks", H5P_DEFAULT);
    H5Fflush(file, H5F_SCOPE_GLOBAL);
    H5Fclose(file);
    check_refused(OUTPUT, "has no table ranks");
    file = H5Fopen(OUTPUT, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Dclose(
        H5Dcreate2(file, "ranks", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
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

static void flipped_bits_of_a_file_are_found(void **state)
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
    results_csv_row(out, table, record);
    fclose(out);
}

static void csv_quotes_what_needs_it(void **state)
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

static void csv_numbers_read_back_the_same(void **state)
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

static void csv_has_a_line_for_every_row(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length, lines = 0;
    write_sweep(50, 50);
    finish();
    struct results *results = open_results();
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(results_csv_table(out, results, TABLE_INTERVALS, NULL), 0);
    fclose(out);
    const char *names =
        "point_id,repetition,rank,start_us,length_us,messages,bytes"; /* and columns to come */
    assert_int_equal(strncmp(text, names, strlen(names)), 0);
    assert_memory_equal(text + strcspn(text, "\r"), "\r\n", 2);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1 + 50 * INTERVALS * REPETITIONS);
    free(text);
    out = fopen("/dev/full", "w");
    struct error error = {""};
    assert_int_equal(results_csv_table(out, results, TABLE_POINTS, &error), -1);
    assert_non_null(strstr(error.text, "No space left"));
    fclose(out);
    results_close(&results);
}

static void tables_have_their_names(void **state)
{
    (void)state;
    assert_int_equal(results_table_named("points"), TABLE_POINTS);
    assert_int_equal(results_table_named("environment"), TABLE_ENVIRONMENT);
    assert_int_equal(results_table_named("nodes"), -1);
    assert_string_equal(result_tables[TABLE_POINTS].columns[1].name, "settings");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tables_have_their_names),
        TEST(what_was_measured_is_read_back),
        TEST(attributes_of_a_run_are_read_back),
        TEST(a_full_disk_leaves_no_half_file),
        TEST(a_file_becomes_a_journal_again),
        TEST(other_files_are_refused),
        TEST(tables_that_are_not_ours_are_refused),
        TEST(flipped_bits_of_a_file_are_found),
        TEST(csv_quotes_what_needs_it),
        TEST(csv_numbers_read_back_the_same),
        TEST(csv_has_a_line_for_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
