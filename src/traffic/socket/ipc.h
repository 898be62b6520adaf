/* ipc.h - the private folder of an ipc socket. */
#ifndef TRAFFIC_IPC_H
#define TRAFFIC_IPC_H

#include "state/state.h"

#include <stddef.h>

/* Makes the folder, and writes the endpoint of a socket in it to `name`. @return 0, or -1 with
 * `error`. */
int ipc_make_name(struct traffic *traffic, char *name, size_t length, struct error *error);
/* Removes folder and socket, if any. Call it after the context has ended. */
void ipc_remove(const struct traffic *traffic);

#endif
