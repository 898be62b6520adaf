/* ipc.c - the private folder of an ipc socket. */
#include "socket/ipc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The process's ipc folder and socket while they exist, for a process that has to exit at once. */
static char open_folder[TRAFFIC_ENDPOINT_LENGTH], open_socket_name[TRAFFIC_ENDPOINT_LENGTH + 8];

static void note_folder(const char *folder)
{
    snprintf(open_folder, sizeof open_folder, "%s", folder);
    snprintf(open_socket_name, sizeof open_socket_name, "%s/s", folder);
}

void traffic_remove_ipc(void)
{
    if (open_folder[0]) {
        unlink(open_socket_name); /* usually libzmq has removed it with its context */
        rmdir(open_folder);
        open_folder[0] = '\0';
    }
}

/* mkdtemp makes the folder with mode 0700: nobody else gets at the sockets in it. */
int ipc_make_name(struct traffic *traffic, char *name, size_t length, struct error *error)
{
    const char *base = getenv("TMPDIR");
    int used = snprintf(traffic->folder, sizeof traffic->folder, "%s/zmqsweep-XXXXXX",
                        base && *base ? base : "/tmp");
    if (used < 0 || used > 90) {
        traffic->folder[0] = '\0';
        return error_set(error, "TMPDIR is too long for an ipc socket (90 characters at most): %s",
                         base);
    }
    if (!mkdtemp(traffic->folder)) {
        int rc = error_set(error, "mkdtemp(%s): %s", traffic->folder, strerror(errno));
        traffic->folder[0] = '\0';
        return rc;
    }
    note_folder(traffic->folder);
    snprintf(name, length, "ipc://%s/s", traffic->folder);
    return 0;
}

void ipc_remove(const struct traffic *traffic)
{
    if (traffic->folder[0]) {
        note_folder(traffic->folder); /* of several in one process, the last one */
        traffic_remove_ipc();
    }
}
