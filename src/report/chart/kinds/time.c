/* time.c - the throughput of chosen points over time, interval by interval: stalls are visible. */
#include "chart/kinds/caption.h"
#include "chart/kinds/kind.h"
#include "chart/kinds/units.h"
#include "files/guard.h"
#include "reading/columns.h"
#include "reading/load.h"

#include "zmqsweep/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_POINTS 4
#define BATCH_ROWS 4096
#define GAP_SHARE 0.08 /* gap between repetitions, as a share of a repetition's length */

/* The intervals of one point, and how its repetitions stand side by side. */
struct timeline {
    const struct point_record *point;
    struct interval_record *rows;
    size_t count, capacity;
    double low_s, high_s; /* over all repetitions, in seconds from the start of the window */
    double highest;       /* Mbit/s */
    int64_t repetitions;
};

/* ---- which points ---- */

/* Reads the numbers of points in `text`. @return how many, or -1. */
static int read_points(const struct loaded *file, const char *text, struct timeline *timelines,
                       struct error *error)
{
    int count = 0;
    for (const char *word = text; *word;) {
        char *end;
        long long id = strtoll(word, &end, 10);
        const struct point_record *point = load_find_point(file, id);
        if (end == word || (*end && *end != ','))
            return error_set(error, "--point: \"%.64s\" is no list of point numbers, such as 3,7",
                             text);
        if (!point)
            return error_set(error, "--point: %.200s has no point %lld", file->path, id);
        if (count == MOST_POINTS)
            return error_set(error, "--point: more than %d points", MOST_POINTS);
        timelines[count++].point = point;
        word = end + (*end == ',');
    }
    return count ? count : error_set(error, "--point: no point is named");
}

static int choose_point(const struct loaded *file, struct timeline *timelines, struct error *error)
{
    if (file->point_count == 0)
        return error_set(error, "%.300s: has no such point to plot", file->path);
    timelines[0].point = &file->points[0];
    for (size_t i = file->point_count; i-- > 0;)
        if (strstr(file->points[i].flags, "stalled"))
            timelines[0].point = &file->points[i];
    return 1;
}

/* ---- their intervals ---- */

static int append_row(struct timeline *timeline, const struct interval_record *row)
{
    if (timeline->count == timeline->capacity) {
        size_t capacity = timeline->capacity ? 2 * timeline->capacity : 256;
        struct interval_record *grown = realloc(timeline->rows, capacity * sizeof *grown);
        if (!grown)
            return -1;
        timeline->rows = grown;
        timeline->capacity = capacity;
    }
    timeline->rows[timeline->count++] = *row;
    return 0;
}

static int append_rows(struct timeline *timelines, int timeline_count,
                       const struct interval_record *rows, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < timeline_count; k++)
            if (rows[i].point_id == timelines[k].point->point_id && rows[i].length_us > 0 &&
                append_row(&timelines[k], &rows[i]))
                return -1;
    return 0;
}

static int read_intervals(const struct loaded *file, struct timeline *timelines, int timeline_count,
                          struct error *error)
{
    int64_t total = results_row_count(file->results, TABLE_INTERVALS);
    struct interval_record *rows = calloc(BATCH_ROWS, sizeof *rows);
    if (!rows)
        return error_set(error, "out of memory for the plot");
    guard_reading(file->path);
    int failed = results_verify(file->results, TABLE_INTERVALS, error);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(file->results, TABLE_INTERVALS, first, count, rows, error);
        if (!failed && append_rows(timelines, timeline_count, rows, count))
            failed = error_set(error, "out of memory for the plot");
    }
    guard_reading(NULL);
    free(rows);
    return failed;
}

