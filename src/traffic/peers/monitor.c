/* monitor.c - the socket monitor: its handshake events prove readiness, and the file descriptors in
 * its events identify the connections. */
#include "peers/monitor.h"

#include "clock.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zmq.h>

#define MONITOR_ADDRESS "inproc://monitor"
/* The longest time to look for the peers' connections. A peer whose connection is not found by then
 * has lost it. */
#define SETTLE_NS INT64_C(1000000000)
/* The most bytes that are sent to a stranger (RFC 23, 24, 26): greeting, WELCOME, and an ERROR with
 * ZAP's three digits. A peer gets a READY in place of the ERROR. It is longer, since it names the
 * socket's type. */
#define GREETING_BYTES 64
#define PLAIN_WELCOME_BYTES 10
#define CURVE_WELCOME_BYTES 170
#define ERROR_BYTES 12
#define FAILURE_EVENTS                                                                             \
    (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                  \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
/* The monitor reports no other events, since each wakes the thread that reads them. */
#define EVENTS                                                                                     \
    (ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                    \
     ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED | FAILURE_EVENTS)

int monitor_expect(struct monitor *monitor, int peers, bool binds, bool curve)
{
    monitor->peers = peers;
    monitor->binds = binds;
    monitor->refused_bytes =
        GREETING_BYTES + ERROR_BYTES + (curve ? CURVE_WELCOME_BYTES : PLAIN_WELCOME_BYTES);
    monitor->fds = malloc((size_t)peers * sizeof *monitor->fds);
    for (int i = 0; monitor->fds && i < peers; i++) {
        monitor->fds[i] = -1;
    }
    return monitor->fds ? 0 : -1;
}

int monitor_open(struct monitor *monitor, void *context, void *socket)
{
    const int unlimited =
        0; /* with a limit, libzmq's I/O thread would block until the reader reads */
    if (zmq_socket_monitor(socket, MONITOR_ADDRESS, EVENTS) < 0) {
        return -1;
    }
    monitor->socket = zmq_socket(context, ZMQ_PAIR);
    if (!monitor->socket ||
        zmq_setsockopt(monitor->socket, ZMQ_RCVHWM, &unlimited, sizeof unlimited) < 0) {
        return -1;
    }
    return zmq_connect(monitor->socket, MONITOR_ADDRESS);
}

static bool replace_fd(struct monitor *monitor, int from, int to)
{
    for (int i = 0; i < monitor->peers; i++) {
        if (monitor->fds[i] == from) {
            monitor->fds[i] = to;
            return true;
        }
    }
    return false;
}

/* On the side that connects every connection is a peer's. */
static void note_connecting(struct monitor *monitor, int event, int value)
{
    if (event == ZMQ_EVENT_CONNECTED) {
        monitor->connections++;
        replace_fd(monitor, -1, value);
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
        monitor->disconnections++;
        replace_fd(monitor, value, -1);
    } else if (event == ZMQ_EVENT_CLOSED || (event & FAILURE_EVENTS)) {
        monitor->failures++;
    }
}

/* ---- the side that binds: which connection is a peer's? ---- */

/* Notes an open connection, once per descriptor. With several I/O threads, the event of a
 * connection's start may come after that of its end. If the next connection then has the same
 * descriptor, it is in the list already. */
static void add_open(struct monitor *monitor, int fd)
{
    for (int i = 0; i < monitor->open_count; i++) {
        if (monitor->open[i] == fd) {
            return;
        }
    }
    if (monitor->open_count == monitor->open_room) {
        int room = 2 * monitor->open_room + monitor->peers;
        int *larger = realloc(monitor->open, (size_t)room * sizeof *larger);
        if (!larger) {
            return; /* at worst a peer's connection stays unknown, and counts as lost */
        }
        monitor->open = larger;
        monitor->open_room = room;
    }
    monitor->open[monitor->open_count++] = fd;
}

static void remove_open(struct monitor *monitor, int fd)
{
    for (int i = 0; i < monitor->open_count; i++) {
        if (monitor->open[i] == fd) {
            memmove(&monitor->open[i], &monitor->open[i + 1],
                    (size_t)(--monitor->open_count - i) * sizeof *monitor->open);
            return;
        }
    }
}

/* A failed handshake is not counted here: it may be a stranger's, and a peer notices its own
 * failure at its end. What is not accepted is another user's connection to an ipc socket. */
static void note_binding(struct monitor *monitor, int event, int value)
{
    if (event == ZMQ_EVENT_ACCEPTED) {
        monitor->connections++;
        if (!monitor->settled) {
            add_open(monitor, value);
        }
    } else if (event == ZMQ_EVENT_ACCEPT_FAILED) {
        monitor->connections++;
    } else if (event == ZMQ_EVENT_DISCONNECTED && !monitor->settled) {
        remove_open(monitor, value);
    } else if (event == ZMQ_EVENT_DISCONNECTED && replace_fd(monitor, value, -1)) {
        monitor->disconnections++;
    }
}

/* Were more bytes sent on this connection than a stranger gets? A stranger cannot change that
 * number: bytes that it sends, or does not acknowledge, are not counted. An ipc socket has no such
 * number, but other users' connections to it are closed when they are accepted. */
static bool is_peer(const struct monitor *monitor, int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) {
        return errno != EBADF && errno != ENOTSOCK; /* closed */
    }
    uint64_t sent = info.tcpi_bytes_sent ? info.tcpi_bytes_sent - info.tcpi_bytes_retrans
                                         : info.tcpi_bytes_acked; /* kernels before 4.19 */
    return sent > (uint64_t)monitor->refused_bytes;
}

