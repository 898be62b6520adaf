/* steps.c - values that hold for an interval, over shaded spans, by gnuplot. */
#include "chart/gnuplot/panels.h"

#include <inttypes.h>

#define BELOW_INCHES 0.75
#define ABOVE_INCHES 0.42 /* for a panel's title */
#define TICK_INCHES 0.35

/* Writes each value twice: at the start and at the end of its interval. A blank line separates the
 * lines. */
static void write_steps(const struct script *script, const struct chart_steps *steps)
{
    const struct chart_step *last = NULL;
    fprintf(script->data, "# %s\n", steps->columns);
    for (size_t i = 0; i < steps->count; i++) {
        const struct chart_step *step = &steps->steps[i];
        if (last && (last->line != step->line || last->span != step->span))
            fputc('\n', script->data);
        fprintf(script->data,
                "%.9g %.9g %" PRId64 " %" PRId64 "\n%.9g %.9g %" PRId64 " %" PRId64 "\n",
                step->start, step->value, step->line, step->span, step->end, step->value,
                step->line, step->span);
        last = step;
    }
}

size_t gnuplot_steps_data(struct script *script, const struct chart_panel *panel)
{
    const struct chart_steps *steps = &panel->steps;
    write_steps(script, steps);
    size_t first = script_block_end(script);
    fprintf(script->data, "# %s\n", steps->span_columns);
    for (size_t i = 0; i < steps->span_count; i++)
        fprintf(script->data, "%.9g %.9g %zu\n", steps->spans[i].start, steps->spans[i].end, i);
    script_block_end(script);
    return first;
}

static void write_axes(const struct script *script, const struct chart_panel *panel, double inches)
{
    char label[2 * AXIS_TEXT];
    double top = panel->y.high / panel->y.unit;
    script_y_title(script, axis_label(&panel->y, label));
    fprintf(script->out, "set ytics %g\n", axis_nice_step(top, inches / TICK_INCHES));
    fprintf(script->out, "unit = %g\nset yrange [0:%g]\nset xrange [0:%.9g]\n", panel->y.unit, top,
            panel->x.high);
    if (*panel->x.title) {
        fprintf(script->out, "set xlabel ");
        script_string(script->out, panel->x.title);
        fputc('\n', script->out);
    } else {
        fprintf(script->out, "unset xlabel\n");
    }
}

void gnuplot_steps(const struct script *script, const struct chart_panel *panel, size_t block)
{
    size_t count = chart_stacked_count(script->chart), place = chart_place(script->chart, panel);
    double height = script->picture->height,
           room = height - script_caption_inches(script) - BELOW_INCHES;
    double each = room / (double)count, bottom = BELOW_INCHES + each * (double)(count - 1 - place);
    script_margins(script, 0.85, 0.2, bottom,
                   height - script_caption_inches(script) - bottom - each + ABOVE_INCHES);
    script_panel_title(script, panel->title);
    write_axes(script, panel, each);
    fprintf(
        script->out,
        "plot data index %zu using 1:(0):1:2:(0):(1.08*%g) with boxxyerror fs solid 0.12 noborder "
        "lc rgb '%s', data index %zu using 1:($2/unit) with lines lc rgb '%s' lw 0.9\n",
        block + 1, panel->steps.highest / panel->y.unit, script_palette[5], block,
        script_palette[0]);
    if (place == 0)
        script_caption_end(script);
}
