/* show_source.c - where a file comes from: its hosts and its environment. */
#include "show_source.h"

#include "reading/columns.h"

#include "zmqsweep/text.h"

#include <inttypes.h>
#include <string.h>

/* ---- --hosts and --environment ---- */

static void fill_host(struct grid *grid, size_t row, const struct host_record *host)
{
    char cell[CELL];
    grid_set(grid, row, 0, host->name);
    grid_set(grid, row, 1, host->address);
    snprintf(cell, sizeof cell, "%" PRId64, host->cores);
    grid_set(grid, row, 2, cell);
    snprintf(cell, sizeof cell, "%" PRId64, host->numa_nodes);
    grid_set(grid, row, 3, cell);
    grid_set(grid, row, 4, format_bytes(host->memory_bytes, cell, sizeof cell));
    grid_set(grid, row, 5, format_rate(host->link_mbit_s, cell, sizeof cell));
    grid_set(grid, row, 6, host->kernel);
    grid_set(grid, row, 7, host->cpu_model);
}

int show_source_print_hosts(const struct grid_screen *screen, bool wide, const struct loaded *file,
                            struct error *error)
{
    static const struct grid_column columns[] = {
        {"host", false, 0},  {"address", false, 0}, {"cores", true, 0},   {"NUMA nodes", true, 3},
        {"memory", true, 0}, {"link", true, 0},     {"kernel", false, 1}, {"processor", false, 2}};
    struct grid grid;
    if (grid_make(&grid, columns, sizeof columns / sizeof *columns, file->host_count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < file->host_count; row++)
        fill_host(&grid, row, &file->hosts[row]);
    grid_print_fitting(&grid, screen, wide);
    grid_free(&grid);
    return 0;
}

/* The groups of the environment, the most wanted first. A group's rows have names that begin with
 * one of its words. */
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
    while (strncmp(name, environment_groups[group].prefix,
                   strlen(environment_groups[group].prefix)) != 0)
        group++;
    return group;
}

static void print_group(const struct grid_screen *screen, const struct loaded *file, size_t group)
{
    bool first = true;
    for (size_t i = 0; i < file->environment_count; i++) {
        const struct environment_record *row = &file->environment[i];
        if (group_of(row->name) != group)
            continue;
        if (first)
            fprintf(screen->out, "%s%s:%s\n", screen->colour ? "\033[1m" : "",
                    environment_groups[group].title, screen->colour ? "\033[0m" : "");
        first = false;
        fprintf(screen->out, "  %-*s ", 28, row->name + strlen(environment_groups[group].prefix));
        text_print(screen->out, row->value);
        fputc('\n', screen->out);
    }
}

void show_source_print_environment(const struct grid_screen *screen, const struct loaded *file)
{
    fprintf(screen->out, "  %-28s ", "command");
    text_print(screen->out, file->run->command_line);
    fprintf(screen->out, "\n  %-28s %s\n  %-28s %s\n  %-28s %" PRId64 "\n", "started",
            file->run->created, "uuid", file->run->uuid, "order seed", file->run->order_seed);
    for (size_t i = 0; i < GROUP_COUNT; i++)
        print_group(screen, file, i);
}
