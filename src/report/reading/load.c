/* load.c - loads results files: checks them, and keeps in memory what reports need. */
#include "load.h"

#include "files/guard.h"
#include "point.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The most memory that a table may take: a guard against a file that claims too much, not a limit
 * for real files. */
#define MOST_BYTES ((int64_t)2 << 30)
#define BATCH_ROWS 4096

int load_table(struct results *results, enum table_id table, void **records, size_t *count,
               struct error *error)
{
    size_t bytes = result_tables[table].record_bytes;
    int64_t rows = results_row_count(results, table);
    *records = NULL;
    *count = 0;
    if (results_verify(results, table, error))
        return -1;
    void *loaded = rows <= MOST_BYTES / (int64_t)bytes ? calloc((size_t)rows + 1, bytes) : NULL;
    if (!loaded)
        return error_set(error, "table %s with %" PRId64 " rows is too large for the memory",
                         result_tables[table].name, rows);
    if (results_read(results, table, 0, rows, loaded, error)) {
        free(loaded);
        return -1;
    }
    *records = loaded;
    *count = (size_t)rows;
    return 0;
}

int load_each_row(struct results *results, enum table_id table, load_take *take, void *data,
                  struct error *error)
{
    size_t bytes = result_tables[table].record_bytes;
    int64_t total = results_row_count(results, table);
    char *rows = calloc(BATCH_ROWS, bytes);
    int failed =
        rows ? 0 : error_set(error, "out of memory for table %s", result_tables[table].name);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(results, table, first, count, rows, error);
        for (int64_t i = 0; i < count && !failed; i++)
            failed = take(data, rows + (size_t)i * bytes, error);
    }
    free(rows);
    return failed ? -1 : 0;
}

/* ---- rows that a filter accepts ---- */

struct accepting {
    enum table_id table;
    const struct filter *filter;
    int64_t *points; /* point_ids that the filter accepts, ascending */
    size_t point_count;
    load_take *take;
    void *data;
};

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int accept_points(struct results *results, struct accepting *accepting, struct error *error)
{
    void *records;
    size_t rows;
    if (load_table(results, TABLE_POINTS, &records, &rows, error))
        return -1;
    const struct point_record *points = records;
    accepting->points = calloc(rows + 1, sizeof *accepting->points);
    for (size_t i = 0; accepting->points && i < rows; i++)
        if (filter_accepts_point(accepting->filter, &points[i]))
            accepting->points[accepting->point_count++] = points[i].point_id;
    free(records);
    if (!accepting->points)
        return error_set(error, "out of memory");
    qsort(accepting->points, accepting->point_count, sizeof *accepting->points, by_number);
    return 0;
}

/* Takes a row if the filter accepts its point and the row itself. In every table that has a
 * point_id, it is the first column. */
static int take_accepted(void *data, const void *record, struct error *error)
{
    const struct accepting *accepting = data;
    int64_t id;
    if (accepting->table <= TABLE_LATENCY) {
        memcpy(&id, (const char *)record + result_tables[accepting->table].columns[0].offset,
               sizeof id);
        if (accepting->point_count == 0 ||
            !bsearch(&id, accepting->points, accepting->point_count, sizeof id, by_number))
            return 0;
    }
    return filter_accepts_row(accepting->filter, record)
               ? accepting->take(accepting->data, record, error)
               : 0;
}

int load_each_accepted(struct results *results, enum table_id table, const struct filter *filter,
                       load_take *take, void *data, struct error *error)
{
    struct accepting accepting = {.table = table, .filter = filter, .take = take, .data = data};
    int failed = table <= TABLE_LATENCY && accept_points(results, &accepting, error);
    if (!failed)
        failed = load_each_row(results, table, take_accepted, &accepting, error);
    free(accepting.points);
    return failed ? -1 : 0;
}

/* ---- files ---- */

static int by_id(const void *a, const void *b)
{
    const struct point_record *x = a, *y = b;
    return (x->point_id > y->point_id) - (x->point_id < y->point_id);
}

/* Copies the baseline's points before the filter applies. They are looked up for points that the
 * filter accepts, and need not be accepted themselves. */
static int copy_baselines(struct loaded *loaded, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += point_is_baseline(&loaded->points[i]);
    loaded->baselines = found ? calloc(found, sizeof *loaded->baselines) : NULL;
    for (size_t i = 0; i < count && loaded->baselines; i++)
        if (point_is_baseline(&loaded->points[i]))
            loaded->baselines[loaded->baseline_count++] = loaded->points[i];
    return found == loaded->baseline_count ? 0 : -1;
}

