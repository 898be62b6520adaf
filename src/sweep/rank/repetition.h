/* repetition.h - the repetition under way on one rank: its order, its layout, and what this rank
 * saw of it.
 */
#ifndef REPETITION_H
#define REPETITION_H

#include "outcome/outcome.h"

#include "zmqsweep/cluster.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/traffic_latency.h"

/* Ranks notice the end of a wait (--timeout) this late at most; a collective is given up after
 * that. */
#define REPETITION_DEADLINE_EXTRA_NS 1000000000

enum order_command { ORDER_RUN, ORDER_CLOCKS, ORDER_HEARTBEAT, ORDER_END };

/* What all ranks are to do next, from rank 0. */
struct order {
    int32_t command; /* enum order_command; ORDER_HEARTBEAT: a sign of life */
    int32_t repetition;
    int32_t code; /* of all ranks, with ORDER_END */
    struct point point;
};

/* Since when the sum of a tally has not changed, in the coordinator's time. */
struct stall {
    int64_t moved_ns, last_sum;
};

struct repetition {
    struct order order;
    struct plan_layout layout; /* of the point; the same on every rank */
    struct point layout_point; /* the point that it was made for */
    struct outcome outcome;
    struct timeline timeline;
    struct stall
        stall; /* of messages, from the window's end on; what a drain's deadline counts from */
    struct interval *intervals; /* of this rank; grown as needed, reused by the next repetition */
    size_t interval_capacity;
    struct traffic_times
        *times; /* the latencies of this rank; room for all buckets, once there are any */
    bool ran;   /* every rank was ready and the traffic started */
    bool stopped;
    /* Rank 0: the traffic starts when it returns; or NULL. */
    void (*before_traffic)(void *data, const struct point *point);
    void *before_traffic_data;
};

/* The layout of the order's point, and an outcome with this rank's role in it. */
void repetition_begin(struct cluster *cluster, struct repetition *repetition);
void repetition_free(struct repetition *repetition);

bool repetition_is_sender(const struct repetition *repetition);
bool repetition_is_receiver(const struct repetition *repetition);

/* Ends the loop, or a sender's sending; with an error the repetition fails, and with a thread that
 * does not end the job does. */
void repetition_stop_loop(const struct cluster *cluster, struct repetition *repetition,
                          struct traffic *traffic);
void repetition_end_sending(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic);
/* Records what the connections report, while they are open. */
void repetition_read_connections(struct repetition *repetition, struct traffic *traffic);

#endif
