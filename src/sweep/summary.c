/* summary.c - a point's row from its repetitions. */
#include "sweep_internal.h"

#include "zmqsweep/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TREND_P 0.01

static void set_text(char *to, size_t length, const char *from)
{
    snprintf(to, length, "%s", from);
}

static void fill_settings(const struct summary_input *input, struct point_record *row)
{
    const struct point *point = input->point;
    char word[CONFIG_WORD_LENGTH];
    row->point_id = point->id;
    plan_key(input->plan, point->id, row->settings);
    set_text(row->pattern, sizeof row->pattern, plan_pattern_word(point->pattern));
    set_text(row->transport, sizeof row->transport, plan_transport_word(point->transport));
    set_text(row->security, sizeof row->security, config_word(OPTION_SECURITY, point->security, word));
    set_text(row->send_mode, sizeof row->send_mode, config_word(OPTION_SEND_MODE, point->send_mode, word));
    set_text(row->receive_mode, sizeof row->receive_mode,
             config_word(OPTION_RECEIVE_MODE, point->receive_mode, word));
    set_text(row->bind, sizeof row->bind, config_word(OPTION_BIND, point->bind, word));
    set_text(row->placement, sizeof row->placement, config_word(OPTION_PLACEMENT, point->placement, word));
    set_text(row->sender_cpus, sizeof row->sender_cpus,
             config_word(OPTION_SENDER_CPUS, point->sender_cpus, word));
    set_text(row->receiver_cpus, sizeof row->receiver_cpus,
             config_word(OPTION_RECEIVER_CPUS, point->receiver_cpus, word));
    set_text(row->io_cpus, sizeof row->io_cpus, config_word(OPTION_IO_CPUS, point->io_cpus, word));
    row->message_size_bytes = point->size_bytes;
    row->sndhwm = input->connections.sndhwm;
    row->rcvhwm = input->connections.rcvhwm;
    row->pairs = point->pairs;
    row->receivers_per_sender = point->receivers_per_sender;
    row->senders_per_receiver = point->senders_per_receiver;
    row->rate_per_s = point->rate_per_s > 0 ? point->rate_per_s : NAN;
    row->message_count = point->count;
    row->duration_s = point->count ? NAN : (double)point->duration_ns * 1e-9;
    row->io_threads = point->io_threads;
    row->sndbuf_bytes = input->connections.sndbuf_bytes;
    row->rcvbuf_bytes = input->connections.rcvbuf_bytes;
}

/* One name where all groups' ends of this kind are on one host, else a name a group: "n1,n2". */
static void name_hosts(const struct summary_input *input, bool senders, char *text, size_t length)
{
    const struct seating *seating = input->seating;
    size_t used = 0;
    bool same = true;
    for (int32_t group = 0; group < seating->groups; group++) {
        int32_t rank = senders ? plan_sender_rank(seating, group, 0) : plan_receiver_rank(seating, group, 0);
        int32_t first = senders ? plan_sender_rank(seating, 0, 0) : plan_receiver_rank(seating, 0, 0);
        same =
            same && cluster_member(input->cluster, rank)->host == cluster_member(input->cluster, first)->host;
    }
    for (int32_t group = 0; group < (same ? 1 : seating->groups) && used < length; group++) {
        int32_t rank = senders ? plan_sender_rank(seating, group, 0) : plan_receiver_rank(seating, group, 0);
        int32_t host = cluster_member(input->cluster, rank)->host;
        used += (size_t)snprintf(text + used, length - used, "%s%s", group ? "," : "",
                                 cluster_host(input->cluster, host)->name);
    }
}

/* The valid repetitions' values of one column, in the order measured. @return how many. */
static size_t collect(const struct summary_input *input, size_t offset, double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < input->count; i++) {
        if (input->repetitions[i].valid) {
            memcpy(&values[n++], (const char *)&input->repetitions[i] + offset, sizeof *values);
        }
    }
    return n;
}

static double median_cpu(const struct summary_input *input, double *values)
{
    size_t n = 0;
    for (size_t i = 0; i < input->count; i++) {
        if (input->repetitions[i].valid && !isnan(input->cpu_ns[i])) {
            values[n++] = input->cpu_ns[i];
        }
    }
    return stats_median(values, n);
}

/* @return flags of the point: those of all its repetitions, and a trend over them. */
static unsigned fill_rates(const struct summary_input *input, struct point_record *row, double *values)
{
    size_t n = collect(input, offsetof(struct repetition_record, throughput_mbit_s), values);
    unsigned flags = stats_trend_p(values, n) < TREND_P ? FLAG_UNSTEADY : 0;
    struct stats_interval interval = input->schedule ? stats_schedule_interval(input->schedule, values, n)
                                                     : stats_median_interval(values, n, COVERAGE_WANTED);
    row->throughput_mbit_s = interval.median;
    row->throughput_low_mbit_s = interval.low;
    row->throughput_high_mbit_s = interval.high;
    row->interval_coverage = interval.coverage;
    n = collect(input, offsetof(struct repetition_record, message_rate_per_s), values);
    row->message_rate_per_s = stats_median(values, n);
    row->valid_repetitions = (int64_t)n;
    n = collect(input, offsetof(struct repetition_record, sent_rate_per_s), values);
    row->sent_rate_per_s = stats_median(values, n);
    row->cpu_ns_per_message = median_cpu(input, values);
    return flags;
}

/* "ok": all repetitions that were to be run are valid. */
static const char *status_word(const struct summary_input *input, int64_t valid)
{
    int64_t wanted = input->point->repetitions;
    if (input->schedule && (input->stop == STOP_PRECISION || input->stop == STOP_TIME)) {
        wanted = (int64_t)input->count > input->point->min_repetitions ? (int64_t)input->count
                                                                       : input->point->min_repetitions;
    }
    return valid == 0 ? "failed" : valid >= wanted ? "ok" : "partial";
}

static bool loss_over_target(const struct point *point, const struct point_record *row)
{
    return point->find_loss_ppb != OPTION_KEYWORD && row->sent > 0 &&
           search_loss_over(point->find_loss_ppb, row->lost, row->sent);
}

void summarise_point(const struct summary_input *input, struct point_record *row)
{
    double *values = calloc(input->count + 1, sizeof *values);
    unsigned flags = 0;
    memset(row, 0, sizeof *row);
    fill_settings(input, row);
    name_hosts(input, true, row->sender_host, sizeof row->sender_host);
    name_hosts(input, false, row->receiver_host, sizeof row->receiver_host);
    row->repetitions = (int64_t)input->count;
    latency_summarise(input, row);
    if (values) {
        flags = fill_rates(input, row, values);
    }
    free(values);
    for (size_t i = 0; i < input->count; i++) {
        flags |= input->flags[i];
        if (input->repetitions[i].valid) {
            row->sent += input->repetitions[i].sent;
            row->received += input->repetitions[i].received;
            row->lost += input->repetitions[i].lost;
        }
    }
    flags |= loss_over_target(input->point, row) ? FLAG_LOSS_OVER_TARGET : 0;
    flags_text(flags, row->flags, sizeof row->flags);
    set_text(row->stop_reason, sizeof row->stop_reason, stop_word(input->stop));
    set_text(row->status, sizeof row->status, status_word(input, row->valid_repetitions));
}
