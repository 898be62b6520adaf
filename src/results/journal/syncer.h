/* syncer.h - a thread that brings the journal to disk beside other work. */
#ifndef RESULTS_JOURNAL_SYNCER_H
#define RESULTS_JOURNAL_SYNCER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct syncer {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int fd;
    bool started, wanted, busy, ending;
    int failed;       /* errno of a sync that failed, until syncer_wait returns it */
    int64_t ended_ns; /* when the last sync ended, by CLOCK_MONOTONIC */
    int64_t slowest_ns;
};
/* @return 0 or an errno. */
int syncer_start(struct syncer *syncer);
void syncer_begin(struct syncer *syncer, int fd);
/* Waits for the sync that was begun. @return 0, or the errno of a failed sync, once. */
int syncer_wait(struct syncer *syncer);
void syncer_stop(struct syncer *syncer);

#endif
