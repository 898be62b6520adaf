/* show.c - the points of result files as a table on the terminal. */
#include "report_internal.h"

#include "zmqsweep/config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_COLUMNS 64
#define MOST_KEYS 8

typedef const char *write_function(const struct point_record *point, char text[NOTES]);

/* A column of the table: a dimension, or what was measured. */
struct show_column {
    struct grid_column grid;
    bool detail;           /* only with --wide */
    const char *name;      /* of the column in table points, when `write` is NULL */
    write_function *write; /* NULL: by the column's kind and unit */
    const struct dimension *dimension;
};

/* ---- cells ---- */

static const char *write_rate(const struct point_record *point, char text[NOTES])
{
    return format_rate(point->throughput_mbit_s, text, CELL);
}

static const char *write_interval(const struct point_record *point, char text[NOTES])
{
    return format_interval(point->throughput_mbit_s, point->throughput_low_mbit_s,
                           point->throughput_high_mbit_s, text);
}

static const char *write_messages(const struct point_record *point, char text[NOTES])
{
    return format_per_s(point->message_rate_per_s, text, CELL);
}

static const char *write_paced(const struct point_record *point, char text[NOTES])
{
    return format_per_s(point->rate_per_s, text, CELL);
}

static const char *write_sent_rate(const struct point_record *point, char text[NOTES])
{
    return format_per_s(point->sent_rate_per_s, text, CELL);
}

static const char *write_loss(const struct point_record *point, char text[NOTES])
{
    return format_loss(point->lost, point->sent, text);
}

static const char *write_cpu(const struct point_record *point, char text[NOTES])
{
    return format_nanoseconds(point->cpu_ns_per_message, text);
}

static const char *write_p50(const struct point_record *point, char text[NOTES])
{
    return format_percentile(point->latency_p50_us, point->latency_bound_us, text);
}

static const char *write_p99(const struct point_record *point, char text[NOTES])
{
    return format_percentile(point->latency_p99_us, point->latency_bound_us, text);
}

static const char *write_p999(const struct point_record *point, char text[NOTES])
{
    return format_percentile(point->latency_p999_us, point->latency_bound_us, text);
}

static const char *write_range(double low_us, double high_us, char text[NOTES])
{
    char low[CELL], high[CELL];
    *text = '\0';
    if (!isnan(low_us))
        snprintf(text, NOTES, "[%s, %s]", format_nanoseconds(1000 * low_us, low),
                 format_nanoseconds(1000 * high_us, high));
    return text;
}

static const char *write_p50_interval(const struct point_record *point, char text[NOTES])
{
    return write_range(point->latency_p50_low_us, point->latency_p50_high_us, text);
}

static const char *write_p99_interval(const struct point_record *point, char text[NOTES])
{
    return write_range(point->latency_p99_low_us, point->latency_p99_high_us, text);
}

static const char *write_latency_max(const struct point_record *point, char text[NOTES])
{
    return format_nanoseconds(1000 * point->latency_max_us, text);
}

static const char *write_clocks(const struct point_record *point, char text[NOTES])
{
    return format_nanoseconds(1000 * point->latency_uncertainty_us, text);
}

static const char *write_valid(const struct point_record *point, char text[NOTES])
{
    snprintf(text, CELL, "%" PRId64 "/%" PRId64, point->valid_repetitions, point->repetitions);
    return text;
}

/* The share of the baseline: a point's file is asked for it. */
static const char of_tcp[] = "of TCP";

