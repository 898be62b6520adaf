/* lines.c - series of points with their intervals, as SVG. */
#include "chart/svg/markup.h"
#include "chart/svg/panels.h"

static void write_line(const struct frame *frame, const struct chart_series *series,
                       const char *class)
{
    if (series->count < 2)
        return;
    fprintf(frame->out, "<polyline class=\"%s\" points=\"", class);
    for (size_t i = 0; i < series->count; i++)
        fprintf(frame->out, "%s%.1f,%.1f", i ? " " : "", frame_x(frame, series->points[i].x),
                frame_y(frame, series->points[i].y));
    fprintf(frame->out, "\"/>\n");
}

/* Writes what the page shows when a pointer rests on the point. */
static void write_tip(const struct frame *frame, const struct chart_series *series,
                      const struct chart_point *point)
{
    char value[CHART_TEXT], at[CHART_TEXT], low[CHART_TEXT], high[CHART_TEXT];
    fprintf(frame->out, "<title>");
    markup_text(frame->out, series->name);
    fprintf(frame->out, "\n%s: %s", frame_format(frame->x, point->x, at),
            frame_format(frame->y, point->y, value));
    if (point->low < point->high)
        fprintf(frame->out, "\ninterval %s to %s", frame_format(frame->y, point->low, low),
                frame_format(frame->y, point->high, high));
    fprintf(frame->out, "</title>");
}

/* Writes the point, its interval, and an invisible disc around it that a finger can hit. */
static void write_point(const struct frame *frame, const struct chart_series *series,
                        const struct chart_point *point)
{
    double x = frame_x(frame, point->x), y = frame_y(frame, point->y);
    if (point->low < point->high)
        fprintf(frame->out, "<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                x, frame_y(frame, point->low), x, frame_y(frame, point->high));
    fprintf(frame->out,
            "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/><circle class=\"hit\" "
            "cx=\"%.1f\" cy=\"%.1f\" r=\"9\">",
            x, y, x, y);
    write_tip(frame, series, point);
    fprintf(frame->out, "</circle>\n");
}

static void write_level(const struct frame *frame, const struct chart_level *level)
{
    double y = frame_y(frame, level->y), right = FRAME_WIDTH - FRAME_RIGHT;
    fprintf(frame->out,
            "<line class=\"axis\" x1=\"%g\" y1=\"%.1f\" x2=\"%g\" y2=\"%.1f\"/><text "
            "class=\"tick\" x=\"%g\" y=\"%.1f\" text-anchor=\"end\">",
            FRAME_LEFT, y, right, y, right, y - 4);
    markup_text(frame->out, level->label);
    fprintf(frame->out, "</text>\n");
}

static void write_ideal(const struct frame *frame, const struct chart_series *series)
{
    const struct chart_point *first = &series->points[0],
                             *last = &series->points[series->count - 1];
    fprintf(frame->out, "<line class=\"ideal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
            frame_x(frame, first->x), frame_y(frame, first->y), frame_x(frame, last->x),
            frame_y(frame, chart_ideal(series)));
}

static void write_series(const struct frame *frame, const struct chart_series *series)
{
    char text[CHART_TEXT];
    fprintf(frame->out, "<g class=\"%s\">\n", frame_class(series->style, series->slot, text));
    write_line(frame, series, "line");
    if (series->ideal)
        write_ideal(frame, series);
    for (size_t i = 0; i < series->count; i++)
        write_point(frame, series, &series->points[i]);
    fprintf(frame->out, "</g>\n");
}

/* Draws the grey series first, so that the others lie above them. */
void svg_lines(const struct frame *frame, const struct chart_panel *panel)
{
    const struct chart_lines *lines = &panel->lines;
    frame_write_y_axis(frame);
    frame_write_x_axis(frame);
    for (size_t i = 0; i < lines->level_count; i++)
        write_level(frame, &lines->levels[i]);
    for (size_t i = 0; i < lines->count; i++)
        if (lines->series[i].style == CHART_GREY)
            write_line(frame, &lines->series[i], "rest");
    for (size_t i = 0; i < lines->count; i++)
        if (lines->series[i].style != CHART_GREY)
            write_series(frame, &lines->series[i]);
    frame_write_x_title(frame);
}
