/* finish.c - from the journal to the HDF5 file, which gets its name only when it is whole and on disk. */
#include "journal.h"
#include "writer.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line that belongs to a point. */
struct entry {
    int64_t point_id;
    off_t offset, first_block; /* of the line; of a repetition's first block */
    enum line_kind kind;
};

struct finish {
    const char *journal;
    struct journal_reader reader;
    struct journal_progress progress;
    struct run_record run;
    struct row_format format;
    int64_t run_line; /* 0: there is none */
    struct entry *entries;
    size_t count, capacity;
    struct finish_report report;
    const struct finish_watch *watch;
    struct file_writer file;
    struct stats_schedule schedule; /* of the last point that has a precision */
    struct histogram *latencies;    /* of one point */
};

/* ---- first pass: which lines there are ---- */

static void note_damage(struct finish *finish, int64_t line)
{
    finish->report.damaged_lines++;
    if (finish->report.first_damaged == 0 || line < finish->report.first_damaged)
        finish->report.first_damaged = line;
}

static int add_entry(struct finish *finish, const struct journal_line *line, struct error *error)
{
    if (finish->count == finish->capacity) {
        size_t capacity = finish->capacity ? 2 * finish->capacity : 256;
        struct entry *grown = realloc(finish->entries, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, "%s: out of memory for its points", finish->journal);
        finish->entries = grown;
        finish->capacity = capacity;
    }
    finish->entries[finish->count++] =
        (struct entry){line->point_id, line->offset, finish->progress.first_block, line->kind};
    return 0;
}

/* Finds the run line, for what the other lines say depends on it. It is the first, unless the journal is
 * damaged or out of order. One that is not readable counts as damaged, one of a newer schema is an error. */
static int find_run(struct finish *finish, struct error *error)
{
    struct journal_line line;
    struct error cause = {""};
    finish->reader.trusted = true;
    while (finish->run_line == 0 && journal_reader_next(&finish->reader, &line) > 0) {
        if (line.kind != LINE_RUN)
            continue;
        if (json_to_run(line.data, line.data_length, finish->journal, &finish->run, &finish->format,
                        &cause) == 0)
            finish->run_line = line.number;
        else if (strstr(cause.text, "newer than"))
            return error_set(error, "%s", cause.text);
        else
            row_format_default(&finish->format);
    }
    finish->reader.trusted = false;
    finish->reader.number = 0;
    if (journal_reader_seek(&finish->reader, 0))
        return error_set(error, "%s: cannot be read: %s", finish->journal, strerror(errno));
    return 0;
}

/* Are the rows of a block as the run's line says, and of the repetition that it names? */
static bool block_is_good(const struct finish *finish, const struct journal_line *line)
{
    const size_t row_bytes = finish->format.row_bytes[line->table];
    int64_t ids[2];
    bool good = row_bytes > 0 && line->block_bytes == line->count * row_bytes;
    for (size_t i = 0; i < line->count && good; i++)
        good = row_format_ids(&finish->format, line->table, line->block + i * row_bytes, ids) == 0 &&
               ids[0] == line->point_id && ids[1] == line->repetition;
    return good;
}

/* What can be read of a line that belongs to a point, once, so that the second pass finds no fault with it.
 */
static bool point_line_is_good(const struct finish *finish, const struct journal_line *line)
{
    char reason[16];
    int64_t repetitions;
    struct point_record point;
    struct repetition_record repetition;
    switch (line->kind) {
    case LINE_SETTINGS:
        return json_to_settings(line->data, line->data_length, &finish->format, &point) == 0;
    case LINE_REPETITION:
        return json_to_repetition(line->data, line->data_length, &finish->format, &repetition) == 0 &&
               repetition.point_id == line->point_id;
    case LINE_STOP:
        return json_to_stop(line->data, line->data_length, reason, sizeof reason, &repetitions) == 0;
    default:
        return true;
    }
}

static int take_point_line(struct finish *finish, const struct journal_line *line, bool whole,
                           struct error *error)
{
    struct point_rows rows;
    bool good = point_line_is_good(finish, line) && (line->kind != LINE_REPETITION || whole);
    if (line->kind == LINE_POINT) {
        good = journal_line_point(line, &finish->format, &rows) == 0;
        if (good)
            point_rows_clear(&rows);
    }
    if (line->number == 1 && finish->run_line == 0)
        note_damage(finish, line->number); /* the run line is missing */
    if (good)
        return add_entry(finish, line, error);
    note_damage(finish, line->number);
    return 0;
}

