/* reader.h - the lines of a journal and the blocks behind them, read forward. */
#ifndef RESULTS_JOURNAL_READER_H
#define RESULTS_JOURNAL_READER_H

#include "lines/line.h"

#include "zmqsweep/error.h"

#include <stdio.h>

struct journal_reader {
    FILE *file;
    char *text;
    size_t capacity;
    unsigned char *block;
    size_t block_capacity;
    int64_t number;
    off_t offset;
    bool trusted; /* blocks have been checked before: their CRCs are not checked again */
};

/* @return 0 or -1 with `error`. */
int journal_reader_open(struct journal_reader *reader, const char *path, struct error *error);
void journal_reader_close(struct journal_reader *reader);
/* Reads the next line. All that cannot be read, up to the next line that can, counts as one damaged
 * line. @return 1, 0 at the end, or -1 with errno when the file cannot be read. */
int journal_reader_next(struct journal_reader *reader, struct journal_line *line);
int journal_reader_seek(struct journal_reader *reader, off_t offset);

#endif
