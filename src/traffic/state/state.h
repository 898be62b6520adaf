/* state.h - struct traffic: the state of one end, which the other parts of this module
 * share. */
#ifndef TRAFFIC_STATE_H
#define TRAFFIC_STATE_H

#include "peers/monitor.h"
#include "peers/security.h"
#include "state/latency.h"
#include "state/progress.h"
#include "state/usage.h"
#include "zmqsweep/traffic.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <zmq.h>

/* How often a blocked loop checks its stop flag when no signal wakes it. */
#define TRAFFIC_CHECK_MS 100
/* The longest wait for an event of readiness. */
#define TRAFFIC_EVENT_WAIT_MS 10
/* The signal that makes a blocking call of the loop return EINTR. It is ignored by default, and
 * nothing else uses it. */
#define TRAFFIC_WAKE_SIGNAL SIGURG

/* A publisher over ipc whose socket lingers; see detach.c. */
struct detach {
    pthread_t thread;
    bool running;
    int *fds; /* a second descriptor of each connection */
};

struct traffic {
    struct point point;
    enum role role;
    int peers;
    bool timed; /* 16 KiB and more: the clock is read after each message */
    struct traffic_cpus cpus;
    void *context, *socket;
    struct monitor monitor;
    int subscriptions;      /* those that an XPUB has read so far */
    int64_t sndhwm, rcvhwm; /* read back once, before the loop has the socket */
    struct detach detach;
    struct stream *stream; /* in place of context and socket, for the baseline */
    struct security_handler handler;
    char endpoint[TRAFFIC_ENDPOINT_LENGTH];

    /* payload */
    void *buffer; /* one message */
    struct ring *ring;
    zmq_msg_t shared;
    bool shared_made;

    /* the loop */
    pthread_t thread;
    sem_t end_posted; /* the loop does not touch the traffic any more */
    bool running;
    int64_t start_ns;
    int64_t limit; /* messages to send */
    struct progress progress;
    _Alignas(64) atomic_bool stop;
    atomic_bool abandon; /* stop even within a stream's message */
    atomic_bool peers_gone;
    atomic_bool ended;
    _Atomic int64_t started_ns;
    int64_t first_ns, last_ns, foreign; /* written by the loop, read after its end */
    int loop_errno;
    const char *loop_call;
    struct usage usage;
    struct writer *writer;   /* of --receive-mode write, else NULL */
    struct latency *latency; /* of --latency, else NULL */
};

static inline bool traffic_is_stream(const struct traffic *traffic)
{
    return plan_is_baseline(&traffic->point);
}

static inline bool traffic_binds(const struct traffic *traffic)
{
    return (traffic->role == ROLE_RECEIVER) == (traffic->point.bind == BIND_RECEIVER);
}

static inline bool traffic_publishes(const struct traffic *traffic)
{
    return traffic->role == ROLE_SENDER && traffic->point.pattern == PATTERN_PUB_SUB;
}

static inline bool traffic_stop_requested(struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->stop, memory_order_relaxed);
}

static inline bool traffic_abandoned(struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->abandon, memory_order_relaxed);
}

/* Notes that `call` failed with errno, which ends the loop. */
static inline void traffic_loop_failed(struct traffic *traffic, const char *call)
{
    traffic->loop_errno = errno;
    traffic->loop_call = call;
}

/* Makes a loop that sleeps in a call check its flags. */
void traffic_wake_loop(struct traffic *traffic);

#endif
