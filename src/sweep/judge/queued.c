/* queued.c - were enough messages measured, for long enough, that queues cannot hide the path's
 * rate?
 *
 * A count that fits into queues and buffers may lie in them entirely before the receiver takes its
 * first message: then the rate is that of reading memory. docs/method.md has what was measured on
 * links of known rates.
 */
#include "judge/queued.h"

#include "zmqsweep/flags.h"

#include <math.h>

/* A connection must carry this many times the messages that its queues and buffers can hold. */
#define QUEUE_FACTOR 2
/* The shortest time over which a rate is taken: shorter ones depend on single wake-ups and bursts.
 * It is 10 ms less 1 %, so that a time of nearly 10 ms passes. */
#define STRETCH_MIN_S 0.0099
/* The advised count is this many times the least one, since the kernel enlarges its buffers under
 * load. A very short time says little about the rate, so a count is raised by LONGER_MOST at
 * most. */
#define ADVICE_FACTOR 2
#define LONGER_MOST 1000
/* How late a receiver's first message may be, as a share of the time from its first to its last
 * message. */
#define LATE_SHARE 0.1
/* ZMTP's frame of a message: flags and a length of 1 byte, or of 8 (rfc.zeromq.org/spec/23). */
#define FRAME_SHORT_BYTES 2
#define FRAME_LONG_BYTES 9
#define SHORT_MESSAGE_BYTES 255

static double wire_bytes(const struct point *point)
{
    int frame = plan_is_baseline(point)                    ? 0
                : point->size_bytes <= SHORT_MESSAGE_BYTES ? FRAME_SHORT_BYTES
                                                           : FRAME_LONG_BYTES;
    return (double)point->size_bytes + frame;
}

double queued_hwm_messages(const struct point *point)
{
    if (plan_is_baseline(point)) {
        return 0;
    }
    /* Queued messages of a zero-copy sender lie in its ring, which has two buffers more than the
     * queue. */
    return (double)point->sndhwm + (point->send_mode == SEND_ZERO_COPY ? 2 : 0) +
           (double)point->rcvhwm;
}

double queued_messages(const struct evidence *evidence)
{
    double sndbuf = 0, rcvbuf = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (outcome->role == ROLE_SENDER) {
            sndbuf = fmax(sndbuf, outcome->connections.sndbuf_bytes);
        } else if (outcome->role == ROLE_RECEIVER) {
            rcvbuf = fmax(rcvbuf, outcome->connections.rcvbuf_bytes);
        }
    }
    return queued_hwm_messages(evidence->point) + (sndbuf + rcvbuf) / wire_bytes(evidence->point);
}

int64_t queued_count_wanted(const struct point *point, double queue_messages)
{
    double receivers = point->pattern == PATTERN_PUB_SUB ? 1 : point->receivers_per_sender;
    return (int64_t)ceil(QUEUE_FACTOR * queue_messages * receivers);
}

int64_t queued_count_advised(const struct point *point, const struct repetition_record *row)
{
    double longer = row->window_s > 0 ? STRETCH_MIN_S / row->window_s : 1;
    double by_queues = (double)queued_count_wanted(point, row->queue_messages);
    return (int64_t)ceil(ADVICE_FACTOR *
                         fmax(by_queues, (double)point->count * fmin(longer, LONGER_MOST)));
}

int64_t queued_group_began_ns(const struct evidence *evidence, int32_t group)
{
    int64_t began_ns = INT64_MAX;
    for (int32_t i = 0; i < evidence->point->senders_per_receiver; i++) {
        int64_t ns = evidence->outcomes[plan_layout_sender(evidence->layout, group, i)].started_ns;
        began_ns = ns < began_ns ? ns : began_ns;
    }
    return began_ns;
}

bool queued_late_first(const struct evidence *evidence, const struct outcome *receiver)
{
    if (receiver->count < 2 || plan_echoes(evidence->point)) {
        return false;
    }
    const double stretch_ns = (double)(receiver->last_ns - receiver->first_ns);
    const double late_ns =
        (double)(receiver->first_ns - queued_group_began_ns(evidence, receiver->group));
    return late_ns - 2 * stretch_ns / (double)(receiver->count - 1) > LATE_SHARE * stretch_ns;
}

/* The fewest messages that a connection carried. In pub-sub that may be less than was sent: of a
 * flood, little but the contents of the queues arrives. */
static double carried_messages(const struct evidence *evidence)
{
    const struct point *point = evidence->point;
    double fewest = (double)point->count /
                    (point->pattern == PATTERN_PUB_SUB ? 1 : point->receivers_per_sender);
    for (int32_t rank = 1; rank < evidence->ranks && point->pattern == PATTERN_PUB_SUB; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (outcome->role == ROLE_RECEIVER) {
            fewest = fmin(fewest, (double)outcome->count / point->senders_per_receiver);
        }
    }
    return fewest;
}

unsigned queued_judge(const struct evidence *evidence, struct repetition_record *row)
{
    const struct point *point = evidence->point;
    const bool kept_rate =
        point->rate_per_s > 0 && row->sent_rate_per_s >= 0.99 * point->rate_per_s;
    row->queue_messages = queued_messages(evidence);
    if (plan_echoes(point)) { /* one message is under way at a time */
        return 0;
    }
    bool hidden = point->count && !kept_rate &&
                  carried_messages(evidence) < QUEUE_FACTOR * row->queue_messages;
    return hidden || row->window_s < STRETCH_MIN_S ? FLAG_QUEUED : 0;
}
