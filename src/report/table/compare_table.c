/* compare_table.c - a comparison as a table. */
#include "compare_table.h"

#include "analysis/drift.h"
#include "reading/dimensions.h"

#include "zmqsweep/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- the heading: which jobs, and what differs between the sides ---- */

#define SIDE_TEXT 512

/* Writes one fact about a job, such as the version called `name`; "" when it is not known. */
typedef void job_text(const struct loaded *file, const char *name, char text[SIDE_TEXT]);

static void hosts_text(const struct loaded *file, const char *name, char text[SIDE_TEXT])
{
    (void)name;
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < file->host_count && used < SIDE_TEXT; i++)
        used += (size_t)snprintf(text + used, SIDE_TEXT - used, "%s%s", i ? ", " : "",
                                 file->hosts[i].name);
}

static void processor_text(const struct loaded *file, const char *name, char text[SIDE_TEXT])
{
    (void)name;
    snprintf(text, SIDE_TEXT, "%s", file->host_count ? file->hosts->cpu_model : "");
}

static void kernel_text(const struct loaded *file, const char *name, char text[SIDE_TEXT])
{
    (void)name;
    snprintf(text, SIDE_TEXT, "%s", file->host_count ? file->hosts->kernel : "");
}

static void version_text(const struct loaded *file, const char *name, char text[SIDE_TEXT])
{
    const char *version = load_environment(file, name);
    snprintf(text, SIDE_TEXT, "%s", version ? version : "unknown");
}

static const struct difference {
    const char *what;
    job_text *write;
    const char *name;
} differences[] = {
    {"hosts", hosts_text, NULL},          {"processor", processor_text, NULL},
    {"kernel", kernel_text, NULL},        {"libzmq", version_text, "version.libzmq"},
    {"MPI", version_text, "version.mpi"}, {"zmqsweep", version_text, "version.zmqsweep"},
};

/* Does a job before `end` have the same text? */
static bool is_repeated(const struct side *side, const struct difference *difference, size_t end,
                        const char *text)
{
    char earlier[SIDE_TEXT];
    for (size_t i = 0; i < end; i++) {
        difference->write(side->jobs[i].file, difference->name, earlier);
        if (strcmp(earlier, text) == 0)
            return true;
    }
    return false;
}

/* Joins the different texts of a side's jobs, in the order of the jobs. */
static void join_side(const struct side *side, const struct difference *difference,
                      char joined[SIDE_TEXT])
{
    char text[SIDE_TEXT];
    size_t used = 0;
    *joined = '\0';
    for (size_t i = 0; i < side->count && used < SIDE_TEXT; i++) {
        difference->write(side->jobs[i].file, difference->name, text);
        if (!is_repeated(side, difference, i, text))
            used +=
                (size_t)snprintf(joined + used, SIDE_TEXT - used, "%s%s", used ? " | " : "", text);
    }
}

static void print_difference(FILE *out, const struct comparison *comparison,
                             const struct difference *difference)
{
    char base[SIDE_TEXT], other[SIDE_TEXT];
    join_side(&comparison->base, difference, base);
    join_side(&comparison->other, difference, other);
    if (strcmp(base, other) == 0 || !*base || !*other)
        return;
    fprintf(out, "different %s: ", difference->what);
    text_print(out, base);
    fprintf(out, " -> ");
    text_print(out, other);
    fputc('\n', out);
}

/* Prints all labels of a side in full, however many jobs there are. */
static void print_labels(FILE *out, const struct side *side)
{
    for (size_t i = 0; i < side->count; i++) {
        fputs(i ? ", " : "", out);
        text_print(out, side->jobs[i].file->label);
    }
}

static void print_heading(FILE *out, const struct comparison *comparison)
{
    bool several = compare_has_several(comparison);
    if (several)
        fprintf(out, "base, %zu job%s: ", comparison->base.count, plural(comparison->base.count));
    print_labels(out, &comparison->base);
    if (several)
        fprintf(out, "\nnew, %zu job%s: ", comparison->other.count,
                plural(comparison->other.count));
    else
        fprintf(out, " -> ");
    print_labels(out, &comparison->other);
    fputc('\n', out);
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
        print_difference(out, comparison, &differences[i]);
}

/* ---- the table ---- */

#define MOST_VALUES 8

typedef void pair_cell(const struct pair *pair, char cell[CELL]);

