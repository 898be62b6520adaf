/* step.h - one step of a sweep: measures a point once more, stores it, and decides whether it is
 * enough. */
#ifndef STEP_H
#define STEP_H

#include "coordinator/state.h"

/* Measures one repetition of a point. If its rate must be found first, does the search before. */
void step_run(struct coordinator *coordinator, int64_t id, int64_t round,
              struct round_summary *summary);
/* Print the line of a point, or of every point that was measured, as they are now. Call them only
 * when all is on disk. */
void step_print_point(struct coordinator *coordinator, int64_t id);
void step_print_all(struct coordinator *coordinator);
/* Prints the last repetition and round that are not printed yet. Call it only when they are on
 * disk. */
void step_print_pending(struct coordinator *coordinator);

#endif
