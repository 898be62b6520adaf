/* compare.c - which points of two sides have the same settings. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

/* A job's points by their settings. */
struct index {
    const struct loaded *file;
    const struct point_record **sorted;
};

/* The indices of all jobs, the base's first. */
struct indices {
    struct index *jobs;
    size_t count;
};

const char *compare_verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {"FASTER", "SLOWER", "SAME", "UNSURE"};
    return names[verdict];
}

/* Whether all jobs of `side` were measured before those of `later`. ISO 8601 times in one time zone
 * sort as text. */
static bool is_before(const struct side *side, const struct side *later)
{
    for (size_t i = 0; i < side->count; i++)
        for (size_t j = 0; j < later->count; j++)
            if (strcmp(side->jobs[i].file->run->created, later->jobs[j].file->run->created) >= 0)
                return false;
    return true;
}

bool compare_is_apart(const struct comparison *comparison)
{
    const struct side *base = &comparison->base, *other = &comparison->other;
    return base->count > 1 && other->count > 1 &&
           (is_before(base, other) || is_before(other, base));
}

bool compare_has_several(const struct comparison *comparison)
{
    return comparison->base.count > 1 || comparison->other.count > 1;
}

/* ---- points by their settings ---- */

static int by_settings(const void *a, const void *b)
{
    const struct point_record *const *x = a, *const *y = b;
    return strcmp((*x)->settings, (*y)->settings);
}

static const struct point_record **sort_settings(const struct loaded *file)
{
    const struct point_record **sorted =
        calloc(file->point_count + 1, sizeof(struct point_record *));
    for (size_t i = 0; sorted && i < file->point_count; i++)
        sorted[i] = &file->points[i];
    if (sorted)
        qsort(sorted, file->point_count, sizeof(struct point_record *), by_settings);
    return sorted;
}

static void free_indices(struct indices *indices)
{
    for (size_t i = 0; indices->jobs && i < indices->count; i++)
        free(indices->jobs[i].sorted);
    free(indices->jobs);
}

/* @return 0 or -1. Call free_indices afterwards, whatever it returns. */
static int make_indices(const struct comparison *comparison, struct indices *indices)
{
    size_t base = comparison->base.count, count = base + comparison->other.count;
    *indices = (struct indices){.jobs = calloc(count, sizeof *indices->jobs), .count = count};
    if (!indices->jobs)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct index *index = &indices->jobs[i];
        index->file =
            i < base ? comparison->base.jobs[i].file : comparison->other.jobs[i - base].file;
        index->sorted = sort_settings(index->file);
        if (!index->sorted)
            return -1;
    }
    return 0;
}

static const struct point_record *find(const struct index *index, const struct point_record *point)
{
    const struct point_record **found = bsearch(&point, index->sorted, index->file->point_count,
                                                sizeof(struct point_record *), by_settings);
    return found ? *found : NULL;
}

/* Does one of the jobs first ... end - 1 have the point? */
static bool is_in(const struct indices *indices, size_t first, size_t end,
                  const struct point_record *point)
{
    for (size_t job = first; job < end; job++)
        if (find(&indices->jobs[job], point))
            return true;
    return false;
}

/* ---- pairs ---- */

static const struct point_record *first_of(const struct point_record *const *points, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (points[i])
            return points[i];
    return NULL;
}

static void add_pair(struct comparison *comparison, const struct indices *indices, size_t job,
                     const struct point_record *point)
{
    const struct point_record **points = comparison->points + comparison->count * indices->count;
    size_t base = comparison->base.count;
    for (size_t i = 0; i < indices->count; i++)
        points[i] = i == job ? point : find(&indices->jobs[i], point);
    comparison->pairs[comparison->count++] =
        (struct pair){.points = points,
                      .base = first_of(points, base),
                      .other = first_of(points + base, indices->count - base)};
}

static void pair_points(struct comparison *comparison, const struct indices *indices)
{
    size_t base = comparison->base.count;
    for (size_t job = 0; job < indices->count; job++) {
        const struct loaded *file = indices->jobs[job].file;
        bool is_base = job < base;
        for (size_t i = 0; i < file->point_count; i++) {
            const struct point_record *point = &file->points[i];
            if (is_in(indices, is_base ? 0 : base, job, point))
                continue;
            bool has_partner =
                is_in(indices, is_base ? base : 0, is_base ? indices->count : base, point);
            comparison->only_base += is_base && !has_partner;
            comparison->only_other += !is_base && !has_partner;
            if (is_base && has_partner)
                add_pair(comparison, indices, job, point);
        }
    }
}

static int make_pairs(struct comparison *comparison, const struct indices *indices)
{
    size_t most = 1;
    for (size_t i = 0; i < comparison->base.count; i++)
        most += comparison->base.jobs[i].file->point_count;
    comparison->pairs = calloc(most, sizeof *comparison->pairs);
    comparison->points = calloc(most * indices->count, sizeof(struct point_record *));
    if (!comparison->pairs || !comparison->points)
        return -1;
    pair_points(comparison, indices);
    return 0;
}

int compare_match(struct comparison *comparison, struct error *error)
{
    struct indices indices;
    int failed = make_indices(comparison, &indices) || make_pairs(comparison, &indices);
    free_indices(&indices);
    if (failed)
        return error_set(error, "out of memory for the comparison");
    if (comparison->count == 0) /* "nothing is slower" would mislead whoever relies on it */
        return error_set(error, "%.200s: has no point of the same settings as one of %.200s",
                         comparison->other.jobs->file->path, comparison->base.jobs->file->path);
    return 0;
}

void compare_free(struct comparison *comparison)
{
    free(comparison->points);
    free(comparison->pairs);
    comparison->points = NULL;
    comparison->pairs = NULL;
}
