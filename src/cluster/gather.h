/* gather.h - who gathers for whom. */
#ifndef CLUSTER_GATHER_H
#define CLUSTER_GATHER_H

#include "zmqsweep/cluster.h"

/* Collective, once the hosts are known. @return 0, or -1 when memory is out. */
int cluster_make_tree(struct cluster *cluster);
void cluster_free_tree(struct cluster *cluster);

#endif
