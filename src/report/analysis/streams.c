/* streams.c - the streams from host to host in a sweep's files: who sent to whom, how fast. */
#include "streams.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_HOSTS 1024

/* ---- hosts ---- */

static size_t host_named(const struct matrix *matrix, const char *name)
{
    size_t i = 0;
    while (i < matrix->hosts && strcmp(matrix->names[i], name) != 0)
        i++;
    return i;
}

/* Collects the hosts of all files by name, because files of one cluster have hosts in common. */
static int collect_hosts(struct matrix *matrix, const struct loaded *files, int file_count)
{
    size_t total = 0;
    for (int i = 0; i < file_count; i++)
        total += files[i].host_count;
    matrix->names = calloc(total + 1, sizeof *matrix->names);
    if (!matrix->names || total > MOST_HOSTS)
        return -1;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].host_count; k++) {
            size_t at = host_named(matrix, files[i].hosts[k].name);
            if (at == matrix->hosts)
                snprintf(matrix->names[matrix->hosts++], 64, "%s", files[i].hosts[k].name);
        }
    matrix->cells = calloc(matrix->hosts * matrix->hosts + 1, sizeof *matrix->cells);
    return matrix->cells ? 0 : -1;
}

static size_t host_index(const struct matrix *matrix, const struct loaded *file, int64_t host_id)
{
    for (size_t i = 0; i < file->host_count; i++)
        if (file->hosts[i].host_id == host_id)
            return host_named(matrix, file->hosts[i].name);
    return matrix->hosts;
}

/* ---- from rank rows to cells ---- */

static int add_rate(struct matrix *matrix, const struct loaded *file, int64_t sender,
                    int64_t receiver, double rate)
{
    size_t from = host_index(matrix, file, sender), to = host_index(matrix, file, receiver);
    if (from == matrix->hosts || to == matrix->hosts || !(rate > 0))
        return 0;
    struct cell *cell = &matrix->cells[from * matrix->hosts + to];
    if (cell->count == cell->capacity) {
        size_t capacity = cell->capacity ? 2 * cell->capacity : 8;
        double *grown = realloc(cell->rates, capacity * sizeof *grown);
        if (!grown)
            return -1;
        cell->rates = grown;
        cell->capacity = capacity;
    }
    cell->rates[cell->count++] = rate;
    return 0;
}

static bool is_sender(const struct rank_record *row)
{
    return strcmp(row->role, "sender") == 0;
}

/* Adds the streams of a group. One end of every group is a single rank; each rank of the other end
 * has one stream to or from it. */
static int add_group(struct matrix *matrix, const struct loaded *file,
                     const struct rank_record *rows, size_t count)
{
    size_t senders = 0;
    const struct rank_record *sender = NULL, *receiver = NULL;
    for (size_t i = 0; i < count; i++) {
        senders += is_sender(&rows[i]);
        *(is_sender(&rows[i]) ? &sender : &receiver) = &rows[i];
    }
    if (!sender || !receiver)
        return 0;
    for (size_t i = 0; i < count; i++)
        if (is_sender(&rows[i]) == (senders > 1) &&
            add_rate(matrix, file, senders > 1 ? rows[i].host_id : sender->host_id,
                     senders > 1 ? receiver->host_id : rows[i].host_id, rows[i].throughput_mbit_s))
            return -1;
    return 0;
}

static bool is_same_group(const struct rank_record *a, const struct rank_record *b)
{
    return a->repetition == b->repetition && a->group == b->group;
}

struct collecting {
    struct matrix *matrix;
    const struct loaded *file;
};

static int add_point(void *data, const struct point_record *point, struct rank_record *rows,
                     size_t count, struct error *error)
{
    const struct collecting *collecting = data;
    if (!(point->valid_repetitions > 0))
        return 0;
    for (size_t first = 0, i = 1; i <= count; i++)
        if (i == count || !is_same_group(&rows[first], &rows[i])) {
            if (add_group(collecting->matrix, collecting->file, rows + first, i - first))
                return error_set(error, "out of memory for the streams between hosts");
            first = i;
        }
    return 0;
}

/* ---- the point ---- */

/* The settings of the fastest valid point of the files: a sweep's small messages show little of a
 * link. */
static const char *choose_settings(const struct loaded *files, int file_count)
{
    const struct point_record *best = NULL;
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++) {
            const struct point_record *point = &files[i].points[k];
            if (point->throughput_mbit_s > (best ? best->throughput_mbit_s : 0))
                best = point;
        }
    return best ? best->settings : NULL;
}

static void summarise(struct matrix *matrix)
{
    matrix->lowest = matrix->highest = NAN;
    for (size_t i = 0; i < matrix->hosts * matrix->hosts; i++) {
        struct cell *cell = &matrix->cells[i];
        cell->median = cell->count ? stats_median(cell->rates, cell->count) : NAN;
        matrix->lowest = fmin(matrix->lowest, cell->median);
        matrix->highest = fmax(matrix->highest, cell->median);
        matrix->filled += cell->count > 0;
    }
}

/* The length of the part of the settings that all steps of `zmqsweep --matrix` have in common. What
 * differs, such as " matrix=rounds step=3", is at the end. */
static size_t common_length(const char *settings)
{
    const char *steps = strstr(settings, " matrix=");
    return steps ? (size_t)(steps - settings) : strlen(settings);
}

/* Drops the baseline's points, which would otherwise be the fastest settings of all. */
static void drop_baselines(struct loaded *file)
{
    size_t remaining = 0;
    for (size_t i = 0; i < file->point_count; i++)
        if (!load_is_extra_baseline(file, &file->points[i]))
            file->points[remaining++] = file->points[i];
    file->point_count = remaining;
}

int streams_narrow(struct loaded *files, int file_count, struct error *error)
{
    char settings[sizeof files->points->settings];
    for (int i = 0; i < file_count; i++)
        drop_baselines(&files[i]);
    const char *chosen = choose_settings(files, file_count);
    if (!chosen)
        return error_set(error, "%.300s: has no valid point", files[0].path);
    snprintf(settings, sizeof settings, "%.*s", (int)common_length(chosen), chosen);
    for (int i = 0; i < file_count; i++) {
        size_t remaining = 0;
        for (size_t k = 0; k < files[i].point_count; k++) {
            const char *words = files[i].points[k].settings;
            size_t length = common_length(words);
            if (length == strlen(settings) && strncmp(words, settings, length) == 0)
                files[i].points[remaining++] = files[i].points[k];
        }
        files[i].point_count = remaining;
    }
    return 0;
}

int streams_collect(struct matrix *matrix, const struct loaded *files, int file_count,
                    samples_rank_reader *read, struct error *error)
{
    if (collect_hosts(matrix, files, file_count))
        return error_set(error, "too many hosts for a matrix: %d is the most", MOST_HOSTS);
    for (int i = 0; i < file_count; i++)
        if (read(&files[i], NULL, add_point, &(struct collecting){matrix, &files[i]}, error))
            return -1;
    summarise(matrix);
    if (matrix->filled == 0)
        return error_set(error, "%.300s: has no valid stream between hosts", files[0].path);
    return 0;
}

void streams_free(struct matrix *matrix)
{
    for (size_t i = 0; matrix->cells && i < matrix->hosts * matrix->hosts; i++)
        free(matrix->cells[i].rates);
    free(matrix->cells);
    free(matrix->names);
}
