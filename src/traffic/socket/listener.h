/* listener.h - the baseline's side that binds. */
#ifndef TRAFFIC_LISTENER_H
#define TRAFFIC_LISTENER_H

#include "state/state.h"

struct stream;

/* Listens at a port of `address`, makes the token and names the endpoint. @return 0, or -1 with
 * `error`. */
int listener_open(struct traffic *traffic, const char *address, struct error *error);
void listener_close(struct stream *stream);

#endif
