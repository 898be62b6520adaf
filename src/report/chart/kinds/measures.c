/* measures.c - the kinds of charts that have a measure, one definition per kind. */
#include "chart/kinds/kind.h"
#include "chart/kinds/lines.h"
#include "chart/kinds/series.h"
#include "chart/kinds/units.h"

#include "zmqsweep/format.h"

#include <math.h>

/* ---- values ---- */

static bool throughput(const struct point_record *point, struct series_point *value)
{
    value->y = point->throughput_mbit_s;
    value->low = point->throughput_low_mbit_s;
    value->high = point->throughput_high_mbit_s;
    return value->y > 0;
}

/* The message rate and its interval, from the throughput's interval: the message size is fixed
 * within a point. */
static bool message_rate(const struct point_record *point, struct series_point *value)
{
    double per_mbit = 1e6 / 8 / (double)point->message_size_bytes;
    value->y = point->message_rate_per_s;
    value->low = point->throughput_low_mbit_s * per_mbit;
    value->high = point->throughput_high_mbit_s * per_mbit;
    return value->y > 0;
}

static bool loss(const struct point_record *point, struct series_point *value)
{
    value->y = 100 * (double)point->lost / (double)point->sent;
    value->low = value->high = NAN;
    return point->sent > 0;
}

static bool cpu(const struct point_record *point, struct series_point *value)
{
    value->y = point->cpu_ns_per_message;
    value->low = value->high = NAN;
    return value->y > 0;
}

static const char *format_mbit_s(double value, char text[CHART_TEXT])
{
    return format_rate(value, text, CHART_TEXT);
}

static const char *format_count(double value, char text[CHART_TEXT])
{
    return format_per_s(value, text, CHART_TEXT);
}

/* ---- which charts the page shows ---- */

static bool has_several_x(const struct chart *chart, const struct kinds_source *source)
{
    (void)source;
    return chart->panels[0].x.tick_count > 1;
}

static bool has_loss(const struct chart *chart, const struct kinds_source *source)
{
    (void)chart;
    for (int i = 0; i < source->file_count; i++)
        for (size_t k = 0; k < source->files[i].point_count; k++)
            if (source->files[i].points[k].lost > 0)
                return true;
    return false;
}

/* ---- the kinds ---- */

#define BEST "Best of each series"

const struct kind kind_size = {
    .name = "size",
    .title = "Delivered throughput over message size",
    .page = 1,
    .make = lines_make,
    .measure = &(const struct measure){.title = "throughput",
                                       .best = BEST,
                                       .log = true,
                                       .has_ceiling = true,
                                       .has_link = true,
                                       .value = throughput,
                                       .format = format_mbit_s,
                                       .unit = units_rate},
};

const struct kind kind_rate = {
    .name = "rate",
    .title = "Message rate over message size",
    .page = 2,
    .make = lines_make,
    .measure = &(const struct measure){.title = "message rate",
                                       .best = BEST,
                                       .log = true,
                                       .has_ceiling = true,
                                       .value = message_rate,
                                       .format = format_count,
                                       .unit = units_count},
};

const struct kind kind_scaling = {
    .name = "scaling",
    .title = "Throughput as pairs are added",
    .page = 3,
    .worth_showing = has_several_x,
    .make = lines_make,
    .measure = &(const struct measure){.title = "throughput",
                                       .best = BEST,
                                       .log = true,
                                       .has_ceiling = true,
                                       .has_link = true,
                                       .over_groups = true,
                                       .value = throughput,
                                       .format = format_mbit_s,
                                       .unit = units_rate},
};

const struct kind kind_loss = {
    .name = "loss",
    .title = "Messages lost over message size",
    .page = 5,
    .worth_showing = has_loss,
    .make = lines_make,
    .measure = &(const struct measure){.title = "lost",
                                       .best = "Worst of each series",
                                       .is_sum = true,
                                       .value = loss,
                                       .format = format_percent,
                                       .unit = units_percent},
};

const struct kind kind_cpu = {
    .name = "cpu",
    .title = "Processor time of all ranks per message",
    .page = 4,
    .make = lines_make,
    .measure = &(const struct measure){.title = "processor time per message",
                                       .best = "Least of each series",
                                       .log = true,
                                       .least_is_best = true,
                                       .value = cpu,
                                       .format = format_nanoseconds,
                                       .unit = units_time},
};
