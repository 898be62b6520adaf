/* socket.h - the ZeroMQ socket of one end. */
#ifndef TRAFFIC_SOCKET_H
#define TRAFFIC_SOCKET_H

#include "state/state.h"

/* Makes the context, the socket with every option, and its monitor. @return 0, or -1 with `error`.
 */
int socket_open(struct traffic *traffic, const char *address, struct error *error);
/* Binds `address` as the point's transport and ports say, and notes the endpoint. @return 0, or -1.
 */
int socket_bind(struct traffic *traffic, const char *address, struct error *error);
/* As traffic_connect and traffic_ready. */
int socket_connect(struct traffic *traffic, const char *endpoint, int32_t rank,
                   struct error *error);
int socket_ready(struct traffic *traffic, struct error *error);
/* Closes the socket, not its context. */
void socket_close(struct traffic *traffic);

#endif
