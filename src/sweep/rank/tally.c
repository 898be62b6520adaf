/* tally.c - adds up the progress of all ranks. */
#include "rank/tally.h"

#include "process/stop.h"

#include <string.h>

#define TALLY_PAUSE_MIN_NS 50000
#define TALLY_PAUSE_SHARE 16

int64_t tally_now_ns(const struct cluster *cluster)
{
    return cluster_to_coordinator_ns(cluster, traffic_clock_ns());
}

bool tally_stop_requested(struct cluster *cluster)
{
    if (stop_requested() && cluster_rank(cluster) == 0) {
        cluster_signal_stop(cluster);
    }
    if (!cluster_stop_signalled(cluster)) {
        return stop_requested();
    }
    stop_note_coordinator();
    return true;
}

void tally_begin(const struct repetition *repetition, struct cluster *cluster,
                 struct cluster_totals *tally)
{
    memset(tally, 0, sizeof *tally);
    tally->max[TALLY_STOP] = tally_stop_requested(cluster);
    tally->max[TALLY_FEWEST_NEGATED] = INT64_MIN;
    tally->max[TALLY_FAILED] = repetition->outcome.failed;
}

void tally_check_loop(struct cluster *cluster, struct repetition *repetition,
                      struct traffic *traffic)
{
    if (traffic && traffic_loop_has_failed(traffic)) {
        repetition_stop_loop(cluster, repetition, traffic);
    }
}

bool tally_stalled(struct cluster *cluster, struct stall *stall, int64_t sum, int64_t timeout_ns)
{
    int64_t now = tally_now_ns(cluster);
    if (sum != stall->last_sum) {
        stall->last_sum = sum;
        stall->moved_ns = now;
    }
    return cluster_rank(cluster) == 0 && now - stall->moved_ns > timeout_ns;
}

int64_t tally_pause_ns(int64_t elapsed_ns, int64_t most_ns)
{
    int64_t pause_ns = elapsed_ns / TALLY_PAUSE_SHARE;
    return pause_ns > most_ns              ? most_ns
           : pause_ns < TALLY_PAUSE_MIN_NS ? TALLY_PAUSE_MIN_NS
                                           : pause_ns;
}

void tally_count(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic,
                 bool pending, bool expired, struct cluster_totals *tally)
{
    tally_check_loop(cluster, repetition, traffic);
    tally_begin(repetition, cluster, tally);
    tally->max[TALLY_EXPIRED] = expired;
    tally->sum[TALLY_PENDING] = pending;
    if (traffic) {
        tally->sum[repetition_is_sender(repetition) ? TALLY_SENT : TALLY_RECEIVED] =
            traffic_count(traffic);
    }
    cluster_allreduce(cluster, tally);
    repetition->stopped = repetition->stopped || tally->max[TALLY_STOP] > 0;
    repetition->outcome.timed_out = repetition->outcome.timed_out || tally->max[TALLY_EXPIRED] > 0;
}
