/* stream_loop.c - the hot loops of the baseline: a stream of messages over plain sockets.
 *
 * A sender writes its one buffer again and again, with one system call per message as long as the
 * kernel takes it whole. A receiver reads into a buffer of one message, as iperf3 does when its
 * length is the message's size. A sender with one peer waits in the socket call; all others wait in
 * poll. A sender with several peers sends whole messages in turn to whichever connection takes
 * them. Where the kernel would make the caller wait, the clock is read.
 */
#include "loop/stream_loop.h"

#include "clock.h"
#include "state/stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

/* After this many rounds, connections that were not ready are polled again. */
#define ROUNDS_PER_POLL 64
/* A sleeping reader is woken for this many bytes, or for the rest of its message. Waking it for
 * every segment would cost much of the rate over loopback. 128 to 1024 KiB made no difference at 1
 * MiB; 64 KiB gave 1.1 times iperf3's rate where 256 KiB gave 1.4. The kernel makes room for twice
 * as much in the receive buffer, unless its size was set (net/ipv4/tcp.c, tcp_set_rcvlowat). */
#define WAKE_BYTES ((size_t)256 << 10)

struct stream_loop {
    struct traffic *traffic;
    struct progress *progress;
    size_t size;
    bool timed;
    int64_t begun; /* messages of which at least one byte is written */
    int64_t count; /* whole messages, written or read */
    int64_t count_when_empty;
};

static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static inline void count_message(struct stream_loop *loop, int64_t now_ns)
{
    loop->count++;
    if (loop->timed) {
        progress_publish_timed(loop->progress, loop->count, now_ns);
    } else {
        progress_publish(loop->progress, loop->count);
    }
}

/* ---- sender ---- */

/* Waits in the socket call to write the rest of a message that the kernel did not take whole.
 * @return 0 when it is written, or -1 when told to stop before its first byte, told to abandon it,
 * or failed. */
static __attribute__((noinline)) int write_rest(struct stream_loop *loop,
                                                struct stream_connection *connection, ssize_t wrote)
{
    struct traffic *traffic = loop->traffic;
    size_t done = wrote > 0 ? (size_t)wrote : 0;
    bool failed = wrote < 0 && !would_block();
    progress_wait_begin(&loop->progress->blocked_ns, clock_ns());
    while (!failed && done < loop->size && !traffic_abandoned(traffic) &&
           (done > 0 || !traffic_stop_requested(traffic))) {
        wrote = send(connection->fd, connection->buffer + done, loop->size - done, MSG_NOSIGNAL);
        done += wrote > 0 ? (size_t)wrote : 0;
        failed = wrote < 0 && !would_block();
    }
    if (failed) {
        traffic_loop_failed(traffic, "send");
    }
    progress_wait_end(&loop->progress->blocked_ns, clock_ns());
    return done == loop->size ? 0 : -1;
}

