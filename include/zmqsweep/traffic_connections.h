/* traffic_connections.h - what the kernel knows of the peers' connections. */
#ifndef ZMQSWEEP_TRAFFIC_CONNECTIONS_H
#define ZMQSWEEP_TRAFFIC_CONNECTIONS_H

#include <stdint.h>

struct traffic;

/* While the connections are there; NaN where nothing is known (ipc, none). */
struct traffic_connections {
    double sndbuf_bytes, rcvbuf_bytes; /* largest */
    double retransmits;                /* sum */
    double rtt_us;                     /* largest, smoothed */
    int64_t sndhwm, rcvhwm;            /* read back from the socket; its own direction */
};
struct traffic_connections traffic_connections(const struct traffic *traffic);

#endif
