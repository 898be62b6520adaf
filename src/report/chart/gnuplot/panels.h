/* panels.h - a pair of functions for each kind of panel: its data, and its part of the script. */
#ifndef GNUPLOT_PANELS_H
#define GNUPLOT_PANELS_H

#include "chart/gnuplot/script.h"

/* Writes the panel's blocks of data. @return the index of the first. */
size_t gnuplot_lines_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_bars_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_map_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_steps_data(struct script *script, const struct chart_panel *panel);

/* Draws the panel, whose first block of data is `block`. */
void gnuplot_lines(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_bars(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_map(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_steps(const struct script *script, const struct chart_panel *panel, size_t block);

#endif