static int load_points(struct loaded *loaded, const struct filter *filter, struct error *error)
{
    void *records;
    size_t count, accepted = 0;
    if (load_table(loaded->results, TABLE_POINTS, &records, &count, error))
        return -1;
    loaded->points = records;
    loaded->points_in_file = (int64_t)count;
    if (copy_baselines(loaded, count))
        return error_set(error, "out of memory for the baseline");
    for (size_t i = 0; i < count; i++)
        if (filter_accepts_point(filter, &loaded->points[i])) {
            loaded->beside = loaded->beside || !point_is_baseline(&loaded->points[i]);
            loaded->points[accepted++] = loaded->points[i];
        }
    loaded->point_count = accepted;
    qsort(loaded->points, accepted, sizeof *loaded->points, by_id);
    return 0;
}

/* Removes blanks at the end of processor models, which many of them have. */
static void trim_models(struct host_record *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t length = strlen(hosts[i].cpu_model);
             length > 0 && hosts[i].cpu_model[length - 1] == ' ';)
            hosts[i].cpu_model[--length] = '\0';
}

int load_file(const char *path, const struct filter *filter, struct loaded *loaded,
              struct error *error)
{
    void *hosts = NULL, *environment = NULL;
    *loaded = (struct loaded){.path = path, .label = path};
    guard_reading(path);
    int failed = results_open(path, &loaded->results, error);
    if (!failed)
        failed = load_points(loaded, filter, error);
    if (!failed)
        failed = load_table(loaded->results, TABLE_HOSTS, &hosts, &loaded->host_count, error);
    loaded->hosts = hosts;
    if (!failed)
        failed = load_table(loaded->results, TABLE_ENVIRONMENT, &environment,
                            &loaded->environment_count, error);
    loaded->environment = environment;
    if (failed) {
        load_free(loaded);
        return -1;
    }
    trim_models(loaded->hosts, loaded->host_count);
    loaded->run = results_run(loaded->results);
    return 0;
}

void load_free(struct loaded *loaded)
{
    results_close(&loaded->results);
    free(loaded->points);
    free(loaded->baselines);
    free(loaded->hosts);
    free(loaded->environment);
    *loaded = (struct loaded){0};
}

int load_files(char *const *paths, int count, const struct filter *filter, struct loaded **files,
               struct error *error)
{
    struct loaded *loaded = calloc((size_t)count, sizeof *loaded);
    if (!loaded)
        return error_set(error, "out of memory");
    for (int i = 0; i < count; i++)
        if (load_file(paths[i], filter, &loaded[i], error)) {
            load_free_all(loaded, i);
            return -1;
        }
    guard_reading(NULL);
    *files = loaded;
    return 0;
}

void load_free_all(struct loaded *files, int count)
{
    for (int i = 0; i < count; i++)
        load_free(&files[i]);
    free(files);
}

/* ---- what is in a loaded file ---- */

const struct point_record *load_find_point(const struct loaded *file, int64_t id)
{
    size_t low = 0, high = file->point_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->points[middle].point_id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < file->point_count && file->points[low].point_id == id ? &file->points[low] : NULL;
}

const char *load_environment(const struct loaded *loaded, const char *name)
{
    for (size_t i = 0; i < loaded->environment_count; i++)
        if (strcmp(loaded->environment[i].name, name) == 0)
            return loaded->environment[i].value;
    return NULL;
}

const char *load_host_line(const struct loaded *loaded, char *text, size_t length)
{
    const struct host_record *first = loaded->hosts;
    if (loaded->host_count == 0)
        snprintf(text, length, "unknown host");
    else if (loaded->host_count == 1)
        snprintf(text, length, "host %s (%s, %" PRId64 " cores)", first->name, first->cpu_model,
                 first->cores);
    else
        snprintf(text, length, "%zu hosts (%s to %s)", loaded->host_count, first->name,
                 loaded->hosts[loaded->host_count - 1].name);
    return text;
}

bool load_is_extra_baseline(const struct loaded *file, const struct point_record *point)
{
    return file->beside && point_is_baseline(point);
}

const struct point_record *load_first_zmq_point(const struct loaded *file)
{
    size_t i = 0;
    while (i + 1 < file->point_count && load_is_extra_baseline(file, &file->points[i]))
        i++;
    return &file->points[i];
}

bool load_has_beside(const struct loaded *file)
{
    bool found = false;
    for (size_t i = 0; i < file->point_count && !found; i++)
        found = load_is_extra_baseline(file, &file->points[i]);
    return found;
}
