/* svg.c - charts as inline SVG. Colours are CSS variables, so that light and dark pages share them. */
#include "chart/markup.h"
#include "chart/plot_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* User units; the page scales them. Letters of 13 units still read on a phone. */
#define WIDTH 480.0
#define HEIGHT 340.0
#define LEFT 52.0
#define RIGHT 10.0
#define TOP 12.0
#define BOTTOM 62.0
#define LABEL_ROOM 26.0 /* between the names of x ticks, which are rotated */

struct frame {
    FILE *out;
    const struct chart *chart;
    double x_low, x_high, y_low, y_high, unit;
    const char *unit_name;
};

static double place_x(const struct frame *frame, double x)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * log(x / frame->x_low) / log(frame->x_high / frame->x_low);
}

static double place_y(const struct frame *frame, double y)
{
    double share = frame->chart->kind->log_y ? log(y / frame->y_low) / log(frame->y_high / frame->y_low)
                                             : (y - frame->y_low) / (frame->y_high - frame->y_low);
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * fmax(0, fmin(1, share));
}

static void write_y_axis(const struct frame *frame)
{
    double ticks[AXIS_MOST_TICKS];
    size_t count = frame->chart->kind->log_y
                       ? axis_log_ticks(frame->y_low / frame->unit, frame->y_high / frame->unit, ticks)
                       : axis_linear_ticks(frame->y_high / frame->unit, ticks);
    for (size_t i = 0; i < count; i++) {
        double y = place_y(frame, ticks[i] * frame->unit);
        fprintf(
            frame->out,
            "<line class=\"grid\" x1=\"%g\" y1=\"%.1f\" x2=\"%g\" y2=\"%.1f\"/><text class=\"tick\" x=\"%g\" "
            "y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
            LEFT, y, WIDTH - RIGHT, y, LEFT - 6, y + 4.5, ticks[i]);
    }
}

