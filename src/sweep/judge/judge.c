/* judge.c - makes the rows of a repetition from what the ranks saw, and judges whether it is
 * valid. */
#include "judge/judge.h"

#include "judge/account.h"
#include "judge/backlog.h"
#include "judge/queued.h"
#include "judge/rank_flags.h"
#include "judge/rate.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/traffic_usage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define INVALIDATING                                                                               \
    (FLAG_FOREIGN | FLAG_TIMED_OUT | FLAG_INTERRUPTED | FLAG_FEW_MESSAGES | FLAG_RECONNECTED |     \
     FLAG_SHORT_OVERLAP | FLAG_LATE_START | FLAG_FAILED | FLAG_QUEUED)

static bool takes_part(const struct outcome *outcome)
{
    return outcome->role != ROLE_IDLE;
}

static double missing_messages(const struct evidence *evidence, const struct outcome *outcome)
{
    if (evidence->point->pattern != PATTERN_PUB_SUB || outcome->role != ROLE_RECEIVER) {
        return NAN;
    }
    int64_t missing = account_published(evidence, outcome->group) - outcome->count;
    return (double)(missing > 0 ? missing : 0);
}

static double value_or_nan(const struct traffic_usage *usage, double value)
{
    return usage->known ? value : NAN;
}

static void fill_usage(const struct traffic_usage *usage, struct rank_record *row)
{
    row->usage_s = value_or_nan(usage, (double)usage->length_ns / 1e9);
    row->app_cpu_s = value_or_nan(usage, usage->loop.cpu_s);
    row->app_runqueue_s = value_or_nan(usage, usage->loop.runqueue_s);
    row->app_voluntary_switches = value_or_nan(usage, usage->loop.voluntary);
    row->app_involuntary_switches = value_or_nan(usage, usage->loop.involuntary);
    row->app_page_faults = value_or_nan(usage, usage->loop.page_faults);
    row->io_cpu_s = value_or_nan(usage, usage->io.cpu_s);
    row->io_runqueue_s = value_or_nan(usage, usage->io.runqueue_s);
    row->io_voluntary_switches = value_or_nan(usage, usage->io.voluntary);
    row->io_involuntary_switches = value_or_nan(usage, usage->io.involuntary);
    row->io_page_faults = value_or_nan(usage, usage->io.page_faults);
    row->io_cpu_max_s = value_or_nan(usage, usage->io_busiest.cpu_s);
    row->io_runqueue_max_s = value_or_nan(usage, usage->io_busiest.runqueue_s);
    row->io_page_faults_max = value_or_nan(usage, usage->io_busiest.page_faults);
    if (usage->known) {
        snprintf(row->io_cpu_each_s, sizeof row->io_cpu_each_s, "%s", usage->io_cpu_each_s);
    }
}

bool judge_rank(const struct evidence *evidence, int32_t rank, struct rank_record *row)
{
    if (!takes_part(&evidence->outcomes[rank])) {
        return false;
    }
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct point *point = evidence->point;
    const struct window_edge *begin = &outcome->begin, *end = &outcome->end;
    struct rate rate = rate_of_rank(point, outcome);
    memset(row, 0, sizeof *row);
    row->point_id = point->id;
    row->repetition = evidence->repetition;
    row->rank = rank;
    snprintf(row->role, sizeof row->role, "%s",
             outcome->role == ROLE_SENDER ? "sender" : "receiver");
    row->group = outcome->group;
    row->host_id = evidence->host_ids[evidence->hosts[rank]];
    row->messages = outcome->count;
    row->bytes = outcome->count * point->size_bytes;
    row->lost = missing_messages(evidence, outcome);
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

void judge_interval(const struct evidence *evidence, int32_t rank, int32_t index,
                    struct interval_record *row)
{
    const struct interval *interval =
        &evidence->intervals[evidence->first_interval[rank] + (size_t)index];
    row->point_id = evidence->point->id;
    row->repetition = evidence->repetition;
    row->rank = rank;
    row->start_us = (double)(interval->start_ns - evidence->timeline->window_begin_ns) / 1e3;
    row->length_us = (double)interval->length_ns / 1e3;
    row->messages = interval->messages;
    row->bytes = interval->messages * evidence->point->size_bytes;
}

double judge_cpu_ns_per_message(const struct evidence *evidence)
{
    double cpu_ns = 0, messages = 0;
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        const struct outcome *outcome = &evidence->outcomes[rank];
        if (takes_part(outcome)) {
            cpu_ns += (double)(outcome->end.user_ns - outcome->begin.user_ns);
            cpu_ns += (double)(outcome->end.system_ns - outcome->begin.system_ns);
        }
        if (outcome->role == ROLE_RECEIVER) {
            const struct traffic_sample *begin = &outcome->begin.sample,
                                        *end = &outcome->end.sample;
            messages += (double)(end->count - begin->count); /* between the CPU time's edges */
        }
    }
    return messages > 0 ? cpu_ns / messages : NAN;
}

static void fill_times(const struct evidence *evidence, struct repetition_record *row)
{
    const struct timeline *timeline = evidence->timeline;
    row->point_id = evidence->point->id;
    row->repetition = evidence->repetition;
    row->start_s = evidence->start_s;
    row->drain_s = (double)(timeline->drained_ns - timeline->stop_ns) / 1e9;
    row->dead_s = (double)(timeline->start_ns - timeline->ordered_ns + timeline->closed_ns -
                           timeline->drained_ns) /
                  1e9;
    if (timeline->drained_ns == 0) { /* the repetition never came to its drain */
        row->drain_s = NAN;
        row->dead_s = (double)(timeline->closed_ns - timeline->ordered_ns) / 1e9;
    }
}

void judge_repetition(const struct evidence *evidence, struct repetition_record *row,
                      unsigned *flags)
{
    memset(row, 0, sizeof *row);
    *flags = evidence->disk_busy ? FLAG_DISK_BUSY : 0;
    row->backlog_begin_messages = row->backlog_end_messages = row->queue_messages = NAN;
    row->latency_p50_us = row->latency_p90_us = row->latency_p99_us = row->latency_p999_us = NAN;
    row->latency_max_us = row->latency_uncertainty_us = NAN;
    fill_times(evidence, row);
    account_messages(evidence, row);
    rate_add_receivers(evidence, row, flags);
    for (int32_t rank = 1; rank < evidence->ranks; rank++) {
        *flags |= takes_part(&evidence->outcomes[rank]) ? rank_flags(evidence, rank) : 0;
    }
    row->cpu_ns_per_message = judge_cpu_ns_per_message(evidence);
    row->sent_rate_per_s = rate_slowest_sender(evidence);
    *flags |= rate_is_missed(evidence->point, row->sent_rate_per_s) ? FLAG_RATE_MISSED : 0;
    *flags |= rate_is_exceeded(evidence, row->message_rate_per_s) ? FLAG_UNSTEADY : 0;
    *flags |= backlog_judge(evidence, row) | queued_judge(evidence, row);
    *flags |= evidence->outcomes[0].timed_out ? FLAG_TIMED_OUT : 0;
    *flags |= row->foreign ? FLAG_FOREIGN : 0;
    *flags |= row->strangers ? FLAG_STRANGERS : 0;
    *flags |= row->lost ? FLAG_LOST_MESSAGES : 0;
    unsigned bad =
        INVALIDATING | (evidence->point->pattern != PATTERN_PUB_SUB ? FLAG_LOST_MESSAGES : 0);
    row->valid = !(*flags & bad);
    flags_text(*flags, row->flags, sizeof row->flags);
}
