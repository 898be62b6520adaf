/* why.h - what limits a point, from what its ranks used and waited for: the rules. why_facts.h
 * gathers the facts. */
#ifndef REPORT_ANALYSIS_WHY_H
#define REPORT_ANALYSIS_WHY_H

#include <stdbool.h>

/* A thread's shares of the window, from 0 to 1 apart from the clocks' grain. */
struct why_thread {
    double cpu;      /* running */
    double runqueue; /* ready, and waiting for a core; NaN when the kernel does not tell */
    double faults;   /* bytes of new memory pages per byte of messages; 0: too few to matter */
};

/* One end, the mean over its ranks and the valid repetitions. */
struct why_side {
    struct why_thread app; /* the sending or receiving thread */
    struct why_thread io;  /* the rank's busiest I/O thread */
    double waits; /* share of the window: a sender waits for room in a queue or for a buffer, a
                     receiver for a message */
    bool one_cpu; /* its thread and its I/O threads share one CPU */
};

struct why_facts {
    bool known;     /* false: the other members say nothing */
    bool across;    /* all senders and receivers of a group are on different hosts */
    bool writes;    /* receive mode write */
    bool plain;     /* the raw TCP baseline: no I/O threads */
    bool shallow;   /* queues of so few bytes that waiting is normal */
    char cpu[16];   /* CPU of the threads of both ends; "" when it is not the same one */
    double cpu_use; /* share of that CPU that those threads use */
    bool echoes;    /* req-rep and pair: a message is sent when the one before has come back */
    double surplus; /* share of what the senders made in the window that was not received in it */
    bool drops;     /* the surplus was dropped; else it made queues grow */
    double syncs;   /* share of the window for the sync that ends it; 0 unless `writes` */
    double of_baseline; /* throughput as a share of the raw TCP point of the same settings; NaN
                           without one */
    double of_link; /* the busiest host's traffic as a share of what TCP leaves of its link; NaN:
                       not known */
    bool backlog;   /* less arrived than was sent, and the queues grew */
    double of_rate; /* share of the asked rate that the slowest sender kept to; NaN: no rate was
                       asked for */
    struct why_side sender, receiver;
};

struct why_verdict {
    const char *word; /* a word of the rules in why.c, "memory-bound" or "unclear" */
    char evidence[512];
};

/* Share of the window in which the thread was running or ready to. */
double why_busy(const struct why_thread *thread);
void why_judge(const struct why_facts *facts, struct why_verdict *verdict);

#endif
