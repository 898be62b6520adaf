/* socket.c - a ZeroMQ socket: opened with all options, bound or connected, proven ready, closed. */
#include "socket/socket.h"

#include "socket/ipc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A receiver that connects reconnects after a day, which is never. With -1 libzmq would end the
 * endpoint when its peer closes, and discard what the receiver has not read yet
 * (session_base_t::reconnect). */
#define NEVER_MS 86400000

static int zmq_error(struct error *error, const char *call, const char *what)
{
    return error_set(error, "%s(%s): %s", call, what, zmq_strerror(errno));
}

static int type_of(const struct traffic *traffic)
{
    if (traffic->point.pattern == PATTERN_PUB_SUB) {
        return traffic->role == ROLE_SENDER ? ZMQ_XPUB
                                            : ZMQ_SUB; /* an XPUB receives the subscriptions */
    }
    if (traffic->point.pattern == PATTERN_PAIR) {
        return ZMQ_PAIR;
    }
    if (traffic->point.pattern == PATTERN_REQ_REP) {
        return traffic->role == ROLE_SENDER ? ZMQ_REQ : ZMQ_REP;
    }
    return traffic->role == ROLE_SENDER ? ZMQ_PUSH : ZMQ_PULL;
}

static int set_int(struct traffic *traffic, int option, int64_t value, const char *name,
                   struct error *error)
{
    int small = value > INT32_MAX ? INT32_MAX : (int)value;
    if (zmq_setsockopt(traffic->socket, option, &small, sizeof small) < 0) {
        return zmq_error(error, "zmq_setsockopt", name);
    }
    return 0;
}

/* Every option must be set before bind and connect. */
static int set_options(struct traffic *traffic, const char *address, struct error *error)
{
    const struct point *point = &traffic->point;
    const int linger_ms = traffic_publishes(traffic) ? (int)(point->timeout_ns / 1000000) : 0;
    const bool sender = traffic->role == ROLE_SENDER;
    int failed =
        set_int(traffic, ZMQ_SNDHWM, point->sndhwm, "ZMQ_SNDHWM", error) ||
        set_int(traffic, ZMQ_RCVHWM, point->rcvhwm, "ZMQ_RCVHWM", error) ||
        set_int(traffic, ZMQ_LINGER, linger_ms, "ZMQ_LINGER", error) ||
        set_int(traffic, ZMQ_RECONNECT_IVL, sender ? -1 : NEVER_MS, "ZMQ_RECONNECT_IVL", error) ||
        set_int(traffic, ZMQ_SNDTIMEO, TRAFFIC_CHECK_MS, "ZMQ_SNDTIMEO", error) ||
        set_int(traffic, ZMQ_RCVTIMEO, TRAFFIC_CHECK_MS, "ZMQ_RCVTIMEO", error) ||
        set_int(traffic, ZMQ_IPV6, address && strchr(address, ':') != NULL, "ZMQ_IPV6", error);
    if (!failed && point->sndbuf_bytes != OPTION_KEYWORD) {
        failed = set_int(traffic, ZMQ_SNDBUF, point->sndbuf_bytes, "ZMQ_SNDBUF", error);
    }
    if (!failed && point->rcvbuf_bytes != OPTION_KEYWORD) {
        failed = set_int(traffic, ZMQ_RCVBUF, point->rcvbuf_bytes, "ZMQ_RCVBUF", error);
    }
    if (!failed && traffic_publishes(traffic)) {
        failed = set_int(traffic, ZMQ_XPUB_VERBOSE, 1, "ZMQ_XPUB_VERBOSE", error);
    } else if (!failed && sender && !traffic_binds(traffic)) {
        failed = set_int(traffic, ZMQ_IMMEDIATE, 1, "ZMQ_IMMEDIATE", error);
    }
    if (!failed && !sender && point->pattern == PATTERN_PUB_SUB &&
        zmq_setsockopt(traffic->socket, ZMQ_SUBSCRIBE, "", 0) < 0) {
        return zmq_error(error, "zmq_setsockopt", "ZMQ_SUBSCRIBE");
    }
    return failed ? -1 : 0;
}

static int64_t read_hwm(const struct traffic *traffic, int option)
{
    int value = 0;
    size_t length = sizeof value;
    return zmq_getsockopt(traffic->socket, option, &value, &length) < 0 ? 0 : value;
}

static int watch_connections(struct traffic *traffic, struct error *error)
{
    bool curve = traffic->point.security == SECURITY_CURVE;
    if (monitor_expect(&traffic->monitor, traffic->peers, traffic_binds(traffic), curve) ||
        monitor_open(&traffic->monitor, traffic->context, traffic->socket) < 0) {
        return zmq_error(error, "zmq_socket_monitor", "");
    }
    return 0;
}

int socket_open(struct traffic *traffic, const char *address, struct error *error)
{
    traffic->context = zmq_ctx_new();
    if (!traffic->context) {
        return zmq_error(error, "zmq_ctx_new", "");
    }
    if (zmq_ctx_set(traffic->context, ZMQ_IO_THREADS, traffic->point.io_threads) < 0) {
        return zmq_error(error, "zmq_ctx_set", "ZMQ_IO_THREADS");
    }
    traffic->socket = zmq_socket(traffic->context, type_of(traffic));
    if (!traffic->socket) {
        return zmq_error(error, "zmq_socket", "");
    }
    if (set_options(traffic, address, error) ||
        security_admit(&traffic->handler, traffic->context, traffic->socket, &traffic->point,
                       traffic_binds(traffic), error)) {
        return -1;
    }
    traffic->sndhwm = read_hwm(traffic, ZMQ_SNDHWM);
    traffic->rcvhwm = read_hwm(traffic, ZMQ_RCVHWM);
    return watch_connections(traffic, error);
}

