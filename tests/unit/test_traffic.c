/* test_traffic.c - both ends of the measured traffic in one process, over real sockets on loopback.
 *
 * Nothing here is judged by how long it takes: HANG_NS only turns a test that would hang into one
 * that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peers.h"

#include "loop/ring.h"
#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_latency.h"
#include "zmqsweep/traffic_members.h"

/* Both ends are one process, so one member of the run. */
static char own_key[TRAFFIC_KEY_LENGTH];

static struct point make_point(int32_t pattern, int64_t size)
{
    struct point point;
    memset(&point, 0, sizeof point);
    point.pattern = pattern;
    point.pairs = point.receivers_per_sender = point.senders_per_receiver = point.io_threads = 1;
    point.size_bytes = size;
    point.sndhwm = point.rcvhwm = 100;
    point.timeout_ns = HANG_NS;
    point.sndbuf_bytes = point.rcvbuf_bytes = point.ports = OPTION_KEYWORD;
    return point;
}

static void go(struct traffic *traffic)
{
    assert_int_equal(traffic_start(traffic, clock_ns(), NULL), 0);
}

static void start_group(struct group *group)
{
    for (int i = 0; i < group->receivers; i++) {
        go(group->receiver[i]);
    }
    for (int i = 0; i < group->senders; i++) {
        go(group->sender[i]);
    }
}

static void halt(struct traffic *traffic)
{
    struct error error = {""};
    if (traffic_stop(traffic, HANG_NS, &error)) {
        fail_msg("%s", error.text);
    }
}

static int64_t received(const struct group *group)
{
    int64_t sum = 0;
    for (int i = 0; i < group->receivers; i++) {
        sum += traffic_count(group->receiver[i]);
    }
    return sum;
}

static int64_t sent(const struct group *group)
{
    int64_t sum = 0;
    for (int i = 0; i < group->senders; i++) {
        sum += traffic_count(group->sender[i]);
    }
    return sum;
}

static bool watch_until_gone(struct traffic *receiver)
{
    traffic_read_events(receiver, 1);
    return traffic_peers_gone(receiver);
}

/* To the end as a repetition does it: push-pull by the count, pub-sub by the publishers' leaving.
 */
static void drain_group(struct group *group)
{
    for (int i = 0; i < group->senders; i++) {
        AWAIT(traffic_ended(group->sender[i]));
        halt(group->sender[i]);
        if (group->point.pattern == PATTERN_PUB_SUB) {
            traffic_detach(group->sender[i]);
        }
    }
    if (group->point.pattern != PATTERN_PUB_SUB) {
        AWAIT(received(group) >= sent(group));
    }
    for (int i = 0; i < group->receivers; i++) {
        if (group->point.pattern == PATTERN_PUB_SUB) {
            AWAIT(watch_until_gone(group->receiver[i]));
            traffic_note_peers_gone(group->receiver[i]);
            AWAIT(traffic_ended(group->receiver[i]));
        }
        halt(group->receiver[i]);
    }
}

static void close_end(struct traffic **end)
{
    traffic_close(end);
    assert_null(*end);
}

static void close_group(struct group *group)
{
    for (int i = 0; i < group->senders; i++) {
        close_end(&group->sender[i]);
    }
    for (int i = 0; i < group->receivers; i++) {
        if (group->receiver[i]) { /* a test may have closed it */
            close_end(&group->receiver[i]);
        }
    }
}

/* How many modes an option has. */
static int modes(enum option_id id)
{
    int count = 0;
    while (config_options[id].choices[count]) {
        count++;
    }
    return count;
}

/* The one that writes files has tests of its own. */
static int next_receive_mode(int mode)
{
    return mode + 1 == RECEIVE_WRITE ? mode + 2 : mode + 1;
}

/* ---- everything that is sent arrives ---- */

static void check_end_times(const struct traffic *receiver)
{
    assert_true(traffic_first_ns(receiver) > 0);
    assert_true(traffic_last_ns(receiver) >= traffic_first_ns(receiver));
    assert_true(traffic_last_ns(receiver) <= clock_ns());
}

static void deliver(const struct point *point)
{
    struct group group;
    open_group(point, &group);
    start_group(&group);
    drain_group(&group);
    for (int i = 0; i < group.senders; i++) {
        assert_int_equal(traffic_count(group.sender[i]), point->count);
        assert_true(traffic_started_ns(group.sender[i]) > 0);
    }
    int64_t copies = point->pattern == PATTERN_PUB_SUB ? group.receivers : 1;
    assert_int_equal(received(&group), point->count * group.senders * copies);
    for (int i = 0; i < group.receivers; i++) {
        assert_int_equal(traffic_foreign(group.receiver[i]), 0);
        assert_true(traffic_count(group.receiver[i]) > 0);
        check_end_times(group.receiver[i]);
    }
    close_group(&group);
}

static void deliver_in_every_mode(int32_t pattern, int32_t bind)
{
    static const int64_t sizes[] = {1, 33, 34, 1024, 16383, 16384, 65536};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct point point = make_point(pattern, sizes[i]);
        point.bind = bind;
        point.count = 40;
        for (point.send_mode = SEND_COPY; point.send_mode < modes(OPTION_SEND_MODE);
             point.send_mode++) {
            for (point.receive_mode = RECEIVE_MESSAGE;
                 point.receive_mode < modes(OPTION_RECEIVE_MODE);
                 point.receive_mode = next_receive_mode(point.receive_mode)) {
                deliver(&point);
            }
        }
    }
}

static void push_pull_delivers_to_a_bound_receiver(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_PUSH_PULL, BIND_RECEIVER);
}

static void push_pull_delivers_from_a_bound_sender(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_PUSH_PULL, BIND_SENDER);
}

static void pub_sub_delivers_to_a_bound_receiver(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_PUB_SUB, BIND_RECEIVER);
}

static void pub_sub_delivers_from_a_bound_sender(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_PUB_SUB, BIND_SENDER);
}

static void req_rep_goes_there_and_back(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_REQ_REP, BIND_RECEIVER);
    deliver_in_every_mode(PATTERN_REQ_REP, BIND_SENDER);
}

static void pair_goes_there_and_back(void **state)
{
    (void)state;
    deliver_in_every_mode(PATTERN_PAIR, BIND_RECEIVER);
    deliver_in_every_mode(PATTERN_PAIR, BIND_SENDER);
}

static void groups_of_several_deliver(void **state)
{
    (void)state;
    for (int shape = 0; shape < 16; shape++) {
        struct point point = make_point(shape & 1 ? PATTERN_PUB_SUB : PATTERN_PUSH_PULL, 256);
        point.bind = shape & 2 ? BIND_SENDER : BIND_RECEIVER;
        point.transport = shape & 4 ? TRANSPORT_IPC : TRANSPORT_TCP;
        *(shape & 8 ? &point.receivers_per_sender : &point.senders_per_receiver) = 3;
        point.send_mode = SEND_ZERO_COPY;
        point.io_threads = 2;
        point.count = 60;
        deliver(&point);
    }
}

