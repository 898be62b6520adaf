/* flow.c - the part of a repetition in which traffic moves: warm-up, window, tail, drain.
 *
 * Every rank runs these functions in step, idle ranks and the coordinator with no traffic of their own. What
 * they decide together (does the window grow? is all delivered?) they decide from one tally that all of them
 * see.
 */
#include "sweep_internal.h"

#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_usage.h"

#include <string.h>

/* A sender that wakes up is to be there before the window, even without a warm-up. */
#define LEAD_MIN_NS 2000000
#define ROUND_PAUSE_MIN_NS 50000
#define ROUND_PAUSE_SHARE 16
#define DRAIN_PAUSE_MAX_NS 10000000
#define COUNT_PAUSE_MAX_NS ((int64_t)20000000)

static int64_t now_ns(const struct cluster *cluster)
{
    return cluster_to_coordinator_ns(cluster, traffic_clock_ns());
}

bool flow_stop_wanted(struct cluster *cluster)
{
    if (stop_asked() && cluster_rank(cluster) == 0) {
        cluster_signal_stop(cluster);
    }
    return stop_asked() || cluster_stop_signalled(cluster);
}

static bool is_receiver(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_RECEIVER;
}

static bool is_sender(const struct repetition *repetition)
{
    return repetition->outcome.role == ROLE_SENDER;
}

/* A receiver's messages in the window, negated so that the largest over the ranks is the fewest. */
static int64_t fewest_negated(const struct repetition *repetition)
{
    const struct outcome *outcome = &repetition->outcome;
    return is_receiver(repetition) ? -judge_window_messages(&outcome->begin.sample, &outcome->end.sample)
                                   : INT64_MIN;
}

/* How long the window is to be, when the slowest receiver has so few messages: enough for 20 and
 * a bit, by its rate. */
static int64_t grown_window_ns(int64_t length_ns, int64_t fewest, int64_t most_ns)
{
    double factor = fewest > 0 ? 1.15 * WINDOW_MESSAGES_MIN / (double)fewest : 4;
    factor = factor < 1.25 ? 1.25 : factor > 8 ? 8 : factor;
    double grown = (double)length_ns * factor;
    return grown > (double)most_ns ? most_ns : (int64_t)grown;
}

static void begin_tally(struct repetition *repetition, struct cluster *cluster, struct cluster_totals *tally)
{
    memset(tally, 0, sizeof *tally);
    tally->max[MAX_STOP] = flow_stop_wanted(cluster);
    tally->max[MAX_FEWEST_NEGATED] = INT64_MIN;
    tally->max[MAX_FAILED] = repetition->outcome.failed;
}

/* A loop that cannot go on (a full disk) fails the repetition now: nothing is to be waited for. */
static void note_failed_loop(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic)
{
    if (traffic && traffic_loop_has_failed(traffic)) {
        repetition_stop_loop(cluster, repetition, traffic);
    }
}

/* Nothing has moved for the timeout: rank 0 sees it, the next tally tells all. */
static bool stalled(struct cluster *cluster, struct stall *stall, int64_t sum, int64_t timeout_ns)
{
    int64_t now = now_ns(cluster);
    if (sum != stall->last_sum) {
        stall->last_sum = sum;
        stall->moved_ns = now;
    }
    return cluster_rank(cluster) == 0 && now - stall->moved_ns > timeout_ns;
}

/* Lets the window grow until every receiver has its messages. All ranks see the same tally and decide the
 * same. */
static void settle_window(struct cluster *cluster, struct repetition *repetition, struct sampler *sampler)
{
    const struct point *point = &repetition->order.point;
    struct timeline *timeline = &repetition->timeline;
    int64_t most_ns = point->timeout_ns > point->duration_ns ? point->timeout_ns : point->duration_ns;
    for (;;) {
        struct cluster_totals tally;
        int64_t length_ns = timeline->window_end_ns - timeline->window_begin_ns;
        begin_tally(repetition, cluster, &tally);
        tally.max[MAX_FEWEST_NEGATED] = fewest_negated(repetition);
        tally.sum[SUM_RECEIVED] = is_receiver(repetition) ? repetition->outcome.end.sample.count : 0;
        note_failed_loop(cluster, repetition, sampler->traffic);
        tally.max[MAX_FAILED] = repetition->outcome.failed;
        cluster_allreduce(cluster, &tally);
        stalled(cluster, &repetition->stall, tally.sum[SUM_RECEIVED], point->timeout_ns);
        repetition->stopped = tally.max[MAX_STOP] > 0;
        int64_t fewest = -tally.max[MAX_FEWEST_NEGATED];
        if (repetition->stopped || tally.max[MAX_FAILED] || fewest >= WINDOW_MESSAGES_MIN ||
            length_ns >= most_ns) {
            return;
        }
        timeline->window_end_ns = timeline->window_begin_ns + grown_window_ns(length_ns, fewest, most_ns);
        sampler_run_until(sampler, timeline->window_end_ns);
        sampler_end_window(sampler, true);
    }
}

