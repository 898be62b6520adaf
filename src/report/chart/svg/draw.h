/* draw.h - any chart as inline SVG. */
#ifndef SVG_DRAW_H
#define SVG_DRAW_H

#include "chart/chart.h"

#include <stdio.h>

/* Prints the chart as HTML: its title, an SVG for each panel, and the legend. */
void svg_draw(FILE *out, const struct chart *chart);

#endif
