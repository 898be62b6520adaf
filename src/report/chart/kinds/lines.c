/* lines.c - the chart of a measure: its series as lines, and the best value of each series. */
#include "chart/kinds/lines.h"
#include "analysis/baseline.h"
#include "chart/kinds/caption.h"
#include "chart/kinds/series.h"

#include "zmqsweep/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_NAMED 12   /* series that a reader can tell apart, and that fit beside a chart */
#define MOST_CEILINGS 3 /* ceilings that get a name */

/* The extremes over all points of all series. */
struct extremes {
    double x_low, x_high, y_low, y_high; /* intervals and the link's level included */
    double link_mbit_s;                  /* NaN when it is not known or too far from the data */
    struct caption_sample sample;
};

/* ---- extremes of all series ---- */

static void find_best(struct series *series, bool least)
{
    for (size_t i = 1; i < series->count; i++) {
        double here = series->points[i].y, best = series->points[series->best].y;
        if (least ? here < best : here > best)
            series->best = i;
    }
}

static void extend_by_point(struct extremes *all, const struct series_point *point)
{
    all->x_low = fmin(all->x_low, point->x);
    all->x_high = fmax(all->x_high, point->x);
    all->y_low = fmin(all->y_low, point->low);
    all->y_high = fmax(all->y_high, point->high);
    caption_add_point(&all->sample, point->record);
    if (point->low < point->high) {
        all->sample.least_coverage =
            fmin(all->sample.least_coverage, point->record->interval_coverage);
        all->sample.most_coverage =
            fmax(all->sample.most_coverage, point->record->interval_coverage);
    }
}

/* Extends the y range by the link's speed. A link far above or below the data is left out, because
 * it would flatten the data. */
static void extend_by_link(struct extremes *all, const struct series_set *set)
{
    double link = baseline_link_mbit_s(set->files, set->file_count);
    all->link_mbit_s = NAN;
    if (set->measure->has_link && link >= all->y_low / 2 && link <= 2 * all->y_high) {
        all->link_mbit_s = link;
        all->y_low = fmin(all->y_low, link);
        all->y_high = fmax(all->y_high, link);
    }
}

static void find_extremes(struct extremes *all, struct series_set *set)
{
    *all = (struct extremes){.x_low = NAN, .x_high = NAN, .y_low = NAN, .y_high = NAN};
    all->sample = (struct caption_sample){
        .least_coverage = NAN, .most_coverage = NAN, .is_sum = set->measure->is_sum};
    for (size_t i = 0; i < set->count; i++) {
        find_best(&set->series[i], set->measure->least_is_best);
        for (size_t k = 0; k < set->series[i].count; k++)
            extend_by_point(all, &set->series[i].points[k]);
    }
    extend_by_link(all, set);
}

/* ---- axes ---- */

static const char *format_size(double value, char text[CHART_TEXT])
{
    return format_bytes((int64_t)value, text, CHART_TEXT);
}

static const char *format_whole(double value, char text[CHART_TEXT])
{
    snprintf(text, CHART_TEXT, "%.0f", value);
    return text;
}

static int by_position(const void *a, const void *b)
{
    const struct axis_tick *p = a, *q = b;
    return (p->at > q->at) - (p->at < q->at);
}

/* Makes a tick at each different x value. @return 0 or -1. */
static int make_x_ticks(struct axis *axis, const struct series_set *set)
{
    size_t total = 0;
    for (size_t i = 0; i < set->count; i++)
        total += set->series[i].count;
    axis->ticks = calloc(total + 1, sizeof *axis->ticks);
    if (!axis->ticks)
        return -1;
    for (size_t i = 0, n = 0; i < set->count; i++)
        for (size_t k = 0; k < set->series[i].count; k++)
            axis->ticks[n++].at = set->series[i].points[k].x;
    qsort(axis->ticks, total, sizeof *axis->ticks, by_position);
    for (size_t i = 0; i < total; i++)
        if (axis->tick_count == 0 || axis->ticks[axis->tick_count - 1].at < axis->ticks[i].at)
            axis->ticks[axis->tick_count++].at = axis->ticks[i].at;
    for (size_t i = 0; i < axis->tick_count; i++)
        axis->format(axis->ticks[i].at, axis->ticks[i].label);
    return 0;
}

static bool is_size(const struct series_set *set)
{
    return strcmp(set->x->title, "size") == 0;
}

static int make_x_axis(struct axis *axis, const struct series_set *set, const struct extremes *all)
{
    snprintf(axis->title, sizeof axis->title, "%s", is_size(set) ? "message size" : set->x->title);
    axis->log = true;
    axis->long_labels = is_size(set);
    axis->format = is_size(set) ? format_size : format_whole;
    axis_set_point_range(axis, all->x_low, all->x_high);
    return make_x_ticks(axis, set);
}

/* The highest y value to show, with the ends of the ideal lines. */
static double find_highest(const struct chart_lines *lines, const struct series_set *set,
                           const struct extremes *all)
{
    double highest = all->y_high;
    for (size_t i = 0; set->measure->over_groups && i < lines->count; i++)
        highest = fmax(highest, set->series[i].ceiling ? 0 : chart_ideal(&lines->series[i]));
    return highest;
}

/* Makes the y axis. Over several decades the middle of the range decides on the unit, so that
 * neither end has many zeros. */
static void make_y_axis(struct axis *axis, const struct measure *measure,
                        const struct extremes *all, double highest)
{
    double middle = measure->log ? sqrt(all->y_low * all->y_high) : all->y_high;
    snprintf(axis->title, sizeof axis->title, "%s", measure->title);
    axis->log = measure->log;
    axis->format = measure->format;
    axis->unit = measure->unit(middle, &axis->unit_name);
    axis_set_range(axis, all->y_low, highest);
}

