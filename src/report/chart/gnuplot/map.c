/* map.c - a heat map, by gnuplot. */
#include "chart/gnuplot/panels.h"

#include "zmqsweep/text.h"

#include <math.h>

#define MOST_NUMBERED 12  /* cells hold their numbers up to this many columns */
#define LEAST_LETTERS 6.5 /* points: smaller names cannot be read */

size_t gnuplot_map_data(struct script *script, const struct chart_panel *panel)
{
    fprintf(script->data, "# %s\n", panel->map.columns);
    for (size_t i = 0; i < panel->map.count; i++) {
        const struct chart_cell *cell = &panel->map.cells[i];
        fprintf(script->data, "%zu %zu %.17g ", cell->column, cell->row, cell->value);
        script_field(script->data, cell->text);
        fputc(' ', script->data);
        script_field(script->data, panel->x.ticks[cell->column].label);
        fputc(' ', script->data);
        script_field(script->data, panel->y.ticks[cell->row].label);
        fputc('\n', script->data);
    }
    return script_block_end(script);
}

static void write_names(const struct script *script, const struct axis *axis, const char *letter,
                        double inches)
{
    double each = inches * 72 / (double)axis->tick_count;
    size_t step = (size_t)ceil(LEAST_LETTERS / 0.8 / each);
    double points = fmin(9, each * (double)step * 0.8);
    fprintf(script->out, "set %stics %s font ',%.1f' (", letter,
            *letter == 'x' ? "rotate by 60 right" : "", points);
    for (size_t i = 0; i < axis->tick_count; i += step) {
        char name[sizeof axis->ticks[i].label];
        snprintf(name, sizeof name, "%s", axis->ticks[i].label);
        text_shorten(name, 14);
        fprintf(script->out, "%s", i ? ", " : "");
        script_string(script->out, name);
        fprintf(script->out, " %zu", i);
    }
    fprintf(script->out, ")\n");
}

/* Writes a colour scale from light to dark in one hue, so that it also reads in grey print. */
static void write_scale(const struct script *script, const struct axis *value)
{
    char label[2 * AXIS_TEXT];
    fprintf(script->out, "unit = %g\nset cbrange [%.9g:%.9g]\nset cblabel ", value->unit,
            value->low / value->unit, value->high / value->unit);
    script_string(script->out, axis_label(value, label));
    fprintf(script->out,
            "\nset palette defined (0 '#e8f1f8', 0.5 '#5aa2cf', 1 '#08306b')\nunset grid\n");
}

static void write_cells(const struct script *script, const struct chart_panel *panel, size_t block)
{
    FILE *out = script->out;
    const struct axis *value = &panel->map.value;
    size_t columns = panel->x.tick_count, rows = panel->y.tick_count;
    fprintf(out, "set xrange [-0.5:%g]\nset yrange [%g:-0.5]\nset border 31\nset xlabel ",
            (double)columns - 0.5, (double)rows - 0.5);
    script_string(out, panel->x.title);
    fprintf(out,
            "\nplot data index %zu using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):($3/unit) with "
            "boxxyerror fs solid noborder lc palette",
            block);
    if (columns <= MOST_NUMBERED)
        fprintf(out,
                ", '' index %zu using 1:2:4:($3/unit > %.9g ? 0xffffff : 0x000000) with labels "
                "font ',%d' tc rgb variable",
                block, (value->low + 0.55 * (value->high - value->low)) / value->unit,
                columns <= 5 ? 8 : 4);
    fputc('\n', out);
}

static void write_list(const struct script *script, const struct chart_map *map, double left)
{
    double height = script->picture->height, width = script->picture->width;
    double top = 1 - (script_caption_inches(script) + 0.25) / height;
    for (size_t i = 0; i < map->list_count; i++) {
        fprintf(script->out, "set label %zu ", 40 + i);
        script_string(script->out, map->list[i]);
        fprintf(script->out, " at screen %.4f, screen %.4f left font ',8'\n", left / width,
                top - (0.22 + 0.2 * (double)i) / height);
    }
    if (!map->list_count)
        return;
    fprintf(script->out, "set label 39 ");
    script_string(script->out, map->list_title);
    fprintf(script->out, " at screen %.4f, screen %.4f left font ',9'\n", left / width, top);
}

void gnuplot_map(const struct script *script, const struct chart_panel *panel, size_t block)
{
    double height = script->picture->height - script_caption_inches(script) - 1.2;
    double width = script->picture->width, side = fmin(height, width - 4.9);
    script_margins(script, 1.4, width - 1.4 - side, 1.05 + height - side, 0.15);
    write_names(script, &panel->x, "x", side);
    write_names(script, &panel->y, "y", side);
    script_y_title(script, panel->y.title);
    write_list(script, &panel->map, side + 2.6);
    write_scale(script, &panel->map.value);
    write_cells(script, panel, block);
}
