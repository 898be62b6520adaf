/* repetition.h - the running repetition on one rank: its order, its layout, and what this rank saw
 * of it. */
#ifndef REPETITION_H
#define REPETITION_H

#include "outcome/outcome.h"

#include "zmqsweep/cluster.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/traffic_latency.h"

/* Ranks notice a time-out (--timeout) at most this late. A collective is given up after --timeout
 * and this time. */
#define REPETITION_DEADLINE_EXTRA_NS 1000000000

enum order_command { ORDER_RUN, ORDER_CLOCKS, ORDER_HEARTBEAT, ORDER_END };

/* What all ranks are to do next, from rank 0. */
struct order {
    int32_t command; /* enum order_command; ORDER_HEARTBEAT: a sign of life */
    int32_t repetition;
    int32_t code; /* with ORDER_END: the exit code of all ranks */
    struct point point;
};

/* The last sum of a tally, and when it last changed, by the coordinator's clock. */
struct stall {
    int64_t moved_ns, last_sum;
};

struct repetition {
    struct order order;
    struct plan_layout layout; /* of the point; the same on every rank */
    struct point layout_point; /* the point that `layout` was made for */
    struct outcome outcome;
    struct timeline timeline;
    struct stall stall; /* of the messages counted; the drain's time-out counts from moved_ns */
    struct interval *intervals; /* of this rank; grown as needed, reused by the next repetition */
    size_t interval_capacity;
    struct traffic_times *times; /* this rank's latencies; room for all buckets once needed */
    bool ran;                    /* every rank was ready and the traffic started */
    bool stopped;
    /* Rank 0 calls it before the ranks agree on when the traffic starts, unless it is NULL. */
    void (*before_traffic)(void *data, const struct point *point);
    void *before_traffic_data;
};

/* Makes the layout of the order's point, and an outcome with this rank's role in it. */
void repetition_begin(struct cluster *cluster, struct repetition *repetition);
void repetition_free(struct repetition *repetition);

bool repetition_is_sender(const struct repetition *repetition);
bool repetition_is_receiver(const struct repetition *repetition);

/* End the loop, or a sender's sending. An error makes the repetition fail; a loop that does not end
 * makes the job end. */
void repetition_stop_loop(const struct cluster *cluster, struct repetition *repetition,
                          struct traffic *traffic);
void repetition_end_sending(const struct cluster *cluster, struct repetition *repetition,
                            struct traffic *traffic);
/* Records what the connections report, while they are open. */
void repetition_read_connections(struct repetition *repetition, struct traffic *traffic);

#endif
