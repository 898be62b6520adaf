/* steps.c - values that hold for an interval, over shaded spans, as SVG. */
#include "chart/svg/panels.h"

static void write_span(const struct frame *frame, const struct chart_span *span)
{
    double start = frame_x(frame, span->start), end = frame_x(frame, span->end);
    fprintf(frame->out,
            "<rect class=\"s5\" style=\"fill:var(--c);fill-opacity:0.12\" x=\"%.1f\" y=\"%g\" "
            "width=\"%.1f\" height=\"%g\"/>\n",
            start, FRAME_TOP, end - start, FRAME_HEIGHT - FRAME_TOP - FRAME_BOTTOM);
}

/* Writes one line through the steps from `first` on, as far as they belong together. @return the
 * index after the last step. */
static size_t write_line(const struct frame *frame, const struct chart_steps *steps, size_t first)
{
    size_t i = first;
    fprintf(frame->out, "<polyline class=\"line\" points=\"");
    for (; i < steps->count; i++) {
        const struct chart_step *step = &steps->steps[i];
        if (step->line != steps->steps[first].line || step->span != steps->steps[first].span)
            break;
        fprintf(frame->out, "%s%.1f,%.1f %.1f,%.1f", i > first ? " " : "",
                frame_x(frame, step->start), frame_y(frame, step->value), frame_x(frame, step->end),
                frame_y(frame, step->value));
    }
    fprintf(frame->out, "\"/>\n");
    return i;
}

void svg_steps(const struct frame *frame, const struct chart_panel *panel)
{
    const struct chart_steps *steps = &panel->steps;
    for (size_t i = 0; i < steps->span_count; i++)
        write_span(frame, &steps->spans[i]);
    frame_write_y_axis(frame);
    frame_write_x_axis(frame);
    fprintf(frame->out, "<g class=\"s0\">\n");
    for (size_t i = 0; i < steps->count;)
        i = write_line(frame, steps, i);
    fprintf(frame->out, "</g>\n");
    frame_write_x_title(frame);
}
