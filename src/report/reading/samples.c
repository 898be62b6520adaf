/* samples.c - which repetitions are valid, and what the ranks did in them. */
#include "samples.h"

#include "files/guard.h"

#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *error)
{
    return error_set(error, "out of memory for the repetitions");
}

/* ---- valid repetitions ---- */

struct selecting {
    struct samples *samples;
    size_t capacity;
    bool moving;
};

static int by_point(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return (x->repetition > y->repetition) - (x->repetition < y->repetition);
}

static int grow(struct selecting *selecting)
{
    size_t capacity = selecting->capacity ? 2 * selecting->capacity : 256;
    struct sample *grown = realloc(selecting->samples->rows, capacity * sizeof *grown);
    if (!grown)
        return -1;
    selecting->samples->rows = grown;
    selecting->capacity = capacity;
    return 0;
}

static int take_repetition(void *data, const void *record, struct error *error)
{
    struct selecting *selecting = data;
    struct samples *samples = selecting->samples;
    const struct repetition_record *row = record;
    if (!row->valid || (selecting->moving && !(row->throughput_mbit_s > 0)))
        return 0;
    if (samples->count == selecting->capacity && grow(selecting))
        return out_of_memory(error);
    samples->rows[samples->count++] = (struct sample){.point_id = row->point_id,
                                                      .repetition = row->repetition,
                                                      .round = row->round,
                                                      .start_s = row->start_s,
                                                      .throughput_mbit_s = row->throughput_mbit_s,
                                                      .latency_p99_us = row->latency_p99_us};
    return 0;
}

int samples_load(const struct loaded *file, bool moving, struct samples *samples,
                 struct error *error)
{
    *samples = (struct samples){.count = 0};
    struct selecting selecting = {.samples = samples, .moving = moving};
    guard_reading(file->path);
    if (results_verify(file->results, TABLE_REPETITIONS, error) ||
        load_each_row(file->results, TABLE_REPETITIONS, take_repetition, &selecting, error))
        return -1;
    guard_reading(NULL);
    if (samples->count > 0)
        qsort(samples->rows, samples->count, sizeof *samples->rows, by_point);
    return 0;
}

void samples_free(struct samples *samples)
{
    free(samples->rows);
    *samples = (struct samples){.count = 0};
}

const struct sample *samples_of_point(const struct samples *samples, int64_t point_id,
                                      size_t *count)
{
    size_t low = 0, high = samples->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (samples->rows[middle].point_id < point_id)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0;
         low + *count < samples->count && samples->rows[low + *count].point_id == point_id;)
        ++*count;
    return samples->rows + low;
}

const struct sample *samples_find(const struct samples *samples, int64_t point_id,
                                  int64_t repetition)
{
    const struct sample wanted = {.point_id = point_id, .repetition = repetition};
    return samples->count == 0
               ? NULL
               : bsearch(&wanted, samples->rows, samples->count, sizeof *samples->rows, by_point);
}

/* ---- the rows of the repetitions' ranks, point after point ---- */

struct gathering {
    const struct samples *valid;        /* the repetitions to take; NULL: all */
    const struct point_record **points; /* points of the file, by point_id */
    size_t point_count;
    const struct point_record *point; /* the point whose rows are being read */
    struct rank_record *rows;
    size_t count, capacity;
    samples_take *take;
    void *data;
};

static int by_id(const void *a, const void *b)
{
    const struct point_record *const *x = a, *const *y = b;
    return ((*x)->point_id > (*y)->point_id) - ((*x)->point_id < (*y)->point_id);
}

/* Lists the file's points by point_id, because a report may have sorted them by other columns. */
static int sort_points(struct gathering *gathering, const struct loaded *file)
{
    gathering->points = calloc(file->point_count + 1, sizeof(struct point_record *));
    if (!gathering->points)
        return -1;
    gathering->point_count = file->point_count;
    for (size_t i = 0; i < file->point_count; i++)
        gathering->points[i] = &file->points[i];
    qsort(gathering->points, gathering->point_count, sizeof(struct point_record *), by_id);
    return 0;
}

static const struct point_record *find_point(const struct gathering *gathering, int64_t id)
{
    const struct point_record key = {.point_id = id}, *wanted = &key;
    const struct point_record **found = bsearch(&wanted, gathering->points, gathering->point_count,
                                                sizeof(struct point_record *), by_id);
    return found ? *found : NULL;
}

static bool is_wanted(const struct gathering *gathering, const struct rank_record *row)
{
    return !gathering->valid ||
           (row->repetition >= 0 && row->repetition < gathering->point->repetitions &&
            samples_find(gathering->valid, row->point_id, row->repetition));
}

static int by_group(const void *a, const void *b)
{
    const struct rank_record *x = a, *y = b;
    if (x->repetition != y->repetition)
        return x->repetition < y->repetition ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

/* Hands out the rows of a point. All of them have been read. */
static int finish_point(struct gathering *gathering, struct error *error)
{
    size_t count = gathering->count;
    gathering->count = 0;
    if (count == 0)
        return 0;
    qsort(gathering->rows, count, sizeof *gathering->rows, by_group);
    return gathering->take(gathering->data, gathering->point, gathering->rows, count, error);
}

static int append(struct gathering *gathering, const struct rank_record *row, struct error *error)
{
    if (gathering->count == gathering->capacity) {
        size_t capacity = gathering->capacity ? 2 * gathering->capacity : 64;
        struct rank_record *grown = realloc(gathering->rows, capacity * sizeof *grown);
        if (!grown)
            return out_of_memory(error);
        gathering->rows = grown;
        gathering->capacity = capacity;
    }
    gathering->rows[gathering->count++] = *row;
    return 0;
}

/* Takes one row. A file has all rows of a point one after the other. */
static int take_rank(void *data, const void *record, struct error *error)
{
    struct gathering *gathering = data;
    const struct rank_record *row = record;
    if (!gathering->point || gathering->point->point_id != row->point_id) {
        if (finish_point(gathering, error))
            return -1;
        gathering->point = find_point(gathering, row->point_id);
    }
    return gathering->point && is_wanted(gathering, row) ? append(gathering, row, error) : 0;
}

int samples_read_ranks(const struct loaded *file, const struct samples *valid, samples_take *take,
                       void *data, struct error *error)
{
    struct gathering gathering = {.valid = valid, .take = take, .data = data};
    guard_reading(file->path);
    int failed = sort_points(&gathering, file) ? out_of_memory(error) : 0;
    if (!failed)
        failed = results_verify(file->results, TABLE_RANKS, error) ||
                 load_each_row(file->results, TABLE_RANKS, take_rank, &gathering, error);
    guard_reading(NULL);
    if (!failed)
        failed = finish_point(&gathering, error);
    free(gathering.points);
    free(gathering.rows);
    return failed ? -1 : 0;
}
