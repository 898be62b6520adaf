/* test_stream.c - the baseline's plain TCP sockets, both ends in one process, over loopback.
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
#include <math.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peers.h"

#include "zmqsweep/traffic_connections.h"

static struct point make_point(int64_t size, int32_t senders, int32_t receivers, int32_t bind_side)
{
    struct point point;
    memset(&point, 0, sizeof point);
    point.size_bytes = size;
    point.pairs = 1;
    point.senders_per_receiver = senders;
    point.receivers_per_sender = receivers;
    point.bind = bind_side;
    point.timeout_ns = HANG_NS;
    point.sndbuf_bytes = point.rcvbuf_bytes = point.ports = OPTION_KEYWORD;
    return plan_baseline_of(&point);
}

static void go(struct traffic *traffic)
{
    assert_int_equal(traffic_start(traffic, clock_ns(), NULL), 0);
}

static void start_group(struct group *group)
{
    for (int i = 0; i < group->point.receivers_per_sender; i++) {
        go(group->receiver[i]);
    }
    for (int i = 0; i < group->point.senders_per_receiver; i++) {
        go(group->sender[i]);
    }
}

/* Every loop comes to its end by itself: the senders' after a whole message, the receivers' at the
 * last byte.
 */
static void await_end(struct group *group)
{
    for (int i = 0; i < group->point.senders_per_receiver; i++) {
        AWAIT(traffic_ended(group->sender[i]));
    }
    for (int i = 0; i < group->point.receivers_per_sender; i++) {
        AWAIT(traffic_ended(group->receiver[i]));
    }
}

static int64_t sent(const struct group *group)
{
    int64_t sum = 0;
    for (int i = 0; i < group->point.senders_per_receiver; i++) {
        sum += traffic_count(group->sender[i]);
    }
    return sum;
}

static int64_t received(const struct group *group)
{
    int64_t sum = 0;
    for (int i = 0; i < group->point.receivers_per_sender; i++) {
        sum += traffic_count(group->receiver[i]);
    }
    return sum;
}

/* The same, of loops that have ended: until then what is foreign is the loop's own. */
static int64_t received_in_all(const struct group *group)
{
    for (int i = 0; i < group->point.receivers_per_sender; i++) {
        assert_int_equal(traffic_foreign(group->receiver[i]), 0);
    }
    return received(group);
}

static void close_group(struct group *group)
{
    struct error error = {""};
    for (int i = 0; i < MOST_PEERS; i++) {
        if (group->sender[i] && traffic_stop(group->sender[i], HANG_NS, &error)) {
            fail_msg("%s", error.text);
        }
        if (group->receiver[i] && traffic_stop(group->receiver[i], HANG_NS, &error)) {
            fail_msg("%s", error.text);
        }
        traffic_close(&group->sender[i]);
        traffic_close(&group->receiver[i]);
    }
}

static bool is_blocked(const struct traffic *traffic)
{
    return traffic_sample(traffic).blocked_ns > SECOND_NS / 50;
}

static const int32_t shapes[][2] = {{1, 1}, {3, 1}, {1, 3}}; /* senders, receivers */

/* ---- everything that is sent arrives, whole ---- */

static void deliver(const struct point *point)
{
    struct group group;
    open_group(point, &group);
    start_group(&group);
    await_end(&group);
    for (int i = 0; i < point->senders_per_receiver; i++) {
        assert_int_equal(traffic_count(group.sender[i]), point->count);
        assert_true(traffic_started_ns(group.sender[i]) > 0);
    }
    assert_int_equal(received_in_all(&group), point->count * point->senders_per_receiver);
    for (int i = 0; i < point->receivers_per_sender; i++) {
        const struct traffic *receiver = group.receiver[i];
        assert_true(traffic_count(receiver) > 0);
        assert_true(traffic_first_ns(receiver) > 0);
        assert_true(traffic_last_ns(receiver) > traffic_first_ns(receiver));
        assert_true(traffic_last_ns(receiver) <= clock_ns());
    }
    close_group(&group);
}

static void a_count_is_delivered(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 1000, 16383, 16384, 1000000};
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        for (size_t k = 0; k < LENGTH(shapes); k++) {
            for (int side = BIND_RECEIVER; side <= BIND_SENDER; side++) {
                struct point point = make_point(sizes[i], shapes[k][0], shapes[k][1], side);
                point.count = 60;
                deliver(&point);
            }
        }
    }
}

static bool has_received(const struct group *group, int64_t messages)
{
    return received(group) >= messages;
}

