/* writer.h - the journal that is being written, for those who open, replace and close it. */
#ifndef RESULTS_JOURNAL_WRITER_H
#define RESULTS_JOURNAL_WRITER_H

#include "journal/disk.h"
#include "journal/syncer.h"

#include "zmqsweep/journal.h"

#include <sys/types.h>

/* Rows of one table that wait for their block. */
struct row_buffer {
    unsigned char *bytes;
    size_t used, count;
};

struct journal {
    int fd;
    off_t end;  /* where the last commit ended */
    off_t size; /* size of the file: blocks of a repetition that is not yet committed are behind
                   `end` */
    char path[DISK_PATH_BYTES];
    int64_t point_id, repetition; /* whose rows are in the buffers */
    struct row_buffer rows[TABLE_LATENCY + 1];
    int64_t row_counts[TABLE_LATENCY + 1]; /* of this repetition, for its commit line */
    char *text;                            /* lines and blocks that wait to be written */
    size_t text_used, text_capacity;
    struct syncer syncer;
};

/* Makes an empty journal object for `path` and opens no file. NULL when memory is out. */
struct journal *journal_new(const char *path, struct error *error);
/* Makes the file `path` with the line of `run`. It takes the lock before it removes old content.
 * @return 0, or -1 or JOURNAL_FAILED with `error`. */
int journal_create_at(const char *path, const struct run_record *run, bool replace,
                      struct journal **journal, struct error *error);
/* Sets `error`: the file already exists, or who holds its lock. @return -1. */
int journal_refuse_existing(const char *path, struct error *error);

#endif
