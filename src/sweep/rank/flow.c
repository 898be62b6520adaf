/* flow.c - the part of a repetition in which traffic flows: warm-up, window, tail.
 *
 * Every rank runs these functions in step; idle ranks and the coordinator have no traffic of their
 * own. The ranks decide together (does the window grow? is all sent?) from a tally that is the same
 * on all of them.
 */
#include "rank/flow.h"

#include "rank/sampler.h"
#include "rank/tally.h"

#include "zmqsweep/traffic_usage.h"

/* The least time from the start to the window, even without a warm-up, so that senders are awake
 * when it begins. */
#define LEAD_MIN_NS 2000000
#define COUNT_PAUSE_MAX_NS ((int64_t)20000000)

/* A receiver's messages in the window, negated, so that the maximum over the ranks gives the
 * fewest. */
static int64_t fewest_negated(const struct repetition *repetition)
{
    const struct outcome *outcome = &repetition->outcome;
    return repetition_is_receiver(repetition)
               ? -outcome_window_messages(&outcome->begin.sample, &outcome->end.sample)
               : INT64_MIN;
}

/* The new length of a window in which the slowest receiver has only `fewest` messages: by its rate,
 * enough for 15 % more than OUTCOME_WINDOW_MESSAGES_MIN. */
static int64_t grown_window_ns(int64_t length_ns, int64_t fewest, int64_t most_ns)
{
    double factor = fewest > 0 ? 1.15 * OUTCOME_WINDOW_MESSAGES_MIN / (double)fewest : 4;
    factor = factor < 1.25 ? 1.25 : factor > 8 ? 8 : factor;
    double grown = (double)length_ns * factor;
    return grown > (double)most_ns ? most_ns : (int64_t)grown;
}

/* Extends the window until every receiver has OUTCOME_WINDOW_MESSAGES_MIN messages. All ranks see
 * the same tally and decide the same. */
static void extend_window(struct cluster *cluster, struct repetition *repetition,
                          struct sampler *sampler)
{
    const struct point *point = &repetition->order.point;
    struct timeline *timeline = &repetition->timeline;
    int64_t most_ns =
        point->timeout_ns > point->duration_ns ? point->timeout_ns : point->duration_ns;
    for (;;) {
        struct cluster_totals tally;
        int64_t length_ns = timeline->window_end_ns - timeline->window_begin_ns;
        tally_begin(repetition, cluster, &tally);
        tally.max[TALLY_FEWEST_NEGATED] = fewest_negated(repetition);
        tally.sum[TALLY_RECEIVED] =
            repetition_is_receiver(repetition) ? repetition->outcome.end.sample.count : 0;
        tally_check_loop(cluster, repetition, sampler->traffic);
        tally.max[TALLY_FAILED] = repetition->outcome.failed;
        cluster_allreduce(cluster, &tally);
        tally_stalled(cluster, &repetition->stall, tally.sum[TALLY_RECEIVED], point->timeout_ns);
        repetition->stopped = tally.max[TALLY_STOP] > 0;
        int64_t fewest = -tally.max[TALLY_FEWEST_NEGATED];
        if (repetition->stopped || tally.max[TALLY_FAILED] ||
            fewest >= OUTCOME_WINDOW_MESSAGES_MIN || length_ns >= most_ns) {
            return;
        }
        timeline->window_end_ns =
            timeline->window_begin_ns + grown_window_ns(length_ns, fewest, most_ns);
        sampler_run_until(sampler, timeline->window_end_ns);
        sampler_end_window(sampler, true);
    }
}

/* A receiver in mode write begins its window when its messages of the warm-up are on disk. All
 * windows end `duration` after the last rank has begun. */
static void agree_window_begin(struct cluster *cluster, struct repetition *repetition)
{
    struct cluster_totals tally;
    tally_begin(repetition, cluster, &tally);
    tally.max[TALLY_NOW] = tally_now_ns(cluster);
    cluster_allreduce(cluster, &tally);
    repetition->timeline.window_begin_ns = tally.max[TALLY_NOW];
    repetition->timeline.window_end_ns = tally.max[TALLY_NOW] + repetition->order.point.duration_ns;
}

static void run_window(struct cluster *cluster, struct repetition *repetition,
                       struct sampler *sampler)
{
    const struct point *point = &repetition->order.point;
    struct timeline *timeline = &repetition->timeline;
    sampler_run_until(sampler, timeline->window_begin_ns);
    sampler_begin_window(sampler);
    if (point->receive_mode == RECEIVE_WRITE) {
        agree_window_begin(cluster, repetition);
    }
    sampler->grid_ns = timeline->window_begin_ns + point->interval_ns;
    sampler_run_until(sampler, timeline->window_end_ns);
    sampler_end_window(sampler, true);
    extend_window(cluster, repetition, sampler);
    repetition->outcome.late_ns = sampler->late_ns;
    if (!repetition->stopped) {
        timeline->stop_ns = timeline->window_end_ns + point->interval_ns;
        int64_t now = tally_now_ns(cluster);
        timeline->stop_ns = timeline->stop_ns < now ? now : timeline->stop_ns;
        sampler_run_until(sampler, timeline->stop_ns);
    }
}

/* Count mode: takes tallies until every sender has sent its messages. */
static void run_count(struct cluster *cluster, struct repetition *repetition,
                      struct sampler *sampler)
{
    const int64_t pause_most_ns = COUNT_PAUSE_MAX_NS * (1 + cluster_size(cluster) / 16);
    struct stall *stall = &repetition->stall;
    bool sending = repetition_is_sender(repetition), expired = false;
    sampler_begin_window(sampler);
    for (;;) {
        struct cluster_totals tally;
        int64_t now = tally_now_ns(cluster);
        sampler_run_until(sampler,
                          now + tally_pause_ns(now - repetition->timeline.start_ns, pause_most_ns));
        if (sending && traffic_ended(sampler->traffic)) {
            sampler_end_window(sampler, false);
            sending = false;
        }
        tally_count(cluster, repetition, sampler->traffic, sending, expired, &tally);
        if (tally.sum[TALLY_PENDING] == 0 || repetition->stopped || repetition->outcome.timed_out ||
            tally.max[TALLY_FAILED]) {
            break;
        }
        expired = tally_stalled(cluster, stall, tally.sum[TALLY_SENT] + tally.sum[TALLY_RECEIVED],
                                repetition->order.point.timeout_ns);
    }
    if (sending) { /* the sender did not finish: record what was used until now */
        sampler_end_window(sampler, false);
    }
    repetition->timeline.stop_ns = repetition->timeline.window_end_ns = tally_now_ns(cluster);
    repetition->outcome.late_ns = sampler->late_ns;
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
    if (traffic &&
        traffic_start(traffic, cluster_to_local_ns(cluster, timeline->start_ns), &error)) {
        outcome_fail(&repetition->outcome, &error);
    }
    if (traffic) {
        traffic_usage_find_threads(traffic);
    }
    sampler_start(&sampler,
                  timeline->window_begin_ns - lead_ns / point->interval_ns * point->interval_ns);
    if (point->count) {
        run_count(cluster, repetition, &sampler);
    } else {
        run_window(cluster, repetition, &sampler);
    }
    sampler_end_interval(&sampler);
    if (traffic) {
        traffic_read_cpus(traffic, repetition->outcome.cpus, repetition->outcome.io_cpus);
    }
    if (traffic && repetition_is_sender(repetition)) {
        repetition_end_sending(cluster, repetition, traffic);
    }
    if (traffic) {
        repetition_read_connections(repetition, traffic);
    }
}
