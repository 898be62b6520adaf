/* series.c - points of result files as the lines of a chart. */
#include "plot_internal.h"

#include "zmqsweep/config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds ---- */

static bool throughput(const struct point_record *point, struct series_point *value)
{
    value->y = point->throughput_mbit_s;
    value->low = point->throughput_low_mbit_s;
    value->high = point->throughput_high_mbit_s;
    return value->y > 0;
}

/* The interval of the throughput, in messages: their size is fixed within a point. */
static bool message_rate(const struct point_record *point, struct series_point *value)
{
    double per_mbit = 1e6 / 8 / (double)point->message_size_bytes;
    value->y = point->message_rate_per_s;
    value->low = point->throughput_low_mbit_s * per_mbit;
    value->high = point->throughput_high_mbit_s * per_mbit;
    return value->y > 0;
}

static bool loss(const struct point_record *point, struct series_point *value)
{
    value->y = 100 * (double)point->lost / (double)point->sent;
    value->low = value->high = NAN;
    return point->sent > 0;
}

static bool cpu(const struct point_record *point, struct series_point *value)
{
    value->y = point->cpu_ns_per_message;
    value->low = value->high = NAN;
    return value->y > 0;
}

static const char *write_rate(double value, char text[CELL])
{
    return format_rate(value, text, CELL);
}

static const char *write_count(double value, char text[CELL])
{
    return format_per_s(value, text, CELL);
}

static double pick_unit(double largest, double first, const char *const *units, const char **unit)
{
    double size = first;
    while (largest / size >= 1000 && units[1]) {
        size *= 1000;
        units++;
    }
    *unit = *units;
    return size;
}

static double rate_unit(double largest, const char **unit)
{
    static const char *const units[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", NULL};
    return pick_unit(largest, 1e-3, units, unit);
}

static double count_unit(double largest, const char **unit)
{
    static const char *const units[] = {"messages/s", "thousand messages/s", "million messages/s", NULL};
    return pick_unit(largest, 1, units, unit);
}

static double time_unit(double largest, const char **unit)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    return pick_unit(largest, 1, units, unit);
}

static double percent_unit(double largest, const char **unit)
{
    (void)largest;
    *unit = "%";
    return 1;
}

const struct plot_kind plot_kinds[KIND_COUNT] = {
    [KIND_SIZE] = {"size", "Delivered throughput over message size", "message size", "throughput",
                   "Best of each series", true, false, true, throughput, write_rate, rate_unit},
    [KIND_RATE] = {"rate", "Message rate over message size", "message size", "message rate",
                   "Best of each series", true, false, true, message_rate, write_count, count_unit},
    [KIND_SCALING] = {"scaling", "Throughput as pairs are added", "pairs", "throughput",
                      "Best of each series", true, false, true, throughput, write_rate, rate_unit},
    [KIND_LOSS] = {"loss", "Messages lost over message size", "message size", "lost", "Worst of each series",
                   false, false, false, loss, format_percent, percent_unit},
    [KIND_CPU] = {"cpu", "Processor time of all ranks per message", "message size",
                  "processor time per message", "Least of each series", true, true, false, cpu,
                  format_nanoseconds, time_unit},
    [KIND_TIME] = {.name = "time", .title = "Throughput over time"},
    [KIND_MATRIX] = {.name = "matrix", .title = "Throughput from host to host"},
};

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

/* Only points with a valid repetition have a rate. An interval that is missing, or does not hold the value,
 * is not drawn. @return whether there is anything to draw. */
static bool read_point(const struct chart *chart, const struct point_record *point,
                       struct series_point *value)
{
    *value = (struct series_point){.record = point, .x = x_of(chart->x, point)};
    if (point->valid_repetitions <= 0 || !(value->x > 0) || !chart->kind->value(point, value) ||
        !isfinite(value->y))
        return false;
    if (!(value->low <= value->y && value->y <= value->high && (value->low > 0 || !chart->kind->log_y)))
        value->low = value->high = value->y;
    return true;
}

static void add_candidate(struct candidates *all, const struct chart *chart, const struct loaded *file,
                          const struct point_record *point)
{
    struct series_point value;
    if (!load_is_beside(file, point) && read_point(chart, point, &value))
        all->items[all->count++] = (struct candidate){value, file};
}

