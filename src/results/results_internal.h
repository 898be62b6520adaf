/* results_internal.h - what the files of src/results share. */
#ifndef ZMQSWEEP_RESULTS_INTERNAL_H
#define ZMQSWEEP_RESULTS_INTERNAL_H

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
void table_unpack(const struct table_spec *table, const unsigned char *packed, void *record);

/* Copies `text` into a field of `width` bytes: cut between characters, padded with zeros, and with '?' for
 * every byte that is not UTF-8, so that JSON and HDF5 both take it. */
void field_copy(char *field, size_t width, const char *text);

/* @return 0 when this program reads schema `version` ("1.0"), or -1 with a line that names `file`. */
int schema_check(const char *version, const char *file, struct error *error);

/* Frees the arrays and zeroes the record. */
void point_rows_clear(struct point_rows *rows);

/* ---- json.c ---- */

/* Where a journal keeps our columns: position[table][column] in its row arrays, or -1. */
struct row_format {
    int position[TABLE_TOTAL][MAX_COLUMNS];
    size_t columns[TABLE_TOTAL]; /* members of a row array */
};
void row_format_default(struct row_format *format);
/* Only then may rows of this program be appended. */
bool row_format_is_ours(const struct row_format *format);

/* New references, or NULL with `error`. */
json_t *json_from_run(const struct run_record *run, struct error *error);
json_t *json_from_session(const struct run_record *run, bool notes, struct error *error);
json_t *json_from_point(const struct point_rows *rows, struct error *error);

/* From the data of a journal line. @return 0 or -1; then what the output held is freed. */
int json_to_run(const char *data, size_t length, const char *file, struct run_record *run,
                struct row_format *format, struct error *error);
int json_to_point(const char *data, size_t length, const struct row_format *format, struct point_rows *rows);

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

/* ---- journal.c ---- */

struct journal {
    int fd;
    off_t end; /* after the last whole line */
    char path[PATH_BYTES];
};

/* Opens and locks `path`; *exists tells EEXIST from the rest. @return the descriptor, or -1 (another process
 * holds it) or JOURNAL_FAILED with `error`. */
int journal_open_locked(const char *path, int flags, bool *exists, struct error *error);

/* Writes all of it. @return 0 or -1 with errno. */
int write_whole(int fd, const char *text, size_t length);

enum line_kind { LINE_RUN, LINE_SESSION, LINE_POINT, LINE_DAMAGED, LINE_TORN };

struct journal_line {
    enum line_kind kind;
    int64_t number; /* from 1 */
    off_t offset;
    const char *data; /* valid until the next line is read; NULL when damaged or torn */
    size_t data_length;
    int64_t point_id; /* of a LINE_POINT */
};

struct journal_reader {
    FILE *file;
    char *text;
    size_t capacity;
    int64_t number;
    off_t offset;
};

/* @return 0 or -1 with `error`. */
int journal_reader_open(struct journal_reader *reader, const char *path, struct error *error);
void journal_reader_close(struct journal_reader *reader);
/* Reads on. @return 1, 0 at the end, or -1 with errno when the file cannot be read. */
int journal_reader_next(struct journal_reader *reader, struct journal_line *line);
int journal_reader_seek(struct journal_reader *reader, off_t offset);
/* The rows of a LINE_POINT. @return 0 or -1 when they are damaged, or those of a point other than the line's
 * start names: lines are sorted by that. */
int journal_line_point(const struct journal_line *line, const struct row_format *format,
                       struct point_rows *rows);

/* Brings a file to disk, opened for reading with `flags` besides; or the folder that names it, where file
 * systems and the folder's mode allow it. @return 0 or -1 with errno. */
int sync_path(const char *path, int flags);
int sync_folder_of(const char *path);

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

/* shortest.cc: digits as std::to_chars writes them, for a double the fewest that read back as the same; no
 * NUL.
 * @return how many bytes of `text`, at most `length` (32 is enough for any). */
size_t shortest_decimal(double value, char *text, size_t length);
size_t shortest_integer(int64_t value, char *text, size_t length);

#endif