static void base_cell(const struct pair *pair, char cell[CELL])
{
    format_rate(pair->base_mbit_s, cell, CELL);
}

static void other_cell(const struct pair *pair, char cell[CELL])
{
    format_rate(pair->other_mbit_s, cell, CELL);
}

static void ratio_cell(const struct pair *pair, char cell[CELL])
{
    snprintf(cell, CELL, isfinite(pair->rate.ratio) ? "%.3f" : "-", pair->rate.ratio);
}

static void interval_cell(const struct pair *pair, char cell[CELL])
{
    if (isfinite(pair->rate.low))
        snprintf(cell, CELL, "[%.3f, %.3f]", pair->rate.low, pair->rate.high);
}

static void p99_cell(const struct pair *pair, char cell[CELL])
{
    const struct ratio *p99 = &pair->p99;
    if (isfinite(p99->low))
        snprintf(cell, CELL, "%.2f [%.2f, %.2f]", p99->ratio, p99->low, p99->high);
    else
        snprintf(cell, CELL, isfinite(p99->ratio) ? "%.2f" : "-", p99->ratio);
}

static void jobs_cell(const struct pair *pair, char cell[CELL])
{
    snprintf(cell, CELL, "%zu+%zu", pair->base_jobs, pair->other_jobs);
}

static void valid_cell(const struct pair *pair, char cell[CELL])
{
    snprintf(cell, CELL, "%zu+%zu", pair->base_valid, pair->other_valid);
}

static void verdict_cell(const struct pair *pair, char cell[CELL])
{
    snprintf(cell, CELL, "%s", compare_verdict_name(pair->verdict));
}

static const struct value {
    struct grid_column column;
    pair_cell *write;
} values[MOST_VALUES] = {
    {{"base", true, 0}, base_cell},      {{"new", true, 0}, other_cell},
    {{"ratio", true, 0}, ratio_cell},    {{"interval", false, 2}, interval_cell},
    {{"p99 ratio", false, 1}, p99_cell}, {{"jobs", true, 4}, jobs_cell},
    {{"valid", true, 3}, valid_cell},    {{"verdict", false, 0}, verdict_cell},
};

static bool value_is_shown(const struct value *value, const struct comparison *comparison)
{
    if (value->write == p99_cell)
        return comparison->has_p99;
    return value->write != jobs_cell || compare_has_several(comparison);
}

static bool dimension_is_shown(const struct dimension *dimension,
                               const struct comparison *comparison)
{
    for (size_t i = 1; i < comparison->count; i++)
        if (dimension_compare(dimension, comparison->pairs[0].base, comparison->pairs[i].base) != 0)
            return true;
    return strcmp(dimension->title, "size") == 0;
}

/* Which columns a table shows. */
struct shown {
    const struct dimension *dimensions[MOST_DIMENSIONS];
    const struct value *values[MOST_VALUES];
    size_t dimension_count, value_count;
    struct grid_column columns[MOST_DIMENSIONS + MOST_VALUES];
};

static void choose_columns(const struct comparison *comparison, struct shown *shown)
{
    *shown = (struct shown){.dimension_count = 0};
    size_t count = 0;
    for (size_t i = 0; i < dimension_count; i++)
        if (dimension_is_shown(&dimensions[i], comparison)) {
            shown->dimensions[shown->dimension_count++] = &dimensions[i];
            shown->columns[count++] =
                (struct grid_column){dimensions[i].title, dimensions[i].right, dimensions[i].rank};
        }
    for (size_t i = 0; i < MOST_VALUES; i++)
        if (value_is_shown(&values[i], comparison)) {
            shown->values[shown->value_count++] = &values[i];
            shown->columns[count++] = values[i].column;
        }
}

static void fill_row(struct grid *grid, size_t row, const struct shown *shown,
                     const struct pair *pair)
{
    static const unsigned char styles[] = {GRID_GOOD, GRID_FAILED, GRID_PLAIN, GRID_WARNING};
    char cell[CELL];
    grid->styles[row] = styles[pair->verdict];
    for (size_t i = 0; i < shown->dimension_count; i++)
        grid_set(grid, row, i, dimension_format(shown->dimensions[i], pair->base, cell));
    for (size_t i = 0; i < shown->value_count; i++) {
        *cell = '\0';
        shown->values[i]->write(pair, cell);
        grid_set(grid, row, shown->dimension_count + i, cell);
    }
}

