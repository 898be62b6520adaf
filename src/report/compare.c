/* compare.c - is it faster than it was? Points of result files side by side, and a verdict on each. */
#include "report_internal.h"

#include "zmqsweep/config.h"
#include "zmqsweep/stats.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_REPETITIONS 4
#define COVERAGE_WANTED 0.95
#define THRESHOLD_PERCENT 5.0

enum verdict { FASTER, SLOWER, SAME, UNSURE, VERDICT_COUNT };
static const char *const verdict_names[] = {"FASTER", "SLOWER", "SAME", "UNSURE"};

/* The rates of a file's valid repetitions, by point_id. */
struct rates {
    struct repetition_record *rows;
    size_t count;
};

struct pair {
    const struct point_record *base, *other;
    size_t base_valid, other_valid;
    double ratio, low, high, coverage;
    enum verdict verdict;
};

struct comparison {
    const struct loaded *base, *other;
    struct pair *pairs;
    size_t count;
    size_t only_base, only_other; /* points without a partner */
    double threshold;             /* 0.05 = 5 % */
    size_t verdicts[VERDICT_COUNT];
};

/* ---- rates ---- */

static int by_point(const void *a, const void *b)
{
    const struct repetition_record *x = a, *y = b;
    if (x->point_id != y->point_id)
        return x->point_id < y->point_id ? -1 : 1;
    return (x->repetition > y->repetition) - (x->repetition < y->repetition);
}

static int load_rates(const struct loaded *file, struct rates *rates, struct error *error)
{
    void *records;
    size_t count, kept = 0;
    guard_reading(file->path);
    if (load_table(file->results, TABLE_REPETITIONS, &records, &count, error))
        return -1;
    guard_reading(NULL);
    rates->rows = records;
    for (size_t i = 0; i < count; i++)
        if (rates->rows[i].valid && rates->rows[i].throughput_mbit_s > 0)
            rates->rows[kept++] = rates->rows[i];
    rates->count = kept;
    qsort(rates->rows, kept, sizeof *rates->rows, by_point);
    return 0;
}

/* The point's first row and how many there are. */
static const struct repetition_record *rates_of(const struct rates *rates, int64_t point_id, size_t *count)
{
    size_t low = 0, high = rates->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rates->rows[middle].point_id < point_id)
            low = middle + 1;
        else
            high = middle;
    }
    for (*count = 0; low + *count < rates->count && rates->rows[low + *count].point_id == point_id;)
        ++*count;
    return rates->rows + low;
}

static double *take_logs(const struct repetition_record *rows, size_t count)
{
    double *logs = calloc(count + 1, sizeof *logs);
    for (size_t i = 0; logs && i < count; i++)
        logs[i] = log(rows[i].throughput_mbit_s);
    return logs;
}

/* ---- one pair of points ---- */

/* SAME says more than FASTER or SLOWER by less than the threshold, so that it comes first. */
static enum verdict judge(const struct pair *pair, double threshold)
{
    if (pair->base_valid < LEAST_REPETITIONS || pair->other_valid < LEAST_REPETITIONS || isnan(pair->low))
        return UNSURE;
    if (pair->low >= 1 - threshold && pair->high <= 1 + threshold)
        return SAME;
    if (pair->low > 1)
        return FASTER;
    return pair->high < 1 ? SLOWER : UNSURE;
}

static int compare_pair(struct pair *pair, const struct rates *base, const struct rates *other,
                        double threshold)
{
    const struct repetition_record *base_rows = rates_of(base, pair->base->point_id, &pair->base_valid);
    const struct repetition_record *other_rows = rates_of(other, pair->other->point_id, &pair->other_valid);
    double *x = take_logs(base_rows, pair->base_valid), *y = take_logs(other_rows, pair->other_valid);
    int failed = !x || !y;
    if (!failed) {
        struct stats_shift shift =
            stats_shift_interval(x, pair->base_valid, y, pair->other_valid, COVERAGE_WANTED);
        pair->ratio = exp(shift.shift);
        pair->low = exp(shift.low);
        pair->high = exp(shift.high);
        pair->coverage = shift.coverage;
        pair->verdict = judge(pair, threshold);
    }
    free(x);
    free(y);
    return failed ? -1 : 0;
}

/* ---- all pairs ---- */

static int by_settings(const void *a, const void *b)
{
    const struct point_record *const *x = a, *const *y = b;
    return strcmp((*x)->settings, (*y)->settings);
}

static const struct point_record **sort_settings(const struct loaded *file)
{
    const struct point_record **sorted = calloc(file->point_count + 1, sizeof(struct point_record *));
    for (size_t i = 0; sorted && i < file->point_count; i++)
        sorted[i] = &file->points[i];
    if (sorted)
        qsort(sorted, file->point_count, sizeof(struct point_record *), by_settings);
    return sorted;
}