static void requests_of_several_and_to_several_are_answered(void **state)
{
    (void)state;
    for (int shape = 0; shape < 8; shape++) {
        struct point point = make_point(PATTERN_REQ_REP, 256);
        point.bind = shape & 1 ? BIND_SENDER : BIND_RECEIVER;
        point.transport = shape & 2 ? TRANSPORT_IPC : TRANSPORT_TCP;
        *(shape & 4 ? &point.receivers_per_sender : &point.senders_per_receiver) = 3;
        point.send_mode = SEND_ZERO_COPY;
        point.count = 60;
        deliver(&point);
    }
}

/* Push-pull spreads evenly only when no receiver was missing at the start. */
static void readiness_leaves_nobody_out(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    point.receivers_per_sender = 3;
    point.sndhwm = point.rcvhwm = 1000;
    point.count = 300;
    for (int i = 0; i < 10; i++) {
        struct group group;
        open_group(&point, &group);
        start_group(&group);
        drain_group(&group);
        for (int r = 0; r < 3; r++) {
            assert_int_equal(traffic_count(group.receiver[r]), 100);
        }
        close_group(&group);
    }
}

/* A bound sender's messages, seen by a socket that is not of this module. */
static void the_payload_is_as_long_and_as_full_as_it_says(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 33, 34, 16384, 100000};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct point point = make_point(PATTERN_PUSH_PULL, sizes[i]);
        point.bind = BIND_SENDER;
        point.count = 30;
        for (point.send_mode = SEND_COPY; point.send_mode < modes(OPTION_SEND_MODE);
             point.send_mode++) {
            struct traffic *sender = open_end(&point, ROLE_SENDER);
            void *context = zmq_ctx_new(), *pull = zmq_socket(context, ZMQ_PULL);
            unsigned char *data = malloc((size_t)sizes[i] + 1);
            assert_non_null(data);
            assert_int_equal(security_identify(pull, SECURITY_NONE, 0, NULL), 0);
            assert_int_equal(zmq_connect(pull, traffic_endpoint(sender)), 0);
            AWAIT(end_ready(sender));
            go(sender);
            for (int64_t n = 0; n < point.count; n++) {
                assert_int_equal(zmq_recv(pull, data, (size_t)sizes[i] + 1, 0), sizes[i]);
                for (int64_t at = 0; at < sizes[i] && point.send_mode != SEND_UNTOUCHED; at++) {
                    assert_true(data[at] == data[0] && data[0] != 0);
                }
            }
            free(data);
            AWAIT(traffic_ended(sender));
            zmq_close(pull);
            zmq_ctx_term(context);
            traffic_close(&sender);
        }
    }
}

/* ---- strangers ---- */

static bool reconnected(struct traffic *traffic, int times)
{
    traffic_read_events(traffic, 1);
    return traffic_reconnects(traffic) >= times;
}

static void a_message_of_another_size_is_foreign(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1024, 16384};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct point point = make_point(PATTERN_PUSH_PULL, sizes[i]);
        for (point.receive_mode = RECEIVE_MESSAGE; point.receive_mode < modes(OPTION_RECEIVE_MODE);
             point.receive_mode = next_receive_mode(point.receive_mode)) {
            struct group group;
            point.count = 10;
            open_group(&point, &group);
            void *context = zmq_ctx_new(), *push = zmq_socket(context, ZMQ_PUSH);
            char *data = calloc(1, (size_t)sizes[i] + 1);
            assert_non_null(data);
            assert_int_equal(security_identify(push, SECURITY_NONE, 0, NULL), 0);
            assert_int_equal(zmq_connect(push, traffic_endpoint(group.receiver[0])), 0);
            start_group(&group);
            /* the last one has the size: when it is counted, the others have been seen */
            size_t lengths[] = {0, 1, (size_t)sizes[i] - 1, (size_t)sizes[i]};
            for (size_t n = 0; n < LENGTH(lengths); n++) {
                assert_int_equal(zmq_send(push, data, lengths[n], 0), (int)lengths[n]);
            }
            AWAIT(traffic_count(group.receiver[0]) == point.count + 1);
            traffic_read_events(group.receiver[0], 0);
            assert_int_equal(traffic_reconnects(group.receiver[0]), 1);
            /* a longer one is not even read: the connection is cut, and made again */
            assert_int_equal(zmq_send(push, data, (size_t)sizes[i] + 1, 0), (int)sizes[i] + 1);
            AWAIT(reconnected(group.receiver[0], 2));
            halt(group.receiver[0]);
            assert_int_equal(traffic_foreign(group.receiver[0]), 3);
            assert_int_equal(traffic_count(group.receiver[0]), point.count + 1);
            free(data);
            zmq_close(push);
            zmq_ctx_term(context);
            close_group(&group);
        }
    }
}

/* What a stranger may be to a socket of ZeroMQ. */
enum stranger { STRANGER_BARE, STRANGER_GUESSING, STRANGER_WITH_KEYS, STRANGER_ZMQ };
enum {
    STRANGER_SILENT = STRANGER_ZMQ,
    STRANGER_GREETING,
    STRANGER_GARBAGE,
    STRANGER_GONE,
    STRANGER_TOTAL
};

/* `type` talks to the other end. The key pair is its own; that of the end it connects to is the
 * true one. */
static void *zmq_stranger(void *context, enum stranger kind, int type, const char *endpoint)
{
    char public_key[TRAFFIC_KEY_LENGTH], secret_key[TRAFFIC_KEY_LENGTH];
    const int zero = 0;
    void *socket = zmq_socket(context, type);
    zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0); /* only a SUB takes it */
    if (kind == STRANGER_GUESSING) {
        zmq_setsockopt(socket, ZMQ_PLAIN_USERNAME, "zmqsweep", 8);
        zmq_setsockopt(socket, ZMQ_PLAIN_PASSWORD, "guess", 5);
    } else if (kind == STRANGER_WITH_KEYS) {
        assert_int_equal(zmq_curve_keypair(public_key, secret_key), 0);
        zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, own_key, TRAFFIC_KEY_LENGTH);
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, public_key, TRAFFIC_KEY_LENGTH);
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, secret_key, TRAFFIC_KEY_LENGTH);
    }
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    return socket;
}