static int by_repetition_rank_start(const void *a, const void *b)
{
    const struct interval_record *x = a, *y = b;
    if (x->repetition != y->repetition)
        return x->repetition < y->repetition ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static double rate_of(const struct interval_record *row)
{
    return 8 * (double)row->bytes / row->length_us;
}

static void find_extent(struct timeline *timeline)
{
    timeline->low_s = timeline->high_s = NAN;
    if (timeline->count > 0)
        qsort(timeline->rows, timeline->count, sizeof *timeline->rows, by_repetition_rank_start);
    for (size_t i = 0; i < timeline->count; i++) {
        const struct interval_record *row = &timeline->rows[i];
        timeline->low_s = fmin(timeline->low_s, row->start_us * 1e-6);
        timeline->high_s = fmax(timeline->high_s, (row->start_us + row->length_us) * 1e-6);
        timeline->highest = fmax(timeline->highest, rate_of(row));
        if (row->repetition + 1 > timeline->repetitions)
            timeline->repetitions = row->repetition + 1;
    }
}

/* Where the window of a repetition begins on the common axis, in seconds. */
static double find_origin(const struct timeline *timeline, int64_t repetition)
{
    return (double)repetition * (timeline->high_s - timeline->low_s) * (1 + GAP_SHARE) -
           timeline->low_s;
}

/* ---- the panels ---- */

static int make_steps(struct chart_steps *steps, const struct timeline *timeline)
{
    steps->steps = calloc(timeline->count, sizeof *steps->steps);
    if (!steps->steps)
        return -1;
    steps->count = timeline->count;
    for (size_t i = 0; i < timeline->count; i++) {
        const struct interval_record *row = &timeline->rows[i];
        double start = find_origin(timeline, row->repetition) + row->start_us * 1e-6;
        steps->steps[i] = (struct chart_step){.start = start,
                                              .end = start + row->length_us * 1e-6,
                                              .value = rate_of(row),
                                              .line = row->rank,
                                              .span = row->repetition};
    }
    return 0;
}

/* Shades the windows, whose bytes count. In count mode there is no window, and all of the time
 * counts. */
static int make_windows(struct chart_steps *steps, const struct timeline *timeline)
{
    double length = timeline->point->duration_s;
    steps->spans = calloc((size_t)timeline->repetitions, sizeof *steps->spans);
    if (!steps->spans)
        return -1;
    for (int64_t i = 0; i < timeline->repetitions; i++) {
        double start = find_origin(timeline, i);
        double end = start + (isfinite(length) ? fmin(length, timeline->high_s) : timeline->high_s);
        steps->spans[steps->span_count++] = (struct chart_span){start, end};
    }
    return 0;
}

static void make_titles(struct chart_panel *panel, const struct point_record *point)
{
    char size[CELL];
    snprintf(panel->title, sizeof panel->title, "point %" PRId64 ": %s, %s, %s%s%s",
             point->point_id, point->pattern,
             format_bytes(point->message_size_bytes, size, sizeof size), point->send_mode,
             *point->flags ? "; " : "", point->flags);
    snprintf(panel->steps.columns, CHART_LINE,
             "point %" PRId64 ": time_s rate_mbit_s rank repetition", point->point_id);
    snprintf(panel->steps.span_columns, CHART_LINE,
             "windows of point %" PRId64 ": start_s end_s repetition", point->point_id);
}

/* Makes the axes. A low panel has room for the unit only, and only the last panel names the time.
 */
static void make_axes(struct chart_panel *panel, const struct timeline *timeline, bool is_low,
                      bool is_last)
{
    double highest = timeline->highest;
    snprintf(panel->y.title, sizeof panel->y.title, "%s", is_low ? "" : "rate of a receiver");
    panel->y.unit = units_rate(highest, &panel->y.unit_name);
    panel->y.high = highest > 0 ? 1.08 * highest : panel->y.unit;
    panel->steps.highest = highest;
    snprintf(panel->x.title, sizeof panel->x.title, "%s",
             is_last ? "time in s, one repetition after another; shaded: the windows" : "");
    panel->x.high = find_origin(timeline, timeline->repetitions - 1) + timeline->high_s;
}

static int make_panels(struct chart *chart, const struct loaded *file, struct timeline *timelines,
                       int count, struct error *error)
{
    for (int i = 0; i < count; i++) {
        find_extent(&timelines[i]);
        if (timelines[i].count == 0)
            return error_set(error, "%.300s: point %" PRId64 " has no intervals", file->path,
                             timelines[i].point->point_id);
        struct chart_panel *panel = chart_add_panel(chart, CHART_STEPS);
        make_titles(panel, timelines[i].point);
        make_axes(panel, &timelines[i], count > 2, i == count - 1);
        if (make_steps(&panel->steps, &timelines[i]) || make_windows(&panel->steps, &timelines[i]))
            return error_set(error, "out of memory for the plot");
    }
    return 0;
}

static int make_timelines(struct chart *chart, const struct loaded *file,
                          struct timeline *timelines, int count, struct error *error)
{
    if (read_intervals(file, timelines, count, error) ||
        make_panels(chart, file, timelines, count, error))
        return -1;
    snprintf(chart->statistics, sizeof chart->statistics,
             "%" PRId64 " repetitions, every interval of every receiver", timelines[0].repetitions);
    caption_make(chart, file, 1, chart->statistics);
    return 0;
}

static int make_time(struct chart *chart, const struct kind *kind,
                     const struct kinds_source *source, struct error *error)
{
    (void)kind;
    struct timeline timelines[MOST_POINTS] = {0};
    const struct loaded *file = &source->files[0];
    int count = source->points ? read_points(file, source->points, timelines, error)
                               : choose_point(file, timelines, error);
    int failed = count < 0 || make_timelines(chart, file, timelines, count, error);
    for (int i = 0; i < MOST_POINTS; i++)
        free(timelines[i].rows);
    return failed ? -1 : 0;
}

const struct kind kind_time = {
    .name = "time", .title = "Throughput over time", .by_point = true, .make = make_time};
