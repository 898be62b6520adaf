/* report_internal.h - what the files of src/report share. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "zmqsweep/format.h"
#include "zmqsweep/report.h"
#include "zmqsweep/results.h"
#include "zmqsweep/text.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- commands.c, arguments.c: the subcommands, and what a command line asks for ---- */

enum option_name {
    NAME_WHERE,
    NAME_SORT,
    NAME_WIDE,
    NAME_HOSTS,
    NAME_ENVIRONMENT,
    NAME_OUTLIERS,
    NAME_WHY,
    NAME_TABLE,
    NAME_LIKE,
    NAME_OUTPUT,
    NAME_FORCE,
    NAME_KIND,
    NAME_TITLE,
    NAME_SIZE_INCHES,
    NAME_LABEL,
    NAME_POINT,
    NAME_DATA,
    NAME_NEW,
    NAME_THRESHOLD,
    NAME_CSV,
    NAME_HELP
};

struct option_line {
    enum option_name id;
    const char *name;    /* without "--" */
    char letter;         /* of the short form, 0 for none */
    const char *metavar; /* what --help calls the value, NULL for a flag */
    const char *help;    /* sentences, no final newline */
};

struct given {
    enum option_name id;
    const char *text; /* "" for a flag */
    int files_before; /* files named to its left */
};

/* A parsed command line. `given` is in the order of the command line. */
struct arguments {
    const struct report_command *command;
    char **files;
    int file_count;
    struct given *given;
    size_t given_count;
};

/* How a subcommand's output leaves the program. */
enum output_kind {
    OUTPUT_TEXT,    /* to stdout, or to the file that -o names */
    OUTPUT_PICTURE, /* gnuplot makes the file that -o names, of what the subcommand wrote */
    OUTPUT_OWN      /* the subcommand writes a file by its own means; its text goes to stdout */
};

struct task;

struct report_command {
    const char *name;
    const char *arguments;   /* "FILE..." */
    const char *summary;     /* one line, lower case, no full stop */
    const char *description; /* sentences */
    const struct option_line *options;
    size_t option_count;
    int fewest, most; /* files */
    enum output_kind output;
    int (*run)(struct task *task, struct error *error); /* @return an exit code; over 0 with `error` */
};

extern const struct report_command report_commands[];
extern const size_t report_command_count;

/* Reads argv[1...]; argv[0] is the subcommand's name. --help ends the reading. @return 0, or -1 with
 * `error`; then and afterwards arguments_free. */
int arguments_read(const struct report_command *command, int argc, char **argv, struct arguments *arguments,
                   struct error *error);
void arguments_free(struct arguments *arguments);
/* The option's last value, or NULL when it was not given. */
const char *arguments_text(const struct arguments *arguments, enum option_name id);
bool arguments_flag(const struct arguments *arguments, enum option_name id);
/* Where among the files the option stands: how many are named before it; -1 when it was not given. */
int arguments_place(const struct arguments *arguments, enum option_name id);
/* Its value number `index` from 0, or NULL. */
const char *arguments_nth(const struct arguments *arguments, enum option_name id, size_t index);

#define CELL FORMAT_BYTES /* bytes of a cell of a table */
#define NOTES 320         /* and of the last one, which says what is to know */

/* ---- task: one run of a subcommand ---- */

struct task {
    const struct arguments *arguments;
    FILE *data;  /* beside `out`, for OUTPUT_PICTURE */
    FILE *out;   /* what is written here is published when run returns an exit code that says success */
    bool colour; /* out is a terminal that shows colours */
    int width;   /* of the terminal, in columns */
};

/* ---- guard.c: libhdf5 crashes or hangs on some damaged files, so that a child process reads them ---- */

/* Runs the task in a child with limits on memory and processor time. @return its exit code; when it crashed,
 * EXIT_FAILED with a line in `error` that names the file it was reading. */
int guard_run(struct task *task, struct error *error);
/* Says which file is read from now on, NULL for none. Its size bounds the processor time. */
void guard_reading(const char *path);

/* ---- output.c: a file or stdout, written whole or not at all ---- */

struct output {
    FILE *file;
    char *path;    /* of the file to be, NULL for stdout */
    char *partial; /* its name until it is whole */
};
/* `path` NULL: stdout, through an unnamed temporary file. @return 0 or -1. */
int output_open(struct output *output, const char *path, struct error *error);
int output_publish(struct output *output, struct error *error);
void output_discard(struct output *output);

