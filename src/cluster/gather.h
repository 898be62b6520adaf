/* gather.h - which rank gathers for which others. */
#ifndef CLUSTER_GATHER_H
#define CLUSTER_GATHER_H

#include "zmqsweep/cluster.h"

/* Makes the tree of gathers. Collective; call it once the hosts are known. @return 0, or -1 when
 * memory is out. */
int cluster_make_tree(struct cluster *cluster);
void cluster_free_tree(struct cluster *cluster);

#endif
