/* repetition.c - one repetition on one rank: order, open, ready, flow, drain, close. The same steps on every
 * rank. */
#include "sweep_internal.h"

#include "zmqsweep/histogram.h"
#include "zmqsweep/traffic_latency.h"
#include "zmqsweep/traffic_write.h"

#include <stdlib.h>
#include <string.h>

/* From the ready tally to the common start: the time that the slowest rank may take to learn of it. */
#define START_MARGIN_NS 1000000
#define START_MARGIN_PER_RANK_NS ((int64_t)50000)
#define STUCK_NS 1500000000

/* What a rank that binds tells the others. */
struct card {
    char endpoint[TRAFFIC_ENDPOINT_LENGTH];
};

void repetition_fail(struct repetition *repetition, const struct error *error)
{
    if (!repetition->outcome.failed) {
        repetition->outcome.failed = 1;
        snprintf(repetition->outcome.message, sizeof repetition->outcome.message, "%.*s",
                 (int)sizeof repetition->outcome.message - 1, error->text);
    }
}

/* A thread that cannot be stopped keeps its socket, and the rank cannot go on. After a wait that was in vain
 * there is little left of the time in which the job is to end. */
static int64_t patience_ns(const struct repetition *repetition)
{
    int64_t timeout_ns = repetition->order.point.timeout_ns;
    return repetition->outcome.timed_out && timeout_ns > STUCK_NS ? STUCK_NS : timeout_ns;
}

static void note_end(const struct cluster *cluster, struct repetition *repetition,
                     const struct traffic *traffic, const struct error *error)
{
    if (traffic_is_running(traffic)) {
        cluster_fail(cluster, error->text);
    }
    repetition_fail(repetition, error);
}

void repetition_stop_loop(const struct cluster *cluster, struct repetition *repetition,
                          struct traffic *traffic)
{
    struct error error = {""};
    if (traffic_stop(traffic, patience_ns(repetition), &error)) {
        note_end(cluster, repetition, traffic, &error);
    }
}

void repetition_end_sending(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic)
{
    struct error error = {""};
    if (traffic_end_sending(traffic, patience_ns(repetition), &error)) {
        note_end(cluster, repetition, traffic, &error);
    }
}

/* Repetitions of a point, and often points, sit in the same places. */
static void take_seats(struct cluster *cluster, struct repetition *repetition)
{
    struct error error = {""};
    if (repetition->layout.assignments &&
        plan_same_layout(&repetition->layout_point, &repetition->order.point)) {
        return;
    }
    plan_layout_free(&repetition->layout);
    if (plan_layout_make(&repetition->order.point, cluster_hosts(cluster), cluster_size(cluster),
                         &repetition->layout, &error)) {
        log_line(LOG_ERROR, "%s", error.text); /* rank 0 has seated the same point before */
        cluster_abort(EXIT_FAILED);
    }
    repetition->layout_point = repetition->order.point;
}

static void reset_outcome(struct cluster *cluster, struct repetition *repetition)
{
    take_seats(cluster, repetition);
    struct plan_assignment seat = repetition->layout.assignments[cluster_rank(cluster)];
    memset(&repetition->outcome, 0, sizeof repetition->outcome);
    memset(&repetition->timeline, 0, sizeof repetition->timeline);
    repetition->ran = repetition->stopped = false;
    repetition->outcome.role = seat.role;
    repetition->outcome.group = seat.group;
}

static int find_cpus(struct cluster *cluster, const struct point *point, enum role role,
                     struct traffic_cpus *cpus, struct error *error)
{
    int64_t loop = role == ROLE_SENDER ? point->sender_cpus : point->receiver_cpus;
    int64_t io = point->io_cpus == OPTION_KEYWORD ? loop : point->io_cpus;
    memset(cpus, 0, sizeof *cpus);
    cpus->loop_bound = loop != OPTION_KEYWORD;
    cpus->io_bound = io != OPTION_KEYWORD;
    return (cpus->loop_bound && cluster_resolve_cpus(cluster, loop, &cpus->loop, error)) ||
                   (cpus->io_bound && cluster_resolve_cpus(cluster, io, &cpus->io, error))
               ? -1
               : 0;
}

static struct traffic *open_traffic(struct cluster *cluster, struct repetition *repetition)
{
    const struct point *point = &repetition->order.point;
    const char *address = cluster_member(cluster, cluster_rank(cluster))->address;
    enum role role = (enum role)repetition->outcome.role;
    struct traffic *traffic = NULL;
    struct traffic_cpus cpus;
    struct error error = {""};
    if (role != ROLE_IDLE && (find_cpus(cluster, point, role, &cpus, &error) ||
                              traffic_open(point, role, address, &cpus, &traffic, &error))) {
        repetition_fail(repetition, &error);
    }
    if (traffic) {
        int32_t host = cluster_member(cluster, cluster_rank(cluster))->host;
        traffic_set_clock(traffic, cluster_host_clock(cluster, host).offset_ns);
    }
    return traffic;
}

