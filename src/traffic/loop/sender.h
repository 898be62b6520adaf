/* sender.h - the sender's loop. */
#ifndef TRAFFIC_SENDER_H
#define TRAFFIC_SENDER_H

#include "loop/mode.h"

#include <stdint.h>

struct traffic;

/* Sends from traffic->start_ns on until the limit is reached, or the loop is told to stop. */
void sender_run(struct traffic *traffic);
/* What `send_mode` sends from. */
enum payload sender_payload(int32_t send_mode);

#endif
