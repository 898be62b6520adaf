/* sender.c - the sender's hot loop, one copy per send mode.
 *
 * Per message: the libzmq calls that the mode stands for, one check of the stop flag, one relaxed
 * store of the count. No system call, lock or allocation of its own; the clock is read for each
 * message of 16 KiB or more, and where the loop has to wait.
 *
 * A send mode is a function that makes a message (make_NAME) and a line of SEND_MODES.
 */
#include "loop/sender.h"

#include "clock.h"
#include "loop/ring.h"
#include "state/state.h"
#include "zmqsweep/pace.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define RING_PAUSE_MIN_NS 20000
#define RING_PAUSE_MAX_NS 200000

/* Sleeps until a buffer comes back, when all are in flight. @return NULL when told to stop. */
static __attribute__((noinline)) void *wait_for_buffer(struct traffic *traffic, void **hint)
{
    struct progress *progress = &traffic->progress;
    struct timespec pause = {0, RING_PAUSE_MIN_NS};
    void *data = NULL;
    progress_wait_begin(&progress->ring_wait_ns, clock_ns());
    while (!data && !traffic_stop_requested(traffic)) {
        nanosleep(&pause, NULL);
        data = ring_take(traffic->ring, hint);
        pause.tv_nsec += pause.tv_nsec < RING_PAUSE_MAX_NS ? pause.tv_nsec / 2 : 0;
    }
    progress_wait_end(&progress->ring_wait_ns, clock_ns());
    return data;
}

/* Waits in libzmq, when the socket would not take the message at once. @return 0, or -1: told to
 * stop, or failed. */
static __attribute__((noinline)) int wait_to_send(struct traffic *traffic, zmq_msg_t *message)
{
    struct progress *progress = &traffic->progress;
    int rc = -1;
    if (errno != EAGAIN && errno != EINTR) {
        traffic_loop_failed(traffic, "zmq_msg_send");
        return -1;
    }
    progress_wait_begin(&progress->blocked_ns, clock_ns());
    while (rc < 0 && !traffic_stop_requested(traffic)) {
        rc = zmq_msg_send(message, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_send");
            break;
        }
    }
    progress_wait_end(&progress->blocked_ns, clock_ns());
    return rc < 0 ? -1 : 0;
}

/* ---- the ways of making a message: @return 0, or -1: out of memory, or told to stop ---- */

typedef int make_function(struct traffic *traffic, zmq_msg_t *message, size_t size);

MODE_INLINE int make_copy(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    if (zmq_msg_init_size(message, size) < 0) {
        return -1;
    }
    memcpy(zmq_msg_data(message), traffic->buffer, size);
    return 0;
}

MODE_INLINE int make_zero_copy(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    void *hint = NULL, *data = ring_take(traffic->ring, &hint);
    if (!data && !(data = wait_for_buffer(traffic, &hint))) {
        return -1;
    }
    return zmq_msg_init_data(message, data, size, ring_return, hint);
}

MODE_INLINE int make_const(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    return zmq_msg_init_data(message, traffic->buffer, size, NULL, NULL);
}

MODE_INLINE int make_shared(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    (void)size;
    zmq_msg_init(message);
    return zmq_msg_copy(message, &traffic->shared);
}

MODE_INLINE int make_untouched(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    (void)traffic;
    return zmq_msg_init_size(message, size);
}

/* What the bytes of a message that was just made are. */
enum content {
    CONTENT_NEW,    /* written for this message */
    CONTENT_SHARED, /* the same bytes as other messages */
    CONTENT_USED    /* whatever was in this memory before */
};

/* The modes: value, name, function, the memory that it sends from, the content of the bytes. */
#define SEND_MODES(MODE)                                                                           \
    MODE(SEND_COPY, copy, make_copy, PAYLOAD_BUFFER, CONTENT_NEW)                                  \
    MODE(SEND_ZERO_COPY, zero_copy, make_zero_copy, PAYLOAD_RING, CONTENT_USED)                    \
    MODE(SEND_CONST, const, make_const, PAYLOAD_BUFFER, CONTENT_SHARED)                            \
    MODE(SEND_SHARED, shared, make_shared, PAYLOAD_SHARED, CONTENT_SHARED)                         \
    MODE(SEND_UNTOUCHED, untouched, make_untouched, PAYLOAD_NONE, CONTENT_USED)