static void stopped_in_full_flow_the_accounts_are_exact(void **state)
{
    (void)state;
    static const int64_t sizes[] = {64, 65536,
                                    3000000}; /* the last is more than the kernel takes at once */
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        for (size_t k = 0; k < LENGTH(shapes); k++) {
            struct point point = make_point(sizes[i], shapes[k][0], shapes[k][1], BIND_RECEIVER);
            struct group group;
            open_group(&point, &group);
            start_group(&group);
            AWAIT(has_received(&group, 20));
            for (int s = 0; s < point.senders_per_receiver; s++) {
                assert_int_equal(traffic_end_sending(group.sender[s], HANG_NS, NULL), 0);
            }
            await_end(&group);
            assert_int_equal(received_in_all(&group), sent(&group));
            close_group(&group);
        }
    }
}

/* Asks both ends, as each moves on when it is asked. */
static bool both_ready(struct traffic *one, struct traffic *other)
{
    bool ready = end_ready(one);
    return end_ready(other) && ready;
}

static void the_rest_of_a_message_is_foreign(void **state)
{
    (void)state;
    struct point point = make_point(1000, 1, 1, BIND_RECEIVER);
    struct traffic *receiver = open_end(&point, ROLE_RECEIVER),
                   *sender = open_end(&point, ROLE_SENDER);
    char bytes[2500] = "";
    connect_end(sender, traffic_endpoint(receiver));
    AWAIT(both_ready(sender, receiver));
    go(receiver);
    int fd = sender->stream->connections[0].fd;
    assert_int_equal(send(fd, bytes, sizeof bytes, 0), sizeof bytes);
    shutdown(fd, SHUT_WR);
    AWAIT(traffic_ended(receiver));
    assert_int_equal(traffic_count(receiver), 2);
    assert_int_equal(traffic_foreign(receiver), 1);
    traffic_close(&sender);
    traffic_close(&receiver);
}

/* ---- every wait ends ---- */

static void a_blocked_sender_stops(void **state)
{
    (void)state;
    for (int32_t receivers = 1; receivers <= 3; receivers += 2) {
        struct point point = make_point(100000, 1, receivers, BIND_RECEIVER);
        struct group group;
        open_group(&point, &group);
        struct traffic *sender = group.sender[0];
        go(sender); /* nobody receives */
        AWAIT(is_blocked(sender));
        assert_true(traffic_count(sender) > 0);
        assert_false(traffic_ended(sender));
        assert_int_equal(traffic_stop(sender, HANG_NS, NULL), 0);
        assert_true(traffic_ended(sender));
        assert_true(is_blocked(sender));
        close_group(&group);
    }
}

static void a_waiting_receiver_stops(void **state)
{
    (void)state;
    for (int32_t senders = 1; senders <= 3; senders += 2) {
        struct point point = make_point(1000, senders, 1, BIND_RECEIVER);
        struct group group;
        open_group(&point, &group);
        go(group.receiver[0]);
        AWAIT(is_blocked(group.receiver[0]));
        assert_int_equal(traffic_stop(group.receiver[0], HANG_NS, NULL), 0);
        assert_int_equal(traffic_count(group.receiver[0]), 0);
        assert_int_equal(traffic_first_ns(group.receiver[0]), 0);
        assert_int_equal(traffic_last_ns(group.receiver[0]), 0);
        close_group(&group);
    }
}

static void a_sender_starts_when_told(void **state)
{
    (void)state;
    struct point point = make_point(64, 1, 1, BIND_SENDER);
    struct group group;
    point.count = 2;
    open_group(&point, &group);
    int64_t start_ns = clock_ns() + SECOND_NS / 20;
    assert_int_equal(traffic_start(group.sender[0], start_ns, NULL), 0);
    AWAIT(traffic_ended(group.sender[0]));
    assert_true(traffic_started_ns(group.sender[0]) >= start_ns);
    close_group(&group);
}

static void a_peer_that_is_gone_is_an_error(void **state)
{
    (void)state;
    struct point point = make_point(100000, 1, 1, BIND_RECEIVER);
    struct group group;
    struct error error = {""};
    open_group(&point, &group);
    go(group.sender[0]);
    AWAIT(is_blocked(group.sender[0]));
    traffic_close(&group.receiver[0]);
    AWAIT(traffic_ended(group.sender[0]));
    assert_int_equal(traffic_stop(group.sender[0], HANG_NS, &error), -1);
    assert_non_null(strstr(error.text, "send: "));
    traffic_close(&group.sender[0]);
}

/* ---- connections ---- */

static int knock(const char *endpoint)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_port = htons((uint16_t)strtol(strrchr(endpoint, ':') + 1, NULL, 10));
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const void *data, size_t length)
{
    assert_int_equal(send(fd, data, length, MSG_NOSIGNAL), length);
}

