/* writer.h - the file of a receiver in mode write. */
#ifndef TRAFFIC_WRITER_H
#define TRAFFIC_WRITER_H

#include "state/state.h"

#include <stddef.h>

/* Makes traffic->writer with its file and buffer. writer_close releases it, also after an error. */
int writer_open(struct traffic *traffic, struct error *error);
void writer_close(struct traffic *traffic);

/* The functions below are called by the loop. Appends a message. @return 0, or -1 when the loop has
 * failed. */
int writer_append(struct traffic *traffic, const void *data, size_t length);
bool writer_sync_requested(const struct traffic *traffic);
/* Called after each message and at an empty queue: syncs when that is requested, or when all
 * messages have come.
 * @return as writer_append. */
int writer_step(struct traffic *traffic, int64_t count);
void writer_end(struct traffic *traffic, int64_t count);

#endif
