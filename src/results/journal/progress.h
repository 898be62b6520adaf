/* progress.h - which repetitions of a journal have all their rows. */
#ifndef RESULTS_JOURNAL_PROGRESS_H
#define RESULTS_JOURNAL_PROGRESS_H

#include "lines/line.h"

/* A repetition is whole when the rows right before its line are as many as the line says. One such
 * record follows the lines of a journal. */
struct journal_progress {
    off_t first_block; /* of the repetition that is being read; the offset of its line when it has
                          no block */
    bool begun;
    int64_t point_id, repetition;
    int64_t counts[TABLE_LATENCY + 1];
};
/* Takes the next line. @return true when it is a LINE_REPETITION with all its rows. */
bool journal_progress_take(struct journal_progress *progress, const struct journal_line *line);

#endif
