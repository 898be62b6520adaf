/* usage.h - what a loop's thread and the I/O threads use. */
#ifndef TRAFFIC_USAGE_STATE_H
#define TRAFFIC_USAGE_STATE_H

#include "zmqsweep/traffic_usage.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct usage_thread {
    int tid;
    int schedstat_fd, status_fd, stat_fd; /* -1: the system has none */
    struct traffic_thread begin;          /* at the window's start */
};

struct usage {
    struct usage_thread *threads; /* the loop's first, then the I/O threads */
    size_t count;
    bool begun;
    int64_t began_ns;
    cpu_set_t loop_cpus;            /* where the loop may run; written before `loop_tid` */
    atomic_int loop_tid;            /* 0 until the loop runs */
    struct traffic_thread loop_end; /* written by the loop before `ended` */
};

/* The loop's own thread calls these two. */
void usage_loop_begins(struct usage *usage);
void usage_loop_ends(struct usage *usage);
void usage_free(struct usage *usage);

#endif
