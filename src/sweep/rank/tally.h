/* tally.h - what all ranks see together while traffic moves, and decide the same by. */
#ifndef TALLY_H
#define TALLY_H

#include "rank/repetition.h"

/* What a tally carries: sums, then the largest. */
enum { TALLY_SENT, TALLY_RECEIVED, TALLY_PENDING };
enum { TALLY_FAILED, TALLY_STOP, TALLY_NOW, TALLY_FEWEST_NEGATED, TALLY_EXPIRED };

/* The coordinator's clock. */
int64_t tally_now_ns(const struct cluster *cluster);
/* Is the sweep to stop? Rank 0 signals it to the others. */
bool tally_stop_requested(struct cluster *cluster);
void tally_begin(const struct repetition *repetition, struct cluster *cluster,
                 struct cluster_totals *tally);
/* A loop that cannot go on (a full disk) fails the repetition now: nothing is to be waited for. */
void tally_check_loop(struct cluster *cluster, struct repetition *repetition,
                      struct traffic *traffic);
/* How far is this rank, and how far are all? `pending`: it has still to send, or to receive.
 * Collective. */
void tally_count(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic,
                 bool pending, bool expired, struct cluster_totals *tally);
/* Has `sum` not changed for the timeout? Rank 0 alone finds out; the next tally has it for all. */
bool tally_stalled(struct cluster *cluster, struct stall *stall, int64_t sum, int64_t timeout_ns);
/* From one tally to the next: a share of the time so far, so that the end is noticed soon after it.
 */
int64_t tally_pause_ns(int64_t elapsed_ns, int64_t most_ns);

#endif