/* What was measured, in the order of the table. */
static const struct show_column measures[] = {
    {{"throughput", true, 0}, false, NULL, write_rate, NULL},
    {{"interval", false, 2}, false, NULL, write_interval, NULL},
    {{"coverage", true, 0}, true, "interval_coverage", NULL, NULL},
    {{of_tcp, true, 0}, false, of_tcp, NULL, NULL},
    {{"messages", true, 3}, false, NULL, write_messages, NULL},
    {{"paced at", true, 2}, false, NULL, write_paced, NULL},
    {{"sent at", true, 2}, false, NULL, write_sent_rate, NULL},
    {{"latency p50", true, 0}, false, NULL, write_p50, NULL},
    {{"p99", true, 0}, false, NULL, write_p99, NULL},
    {{"p99.9", true, 1}, false, NULL, write_p999, NULL},
    {{"p50 interval", false, 0}, true, NULL, write_p50_interval, NULL},
    {{"p99 interval", false, 0}, true, NULL, write_p99_interval, NULL},
    {{"max", true, 0}, false, NULL, write_latency_max, NULL},
    {{"clocks within", true, 0}, false, NULL, write_clocks, NULL},
    {{"timed", true, 0}, true, "latency_messages", NULL, NULL},
    {{"loss", true, 1}, false, NULL, write_loss, NULL},
    {{"cpu/message", true, 5}, false, NULL, write_cpu, NULL},
    {{"sent", true, 0}, true, "sent", NULL, NULL},
    {{"received", true, 0}, true, "received", NULL, NULL},
    {{"lost", true, 0}, true, "lost", NULL, NULL},
    {{"sndbuf in force", true, 0}, true, "sndbuf_bytes", NULL, NULL},
    {{"rcvbuf in force", true, 0}, true, "rcvbuf_bytes", NULL, NULL},
    {{"valid", true, 4}, false, NULL, write_valid, NULL},
    {{"stopped by", false, 0}, true, "stop_reason", NULL, NULL},
    {{"status", false, 0}, true, "status", NULL, NULL},
    {{"notes", false, 0}, false, NULL, point_notes, NULL},
};
#define MEASURE_COUNT (sizeof measures / sizeof *measures)
_Static_assert(MEASURE_COUNT + MOST_DIMENSIONS + 1 <= MOST_COLUMNS, "raise MOST_COLUMNS");

static const char *write_cell(const struct loaded *file, const struct show_column *shown,
                              const struct point_record *point, char text[NOTES])
{
    if (shown->name == of_tcp)
        return baseline_format_share(baseline_share(file, point), text);
    if (shown->dimension)
        return dimension_format(shown->dimension, point, text);
    if (shown->write)
        return shown->write(point, text);
    return column_format(column_named(TABLE_POINTS, shown->name, strlen(shown->name)), point, text);
}

/* ---- which columns ---- */

static bool is_latency(const struct show_column *measure)
{
    return measure->write == write_p50 || measure->write == write_p99 || measure->write == write_p999 ||
           measure->write == write_latency_max || measure->write == write_p50_interval ||
           measure->write == write_p99_interval ||
           (measure->name && strcmp(measure->name, "latency_messages") == 0);
}

static bool has_latency(const struct loaded *file)
{
    bool timed = false;
    for (size_t i = 0; i < file->point_count; i++)
        timed = timed || *file->points[i].latency_kind;
    return timed;
}

/* Rates per sender are of interest where one was set, shares of TCP and latencies where they were measured,
 * the clocks' uncertainty where there is any. */
static bool is_empty(const struct show_column *measure, const struct loaded *file)
{
    bool paced = false, uncertain = false;
    for (size_t i = 0; i < file->point_count; i++) {
        paced = paced || !isnan(file->points[i].rate_per_s);
        uncertain = uncertain || file->points[i].latency_uncertainty_us > 0;
    }
    return (!paced && (measure->write == write_paced || measure->write == write_sent_rate)) ||
           (measure->name == of_tcp && file->baseline_count == 0) ||
           (is_latency(measure) && !has_latency(file)) || (measure->write == write_clocks && !uncertain);
}

