/* frame.h - where a value is in a panel of SVG, and the panel's axes.
 *
 * Colours are CSS variables of the page, so that light and dark pages share them.
 */
#ifndef SVG_FRAME_H
#define SVG_FRAME_H

#include "chart/chart.h"

#include <stdio.h>

/* User units; the page scales them. Letters of 13 units still read on a phone. */
#define FRAME_WIDTH 480.0
#define FRAME_HEIGHT 340.0
#define FRAME_LEFT 52.0
#define FRAME_RIGHT 10.0
#define FRAME_TOP 12.0
#define FRAME_BOTTOM 62.0

struct frame {
    FILE *out;
    const struct axis *x, *y;
};

double frame_x(const struct frame *frame, double value);
/* Cut to the frame. */
double frame_y(const struct frame *frame, double value);
void frame_write_x_axis(const struct frame *frame);
void frame_write_y_axis(const struct frame *frame);
void frame_write_x_title(const struct frame *frame);
/* The value in its axis' unit. @return `text`. */
const char *frame_format(const struct axis *axis, double value, char text[CHART_TEXT]);
/* Classes of the page's style sheet. */
const char *frame_class(enum chart_style style, size_t slot, char text[CHART_TEXT]);

#endif
