/* hosts.h - the hosts of the job, and its ranks on them: addresses, cores, and the processing units
 * that a rank may run on. */
#ifndef ZMQSWEEP_HOSTS_H
#define ZMQSWEEP_HOSTS_H

#include "zmqsweep/config.h"
#include "zmqsweep/error.h"

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

struct cluster;

struct cluster_host {
    char name[64];
    char cpu_model[96];
    char kernel[96];
    int64_t cores, numa_nodes, memory_bytes, page_bytes;
};

struct cluster_member {
    int32_t host;  /* index of its host, numbered by first rank */
    int32_t cores; /* physical cores that it may run on */
    int32_t pid;
    char address[64];   /* numeric; where peers reach it */
    char interface[32]; /* the interface with `address` */
    double link_mbit_s; /* of that address's interface; NaN when not known */
    char cpus[64];      /* processing units that it may run on, as a list */
    int64_t clock_offset_ns, clock_uncertainty_ns;
};

int32_t cluster_host_count(const struct cluster *cluster);
const struct cluster_host *cluster_host(const struct cluster *cluster, int32_t host);
/* hosts[rank] for plan_host_queue_bytes. */
const int32_t *cluster_hosts(const struct cluster *cluster);

/* Finds this rank's address: `interface` is a name, an address or a network in CIDR form ("eth1",
 * "10.1.0.5", "10.1.0.0/16"), the same on all ranks. "": loopback on a single host; else the
 * address whose network reaches the most other hosts directly, or the one that the kernel routes to
 * them from. Collective. @return 0 or -1. */
int cluster_find_address(struct cluster *cluster, const char *interface, struct error *error);
/* Gives every rank the cluster_member of all ranks. Call it after cluster_find_address.
 * Collective. */
void cluster_allgather_members(struct cluster *cluster);
const struct cluster_member *cluster_member(const struct cluster *cluster, int32_t rank);

/* Finds the processing units on this host that a value of --sender-cpus, --receiver-cpus or
 * --io-cpus stands for. "nic" stands for those next to the interface of this rank's address.
 * @return 0, or -1 when there is no such object, with `error` that says which there are. */
int cluster_resolve_cpus(struct cluster *cluster, int64_t value, cpu_set_t *cpus,
                         struct error *error);
/* Checks that cluster_resolve_cpus finds all `values` on this host. @return 0, or -1 with rank and
 * host in `error`. */
int cluster_check_cpus(struct cluster *cluster, const int64_t *values, size_t count,
                       struct error *error);

/* Describes this machine without MPI, for a plan made before the job starts. */
void cluster_describe_host(struct cluster_host *host);

#endif