static int collect(struct candidates *all, const struct chart *chart, struct error *error)
{
    size_t total = 0;
    for (int i = 0; i < chart->file_count; i++)
        total += chart->files[i].point_count;
    *all = (struct candidates){.items = calloc(total + 1, sizeof *all->items)};
    if (!all->items)
        return error_set(error, "out of memory for the plot");
    for (int i = 0; i < chart->file_count; i++)
        for (size_t k = 0; k < chart->files[i].point_count; k++)
            add_candidate(all, chart, &chart->files[i], &chart->files[i].points[k]);
    if (all->count > 0)
        return 0;
    free(all->items);
    return error_set(error, "%.300s: has no valid point to plot%s", chart->files[0].path,
                     chart->files[0].point_count < (size_t)chart->files[0].points_in_file
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

/* Whether a dimension differs between points of one file that are equal in `sorted`, the dimension by which
 * `all` is in order, file by file. What differs only between files is what their labels stand for. */
static bool differs_within(const struct dimension *dimension, const struct dimension *sorted,
                           const struct candidates *all)
{
    for (size_t i = 1, first = 0; i < all->count; i++) {
        const struct point_record *a = all->items[first].value.record, *b = all->items[i].value.record;
        if (all->items[first].file != all->items[i].file || dimension_compare(sorted, a, b) != 0)
            first = i;
        else if (dimension_compare(dimension, a, b) != 0)
            return true;
    }
    return false;
}

static bool is_mark(const struct dimension *dimension)
{
    return strcmp(dimension->title, "sndhwm") == 0 || strcmp(dimension->title, "rcvhwm") == 0;
}

/* The dimensions that set series apart: those that differ between points of equal x. High-water marks only
 * when they differ between points of equal size, for automatic ones go with the size. @return how many. */
static size_t find_distinctive(const struct chart *chart, struct candidates *all,
                               const struct dimension **distinctive)
{
    size_t count = 0;
    bool eligible[MOST_DIMENSIONS];
    qsort(all->items, all->count, sizeof *all->items, by_file_then_size);
    for (size_t i = 0; i < dimension_count; i++)
        eligible[i] =
            !is_mark(&dimensions[i]) || differs_within(&dimensions[i], dimension_titled("size"), all);
    qsort(all->items, all->count, sizeof *all->items, by_file_then_x);
    for (size_t i = 0; i < dimension_count; i++)
        if (eligible[i] && &dimensions[i] != chart->x && differs_within(&dimensions[i], chart->x, all))
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
        used += (size_t)snprintf(name + used, 192 - used, "%s%s", used ? ", " : "", candidate->file->label);
    if (used == 0)
        snprintf(name, 192, "%s, %s", candidate->value.record->pattern, candidate->value.record->send_mode);
}

static struct series *find_series(struct chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->count; i++)
        if (strcmp(chart->series[i].name, name) == 0)
            return &chart->series[i];
    return NULL;
}

static int add_point(struct series *series, const struct series_point *value)
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

static int place(struct chart *chart, const struct candidate *candidate, const char *name)
{
    struct series *series = find_series(chart, name);
    if (!series) {
        series = &chart->series[chart->count++];
        snprintf(series->name, sizeof series->name, "%s", name);
        series->file = candidate->file;
    }
    return add_point(series, &candidate->value);
}

/* In the order in which the files and the plan have them, not in that of x. */
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

static bool is_placed(const struct series *series, const struct point_record *record)
{
    for (size_t i = 0; series && i < series->count; i++)
        if (series->points[i].record == record)
            return true;
    return false;
}

/* The baseline of each point, once, as series of their own: "raw TCP", and what sets apart those that differ.
 * @return 0 or -1. */
static int add_ceilings(struct chart *chart, const struct candidates *all,
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
        if (!record || !read_point(chart, record, &ceiling.value))
            continue;
        name_series(rest, &ceiling, shared, shared_count, chart->file_count > 1);
        bool plain = shared_count == 0 && chart->file_count == 1;
        snprintf(name, sizeof name, "raw TCP%s%.180s", plain ? "" : ", ", plain ? "" : rest);
        if (is_placed(find_series(chart, name), record))
            continue;
        if (place(chart, &ceiling, name))
            return -1;
        find_series(chart, name)->ceiling = true;
    }
    return 0;
}

static int make_series(struct chart *chart, struct candidates *all)
{
    const struct dimension *distinctive[MOST_DIMENSIONS];
    size_t count = find_distinctive(chart, all, distinctive);
    char name[192];
    qsort(all->items, all->count, sizeof *all->items, by_file_then_id);
    chart->series = calloc(2 * all->count, sizeof *chart->series); /* a ceiling each at most */
    if (!chart->series)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        name_series(name, &all->items[i], distinctive, count, chart->file_count > 1);
        if (place(chart, &all->items[i], name))
            return -1;
    }
    if (chart->kind->has_ceiling && add_ceilings(chart, all, distinctive, count))
        return -1;
    for (size_t i = 0; i < chart->count; i++)
        if (chart->series[i].points)
            qsort(chart->series[i].points, chart->series[i].count, sizeof(struct series_point), by_point_x);
    return 0;
}

