/* script.h - pieces of a gnuplot script that all panels share. */
#ifndef GNUPLOT_SCRIPT_H
#define GNUPLOT_SCRIPT_H

#include "chart/chart.h"
#include "chart/gnuplot/picture.h"

#include <stdio.h>

#define SCRIPT_LEGEND_INCHES 2.75
#define SCRIPT_REFERENCE_COLOUR "#444444"

/* Palette of Okabe and Ito, safe for colour-blind readers, without its yellow, which is pale on
 * white. */
extern const char *const script_palette[CHART_COLOURS];

struct script {
    FILE *out, *data;
    const struct chart *chart;
    const struct gnuplot_picture *picture;
    size_t blocks; /* number of blocks of data written so far */
};

/* Writes the terminal, the settings that all panels have in common, and the caption. */
void script_begin(struct script *script);
void script_end(struct script *script);
/* Writes a gnuplot string in single quotes. */
void script_string(FILE *out, const char *text);
/* Writes a string in double quotes for a data file. */
void script_field(FILE *out, const char *text);
/* Ends a block of data. @return its index. */
size_t script_block_end(struct script *script);
/* Sets the margins of the next panel in inches. The top margin counts from the caption. */
void script_margins(const struct script *script, double left, double right, double bottom,
                    double top);
double script_caption_inches(const struct script *script);
/* Writes a label at the picture's edge, beside the panel. */
void script_y_title(const struct script *script, const char *title);
/* Writes a label above the panel. */
void script_panel_title(const struct script *script, const char *title);
/* Removes the caption's labels after the first panel, because gnuplot draws labels again with every
 * panel. */
void script_caption_end(const struct script *script);

#endif
