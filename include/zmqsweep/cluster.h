/* cluster.h - the ranks of the job: rendezvous, sleeping collectives, clocks, hosts, bindings.
 *
 * The only module that knows MPI and hwloc. Every collective here is nonblocking inside and sleeps
 * while it waits: a rank that waits costs its host nothing. All ranks call the same collectives in
 * the same order, from one thread each. A collective that does not complete within the deadline
 * ends the job: the line names the ranks that are missing, host and phase.
 */
#ifndef ZMQSWEEP_CLUSTER_H
#define ZMQSWEEP_CLUSTER_H

#include "zmqsweep/error.h"
#include "zmqsweep/hosts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cluster;

/* Was this process started by an MPI launcher (mpirun, srun)? Looks at the environment only. */
bool cluster_launched(void);

/* MPI_Init and who is where. All ranks. @return 0, or -1. */
int cluster_start(int *argc, char ***argv, struct cluster **cluster, struct error *error);
/* MPI_Finalize. All ranks, after their last collective. Should it not end within the deadline, the
 * process exits with `code`. */
void cluster_finish(struct cluster **cluster, int code);
/* Ends the whole job at once. */
_Noreturn void cluster_abort(int code);
/* The same, after a line with this rank, its host, the phase and what is wrong. */
_Noreturn void cluster_fail(const struct cluster *cluster, const char *what);

int32_t cluster_rank(const struct cluster *cluster);
int32_t cluster_size(const struct cluster *cluster);
const char *cluster_library_version(char *text, size_t length);

/* ---- collectives ---- */

/* The longest a collective may take from now on. The ranks then have two seconds more to find out
 * who is missing. */
void cluster_set_deadline(struct cluster *cluster, int64_t deadline_ns);
/* What this rank is doing, for the line of a collective that does not complete. A string constant.
 */
void cluster_set_phase(struct cluster *cluster, const char *phase);
const char *cluster_phase(const struct cluster *cluster);

/* The end of the line that an aborted job prints, such as what is saved. The text must stay. */
void cluster_set_shutdown_message(struct cluster *cluster, const char *shutdown_message);
const char *cluster_shutdown_message(const struct cluster *cluster);

void cluster_barrier(struct cluster *cluster);
/* From rank 0 to all. */
void cluster_broadcast(struct cluster *cluster, void *data, size_t bytes);
/* `all` gets size x bytes, on every rank. */
void cluster_allgather(struct cluster *cluster, const void *mine, void *all, size_t bytes);
/* With each of these ranks: it gets `mine`, which is to stay until the return, and `theirs` gets
 * count x bytes, in their order. They do the same; no other rank takes part. */
void cluster_exchange(struct cluster *cluster, const int32_t *peers, int32_t count,
                      const void *mine, void *theirs, size_t bytes);
/* `all` gets size x bytes, on rank 0 (NULL elsewhere). Bytes are a multiple of 8. */
void cluster_gather(struct cluster *cluster, const void *mine, void *all, size_t bytes);
/* Different lengths, all multiples of 8: on rank 0, `lengths[rank]` bytes of each, one after the
 * other, into `all`. More than 16 GiB end the job. */
void cluster_gather_varied(struct cluster *cluster, const void *mine, size_t bytes,
                           const size_t *lengths, void *all);

#define CLUSTER_SUMS 4
#define CLUSTER_MAXIMA 6
struct cluster_totals {
    int64_t sum[CLUSTER_SUMS];   /* added over the ranks */
    int64_t max[CLUSTER_MAXIMA]; /* the largest over the ranks */
};
/* Every rank gives its own and gets the total of all. */
void cluster_allreduce(struct cluster *cluster, struct cluster_totals *tally);

/* ---- stop: rank 0 wakes the ranks that sleep through a window ---- */

void cluster_signal_stop(struct cluster *cluster);    /* rank 0; once */
bool cluster_stop_signalled(struct cluster *cluster); /* other ranks; cheap */

/* ---- time ---- */

/* CLOCK_MONOTONIC of rank 0, in ns, as this rank reckons it. */
int64_t cluster_to_local_ns(const struct cluster *cluster, int64_t coordinator_ns);
int64_t cluster_to_coordinator_ns(const struct cluster *cluster, int64_t local_ns);
/* Compares the clocks of all hosts with rank 0's again: they drift. Collective; does nothing on a
 * single host. */
void cluster_compare_clocks(struct cluster *cluster);
/* Half the shortest round trip that the offset was found with; 0 on the coordinator's host. */
int64_t cluster_clock_uncertainty_ns(const struct cluster *cluster);
/* How the clock of a host stands to rank 0's (theirs - rank 0's), as they were last compared: the
 * same on every rank. */
struct cluster_clock {
    int64_t offset_ns, uncertainty_ns;
};
struct cluster_clock cluster_host_clock(const struct cluster *cluster, int32_t host);
/* Sleeps until that local time, or until a signal comes. */
void cluster_sleep_until(int64_t local_ns);

#endif