/* @return a socket to close, or -1. */
static int raw_stranger(int kind, const char *endpoint)
{
    static const unsigned char greeting[64] = "\xff\0\0\0\0\0\0\0\1\x7f\3\1PLAIN";
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(strrchr(endpoint, ':') + 1))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, LOOPBACK, &to.sin_addr);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    if (kind == STRANGER_GREETING) {
        assert_int_equal(send(fd, greeting, sizeof greeting, 0), sizeof greeting);
    } else if (kind == STRANGER_GARBAGE) {
        assert_int_equal(send(fd, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
    } else if (kind == STRANGER_GONE) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool strangers_seen(struct traffic *traffic, int count)
{
    traffic_read_events(traffic, 1);
    return traffic_strangers(traffic) >= count;
}

/* They come before the peers do, and stay. */
static void keep_strangers_out(const struct point *point)
{
    static const int types[][2] = {[PATTERN_PUSH_PULL] = {ZMQ_PULL, ZMQ_PUSH},
                                   [PATTERN_PUB_SUB] = {ZMQ_SUB, ZMQ_PUB},
                                   [PATTERN_REQ_REP] = {ZMQ_REP, ZMQ_REQ},
                                   [PATTERN_PAIR] = {ZMQ_PAIR, ZMQ_PAIR}};
    bool to_receiver = point->bind == BIND_RECEIVER;
    int type = types[point->pattern][to_receiver];
    struct group group = {.point = *point, .senders = 1, .receivers = 1};
    void *context = zmq_ctx_new(), *sockets[STRANGER_ZMQ];
    int fds[STRANGER_TOTAL];
    char data[1024] = "";
    group.sender[0] = open_end(point, ROLE_SENDER);
    group.receiver[0] = open_end(point, ROLE_RECEIVER);
    struct traffic *bound = to_receiver ? group.receiver[0] : group.sender[0];
    for (int kind = 0; kind < STRANGER_ZMQ; kind++) {
        sockets[kind] = zmq_stranger(context, (enum stranger)kind, type, traffic_endpoint(bound));
    }
    for (int kind = STRANGER_SILENT; kind < STRANGER_TOTAL; kind++) {
        fds[kind] = raw_stranger(kind, traffic_endpoint(bound));
    }
    connect_end(to_receiver ? group.sender[0] : group.receiver[0], traffic_endpoint(bound));
    AWAIT(group_ready(&group));
    start_group(&group);
    for (int kind = 0; kind < STRANGER_ZMQ; kind++) {
        if (to_receiver) {
            zmq_send(sockets[kind], data, (size_t)point->size_bytes, ZMQ_DONTWAIT);
        } else {
            assert_int_equal(zmq_recv(sockets[kind], data, sizeof data, ZMQ_DONTWAIT), -1);
        }
    }
    AWAIT(strangers_seen(bound, STRANGER_TOTAL));
    for (int kind = STRANGER_SILENT; kind < STRANGER_TOTAL; kind += 2) {
        close(fds[kind]); /* that one leaves is no matter either */
    }
    AWAIT(traffic_ended(group.sender[0]));
    traffic_read_events(bound, 20);
    assert_int_equal(traffic_reconnects(bound), 0);
    drain_group(&group);
    assert_int_equal(received(&group), point->count);
    assert_int_equal(traffic_foreign(group.receiver[0]), 0);
    for (int kind = 0; kind < STRANGER_ZMQ; kind++) {
        if (!to_receiver) {
            assert_int_equal(zmq_recv(sockets[kind], data, sizeof data, ZMQ_DONTWAIT), -1);
        }
        zmq_close(sockets[kind]);
    }
    close(fds[STRANGER_GREETING]);
    zmq_ctx_term(context);
    close_group(&group);
}

static void strangers_are_kept_out(void **state)
{
    (void)state;
    for (int variant = 0; variant < 16; variant++) {
        struct point point = make_point(variant & 3, 1024);
        point.bind = variant & 4 ? BIND_SENDER : BIND_RECEIVER;
        point.security = variant & 8 ? SECURITY_CURVE : SECURITY_NONE;
        point.sndhwm = point.rcvhwm = 1000;
        point.io_threads = 1 + variant % 2;
        point.count = 500;
        keep_strangers_out(&point);
    }
}

static bool gives_up(struct traffic *traffic, struct error *error)
{
    return traffic_ready(traffic, error) < 0;
}

/* The one that is refused says so at once; the other end goes on waiting. */
static void a_peer_without_the_password_is_refused(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    struct error error = {""};
    struct traffic *receiver = open_end(&point, ROLE_RECEIVER),
                   *sender = open_end(&point, ROLE_SENDER);
    zmq_setsockopt(sender->socket, ZMQ_PLAIN_USERNAME, "zmqsweep", 8);
    zmq_setsockopt(sender->socket, ZMQ_PLAIN_PASSWORD, "guess", 5);
    assert_int_equal(zmq_connect(sender->socket, traffic_endpoint(receiver)), 0);
    AWAIT(gives_up(sender, &error));
    assert_non_null(strstr(error.text, "handshake failed"));
    AWAIT(strangers_seen(receiver, 1));
    assert_int_equal(traffic_ready(receiver, &error), 0);
    traffic_close(&sender);
    traffic_close(&receiver);
}

static void encrypted_messages_arrive(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 1000, 1024, 65536};
    for (size_t i = 0; i < 4 * LENGTH(sizes); i++) {
        struct point point = make_point(i & 1 ? PATTERN_PUB_SUB : PATTERN_PUSH_PULL, sizes[i / 4]);
        point.bind = i & 2 ? BIND_SENDER : BIND_RECEIVER;
        point.security = SECURITY_CURVE;
        point.count = 40;
        deliver(&point);
    }
}

static bool lost_its_peer(struct traffic *traffic)
{
    traffic_read_events(traffic, 1);
    return traffic_reconnects(traffic) > 0;
}

static void a_peer_that_leaves_is_noticed(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    struct group group;
    open_group(&point, &group);
    traffic_read_events(group.sender[0], 0);
    assert_int_equal(traffic_reconnects(group.sender[0]), 0);
    traffic_close(&group.receiver[0]);
    AWAIT(lost_its_peer(group.sender[0]));
    close_group(&group);
}

/* ---- stopping ---- */

/* It does nothing but wait, for a while. */
static bool is_blocked(const struct traffic *traffic)
{
    const struct timespec pause = {0, SECOND_NS / 50};
    int64_t before_ns = traffic_sample(traffic).blocked_ns;
    nanosleep(&pause, NULL);
    return traffic_sample(traffic).blocked_ns - before_ns >= SECOND_NS / 50;
}

static void a_blocked_sender_stops(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1024, 65536};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        for (int mode = SEND_COPY; mode < modes(OPTION_SEND_MODE); mode++) {
            struct point point = make_point(PATTERN_PUSH_PULL, sizes[i]);
            struct group group;
            point.send_mode = mode;
            point.sndhwm = point.rcvhwm = 4;
            open_group(&point, &group);
            go(group.sender[0]); /* nobody receives */
            struct traffic *sender = group.sender[0];
            AWAIT(is_blocked(sender) ||
                  (mode == SEND_ZERO_COPY && traffic_sample(sender).ring_wait_ns > SECOND_NS / 50));
            struct traffic_sample sample = traffic_sample(sender);
            assert_true(sample.blocked_ns + sample.ring_wait_ns > SECOND_NS / 50);
            assert_false(traffic_ended(sender));
            int64_t before_ns = clock_ns();
            halt(sender);
            assert_true(clock_ns() - before_ns < HANG_NS / 2);
            assert_true(traffic_ended(sender));
            assert_true(traffic_count(sender) > 0);
            /* the wait that was under way has been added up */
            assert_true(traffic_sample(sender).blocked_ns >= sample.blocked_ns);
            close_group(&group);
        }
    }
}

static void a_waiting_receiver_stops(void **state)
{
    (void)state;
    for (int pattern = PATTERN_PUSH_PULL; pattern <= PATTERN_PAIR; pattern++) {
        struct point point = make_point(pattern, 1024);
        struct group group;
        open_group(&point, &group);
        go(group.receiver[0]);
        AWAIT(is_blocked(group.receiver[0]));
        halt(group.receiver[0]);
        assert_int_equal(traffic_count(group.receiver[0]), 0);
        assert_int_equal(traffic_first_ns(group.receiver[0]), 0);
        assert_int_equal(traffic_last_ns(group.receiver[0]), 0);
        close_group(&group);
    }
}