/* Rank of the i-th peer of this rank's group, among those at the other end. */
static int32_t peer_rank(const struct repetition *repetition, int32_t index)
{
    return repetition->outcome.role == ROLE_SENDER
               ? plan_layout_receiver(&repetition->layout, repetition->outcome.group, index)
               : plan_layout_sender(&repetition->layout, repetition->outcome.group, index);
}

static int32_t peer_count(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_SENDER ? repetition->layout.receivers
                                                   : repetition->layout.senders;
}

/* The side that connects goes to every peer of its group that bound. */
static void connect_peers(struct repetition *repetition, struct traffic *traffic, const int32_t *peers,
                          const struct card *cards)
{
    bool sender = repetition->outcome.role == ROLE_SENDER;
    struct error error = {""};
    if (!traffic || sender != (repetition->order.point.bind == BIND_RECEIVER)) {
        return;
    }
    for (int32_t i = 0; i < peer_count(repetition); i++) {
        if (!*cards[i].endpoint) {
            error_set(&error, "rank %d has no endpoint to connect to", peers[i]);
            repetition_fail(repetition, &error);
        } else if (traffic_connect(traffic, cards[i].endpoint, peers[i], &error)) {
            repetition_fail(repetition, &error);
        }
    }
}

/* Within the group and no further: what it costs does not depend on how many ranks the job has. */
static void exchange_endpoints(struct cluster *cluster, struct repetition *repetition,
                               struct traffic *traffic)
{
    int32_t count = repetition->outcome.role == ROLE_IDLE ? 0 : peer_count(repetition);
    struct card mine, *cards = calloc((size_t)count + 1, sizeof *cards);
    int32_t *peers = calloc((size_t)count + 1, sizeof *peers);
    memset(&mine, 0, sizeof mine);
    if (!cards || !peers) {
        log_line(LOG_ERROR, "no memory for the endpoints of %d ranks", count);
        cluster_abort(EXIT_FAILED);
    }
    for (int32_t i = 0; i < count; i++) {
        peers[i] = peer_rank(repetition, i);
    }
    if (traffic) {
        snprintf(mine.endpoint, sizeof mine.endpoint, "%s", traffic_endpoint(traffic));
    }
    cluster_set_phase(cluster, "exchanging endpoints");
    cluster_exchange(cluster, peers, count, &mine, cards, sizeof mine);
    connect_peers(repetition, traffic, peers, cards);
    free(peers);
    free(cards);
}

/* "0 of 1 handshakes done on tcp://10.0.0.3:43210; this end is 10.0.0.2, the other is rank 3 on n3
 * (10.0.0.3)" */
static void describe_ends(const struct cluster *cluster, const struct repetition *repetition,
                          struct error *error)
{
    struct error what = *error;
    const struct cluster_member *self = cluster_member(cluster, cluster_rank(cluster));
    char peers[256] = "";
    size_t used = 0;
    for (int32_t i = 0; i < peer_count(repetition) && used < sizeof peers; i++) {
        const struct cluster_member *peer = cluster_member(cluster, peer_rank(repetition, i));
        used += (size_t)snprintf(peers + used, sizeof peers - used, "%srank %d on %s (%s)", i ? ", " : "",
                                 peer_rank(repetition, i), cluster_host(cluster, peer->host)->name,
                                 peer->address);
    }
    error_set(error, "%.120s; this end is %s, the other is %.200s", what.text, self->address, peers);
}

/* Proves that all peers are there, until the timeout. */
static void await_ready(const struct cluster *cluster, struct repetition *repetition, struct traffic *traffic)
{
    struct error error = {""};
    int64_t deadline = traffic_clock_ns() + repetition->order.point.timeout_ns;
    int ready = 0;
    while (traffic && !repetition->outcome.failed && !ready && !stop_asked()) {
        ready = traffic_ready(traffic, &error);
        if (ready == 0 && traffic_clock_ns() > deadline) {
            traffic_describe_wait(traffic, &error);
            repetition->outcome.timed_out = 1;
            ready = -1;
        }
        if (ready < 0) {
            describe_ends(cluster, repetition, &error);
            repetition_fail(repetition, &error);
        }
    }
}

