/* frame.h - the place of a value in an SVG panel, and the panel's axes.
 *
 * Colours are CSS variables of the page, so that light and dark pages share the markup.
 */
#ifndef SVG_FRAME_H
#define SVG_FRAME_H

#include "chart/chart.h"

#include <stdio.h>

/* In SVG's user units, which the page scales. Letters 13 units high are still legible on a phone.
 */
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
/* The y coordinate of the value, clamped to the frame. */
double frame_y(const struct frame *frame, double value);
void frame_write_x_axis(const struct frame *frame);
void frame_write_y_axis(const struct frame *frame);
void frame_write_x_title(const struct frame *frame);
/* Formats the value in its axis' unit. @return `text`. */
const char *frame_format(const struct axis *axis, double value, char text[CHART_TEXT]);
/* The classes of the page's style sheet for this style and slot. @return `text`. */
const char *frame_class(enum chart_style style, size_t slot, char text[CHART_TEXT]);

#endif
