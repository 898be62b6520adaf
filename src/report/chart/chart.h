/* chart.h - a chart as data: what stands in a picture, whoever draws it. Pure.
 *
 * Files of kinds/ make it; gnuplot/ and svg/ draw any of it.
 */
#ifndef CHART_CHART_H
#define CHART_CHART_H

#include "chart/panels.h"

#define CHART_CAPTION_LINES 4
#define CHART_MOST_PANELS 5

enum chart_panel_kind {
    CHART_LINES,
    CHART_BARS, /* beside the others; they are one below another */
    CHART_MAP,
    CHART_STEPS,
    CHART_PANEL_KINDS
};

struct chart_panel {
    enum chart_panel_kind kind;
    char title[384];  /* "": none */
    struct axis x, y; /* not of CHART_BARS */
    union {
        struct chart_lines lines;
        struct chart_bars bars;
        struct chart_map map;
        struct chart_steps steps;
    };
};

struct chart {
    char title[CHART_LINE];
    char lines[CHART_CAPTION_LINES][CHART_LINE]; /* below it: what was measured, where and when */
    size_t line_count;
    char statistics[CHART_LINE]; /* how a value was made of repetitions; `lines` has it, too */
    struct chart_panel panels[CHART_MOST_PANELS];
    size_t panel_count;
};

/* Releases what the panels own; the chart is empty then. */
void chart_free(struct chart *chart);
/* Adds a line to the caption while there is room and `text` is not empty. */
void chart_add_line(struct chart *chart, const char *text);
/* Adds an empty panel. @return it; at most CHART_MOST_PANELS have room. */
struct chart_panel *chart_add_panel(struct chart *chart, enum chart_panel_kind kind);
/* How many panels are one below another, and which of them this is, from 0. */
size_t chart_stacked_count(const struct chart *chart);
size_t chart_place(const struct chart *chart, const struct chart_panel *panel);
/* Adds a level line while there is room. */
void chart_add_level(struct chart_lines *lines, double y, const char *label);
/* y of the ideal line at its end, the last x. */
double chart_ideal(const struct chart_series *series);
/* The axis that says what a panel's values are: y, or the colours of a map. */
const struct axis *chart_value_axis(const struct chart_panel *panel);

#endif