/* ---- picture.c: the output of OUTPUT_PICTURE ---- */

int picture_run(struct task *task, struct error *error);

/* ---- filter.c: --where ---- */

#define MOST_TERMS 16
#define FILTER_BYTES 1024

enum filter_operator { IS, IS_NOT, IS_LESS, IS_AT_MOST, IS_MORE, IS_AT_LEAST };

struct filter_term {
    const struct column *column;
    bool of_points; /* a column of table points, else of the other table */
    enum filter_operator sign;
    double number;
    char text[FILTER_BYTES];
};

struct filter {
    struct filter_term terms[MOST_TERMS];
    size_t count;
};

/* Reads "pattern=pub-sub,size>=64K": a comma is "and". Columns go by their names or by the names of
 * zmqsweep's options; those of points first, then those of `other` (TABLE_POINTS: no other). NULL text
 * gives the filter that lets everything through. @return 0, or -1 with `error`. */
int filter_read(const char *text, enum table_id other, struct filter *filter, struct error *error);
bool filter_accepts_point(const struct filter *filter, const struct point_record *point);
/* Whether the terms about the other table accept its row. */
bool filter_accepts_row(const struct filter *filter, const void *record);

/* ---- columns.c ---- */

/* The column of that name or alias in the table, or NULL. */
const struct column *column_named(enum table_id table, const char *name, size_t length);
/* The nearest known name to `name`, or NULL. */
const char *column_nearest(enum table_id table, const char *name, size_t length);
/* A number of any kind; NaN for strings. */
double column_number(const struct column *column, const void *record);
/* <0, 0, >0; missing values come last. */
int column_compare(const struct column *column, const void *a, const void *b);

/* The value as a cell has it: by kind and unit. */
const char *column_format(const struct column *column, const void *record, char text[CELL]);

/* ---- dimensions.c: the settings by which points differ ---- */

struct dimension {
    const char *title;
    const char *column; /* in table points, or NULL: then by `key` among the words of `settings` */
    const char *key;
    bool right; /* numbers */
    int rank;   /* see struct grid_column */
};
extern const struct dimension dimensions[];
extern const size_t dimension_count;
#define MOST_DIMENSIONS 32

const char *dimension_format(const struct dimension *dimension, const struct point_record *point,
                             char text[CELL]);
/* <0, 0, >0 */
int dimension_compare(const struct dimension *dimension, const struct point_record *a,
                      const struct point_record *b);
/* Whether the value is what zmqsweep does unasked, or missing. */
bool dimension_is_default(const struct dimension *dimension, const char *cell);
bool dimension_varies(const struct dimension *dimension, const struct point_record *points, size_t count);
struct loaded;
/* Has the value one place above the table, because all points share it? Of the baseline's rows beside others
 * only the size counts. A reader looks for the size even when there is only one: it is never above. */
bool dimension_is_above(const struct dimension *dimension, const struct loaded *file);

/* ---- load.c ---- */

struct loaded {
    const char *path;
    const char *label; /* what a picture calls it */
    struct results *results;
    const struct run_record *run;
    struct point_record *points; /* those that the filter accepts, by point_id */
    size_t point_count;
    int64_t points_in_file;
    struct point_record *baselines; /* of the file, whatever the filter lets through */
    size_t baseline_count;
    bool beside; /* `points` has others than the baseline's */
    struct host_record *hosts;
    size_t host_count;
    struct environment_record *environment;
    size_t environment_count;
};

/* Opens the file, checks its points, hosts and environment against their checksums, and loads them. @return
 * 0, or -1 with `error`; `loaded` then owns nothing. */
int load_file(const char *path, const struct filter *filter, struct loaded *loaded, struct error *error);
void load_free(struct loaded *loaded);
/* All files of the command line; the array is malloc'd and released by load_free_all. */
int load_all(const struct arguments *arguments, const struct filter *filter, struct loaded **files,
             struct error *error);
void load_free_all(struct loaded *files, int count);
/* A table whole, verified, malloc'd. */
int load_table(struct results *results, enum table_id table, void **records, size_t *count,
               struct error *error);
