/* socket.c - contexts and sockets: opened, proven ready, read, closed. */
#include "traffic_internal.h"

#include "zmqsweep/pace.h"

#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A receiver that connects reconnects after a day, which is never. With -1 libzmq would end the endpoint when
 * its peer leaves, and throw away what the receiver has not read yet (session_base_t::reconnect). */
#define NEVER_MS 86400000

static int zmq_error(struct error *error, const char *call, const char *what)
{
    return error_set(error, "%s(%s): %s", call, what, zmq_strerror(errno));
}

const char *traffic_library_version(char *text, size_t length)
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    snprintf(text, length, "%d.%d.%d", major, minor, patch);
    return text;
}

static bool publishes(const struct traffic *traffic)
{
    return traffic->role == ROLE_SENDER && traffic->point.pattern == PATTERN_PUB_SUB;
}

static int socket_type(const struct traffic *traffic)
{
    if (traffic->point.pattern == PATTERN_PUB_SUB) {
        return traffic->role == ROLE_SENDER ? ZMQ_XPUB : ZMQ_SUB; /* an XPUB tells who has subscribed */
    }
    if (traffic->point.pattern == PATTERN_PAIR) {
        return ZMQ_PAIR;
    }
    if (traffic->point.pattern == PATTERN_REQ_REP) {
        return traffic->role == ROLE_SENDER ? ZMQ_REQ : ZMQ_REP;
    }
    return traffic->role == ROLE_SENDER ? ZMQ_PUSH : ZMQ_PULL;
}

static int set_int(struct traffic *traffic, int option, int64_t value, const char *name, struct error *error)
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
    const int linger_ms = publishes(traffic) ? (int)(point->timeout_ns / 1000000) : 0;
    const bool sender = traffic->role == ROLE_SENDER;
    int failed = set_int(traffic, ZMQ_SNDHWM, point->sndhwm, "ZMQ_SNDHWM", error) ||
                 set_int(traffic, ZMQ_RCVHWM, point->rcvhwm, "ZMQ_RCVHWM", error) ||
                 set_int(traffic, ZMQ_LINGER, linger_ms, "ZMQ_LINGER", error) ||
                 set_int(traffic, ZMQ_RECONNECT_IVL, sender ? -1 : NEVER_MS, "ZMQ_RECONNECT_IVL", error) ||
                 set_int(traffic, ZMQ_SNDTIMEO, LOOK_AROUND_MS, "ZMQ_SNDTIMEO", error) ||
                 set_int(traffic, ZMQ_RCVTIMEO, LOOK_AROUND_MS, "ZMQ_RCVTIMEO", error) ||
                 set_int(traffic, ZMQ_IPV6, address && strchr(address, ':') != NULL, "ZMQ_IPV6", error);
    if (!failed && point->sndbuf_bytes != OPTION_KEYWORD) {
        failed = set_int(traffic, ZMQ_SNDBUF, point->sndbuf_bytes, "ZMQ_SNDBUF", error);
    }
    if (!failed && point->rcvbuf_bytes != OPTION_KEYWORD) {
        failed = set_int(traffic, ZMQ_RCVBUF, point->rcvbuf_bytes, "ZMQ_RCVBUF", error);
    }
    if (!failed && publishes(traffic)) {
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

static int open_socket(struct traffic *traffic, const char *address, struct error *error)
{
    traffic->context = zmq_ctx_new();
    if (!traffic->context) {
        return zmq_error(error, "zmq_ctx_new", "");
    }
    if (zmq_ctx_set(traffic->context, ZMQ_IO_THREADS, traffic->point.io_threads) < 0) {
        return zmq_error(error, "zmq_ctx_set", "ZMQ_IO_THREADS");
    }
    traffic->socket = zmq_socket(traffic->context, socket_type(traffic));
    if (!traffic->socket) {
        return zmq_error(error, "zmq_socket", "");
    }
    if (set_options(traffic, address, error) || security_admit(traffic, traffic_binds(traffic), error)) {
        return -1;
    }
    traffic->sndhwm = read_hwm(traffic, ZMQ_SNDHWM);
    traffic->rcvhwm = read_hwm(traffic, ZMQ_RCVHWM);
    if (monitor_open(&traffic->monitor, traffic) < 0) {
        return zmq_error(error, "zmq_socket_monitor", "");
    }
    return 0;
}

/* The process's ipc folder and socket while they are there, for a process that has to leave at once. */
static char open_folder[TRAFFIC_ENDPOINT_LENGTH], open_socket_name[TRAFFIC_ENDPOINT_LENGTH + 8];

static void note_folder(const char *folder)
{
    snprintf(open_folder, sizeof open_folder, "%s", folder);
    snprintf(open_socket_name, sizeof open_socket_name, "%s/s", folder);
}

void traffic_remove_ipc(void)
{
    if (open_folder[0]) {
        unlink(open_socket_name); /* libzmq has done so when its context ended */
        rmdir(open_folder);
        open_folder[0] = '\0';
    }
}

/* mkdtemp makes the folder with mode 0700: nobody else gets at the sockets in it. */
static int make_ipc_name(struct traffic *traffic, char *name, size_t length, struct error *error)
{
    const char *base = getenv("TMPDIR");
    int used = snprintf(traffic->folder, sizeof traffic->folder, "%s/zmqsweep-XXXXXX",
                        base && *base ? base : "/tmp");
    if (used < 0 || used > 90) {
        traffic->folder[0] = '\0';
        return error_set(error, "TMPDIR is too long for an ipc socket (90 characters at most): %s", base);
    }
    if (!mkdtemp(traffic->folder)) {
        int rc = error_set(error, "mkdtemp(%s): %s", traffic->folder, strerror(errno));
        traffic->folder[0] = '\0';
        return rc;
    }
    note_folder(traffic->folder);
    snprintf(name, length, "ipc://%s/s", traffic->folder);
    return 0;
}

/* A free port of the range; ranks of one host begin at different places, so that they do not race for the
 * same. */
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
    return error_set(error, "no port of --port-range %d-%d is free on %s", ports.first, ports.last, address);
}