/* ---- what the chart as a whole says ---- */

static void find_best(struct series *series, bool least)
{
    for (size_t i = 1; i < series->count; i++) {
        double here = series->points[i].y, best = series->points[series->best].y;
        if (least ? here < best : here > best)
            series->best = i;
    }
}

static void take_extremes(struct chart *chart, const struct series_point *point)
{
    const struct point_record *record = point->record;
    chart->x_low = fmin(chart->x_low, point->x);
    chart->x_high = fmax(chart->x_high, point->x);
    chart->y_low = fmin(chart->y_low, point->low);
    chart->y_high = fmax(chart->y_high, point->high);
    if (chart->least_repetitions == 0 || record->valid_repetitions < chart->least_repetitions)
        chart->least_repetitions = record->valid_repetitions;
    if (record->valid_repetitions > chart->most_repetitions)
        chart->most_repetitions = record->valid_repetitions;
    if (point->low < point->high) {
        chart->least_coverage = fmin(chart->least_coverage, record->interval_coverage);
        chart->most_coverage = fmax(chart->most_coverage, record->interval_coverage);
    }
}

static void summarise(struct chart *chart)
{
    chart->x_low = chart->x_high = chart->y_low = chart->y_high = NAN;
    chart->least_coverage = chart->most_coverage = NAN;
    for (size_t i = 0; i < chart->count; i++) {
        find_best(&chart->series[i], chart->kind->least_is_best);
        for (size_t k = 0; k < chart->series[i].count; k++)
            take_extremes(chart, &chart->series[i].points[k]);
    }
}

/* A link far above or below what was measured is left out: it would press the data flat. */
static void add_link(struct chart *chart)
{
    double link = baseline_link_mbit_s(chart->files, chart->file_count);
    bool in_mbit_s = chart->kind->value == throughput;
    chart->link_mbit_s = NAN;
    if (in_mbit_s && link >= chart->y_low / 2 && link <= 2 * chart->y_high) {
        chart->link_mbit_s = link;
        chart->y_low = fmin(chart->y_low, link);
        chart->y_high = fmax(chart->y_high, link);
    }
}

/* Scaling goes over pairs, or over receivers or senders when the pairs are all alike. */
static const struct dimension *choose_x(const struct chart *chart, enum plot_kind_id kind)
{
    static const char *const titles[] = {"pairs", "receivers/sender", "senders/receiver"};
    if (kind != KIND_SCALING)
        return dimension_titled("size");
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        for (int k = 0; k < chart->file_count; k++)
            if (dimension_varies(dimension_titled(titles[i]), chart->files[k].points,
                                 chart->files[k].point_count))
                return dimension_titled(titles[i]);
    return dimension_titled("pairs");
}

int chart_make(struct chart *chart, enum plot_kind_id kind, const struct loaded *files, int file_count,
               struct error *error)
{
    struct candidates all;
    *chart = (struct chart){.kind = &plot_kinds[kind], .files = files, .file_count = file_count};
    chart->x = choose_x(chart, kind);
    if (collect(&all, chart, error))
        return -1;
    int failed = make_series(chart, &all);
    free(all.items);
    if (failed) {
        chart_free(chart);
        return error_set(error, "out of memory for the plot");
    }
    summarise(chart);
    add_link(chart);
    return 0;
}

void chart_free(struct chart *chart)
{
    for (size_t i = 0; i < chart->count; i++)
        free(chart->series[i].points);
    free(chart->series);
    *chart = (struct chart){0};
}

const char *chart_x_text(const struct chart *chart, double x, char text[CELL])
{
    if (strcmp(chart->x->title, "size") == 0)
        return format_bytes((int64_t)x, text, CELL);
    snprintf(text, CELL, "%.0f", x);
    return text;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *chart_x_values(const struct chart *chart, size_t *count)
{
    size_t total = 0, kept = 0;
    for (size_t i = 0; i < chart->count; i++)
        total += chart->series[i].count;
    double *values = calloc(total + 1, sizeof *values);
    if (!values)
        return NULL;
    for (size_t i = 0, n = 0; i < chart->count; i++)
        for (size_t k = 0; k < chart->series[i].count; k++)
            values[n++] = chart->series[i].points[k].x;
    qsort(values, total, sizeof *values, by_value);
    for (size_t i = 0; i < total; i++)
        if (kept == 0 || values[kept - 1] < values[i])
            values[kept++] = values[i];
    *count = kept;
    return values;
}
