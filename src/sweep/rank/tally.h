/* tally.h - the progress of all ranks, by which they all decide the same while traffic moves. */
#ifndef TALLY_H
#define TALLY_H

#include "rank/repetition.h"

/* The indices of a tally's sums, and of its maxima. */
enum { TALLY_SENT, TALLY_RECEIVED, TALLY_PENDING };
enum { TALLY_FAILED, TALLY_STOP, TALLY_NOW, TALLY_FEWEST_NEGATED, TALLY_EXPIRED };

/* The time now by the coordinator's clock. */
int64_t tally_now_ns(const struct cluster *cluster);
/* Is the sweep to stop? Rank 0 signals it to the others. */
bool tally_stop_requested(struct cluster *cluster);
void tally_begin(const struct repetition *repetition, struct cluster *cluster,
                 struct cluster_totals *tally);
/* If the loop has failed (say, on a full disk), makes the repetition fail at once, so that no rank
 * waits for it. */
void tally_check_loop(struct cluster *cluster, struct repetition *repetition,
                      struct traffic *traffic);
/* Adds up messages sent and received over all ranks. `pending`: this rank has still to send or to
 * receive. `expired`: rank 0 has found a stall. Collective. */
void tally_count(struct cluster *cluster, struct repetition *repetition, struct traffic *traffic,
                 bool pending, bool expired, struct cluster_totals *tally);
/* Has `sum` not changed for `timeout_ns`? Only rank 0 decides; the next tally tells the others. */
bool tally_stalled(struct cluster *cluster, struct stall *stall, int64_t sum, int64_t timeout_ns);
/* The pause before the next tally: a share of the time so far, so that the end is noticed soon,
 * relative to that time. */
int64_t tally_pause_ns(int64_t elapsed_ns, int64_t most_ns);

#endif