static size_t choose_columns(const struct loaded *file, bool wide, struct show_column *chosen)
{
    size_t count = 0;
    if (wide)
        chosen[count++] = (struct show_column){{"point", true, 0}, true, "point_id", NULL, NULL};
    for (size_t i = 0; i < dimension_count; i++) {
        const struct dimension *dimension = &dimensions[i];
        if (wide || !dimension_is_above(dimension, file))
            chosen[count++] = (struct show_column){
                .grid = {dimension->title, dimension->right, dimension->rank}, .dimension = dimension};
    }
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        if ((wide || !measures[i].detail) && !is_empty(&measures[i], file))
            chosen[count++] = measures[i];
    return count;
}

/* ---- what stands above and below the table ---- */

static void print_heading(const struct task *task, const struct loaded *file)
{
    char line[1024], hosts[256];
    const char *libzmq = load_environment(file, "version.libzmq");
    snprintf(line, sizeof line, "%.300s: %s, %s, zmqsweep %s, libzmq %s, %s", file->path, file->run->title,
             file->run->created, file->run->creator_version, libzmq ? libzmq : "unknown",
             load_host_line(file, hosts, sizeof hosts));
    text_wrap(task->out, line, 0, (size_t)task->width);
    if (!results_complete(file->results))
        fprintf(task->out, "%sincomplete: %" PRId64 " of %" PRId64 " points, %s%s\n",
                task->colour ? "\033[33m" : "", file->points_in_file, file->run->points_planned,
                file->points_in_file < file->run->points_planned ? "perhaps not with all their repetitions"
                                                                 : "not all with all their repetitions",
                task->colour ? "\033[0m" : "");
}

/* "pattern push-pull, transport tcp, ...": what is the same for all points. */
static void print_constants(const struct task *task, const struct loaded *file)
{
    char line[1024] = "", cell[CELL];
    size_t used = 0;
    for (size_t i = 0; i < dimension_count && used < sizeof line; i++) {
        if (!dimension_is_above(&dimensions[i], file))
            continue;
        dimension_format(&dimensions[i], baseline_first_other(file), cell);
        if (dimension_is_default(&dimensions[i], cell))
            continue;
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%s %s", used ? ", " : "",
                                 dimensions[i].title, cell);
    }
    if (used)
        text_wrap(task->out, line, 0, (size_t)task->width);
}

/* What the interval is about: the sweep, or the stretch in which a point was measured. "" where it is not
 * known. */
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

/* What the interval is, when it is the same for all points that have one. */
static void print_footnote(const struct task *task, const struct loaded *file)
{
    double least = NAN, most = NAN;
    char line[256], coverage[32];
    for (size_t i = 0; i < file->point_count; i++) {
        least = fmin(least, file->points[i].interval_coverage);
        most = fmax(most, file->points[i].interval_coverage);
    }
    if (baseline_has_rows(file))
        text_wrap(
            task->out,
            "stream: plain TCP sockets without ZeroMQ (transport raw-tcp, send const, receive copy); of "
            "TCP: throughput as a share of theirs",
            0, (size_t)task->width);
    if (has_latency(file))
        text_wrap(
            task->out,
            "latency: one way in push-pull and pub-sub, there and back in req-rep and pair; what 50, 99 "
            "and 99.9 % of the timed messages did not exceed",
            0, (size_t)task->width);
    if (isnan(least))
        return;
    if (most - least < 0.0005)
        snprintf(coverage, sizeof coverage, "%.1f", 100 * least);
    else
        snprintf(coverage, sizeof coverage, "%.1f to %.1f", 100 * least, 100 * most);
    snprintf(line, sizeof line, "interval: covers the median with %s %%%s", coverage, scope_text(file));
    text_wrap(task->out, line, 0, (size_t)task->width);
    if (has_flag(file, "dependent"))
        text_wrap(task->out,
                  "dependent: neighbouring repetitions are alike, so the interval says too much; --spread or "
                  "more repetitions help",
                  0, (size_t)task->width);
}

static void print_hidden(const struct task *task, const struct grid *grid)
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
        text_wrap(task->out, line, 0, (size_t)task->width);
}

/* ---- the table ---- */

