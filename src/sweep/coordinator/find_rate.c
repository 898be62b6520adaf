/* find_rate.c - --find-rate: runs the probes that search.c asks for, in short windows, and sets the
 * point's rate. */
#include "coordinator/find_rate.h"

#include "coordinator/measure.h"
#include "points/search.h"
#include "process/log.h"

/* A probe's window is 1/PROBE_SHARE of the point's. In it, a backlog of some percent must exceed
 * the burst that a link carries after a pause. */
#define PROBE_SHARE 2
#define PROBE_MIN_NS 100000000
/* A busy machine may spoil a probe, so it is run up to this many times until it is valid. */
#define PROBE_RUNS 3
/* When the rate that was found misses its target, the point starts again at a lower rate, this
 * often at most. */
#define LOWERED_MOST 6

/* Runs a repetition in a short window at point->rate_per_s, and repeats it when it is invalid. *row
 * gets the last one's row.
 * @return false when the search cannot go on: interrupted, or the peers could not be brought
 * together. */
static bool run_probe(struct coordinator *coordinator, const struct point *point,
                      struct repetition_record *row)
{
    struct point probe = *point;
    int64_t window_ns = point->duration_ns / PROBE_SHARE;
    window_ns = window_ns < PROBE_MIN_NS ? PROBE_MIN_NS : window_ns;
    probe.duration_ns = window_ns < point->duration_ns ? window_ns : point->duration_ns;
    for (int run = 0; run < PROBE_RUNS; run++) {
        coordinator->interrupted = !measure_repetition(coordinator, &probe, 0, -1);
        if (coordinator->interrupted || !coordinator->repetition.ran) {
            return false;
        }
        *row = coordinator->gathering.row;
        if (row->valid) {
            break;
        }
    }
    log_line(LOG_INFO,
             "find-rate: point %lld at %.0f/s per sender (0: unpaced): sent %.0f/s, lost %lld of "
             "%lld%s%s",
             (long long)point->id, point->rate_per_s, row->sent_rate_per_s, (long long)row->lost,
             (long long)row->sent, *row->flags ? ", " : "", row->flags);
    return true;
}

/* The rate per sender at which the slowest receiver of an unpaced probe received. */
static double delivered_per_s(const struct point *point, const struct repetition_record *row)
{
    return row->receiver_min_mbit_s * 1e6 / (8 * (double)point->size_bytes) /
           point->senders_per_receiver;
}

bool find_rate_search(struct coordinator *coordinator, struct point *point)
{
    struct repetition_record row;
    struct search search;
    point->rate_per_s = 0;
    if (!run_probe(coordinator, point, &row)) {
        return false;
    }
    for (search_begin(&search, delivered_per_s(point, &row)); !search_done(&search);) {
        point->rate_per_s = search.next_per_s;
        if (!run_probe(coordinator, point, &row)) {
            return false;
        }
        search_record(&search,
                      row.valid &&
                          !(coordinator->gathering.flags & (FLAG_RATE_MISSED | FLAG_BACKLOG)) &&
                          !search_loss_over(point->find_loss_ppb, row.lost, row.sent));
    }
    point->rate_per_s = search_found_per_s(&search);
    return true;
}

/* Did the valid repetitions together lose more than the target, or did at least half of them have a
 * backlog? */
static bool has_missed_target(const struct point *point, const struct ledger_entry *entry)
{
    int64_t lost = 0, sent = 0, valid = 0, behind = 0;
    for (int32_t i = 0; i < entry->count; i++) {
        const struct summary_sample *sample = &entry->samples[i];
        valid += sample->valid;
        behind += sample->valid && (sample->flags & FLAG_BACKLOG);
        lost += sample->valid ? sample->lost : 0;
        sent += sample->valid ? sample->sent : 0;
    }
    return search_loss_over(point->find_loss_ppb, lost, sent) || (valid > 0 && 2 * behind >= valid);
}

bool find_rate_lower(const struct point *point, const struct ledger_entry *entry,
                     double *rate_per_s)
{
    if (entry->lowered >= LOWERED_MOST || !has_missed_target(point, entry)) {
        return false;
    }
    *rate_per_s = search_lower_per_s(entry->rate_per_s);
    log_line(LOG_INFO, "find-rate: point %lld did not hold its rate; measured again at %.0f/s",
             (long long)point->id, *rate_per_s);
    return true;
}
