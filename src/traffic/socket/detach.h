/* detach.h - the end of a publisher's detaching, which traffic_detach begins. */
#ifndef TRAFFIC_DETACH_H
#define TRAFFIC_DETACH_H

#include "state/state.h"

/* Waits until what was queued is sent, and closes the connections. */
void detach_end(struct traffic *traffic);

#endif
