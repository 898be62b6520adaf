/* dryrun.c - --dry-run prints the plan and measures nothing. */
#include "judge/queued.h"

#include "zmqsweep/format.h"
#include "zmqsweep/sweep.h"

#include <math.h>

static const char *format_span(double seconds, char *text, size_t length)
{
    if (isnan(seconds)) {
        snprintf(text, length, "not known (count mode: as long as the messages take)");
    } else if (seconds < 120) {
        snprintf(text, length, "%.1f s", seconds);
    } else if (seconds < 7200) {
        snprintf(text, length, "%.1f min", seconds / 60);
    } else {
        snprintf(text, length, "%.1f h", seconds / 3600);
    }
    return text;
}

static void print_point(const struct plan *plan, int64_t id, FILE *out)
{
    struct point point = plan_point(plan, id);
    char size[32], word[CONFIG_WORD_LENGTH], word2[CONFIG_WORD_LENGTH], word3[CONFIG_WORD_LENGTH],
        word4[CONFIG_WORD_LENGTH], window[CONFIG_WORD_LENGTH];
    if (point.count) {
        snprintf(window, sizeof window, "%lld msg", (long long)point.count);
    } else {
        config_format(OPTION_DURATION, point.duration_ns, window);
    }
    fprintf(out, "%6lld  %-9s %-7s %9s  %-9s %-8s %3d x %d:%d  %6lld/%-6lld %2d  %s", (long long)id,
            plan_pattern_word(point.pattern), plan_transport_word(point.transport),
            format_bytes(point.size_bytes, size, sizeof size),
            config_format(OPTION_SEND_MODE, point.send_mode, word3),
            config_format(OPTION_RECEIVE_MODE, point.receive_mode, word4), point.pairs,
            point.senders_per_receiver, point.receivers_per_sender, (long long)point.sndhwm,
            (long long)point.rcvhwm, point.io_threads, window);
    if (point.sender_cpus != OPTION_KEYWORD || point.receiver_cpus != OPTION_KEYWORD) {
        fprintf(out, "  cpus %s -> %s", config_format(OPTION_SENDER_CPUS, point.sender_cpus, word),
                config_format(OPTION_RECEIVER_CPUS, point.receiver_cpus, word2));
    }
    if (point.rate_per_s > 0) {
        char rate[32];
        fprintf(out, "  at %s", format_per_s(point.rate_per_s, rate, sizeof rate));
    }
    if (point.security != SECURITY_NONE) {
        fprintf(out, "  security %s", config_format(OPTION_SECURITY, point.security, word));
    }
    fputc('\n', out);
}

/* "6 repetitions each", or the range of repetitions with --precision. */
static const char *repetitions_text(const struct plan *plan, char *text, size_t length)
{
    struct point point = plan_point(plan, 0);
    char share[CONFIG_WORD_LENGTH], time[CONFIG_WORD_LENGTH];
    if (!point.precision_ppm) {
        snprintf(text, length, "%d repetitions each", point.repetitions);
    } else {
        snprintf(text, length, "%d to %d repetitions each until within %s, at most %s each",
                 point.min_repetitions, point.repetitions,
                 config_format(OPTION_PRECISION, point.precision_ppm, share),
                 config_format(OPTION_MAX_TIME, point.max_time_ns, time));
    }
    return text;
}

static void print_time(const struct plan *plan, FILE *out)
{
    char text[64];
    double least_s = plan_least_s(plan);
    fputs("time for warm-ups, windows and tails: ", out);
    if (plan_point(plan, 0).precision_ppm) {
        fprintf(out, "%s%sat most ", isnan(least_s) ? "" : format_span(least_s, text, sizeof text),
                isnan(least_s) ? "" : " to ");
    }
    fprintf(out, "%s\n", format_span(plan_total_s(plan), text, sizeof text));
}

static const char *order_text(const struct plan *plan)
{
    static const char *const texts[] = {[ROUNDS_RANDOM] = "in rounds, each in a new order",
                                        [ROUNDS_LISTED] = "in rounds, each as listed",
                                        [ROUNDS_NONE] = "one point after the other"};
    return texts[config_value(plan->settings, OPTION_ORDER)];
}

