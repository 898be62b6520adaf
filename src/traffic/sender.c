/* sender.c - the sender's hot loop, one copy per send mode.
 *
 * Per message: the libzmq calls that the mode stands for, one look at the stop flag, one relaxed store of the
 * count. No system call, lock or allocation of its own; the clock is read from 16 KiB on and where the loop
 * has to wait.
 */
#include "traffic_internal.h"

#include "zmqsweep/pace.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define RING_PAUSE_MIN_NS 20000
#define RING_PAUSE_MAX_NS 200000

/* All buffers are in flight: sleep until one comes back. @return NULL when told to stop. */
static __attribute__((noinline)) void *wait_for_buffer(struct traffic *traffic, void **hint)
{
    struct progress *progress = &traffic->progress;
    struct timespec pause = {0, RING_PAUSE_MIN_NS};
    void *data = NULL;
    wait_begin(&progress->ring_wait_ns, clock_ns());
    while (!data && !traffic_stop_requested(traffic)) {
        nanosleep(&pause, NULL);
        data = ring_take(traffic->ring, hint);
        pause.tv_nsec += pause.tv_nsec < RING_PAUSE_MAX_NS ? pause.tv_nsec / 2 : 0;
    }
    wait_end(&progress->ring_wait_ns, clock_ns());
    return data;
}

/* The socket would not take the message at once: wait in libzmq. @return 0 sent, -1 told to stop or failed.
 */
static __attribute__((noinline)) int wait_to_send(struct traffic *traffic, zmq_msg_t *message)
{
    struct progress *progress = &traffic->progress;
    int rc = -1;
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_send");
        return -1;
    }
    wait_begin(&progress->blocked_ns, clock_ns());
    while (rc < 0 && !traffic_stop_requested(traffic)) {
        rc = zmq_msg_send(message, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_send");
            break;
        }
    }
    wait_end(&progress->blocked_ns, clock_ns());
    return rc < 0 ? -1 : 0;
}

/* Makes the next message as the mode says. @return 0, or -1: out of memory, or told to stop. */
static inline __attribute__((always_inline)) int make_message(struct traffic *traffic, zmq_msg_t *message,
                                                              const int mode, const size_t size)
{
    void *data, *hint = NULL;
    switch (mode) {
    case SEND_COPY:
        if (zmq_msg_init_size(message, size) < 0) {
            return -1;
        }
        memcpy(zmq_msg_data(message), traffic->buffer, size);
        return 0;
    case SEND_ZERO_COPY:
        data = ring_take(traffic->ring, &hint);
        if (!data && !(data = wait_for_buffer(traffic, &hint))) {
            return -1;
        }
        return zmq_msg_init_data(message, data, size, ring_return, hint);
    case SEND_CONST:
        return zmq_msg_init_data(message, traffic->buffer, size, NULL, NULL);
    case SEND_SHARED:
        zmq_msg_init(message);
        return zmq_msg_copy(message, &traffic->shared);
    default:
        return zmq_msg_init_size(message, size);
    }
}

/* Sleeps until the burst that is next is due. The sleep ends early to look at the stop flag.
 * @return 0, or -1 when told to stop. */
static __attribute__((noinline)) int pace_wait(struct traffic *traffic, struct pace *pace)
{
    int64_t due_ns = pace_due_ns(pace, pace->next);
    pace->next += pace->burst;
    if (clock_ns() >= due_ns) { /* late: catch up, the schedule stays */
        return 0;
    }
    struct timespec due = {due_ns / 1000000000, due_ns % 1000000000};
    while (!traffic_stop_requested(traffic) &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL) == EINTR) {
    }
    return traffic_stop_requested(traffic) ? -1 : 0;
}

/* The same where messages are timed. One that gets a stamp is never shared with others; one that does not may
 * lie where an old stamp is. */
static inline __attribute__((always_inline)) int make_for_latency(struct traffic *traffic, zmq_msg_t *message,
                                                                  const int mode, const size_t size,
                                                                  const bool timed)
{
    if (timed && (mode == SEND_CONST || mode == SEND_SHARED)) {
        if (zmq_msg_init_size(message, size) < 0) {
            return -1;
        }
        memcpy(zmq_msg_data(message), mode == SEND_CONST ? traffic->buffer : zmq_msg_data(&traffic->shared),
               size);
        return 0;
    }
    if (make_message(traffic, message, mode, size)) {
        return -1;
    }
    if (mode == SEND_ZERO_COPY || mode == SEND_UNTOUCHED) {
        stamp_clear(zmq_msg_data(message));
    }
    return 0;
}

