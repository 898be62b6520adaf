/* lines.c - series of points with their intervals, by gnuplot. */
#include "chart/gnuplot/panels.h"

#include "zmqsweep/text.h"

#include <math.h>

#define BELOW_INCHES 0.85 /* for the names of x ticks and the axis */
#define ABOVE_INCHES 0.12
#define LABEL_INCHES 0.24 /* between names of x ticks */

/* ---- data ---- */

static void write_point(const struct script *script, const struct axis *x,
                        const struct chart_point *point)
{
    char text[CHART_TEXT] = "";
    fprintf(script->data, "%.17g %.17g %.17g %.17g ", point->x, point->y, point->low, point->high);
    script_field(script->data, x->format ? x->format(point->x, text) : text);
    fputc('\n', script->data);
}

size_t gnuplot_lines_data(struct script *script, const struct chart_panel *panel)
{
    size_t first = script->blocks;
    for (size_t i = 0; i < panel->lines.count; i++) {
        const struct chart_series *series = &panel->lines.series[i];
        fprintf(script->data, "# series %zu: ", i);
        text_print(script->data, series->name);
        fprintf(script->data, "\n# x y low high label\n");
        for (size_t k = 0; k < series->count; k++)
            write_point(script, &panel->x, &series->points[k]);
        script_block_end(script);
    }
    return first;
}

/* ---- axes ---- */

static void write_log_ticks(FILE *out, const char *axis, double low, double high)
{
    double ticks[AXIS_MOST_TICKS];
    size_t count = axis_log_ticks(low, high, ticks);
    fprintf(out, "set %stics (", axis);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s'%g' %g", i ? ", " : "", ticks[i], ticks[i]);
    fprintf(out, ")\n");
}

static void write_y_axis(const struct script *script, const struct axis *axis)
{
    char label[2 * AXIS_TEXT];
    double low = axis->low / axis->unit, high = axis->high / axis->unit;
    script_y_title(script, axis_label(axis, label));
    fprintf(script->out, "unit = %g\n", axis->unit);
    if (!axis->log) {
        fprintf(script->out, "set yrange [0:%g]\nset ytics auto\n", high);
        return;
    }
    fprintf(script->out, "set logscale y 10\nset yrange [%g:%g]\n", low, high);
    write_log_ticks(script->out, "y", low, high);
}

/* Labels that would run into their neighbours are left out, the ticks stay. */
static void write_named_ticks(const struct script *script, const struct axis *axis)
{
    const struct axis_tick *last = NULL;
    double width = script->picture->width - SCRIPT_LEGEND_INCHES - 1.2;
    double nearest = log(axis->high / axis->low) * LABEL_INCHES / width;
    fprintf(script->out, "\nset xtics %s (", axis->long_labels ? "rotate by 35 right" : "");
    for (size_t i = 0; i < axis->tick_count; i++) {
        const struct axis_tick *tick = &axis->ticks[i];
        bool named = !last || log(tick->at / last->at) >= nearest;
        fprintf(script->out, "%s", i ? ", " : "");
        script_string(script->out, named ? tick->label : "");
        fprintf(script->out, " %.17g", tick->at);
        last = named ? tick : last;
    }
    fprintf(script->out, ")\n");
}

static void write_x_axis(const struct script *script, const struct axis *axis)
{
    fprintf(script->out, "%s x%s\nset xrange [%g:%g]\nset xlabel ",
            axis->log ? "set logscale" : "unset logscale", axis->log ? " 2" : "", axis->low,
            axis->high);
    script_string(script->out, axis->title);
    if (axis->ticks)
        write_named_ticks(script, axis);
    else
        fprintf(script->out, "\nset xtics auto\n");
}

/* ---- series ---- */

static void write_level_labels(const struct script *script, const struct chart_lines *lines)
{
    for (size_t i = 0; i < lines->level_count; i++) {
        fprintf(script->out, "set label %zu ", 21 + i);
        script_string(script->out, lines->levels[i].label);
        fprintf(script->out,
                " at graph 0.99, first %.17g/unit right offset 0,0.5 font ',8' textcolor rgb "
                "'#666666'\n",
                lines->levels[i].y);
    }
}

static void write_ideal(const struct script *script, const struct chart_series *series,
                        const char *colour)
{
    const struct chart_point *first = &series->points[0],
                             *last = &series->points[series->count - 1];
    fprintf(script->out, ", [%.17g:%.17g] %.17g/unit*x with lines lc rgb '%s' lw 0.8 dt 3",
            first->x, last->x, first->y / first->x, colour);
}

static void write_coloured(const struct script *script, const struct chart_series *series,
                           size_t block)
{
    const char *colour = script_palette[series->slot % CHART_COLOURS];
    fprintf(script->out,
            ", \\\n  data index %zu using 1:($2/unit):($3/unit):($4/unit) with yerrorlines lc rgb "
            "'%s' lw 1.3 dt %zu pt %zu ps 0.6",
            block, colour, 1 + series->slot / CHART_COLOURS * 3, 4 + series->slot % 6);
    if (series->ideal)
        write_ideal(script, series, colour);
}

static void write_reference(const struct script *script, size_t block)
{
    fprintf(
        script->out,
        ", \\\n  data index %zu using 1:($2/unit) with linespoints lc rgb '" SCRIPT_REFERENCE_COLOUR
        "' lw 1.3 dt 2 pt 2 ps 0.5",
        block);
}

/* Draws the grey series first, so that the others lie above them. */
static void write_series(const struct script *script, const struct chart_lines *lines, size_t block)
{
    FILE *out = script->out;
    fprintf(out, "plot NaN");
    for (size_t i = 0; i < lines->count; i++)
        if (lines->series[i].style == CHART_GREY)
            fprintf(out, ", data index %zu using 1:($2/unit) with lines lc rgb '#cccccc' lw 0.7",
                    block + i);
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->series[i].style == CHART_REFERENCE)
            write_reference(script, block + i);
        else if (lines->series[i].style == CHART_COLOURED)
            write_coloured(script, &lines->series[i], block + i);
    }
    for (size_t i = 0; i < lines->level_count; i++)
        fprintf(out, ", \\\n  %.17g/unit with lines lc rgb '#888888' lw 0.7 dt 1",
                lines->levels[i].y);
    fputc('\n', out);
}

void gnuplot_lines(const struct script *script, const struct chart_panel *panel, size_t block)
{
    size_t count = chart_stacked_count(script->chart), place = chart_place(script->chart, panel);
    double room = script->picture->height - script_caption_inches(script),
           each = (room - BELOW_INCHES) / (double)count;
    double bottom = BELOW_INCHES + each * (double)(count - 1 - place);
    script_margins(script, 0.85, SCRIPT_LEGEND_INCHES + 0.25, bottom,
                   room - bottom - each + ABOVE_INCHES);
    if (*panel->title)
        script_panel_title(script, panel->title);
    write_y_axis(script, &panel->y);
    write_x_axis(script, &panel->x);
    write_level_labels(script, &panel->lines);
    write_series(script, &panel->lines, block);
    if (count > 1 && place == 0)
        script_caption_end(script);
}