/* All ranks learn whether all are ready, and when to start. */
static void agree_start(struct cluster *cluster, struct repetition *repetition)
{
    struct cluster_totals tally;
    if (repetition->hold) {
        repetition->hold(repetition->hold_data, &repetition->order.point);
    }
    memset(&tally, 0, sizeof tally);
    tally.max[MAX_FAILED] = repetition->outcome.failed;
    tally.max[MAX_STOP] = flow_stop_wanted(cluster);
    tally.max[MAX_NOW] = cluster_to_coordinator_ns(cluster, traffic_clock_ns());
    cluster_set_phase(cluster, "getting ready");
    cluster_allreduce(cluster, &tally);
    repetition->timeline.start_ns =
        tally.max[MAX_NOW] + START_MARGIN_NS + START_MARGIN_PER_RANK_NS * cluster_size(cluster);
    repetition->stopped = tally.max[MAX_STOP] > 0;
    repetition->ran = !tally.max[MAX_FAILED] && !repetition->stopped;
}

static void take_latencies(struct repetition *repetition, const struct traffic *traffic)
{
    if (!repetition->order.point.latency_every) {
        return;
    }
    if (!repetition->times) {
        repetition->times = malloc(HISTOGRAM_BUCKETS * sizeof *repetition->times);
    }
    if (!repetition->times) {
        log_line(LOG_ERROR, "no memory for latencies");
        cluster_abort(EXIT_FAILED);
    }
    repetition->outcome.times_count = (int32_t)traffic_latency(traffic, repetition->times);
    repetition->outcome.latency_lowest_ns = traffic_latency_lowest_ns(traffic);
}

/* Ends the loop and takes down what only the loop knew. */
static void close_traffic(struct cluster *cluster, struct repetition *repetition, struct traffic **traffic)
{
    struct outcome *outcome = &repetition->outcome;
    struct error error = {""};
    if (!*traffic) {
        return;
    }
    repetition_stop_loop(cluster, repetition, *traffic);
    if (!repetition->stopped && repetition->ran && traffic_check_file(*traffic, &error)) {
        repetition_fail(repetition, &error);
    }
    if (repetition->order.point.count) {
        outcome->sync_ns = traffic_sync_ns(*traffic);
    }
    outcome->count = traffic_count(*traffic);
    outcome->foreign = traffic_foreign(*traffic);
    outcome->started_ns = cluster_to_coordinator_ns(cluster, traffic_started_ns(*traffic));
    outcome->first_ns =
        traffic_first_ns(*traffic) ? cluster_to_coordinator_ns(cluster, traffic_first_ns(*traffic)) : 0;
    outcome->last_ns =
        traffic_last_ns(*traffic) ? cluster_to_coordinator_ns(cluster, traffic_last_ns(*traffic)) : 0;
    outcome->peak_rss_bytes = peak_rss_bytes();
    take_latencies(repetition, *traffic);
    traffic_close(traffic);
}

void repetition_run(struct cluster *cluster, struct repetition *repetition)
{
    reset_outcome(cluster, repetition);
    repetition->timeline.ordered_ns = cluster_to_coordinator_ns(cluster, traffic_clock_ns());
    peak_rss_reset();
    struct traffic *traffic = open_traffic(cluster, repetition);
    const char *opened = traffic ? traffic_endpoint(traffic) : "nothing (idle)";
    log_line(LOG_DEBUG, "point %lld repetition %d: opened %.*s", (long long)repetition->order.point.id,
             repetition->order.repetition, (int)strcspn(opened, "#"),
             opened); /* the token stays between peers */
    exchange_endpoints(cluster, repetition, traffic);
    await_ready(cluster, repetition, traffic);
    log_line(LOG_DEBUG, "ready%s%s", repetition->outcome.failed ? ": not: " : "",
             repetition->outcome.message);
    agree_start(cluster, repetition);
    if (repetition->ran) {
        flow_run(cluster, repetition, traffic);
        log_line(LOG_DEBUG, "stopped after %lld messages", traffic ? (long long)traffic_count(traffic) : 0LL);
        if (!repetition->stopped) {
            drain_run(cluster, repetition, traffic);
            log_line(LOG_DEBUG, "drained: %lld messages", traffic ? (long long)traffic_count(traffic) : 0LL);
        }
    }
    repetition->outcome.interrupted = repetition->stopped;
    close_traffic(cluster, repetition, &traffic);
    log_line(LOG_DEBUG, "closed");
    cluster_set_phase(cluster, "gathering results");
}

void repetition_free(struct repetition *repetition)
{
    plan_layout_free(&repetition->layout);
    free(repetition->intervals);
    free(repetition->times);
    repetition->intervals = NULL;
    repetition->times = NULL;
}