/* When message `index` is sent, for its latency: when it is due, or now. */
static inline int64_t send_time_ns(const struct pace *pace, const bool paced, int64_t index)
{
    return paced ? pace_due_ns(pace, index) : clock_ns();
}

static inline __attribute__((always_inline)) void
send_loop(struct traffic *traffic, const int mode, const bool timed, const bool paced, const bool stamped)
{
    const size_t size = (size_t)traffic->point.size_bytes;
    const int64_t limit = traffic->limit;
    void *const socket = traffic->socket;
    zmq_msg_t message;
    struct pace pace = pace_make(traffic->start_ns, paced ? traffic->point.rate_per_s : 0);
    int64_t next_stamp = 0;
    for (int64_t sent = 0; sent < limit && !traffic_stop_requested(traffic);) {
        if (paced && sent == pace.next && pace_wait(traffic, &pace)) {
            return;
        }
        if (stamped ? make_for_latency(traffic, &message, mode, size, sent == next_stamp)
                    : make_message(traffic, &message, mode, size)) {
            if (!traffic_stop_requested(traffic)) {
                traffic_loop_failed(traffic, "making a message");
            }
            return;
        }
        if (stamped && sent == next_stamp) {
            stamp_set(zmq_msg_data(&message), send_time_ns(&pace, paced, sent) - traffic->latency->offset_ns);
            next_stamp += traffic->latency->every;
        }
        if (zmq_msg_send(&message, socket, ZMQ_DONTWAIT) < 0 && wait_to_send(traffic, &message)) {
            zmq_msg_close(&message);
            return;
        }
        sent++;
        if (timed) {
            progress_publish_timed(&traffic->progress, sent, clock_ns());
        } else {
            progress_publish(&traffic->progress, sent);
        }
    }
}

/* ---- req-rep and pair: a message is sent when the one before has come back ---- */

/* @return when it was there, or -1: given up, or failed. */
static int64_t await_echo(struct traffic *traffic, zmq_msg_t *echo)
{
    struct progress *progress = &traffic->progress;
    int rc;
    wait_begin(&progress->blocked_ns, clock_ns());
    do {
        rc = zmq_msg_recv(echo, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_recv");
            break;
        }
    } while (rc < 0 && !atomic_load_explicit(&traffic->abandon, memory_order_relaxed));
    int64_t now_ns = clock_ns();
    wait_end(&progress->blocked_ns, now_ns);
    traffic->foreign += rc >= 0 && rc != traffic->point.size_bytes;
    return rc < 0 ? -1 : now_ns;
}

/* Makes and sends message `index`. @return when it was sent, or -1: told to stop, or failed. */
static inline __attribute__((always_inline)) int64_t send_request(struct traffic *traffic, const int mode,
                                                                  struct pace *pace, int64_t index)
{
    const bool paced = traffic->point.rate_per_s > 0;
    zmq_msg_t message;
    if (paced && index == pace->next && pace_wait(traffic, pace)) {
        return -1;
    }
    if (make_message(traffic, &message, mode, (size_t)traffic->point.size_bytes)) {
        if (!traffic_stop_requested(traffic)) {
            traffic_loop_failed(traffic, "making a message");
        }
        return -1;
    }
    int64_t sent_ns = send_time_ns(pace, paced, index);
    if (zmq_msg_send(&message, traffic->socket, ZMQ_DONTWAIT) < 0 && wait_to_send(traffic, &message)) {
        zmq_msg_close(&message);
        return -1;
    }
    return sent_ns;
}