/* Finds the peers among the open connections, the oldest first. @return how many were found, at
 * most `peers`. */
static int find_peers(struct monitor *monitor)
{
    int found = 0;
    for (int i = 0; i < monitor->open_count && found < monitor->peers; i++) {
        if (is_peer(monitor, monitor->open[i])) {
            monitor->fds[found++] = monitor->open[i];
        }
    }
    return found;
}

bool monitor_awaits_peers(const struct monitor *monitor)
{
    return monitor->binds && !monitor->settled && monitor->handshakes >= monitor->peers;
}

/* libzmq's event of a successful handshake does not name the connection. The event comes just
 * before the READY is sent, and with several I/O threads perhaps before the event that the
 * connection was accepted. */
bool monitor_peers_known(struct monitor *monitor)
{
    if (!monitor_awaits_peers(monitor)) {
        return monitor->handshakes >= monitor->peers;
    }
    int found = find_peers(monitor);
    monitor->settle_ns = monitor->settle_ns ? monitor->settle_ns : clock_ns() + SETTLE_NS;
    if (found < monitor->peers && clock_ns() < monitor->settle_ns) {
        return false;
    }
    for (int i = found; i < monitor->peers; i++) {
        monitor->fds[i] = -1;
        monitor->disconnections++;
    }
    free(monitor->open);
    monitor->open = NULL;
    monitor->open_count = monitor->open_room = 0;
    return monitor->settled = true;
}

static void note_event(struct monitor *monitor, int event, int value)
{
    monitor->last_event = event;
    monitor->handshakes += event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
    if (monitor->binds) {
        note_binding(monitor, event, value);
    } else {
        note_connecting(monitor, event, value);
    }
}

/* An event is two frames: 16 bits of event and 32 of value, then the endpoint. */
static bool read_event(struct monitor *monitor)
{
    zmq_msg_t frame;
    uint16_t event;
    int32_t value;
    bool got = false;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, monitor->socket, ZMQ_DONTWAIT) == sizeof event + sizeof value) {
        memcpy(&event, zmq_msg_data(&frame), sizeof event);
        memcpy(&value, (char *)zmq_msg_data(&frame) + sizeof event, sizeof value);
        got = zmq_msg_recv(&frame, monitor->socket, 0) >= 0;
        note_event(monitor, event, value);
    }
    zmq_msg_close(&frame);
    return got;
}

void monitor_read(struct monitor *monitor, int wait_ms)
{
    zmq_pollitem_t item = {monitor->socket, 0, ZMQ_POLLIN, 0};
    if (!monitor->socket || (wait_ms > 0 && zmq_poll(&item, 1, wait_ms) <= 0)) {
        return;
    }
    while (read_event(monitor)) {
    }
}

void monitor_close(struct monitor *monitor)
{
    if (monitor->socket) {
        int zero = 0;
        zmq_setsockopt(monitor->socket, ZMQ_LINGER, &zero, sizeof zero);
        zmq_close(monitor->socket);
        monitor->socket = NULL;
    }
    free(monitor->fds);
    free(monitor->open);
    monitor->fds = monitor->open = NULL;
}
