/* series.c - points of result files as series. What distinguishes points of equal x names their
 * series. */
#include "chart/kinds/series.h"
#include "analysis/baseline.h"
#include "reading/columns.h"
#include "reading/dimensions.h"
#include "reading/load.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the points ---- */

struct candidate {
    struct series_point value;
    const struct loaded *file;
};

struct candidates {
    struct candidate *items;
    size_t count;
};

static const struct dimension *dimension_titled(const char *title)
{
    size_t i = 0;
    while (strcmp(dimensions[i].title, title) != 0)
        i++;
    return &dimensions[i];
}

static double x_of(const struct dimension *x, const struct point_record *point)
{
    return column_number(column_named(TABLE_POINTS, x->column, strlen(x->column)), point);
}

/* Reads the point's x, y and interval. Only points with a valid repetition have a rate. An interval
 * that is missing, or does not contain the value, is not drawn. @return whether there is anything
 * to draw. */
static bool read_point(const struct series_set *set, const struct point_record *point,
                       struct series_point *value)
{
    *value = (struct series_point){.record = point, .x = x_of(set->x, point)};
    if (point->valid_repetitions <= 0 || !(value->x > 0) || !set->measure->value(point, value) ||
        !isfinite(value->y))
        return false;
    if (!(value->low <= value->y && value->y <= value->high &&
          (value->low > 0 || !set->measure->log)))
        value->low = value->high = value->y;
    return true;
}

static void add_candidate(struct candidates *all, const struct series_set *set,
                          const struct loaded *file, const struct point_record *point)
{
    struct series_point value;
    if (!load_is_extra_baseline(file, point) && read_point(set, point, &value))
        all->items[all->count++] = (struct candidate){value, file};
}

static int collect(struct candidates *all, const struct series_set *set, struct error *error)
{
    size_t total = 0;
    for (int i = 0; i < set->file_count; i++)
        total += set->files[i].point_count;
    *all = (struct candidates){.items = calloc(total + 1, sizeof *all->items)};
    if (!all->items)
        return error_set(error, "out of memory for the plot");
    for (int i = 0; i < set->file_count; i++)
        for (size_t k = 0; k < set->files[i].point_count; k++)
            add_candidate(all, set, &set->files[i], &set->files[i].points[k]);
    if (all->count > 0)
        return 0;
    free(all->items);
    return error_set(error, "%.300s: has no valid point to plot%s", set->files[0].path,
                     set->files[0].point_count < (size_t)set->files[0].points_in_file
                         ? " among those that --where lets through"
                         : "");
}

static int by_file_then_size(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->file != q->file)
        return p->file < q->file ? -1 : 1;
    int64_t x = p->value.record->message_size_bytes, y = q->value.record->message_size_bytes;
    return (x > y) - (x < y);
}

static int by_file_then_x(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->file != q->file)
        return p->file < q->file ? -1 : 1;
    return (p->value.x > q->value.x) - (p->value.x < q->value.x);
}

/* Whether the dimension differs between points of one file that are equal in the dimension
 * `sorted`. `all` must be in order of file, then of `sorted`. Differences between files do not
 * count, because the files' labels show them. */
static bool differs_within(const struct dimension *dimension, const struct dimension *sorted,
                           const struct candidates *all)
{
    for (size_t i = 1, first = 0; i < all->count; i++) {
        const struct point_record *a = all->items[first].value.record,
                                  *b = all->items[i].value.record;
        if (all->items[first].file != all->items[i].file || dimension_compare(sorted, a, b) != 0)
            first = i;
        else if (dimension_compare(dimension, a, b) != 0)
            return true;
    }
    return false;
}

static bool is_high_water_mark(const struct dimension *dimension)
{
    return strcmp(dimension->title, "sndhwm") == 0 || strcmp(dimension->title, "rcvhwm") == 0;
}

/* Finds the dimensions that distinguish series: those that differ between points of equal x.
 * High-water marks count only when they differ between points of equal size, because automatic ones
 * depend on the size. @return how many. */
static size_t find_distinctive(const struct series_set *set, struct candidates *all,
                               const struct dimension **distinctive)
{
    size_t count = 0;
    bool eligible[MOST_DIMENSIONS];
    qsort(all->items, all->count, sizeof *all->items, by_file_then_size);
    for (size_t i = 0; i < dimension_count; i++)
        eligible[i] = !is_high_water_mark(&dimensions[i]) ||
                      differs_within(&dimensions[i], dimension_titled("size"), all);
    qsort(all->items, all->count, sizeof *all->items, by_file_then_x);
    for (size_t i = 0; i < dimension_count; i++)
        if (eligible[i] && &dimensions[i] != set->x && differs_within(&dimensions[i], set->x, all))
            distinctive[count++] = &dimensions[i];
    return count;
}

/* ---- series ---- */

/* "pub-sub, zero-copy, 4 pairs, new.h5" */
static void name_series(char name[192], const struct candidate *candidate,
                        const struct dimension **distinctive, size_t count, bool several_files)
{
    size_t used = 0;
    char cell[CELL];
    *name = '\0';
    for (size_t i = 0; i < count && used < 192; i++) {
        const struct dimension *dimension = distinctive[i];
        dimension_format(dimension, candidate->value.record, cell);
        bool plain = !dimension->right || strcmp(dimension->title, "size") == 0;
        used += (size_t)snprintf(name + used, 192 - used, "%s%s%s%s", used ? ", " : "",
                                 plain ? "" : dimension->title, plain ? "" : " ", cell);
    }
    if (several_files && used < 192)
        used += (size_t)snprintf(name + used, 192 - used, "%s%s", used ? ", " : "",
                                 candidate->file->label);
    if (used == 0)
        snprintf(name, 192, "%s, %s", candidate->value.record->pattern,
                 candidate->value.record->send_mode);
}

