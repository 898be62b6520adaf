/* frame.c - the place of a value in an SVG panel, and the panel's axes. */
#include "chart/svg/frame.h"
#include "chart/svg/markup.h"

#include <math.h>

#define LABEL_ROOM 26.0 /* between the names of x ticks, which are rotated */

static double share_of(const struct axis *axis, double value)
{
    return axis->log ? log(value / axis->low) / log(axis->high / axis->low)
                     : (value - axis->low) / (axis->high - axis->low);
}

double frame_x(const struct frame *frame, double value)
{
    const struct axis *axis = frame->x;
    double width = FRAME_WIDTH - FRAME_LEFT - FRAME_RIGHT;
    if (axis->log)
        return FRAME_LEFT + width * log(value / axis->low) / log(axis->high / axis->low);
    return FRAME_LEFT + width * share_of(axis, value);
}

double frame_y(const struct frame *frame, double value)
{
    double height = FRAME_HEIGHT - FRAME_TOP - FRAME_BOTTOM;
    return FRAME_HEIGHT - FRAME_BOTTOM - height * fmax(0, fmin(1, share_of(frame->y, value)));
}

void frame_write_y_axis(const struct frame *frame)
{
    double ticks[AXIS_MOST_TICKS];
    const struct axis *axis = frame->y;
    size_t count = axis->log
                       ? axis_log_ticks(axis->low / axis->unit, axis->high / axis->unit, ticks)
                       : axis_linear_ticks(axis->high / axis->unit, ticks);
    for (size_t i = 0; i < count; i++) {
        double y = frame_y(frame, ticks[i] * axis->unit);
        fprintf(frame->out,
                "<line class=\"grid\" x1=\"%g\" y1=\"%.1f\" x2=\"%g\" y2=\"%.1f\"/><text "
                "class=\"tick\" x=\"%g\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
                FRAME_LEFT, y, FRAME_WIDTH - FRAME_RIGHT, y, FRAME_LEFT - 6, y + 4.5, ticks[i]);
    }
}

/* Writes a tick at `value`, with its label if there is room for it to the right of `last`. @return
 * where the last label is. */
static double write_tick(const struct frame *frame, double value, const char *label, double last)
{
    double x = frame_x(frame, value), y = FRAME_HEIGHT - FRAME_BOTTOM;
    fprintf(frame->out, "<line class=\"axis\" x1=\"%.1f\" y1=\"%g\" x2=\"%.1f\" y2=\"%g\"/>\n", x,
            y, x, y + 5);
    if (x - last < LABEL_ROOM)
        return last;
    fprintf(
        frame->out,
        "<text class=\"tick\" text-anchor=\"end\" transform=\"translate(%.1f %g) rotate(-35)\">",
        x + 5, y + 17);
    markup_text(frame->out, label);
    fprintf(frame->out, "</text>\n");
    return x;
}

static void write_round_ticks(const struct frame *frame)
{
    double ticks[AXIS_MOST_TICKS], last = -LABEL_ROOM;
    const struct axis *axis = frame->x;
    char label[CHART_TEXT];
    size_t count = axis->log
                       ? axis_log_ticks(axis->low / axis->unit, axis->high / axis->unit, ticks)
                       : axis_linear_ticks(axis->high / axis->unit, ticks);
    for (size_t i = 0; i < count; i++) {
        snprintf(label, sizeof label, "%g", ticks[i]);
        last = write_tick(frame, ticks[i] * axis->unit, label, last);
    }
}

void frame_write_x_axis(const struct frame *frame)
{
    double last = -LABEL_ROOM, y = FRAME_HEIGHT - FRAME_BOTTOM;
    if (!frame->x->ticks)
        write_round_ticks(frame);
    for (size_t i = 0; frame->x->ticks && i < frame->x->tick_count; i++)
        last = write_tick(frame, frame->x->ticks[i].at, frame->x->ticks[i].label, last);
    fprintf(frame->out, "<line class=\"axis\" x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\"/>\n",
            FRAME_LEFT, y, FRAME_WIDTH - FRAME_RIGHT, y);
}

void frame_write_x_title(const struct frame *frame)
{
    fprintf(frame->out, "<text class=\"tick\" x=\"%g\" y=\"%g\" text-anchor=\"middle\">",
            (FRAME_LEFT + FRAME_WIDTH - FRAME_RIGHT) / 2, FRAME_HEIGHT - 4);
    markup_text(frame->out, frame->x->title);
    fprintf(frame->out, "</text>\n");
}

const char *frame_format(const struct axis *axis, double value, char text[CHART_TEXT])
{
    if (axis->format)
        return axis->format(value, text);
    snprintf(text, CHART_TEXT, "%.4g%s%s", value / axis->unit, axis->unit_name ? " " : "",
             axis->unit_name ? axis->unit_name : "");
    return text;
}

const char *frame_class(enum chart_style style, size_t slot, char text[CHART_TEXT])
{
    if (style == CHART_REFERENCE)
        return "ceiling dash";
    snprintf(text, CHART_TEXT, "s%zu%s", slot % CHART_COLOURS,
             slot >= CHART_COLOURS ? " dash" : "");
    return text;
}
