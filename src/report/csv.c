/* csv.c - tables as CSV. */
#include "report_internal.h"

#include "zmqsweep/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_ROWS 4096

static int read_table(const struct arguments *arguments, enum table_id *table, struct error *error)
{
    const char *names[TABLE_TOTAL], *name = arguments_text(arguments, NAME_TABLE);
    int found = name ? results_table_named(name) : TABLE_POINTS;
    *table = (enum table_id)found;
    if (found >= 0)
        return 0;
    for (int i = 0; i < TABLE_TOTAL; i++)
        names[i] = result_tables[i].name;
    const char *nearest = text_nearest(name, names, TABLE_TOTAL);
    return error_set(
        error,
        "--table: there is no table %.64s; say points, repetitions, ranks, intervals, latency, hosts or "
        "environment%s%s",
        name, nearest ? "; the nearest is " : "", nearest ? nearest : "");
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The numbers of the points that the filter accepts, ascending. */
static int wanted_points(struct results *results, const struct filter *filter, int64_t **wanted,
                         size_t *count, struct error *error)
{
    void *records;
    size_t rows;
    if (load_table(results, TABLE_POINTS, &records, &rows, error))
        return -1;
    const struct point_record *points = records;
    int64_t *ids = calloc(rows + 1, sizeof *ids);
    *count = 0;
    for (size_t i = 0; ids && i < rows; i++)
        if (filter_accepts_point(filter, &points[i]))
            ids[(*count)++] = points[i].point_id;
    free(records);
    if (!ids)
        return error_set(error, "out of memory");
    qsort(ids, *count, sizeof *ids, by_number);
    *wanted = ids;
    return 0;
}

/* In the tables that have a point_id it is the first column. */
static bool is_wanted(enum table_id table, const struct filter *filter, const int64_t *wanted, size_t count,
                      const char *record)
{
    int64_t id;
    if (table <= TABLE_LATENCY) {
        memcpy(&id, record + result_tables[table].columns[0].offset, sizeof id);
        if (count == 0 || !bsearch(&id, wanted, count, sizeof *wanted, by_number))
            return false;
    }
    return filter_accepts_row(filter, record);
}

/* The rows that the filter accepts. */
static int write_some(FILE *out, struct results *results, enum table_id table, const struct filter *filter,
                      struct error *error)
{
    size_t bytes = result_tables[table].record_bytes, count = 0;
    int64_t *wanted = NULL, total = results_row_count(results, table);
    int failed = table <= TABLE_LATENCY && wanted_points(results, filter, &wanted, &count, error);
    char *records = calloc(BATCH_ROWS, bytes);
    if (!failed && !records)
        failed = error_set(error, "out of memory");
    if (!failed)
        results_csv_header(out, table);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t rows = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(results, table, first, rows, records, error);
        for (int64_t i = 0; i < rows && !failed; i++)
            if (is_wanted(table, filter, wanted, count, records + (size_t)i * bytes))
                results_csv_row(out, table, records + (size_t)i * bytes);
    }
    free(records);
    free(wanted);
    return failed ? -1 : 0;
}

/* @return true when the columns are to be those of another tool, -1 with `error` for an unknown one. */
static int read_like(const struct arguments *arguments, struct error *error)
{
    const char *like = arguments_text(arguments, NAME_LIKE);
    if (!like)
        return 0;
    if (strcmp(like, "pyzmq-bench") != 0)
        return error_set(error, "--like: \"%.64s\" is not known; say pyzmq-bench", like);
    if (arguments_flag(arguments, NAME_TABLE))
        return error_set(error, "--like and --table exclude each other");
    return 1;
}

static int write_table(FILE *out, const char *path, enum table_id table, const struct filter *filter,
                       struct error *error)
{
    struct results *results = NULL;
    /* Verified when it has been read: what is written is published only after that. */
    int failed = results_open(path, &results, error) ||
                 (filter->count ? write_some(out, results, table, filter, error)
                                : results_csv_table(out, results, table, error)) ||
                 results_verify_read(results, table, error);
    results_close(&results);
    return failed;
}

int csv_run(struct task *task, struct error *error)
{
    struct filter filter;
    enum table_id table;
    const char *path = task->arguments->files[0];
    int like = read_like(task->arguments, error);
    if (like < 0 || read_table(task->arguments, &table, error) ||
        filter_read(arguments_text(task->arguments, NAME_WHERE), table, &filter, error))
        return EXIT_USAGE;
    guard_reading(path);
    int failed = like ? csv_like_pyzmq(task->out, path, &filter, error)
                      : write_table(task->out, path, table, &filter, error);
    return failed ? EXIT_FAILED : EXIT_OK;
}
