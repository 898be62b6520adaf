/* ipc.h - the name of an ipc socket, and who may connect to it. */
#ifndef TRAFFIC_IPC_H
#define TRAFFIC_IPC_H

#include "state/state.h"

#include <stddef.h>

/* Writes an endpoint that nobody else has to `name`. @return 0, or -1 with `error`. */
int ipc_make_name(char *name, size_t length, struct error *error);
/* Closes connections of other users' programs at once. Call it before the socket is bound.
 * @return 0, or -1 with `error`. */
int ipc_admit_own_user(void *socket, struct error *error);

#endif