static int print_table(const struct grid_screen *screen, const struct comparison *comparison,
                       struct error *error)
{
    struct shown shown;
    struct grid grid;
    choose_columns(comparison, &shown);
    if (grid_make(&grid, shown.columns, shown.dimension_count + shown.value_count,
                  comparison->count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < comparison->count; row++)
        fill_row(&grid, row, &shown, &comparison->pairs[row]);
    grid_fit(&grid, screen->width);
    grid_print(&grid, screen);
    grid_free(&grid);
    return 0;
}

/* ---- below the table ---- */

static void print_only(FILE *out, const struct side *side, const char *name, size_t count)
{
    if (count == 0)
        return;
    fprintf(out, "; %zu only in ", count);
    text_print(out, side->count > 1 ? name : side->jobs->file->label);
}

static void print_summary(FILE *out, const struct comparison *comparison)
{
    fprintf(out, "%zu point%s: %zu faster, %zu slower, %zu same within %g %%, %zu unsure",
            comparison->count, plural(comparison->count), comparison->verdicts[FASTER],
            comparison->verdicts[SLOWER], comparison->verdicts[SAME], 100 * comparison->threshold,
            comparison->verdicts[UNSURE]);
    print_only(out, &comparison->base, "base", comparison->only_base);
    print_only(out, &comparison->other, "new", comparison->only_other);
    fputc('\n', out);
}

static void print_obstacle(FILE *out, const struct comparison *comparison, enum obstacle obstacle)
{
    size_t count = comparison->obstacles[obstacle];
    if (count == 0)
        return;
    if (count < comparison->count)
        fprintf(out, "%zu point%s: ", count, plural(count));
    if (obstacle == NO_ROUNDS)
        fprintf(out, "one job a side, repetitions of a point measured one after the other: cannot "
                     "tell; give several files a side with --new\n");
    else
        fprintf(out,
                "one job a side, repetitions of a point within less than %g s: cannot tell; take "
                "longer (zmqsweep --spread) or give several files a side with --new\n",
                COMPARE_LEAST_SPREAD_S);
}

static void print_limits(FILE *out, const struct comparison *comparison)
{
    if (!compare_has_several(comparison)) {
        print_obstacle(out, comparison, NO_ROUNDS);
        print_obstacle(out, comparison, TOO_SHORT);
        return;
    }
    if (comparison->incomplete)
        fprintf(out,
                "%zu point%s no valid repetition in some jobs: column jobs says in how many there "
                "is one\n",
                comparison->incomplete, comparison->incomplete == 1 ? " has" : "s have");
    if (compare_is_apart(comparison))
        fprintf(out, "all jobs of one side were measured before those of the other: a slow mood "
                     "counts as a difference; better measure them in turn\n");
}

static void print_drift(FILE *out, const struct job *job, const struct round_drift *drift)
{
    text_print(out, job->file->label);
    fprintf(out, ", %zu round%s: ", drift->rounds, plural(drift->rounds));
    if (isnan(drift->drift)) {
        fprintf(out, "too few to see moods that last longer\n");
        return;
    }
    fprintf(out, "drift of %+.1f %% (p = %.2g), ", 100 * drift->drift, drift->trend_p);
    if (isnan(drift->dependence.correlation))
        fprintf(out, "too few to see dependence");
    else
        fprintf(out, "dependence %.2f +- %.2f (p = %.2g)", drift->dependence.correlation,
                drift->dependence.error, drift->dependence.p);
    fputs(drift_is_slow(drift)
              ? ": moods outlast the rounds, so take longer (zmqsweep --spread) or more jobs\n"
              : "\n",
          out);
}

static int print_side_drift(FILE *out, const struct side *side, struct error *error)
{
    struct round_drift drift;
    if (drift_find(side->jobs, &drift))
        return error_set(error, "out of memory for the rounds");
    if (drift.rounds)
        print_drift(out, side->jobs, &drift);
    return 0;
}

int compare_table_print(const struct grid_screen *screen, const struct comparison *comparison,
                        struct error *error)
{
    print_heading(screen->out, comparison);
    if (print_table(screen, comparison, error))
        return -1;
    print_summary(screen->out, comparison);
    print_limits(screen->out, comparison);
    if (compare_has_several(comparison))
        return 0;
    return print_side_drift(screen->out, &comparison->base, error) ||
                   print_side_drift(screen->out, &comparison->other, error)
               ? -1
               : 0;
}
