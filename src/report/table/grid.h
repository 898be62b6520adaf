/* grid.h - a table in columns, as wide as the terminal allows. */
#ifndef REPORT_TABLE_GRID_H
#define REPORT_TABLE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Where a table is printed. */
struct grid_screen {
    FILE *out;
    bool colour;  /* the screen shows colours */
    size_t width; /* in columns of characters */
};

enum grid_style { GRID_PLAIN, GRID_WARNING, GRID_FAILED, GRID_GOOD };

struct grid_column {
    const char *title;
    bool right; /* right-aligned, as numbers are */
    int rank;   /* the largest rank is hidden first when the terminal is too narrow; 0: never */
};

struct grid {
    const struct grid_column *columns;
    size_t column_count, row_count;
    char **cells; /* row by row */
    unsigned char *styles;
    bool *hidden;
};

/* Makes an empty grid. @return 0, or -1 when memory is out. */
int grid_make(struct grid *grid, const struct grid_column *columns, size_t column_count,
              size_t row_count);
void grid_free(struct grid *grid);
void grid_set(struct grid *grid, size_t row, size_t column, const char *text);
/* Hides columns until the table fits. @return how many. */
size_t grid_fit(struct grid *grid, size_t width);
void grid_print(const struct grid *grid, const struct grid_screen *screen);
/* Prints the grid, `whole` or with columns hidden until it fits, which a line then names. */
void grid_print_fitting(struct grid *grid, const struct grid_screen *screen, bool whole);

#endif
