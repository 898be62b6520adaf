/* monitor.c - the socket monitor: handshakes prove readiness, its file descriptors lead to the connections.
 */
#include "traffic_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MONITOR_ADDRESS "inproc://monitor"
#define FAILURE_EVENTS                                                                                       \
    (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                            \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

int monitor_open(struct monitor *monitor, void *context, void *watched, int peers)
{
    monitor->peers = peers;
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
    return monitor->socket ? zmq_connect(monitor->socket, MONITOR_ADDRESS) : -1;
}

static void replace_fd(struct monitor *monitor, int from, int to)
{
    for (int i = 0; i < monitor->peers; i++) {
        if (monitor->fds[i] == from) {
            monitor->fds[i] = to;
            return;
        }
    }
}

static void note_event(struct monitor *monitor, int event, int value)
{
    monitor->last_event = event;
    if (event & (ZMQ_EVENT_CONNECTED | ZMQ_EVENT_ACCEPTED)) {
        monitor->connections++;
        replace_fd(monitor, -1, value);
    } else if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        monitor->handshakes++;
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
        monitor->disconnections++;
        replace_fd(monitor, value, -1);
    } else if (event == ZMQ_EVENT_CLOSED || (event & FAILURE_EVENTS)) {
        monitor->failures++;
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
    monitor->fds = NULL;
}
