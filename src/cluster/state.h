/* state.h - what this rank knows of the job. */
#ifndef CLUSTER_STATE_H
#define CLUSTER_STATE_H

#include "zmqsweep/cluster.h"

#include <hwloc.h>
#include <mpi.h>

/* Tags of messages from rank to rank. MPI keeps the messages of its collectives apart. */
enum { TAG_STOP = 7, TAG_WAITING, TAG_EXCHANGE, TAG_SEND, TAG_CLOCK };

/* What a rank that has waited too long sends to rank 0. */
struct waiting_note {
    int64_t collectives; /* that the rank has begun, including the current one */
    char phase[48];
};

struct cluster {
    int rank, size;
    int64_t deadline_ns;
    const char *phase;
    const char *shutdown_message;
    int64_t collectives;            /* that this rank has begun */
    struct waiting_note *notes;     /* rank 0: the last note of each rank */
    MPI_Request *sends;             /* rank 0: one for each other rank */
    struct cluster_totals *tallies; /* room to add up tallies */
    MPI_Request stop_request;
    char stop_message;
    bool stop_sent;
    int32_t host_count;
    struct cluster_host *host_list;
    int32_t *hosts;
    int32_t *leaders;             /* the first rank of each host */
    struct cluster_clock *clocks; /* of each host; its ranks share one */
    struct cluster_member *members;
    struct cluster_member self;
    MPI_Comm host_comm;    /* of the ranks of this host; its rank 0 leads */
    MPI_Comm leaders_comm; /* of the leaders, in the order of hosts; MPI_COMM_NULL on other ranks */
    bool tree;             /* gathers go over the leaders */
    int *host_sizes;       /* rank 0: ranks of each host */
    int *host_order;       /* rank 0: all ranks, host by host */
    hwloc_topology_t topology; /* loaded when first asked for */
};

#endif
