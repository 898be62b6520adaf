/* judge.c - from what the ranks saw to the rows of a repetition, and whether it may be believed. */
#include "sweep_internal.h"

#include "zmqsweep/pace.h"
#include "zmqsweep/stats.h"
#include "zmqsweep/traffic_usage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAP_MIN 0.95
#define UNSTEADY_LIMIT 0.2
#define STALL_DUE_MIN 10
/* A rank that woke up this much of the window too late may not have run. */
#define LATE_SHARE 0.1
/* A sender this far below its rate has missed it. */
#define RATE_MISSED_SHARE 0.01
#define INVALIDATING                                                                                         \
    (FLAG_FOREIGN | FLAG_TIMED_OUT | FLAG_INTERRUPTED | FLAG_FEW_MESSAGES | FLAG_RECONNECTED |               \
     FLAG_SHORT_OVERLAP | FLAG_LATE_START | FLAG_FAILED | FLAG_QUEUED)

/* Dated messages, none of them before the window: then it begins at the first of them. */
static bool begins_at_first(const struct traffic_sample *begin)
{
    return begin->count == 0 && begin->cut_ns == 0;
}

int64_t judge_window_messages(const struct traffic_sample *begin, const struct traffic_sample *end)
{
    return end->count - begin->count - (begins_at_first(begin) && end->count > 0);
}

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

/* Messages that a paced sender, which starts with a burst, has over what its time stands for: the last burst,
 * of the `count` that it sends. */
static int64_t last_burst(const struct point *point, int64_t count)
{
    return point->rate_per_s > 0 && count > 0 ? (count - 1) % pace_burst(point->rate_per_s) + 1 : 0;
}

/* A receiver's messages over what the time from the first to the last stands for: its part of the senders'
 * last bursts. Unpaced, n messages have n - 1 gaps. */
static int64_t last_received(const struct point *point, int64_t received)
{
    double share = (double)last_burst(point, point->count) / (double)point->count;
    int64_t part = (int64_t)lrint(share * (double)received);
    return part > 0 ? part : received > 0;
}

static struct rate count_rate(const struct point *point, const struct outcome *outcome)
{
    if (outcome->role == ROLE_RECEIVER) {
        return make_rate(point, outcome->count - last_received(point, outcome->count),
                         outcome->last_ns - outcome->first_ns);
    }
    int64_t end_ns = outcome->last_ns ? outcome->last_ns : outcome->end.sample.cut_ns;
    return make_rate(point, outcome->count - last_burst(point, outcome->count), end_ns - outcome->started_ns);
}

struct rate judge_rate(const struct point *point, const struct outcome *outcome)
{
    const struct traffic_sample *begin = &outcome->begin.sample, *end = &outcome->end.sample;
    if (point->count) {
        return count_rate(point, outcome);
    }
    if (begins_at_first(begin) && outcome->role == ROLE_SENDER) { /* it has a start, and no first message */
        return make_rate(point, end->count - last_burst(point, end->count),
                         end->cut_ns - outcome->started_ns);
    }
    return make_rate(point, judge_window_messages(begin, end),
                     end->cut_ns - (begins_at_first(begin) ? outcome->first_ns : begin->cut_ns));
}

static bool busy(const struct outcome *outcome)
{
    return outcome->role != ROLE_IDLE;
}

/* ---- accounting, group by group ---- */

static int64_t published(const struct judge_input *evidence, int32_t group)
{
    int64_t messages = 0;
    for (int32_t i = 0; i < evidence->point->senders_per_receiver; i++) {
        messages += evidence->outcomes[plan_layout_sender(evidence->layout, group, i)].count;
    }
    return messages;
}

static int64_t received_by(const struct judge_input *evidence, int32_t group, int32_t receiver)
{
    return evidence->outcomes[plan_layout_receiver(evidence->layout, group, receiver)].count;
}

/* What is over `owed` is foreign. */
static void settle(struct repetition_record *row, int64_t owed, int64_t received)
{
    int64_t excess = received > owed ? received - owed : 0;
    row->sent += owed;
    row->received += received - excess;
    row->foreign += excess;
}

