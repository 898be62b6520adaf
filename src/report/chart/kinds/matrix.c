/* matrix.c - throughput from host to host as a heat map: a slow link or a slow host stands out. */
#include "analysis/streams.h"
#include "chart/kinds/caption.h"
#include "chart/kinds/kind.h"
#include "chart/kinds/units.h"
#include "reading/columns.h"
#include "reading/load.h"

#include "zmqsweep/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LISTED 10 /* how many of the slowest streams are listed */

/* ---- axes and cells ---- */

static int make_names(struct axis *axis, const char *title, const struct matrix *matrix)
{
    snprintf(axis->title, sizeof axis->title, "%s", title);
    axis->ticks = calloc(matrix->hosts, sizeof *axis->ticks);
    if (!axis->ticks)
        return -1;
    axis->tick_count = matrix->hosts;
    for (size_t i = 0; i < matrix->hosts; i++) {
        axis->ticks[i].at = (double)i;
        snprintf(axis->ticks[i].label, sizeof axis->ticks[i].label, "%s", matrix->names[i]);
    }
    return 0;
}

static void make_scale(struct axis *value, const struct matrix *matrix)
{
    bool spread = matrix->highest > matrix->lowest;
    snprintf(value->title, sizeof value->title, "rate of a receiver");
    value->low = matrix->lowest * (spread ? 1 : 0.9);
    value->high = matrix->highest * (spread ? 1 : 1.1);
    value->unit = units_rate(matrix->highest, &value->unit_name);
}

static int make_cells(struct chart_map *map, const struct matrix *matrix)
{
    map->cells = calloc(matrix->hosts * matrix->hosts, sizeof *map->cells);
    if (!map->cells)
        return -1;
    for (size_t i = 0; i < matrix->hosts * matrix->hosts; i++) {
        if (matrix->cells[i].count == 0)
            continue;
        struct chart_cell *cell = &map->cells[map->count++];
        *cell = (struct chart_cell){.column = i % matrix->hosts,
                                    .row = i / matrix->hosts,
                                    .value = matrix->cells[i].median};
        format_rate(cell->value, cell->text, sizeof cell->text);
    }
    return 0;
}

/* ---- the slowest streams: where to look first ---- */

static const struct cell *find_slowest(const struct matrix *matrix, double above)
{
    const struct cell *found = NULL;
    for (size_t i = 0; i < matrix->hosts * matrix->hosts; i++)
        if (matrix->cells[i].median > above && (!found || matrix->cells[i].median < found->median))
            found = &matrix->cells[i];
    return found;
}

static void make_list(struct chart_map *map, const struct matrix *matrix)
{
    size_t most = matrix->filled > LISTED ? LISTED : CHART_LIST_LINES;
    double above = -1;
    char rate[CELL];
    snprintf(map->list_title, sizeof map->list_title, "Slowest");
    while (map->list_count < most) {
        const struct cell *next = find_slowest(matrix, above);
        if (!next)
            break;
        size_t at = (size_t)(next - matrix->cells);
        snprintf(map->list[map->list_count++], CHART_LINE, "%.20s to %.20s: %s",
                 matrix->names[at / matrix->hosts], matrix->names[at % matrix->hosts],
                 format_rate(next->median, rate, sizeof rate));
        above = next->median;
    }
}

/* ---- the chart ---- */

static int make_panel(struct chart_panel *panel, const struct matrix *matrix, struct error *error)
{
    struct chart_map *map = &panel->map;
    if (make_names(&panel->x, "receiver", matrix) || make_names(&panel->y, "sender", matrix) ||
        make_cells(map, matrix))
        return error_set(error, "out of memory for the plot");
    snprintf(map->columns, sizeof map->columns,
             "receiver sender rate_mbit_s text receiver_name sender_name");
    make_scale(&map->value, matrix);
    make_list(map, matrix);
    return 0;
}

static void make_caption(struct chart *chart, const struct loaded *files, int file_count)
{
    struct caption_sample sample = {.least_coverage = NAN, .most_coverage = NAN};
    for (int i = 0; i < file_count; i++)
        for (size_t k = 0; k < files[i].point_count; k++)
            caption_add_point(&sample, &files[i].points[k]);
    caption_statistics(&sample, chart->statistics);
    caption_make(chart, files, file_count, chart->statistics);
}

static int make_of_narrowed(struct chart *chart, struct loaded *files, int file_count,
                            struct error *error)
{
    struct matrix matrix = {0};
    if (streams_narrow(files, file_count, error))
        return -1;
    make_caption(chart, files, file_count);
    int failed = streams_collect(&matrix, files, file_count, samples_read_ranks, error) ||
                 make_panel(chart_add_panel(chart, CHART_MAP), &matrix, error);
    streams_free(&matrix);
    return failed ? -1 : 0;
}

/* Copies the files, each with points of its own that may be narrowed. malloc'd; NULL when memory is
 * out. */
static struct loaded *copy_files(const struct kinds_source *source)
{
    struct loaded *files = calloc((size_t)source->file_count, sizeof *files);
    bool failed = !files;
    for (int i = 0; files && i < source->file_count; i++) {
        size_t bytes = source->files[i].point_count * sizeof *files->points;
        files[i] = source->files[i];
        files[i].points = malloc(bytes + 1);
        failed = failed || !files[i].points;
        if (files[i].points && bytes)
            memcpy(files[i].points, source->files[i].points, bytes);
    }
    for (int i = 0; failed && files && i < source->file_count; i++)
        free(files[i].points);
    if (failed)
        free(files);
    return failed ? NULL : files;
}

static int make_matrix(struct chart *chart, const struct kind *kind,
                       const struct kinds_source *source, struct error *error)
{
    (void)kind;
    struct loaded *files = copy_files(source);
    if (!files)
        return error_set(error, "out of memory for the plot");
    int failed = make_of_narrowed(chart, files, source->file_count, error);
    for (int i = 0; i < source->file_count; i++)
        free(files[i].points);
    free(files);
    return failed;
}

const struct kind kind_matrix = {
    .name = "matrix", .title = "Throughput from host to host", .make = make_matrix};
