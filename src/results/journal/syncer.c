/* syncer.c - a thread that brings the journal to disk while the sweep goes on. */
#include "journal/syncer.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#ifdef __APPLE__ /* whose fdatasync leaves the data in the disk's cache */
#include <fcntl.h>
#define SYNC(fd) fcntl(fd, F_FULLFSYNC)
#else
#define SYNC(fd) fdatasync(fd)
#endif

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void note_end(struct syncer *syncer, int64_t began_ns, int failed)
{
    syncer->ended_ns = clock_ns();
    int64_t took_ns = syncer->ended_ns - began_ns;
    syncer->slowest_ns = took_ns > syncer->slowest_ns ? took_ns : syncer->slowest_ns;
    syncer->failed = failed;
    syncer->busy = false;
}

static void *run(void *argument)
{
    struct syncer *syncer = argument;
    pthread_mutex_lock(&syncer->mutex);
    for (;;) {
        while (!syncer->wanted && !syncer->ending) {
            pthread_cond_wait(&syncer->changed, &syncer->mutex);
        }
        if (!syncer->wanted) {
            break;
        }
        syncer->wanted = false;
        int fd = syncer->fd;
        pthread_mutex_unlock(&syncer->mutex);
        int64_t began_ns = clock_ns();
        int failed = SYNC(fd) ? errno : 0;
        pthread_mutex_lock(&syncer->mutex);
        note_end(syncer, began_ns, failed);
        pthread_cond_broadcast(&syncer->changed);
    }
    pthread_mutex_unlock(&syncer->mutex);
    return NULL;
}

/* Starts the thread with all signals blocked: signals are for the threads that measure. */
int syncer_start(struct syncer *syncer)
{
    sigset_t all, before;
    pthread_mutex_init(&syncer->mutex, NULL);
    pthread_cond_init(&syncer->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&syncer->thread, NULL, run, syncer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    syncer->started = failed == 0;
    return failed;
}

void syncer_begin(struct syncer *syncer, int fd)
{
    pthread_mutex_lock(&syncer->mutex);
    syncer->fd = fd;
    syncer->wanted = syncer->busy = true;
    pthread_cond_broadcast(&syncer->changed);
    pthread_mutex_unlock(&syncer->mutex);
}

int syncer_wait(struct syncer *syncer)
{
    pthread_mutex_lock(&syncer->mutex);
    while (syncer->busy) {
        pthread_cond_wait(&syncer->changed, &syncer->mutex);
    }
    int failed = syncer->failed;
    syncer->failed = 0;
    pthread_mutex_unlock(&syncer->mutex);
    return failed;
}

void syncer_stop(struct syncer *syncer)
{
    if (!syncer->started) {
        return;
    }
    pthread_mutex_lock(&syncer->mutex);
    syncer->ending = true;
    pthread_cond_broadcast(&syncer->changed);
    pthread_mutex_unlock(&syncer->mutex);
    pthread_join(syncer->thread, NULL);
    pthread_cond_destroy(&syncer->changed);
    pthread_mutex_destroy(&syncer->mutex);
    syncer->started = false;
}