static void a_sender_starts_when_told(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    struct group group;
    point.count = 1;
    open_group(&point, &group);
    int64_t start_ns = clock_ns() + SECOND_NS / 20;
    assert_int_equal(traffic_started_ns(group.sender[0]), 0);
    assert_int_equal(traffic_start(group.sender[0], start_ns, NULL), 0);
    AWAIT(traffic_ended(group.sender[0]));
    assert_true(traffic_started_ns(group.sender[0]) >= start_ns);
    close_group(&group);

    open_group(&point, &group);
    assert_int_equal(traffic_start(group.sender[0], clock_ns() + 3600 * SECOND_NS, NULL), 0);
    halt(group.sender[0]);
    assert_int_equal(traffic_count(group.sender[0]), 0);
    close_group(&group);
}

/* An empty ring, since the test holds all its buffers. */
static void a_sender_waits_for_its_ring(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 1024);
    struct group group;
    void *data[102], *hint[102];
    point.send_mode = SEND_ZERO_COPY;
    point.count = 5;
    assert_int_equal(plan_ring_buffers(&point), LENGTH(data));
    open_group(&point, &group);
    for (size_t i = 0; i < LENGTH(data); i++) {
        data[i] = ring_take(group.sender[0]->ring, &hint[i]);
        assert_non_null(data[i]);
    }
    assert_null(ring_take(group.sender[0]->ring, &hint[0]));
    start_group(&group);
    AWAIT(traffic_sample(group.sender[0]).ring_wait_ns > SECOND_NS / 100);
    assert_int_equal(traffic_count(group.sender[0]), 0);
    ring_return(data[7], hint[7]);
    drain_group(&group); /* with one buffer that goes round */
    assert_int_equal(received(&group), 5);
    assert_true(traffic_sample(group.sender[0]).ring_wait_ns > SECOND_NS / 100);
    close_group(&group);

    open_group(&point, &group);
    while (ring_take(group.sender[0]->ring, &hint[0])) {
    }
    start_group(&group);
    AWAIT(traffic_sample(group.sender[0]).ring_wait_ns > SECOND_NS / 100);
    halt(group.sender[0]);
    assert_int_equal(traffic_count(group.sender[0]), 0);
    close_group(&group);
}

/* A receiver that is stopped amid a full queue has still dated its last message. */
static void stopped_in_full_flow_the_last_message_has_its_date(void **state)
{
    (void)state;
    static const int64_t sizes[] = {64, 16384};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct point point = make_point(PATTERN_PUSH_PULL, sizes[i]);
        struct group group;
        point.send_mode = SEND_CONST;
        point.sndhwm = point.rcvhwm = 100000;
        point.count = sizes[i] == 64 ? 100000 : 2000;
        open_group(&point, &group);
        go(group.sender[0]);
        AWAIT(traffic_ended(group.sender[0]));
        int64_t before_ns = clock_ns();
        go(group.receiver[0]);
        while (traffic_count(group.receiver[0]) == 0 && clock_ns() < before_ns + HANG_NS) {
        }
        halt(group.receiver[0]);
        assert_true(traffic_count(group.receiver[0]) > 0);
        assert_true(traffic_first_ns(group.receiver[0]) >= before_ns);
        check_end_times(group.receiver[0]);
        close_group(&group);
    }
}

/* ---- pub-sub floods ---- */

static void a_flood_loses_and_still_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct point point = make_point(PATTERN_PUB_SUB, i & 1 ? 1024 : 20000);
        struct group group;
        char data[1];
        point.bind = i & 2 ? BIND_SENDER : BIND_RECEIVER;
        point.send_mode = SEND_CONST;
        point.sndhwm = point.rcvhwm = 2;
        point.receivers_per_sender = 2;
        point.count = 30000;
        open_group(&point, &group);
        start_group(&group);
        drain_group(&group);
        assert_int_equal(traffic_count(group.sender[0]), point.count);
        for (int r = 0; r < 2; r++) {
            struct traffic *receiver = group.receiver[r];
            assert_true(traffic_count(receiver) >= 1 && traffic_count(receiver) < point.count);
            assert_int_equal(traffic_foreign(receiver), 0);
            check_end_times(receiver);
            nap();
            errno = 0;
            assert_int_equal(zmq_recv(receiver->socket, data, sizeof data, ZMQ_DONTWAIT), -1);
            assert_int_equal(errno, EAGAIN);
        }
        close_group(&group);
    }
}

/* More than the kernel buffers is still queued when the publisher closes; all of it arrives, at a
 * receiver whose HWM is reached too, over tcp and ipc (see detach.c for why ipc is another matter).
 */
static void what_is_queued_follows_a_publisher_that_left(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct point point = make_point(PATTERN_PUB_SUB, 20000);
        struct group group;
        point.transport = i & 4 ? TRANSPORT_IPC : TRANSPORT_TCP;
        point.bind = i & 1 ? BIND_SENDER : BIND_RECEIVER;
        point.send_mode = i & 2 ? SEND_ZERO_COPY : SEND_COPY;
        point.sndhwm = 2000;
        point.rcvhwm = 4;
        point.count = 1500;
        open_group(&point, &group);
        go(group.sender[0]);
        AWAIT(traffic_ended(group.sender[0]));
        halt(group.sender[0]);
        traffic_detach(group.sender[0]);
        go(group.receiver[0]);
        AWAIT(watch_until_gone(group.receiver[0]));
        traffic_note_peers_gone(group.receiver[0]);
        AWAIT(traffic_ended(group.receiver[0]));
        halt(group.receiver[0]);
        assert_int_equal(traffic_count(group.receiver[0]), point.count);
        close_group(&group);
    }
}

/* ---- the ring of buffers ---- */

#define RING_BUFFERS 8
#define RING_BYTES 100
#define RING_THREADS 3
#define RING_ROUNDS 60000

struct loan {
    unsigned char *data;
    void *hint;
};

/* Buffers on their way to a thread that gives them back. */
struct returner {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct loan loans[RING_BUFFERS];
    int count;
    bool over;
    atomic_int *in_flight; /* by number, which is the buffer's first byte */
    atomic_int *mixed_up;
};

static void give_back(struct returner *returner, struct loan loan)
{
    int number = loan.data[0];
    for (int i = 0; i < RING_BYTES; i++) {
        if (loan.data[i] != number) {
            atomic_fetch_add(returner->mixed_up, 1);
        }
    }
    if (atomic_exchange(&returner->in_flight[number], 0) != 1) {
        atomic_fetch_add(returner->mixed_up, 1);
    }
    ring_return(loan.data, loan.hint);
}

static void *run_returner(void *argument)
{
    struct returner *returner = argument;
    pthread_mutex_lock(&returner->lock);
    while (!returner->over || returner->count > 0) {
        if (returner->count == 0) {
            pthread_cond_wait(&returner->news, &returner->lock);
            continue;
        }
        struct loan loan = returner->loans[--returner->count];
        pthread_mutex_unlock(&returner->lock);
        give_back(returner, loan);
        pthread_mutex_lock(&returner->lock);
    }
    pthread_mutex_unlock(&returner->lock);
    return NULL;
}

