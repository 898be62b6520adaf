/* payload.h - the memory that messages are made of or received into. */
#ifndef TRAFFIC_PAYLOAD_H
#define TRAFFIC_PAYLOAD_H

#include "state/state.h"

/* Makes and touches the memory that the point's mode needs, in the calling thread. @return 0, or -1
 * with `error`. */
int payload_make(struct traffic *traffic, struct error *error);
/* Call it only after the context has ended. */
void payload_free(struct traffic *traffic);

#endif
