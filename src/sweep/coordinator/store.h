/* store.h - writes what was measured to the journal. If that fails, the job ends. */
#ifndef STORE_H
#define STORE_H

#include "coordinator/state.h"

/* Adds the repetition in coordinator->gathering with all its rows. Adds the point's settings first,
 * if they are new. */
void store_repetition(struct coordinator *coordinator, const struct point *point);
void store_stop(struct coordinator *coordinator, int64_t id, enum stop_reason stop);
void store_drop(struct coordinator *coordinator, int64_t id);
/* Writes what was added, and starts to sync it to disk. */
void store_commit(struct coordinator *coordinator);
/* Waits until the sync is done. */
void store_wait(struct coordinator *coordinator);
/* The function before_traffic of struct repetition: waits for a sync that might last into the
 * window. `data` is the coordinator. */
void store_before_traffic(void *data, const struct point *point);
/* Checks that the journal is still there with all that was written, and writes it again if it was
 * moved or removed. @return 0, or -1 with `error`. */
int store_ensure(struct coordinator *coordinator, struct error *error);

#endif
