/* finish_scan.c - first pass over a journal: which lines there are, and of which points. */
#include "file/finish_passes.h"

#include "lines/decode.h"
#include "lines/old_point.h"
#include "rows/field.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
        struct finish_entry *grown = realloc(finish->entries, capacity * sizeof *grown);
        if (!grown)
            return error_set(error, "%s: out of memory for its points", finish->journal);
        finish->entries = grown;
        finish->capacity = capacity;
    }
    finish->entries[finish->count++] = (struct finish_entry){
        line->point_id, line->offset, finish->progress.first_block, line->kind};
    return 0;
}

/* Finds the run line, because it says how to read all other lines. It is the first line, unless the
 * journal is damaged or out of order. A run line that cannot be read counts as damaged; a run line
 * of a newer schema is an error. */
static int find_run(struct finish *finish, struct error *error)
{
    struct journal_line line;
    struct error cause = {""};
    finish->reader.trusted = true;
    while (finish->run_line == 0 && journal_reader_next(&finish->reader, &line) > 0) {
        if (line.kind != LINE_RUN)
            continue;
        if (decode_run(line.data, line.data_length, finish->journal, &finish->run, &finish->format,
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

/* Whether a block's rows have the form that the run line describes and belong to the repetition
 * that the block's line names. */
static bool block_is_good(const struct finish *finish, const struct journal_line *line)
{
    const size_t row_bytes = finish->format.row_bytes[line->table];
    int64_t ids[2];
    bool good = row_bytes > 0 && line->block_bytes == line->count * row_bytes;
    for (size_t i = 0; i < line->count && good; i++)
        good =
            row_format_ids(&finish->format, line->table, line->block + i * row_bytes, ids) == 0 &&
            ids[0] == line->point_id && ids[1] == line->repetition;
    return good;
}

/* Decodes a line that belongs to a point, so that the second pass finds no fault with it. @return
 * false when it is damaged. */
static bool point_line_is_good(const struct finish *finish, const struct journal_line *line)
{
    char reason[16];
    int64_t repetitions;
    struct point_record point;
    struct repetition_record repetition;
    switch (line->kind) {
    case LINE_SETTINGS:
        return decode_settings(line->data, line->data_length, &finish->format, &point) == 0;
    case LINE_REPETITION:
        return decode_repetition(line->data, line->data_length, &finish->format, &repetition) ==
                   0 &&
               repetition.point_id == line->point_id;
    case LINE_STOP:
        return decode_stop(line->data, line->data_length, reason, sizeof reason, &repetitions) == 0;
    default:
        return true;
    }
}

static int take_point_line(struct finish *finish, const struct journal_line *line, bool whole,
                           struct error *error)
{
    struct old_point rows;
    bool good = point_line_is_good(finish, line) && (line->kind != LINE_REPETITION || whole);
    if (line->kind == LINE_POINT) {
        good = old_point_read(line, &finish->format, &rows) == 0;
        if (good)
            old_point_clear(&rows);
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
        if (decode_session(line->data, line->data_length, &finish->format, &finish->run))
            note_damage(finish, line->number);
        return 0;
    case LINE_ROWS: /* added with its repetition */
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
    const struct finish_entry *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void set_unknown_run(struct run_record *run)
{
    for (size_t i = 0; i < results_run_column_count; i++)
        if (results_run_columns[i].kind == COLUMN_STRING)
            field_copy((char *)run + results_run_columns[i].offset, results_run_columns[i].width,
                       "unknown");
}

int finish_scan(struct finish *finish, struct error *error)
{
    struct journal_line line;
    int more;
    row_format_default(&finish->format);
    if (find_run(finish, error))
        return -1;
    while ((more = journal_reader_next(&finish->reader, &line)) > 0) {
        if (take_line(finish, &line, error))
            return -1;
        finish_tick(finish);
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
