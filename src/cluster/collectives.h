/* collectives.h - parts of collectives. */
#ifndef CLUSTER_COLLECTIVES_H
#define CLUSTER_COLLECTIVES_H

#include "zmqsweep/cluster.h"

/* From rank 0 to each rank by itself; a part of a collective. */
void cluster_send_each(struct cluster *cluster, void *data, size_t bytes);

#endif
