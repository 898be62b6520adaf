/* receiver.h - the receiver's loop. */
#ifndef TRAFFIC_RECEIVER_H
#define TRAFFIC_RECEIVER_H

#include "loop/mode.h"

#include <stdint.h>

struct traffic;

/* Receives until it is told to stop, or the stream has ended. */
void receiver_run(struct traffic *traffic);
/* What `receive_mode` receives into. */
enum payload receiver_payload(int32_t receive_mode);

#endif