static void hand_over(struct returner *returner, struct loan loan)
{
    pthread_mutex_lock(&returner->lock);
    returner->loans[returner->count++] = loan;
    pthread_cond_signal(&returner->news);
    pthread_mutex_unlock(&returner->lock);
}

static int number_of(unsigned char *const *known, const unsigned char *data)
{
    for (int i = 0; i < RING_BUFFERS; i++) {
        if (known[i] == data) {
            return i;
        }
    }
    return -1;
}

static void take_all(struct ring *ring, struct loan *loans)
{
    for (int i = 0; i < RING_BUFFERS; i++) {
        loans[i].data = ring_take(ring, &loans[i].hint);
        assert_non_null(loans[i].data);
        for (int j = 0; j < i; j++) {
            assert_ptr_not_equal(loans[i].data, loans[j].data);
        }
    }
    void *hint;
    assert_null(ring_take(ring, &hint));
}

static void buffers_do_not_overlap(void **state)
{
    (void)state;
    struct ring *ring = ring_new(RING_BUFFERS, RING_BYTES);
    struct loan loans[RING_BUFFERS];
    assert_non_null(ring);
    take_all(ring, loans);
    for (int i = 0; i < RING_BUFFERS; i++) {
        assert_int_equal((uintptr_t)loans[i].data % 64, 0);
        memset(loans[i].data, i, RING_BYTES);
    }
    for (int i = 0; i < RING_BUFFERS; i++) {
        for (int at = 0; at < RING_BYTES; at++) {
            assert_int_equal(loans[i].data[at], i);
        }
        ring_return(loans[i].data, loans[i].hint);
    }
    take_all(ring, loans);
    ring_destroy(&ring);
    assert_null(ring);
    ring_destroy(&ring);
    assert_null(ring_new(INT64_MAX / 2, INT64_MAX / 4));
}

static void several_threads_give_back(void **state)
{
    (void)state;
    struct ring *ring = ring_new(RING_BUFFERS, RING_BYTES);
    struct returner returners[RING_THREADS];
    struct loan loans[RING_BUFFERS];
    unsigned char *known[RING_BUFFERS];
    atomic_int in_flight[RING_BUFFERS] = {0}, mixed_up = 0;
    assert_non_null(ring);
    take_all(ring, loans);
    for (int i = 0; i < RING_BUFFERS; i++) {
        known[i] = loans[i].data;
        ring_return(loans[i].data, loans[i].hint);
    }
    for (int i = 0; i < RING_THREADS; i++) {
        returners[i] = (struct returner){.in_flight = in_flight, .mixed_up = &mixed_up};
        pthread_mutex_init(&returners[i].lock, NULL);
        pthread_cond_init(&returners[i].news, NULL);
        assert_int_equal(pthread_create(&returners[i].thread, NULL, run_returner, &returners[i]),
                         0);
    }
    for (int round = 0; round < RING_ROUNDS;) {
        struct loan loan;
        loan.data = ring_take(ring, &loan.hint);
        if (!loan.data) {
            sched_yield();
            continue;
        }
        int number = number_of(known, loan.data);
        if (number < 0 || atomic_exchange(&in_flight[number], 1) != 0) {
            atomic_fetch_add(&mixed_up, 1);
            break;
        }
        memset(loan.data, number, RING_BYTES);
        hand_over(&returners[round++ % RING_THREADS], loan);
    }
    for (int i = 0; i < RING_THREADS; i++) {
        pthread_mutex_lock(&returners[i].lock);
        returners[i].over = true;
        pthread_cond_signal(&returners[i].news);
        pthread_mutex_unlock(&returners[i].lock);
        pthread_join(returners[i].thread, NULL);
        pthread_mutex_destroy(&returners[i].lock);
        pthread_cond_destroy(&returners[i].news);
    }
    assert_int_equal(atomic_load(&mixed_up), 0);
    take_all(ring, loans); /* none got lost */
    ring_destroy(&ring);
}

/* ---- progress ---- */

#define PAIRS_READ 300000

struct publisher {
    struct traffic traffic;
    atomic_bool over;
};

static int64_t time_of(int64_t count)
{
    return 7 * count + 3;
}

static void *run_publisher(void *argument)
{
    struct publisher *publisher = argument;
    for (int64_t n = 1; !atomic_load_explicit(&publisher->over, memory_order_relaxed); n++) {
        progress_publish_timed(&publisher->traffic.progress, n, time_of(n));
    }
    return NULL;
}

static void no_pair_is_ever_torn(void **state)
{
    (void)state;
    static struct publisher publisher; /* static: aligned as its type wants it */
    pthread_t thread;
    int64_t last = 0, changes = 0, torn = 0;
    memset(&publisher, 0, sizeof publisher);
    publisher.traffic.timed = true;
    progress_publish_timed(&publisher.traffic.progress, 0, time_of(0));
    assert_int_equal(pthread_create(&thread, NULL, run_publisher, &publisher), 0);
    const int64_t guard_ns = clock_ns() + HANG_NS;
    for (int64_t i = 0; (i < PAIRS_READ || changes < 100) && clock_ns() < guard_ns; i++) {
        struct traffic_sample sample = traffic_sample(&publisher.traffic);
        torn += sample.cut_ns != time_of(sample.count) || sample.count < last;
        changes += sample.count != last;
        last = sample.count;
    }
    atomic_store(&publisher.over, true);
    pthread_join(thread, NULL);
    assert_int_equal(torn, 0);
    assert_true(changes >= 100);
}

static void a_sample_adds_the_wait_under_way(void **state)
{
    (void)state;
    static struct publisher publisher;
    struct progress *progress = &publisher.traffic.progress;
    memset(&publisher, 0, sizeof publisher);
    progress_publish(progress, 17);
    progress_wait_begin(&progress->blocked_ns, 1000);
    progress_wait_end(&progress->blocked_ns, 1500);
    int64_t before_ns = clock_ns();
    struct traffic_sample sample = traffic_sample(&publisher.traffic);
    assert_int_equal(sample.count, 17);
    assert_int_equal(sample.blocked_ns, 500);
    assert_int_equal(sample.ring_wait_ns, 0);
    assert_true(sample.instant_ns >= before_ns && sample.instant_ns <= clock_ns());
    assert_int_equal(sample.cut_ns, sample.instant_ns);
    progress_wait_begin(&progress->ring_wait_ns, before_ns - 1000000);
    sample = traffic_sample(&publisher.traffic);
    int64_t after_ns = clock_ns();
    assert_true(sample.ring_wait_ns >= sample.instant_ns - before_ns + 1000000);
    assert_true(sample.ring_wait_ns <= after_ns - before_ns + 1000000);
    progress_wait_end(&progress->ring_wait_ns, after_ns);
    progress_wait_begin(&progress->ring_wait_ns, clock_ns());
    assert_true(traffic_sample(&publisher.traffic).ring_wait_ns >= after_ns - before_ns + 1000000);
}

/* ---- connections, readiness, folders, descriptors ---- */

