/* warn.h - what would lead to a wrong conclusion. */
#ifndef WARN_H
#define WARN_H

#include "zmqsweep/cluster.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_connections.h"

/* Adds what would mislead as rows of `run`: ranks that share a core, more busy threads than
 * cores. */
void warn_placement(const struct cluster *cluster, const struct plan *plan, struct run_record *run);
/* Prints the rows of warn_placement, and which ranks are idle in every point. */
void warn_print(const struct cluster *cluster, const struct plan *plan,
                const struct run_record *run);
/* Warns of a buffer that the kernel did not grant, once for each kind. */
void warn_buffers(const struct point *point, const struct traffic_connections *connections);
/* Warns of a repetition whose count fits into the queues, and says which --count to use instead.
 * Once for each point. */
void warn_queued(const struct point *point, const struct repetition_record *row, unsigned flags);

#endif