static inline __attribute__((always_inline)) void request_loop(struct traffic *traffic, const int mode)
{
    struct pace pace = pace_make(traffic->start_ns, traffic->point.rate_per_s);
    int64_t next_timed = traffic->latency ? 0 : -1;
    zmq_msg_t echo;
    zmq_msg_init(&echo);
    for (int64_t sent = 0; sent < traffic->limit && !traffic_stop_requested(traffic); sent++) {
        int64_t sent_ns = send_request(traffic, mode, &pace, sent);
        if (sent_ns < 0) {
            break;
        }
        if (traffic->timed) {
            progress_publish_timed(&traffic->progress, sent + 1, clock_ns());
        } else {
            progress_publish(&traffic->progress, sent + 1);
        }
        int64_t back_ns = await_echo(traffic, &echo);
        if (back_ns < 0) {
            break;
        }
        if (sent == next_timed) {
            latency_count(traffic->latency, back_ns - sent_ns);
            next_timed += traffic->latency->every;
        }
    }
    zmq_msg_close(&echo);
}

/* A loop per mode, so that nothing is decided per message. Where messages are timed or come back, only the
 * mode has a loop of its own. */
#define SEND_LOOP(NAME, MODE)                                                                                \
    static __attribute__((noinline)) void NAME(struct traffic *traffic)                                      \
    {                                                                                                        \
        send_loop(traffic, MODE, false, false, false);                                                       \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_timed(struct traffic *traffic)                              \
    {                                                                                                        \
        send_loop(traffic, MODE, true, false, false);                                                        \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_paced(struct traffic *traffic)                              \
    {                                                                                                        \
        send_loop(traffic, MODE, false, true, false);                                                        \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_paced_timed(struct traffic *traffic)                        \
    {                                                                                                        \
        send_loop(traffic, MODE, true, true, false);                                                         \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_stamped(struct traffic *traffic)                            \
    {                                                                                                        \
        send_loop(traffic, MODE, traffic->timed, traffic->point.rate_per_s > 0, true);                       \
    }                                                                                                        \
    static __attribute__((noinline)) void NAME##_request(struct traffic *traffic)                            \
    {                                                                                                        \
        request_loop(traffic, MODE);                                                                         \
    }
SEND_LOOP(send_copy, SEND_COPY)
SEND_LOOP(send_zero_copy, SEND_ZERO_COPY)
SEND_LOOP(send_const, SEND_CONST)
SEND_LOOP(send_shared, SEND_SHARED)
SEND_LOOP(send_untouched, SEND_UNTOUCHED)

void sender_run(struct traffic *traffic)
{
    static void (*const loops[][4])(struct traffic *) = {
        [SEND_COPY] = {send_copy, send_copy_timed, send_copy_paced, send_copy_paced_timed},
        [SEND_ZERO_COPY] = {send_zero_copy, send_zero_copy_timed, send_zero_copy_paced,
                            send_zero_copy_paced_timed},
        [SEND_CONST] = {send_const, send_const_timed, send_const_paced, send_const_paced_timed},
        [SEND_SHARED] = {send_shared, send_shared_timed, send_shared_paced, send_shared_paced_timed},
        [SEND_UNTOUCHED] = {send_untouched, send_untouched_timed, send_untouched_paced,
                            send_untouched_paced_timed},
    };
    static void (*const stamped_loops[])(struct traffic *) = {
        [SEND_COPY] = send_copy_stamped,           [SEND_ZERO_COPY] = send_zero_copy_stamped,
        [SEND_CONST] = send_const_stamped,         [SEND_SHARED] = send_shared_stamped,
        [SEND_UNTOUCHED] = send_untouched_stamped,
    };
    static void (*const request_loops[])(struct traffic *) = {
        [SEND_COPY] = send_copy_request,           [SEND_ZERO_COPY] = send_zero_copy_request,
        [SEND_CONST] = send_const_request,         [SEND_SHARED] = send_shared_request,
        [SEND_UNTOUCHED] = send_untouched_request,
    };
    const int mode = traffic->point.send_mode;
    struct timespec start = {traffic->start_ns / 1000000000, traffic->start_ns % 1000000000};
    while (!traffic_stop_requested(traffic) &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) == EINTR) {
    }
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    if (plan_echoes(&traffic->point)) {
        request_loops[mode](traffic);
    } else if (traffic->latency) {
        stamped_loops[mode](traffic);
    } else {
        loops[mode][traffic->timed + (traffic->point.rate_per_s > 0 ? 2 : 0)](traffic);
    }
    traffic->last_ns = clock_ns();
}
