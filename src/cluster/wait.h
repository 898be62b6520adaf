/* wait.h - waiting asleep. */
#ifndef CLUSTER_WAIT_H
#define CLUSTER_WAIT_H

#include "zmqsweep/cluster.h"

#include <mpi.h>

/* CLOCK_MONOTONIC of this host. */
int64_t cluster_clock_ns(void);
/* Waits until `request` is done, and sleeps between tests. Counts as a collective. When
 * `deadline_ns` has passed, ends the job with a line that names the missing ranks. */
void cluster_wait(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* As cluster_wait, but for a part of a collective: the caller counts the collective. */
void cluster_wait_part(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* Ends this process with `code` after `seconds`, whatever it waits in. alarm(0) cancels that. */
void cluster_exit_after(unsigned seconds, int code);

#endif
