/* why_table.c - what limits each point, as a table. */
#include "why_table.h"

#include "reading/dimensions.h"

#define VERDICT_COLUMNS 3

static size_t choose_dimensions(const struct loaded *file, const struct dimension **chosen,
                                struct grid_column *columns)
{
    size_t count = 0;
    for (size_t i = 0; i < dimension_count; i++)
        if (!dimension_is_above(&dimensions[i], file)) {
            columns[count] = (struct grid_column){dimensions[i].title, dimensions[i].right, 0};
            chosen[count++] = &dimensions[i];
        }
    return count;
}

static void fill_row(struct grid *grid, size_t row, const struct dimension *const *chosen,
                     size_t count, const struct point_record *point,
                     const struct why_verdict *verdict)
{
    char cell[CELL];
    for (size_t i = 0; i < count; i++)
        grid_set(grid, row, i, dimension_format(chosen[i], point, cell));
    grid_set(grid, row, count, format_rate(point->throughput_mbit_s, cell, sizeof cell));
    grid_set(grid, row, count + 1, verdict->word);
    grid_set(grid, row, count + 2, verdict->evidence);
}

int why_table_print(const struct grid_screen *screen, const struct loaded *file,
                    const struct why_verdict *verdicts, struct error *error)
{
    const struct dimension *chosen[MOST_DIMENSIONS];
    struct grid_column columns[MOST_DIMENSIONS + VERDICT_COLUMNS];
    struct grid grid;
    size_t count = choose_dimensions(file, chosen, columns);
    columns[count] = (struct grid_column){"throughput", true, 0};
    columns[count + 1] = (struct grid_column){"limited by", false, 0};
    columns[count + 2] = (struct grid_column){"because", false, 0};
    if (grid_make(&grid, columns, count + VERDICT_COLUMNS, file->point_count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < file->point_count; row++)
        fill_row(&grid, row, chosen, count, &file->points[row], &verdicts[row]);
    grid_print(&grid, screen);
    grid_free(&grid);
    return 0;
}
