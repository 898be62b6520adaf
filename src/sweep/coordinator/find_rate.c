/* find_rate.c - --find-rate: probes in short windows as search.c wants them, then the point at the
 * rate found.
 */
#include "coordinator/find_rate.h"

#include "coordinator/measure.h"
#include "points/search.h"
#include "process/log.h"

/* A backlog of some percent must show beside what a link lets through at once after a pause. */
#define PROBE_SHARE 2
#define PROBE_MIN_NS 100000000
/* A busy machine may spoil a probe: it is run again so often. */
#define PROBE_RUNS 3
/* A point starts again at a lower rate this often at most, when the one that was found misses its
 * target. */
#define LOWERED_MOST 6

/* One repetition in a short window at point->rate_per_s, again when it is invalid. *row is what it
 * gave.
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

/* The rate per sender that the slowest receiver of an unpaced probe took. */
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

/* Did the valid repetitions together lose more than asked for? Did half of them not deliver what
 * was sent? */
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

bool find_rate_again(const struct point *point, const struct ledger_entry *entry,
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
