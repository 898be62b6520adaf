/* draw.h - any chart as a gnuplot script and its data. */
#ifndef GNUPLOT_DRAW_H
#define GNUPLOT_DRAW_H

#include "chart/chart.h"
#include "chart/gnuplot/picture.h"

#include <stdio.h>

/* Writes a script into `out`, and the data that it draws into `data`. By default the script reads
 * the data from a file with the picture's name and the ending .dat. Its variables `data` and
 * `output` set other names. */
void gnuplot_draw(const struct chart *chart, const struct gnuplot_picture *picture, FILE *out,
                  FILE *data);

#endif
