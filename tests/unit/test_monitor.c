/* test_monitor.c - which connections of a bound socket are peers' and which are strangers', with
 * the monitor's events in every order that several I/O threads can bring about. The connections are
 * real ones of TCP.
 */
#include "clock.h"
#include "peers/monitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <zmq.h>

#define ADDRESS "inproc://events"
/* What libzmq sends with PLAIN: the greeting, WELCOME, and then either of the two. */
#define GREETING_AND_WELCOME 74
#define PLAIN_ERROR 12
#define PLAIN_READY 27
#define MOST_PEERS 2

static void *context, *events; /* `events` stands for the socket that is monitored */
static struct monitor monitor;
static int first[2],
    second[2]; /* connections; of a stranger and a peer where one peer is expected */

/* A connection on loopback. `ends[0]` is the binding side's. */
static void connect_pair(int ends[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &length), 0);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(ends[1], (struct sockaddr *)&at, sizeof at), 0);
    ends[0] = accept(listening, NULL, NULL);
    assert_true(ends[0] >= 0);
    close(listening);
}

static void close_pair(int ends[2])
{
    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            close(ends[i]);
            ends[i] = -1;
        }
    }
}

static int open_monitor(void **state)
{
    (void)state;
    context = zmq_ctx_new();
    events = zmq_socket(context, ZMQ_PAIR);
    memset(&monitor, 0, sizeof monitor);
    monitor.socket = zmq_socket(context, ZMQ_PAIR);
    monitor.binds = true;
    monitor.refused_bytes = GREETING_AND_WELCOME + PLAIN_ERROR;
    monitor.peers = 1;
    monitor.fds = malloc(MOST_PEERS * sizeof *monitor.fds);
    assert_non_null(monitor.fds);
    memset(monitor.fds, -1, MOST_PEERS * sizeof *monitor.fds);
    connect_pair(first);
    connect_pair(second);
    return zmq_bind(events, ADDRESS) < 0 || zmq_connect(monitor.socket, ADDRESS) < 0;
}

static int close_monitor(void **state)
{
    (void)state;
    close_pair(first);
    close_pair(second);
    monitor_close(&monitor);
    zmq_close(events);
    return zmq_ctx_term(context);
}

static void tell(int event, int fd)
{
    unsigned char frame[6];
    uint16_t number = (uint16_t)event;
    int32_t value = fd;
    memcpy(frame, &number, sizeof number);
    memcpy(frame + sizeof number, &value, sizeof value);
    assert_int_equal(zmq_send(events, frame, sizeof frame, ZMQ_SNDMORE), sizeof frame);
    assert_int_equal(zmq_send(events, "", 0, 0), 0);
    monitor_read(&monitor, 1000);
}

static void send_bytes(const int ends[2], size_t count)
{
    char bytes[256] = "";
    assert_int_equal(send(ends[0], bytes, count, 0), count);
}

static void a_handshake_is_told_before_its_ready_is_sent(void **state)
{
    (void)state;
    tell(ZMQ_EVENT_ACCEPTED, first[0]);
    tell(ZMQ_EVENT_ACCEPTED, second[0]);
    send_bytes(first, GREETING_AND_WELCOME + PLAIN_ERROR);
    send_bytes(second, GREETING_AND_WELCOME);
    assert_false(monitor_peers_known(&monitor));
    assert_false(monitor_awaits_peers(&monitor));
    tell(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0);
    assert_false(monitor_peers_known(&monitor));
    assert_true(monitor_awaits_peers(&monitor));
    send_bytes(second, PLAIN_READY);
    assert_true(monitor_peers_known(&monitor));
    assert_false(monitor_awaits_peers(&monitor));
    assert_int_equal(monitor.fds[0], second[0]);
    tell(ZMQ_EVENT_DISCONNECTED, first[0]);
    assert_int_equal(monitor.disconnections, 0);
    tell(ZMQ_EVENT_DISCONNECTED, second[0]);
    assert_int_equal(monitor.disconnections, 1);
}

static void a_handshake_is_told_before_its_connection(void **state)
{
    (void)state;
    tell(ZMQ_EVENT_ACCEPTED, first[0]);
    send_bytes(second, GREETING_AND_WELCOME + PLAIN_READY);
    tell(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0);
    assert_false(monitor_peers_known(&monitor));
    tell(ZMQ_EVENT_ACCEPTED, second[0]);
    assert_true(monitor_peers_known(&monitor));
    assert_int_equal(monitor.fds[0], second[0]);
}

/* The stranger's end is told before its beginning; the peer has its descriptor. */
static void a_descriptor_that_is_used_again_is_one_peer(void **state)
{
    (void)state;
    monitor.peers = 2;
    tell(ZMQ_EVENT_DISCONNECTED, first[0]);
    tell(ZMQ_EVENT_ACCEPTED, first[0]);
    tell(ZMQ_EVENT_ACCEPTED, first[0]);
    send_bytes(first, GREETING_AND_WELCOME + PLAIN_READY);
    tell(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0);
    tell(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0);
    assert_false(monitor_peers_known(&monitor));
    tell(ZMQ_EVENT_ACCEPTED, second[0]);
    send_bytes(second, GREETING_AND_WELCOME + PLAIN_READY);
    assert_true(monitor_peers_known(&monitor));
    assert_int_equal(monitor.fds[0], first[0]);
    assert_int_equal(monitor.fds[1], second[0]);
}

static void a_peer_that_left_at_once_is_lost(void **state)
{
    (void)state;
    tell(ZMQ_EVENT_ACCEPTED, first[0]);
    tell(ZMQ_EVENT_ACCEPTED, second[0]);
    tell(ZMQ_EVENT_HANDSHAKE_SUCCEEDED, 0);
    tell(ZMQ_EVENT_DISCONNECTED, second[0]);
    close_pair(second);
    while (!monitor_peers_known(&monitor)) {
        monitor_read(&monitor, 10);
    }
    assert_int_equal(monitor.fds[0], -1);
    assert_int_equal(monitor.disconnections, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_monitor, close_monitor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_handshake_is_told_before_its_ready_is_sent),
        TEST(a_handshake_is_told_before_its_connection),
        TEST(a_descriptor_that_is_used_again_is_one_peer),
        TEST(a_peer_that_left_at_once_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
