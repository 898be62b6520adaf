/* detach.h - ends what traffic_detach begins: a publisher closes, and its queued messages are still
 * sent. */
#ifndef TRAFFIC_DETACH_H
#define TRAFFIC_DETACH_H

#include "state/state.h"

/* Waits until what was queued is sent, and closes the connections. */
void detach_end(struct traffic *traffic);

#endif
