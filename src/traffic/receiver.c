/* receiver.c - the receiver's hot loop, one copy per receive mode.
 *
 * Per message: the libzmq call, one look at the stop flag, one comparison of the size, one relaxed store of
 * the count. The clock is read from 16 KiB on, and where the queue is empty: that reading also dates the last
 * message, since the loop finds the queue empty right after it.
 */
#include "traffic_internal.h"

#include <errno.h>
#include <string.h>

#define LINE_BYTES 64

struct receiver {
    struct traffic *traffic;
    zmq_msg_t message; /* zmq_msg_recv lets go of the one before */
    int64_t count, count_when_empty;
};

/* Reads every cache line, so that the payload has really been there. */
static inline void read_payload(const unsigned char *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i += LINE_BYTES) {
        sum += data[i];
    }
    __asm__ volatile("" : : "r"(sum));
}

/* @return the message's size, or -1 with errno. */
static inline __attribute__((always_inline)) int64_t receive_one(struct receiver *receiver, const int mode,
                                                                 int flags)
{
    struct traffic *traffic = receiver->traffic;
    if (mode == RECEIVE_COPY) {
        return zmq_recv(traffic->socket, traffic->buffer, (size_t)traffic->point.size_bytes, flags);
    }
    if (zmq_msg_recv(&receiver->message, traffic->socket, flags) < 0) {
        return -1;
    }
    size_t size = zmq_msg_size(&receiver->message);
    if (mode == RECEIVE_READ) {
        read_payload(zmq_msg_data(&receiver->message), size);
    }
    return (int64_t)size;
}

/* Should an empty queue end the loop? The stream's end must have been known before the queue was found empty.
 */
static bool may_end(struct traffic *traffic, bool gone_before)
{
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_recv");
        return true;
    }
    return traffic_stop_requested(traffic) || (gone_before && errno == EAGAIN);
}

/* Nothing came at once. Dates the message before, when that is not done one by one. @return 0, or -1 when it
 * is not for want of a message. */
static inline __attribute__((always_inline)) int note_empty(struct receiver *receiver, int64_t now_ns)
{
    struct traffic *traffic = receiver->traffic;
    if (receiver->count != receiver->count_when_empty && !traffic->timed) {
        receiver->count_when_empty = receiver->count;
        traffic->last_ns = now_ns;
    }
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_recv");
        return -1;
    }
    return 0;
}

/* The queue is empty: wait in libzmq. @return the next message's size, or -1 when the loop is to end. */
static inline __attribute__((always_inline)) int64_t wait_to_receive(struct receiver *receiver,
                                                                     const int mode)
{
    struct traffic *traffic = receiver->traffic;
    struct progress *progress = &traffic->progress;
    int64_t now = clock_ns(), size = -1;
    bool gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    if (note_empty(receiver, now)) {
        return -1;
    }
    wait_begin(&progress->blocked_ns, now);
    while (size < 0) {
        size = receive_one(receiver, mode, gone ? ZMQ_DONTWAIT : 0);
        if (size < 0 && may_end(traffic, gone)) {
            break;
        }
        gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    }
    wait_end(&progress->blocked_ns, clock_ns());
    return size;
}

/* How old is a message that carries its send time? */
static inline __attribute__((always_inline)) void time_message(struct receiver *receiver, const int mode)
{
    struct traffic *traffic = receiver->traffic;
    int64_t sent_ns;
    if (stamp_get(mode == RECEIVE_COPY ? traffic->buffer : zmq_msg_data(&receiver->message), &sent_ns)) {
        latency_count(traffic->latency, clock_ns() - traffic->latency->offset_ns - sent_ns);
    }
}

/* Counts and dates a message. `traffic` is the receiver's, which the loop has in a register. */
static inline __attribute__((always_inline)) void count_message(struct receiver *receiver,
                                                                struct traffic *traffic, const bool timed)
{
    receiver->count++;
    if (timed) {
        traffic->last_ns = clock_ns();
        progress_publish_timed(&traffic->progress, receiver->count, traffic->last_ns);
    } else {
        progress_publish(&traffic->progress, receiver->count);
    }
    if (receiver->count == 1) {
        traffic->first_ns = timed ? traffic->last_ns : clock_ns();
    }
}

static inline __attribute__((always_inline)) void receive_loop(struct receiver *receiver, const int mode,
                                                               const bool timed, const bool stamped)
{
    struct traffic *traffic = receiver->traffic;
    const int64_t expected = traffic->point.size_bytes;
    while (!traffic_stop_requested(traffic)) {
        int64_t size = receive_one(receiver, mode, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_receive(receiver, mode)) < 0) {
            return;
        }
        if (size != expected) {
            traffic->foreign++;
            continue;
        }
        if (stamped) {
            time_message(receiver, mode);
        }
        count_message(receiver, traffic, timed);
    }
    if (receiver->count != receiver->count_when_empty && !timed) { /* told to stop before an empty queue */
        traffic->last_ns = clock_ns();
    }
}

/* ---- mode write: loops of its own, so that the others have nothing of it ---- */

/* The queue is empty: wait, and sync the file when that is asked for, which is no waiting for messages.
 * @return the next message's size, or -1 when the loop is to end. */
