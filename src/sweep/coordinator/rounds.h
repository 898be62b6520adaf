/* rounds.h - rank 0's loop: measures each point once per round. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include "coordinator/state.h"

/* Measures all that is still missing, until it is done or the sweep is to stop. */
void rounds_run(struct coordinator *coordinator);
/* Sends a sign of life when it is due, since the other ranks wait for an order no longer than their
 * deadline. Call it again and again during a long wait. `data` is the coordinator. */
void rounds_send_heartbeat(void *data);

#endif
