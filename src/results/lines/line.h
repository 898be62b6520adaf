/* line.h - a line of the journal, as its reader finds it. */
#ifndef RESULTS_LINES_LINE_H
#define RESULTS_LINES_LINE_H

#include "zmqsweep/tables.h"

#include <sys/types.h>

enum line_kind {
    LINE_RUN,
    LINE_SESSION,
    LINE_SETTINGS,
    LINE_ROWS, /* announces the block behind it, which the reader reads with it */
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

#endif
