/* traffic_connections.h - what the kernel knows of the peers' connections. */
#ifndef ZMQSWEEP_TRAFFIC_CONNECTIONS_H
#define ZMQSWEEP_TRAFFIC_CONNECTIONS_H

#include <stdint.h>

struct traffic;

/* Valid while the connections are open. NaN: not known (ipc, or no connection). */
struct traffic_connections {
    double sndbuf_bytes, rcvbuf_bytes; /* largest */
    double retransmits;                /* sum over the connections */
    double rtt_us;                     /* largest, smoothed */
    int64_t sndhwm, rcvhwm;            /* read back from the socket, which knows one of them */
};
struct traffic_connections traffic_connections(const struct traffic *traffic);

#endif
