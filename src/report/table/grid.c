/* grid.c - a table in columns, as wide as the terminal allows. */
#include "grid.h"

#include "zmqsweep/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2

int grid_make(struct grid *grid, const struct grid_column *columns, size_t column_count,
              size_t row_count)
{
    *grid = (struct grid){.columns = columns, .column_count = column_count, .row_count = row_count};
    grid->cells = calloc(row_count * column_count + 1, sizeof *grid->cells);
    grid->styles = calloc(row_count + 1, sizeof *grid->styles);
    grid->hidden = calloc(column_count + 1, sizeof *grid->hidden);
    if (grid->cells && grid->styles && grid->hidden)
        return 0;
    grid_free(grid);
    return -1;
}

void grid_free(struct grid *grid)
{
    for (size_t i = 0; grid->cells && i < grid->row_count * grid->column_count; i++)
        free(grid->cells[i]);
    free(grid->cells);
    free(grid->styles);
    free(grid->hidden);
    *grid = (struct grid){0};
}

void grid_set(struct grid *grid, size_t row, size_t column, const char *text)
{
    char **cell = &grid->cells[row * grid->column_count + column];
    free(*cell);
    *cell = strdup(text);
}

static const char *cell_text(const struct grid *grid, size_t row, size_t column)
{
    const char *text = grid->cells[row * grid->column_count + column];
    return text ? text : "";
}

static size_t column_width(const struct grid *grid, size_t column)
{
    size_t width = text_width(grid->columns[column].title);
    for (size_t row = 0; row < grid->row_count; row++) {
        size_t cell = text_width(cell_text(grid, row, column));
        width = cell > width ? cell : width;
    }
    return width;
}

static size_t total_width(const struct grid *grid)
{
    size_t width = 0;
    for (size_t i = 0; i < grid->column_count; i++)
        if (!grid->hidden[i])
            width += column_width(grid, i) + GAP;
    return width > GAP ? width - GAP : 0;
}

size_t grid_fit(struct grid *grid, size_t width)
{
    size_t count = 0;
    while (total_width(grid) > width) {
        size_t first = grid->column_count;
        for (size_t i = 0; i < grid->column_count; i++)
            if (!grid->hidden[i] && grid->columns[i].rank > 0 &&
                (first == grid->column_count || grid->columns[i].rank > grid->columns[first].rank))
                first = i;
        if (first == grid->column_count)
            break;
        grid->hidden[first] = true;
        count++;
    }
    return count;
}

static void print_blanks(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* Prints a cell. Blanks after its text stay pending until the next cell, so that lines do not end
 * in blanks. @return the blanks that are pending now. */
static size_t print_cell(FILE *out, const char *text, size_t width, bool right, size_t pending)
{
    size_t room = width - text_width(text);
    if (*text == '\0')
        return pending + width;
    print_blanks(out, pending + (right ? room : 0));
    text_print(out, text);
    return right ? 0 : room;
}

/* Prints a row; row -1 is the titles. */
static void print_row(const struct grid *grid, FILE *out, const size_t *widths, int64_t row)
{
    size_t pending = 0;
    bool first = true;
    for (size_t i = 0; i < grid->column_count; i++) {
        if (grid->hidden[i])
            continue;
        pending += first ? 0 : GAP;
        first = false;
        pending =
            print_cell(out, row < 0 ? grid->columns[i].title : cell_text(grid, (size_t)row, i),
                       widths[i], grid->columns[i].right, pending);
    }
}

void grid_print(const struct grid *grid, const struct grid_screen *screen)
{
    FILE *out = screen->out;
    static const char *const starts[] = {"", "\033[33m", "\033[31m",
                                         "\033[32m"}; /* yellow, red, green */
    size_t *widths = calloc(grid->column_count + 1, sizeof *widths);
    if (!widths)
        return;
    for (size_t i = 0; i < grid->column_count; i++)
        widths[i] = column_width(grid, i);
    for (int64_t row = -1; row < (int64_t)grid->row_count; row++) {
        const char *start = row < 0 ? "\033[1m" : starts[grid->styles[row]];
        fputs(screen->colour ? start : "", out);
        print_row(grid, out, widths, row);
        fputs(screen->colour && *start ? "\033[0m\n" : "\n", out);
    }
    free(widths);
}

static void print_hidden(const struct grid *grid, const struct grid_screen *screen)
{
    char line[512] = "not shown for lack of width (--wide shows all):";
    size_t used = strlen(line);
    bool first = true;
    for (size_t i = 0; i < grid->column_count && used < sizeof line; i++)
        if (grid->hidden[i]) {
            used += (size_t)snprintf(line + used, sizeof line - used, "%s %s", first ? "" : ",",
                                     grid->columns[i].title);
            first = false;
        }
    if (!first)
        text_wrap(screen->out, line, 0, screen->width);
}

void grid_print_fitting(struct grid *grid, const struct grid_screen *screen, bool whole)
{
    if (!whole)
        grid_fit(grid, screen->width);
    grid_print(grid, screen);
    print_hidden(grid, screen);
}
