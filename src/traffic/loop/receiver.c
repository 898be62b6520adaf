/* receiver.c - the receiver's hot loop, one copy per receive mode.
 *
 * Per message: the libzmq call, one check of the stop flag, one comparison of the size, one relaxed
 * store of the count. The clock is read after each message of 16 KiB or more, and whenever the
 * queue is empty. That second reading also dates the last message, since the loop finds the queue
 * empty right after it.
 *
 * A receive mode is a function that takes a message (take_NAME) and a line of RECEIVE_MODES.
 */
#include "loop/receiver.h"

#include "clock.h"
#include "loop/writer.h"
#include "state/state.h"

#include <errno.h>
#include <string.h>

#define LINE_BYTES 64

struct receiver {
    struct traffic *traffic;
    zmq_msg_t message; /* zmq_msg_recv releases the one before */
    int64_t count, count_when_empty;
};

/* ---- the ways of taking a message: @return its size, or -1 with errno ---- */

typedef int64_t take_function(struct receiver *receiver, int flags);

MODE_INLINE int64_t take_message(struct receiver *receiver, int flags)
{
    if (zmq_msg_recv(&receiver->message, receiver->traffic->socket, flags) < 0) {
        return -1;
    }
    return (int64_t)zmq_msg_size(&receiver->message);
}

MODE_INLINE int64_t take_copy(struct receiver *receiver, int flags)
{
    struct traffic *traffic = receiver->traffic;
    return zmq_recv(traffic->socket, traffic->buffer, (size_t)traffic->point.size_bytes, flags);
}

/* Reads every cache line, so that the payload passes through the processor. */
static inline void read_payload(const unsigned char *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i += LINE_BYTES) {
        sum += data[i];
    }
    __asm__ volatile("" : : "r"(sum));
}

MODE_INLINE int64_t take_read(struct receiver *receiver, int flags)
{
    if (zmq_msg_recv(&receiver->message, receiver->traffic->socket, flags) < 0) {
        return -1;
    }
    size_t size = zmq_msg_size(&receiver->message);
    read_payload(zmq_msg_data(&receiver->message), size);
    return (int64_t)size;
}

/* The modes: value, name, function, and the memory that it uses besides receiver->message. A file
 * gets each message appended. A buffer holds the message just received. */
#define RECEIVE_MODES(MODE)                                                                        \
    MODE(RECEIVE_MESSAGE, message, take_message, PAYLOAD_NONE)                                     \
    MODE(RECEIVE_COPY, copy, take_copy, PAYLOAD_BUFFER)                                            \
    MODE(RECEIVE_READ, read, take_read, PAYLOAD_NONE)                                              \
    MODE(RECEIVE_WRITE, write, take_message, PAYLOAD_FILE)

/* ---- an empty queue ---- */

/* Should an empty queue end the loop? The stream's end must have been known before the queue was
 * found empty.
 */
static bool may_end(struct traffic *traffic, bool gone_before)
{
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_recv");
        return true;
    }
    return traffic_stop_requested(traffic) || (gone_before && errno == EAGAIN);
}

/* Called when no message came at once. Dates the last message, unless each message is dated.
 * @return 0, or -1 with an error other than an empty queue. */
MODE_INLINE int note_empty(struct receiver *receiver, int64_t now_ns)
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

/* Syncs the file if that is requested. That time does not count as waiting for messages. @return 0,
 * or -1 when it failed. */
static int sync_while_waiting(struct receiver *receiver)
{
    struct progress *progress = &receiver->traffic->progress;
    if (!writer_sync_requested(receiver->traffic)) {
        return 0;
    }
    progress_wait_end(&progress->blocked_ns, clock_ns());
    int failed = writer_step(receiver->traffic, receiver->count);
    progress_wait_begin(&progress->blocked_ns, clock_ns());
    return failed;
}

/* The queue is empty: wait in libzmq. @return the next message's size, or -1 when the loop is to
 * end. */
MODE_INLINE int64_t wait_to_receive(struct receiver *receiver, take_function *take,
                                    const enum payload payload)
{
    struct traffic *traffic = receiver->traffic;
    struct progress *progress = &traffic->progress;
    int64_t now = clock_ns(), size = -1;
    bool gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
    if (note_empty(receiver, now)) {
        return -1;
    }
    progress_wait_begin(&progress->blocked_ns, now);
    while (size < 0) {
        size = take(receiver, gone ? ZMQ_DONTWAIT : 0);
        if (size < 0 && may_end(traffic, gone)) {
            break;
        }
        gone = atomic_load_explicit(&traffic->peers_gone, memory_order_acquire);
        if (payload == PAYLOAD_FILE && size < 0 && sync_while_waiting(receiver)) {
            break;
        }
    }
    progress_wait_end(&progress->blocked_ns, clock_ns());
    return size;
}

/* ---- what the loops do with a message ---- */

/* Counts the latency of a message, if it carries its send time. */
MODE_INLINE void time_message(struct receiver *receiver, const enum payload payload)
{
    struct traffic *traffic = receiver->traffic;
    int64_t sent_ns;
    if (stamp_get(payload == PAYLOAD_BUFFER ? traffic->buffer : zmq_msg_data(&receiver->message),
                  &sent_ns)) {
        latency_count(traffic->latency, clock_ns() - traffic->latency->offset_ns - sent_ns);
    }
}

