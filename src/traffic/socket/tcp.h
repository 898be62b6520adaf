/* tcp.h - plain TCP sockets. */
#ifndef TRAFFIC_TCP_H
#define TRAFFIC_TCP_H

#include "state/state.h"

#include <netdb.h>

/* "call(what): " and errno's text. @return -1. */
int tcp_failed(struct error *error, const char *call, const char *what);
/* A socket that does not block, with the point's buffers. They are set now, since a connection
 * inherits its listener's, and the window is agreed when the connection is made. @return its
 * descriptor, or -1. */
int tcp_make_socket(const struct traffic *traffic, int family, struct error *error);
/* A numeric address and port. @return 0 with a list for freeaddrinfo, or -1 with `error`. */
int tcp_resolve(const char *host, const char *port, struct addrinfo **found, struct error *error);
/* Gives the descriptor to the loop: from now on it blocks, a sender's for TRAFFIC_CHECK_MS at most.
 * @return 0, or -1 with errno. */
int tcp_prepare_for_loop(int fd);

#endif
