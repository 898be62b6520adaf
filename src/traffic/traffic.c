/* traffic.c - the interface to one end of the traffic, over ZeroMQ or the baseline's plain
 * sockets. */
#include "zmqsweep/traffic.h"

#include "loop/payload.h"
#include "socket/detach.h"
#include "socket/listener.h"
#include "socket/socket.h"
#include "socket/stream.h"
#include "state/affinity.h"
#include "state/state.h"
#include "zmqsweep/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *traffic_library_version(char *text, size_t length)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    snprintf(text, length, "%d.%d.%d", major, minor, patch);
    return text;
}

/* libzmq starts its I/O threads with the first socket, on this thread's CPUs of that moment. The
 * payload is touched on the loop's CPUs. */
static int open_on_cpus(struct traffic *traffic, const char *address, struct error *error)
{
    const struct traffic_cpus *cpus = &traffic->cpus;
    if (cpus->io_bound && affinity_set(&cpus->io)) {
        return error_set(error, "cannot run the I/O threads on the CPUs asked for: %s",
                         strerror(errno));
    }
    if (socket_open(traffic, address, error)) {
        return -1;
    }
    if (cpus->loop_bound && affinity_set(&cpus->loop)) {
        return error_set(error, "cannot run on the CPUs asked for: %s", strerror(errno));
    }
    if (latency_open(traffic)) {
        return error_set(error, "no memory for the times of messages");
    }
    return payload_make(traffic, error);
}

static int open_stream(struct traffic *traffic, const char *address, struct error *error)
{
    if (stream_make(traffic)) {
        return error_set(error, "no memory for %d connections", traffic->peers);
    }
    if (traffic->cpus.loop_bound && affinity_set(&traffic->cpus.loop)) {
        return error_set(error, "cannot run on the CPUs asked for: %s", strerror(errno));
    }
    if (payload_make(traffic, error)) {
        return -1;
    }
    return traffic_binds(traffic) ? listener_open(traffic, address, error) : 0;
}

static int open_end(struct traffic *traffic, const char *address, struct error *error)
{
    if (traffic_is_stream(traffic)) {
        return open_stream(traffic, address, error);
    }
    if (open_on_cpus(traffic, address, error)) {
        return -1;
    }
    return traffic_binds(traffic) ? socket_bind(traffic, address, error) : 0;
}

/* @return NULL when memory is out. */
static struct traffic *make_traffic(const struct point *point, enum role role,
                                    const struct traffic_cpus *cpus)
{
    struct traffic *made = aligned_alloc(_Alignof(struct traffic), sizeof *made);
    if (!made) {
        return NULL;
    }
    memset(made, 0, sizeof *made);
    sem_init(&made->end_posted, 0, 0);
    made->point = *point;
    made->role = role;
    made->cpus = *cpus;
    made->peers = role == ROLE_SENDER ? point->receivers_per_sender : point->senders_per_receiver;
    made->timed = point->size_bytes >= TRAFFIC_TIMED_BYTES || pace_is_slow(point->rate_per_s);
    made->limit = point->count ? point->count : INT64_MAX;
    return made;
}

int traffic_open(const struct point *point, enum role role, const char *address,
                 const struct traffic_cpus *cpus, struct traffic **traffic, struct error *error)
{
    cpu_set_t before;
    struct traffic *made = make_traffic(point, role, cpus);
    if (!made) {
        return error_set(error, "no memory for a socket");
    }
    affinity_get(&before);
    int failed = open_end(made, address, error);
    if (cpus->loop_bound || cpus->io_bound) {
        affinity_set(&before);
    }
    if (failed) {
        traffic_close(&made);
        return -1;
    }
    *traffic = made;
    return 0;
}

const char *traffic_endpoint(const struct traffic *traffic)
{
    return traffic->endpoint;
}

int traffic_connect(struct traffic *traffic, const char *endpoint, int32_t rank,
                    struct error *error)
{
    if (traffic_binds(traffic)) {
        return 0;
    }
    if (traffic_is_stream(traffic)) {
        return stream_connect(traffic, endpoint, error);
    }
    return socket_connect(traffic, endpoint, rank, error);
}

int traffic_ready(struct traffic *traffic, struct error *error)
{
    return traffic_is_stream(traffic) ? stream_ready(traffic, error) : socket_ready(traffic, error);
}

void traffic_describe_wait(const struct traffic *traffic, struct error *error)
{
    if (traffic_publishes(traffic)) {
        error_set(error, "%d of %d subscriptions came through %s", traffic->subscriptions,
                  traffic->peers, traffic->endpoint);
    } else {
        int length = (int)strcspn(traffic->endpoint, "#"); /* a stream's token is secret */
        error_set(error, "%d of %d handshakes done on %.*s", traffic->monitor.handshakes,
                  traffic->peers, length, traffic->endpoint);
    }
}

void traffic_read_events(struct traffic *traffic, int wait_ms)
{
    monitor_read(&traffic->monitor, wait_ms);
}

int traffic_reconnects(const struct traffic *traffic)
{
    const struct monitor *monitor = &traffic->monitor;
    int made = monitor->binds ? monitor->handshakes : monitor->connections;
    return (made > traffic->peers ? made - traffic->peers : 0) + monitor->disconnections;
}

int traffic_strangers(const struct traffic *traffic)
{
    const struct monitor *monitor = &traffic->monitor;
    if (traffic_is_stream(traffic)) {
        return stream_strangers(traffic);
    }
    return monitor->binds && monitor->connections > monitor->handshakes
               ? monitor->connections - monitor->handshakes
               : 0;
}

bool traffic_peers_gone(const struct traffic *traffic)
{
    return traffic->monitor.disconnections >= traffic->peers;
}

void traffic_close(struct traffic **traffic)
{
    struct traffic *closing = *traffic;
    if (!closing) {
        return;
    }
    traffic_stop(closing, INT64_MAX / 2, NULL); /* the loop must not outlive its socket */
    if (closing->shared_made) { /* it refers to no buffer of a ring, and is closed before the
                                   context's users end */
        zmq_msg_close(&closing->shared);
        closing->shared_made = false;
    }
    detach_end(closing);
    stream_close(closing);
    socket_close(closing);
    monitor_close(&closing->monitor);
    while (closing->context && zmq_ctx_term(closing->context) < 0 && errno == EINTR) {
    }
    security_end(&closing->handler);
    payload_free(closing);
    usage_free(&closing->usage);
    free(closing->latency);
    free(closing);
    *traffic = NULL;
}
