/* traffic_usage.h - where the threads of one end run, and what they use. */
#ifndef ZMQSWEEP_TRAFFIC_USAGE_H
#define ZMQSWEEP_TRAFFIC_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct traffic;

/* Where the threads run, read back from the kernel, as lists such as "0-3,8"; the loop's as it was
 * when it began, "" before. */
#define TRAFFIC_CPUS_LENGTH 48
void traffic_read_cpus(const struct traffic *traffic, char loop[TRAFFIC_CPUS_LENGTH],
                       char io[TRAFFIC_CPUS_LENGTH]);

/* What a thread has used. NaN: the kernel does not report it. */
struct traffic_thread {
    double cpu_s;                  /* processor time */
    double runqueue_s;             /* ready to run, and waiting for a processor */
    double voluntary, involuntary; /* context switches */
    double page_faults; /* pages of memory that the kernel had to give it, no disk involved */
};
#define TRAFFIC_EACH_LENGTH 80
/* Since traffic_usage_begin. */
struct traffic_usage {
    bool known; /* else the rest means nothing */
    int64_t length_ns;
    struct traffic_thread loop;       /* the sending or receiving thread */
    struct traffic_thread io;         /* all I/O threads together */
    struct traffic_thread io_busiest; /* the one that ran or waited for a processor the longest */
    char io_cpu_each_s[TRAFFIC_EACH_LENGTH]; /* "0.412,0.003": of each I/O thread; cut after a dozen
                                                or so */
};
/* Finds the threads, so that the window's edges need not do so. Once the loop was started. */
void traffic_usage_watch(struct traffic *traffic);
void traffic_usage_begin(struct traffic *traffic);
struct traffic_usage traffic_usage(const struct traffic *traffic);

#endif