/* A loaded point by its number, or NULL. */
const struct point_record *load_find_point(const struct loaded *file, int64_t id);
/* The value of an environment row, or NULL. */
const char *load_environment(const struct loaded *loaded, const char *name);
/* Name and processor of the host, or how many hosts there are, for headings. */
const char *load_host_line(const struct loaded *loaded, char *text, size_t length);

/* ---- baseline.c: what plain TCP sockets carried, beside what ZeroMQ did ---- */

bool baseline_is(const struct point_record *point);
/* Is it one beside others? Then it is no series, and no setting, of its own. */
bool baseline_is_beside(const struct loaded *file, const struct point_record *point);
/* Are there such rows? */
bool baseline_has_rows(const struct loaded *file);
/* The first point that is none. */
const struct point_record *baseline_first_other(const struct loaded *file);
/* Of the same file, between the same hosts, in the same settings as far as they matter to plain sockets;
 * with a valid repetition. NULL without one, and for points over no TCP. */
const struct point_record *baseline_find(const struct loaded *file, const struct point_record *point);
/* Throughput over the baseline's; NaN without one. */
double baseline_share(const struct loaded *file, const struct point_record *point);
/* "87 %", or "-". */
const char *baseline_format_share(double share, char text[CELL]);
/* May two baselines differ in this dimension? */
bool baseline_has_dimension(const struct dimension *dimension);
/* What the network interfaces between the ends can carry in Mbit/s, where all traffic of all these points
 * goes through one of them; else NaN. */
double baseline_link_mbit_s(const struct loaded *files, int file_count);

/* ---- notes.c ---- */

/* Seconds as zmqsweep's options write them: "200ms". */
const char *format_duration(double seconds, char text[CELL]);
/* Why a point is not, or not wholly, valid, and its warnings. */
const char *point_notes(const struct point_record *point, char text[NOTES]);

/* All of `csv --like pyzmq-bench`. @return 0 or -1. */
int csv_like_pyzmq(FILE *out, const char *path, const struct filter *filter, struct error *error);

/* ---- grid.c: a table in columns ---- */

enum row_style { STYLE_PLAIN, STYLE_WARNING, STYLE_FAILED, STYLE_GOOD };

struct grid_column {
    const char *title;
    bool right; /* numbers */
    int rank;   /* columns of the largest rank go first when the terminal is too narrow; 0 stays */
};

struct grid {
    const struct grid_column *columns;
    size_t column_count, row_count;
    char **cells; /* row by row */
    unsigned char *styles;
    bool *hidden;
};

/* @return 0, or -1 when out of memory. */
int grid_make(struct grid *grid, const struct grid_column *columns, size_t column_count, size_t row_count);
void grid_free(struct grid *grid);
void grid_set(struct grid *grid, size_t row, size_t column, const char *text);
/* Hides columns until the table fits. @return how many. */
size_t grid_fit(struct grid *grid, size_t width);
void grid_print(const struct grid *grid, FILE *out, bool colour);

/* ---- the subcommands ---- */

int show_run(struct task *task, struct error *error);
int csv_run(struct task *task, struct error *error);
int plot_run(struct task *task, struct error *error);
int html_run(struct task *task, struct error *error);
int compare_run(struct task *task, struct error *error);
int recover_run(struct task *task, struct error *error);

/* ---- streams.c: from host to host ---- */

/* The rates between a pair of hosts, a repetition each. */
struct cell {
    double *rates, median;
    size_t count, capacity;
};

struct matrix {
    char (*names)[64]; /* of all files' hosts */
    size_t hosts;
    struct cell *cells; /* [sender][receiver] */
    double lowest, highest;
    size_t filled;
};

/* Keeps the points of the fastest settings, all steps of a matrix: small messages say little of a link.
 * @return 0 or -1. */
int streams_narrow(struct loaded *files, int file_count, struct error *error);
/* The streams of the files' points, hosts by name; `matrix` begins zeroed. @return 0, or -1; streams_free
 * either way. */
int streams_collect(struct matrix *matrix, const struct loaded *files, int file_count, struct error *error);
void streams_free(struct matrix *matrix);

/* ---- evidence.c ---- */

/* What limits each of the file's points. @return 0 or -1. */
int why_print(const struct task *task, const struct loaded *file, struct error *error);

/* ---- outliers.c ---- */

/* Hosts that are slow as senders or as receivers. Narrows the files. @return 0 or -1. */
int outliers_print(const struct task *task, struct loaded *files, int file_count, struct error *error);

#endif
