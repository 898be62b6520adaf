/* show_columns.c - the columns of the table of points. */
#include "show_columns.h"

#include "analysis/baseline.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

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

/* The title of the share of the baseline. This column is special: it needs the file, not only the
 * point. */
static const char of_tcp[] = "of TCP";

/* The columns of measured values, in the order of the table. */
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
_Static_assert(MEASURE_COUNT + MOST_DIMENSIONS + 1 <= SHOW_COLUMNS_MOST, "raise SHOW_COLUMNS_MOST");

const char *show_columns_cell(const struct loaded *file, const struct show_column *shown,
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
    return measure->write == write_p50 || measure->write == write_p99 ||
           measure->write == write_p999 || measure->write == write_latency_max ||
           measure->write == write_p50_interval || measure->write == write_p99_interval ||
           (measure->name && strcmp(measure->name, "latency_messages") == 0);
}

bool show_columns_have_latency(const struct loaded *file)
{
    bool timed = false;
    for (size_t i = 0; i < file->point_count; i++)
        timed = timed || *file->points[i].latency_kind;
    return timed;
}

/* Whether no point has a value for the column worth showing. Rates per sender matter where a rate
 * was set, shares of TCP and latencies where they were measured, the clocks' uncertainty where
 * there is any. */
static bool is_empty(const struct show_column *measure, const struct loaded *file)
{
    bool paced = false, uncertain = false;
    for (size_t i = 0; i < file->point_count; i++) {
        paced = paced || !isnan(file->points[i].rate_per_s);
        uncertain = uncertain || file->points[i].latency_uncertainty_us > 0;
    }
    return (!paced && (measure->write == write_paced || measure->write == write_sent_rate)) ||
           (measure->name == of_tcp && file->baseline_count == 0) ||
           (is_latency(measure) && !show_columns_have_latency(file)) ||
           (measure->write == write_clocks && !uncertain);
}

size_t show_columns_choose(const struct loaded *file, bool wide,
                           struct show_column chosen[SHOW_COLUMNS_MOST])
{
    size_t count = 0;
    if (wide)
        chosen[count++] = (struct show_column){{"point", true, 0}, true, "point_id", NULL, NULL};
    for (size_t i = 0; i < dimension_count; i++) {
        const struct dimension *dimension = &dimensions[i];
        if (wide || !dimension_is_above(dimension, file))
            chosen[count++] =
                (struct show_column){.grid = {dimension->title, dimension->right, dimension->rank},
                                     .dimension = dimension};
    }
    for (size_t i = 0; i < MEASURE_COUNT; i++)
        if ((wide || !measures[i].detail) && !is_empty(&measures[i], file))
            chosen[count++] = measures[i];
    return count;
}
