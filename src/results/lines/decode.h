/* decode.h - records from the lines of a journal. */
#ifndef RESULTS_LINES_DECODE_H
#define RESULTS_LINES_DECODE_H

#include "lines/line.h"
#include "rows/row_format.h"

#include "zmqsweep/error.h"

/* Decode the data of a line. Each @return 0, or -1; then the output owns nothing. */

int decode_run(const char *data, size_t length, const char *file, struct run_record *run,
               struct row_format *format, struct error *error);
/* Adds a session's hosts and environment to `run`. The names of the environment get the prefix
 * "session-2/", "session-3/" and so on. */
int decode_session(const char *data, size_t length, const struct row_format *format,
                   struct run_record *run);
/* Reads the host and the process that wrote a run or session line. */
int decode_writer(const char *data, size_t length, char *host, size_t host_bytes, int64_t *pid);

int decode_settings(const char *data, size_t length, const struct row_format *format,
                    struct point_record *row);
int decode_repetition(const char *data, size_t length, const struct row_format *format,
                      struct repetition_record *row);
/* Reads how many rows of each table a repetition has, by its line. */
int decode_row_counts(const char *data, size_t length, int64_t *repetition, int64_t *counts);
int decode_stop(const char *data, size_t length, char *reason, size_t reason_bytes,
                int64_t *repetitions);
/* Fills the members of a LINE_ROWS line that describe its block, and sets *crc to the block's CRC.
 */
int decode_block(struct journal_line *line, uint32_t *crc);

#endif