static int bind_name(struct traffic *traffic, const char *name, struct error *error)
{
    return zmq_bind(traffic->socket, name) < 0 ? zmq_error(error, "zmq_bind", name) : 0;
}

static int bind_socket(struct traffic *traffic, const char *address, struct error *error)
{
    char name[TRAFFIC_ENDPOINT_LENGTH + 16];
    size_t length = sizeof traffic->endpoint;
    int rc;
    if (traffic->point.transport == TRANSPORT_IPC) {
        rc = make_ipc_name(traffic, name, sizeof name, error) ? -1 : bind_name(traffic, name, error);
    } else if (traffic->point.ports != OPTION_KEYWORD) {
        rc = bind_in_range(traffic, address, error);
    } else {
        snprintf(name, sizeof name, strchr(address, ':') ? "tcp://[%s]:*" : "tcp://%s:*", address);
        rc = bind_name(traffic, name, error);
    }
    if (rc == 0 && zmq_getsockopt(traffic->socket, ZMQ_LAST_ENDPOINT, traffic->endpoint, &length) < 0) {
        return zmq_error(error, "zmq_getsockopt", "ZMQ_LAST_ENDPOINT");
    }
    return rc;
}

/* The I/O threads begin with the first socket, where this thread then runs; the payload is touched where the
 * loop will. */
