/* tcp.h - plain TCP sockets. */
#ifndef TRAFFIC_TCP_H
#define TRAFFIC_TCP_H

#include "state/state.h"

#include <netdb.h>

/* Sets `error` to "call(what): " and errno's text. @return -1. */
int tcp_failed(struct error *error, const char *call, const char *what);
/* Makes a nonblocking socket with the point's buffer sizes. They must be set before the connection
 * is made: it inherits its listener's sizes, and TCP negotiates its window scale then. @return its
 * descriptor, or -1. */
int tcp_make_socket(const struct traffic *traffic, int family, struct error *error);
/* A numeric address and port. @return 0 with a list for freeaddrinfo, or -1 with `error`. */
int tcp_resolve(const char *host, const char *port, struct addrinfo **found, struct error *error);
/* Prepares the descriptor for the loop: from now on its calls block, a sender's for
 * TRAFFIC_CHECK_MS at most.
 * @return 0, or -1 with errno. */
int tcp_prepare_for_loop(int fd);

#endif
