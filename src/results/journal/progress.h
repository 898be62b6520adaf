/* progress.h - which repetitions of a journal have all their rows. */
#ifndef RESULTS_JOURNAL_PROGRESS_H
#define RESULTS_JOURNAL_PROGRESS_H

#include "lines/line.h"

/* A repetition is whole when the rows that its line counts are those right before it. One of these
 * follows the lines. */
struct journal_progress {
    off_t
        first_block; /* of the repetition that may come; the offset of its line where it has none */
    bool begun;
    int64_t point_id, repetition;
    int64_t counts[TABLE_LATENCY + 1];
};
/* Takes the next line. @return true when it is a LINE_REPETITION with all its rows. */
bool journal_progress_take(struct journal_progress *progress, const struct journal_line *line);

#endif