/* Pub-sub owes each message to every subscriber, the others to one receiver of the group. */
static void account_group(const struct judge_input *evidence, int32_t group, struct repetition_record *row)
{
    const struct point *point = evidence->point;
    int64_t owed = published(evidence, group), received = 0;
    for (int32_t i = 0; i < point->receivers_per_sender; i++) {
        if (point->pattern == PATTERN_PUB_SUB) {
            settle(row, owed, received_by(evidence, group, i));
        }
        received += received_by(evidence, group, i);
    }
    if (point->pattern != PATTERN_PUB_SUB) {
        settle(row, owed, received);
    }
}

static void account(const struct judge_input *evidence, struct repetition_record *row)
{
    for (int32_t group = 0; group < evidence->point->pairs; group++) {
        account_group(evidence, group, row);
    }
    row->lost = row->sent - row->received;
    row->received_bytes = row->received * evidence->point->size_bytes;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        row->foreign += evidence->outcomes[rank].foreign;
        row->strangers += evidence->outcomes[rank].strangers;
    }
}

/* ---- rates over the receivers ---- */

static void receiver_span(const struct point *point, const struct outcome *outcome, double *start,
                          double *end)
{
    *start = (double)(point->count ? outcome->first_ns : outcome->begin.sample.instant_ns);
    *end = (double)(point->count ? outcome->last_ns : outcome->end.sample.instant_ns);
}

/* A count that is small itself can only be had whole. */
static int64_t messages_wanted(const struct point *point)
{
    return point->count && point->count <= WINDOW_MESSAGES_MIN ? point->count - 1 : WINDOW_MESSAGES_MIN;
}

/* The receivers' rates added up; their spans' overlap. */
static void add_rates(const struct judge_input *evidence, struct repetition_record *row, unsigned *flags)
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
        struct rate rate = judge_rate(point, outcome);
        *flags |= rate.messages < messages_wanted(point) ? FLAG_FEW_MESSAGES : 0;
        row->window_messages += rate.messages;
        row->throughput_mbit_s += isnan(rate.mbit_s) ? 0 : rate.mbit_s;
        row->message_rate_per_s += isnan(rate.per_s) ? 0 : rate.per_s;
        row->receiver_min_mbit_s = fmin(row->receiver_min_mbit_s, isnan(rate.mbit_s) ? 0 : rate.mbit_s);
        row->receiver_max_mbit_s = fmax(row->receiver_max_mbit_s, isnan(rate.mbit_s) ? 0 : rate.mbit_s);
        seconds += isnan(rate.seconds) ? 0 : rate.seconds;
        receiver_span(point, outcome, &starts[receivers], &ends[receivers]);
        receivers++;
    }
    row->window_bytes = row->window_messages * point->size_bytes;
    row->window_s = receivers && seconds > 0 ? seconds / (double)receivers : NAN;
    row->overlap = stats_overlap(starts, ends, receivers);
    *flags |= row->overlap < OVERLAP_MIN ? FLAG_SHORT_OVERLAP : 0;
    free(starts);
}

/* What the slowest sender sent per second; NaN where one sent nothing. */
static double slowest_sender(const struct judge_input *evidence)
{
    double slowest = INFINITY;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        if (evidence->outcomes[rank].role == ROLE_SENDER) {
            double per_s = judge_rate(evidence->point, &evidence->outcomes[rank]).per_s;
            slowest = isnan(per_s) || isnan(slowest) ? NAN : fmin(slowest, per_s);
        }
    }
    return isinf(slowest) ? NAN : slowest;
}

/* A rate that no sender is known to have kept was missed. */
static bool rate_missed(const struct point *point, double sent_per_s)
{
    return point->rate_per_s > 0 && !(sent_per_s >= (1 - RATE_MISSED_SHARE) * point->rate_per_s);
}

/* More came than the senders' rate allows: what had been held up before, or a clock that began late. */
static bool backlog_came(const struct judge_input *evidence, double per_s)
{
    const struct point *point = evidence->point;
    const struct plan_layout *layout = evidence->layout;
    double copies = point->pattern == PATTERN_PUB_SUB ? layout->receivers : 1;
    double owed_per_s = point->rate_per_s * layout->groups * layout->senders * copies;
    return point->rate_per_s > 0 && per_s > (1 + RATE_MISSED_SHARE) * owed_per_s;
}

/* ---- intervals ---- */

static bool inside(const struct interval *interval, double start, double end)
{
    return (double)interval->start_ns >= start && (double)(interval->start_ns + interval->length_ns) <= end;
}