/* Pairs in the order of the base file's points. */
static int match(struct comparison *comparison, struct error *error)
{
    const struct loaded *base = comparison->base, *other = comparison->other;
    const struct point_record **sorted = sort_settings(other);
    comparison->pairs = calloc(base->point_count + 1, sizeof *comparison->pairs);
    if (!sorted || !comparison->pairs) {
        free(sorted);
        return error_set(error, "out of memory for the comparison");
    }
    for (size_t i = 0; i < base->point_count; i++) {
        const struct point_record *point = &base->points[i];
        const struct point_record **found =
            bsearch(&point, sorted, other->point_count, sizeof(struct point_record *), by_settings);
        if (found)
            comparison->pairs[comparison->count++] = (struct pair){.base = point, .other = *found};
        else
            comparison->only_base++;
    }
    comparison->only_other = other->point_count - comparison->count;
    free(sorted);
    if (comparison->count == 0) /* to say "nothing is slower" would mislead whoever relies on it */
        return error_set(error, "%.200s: has no point of the same settings as one of %.200s", other->path,
                         base->path);
    return 0;
}

static int compare_all(struct comparison *comparison, const struct rates *base, struct error *error)
{
    struct rates other;
    if (match(comparison, error) || load_rates(comparison->other, &other, error))
        return -1;
    int failed = 0;
    for (size_t i = 0; i < comparison->count && !failed; i++) {
        struct pair *pair = &comparison->pairs[i];
        if (compare_pair(pair, base, &other, comparison->threshold))
            failed = error_set(error, "out of memory for the comparison");
        comparison->verdicts[pair->verdict]++;
    }
    free(other.rows);
    return failed;
}

/* ---- what differs between the files ---- */

static void print_difference(FILE *out, const char *what, const char *base, const char *other)
{
    if (strcmp(base, other) == 0)
        return;
    fprintf(out, "different %s: ", what);
    humane_print(out, base);
    fprintf(out, " -> ");
    humane_print(out, other);
    fputc('\n', out);
}

static void list_hosts(const struct loaded *file, char *text, size_t length)
{
    size_t used = 0;
    *text = '\0';
    for (size_t i = 0; i < file->host_count && used < length; i++)
        used += (size_t)snprintf(text + used, length - used, "%s%s", i ? ", " : "", file->hosts[i].name);
}

static void print_differences(FILE *out, const struct loaded *base, const struct loaded *other)
{
    static const char *const versions[][2] = {
        {"libzmq", "version.libzmq"}, {"MPI", "version.mpi"}, {"zmqsweep", "version.zmqsweep"}};
    char x[512], y[512];
    list_hosts(base, x, sizeof x);
    list_hosts(other, y, sizeof y);
    print_difference(out, "hosts", x, y);
    if (base->host_count && other->host_count) {
        print_difference(out, "processor", base->hosts->cpu_model, other->hosts->cpu_model);
        print_difference(out, "kernel", base->hosts->kernel, other->hosts->kernel);
    }
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const char *before = load_environment(base, versions[i][1]);
        const char *after = load_environment(other, versions[i][1]);
        print_difference(out, versions[i][0], before ? before : "unknown", after ? after : "unknown");
    }
}

/* ---- the table ---- */

#define VALUE_COLUMNS 6

static void set_values(struct layout *layout, size_t row, size_t column, const struct pair *pair)
{
    char cell[CELL];
    static const unsigned char styles[] = {STYLE_GOOD, STYLE_FAILED, STYLE_PLAIN, STYLE_WARNING};
    layout->styles[row] = styles[pair->verdict];
    layout_set(layout, row, column++, config_humane_rate(pair->base->throughput_mbit_s, cell, sizeof cell));
    layout_set(layout, row, column++, config_humane_rate(pair->other->throughput_mbit_s, cell, sizeof cell));
    if (isfinite(pair->ratio))
        snprintf(cell, sizeof cell, "%.3f", pair->ratio);
    else
        snprintf(cell, sizeof cell, "-");
    layout_set(layout, row, column++, cell);
    snprintf(cell, sizeof cell, "[%.3f, %.3f]", pair->low, pair->high);
    layout_set(layout, row, column++, isfinite(pair->low) ? cell : "");
    snprintf(cell, sizeof cell, "%zu+%zu", pair->base_valid, pair->other_valid);
    layout_set(layout, row, column++, cell);
    layout_set(layout, row, column, verdict_names[pair->verdict]);
}

static bool is_shown(const struct dimension *dimension, const struct comparison *comparison)
{
    for (size_t i = 1; i < comparison->count; i++)
        if (dimension_compare(dimension, comparison->pairs[0].base, comparison->pairs[i].base) != 0)
            return true;
    return strcmp(dimension->title, "size") == 0;
}

