/* results_internal.h - what the files of src/results share. */
#ifndef ZMQSWEEP_RESULTS_INTERNAL_H
#define ZMQSWEEP_RESULTS_INTERNAL_H

#include "zmqsweep/format.h"
#include "zmqsweep/results.h"

#include <hdf5.h>
#include <jansson.h>
#include <sys/types.h>

#define RESULTS_FORMAT "zmqsweep-results"
#define RESULTS_SCHEMA "1.2"
#define RESULTS_SCHEMA_MAJOR 1
#define MAX_COLUMNS 96
#define PATH_BYTES 4096

/* ---- tables.c: records and their packed form, which is little-endian, without padding, NaN in one form only
 * ---- */

/* The members of struct run_record that are root attributes of the file and members of the journal's first
 * line. */
extern const struct column run_columns[];
extern const size_t run_column_count;

/* Has this column come after schema 1.0? Files without it are read as if the value were missing. */
bool table_column_is_later(const struct table_spec *table, const struct column *column);
/* The column of table points that came with this table; NULL: both are from schema 1.0. Files without the
 * column are read as if the table had no rows. */
const char *table_came_with(enum table_id table);
/* Sets a record's column to missing: NaN, 0 or "". */
void column_set_missing(const struct column *column, void *record);
size_t table_packed_bytes(const struct table_spec *table);
void table_pack(const struct table_spec *table, const void *record, unsigned char *packed);
/* Sets a record's column from its packed form of `width` bytes, which only a string's may differ from ours.
 */
void column_unpack(const struct column *column, const unsigned char *packed, size_t width, void *record);
void table_unpack(const struct table_spec *table, const unsigned char *packed, void *record);

/* Copies `text` into a field of `width` bytes: cut between characters, padded with zeros, and with '?' for
 * every byte that is not UTF-8, so that JSON and HDF5 both take it. */
void field_copy(char *field, size_t width, const char *text);

/* @return 0 when this program reads schema `version` ("1.0"), or -1 with a line that names `file`. */
int schema_check(const char *version, const char *file, struct error *error);

/* A point with all its rows, as journals before schema 1.2 have it in one line. */
struct point_rows {
    struct point_record point;
    struct repetition_record *repetitions;
    size_t repetition_count;
    struct rank_record *ranks;
    size_t rank_count;
    struct interval_record *intervals;
    size_t interval_count;
    struct latency_record *latencies;
    size_t latency_count;
};
/* Frees the arrays and zeroes the record. */
void point_rows_clear(struct point_rows *rows);

/* ---- format.c: the columns of a journal, which another version may have written ---- */

/* Where a journal keeps our columns. */
struct row_format {
    int position[TABLE_TOTAL][MAX_COLUMNS];  /* in its row arrays, or -1 */
    size_t columns[TABLE_TOTAL];             /* members of a row array */
    size_t offset[TABLE_TOTAL][MAX_COLUMNS]; /* in its packed rows */
    size_t width[TABLE_TOTAL][MAX_COLUMNS];  /* there; 0: no such column */
    size_t row_bytes[TABLE_TOTAL];           /* of a packed row; 0: it has none */
};
void row_format_default(struct row_format *format);
/* From the member "columns" of the run's line: what it does not say is as ours. */
void row_format_read(const json_t *columns, struct row_format *format);
/* For each table its columns as pairs of name and type, as numpy writes types ("<i8", "<f8", "|u1", "|S16"):
 * the fields of a packed row. New reference, NULL when memory is out. */
json_t *row_format_write(void);
/* Only then may rows of this program be appended. */
bool row_format_is_ours(const struct row_format *format);
/* The same for the packed rows of one table: they may be taken as they are. */
bool row_format_is_packed_as_ours(const struct row_format *format, enum table_id table);
/* A record from a packed row of that format. */
void row_format_unpack(const struct row_format *format, enum table_id table, const unsigned char *packed,
                       void *record);
/* The numbers of point and repetition of a packed row. @return 0, or -1 when the format has none. */
int row_format_ids(const struct row_format *format, enum table_id table, const unsigned char *packed,
                   int64_t ids[2]);

/* ---- json.c ---- */

/* New references, or NULL with `error`. */
json_t *json_from_run(const struct run_record *run, struct error *error);
json_t *json_from_session(const struct run_record *run, bool notes, struct error *error);
json_t *json_from_settings(const struct point_record *row, struct error *error);
/* `counts`: rows of TABLE_RANKS to TABLE_LATENCY that are this repetition's. */
json_t *json_from_repetition(const struct repetition_record *row, const int64_t *counts, struct error *error);
json_t *json_from_stop(int64_t point_id, const char *reason, int64_t repetitions, struct error *error);
json_t *json_from_drop(int64_t point_id, struct error *error);
/* The announcement of a block of packed rows. */
json_t *json_from_block(enum table_id table, int64_t point_id, int64_t repetition, size_t count,
                        const unsigned char *bytes, size_t length, struct error *error);

/* From the data of a journal line. @return 0 or -1; then what the output held is freed. */
int json_to_run(const char *data, size_t length, const char *file, struct run_record *run,
                struct row_format *format, struct error *error);
int json_to_point(const char *data, size_t length, const struct row_format *format, struct point_rows *rows);
int json_to_settings(const char *data, size_t length, const struct row_format *format,
                     struct point_record *row);
int json_to_repetition(const char *data, size_t length, const struct row_format *format,
                       struct repetition_record *row);
int json_to_row_counts(const char *data, size_t length, int64_t *repetition, int64_t *counts);
int json_to_stop(const char *data, size_t length, char *reason, size_t reason_bytes, int64_t *repetitions);
struct journal_line;
/* Fills what a LINE_ROWS announces. @return 0 or -1. */
int json_to_block(struct journal_line *line, uint32_t *crc);
uint32_t block_crc(const unsigned char *bytes, size_t length);

/* Adds a session's hosts and environment to `run`, its environment's names after "session-2/", "session-3/"
 * ... */
int json_add_session(const char *data, size_t length, const struct row_format *format,
                     struct run_record *run);

/* The host and the process that wrote a run or session line. @return 0 or -1. */
int json_to_writer(const char *data, size_t length, char *host, size_t host_bytes, int64_t *pid);

/* The whole line, with its CRC and newline, malloc'd; takes `data` over, also on error (NULL). */
char *journal_line_encode(json_t *data, size_t *length);

/* Where the data of a line starts, after a check of its frame and CRC; NULL when damaged. */
const char *journal_line_decode(const char *line, size_t length, size_t *data_length);

/* Does `text` start as a line does, or was its place on disk never written (zeros)? */
bool journal_line_begun(const char *text, size_t length);

/* ---- file.c: what reading and writing HDF5 share ---- */

/* Comes before all other calls of HDF5. From here on it prints no errors; the innermost description of the
 * last call that failed is kept. */
void hdf5_keep_causes(void);
const char *hdf5_cause(void);
/* How both sides open files: no HDF5 file locks (they fail on some network file systems, and a file is only
 * renamed into place when it is whole), objects closed with their file. */
hid_t hdf5_access(void);
/* A column's type in the file, and a table's packed compound of them. Negative on error. */
hid_t hdf5_column_type(const struct column *column);
hid_t hdf5_table_type(const struct table_spec *table);
hid_t hdf5_string_type(size_t width, H5T_cset_t cset);

#endif
