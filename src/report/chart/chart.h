/* chart.h - a chart as data: what is in a picture, whichever back end draws it. Pure.
 *
 * The files of kinds/ make a chart; gnuplot/ and svg/ can draw any chart.
 */
#ifndef CHART_CHART_H
#define CHART_CHART_H

#include "chart/panels.h"

#define CHART_CAPTION_LINES 4
#define CHART_MOST_PANELS 5

enum chart_panel_kind {
    CHART_LINES,
    CHART_BARS, /* the bars stand beside all other panels, which stand one below another */
    CHART_MAP,
    CHART_STEPS,
    CHART_PANEL_KINDS
};

struct chart_panel {
    enum chart_panel_kind kind;
    char title[384];  /* "": none */
    struct axis x, y; /* not used by CHART_BARS */
    union {
        struct chart_lines lines;
        struct chart_bars bars;
        struct chart_map map;
        struct chart_steps steps;
    };
};

struct chart {
    char title[CHART_LINE];
    char lines[CHART_CAPTION_LINES][CHART_LINE]; /* caption: what was measured, where and when */
    size_t line_count;
    char statistics[CHART_LINE]; /* how a value was computed from repetitions; also in `lines` */
    struct chart_panel panels[CHART_MOST_PANELS];
    size_t panel_count;
};

/* Releases what the panels own; the chart is empty then. */
void chart_free(struct chart *chart);
/* Adds a line to the caption while there is room and `text` is not empty. */
void chart_add_line(struct chart *chart, const char *text);
/* Adds an empty panel; there must be fewer than CHART_MOST_PANELS. @return it. */
struct chart_panel *chart_add_panel(struct chart *chart, enum chart_panel_kind kind);
/* chart_stacked_count: how many panels stand one below another; bars do not count. chart_place:
 * which of them `panel` is, from 0. */
size_t chart_stacked_count(const struct chart *chart);
size_t chart_place(const struct chart *chart, const struct chart_panel *panel);
/* Adds a horizontal line at `y` while there is room. */
void chart_add_level(struct chart_lines *lines, double y, const char *label);
/* The y value of the series' ideal line at the last x. */
double chart_ideal(const struct chart_series *series);
/* The axis of a panel's values: the y axis, or the colour scale of a map. */
const struct axis *chart_value_axis(const struct chart_panel *panel);

#endif
