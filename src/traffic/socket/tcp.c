/* tcp.c - plain TCP sockets, with the point's buffers. */
#include "socket/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int tcp_failed(struct error *error, const char *call, const char *what)
{
    return error_set(error, "%s(%s): %s", call, what, strerror(errno));
}

static int set_buffer(int fd, int option, int64_t bytes)
{
    int value = bytes > INT32_MAX ? INT32_MAX : (int)bytes;
    return bytes == OPTION_KEYWORD ? 0 : setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

int tcp_make_socket(const struct traffic *traffic, int family, struct error *error)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return tcp_failed(error, "socket", "SOCK_STREAM");
    }
    if (set_buffer(fd, SO_SNDBUF, traffic->point.sndbuf_bytes) ||
        set_buffer(fd, SO_RCVBUF, traffic->point.rcvbuf_bytes)) {
        tcp_failed(error, "setsockopt", "SO_SNDBUF, SO_RCVBUF");
        close(fd);
        return -1;
    }
    return fd;
}

int tcp_prepare_for_loop(int fd)
{
    const struct timeval check_interval = {0, 1000L * TRAFFIC_CHECK_MS};
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
                   setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &check_interval, sizeof check_interval) <
                       0
               ? -1
               : 0;
}

int tcp_resolve(const char *host, const char *port, struct addrinfo **found, struct error *error)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    int rc = getaddrinfo(host, port, &hints, found);
    return rc ? error_set(error, "%.64s port %.16s: %s", host, port, gai_strerror(rc)) : 0;
}
