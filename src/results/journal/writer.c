/* writer.c - writes the journal of a sweep. The rows and the line of a repetition are written, then
 * committed, then brought to disk while the next repetition runs. */
#include "journal/writer.h"

#include "journal/lock.h"
#include "lines/encode.h"
#include "rows/row.h"

#include "zmqsweep/journal_reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The approximate size of a block. Rows go out in blocks, so that memory does not grow with the
 * ranks. */
#define BLOCK_BYTES ((size_t)256 * 1024)
/* Text that waits to be written is written when it is longer than this, committed or not. */
#define TEXT_BYTES ((size_t)512 * 1024)

int journal_path(const char *output, char *path, size_t length)
{
    int needed = snprintf(path, length, "%s.journal", output);
    return needed >= 0 && (size_t)needed < length ? 0 : -1;
}

/* ---- what waits to be written ---- */

static int no_memory(const struct journal *journal, struct error *error)
{
    return error_set(error, "%s: out of memory for what is to be written", journal->path);
}

/* Cuts the file where the last commit ended. */
static int truncate_to_commit(struct journal *journal, struct error *error)
{
    error_set(error, "%s: cannot be written: %s", journal->path, strerror(errno));
    if (ftruncate(journal->fd, journal->end))
        error_set(error, "%s: cannot be written, and a torn line stays at its end: %s",
                  journal->path, strerror(errno));
    journal->size = journal->end;
    journal->text_used = 0;
    return JOURNAL_FAILED;
}

static int write_buffer(struct journal *journal, struct error *error)
{
    if (disk_write_whole(journal->fd, journal->text, journal->text_used))
        return truncate_to_commit(journal, error);
    journal->size += (off_t)journal->text_used;
    journal->text_used = 0;
    return 0;
}

static int buffer_bytes(struct journal *journal, const void *bytes, size_t length,
                        struct error *error)
{
    if (journal->text_used + length > journal->text_capacity) {
        size_t capacity = 2 * journal->text_capacity + length;
        char *more = realloc(journal->text, capacity);
        if (!more)
            return no_memory(journal, error);
        journal->text = more;
        journal->text_capacity = capacity;
    }
    memcpy(journal->text + journal->text_used, bytes, length);
    journal->text_used += length;
    return 0;
}

/* Appends `line` to the text that waits, and takes it over. NULL: making the line has failed, and
 * `error` is set already. */
static int buffer_line(struct journal *journal, char *line, size_t length, struct error *error)
{
    if (!line)
        return -1;
    int failed = buffer_bytes(journal, line, length, error);
    free(line);
    return failed;
}

/* ---- rows ---- */

static int flush_rows(struct journal *journal, enum table_id table, struct error *error)
{
    struct row_buffer *rows = &journal->rows[table];
    if (rows->count == 0)
        return 0;
    const struct encode_block block = {table,       journal->point_id, journal->repetition,
                                       rows->count, rows->bytes,       rows->used};
    size_t length = 0;
    char *line = encode_block(&block, &length, error);
    int failed = buffer_line(journal, line, length, error);
    if (!failed)
        failed = buffer_bytes(journal, rows->bytes, rows->used, error);
    if (!failed)
        failed = buffer_bytes(journal, "\n", 1, error);
    rows->count = rows->used = 0;
    if (!failed && journal->text_used > TEXT_BYTES)
        failed = write_buffer(journal, error);
    return failed;
}

int journal_add_rows(struct journal *journal, enum table_id table, const void *records,
                     size_t count, struct error *error)
{
    const struct table_spec *spec = &result_tables[table];
    struct row_buffer *rows = &journal->rows[table];
    const size_t row_bytes = row_packed_bytes(spec);
    if (!rows->bytes && !(rows->bytes = malloc(BLOCK_BYTES)))
        return no_memory(journal, error);
    for (size_t i = 0; i < count; i++) {
        const char *record = (const char *)records + i * spec->record_bytes;
        int64_t ids[2]; /* all of these tables begin with the numbers of point and repetition */
        memcpy(ids, record, sizeof ids);
        if (journal->point_id != ids[0] || journal->repetition != ids[1])
            return error_set(
                error, "rows of another repetition were given with repetition %lld of point %lld",
                (long long)journal->repetition, (long long)journal->point_id);
        if (rows->used + row_bytes > BLOCK_BYTES) {
            int failed = flush_rows(journal, table, error);
            if (failed)
                return failed;
        }
        row_pack(spec, record, rows->bytes + rows->used);
        rows->used += row_bytes;
        rows->count++;
        journal->row_counts[table]++;
    }
    return 0;
}

void journal_begin_repetition(struct journal *journal, int64_t point_id, int64_t repetition)
{
    journal->point_id = point_id;
    journal->repetition = repetition;
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY; t++) {
        journal->rows[t].count = journal->rows[t].used = 0;
        journal->row_counts[t] = 0;
    }
}

int journal_add_repetition(struct journal *journal, const struct repetition_record *row,
                           struct error *error)
{
    size_t length = 0;
    int failed = 0;
    if (row->point_id != journal->point_id || row->repetition != journal->repetition)
        return error_set(error, "a repetition was given that was not begun");
    for (int t = TABLE_RANKS; t <= TABLE_LATENCY && !failed; t++)
        failed = flush_rows(journal, (enum table_id)t, error);
    if (failed)
        return failed;
    char *line = encode_repetition(row, journal->row_counts, &length, error);
    return buffer_line(journal, line, length, error);
}

