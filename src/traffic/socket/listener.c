/* listener.c - the baseline's side that binds: a port, and the token that its peers must know. */
#include "socket/listener.h"

#include "socket/tcp.h"
#include "state/stream.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* @return 0, 1 when the port is taken, or -1 with errno. */
static int bind_and_listen(int fd, const struct addrinfo *to, int backlog)
{
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
               sizeof one); /* the port of an ended connection is free at once */
    if (bind(fd, to->ai_addr, to->ai_addrlen) == 0 && listen(fd, backlog) == 0) {
        return 0;
    }
    return errno == EADDRINUSE ? 1 : -1;
}

static int try_port(struct traffic *traffic, const char *address, int port, struct error *error)
{
    char text[16];
    struct addrinfo *to;
    snprintf(text, sizeof text, "%d", port);
    if (tcp_resolve(address, text, &to, error)) {
        return -1;
    }
    int fd = tcp_make_socket(traffic, to->ai_family, error);
    int rc = fd < 0 ? -1 : bind_and_listen(fd, to, traffic->stream->candidate_room);
    if (fd >= 0 && rc) {
        if (rc < 0) {
            tcp_failed(error, "bind", address);
        }
        close(fd);
    }
    freeaddrinfo(to);
    traffic->stream->listener = rc ? -1 : fd;
    return rc;
}

/* Listens on a free port of the range. As in socket.c, ranks of one host begin at different places
 * of it. */
static int listen_in_range(struct traffic *traffic, const char *address, struct error *error)
{
    struct config_ports ports = config_ports(traffic->point.ports);
    int span = ports.last - ports.first + 1, start = (int)getpid() % span, rc = 1;
    for (int i = 0; i < span && rc > 0; i++) {
        rc = try_port(traffic, address, ports.first + (start + i) % span, error);
    }
    return rc > 0 ? error_set(error, "no port of --port-range %d-%d is free on %s", ports.first,
                              ports.last, address)
                  : rc;
}

static int make_token(struct stream *stream, struct error *error)
{
    unsigned char bytes[STREAM_TOKEN_LENGTH / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        return tcp_failed(error, "getrandom", "a token");
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(stream->token + 2 * i, 3, "%02x", bytes[i]);
    }
    return 0;
}

/* "tcp://10.0.0.1:43210#TOKEN" */
static int name_endpoint(struct traffic *traffic, const char *address, struct error *error)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    char port[16];
    if (getsockname(traffic->stream->listener, (struct sockaddr *)&own, &length) ||
        getnameinfo((struct sockaddr *)&own, length, NULL, 0, port, sizeof port, NI_NUMERICSERV)) {
        return tcp_failed(error, "getsockname", address);
    }
    snprintf(traffic->endpoint, sizeof traffic->endpoint,
             strchr(address, ':') ? "tcp://[%.60s]:%s#%s" : "tcp://%.60s:%s#%s", address, port,
             traffic->stream->token);
    return 0;
}

int listener_open(struct traffic *traffic, const char *address, struct error *error)
{
    int rc = traffic->point.ports == OPTION_KEYWORD ? try_port(traffic, address, 0, error)
                                                    : listen_in_range(traffic, address, error);
    if (rc > 0) {
        return error_set(error, "bind(%s): no free port", address);
    }
    return rc || make_token(traffic->stream, error) || name_endpoint(traffic, address, error) ? -1
                                                                                              : 0;
}

void listener_close(struct stream *stream)
{
    if (stream->listener >= 0) {
        close(stream->listener);
        stream->listener = -1;
    }
}
