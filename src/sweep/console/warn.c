/* warn.c - prints what would mislead a reader before the first result, and records it with the
 * results. */
#include "console/warn.h"

#include "judge/queued.h"
#include "process/log.h"
#include "record/record.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/launcher.h"

#include "zmqsweep/traffic_connections.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Adds a row `warning.N`. warn_print prints it once the sweep is sure to run. */
__attribute__((format(printf, 2, 3))) static void warn(struct run_record *run, const char *format,
                                                       ...)
{
    static int number;
    char text[512], name[32];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(name, sizeof name, "warning.%d", ++number);
    record_add(run, name, text);
}

static void warn_one_core(const struct cluster *cluster, const bool *busy, struct run_record *run)
{
    int32_t confined = 0, first = 0;
    for (int32_t rank = cluster_size(cluster) - 1; rank >= 1; rank--) {
        const struct cluster_member *member = cluster_member(cluster, rank);
        if (busy[rank] && member->cores <= 1) {
            confined++;
            first = rank;
        }
    }
    if (confined > 0) {
        struct launch launch;
        launcher_read(environ, &launch);
        const struct cluster_member *member = cluster_member(cluster, first);
        int64_t cores = cluster_host(cluster, member->host)->cores;
        warn(run,
             "%d rank%s confined to one core (rank %d: cpu %s), which the sending or receiving "
             "thread shares with ZeroMQ's I/O thread; %s",
             confined, confined == 1 ? " is" : "s are", first, member->cpus,
             cores > 1 ? launcher_unbind_hint(launch.launcher) : "this host has no more");
    }
}

static int64_t most_io_threads(const struct settings *settings)
{
    const struct setting *setting = &settings->items[OPTION_IO_THREADS];
    int64_t most = 1;
    for (size_t i = 0; i < setting->count; i++) {
        most = setting->values[i] > most ? setting->values[i] : most;
    }
    return most;
}

/* Warns of more busy threads than cores. A busy rank has its loop and at least one I/O thread that
 * move messages. */
static void warn_busy_threads(const struct cluster *cluster, const struct plan *plan,
                              const bool *busy, struct run_record *run)
{
    int64_t threads_a_rank = 1 + most_io_threads(plan->settings);
    for (int32_t host = 0; host < cluster_host_count(cluster); host++) {
        int64_t threads = 0;
        for (int32_t rank = 1; rank < cluster_size(cluster); rank++) {
            threads +=
                busy[rank] && cluster_member(cluster, rank)->host == host ? threads_a_rank : 0;
        }
        if (threads > cluster_host(cluster, host)->cores) {
            warn(run,
                 "%s is oversubscribed: up to %lld busy threads (%lld a rank) on %lld cores; the "
                 "rates are those of shared cores",
                 cluster_host(cluster, host)->name, (long long)threads, (long long)threads_a_rank,
                 (long long)cluster_host(cluster, host)->cores);
        }
    }
}

void warn_placement(const struct cluster *cluster, const struct plan *plan, struct run_record *run)
{
    bool *busy = calloc((size_t)cluster_size(cluster), sizeof *busy);
    if (busy) {
        plan_mark_ranks_in_use(plan, busy);
        warn_one_core(cluster, busy, run);
        warn_busy_threads(cluster, plan, busy, run);
    }
    free(busy);
}

static void log_idle_ranks(const struct cluster *cluster, const struct plan *plan)
{
    int32_t left = 0;
    bool *busy = calloc((size_t)cluster_size(cluster), sizeof *busy);
    if (busy) {
        plan_mark_ranks_in_use(plan, busy);
        for (int32_t rank = 1; rank < cluster_size(cluster); rank++) {
            left += !busy[rank];
        }
    }
    free(busy);
    if (left > 0) {
        log_line(LOG_INFO, "%d of %d ranks %s no part in any point and sleep%s", left,
                 cluster_size(cluster), left == 1 ? "has" : "have", left == 1 ? "s" : "");
    }
}

void warn_print(const struct cluster *cluster, const struct plan *plan,
                const struct run_record *run)
{
    log_idle_ranks(cluster, plan);
    for (size_t i = 0; i < run->environment_count; i++) {
        if (strncmp(run->environment[i].name, "warning.", 8) == 0) {
            log_line(LOG_WARNING, "%s", run->environment[i].value);
        }
    }
}

/* Warns when the kernel did not grant a buffer. Linux doubles the size asked for, and reports the
 * double. */
static void warn_buffer(const char *option, const char *limit, int64_t asked, double granted,
                        bool *warned)
{
    if (asked != OPTION_KEYWORD && !isnan(granted) && granted < (double)asked && !*warned) {
        log_line(LOG_WARNING, "--%s %lld: the kernel granted %.0f bytes; raise %s", option,
                 (long long)asked, granted, limit);
        *warned = true;
    }
}

void warn_buffers(const struct point *point, const struct traffic_connections *connections)
{
    static bool warned_send, warned_receive;
    warn_buffer("sndbuf", "net.core.wmem_max", point->sndbuf_bytes, connections->sndbuf_bytes,
                &warned_send);
    warn_buffer("rcvbuf", "net.core.rmem_max", point->rcvbuf_bytes, connections->rcvbuf_bytes,
                &warned_receive);
}

void warn_queued(const struct point *point, const struct repetition_record *row, unsigned flags)
{
    const double queue_messages = row->queue_messages;
    const bool flooded =
        row->lost > 0 && point->count >= queued_count_wanted(point, queue_messages);
    if (!point->count || !(flags & FLAG_QUEUED) || row->repetition > 0) {
        return;
    }
    if (!flooded) {
        log_line(
            LOG_WARNING,
            "point %lld: queues and buffers can hold %.0f messages of a connection, or the %lld "
            "took under 10 ms: not valid (queued); say --count %lld or more, or smaller HWMs",
            (long long)point->id, queue_messages, (long long)point->count,
            (long long)queued_count_advised(point, row));
    } else {
        log_line(LOG_WARNING,
                 "point %lld: queues and buffers can hold %.0f messages of a connection, and of "
                 "%lld sent %lld were lost: not valid (queued); say a --rate that is delivered, or "
                 "a --duration",
                 (long long)point->id, queue_messages, (long long)row->sent, (long long)row->lost);
    }
}