static void connections_are_read_back(void **state)
{
    (void)state;
    for (int transport = TRANSPORT_TCP; transport <= TRANSPORT_IPC; transport++) {
        struct point point = make_point(PATTERN_PUSH_PULL, 1024);
        struct group group;
        point.transport = transport;
        point.sndhwm = 12;
        point.rcvhwm = 34;
        point.count = 50;
        open_group(&point, &group);
        start_group(&group);
        drain_group(&group);
        struct traffic *ends[] = {group.sender[0], group.receiver[0]};
        for (size_t i = 0; i < LENGTH(ends); i++) {
            struct traffic_connections connections = traffic_connections(ends[i]);
            assert_int_equal(connections.sndhwm, 12);
            assert_int_equal(connections.rcvhwm, 34);
            assert_int_equal(isnan(connections.rtt_us) != 0, transport == TRANSPORT_IPC);
            assert_int_equal(isnan(connections.retransmits) != 0, transport == TRANSPORT_IPC);
            assert_true(connections.sndbuf_bytes > 0 && connections.rcvbuf_bytes > 0);
        }
        close_group(&group);
    }
}

static void kernel_buffers_are_what_was_asked_for(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    struct group group;
    point.sndbuf_bytes = 20000;
    point.rcvbuf_bytes = 30000;
    open_group(&point, &group);
    struct traffic_connections connections = traffic_connections(group.sender[0]);
    assert_int_equal((int)connections.sndbuf_bytes, 40000); /* the kernel doubles it, socket(7) */
    connections = traffic_connections(group.receiver[0]);
    assert_int_equal((int)connections.rcvbuf_bytes, 60000);
    close_group(&group);
}

static void nothing_is_said_without_a_connection(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUB_SUB, 64);
    struct traffic *receiver = open_end(&point, ROLE_RECEIVER);
    struct error error = {""};
    struct traffic_connections connections = traffic_connections(receiver);
    assert_true(isnan(connections.rtt_us) && isnan(connections.retransmits));
    assert_true(isnan(connections.sndbuf_bytes) && isnan(connections.rcvbuf_bytes));
    assert_int_equal(traffic_ready(receiver, &error), 0);
    traffic_describe_wait(receiver, &error);
    assert_non_null(strstr(error.text, "0 of 1 handshakes"));
    assert_non_null(strstr(error.text, traffic_endpoint(receiver)));
    traffic_close(&receiver);
    point.bind = BIND_SENDER;
    struct traffic *sender = open_end(&point, ROLE_SENDER);
    assert_int_equal(traffic_ready(sender, &error), 0);
    traffic_describe_wait(sender, &error);
    assert_non_null(strstr(error.text, "0 of 1 subscriptions"));
    traffic_close(&sender);
}

/* ---- what comes between two calls of libzmq ---- */

static void (*after_poll)(void); /* called once, when the next zmq_poll has returned */
/* The names that the linker gives (--wrap).
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_zmq_poll(zmq_pollitem_t *items, int count, long wait_ms);
int __wrap_zmq_poll(zmq_pollitem_t *items, int count, long wait_ms);
int __wrap_zmq_poll(zmq_pollitem_t *items, int count, long wait_ms)
{
    int found = __real_zmq_poll(items, count, wait_ms);
    void (*call)(void) = after_poll;
    after_poll = NULL;
    if (call) {
        call();
    }
    return found;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct traffic *late_publisher;
static const char *late_endpoint;

/* It has its answer, so the subscriber's end is through with the handshake, too. */
static void connect_late_publisher(void)
{
    connect_end(late_publisher, late_endpoint);
    AWAIT((monitor_read(&late_publisher->monitor, 0), late_publisher->monitor.handshakes == 1));
}

/* The handshake's event comes after the subscriber has polled its socket, and before it reads the
 * events. Then it polls no more, and has to send its subscription all the same. */
static void a_subscription_is_sent_whenever_the_publisher_comes(void **state)
{
    (void)state;
    for (int32_t transport = 0; transport < 2; transport++) {
        struct point point = make_point(PATTERN_PUB_SUB, 64);
        point.transport = transport ? TRANSPORT_IPC : TRANSPORT_TCP;
        struct traffic *subscriber = open_end(&point, ROLE_RECEIVER);
        late_publisher = open_end(&point, ROLE_SENDER);
        late_endpoint = traffic_endpoint(subscriber);
        after_poll = connect_late_publisher;
        assert_true(end_ready(subscriber));
        AWAIT(end_ready(late_publisher));
        traffic_close(&late_publisher);
        traffic_close(&subscriber);
    }
}