static inline __attribute__((always_inline)) int64_t wait_to_write(struct receiver *receiver)
{
    struct traffic *traffic = receiver->traffic;
    struct progress *progress = &traffic->progress;
    int64_t now = clock_ns(), size = -1;
    bool gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    if (note_empty(receiver, now)) {
        return -1;
    }
    wait_begin(&progress->blocked_ns, now);
    while (size < 0) {
        size = receive_one(receiver, RECEIVE_MESSAGE, gone ? ZMQ_DONTWAIT : 0);
        if (size < 0 && may_end(traffic, gone)) {
            break;
        }
        gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
        if (size < 0 && writer_is_asked(traffic)) {
            wait_end(&progress->blocked_ns, clock_ns());
            int failed = writer_step(traffic, receiver->count);
            wait_begin(&progress->blocked_ns, clock_ns());
            if (failed) {
                break;
            }
        }
    }
    wait_end(&progress->blocked_ns, clock_ns());
    return size;
}

static inline __attribute__((always_inline)) void write_loop(struct receiver *receiver, const bool stamped)
{
    struct traffic *traffic = receiver->traffic;
    while (!traffic_stop_requested(traffic)) {
        int64_t size = receive_one(receiver, RECEIVE_MESSAGE, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_write(receiver)) < 0) {
            break;
        }
        if (size != traffic->point.size_bytes) {
            traffic->foreign++;
            continue;
        }
        if (stamped) {
            time_message(receiver, RECEIVE_WRITE);
        }
        if (writer_append(traffic, zmq_msg_data(&receiver->message), (size_t)size)) {
            break;
        }
        count_message(receiver, traffic, traffic->timed);
        if (writer_step(traffic, receiver->count)) {
            break;
        }
    }
    writer_end(traffic, receiver->count);
}

static __attribute__((noinline)) void receive_write(struct receiver *receiver)
{
    write_loop(receiver, false);
}

static __attribute__((noinline)) void receive_write_stamped(struct receiver *receiver)
{
    write_loop(receiver, true);
}

/* ---- req-rep and pair: every message goes back ---- */

/* A foreign one too: a REP socket must answer. @return 0, or -1: told to stop, or failed. */
static inline __attribute__((always_inline)) int send_back(struct receiver *receiver, const int mode,
                                                           int64_t size)
{
    struct traffic *traffic = receiver->traffic;
    const int64_t room = traffic->point.size_bytes;
    int rc;
    do {
        rc = mode == RECEIVE_COPY
                 ? zmq_send(traffic->socket, traffic->buffer, (size_t)(size < room ? size : room), 0)
                 : zmq_msg_send(&receiver->message, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_send");
            return -1;
        }
    } while (rc < 0 && !traffic_stop_requested(traffic));
    return rc < 0 ? -1 : 0;
}

static inline __attribute__((always_inline)) void echo_loop(struct receiver *receiver, const int mode)
{
    struct traffic *traffic = receiver->traffic;
    while (!traffic_stop_requested(traffic)) {
        int64_t size = receive_one(receiver, mode, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_receive(receiver, mode)) < 0) {
            return;
        }
        if (send_back(receiver, mode, size)) {
            return;
        }
        if (size == traffic->point.size_bytes) {
            count_message(receiver, traffic, traffic->timed);
        } else {
            traffic->foreign++;
        }
    }
}

/* A loop per mode, so that nothing is decided per message. Where messages are timed or go back, only the mode
 * has a loop of its own. */
#define RECEIVE_LOOP(NAME, MODE)                                                                             \
    static __attribute__((noinline)) void NAME(struct receiver *receiver)                                    \
    {                                                                                                        \
        receive_loop(receiver, MODE, false, false);                                                          \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_timed(struct receiver *receiver)                            \
    {                                                                                                        \
        receive_loop(receiver, MODE, true, false);                                                           \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_stamped(struct receiver *receiver)                          \
    {                                                                                                        \
        receive_loop(receiver, MODE, receiver->traffic->timed, true);                                        \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_echo(struct receiver *receiver)                             \
    {                                                                                                        \
        echo_loop(receiver, MODE);                                                                           \
    }
RECEIVE_LOOP(receive_message, RECEIVE_MESSAGE)
RECEIVE_LOOP(receive_copy, RECEIVE_COPY)
RECEIVE_LOOP(receive_read, RECEIVE_READ)

void receiver_run(struct traffic *traffic)
{
    static void (*const loops[][2])(struct receiver *) = {
        [RECEIVE_MESSAGE] = {receive_message, receive_message_timed},
        [RECEIVE_COPY] = {receive_copy, receive_copy_timed},
        [RECEIVE_READ] = {receive_read, receive_read_timed},
        [RECEIVE_WRITE] = {receive_write, receive_write},
    };
    static void (*const stamped_loops[])(struct receiver *) = {
        [RECEIVE_MESSAGE] = receive_message_stamped,
        [RECEIVE_COPY] = receive_copy_stamped,
        [RECEIVE_READ] = receive_read_stamped,
        [RECEIVE_WRITE] = receive_write_stamped,
    };
    static void (*const echo_loops[])(struct receiver *) = {
        [RECEIVE_MESSAGE] = receive_message_echo,
        [RECEIVE_COPY] = receive_copy_echo,
        [RECEIVE_READ] = receive_read_echo,
    };
    const int mode = traffic->point.receive_mode;
    struct receiver receiver = {.traffic = traffic};
    zmq_msg_init(&receiver.message);
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    if (plan_echoes(&traffic->point)) {
        echo_loops[mode](&receiver);
    } else if (traffic->latency) {
        stamped_loops[mode](&receiver);
    } else {
        loops[mode][traffic->timed](&receiver);
    }
    zmq_msg_close(&receiver.message);
}