static void send_to_one(struct stream_loop *loop)
{
    struct traffic *traffic = loop->traffic;
    struct stream_connection *connection = &traffic->stream->connections[0];
    while (loop->count < traffic->limit && !traffic_stop_requested(traffic)) {
        ssize_t wrote =
            send(connection->fd, connection->buffer, loop->size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (wrote < (ssize_t)loop->size && write_rest(loop, connection, wrote)) {
            return;
        }
        count_message(loop, loop->timed ? clock_ns() : 0);
    }
}

/* Even after the limit or a stop, a message that is begun is written to its end. */
static bool has_data_to_send(const struct stream_loop *loop,
                             const struct stream_connection *connection)
{
    return connection->done > 0 ||
           (loop->begun < loop->traffic->limit && !traffic_stop_requested(loop->traffic));
}

static int send_some(struct stream_loop *loop, struct stream_connection *connection)
{
    ssize_t wrote = send(connection->fd, connection->buffer + connection->done,
                         loop->size - connection->done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (wrote < 0 && !would_block()) {
        traffic_loop_failed(loop->traffic, "send");
        return -1;
    }
    loop->begun += connection->done == 0 && wrote > 0;
    connection->done += wrote > 0 ? (size_t)wrote : 0;
    connection->waits = connection->done < loop->size;
    if (!connection->waits) {
        connection->done = 0;
        count_message(loop, loop->timed ? clock_ns() : 0);
    }
    return 0;
}

/* ---- receiver ---- */

/* Dates the last message, before the loop waits and at its end: the message came now, or just
 * before. */
static void note_last_time(struct stream_loop *loop, int64_t now_ns)
{
    if (!loop->timed && loop->count != loop->count_when_empty) {
        loop->count_when_empty = loop->count;
        loop->traffic->last_ns = now_ns;
    }
}

/* Accounts for the bytes that were read. `got` 0 is the stream's end: an incomplete message before
 * it is foreign. */
static inline void account_bytes(struct stream_loop *loop, struct stream_connection *connection,
                                 ssize_t got)
{
    struct traffic *traffic = loop->traffic;
    if (got == 0) {
        connection->ended = true;
        traffic->foreign += connection->done > 0;
        return;
    }
    connection->done += (size_t)got;
    if (connection->done < loop->size) {
        return;
    }
    connection->done = 0;
    int64_t now_ns = loop->timed || loop->count == 0 ? clock_ns() : 0;
    if (loop->count == 0) {
        traffic->first_ns = now_ns;
    }
    if (loop->timed) {
        traffic->last_ns = now_ns;
    }
    count_message(loop, now_ns);
}

/* Sets how many bytes are to end the next wait for data. The stream's end also ends it. */
static void set_wake(const struct stream_loop *loop, struct stream_connection *connection)
{
    size_t rest = loop->size - connection->done;
    int wake = (int)(rest < WAKE_BYTES ? rest : WAKE_BYTES);
    if (wake != connection->wake_bytes &&
        setsockopt(connection->fd, SOL_SOCKET, SO_RCVLOWAT, &wake, sizeof wake) == 0) {
        connection->wake_bytes = wake;
    }
}

/* Waits for data in poll, not in recv. A recv that has read some bytes would wait for the low-water
 * mark again, and the message may not have as many left. Kernels before 5.12 may fail to wake a
 * reader with a low-water mark, so the caller reads after TRAFFIC_CHECK_MS in any case. */
static __attribute__((noinline)) void wait_to_read(struct stream_loop *loop,
                                                   struct stream_connection *connection)
{
    struct pollfd polled = {.fd = connection->fd, .events = POLLIN};
    int64_t now_ns = clock_ns();
    note_last_time(loop, now_ns);
    set_wake(loop, connection);
    progress_wait_begin(&loop->progress->blocked_ns, now_ns);
    poll(&polled, 1, TRAFFIC_CHECK_MS);
    progress_wait_end(&loop->progress->blocked_ns, clock_ns());
}

static void receive_from_one(struct stream_loop *loop)
{
    struct traffic *traffic = loop->traffic;
    struct stream_connection *connection = &traffic->stream->connections[0];
    while (!connection->ended && !traffic_stop_requested(traffic)) {
        ssize_t got = recv(connection->fd, connection->buffer + connection->done,
                           loop->size - connection->done, MSG_DONTWAIT);
        if (got >= 0) {
            account_bytes(loop, connection, got);
        } else if (would_block()) {
            wait_to_read(loop, connection);
        } else {
            traffic_loop_failed(traffic, "recv");
            return;
        }
    }
}

static bool has_not_ended(const struct stream_loop *loop,
                          const struct stream_connection *connection)
{
    (void)loop;
    return !connection->ended;
}

static int receive_some(struct stream_loop *loop, struct stream_connection *connection)
{
    ssize_t got = recv(connection->fd, connection->buffer + connection->done,
                       loop->size - connection->done, MSG_DONTWAIT);
    if (got < 0 && !would_block()) {
        traffic_loop_failed(loop->traffic, "recv");
        return -1;
    }
    connection->waits = got < 0;
    if (got >= 0) {
        account_bytes(loop, connection, got);
    } else {
        set_wake(loop, connection);
    }
    return 0;
}

/* ---- several peers ---- */

typedef bool has_work_function(const struct stream_loop *loop,
                               const struct stream_connection *connection);
typedef int step_function(struct stream_loop *loop,
                          struct stream_connection *connection); /* 0, or -1: failed */

/* Finds which of the waiting connections are ready. */
static void poll_waiting(struct stream_loop *loop, has_work_function *has_work, short events,
                         int wait_ms)
{
    struct stream *stream = loop->traffic->stream;
    int peers = loop->traffic->peers;
    for (int i = 0; i < peers; i++) {
        struct stream_connection *connection = &stream->connections[i];
        bool polled = connection->waits && has_work(loop, connection);
        stream->polled[i] = (struct pollfd){.fd = polled ? connection->fd : -1, .events = events};
    }
    int ready = poll(stream->polled, (nfds_t)peers, wait_ms);
    bool try_all = ready == 0 && wait_ms > 0; /* see wait_to_read */
    for (int i = 0; i < peers; i++) {
        if (try_all || (ready > 0 && stream->polled[i].revents)) {
            stream->connections[i].waits = false;
        }
    }
}

static void wait_for_any(struct stream_loop *loop, has_work_function *has_work, short events)
{
    struct progress *progress = loop->progress;
    int64_t now_ns = clock_ns();
    if (loop->traffic->role == ROLE_RECEIVER) {
        note_last_time(loop, now_ns);
    }
    progress_wait_begin(&progress->blocked_ns, now_ns);
    poll_waiting(loop, has_work, events, TRAFFIC_CHECK_MS);
    progress_wait_end(&progress->blocked_ns, clock_ns());
}

static inline __attribute__((always_inline)) void serve_in_turn(struct stream_loop *loop,
                                                                has_work_function *has_work,
                                                                step_function *step, short events)
{
    struct traffic *traffic = loop->traffic;
    for (unsigned round = 1; !traffic_abandoned(traffic); round++) {
        int active = 0, waiting = 0;
        for (int i = 0; i < traffic->peers; i++) {
            struct stream_connection *connection = &traffic->stream->connections[i];
            if (!has_work(loop, connection)) {
                continue;
            }
            active++;
            waiting += connection->waits;
            if (!connection->waits && step(loop, connection)) {
                return;
            }
        }
        if (active == 0) {
            return;
        }
        if (waiting == active) {
            wait_for_any(loop, has_work, events);
        } else if (waiting > 0 && round % ROUNDS_PER_POLL == 0) {
            poll_waiting(loop, has_work, events, 0);
        }
    }
}

/* ---- run ---- */

static void run_sender(struct stream_loop *loop)
{
    struct traffic *traffic = loop->traffic;
    const struct timespec start = {traffic->start_ns / 1000000000, traffic->start_ns % 1000000000};
    while (!traffic_stop_requested(traffic) &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) == EINTR) {
    }
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    if (traffic->peers == 1) {
        send_to_one(loop);
    } else {
        serve_in_turn(loop, has_data_to_send, send_some, POLLOUT);
    }
    traffic->last_ns = clock_ns();
    for (int i = 0; i < traffic->peers; i++) {
        shutdown(traffic->stream->connections[i].fd,
                 SHUT_WR); /* the kernel sends the rest, then the end of the stream */
    }
}

static void run_receiver(struct stream_loop *loop)
{
    struct traffic *traffic = loop->traffic;
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    if (traffic->peers == 1) {
        receive_from_one(loop);
    } else {
        serve_in_turn(loop, has_not_ended, receive_some, POLLIN);
    }
    note_last_time(loop, clock_ns());
}

void stream_loop_run(struct traffic *traffic)
{
    struct stream_loop loop = {.traffic = traffic,
                               .progress = &traffic->progress,
                               .size = (size_t)traffic->point.size_bytes,
                               .timed = traffic->timed};
    if (traffic->role == ROLE_SENDER) {
        run_sender(&loop);
    } else {
        run_receiver(&loop);
    }
}
