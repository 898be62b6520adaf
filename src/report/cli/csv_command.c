/* csv_command.c - the subcommand csv: which table, or which other tool's columns. */
#include "csv/csv.h"
#include "csv/pyzmq.h"
#include "files/guard.h"
#include "task.h"

#include "zmqsweep/text.h"

#include <string.h>

static int read_table(const struct arguments *arguments, enum table_id *table, struct error *error)
{
    const char *names[TABLE_TOTAL], *name = arguments_text(arguments, NAME_TABLE);
    int found = name ? results_table_named(name) : TABLE_POINTS;
    *table = (enum table_id)found;
    if (found >= 0)
        return 0;
    for (int i = 0; i < TABLE_TOTAL; i++)
        names[i] = result_tables[i].name;
    const char *nearest = text_nearest(name, names, TABLE_TOTAL);
    return error_set(error,
                     "--table: there is no table %.64s; say points, repetitions, ranks, intervals, "
                     "latency, hosts or environment%s%s",
                     name, nearest ? "; the nearest is " : "", nearest ? nearest : "");
}

/* Reads --like. @return 1 when the columns are to be those of another tool, 0 without --like, or -1
 * with `error` for an unknown tool. */
static int read_like(const struct arguments *arguments, struct error *error)
{
    const char *like = arguments_text(arguments, NAME_LIKE);
    if (!like)
        return 0;
    if (strcmp(like, "pyzmq-bench") != 0)
        return error_set(error, "--like: \"%.64s\" is not known; say pyzmq-bench", like);
    if (arguments_flag(arguments, NAME_TABLE))
        return error_set(error, "--like and --table exclude each other");
    return 1;
}

int csv_command_run(struct task *task, struct error *error)
{
    struct filter filter;
    enum table_id table;
    const char *path = task->arguments->files[0];
    int like = read_like(task->arguments, error);
    if (like < 0 || read_table(task->arguments, &table, error) ||
        arguments_filter(task->arguments, table, &filter, error))
        return EXIT_USAGE;
    guard_reading(path);
    int failed = like ? pyzmq_print(task->out, path, &filter, error)
                      : csv_print(task->out, path, table, &filter, error);
    return failed ? EXIT_FAILED : EXIT_OK;
}
