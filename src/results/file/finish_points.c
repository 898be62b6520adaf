/* finish_points.c - second pass: points in order, each from its settings and repetitions. */
#include "file/finish_passes.h"

#include "lines/decode.h"
#include "lines/old_point.h"

#include "zmqsweep/summary.h"
#include "zmqsweep/tables.h"

#include <stdlib.h>
#include <string.h>

/* What is known of the point so far. */
struct gathered {
    struct point_record point;
    struct summary_sample *samples;
    size_t count, capacity;
    int64_t last; /* last repetition so far; -1: none */
    char stop_reason[16];
    int64_t stopped_with; /* number of repetitions that the stop line names */
};

/* Reads the line at `offset` again, which the first pass found good. @return 0, or -1 with `error`.
 */
static int read_at(struct finish *finish, off_t offset, struct journal_line *line,
                   struct error *error)
{
    finish->reader.trusted = true;
    if (journal_reader_seek(&finish->reader, offset) ||
        journal_reader_next(&finish->reader, line) <= 0 || line->kind == LINE_DAMAGED ||
        line->kind == LINE_TORN)
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

static int copy_row(struct finish *finish, const struct journal_line *block, size_t index,
                    bool valid)
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

/* Copies a block's rows unchanged, unless another version packed them or the summary needs them. */
static int copy_block(struct finish *finish, const struct journal_line *block, bool valid)
{
    if (block->table != TABLE_LATENCY &&
        row_format_is_packed_as_ours(&finish->format, block->table))
        return file_writer_add_packed(&finish->file, block->table, block->block, block->count);
    int failed = 0;
    for (size_t i = 0; i < block->count && !failed; i++)
        failed = copy_row(finish, block, i, valid);
    return failed;
}

/* Copies the blocks of a repetition: from its first block up to its line. */
static int copy_blocks(struct finish *finish, const struct finish_entry *entry, bool valid,
                       struct error *error)
{
    struct journal_line line;
    for (off_t at = entry->first_block; at < entry->offset; at = finish->reader.offset) {
        if (read_at(finish, at, &line, error) ||
            (line.kind == LINE_ROWS && copy_block(finish, &line, valid)))
            return -1;
    }
    return 0;
}

static int take_repetition(struct finish *finish, const struct finish_entry *entry,
                           struct gathered *gathered, struct error *error)
{
    struct journal_line line;
    struct repetition_record row;
    if (read_at(finish, entry->offset, &line, error) ||
        decode_repetition(line.data, line.data_length, &finish->format, &row))
        return -1;
    if (row.repetition <= gathered->last) /* a duplicate: numbers only go up */
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

static int take_settings(struct finish *finish, const struct finish_entry *entry,
                         struct gathered *gathered, struct error *error)
{
    struct journal_line line;
    if (read_at(finish, entry->offset, &line, error))
        return -1;
    return decode_settings(line.data, line.data_length, &finish->format, &gathered->point);
}

static int take_stop(struct finish *finish, const struct finish_entry *entry,
                     struct gathered *gathered, struct error *error)
{
    struct journal_line line;
    return read_at(finish, entry->offset, &line, error) ||
                   decode_stop(line.data, line.data_length, gathered->stop_reason,
                               sizeof gathered->stop_reason, &gathered->stopped_with)
               ? -1
               : 0;
}

static int take_entry(struct finish *finish, const struct finish_entry *entry,
                      struct gathered *gathered, struct error *error)
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

/* Copies a point of an old journal, whose writer has already made the summary. */
static int add_old_point(struct finish *finish, const struct finish_entry *entry,
                         struct error *error)
{
    struct journal_line line;
    struct old_point rows;
    if (read_at(finish, entry->offset, &line, error) ||
        old_point_read(&line, &finish->format, &rows))
        return -1;
    finish->report.points++;
    finish->report.repetitions += (int64_t)rows.repetition_count;
    finish->report.settled += strcmp(rows.point.stop_reason, "interrupted") != 0;
    struct file_writer *file = &finish->file;
    int failed =
        file_writer_add(file, TABLE_POINTS, &rows.point, 1) ||
        file_writer_add(file, TABLE_REPETITIONS, rows.repetitions, rows.repetition_count) ||
        file_writer_add(file, TABLE_RANKS, rows.ranks, rows.rank_count) ||
        file_writer_add(file, TABLE_INTERVALS, rows.intervals, rows.interval_count) ||
        file_writer_add(file, TABLE_LATENCY, rows.latencies, rows.latency_count);
    old_point_clear(&rows);
    return failed ? -1 : 0;
}

static int add_summary(struct finish *finish, struct gathered *gathered)
{
    struct point_record *point = &gathered->point;
    /* A point that has lost repetitions to damage counts as interrupted. */
    bool settled = *gathered->stop_reason && (int64_t)gathered->count >= gathered->stopped_with;
    summary_fill(point, gathered->samples, gathered->count,
                 summary_schedule(&finish->schedule, point),
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
        finish_tick(finish);
    }
    if (!failed && gathered.count > 0)
        failed = add_summary(finish, &gathered);
    free(gathered.samples);
    return failed;
}

/* Settings from before a drop stay in force after it: moves the last settings line to the drop's
 * place. @return the index from which the point's lines count. */
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

/* Adds the point whose lines are first to last, in their order. Lines before a drop do not count.
 * Lines before a LINE_POINT of an old journal do not count either, because that line has the whole
 * point. */
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
    return finish->entries[from].kind == LINE_POINT
               ? add_old_point(finish, &finish->entries[from], error)
               : add_new_point(finish, from, last, error);
}

int finish_points(struct finish *finish, struct error *error)
{
    size_t first = 0;
    for (size_t i = 0; i < finish->count; i++) {
        if (i + 1 < finish->count &&
            finish->entries[i + 1].point_id == finish->entries[first].point_id)
            continue;
        if (add_point(finish, first, i, error))
            return -1;
        first = i + 1;
    }
    return 0;
}
