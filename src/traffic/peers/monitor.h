/* monitor.h - what happened to a socket's connections, as libzmq's socket monitor reports it. */
#ifndef TRAFFIC_MONITOR_H
#define TRAFFIC_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

struct monitor {
    void *socket;
    bool binds;   /* strangers may connect to a side that binds */
    bool settled; /* the peers' connections are known */
    int *fds;     /* of the peers' live connections; `peers` places, -1 when free */
    int peers;
    int *open; /* on the side that binds, until settled: all open connections */
    int open_count, open_room;
    int refused_bytes;                                     /* most bytes sent to a stranger */
    int64_t settle_ns;                                     /* when to stop looking for peers */
    int handshakes, connections, disconnections, failures; /* disconnections: peers' only */
    int last_event;
};

/* Watches `socket`, which is not bound or connected yet. @return 0, or -1 with errno. */
int monitor_open(struct monitor *monitor, void *context, void *socket);
/* Sets who is expected, before monitor_open. `curve`: connections are encrypted.
 * @return 0, or -1 when memory is out. */
int monitor_expect(struct monitor *monitor, int peers, bool binds, bool curve);
/* Has every peer completed its handshake, and is its connection told from strangers'? */
bool monitor_peers_known(struct monitor *monitor);
/* Has every peer completed its handshake, while a connection is not yet told from strangers'? That
 * lasts microseconds, and no event ends it. */
bool monitor_awaits_peers(const struct monitor *monitor);
/* Reads all events; waits up to `wait_ms` for the first. */
void monitor_read(struct monitor *monitor, int wait_ms);
void monitor_close(struct monitor *monitor);

#endif
