/* detach.c - closes a publisher so that its subscribers get what it has sent.
 *
 * Over TCP, closing the socket is enough: LINGER sends what is queued, and the end of the stream
 * comes after it. A closed Unix socket is different: its peer sees the hang-up at once, before the
 * bytes that the kernel still holds. A libzmq that has stopped reading, because its RCVHWM is
 * reached, then discards those bytes. So a publisher over ipc keeps a second descriptor of each
 * connection. When the linger is over, it shuts down the sending side only (unix(7), shutdown(2)),
 * which a subscriber sees like TCP's end of stream. It closes the descriptors when the drain has
 * ended.
 */
#include "socket/detach.h"

#include "socket/socket.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Waits for the linger, then ends the streams. */
static void *run_linger(void *argument)
{
    struct traffic *traffic = argument;
    while (zmq_ctx_term(traffic->context) < 0 && errno == EINTR) {
    }
    for (int i = 0; i < traffic->peers; i++) {
        shutdown(traffic->detach.fds[i], SHUT_WR);
    }
    return NULL;
}

static int duplicate_connections(struct traffic *traffic)
{
    traffic->detach.fds = malloc((size_t)traffic->peers * sizeof *traffic->detach.fds);
    for (int i = 0; traffic->detach.fds && i < traffic->peers; i++) {
        traffic->detach.fds[i] = traffic->monitor.fds[i] < 0 ? -1 : dup(traffic->monitor.fds[i]);
    }
    return traffic->detach.fds ? 0 : -1;
}

void traffic_detach(struct traffic *traffic)
{
    sigset_t all, before;
    bool duplicated =
        traffic->point.transport == TRANSPORT_IPC && duplicate_connections(traffic) == 0;
    socket_close(traffic);
    if (!duplicated) {
        return;
    }
    monitor_close(&traffic->monitor); /* the thread ends the context, which waits until all its
                                         sockets are closed */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    traffic->detach.running =
        pthread_create(&traffic->detach.thread, NULL, run_linger, traffic) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!traffic->detach.running) {
        run_linger(traffic);
        traffic->context = NULL;
    }
}

void detach_end(struct traffic *traffic)
{
    if (traffic->detach.running) {
        pthread_join(traffic->detach.thread, NULL);
        traffic->detach.running = false;
        traffic->context = NULL;
    }
    for (int i = 0; traffic->detach.fds && i < traffic->peers; i++) {
        if (traffic->detach.fds[i] >= 0) {
            close(traffic->detach.fds[i]);
        }
    }
    free(traffic->detach.fds);
    traffic->detach.fds = NULL;
}