/* A receiver that was stopped was not sampled either: one long interval, in which less came than was due. */
static bool gap(const struct judge_input *evidence, const struct interval *interval, double due)
{
    return interval->length_ns > 2 * evidence->point->interval_ns && due >= STALL_DUE_MIN &&
           (double)interval->messages < due / 2;
}

/* Intervals on end without a message where ten or more were due. */
static bool rank_stalled(const struct judge_input *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct interval *intervals = &evidence->intervals[evidence->first_interval[rank]];
    struct rate rate = judge_rate(evidence->point, outcome);
    double start, end, empty_due = 0;
    receiver_span(evidence->point, outcome, &start, &end);
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        if (!inside(&intervals[i], start, end)) {
            continue;
        }
        double due = rate.per_s * (double)intervals[i].length_ns / 1e9;
        empty_due = intervals[i].messages == 0 ? empty_due + due : 0;
        if (empty_due >= STALL_DUE_MIN || gap(evidence, &intervals[i], due)) {
            return true;
        }
    }
    return false;
}

/* Rates of the window's intervals; whole ones only, since a short one is noise. @return how many. */
static size_t window_rates(const struct judge_input *evidence, int32_t rank, double *rates)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct interval *intervals = &evidence->intervals[evidence->first_interval[rank]];
    double start, end;
    size_t n = 0;
    receiver_span(evidence->point, outcome, &start, &end);
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        if (inside(&intervals[i], start, end) && 2 * intervals[i].length_ns > evidence->point->interval_ns) {
            rates[n++] = (double)intervals[i].messages / (double)intervals[i].length_ns;
        }
    }
    return n;
}

static bool rank_unsteady(const struct judge_input *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    double *rates = calloc((size_t)outcome->interval_count + 1, sizeof *rates);
    bool unsteady = false;
    if (rates) {
        size_t n = window_rates(evidence, rank, rates);
        unsteady = stats_halves_differ(rates, n, UNSTEADY_LIMIT);
    }
    free(rates);
    return unsteady;
}

/* ---- rows ---- */

/* The loop and the I/O threads have one processing unit between them. */
static bool shares_core(const struct judge_input *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    bool one = config_is_one_cpu(outcome->cpus) && strcmp(outcome->cpus, outcome->io_cpus) == 0;
    return !plan_is_baseline(evidence->point) && (one || cluster_member(evidence->cluster, rank)->cores <= 1);
}

/* A receiver's loop and one of its senders' have one processing unit between them. */
static bool shares_with_sender(const struct judge_input *evidence, int32_t receiver)
{
    const struct outcome *mine = &evidence->outcomes[receiver];
    const int32_t host = cluster_member(evidence->cluster, receiver)->host;
    bool shares = false;
    for (int32_t i = 0; i < evidence->point->senders_per_receiver && !shares; i++) {
        int32_t sender = plan_layout_sender(evidence->layout, mine->group, i);
        shares = cluster_member(evidence->cluster, sender)->host == host &&
                 strcmp(mine->cpus, evidence->outcomes[sender].cpus) == 0;
    }
    return shares && config_is_one_cpu(mine->cpus);
}

/* Late by more than a window may bear. */
static bool too_late(const struct timeline *timeline, int64_t late_ns)
{
    return (double)late_ns > LATE_SHARE * (double)(timeline->window_end_ns - timeline->window_begin_ns);
}

/* A sender that began in the window, or a receiver that began much later than all others: what had queued up
 * for it would count as what it received. Not where one message is under way at a time. */
static bool late_start(const struct judge_input *evidence, const struct outcome *outcome)
{
    const struct timeline *timeline = evidence->timeline;
    if (evidence->point->count) {
        return outcome->role == ROLE_RECEIVER && queued_late_first(evidence, outcome);
    }
    if (outcome->role == ROLE_SENDER) {
        return outcome->started_ns > timeline->window_begin_ns;
    }
    return too_late(timeline, outcome->begin.sample.instant_ns - timeline->window_begin_ns);
}

