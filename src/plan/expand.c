/* expand.c - the product of the dimensions, numbered; a point is computed from its number, never
 * stored. */
#include "expand.h"

#include "baseline.h"

#include <string.h>

/* The dimensions from the slowest to the fastest: sizes run innermost, as a person reads a table.
 */
static const enum option_id dimensions[] = {
    OPTION_PATTERN,
    OPTION_TRANSPORT,
    OPTION_SECURITY,
    OPTION_RECEIVERS_PER_SENDER,
    OPTION_SENDERS_PER_RECEIVER,
    OPTION_PAIRS,
    OPTION_IO_THREADS,
    OPTION_SNDHWM,
    OPTION_RCVHWM,
    OPTION_SNDBUF,
    OPTION_RCVBUF,
    OPTION_SENDER_CPUS,
    OPTION_RECEIVER_CPUS,
    OPTION_RECEIVE_MODE,
    OPTION_SEND_MODE,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_RATE,
    OPTION_SIZE,
};
#define DIMENSIONS (sizeof dimensions / sizeof *dimensions)

/* The number of values in a dimension. In count mode the length of a window is not a dimension. */
static size_t dimension_length(const struct settings *settings, enum option_id id)
{
    if (id == OPTION_DURATION && config_value(settings, OPTION_COUNT) != OPTION_KEYWORD) {
        return 1;
    }
    return settings->items[id].count;
}

int64_t expand_points_per_step(const struct settings *settings)
{
    int64_t points = 1;
    for (size_t i = 0; i < DIMENSIONS && points <= EXPAND_MOST_POINTS; i++) {
        points *= (int64_t)dimension_length(settings, dimensions[i]);
    }
    return points;
}

int64_t expand_layout_stride(const struct settings *settings)
{
    int64_t stride = 1;
    for (size_t i = DIMENSIONS; i-- > 0 && dimensions[i] != OPTION_PAIRS;) {
        stride *= (int64_t)dimension_length(settings, dimensions[i]);
    }
    return stride;
}

int64_t expand_values(const struct plan *plan, int64_t id, int64_t value[OPTION_TOTAL])
{
    for (size_t i = DIMENSIONS; i-- > 0;) {
        enum option_id option = dimensions[i];
        int64_t length = (int64_t)dimension_length(plan->settings, option);
        value[option] = plan->settings->items[option].values[id % length];
        id /= length;
    }
    return id;
}

int64_t plan_auto_hwm(int64_t size_bytes)
{
    int64_t fits = ((int64_t)64 << 20) / size_bytes;
    return fits > 1000 ? 1000 : fits < 4 ? 4 : fits;
}

static int64_t resolved_hwm(int64_t asked, int64_t size_bytes)
{
    return asked == OPTION_KEYWORD ? plan_auto_hwm(size_bytes) : asked;
}

/* Converts the rate that was asked for into messages of `size_bytes` per second; 0 for `max`. */
static double resolved_rate(int64_t asked, int64_t size_bytes)
{
    struct config_rate rate = config_rate(asked);
    if (asked == OPTION_KEYWORD) {
        return 0;
    }
    return rate.bits ? (double)rate.per_s / (8 * (double)size_bytes) : (double)rate.per_s;
}

int32_t expand_all_pairs(const struct plan *plan, const struct point *point)
{
    struct point trial = *point;
    int32_t members = point->receivers_per_sender + point->senders_per_receiver;
    for (trial.pairs = (plan->ranks - 1) / members; trial.pairs > 1; trial.pairs--) {
        struct plan_layout layout;
        if (plan_layout_make(&trial, plan->hosts, plan->ranks, &layout, NULL) == 0) {
            plan_layout_free(&layout);
            break;
        }
    }
    return trial.pairs > 1 ? trial.pairs : 1;
}

static int32_t resolved_pairs(const struct plan *plan, const struct point *point, int64_t asked)
{
    if (point->matrix != MATRIX_OFF) {
        return point->matrix == MATRIX_ALONE ? 1 : plan->matrix_hosts;
    }
    return asked == OPTION_KEYWORD ? expand_all_pairs(plan, point) : (int32_t)asked;
}

static int32_t resolved_placement(const struct plan *plan)
{
    int64_t asked = config_value(plan->settings, OPTION_PLACEMENT);
    if (plan->unplaced) {
        return PLACEMENT_LISTED;
    }
    if (asked != PLACEMENT_AUTO) {
        return (int32_t)asked;
    }
    return plan->host_count > 1 ? PLACEMENT_ACROSS : PLACEMENT_LISTED;
}

