/* warn.h - what would lead to a wrong conclusion. */
#ifndef WARN_H
#define WARN_H

#include "zmqsweep/cluster.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_connections.h"

/* What would mislead, as rows of `run`: ranks on one core, more busy threads than cores. */
void warn_placement(const struct cluster *cluster, const struct plan *plan, struct run_record *run);
/* Prints those, and which ranks are idle in every point. */
void warn_print(const struct cluster *cluster, const struct plan *plan,
                const struct run_record *run);
/* A buffer that the kernel did not grant. Once per kind. */
void warn_buffers(const struct point *point, const struct traffic_connections *connections);
/* A repetition whose count fits into the queues: which --count to take instead. Once a point. */
void warn_queued(const struct point *point, const struct repetition_record *row, unsigned flags);

#endif
