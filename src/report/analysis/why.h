/* why.h - what limits a point, from what its ranks used and waited for: the rules. why_facts.h
 * gathers the facts. */
#ifndef REPORT_ANALYSIS_WHY_H
#define REPORT_ANALYSIS_WHY_H

#include <stdbool.h>

/* A thread's shares of the window, 0 to 1 but for the clocks' grain. */
struct why_thread {
    double cpu;      /* running */
    double runqueue; /* ready, and waiting for a core; NaN when the kernel does not tell */
    double faults;   /* bytes of new pages of memory to bytes of messages; 0: too few to matter */
};

/* One end, the mean over its ranks and the valid repetitions. */
struct why_side {
    struct why_thread app; /* the sending or receiving thread */
    struct why_thread io;  /* the rank's busiest I/O thread */
    double waits; /* a sender for room in a queue or for a buffer, a receiver for a message */
    bool one_cpu; /* its thread and its I/O threads have one CPU between them */
};

struct why_facts {
    bool known;     /* else the rest says nothing */
    bool across;    /* all senders and receivers of a group are on different hosts */
    bool writes;    /* receive mode write */
    bool plain;     /* the raw TCP baseline: no I/O threads */
    bool shallow;   /* queues of so few bytes that waiting is the rule */
    char cpu[16];   /* on which the threads of both ends are; "" when it is not one and the same */
    double cpu_use; /* of it, by those threads */
    bool echoes;    /* req-rep and pair: a message is sent when the one before has come back */
    double surplus; /* share of what the senders made in the window that was not received in it */
    bool drops;     /* of it, messages were dropped; else queues grew */
    double syncs;   /* share of the window for the sync that ends it; 0 but for writes */
    double of_baseline; /* share of the raw TCP point of the same settings; NaN without one */
    double of_link; /* the busiest host's traffic as a share of what TCP leaves of its link; NaN:
                       not known */
    bool backlog;   /* less came than was sent, and what lay in queues grew */
    double of_rate; /* of the rate that was asked for, what the slowest sender kept to; NaN: none
                       was */
    struct why_side sender, receiver;
};

struct why_verdict {
    const char *word; /* as in the rules of why.c; memory-bound, unclear */
    char evidence[512];
};

/* Share of the window in which the thread was running or ready to. */
double why_busy(const struct why_thread *thread);
void why_judge(const struct why_facts *facts, struct why_verdict *verdict);

#endif
