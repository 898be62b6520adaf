/* stream.h - the baseline's connections. */
#ifndef TRAFFIC_STREAM_H
#define TRAFFIC_STREAM_H

#include "state/state.h"

/* Makes traffic->stream, with room for all peers. @return 0, or -1 when memory is out. */
int stream_make(struct traffic *traffic);
/* As traffic_connect and traffic_ready. */
int stream_connect(struct traffic *traffic, const char *endpoint, struct error *error);
int stream_ready(struct traffic *traffic, struct error *error);
/* As traffic_strangers: silent connections count, too. */
int stream_strangers(const struct traffic *traffic);
void stream_close(struct traffic *traffic);

#endif
