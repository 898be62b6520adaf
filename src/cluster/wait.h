/* wait.h - waiting asleep. */
#ifndef CLUSTER_WAIT_H
#define CLUSTER_WAIT_H

#include "zmqsweep/cluster.h"

#include <mpi.h>

/* CLOCK_MONOTONIC of this host. */
int64_t cluster_clock_ns(void);
/* Tests `request` until it is done, asleep in between. After `deadline_ns` the job is ended, and
 * the line names the ranks that are missing. */
void cluster_wait(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* The same for a part of a collective, which counts once. */
void cluster_wait_part(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* Ends this process with `code` after so many seconds, whatever it waits in; alarm(0) calls it off.
 */
void cluster_exit_after(unsigned seconds, int code);

#endif