/* However little its rest is: a sleeping reader is not left waiting for more than that. */
static void a_message_counts_when_its_last_byte_is_there(void **state)
{
    (void)state;
    static const char message[1000000];
    static const size_t rests[] = {1, 1000, 200000, 300000};
    struct point point = make_point(sizeof message, 1, 1, BIND_RECEIVER);
    for (size_t i = 0; i < LENGTH(rests); i++) {
        struct traffic *receiver = open_end(&point, ROLE_RECEIVER);
        int fd = knock(traffic_endpoint(receiver));
        send_all(fd, strchr(traffic_endpoint(receiver), '#') + 1, 32);
        AWAIT(end_ready(receiver));
        go(receiver);
        for (int count = 1; count <= 2; count++) {
            send_all(fd, message, sizeof message - rests[i]);
            int64_t blocked_ns = traffic_sample(receiver).blocked_ns;
            AWAIT(traffic_sample(receiver).blocked_ns > blocked_ns + SECOND_NS / 100);
            assert_int_equal(traffic_count(receiver), count - 1);
            send_all(fd, message, rests[i]);
            AWAIT(traffic_count(receiver) == count);
        }
        close(fd);
        AWAIT(traffic_ended(receiver));
        assert_int_equal(traffic_foreign(receiver), 0);
        traffic_close(&receiver);
    }
}

static void strangers_get_no_place(void **state)
{
    (void)state;
    static const char *const said[] = {"", "GET / HTTP/1.1\r\n\r\n",
                                       "00000000000000000000000000000000zzzz"};
    for (int side = BIND_RECEIVER; side <= BIND_SENDER; side++) {
        struct point point = make_point(1000, 1, 1, side);
        point.count = 30;
        struct traffic *sender = open_end(&point, ROLE_SENDER),
                       *receiver = open_end(&point, ROLE_RECEIVER);
        struct traffic *bound = side == BIND_RECEIVER ? receiver : sender;
        int fds[40]; /* more than may stay */
        for (size_t i = 0; i < LENGTH(fds); i++) {
            const char *words = said[i % LENGTH(said)];
            fds[i] = knock(traffic_endpoint(bound));
            send_all(fds[i], words, strlen(words));
            assert_false(end_ready(bound));
        }
        connect_end(side == BIND_RECEIVER ? sender : receiver, traffic_endpoint(bound));
        AWAIT(both_ready(sender, receiver));
        go(receiver);
        go(sender);
        AWAIT(traffic_ended(receiver));
        assert_int_equal(traffic_count(receiver), 30);
        assert_int_equal(traffic_foreign(receiver), 0);
        for (size_t i = 0; i < LENGTH(fds); i++) {
            close(fds[i]);
        }
        traffic_close(&sender);
        traffic_close(&receiver);
    }
}

static void a_refused_connect_is_a_failure_at_once(void **state)
{
    (void)state;
    struct point point = make_point(64, 1, 1, BIND_RECEIVER);
    struct traffic *receiver = open_end(&point, ROLE_RECEIVER),
                   *sender = open_end(&point, ROLE_SENDER);
    char endpoint[TRAFFIC_ENDPOINT_LENGTH];
    struct error error = {""};
    int ready = 0;
    snprintf(endpoint, sizeof endpoint, "%s", traffic_endpoint(receiver));
    assert_int_equal(traffic_ready(receiver, &error), 0);
    traffic_describe_wait(receiver, &error);
    *strchr(endpoint, '#') = '\0';
    assert_non_null(strstr(error.text, "0 of 1 handshakes"));
    assert_non_null(strstr(error.text, endpoint));
    assert_null(strchr(error.text, '#')); /* the token stays between the peers */
    *strchr(endpoint, '\0') = '#';
    traffic_close(&receiver);
    connect_end(sender, endpoint);
    AWAIT((ready = traffic_ready(sender, &error)) != 0);
    assert_int_equal(ready, -1);
    assert_non_null(strstr(error.text, "refused"));
    assert_null(strchr(error.text, '#'));
    traffic_close(&sender);
}

static void what_cannot_be_opened_is_said(void **state)
{
    (void)state;
    struct point point = make_point(64, 1, 1, BIND_RECEIVER);
    struct traffic *traffic = NULL;
    struct error error = {""};
    assert_int_equal(traffic_open(&point, ROLE_RECEIVER, "192.0.2.1", &anywhere, &traffic, &error),
                     -1);
    assert_null(traffic);
    assert_non_null(strstr(error.text, "bind(192.0.2.1)"));
    traffic = open_end(&point, ROLE_SENDER);
    assert_int_equal(traffic_connect(traffic, "nonsense", 0, &error), -1);
    assert_non_null(strstr(error.text, "nonsense"));
    traffic_close(&traffic);
}

