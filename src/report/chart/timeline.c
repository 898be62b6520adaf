/* timeline.c - the intervals of chosen points over time: stalls are visible. */
#include "chart/plot_internal.h"

#include "zmqsweep/config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PANELS 4
#define BATCH_ROWS 4096
#define GAP_SHARE 0.08 /* between repetitions, of a repetition's length */

/* One point: its intervals, and how the repetitions stand side by side. */
struct panel {
    const struct point_record *point;
    struct interval_record *rows;
    size_t count, capacity;
    double low_s, high_s; /* of all repetitions, from the window's start */
    double highest;       /* Mbit/s */
    int64_t repetitions;
    size_t block, windows_block;
};

/* ---- which points ---- */

/* @return how many, or -1. */
static int read_points(const struct loaded *file, const char *text, struct panel *panels, struct error *error)
{
    int count = 0;
    for (const char *word = text; *word;) {
        char *end;
        long long id = strtoll(word, &end, 10);
        const struct point_record *point = load_find_point(file, id);
        if (end == word || (*end && *end != ','))
            return error_set(error, "--point: \"%.64s\" is no list of point numbers, such as 3,7", text);
        if (!point)
            return error_set(error, "--point: %.200s has no point %lld", file->path, id);
        if (count == MOST_PANELS)
            return error_set(error, "--point: more than %d points", MOST_PANELS);
        panels[count++].point = point;
        word = end + (*end == ',');
    }
    return count ? count : error_set(error, "--point: no point is named");
}

static int choose_point(const struct loaded *file, struct panel *panels, struct error *error)
{
    if (file->point_count == 0)
        return error_set(error, "%.300s: has no such point to plot", file->path);
    panels[0].point = &file->points[0];
    for (size_t i = file->point_count; i-- > 0;)
        if (strstr(file->points[i].flags, "stalled"))
            panels[0].point = &file->points[i];
    return 1;
}

/* ---- their intervals ---- */

static int keep_row(struct panel *panel, const struct interval_record *row)
{
    if (panel->count == panel->capacity) {
        size_t capacity = panel->capacity ? 2 * panel->capacity : 256;
        struct interval_record *grown = realloc(panel->rows, capacity * sizeof *grown);
        if (!grown)
            return -1;
        panel->rows = grown;
        panel->capacity = capacity;
    }
    panel->rows[panel->count++] = *row;
    return 0;
}

static int keep_rows(struct panel *panels, int panel_count, const struct interval_record *rows, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < panel_count; k++)
            if (rows[i].point_id == panels[k].point->point_id && rows[i].length_us > 0 &&
                keep_row(&panels[k], &rows[i]))
                return -1;
    return 0;
}

static int read_intervals(const struct loaded *file, struct panel *panels, int panel_count,
                          struct error *error)
{
    int64_t total = results_row_count(file->results, TABLE_INTERVALS);
    struct interval_record *rows = calloc(BATCH_ROWS, sizeof *rows);
    if (!rows)
        return error_set(error, "out of memory for the plot");
    guard_reading(file->path);
    int failed = results_verify(file->results, TABLE_INTERVALS, error);
    for (int64_t first = 0; first < total && !failed; first += BATCH_ROWS) {
        int64_t count = total - first < BATCH_ROWS ? total - first : BATCH_ROWS;
        failed = results_read(file->results, TABLE_INTERVALS, first, count, rows, error);
        if (!failed && keep_rows(panels, panel_count, rows, count))
            failed = error_set(error, "out of memory for the plot");
    }
    guard_reading(NULL);
    free(rows);
    return failed;
}

