/* hosts.h - which ranks share a host, and what the hosts are. */
#ifndef CLUSTER_HOSTS_H
#define CLUSTER_HOSTS_H

#include "zmqsweep/cluster.h"

/* Collective: finds the hosts of all ranks. @return 0, or -1 with `error`. */
int cluster_find_hosts(struct cluster *cluster, struct error *error);

#endif
