/* panels.h - what is in a panel of a chart, by the panel's kind. Pure data. */
#ifndef CHART_PANELS_H
#define CHART_PANELS_H

#include "chart/axis.h"

#include <stdint.h>

#define CHART_TEXT AXIS_TEXT
#define CHART_LINE 256
#define CHART_MOST_LEVELS 2
#define CHART_LIST_LINES 11
#define CHART_COLOURS                                                                              \
    7 /* colours that a back end tells apart; further slots use them again, dashed */

/* ---- CHART_LINES: points and their intervals ---- */

enum chart_style { CHART_COLOURED, CHART_REFERENCE, CHART_GREY };

struct chart_point {
    double x, y, low, high; /* low = high = y when there is no interval */
};

struct chart_series {
    char name[192];
    struct chart_point *points; /* malloc'd, by x */
    size_t count;
    enum chart_style style;
    size_t slot; /* number of the colour, for CHART_COLOURED */
    bool ideal;  /* has a dotted line in proportion to x, from the first point to the last x */
};

struct chart_level {
    double y;
    char label[CHART_TEXT];
};

struct chart_lines {
    struct chart_series *series; /* malloc'd */
    size_t count;
    struct chart_level levels[CHART_MOST_LEVELS];
    size_t level_count;
};

/* ---- CHART_BARS: the best value of each named series, which is the legend, too ---- */

struct chart_bar {
    char name[192], value[CHART_TEXT], at[CHART_TEXT]; /* "12 Gbit/s" at "64 KiB" */
    double share;                                      /* of the largest value of all bars */
    size_t series;
    enum chart_style style;
    size_t slot;
};

struct chart_bars {
    struct chart_bar *bars; /* malloc'd */
    size_t count, total;    /* number of all series, with the grey ones */
    char at_unit[CHART_TEXT];
};

/* ---- CHART_MAP: a heat map; x.ticks and y.ticks name columns and rows ---- */

struct chart_cell {
    size_t column, row;
    double value;
    char text[CHART_TEXT];
};

struct chart_map {
    struct chart_cell *cells; /* malloc'd; a pair of hosts without data has no cell */
    size_t count;
    struct axis value;
    char columns[CHART_LINE]; /* names of the data's columns */
    char list_title[CHART_TEXT], list[CHART_LIST_LINES][CHART_LINE];
    size_t list_count;
};

/* ---- CHART_STEPS: values that hold for an interval, over shaded spans ---- */

struct chart_step {
    double start, end, value;
    int64_t line, span; /* a drawn line ends where one of these changes */
};

struct chart_span {
    double start, end;
};

struct chart_steps {
    struct chart_step *steps; /* malloc'd */
    size_t count;
    struct chart_span *spans; /* malloc'd */
    size_t span_count;
    double highest; /* largest value */
    char columns[CHART_LINE], span_columns[CHART_LINE];
};

#endif
