/* map.c - a heat map, as SVG. */
#include "chart/svg/markup.h"
#include "chart/svg/panels.h"

#include <math.h>

#define SIDE 250.0       /* of the whole map, which is square */
#define ROW_ROOM 12.0    /* between the names of rows, */
#define COLUMN_ROOM 26.0 /* and between those of columns, which are rotated */
#define FAINTEST 0.1

/* Where the cells are: the top left corner, and the size of a cell. */
struct grid_of_cells {
    double left, top, width, height; /* width and height of one cell */
};

static struct grid_of_cells place_cells(const struct chart_panel *panel)
{
    return (struct grid_of_cells){(FRAME_WIDTH - SIDE) / 2, FRAME_TOP,
                                  SIDE / fmax(1, (double)panel->x.tick_count),
                                  SIDE / fmax(1, (double)panel->y.tick_count)};
}

/* How strong the colour of a value is, from FAINTEST to 1: larger values are stronger. */
static double find_strength(const struct axis *value, double at)
{
    double share = value->high > value->low ? (at - value->low) / (value->high - value->low) : 1;
    return FAINTEST + (1 - FAINTEST) * fmax(0, fmin(1, share));
}

static void write_cell(const struct frame *frame, const struct chart_panel *panel,
                       const struct chart_cell *cell)
{
    struct grid_of_cells grid = place_cells(panel);
    fprintf(frame->out,
            "<rect class=\"hit s0\" style=\"fill:var(--c);fill-opacity:%.2f\" x=\"%.1f\" "
            "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>",
            find_strength(&panel->map.value, cell->value),
            grid.left + grid.width * (double)cell->column,
            grid.top + grid.height * (double)cell->row, grid.width, grid.height);
    markup_text(frame->out, panel->y.ticks[cell->row].label);
    fprintf(frame->out, " to ");
    markup_text(frame->out, panel->x.ticks[cell->column].label);
    fprintf(frame->out, "\n");
    markup_text(frame->out, cell->text);
    fprintf(frame->out, "</title></rect>\n");
}

/* Every how many rows or columns a name is written, so that names do not touch. */
static size_t find_name_step(double each, double room)
{
    return each >= room ? 1 : (size_t)ceil(room / each);
}

static void write_row_names(const struct frame *frame, const struct chart_panel *panel)
{
    struct grid_of_cells grid = place_cells(panel);
    for (size_t i = 0; i < panel->y.tick_count; i += find_name_step(grid.height, ROW_ROOM)) {
        fprintf(frame->out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                grid.left - 6, grid.top + grid.height * ((double)i + 0.5) + 4.5);
        markup_text(frame->out, panel->y.ticks[i].label);
        fprintf(frame->out, "</text>\n");
    }
}

static void write_column_names(const struct frame *frame, const struct chart_panel *panel)
{
    struct grid_of_cells grid = place_cells(panel);
    for (size_t i = 0; i < panel->x.tick_count; i += find_name_step(grid.width, COLUMN_ROOM)) {
        fprintf(frame->out,
                "<text class=\"tick\" text-anchor=\"end\" transform=\"translate(%.1f %.1f) "
                "rotate(-35)\">",
                grid.left + grid.width * ((double)i + 0.5) + 4, grid.top + SIDE + 14);
        markup_text(frame->out, panel->x.ticks[i].label);
        fprintf(frame->out, "</text>\n");
    }
}

void svg_map(const struct frame *frame, const struct chart_panel *panel)
{
    for (size_t i = 0; i < panel->map.count; i++)
        write_cell(frame, panel, &panel->map.cells[i]);
    write_row_names(frame, panel);
    write_column_names(frame, panel);
    frame_write_x_title(frame);
}

void svg_map_list(FILE *out, const struct chart_map *map)
{
    if (map->list_count == 0)
        return;
    fprintf(out, "<ul class=\"legend\">\n<li>");
    markup_text(out, map->list_title);
    fprintf(out, "</li>\n");
    for (size_t i = 0; i < map->list_count; i++) {
        fprintf(out, "<li><small>");
        markup_text(out, map->list[i]);
        fprintf(out, "</small></li>\n");
    }
    fprintf(out, "</ul>\n");
}
