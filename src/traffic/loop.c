/* loop.c - the thread that runs the hot loop: found, started, woken, waited for.
 *
 * It is the process's first thread where that was lent (traffic_run_beside). Else every loop gets a thread of
 * its own, as in a process with several ends.
 */
#include "traffic_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* Ignored by default, and nobody else's: it only makes a blocking call of the loop return EINTR. */
#define WAKE_SIGNAL SIGURG
/* A signal that comes just before the loop blocks is lost: send it again this often. */
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
    sigaction(WAKE_SIGNAL, &action, NULL);
}

/* The thread that was lent, and the loop that it is to run. */
static struct {
    bool lent;
    pthread_t thread;
    struct traffic *traffic;
    sem_t news;
} host;

static void *run_loop(void *argument)
{
    struct traffic *traffic = argument;
    prctl(PR_SET_TIMERSLACK, 1000UL);
    if (traffic->cpus.loop_bound) {
        affinity_set(&traffic->cpus.loop); /* it could be set when the payload was made */
    }
    usage_loop_begins(traffic);
    if (is_stream(traffic)) {
        stream_run(traffic);
    } else if (traffic->role == ROLE_SENDER) {
        sender_run(traffic);
    } else {
        receiver_run(traffic);
    }
    usage_loop_ends(traffic);
    atomic_store_explicit(&traffic->ended, true, memory_order_release);
    sem_post(&traffic->end_news); /* from here on the traffic may be closed */
    return NULL;
}

/* Signals that stop a sweep are the business of the thread that talks to the other ranks. */
static void block_signals(sigset_t *before)
{
    sigset_t blocked;
    sigfillset(&blocked);
    sigdelset(&blocked, WAKE_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &blocked, before);
}

struct control {
    int (*function)(void *argument);
    void *argument;
};

/* Ends the process also where a loop hangs. */
static void *run_control(void *given)
{
    const struct control *control = given;
    exit(control->function(control->argument));
}

void traffic_run_beside(int (*function)(void *argument), void *argument)
{
    struct control control = {function, argument}; /* this function does not return */
    pthread_t thread;
    cpu_set_t home;
    host.thread = pthread_self();
    host.lent = sem_init(&host.news, 0, 0) == 0;
    if (!host.lent || pthread_create(&thread, NULL, run_control, &control)) {
        host.lent = false;
        run_control(&control);
    }
    block_signals(NULL);
    for (;;) {
        if (sem_wait(&host.news) == 0) {
            affinity_get(&home);
            run_loop(host.traffic);
            affinity_set(&home);
        }
    }
}

int traffic_start(struct traffic *traffic, int64_t start_ns, struct error *error)
{
    traffic->start_ns = start_ns;
    if (host.lent) {
        traffic->thread = host.thread;
        host.traffic = traffic;
        sem_post(&host.news);
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

void loop_wake(struct traffic *traffic)
{
    if (traffic->running && !traffic_ended(traffic)) {
        pthread_kill(traffic->thread, WAKE_SIGNAL);
    }
}

bool traffic_ended(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->ended, memory_order_acquire);
}

void traffic_finish_stream(struct traffic *traffic)
{
    atomic_store_explicit(&traffic->peers_gone, true, memory_order_release);
    loop_wake(traffic);
}

/* @return 0, or -1: it has not ended within `patience_ns`. */
static int await_end(struct traffic *traffic, int64_t patience_ns)
{
    const int64_t deadline_ns = clock_ns() + patience_ns;
    int rc;
    do {
        struct timespec until;
        loop_wake(traffic);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WAKE_AGAIN_NS;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        rc = sem_timedwait(&traffic->end_news, &until);
    } while (rc && clock_ns() < deadline_ns);
    if (rc) {
        return -1;
    }
    if (!host.lent) {
        pthread_join(traffic->thread, NULL);
    }
    traffic->running = false;
    return 0;
}

int traffic_end_sending(struct traffic *traffic, int64_t patience_ns, struct error *error)
{
    if (!is_stream(traffic) && !plan_echoes(&traffic->point)) {
        return traffic_stop(traffic, patience_ns, error);
    }
    atomic_store_explicit(&traffic->stop, true, memory_order_relaxed);
    loop_wake(traffic);
    return 0;
}

int traffic_stop(struct traffic *traffic, int64_t patience_ns, struct error *error)
{
    atomic_store_explicit(&traffic->abandon, true, memory_order_relaxed);
    atomic_store_explicit(&traffic->stop, true, memory_order_relaxed);
    if (traffic->running && await_end(traffic, patience_ns)) {
        return error_set(error, "its %s thread has not come to an end for %.1f s",
                         traffic->role == ROLE_SENDER ? "sending" : "receiving", (double)patience_ns * 1e-9);
    }
    if (traffic->loop_call) {
        return error_set(error, "%s: %s", traffic->loop_call, zmq_strerror(traffic->loop_errno));
    }
    return 0;
}

bool traffic_is_running(const struct traffic *traffic)
{
    return traffic->running;
}

int64_t traffic_started_ns(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->started_ns, memory_order_relaxed);
}

int64_t traffic_first_ns(const struct traffic *traffic)
{
    return traffic->first_ns;
}

int64_t traffic_last_ns(const struct traffic *traffic)
{
    return traffic->last_ns;
}

int64_t traffic_count(const struct traffic *traffic)
{
    return atomic_load_explicit(&traffic->progress.count, memory_order_relaxed);
}

int64_t traffic_foreign(const struct traffic *traffic)
{
    return traffic->foreign;
}