/* ---- series ---- */

static double best_of(const struct series *series)
{
    return series->points[series->best].y;
}

/* Whether a series gets a name and a colour. The best series do, MOST_NAMED at most, and the
 * highest ceilings; the others are grey. */
static bool is_named(const struct series_set *set, size_t index)
{
    const struct series *series = &set->series[index];
    double here = best_of(series);
    size_t better = 0;
    for (size_t i = 0; i < set->count; i++) {
        double other = best_of(&set->series[i]);
        if (set->series[i].ceiling != series->ceiling)
            continue;
        bool beats = set->measure->least_is_best ? other < here : other > here;
        better += beats || (other == here && i < index);
    }
    return better < (series->ceiling ? MOST_CEILINGS : MOST_NAMED);
}

static int copy_points(struct chart_series *copy, const struct series *series)
{
    copy->points = calloc(series->count, sizeof *copy->points);
    if (!copy->points)
        return -1;
    for (size_t i = 0; i < series->count; i++) {
        const struct series_point *point = &series->points[i];
        copy->points[i] = (struct chart_point){point->x, point->y, point->low, point->high};
    }
    copy->count = series->count;
    return 0;
}

static int make_series(struct chart_lines *lines, const struct series_set *set)
{
    size_t slot = 0;
    lines->series = calloc(set->count, sizeof *lines->series);
    lines->count = set->count;
    for (size_t i = 0; lines->series && i < set->count; i++) {
        const struct series *series = &set->series[i];
        struct chart_series *copy = &lines->series[i];
        snprintf(copy->name, sizeof copy->name, "%s", series->name);
        copy->style = !is_named(set, i) ? CHART_GREY
                      : series->ceiling ? CHART_REFERENCE
                                        : CHART_COLOURED;
        copy->slot = copy->style == CHART_COLOURED ? slot++ : 0;
        copy->ideal =
            set->measure->over_groups && copy->style == CHART_COLOURED && series->count > 1;
        if (copy_points(copy, series))
            return -1;
    }
    return lines->series ? 0 : -1;
}

static void make_link(struct chart_lines *lines, double link_mbit_s)
{
    char text[CHART_TEXT];
    bool giga = link_mbit_s >= 1000;
    if (isnan(link_mbit_s))
        return;
    snprintf(text, sizeof text, "link %.4g %s", link_mbit_s / (giga ? 1000 : 1),
             giga ? "Gbit/s" : "Mbit/s");
    chart_add_level(lines, link_mbit_s, text);
}

static int make_lines(struct chart_panel *panel, const struct series_set *set,
                      const struct extremes *all)
{
    if (make_series(&panel->lines, set) || make_x_axis(&panel->x, set, all))
        return -1;
    make_y_axis(&panel->y, set->measure, all, find_highest(&panel->lines, set, all));
    make_link(&panel->lines, all->link_mbit_s);
    return 0;
}

/* ---- the second panel ---- */

static double find_largest_best(const struct chart_lines *lines, const struct series_set *set)
{
    double largest = 0;
    for (size_t i = 0; i < set->count; i++)
        if (lines->series[i].style != CHART_GREY)
            largest = fmax(largest, best_of(&set->series[i]));
    return largest;
}

static int make_bars(struct chart_panel *panel, const struct chart_panel *main,
                     const struct series_set *set)
{
    struct chart_bars *bars = &panel->bars;
    double largest = find_largest_best(&main->lines, set);
    snprintf(panel->title, sizeof panel->title, "%s", set->measure->best);
    snprintf(bars->at_unit, sizeof bars->at_unit, "%s", is_size(set) ? "" : set->x->title);
    bars->bars = calloc(set->count, sizeof *bars->bars);
    bars->total = set->count;
    for (size_t i = 0; bars->bars && i < set->count; i++) {
        const struct chart_series *series = &main->lines.series[i];
        const struct series_point *best = &set->series[i].points[set->series[i].best];
        if (series->style == CHART_GREY)
            continue;
        struct chart_bar *bar = &bars->bars[bars->count++];
        *bar = (struct chart_bar){.series = i, .style = series->style, .slot = series->slot};
        bar->share = largest > 0 ? best->y / largest : 0;
        snprintf(bar->name, sizeof bar->name, "%s", series->name);
        main->y.format(best->y, bar->value);
        main->x.format(best->x, bar->at);
    }
    return bars->bars ? 0 : -1;
}

static void make_caption(struct chart *chart, const struct series_set *set,
                         const struct extremes *all)
{
    char line[CHART_LINE];
    caption_statistics(&all->sample, chart->statistics);
    snprintf(line, sizeof line, "%.200s%s", chart->statistics,
             set->measure->over_groups ? "; dotted: ideal from the first point on" : "");
    caption_make(chart, set->files, set->file_count, line);
}

int lines_make(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
               struct error *error)
{
    struct series_set set;
    struct extremes all;
    if (series_make(&set, kind->measure, source->files, source->file_count, error))
        return -1;
    find_extremes(&all, &set);
    make_caption(chart, &set, &all);
    struct chart_panel *panel = chart_add_panel(chart, CHART_LINES);
    int failed =
        make_lines(panel, &set, &all) || make_bars(chart_add_panel(chart, CHART_BARS), panel, &set);
    series_free(&set);
    return failed ? error_set(error, "out of memory for the plot") : 0;
}
