/* stream.c - the baseline's connections: made, proven, closed.
 *
 * The side that connects sends the token that came with the endpoint, over MPI, and the side that
 * bound answers with a byte. So each side knows that the other has the connection, and no stranger
 * is taken for a peer. Nagle's algorithm stays on: in a stream of writes it only joins the ends of
 * messages, so that small ones fill segments.
 */
#include "socket/stream.h"

#include "socket/listener.h"
#include "socket/tcp.h"
#include "state/stream.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER 'y'
/* Strangers that may connect at once before the first of them is rejected. */
#define SPARE_CANDIDATES 16

int stream_make(struct traffic *traffic)
{
    struct stream *stream = calloc(1, sizeof *stream);
    size_t peers = (size_t)traffic->peers;
    traffic->stream = stream;
    if (!stream) {
        return -1;
    }
    stream->listener = -1;
    /* Reports on connections read their descriptors from the monitor, as for ZeroMQ. */
    if (monitor_expect(&traffic->monitor, traffic->peers, false, false)) {
        return -1;
    }
    stream->candidate_room = traffic->peers + SPARE_CANDIDATES;
    stream->candidates = calloc((size_t)stream->candidate_room, sizeof *stream->candidates);
    stream->connections = calloc(peers, sizeof *stream->connections);
    stream->polled = calloc((size_t)stream->candidate_room + 1, sizeof *stream->polled);
    return stream->candidates && stream->connections && stream->polled ? 0 : -1;
}

void stream_close(struct traffic *traffic)
{
    struct stream *stream = traffic->stream;
    if (!stream) {
        return;
    }
    listener_close(stream);
    for (int i = 0; i < stream->candidate_count; i++) {
        close(stream->candidates[i].fd);
    }
    for (int i = 0; i < traffic->monitor.handshakes; i++) {
        close(stream->connections[i].fd);
    }
    free(stream->candidates);
    free(stream->connections);
    free(stream->polled);
    free(stream);
    traffic->stream = NULL;
}

static void add_candidate(struct stream *stream, int fd, enum stream_candidate_state state)
{
    if (stream->candidate_count == stream->candidate_room) { /* close the oldest candidate */
        close(stream->candidates[0].fd);
        stream->rejected++;
        memmove(&stream->candidates[0], &stream->candidates[1],
                (size_t)--stream->candidate_count * sizeof *stream->candidates);
    }
    stream->candidates[stream->candidate_count++] =
        (struct stream_candidate){.fd = fd, .state = state};
}

static void remove_candidate(struct stream *stream, int index)
{
    stream->candidates[index] = stream->candidates[--stream->candidate_count];
}

/* "tcp://10.0.0.1:43210#TOKEN", "tcp://[fe80::1%eth0]:43210#TOKEN" */
static int read_endpoint(const char *endpoint, char host[64], char port[16],
                         char token[STREAM_TOKEN_LENGTH + 1])
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
    char host[64], port[16], token[STREAM_TOKEN_LENGTH + 1];
    snprintf(traffic->endpoint, sizeof traffic->endpoint, "%.*s", (int)strcspn(endpoint, "#"),
             endpoint);
    if (read_endpoint(endpoint, host, port, token)) {
        return error_set(error, "connect(%s): not an endpoint", traffic->endpoint);
    }
    if (tcp_resolve(host, port, &to, error)) {
        return -1;
    }
    int fd = tcp_make_socket(traffic, to->ai_family, error);
    int rc = fd < 0 ? -1 : connect(fd, to->ai_addr, to->ai_addrlen);
    freeaddrinfo(to);
    if (fd >= 0 && rc < 0 && errno != EINPROGRESS) {
        tcp_failed(error, "connect", traffic->endpoint);
        close(fd);
        return -1;
    }
    if (fd < 0) {
        return -1;
    }
    add_candidate(stream, fd, CANDIDATE_CONNECTING);
    memcpy(stream->candidates[stream->candidate_count - 1].token, token, STREAM_TOKEN_LENGTH);
    return 0;
}

/* The candidate is a peer: it gets a place among the connections. */
static int add_peer(struct traffic *traffic, int fd)
{
    int place = traffic->monitor.handshakes;
    struct stream_connection *connection = &traffic->stream->connections[place];
    if (tcp_prepare_for_loop(fd)) {
        return -1;
    }
    /* A sender's connections share one message, a receiver's have one each. */
    size_t message = traffic->role == ROLE_RECEIVER ? (size_t)place : 0;
    *connection = (struct stream_connection){.fd = fd,
                                             .buffer = (unsigned char *)traffic->buffer +
                                                       message * (size_t)traffic->point.size_bytes};
    traffic->monitor.fds[place] = fd;
    traffic->monitor.handshakes++;
    return 0;
}