/* A receiver that writes begins its window when the disk has its warm-up: all windows end `duration` after
 * the last such moment. */
static void settle_begin(struct cluster *cluster, struct repetition *repetition)
{
    struct cluster_totals tally;
    begin_tally(repetition, cluster, &tally);
    tally.max[MAX_NOW] = now_ns(cluster);
    cluster_allreduce(cluster, &tally);
    repetition->timeline.window_begin_ns = tally.max[MAX_NOW];
    repetition->timeline.window_end_ns = tally.max[MAX_NOW] + repetition->order.point.duration_ns;
}

static void run_window(struct cluster *cluster, struct repetition *repetition, struct sampler *sampler)
{
    const struct point *point = &repetition->order.point;
    struct timeline *timeline = &repetition->timeline;
    sampler_run_until(sampler, timeline->window_begin_ns);
    sampler_begin_window(sampler);
    if (point->receive_mode == RECEIVE_WRITE) {
        settle_begin(cluster, repetition);
    }
    sampler->grid_ns = timeline->window_begin_ns + point->interval_ns;
    sampler_run_until(sampler, timeline->window_end_ns);
    sampler_end_window(sampler, true);
    settle_window(cluster, repetition, sampler);
    repetition->outcome.late_ns = sampler->late_ns;
    if (!repetition->stopped) {
        timeline->stop_ns = timeline->window_end_ns + point->interval_ns;
        int64_t now = now_ns(cluster);
        timeline->stop_ns = timeline->stop_ns < now ? now : timeline->stop_ns;
        sampler_run_until(sampler, timeline->stop_ns);
    }
}

/* A share of the time so far, so that the end is noticed soon after it; more ranks, slower tallies, rarer
 * rounds. */
static int64_t round_pause_ns(int64_t elapsed_ns, int64_t most_ns)
{
    int64_t pause_ns = elapsed_ns / ROUND_PAUSE_SHARE;
    return pause_ns > most_ns ? most_ns : pause_ns < ROUND_PAUSE_MIN_NS ? ROUND_PAUSE_MIN_NS : pause_ns;
}

/* Where does this rank stand? `pending`: it has still to send, or to receive. */
static void count_tally(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic,
                        bool pending, bool expired, struct cluster_totals *tally)
{
    note_failed_loop(cluster, repetition, traffic);
    begin_tally(repetition, cluster, tally);
    tally->max[MAX_EXPIRED] = expired;
    tally->sum[SUM_PENDING] = pending;
    if (traffic) {
        tally->sum[is_sender(repetition) ? SUM_SENT : SUM_RECEIVED] = traffic_count(traffic);
    }
    cluster_allreduce(cluster, tally);
    repetition->stopped = repetition->stopped || tally->max[MAX_STOP] > 0;
    repetition->outcome.timed_out = repetition->outcome.timed_out || tally->max[MAX_EXPIRED] > 0;
}

/* Count mode: rounds, until every sender has sent its messages. */
static void run_count(struct cluster *cluster, struct repetition *repetition, struct sampler *sampler)
{
    const int64_t pause_most_ns = COUNT_PAUSE_MAX_NS * (1 + cluster_size(cluster) / 16);
    struct stall *stall = &repetition->stall;
    bool sending = is_sender(repetition), expired = false;
    sampler_begin_window(sampler);
    for (;;) {
        struct cluster_totals tally;
        int64_t now = now_ns(cluster);
        sampler_run_until(sampler, now + round_pause_ns(now - repetition->timeline.start_ns, pause_most_ns));
        if (sending && traffic_ended(sampler->traffic)) {
            sampler_end_window(sampler, false);
            sending = false;
        }
        count_tally(cluster, repetition, sampler->traffic, sending, expired, &tally);
        if (tally.sum[SUM_PENDING] == 0 || repetition->stopped || repetition->outcome.timed_out ||
            tally.max[MAX_FAILED]) {
            break;
        }
        expired = stalled(cluster, stall, tally.sum[SUM_SENT] + tally.sum[SUM_RECEIVED],
                          repetition->order.point.timeout_ns);
    }
    if (sending) { /* to no end, but what was used until now is recorded */
        sampler_end_window(sampler, false);
    }
    repetition->timeline.stop_ns = repetition->timeline.window_end_ns = now_ns(cluster);
    repetition->outcome.late_ns = sampler->late_ns;
}

static void read_connections(struct repetition *repetition, struct traffic *traffic)
{
    traffic_read_events(traffic, 0);
    repetition->outcome.reconnects = traffic_reconnects(traffic);
    repetition->outcome.strangers = traffic_strangers(traffic);
    repetition->outcome.connections = traffic_connections(traffic);
}

