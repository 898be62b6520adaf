/* stream.c - the baseline's plain TCP sockets: opened, proven, closed.
 *
 * Who connects says the token that came with the endpoint, over MPI, and the side that bound answers with a
 * byte. So both know that the other has the connection, and no stranger gets a place. Nagle's algorithm stays
 * on: in a stream of writes it only joins the ends of messages, so that small ones fill segments.
 */
#include "traffic_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOKEN_LENGTH 32
#define ANSWER 'y'
/* Strangers that may knock at once before the first of them is turned away. */
#define SPARE_GUESTS 16

enum guest_state {
    GUEST_CONNECTING, /* this side connects */
    GUEST_ASKING,     /* the token is said, the answer awaited */
    GUEST_ARRIVED     /* it connected, and has to say the token */
};

struct guest {
    int fd;
    enum guest_state state;
    char said[TOKEN_LENGTH];
    size_t length;
};

static int call_failed(struct error *error, const char *call, const char *what)
{
    return error_set(error, "%s(%s): %s", call, what, strerror(errno));
}

/* ---- sockets ---- */

static int set_buffer(int fd, int option, int64_t bytes)
{
    int value = bytes > INT32_MAX ? INT32_MAX : (int)bytes;
    return bytes == OPTION_KEYWORD ? 0 : setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

/* A connection inherits its listener's buffers, and the window is agreed when it is made: they are set
 * before.
 */
static int make_socket(const struct traffic *traffic, int family, struct error *error)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return call_failed(error, "socket", "SOCK_STREAM");
    }
    if (set_buffer(fd, SO_SNDBUF, traffic->point.sndbuf_bytes) ||
        set_buffer(fd, SO_RCVBUF, traffic->point.rcvbuf_bytes)) {
        call_failed(error, "setsockopt", "SO_SNDBUF, SO_RCVBUF");
        close(fd);
        return -1;
    }
    return fd;
}

/* From now on it is the loop's, and a sender's blocks, but no longer than until the loop is to look around.
 */
static int prepare_for_loop(int fd)
{
    const struct timeval look_around = {0, 1000L * LOOK_AROUND_MS};
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 ||
                   setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &look_around, sizeof look_around) < 0
               ? -1
               : 0;
}

/* A numeric address. */
static int resolve(const char *host, const char *port, struct addrinfo **found, struct error *error)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    int rc = getaddrinfo(host, port, &hints, found);
    return rc ? error_set(error, "%.64s port %.16s: %s", host, port, gai_strerror(rc)) : 0;
}

/* ---- the side that binds ---- */

/* @return 0, 1 when the port is taken, or -1 with errno. */
static int bind_and_listen(int fd, const struct addrinfo *to, int backlog)
{
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); /* connections that have ended keep no port */
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
    if (resolve(address, text, &to, error)) {
        return -1;
    }
    int fd = make_socket(traffic, to->ai_family, error);
    int rc = fd < 0 ? -1 : bind_and_listen(fd, to, traffic->stream->guest_room);
    if (fd >= 0 && rc) {
        if (rc < 0) {
            call_failed(error, "bind", address);
        }
        close(fd);
    }
    freeaddrinfo(to);
    traffic->stream->listener = rc ? -1 : fd;
    return rc;
}

/* Ranks of one host begin at different places of the range, as ZeroMQ's points do. */
static int listen_in_range(struct traffic *traffic, const char *address, struct error *error)
{
    struct config_ports ports = config_ports(traffic->point.ports);
    int span = ports.last - ports.first + 1, start = (int)getpid() % span, rc = 1;
    for (int i = 0; i < span && rc > 0; i++) {
        rc = try_port(traffic, address, ports.first + (start + i) % span, error);
    }
    return rc > 0 ? error_set(error, "no port of --port-range %d-%d is free on %s", ports.first, ports.last,
                              address)
                  : rc;
}

static int make_token(struct stream *stream, struct error *error)
{
    unsigned char bytes[TOKEN_LENGTH / 2];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        return call_failed(error, "getrandom", "a token");
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
        return call_failed(error, "getsockname", address);
    }
    snprintf(traffic->endpoint, sizeof traffic->endpoint,
             strchr(address, ':') ? "tcp://[%.60s]:%s#%s" : "tcp://%.60s:%s#%s", address, port,
             traffic->stream->token);
    return 0;
}

static int open_listener(struct traffic *traffic, const char *address, struct error *error)
{
    int rc = traffic->point.ports == OPTION_KEYWORD ? try_port(traffic, address, 0, error)
                                                    : listen_in_range(traffic, address, error);
    if (rc > 0) {
        return error_set(error, "bind(%s): no free port", address);
    }
    return rc || make_token(traffic->stream, error) || name_endpoint(traffic, address, error) ? -1 : 0;
}

