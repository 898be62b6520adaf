/* rounds.h - rank 0's loop: in every round each point once. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include "coordinator/state.h"

/* All that is still to be measured, until it is or the sweep is to stop. */
void rounds_run(struct coordinator *coordinator);
/* The other ranks wait for an order until their deadline: a long wait gives signs of life. `data`
 * is the coordinator. */
void rounds_send_heartbeat(void *data);

#endif
