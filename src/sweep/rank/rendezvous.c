/* rendezvous.c - before the traffic: opens sockets, exchanges endpoints, connects, waits until all
 * are ready, and agrees on the start. */
#include "rank/rendezvous.h"

#include "process/log.h"
#include "process/stop.h"
#include "rank/tally.h"

#include "zmqsweep/traffic_latency.h"

#include <stdlib.h>
#include <string.h>

/* The time from the tally of readiness to the common start, in which the slowest rank must learn of
 * it. */
#define START_MARGIN_NS 1000000
#define START_MARGIN_PER_RANK_NS ((int64_t)50000)

/* What a rank that binds sends to its peers. */
struct endpoint {
    char text[TRAFFIC_ENDPOINT_LENGTH];
};

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

struct traffic *rendezvous_open(struct cluster *cluster, struct repetition *repetition)
{
    const struct point *point = &repetition->order.point;
    const char *address = cluster_member(cluster, cluster_rank(cluster))->address;
    enum role role = (enum role)repetition->outcome.role;
    struct traffic *traffic = NULL;
    struct traffic_cpus cpus;
    struct error error = {""};
    if (role != ROLE_IDLE && (find_cpus(cluster, point, role, &cpus, &error) ||
                              traffic_open(point, role, address, &cpus, &traffic, &error))) {
        outcome_fail(&repetition->outcome, &error);
    }
    if (traffic) {
        int32_t host = cluster_member(cluster, cluster_rank(cluster))->host;
        traffic_set_clock(traffic, cluster_host_clock(cluster, host).offset_ns);
    }
    return traffic;
}

/* The rank of peer number `index` at the other end of this rank's group. */
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

/* On the side that connects: connects to every peer of the group. */
static void connect_peers(struct repetition *repetition, struct traffic *traffic,
                          const int32_t *peers, const struct endpoint *endpoints)
{
    bool sender = repetition->outcome.role == ROLE_SENDER;
    struct error error = {""};
    if (!traffic || sender != (repetition->order.point.bind == BIND_RECEIVER)) {
        return;
    }
    for (int32_t i = 0; i < peer_count(repetition); i++) {
        if (!*endpoints[i].text) {
            error_set(&error, "rank %d has no endpoint to connect to", peers[i]);
            outcome_fail(&repetition->outcome, &error);
        } else if (traffic_connect(traffic, endpoints[i].text, peers[i], &error)) {
            outcome_fail(&repetition->outcome, &error);
        }
    }
}

/* Ranks exchange endpoints within their group only, so that the cost does not grow with the number
 * of ranks. */
void rendezvous_connect(struct cluster *cluster, struct repetition *repetition,
                        struct traffic *traffic)
{
    int32_t count = repetition->outcome.role == ROLE_IDLE ? 0 : peer_count(repetition);
    struct endpoint mine, *endpoints = calloc((size_t)count + 1, sizeof *endpoints);
    int32_t *peers = calloc((size_t)count + 1, sizeof *peers);
    memset(&mine, 0, sizeof mine);
    if (!endpoints || !peers) {
        log_line(LOG_ERROR, "no memory for the endpoints of %d ranks", count);
        cluster_abort(EXIT_FAILED);
    }
    for (int32_t i = 0; i < count; i++) {
        peers[i] = peer_rank(repetition, i);
    }
    if (traffic) {
        snprintf(mine.text, sizeof mine.text, "%s", traffic_endpoint(traffic));
    }
    cluster_set_phase(cluster, "exchanging endpoints");
    cluster_exchange(cluster, peers, count, &mine, endpoints, sizeof mine);
    connect_peers(repetition, traffic, peers, endpoints);
    free(peers);
    free(endpoints);
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
        used += (size_t)snprintf(peers + used, sizeof peers - used, "%srank %d on %s (%s)",
                                 i ? ", " : "", peer_rank(repetition, i),
                                 cluster_host(cluster, peer->host)->name, peer->address);
    }
    error_set(error, "%.120s; this end is %s, the other is %.200s", what.text, self->address,
              peers);
}

void rendezvous_await_ready(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic)
{
    struct error error = {""};
    int64_t deadline = traffic_clock_ns() + repetition->order.point.timeout_ns;
    int ready = 0;
    while (traffic && !repetition->outcome.failed && !ready && !stop_requested()) {
        ready = traffic_ready(traffic, &error);
        if (ready == 0 && traffic_clock_ns() > deadline) {
            traffic_describe_wait(traffic, &error);
            repetition->outcome.timed_out = 1;
            ready = -1;
        }
        if (ready < 0) {
            describe_ends(cluster, repetition, &error);
            outcome_fail(&repetition->outcome, &error);
        }
    }
}

void rendezvous_agree_start(struct cluster *cluster, struct repetition *repetition)
{
    struct cluster_totals tally;
    if (repetition->before_traffic) {
        repetition->before_traffic(repetition->before_traffic_data, &repetition->order.point);
    }
    memset(&tally, 0, sizeof tally);
    tally.max[TALLY_FAILED] = repetition->outcome.failed;
    tally.max[TALLY_STOP] = tally_stop_requested(cluster);
    tally.max[TALLY_NOW] = cluster_to_coordinator_ns(cluster, traffic_clock_ns());
    cluster_set_phase(cluster, "getting ready");
    cluster_allreduce(cluster, &tally);
    repetition->timeline.start_ns =
        tally.max[TALLY_NOW] + START_MARGIN_NS + START_MARGIN_PER_RANK_NS * cluster_size(cluster);
    repetition->stopped = tally.max[TALLY_STOP] > 0;
    repetition->ran = !tally.max[TALLY_FAILED] && !repetition->stopped;
}