static void ports_of_a_range_are_used_once_each(void **state)
{
    (void)state;
    struct traffic *traffic[4];
    struct error error = {""};
    struct point point = make_point(64, 1, 1, BIND_RECEIVER);
    int64_t *ports;
    size_t count;
    int first =
        20000 + 3 * (int)(getpid() % 4000); /* below those that the kernel gives away by itself */
    char range[32];
    snprintf(range, sizeof range, "%d-%d", first, first + 2);
    assert_int_equal(config_parse(OPTION_PORT_RANGE, range, &ports, &count, &error), 0);
    point.ports = ports[0];
    free(ports);
    for (int i = 0; i < 3; i++) {
        traffic[i] = open_end(&point, ROLE_RECEIVER);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(traffic_endpoint(traffic[i]), traffic_endpoint(traffic[k]));
        }
        int port = (int)strtol(strrchr(traffic_endpoint(traffic[i]), ':') + 1, NULL, 10);
        assert_in_range(port, first, first + 2);
    }
    assert_int_equal(traffic_open(&point, ROLE_RECEIVER, LOOPBACK, &anywhere, &traffic[3], &error),
                     -1);
    assert_non_null(strstr(error.text, range));
    for (int i = 0; i < 3; i++) {
        traffic_close(&traffic[i]);
    }
}

static void connections_are_read_back(void **state)
{
    (void)state;
    struct point point = make_point(1000, 3, 1, BIND_RECEIVER);
    struct group group;
    point.sndbuf_bytes = 30000;
    point.rcvbuf_bytes = 40000;
    point.count = 10;
    struct traffic *alone = open_end(&point, ROLE_RECEIVER);
    assert_true(isnan(traffic_connections(alone).sndbuf_bytes));
    traffic_close(&alone);
    open_group(&point, &group);
    start_group(&group);
    await_end(&group);
    struct traffic_connections sender = traffic_connections(group.sender[2]);
    struct traffic_connections receiver = traffic_connections(group.receiver[0]);
    assert_true(sender.sndbuf_bytes == 60000); /* Linux doubles it: socket(7) */
    assert_true(receiver.rcvbuf_bytes == 80000);
    assert_true(sender.retransmits >= 0 && sender.rtt_us > 0);
    assert_int_equal(sender.sndhwm, 0);
    assert_int_equal(traffic_reconnects(group.sender[0]), 0);
    close_group(&group);
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
    struct point point = make_point(1024, shapes[cycle % 3][0], shapes[cycle % 3][1], cycle & 1);
    struct group group;
    point.count = 10;
    open_group(&point, &group);
    if (cycle % 4) { /* else closed as soon as it is ready */
        start_group(&group);
        if (cycle % 4 == 1) { /* else closed while the loops run */
            await_end(&group);
        }
    }
    for (int i = 0; i < MOST_PEERS; i++) { /* in this order a peer may see the other go */
        traffic_close(&group.sender[i]);
        traffic_close(&group.receiver[i]);
    }
}

static void no_descriptor_or_thread_is_left(void **state)
{
    (void)state;
    open_and_close(0);
    int descriptors = count_entries("/proc/self/fd"), threads = count_entries("/proc/self/task");
    for (int cycle = 0; cycle < 48; cycle++) {
        open_and_close(cycle);
    }
    assert_int_equal(count_entries("/proc/self/fd"), descriptors);
    assert_int_equal(count_entries("/proc/self/task"), threads);
}

static int start_process(void **state)
{
    (void)state;
    traffic_start_process();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_delivered),
        cmocka_unit_test(stopped_in_full_flow_the_accounts_are_exact),
        cmocka_unit_test(the_rest_of_a_message_is_foreign),
        cmocka_unit_test(a_blocked_sender_stops),
        cmocka_unit_test(a_waiting_receiver_stops),
        cmocka_unit_test(a_sender_starts_when_told),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error),
        cmocka_unit_test(a_message_counts_when_its_last_byte_is_there),
        cmocka_unit_test(strangers_get_no_place),
        cmocka_unit_test(a_refused_connect_is_a_failure_at_once),
        cmocka_unit_test(what_cannot_be_opened_is_said),
        cmocka_unit_test(ports_of_a_range_are_used_once_each),
        cmocka_unit_test(connections_are_read_back),
        cmocka_unit_test(no_descriptor_or_thread_is_left),
    };
    return cmocka_run_group_tests_name("stream", tests, start_process, NULL);
}
