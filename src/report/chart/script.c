/* script.c - gnuplot scripts: what all pictures share, and the charts of series. */
#include "chart/plot_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LETTERS 42 /* that fit there */
#define LEGEND_INCHES 2.75

/* Source: Okabe & Ito, Color Universal Design, 2008. */
const char *const chart_palette[PALETTE_COUNT] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#e69f00", "#56b4e9", "#000000"};

/* ---- pieces of gnuplot ---- */

void script_string(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

void script_field(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' || *text == '"' || *text == '\\' ? '\'' : *text, out);
    fputc('"', out);
}

size_t script_block_end(struct script *script)
{
    fprintf(script->data, "\n\n");
    return script->blocks++;
}

double script_caption_inches(const struct script *script)
{
    return 0.5 + 0.18 * (double)script->caption.line_count;
}

/* The caption stands in inches from the top, so that it fits whatever size the picture has. */
static void write_caption(const struct script *script)
{
    double height = script->picture.height, left = 0.12 / script->picture.width;
    fprintf(script->out, "set label 1 ");
    script_string(script->out, script->caption.title);
    fprintf(script->out, " at screen %.4f, screen %.4f left font ',12' front\n", left, 1 - 0.22 / height);
    for (size_t i = 0; i < script->caption.line_count; i++) {
        fprintf(script->out, "set label %zu ", i + 2);
        script_string(script->out, script->caption.lines[i]);
        fprintf(script->out, " at screen %.4f, screen %.4f left font ',8' textcolor rgb '#555555' front\n",
                left, 1 - (0.46 + 0.18 * (double)i) / height);
    }
}

static void write_terminal(const struct picture *picture, FILE *out)
{
    if (strcmp(picture->terminal, "png") == 0)
        fprintf(
            out,
            "set terminal pngcairo noenhanced color font 'sans,9' fontscale 1.9 linewidth 2 pointscale 1.6 "
            "background rgb 'white' size %.0f,%.0f\n",
            picture->width * 200, picture->height * 200);
    else if (strcmp(picture->terminal, "svg") == 0)
        fprintf(out,
                "set terminal svg noenhanced font 'sans-serif,9' fontscale 1.35 linewidth 1.2 dynamic "
                "background rgb "
                "'white' size %.0f,%.0f\n",
                picture->width * 100, picture->height * 100);
    else
        fprintf(out,
                "set terminal pdfcairo noenhanced color font 'sans,9' fontscale 1 linewidth 1.5 "
                "size %.2fin,%.2fin\n",
                picture->width, picture->height);
}

/* `data` and `output` may be set from outside, as zmqreport does. */
void script_begin(struct script *script)
{
    const struct picture *picture = &script->picture;
    const char *slash = strrchr(picture->path, '/');
    const char *name = slash ? slash + 1 : picture->path;
    const char *dot = strrchr(name, '.');
    char data[512];
    snprintf(data, sizeof data, "%.*s.dat", dot ? (int)(dot - name) : (int)strlen(name), name);
    fprintf(script->out, "# Made by zmqreport %s. Run gnuplot on this file in its folder to make ",
            ZMQSWEEP_VERSION);
    text_print(script->out, name);
    fprintf(script->out, " again.\nset encoding utf8\nif (!exists('data')) data = ");
    script_string(script->out, data);
    fprintf(script->out, "\nif (!exists('output')) output = ");
    script_string(script->out, name);
    fputc('\n', script->out);
    write_terminal(picture, script->out);
    fprintf(script->out, "set output output\nset multiplot\nset border 3 lc rgb '#444444'\n"
                         "set tics nomirror out scale 0.6\nset grid lc rgb '#e4e4e4' lt 1 lw 0.6\n"
                         "set errorbars 0.6\nunset key\n");
    write_caption(script);
}

void script_end(struct script *script)
{
    fprintf(script->out, "unset multiplot\n");
}

void script_margins(const struct script *script, double left, double right, double bottom, double top)
{
    double width = script->picture.width, height = script->picture.height;
    fprintf(
        script->out,
        "set lmargin at screen %.4f; set rmargin at screen %.4f; set bmargin at screen %.4f; set tmargin at "
        "screen %.4f\n",
        left / width, 1 - right / width, bottom / height, 1 - (script_caption_inches(script) + top) / height);
}

/* ---- axes ---- */

/* At the picture's edge, where no tick's label reaches. */
void script_y_title(const struct script *script, const char *title)
{
    fprintf(script->out, "set label 20 ");
    script_string(script->out, title);
    fprintf(script->out, " at screen %.4f, graph 0.5 center rotate by 90\n", 0.2 / script->picture.width);
}

static void write_log_ticks(FILE *out, const char *axis, double low, double high)
{
    double ticks[AXIS_MOST_TICKS];
    size_t count = axis_log_ticks(low, high, ticks);
    fprintf(out, "set %stics (", axis);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s'%g' %g", i ? ", " : "", ticks[i], ticks[i]);
    fprintf(out, ")\n");
}

static void write_y_axis(const struct script *script, const struct chart *chart, double high, double unit,
                         const char *unit_name)
{
    FILE *out = script->out;
    char label[160];
    snprintf(label, sizeof label, "%s in %s", chart->kind->y_title, unit_name);
    script_y_title(script, label);
    fprintf(out, "unit = %g\n", unit);
    double low, top;
    axis_y_range(chart, high, &low, &top);
    low /= unit;
    top /= unit;
    if (!chart->kind->log_y) {
        fprintf(out, "set yrange [0:%g]\nset ytics auto\n", top);
        return;
    }
    fprintf(out, "set logscale y 10\nset yrange [%g:%g]\n", low, top);
    write_log_ticks(out, "y", low, top);
}

static bool is_size(const struct chart *chart)
{
    return strcmp(chart->x->title, "size") == 0;
}

/* Sizes by name. Labels that would run into their neighbours are left out, the ticks stay. */
static int write_x_axis(const struct script *script, const struct chart *chart)
{
    FILE *out = script->out;
    size_t count;
    char text[CELL];
    double *values = chart_x_values(chart, &count), *last = NULL;
    if (!values)
        return -1;
    double low, high;
    axis_x_range(chart, &low, &high);
    double nearest = log(high / low) * 0.24 / (script->picture.width - LEGEND_INCHES - 1.2);
    fprintf(out, "set logscale x 2\nset xrange [%g:%g]\nset xlabel ", low, high);
    script_string(out, is_size(chart) ? "message size" : chart->x->title);
    fprintf(out, "\nset xtics %s (", is_size(chart) ? "rotate by 35 right" : "");
    for (size_t i = 0; i < count; i++) {
        bool named = !last || log(values[i] / *last) >= nearest;
        fprintf(out, "%s", i ? ", " : "");
        script_string(out, named ? chart_x_text(chart, values[i], text) : "");
        fprintf(out, " %.17g", values[i]);
        last = named ? &values[i] : last;
    }
    fprintf(out, ")\n");
    free(values);
    return 0;
}

/* ---- series ---- */

static void write_series_data(struct script *script, const struct chart *chart)
{
    char text[CELL];
    for (size_t i = 0; i < chart->count; i++) {
        const struct series *series = &chart->series[i];
        fprintf(script->data, "# series %zu: ", i);
        text_print(script->data, series->name);
        fprintf(script->data, "\n# x y low high label\n");
        for (size_t k = 0; k < series->count; k++) {
            const struct series_point *point = &series->points[k];
            fprintf(script->data, "%.17g %.17g %.17g %.17g ", point->x, point->y, point->low, point->high);
            script_field(script->data, chart_x_text(chart, point->x, text));
            fputc('\n', script->data);
        }
        script_block_end(script);
    }
}

/* What a linear speed-up from the series' first point would give, as far as its last. */
static void write_ideal(const struct script *script, const struct series *series, const char *colour)
{
    const struct series_point *first = &series->points[0], *last = &series->points[series->count - 1];
    fprintf(script->out, ", [%.17g:%.17g] %.17g/unit*x with lines lc rgb '%s' lw 0.8 dt 3", first->x, last->x,
            first->y / first->x, colour);
}

static void write_link_label(const struct script *script, const struct chart *chart)
{
    char text[CELL];
    if (isnan(chart->link_mbit_s))
        return;
    fprintf(script->out, "set label 21 ");
    script_string(script->out, chart_link_text(chart, text));
    fprintf(script->out,
            " at graph 0.99, first %.17g/unit right offset 0,0.5 font ',8' textcolor rgb '#666666'\n",
            chart->link_mbit_s);
}

static void write_series(const struct script *script, const struct chart *chart, const bool *named)
{
    FILE *out = script->out;
    size_t style = 0;
    fprintf(out, "plot NaN");
    for (size_t i = 0; i < chart->count; i++)
        if (!named[i])
            fprintf(out, ", data index %zu using 1:($2/unit) with lines lc rgb '#cccccc' lw 0.7", i);
    for (size_t i = 0; i < chart->count; i++) {
        if (!named[i])
            continue;
        if (chart->series[i].ceiling) {
            fprintf(out,
                    ", \\\n  data index %zu using 1:($2/unit) with linespoints lc rgb '" CEILING_COLOUR
                    "' lw 1.3 dt 2 pt 2 ps 0.5",
                    i);
            continue;
        }
        const char *colour = chart_palette[style % PALETTE_COUNT];
        fprintf(
            out,
            ", \\\n  data index %zu using 1:($2/unit):($3/unit):($4/unit) with yerrorlines lc rgb '%s' lw "
            "1.3 dt %zu pt %zu ps 0.6",
            i, colour, 1 + style / PALETTE_COUNT * 3, 4 + style % 6 * 1);
        if (chart->kind == &plot_kinds[KIND_SCALING] && chart->series[i].count > 1)
            write_ideal(script, &chart->series[i], colour);
        style++;
    }
    if (!isnan(chart->link_mbit_s))
        fprintf(out, ", \\\n  %.17g/unit with lines lc rgb '#888888' lw 0.7 dt 1", chart->link_mbit_s);
    fputc('\n', out);
}

/* ---- the second panel: legend and best values in one ---- */

static void write_best_row(const struct script *script, const struct chart *chart, size_t i, size_t row,
                           double largest)
{
    const struct series *series = &chart->series[i];
    const struct series_point *best = &series->points[series->best];
    char value[CELL], x[CELL], text[2 * CELL + 32], name[sizeof series->name];
    snprintf(text, sizeof text, "%s at %s%s%s", chart->kind->write(best->y, value),
             chart_x_text(chart, best->x, x), is_size(chart) ? "" : " ",
             is_size(chart) ? "" : chart->x->title);
    snprintf(name, sizeof name, "%s", series->name);
    text_shorten(name, NAME_LETTERS);
    fprintf(script->data, "%zu %.17g %zu ", row, largest > 0 ? best->y / largest : 0, i);
    script_field(script->data, name);
    fputc(' ', script->data);
    script_field(script->data, text);
    fputc('\n', script->data);
}

/* @return the block's index. */
static size_t write_best_data(struct script *script, const struct chart *chart, const bool *named)
{
    double largest = 0;
    size_t row = 0;
    for (size_t i = 0; i < chart->count; i++)
        if (named[i])
            largest = fmax(largest, chart->series[i].points[chart->series[i].best].y);
    fprintf(script->data, "# %s: row, share of the largest, series, name, value\n", chart->kind->best);
    for (size_t i = 0; i < chart->count; i++)
        if (named[i])
            write_best_row(script, chart, i, row++, largest);
    return script_block_end(script);
}

/* Ceilings come last, in the chart and here. */
static size_t count_ceilings(const struct chart *chart, const bool *named)
{
    size_t count = 0;
    for (size_t i = 0; i < chart->count; i++)
        count += named[i] && chart->series[i].ceiling;
    return count;
}

static void write_best(const struct script *script, const struct chart *chart, size_t count, size_t ceilings,
                       size_t block)
{
    FILE *out = script->out;
    size_t rows = count < 7 ? 7 : count;
    fprintf(
        out,
        "unset label\nunset logscale\nunset tics\nunset border\nunset grid\nunset xlabel\nunset ylabel\n");
    script_margins(script, script->picture.width - LEGEND_INCHES, 0.15, 0.25, 0.3);
    fprintf(out, "set xrange [0:1]\nset yrange [%zu:0]\nset style fill solid 0.35 noborder\nset label 1 ",
            rows);
    char heading[160];
    if (count < chart->count)
        snprintf(heading, sizeof heading, "%s (%zu of %zu, others grey)", chart->kind->best, count,
                 chart->count);
    else
        snprintf(heading, sizeof heading, "%s", chart->kind->best);
    script_string(out, chart->count > 1 ? heading : "");
    fprintf(out, " at graph 0, graph 1.04 left font ',9'\nplot NaN");
    for (size_t row = 0; row < count; row++) {
        bool ceiling = row >= count - ceilings;
        const char *colour = ceiling ? CEILING_COLOUR : chart_palette[row % PALETTE_COUNT];
        fprintf(
            out,
            ", \\\n  data index %zu every ::%zu::%zu using 2:1:(0):2:($1+0.48):($1+0.92) with boxxyerror lc "
            "rgb '%s', '' index %zu every ::%zu::%zu using (0.03):($1+0.25) with points lc rgb '%s' pt %zu "
            "ps "
            "0.7",
            block, row, row, colour, block, row, row, colour, ceiling ? 2 : 4 + row % 6);
    }
    fprintf(out,
            ", \\\n  data index %zu using (0.07):($1+0.25):4 with labels left font ',8', '' index %zu using "
            "(0.03):($1+0.7):5 with labels left font ',8'\n",
            block, block);
}

int script_chart(struct script *script, const struct chart *chart, struct error *error)
{
    const char *unit_name;
    double unit = chart_unit(chart, &unit_name);
    bool *named = calloc(chart->count, sizeof *named);
    if (!named)
        return error_set(error, "out of memory for the plot");
    size_t count = chart_choose_named(chart, named);
    write_series_data(script, chart);
    size_t best = write_best_data(script, chart, named);
    script_begin(script);
    script_margins(script, 0.85, LEGEND_INCHES + 0.25, 0.85, 0.12);
    write_y_axis(script, chart, chart_highest(chart), unit, unit_name);
    int failed = write_x_axis(script, chart);
    write_link_label(script, chart);
    write_series(script, chart, named);
    write_best(script, chart, count, count_ceilings(chart, named), best);
    script_end(script);
    free(named);
    return failed ? error_set(error, "out of memory for the plot") : 0;
}