static int take_line(struct finish *finish, struct journal_line *line, struct error *error)
{
    if (line->kind == LINE_ROWS && !block_is_good(finish, line))
        line->kind = LINE_DAMAGED;
    bool whole = journal_progress_take(&finish->progress, line);
    switch (line->kind) {
    case LINE_RUN:
        if (line->number != finish->run_line)
            note_damage(finish, line->number);
        return 0;
    case LINE_SESSION:
        if (json_add_session(line->data, line->data_length, &finish->format, &finish->run))
            note_damage(finish, line->number);
        return 0;
    case LINE_ROWS: /* comes with its repetition */
        return 0;
    case LINE_TORN:
        finish->report.torn_tail = true;
        return 0;
    case LINE_DAMAGED:
        note_damage(finish, line->number);
        return 0;
    default:
        return take_point_line(finish, line, whole, error);
    }
}

static int by_point_then_offset(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void set_unknown_run(struct run_record *run)
{
    for (size_t i = 0; i < run_column_count; i++)
        if (run_columns[i].kind == COLUMN_STRING)
            field_copy((char *)run + run_columns[i].offset, run_columns[i].width, "unknown");
}

static void tick(const struct finish *finish)
{
    if (finish->watch)
        finish->watch->tick(finish->watch->data);
}

static int scan(struct finish *finish, struct error *error)
{
    struct journal_line line;
    int more;
    row_format_default(&finish->format);
    if (find_run(finish, error))
        return -1;
    while ((more = journal_reader_next(&finish->reader, &line)) > 0) {
        if (take_line(finish, &line, error))
            return -1;
        tick(finish);
    }
    if (more < 0)
        return error_set(error, "%s: cannot be read: %s", finish->journal, strerror(errno));
    if (finish->run_line == 0 && finish->count == 0)
        return error_set(error, "%s: is not a journal of zmqsweep, or nothing of it can be read",
                         finish->journal);
    if (finish->run_line == 0)
        set_unknown_run(&finish->run);
    if (finish->count > 0)
        qsort(finish->entries, finish->count, sizeof *finish->entries, by_point_then_offset);
    return 0;
}

/* ---- second pass: points in order, each from its settings and repetitions ---- */

/* What is known of the point so far. */
struct gathered {
    struct point_record point;
    struct summary_sample *samples;
    size_t count, capacity;
    int64_t last; /* repetition; -1: none */
    char stop_reason[16];
    int64_t stopped_with; /* repetitions */
};

/* The line at `offset`, which was good. @return 0, or -1 with `error`. */
static int read_at(struct finish *finish, off_t offset, struct journal_line *line, struct error *error)
{
    finish->reader.trusted = true;
    if (journal_reader_seek(&finish->reader, offset) || journal_reader_next(&finish->reader, line) <= 0 ||
        line->kind == LINE_DAMAGED || line->kind == LINE_TORN)
        return error_set(error, "%s: has changed while it was read", finish->journal);
    return 0;
}

static int add_sample(struct gathered *gathered, const struct repetition_record *row)
{
    if (gathered->count == gathered->capacity) {
        size_t capacity = gathered->capacity ? 2 * gathered->capacity : 8;
        struct summary_sample *more = realloc(gathered->samples, capacity * sizeof *more);
        if (!more)
            return -1;
        gathered->samples = more;
        gathered->capacity = capacity;
    }
    gathered->samples[gathered->count++] = summary_sample(row);
    return 0;
}

static void add_latency(struct finish *finish, const struct latency_record *row)
{
    double low_ns = row->low_us * 1e3;
    if (row->count > 0 && low_ns >= 0 && low_ns < (double)INT64_MAX)
        finish->latencies->counts[histogram_bucket((int64_t)(low_ns + 0.5))] += row->count;
}

static int copy_row(struct finish *finish, const struct journal_line *block, size_t index, bool valid)
{
    union {
        struct rank_record rank;
        struct interval_record interval;
        struct latency_record latency;
    } row;
    const unsigned char *packed = block->block + index * finish->format.row_bytes[block->table];
    row_format_unpack(&finish->format, block->table, packed, &row);
    if (block->table == TABLE_LATENCY && valid)
        add_latency(finish, &row.latency);
    return file_writer_add(&finish->file, block->table, &row, 1);
}

/* Rows go through as they are, unless another version packed them or the summary wants them. */
static int copy_block(struct finish *finish, const struct journal_line *block, bool valid)
{
    if (block->table != TABLE_LATENCY && row_format_is_packed_as_ours(&finish->format, block->table))
        return file_writer_add_packed(&finish->file, block->table, block->block, block->count);
    int failed = 0;
    for (size_t i = 0; i < block->count && !failed; i++)
        failed = copy_row(finish, block, i, valid);
    return failed;
}

/* The blocks from the first up to the repetition's line. */
static int copy_blocks(struct finish *finish, const struct entry *entry, bool valid, struct error *error)
{
    struct journal_line line;
    for (off_t at = entry->first_block; at < entry->offset; at = finish->reader.offset) {
        if (read_at(finish, at, &line, error) || (line.kind == LINE_ROWS && copy_block(finish, &line, valid)))
            return -1;
    }
    return 0;
}

static int take_repetition(struct finish *finish, const struct entry *entry, struct gathered *gathered,
                           struct error *error)
{
    struct journal_line line;
    struct repetition_record row;
    if (read_at(finish, entry->offset, &line, error) ||
        json_to_repetition(line.data, line.data_length, &finish->format, &row))
        return -1;
    if (row.repetition <= gathered->last) /* numbers go up: this one is there twice */
        return 0;
    gathered->last = row.repetition;
    if (add_sample(gathered, &row))
        return error_set(error, "%s: out of memory for a point", finish->journal);
    finish->report.repetitions++;
    return file_writer_add(&finish->file, TABLE_REPETITIONS, &row, 1) ||
                   copy_blocks(finish, entry, row.valid, error)
               ? -1
               : 0;
}

static int take_settings(struct finish *finish, const struct entry *entry, struct gathered *gathered,
                         struct error *error)
{
    struct journal_line line;
    if (read_at(finish, entry->offset, &line, error))
        return -1;
    return json_to_settings(line.data, line.data_length, &finish->format, &gathered->point);
}

static int take_stop(struct finish *finish, const struct entry *entry, struct gathered *gathered,
                     struct error *error)
{
    struct journal_line line;
    return read_at(finish, entry->offset, &line, error) ||
                   json_to_stop(line.data, line.data_length, gathered->stop_reason,
                                sizeof gathered->stop_reason, &gathered->stopped_with)
               ? -1
               : 0;
}

static int take_entry(struct finish *finish, const struct entry *entry, struct gathered *gathered,
                      struct error *error)
{
    switch (entry->kind) {
    case LINE_SETTINGS:
        return take_settings(finish, entry, gathered, error);
    case LINE_REPETITION:
        return take_repetition(finish, entry, gathered, error);
    case LINE_STOP:
        return take_stop(finish, entry, gathered, error);
    default:
        return 0;
    }
}

/* A point of an old journal, summed up when it was written. */
static int add_old_point(struct finish *finish, const struct entry *entry, struct error *error)
{
    struct journal_line line;
    struct point_rows rows;
    if (read_at(finish, entry->offset, &line, error) || journal_line_point(&line, &finish->format, &rows))
        return -1;
    finish->report.points++;
    finish->report.repetitions += (int64_t)rows.repetition_count;
    finish->report.settled += strcmp(rows.point.stop_reason, "interrupted") != 0;
    struct file_writer *file = &finish->file;
    int failed = file_writer_add(file, TABLE_POINTS, &rows.point, 1) ||
                 file_writer_add(file, TABLE_REPETITIONS, rows.repetitions, rows.repetition_count) ||
                 file_writer_add(file, TABLE_RANKS, rows.ranks, rows.rank_count) ||
                 file_writer_add(file, TABLE_INTERVALS, rows.intervals, rows.interval_count) ||
                 file_writer_add(file, TABLE_LATENCY, rows.latencies, rows.latency_count);
    point_rows_clear(&rows);
    return failed ? -1 : 0;
}

static int add_summary(struct finish *finish, struct gathered *gathered)
{
    struct point_record *point = &gathered->point;
    /* A point of which a repetition was damaged lacks it. */
    bool settled = *gathered->stop_reason && (int64_t)gathered->count >= gathered->stopped_with;
    summary_fill(point, gathered->samples, gathered->count, summary_schedule(&finish->schedule, point),
                 settled ? gathered->stop_reason : "interrupted");
    if (*point->latency_kind)
        summary_fill_latency(point, finish->latencies);
    finish->report.points++;
    finish->report.settled += settled;
    return file_writer_add(&finish->file, TABLE_POINTS, point, 1);
}

static int add_new_point(struct finish *finish, size_t first, size_t last, struct error *error)
{
    struct gathered gathered;
    int failed = 0;
    memset(&gathered, 0, sizeof gathered);
    results_set_missing(TABLE_POINTS, &gathered.point); /* until its settings are read */
    gathered.last = -1;
    gathered.point.point_id = finish->entries[first].point_id;
    memset(finish->latencies, 0, sizeof *finish->latencies);
    for (size_t i = first; i <= last && !failed; i++) {
        failed = take_entry(finish, &finish->entries[i], &gathered, error);
        tick(finish);
    }
    if (!failed && gathered.count > 0)
        failed = add_summary(finish, &gathered);
    free(gathered.samples);
    return failed;
}

/* The settings that were in force when it was dropped still are. */
static size_t move_settings(struct finish *finish, size_t first, size_t drop)
{
    for (size_t i = drop; i-- > first;) {
        if (finish->entries[i].kind == LINE_SETTINGS) {
            finish->entries[drop] = finish->entries[i];
            return drop;
        }
    }
    return drop + 1;
}

/* The lines first to last, in their order, are those of one point. What is before a drop does not count, nor
 * is what is before a line of an old journal, which has all of a point. */
static int add_point(struct finish *finish, size_t first, size_t last, struct error *error)
{
    size_t from = first;
    for (size_t i = first; i <= last; i++) {
        if (finish->entries[i].kind == LINE_DROP)
            from = move_settings(finish, from, i);
        if (finish->entries[i].kind == LINE_POINT)
            from = i;
    }
    if (from > last)
        return 0;
    return finish->entries[from].kind == LINE_POINT ? add_old_point(finish, &finish->entries[from], error)
                                                    : add_new_point(finish, from, last, error);
}

static int add_points(struct finish *finish, struct error *error)
{
    size_t first = 0;
    for (size_t i = 0; i < finish->count; i++) {
        if (i + 1 < finish->count && finish->entries[i + 1].point_id == finish->entries[first].point_id)
            continue;
        if (add_point(finish, first, i, error))
            return -1;
        first = i + 1;
    }
    return 0;
}

/* ---- the file ---- */

static int write_tables(struct finish *finish, const char *partial, struct error *error)
{
    const struct run_record *run = &finish->run;
    struct file_writer *file = &finish->file;
    if (file_writer_open(file, partial) || add_points(finish, error) ||
        file_writer_add(file, TABLE_HOSTS, run->hosts, run->host_count) ||
        file_writer_add(file, TABLE_ENVIRONMENT, run->environment, run->environment_count))
        return -1;
    finish->report.complete = finish->run_line > 0 && finish->report.settled >= run->points_planned;
    return file_writer_end(file, run, finish->report.complete);
}

static int write_file(struct finish *finish, const char *partial, struct error *error)
{
    struct error cause = {""};
    int failed = write_tables(finish, partial, &cause);
    failed = file_writer_close(&finish->file, partial, failed, error);
    if (failed && *cause.text)
        error_set(error, "%s", cause.text);
    return failed;
}

int results_rename(const char *from, const char *to, struct error *error)
{
    if (rename(from, to))
        return error_set(error, "%s: cannot be renamed to %s: %s", from, to, strerror(errno));
    if (journal_sync_folder(to))
        return error_set(error, "%s: its folder cannot be synced: %s", to, strerror(errno));
    return 0;
}

/* The file is on disk before it gets its name, and the name before the caller may remove the journal. */
static int publish(const char *partial, const char *output, struct error *error)
{
    if (journal_sync_path(partial, 0))
        return error_set(error, "%s: cannot be synced: %s", partial, strerror(errno));
    return results_rename(partial, output, error);
}

static int build(struct finish *finish, const char *output, struct error *error)
{
    char partial[PATH_BYTES];
    int needed = snprintf(partial, sizeof partial, "%s.partial", output);
    if (needed < 0 || (size_t)needed >= sizeof partial)
        return error_set(error, "%.200s...: the name is too long", output);
    if (scan(finish, error))
        return -1;
    if (write_file(finish, partial, error) || publish(partial, output, error)) {
        unlink(partial);
        return -1;
    }
    return 0;
}

int results_finish(const char *output, const char *journal_file, const struct finish_watch *watch,
                   struct finish_report *report, struct error *error)
{
    char path[PATH_BYTES];
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    struct finish *finish = calloc(1, sizeof *finish);
    if (!finish)
        return error_set(error, "%s: out of memory", output);
    finish->journal = journal_file ? journal_file : path;
    finish->latencies = calloc(1, sizeof *finish->latencies);
    finish->watch = watch;
    hdf5_keep_causes();
    int failed = finish->latencies ? journal_reader_open(&finish->reader, finish->journal, error)
                                   : error_set(error, "%s: out of memory", output);
    if (!failed) {
        failed = build(finish, output, error);
        journal_reader_close(&finish->reader);
    }
    if (!failed && report)
        *report = finish->report;
    results_free_run(&finish->run);
    stats_schedule_free(&finish->schedule);
    free(finish->latencies);
    free(finish->entries);
    free(finish);
    return failed;
}
