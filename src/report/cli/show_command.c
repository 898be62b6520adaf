/* show_command.c - the subcommand show: its options, and which table they ask for. */
#include "analysis/outliers.h"
#include "analysis/why_facts.h"
#include "reading/columns.h"
#include "reading/samples.h"
#include "table/outliers_table.h"
#include "table/show.h"
#include "task.h"

#include <stdlib.h>

/* All that the command line asks for. */
struct show_plan {
    struct filter filter;
    struct column_keys keys;
    struct show_options table;
    bool why, outliers;
};

static int read_plan(const struct arguments *arguments, struct show_plan *plan, struct error *error)
{
    plan->table.wide = arguments_flag(arguments, NAME_WIDE);
    plan->table.hosts = arguments_flag(arguments, NAME_HOSTS);
    plan->table.environment = arguments_flag(arguments, NAME_ENVIRONMENT);
    plan->why =
        arguments_flag(arguments, NAME_WHY) && !plan->table.hosts && !plan->table.environment;
    plan->outliers = arguments_flag(arguments, NAME_OUTLIERS);
    return arguments_filter(arguments, TABLE_POINTS, &plan->filter, error) ||
                   column_read_keys(arguments_text(arguments, NAME_SORT), &plan->keys, error)
               ? -1
               : 0;
}

/* ---- --outliers ---- */

static int print_outliers(FILE *out, struct loaded *files, int file_count, struct error *error)
{
    struct matrix matrix = {0};
    struct outliers outliers = {0};
    int failed = streams_narrow(files, file_count, error) ||
                 streams_collect(&matrix, files, file_count, samples_read_ranks, error) ||
                 outliers_find(&matrix, &outliers, error);
    if (!failed)
        outliers_table_print(out, &outliers, files[0].points[0].settings);
    outliers_free(&outliers);
    streams_free(&matrix);
    return failed ? -1 : 0;
}

/* ---- --why ---- */

static int gather_facts(const struct loaded *file, struct why_facts *facts, struct error *error)
{
    struct samples valid;
    int failed = samples_load(file, false, &valid, error) ||
                 why_facts_gather(file, &valid, samples_read_ranks, facts, error);
    samples_free(&valid);
    return failed ? -1 : 0;
}

/* Judges each point. @return one verdict per point, malloc'd; NULL with `error`. */
static struct why_verdict *judge(const struct loaded *file, struct error *error)
{
    struct why_facts *facts = calloc(file->point_count + 1, sizeof *facts);
    struct why_verdict *verdicts = calloc(file->point_count + 1, sizeof *verdicts);
    int failed = facts && verdicts ? gather_facts(file, facts, error)
                                   : error_set(error, "out of memory for the evidence");
    for (size_t i = 0; i < file->point_count && !failed; i++)
        why_judge(&facts[i], &verdicts[i]);
    free(facts);
    if (failed) {
        free(verdicts);
        return NULL;
    }
    return verdicts;
}

/* ---- the points ---- */

static int print_file(const struct grid_screen *screen, const struct show_plan *plan,
                      struct loaded *file, struct error *error)
{
    struct why_verdict *verdicts = NULL;
    column_sort_points(&plan->keys, file->points, file->point_count);
    if (plan->why && file->point_count > 0) {
        verdicts = judge(file, error);
        if (!verdicts)
            return -1;
    }
    int failed = show_print(screen, &plan->table, file, verdicts, error);
    free(verdicts);
    return failed;
}

static int print_files(const struct task *task, const struct show_plan *plan, struct loaded *files,
                       struct error *error)
{
    const struct grid_screen screen = {task->out, task->colour, (size_t)task->width};
    int count = task->arguments->file_count, failed = 0;
    if (plan->outliers)
        return print_outliers(task->out, files, count, error);
    for (int i = 0; i < count && !failed; i++) {
        fputs(i > 0 ? "\n" : "", task->out);
        failed = print_file(&screen, plan, &files[i], error);
    }
    return failed;
}

int show_command_run(struct task *task, struct error *error)
{
    struct show_plan plan = {.why = false};
    struct loaded *files;
    if (read_plan(task->arguments, &plan, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &plan.filter, &files, error))
        return EXIT_FAILED;
    int failed = print_files(task, &plan, files, error);
    load_free_all(files, task->arguments->file_count);
    return failed ? EXIT_FAILED : EXIT_OK;
}
