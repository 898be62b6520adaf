/* find_rate.h - --find-rate: the highest rate that loses no more than asked for. */
#ifndef FIND_RATE_H
#define FIND_RATE_H

#include "coordinator/state.h"

/* Finds that rate and sets point->rate_per_s to it. The gathering has the last repetition of the
 * search.
 * @return false when it cannot go on: coordinator->interrupted, or the peers could not be brought
 * together.
 */
bool find_rate_search(struct coordinator *coordinator, struct point *point);
/* The repetitions at the rate that was found are done: must it be measured again at a lower one?
 * Then that is *rate_per_s. */
bool find_rate_again(const struct point *point, const struct ledger_entry *entry,
                     double *rate_per_s);

#endif