static int write_x_axis(const struct frame *frame)
{
    size_t count;
    char text[CELL];
    double *values = chart_x_values(frame->chart, &count), last = -LABEL_ROOM;
    if (!values)
        return -1;
    for (size_t i = 0; i < count; i++) {
        double x = place_x(frame, values[i]), y = HEIGHT - BOTTOM;
        fprintf(frame->out, "<line class=\"axis\" x1=\"%.1f\" y1=\"%g\" x2=\"%.1f\" y2=\"%g\"/>\n", x, y, x,
                y + 5);
        if (x - last < LABEL_ROOM)
            continue;
        last = x;
        fprintf(frame->out,
                "<text class=\"tick\" text-anchor=\"end\" transform=\"translate(%.1f %g) "
                "rotate(-35)\">%s</text>\n",
                x + 5, y + 17, chart_x_text(frame->chart, values[i], text));
    }
    fprintf(frame->out, "<line class=\"axis\" x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\"/>\n", LEFT,
            HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
    free(values);
    return 0;
}

static void write_line(const struct frame *frame, const struct series *series, const char *style)
{
    if (series->count < 2)
        return;
    fprintf(frame->out, "<polyline class=\"%s\" points=\"", style);
    for (size_t i = 0; i < series->count; i++)
        fprintf(frame->out, "%s%.1f,%.1f", i ? " " : "", place_x(frame, series->points[i].x),
                place_y(frame, series->points[i].y));
    fprintf(frame->out, "\"/>\n");
}

/* The point, its interval, and an invisible disc around it that a finger can hit. */
static void write_point(const struct frame *frame, const struct series *series,
                        const struct series_point *point)
{
    const struct chart *chart = frame->chart;
    double x = place_x(frame, point->x), y = place_y(frame, point->y);
    char value[CELL], at[CELL], low[CELL], high[CELL];
    if (point->low < point->high)
        fprintf(frame->out, "<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", x,
                place_y(frame, point->low), x, place_y(frame, point->high));
    fprintf(frame->out,
            "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/><circle class=\"hit\" cx=\"%.1f\" "
            "cy=\"%.1f\" r=\"9\"><title>",
            x, y, x, y);
    markup_text(frame->out, series->name);
    fprintf(frame->out, "\n%s: %s", chart_x_text(chart, point->x, at), chart->kind->write(point->y, value));
    if (point->low < point->high)
        fprintf(frame->out, "\ninterval %s to %s", chart->kind->write(point->low, low),
                chart->kind->write(point->high, high));
    fprintf(frame->out, "</title></circle>\n");
}

/* Classes of the page's style sheet. */
static const char *style_of(const struct series *series, size_t style, char text[CELL])
{
    if (series->ceiling)
        return "ceiling dash";
    snprintf(text, CELL, "s%zu%s", style % PALETTE_COUNT, style >= PALETTE_COUNT ? " dash" : "");
    return text;
}

static void write_link(const struct frame *frame)
{
    char text[CELL];
    if (isnan(frame->chart->link_mbit_s))
        return;
    double y = place_y(frame, frame->chart->link_mbit_s);
    fprintf(frame->out,
            "<line class=\"axis\" x1=\"%g\" y1=\"%.1f\" x2=\"%g\" y2=\"%.1f\"/><text class=\"tick\" x=\"%g\" "
            "y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
            LEFT, y, WIDTH - RIGHT, y, WIDTH - RIGHT, y - 4, chart_link_text(frame->chart, text));
}

static void write_series(const struct frame *frame, const bool *named)
{
    const struct chart *chart = frame->chart;
    char text[CELL];
    size_t style = 0;
    for (size_t i = 0; i < chart->count; i++)
        if (!named[i])
            write_line(frame, &chart->series[i], "rest");
    for (size_t i = 0; i < chart->count; i++) {
        if (!named[i])
            continue;
        const struct series *series = &chart->series[i];
        fprintf(frame->out, "<g class=\"%s\">\n", style_of(series, style, text));
        write_line(frame, series, "line");
        if (chart->kind == &plot_kinds[KIND_SCALING] && !series->ceiling && series->count > 1)
            fprintf(frame->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                    place_x(frame, series->points[0].x), place_y(frame, series->points[0].y),
                    place_x(frame, series->points[series->count - 1].x), place_y(frame, chart_ideal(series)));
        for (size_t k = 0; k < series->count; k++)
            write_point(frame, series, &series->points[k]);
        fprintf(frame->out, "</g>\n");
        style++;
    }
}

static void write_legend(const struct frame *frame, const bool *named, size_t count)
{
    const struct chart *chart = frame->chart;
    char value[CELL], at[CELL], text[CELL];
    size_t style = 0;
    fprintf(frame->out, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < chart->count; i++) {
        if (!named[i])
            continue;
        const struct series *series = &chart->series[i];
        const struct series_point *best = &series->points[series->best];
        fprintf(frame->out, "<li class=\"%s\"><i></i>", style_of(series, style, text));
        markup_text(frame->out, series->name);
        fprintf(frame->out, " <small>%s at %s</small></li>\n", chart->kind->write(best->y, value),
                chart_x_text(chart, best->x, at));
        style++;
    }
    if (count < chart->count)
        fprintf(frame->out, "<li><small>%zu more series are grey</small></li>\n", chart->count - count);
    fprintf(frame->out, "</ul>\n");
}

int svg_chart(FILE *out, const struct chart *chart)
{
    struct frame frame = {.out = out, .chart = chart};
    bool *named = calloc(chart->count, sizeof *named);
    if (!named)
        return -1;
    size_t count = chart_choose_named(chart, named);
    axis_x_range(chart, &frame.x_low, &frame.x_high);
    axis_y_range(chart, chart_highest(chart), &frame.y_low, &frame.y_high);
    frame.unit = chart_unit(chart, &frame.unit_name);
    fprintf(out,
            "<h3>%s <small>in %s</small></h3>\n<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"%s\">\n",
            chart->kind->title, frame.unit_name, WIDTH, HEIGHT, chart->kind->title);
    write_y_axis(&frame);
    int failed = write_x_axis(&frame);
    write_link(&frame);
    write_series(&frame, named);
    fprintf(out, "<text class=\"tick\" x=\"%g\" y=\"%g\" text-anchor=\"middle\">%s</text>\n</svg>\n",
            (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 4,
            strcmp(chart->x->title, "size") == 0 ? "message size" : chart->x->title);
    write_legend(&frame, named, count);
    free(named);
    return failed;
}
