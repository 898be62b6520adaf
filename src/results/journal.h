/* journal.h - what the files of src/results that read and write journals share. docs/journal.md has the
 * format.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "results_internal.h"

#include <pthread.h>

/* Rows go in blocks of about so many bytes, so that memory does not grow with the ranks. */
#define BLOCK_BYTES ((size_t)256 * 1024)
/* No block that is longer was written by us: its announcement is damaged. */
#define BLOCK_BYTES_MOST ((size_t)16 * 1024 * 1024)

/* ---- lock.c ---- */

/* Opens and locks `path`; *exists tells EEXIST from the rest. @return the descriptor, or -1 (another process
 * holds it) or JOURNAL_FAILED with `error`. */
int journal_open_locked(const char *path, int flags, bool *exists, struct error *error);

/* ---- sync.c: bringing the journal to disk beside other work ---- */

struct syncer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int fd;
    bool started, wanted, busy, ending;
    int failed;       /* errno of a sync that failed, until it is told */
    int64_t ended_ns; /* CLOCK_MONOTONIC, of the last sync */
    int64_t slowest_ns;
};
/* @return 0 or an errno. */
int syncer_start(struct syncer *syncer);
void syncer_begin(struct syncer *syncer, int fd);
/* Waits for the sync that was begun. @return 0, or its errno, once. */
int syncer_wait(struct syncer *syncer);
void syncer_stop(struct syncer *syncer);

/* ---- journal.c ---- */

/* Rows of one table that wait for their block. */
struct row_buffer {
    unsigned char *bytes;
    size_t used, count;
};

struct journal {
    int fd;
    off_t end;  /* after the last commit */
    off_t size; /* of the file: blocks of a repetition that is not yet committed are behind `end` */
    char path[PATH_BYTES];
    int64_t point_id, repetition; /* whose rows are in the buffers */
    struct row_buffer rows[TABLE_LATENCY + 1];
    int64_t row_counts[TABLE_LATENCY + 1]; /* of this repetition, for its commit line */
    char *text;                            /* lines and blocks that wait to be written */
    size_t text_used, text_capacity;
    struct syncer syncer;
};

/* Opens no file: an empty journal object for `path`. NULL when memory is out. */
struct journal *journal_new(const char *path, struct error *error);
/* Makes the file `path` with the line of `run`; the lock comes before old content goes. @return 0, or -1 or
 * JOURNAL_FAILED with `error`. */
int journal_create_at(const char *path, const struct run_record *run, bool replace, struct journal **journal,
                      struct error *error);
/* "... already exists" or who holds it. @return -1. */
int journal_refuse_existing(const char *path, struct error *error);

/* Writes all of it. @return 0 or -1 with errno. */
int journal_write_whole(int fd, const char *text, size_t length);

/* Brings a file to disk, opened for reading with `flags` besides; or the folder that names it, where file
 * systems and the folder's mode allow it. @return 0 or -1 with errno. */
int journal_sync_path(const char *path, int flags);
int journal_sync_folder(const char *path);

/* ---- reader.c ---- */

enum line_kind {
    LINE_RUN,
    LINE_SESSION,
    LINE_SETTINGS,
    LINE_ROWS, /* and the block behind it */
    LINE_REPETITION,
    LINE_STOP,
    LINE_DROP,
    LINE_POINT, /* of journals before schema 1.2: a point with all its rows */
    LINE_DAMAGED,
    LINE_TORN
};

struct journal_line {
    enum line_kind kind;
    int64_t number; /* from 1; of a damaged stretch, where it begins */
    off_t offset;
    const char *data; /* valid until the next line is read; NULL when damaged or torn */
    size_t data_length;
    int64_t point_id; /* of lines that belong to a point */
    /* LINE_ROWS */
    enum table_id table;
    int64_t repetition;
    size_t count; /* rows */
    const unsigned char *block;
    size_t block_bytes;
};

struct journal_reader {
    FILE *file;
    char *text;
    size_t capacity;
    unsigned char *block;
    size_t block_capacity;
    int64_t number;
    off_t offset;
    bool trusted; /* blocks were checked before: their CRCs are not looked at again */
};

/* @return 0 or -1 with `error`. */
int journal_reader_open(struct journal_reader *reader, const char *path, struct error *error);
void journal_reader_close(struct journal_reader *reader);
/* Reads on. What cannot be read, up to the next line that can, is one damaged line. @return 1, 0 at the end,
 * or -1 with errno when the file cannot be read. */
int journal_reader_next(struct journal_reader *reader, struct journal_line *line);
int journal_reader_seek(struct journal_reader *reader, off_t offset);
/* The rows of a LINE_POINT. @return 0 or -1 when they are damaged, or those of a point other than the line's
 * start names. */
int journal_line_point(const struct journal_line *line, const struct row_format *format,
                       struct point_rows *rows);

/* A repetition is whole when the rows that its line counts are those right before it. One of these follows
 * the lines. */
struct journal_progress {
    off_t first_block; /* of the repetition that may come; the offset of its line where it has none */
    bool begun;
    int64_t point_id, repetition;
    int64_t counts[TABLE_LATENCY + 1];
};
/* Takes a line. @return true when it is a LINE_REPETITION with all its rows. */
bool journal_progress_take(struct journal_progress *progress, const struct journal_line *line);

#endif