static unsigned rank_flags(const struct judge_input *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    unsigned flags = 0;
    flags |= outcome->failed ? FLAG_FAILED : 0;
    flags |= outcome->timed_out ? FLAG_TIMED_OUT : 0;
    flags |= outcome->interrupted ? FLAG_INTERRUPTED : 0;
    flags |= outcome->reconnects ? FLAG_RECONNECTED : 0;
    flags |= shares_core(evidence, rank) ? FLAG_SHARED_CORE : 0;
    flags |= late_start(evidence, outcome) ? FLAG_LATE_START : 0;
    /* It did not run, whether its messages were missed or came all at once later. */
    flags |= too_late(evidence->timeline, outcome->late_ns) ? FLAG_STALLED : 0;
    if (outcome->role == ROLE_RECEIVER) {
        flags |= shares_with_sender(evidence, rank) ? FLAG_SHARED_CORE : 0;
        flags |= rank_stalled(evidence, rank) ? FLAG_STALLED : 0;
        flags |= rank_unsteady(evidence, rank) ? FLAG_UNSTEADY : 0;
    }
    return flags;
}

static double owed_and_missing(const struct judge_input *evidence, const struct outcome *outcome)
{
    if (evidence->point->pattern != PATTERN_PUB_SUB || outcome->role != ROLE_RECEIVER) {
        return NAN;
    }
    int64_t missing = published(evidence, outcome->group) - outcome->count;
    return (double)(missing > 0 ? missing : 0);
}

static double known(const struct traffic_usage *usage, double value)
{
    return usage->known ? value : NAN;
}

static void fill_usage(const struct traffic_usage *usage, struct rank_record *row)
{
    row->usage_s = known(usage, (double)usage->length_ns / 1e9);
    row->app_cpu_s = known(usage, usage->loop.cpu_s);
    row->app_runqueue_s = known(usage, usage->loop.runqueue_s);
    row->app_voluntary_switches = known(usage, usage->loop.voluntary);
    row->app_involuntary_switches = known(usage, usage->loop.involuntary);
    row->app_page_faults = known(usage, usage->loop.page_faults);
    row->io_cpu_s = known(usage, usage->io.cpu_s);
    row->io_runqueue_s = known(usage, usage->io.runqueue_s);
    row->io_voluntary_switches = known(usage, usage->io.voluntary);
    row->io_involuntary_switches = known(usage, usage->io.involuntary);
    row->io_page_faults = known(usage, usage->io.page_faults);
    row->io_cpu_max_s = known(usage, usage->io_busiest.cpu_s);
    row->io_runqueue_max_s = known(usage, usage->io_busiest.runqueue_s);
    row->io_page_faults_max = known(usage, usage->io_busiest.page_faults);
    if (usage->known) {
        snprintf(row->io_cpu_each_s, sizeof row->io_cpu_each_s, "%s", usage->io_cpu_each_s);
    }
}

bool judge_rank(const struct judge_input *evidence, int32_t rank, struct rank_record *row)
{
    if (!busy(&evidence->outcomes[rank])) {
        return false;
    }
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct point *point = evidence->point;
    const struct window_edge *begin = &outcome->begin, *end = &outcome->end;
    struct rate rate = judge_rate(point, outcome);
    memset(row, 0, sizeof *row);
    row->point_id = point->id;
    row->repetition = evidence->repetition;
    row->rank = rank;
    snprintf(row->role, sizeof row->role, "%s", outcome->role == ROLE_SENDER ? "sender" : "receiver");
    row->group = outcome->group;
    row->host_id = evidence->host_ids[cluster_member(evidence->cluster, rank)->host];
    row->messages = outcome->count;
    row->bytes = outcome->count * point->size_bytes;
    row->lost = owed_and_missing(evidence, outcome);
    row->window_messages = rate.messages;
    row->window_bytes = rate.messages * point->size_bytes;
    row->window_s = rate.seconds;
    row->throughput_mbit_s = rate.mbit_s;
    row->cpu_user_s = (double)(end->user_ns - begin->user_ns) / 1e9;
    row->cpu_system_s = (double)(end->system_ns - begin->system_ns) / 1e9;
    row->voluntary_switches = end->voluntary - begin->voluntary;
    row->involuntary_switches = end->involuntary - begin->involuntary;
    row->blocked_s = (double)(end->sample.blocked_ns - begin->sample.blocked_ns) / 1e9;
    row->ring_wait_s = (double)(end->sample.ring_wait_ns - begin->sample.ring_wait_ns) / 1e9;
    row->tcp_retransmits = outcome->connections.retransmits;
    row->tcp_rtt_us = outcome->connections.rtt_us;
    row->peak_rss_bytes = outcome->peak_rss_bytes;
    fill_usage(&outcome->usage, row);
    row->sync_s = point->receive_mode == RECEIVE_WRITE && outcome->role == ROLE_RECEIVER
                      ? (double)outcome->sync_ns / 1e9
                      : NAN;
    memcpy(row->cpus, outcome->cpus, sizeof row->cpus);
    memcpy(row->io_cpus, outcome->io_cpus, sizeof row->io_cpus);
    return true;
}

