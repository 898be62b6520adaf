/* load.h - loads results files: checks them against their checksums, and keeps in memory what
 * reports need. */
#ifndef REPORT_READING_LOAD_H
#define REPORT_READING_LOAD_H

#include "filter.h"

#include "zmqsweep/results.h"

#include <stdbool.h>

struct loaded {
    const char *path;
    const char *label; /* name of the file in pictures and tables */
    struct results *results;
    const struct run_record *run;
    struct point_record *points; /* the points that the filter accepts, by point_id */
    size_t point_count;
    int64_t points_in_file;
    struct point_record *baselines; /* the file's baseline points, whatever the filter accepts */
    size_t baseline_count;
    bool beside; /* `points` has other points besides the baseline's */
    struct host_record *hosts;
    size_t host_count;
    struct environment_record *environment;
    size_t environment_count;
};

/* Opens the file, checks its points, hosts and environment against their checksums, and loads them.
 * @return 0, or -1 with `error`; `loaded` then owns nothing. */
int load_file(const char *path, const struct filter *filter, struct loaded *loaded,
              struct error *error);
void load_free(struct loaded *loaded);
/* Loads several files into an array, malloc'd; load_free_all releases it. @return 0, or -1 with
 * `error`. */
int load_files(char *const *paths, int count, const struct filter *filter, struct loaded **files,
               struct error *error);
void load_free_all(struct loaded *files, int count);

/* ---- tables ---- */

/* Loads a whole table, verified, malloc'd. @return 0, or -1 with `error`. */
int load_table(struct results *results, enum table_id table, void **records, size_t *count,
               struct error *error);
/* Takes a row; @return 0, or -1 with `error` to end the reading. */
typedef int load_take(void *data, const void *record, struct error *error);
/* Calls `take` with every row of the table, in order. The memory that it needs does not grow with
 * the table. It verifies nothing: see results_verify. @return 0, or -1 with `error`. */
int load_each_row(struct results *results, enum table_id table, load_take *take, void *data,
                  struct error *error);
/* Like load_each_row, but only with the rows that the filter accepts. The filter must have been
 * read for this table. */
int load_each_accepted(struct results *results, enum table_id table, const struct filter *filter,
                       load_take *take, void *data, struct error *error);

/* ---- what is in a loaded file ---- */

/* A loaded point by its number, or NULL; the points are in the order of their numbers. */
const struct point_record *load_find_point(const struct loaded *file, int64_t id);
/* The value of an environment row, or NULL. */
const char *load_environment(const struct loaded *loaded, const char *name);
/* Name and processor of the host, or how many hosts there are, for headings. */
const char *load_host_line(const struct loaded *loaded, char *text, size_t length);
/* Is the point a baseline point beside points of ZeroMQ? Then it counts neither as a series nor as
 * a setting of its own. */
bool load_is_extra_baseline(const struct loaded *file, const struct point_record *point);
/* Does the file have baseline points beside points of ZeroMQ? */
bool load_has_beside(const struct loaded *file);
/* The first point that is not a baseline point beside others; the last point if all are. */
const struct point_record *load_first_zmq_point(const struct loaded *file);

#endif
