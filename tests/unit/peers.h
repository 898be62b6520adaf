/* peers.h - both ends of a group in one process, for the tests of ZeroMQ's traffic and of the
 * baseline's.
 *
 * Nothing is judged by how long it takes: HANG_NS only turns a test that would hang into one that
 * fails.
 */
#ifndef TEST_PEERS_H
#define TEST_PEERS_H

#include "clock.h"
#include "state/state.h"
#include "state/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define SECOND_NS INT64_C(1000000000)
#define HANG_NS (60 * SECOND_NS)
#define LOOPBACK "127.0.0.1"
#define MOST_PEERS 4

static void nap(void)
{
    struct timespec pause = {0, 200000};
    nanosleep(&pause, NULL);
}

/* Waits for an expression to become true. */
#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        const int64_t guard_ns = clock_ns() + HANG_NS;                                             \
        while (!(condition)) {                                                                     \
            if (clock_ns() > guard_ns) {                                                           \
                fail_msg("waited in vain for: %s", #condition);                                    \
            }                                                                                      \
            nap();                                                                                 \
        }                                                                                          \
    } while (0)

/* Threads are left where they are. */
static const struct traffic_cpus anywhere;

/* One group. */
struct group {
    struct point point;
    int senders, receivers;
    struct traffic *sender[MOST_PEERS], *receiver[MOST_PEERS];
};

static struct traffic *open_end(const struct point *point, enum role role)
{
    struct traffic *traffic = NULL;
    struct error error = {""};
    if (traffic_open(point, role, LOOPBACK, &anywhere, &traffic, &error)) {
        fail_msg("%s", error.text);
    }
    return traffic;
}

static void connect_end(struct traffic *traffic, const char *endpoint)
{
    struct error error = {""};
    if (traffic_connect(traffic, endpoint, 0, &error)) {
        fail_msg("%s", error.text);
    }
}

static bool end_ready(struct traffic *traffic)
{
    struct error error = {""};
    int ready = traffic_ready(traffic, &error);
    if (ready < 0) {
        fail_msg("%s", error.text);
    }
    return ready == 1;
}

static bool group_ready(struct group *group)
{
    bool ready = true;
    for (int i = 0; i < group->senders; i++) {
        ready = end_ready(group->sender[i]) && ready;
    }
    for (int i = 0; i < group->receivers; i++) {
        ready = end_ready(group->receiver[i]) && ready;
    }
    return ready;
}

/* Every end open, connected and proven ready. */
static void open_group(const struct point *point, struct group *group)
{
    memset(group, 0, sizeof *group);
    group->point = *point;
    group->senders = point->senders_per_receiver;
    group->receivers = point->receivers_per_sender;
    for (int i = 0; i < group->senders; i++) {
        group->sender[i] = open_end(point, ROLE_SENDER);
    }
    for (int i = 0; i < group->receivers; i++) {
        group->receiver[i] = open_end(point, ROLE_RECEIVER);
    }
    for (int s = 0; s < group->senders; s++) {
        for (int r = 0; r < group->receivers; r++) {
            bool receiver_binds = point->bind == BIND_RECEIVER;
            struct traffic *bound = receiver_binds ? group->receiver[r] : group->sender[s];
            connect_end(receiver_binds ? group->sender[s] : group->receiver[r],
                        traffic_endpoint(bound));
        }
    }
    AWAIT(group_ready(group));
}

#endif
