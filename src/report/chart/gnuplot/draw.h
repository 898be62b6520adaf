/* draw.h - any chart as a gnuplot script and its data. */
#ifndef GNUPLOT_DRAW_H
#define GNUPLOT_DRAW_H

#include "chart/chart.h"

#include <stdio.h>

/* What the picture is to be. */
struct gnuplot_picture {
    const char *path;
    const char *terminal; /* png, svg or pdf */
    double width, height; /* in inches */
};

/* Writes a script into `out`, and what it draws into `data`. The script reads the data under the
 * picture's name with the ending .dat; its variables `data` and `output` set other names. */
void gnuplot_draw(const struct chart *chart, const struct gnuplot_picture *picture, FILE *out,
                  FILE *data);

#endif