/* How often and how long: precision, windows, count. */
static void set_extent(struct point *point, const struct settings *settings,
                       const int64_t value[OPTION_TOTAL])
{
    point->repetitions = (int32_t)config_value(settings, OPTION_REPETITIONS);
    if (config_value(settings, OPTION_PRECISION) != OPTION_KEYWORD) {
        point->repetitions = (int32_t)config_value(settings, OPTION_MAX_REPETITIONS);
        point->min_repetitions = (int32_t)config_value(settings, OPTION_MIN_REPETITIONS);
        point->precision_ppm = (int32_t)config_value(settings, OPTION_PRECISION);
        point->max_time_ns = config_value(settings, OPTION_MAX_TIME);
    }
    if (value[OPTION_COUNT] != OPTION_KEYWORD) {
        point->count = value[OPTION_COUNT];
    } else {
        point->duration_ns = value[OPTION_DURATION];
        point->warmup_ns = config_value(settings, OPTION_WARMUP);
    }
    point->interval_ns = config_value(settings, OPTION_INTERVAL);
    point->timeout_ns = config_value(settings, OPTION_TIMEOUT);
}

/* Who sends to whom, and where: groups, placement, cores. */
static void set_shape(struct point *point, const struct plan *plan,
                      const int64_t value[OPTION_TOTAL])
{
    const struct settings *settings = plan->settings;
    point->bind = (int32_t)config_value(settings, OPTION_BIND);
    point->receivers_per_sender = (int32_t)value[OPTION_RECEIVERS_PER_SENDER];
    point->senders_per_receiver = (int32_t)value[OPTION_SENDERS_PER_RECEIVER];
    point->placement = resolved_placement(plan);
    point->matrix = (int32_t)config_value(settings, OPTION_MATRIX);
    point->pairs = resolved_pairs(plan, point, value[OPTION_PAIRS]);
    point->sender_cpus = value[OPTION_SENDER_CPUS];
    point->receiver_cpus = value[OPTION_RECEIVER_CPUS];
    point->io_cpus = config_value(settings, OPTION_IO_CPUS);
    point->ports = config_value(settings, OPTION_PORT_RANGE);
}

/* What a message is, and how it goes: modes, sizes, queues, buffers, rate. */
static void set_traffic(struct point *point, const struct settings *settings,
                        const int64_t value[OPTION_TOTAL])
{
    point->pattern = (int32_t)value[OPTION_PATTERN];
    point->transport = (int32_t)value[OPTION_TRANSPORT];
    point->security = (int32_t)value[OPTION_SECURITY];
    point->send_mode = (int32_t)value[OPTION_SEND_MODE];
    point->receive_mode = (int32_t)value[OPTION_RECEIVE_MODE];
    point->write_buffer_bytes = config_value(settings, OPTION_WRITE_BUFFER);
    point->io_threads = (int32_t)value[OPTION_IO_THREADS];
    point->size_bytes = value[OPTION_SIZE];
    point->sndhwm = resolved_hwm(value[OPTION_SNDHWM], point->size_bytes);
    point->rcvhwm = resolved_hwm(value[OPTION_RCVHWM], point->size_bytes);
    point->sndbuf_bytes = value[OPTION_SNDBUF];
    point->rcvbuf_bytes = value[OPTION_RCVBUF];
    point->rate_per_s = resolved_rate(value[OPTION_RATE], point->size_bytes);
    point->find_loss_ppb = config_value(settings, OPTION_FIND_RATE);
    if (config_value(settings, OPTION_LATENCY) != OPTION_KEYWORD) {
        point->latency_every = config_value(settings, OPTION_LATENCY);
    }
}

struct point expand_listed(const struct plan *plan, int64_t id)
{
    int64_t value[OPTION_TOTAL] = {0};
    struct point point;
    memset(&point, 0, sizeof point);
    point.step = (int32_t)expand_values(plan, id, value);
    point.id = id;
    set_traffic(&point, plan->settings, value);
    set_shape(&point, plan, value);
    set_extent(&point, plan->settings, value);
    return point;
}

int64_t expand_source_point(const struct plan *plan, int64_t id)
{
    return id < plan->listed ? id : plan->models[id - plan->listed];
}

struct point plan_point(const struct plan *plan, int64_t id)
{
    struct point point = expand_listed(plan, expand_source_point(plan, id));
    if (id >= plan->listed) {
        point = plan_baseline_of(&point);
        point.id = id;
    }
    return point;
}