/* A port that is taken, but on which nobody listens. */
static int take_deaf_port(char endpoint[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    snprintf(endpoint, 64, "tcp://" LOOPBACK ":%d", ntohs(address.sin_port));
    return fd;
}

static void a_refused_connect_is_a_failure_at_once(void **state)
{
    (void)state;
    for (int pattern = PATTERN_PUSH_PULL; pattern <= PATTERN_PAIR; pattern++) {
        for (int bind_at = BIND_RECEIVER; bind_at <= BIND_SENDER; bind_at++) {
            struct point point = make_point(pattern, 64);
            struct error error = {""};
            char endpoint[64];
            int ready = 0, fd = take_deaf_port(endpoint);
            point.bind = bind_at;
            struct traffic *traffic =
                open_end(&point, bind_at == BIND_RECEIVER ? ROLE_SENDER : ROLE_RECEIVER);
            assert_string_equal(traffic_endpoint(traffic), "");
            connect_end(traffic, endpoint);
            int64_t before_ns = clock_ns();
            AWAIT((ready = traffic_ready(traffic, &error)) != 0);
            assert_int_equal(ready, -1);
            assert_true(clock_ns() - before_ns < point.timeout_ns / 2);
            assert_non_null(strstr(error.text, "refused"));
            assert_non_null(strstr(error.text, endpoint));
            traffic_close(&traffic);
            close(fd);
        }
    }
}

static void what_cannot_be_opened_is_said(void **state)
{
    (void)state;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    struct traffic *traffic = NULL;
    struct error error = {""};
    assert_int_equal(traffic_open(&point, ROLE_RECEIVER, "192.0.2.1", &anywhere, &traffic, &error),
                     -1);
    assert_null(traffic);
    assert_non_null(strstr(error.text, "zmq_bind(tcp://192.0.2.1:*)"));
    point.bind = BIND_SENDER;
    traffic = open_end(&point, ROLE_RECEIVER);
    assert_int_equal(traffic_connect(traffic, "nonsense", 0, &error), -1);
    assert_non_null(strstr(error.text, "zmq_connect(nonsense)"));
    traffic_close(&traffic);
    traffic_close(&traffic);
}

/* An abstract name: whatever TMPDIR is, nothing is on disk, and no two are alike. */
static void an_ipc_socket_is_no_file(void **state)
{
    (void)state;
    char before[TRAFFIC_ENDPOINT_LENGTH] = "";
    for (int bind_at = BIND_RECEIVER; bind_at <= BIND_SENDER; bind_at++) {
        struct point point = make_point(PATTERN_PUSH_PULL, 64);
        struct group group;
        point.transport = TRANSPORT_IPC;
        point.bind = bind_at;
        open_group(&point, &group);
        const char *endpoint =
            traffic_endpoint(bind_at == BIND_RECEIVER ? group.receiver[0] : group.sender[0]);
        assert_memory_equal(endpoint, "ipc://@zmqsweep-", 16);
        assert_int_equal(strlen(endpoint), 16 + 32);
        assert_string_not_equal(endpoint, before);
        snprintf(before, sizeof before, "%s", endpoint);
        close_group(&group);
    }
}

/* Connects in a child that is of user 65534. @return 0: the connection ended without a byte. */
static int connect_as_nobody(const char *endpoint)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const char *name = endpoint + strlen("ipc://@");
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        char byte;
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        memcpy(to.sun_path + 1, name, strlen(name));
        if (setuid(65534) || connect(fd, (struct sockaddr *)&to, length)) {
            _exit(2);
        }
        _exit(recv(fd, &byte, 1, 0) > 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void another_user_does_not_get_into_ipc(void **state)
{
    (void)state;
    for (int security = SECURITY_NONE; security <= SECURITY_CURVE; security++) {
        struct point point = make_point(PATTERN_PUSH_PULL, 64);
        struct group group;
        if (geteuid() != 0) {
            skip();
        }
        point.transport = TRANSPORT_IPC;
        point.security = security;
        point.count = 10;
        open_group(&point, &group);
        assert_int_equal(connect_as_nobody(traffic_endpoint(group.receiver[0])), 0);
        AWAIT(strangers_seen(group.receiver[0], 1));
        assert_int_equal(traffic_strangers(group.receiver[0]), 1);
        start_group(&group);
        drain_group(&group);
        assert_int_equal(received(&group), point.count);
        assert_int_equal(traffic_reconnects(group.receiver[0]), 0);
        close_group(&group);
    }
}

static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    assert_non_null(folder);
    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

static void open_and_close(int cycle)
{
    struct point point = make_point(cycle & 1 ? PATTERN_PUB_SUB : PATTERN_PUSH_PULL, 1024);
    struct group group;
    struct traffic *none = NULL;
    point.transport = cycle & 2 ? TRANSPORT_IPC : TRANSPORT_TCP;
    point.bind = cycle & 4 ? BIND_SENDER : BIND_RECEIVER;
    point.send_mode = cycle % 5;
    point.count = 10;
    open_group(&point, &group);
    if (cycle % 3) { /* else closed as soon as it is ready */
        start_group(&group);
        if (cycle % 3 == 1) { /* else closed while the loops run */
            drain_group(&group);
        }
    }
    close_group(&group);
    point = make_point(PATTERN_PUSH_PULL, 64);
    assert_int_equal(traffic_open(&point, ROLE_RECEIVER, "192.0.2.1", &anywhere, &none, NULL), -1);
}

static void no_descriptor_or_thread_is_left(void **state)
{
    (void)state;
    open_and_close(0);
    int descriptors = count_entries("/proc/self/fd"), threads = count_entries("/proc/self/task");
    for (int cycle = 0; cycle < 50; cycle++) {
        open_and_close(cycle);
    }
    assert_int_equal(count_entries("/proc/self/fd"), descriptors);
    /* A thread that was joined may be in /proc for a moment, now as at the first count. */
    AWAIT(count_entries("/proc/self/task") <= threads);
}

/* ---- latency ---- */

static int64_t timed(const struct traffic *traffic)
{
    static struct traffic_times times[HISTOGRAM_BUCKETS];
    size_t buckets = traffic_latency(traffic, times);
    int64_t sum = 0;
    for (size_t i = 0; i < buckets; i++) {
        sum += times[i].count;
        assert_true(histogram_low_ns((size_t)times[i].bucket) < HANG_NS);
    }
    assert_int_equal(traffic_latency_lowest_ns(traffic), 0);
    return sum;
}

static int64_t timed_by_all(struct traffic *const *ends, int count)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        sum += timed(ends[i]);
    }
    return sum;
}

/* Sends, and expects that of each sender's messages one in so many is timed at each receiver, no
 * more (an old stamp would be one) and no less. */
static void time_messages(const struct point *point)
{
    struct group group;
    const int64_t stamped = (point->count + point->latency_every - 1) / point->latency_every;
    const bool echoes = plan_echoes(point);
    open_group(point, &group);
    start_group(&group);
    drain_group(&group);
    assert_int_equal(timed_by_all(group.sender, group.senders),
                     echoes ? stamped * group.senders : 0);
    int64_t copies = point->pattern == PATTERN_PUB_SUB ? group.receivers : 1;
    assert_int_equal(timed_by_all(group.receiver, group.receivers),
                     echoes ? 0 : stamped * group.senders * copies);
    close_group(&group);
}

static void one_in_so_many_is_timed_in_every_mode(void **state)
{
    (void)state;
    static const int64_t sizes[] = {16, 33, 34, 1024, 16384};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct point point = make_point(PATTERN_PUSH_PULL, sizes[i]);
        point.count = 300; /* memory is used again: by the ring, and by malloc */
        point.latency_every = 7;
        point.sndhwm = point.rcvhwm = 4;
        for (point.send_mode = SEND_COPY; point.send_mode < modes(OPTION_SEND_MODE);
             point.send_mode++) {
            for (point.receive_mode = RECEIVE_MESSAGE;
                 point.receive_mode < modes(OPTION_RECEIVE_MODE);
                 point.receive_mode = next_receive_mode(point.receive_mode)) {
                time_messages(&point);
            }
        }
    }
}

static void one_in_so_many_is_timed_in_every_pattern(void **state)
{
    (void)state;
    for (int shape = 0; shape < 16; shape++) {
        struct point point = make_point(shape & 3, 64);
        bool several = shape & 4 && point.pattern != PATTERN_PAIR;
        point.rate_per_s = shape & 8 ? 5000 : 0;
        *(point.pattern == PATTERN_PUB_SUB ? &point.receivers_per_sender
                                           : &point.senders_per_receiver) = several ? 3 : 1;
        point.count = 50;
        point.latency_every = shape & 8 ? 1 : 5;
        time_messages(&point);
    }
}

/* Hosts whose clocks are hours behind the coordinator's. */
static void offsets_of_clocks_are_taken_off(void **state)
{
    (void)state;
    struct group group;
    struct point point = make_point(PATTERN_PUSH_PULL, 64);
    point.count = 10;
    point.latency_every = 1;
    open_group(&point, &group);
    traffic_set_clock(group.sender[0], -3600 * SECOND_NS);   /* stamps an hour later */
    traffic_set_clock(group.receiver[0], -7200 * SECOND_NS); /* reads two hours later */
    start_group(&group);
    drain_group(&group);
    static struct traffic_times times[HISTOGRAM_BUCKETS];
    assert_int_equal(traffic_latency(group.receiver[0], times), 1);
    assert_int_equal(times[0].bucket, HISTOGRAM_BUCKETS - 1);
    close_group(&group);
    open_group(&point, &group);
    traffic_set_clock(group.sender[0], -3600 * SECOND_NS); /* later than any receiver's clock */
    start_group(&group);
    drain_group(&group);
    assert_int_equal(traffic_latency(group.receiver[0], times), 1);
    assert_int_equal(times[0].bucket, 0);
    assert_true(traffic_latency_lowest_ns(group.receiver[0]) < -3500 * SECOND_NS);
    close_group(&group);
}