/* ---- open and close ---- */

static int make_stream(struct traffic *traffic)
{
    struct stream *stream = calloc(1, sizeof *stream);
    size_t peers = (size_t)traffic->peers;
    traffic->stream = stream;
    if (!stream) {
        return -1;
    }
    stream->listener = -1;
    traffic->monitor.fds = malloc(peers * sizeof *traffic->monitor.fds);
    if (!traffic->monitor.fds) {
        return -1;
    }
    traffic->monitor.peers = traffic->peers; /* the connections are read by way of it, as ZeroMQ's are */
    for (size_t i = 0; i < peers; i++) {
        traffic->monitor.fds[i] = -1;
    }
    stream->guest_room = traffic->peers + SPARE_GUESTS;
    stream->guests = calloc((size_t)stream->guest_room, sizeof *stream->guests);
    stream->connections = calloc(peers, sizeof *stream->connections);
    stream->polled = calloc((size_t)stream->guest_room + 1, sizeof *stream->polled);
    return stream->guests && stream->connections && stream->polled ? 0 : -1;
}

/* The payload is touched where the loop will run. */
int stream_open(struct traffic *traffic, const char *address, struct error *error)
{
    if (make_stream(traffic)) {
        return error_set(error, "no memory for %d connections", traffic->peers);
    }
    if (traffic->cpus.loop_bound && affinity_set(&traffic->cpus.loop)) {
        return error_set(error, "cannot run on the CPUs asked for: %s", strerror(errno));
    }
    return payload_make(traffic, error) || (traffic_binds(traffic) && open_listener(traffic, address, error))
               ? -1
               : 0;
}

static void close_listener(struct stream *stream)
{
    if (stream->listener >= 0) {
        close(stream->listener);
        stream->listener = -1;
    }
}

void stream_close(struct traffic *traffic)
{
    struct stream *stream = traffic->stream;
    if (!stream) {
        return;
    }
    close_listener(stream);
    for (int i = 0; i < stream->guest_count; i++) {
        close(stream->guests[i].fd);
    }
    for (int i = 0; i < traffic->monitor.handshakes; i++) {
        close(stream->connections[i].fd);
    }
    free(stream->guests);
    free(stream->connections);
    free(stream->polled);
    free(stream);
    traffic->stream = NULL;
}

/* ---- guests ---- */

static void add_guest(struct stream *stream, int fd, enum guest_state state)
{
    if (stream->guest_count == stream->guest_room) { /* the one that has kept silent for longest goes */
        close(stream->guests[0].fd);
        stream->turned_away++;
        memmove(&stream->guests[0], &stream->guests[1],
                (size_t)--stream->guest_count * sizeof *stream->guests);
    }
    stream->guests[stream->guest_count++] = (struct guest){.fd = fd, .state = state};
}

static void forget_guest(struct stream *stream, int index)
{
    stream->guests[index] = stream->guests[--stream->guest_count];
}

/* "tcp://10.0.0.1:43210#TOKEN", "tcp://[fe80::1%eth0]:43210#TOKEN" */
static int read_endpoint(const char *endpoint, char host[64], char port[16], char token[TOKEN_LENGTH + 1])
{
    return sscanf(endpoint, "tcp://[%63[^]]]:%15[0-9]#%32[0-9a-f]", host, port, token) == 3 ||
                   sscanf(endpoint, "tcp://%63[^:[]:%15[0-9]#%32[0-9a-f]", host, port, token) == 3
               ? 0
               : -1;
}

int stream_connect(struct traffic *traffic, const char *endpoint, struct error *error)
{
    struct stream *stream = traffic->stream;
    struct addrinfo *to;
    char host[64], port[16], token[TOKEN_LENGTH + 1];
    snprintf(traffic->endpoint, sizeof traffic->endpoint, "%.*s", (int)strcspn(endpoint, "#"), endpoint);
    if (read_endpoint(endpoint, host, port, token)) {
        return error_set(error, "connect(%s): not an endpoint", traffic->endpoint);
    }
    if (resolve(host, port, &to, error)) {
        return -1;
    }
    int fd = make_socket(traffic, to->ai_family, error);
    int rc = fd < 0 ? -1 : connect(fd, to->ai_addr, to->ai_addrlen);
    freeaddrinfo(to);
    if (fd >= 0 && rc < 0 && errno != EINPROGRESS) {
        call_failed(error, "connect", traffic->endpoint);
        close(fd);
        return -1;
    }
    if (fd < 0) {
        return -1;
    }
    add_guest(stream, fd, GUEST_CONNECTING);
    memcpy(stream->guests[stream->guest_count - 1].said, token, TOKEN_LENGTH);
    return 0;
}

