/* baseline.c - the points of --baseline: what plain TCP sockets carry between the same ranks. */
#include "baseline.h"

#include "zmqsweep/point.h"

/* The dimensions that matter to plain sockets. The others matter to ZeroMQ only. */
static const enum option_id socket_dimensions[] = {
    OPTION_RECEIVERS_PER_SENDER,
    OPTION_SENDERS_PER_RECEIVER,
    OPTION_PAIRS,
    OPTION_SNDBUF,
    OPTION_RCVBUF,
    OPTION_SENDER_CPUS,
    OPTION_RECEIVER_CPUS,
    OPTION_COUNT,
    OPTION_DURATION,
    OPTION_SIZE,
};

static bool matters(enum option_id id)
{
    bool found = false;
    for (size_t i = 0; i < sizeof socket_dimensions / sizeof *socket_dimensions; i++) {
        found = found || socket_dimensions[i] == id;
    }
    return found;
}

bool baseline_has_point_for(const struct settings *settings, const int64_t value[OPTION_TOTAL])
{
    for (int id = 0; id < OPTION_TOTAL; id++) {
        if (config_options[id].list && id != OPTION_TRANSPORT && !matters((enum option_id)id) &&
            value[id] != settings->items[id].values[0]) {
            return false;
        }
    }
    return value[OPTION_TRANSPORT] == TRANSPORT_TCP;
}

struct point plan_baseline_of(const struct point *model)
{
    struct point point = *model;
    point.pattern = PATTERN_STREAM;
    point.transport = TRANSPORT_RAW_TCP;
    point.security = SECURITY_NONE; /* the raw sockets' own token admits only ranks of the run */
    point.send_mode = SEND_CONST;
    point.receive_mode = RECEIVE_COPY;
    point.sndhwm = point.rcvhwm = 0; /* there are no queues, */
    point.io_threads = 0;            /* and no I/O threads */
    point.io_cpus = OPTION_KEYWORD;
    point.rate_per_s = 0; /* no limit: the baseline is the ceiling */
    point.find_loss_ppb = OPTION_KEYWORD;
    point.latency_every = 0; /* plain sockets carry no send times */
    return point;
}
