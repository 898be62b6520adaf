/* step.h - one step of a sweep: a point is measured once more, stored, and looked at: is it enough?
 */
#ifndef STEP_H
#define STEP_H

#include "coordinator/state.h"

/* One repetition of a point, or, where its rate is to be found first, the search and one. */
void step_run(struct coordinator *coordinator, int64_t id, int64_t round,
              struct round_summary *summary);
/* Prints the line of a point, or of every point that was measured, as they are now. All of it is on
 * disk. */
void step_print_point(struct coordinator *coordinator, int64_t id);
void step_print_all(struct coordinator *coordinator);
/* Prints what was measured last and is not printed yet. It is on disk. */
void step_print_pending(struct coordinator *coordinator);

#endif
