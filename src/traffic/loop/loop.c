/* loop.c - the thread that runs the hot loop: started, woken, waited for.
 *
 * The loop runs in the process's first thread if traffic_lend_main_thread has lent it. Otherwise
 * every loop gets a new thread.
 */
#include "clock.h"
#include "loop/receiver.h"
#include "loop/sender.h"
#include "loop/stream_loop.h"
#include "state/affinity.h"
#include "state/state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* A signal that comes just before the loop blocks is lost, so it is sent again at this interval. */
#define WAKE_AGAIN_NS 500000

static void do_nothing(int signal_number)
{
    (void)signal_number;
}

void traffic_start_process(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = do_nothing;
    sigaction(TRAFFIC_WAKE_SIGNAL, &action, NULL);
}

/* The thread that was lent, and the loop that it is to run. */
static struct {
    bool available;
    pthread_t thread;
    struct traffic *traffic;
    sem_t start_posted;
} lent;

static void *run_loop(void *argument)
{
    struct traffic *traffic = argument;
    prctl(PR_SET_TIMERSLACK, 1000UL);
    if (traffic->cpus.loop_bound) {
        affinity_set(&traffic->cpus.loop); /* it succeeded for the payload */
    }
    usage_loop_begins(&traffic->usage);
    if (traffic_is_stream(traffic)) {
        stream_loop_run(traffic);
    } else if (traffic->role == ROLE_SENDER) {
        sender_run(traffic);
    } else {
        receiver_run(traffic);
    }
    usage_loop_ends(&traffic->usage);
    atomic_store_explicit(&traffic->ended, true, memory_order_release);
    sem_post(&traffic->end_posted); /* from here on the traffic may be closed */
    return NULL;
}

/* The thread that talks to the other ranks handles the signals that stop a sweep. */
static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    sigfillset(&blocked);
    sigdelset(&blocked, TRAFFIC_WAKE_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

struct control {
    int (*function)(void *argument);
    void *argument;
};

/* Calls the function that was given, then ends the process, even while a loop hangs. */
static void *run_control(void *given)
{
    const struct control *control = given;
    exit(control->function(control->argument));
}

void traffic_lend_main_thread(int (*function)(void *argument), void *argument)
{
    struct control control = {function, argument}; /* this function does not return */
    pthread_t thread;
    cpu_set_t before;
    lent.thread = pthread_self();
    lent.available = sem_init(&lent.start_posted, 0, 0) == 0;
    if (!lent.available || pthread_create(&thread, NULL, run_control, &control)) {
        lent.available = false;
        run_control(&control);
    }
    block_signals(NULL);
    for (;;) {
        if (sem_wait(&lent.start_posted) == 0) {
            affinity_get(&before);
            run_loop(lent.traffic);
            affinity_set(&before);
        }
    }
}

int traffic_start(struct traffic *traffic, int64_t start_ns, struct error *error)
{
    traffic->start_ns = start_ns;
    if (lent.available) {
        traffic->thread = lent.thread;
        lent.traffic = traffic;
        sem_post(&lent.start_posted);
    } else {
        sigset_t before;
        block_signals(&before);
        int rc = pthread_create(&traffic->thread, NULL, run_loop, traffic);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (rc) {
            return error_set(error, "pthread_create: %s", strerror(rc));
        }
    }
    traffic->running = true;
    return 0;
}

void traffic_note_peers_gone(struct traffic *traffic)
{
    atomic_store_explicit(&traffic->peers_gone, true, memory_order_release);
    traffic_wake_loop(traffic);
}

/* Waits for the loop's end. @return 0, or -1 when it has not ended within `patience_ns`. */
static int await_end(struct traffic *traffic, int64_t patience_ns)
{
    const int64_t deadline_ns = clock_ns() + patience_ns;
    int rc;
    do {
        struct timespec until;
        traffic_wake_loop(traffic);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WAKE_AGAIN_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        rc = sem_timedwait(&traffic->end_posted, &until);
    } while (rc && clock_ns() < deadline_ns);
    if (rc) {
        return -1;
    }
    if (!lent.available) {
        pthread_join(traffic->thread, NULL);
    }
    traffic->running = false;
    return 0;
}

int traffic_end_sending(struct traffic *traffic, int64_t patience_ns, struct error *error)
{
    if (!traffic_is_stream(traffic) && !plan_echoes(&traffic->point)) {
        return traffic_stop(traffic, patience_ns, error);
    }
    atomic_store_explicit(&traffic->stop, true, memory_order_relaxed);
    traffic_wake_loop(traffic);
    return 0;
}

int traffic_stop(struct traffic *traffic, int64_t patience_ns, struct error *error)
{
    atomic_store_explicit(&traffic->abandon, true, memory_order_relaxed);
    atomic_store_explicit(&traffic->stop, true, memory_order_relaxed);
    if (traffic->running && await_end(traffic, patience_ns)) {
        return error_set(error, "its %s thread has not come to an end for %.1f s",
                         traffic->role == ROLE_SENDER ? "sending" : "receiving",
                         (double)patience_ns * 1e-9);
    }
    if (traffic->loop_call) {
        return error_set(error, "%s: %s", traffic->loop_call, zmq_strerror(traffic->loop_errno));
    }
    return 0;
}
