/* panels.h - a function for each kind of panel that is drawn in a frame, and for the lists beside
 * panels. */
#ifndef SVG_PANELS_H
#define SVG_PANELS_H

#include "chart/svg/frame.h"

void svg_lines(const struct frame *frame, const struct chart_panel *panel);
void svg_map(const struct frame *frame, const struct chart_panel *panel);
void svg_steps(const struct frame *frame, const struct chart_panel *panel);

/* Prints, as HTML after the drawing, the legend with the best values. */
void svg_bars_list(FILE *out, const struct chart_bars *bars);
/* Prints, as HTML after the drawing, the list that belongs to a map. */
void svg_map_list(FILE *out, const struct chart_map *map);

#endif
