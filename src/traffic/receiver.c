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
    return traffic_told_to_stop(traffic) || (gone_before && errno == EAGAIN);
}

/* The queue is empty: wait in libzmq. @return the next message's size, or -1 when the loop is to end. */
static inline __attribute__((always_inline)) int64_t wait_to_receive(struct receiver *receiver,
                                                                     const int mode)
{
    struct traffic *traffic = receiver->traffic;
    struct progress *progress = &traffic->progress;
    int64_t now = clock_ns(), size = -1;
    bool gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    if (receiver->count != receiver->count_when_empty && !traffic->timed) {
        receiver->count_when_empty = receiver->count;
        traffic->last_ns = now;
    }
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_recv");
        return -1;
    }
    wait_begin(&progress->blocked_since_ns, now);
    while (size < 0) {
        size = receive_one(receiver, mode, gone ? ZMQ_DONTWAIT : 0);
        if (size < 0 && may_end(traffic, gone)) {
            break;
        }
        gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    }
    wait_end(&progress->blocked_since_ns, &progress->blocked_ns, clock_ns());
    return size;
}

static inline __attribute__((always_inline)) void receive_loop(struct receiver *receiver, const int mode,
                                                               const bool timed)
{
    struct traffic *traffic = receiver->traffic;
    const int64_t expected = traffic->point.size_bytes;
    while (!traffic_told_to_stop(traffic)) {
        int64_t size = receive_one(receiver, mode, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_receive(receiver, mode)) < 0) {
            return;
        }
        if (size != expected) {
            traffic->foreign++;
            continue;
        }
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
    if (receiver->count != receiver->count_when_empty && !timed) { /* told to stop before an empty queue */
        traffic->last_ns = clock_ns();
    }
}

/* ---- mode write: loops of its own, so that the others have nothing of it ---- */

/* The queue is empty: wait, and sync the file when that is asked for, which is no waiting for messages.
 * @return the next message's size, or -1 when the loop is to end. */
static int64_t wait_to_write(struct receiver *receiver)
{
    struct traffic *traffic = receiver->traffic;
    struct progress *progress = &traffic->progress;
    int64_t now = clock_ns(), size = -1;
    bool gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    if (receiver->count != receiver->count_when_empty && !traffic->timed) {
        receiver->count_when_empty = receiver->count;
        traffic->last_ns = now;
    }
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_recv");
        return -1;
    }
    wait_begin(&progress->blocked_since_ns, now);
    while (size < 0) {
        size = receive_one(receiver, RECEIVE_MESSAGE, gone ? ZMQ_DONTWAIT : 0);
        if (size < 0 && may_end(traffic, gone)) {
            break;
        }
        gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
        if (size < 0 && writer_is_asked(traffic)) {
            wait_end(&progress->blocked_since_ns, &progress->blocked_ns, clock_ns());
            int failed = writer_step(traffic, receiver->count);
            wait_begin(&progress->blocked_since_ns, clock_ns());
            if (failed) {
                break;
            }
        }
    }
    wait_end(&progress->blocked_since_ns, &progress->blocked_ns, clock_ns());
    return size;
}

/* Counts and dates a message that is in the writer's hands. */
static void count_written(struct receiver *receiver)
{
    struct traffic *traffic = receiver->traffic;
    receiver->count++;
    if (traffic->timed) {
        traffic->last_ns = clock_ns();
        progress_publish_timed(&traffic->progress, receiver->count, traffic->last_ns);
    } else {
        progress_publish(&traffic->progress, receiver->count);
    }
    if (receiver->count == 1) {
        traffic->first_ns = traffic->timed ? traffic->last_ns : clock_ns();
    }
}

static void receive_write(struct receiver *receiver)
{
    struct traffic *traffic = receiver->traffic;
    while (!traffic_told_to_stop(traffic)) {
        int64_t size = receive_one(receiver, RECEIVE_MESSAGE, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_write(receiver)) < 0) {
            break;
        }
        if (size != traffic->point.size_bytes) {
            traffic->foreign++;
            continue;
        }
        if (writer_append(traffic, zmq_msg_data(&receiver->message), (size_t)size)) {
            break;
        }
        count_written(receiver);
        if (writer_step(traffic, receiver->count)) {
            break;
        }
    }
    writer_end(traffic, receiver->count);
}

/* A loop per mode, so that nothing is decided per message. */
#define RECEIVE_LOOP(NAME, MODE)                                                                             \
    static __attribute__((noinline)) void NAME(struct receiver *receiver)                                    \
    {                                                                                                        \
        receive_loop(receiver, MODE, false);                                                                 \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_timed(struct receiver *receiver)                            \
    {                                                                                                        \
        receive_loop(receiver, MODE, true);                                                                  \
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
    struct receiver receiver = {.traffic = traffic};
    zmq_msg_init(&receiver.message);
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    loops[traffic->point.receive_mode][traffic->timed](&receiver);
    zmq_msg_close(&receiver.message);
}
