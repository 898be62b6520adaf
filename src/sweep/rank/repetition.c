/* repetition.c - the running repetition on one rank. */
#include "rank/repetition.h"

#include "process/log.h"

#include "zmqsweep/traffic_connections.h"

#include <stdlib.h>
#include <string.h>

/* The longest wait for a loop's end after a time-out, since the job must end soon. */
#define STUCK_NS 1500000000

/* Makes the layout anew only if it changes: the repetitions of a point, and often several points,
 * share one. */
static void update_layout(struct cluster *cluster, struct repetition *repetition)
{
    struct error error = {""};
    if (repetition->layout.assignments &&
        plan_same_layout(&repetition->layout_point, &repetition->order.point)) {
        return;
    }
    plan_layout_free(&repetition->layout);
    if (plan_layout_make(&repetition->order.point, cluster_hosts(cluster), cluster_size(cluster),
                         &repetition->layout, &error)) {
        log_line(LOG_ERROR, "%s", error.text); /* cannot be: rank 0 has laid out the point before */
        cluster_abort(EXIT_FAILED);
    }
    repetition->layout_point = repetition->order.point;
}

void repetition_begin(struct cluster *cluster, struct repetition *repetition)
{
    update_layout(cluster, repetition);
    struct plan_assignment assignment = repetition->layout.assignments[cluster_rank(cluster)];
    memset(&repetition->outcome, 0, sizeof repetition->outcome);
    memset(&repetition->timeline, 0, sizeof repetition->timeline);
    repetition->ran = repetition->stopped = false;
    repetition->outcome.role = assignment.role;
    repetition->outcome.group = assignment.group;
}

void repetition_free(struct repetition *repetition)
{
    plan_layout_free(&repetition->layout);
    free(repetition->intervals);
    free(repetition->times);
    repetition->intervals = NULL;
    repetition->times = NULL;
}

bool repetition_is_sender(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_SENDER;
}

bool repetition_is_receiver(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_RECEIVER;
}

/* How long to wait for the loop's end. A rank whose loop does not end cannot go on. After a
 * time-out, little is left of the time in which the job must end. */
static int64_t stop_timeout_ns(const struct repetition *repetition)
{
    int64_t timeout_ns = repetition->order.point.timeout_ns;
    return repetition->outcome.timed_out && timeout_ns > STUCK_NS ? STUCK_NS : timeout_ns;
}

static void handle_stop_error(const struct cluster *cluster, struct repetition *repetition,
                              const struct traffic *traffic, const struct error *error)
{
    if (traffic_is_running(traffic)) {
        cluster_fail(cluster, error->text);
    }
    outcome_fail(&repetition->outcome, error);
}

void repetition_stop_loop(const struct cluster *cluster, struct repetition *repetition,
                          struct traffic *traffic)
{
    struct error error = {""};
    if (traffic_stop(traffic, stop_timeout_ns(repetition), &error)) {
        handle_stop_error(cluster, repetition, traffic, &error);
    }
}

void repetition_end_sending(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic)
{
    struct error error = {""};
    if (traffic_end_sending(traffic, stop_timeout_ns(repetition), &error)) {
        handle_stop_error(cluster, repetition, traffic, &error);
    }
}

void repetition_read_connections(struct repetition *repetition, struct traffic *traffic)
{
    traffic_read_events(traffic, 0);
    repetition->outcome.reconnects = traffic_reconnects(traffic);
    repetition->outcome.strangers = traffic_strangers(traffic);
    repetition->outcome.connections = traffic_connections(traffic);
}