/* ---- what the loops do with it ---- */

/* Sleeps until the next burst is due. The sleep ends early to check the stop flag.
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

static int make_private_copy(struct traffic *traffic, zmq_msg_t *message, size_t size)
{
    if (zmq_msg_init_size(message, size) < 0) {
        return -1;
    }
    memcpy(zmq_msg_data(message),
           traffic->shared_made ? zmq_msg_data(&traffic->shared) : traffic->buffer, size);
    return 0;
}

/* Makes a message in a loop in which some messages get a stamp. A stamped message needs bytes of
 * its own. An unstamped one may reuse memory with an old stamp, which is then cleared. */
MODE_INLINE int make_for_latency(struct traffic *traffic, zmq_msg_t *message, make_function *make,
                                 const enum content content, size_t size, bool gets_stamp)
{
    if (gets_stamp && content == CONTENT_SHARED) {
        return make_private_copy(traffic, message, size);
    }
    if (make(traffic, message, size)) {
        return -1;
    }
    if (content == CONTENT_USED) {
        stamp_clear(zmq_msg_data(message));
    }
    return 0;
}

static void note_make_failure(struct traffic *traffic)
{
    if (!traffic_stop_requested(traffic)) {
        traffic_loop_failed(traffic, "making a message");
    }
}

/* The send time of message `index` for its latency: when it is due if paced, else now. */
static inline int64_t send_time_ns(const struct pace *pace, const bool paced, int64_t index)
{
    return paced ? pace_due_ns(pace, index) : clock_ns();
}

MODE_INLINE void count_sent(struct traffic *traffic, int64_t sent, const bool timed)
{
    if (timed) {
        progress_publish_timed(&traffic->progress, sent, clock_ns());
    } else {
        progress_publish(&traffic->progress, sent);
    }
}

/* Sends one way. `timed`: the clock is read after each message; `paced`: messages have a schedule;
 * `stamped`: some carry their send time. */
MODE_INLINE void send_loop(struct traffic *traffic, make_function *make, const enum content content,
                           const bool timed, const bool paced, const bool stamped)
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
        if (stamped ? make_for_latency(traffic, &message, make, content, size, sent == next_stamp)
                    : make(traffic, &message, size)) {
            note_make_failure(traffic);
            return;
        }
        if (stamped && sent == next_stamp) {
            stamp_set(zmq_msg_data(&message),
                      send_time_ns(&pace, paced, sent) - traffic->latency->offset_ns);
            next_stamp += traffic->latency->every;
        }
        if (zmq_msg_send(&message, socket, ZMQ_DONTWAIT) < 0 && wait_to_send(traffic, &message)) {
            zmq_msg_close(&message);
            return;
        }
        count_sent(traffic, ++sent, timed);
    }
}

/* ---- req-rep and pair: a message is sent when the one before has come back ---- */

/* Waits for a message to come back. @return the time at which it came, or -1 when the wait was
 * given up or failed. */
static int64_t await_echo(struct traffic *traffic, zmq_msg_t *echo)
{
    struct progress *progress = &traffic->progress;
    int rc;
    progress_wait_begin(&progress->blocked_ns, clock_ns());
    do {
        rc = zmq_msg_recv(echo, traffic->socket, 0);
        if (rc < 0 && errno != EAGAIN && errno != EINTR) {
            traffic_loop_failed(traffic, "zmq_msg_recv");
            break;
        }
    } while (rc < 0 && !traffic_abandoned(traffic));
    int64_t now_ns = clock_ns();
    progress_wait_end(&progress->blocked_ns, now_ns);
    traffic->foreign += rc >= 0 && rc != traffic->point.size_bytes;
    return rc < 0 ? -1 : now_ns;
}

/* Makes and sends message `index`. @return the time at which it was sent, or -1 when told to stop
 * or failed. */
