/* sweep.h - the job itself: rank 0 hands out one repetition at a time, the others send and receive.
 */
#ifndef ZMQSWEEP_SWEEP_H
#define ZMQSWEEP_SWEEP_H

#include "zmqsweep/cluster.h"
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

#define SWEEP_CPUS_MAX 64

/* What rank 0 has read and checked, for all ranks. */
struct job {
    int32_t code; /* EXIT_OK: go on; else every rank exits with it */
    int32_t go;   /* 0: nothing to run (--help, a refusal), exit with `code` */
    int32_t dry_run;
    int32_t log_level; /* enum log_level of process/log.h */
    int32_t curve;     /* some point is encrypted: every rank must be able to */
    int32_t unused;
    int64_t timeout_ns;
    char interface[64];
    char write_dir[1024];         /* "": no point writes */
    char shutdown_message[256];   /* what is saved, should the job have to end */
    int64_t cpus[SWEEP_CPUS_MAX]; /* every value that --sender-cpus and its like have; the rest
                                     OPTION_KEYWORD */
};

/* All ranks, before any traffic: a password and key pairs for this run, shared over MPI and never
 * written. Collective. @return EXIT_OK; EXIT_USAGE when CURVE is asked for and some rank's libzmq
 * has none; EXIT_FAILED. */
int sweep_share_secrets(struct cluster *cluster, const struct job *job);

/* Ranks other than 0: repetitions until rank 0 orders the end. @return the exit code of all ranks.
 */
int sweep_run_rank(struct cluster *cluster, const struct job *job);
/* Rank 0: the whole sweep, from the journal's first line to the finished file. @return the exit
 * code of all ranks. */
int sweep_coordinate(struct cluster *cluster, const struct job *job,
                     const struct settings *settings, const struct plan *plan, int argc,
                     char **argv);

/* Checks that need the hosts: memory that the queues may take, ipc across hosts. Rank 0. @return 0
 * or -1. */
int sweep_check_hosts(const struct cluster *cluster, const struct plan *plan, struct error *error);
/* The same on one host that is described without MPI, for a plan made before the job. */
int sweep_check_memory(const struct plan *plan, int32_t host, const struct cluster_host *described,
                       struct error *error);
/* Is the output new, or is it to be continued or replaced? Creates nothing. @return 0 or -1. */
int sweep_check_output(const struct settings *settings, struct error *error);

/* Can every rank that is to write do so in job->write_dir? Collective; `plan` on rank 0 only.
 * @return 0, or -1 with rank and host on the ranks that cannot. */
int sweep_check_write_dir(struct cluster *cluster, const struct job *job, const struct plan *plan,
                          struct error *error);

/* --dry-run: the points, their time, the memory; with a cluster also who talks to whom. */
void sweep_print_plan(const struct plan *plan, const struct cluster *cluster, FILE *out);

/* SIGUSR1, SIGTERM and SIGINT: finish what is there, exit with 4. Call before MPI starts: a batch
 * system's warning may come at any time, and kills a rank that does not catch it. */
void sweep_catch_signals(void);
/* Sets this rank up for the sweep: log level, the signal that wakes a loop. */
void sweep_start_rank(struct cluster *cluster, const struct job *job);
/* After SIGTERM or SIGINT the launcher kills in 2 s and MPI_Finalize hangs: exits at once. Else
 * does nothing. */
void sweep_exit_if_urgent(int code);

#endif