static int open_on_cpus(struct traffic *traffic, const char *address, struct error *error)
{
    const struct traffic_cpus *cpus = &traffic->cpus;
    if (cpus->io_bound && affinity_set(&cpus->io)) {
        return error_set(error, "cannot run the I/O threads on the CPUs asked for: %s", strerror(errno));
    }
    if (open_socket(traffic, address, error)) {
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

int traffic_open(const struct point *point, enum role role, const char *address,
                 const struct traffic_cpus *cpus, struct traffic **traffic, struct error *error)
{
    cpu_set_t before;
    struct traffic *made = aligned_alloc(_Alignof(struct traffic), sizeof *made);
    if (!made) {
        return error_set(error, "no memory for a socket");
    }
    memset(made, 0, sizeof *made);
    sem_init(&made->end_news, 0, 0);
    made->point = *point;
    made->role = role;
    made->cpus = *cpus;
    made->peers = role == ROLE_SENDER ? point->receivers_per_sender : point->senders_per_receiver;
    made->timed = point->size_bytes >= TRAFFIC_TIMED_BYTES || pace_is_slow(point->rate_per_s);
    made->limit = point->count ? point->count : INT64_MAX;
    affinity_get(&before);
    int failed = is_stream(made) ? stream_open(made, address, error)
                                 : open_on_cpus(made, address, error) ||
                                       (traffic_binds(made) && bind_socket(made, address, error));
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

int traffic_connect(struct traffic *traffic, const char *endpoint, int32_t rank, struct error *error)
{
    if (traffic_binds(traffic)) {
        return 0;
    }
    if (is_stream(traffic)) {
        return stream_connect(traffic, endpoint, error);
    }
    snprintf(traffic->endpoint, sizeof traffic->endpoint, "%s", endpoint);
    if (security_identify(traffic->socket, traffic->point.security, rank, error)) {
        return -1;
    }
    if (zmq_connect(traffic->socket, endpoint) < 0) {
        return zmq_error(error, "zmq_connect", endpoint);
    }
    return 0;
}

/* Reads the subscriptions that have come: one 0x01 frame per subscriber, thanks to ZMQ_XPUB_VERBOSE. */
static void read_subscriptions(struct traffic *traffic)
{
    unsigned char frame[2];
    while (zmq_recv(traffic->socket, frame, sizeof frame, ZMQ_DONTWAIT) >= 1) {
        traffic->subscriptions += frame[0] == 1;
    }
}

/* Waits for the monitor's events and a publisher's subscriptions. To wait for the socket is also to process
 * its commands, without which a SUB that binds would not send its subscription. */
static void await_news(const struct traffic *traffic)
{
    zmq_pollitem_t items[] = {{traffic->monitor.socket, 0, ZMQ_POLLIN, 0},
                              {traffic->socket, 0, ZMQ_POLLIN, 0}};
    zmq_poll(items, 2, monitor_identifying(&traffic->monitor) ? 1 : NEWS_WAIT_MS);
}

int traffic_ready(struct traffic *traffic, struct error *error)
{
    if (is_stream(traffic)) {
        return stream_ready(traffic, error);
    }
    await_news(traffic);
    monitor_read(&traffic->monitor, 0);
    if (publishes(traffic)) {
        read_subscriptions(traffic);
    }
    if (traffic->monitor.failures > 0) {
        return error_set(error, "%s %s: refused, or the handshake failed (monitor event %d)",
                         traffic_binds(traffic) ? "a peer of" : "connecting to", traffic->endpoint,
                         traffic->monitor.last_event);
    }
    return monitor_identify(&traffic->monitor) &&
           (!publishes(traffic) || traffic->subscriptions >= traffic->peers);
}

void traffic_describe_wait(const struct traffic *traffic, struct error *error)
{
    if (publishes(traffic)) {
        error_set(error, "%d of %d subscriptions came through %s", traffic->subscriptions, traffic->peers,
                  traffic->endpoint);
    } else {
        int length = (int)strcspn(traffic->endpoint, "#"); /* a stream's token is nobody's business */
        error_set(error, "%d of %d handshakes done on %.*s", traffic->monitor.handshakes, traffic->peers,
                  length, traffic->endpoint);
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
    if (is_stream(traffic)) {
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

static double larger(double best, int value)
{
    return isnan(best) || value > best ? value : best;
}

static void read_connection(int fd, struct traffic_connections *all)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    int bytes;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0) {
        all->retransmits = (isnan(all->retransmits) ? 0 : all->retransmits) + info.tcpi_total_retrans;
        all->rtt_us = larger(all->rtt_us, (int)info.tcpi_rtt);
    }
    length = sizeof bytes;
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &length) == 0) {
        all->sndbuf_bytes = larger(all->sndbuf_bytes, bytes);
    }
    length = sizeof bytes;
    if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) == 0) {
        all->rcvbuf_bytes = larger(all->rcvbuf_bytes, bytes);
    }
}

struct traffic_connections traffic_connections(const struct traffic *traffic)
{
    struct traffic_connections all = {NAN, NAN, NAN, NAN, traffic->sndhwm, traffic->rcvhwm};
    for (int i = 0; traffic->monitor.fds && i < traffic->peers; i++) {
        if (traffic->monitor.fds[i] >= 0) {
            read_connection(traffic->monitor.fds[i], &all);
        }
    }
    return all;
}

/* The monitor's sender ends before its reader does: libzmq would wait for a reader that has gone, and lose
 * the event's memory. */
void traffic_close_socket(struct traffic *traffic)
{
    if (traffic->socket) {
        zmq_socket_monitor(traffic->socket, NULL, 0);
        zmq_close(traffic->socket);
        traffic->socket = NULL;
    }
}

void traffic_close(struct traffic **traffic)
{
    struct traffic *closing = *traffic;
    if (!closing) {
        return;
    }
    traffic_stop(closing, INT64_MAX / 2, NULL); /* the loop must not outlive its socket */
    if (closing->shared_made) { /* holds no buffer of a ring, and must not outlive the context's users */
        zmq_msg_close(&closing->shared);
        closing->shared_made = false;
    }
    detach_end(closing);
    stream_close(closing);
    traffic_close_socket(closing);
    monitor_close(&closing->monitor);
    while (closing->context && zmq_ctx_term(closing->context) < 0 && errno == EINTR) {
    }
    security_end(closing);
    payload_free(closing);
    usage_free(&closing->usage);
    free(closing->latency);
    if (closing->folder[0]) {
        note_folder(closing->folder); /* of several in one process, this one */
        traffic_remove_ipc();
    }
    free(closing);
    *traffic = NULL;
}
