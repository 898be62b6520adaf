/* sweep.h - the job itself: rank 0 hands out one repetition at a time, the others send and receive.
 */
#ifndef ZMQSWEEP_SWEEP_H
#define ZMQSWEEP_SWEEP_H

#include "zmqsweep/cluster.h"
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

#define SWEEP_CPUS_MAX 64

/* What rank 0 has read from the options and checked, and then broadcasts to all ranks. */
struct job {
    int32_t code; /* EXIT_OK: go on; else every rank exits with it */
    int32_t go;   /* 0: nothing to run (--help, a refusal), exit with `code` */
    int32_t dry_run;
    int32_t log_level; /* enum log_level of process/log.h */
    int32_t curve;     /* some point uses CURVE: every rank's libzmq must have it */
    int32_t unused;
    int64_t timeout_ns;
    char interface[64];
    char write_dir[1024];         /* "": no point writes */
    char shutdown_message[256];   /* what is saved, for the line that an aborted job prints */
    int64_t cpus[SWEEP_CPUS_MAX]; /* all values of --sender-cpus, --receiver-cpus, --io-cpus; then
                                     OPTION_KEYWORD */
};

/* Makes a password and key pairs for this run and shares them over MPI. They are never written to
 * disk. All ranks call it before any traffic. Collective. @return EXIT_OK; EXIT_USAGE when CURVE is
 * asked for and some rank's libzmq has none; EXIT_FAILED. */
int sweep_share_secrets(struct cluster *cluster, const struct job *job);

/* The sweep on every rank but 0: runs repetitions until rank 0 orders the end. @return the exit
 * code of all ranks. */
int sweep_run_rank(struct cluster *cluster, const struct job *job);
/* The sweep on rank 0, from the journal's first line to the finished file. @return the exit code of
 * all ranks. */
int sweep_coordinate(struct cluster *cluster, const struct job *job,
                     const struct settings *settings, const struct plan *plan, int argc,
                     char **argv);

/* Checks that need the hosts: memory that the queues may take, ipc across hosts. Rank 0. @return 0
 * or -1. */
int sweep_check_hosts(const struct cluster *cluster, const struct plan *plan, struct error *error);
/* Checks the memory of one host, which cluster_describe_host has described without MPI, for a plan
 * made before the job starts. */
int sweep_check_memory(const struct plan *plan, int32_t host, const struct cluster_host *described,
                       struct error *error);
/* Checks that the output does not exist, or that the settings say to continue or replace it.
 * Creates nothing. @return 0, or -1 with `error`. */
int sweep_check_output(const struct settings *settings, struct error *error);

/* Checks that every rank that is a receiver in mode write can write in job->write_dir. Collective;
 * `plan` is used on rank 0 only.
 * @return 0, or -1 with rank and host on the ranks that cannot. */
int sweep_check_write_dir(struct cluster *cluster, const struct job *job, const struct plan *plan,
                          struct error *error);

/* Prints what --dry-run shows: the points, their time and memory; with a cluster, also which ranks
 * talk to each other. */
void sweep_print_plan(const struct plan *plan, const struct cluster *cluster, FILE *out);

/* Catches SIGUSR1, SIGTERM and SIGINT: the sweep then stops, saves what was measured and exits with
 * 4. Call this before MPI starts, since a batch system's warning signal may come at any time and
 * would kill a rank that does not catch it. Call it again after: MPI_Init may load libraries that
 * take these signals for themselves. */
void sweep_catch_signals(void);
/* Sets this rank up for the sweep: log level, the signal that wakes a loop. */
void sweep_start_rank(struct cluster *cluster, const struct job *job);
/* Exits at once if SIGTERM or SIGINT has come: the launcher kills all ranks soon, and
 * MPI_Finalize would hang. Otherwise does nothing. */
void sweep_exit_if_urgent(int code);

#endif
