/* backlog.c - the backlog is what was sent and neither received nor lost: does it grow over the
 * window, or do receivers empty it?
 *
 * A rate holds only if it is delivered. Messages that are not lost may lie in long queues. So over
 * the window, receivers must get as much as is sent, less the share that the repetition loses, and
 * the queues must not grow.
 */
#include "judge/backlog.h"

#include "judge/queued.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/pace.h"
#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

/* The share of the messages owed in the window that must be received. */
#define DELIVERED_SHARE 0.99
/* The share for unpaced senders, whose queues vary more. Also for losses over LOSS_SMALL: the share
 * lost in the window then differs from that of the whole repetition. */
#define DELIVERED_SHARE_ROUGH 0.95
#define LOSS_SMALL 0.01
/* A backlog grows if its trend has a p-value under TREND_P, and its growth is over a burst and over
 * GROWTH_SHARE of the messages owed. */
#define TREND_P 0.01
#define GROWTH_SHARE 0.002
/* Receivers that get this share more than is sent, and more than their overall rate gives, empty
 * queues that filled before the window. Over SURPLUS_KNOWN the repetition has a warning; over
 * SURPLUS_MOST it is invalid. */
#define SURPLUS_KNOWN 0.1
#define SURPLUS_MOST 0.2

/* A rank's messages from the window's begin to `time_ns`, interpolated linearly between its
 * samples. */
static double messages_until(const struct evidence *evidence, int32_t rank, double time_ns)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct interval *intervals = &evidence->intervals[evidence->first_interval[rank]];
    const double begin_ns = (double)outcome->begin.sample.instant_ns;
    double messages = 0;
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        double start_ns = fmax((double)intervals[i].start_ns, begin_ns);
        double length_ns = (double)intervals[i].length_ns;
        double end_ns = fmin((double)(intervals[i].start_ns + intervals[i].length_ns), time_ns);
        if (end_ns > start_ns) {
            messages += (double)intervals[i].messages * (end_ns - start_ns) / length_ns;
        }
    }
    return messages;
}

/* How many receivers each message is owed to. */
static double copies_per_message(const struct evidence *evidence)
{
    return evidence->point->pattern == PATTERN_PUB_SUB ? evidence->layout->receivers : 1;
}

/* The share of all messages sent in the repetition that was not lost. */
static double delivered_share(const struct repetition_record *row)
{
    return row->sent > 0 ? 1 - (double)row->lost / (double)row->sent : 1;
}

/* By how many messages the queues of all groups grew from the window's begin to `time_ns`. */
static double growth_until(const struct evidence *evidence, const struct repetition_record *row,
                           double time_ns)
{
    const double owed = copies_per_message(evidence) * delivered_share(row);
    double growth = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        int32_t role = evidence->outcomes[rank].role;
        if (role != ROLE_IDLE) {
            growth += (role == ROLE_SENDER ? owed : -1) * messages_until(evidence, rank, time_ns);
        }
    }
    return growth;
}

/* Sums over all ranks, from the samples at the window's edges. */
struct window_sums {
    double sent, owed,
        received; /* copies sent in the window; those less the share lost; messages received */
    double begun; /* the backlog when the window began */
};

static struct window_sums add_window(const struct evidence *evidence,
                                     const struct repetition_record *row)
{
    const double share = copies_per_message(evidence) * delivered_share(row);
    struct window_sums sums = {0, 0, 0, 0};
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        double before = (double)outcome->begin.sample.count;
        double within = (double)(outcome->end.sample.count - outcome->begin.sample.count);
        if (outcome->role == ROLE_SENDER) {
            sums.sent += copies_per_message(evidence) * within;
            sums.owed += share * within;
            sums.begun += share * before;
        } else if (outcome->role == ROLE_RECEIVER) {
            sums.received += within;
            sums.begun -= before;
        }
    }
    return sums;
}

/* Does the backlog grow from sample to sample? */
static bool backlog_grows(const struct evidence *evidence, const struct repetition_record *row,
                          double owed)
{
    const struct timeline *timeline = evidence->timeline;
    const int64_t step_ns = evidence->point->interval_ns;
    const size_t most = (size_t)((timeline->window_end_ns - timeline->window_begin_ns) / step_ns);
    const double burst = (double)pace_burst(evidence->point->rate_per_s) * evidence->layout->groups;
    double *growth = calloc(most + 1, sizeof *growth);
    bool found = false;
    for (size_t i = 0; growth && i < most; i++) {
        growth[i] = growth_until(evidence, row,
                                 (double)(timeline->window_begin_ns + ((int64_t)i + 1) * step_ns));
    }
    if (growth && most > 2) {
        double net = growth[most - 1] - growth[0];
        found =
            net > burst + 2 && net > GROWTH_SHARE * owed && stats_trend_p(growth, most) < TREND_P;
    }
    free(growth);
    return found;
}

/* The receivers' rates added up, each from the first sender's start to the receiver's last
 * message. */
static double overall_per_s(const struct evidence *evidence)
{
    double per_s = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (outcome->role == ROLE_RECEIVER) {
            int64_t length_ns = outcome->last_ns - queued_group_began_ns(evidence, outcome->group);
            per_s += length_ns > 0 ? (double)outcome->count * 1e9 / (double)length_ns : 0;
        }
    }
    return per_s;
}

/* The share of the window's messages that came from queues, beyond what the path carries. A sender
 * that refills a long queue half by half may send less in a window than is received; but then the
 * receivers are no faster than overall. */
static double queue_surplus(const struct evidence *evidence, const struct window_sums *sums)
{
    const struct timeline *timeline = evidence->timeline;
    const double window_s = (double)(timeline->window_end_ns - timeline->window_begin_ns) / 1e9;
    if (sums->received <= 0) {
        return 0;
    }
    /* Compares with all that was sent, losses included, since the loss within the window is not
     * known well enough. */
    return fmin(sums->received - sums->sent, sums->received - window_s * overall_per_s(evidence)) /
           sums->received;
}

unsigned backlog_judge(const struct evidence *evidence, struct repetition_record *row)
{
    const struct point *point = evidence->point;
    const bool paced = point->rate_per_s > 0, pub_sub = point->pattern == PATTERN_PUB_SUB;
    unsigned flags = 0;
    if (point->count || plan_echoes(point) || plan_is_baseline(point)) {
        return 0;
    }
    struct window_sums sums = add_window(evidence, row);
    row->backlog_begin_messages = sums.begun;
    row->backlog_end_messages = sums.begun + sums.owed - sums.received;
    bool small = (double)row->lost <= LOSS_SMALL * (double)row->sent;
    if (paced || (pub_sub && small)) {
        double share = paced && small ? DELIVERED_SHARE : DELIVERED_SHARE_ROUGH;
        flags |= sums.received < share * sums.owed ? FLAG_BACKLOG : 0;
        flags |= paced && small && backlog_grows(evidence, row, sums.owed) ? FLAG_BACKLOG : 0;
    }
    double queued = queue_surplus(evidence, &sums);
    flags |= queued > SURPLUS_MOST ? FLAG_QUEUED : queued > SURPLUS_KNOWN ? FLAG_UNSTEADY : 0;
    return flags;
}