static void print_totals(const struct plan *plan, FILE *out)
{
    char text[160], bytes[32];
    int64_t most = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int64_t sender = plan_queue_bytes(&point, ROLE_SENDER),
                receiver = plan_queue_bytes(&point, ROLE_RECEIVER);
        most = sender > most ? sender : most;
        most = receiver > most ? receiver : most;
    }
    fprintf(out, "%lld point%s, %s, %s; %d ranks (coordinator included)\n", (long long)plan->points,
            plan->points == 1 ? "" : "s", repetitions_text(plan, text, sizeof text),
            order_text(plan), plan_ranks_needed(plan));
    print_time(plan, out);
    fprintf(out, "most memory a rank may queue: %s\n", format_bytes(most, bytes, sizeof bytes));
}

/* Warns how many points have so small a count that queues hide it: their repetitions would be
 * invalid. The kernel's buffers are left out, since their sizes are not known before there is a
 * connection. */
static void print_short_counts(const struct plan *plan, FILE *out)
{
    int64_t few = 0, wanted = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        int64_t least = queued_count_wanted(&point, queued_hwm_messages(&point));
        if (point.count && !plan_echoes(&point) && !(point.rate_per_s > 0) && point.count < least) {
            few++;
            wanted = least > wanted ? least : wanted;
        }
    }
    if (few > 0) {
        fprintf(out,
                "warning: in %lld point%s the queues may hold half of --count or more: such "
                "repetitions are not valid (flag queued); say --count %lld or more, and as much "
                "again for the kernel's buffers, or smaller HWMs\n",
                (long long)few, few == 1 ? "" : "s", (long long)wanted);
    }
}

static void print_assignment(const struct cluster *cluster, const struct plan_layout *layout,
                             int32_t rank, FILE *out)
{
    static const char *const roles[] = {
        [ROLE_IDLE] = "idle", [ROLE_SENDER] = "sender", [ROLE_RECEIVER] = "receiver"};
    const struct cluster_member *member = cluster_member(cluster, rank);
    struct plan_assignment assignment = layout->assignments[rank];
    char group[16] = "-";
    if (assignment.role != ROLE_IDLE) {
        snprintf(group, sizeof group, "%d", assignment.group);
    }
    fprintf(out, "%6d  %-11s %5s  %-20s %-24s %s\n", rank,
            rank == 0 ? "coordinator" : roles[assignment.role], group,
            cluster_host(cluster, member->host)->name, member->address, member->cpus);
}

static void print_point_map(const struct cluster *cluster, const struct point *point, FILE *out)
{
    struct plan_layout layout;
    char word[CONFIG_WORD_LENGTH];
    if (plan_layout_make(point, cluster_hosts(cluster), cluster_size(cluster), &layout, NULL)) {
        return; /* cannot be: plan_make has laid out every point */
    }
    fprintf(out, "\nwho talks to whom: %d x %d:%d, placement %s", point->pairs,
            point->senders_per_receiver, point->receivers_per_sender,
            config_format(OPTION_PLACEMENT, point->placement, word));
    if (point->matrix != MATRIX_OFF) {
        fprintf(out, ", matrix %s %d", point->matrix == MATRIX_ROUNDS ? "round" : "pair",
                point->step);
    }
    fprintf(out, "\n%6s  %-11s %5s  %-20s %-24s %s\n", "rank", "role", "group", "host", "address",
            "cpus");
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        print_assignment(cluster, &layout, rank, out);
    }
    plan_layout_free(&layout);
}

/* Prints a map of the ranks, again for each point whose layout differs from that of the point
 * before. */
static void print_maps(const struct plan *plan, const struct cluster *cluster, FILE *out)
{
    struct point before = {.pairs = 0};
    for (int64_t id = 0; id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        if (!plan_same_layout(&point, &before)) {
            print_point_map(cluster, &point, out);
            before = point;
        }
    }
}

void sweep_print_plan(const struct plan *plan, const struct cluster *cluster, FILE *out)
{
    fprintf(out, "%6s  %-9s %-7s %9s  %-9s %-8s %-9s  %-13s %s  %s\n", "point", "pattern", "via",
            "size", "send", "receive", "pairs S:R", "HWM snd/rcv", "io", "window");
    for (int64_t id = 0; id < plan->points; id++) {
        print_point(plan, id, out);
    }
    fputs("\n", out);
    print_totals(plan, out);
    print_short_counts(plan, out);
    if (cluster) {
        print_maps(plan, cluster, out);
    }
}
