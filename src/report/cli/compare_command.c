/* compare_command.c - the subcommand compare: is it faster than it was? */
#include "csv/compare_csv.h"
#include "reading/samples.h"
#include "table/compare_table.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

#define THRESHOLD_PERCENT 5.0

/* All that the command line asks for. */
struct compare_plan {
    struct loaded *files;
    struct job *jobs; /* one for each file */
    int file_count;
    int base_count; /* files before --new; 0 without it */
    double threshold;
    bool csv;
};

/* ---- the jobs ---- */

/* @return 0 or -1. Call free_jobs afterwards in both cases. */
static int load_jobs(struct compare_plan *plan, struct error *error)
{
    plan->jobs = calloc((size_t)plan->file_count, sizeof *plan->jobs);
    if (!plan->jobs)
        return error_set(error, "out of memory for the jobs");
    for (int i = 0; i < plan->file_count; i++) {
        plan->jobs[i].file = &plan->files[i];
        if (samples_load(&plan->files[i], true, &plan->jobs[i].samples, error))
            return -1;
    }
    return 0;
}

static void free_jobs(struct compare_plan *plan)
{
    for (int i = 0; plan->jobs && i < plan->file_count; i++)
        samples_free(&plan->jobs[i].samples);
    free(plan->jobs);
}

/* ---- the command line ---- */

static int read_threshold(const struct arguments *arguments, double *threshold, struct error *error)
{
    const char *text = arguments_text(arguments, NAME_THRESHOLD);
    char *end = NULL;
    double percent = text ? strtod(text, &end) : THRESHOLD_PERCENT;
    if (text && (end == text || end[strspn(end, " %")] != '\0' || !(percent > 0 && percent < 100)))
        return error_set(
            error,
            "--threshold: \"%.64s\" is no share; say percent over 0 and under 100, such as 5",
            text);
    *threshold = percent / 100;
    return 0;
}

static int read_sides(const struct arguments *arguments, int *base_count, struct error *error)
{
    int place = arguments_files_before(arguments, NAME_NEW);
    *base_count = place < 0 ? 0 : place;
    if (arguments_nth(arguments, NAME_NEW, 1))
        return error_set(error,
                         "--new is given twice; it divides the files once: BASE... --new NEW...");
    if (place == 0)
        return error_set(
            error, "--new has no file before it; say: zmqreport compare BASE... --new NEW...");
    if (place == arguments->file_count)
        return error_set(
            error, "--new has no file behind it; say: zmqreport compare BASE... --new NEW...");
    return 0;
}

/* Refuses two files of one sweep on a side: the changes of that sweep would count twice. */
static int refuse_same_sweep(const struct loaded *files, int first, int end, struct error *error)
{
    for (int i = first; i < end; i++)
        for (int j = first; j < i; j++)
            if (strcmp(files[i].run->uuid, files[j].run->uuid) == 0)
                return error_set(error, "%.200s and %.200s are of the same sweep, which is one job",
                                 files[j].path, files[i].path);
    return 0;
}

/* ---- the comparisons ---- */

static int compare_sides(const struct task *task, const struct compare_plan *plan, struct side base,
                         struct side other, size_t *slower, struct error *error)
{
    struct comparison comparison = {.base = base, .other = other, .threshold = plan->threshold};
    int failed = compare_match(&comparison, error) || compare_judge(&comparison, error);
    if (!failed && plan->csv)
        failed = compare_csv_print(task->out, &comparison, error);
    else if (!failed)
        failed =
            compare_table_print(&(struct grid_screen){task->out, task->colour, (size_t)task->width},
                                &comparison, error);
    *slower += comparison.verdicts[SLOWER];
    compare_free(&comparison);
    return failed ? -1 : 0;
}

/* Compares the files. Without --new, each further file is compared with the first. */
static int compare_files(const struct task *task, const struct compare_plan *plan, size_t *slower,
                         struct error *error)
{
    const struct job *jobs = plan->jobs;
    size_t base = plan->base_count > 0 ? (size_t)plan->base_count : 1,
           all = (size_t)plan->file_count;
    size_t step = plan->base_count > 0 ? all - base : 1;
    if (plan->csv)
        compare_csv_header(task->out);
    for (size_t i = base; i < all; i += step) {
        if (i > base && !plan->csv)
            fputc('\n', task->out);
        if (compare_sides(task, plan, (struct side){jobs, base}, (struct side){jobs + i, step},
                          slower, error))
            return -1;
    }
    return 0;
}

static int run_plan(const struct task *task, struct compare_plan *plan, size_t *slower,
                    struct error *error)
{
    int code = EXIT_OK, base = plan->base_count;
    if (base > 0 && (refuse_same_sweep(plan->files, 0, base, error) ||
                     refuse_same_sweep(plan->files, base, plan->file_count, error)))
        return EXIT_USAGE;
    if (load_jobs(plan, error) || compare_files(task, plan, slower, error))
        code = EXIT_FAILED;
    free_jobs(plan);
    return code;
}

int compare_command_run(struct task *task, struct error *error)
{
    struct filter filter;
    struct compare_plan plan = {.file_count = task->arguments->file_count,
                                .csv = arguments_flag(task->arguments, NAME_CSV)};
    size_t slower = 0;
    if (arguments_filter(task->arguments, TABLE_POINTS, &filter, error) ||
        read_threshold(task->arguments, &plan.threshold, error) ||
        read_sides(task->arguments, &plan.base_count, error))
        return EXIT_USAGE;
    if (arguments_load(task->arguments, &filter, &plan.files, error))
        return EXIT_FAILED;
    int code = run_plan(task, &plan, &slower, error);
    load_free_all(plan.files, plan.file_count);
    return code == EXIT_OK && slower ? EXIT_SLOWER : code;
}
