/* store.h - what was measured goes to the journal. What cannot be stored ends the job. */
#ifndef STORE_H
#define STORE_H

#include "coordinator/state.h"

/* Adds the repetition in the gathering, with its rows; the point's settings before it where they
 * are new. */
void store_repetition(struct coordinator *coordinator, const struct point *point);
void store_stop(struct coordinator *coordinator, int64_t id, enum stop_reason stop);
void store_drop(struct coordinator *coordinator, int64_t id);
/* Writes what was added, and begins to bring it to disk. */
void store_commit(struct coordinator *coordinator);
/* Waits until that is done. */
void store_wait(struct coordinator *coordinator);
/* For struct repetition: the traffic waits for a sync that might reach into its window. `data` is
 * the coordinator. */
void store_before_traffic(void *data, const struct point *point);
/* Is the journal still there, with all that was written? @return 0, or -1 with `error`. */
int store_check(struct coordinator *coordinator, struct error *error);

#endif
