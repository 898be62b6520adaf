/* cpus.h - processing units in a topology, which in tests is synthetic. */
#ifndef CLUSTER_CPUS_H
#define CLUSTER_CPUS_H

#include "zmqsweep/cluster.h"

#include <hwloc.h>

/* Finds the processing units of objects `first` to `last` of `kind`, which is not CPUS_NIC. @return
 * 0, or -1 with `error`. */
int cluster_cpus_in_topology(hwloc_topology_t topology, enum cpus_kind kind, int first, int last,
                             hwloc_cpuset_t cpus, struct error *error);
/* The logical number of the NUMA node that the kernel numbers os_index; -1 when there is none. */
int cluster_numa_by_os_index(hwloc_topology_t topology, int os_index);

#endif
