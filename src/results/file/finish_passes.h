/* finish_passes.h - what the two passes from a journal to the HDF5 file share. */
#ifndef RESULTS_FILE_FINISH_PASSES_H
#define RESULTS_FILE_FINISH_PASSES_H

#include "file/file_writer.h"
#include "journal/progress.h"
#include "journal/reader.h"
#include "rows/row_format.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/results_finish.h"
#include "zmqsweep/stats.h"

/* A line that belongs to a point. */
struct finish_entry {
    int64_t point_id;
    off_t offset, first_block; /* offset of the line, and of a repetition's first block */
    enum line_kind kind;
};

struct finish {
    const char *journal;
    struct journal_reader reader;
    struct journal_progress progress;
    struct run_record run;
    struct row_format format;
    int64_t run_line; /* 0: there is none */
    struct finish_entry *entries;
    size_t count, capacity;
    struct finish_report report;
    const struct finish_watch *watch;
    struct file_writer file;
    struct stats_schedule schedule; /* schedule of the last point that had a precision */
    struct histogram *latencies;    /* latencies of one point at a time */
};

/* Lets the caller know that the work goes on. */
static inline void finish_tick(const struct finish *finish)
{
    if (finish->watch)
        finish->watch->tick(finish->watch->data);
}

/* First pass: finds the lines of every point, and what is damaged. @return 0 or -1 with `error`. */
int finish_scan(struct finish *finish, struct error *error);
/* Second pass: writes the rows of every point, in the order of point_id. @return 0, or -1; then
 * `error` is set unless HDF5 knows the cause. */
int finish_points(struct finish *finish, struct error *error);

#endif
