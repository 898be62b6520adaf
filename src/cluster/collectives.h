/* collectives.h - parts of collectives. */
#ifndef CLUSTER_COLLECTIVES_H
#define CLUSTER_COLLECTIVES_H

#include "zmqsweep/cluster.h"

/* Sends from rank 0 to each rank directly. A part of a collective: does not count as one. */
void cluster_send_each(struct cluster *cluster, void *data, size_t bytes);

#endif
