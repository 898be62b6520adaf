/* cluster_internal.h - what the files of src/cluster/ share. */
#ifndef CLUSTER_INTERNAL_H
#define CLUSTER_INTERNAL_H

#include "zmqsweep/cluster.h"

#include <hwloc.h>
#include <mpi.h>

/* Messages from rank to rank; those of MPI's collectives are apart from them. */
enum { TAG_STOP = 7, TAG_WAITING, TAG_EXCHANGE, TAG_SEND, TAG_CLOCK };

/* What a rank that has waited too long tells rank 0. */
struct waiting_note {
    int64_t collectives; /* that it has been in, this one included */
    char phase[48];
};

struct cluster {
    int rank, size;
    int64_t deadline_ns;
    const char *phase;
    const char *shutdown_message;
    int64_t collectives;            /* so far */
    struct waiting_note *notes;     /* rank 0: the last of each rank */
    MPI_Request *telling;           /* rank 0: to each other rank */
    struct cluster_totals *tallies; /* rank 0: of each rank */
    MPI_Request stop_request;
    char stop_message;
    bool stop_told;
    int32_t host_count;
    struct cluster_host *host_list;
    int32_t *hosts;
    int32_t *leaders;             /* the first rank of each host */
    struct cluster_clock *clocks; /* of each host; its ranks share one */
    struct cluster_member *members;
    struct cluster_member self;
    MPI_Comm host_comm;        /* of the ranks of this host; its rank 0 leads */
    MPI_Comm leaders_comm;     /* of the leaders, in the order of hosts; MPI_COMM_NULL on other ranks */
    bool tree;                 /* gathers go over the leaders */
    int *host_sizes;           /* rank 0: ranks of each host */
    int *host_order;           /* rank 0: all ranks, host by host */
    hwloc_topology_t topology; /* loaded when first asked for */
};

int64_t cluster_clock_ns(void);
/* Tests `request` until it is done, asleep in between. After `deadline_ns` the job is ended, and the line
 * names the ranks that are missing. */
void cluster_wait(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* The same for a part of a collective, which counts once. */
void cluster_wait_part(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns);
/* From rank 0 to each rank by itself; a part of a collective. */
void cluster_send_each(struct cluster *cluster, void *data, size_t bytes);
/* Collective, once the hosts are known: who gathers for whom. @return 0, or -1 when memory is out. */
int cluster_make_tree(struct cluster *cluster);
void cluster_free_tree(struct cluster *cluster);
/* Collective: which ranks share a host, and what the hosts are. */
int cluster_find_hosts(struct cluster *cluster, struct error *error);
/* Where this process may run. */
void cluster_describe_binding(struct cluster_member *member);

/* cpus.c, for tests on synthetic topologies: the processing units of objects first to last (not CPUS_NIC). */
int cluster_cpus_in_topology(hwloc_topology_t topology, enum cpus_kind kind, int first, int last,
                             hwloc_cpuset_t cpus, struct error *error);
/* The logical number of the NUMA node that the kernel numbers os_index; -1 when there is none. */
int cluster_numa_by_os_index(hwloc_topology_t topology, int os_index);

#endif
