/* compare_csv.c - comparisons as CSV. */
#include "compare_csv.h"

#include "zmqsweep/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void compare_csv_header(FILE *out)
{
    fprintf(
        out,
        "base,new,settings,base_point_id,new_point_id,base_valid,new_valid,base_mbit_s,new_mbit_s,"
        "ratio,ratio_low,ratio_high,coverage,verdict,base_jobs,new_jobs,p99_ratio,p99_low,p99_"
        "high\r\n");
}

static void print_numbers(FILE *out, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputc(',', out);
        format_csv_number(out, numbers[i]);
    }
}

static void print_csv_row(FILE *out, const struct pair *pair, const char *base, const char *other)
{
    const double rates[] = {pair->base_mbit_s, pair->other_mbit_s, pair->rate.ratio,
                            pair->rate.low,    pair->rate.high,    pair->rate.coverage};
    const double p99[] = {pair->p99.ratio, pair->p99.low, pair->p99.high};
    format_csv_text(out, base);
    fputc(',', out);
    format_csv_text(out, other);
    fputc(',', out);
    format_csv_text(out, pair->base->settings);
    fprintf(out, ",%" PRId64 ",%" PRId64 ",%zu,%zu", pair->base->point_id, pair->other->point_id,
            pair->base_valid, pair->other_valid);
    print_numbers(out, rates, sizeof rates / sizeof *rates);
    fprintf(out, ",%s,%zu,%zu", compare_verdict_name(pair->verdict), pair->base_jobs,
            pair->other_jobs);
    print_numbers(out, p99, sizeof p99 / sizeof *p99);
    fprintf(out, "\r\n");
}

/* Joins the labels of a side's jobs. @return malloc'd text, or NULL. */
static char *join_labels(const struct side *side)
{
    size_t length = 1;
    for (size_t i = 0; i < side->count; i++)
        length += strlen(side->jobs[i].file->label) + 1;
    char *joined = malloc(length), *end = joined;
    for (size_t i = 0; joined && i < side->count; i++)
        end += sprintf(end, "%s%s", i ? " " : "", side->jobs[i].file->label);
    return joined;
}

int compare_csv_print(FILE *out, const struct comparison *comparison, struct error *error)
{
    char *base = join_labels(&comparison->base), *other = join_labels(&comparison->other);
    bool failed = !base || !other;
    for (size_t i = 0; i < comparison->count && !failed; i++)
        print_csv_row(out, &comparison->pairs[i], base, other);
    free(base);
    free(other);
    return failed ? error_set(error, "out of memory for the labels") : 0;
}
