/* encode.h - the lines of a journal, from records. */
#ifndef RESULTS_LINES_ENCODE_H
#define RESULTS_LINES_ENCODE_H

#include "zmqsweep/error.h"
#include "zmqsweep/tables.h"

/* Each returns the whole line, malloc'd, with its length, or NULL with `error` when memory is out.
 */

char *encode_run(const struct run_record *run, size_t *length, struct error *error);
/* Encodes a session. `notes`: the line holds what the running session has learned since it began.
 */
char *encode_session(const struct run_record *run, bool notes, size_t *length, struct error *error);
char *encode_settings(const struct point_record *row, size_t *length, struct error *error);
/* Encodes a repetition. `counts`: how many rows of each table, TABLE_RANKS to TABLE_LATENCY, belong
 * to it. */
char *encode_repetition(const struct repetition_record *row, const int64_t *counts, size_t *length,
                        struct error *error);
char *encode_stop(int64_t point_id, const char *reason, int64_t repetitions, size_t *length,
                  struct error *error);
char *encode_drop(int64_t point_id, size_t *length, struct error *error);

/* A block of packed rows, which follows the line that announces it. */
struct encode_block {
    enum table_id table;
    int64_t point_id, repetition;
    size_t rows;
    const unsigned char *bytes;
    size_t byte_count;
};
char *encode_block(const struct encode_block *block, size_t *length, struct error *error);

#endif
