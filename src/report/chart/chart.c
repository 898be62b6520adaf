/* chart.c - a chart as data. */
#include "chart/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void free_lines(struct chart_lines *lines)
{
    for (size_t i = 0; lines->series && i < lines->count; i++)
        free(lines->series[i].points);
    free(lines->series);
}

static void free_panel(struct chart_panel *panel)
{
    free(panel->x.ticks);
    free(panel->y.ticks);
    if (panel->kind == CHART_LINES)
        free_lines(&panel->lines);
    if (panel->kind == CHART_BARS)
        free(panel->bars.bars);
    if (panel->kind == CHART_MAP)
        free(panel->map.cells);
    if (panel->kind == CHART_STEPS) {
        free(panel->steps.steps);
        free(panel->steps.spans);
    }
}

void chart_free(struct chart *chart)
{
    for (size_t i = 0; i < chart->panel_count; i++)
        free_panel(&chart->panels[i]);
    *chart = (struct chart){.line_count = 0};
}

void chart_add_line(struct chart *chart, const char *text)
{
    if (*text && chart->line_count < CHART_CAPTION_LINES)
        snprintf(chart->lines[chart->line_count++], sizeof chart->lines[0], "%s", text);
}

struct chart_panel *chart_add_panel(struct chart *chart, enum chart_panel_kind kind)
{
    struct chart_panel *panel = &chart->panels[chart->panel_count++];
    memset(panel, 0, sizeof *panel); /* all of the union, which an initialiser need not clear */
    panel->kind = kind;
    panel->x.unit = panel->y.unit = 1;
    return panel;
}

size_t chart_place(const struct chart *chart, const struct chart_panel *panel)
{
    size_t place = 0;
    for (const struct chart_panel *other = chart->panels; other < panel; other++)
        place += other->kind != CHART_BARS;
    return place;
}

size_t chart_stacked_count(const struct chart *chart)
{
    return chart_place(chart, chart->panels + chart->panel_count);
}

void chart_add_level(struct chart_lines *lines, double y, const char *label)
{
    if (lines->level_count == CHART_MOST_LEVELS)
        return;
    struct chart_level *level = &lines->levels[lines->level_count++];
    level->y = y;
    snprintf(level->label, sizeof level->label, "%s", label);
}

double chart_ideal(const struct chart_series *series)
{
    const struct chart_point *first = &series->points[0],
                             *last = &series->points[series->count - 1];
    return first->y / first->x * last->x;
}

const struct axis *chart_value_axis(const struct chart_panel *panel)
{
    return panel->kind == CHART_MAP ? &panel->map.value : &panel->y;
}