void flow_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic)
{
    const struct point *point = &repetition->order.point;
    struct timeline *timeline = &repetition->timeline;
    struct sampler sampler = {.cluster = cluster, .repetition = repetition, .traffic = traffic};
    struct error error = {""};
    int64_t lead_ns = point->warmup_ns < LEAD_MIN_NS ? LEAD_MIN_NS : point->warmup_ns;
    timeline->window_begin_ns = timeline->start_ns + (point->count ? 0 : lead_ns);
    timeline->window_end_ns = timeline->window_begin_ns + point->duration_ns;
    repetition->stall = (struct stall){timeline->start_ns, -1};
    cluster_set_phase(cluster, "traffic");
    if (traffic && traffic_start(traffic, cluster_to_local_ns(cluster, timeline->start_ns), &error)) {
        repetition_fail(repetition, &error);
    }
    if (traffic) {
        traffic_usage_watch(traffic);
    }
    sampler_start(&sampler, timeline->window_begin_ns - lead_ns / point->interval_ns * point->interval_ns);
    if (point->count) {
        run_count(cluster, repetition, &sampler);
    } else {
        run_window(cluster, repetition, &sampler);
    }
    sampler_end_interval(&sampler);
    if (traffic) {
        traffic_read_cpus(traffic, repetition->outcome.cpus, repetition->outcome.io_cpus);
    }
    if (traffic && is_sender(repetition)) {
        repetition_end_sending(cluster, repetition, traffic);
    }
    if (traffic) {
        read_connections(repetition, traffic);
    }
}

/* ---- drain ---- */

static bool publishes(const struct repetition *repetition)
{
    return is_sender(repetition) && repetition->order.point.pattern == PATTERN_PUB_SUB;
}

static bool subscribes(const struct repetition *repetition)
{
    return is_receiver(repetition) && repetition->order.point.pattern == PATTERN_PUB_SUB;
}

static bool requests(const struct repetition *repetition)
{
    return is_sender(repetition) && plan_echoes(&repetition->order.point);
}

/* A stream's sender may have the rest of a message to write, its receivers read to the end; of req-rep and
 * pair the last message has still to come back. */
static bool is_pending(const struct repetition *repetition, const struct traffic *traffic)
{
    const struct point *point = &repetition->order.point;
    bool waited_for =
        plan_echoes(point) ? is_sender(repetition) : is_receiver(repetition) || plan_is_baseline(point);
    return traffic && waited_for && !traffic_ended(traffic);
}

/* Push-pull: the group has all of it. Req-rep and pair: and all of it came back. Pub-sub: every subscriber
 * saw its publishers leave and emptied its queue. Stream: every loop came to its end. */
static bool drained(const struct point *point, const struct cluster_totals *tally)
{
    bool received = tally->sum[SUM_RECEIVED] >= tally->sum[SUM_SENT],
         none_pending = tally->sum[SUM_PENDING] == 0;
    if (plan_echoes(point)) {
        return received && none_pending;
    }
    return point->pattern == PATTERN_PUSH_PULL ? received : none_pending;
}

/* A subscriber's loop may end once its publishers are known to have left. A requester that fell asleep just
 * as it was told to stop is woken. */
static void look_for_end(struct repetition *repetition, struct traffic *traffic)
{
    if (requests(repetition) && traffic) {
        traffic_end_sending(traffic, 0, NULL);
    }
    if (subscribes(repetition)) {
        traffic_read_events(traffic, 0);
        if (traffic_peers_gone(traffic)) {
            traffic_finish_stream(traffic);
        }
    }
}

void drain_run(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic)
{
    const struct point *point = &repetition->order.point;
    const int64_t began_ns = now_ns(cluster);
    struct cluster_totals tally;
    bool expired = false;
    cluster_set_phase(cluster, "drain");
    for (bool first = true;; first = false) {
        look_for_end(repetition, traffic);
        if (traffic && point->pattern != PATTERN_PUB_SUB) {
            read_connections(repetition, traffic); /* before the tally after which peers may close */
        }
        count_tally(cluster, repetition, traffic, is_pending(repetition, traffic), expired, &tally);
        if (drained(point, &tally) || repetition->stopped || repetition->outcome.timed_out ||
            tally.max[MAX_FAILED]) {
            break;
        }
        if (first && publishes(repetition)) {
            traffic_detach(traffic); /* only now: after the first tally all have read their connections */
        }
        expired = stalled(cluster, &repetition->stall, tally.sum[SUM_RECEIVED], point->timeout_ns);
        cluster_sleep_until(traffic_clock_ns() +
                            round_pause_ns(now_ns(cluster) - began_ns, DRAIN_PAUSE_MAX_NS));
    }
    repetition->timeline.drained_ns = now_ns(cluster);
    if (point->count && is_receiver(repetition)) {
        struct sampler sampler = {.cluster = cluster, .repetition = repetition, .traffic = traffic};
        sampler_end_window(&sampler, false);
    }
}
