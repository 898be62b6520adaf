/* stream_loop.h - the loops of the baseline. */
#ifndef TRAFFIC_STREAM_LOOP_H
#define TRAFFIC_STREAM_LOOP_H

#include "state/state.h"

/* As sender_run or receiver_run, over plain sockets. */
void stream_loop_run(struct traffic *traffic);

#endif
