/* ring.h - buffers for zero-copy, given back by any thread. */
#ifndef TRAFFIC_RING_H
#define TRAFFIC_RING_H

#include <stdint.h>

struct ring;
/* @return NULL when memory is out. */
struct ring *ring_new(int64_t buffers, int64_t size_bytes);
void ring_destroy(struct ring **ring);
/* Takes a free buffer; NULL when all are in flight. One thread only. Pass *hint on to ring_return
 * with the buffer. */
void *ring_take(struct ring *ring, void **hint);
/* zmq_free_fn; any thread. */
void ring_return(void *data, void *hint);

#endif
