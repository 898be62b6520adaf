/* load.c - result files, checked and in memory as far as reports need them. */
#include "report_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a table may take in memory: a guard against a file that claims more, not a limit for real ones. */
#define MOST_BYTES ((int64_t)2 << 30)

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

static int by_id(const void *a, const void *b)
{
    const struct point_record *x = a, *y = b;
    return (x->point_id > y->point_id) - (x->point_id < y->point_id);
}

/* They are looked up for points that the filter lets through, and need not meet it. */
static int keep_baselines(struct loaded *loaded, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += baseline_is(&loaded->points[i]);
    loaded->baselines = found ? calloc(found, sizeof *loaded->baselines) : NULL;
    for (size_t i = 0; i < count && loaded->baselines; i++)
        if (baseline_is(&loaded->points[i]))
            loaded->baselines[loaded->baseline_count++] = loaded->points[i];
    return found == loaded->baseline_count ? 0 : -1;
}

static int load_points(struct loaded *loaded, const struct filter *filter, struct error *error)
{
    void *records;
    size_t count, kept = 0;
    if (load_table(loaded->results, TABLE_POINTS, &records, &count, error))
        return -1;
    loaded->points = records;
    loaded->points_in_file = (int64_t)count;
    if (keep_baselines(loaded, count))
        return error_set(error, "out of memory for the baseline");
    for (size_t i = 0; i < count; i++)
        if (filter_accepts_point(filter, &loaded->points[i])) {
            loaded->beside = loaded->beside || !baseline_is(&loaded->points[i]);
            loaded->points[kept++] = loaded->points[i];
        }
    loaded->point_count = kept;
    qsort(loaded->points, kept, sizeof *loaded->points, by_id);
    return 0;
}

/* Processor models come with blanks at their ends. */
static void trim_models(struct host_record *hosts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t length = strlen(hosts[i].cpu_model); length > 0 && hosts[i].cpu_model[length - 1] == ' ';)
            hosts[i].cpu_model[--length] = '\0';
}

int load_file(const char *path, const struct filter *filter, struct loaded *loaded, struct error *error)
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
        failed =
            load_table(loaded->results, TABLE_ENVIRONMENT, &environment, &loaded->environment_count, error);
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

int load_all(const struct arguments *arguments, const struct filter *filter, struct loaded **files,
             struct error *error)
{
    int count = arguments->file_count;
    struct loaded *loaded = calloc((size_t)count, sizeof *loaded);
    if (!loaded)
        return error_set(error, "out of memory");
    for (int i = 0; i < count; i++) {
        if (load_file(arguments->files[i], filter, &loaded[i], error)) {
            load_free_all(loaded, i);
            return -1;
        }
        const char *label = arguments_nth(arguments, NAME_LABEL, (size_t)i);
        loaded[i].label = label ? label : arguments->files[i];
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

/* The points are in the order of their numbers. */
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
