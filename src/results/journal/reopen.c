/* reopen.c - goes on with a journal: a visitor gets what the journal has, and what was not
 * committed is cut off. */
#include "journal/lock.h"
#include "journal/progress.h"
#include "journal/reader.h"
#include "journal/writer.h"
#include "lines/decode.h"
#include "lines/frame.h"

#include "zmqsweep/journal_reopen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct reopening {
    const char *path;
    const struct journal_visitor *visitor;
    struct run_record *run;
    struct row_format format;
    struct journal_progress progress;
    off_t end;  /* where a new line goes */
    bool empty; /* no line of the file is whole */
};

/* Whether the file has no whole line. A kill or a power failure before the first line is on disk
 * leaves such a file. */
static bool is_empty(struct journal_reader *reader)
{
    struct journal_line next;
    bool begun = frame_begun(reader->text, (size_t)reader->offset);
    return begun && journal_reader_next(reader, &next) == 0;
}

static int refuse_first_line(const char *path, struct error *error)
{
    return error_set(error,
                     "%s: its first line, which describes the run, is damaged; `zmqreport recover` "
                     "saves its points, --force starts over",
                     path);
}

/* Refuses a journal whose columns differ from ours. Its rows do not name their columns, so that our
 * rows would be read as damaged. */
static int refuse_columns(const char *path, const struct run_record *run, struct error *error)
{
    return error_set(error,
                     "%s: was begun by zmqsweep %s, with other columns; go on with that, "
                     "`zmqreport recover` saves its points, --force starts over",
                     path, run->creator_version);
}

/* ---- what the journal has ---- */

static void visit_settings(const struct reopening *reopening, const struct journal_line *line)
{
    struct point_record row;
    if (reopening->visitor->settings &&
        decode_settings(line->data, line->data_length, &reopening->format, &row) == 0)
        reopening->visitor->settings(reopening->visitor->data, &row);
}

static void visit_repetition(const struct reopening *reopening, const struct journal_line *line)
{
    struct repetition_record row;
    if (reopening->visitor->repetition &&
        decode_repetition(line->data, line->data_length, &reopening->format, &row) == 0)
        reopening->visitor->repetition(reopening->visitor->data, &row);
}

static void visit_stop(const struct reopening *reopening, const struct journal_line *line)
{
    char reason[16];
    int64_t repetitions;
    if (reopening->visitor->stop &&
        decode_stop(line->data, line->data_length, reason, sizeof reason, &repetitions) == 0)
        reopening->visitor->stop(reopening->visitor->data, line->point_id, reason, repetitions);
}

static void visit_drop(const struct reopening *reopening, const struct journal_line *line)
{
    if (reopening->visitor->drop)
        reopening->visitor->drop(reopening->visitor->data, line->point_id);
}

/* Reads any line but the first. */
static void read_line(struct reopening *reopening, const struct journal_line *line)
{
    bool whole = journal_progress_take(&reopening->progress, line);
    switch (line->kind) {
    case LINE_SESSION:
        (void)decode_session(line->data, line->data_length, &reopening->format, reopening->run);
        break;
    case LINE_SETTINGS:
        visit_settings(reopening, line);
        break;
    case LINE_REPETITION:
        if (whole)
            visit_repetition(reopening, line);
        break;
    case LINE_STOP:
        visit_stop(reopening, line);
        break;
    case LINE_DROP:
        visit_drop(reopening, line);
        break;
    default:
        break;
    }
}

static int read_first_line(struct reopening *reopening, struct journal_reader *reader,
                           const struct journal_line *line, struct error *error)
{
    bool bad = line->kind == LINE_DAMAGED || line->kind == LINE_TORN;
    if (bad && is_empty(reader)) {
        reopening->empty = true;
        return 0;
    }
    if (line->kind != LINE_RUN)
        return refuse_first_line(reopening->path, error);
    if (decode_run(line->data, line->data_length, reopening->path, reopening->run,
                   &reopening->format, error))
        return -1;
    return row_format_is_ours(&reopening->format)
               ? 0
               : refuse_columns(reopening->path, reopening->run, error);
}

/* Reads the lines. `end` is set behind the last line that is not a block: a block counts only
 * together with the line of its repetition, which follows it. */
static int read_lines(struct reopening *reopening, struct error *error)
{
    struct journal_reader reader;
    struct journal_line line;
    int more = 0, failed = 0;
    if (journal_reader_open(&reader, reopening->path, error))
        return -1;
    while (!failed && !reopening->empty && (more = journal_reader_next(&reader, &line)) > 0) {
        if (line.kind != LINE_DAMAGED && line.kind != LINE_TORN && line.kind != LINE_ROWS)
            reopening->end = reader.offset;
        if (line.offset == 0)
            failed = read_first_line(reopening, &reader, &line, error);
        else
            read_line(reopening, &line);
    }
    if (!failed && !reopening->empty && more < 0)
        failed = error_set(error, "%s: cannot be read: %s", reopening->path, strerror(errno));
    reopening->empty = reopening->empty || reader.number == 0;
    journal_reader_close(&reader);
    return failed;
}

/* ---- the file ---- */

static int truncate_uncommitted(struct journal *journal, const struct reopening *reopening,
                                struct error *error)
{
    journal->end = journal->size = reopening->end;
    if (ftruncate(journal->fd, journal->end) == 0)
        return 0;
    error_set(error, "%s: what was cut short at its end cannot be cut off: %s", journal->path,
              strerror(errno));
    return JOURNAL_FAILED;
}

/* Opens the journal, locks it, reads it and cuts it where the last commit ended. @return as
 * journal_reopen. */
static int open_existing(struct journal *journal, struct reopening *reopening, struct error *error)
{
    bool exists;
    journal->fd = journal_open_locked(journal->path, 0, &exists, error);
    if (journal->fd < 0)
        return journal->fd;
    if (read_lines(reopening, error))
        return -1;
    if (!reopening->empty)
        return truncate_uncommitted(journal, reopening, error);
    return unlink(journal->path) ? error_set(error, "%s: %s", journal->path, strerror(errno)) : 1;
}

int journal_reopen(const char *output, struct run_record *run,
                   const struct journal_visitor *visitor, struct journal **journal,
                   struct error *error)
{
    char path[DISK_PATH_BYTES];
    memset(run, 0, sizeof *run);
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    struct journal *opened = journal_new(path, error);
    if (!opened)
        return -1;
    struct reopening reopening = {.path = path, .visitor = visitor, .run = run};
    int rc = open_existing(opened, &reopening, error);
    if (rc) {
        results_free_run(run);
        journal_close(&opened);
    }
    *journal = opened;
    return rc;
}
