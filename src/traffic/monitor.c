/* monitor.c - the socket monitor: handshakes prove readiness, its file descriptors lead to the connections.
 */
#include "traffic_internal.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MONITOR_ADDRESS "inproc://monitor"
/* How long to wait for strangers to be refused before the peers' connections are told from theirs. */
#define SETTLE_NS 20000000
#define FAILURE_EVENTS                                                                                       \
    (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                            \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

int monitor_open(struct monitor *monitor, void *context, void *watched, int peers, bool binds)
{
    const int unlimited = 0; /* at a limit libzmq's I/O thread would wait for the reader */
    monitor->peers = peers;
    monitor->binds = binds;
    monitor->fds = malloc((size_t)peers * sizeof *monitor->fds);
    if (!monitor->fds) {
        errno = ENOMEM;
        return -1;
    }
    for (int i = 0; i < peers; i++) {
        monitor->fds[i] = -1;
    }
    if (zmq_socket_monitor(watched, MONITOR_ADDRESS, ZMQ_EVENT_ALL) < 0) {
        return -1;
    }
    monitor->socket = zmq_socket(context, ZMQ_PAIR);
    if (!monitor->socket || zmq_setsockopt(monitor->socket, ZMQ_RCVHWM, &unlimited, sizeof unlimited) < 0) {
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

static void add_open(struct monitor *monitor, int fd)
{
    if (monitor->open_count == monitor->open_room) {
        int room = 2 * monitor->open_room + monitor->peers;
        int *larger = realloc(monitor->open, (size_t)room * sizeof *larger);
        if (!larger) {
            return; /* at worst a peer's connection is not known, and counts as lost */
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

/* A stranger's failed handshake is no failure of the job's: a peer's is seen at its own end. */
static void note_binding(struct monitor *monitor, int event, int value)
{
    if (event == ZMQ_EVENT_ACCEPTED) {
        monitor->connections++;
        if (!monitor->settled) {
            add_open(monitor, value);
        }
    } else if (event == ZMQ_EVENT_DISCONNECTED && !monitor->settled) {
        remove_open(monitor, value);
    } else if (event == ZMQ_EVENT_DISCONNECTED && replace_fd(monitor, value, -1)) {
        monitor->disconnections++;
    }
}

/* Bytes that were sent over a connection; 0 where nobody counts them, -1 when it is closed. */
static int64_t bytes_sent(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) ==
        0) { /* kernels before 4.19 count the acknowledged */
        return (int64_t)(info.tcpi_bytes_sent ? info.tcpi_bytes_sent : info.tcpi_bytes_acked);
    }
    return errno == EBADF || errno == ENOTSOCK ? -1 : 0;
}

/* Takes the open connection that most was sent over, of several the oldest. @return -1 when there is none. */
static int take_busiest(struct monitor *monitor)
{
    int64_t most = -1;
    int found = -1;
    for (int i = 0; i < monitor->open_count; i++) {
        int64_t bytes = bytes_sent(monitor->open[i]);
        if (bytes > most) {
            most = bytes;
            found = monitor->open[i];
        }
    }
    remove_open(monitor, found);
    return found;
}

static void take_peers(struct monitor *monitor)
{
    for (int i = 0; i < monitor->peers; i++) {
        monitor->fds[i] = take_busiest(monitor);
        monitor->disconnections += monitor->fds[i] < 0;
    }
    free(monitor->open);
    monitor->open = NULL;
    monitor->open_count = monitor->open_room = 0;
}

/* libzmq's events do not say whose handshake succeeded. Where more connections are open than there are peers,
 * those that are being refused soon go; what is left hangs in the midst of its handshake, and was sent less
 * than a peer, who got the READY that ends it (for both mechanisms longer than an ERROR). */
bool monitor_settle(struct monitor *monitor)
{
    if (monitor->settled || !monitor->binds) {
        return monitor->handshakes >= monitor->peers;
    }
    if (monitor->handshakes < monitor->peers || monitor->connections < monitor->handshakes) {
        return false;
    }
    if (monitor->open_count > monitor->peers) {
        monitor->settle_ns = monitor->settle_ns ? monitor->settle_ns : clock_ns() + SETTLE_NS;
        if (clock_ns() < monitor->settle_ns) {
            return false;
        }
    }
    take_peers(monitor);
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