static int by_place(const void *a, const void *b)
{
    const struct interval_record *x = a, *y = b;
    if (x->repetition != y->repetition)
        return x->repetition < y->repetition ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static double rate_of(const struct interval_record *row)
{
    return 8 * (double)row->bytes / row->length_us;
}

static void measure(struct panel *panel)
{
    panel->low_s = panel->high_s = NAN;
    if (panel->count > 0)
        qsort(panel->rows, panel->count, sizeof *panel->rows, by_place);
    for (size_t i = 0; i < panel->count; i++) {
        const struct interval_record *row = &panel->rows[i];
        panel->low_s = fmin(panel->low_s, row->start_us * 1e-6);
        panel->high_s = fmax(panel->high_s, (row->start_us + row->length_us) * 1e-6);
        panel->highest = fmax(panel->highest, rate_of(row));
        if (row->repetition + 1 > panel->repetitions)
            panel->repetitions = row->repetition + 1;
    }
}

/* Where the window of a repetition begins on the common axis, in seconds. */
static double origin(const struct panel *panel, int64_t repetition)
{
    return (double)repetition * (panel->high_s - panel->low_s) * (1 + GAP_SHARE) - panel->low_s;
}

/* ---- data ---- */

/* Steps: each interval's rate at its start and at its end. A blank line lifts the pen between receivers. */
static void write_data(struct script *script, struct panel *panel)
{
    const struct interval_record *last = NULL;
    fprintf(script->data, "# point %" PRId64 ": time_s rate_mbit_s rank repetition\n",
            panel->point->point_id);
    for (size_t i = 0; i < panel->count; i++) {
        const struct interval_record *row = &panel->rows[i];
        double start = origin(panel, row->repetition) + row->start_us * 1e-6;
        if (last && (last->rank != row->rank || last->repetition != row->repetition))
            fputc('\n', script->data);
        fprintf(script->data, "%.9g %.9g %" PRId64 " %" PRId64 "\n%.9g %.9g %" PRId64 " %" PRId64 "\n", start,
                rate_of(row), row->rank, row->repetition, start + row->length_us * 1e-6, rate_of(row),
                row->rank, row->repetition);
        last = row;
    }
    panel->block = script_block_end(script);
}

/* The windows: what counts. Count mode has none, and all of the time counts. */
static void write_windows(struct script *script, struct panel *panel)
{
    double length = panel->point->duration_s;
    fprintf(script->data, "# windows of point %" PRId64 ": start_s end_s repetition\n",
            panel->point->point_id);
    for (int64_t i = 0; i < panel->repetitions; i++)
        fprintf(script->data, "%.9g %.9g %" PRId64 "\n", origin(panel, i),
                origin(panel, i) + (isfinite(length) ? fmin(length, panel->high_s) : panel->high_s), i);
    panel->windows_block = script_block_end(script);
}

/* ---- script ---- */

static void write_panel_title(const struct script *script, const struct panel *panel)
{
    char line[384], size[CELL];
    const struct point_record *point = panel->point;
    snprintf(line, sizeof line, "point %" PRId64 ": %s, %s, %s%s%s", point->point_id, point->pattern,
             format_bytes(point->message_size_bytes, size, sizeof size), point->send_mode,
             *point->flags ? "; " : "", point->flags);
    fprintf(script->out, "set label 30 ");
    script_string(script->out, line);
    fprintf(script->out, " at graph 0, graph 1 left offset 0,0.7 font ',9'\n");
}

static void write_panel(const struct script *script, const struct panel *panel, int index, int count)
{
    static const char *const units[] = {"kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    double unit = 1e-3, height = script->picture.height;
    double room = height - script_caption_inches(script) - 0.75, each = room / count;
    size_t name = 0;
    while (panel->highest / unit >= 1000 && name < 3) {
        unit *= 1000;
        name++;
    }
    double bottom = 0.75 + each * (count - 1 - index);
    script_margins(script, 0.85, 0.2, bottom, height - script_caption_inches(script) - bottom - each + 0.42);
    write_panel_title(script, panel);
    char label[64];
    snprintf(label, sizeof label, count > 2 ? "%s" : "rate of a receiver in %s", units[name]);
    script_y_title(script, label);
    double top = panel->highest > 0 ? 1.08 * panel->highest / unit : 1;
    fprintf(script->out, "set ytics %g\n", axis_nice_step(top, each / 0.35));
    fprintf(script->out, "unit = %g\nset yrange [0:%g]\nset xrange [0:%.9g]\n%s\n", unit, top,
            origin(panel, panel->repetitions - 1) + panel->high_s,
            index == count - 1 ? "set xlabel 'time in s, one repetition after another; shaded: the windows'"
                               : "unset xlabel");
    fprintf(script->out,
            "plot data index %zu using 1:(0):1:2:(0):(1.08*%g) with boxxyerror fs solid 0.12 noborder lc rgb "
            "'%s', data index %zu using 1:($2/unit) with lines lc rgb '%s' lw 0.9\n",
            panel->windows_block, panel->highest / unit, chart_palette[5], panel->block, chart_palette[0]);
    for (int label_id = 1; index == 0 && label_id <= CAPTION_LINES + 1; label_id++)
        fprintf(script->out, "unset label %d\n", label_id);
}

static int draw(struct script *script, const struct loaded *file, struct panel *panels, int count,
                struct error *error)
{
    if (read_intervals(file, panels, count, error))
        return -1;
    for (int i = 0; i < count; i++) {
        measure(&panels[i]);
        if (panels[i].count == 0)
            return error_set(error, "%.300s: point %" PRId64 " has no intervals", file->path,
                             panels[i].point->point_id);
        write_data(script, &panels[i]);
        write_windows(script, &panels[i]);
    }
    char line[128];
    snprintf(line, sizeof line, "%" PRId64 " repetitions, every interval of every receiver",
             panels[0].repetitions);
    caption_add(&script->caption, line);
    script_begin(script);
    for (int i = 0; i < count; i++)
        write_panel(script, &panels[i], i, count);
    script_end(script);
    return 0;
}

int script_timeline(struct script *script, const struct loaded *file, const char *points, struct error *error)
{
    struct panel panels[MOST_PANELS] = {0};
    int count = points ? read_points(file, points, panels, error) : choose_point(file, panels, error);
    int failed = count < 0 || draw(script, file, panels, count, error);
    for (int i = 0; i < MOST_PANELS; i++)
        free(panels[i].rows);
    return failed ? -1 : 0;
}
