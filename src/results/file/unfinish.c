/* unfinish.c - turns an incomplete file back into a journal, so that a sweep can go on. */
#include "journal/writer.h"

#include "zmqsweep/results_file.h"
#include "zmqsweep/results_finish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Rows of one table, read forward. */
struct cursor {
    enum table_id table;
    int64_t next, first, count; /* next row; first and number of those in the buffer */
    char *buffer;
};
#define CURSOR_ROWS 1024

static const char *cursor_row(struct cursor *cursor, struct results *results, struct error *error,
                              int *failed)
{
    int64_t left = results_row_count(results, cursor->table) - cursor->next;
    if (left <= 0)
        return NULL;
    if (cursor->next >= cursor->first + cursor->count) {
        cursor->first = cursor->next;
        cursor->count = left < CURSOR_ROWS ? left : CURSOR_ROWS;
        *failed = results_read(results, cursor->table, cursor->first, cursor->count, cursor->buffer,
                               error);
        if (*failed)
            return NULL;
    }
    size_t row = (size_t)(cursor->next - cursor->first);
    return cursor->buffer + row * result_tables[cursor->table].record_bytes;
}

static bool is_of(const char *row, int64_t point_id, int64_t repetition)
{
    int64_t ids[2];
    memcpy(ids, row, sizeof ids);
    return ids[0] == point_id && ids[1] == repetition;
}

/* Adds the rows of a repetition to the journal. They are the next rows under each cursor. */
static int copy_rows(struct cursor *cursor, struct results *results,
                     const struct repetition_record *repetition, struct journal *journal,
                     struct error *error)
{
    int failed = 0;
    const char *row;
    while (!failed && (row = cursor_row(cursor, results, error, &failed)) != NULL &&
           is_of(row, repetition->point_id, repetition->repetition)) {
        failed = journal_add_rows(journal, cursor->table, row, 1, error);
        cursor->next++;
    }
    return failed;
}

static int copy_repetition(struct results *results, struct cursor *cursors,
                           const struct repetition_record *repetition, struct journal *journal,
                           struct error *error)
{
    int failed = 0;
    journal_begin_repetition(journal, repetition->point_id, repetition->repetition);
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY && !failed; t++)
        failed = copy_rows(&cursors[t], results, repetition, journal, error);
    return failed ? failed : journal_add_repetition(journal, repetition, error);
}

/* Copies a point. An interrupted point gets no stop line, so that the sweep goes on with it. */
static int copy_point(struct results *results, struct cursor *cursors,
                      const struct point_record *point, struct journal *journal,
                      struct error *error)
{
    struct cursor *repetitions = &cursors[TABLE_REPETITIONS];
    int failed = journal_add_settings(journal, point, error);
    const char *row;
    while (!failed && (row = cursor_row(repetitions, results, error, &failed)) != NULL &&
           *(const int64_t *)row == point->point_id) {
        failed = copy_repetition(results, cursors, (const struct repetition_record *)row, journal,
                                 error);
        repetitions->next++;
    }
    if (!failed && strcmp(point->stop_reason, "interrupted") != 0)
        failed = journal_add_stop(journal, point->point_id, point->stop_reason, point->repetitions,
                                  error);
    return failed;
}

static int copy_points(struct results *results, const char *output, struct journal *journal,
                       struct error *error)
{
    struct cursor cursors[TABLE_LATENCY + 1] = {{0}};
    int failed = 0;
    for (int t = TABLE_POINTS; t <= TABLE_LATENCY && !failed; t++) {
        cursors[t].table = (enum table_id)t;
        cursors[t].buffer = malloc(CURSOR_ROWS * result_tables[t].record_bytes);
        if (!cursors[t].buffer)
            failed = error_set(error, "%s: out of memory", output);
    }
    const char *point;
    while (!failed &&
           (point = cursor_row(&cursors[TABLE_POINTS], results, error, &failed)) != NULL) {
        failed = copy_point(results, cursors, (const struct point_record *)point, journal, error);
        cursors[TABLE_POINTS].next++;
    }
    for (int t = TABLE_POINTS; t <= TABLE_LATENCY; t++) {
        if (!failed && cursors[t].next < results_row_count(results, (enum table_id)t))
            failed = error_set(error, "%s: table %s has rows that belong to no point", output,
                               result_tables[t].name);
        free(cursors[t].buffer);
    }
    return failed;
}

/* Checks every table's CRC. All rows must have been read in order before. */
static int verify_tables(struct results *results, struct error *error)
{
    for (int t = 0; t < TABLE_TOTAL; t++)
        if (results_verify_read(results, (enum table_id)t, error))
            return -1;
    return 0;
}

static int read_hosts(struct results *results, struct run_record *run, struct error *error)
{
    int64_t hosts = results_row_count(results, TABLE_HOSTS);
    int64_t environment = results_row_count(results, TABLE_ENVIRONMENT);
    run->hosts = calloc((size_t)hosts + 1, sizeof *run->hosts);
    run->environment = calloc((size_t)environment + 1, sizeof *run->environment);
    if (!run->hosts || !run->environment)
        return error_set(error, "out of memory for the hosts of the run");
    run->host_count = (size_t)hosts;
    run->environment_count = (size_t)environment;
    if (results_read(results, TABLE_HOSTS, 0, hosts, run->hosts, error))
        return -1;
    return results_read(results, TABLE_ENVIRONMENT, 0, environment, run->environment, error);
}

/* Gives the finished journal its name, unless there is one: link() does not replace. */
static int publish(const char *partial, const char *path, struct error *error)
{
    if (link(partial, path) == 0) {
        unlink(partial);
        return 0;
    }
    bool no_links = errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK;
    if (errno == EEXIST || (no_links && access(path, F_OK) == 0))
        return journal_refuse_existing(path, error);
    if (no_links && rename(partial, path) == 0)
        return 0;
    return error_set(error, "%s: %s", path, strerror(errno));
}

/* Writes the journal and gives it its name only when it is whole: half a journal would hide the
 * points of the file. */
static int write_journal(struct results *results, const struct run_record *run, const char *output,
                         struct error *error)
{
    char path[DISK_PATH_BYTES], partial[DISK_PATH_BYTES + 16];
    struct journal *journal = NULL;
    if (journal_path(output, path, sizeof path - 16))
        return error_set(error, "%.200s...: the name is too long", output);
    if (access(path, F_OK) == 0)
        return journal_refuse_existing(path, error);
    snprintf(partial, sizeof partial, "%s.partial", path);
    int failed = journal_create_at(partial, run, true, &journal, error);
    if (failed)
        return failed;
    failed = copy_points(results, output, journal, error);
    if (!failed)
        failed = verify_tables(results, error);
    if (!failed)
        failed = journal_commit(journal, error);
    if (!failed)
        failed = journal_wait(journal, error);
    if (!failed)
        failed = publish(partial, path, error);
    if (failed)
        unlink(partial);
    journal_close(&journal);
    (void)disk_sync_folder(path);
    return failed;
}

int results_to_journal(const char *output, struct error *error)
{
    struct results *results = NULL;
    if (results_open(output, &results, error))
        return -1;
    struct run_record run = *results_run(results);
    int failed = read_hosts(results, &run, error);
    if (!failed)
        failed = write_journal(results, &run, output, error);
    results_free_run(&run);
    results_close(&results);
    return failed;
}