/* A receiver that starts late makes all messages late that were due before, not only the one under
 * way. */
static void late_messages_count_from_when_they_were_due(void **state)
{
    (void)state;
    for (int32_t pattern = PATTERN_PUSH_PULL; pattern <= PATTERN_PAIR; pattern++) {
        struct group group;
        struct point point = make_point(pattern, 64);
        struct timespec stall = {0, 200000000};
        static struct traffic_times times[HISTOGRAM_BUCKETS];
        point.count = 250;
        point.rate_per_s = 1000;
        point.latency_every = 1;
        point.sndhwm = point.rcvhwm = 1000;
        open_group(&point, &group);
        go(group.sender[0]);
        nanosleep(&stall, NULL);
        go(group.receiver[0]);
        drain_group(&group);
        size_t buckets =
            traffic_latency(plan_echoes(&point) ? group.sender[0] : group.receiver[0], times);
        int64_t late = 0;
        for (size_t i = 0; i < buckets; i++) {
            late += histogram_low_ns((size_t)times[i].bucket) > 50000000 ? times[i].count : 0;
        }
        assert_true(late >= 140); /* due in the first 150 ms of 200 */
        close_group(&group);
    }
}

/* In duration mode only what is between the edges counts, however often the window grows. */
static void the_window_has_its_edges(void **state)
{
    (void)state;
    struct group group;
    struct point point = make_point(PATTERN_PAIR, 64);
    point.latency_every = 1;
    point.duration_ns = SECOND_NS;
    open_group(&point, &group);
    start_group(&group);
    AWAIT(sent(&group) > 20);
    traffic_latency_begin(group.sender[0]);
    int64_t begin = sent(&group);
    AWAIT(sent(&group) > begin + 20);
    traffic_latency_end(group.sender[0]);
    AWAIT(sent(&group) > begin + 60);
    int64_t end = sent(&group);
    traffic_latency_end(group.sender[0]);
    AWAIT(sent(&group) > end + 20);
    assert_int_equal(traffic_end_sending(group.sender[0], HANG_NS, NULL), 0);
    drain_group(&group);
    assert_true(timed(group.sender[0]) >= end - begin - 1);
    assert_true(timed(group.sender[0]) < sent(&group) - 20);
    close_group(&group);
}

/* Nobody sends the message back: told to stop, the sender waits for it; given up, it ends. */
static void a_requester_without_an_answer_stops(void **state)
{
    (void)state;
    for (int32_t pattern = PATTERN_REQ_REP; pattern <= PATTERN_PAIR; pattern++) {
        struct group group;
        struct point point = make_point(pattern, 64);
        open_group(&point, &group);
        go(group.sender[0]);
        AWAIT(sent(&group) == 1);
        assert_int_equal(traffic_end_sending(group.sender[0], HANG_NS, NULL), 0);
        nap();
        assert_false(traffic_ended(group.sender[0]));
        halt(group.sender[0]);
        assert_true(traffic_ended(group.sender[0]));
        assert_int_equal(sent(&group), 1);
        close_group(&group);
    }
}

static int start_process(void **state)
{
    (void)state;
    char password[TRAFFIC_PASSWORD_LENGTH];
    traffic_start_process();
    assert_int_equal(traffic_make_password(password, NULL), 0);
    assert_int_equal(traffic_make_keys(own_key, NULL), 0);
    assert_int_equal(
        traffic_admit_members(password, (const char(*)[TRAFFIC_KEY_LENGTH]) & own_key, 1, NULL), 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest delivery[] = {
        cmocka_unit_test(push_pull_delivers_to_a_bound_receiver),
        cmocka_unit_test(push_pull_delivers_from_a_bound_sender),
        cmocka_unit_test(pub_sub_delivers_to_a_bound_receiver),
        cmocka_unit_test(pub_sub_delivers_from_a_bound_sender),
        cmocka_unit_test(req_rep_goes_there_and_back),
        cmocka_unit_test(pair_goes_there_and_back),
        cmocka_unit_test(groups_of_several_deliver),
        cmocka_unit_test(requests_of_several_and_to_several_are_answered),
        cmocka_unit_test(readiness_leaves_nobody_out),
        cmocka_unit_test(the_payload_is_as_long_and_as_full_as_it_says),
        cmocka_unit_test(a_message_of_another_size_is_foreign),
        cmocka_unit_test(a_peer_that_leaves_is_noticed),
        cmocka_unit_test(strangers_are_kept_out),
        cmocka_unit_test(a_subscription_is_sent_whenever_the_publisher_comes),
        cmocka_unit_test(a_peer_without_the_password_is_refused),
        cmocka_unit_test(encrypted_messages_arrive),
    };
    const struct CMUnitTest ends[] = {
        cmocka_unit_test(a_blocked_sender_stops),
        cmocka_unit_test(a_waiting_receiver_stops),
        cmocka_unit_test(a_sender_starts_when_told),
        cmocka_unit_test(a_sender_waits_for_its_ring),
        cmocka_unit_test(stopped_in_full_flow_the_last_message_has_its_date),
        cmocka_unit_test(a_flood_loses_and_still_ends),
        cmocka_unit_test(what_is_queued_follows_a_publisher_that_left),
    };
    const struct CMUnitTest latencies[] = {
        cmocka_unit_test(one_in_so_many_is_timed_in_every_mode),
        cmocka_unit_test(one_in_so_many_is_timed_in_every_pattern),
        cmocka_unit_test(offsets_of_clocks_are_taken_off),
        cmocka_unit_test(late_messages_count_from_when_they_were_due),
        cmocka_unit_test(the_window_has_its_edges),
        cmocka_unit_test(a_requester_without_an_answer_stops),
    };
    const struct CMUnitTest counters[] = {
        cmocka_unit_test(buffers_do_not_overlap),
        cmocka_unit_test(several_threads_give_back),
        cmocka_unit_test(no_pair_is_ever_torn),
        cmocka_unit_test(a_sample_adds_the_wait_under_way),
    };
    const struct CMUnitTest sockets[] = {
        cmocka_unit_test(connections_are_read_back),
        cmocka_unit_test(kernel_buffers_are_what_was_asked_for),
        cmocka_unit_test(nothing_is_said_without_a_connection),
        cmocka_unit_test(a_refused_connect_is_a_failure_at_once),
        cmocka_unit_test(what_cannot_be_opened_is_said),
        cmocka_unit_test(an_ipc_socket_is_no_file),
        cmocka_unit_test(another_user_does_not_get_into_ipc),
        cmocka_unit_test(no_descriptor_or_thread_is_left),
    };
    int failed = cmocka_run_group_tests_name("delivery", delivery, start_process, NULL);
    failed += cmocka_run_group_tests_name("ends", ends, NULL, NULL);
    failed += cmocka_run_group_tests_name("latencies", latencies, NULL, NULL);
    failed += cmocka_run_group_tests_name("counters", counters, NULL, NULL);
    failed += cmocka_run_group_tests_name("sockets", sockets, NULL, NULL);
    traffic_forget_members();
    return failed;
}
