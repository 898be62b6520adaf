/* panels.h - two functions for each kind of panel: one writes its data, one writes its part of the
 * script. */
#ifndef GNUPLOT_PANELS_H
#define GNUPLOT_PANELS_H

#include "chart/gnuplot/script.h"

/* Write the panel's blocks of data. Each @return the index of the first block. */
size_t gnuplot_lines_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_bars_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_map_data(struct script *script, const struct chart_panel *panel);
size_t gnuplot_steps_data(struct script *script, const struct chart_panel *panel);

/* Write the commands that draw the panel, whose first block of data is `block`. */
void gnuplot_lines(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_bars(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_map(const struct script *script, const struct chart_panel *panel, size_t block);
void gnuplot_steps(const struct script *script, const struct chart_panel *panel, size_t block);

#endif