/* Counts and dates a message. `traffic` is the receiver's, which the loop has in a register. */
MODE_INLINE void count_message(struct receiver *receiver, struct traffic *traffic, const bool timed)
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

MODE_INLINE void end_receiving(struct receiver *receiver, const enum payload payload,
                               const bool timed)
{
    if (payload == PAYLOAD_FILE) {
        writer_end(receiver->traffic, receiver->count);
    } else if (receiver->count != receiver->count_when_empty &&
               !timed) { /* stopped before the queue was empty */
        receiver->traffic->last_ns = clock_ns();
    }
}

/* Receives one way. `timed`: the clock is read after each message; `stamped`: some carry their send
 * time. */
MODE_INLINE void receive_loop(struct receiver *receiver, take_function *take,
                              const enum payload payload, const bool timed, const bool stamped)
{
    struct traffic *traffic = receiver->traffic;
    const int64_t expected = traffic->point.size_bytes;
    while (!traffic_stop_requested(traffic)) {
        int64_t size = take(receiver, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_receive(receiver, take, payload)) < 0) {
            break;
        }
        if (size != expected) {
            traffic->foreign++;
            continue;
        }
        if (stamped) {
            time_message(receiver, payload);
        }
        if (payload == PAYLOAD_FILE &&
            writer_append(traffic, zmq_msg_data(&receiver->message), (size_t)size)) {
            break;
        }
        count_message(receiver, traffic, timed);
        if (payload == PAYLOAD_FILE && writer_step(traffic, receiver->count)) {
            break;
        }
    }
    end_receiving(receiver, payload, timed);
}

/* ---- req-rep and pair: every message goes back ---- */

/* Sends the message back, even if it is foreign, since a REP socket must answer. @return 0, or -1:
 * told to stop, or failed. */
MODE_INLINE int send_back(struct receiver *receiver, const enum payload payload, int64_t size)
{
    struct traffic *traffic = receiver->traffic;
    const int64_t room = traffic->point.size_bytes;
    int rc;
    do {
        rc = payload == PAYLOAD_BUFFER ? zmq_send(traffic->socket, traffic->buffer,
                                                  (size_t)(size < room ? size : room), 0)
                                       : zmq_msg_send(&receiver->message, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_send");
            return -1;
        }
    } while (rc < 0 && !traffic_stop_requested(traffic));
    return rc < 0 ? -1 : 0;
}

MODE_INLINE void echo_loop(struct receiver *receiver, take_function *take,
                           const enum payload payload)
{
    struct traffic *traffic = receiver->traffic;
    while (!traffic_stop_requested(traffic)) {
        int64_t size = take(receiver, ZMQ_DONTWAIT);
        if (size < 0 && (size = wait_to_receive(receiver, take, payload)) < 0) {
            return;
        }
        if (send_back(receiver, payload, size)) {
            return;
        }
        if (size == traffic->point.size_bytes) {
            count_message(receiver, traffic, traffic->timed);
        } else {
            traffic->foreign++;
        }
    }
}

/* ---- the loops of a mode ---- */

/* See enum send_loop. */
enum receive_loop { LOOP_PLAIN, LOOP_TIMED, LOOP_STAMPED, LOOP_ECHO, LOOPS };

static enum receive_loop loop_of(const struct traffic *traffic)
{
    if (plan_echoes(&traffic->point)) {
        return LOOP_ECHO;
    }
    if (traffic->latency) {
        return LOOP_STAMPED;
    }
    return traffic->timed ? LOOP_TIMED : LOOP_PLAIN;
}

#define RECEIVE_FUNCTION(NAME, LOOP)                                                               \
    static __attribute__((noinline)) void receive_##NAME(struct receiver *receiver)                \
    {                                                                                              \
        LOOP;                                                                                      \
    }
#define RECEIVE_FUNCTIONS(VALUE, NAME, TAKE, PAYLOAD)                                              \
    RECEIVE_FUNCTION(NAME, receive_loop(receiver, TAKE, PAYLOAD, false, false))                    \
    RECEIVE_FUNCTION(NAME##_timed, receive_loop(receiver, TAKE, PAYLOAD, true, false))             \
    RECEIVE_FUNCTION(NAME##_stamped,                                                               \
                     receive_loop(receiver, TAKE, PAYLOAD, receiver->traffic->timed, true))        \
    RECEIVE_FUNCTION(NAME##_echo, echo_loop(receiver, TAKE, PAYLOAD))
RECEIVE_MODES(RECEIVE_FUNCTIONS)

#define RECEIVE_ROW(VALUE, NAME, TAKE, PAYLOAD)                                                    \
    [VALUE] = {PAYLOAD,                                                                            \
               {receive_##NAME, receive_##NAME##_timed, receive_##NAME##_stamped,                  \
                receive_##NAME##_echo}},
static const struct {
    enum payload payload;
    void (*loops[LOOPS])(struct receiver *receiver); /* by enum receive_loop */
} receive_modes[] = {RECEIVE_MODES(RECEIVE_ROW)};

enum payload receiver_payload(int32_t receive_mode)
{
    return receive_modes[receive_mode].payload;
}

void receiver_run(struct traffic *traffic)
{
    struct receiver receiver = {.traffic = traffic};
    zmq_msg_init(&receiver.message);
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    receive_modes[traffic->point.receive_mode].loops[loop_of(traffic)](&receiver);
    zmq_msg_close(&receiver.message);
}