/* Binds a free port of the range. Ranks of one host begin at different places of it, so that they
 * do not compete for the same port. */
static int bind_in_range(struct traffic *traffic, const char *address, struct error *error)
{
    struct config_ports ports = config_ports(traffic->point.ports);
    int span = ports.last - ports.first + 1, start = (int)getpid() % span;
    char name[TRAFFIC_ENDPOINT_LENGTH + 16];
    for (int i = 0; i < span; i++) {
        snprintf(name, sizeof name, strchr(address, ':') ? "tcp://[%s]:%d" : "tcp://%s:%d", address,
                 ports.first + (start + i) % span);
        if (zmq_bind(traffic->socket, name) == 0) {
            return 0;
        }
        if (errno != EADDRINUSE) {
            return zmq_error(error, "zmq_bind", name);
        }
    }
    return error_set(error, "no port of --port-range %d-%d is free on %s", ports.first, ports.last,
                     address);
}

static int bind_name(struct traffic *traffic, const char *name, struct error *error)
{
    return zmq_bind(traffic->socket, name) < 0 ? zmq_error(error, "zmq_bind", name) : 0;
}

int socket_bind(struct traffic *traffic, const char *address, struct error *error)
{
    char name[TRAFFIC_ENDPOINT_LENGTH + 16];
    size_t length = sizeof traffic->endpoint;
    int rc;
    if (traffic->point.transport == TRANSPORT_IPC) {
        rc = ipc_admit_own_user(traffic->socket, error) ||
                     ipc_make_name(name, sizeof name, error) || bind_name(traffic, name, error)
                 ? -1
                 : 0;
    } else if (traffic->point.ports != OPTION_KEYWORD) {
        rc = bind_in_range(traffic, address, error);
    } else {
        snprintf(name, sizeof name, strchr(address, ':') ? "tcp://[%s]:*" : "tcp://%s:*", address);
        rc = bind_name(traffic, name, error);
    }
    if (rc == 0 &&
        zmq_getsockopt(traffic->socket, ZMQ_LAST_ENDPOINT, traffic->endpoint, &length) < 0) {
        return zmq_error(error, "zmq_getsockopt", "ZMQ_LAST_ENDPOINT");
    }
    return rc;
}

int socket_connect(struct traffic *traffic, const char *endpoint, int32_t rank, struct error *error)
{
    snprintf(traffic->endpoint, sizeof traffic->endpoint, "%s", endpoint);
    if (security_identify(traffic->socket, traffic->point.security, rank, error)) {
        return -1;
    }
    return zmq_connect(traffic->socket, endpoint) < 0 ? zmq_error(error, "zmq_connect", endpoint)
                                                      : 0;
}

/* Reads the subscriptions that have come: one 0x01 frame per subscriber, thanks to
 * ZMQ_XPUB_VERBOSE. */
static void read_subscriptions(struct traffic *traffic)
{
    unsigned char frame[2];
    while (zmq_recv(traffic->socket, frame, sizeof frame, ZMQ_DONTWAIT) >= 1) {
        traffic->subscriptions += frame[0] == 1;
    }
}

/* Waits for the monitor's events and a publisher's subscriptions. */
static void await_events(const struct traffic *traffic)
{
    zmq_pollitem_t items[] = {{traffic->monitor.socket, 0, ZMQ_POLLIN, 0},
                              {traffic->socket, 0, ZMQ_POLLIN, 0}};
    zmq_poll(items, 2, monitor_awaits_peers(&traffic->monitor) ? 1 : TRAFFIC_EVENT_WAIT_MS);
}

/* Makes libzmq process its commands, which asking for the socket's events does (zmq_getsockopt(3)).
 * The command that brings a peer's pipe is sent before the event of its handshake. So after that
 * event has been read, it is there, and a SUB that binds sends its subscription. */
static void process_commands(const struct traffic *traffic)
{
    int events;
    size_t length = sizeof events;
    zmq_getsockopt(traffic->socket, ZMQ_EVENTS, &events, &length);
}

int socket_ready(struct traffic *traffic, struct error *error)
{
    await_events(traffic);
    monitor_read(&traffic->monitor, 0);
    process_commands(traffic);
    if (traffic_publishes(traffic)) {
        read_subscriptions(traffic);
    }
    if (traffic->monitor.failures > 0) {
        return error_set(error, "%s %s: refused, or the handshake failed (monitor event %d)",
                         traffic_binds(traffic) ? "a peer of" : "connecting to", traffic->endpoint,
                         traffic->monitor.last_event);
    }
    return monitor_peers_known(&traffic->monitor) &&
           (!traffic_publishes(traffic) || traffic->subscriptions >= traffic->peers);
}

/* Stops the monitor, which sends events, before the socket that reads them is closed. Otherwise
 * libzmq would wait for a closed reader, and leak the event's memory. */
void socket_close(struct traffic *traffic)
{
    if (traffic->socket) {
        zmq_socket_monitor(traffic->socket, NULL, 0);
        zmq_close(traffic->socket);
        traffic->socket = NULL;
    }
}
