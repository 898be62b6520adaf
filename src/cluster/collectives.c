/* collectives.c - barrier, broadcast, allgather, exchange, and the stop of a window; all of them
 * sleep while they wait. */
#include "collectives.h"

#include "state.h"
#include "wait.h"

#include <stdio.h>
#include <stdlib.h>

void cluster_barrier(struct cluster *cluster)
{
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    cluster_wait(cluster, &request, cluster->deadline_ns);
}

/* Sends from rank 0 to each rank directly. In a tree, inner ranks would have to wake up in turn to
 * pass the data on. With 32 ranks a core that is slower: dead time 132 to 158 ms, against 108 to
 * 129 ms this way (64 ranks, 31 pairs). */
void cluster_send_each(struct cluster *cluster, void *data, size_t bytes)
{
    if (cluster->rank > 0) {
        MPI_Request request;
        MPI_Irecv(data, (int)bytes, MPI_BYTE, 0, TAG_SEND, MPI_COMM_WORLD, &request);
        cluster_wait_part(cluster, &request, cluster->deadline_ns);
        return;
    }
    for (int rank = 1; rank < cluster->size; rank++) {
        MPI_Isend(data, (int)bytes, MPI_BYTE, rank, TAG_SEND, MPI_COMM_WORLD,
                  &cluster->sends[rank]);
    }
    for (int rank = 1; rank < cluster->size; rank++) {
        cluster_wait_part(cluster, &cluster->sends[rank], cluster->deadline_ns);
    }
}

void cluster_broadcast(struct cluster *cluster, void *data, size_t bytes)
{
    cluster->collectives++;
    cluster_send_each(cluster, data, bytes);
}

void cluster_allgather(struct cluster *cluster, const void *mine, void *all, size_t bytes)
{
    MPI_Request request;
    MPI_Iallgather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, MPI_COMM_WORLD, &request);
    cluster_wait(cluster, &request, cluster->deadline_ns);
}

void cluster_exchange(struct cluster *cluster, const int32_t *peers, int32_t count,
                      const void *mine, void *theirs, size_t bytes)
{
    MPI_Request *requests = calloc(2 * (size_t)count + 1, sizeof(MPI_Request));
    if (!requests) {
        fputs("zmqsweep: error: no memory to exchange endpoints\n", stderr);
        cluster_abort(EXIT_FAILED);
    }
    for (int32_t i = 0; i < count; i++) {
        MPI_Irecv((char *)theirs + (size_t)i * bytes, (int)bytes, MPI_BYTE, peers[i], TAG_EXCHANGE,
                  MPI_COMM_WORLD, &requests[i]);
        MPI_Isend(mine, (int)bytes, MPI_BYTE, peers[i], TAG_EXCHANGE, MPI_COMM_WORLD,
                  &requests[count + i]);
    }
    cluster->collectives++; /* counts on every rank, even one without peers */
    for (int32_t i = 0; i < 2 * count; i++) {
        cluster_wait_part(cluster, &requests[i], cluster->deadline_ns);
    }
    free(requests);
}

/* ---- stop ---- */

void cluster_signal_stop(struct cluster *cluster)
{
    for (int rank = 1; rank < cluster->size && !cluster->stop_sent; rank++) {
        MPI_Request request;
        MPI_Isend(&cluster->stop_message, 1, MPI_CHAR, rank, TAG_STOP, MPI_COMM_WORLD, &request);
        MPI_Request_free(&request);
    }
    cluster->stop_sent = true;
}

bool cluster_stop_signalled(struct cluster *cluster)
{
    if (!cluster->stop_sent && cluster->stop_request != MPI_REQUEST_NULL) {
        int done;
        MPI_Test(&cluster->stop_request, &done, MPI_STATUS_IGNORE);
        cluster->stop_sent = done;
    }
    return cluster->stop_sent;
}
