/* rate.c - the rates of ranks in their windows, added up over the receivers. */
#include "judge/rate.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/pace.h"
#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>

#define OVERLAP_MIN 0.95
/* A sender that is over this share below its rate has missed it. */
#define RATE_MISSED_SHARE 0.01

static struct rate make_rate(const struct point *point, int64_t messages, int64_t length_ns)
{
    struct rate rate = {messages, NAN, NAN, NAN};
    if (messages > 0 && length_ns > 0) {
        rate.seconds = (double)length_ns / 1e9;
        rate.per_s = (double)messages / rate.seconds;
        rate.mbit_s = rate.per_s * (double)point->size_bytes * 8 / 1e6;
    }
    return rate;
}

/* The messages to leave out of a paced sender's rate. It starts with a burst, so from its start to
 * its last of `count` messages it sends its last burst too many. */
static int64_t last_burst(const struct point *point, int64_t count)
{
    return point->rate_per_s > 0 && count > 0 ? (count - 1) % pace_burst(point->rate_per_s) + 1 : 0;
}

/* The messages to leave out of a receiver's rate from its first to its last message: its part of
 * the senders' last bursts. Unpaced, it is one message, since n messages have n - 1 gaps. */
static int64_t last_received(const struct point *point, int64_t received)
{
    double share = (double)last_burst(point, point->count) / (double)point->count;
    int64_t part = (int64_t)lrint(share * (double)received);
    return part > 0 ? part : received > 0;
}

static struct rate rate_in_count_mode(const struct point *point, const struct outcome *outcome)
{
    if (outcome->role == ROLE_RECEIVER) {
        return make_rate(point, outcome->count - last_received(point, outcome->count),
                         outcome->last_ns - outcome->first_ns);
    }
    int64_t end_ns = outcome->last_ns ? outcome->last_ns : outcome->end.sample.cut_ns;
    return make_rate(point, outcome->count - last_burst(point, outcome->count),
                     end_ns - outcome->started_ns);
}

struct rate rate_of_rank(const struct point *point, const struct outcome *outcome)
{
    const struct traffic_sample *begin = &outcome->begin.sample, *end = &outcome->end.sample;
    if (point->count) {
        return rate_in_count_mode(point, outcome);
    }
    if (outcome_begins_at_first(begin) &&
        outcome->role == ROLE_SENDER) { /* its time counts from its start */
        return make_rate(point, end->count - last_burst(point, end->count),
                         end->cut_ns - outcome->started_ns);
    }
    return make_rate(point, outcome_window_messages(begin, end),
                     end->cut_ns -
                         (outcome_begins_at_first(begin) ? outcome->first_ns : begin->cut_ns));
}

void rate_receiver_span(const struct point *point, const struct outcome *outcome, double *start,
                        double *end)
{
    *start = (double)(point->count ? outcome->first_ns : outcome->begin.sample.instant_ns);
    *end = (double)(point->count ? outcome->last_ns : outcome->end.sample.instant_ns);
}

/* The fewest messages for a rate. A count of no more than that must be received in full. */
static int64_t messages_wanted(const struct point *point)
{
    return point->count && point->count <= OUTCOME_WINDOW_MESSAGES_MIN
               ? point->count - 1
               : OUTCOME_WINDOW_MESSAGES_MIN;
}

void rate_add_receivers(const struct evidence *evidence, struct repetition_record *row,
                        unsigned *flags)
{
    const struct point *point = evidence->point;
    double *starts = calloc(2 * (size_t)evidence->ranks, sizeof *starts);
    size_t receivers = 0;
    double seconds = 0;
    if (!starts) {
        *flags |= FLAG_FAILED;
        return;
    }
    double *ends = starts + evidence->ranks;
    row->throughput_mbit_s = row->message_rate_per_s = 0;
    row->receiver_min_mbit_s = INFINITY;
    row->receiver_max_mbit_s = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (outcome->role != ROLE_RECEIVER) {
            continue;
        }
        struct rate rate = rate_of_rank(point, outcome);
        *flags |= rate.messages < messages_wanted(point) ? FLAG_FEW_MESSAGES : 0;
        row->window_messages += rate.messages;
        row->throughput_mbit_s += isnan(rate.mbit_s) ? 0 : rate.mbit_s;
        row->message_rate_per_s += isnan(rate.per_s) ? 0 : rate.per_s;
        row->receiver_min_mbit_s =
            fmin(row->receiver_min_mbit_s, isnan(rate.mbit_s) ? 0 : rate.mbit_s);
        row->receiver_max_mbit_s =
            fmax(row->receiver_max_mbit_s, isnan(rate.mbit_s) ? 0 : rate.mbit_s);
        seconds += isnan(rate.seconds) ? 0 : rate.seconds;
        rate_receiver_span(point, outcome, &starts[receivers], &ends[receivers]);
        receivers++;
    }
    row->window_bytes = row->window_messages * point->size_bytes;
    row->window_s = receivers && seconds > 0 ? seconds / (double)receivers : NAN;
    row->overlap = stats_overlap(starts, ends, receivers);
    *flags |= row->overlap < OVERLAP_MIN ? FLAG_SHORT_OVERLAP : 0;
    free(starts);
}

double rate_slowest_sender(const struct evidence *evidence)
{
    double slowest = INFINITY;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        if (evidence->outcomes[rank].role == ROLE_SENDER) {
            double per_s = rate_of_rank(evidence->point, &evidence->outcomes[rank]).per_s;
            slowest = isnan(per_s) || isnan(slowest) ? NAN : fmin(slowest, per_s);
        }
    }
    return isinf(slowest) ? NAN : slowest;
}

bool rate_is_missed(const struct point *point, double sent_per_s)
{
    return point->rate_per_s > 0 && !(sent_per_s >= (1 - RATE_MISSED_SHARE) * point->rate_per_s);
}

bool rate_is_exceeded(const struct evidence *evidence, double per_s)
{
    const struct point *point = evidence->point;
    const struct plan_layout *layout = evidence->layout;
    double copies = point->pattern == PATTERN_PUB_SUB ? layout->receivers : 1;
    double owed_per_s = point->rate_per_s * layout->groups * layout->senders * copies;
    return point->rate_per_s > 0 && per_s > (1 + RATE_MISSED_SHARE) * owed_per_s;
}