MODE_INLINE int64_t send_request(struct traffic *traffic, make_function *make, struct pace *pace,
                                 int64_t index)
{
    const bool paced = traffic->point.rate_per_s > 0;
    zmq_msg_t message;
    if (paced && index == pace->next && pace_wait(traffic, pace)) {
        return -1;
    }
    if (make(traffic, &message, (size_t)traffic->point.size_bytes)) {
        note_make_failure(traffic);
        return -1;
    }
    int64_t sent_ns = send_time_ns(pace, paced, index);
    if (zmq_msg_send(&message, traffic->socket, ZMQ_DONTWAIT) < 0 &&
        wait_to_send(traffic, &message)) {
        zmq_msg_close(&message);
        return -1;
    }
    return sent_ns;
}

MODE_INLINE void request_loop(struct traffic *traffic, make_function *make)
{
    struct pace pace = pace_make(traffic->start_ns, traffic->point.rate_per_s);
    int64_t next_timed = traffic->latency ? 0 : -1;
    zmq_msg_t echo;
    zmq_msg_init(&echo);
    for (int64_t sent = 0; sent < traffic->limit && !traffic_stop_requested(traffic); sent++) {
        int64_t sent_ns = send_request(traffic, make, &pace, sent);
        if (sent_ns < 0) {
            break;
        }
        count_sent(traffic, sent + 1, traffic->timed);
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

/* ---- the loops of a mode ---- */

/* Each loop is a function of its own, so that the compiler assigns registers to each and nothing is
 * decided per message. The loops for latencies and echoes are split by mode only, and decide the
 * rest per message. */
enum send_loop {
    LOOP_PLAIN,
    LOOP_TIMED,
    LOOP_PACED,
    LOOP_PACED_TIMED,
    LOOP_STAMPED,
    LOOP_REQUEST,
    LOOPS
};

static enum send_loop loop_of(const struct traffic *traffic)
{
    const bool paced = traffic->point.rate_per_s > 0;
    if (plan_echoes(&traffic->point)) {
        return LOOP_REQUEST;
    }
    if (traffic->latency) {
        return LOOP_STAMPED;
    }
    if (paced) {
        return traffic->timed ? LOOP_PACED_TIMED : LOOP_PACED;
    }
    return traffic->timed ? LOOP_TIMED : LOOP_PLAIN;
}

#define SEND_FUNCTION(NAME, LOOP)                                                                  \
    static __attribute__((noinline)) void send_##NAME(struct traffic *traffic)                     \
    {                                                                                              \
        LOOP;                                                                                      \
    }
#define SEND_FUNCTIONS(VALUE, NAME, MAKE, PAYLOAD, CONTENT)                                        \
    SEND_FUNCTION(NAME, send_loop(traffic, MAKE, CONTENT, false, false, false))                    \
    SEND_FUNCTION(NAME##_timed, send_loop(traffic, MAKE, CONTENT, true, false, false))             \
    SEND_FUNCTION(NAME##_paced, send_loop(traffic, MAKE, CONTENT, false, true, false))             \
    SEND_FUNCTION(NAME##_paced_timed, send_loop(traffic, MAKE, CONTENT, true, true, false))        \
    SEND_FUNCTION(NAME##_stamped, send_loop(traffic, MAKE, CONTENT, traffic->timed,                \
                                            traffic->point.rate_per_s > 0, true))                  \
    SEND_FUNCTION(NAME##_request, request_loop(traffic, MAKE))
SEND_MODES(SEND_FUNCTIONS)

#define SEND_ROW(VALUE, NAME, MAKE, PAYLOAD, CONTENT)                                              \
    [VALUE] = {PAYLOAD,                                                                            \
               {send_##NAME, send_##NAME##_timed, send_##NAME##_paced, send_##NAME##_paced_timed,  \
                send_##NAME##_stamped, send_##NAME##_request}},
static const struct {
    enum payload payload;
    void (*loops[LOOPS])(struct traffic *traffic); /* by enum send_loop */
} send_modes[] = {SEND_MODES(SEND_ROW)};

enum payload sender_payload(int32_t send_mode)
{
    return send_modes[send_mode].payload;
}

void sender_run(struct traffic *traffic)
{
    struct timespec start = {traffic->start_ns / 1000000000, traffic->start_ns % 1000000000};
    while (!traffic_stop_requested(traffic) &&
           clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL) == EINTR) {
    }
    atomic_store_explicit(&traffic->started_ns, clock_ns(), memory_order_relaxed);
    send_modes[traffic->point.send_mode].loops[loop_of(traffic)](traffic);
    traffic->last_ns = clock_ns();
}
