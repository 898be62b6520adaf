/* find_rate.h - --find-rate: the highest rate that loses no more than asked for. */
#ifndef FIND_RATE_H
#define FIND_RATE_H

#include "coordinator/state.h"

/* Finds the rate and sets point->rate_per_s to it. coordinator->gathering then holds the last
 * repetition of the search.
 * @return false when the search cannot go on: coordinator->interrupted is set, or the peers could
 * not be brought together. */
bool find_rate_search(struct coordinator *coordinator, struct point *point);
/* Decides, after the repetitions at the rate found, whether the point must be measured again at a
 * lower rate. Then sets *rate_per_s to that. */
bool find_rate_lower(const struct point *point, const struct ledger_entry *entry,
                     double *rate_per_s);

#endif
