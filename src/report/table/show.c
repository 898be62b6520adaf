/* show.c - the points of a results file as a table on the terminal. */
#include "show.h"

#include "reading/dimensions.h"
#include "show_columns.h"
#include "show_source.h"
#include "why_table.h"

#include "zmqsweep/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- the lines above and below the table ---- */

static void print_note(const struct grid_screen *screen, const char *text)
{
    text_wrap(screen->out, text, 0, screen->width);
}

static void print_heading(const struct grid_screen *screen, const struct loaded *file)
{
    char line[1024], hosts[256];
    const char *libzmq = load_environment(file, "version.libzmq");
    snprintf(line, sizeof line, "%.300s: %s, %s, zmqsweep %s, libzmq %s, %s", file->path,
             file->run->title, file->run->created, file->run->creator_version,
             libzmq ? libzmq : "unknown", load_host_line(file, hosts, sizeof hosts));
    print_note(screen, line);
    if (!results_complete(file->results))
        fprintf(screen->out, "%sincomplete: %" PRId64 " of %" PRId64 " points, %s%s\n",
                screen->colour ? "\033[33m" : "", file->points_in_file, file->run->points_planned,
                file->points_in_file < file->run->points_planned
                    ? "perhaps not with all their repetitions"
                    : "not all with all their repetitions",
                screen->colour ? "\033[0m" : "");
}

/* Prints what is the same for all points: "pattern push-pull, transport tcp, ...". */
static void print_constants(const struct grid_screen *screen, const struct loaded *file)
{
    char line[1024] = "", cell[CELL];
    size_t used = 0;
    for (size_t i = 0; i < dimension_count && used < sizeof line; i++) {
        if (!dimension_is_above(&dimensions[i], file))
            continue;
        dimension_format(&dimensions[i], load_first_zmq_point(file), cell);
        if (dimension_is_default(&dimensions[i], cell))
            continue;
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s %s", used ? ", " : "",
                                 dimensions[i].title, cell);
    }
    if (used)
        print_note(screen, line);
}

/* What time the interval speaks for: the whole sweep, or the stretch in which a point was measured.
 * "" when it is not known. */
static const char *scope_text(const struct loaded *file)
{
    const char *order = file->points[0].order;
    if (strcmp(order, "points") == 0)
        return ", within the stretch in which each point was measured (--order points)";
    return *order ? ", over the time of this sweep" : "";
}

static bool has_flag(const struct loaded *file, const char *flag)
{
    bool found = false;
    for (size_t i = 0; i < file->point_count; i++)
        found = found || strstr(file->points[i].flags, flag);
    return found;
}

/* Prints the coverage of the intervals: one number, or the range over the points that have an
 * interval. */
static void print_coverage(const struct grid_screen *screen, const struct loaded *file)
{
    double least = NAN, most = NAN;
    char line[256], coverage[32];
    for (size_t i = 0; i < file->point_count; i++) {
        least = fmin(least, file->points[i].interval_coverage);
        most = fmax(most, file->points[i].interval_coverage);
    }
    if (isnan(least))
        return;
    if (most - least < 0.0005)
        snprintf(coverage, sizeof coverage, "%.1f", 100 * least);
    else
        snprintf(coverage, sizeof coverage, "%.1f to %.1f", 100 * least, 100 * most);
    snprintf(line, sizeof line, "interval: covers the median with %s %%%s", coverage,
             scope_text(file));
    print_note(screen, line);
    if (has_flag(file, "dependent"))
        print_note(screen, "dependent: neighbouring repetitions are alike, so the interval says "
                           "too much; --spread or more repetitions help");
}

static void print_footnote(const struct grid_screen *screen, const struct loaded *file)
{
    if (load_has_beside(file))
        print_note(screen, "stream: plain TCP sockets without ZeroMQ (transport raw-tcp, send "
                           "const, receive copy); of TCP: throughput as a share of theirs");
    if (show_columns_have_latency(file))
        print_note(screen, "latency: one way in push-pull and pub-sub, there and back in req-rep "
                           "and pair; what 50, 99 and 99.9 % of the timed messages did not exceed");
    print_coverage(screen, file);
}

/* ---- the table ---- */

static enum grid_style style_of(const struct point_record *point)
{
    if (strcmp(point->status, "failed") == 0)
        return GRID_FAILED;
    return strcmp(point->status, "ok") == 0 && *point->flags == '\0' ? GRID_PLAIN : GRID_WARNING;
}

static int print_points(const struct grid_screen *screen, bool wide, const struct loaded *file,
                        struct error *error)
{
    struct show_column chosen[SHOW_COLUMNS_MOST];
    struct grid_column columns[SHOW_COLUMNS_MOST];
    struct grid grid;
    char cell[NOTES];
    size_t count = show_columns_choose(file, wide, chosen);
    for (size_t i = 0; i < count; i++)
        columns[i] = chosen[i].grid;
    if (grid_make(&grid, columns, count, file->point_count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < file->point_count; row++) {
        grid.styles[row] = (unsigned char)style_of(&file->points[row]);
        for (size_t i = 0; i < count; i++)
            grid_set(&grid, row, i, show_columns_cell(file, &chosen[i], &file->points[row], cell));
    }
    grid_print_fitting(&grid, screen, wide);
    grid_free(&grid);
    return 0;
}

int show_print(const struct grid_screen *screen, const struct show_options *options,
               const struct loaded *file, const struct why_verdict *verdicts, struct error *error)
{
    print_heading(screen, file);
    if (options->hosts && show_source_print_hosts(screen, options->wide, file, error))
        return -1;
    if (options->environment)
        show_source_print_environment(screen, file);
    if (options->hosts || options->environment)
        return 0;
    if (file->point_count == 0) {
        fprintf(screen->out, file->points_in_file ? "no point meets the filter\n" : "no points\n");
        return 0;
    }
    print_constants(screen, file);
    if (verdicts)
        return why_table_print(screen, file, verdicts, error);
    if (print_points(screen, options->wide, file, error))
        return -1;
    print_footnote(screen, file);
    return 0;
}
