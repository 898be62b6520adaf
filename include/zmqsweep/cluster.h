/* cluster.h - the ranks of the job: rendezvous, sleeping collectives, clocks, hosts, bindings.
 *
 * The only module that knows MPI and hwloc. Every collective here is nonblocking inside and sleeps
 * while it waits: a rank that waits costs its host nothing. All ranks call the same collectives in
 * the same order, from one thread each. A collective that does not complete within the deadline
 * ends the job, with an error line for each missing rank: its host, and the phase of the job.
 */
#ifndef ZMQSWEEP_CLUSTER_H
#define ZMQSWEEP_CLUSTER_H

#include "zmqsweep/error.h"
#include "zmqsweep/hosts.h"
#include "zmqsweep/launcher.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cluster;

/* Starts MPI and finds out which rank runs on which host. All ranks call it. @return 0, or -1 with
 * `error`. */
int cluster_start(int *argc, char ***argv, struct cluster **cluster, struct error *error);
/* Checks that this program's MPI goes together with the launcher; `cluster` is NULL before
 * cluster_start, which would end the process under some launchers. @return 0, or -1 with `error`:
 * as launcher_check. */
int cluster_check_launch(const struct launch *launch, const struct cluster *cluster,
                         struct error *error);
/* Ends MPI. All ranks call it after their last collective. If MPI_Finalize does not return within
 * the deadline, the process exits with `code`. */
void cluster_finish(struct cluster **cluster, int code);
/* Ends the whole job at once. */
_Noreturn void cluster_abort(int code);
/* Prints an error line that says `what` went wrong, on which rank and host and in which phase. Then
 * ends the whole job. */
_Noreturn void cluster_fail(const struct cluster *cluster, const char *what);

int32_t cluster_rank(const struct cluster *cluster);
int32_t cluster_size(const struct cluster *cluster);
const char *cluster_library_version(char *text, size_t length);

/* ---- collectives ---- */

/* Sets the longest time that a collective may take from now on. After it the ranks take up to two
 * seconds more to find out which of them are missing. */
void cluster_set_deadline(struct cluster *cluster, int64_t deadline_ns);
/* Says what this rank is doing, for the error line of a collective that does not complete. `phase`
 * must be a string constant. */
void cluster_set_phase(struct cluster *cluster, const char *phase);
const char *cluster_phase(const struct cluster *cluster);

/* Sets the end of the line that an aborted job prints, such as what is saved. The cluster keeps the
 * pointer: the text must outlive it. */
void cluster_set_shutdown_message(struct cluster *cluster, const char *shutdown_message);
const char *cluster_shutdown_message(const struct cluster *cluster);

void cluster_barrier(struct cluster *cluster);
/* Copies `data` from rank 0 to all other ranks. */
void cluster_broadcast(struct cluster *cluster, void *data, size_t bytes);
/* Collects `mine` of every rank: on every rank, `all` receives size x `bytes` bytes, in the order
 * of ranks. */
void cluster_allgather(struct cluster *cluster, const void *mine, void *all, size_t bytes);
/* Exchanges `bytes` bytes with each of `peers`: each peer receives `mine`, and `theirs` receives
 * count x `bytes` bytes, in the order of `peers`. Two ranks that exchange must list each other. All
 * ranks call it; a rank without peers has a `count` of 0. */
void cluster_exchange(struct cluster *cluster, const int32_t *peers, int32_t count,
                      const void *mine, void *theirs, size_t bytes);
/* Collects `mine` of every rank on rank 0: there, `all` receives size x `bytes` bytes, in the order
 * of ranks; elsewhere it is NULL. `bytes` is a multiple of 8. */
void cluster_gather(struct cluster *cluster, const void *mine, void *all, size_t bytes);
/* As cluster_gather, but each rank has a length of its own, a multiple of 8. On rank 0, `all`
 * receives `lengths[rank]` bytes of each rank, one after the other. More than 16 GiB in all end the
 * job. */
void cluster_gather_varied(struct cluster *cluster, const void *mine, size_t bytes,
                           const size_t *lengths, void *all);

#define CLUSTER_SUMS 4
#define CLUSTER_MAXIMA 6
struct cluster_totals {
    int64_t sum[CLUSTER_SUMS];   /* added over the ranks */
    int64_t max[CLUSTER_MAXIMA]; /* the largest over the ranks */
};
/* Replaces every rank's `tally` by the sums and maxima over all ranks. */
void cluster_allreduce(struct cluster *cluster, struct cluster_totals *tally);

/* ---- stop: rank 0 wakes the ranks that sleep through a window ---- */

void cluster_signal_stop(struct cluster *cluster);    /* rank 0; once */
bool cluster_stop_signalled(struct cluster *cluster); /* other ranks; cheap */

/* ---- time ---- */

/* Convert times of CLOCK_MONOTONIC, in ns, between rank 0's host (the coordinator) and this host,
 * by the offset last measured. */
int64_t cluster_to_local_ns(const struct cluster *cluster, int64_t coordinator_ns);
int64_t cluster_to_coordinator_ns(const struct cluster *cluster, int64_t local_ns);
/* Compares the clocks of all hosts with rank 0's again, since clocks drift apart. Collective; does
 * nothing on a single host. */
void cluster_compare_clocks(struct cluster *cluster);
/* How far off this host's offset may be: half the shortest round trip of its last measurement; 0 on
 * the coordinator's host. */
int64_t cluster_clock_uncertainty_ns(const struct cluster *cluster);
/* The offset of a host's clock (the host's time - rank 0's time) at the last comparison, and how
 * far off it may be. Every rank has the same values. */
struct cluster_clock {
    int64_t offset_ns, uncertainty_ns;
};
struct cluster_clock cluster_host_clock(const struct cluster *cluster, int32_t host);
/* Sleeps until `local_ns`, or until a signal comes. */
void cluster_sleep_until(int64_t local_ns);

#endif