/* @return 1 proven, 0 not yet, -1 not a peer, with errno. */
static int receive_token(const struct stream *stream, struct stream_candidate *candidate)
{
    ssize_t got = recv(candidate->fd, candidate->token + candidate->received,
                       STREAM_TOKEN_LENGTH - candidate->received, MSG_DONTWAIT);
    if (got <= 0) {
        return got < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
    }
    candidate->received += (size_t)got;
    if (memcmp(candidate->token, stream->token, candidate->received) != 0) {
        return -1;
    }
    if (candidate->received < STREAM_TOKEN_LENGTH) {
        return 0;
    }
    const char answer = ANSWER;
    return send(candidate->fd, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 1 : -1;
}

static int send_token(struct stream_candidate *candidate)
{
    int problem = 0;
    socklen_t length = sizeof problem;
    if (getsockopt(candidate->fd, SOL_SOCKET, SO_ERROR, &problem, &length) || problem) {
        errno = problem ? problem : errno;
        return -1;
    }
    candidate->state = CANDIDATE_TOKEN_SENT;
    return send(candidate->fd, candidate->token, STREAM_TOKEN_LENGTH,
                MSG_NOSIGNAL | MSG_DONTWAIT) == STREAM_TOKEN_LENGTH
               ? 0
               : -1;
}

static int receive_answer(const struct stream_candidate *candidate)
{
    char answer = 0;
    ssize_t got = recv(candidate->fd, &answer, 1, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return 0;
    }
    errno = got == 0 ? ECONNRESET : errno;
    return got == 1 && answer == ANSWER ? 1 : -1;
}

static int advance_handshake(const struct stream *stream, struct stream_candidate *candidate)
{
    switch (candidate->state) {
    case CANDIDATE_CONNECTING:
        return send_token(candidate);
    case CANDIDATE_TOKEN_SENT:
        return receive_answer(candidate);
    default:
        return receive_token(stream, candidate);
    }
}

/* Reads or writes the token. Closes a stranger's connection. It is an error if a peer that this
 * side connects to does not answer.
 * @return 0, or -1 with `error`. */
static int serve_candidate(struct traffic *traffic, int index, struct error *error)
{
    struct stream *stream = traffic->stream;
    struct stream_candidate candidate = stream->candidates[index];
    int proven = advance_handshake(stream, &stream->candidates[index]);
    if (proven == 0) {
        return 0;
    }
    remove_candidate(stream, index);
    if (proven > 0 && add_peer(traffic, candidate.fd) == 0) {
        return 0;
    }
    bool stranger = candidate.state == CANDIDATE_TOKEN_AWAITED && proven < 0;
    stream->rejected += stranger;
    int rc = stranger
                 ? 0
                 : error_set(error, "connecting to %.*s: %s", (int)strcspn(traffic->endpoint, "#"),
                             traffic->endpoint, strerror(errno));
    close(candidate.fd);
    return rc;
}

int stream_strangers(const struct traffic *traffic)
{
    const struct stream *stream = traffic->stream;
    return stream->rejected + (traffic_binds(traffic) ? stream->candidate_count : 0);
}

static void accept_candidates(struct stream *stream)
{
    int fd;
    while ((fd = accept4(stream->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        add_candidate(stream, fd, CANDIDATE_TOKEN_AWAITED);
    }
}

/* A candidate that this side connects to becomes writable; a candidate that has to send something
 * becomes readable. */
static int poll_candidates(const struct stream *stream)
{
    int count = stream->candidate_count;
    for (int i = 0; i < count; i++) {
        short events = stream->candidates[i].state == CANDIDATE_CONNECTING ? POLLOUT : POLLIN;
        stream->polled[i] = (struct pollfd){.fd = stream->candidates[i].fd, .events = events};
    }
    stream->polled[count] = (struct pollfd){.fd = stream->listener, .events = POLLIN};
    return poll(stream->polled, (nfds_t)count + 1, TRAFFIC_EVENT_WAIT_MS);
}

static bool all_proven(const struct traffic *traffic)
{
    return traffic->monitor.handshakes >= traffic->peers;
}

int stream_ready(struct traffic *traffic, struct error *error)
{
    struct stream *stream = traffic->stream;
    int count = stream->candidate_count;
    if (!all_proven(traffic) && poll_candidates(stream) > 0) {
        for (int i = count - 1; i >= 0;
             i--) { /* from the end, since the last candidate takes the place of a removed one */
            if (!all_proven(traffic) && stream->polled[i].revents &&
                serve_candidate(traffic, i, error)) {
                return -1;
            }
        }
        if (stream->polled[count].revents) {
            accept_candidates(stream);
        }
    }
    if (!all_proven(traffic)) {
        return 0;
    }
    listener_close(stream); /* nobody else is expected */
    return 1;
}
