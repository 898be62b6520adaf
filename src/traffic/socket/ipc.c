/* ipc.c - the name of an ipc socket, and who may connect to it.
 *
 * The name is abstract (unix(7)): it begins with "@", is no file, and goes with its socket. So
 * nothing has to be removed, however the process ends, and no folder's length limits it. Every
 * user of the host may read and connect to it. The kernel says which user a connection is of, and
 * libzmq closes those of others at once. The run's password and keys keep out the rest.
 */
#include "socket/ipc.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int ipc_make_name(char *name, size_t length, struct error *error)
{
    uint64_t words[2];
    if (getrandom(words, sizeof words, 0) != sizeof words) {
        return error_set(error, "getrandom: %s", strerror(errno));
    }
    snprintf(name, length, "ipc://@zmqsweep-%016llx%016llx", (unsigned long long)words[0],
             (unsigned long long)words[1]);
    return 0;
}

/* A libzmq that cannot filter says EINVAL: password and keys then do it alone. */
int ipc_admit_own_user(void *socket, struct error *error)
{
    const uid_t own = geteuid();
    if (zmq_setsockopt(socket, ZMQ_IPC_FILTER_UID, &own, sizeof own) < 0 && errno != EINVAL) {
        return error_set(error, "zmq_setsockopt(ZMQ_IPC_FILTER_UID): %s", zmq_strerror(errno));
    }
    return 0;
}
