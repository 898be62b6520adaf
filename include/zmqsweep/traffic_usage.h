/* traffic_usage.h - where the threads of one end run, and what they use. */
#ifndef ZMQSWEEP_TRAFFIC_USAGE_H
#define ZMQSWEEP_TRAFFIC_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct traffic;

/* The CPUs that the threads may run on, read back from the kernel, as lists such as "0-3,8". The
 * loop's list is read when the loop begins; it is "" before. */
#define TRAFFIC_CPUS_LENGTH 48
void traffic_read_cpus(const struct traffic *traffic, char loop[TRAFFIC_CPUS_LENGTH],
                       char io[TRAFFIC_CPUS_LENGTH]);

/* What a thread has used. NaN: the kernel does not report it. */
struct traffic_thread {
    double cpu_s;                  /* processor time */
    double runqueue_s;             /* ready to run, and waiting for a processor */
    double voluntary, involuntary; /* context switches */
    double page_faults;            /* minor page faults, which need no disk */
};
#define TRAFFIC_EACH_LENGTH 80
/* What the threads have used since traffic_usage_begin. */
struct traffic_usage {
    bool known; /* else the rest means nothing */
    int64_t length_ns;
    struct traffic_thread loop;       /* the sending or receiving thread */
    struct traffic_thread io;         /* all I/O threads together */
    struct traffic_thread io_busiest; /* the one that ran or waited for a processor the longest */
    char io_cpu_each_s[TRAFFIC_EACH_LENGTH]; /* "0.412,0.003": of each I/O thread; cut after a dozen
                                                or so */
};
/* Finds the threads in advance, so that a window's edge costs less. Call it once the loop is
 * started. */
void traffic_usage_find_threads(struct traffic *traffic);
void traffic_usage_begin(struct traffic *traffic);
struct traffic_usage traffic_usage(const struct traffic *traffic);

#endif
