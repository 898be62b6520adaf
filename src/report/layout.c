/* layout.c - a table in columns, as wide as the terminal allows. */
#include "report_internal.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2

int layout_make(struct layout *layout, const struct layout_column *columns, size_t column_count,
                size_t row_count)
{
    *layout = (struct layout){.columns = columns, .column_count = column_count, .row_count = row_count};
    layout->cells = calloc(row_count * column_count + 1, sizeof *layout->cells);
    layout->styles = calloc(row_count + 1, sizeof *layout->styles);
    layout->hidden = calloc(column_count + 1, sizeof *layout->hidden);
    if (layout->cells && layout->styles && layout->hidden)
        return 0;
    layout_free(layout);
    return -1;
}

void layout_free(struct layout *layout)
{
    for (size_t i = 0; layout->cells && i < layout->row_count * layout->column_count; i++)
        free(layout->cells[i]);
    free(layout->cells);
    free(layout->styles);
    free(layout->hidden);
    *layout = (struct layout){0};
}

void layout_set(struct layout *layout, size_t row, size_t column, const char *text)
{
    char **cell = &layout->cells[row * layout->column_count + column];
    free(*cell);
    *cell = strdup(text);
}

static const char *cell_text(const struct layout *layout, size_t row, size_t column)
{
    const char *text = layout->cells[row * layout->column_count + column];
    return text ? text : "";
}

static size_t column_width(const struct layout *layout, size_t column)
{
    size_t width = humane_width(layout->columns[column].title);
    for (size_t row = 0; row < layout->row_count; row++) {
        size_t cell = humane_width(cell_text(layout, row, column));
        width = cell > width ? cell : width;
    }
    return width;
}

static size_t total_width(const struct layout *layout)
{
    size_t width = 0;
    for (size_t i = 0; i < layout->column_count; i++)
        if (!layout->hidden[i])
            width += column_width(layout, i) + GAP;
    return width > GAP ? width - GAP : 0;
}

size_t layout_fit(struct layout *layout, size_t width)
{
    size_t gone = 0;
    while (total_width(layout) > width) {
        size_t victim = layout->column_count;
        for (size_t i = 0; i < layout->column_count; i++)
            if (!layout->hidden[i] && layout->columns[i].rank > 0 &&
                (victim == layout->column_count || layout->columns[i].rank > layout->columns[victim].rank))
                victim = i;
        if (victim == layout->column_count)
            break;
        layout->hidden[victim] = true;
        gone++;
    }
    return gone;
}

static void print_blanks(FILE *out, size_t count)
{
    fprintf(out, "%*s", (int)count, "");
}

/* Blanks that a cell owes are written only before the next cell, so that lines have none at their ends. */
static size_t print_cell(FILE *out, const char *text, size_t width, bool right, size_t owed)
{
    size_t room = width - humane_width(text);
    if (*text == '\0')
        return owed + width;
    print_blanks(out, owed + (right ? room : 0));
    humane_print(out, text);
    return right ? 0 : room;
}

/* `row` is -1 for the titles. */
static void print_row(const struct layout *layout, FILE *out, const size_t *widths, int64_t row)
{
    size_t owed = 0;
    bool first = true;
    for (size_t i = 0; i < layout->column_count; i++) {
        if (layout->hidden[i])
            continue;
        owed += first ? 0 : GAP;
        first = false;
        owed = print_cell(out, row < 0 ? layout->columns[i].title : cell_text(layout, (size_t)row, i),
                          widths[i], layout->columns[i].right, owed);
    }
}

void layout_print(const struct layout *layout, FILE *out, bool colour)
{
    static const char *const starts[] = {"", "\033[33m", "\033[31m", "\033[32m"}; /* yellow, red, green */
    size_t *widths = calloc(layout->column_count + 1, sizeof *widths);
    if (!widths)
        return;
    for (size_t i = 0; i < layout->column_count; i++)
        widths[i] = column_width(layout, i);
    for (int64_t row = -1; row < (int64_t)layout->row_count; row++) {
        const char *start = row < 0 ? "\033[1m" : starts[layout->styles[row]];
        fputs(colour ? start : "", out);
        print_row(layout, out, widths, row);
        fputs(colour && *start ? "\033[0m\n" : "\n", out);
    }
    free(widths);
}

void layout_wrap(FILE *out, const char *text, size_t indent, size_t width)
{
    size_t column = 0;
    while (*(text += strspn(text, " \n"))) {
        size_t length = strcspn(text, " \n");
        if (column > indent && column + 1 + length > width) {
            fputc('\n', out);
            column = 0;
        }
        size_t blanks = column > indent ? 1 : indent - column;
        print_blanks(out, blanks);
        column += blanks + fwrite(text, 1, length, out);
        text += length;
    }
    fputc('\n', out);
}