void judge_interval(const struct judge_input *evidence, int32_t rank, int32_t index,
                    struct interval_record *row)
{
    const struct interval *interval = &evidence->intervals[evidence->first_interval[rank] + (size_t)index];
    row->point_id = evidence->point->id;
    row->repetition = evidence->repetition;
    row->rank = rank;
    row->start_us = (double)(interval->start_ns - evidence->timeline->window_begin_ns) / 1e3;
    row->length_us = (double)interval->length_ns / 1e3;
    row->messages = interval->messages;
    row->bytes = interval->messages * evidence->point->size_bytes;
}

static void fill_times(const struct judge_input *evidence, struct repetition_record *row)
{
    const struct timeline *timeline = evidence->timeline;
    row->point_id = evidence->point->id;
    row->repetition = evidence->repetition;
    row->start_s = evidence->start_s;
    row->drain_s = (double)(timeline->drained_ns - timeline->stop_ns) / 1e9;
    row->dead_s =
        (double)(timeline->start_ns - timeline->ordered_ns + timeline->closed_ns - timeline->drained_ns) /
        1e9;
    if (timeline->drained_ns == 0) { /* it never got so far */
        row->drain_s = NAN;
        row->dead_s = (double)(timeline->closed_ns - timeline->ordered_ns) / 1e9;
    }
}

void judge_repetition(const struct judge_input *evidence, struct repetition_record *row, unsigned *flags)
{
    memset(row, 0, sizeof *row);
    *flags = evidence->disk_busy ? FLAG_DISK_BUSY : 0;
    row->backlog_begin_messages = row->backlog_end_messages = row->queue_messages = NAN;
    row->latency_p50_us = row->latency_p90_us = row->latency_p99_us = row->latency_p999_us = NAN;
    row->latency_max_us = row->latency_uncertainty_us = NAN;
    fill_times(evidence, row);
    account(evidence, row);
    add_rates(evidence, row, flags);
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        *flags |= busy(&evidence->outcomes[rank]) ? rank_flags(evidence, rank) : 0;
    }
    row->cpu_ns_per_message = judge_cpu_ns_per_message(evidence);
    row->sent_rate_per_s = slowest_sender(evidence);
    *flags |= rate_missed(evidence->point, row->sent_rate_per_s) ? FLAG_RATE_MISSED : 0;
    *flags |= backlog_came(evidence, row->message_rate_per_s) ? FLAG_UNSTEADY : 0;
    *flags |= backlog_judge(evidence, row) | queued_judge(evidence, row);
    *flags |= evidence->outcomes[0].timed_out ? FLAG_TIMED_OUT : 0;
    *flags |= row->foreign ? FLAG_FOREIGN : 0;
    *flags |= row->strangers ? FLAG_STRANGERS : 0;
    *flags |= row->lost ? FLAG_LOST_MESSAGES : 0;
    unsigned bad = INVALIDATING | (evidence->point->pattern != PATTERN_PUB_SUB ? FLAG_LOST_MESSAGES : 0);
    row->valid = !(*flags & bad);
    flags_text(*flags, row->flags, sizeof row->flags);
}

double judge_cpu_ns_per_message(const struct judge_input *evidence)
{
    double cpu_ns = 0, messages = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (busy(outcome)) {
            cpu_ns += (double)(outcome->end.user_ns - outcome->begin.user_ns);
            cpu_ns += (double)(outcome->end.system_ns - outcome->begin.system_ns);
        }
        if (outcome->role == ROLE_RECEIVER) {
            const struct traffic_sample *begin = &outcome->begin.sample, *end = &outcome->end.sample;
            messages += (double)(end->count - begin->count); /* between the same edges as the CPU time */
        }
    }
    return messages > 0 ? cpu_ns / messages : NAN;
}