/* A guest is a peer. */
static int promote(struct traffic *traffic, int fd)
{
    int place = traffic->monitor.handshakes;
    struct connection *connection = &traffic->stream->connections[place];
    if (prepare_for_loop(fd)) {
        return -1;
    }
    /* A sender's connections share one message, a receiver's have one each. */
    size_t message = traffic->role == ROLE_RECEIVER ? (size_t)place : 0;
    *connection = (struct connection){
        .fd = fd, .buffer = (unsigned char *)traffic->buffer + message * (size_t)traffic->point.size_bytes};
    traffic->monitor.fds[place] = fd;
    traffic->monitor.handshakes++;
    return 0;
}

/* @return 1 proven, 0 not yet, -1 not a peer, with errno. */
static int hear_token(const struct stream *stream, struct guest *guest)
{
    ssize_t got = recv(guest->fd, guest->said + guest->length, TOKEN_LENGTH - guest->length, MSG_DONTWAIT);
    if (got <= 0) {
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    guest->length += (size_t)got;
    if (memcmp(guest->said, stream->token, guest->length) != 0) {
        return -1;
    }
    if (guest->length < TOKEN_LENGTH) {
        return 0;
    }
    const char answer = ANSWER;
    return send(guest->fd, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 1 : -1;
}

static int say_token(struct guest *guest)
{
    int problem = 0;
    socklen_t length = sizeof problem;
    if (getsockopt(guest->fd, SOL_SOCKET, SO_ERROR, &problem, &length) || problem) {
        errno = problem ? problem : errno;
        return -1;
    }
    guest->state = GUEST_ASKING;
    return send(guest->fd, guest->said, TOKEN_LENGTH, MSG_NOSIGNAL | MSG_DONTWAIT) == TOKEN_LENGTH ? 0 : -1;
}

static int hear_answer(const struct guest *guest)
{
    char answer = 0;
    ssize_t got = recv(guest->fd, &answer, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    errno = got == 0 ? ECONNRESET : errno;
    return got == 1 && answer == ANSWER ? 1 : -1;
}

static int attend(const struct stream *stream, struct guest *guest)
{
    switch (guest->state) {
    case GUEST_CONNECTING:
        return say_token(guest);
    case GUEST_ASKING:
        return hear_answer(guest);
    default:
        return hear_token(stream, guest);
    }
}

/* A stranger is sent away; a peer that was asked for and does not answer is a failure. @return 0 or -1. */
static int attend_to(struct traffic *traffic, int index, struct error *error)
{
    struct stream *stream = traffic->stream;
    struct guest guest = stream->guests[index];
    int news = attend(stream, &stream->guests[index]);
    if (news == 0) {
        return 0;
    }
    forget_guest(stream, index);
    if (news > 0 && promote(traffic, guest.fd) == 0) {
        return 0;
    }
    bool stranger = guest.state == GUEST_ARRIVED && news < 0;
    stream->turned_away += stranger;
    int rc = stranger ? 0
                      : error_set(error, "connecting to %.*s: %s", (int)strcspn(traffic->endpoint, "#"),
                                  traffic->endpoint, strerror(errno));
    close(guest.fd);
    return rc;
}

int stream_strangers(const struct traffic *traffic)
{
    const struct stream *stream = traffic->stream;
    return stream->turned_away + (traffic_binds(traffic) ? stream->guest_count : 0);
}

/* ---- ready? ---- */

static void let_in(struct stream *stream)
{
    int fd;
    while ((fd = accept4(stream->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        add_guest(stream, fd, GUEST_ARRIVED);
    }
}

int stream_ready(struct traffic *traffic, struct error *error)
{
    struct stream *stream = traffic->stream;
    int count = stream->guest_count;
    for (int i = 0; i < count; i++) {
        short events = stream->guests[i].state == GUEST_CONNECTING ? POLLOUT : POLLIN;
        stream->polled[i] = (struct pollfd){.fd = stream->guests[i].fd, .events = events};
    }
    stream->polled[count] = (struct pollfd){.fd = stream->listener, .events = POLLIN};
    if (traffic->monitor.handshakes < traffic->peers &&
        poll(stream->polled, (nfds_t)count + 1, NEWS_WAIT_MS) > 0) {
        for (int i = count - 1; i >= 0; i--) { /* from the end: who goes is replaced by the last */
            bool room = traffic->monitor.handshakes < traffic->peers;
            if (room && stream->polled[i].revents && attend_to(traffic, i, error)) {
                return -1;
            }
        }
        if (stream->polled[count].revents) {
            let_in(stream);
        }
    }
    if (traffic->monitor.handshakes < traffic->peers) {
        return 0;
    }
    close_listener(stream); /* nobody else is expected */
    return 1;
}