static struct series *find_series(struct series_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->series[i].name, name) == 0)
            return &set->series[i];
    return NULL;
}

static int append_point(struct series *series, const struct series_point *value)
{
    if (series->count == series->capacity) {
        size_t capacity = series->capacity ? 2 * series->capacity : 16;
        struct series_point *grown = realloc(series->points, capacity * sizeof *grown);
        if (!grown)
            return -1;
        series->points = grown;
        series->capacity = capacity;
    }
    series->points[series->count++] = *value;
    return 0;
}

static int append_to_series(struct series_set *set, const struct candidate *candidate,
                            const char *name)
{
    struct series *series = find_series(set, name);
    if (!series) {
        series = &set->series[set->count++];
        snprintf(series->name, sizeof series->name, "%s", name);
        series->file = candidate->file;
    }
    return append_point(series, &candidate->value);
}

/* Orders candidates as the files and the plan have them, not by x. */
static int by_file_then_id(const void *a, const void *b)
{
    const struct candidate *p = a, *q = b;
    if (p->file != q->file)
        return p->file < q->file ? -1 : 1;
    return (p->value.record->point_id > q->value.record->point_id) -
           (p->value.record->point_id < q->value.record->point_id);
}

static int by_point_x(const void *a, const void *b)
{
    const struct series_point *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

static bool has_point(const struct series *series, const struct point_record *record)
{
    for (size_t i = 0; series && i < series->count; i++)
        if (series->points[i].record == record)
            return true;
    return false;
}

/* Adds the baseline of each point, once, as series of their own. They are called "raw TCP",
 * followed by what distinguishes them if there are several.
 * @return 0 or -1. */
static int add_ceilings(struct series_set *set, const struct candidates *all,
                        const struct dimension **distinctive, size_t count)
{
    const struct dimension *shared[MOST_DIMENSIONS];
    size_t shared_count = 0;
    char rest[192], name[192];
    for (size_t i = 0; i < count; i++)
        if (baseline_has_dimension(distinctive[i]))
            shared[shared_count++] = distinctive[i];
    for (size_t i = 0; i < all->count; i++) {
        struct candidate ceiling = {.file = all->items[i].file};
        const struct point_record *record = baseline_find(ceiling.file, all->items[i].value.record);
        if (!record || !read_point(set, record, &ceiling.value))
            continue;
        name_series(rest, &ceiling, shared, shared_count, set->file_count > 1);
        bool plain = shared_count == 0 && set->file_count == 1;
        snprintf(name, sizeof name, "raw TCP%s%.180s", plain ? "" : ", ", plain ? "" : rest);
        if (has_point(find_series(set, name), record))
            continue;
        if (append_to_series(set, &ceiling, name))
            return -1;
        find_series(set, name)->ceiling = true;
    }
    return 0;
}

static int make_series(struct series_set *set, struct candidates *all)
{
    const struct dimension *distinctive[MOST_DIMENSIONS];
    size_t count = find_distinctive(set, all, distinctive);
    char name[192];
    qsort(all->items, all->count, sizeof *all->items, by_file_then_id);
    set->series = calloc(2 * all->count, sizeof *set->series); /* at most one ceiling per point */
    if (!set->series)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        name_series(name, &all->items[i], distinctive, count, set->file_count > 1);
        if (append_to_series(set, &all->items[i], name))
            return -1;
    }
    if (set->measure->has_ceiling && add_ceilings(set, all, distinctive, count))
        return -1;
    for (size_t i = 0; i < set->count; i++)
        if (set->series[i].points)
            qsort(set->series[i].points, set->series[i].count, sizeof(struct series_point),
                  by_point_x);
    return 0;
}

/* Chooses the dimension of the x axis. A chart of scaling goes over the pairs, or over receivers or
 * senders when all points have the same number of pairs. */
static const struct dimension *choose_x(const struct loaded *files, int file_count,
                                        bool over_groups)
{
    static const char *const titles[] = {"pairs", "receivers/sender", "senders/receiver"};
    if (!over_groups)
        return dimension_titled("size");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        for (int k = 0; k < file_count; k++)
            if (dimension_varies(dimension_titled(titles[i]), files[k].points,
                                 files[k].point_count))
                return dimension_titled(titles[i]);
    return dimension_titled("pairs");
}

int series_make(struct series_set *set, const struct measure *measure, const struct loaded *files,
                int file_count, struct error *error)
{
    struct candidates all;
    *set = (struct series_set){.measure = measure, .files = files, .file_count = file_count};
    set->x = choose_x(files, file_count, measure->over_groups);
    if (collect(&all, set, error))
        return -1;
    int failed = make_series(set, &all);
    free(all.items);
    if (failed) {
        series_free(set);
        return error_set(error, "out of memory for the plot");
    }
    return 0;
}

void series_free(struct series_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->series[i].points);
    free(set->series);
    *set = (struct series_set){.count = 0};
}