int journal_add_settings(struct journal *journal, const struct point_record *row,
                         struct error *error)
{
    size_t length = 0;
    char *line = encode_settings(row, &length, error);
    return buffer_line(journal, line, length, error);
}

int journal_add_stop(struct journal *journal, int64_t point_id, const char *reason,
                     int64_t repetitions, struct error *error)
{
    size_t length = 0;
    char *line = encode_stop(point_id, reason, repetitions, &length, error);
    return buffer_line(journal, line, length, error);
}

int journal_add_drop(struct journal *journal, int64_t point_id, struct error *error)
{
    size_t length = 0;
    char *line = encode_drop(point_id, &length, error);
    return buffer_line(journal, line, length, error);
}

/* ---- commit and sync ---- */

int journal_wait(struct journal *journal, struct error *error)
{
    int failed = syncer_wait(&journal->syncer);
    if (!failed)
        return 0;
    errno = failed;
    error_set(error, "%s: cannot be brought to disk: %s", journal->path, strerror(failed));
    return JOURNAL_FAILED;
}

int journal_commit(struct journal *journal, struct error *error)
{
    int failed = journal_wait(journal, error);
    if (!failed)
        failed = write_buffer(journal, error);
    if (failed)
        return failed;
    journal->end = journal->size;
    syncer_begin(&journal->syncer, journal->fd);
    return 0;
}

int64_t journal_synced_ns(struct journal *journal)
{
    pthread_mutex_lock(&journal->syncer.mutex);
    int64_t ended_ns = journal->syncer.busy ? INT64_MAX : journal->syncer.ended_ns;
    pthread_mutex_unlock(&journal->syncer.mutex);
    return ended_ns;
}

int64_t journal_slowest_sync_ns(struct journal *journal)
{
    pthread_mutex_lock(&journal->syncer.mutex);
    int64_t slowest_ns = journal->syncer.slowest_ns;
    pthread_mutex_unlock(&journal->syncer.mutex);
    return slowest_ns;
}

/* Writes one line by itself; it is on disk on return. */
static int sync_line(struct journal *journal, char *line, size_t length, struct error *error)
{
    int failed = buffer_line(journal, line, length, error);
    if (!failed)
        failed = journal_commit(journal, error);
    return failed ? failed : journal_wait(journal, error);
}

int journal_append_session(struct journal *journal, const struct run_record *run,
                           struct error *error)
{
    size_t length = 0;
    char *line = encode_session(run, false, &length, error);
    return sync_line(journal, line, length, error);
}

int journal_append_notes(struct journal *journal, const struct run_record *run, struct error *error)
{
    size_t length = 0;
    char *line = encode_session(run, true, &length, error);
    return sync_line(journal, line, length, error);
}

/* ---- making and closing ---- */

struct journal *journal_new(const char *path, struct error *error)
{
    struct journal *made = calloc(1, sizeof *made);
    if (!made) {
        error_set(error, "%s: out of memory", path);
        return NULL;
    }
    snprintf(made->path, sizeof made->path, "%s", path);
    made->fd = -1;
    int failed = syncer_start(&made->syncer);
    if (!failed)
        return made;
    error_set(error, "%s: no thread to write it with: %s", path, strerror(failed));
    free(made);
    return NULL;
}

void journal_close(struct journal **journal)
{
    struct journal *closing = *journal;
    if (!closing)
        return;
    syncer_stop(&closing->syncer);
    if (closing->fd >= 0)
        close(closing->fd);
    for (int t = 0; t <= TABLE_LATENCY; t++)
        free(closing->rows[t].bytes);
    free(closing->text);
    free(closing);
    *journal = NULL;
}

int journal_refuse_existing(const char *path, struct error *error)
{
    if (journal_in_use(path, error))
        return -1;
    return error_set(error, "%s already exists: --resume goes on with it, --force starts over",
                     path);
}

/* Writes the first line, and brings it and the file's name to disk. */
static int begin_file(struct journal *journal, const struct run_record *run, struct error *error)
{
    if (ftruncate(journal->fd, 0)) {
        error_set(error, "%s: cannot be emptied: %s", journal->path, strerror(errno));
        return JOURNAL_FAILED;
    }
    size_t length = 0;
    char *line = encode_run(run, &length, error);
    int failed = sync_line(journal, line, length, error);
    if (!failed && disk_sync_folder(journal->path)) {
        error_set(error, "%s: its folder cannot be synced: %s", journal->path, strerror(errno));
        failed = JOURNAL_FAILED;
    }
    if (failed)
        unlink(journal->path);
    return failed;
}

int journal_create_at(const char *path, const struct run_record *run, bool replace,
                      struct journal **journal, struct error *error)
{
    bool exists;
    struct journal *made = journal_new(path, error);
    if (!made)
        return -1;
    made->fd = journal_open_locked(path, O_CREAT | (replace ? 0 : O_EXCL), &exists, error);
    int rc = made->fd >= 0 ? begin_file(made, run, error)
             : exists      ? journal_refuse_existing(path, error)
                           : made->fd;
    if (rc)
        journal_close(&made);
    else
        *journal = made;
    return rc;
}

int journal_create(const char *output, const struct run_record *run, bool replace,
                   struct journal **journal, struct error *error)
{
    char path[DISK_PATH_BYTES];
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    return journal_create_at(path, run, replace, journal, error);
}
