/* bars.c - the best value of each named series as a bar, by gnuplot. The bars are also the legend.
 */
#include "chart/gnuplot/panels.h"

#include "zmqsweep/text.h"

#define NAME_LETTERS 42 /* letters of a name that fit into the panel */
#define LEAST_ROWS 7

static void write_row(const struct script *script, const struct chart_bars *bars, size_t row)
{
    const struct chart_bar *bar = &bars->bars[row];
    char text[3 * CHART_TEXT + 32], name[sizeof bar->name];
    snprintf(text, sizeof text, "%s at %s%s%s", bar->value, bar->at, *bars->at_unit ? " " : "",
             bars->at_unit);
    snprintf(name, sizeof name, "%s", bar->name);
    text_shorten(name, NAME_LETTERS);
    fprintf(script->data, "%zu %.17g %zu ", row, bar->share, bar->series);
    script_field(script->data, name);
    fputc(' ', script->data);
    script_field(script->data, text);
    fputc('\n', script->data);
}

size_t gnuplot_bars_data(struct script *script, const struct chart_panel *panel)
{
    fprintf(script->data, "# %s: row, share of the largest, series, name, value\n", panel->title);
    for (size_t row = 0; row < panel->bars.count; row++)
        write_row(script, &panel->bars, row);
    return script_block_end(script);
}

/* One bar alone needs no heading. */
static void write_heading(const struct script *script, const struct chart_panel *panel)
{
    const struct chart_bars *bars = &panel->bars;
    char heading[sizeof panel->title + 64] = "";
    if (bars->count < bars->total)
        snprintf(heading, sizeof heading, "%s (%zu of %zu, others grey)", panel->title, bars->count,
                 bars->total);
    else if (bars->total > 1)
        snprintf(heading, sizeof heading, "%s", panel->title);
    script_string(script->out, heading);
    fprintf(script->out, " at graph 0, graph 1.04 left font ',9'\nplot NaN");
}

static void write_bar(const struct script *script, const struct chart_bar *bar, size_t row,
                      size_t block)
{
    bool reference = bar->style == CHART_REFERENCE;
    const char *colour =
        reference ? SCRIPT_REFERENCE_COLOUR : script_palette[bar->slot % CHART_COLOURS];
    fprintf(script->out,
            ", \\\n  data index %zu every ::%zu::%zu using 2:1:(0):2:($1+0.48):($1+0.92) with "
            "boxxyerror lc rgb '%s', '' index %zu every ::%zu::%zu using (0.03):($1+0.25) with "
            "points lc rgb '%s' pt %zu ps 0.7",
            block, row, row, colour, block, row, row, colour, reference ? 2 : 4 + bar->slot % 6);
}

void gnuplot_bars(const struct script *script, const struct chart_panel *panel, size_t block)
{
    FILE *out = script->out;
    size_t count = panel->bars.count;
    fprintf(out, "unset label\nunset logscale\nunset tics\nunset border\nunset grid\nunset "
                 "xlabel\nunset ylabel\n");
    script_margins(script, script->picture->width - SCRIPT_LEGEND_INCHES, 0.15, 0.25, 0.3);
    fprintf(
        out,
        "set xrange [0:1]\nset yrange [%zu:0]\nset style fill solid 0.35 noborder\nset label 1 ",
        count < LEAST_ROWS ? LEAST_ROWS : count);
    write_heading(script, panel);
    for (size_t row = 0; row < count; row++)
        write_bar(script, &panel->bars.bars[row], row, block);
    fprintf(out,
            ", \\\n  data index %zu using (0.07):($1+0.25):4 with labels left font ',8', '' index "
            "%zu using (0.03):($1+0.7):5 with labels left font ',8'\n",
            block, block);
}
