/* cpus.h - processing units in a topology, for tests on synthetic ones, too. */
#ifndef CLUSTER_CPUS_H
#define CLUSTER_CPUS_H

#include "zmqsweep/cluster.h"

#include <hwloc.h>

/* The processing units of objects first to last (not CPUS_NIC). @return 0, or -1 with `error`. */
int cluster_cpus_in_topology(hwloc_topology_t topology, enum cpus_kind kind, int first, int last,
                             hwloc_cpuset_t cpus, struct error *error);
/* The logical number of the NUMA node that the kernel numbers os_index; -1 when there is none. */
int cluster_numa_by_os_index(hwloc_topology_t topology, int os_index);

#endif
