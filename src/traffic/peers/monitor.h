/* monitor.h - what happened to a socket's connections, by libzmq's socket monitor. */
#ifndef TRAFFIC_MONITOR_H
#define TRAFFIC_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

struct monitor {
    void *socket;
    bool binds;   /* then strangers may connect, too */
    bool settled; /* the peers' connections are known */
    int *fds;     /* of the peers' live connections; `peers` places, -1 when free */
    int peers;
    int *open; /* before that, on the side that binds: all that are open */
    int open_count, open_room;
    int refused_bytes;                                     /* at most sent to a stranger */
    int64_t settle_ns;                                     /* when to wait no longer */
    int handshakes, connections, disconnections, failures; /* disconnections: of peers */
    int last_event;
};

/* Watches `socket`, which is not bound or connected yet. @return 0, or -1 with errno. */
int monitor_open(struct monitor *monitor, void *context, void *socket);
/* Sets who is expected, before monitor_open. `curve`: connections are encrypted.
 * @return 0, or -1 when memory is out. */
int monitor_expect(struct monitor *monitor, int peers, bool binds, bool curve);
/* Has every peer completed its handshake, and is its connection known from strangers'? */
bool monitor_identify(struct monitor *monitor);
/* Every peer has, and a connection is not known yet: that takes no event, and microseconds. */
bool monitor_identifying(const struct monitor *monitor);
/* Reads all events; waits up to `wait_ms` for the first. */
void monitor_read(struct monitor *monitor, int wait_ms);
void monitor_close(struct monitor *monitor);

#endif