static int print_table(const struct task *task, const struct comparison *comparison, struct error *error)
{
    static const struct layout_column values[VALUE_COLUMNS] = {{"base", true, 0},  {"new", true, 0},
                                                               {"ratio", true, 0}, {"interval", false, 2},
                                                               {"valid", true, 3}, {"verdict", false, 0}};
    struct layout_column columns[MOST_DIMENSIONS + VALUE_COLUMNS];
    const struct dimension *varying[MOST_DIMENSIONS];
    struct layout layout;
    char cell[CELL];
    size_t count = 0;
    for (size_t i = 0; i < dimension_count; i++)
        if (is_shown(&dimensions[i], comparison))
            varying[count++] = &dimensions[i];
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct layout_column){varying[i]->title, varying[i]->right, varying[i]->rank};
    memcpy(columns + count, values, sizeof values);
    if (layout_make(&layout, columns, count + VALUE_COLUMNS, comparison->count))
        return error_set(error, "out of memory for the table");
    for (size_t row = 0; row < comparison->count; row++) {
        for (size_t i = 0; i < count; i++)
            layout_set(&layout, row, i, dimension_write(varying[i], comparison->pairs[row].base, cell));
        set_values(&layout, row, count, &comparison->pairs[row]);
    }
    layout_fit(&layout, (size_t)task->width);
    layout_print(&layout, task->out, task->colour);
    layout_free(&layout);
    return 0;
}

static void print_summary(FILE *out, const struct comparison *comparison)
{
    fprintf(out, "%zu points: %zu faster, %zu slower, %zu same within %g %%, %zu unsure", comparison->count,
            comparison->verdicts[FASTER], comparison->verdicts[SLOWER], comparison->verdicts[SAME],
            100 * comparison->threshold, comparison->verdicts[UNSURE]);
    if (comparison->only_base)
        fprintf(out, "; %zu only in %s", comparison->only_base, comparison->base->label);
    if (comparison->only_other)
        fprintf(out, "; %zu only in %s", comparison->only_other, comparison->other->label);
    fputc('\n', out);
}

static int print_comparison(const struct task *task, const struct comparison *comparison, struct error *error)
{
    fprintf(task->out, "%s -> %s\n", comparison->base->label, comparison->other->label);
    print_differences(task->out, comparison->base, comparison->other);
    if (print_table(task, comparison, error))
        return -1;
    print_summary(task->out, comparison);
    return 0;
}

/* ---- --csv ---- */

static void print_csv(FILE *out, const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const struct pair *pair = &comparison->pairs[i];
        const double numbers[] = {pair->base->throughput_mbit_s,
                                  pair->other->throughput_mbit_s,
                                  pair->ratio,
                                  pair->low,
                                  pair->high,
                                  pair->coverage};
        csv_text(out, comparison->base->label);
        fputc(',', out);
        csv_text(out, comparison->other->label);
        fputc(',', out);
        csv_text(out, pair->base->settings);
        fprintf(out, ",%" PRId64 ",%" PRId64 ",%zu,%zu", pair->base->point_id, pair->other->point_id,
                pair->base_valid, pair->other_valid);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            fputc(',', out);
            csv_number(out, numbers[k]);
        }
        fprintf(out, ",%s\r\n", verdict_names[pair->verdict]);
    }
}

/* ---- the subcommand ---- */

static int read_threshold(const struct arguments *arguments, double *threshold, struct error *error)
{
    const char *text = arguments_text(arguments, NAME_THRESHOLD);
    char *end = NULL;
    double percent = text ? strtod(text, &end) : THRESHOLD_PERCENT;
    if (text && (end == text || end[strspn(end, " %")] != '\0' || !(percent > 0 && percent < 100)))
        return error_set(
            error, "--threshold: \"%.64s\" is no share; say percent over 0 and under 100, such as 5", text);
    *threshold = percent / 100;
    return 0;
}

static int compare_files(struct task *task, const struct loaded *files, double threshold, size_t *slower,
                         struct error *error)
{
    struct rates base;
    bool csv = arguments_flag(task->arguments, NAME_CSV);
    if (load_rates(&files[0], &base, error))
        return -1;
    if (csv)
        fprintf(task->out, "base,new,settings,base_point_id,new_point_id,base_valid,new_valid,base_mbit_s,"
                           "new_mbit_s,ratio,ratio_low,ratio_high,coverage,verdict\r\n");
    int failed = 0;
    for (int i = 1; i < task->arguments->file_count && !failed; i++) {
        struct comparison comparison = {.base = &files[0], .other = &files[i], .threshold = threshold};
        failed = compare_all(&comparison, &base, error);
        if (!failed && !csv) {
            fputs(i > 1 ? "\n" : "", task->out);
            failed = print_comparison(task, &comparison, error);
        } else if (!failed) {
            print_csv(task->out, &comparison);
        }
        *slower += comparison.verdicts[SLOWER];
        free(comparison.pairs);
    }
    free(base.rows);
    return failed;
}

int run_compare(struct task *task, struct error *error)
{
    struct filter filter;
    struct loaded *files;
    double threshold = 0;
    size_t slower = 0;
    if (filter_read(arguments_text(task->arguments, NAME_WHERE), TABLE_POINTS, &filter, error) ||
        read_threshold(task->arguments, &threshold, error))
        return EXIT_USAGE;
    if (load_all(task->arguments, &filter, &files, error))
        return EXIT_FAILED;
    int failed = compare_files(task, files, threshold, &slower, error);
    load_free_all(files, task->arguments->file_count);
    if (failed)
        return EXIT_FAILED;
    return slower ? EXIT_SLOWER : EXIT_OK;
}
