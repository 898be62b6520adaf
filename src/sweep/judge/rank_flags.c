/* rank_flags.c - the flags that one rank's outcome raises. */
#include "judge/rank_flags.h"

#include "judge/queued.h"
#include "judge/rate.h"

#include "zmqsweep/flags.h"
#include "zmqsweep/stats.h"

#include <stdlib.h>
#include <string.h>

#define UNSTEADY_LIMIT 0.2
#define STALL_DUE_MIN 10
/* A rank that woke up too late by more than this share of the window counts as stalled. */
#define LATE_SHARE 0.1

static bool is_inside(const struct interval *interval, double start, double end)
{
    return (double)interval->start_ns >= start &&
           (double)(interval->start_ns + interval->length_ns) <= end;
}

/* Is the interval a gap in sampling? A receiver that was stopped was not sampled: it has one long
 * interval with less than half the messages due. */
static bool is_sampling_gap(const struct evidence *evidence, const struct interval *interval,
                            double due)
{
    return interval->length_ns > 2 * evidence->point->interval_ns && due >= STALL_DUE_MIN &&
           (double)interval->messages < due / 2;
}

/* Were there consecutive intervals without a message while STALL_DUE_MIN or more were due? */
static bool rank_stalled(const struct evidence *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct interval *intervals = &evidence->intervals[evidence->first_interval[rank]];
    struct rate rate = rate_of_rank(evidence->point, outcome);
    double start, end, empty_due = 0;
    rate_receiver_span(evidence->point, outcome, &start, &end);
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        if (!is_inside(&intervals[i], start, end)) {
            continue;
        }
        double due = rate.per_s * (double)intervals[i].length_ns / 1e9;
        empty_due = intervals[i].messages == 0 ? empty_due + due : 0;
        if (empty_due >= STALL_DUE_MIN || is_sampling_gap(evidence, &intervals[i], due)) {
            return true;
        }
    }
    return false;
}

/* Finds the rates in the window's intervals. Leaves out those of less than half the usual length,
 * whose rates are noise. @return how many rates. */
static size_t window_rates(const struct evidence *evidence, int32_t rank, double *rates)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    const struct interval *intervals = &evidence->intervals[evidence->first_interval[rank]];
    double start, end;
    size_t n = 0;
    rate_receiver_span(evidence->point, outcome, &start, &end);
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        if (is_inside(&intervals[i], start, end) &&
            2 * intervals[i].length_ns > evidence->point->interval_ns) {
            rates[n++] = (double)intervals[i].messages / (double)intervals[i].length_ns;
        }
    }
    return n;
}

static bool rank_unsteady(const struct evidence *evidence, int32_t rank)
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

/* Do the loop and the I/O threads share a single processing unit? */
static bool shares_core(const struct evidence *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    bool one = config_is_one_cpu(outcome->cpus) && strcmp(outcome->cpus, outcome->io_cpus) == 0;
    return !plan_is_baseline(evidence->point) && (one || evidence->cores[rank] <= 1);
}

/* Do a receiver's loop and that of one of its senders share a single processing unit? */
static bool shares_with_sender(const struct evidence *evidence, int32_t receiver)
{
    const struct outcome *mine = &evidence->outcomes[receiver];
    const int32_t host = evidence->hosts[receiver];
    bool shares = false;
    for (int32_t i = 0; i < evidence->point->senders_per_receiver && !shares; i++) {
        int32_t sender = plan_layout_sender(evidence->layout, mine->group, i);
        shares = evidence->hosts[sender] == host &&
                 strcmp(mine->cpus, evidence->outcomes[sender].cpus) == 0;
    }
    return shares && config_is_one_cpu(mine->cpus);
}

/* Is the delay over LATE_SHARE of the window? */
static bool too_late(const struct timeline *timeline, int64_t late_ns)
{
    return (double)late_ns >
           LATE_SHARE * (double)(timeline->window_end_ns - timeline->window_begin_ns);
}

/* Did a sender begin only within the window, or a receiver much later than planned? Messages that
 * queued up for a late receiver would raise its rate. Not in count mode with req-rep or pair, which
 * have one message under way at a time. */
static bool late_start(const struct evidence *evidence, const struct outcome *outcome)
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

unsigned rank_flags(const struct evidence *evidence, int32_t rank)
{
    const struct outcome *outcome = &evidence->outcomes[rank];
    unsigned flags = 0;
    flags |= outcome->failed ? FLAG_FAILED : 0;
    flags |= outcome->timed_out ? FLAG_TIMED_OUT : 0;
    flags |= outcome->interrupted ? FLAG_INTERRUPTED : 0;
    flags |= outcome->reconnects ? FLAG_RECONNECTED : 0;
    flags |= shares_core(evidence, rank) ? FLAG_SHARED_CORE : 0;
    flags |= late_start(evidence, outcome) ? FLAG_LATE_START : 0;
    /* A rank that woke up too late did not run, whether its messages were lost or came all at once
     * later. */
    flags |= too_late(evidence->timeline, outcome->late_ns) ? FLAG_STALLED : 0;
    if (outcome->role == ROLE_RECEIVER) {
        flags |= shares_with_sender(evidence, rank) ? FLAG_SHARED_CORE : 0;
        flags |= rank_stalled(evidence, rank) ? FLAG_STALLED : 0;
        flags |= rank_unsteady(evidence, rank) ? FLAG_UNSTEADY : 0;
    }
    return flags;
}
