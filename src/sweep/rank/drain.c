/* drain.c - the end of a repetition: waits until every message sent is received or known to be
 * lost. All ranks run it in step. */
#include "rank/drain.h"

#include "rank/sampler.h"
#include "rank/tally.h"

#define DRAIN_PAUSE_MAX_NS 10000000

static bool is_publisher(const struct repetition *repetition)
{
    return repetition_is_sender(repetition) && repetition->order.point.pattern == PATTERN_PUB_SUB;
}

static bool is_subscriber(const struct repetition *repetition)
{
    return repetition_is_receiver(repetition) && repetition->order.point.pattern == PATTERN_PUB_SUB;
}

static bool is_requester(const struct repetition *repetition)
{
    return repetition_is_sender(repetition) && plan_echoes(&repetition->order.point);
}

/* Does the drain have to wait for this rank's loop? A stream's sender may have the rest of a
 * message to write, and its receivers read to the end. In req-rep and pair the sender's last
 * message must come back. */
static bool is_pending(const struct repetition *repetition, const struct traffic *traffic)
{
    const struct point *point = &repetition->order.point;
    bool waited_for = plan_echoes(point)
                          ? repetition_is_sender(repetition)
                          : repetition_is_receiver(repetition) || plan_is_baseline(point);
    return traffic && waited_for && !traffic_ended(traffic);
}

/* Is the drain complete? Push-pull: as many messages were received as sent. Req-rep and pair: and
 * all came back. Pub-sub: every subscriber saw its publishers close and emptied its queue. Stream:
 * every loop has ended. */
static bool is_drained(const struct point *point, const struct cluster_totals *tally)
{
    bool received = tally->sum[TALLY_RECEIVED] >= tally->sum[TALLY_SENT],
         none_pending = tally->sum[TALLY_PENDING] == 0;
    if (plan_echoes(point)) {
        return received && none_pending;
    }
    return point->pattern == PATTERN_PUSH_PULL ? received : none_pending;
}

/* Helps a loop to end: lets a subscriber's loop end once its publishers have closed, and wakes a
 * requester that fell asleep just as it was to stop. */
static void prompt_loop_end(struct repetition *repetition, struct traffic *traffic)
{
    if (is_requester(repetition) && traffic) {
        traffic_end_sending(traffic, 0, NULL);
    }
    if (is_subscriber(repetition)) {
        traffic_read_events(traffic, 0);
        if (traffic_peers_gone(traffic)) {
            traffic_note_peers_gone(traffic);
        }
    }
}

void drain_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic)
{
    const struct point *point = &repetition->order.point;
    const int64_t began_ns = tally_now_ns(cluster);
    struct cluster_totals tally;
    bool expired = false;
    cluster_set_phase(cluster, "drain");
    for (bool first = true;; first = false) {
        prompt_loop_end(repetition, traffic);
        if (traffic && point->pattern != PATTERN_PUB_SUB) {
            repetition_read_connections(
                repetition, traffic); /* before the tally, since peers may close after it */
        }
        tally_count(cluster, repetition, traffic, is_pending(repetition, traffic), expired, &tally);
        if (is_drained(point, &tally) || repetition->stopped || repetition->outcome.timed_out ||
            tally.max[TALLY_FAILED]) {
            break;
        }
        if (first && is_publisher(repetition)) {
            traffic_detach(traffic); /* only after the first tally: by then all ranks have read
                                        their connections */
        }
        expired = tally_stalled(cluster, &repetition->stall, tally.sum[TALLY_RECEIVED],
                                point->timeout_ns);
        cluster_sleep_until(traffic_clock_ns() +
                            tally_pause_ns(tally_now_ns(cluster) - began_ns, DRAIN_PAUSE_MAX_NS));
    }
    repetition->timeline.drained_ns = tally_now_ns(cluster);
    if (point->count && repetition_is_receiver(repetition)) {
        struct sampler sampler = {.cluster = cluster, .repetition = repetition, .traffic = traffic};
        sampler_end_window(&sampler, false);
    }
}
