/* describe.c - the settings of a point as columns of its row. */
#include "points/describe.h"

#include "zmqsweep/traffic_connections.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static void set_text(char *to, size_t length, const char *from)
{
    snprintf(to, length, "%s", from);
}

static void fill_settings(const struct plan *plan, const struct point *point,
                          struct point_record *row)
{
    char word[CONFIG_WORD_LENGTH];
    row->point_id = point->id;
    plan_key(plan, point->id, row->settings);
    set_text(row->pattern, sizeof row->pattern, plan_pattern_word(point->pattern));
    set_text(row->transport, sizeof row->transport, plan_transport_word(point->transport));
    set_text(row->security, sizeof row->security,
             config_format(OPTION_SECURITY, point->security, word));
    set_text(row->send_mode, sizeof row->send_mode,
             config_format(OPTION_SEND_MODE, point->send_mode, word));
    set_text(row->receive_mode, sizeof row->receive_mode,
             config_format(OPTION_RECEIVE_MODE, point->receive_mode, word));
    set_text(row->bind, sizeof row->bind, config_format(OPTION_BIND, point->bind, word));
    set_text(row->placement, sizeof row->placement,
             config_format(OPTION_PLACEMENT, point->placement, word));
    set_text(row->sender_cpus, sizeof row->sender_cpus,
             config_format(OPTION_SENDER_CPUS, point->sender_cpus, word));
    set_text(row->receiver_cpus, sizeof row->receiver_cpus,
             config_format(OPTION_RECEIVER_CPUS, point->receiver_cpus, word));
    set_text(row->io_cpus, sizeof row->io_cpus,
             config_format(OPTION_IO_CPUS, point->io_cpus, word));
    row->message_size_bytes = point->size_bytes;
    row->pairs = point->pairs;
    row->receivers_per_sender = point->receivers_per_sender;
    row->senders_per_receiver = point->senders_per_receiver;
    row->rate_per_s = point->rate_per_s > 0 ? point->rate_per_s : NAN;
    row->message_count = point->count;
    row->duration_s = point->count ? NAN : (double)point->duration_ns * 1e-9;
    row->io_threads = point->io_threads;
    set_text(row->order, sizeof row->order,
             config_format(OPTION_ORDER, config_value(plan->settings, OPTION_ORDER), word));
    row->planned_repetitions = point->repetitions;
    row->least_repetitions = point->precision_ppm ? point->min_repetitions : 0;
    row->precision = point->precision_ppm ? point->precision_ppm * 1e-6 : NAN;
    row->loss_target =
        point->find_loss_ppb == OPTION_KEYWORD ? NAN : (double)point->find_loss_ppb * 1e-9;
    if (point->latency_every) {
        set_text(row->latency_kind, sizeof row->latency_kind,
                 plan_echoes(point) ? "round-trip" : "one-way");
    }
}

/* Writes one name if all senders (or receivers) are on one host, else one name per group:
 * "n1,n2". */
static void name_hosts(const struct describe_hosts *hosts, bool senders, char *text, size_t length)
{
    const struct plan_layout *layout = hosts->layout;
    size_t used = 0;
    bool same = true;
    for (int32_t group = 0; group < layout->groups; group++) {
        int32_t rank =
            senders ? plan_layout_sender(layout, group, 0) : plan_layout_receiver(layout, group, 0);
        int32_t first =
            senders ? plan_layout_sender(layout, 0, 0) : plan_layout_receiver(layout, 0, 0);
        same = same && hosts->hosts[rank] == hosts->hosts[first];
    }
    for (int32_t group = 0; group < (same ? 1 : layout->groups) && used < length; group++) {
        int32_t rank =
            senders ? plan_layout_sender(layout, group, 0) : plan_layout_receiver(layout, group, 0);
        used += (size_t)snprintf(text + used, length - used, "%s%s", group ? "," : "",
                                 hosts->names[hosts->hosts[rank]]);
    }
}

void describe_point(const struct plan *plan, const struct point *point,
                    const struct traffic_connections *connections,
                    const struct describe_hosts *hosts, struct point_record *row)
{
    results_set_missing(TABLE_POINTS, row);
    fill_settings(plan, point, row);
    row->sndhwm = connections->sndhwm;
    row->rcvhwm = connections->rcvhwm;
    row->sndbuf_bytes = connections->sndbuf_bytes;
    row->rcvbuf_bytes = connections->rcvbuf_bytes;
    if (hosts) {
        name_hosts(hosts, true, row->sender_host, sizeof row->sender_host);
        name_hosts(hosts, false, row->receiver_host, sizeof row->receiver_host);
    }
}