static enum row_style style_of(const struct point_record *point)
{
    if (strcmp(point->status, "failed") == 0)
        return STYLE_FAILED;
    return strcmp(point->status, "ok") == 0 && *point->flags == '\0' ? STYLE_PLAIN : STYLE_WARNING;
}

static int print_points(const struct task *task, const struct loaded *file, struct error *error)
{
    struct show_column chosen[MOST_COLUMNS];
    struct grid_column columns[MOST_COLUMNS];
    struct grid grid;
    char cell[NOTES];
    bool wide = arguments_flag(task->arguments, NAME_WIDE);
    size_t count = choose_columns(file, wide, chosen);
    for (size_t i = 0; i < count; i++)
        columns[i] = chosen[i].grid;
    if (grid_make(&grid, columns, count, file->point_count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < file->point_count; row++) {
        grid.styles[row] = (unsigned char)style_of(&file->points[row]);
        for (size_t i = 0; i < count; i++)
            grid_set(&grid, row, i, write_cell(file, &chosen[i], &file->points[row], cell));
    }
    if (!wide)
        grid_fit(&grid, (size_t)task->width);
    grid_print(&grid, task->out, task->colour);
    print_hidden(task, &grid);
    grid_free(&grid);
    return 0;
}

/* ---- --sort ---- */

struct sort_keys {
    const struct column *columns[MOST_KEYS];
    bool down[MOST_KEYS];
    size_t count;
};

static int read_keys(const char *text, struct sort_keys *keys, struct error *error)
{
    keys->count = 0;
    while (text && *text) {
        size_t length = strcspn(text, ",");
        bool down = *text == '-';
        const char *name = text + down;
        size_t width = length - down;
        const struct column *column = column_named(TABLE_POINTS, name, width);
        const char *nearest = column_nearest(TABLE_POINTS, name, width);
        if (!column)
            return error_set(error, "--sort: table points has no column %.*s%s%s",
                             (int)(width > 64 ? 64 : width), name, nearest ? "; the nearest is " : "",
                             nearest ? nearest : "");
        if (keys->count == MOST_KEYS)
            return error_set(error, "--sort: more than %d columns", MOST_KEYS);
        keys->down[keys->count] = down;
        keys->columns[keys->count++] = column;
        text += length + (text[length] == ',');
    }
    return 0;
}

static int compare_points(const void *a, const void *b, void *context)
{
    const struct sort_keys *keys = context;
    const struct point_record *x = a, *y = b;
    for (size_t i = 0; i < keys->count; i++) {
        int order = column_compare(keys->columns[i], x, y);
        if (order != 0)
            return keys->down[i] ? -order : order;
    }
    return (x->point_id > y->point_id) - (x->point_id < y->point_id);
}

/* ---- --hosts and --environment ---- */

static int print_hosts(const struct task *task, const struct loaded *file, struct error *error)
{
    static const struct grid_column columns[] = {
        {"host", false, 0},  {"address", false, 0}, {"cores", true, 0},   {"NUMA nodes", true, 3},
        {"memory", true, 0}, {"link", true, 0},     {"kernel", false, 1}, {"processor", false, 2}};
    struct grid grid;
    if (grid_make(&grid, columns, sizeof columns / sizeof *columns, file->host_count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < file->host_count; row++) {
        const struct host_record *host = &file->hosts[row];
        char cell[CELL];
        grid_set(&grid, row, 0, host->name);
        grid_set(&grid, row, 1, host->address);
        snprintf(cell, sizeof cell, "%" PRId64, host->cores);
        grid_set(&grid, row, 2, cell);
        snprintf(cell, sizeof cell, "%" PRId64, host->numa_nodes);
        grid_set(&grid, row, 3, cell);
        grid_set(&grid, row, 4, format_bytes(host->memory_bytes, cell, sizeof cell));
        grid_set(&grid, row, 5, format_rate(host->link_mbit_s, cell, sizeof cell));
        grid_set(&grid, row, 6, host->kernel);
        grid_set(&grid, row, 7, host->cpu_model);
    }
    if (!arguments_flag(task->arguments, NAME_WIDE))
        grid_fit(&grid, (size_t)task->width);
    grid_print(&grid, task->out, task->colour);
    print_hidden(task, &grid);
    grid_free(&grid);
    return 0;
}

/* The environment in groups: what the names of its rows begin with, the most wanted first. */
static const struct {
    const char *prefix, *title;
} environment_groups[] = {
    {"warning.", "warnings"}, {"version.", "versions"}, {"rank.", "ranks and their bindings"},
    {"option.", "options"},   {"env.", "variables"},    {"", "system"},
};
#define GROUP_COUNT (sizeof environment_groups / sizeof *environment_groups)

static size_t group_of(const char *name)
{
    size_t group = 0;
    while (strncmp(name, environment_groups[group].prefix, strlen(environment_groups[group].prefix)) != 0)
        group++;
    return group;
}

static void print_group(const struct task *task, const struct loaded *file, size_t group)
{
    bool first = true;
    for (size_t i = 0; i < file->environment_count; i++) {
        const struct environment_record *row = &file->environment[i];
        if (group_of(row->name) != group)
            continue;
        if (first)
            fprintf(task->out, "%s%s:%s\n", task->colour ? "\033[1m" : "", environment_groups[group].title,
                    task->colour ? "\033[0m" : "");
        first = false;
        fprintf(task->out, "  %-*s ", 28, row->name + strlen(environment_groups[group].prefix));
        text_print(task->out, row->value);
        fputc('\n', task->out);
    }
}

static void print_environment(const struct task *task, const struct loaded *file)
{
    fprintf(task->out, "  %-28s ", "command");
    text_print(task->out, file->run->command_line);
    fprintf(task->out, "\n  %-28s %s\n  %-28s %s\n  %-28s %" PRId64 "\n", "started", file->run->created,
            "uuid", file->run->uuid, "order seed", file->run->order_seed);
    for (size_t i = 0; i < GROUP_COUNT; i++)
        print_group(task, file, i);
}

static int print_file(const struct task *task, const struct loaded *file, struct error *error)
{
    bool hosts = arguments_flag(task->arguments, NAME_HOSTS);
    bool environment = arguments_flag(task->arguments, NAME_ENVIRONMENT);
    print_heading(task, file);
    if (hosts && print_hosts(task, file, error))
        return -1;
    if (environment)
        print_environment(task, file);
    if (hosts || environment)
        return 0;
    if (file->point_count == 0) {
        fprintf(task->out, file->points_in_file ? "no point meets the filter\n" : "no points\n");
        return 0;
    }
    print_constants(task, file);
    if (arguments_flag(task->arguments, NAME_WHY))
        return why_print(task, file, error);
    if (print_points(task, file, error))
        return -1;
    print_footnote(task, file);
    return 0;
}

int show_run(struct task *task, struct error *error)
{
    struct filter filter;
    struct sort_keys keys;
    struct loaded *files;
    int count = task->arguments->file_count, failed = 0;
    if (filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error) ||
        read_keys(arguments_text(task->arguments, NAME_SORT), &keys, error))
        return EXIT_USAGE;
    if (load_all(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    if (arguments_flag(task->arguments, NAME_OUTLIERS)) {
        failed = outliers_print(task, files, count, error);
        load_free_all(files, count);
        return failed ? EXIT_FAILED : EXIT_OK;
    }
    for (int i = 0; i < count && !failed; i++) {
        qsort_r(files[i].points, files[i].point_count, sizeof *files[i].points, compare_points, &keys);
        fputs(i > 0 ? "\n" : "", task->out);
        failed = print_file(task, &files[i], error);
    }
    load_free_all(files, count);
    return failed ? EXIT_FAILED : EXIT_OK;
}
