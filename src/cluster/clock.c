/* clock.c - monotonic clocks of different hosts have different zeroes: their offsets, by ping-pong. */
#include "cluster_internal.h"

#define ROUNDS 25

/* Cristian's method (Distributed Computing 3 (1989) 146): of many round trips the shortest has the least room
 * for error; the peer read its clock in the middle of it, give or take half of it. */
static void measure_peer(int rank, int64_t result[2])
{
    int64_t shortest = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t theirs, before = cluster_clock_ns();
        MPI_Sendrecv(&before, 1, MPI_INT64_T, rank, TAG_CLOCK, &theirs, 1, MPI_INT64_T, rank, TAG_CLOCK,
                     MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        int64_t after = cluster_clock_ns();
        if (after - before < shortest) {
            shortest = after - before;
            result[0] = theirs - (before + shortest / 2);
            result[1] = (shortest + 1) / 2;
        }
    }
    MPI_Send(result, 2, MPI_INT64_T, rank, TAG_CLOCK, MPI_COMM_WORLD);
}

/* The first message is waited for asleep, since other ranks have their turn before; then answers must be
 * prompt. */
static void answer_peer(struct cluster *cluster, int64_t result[2])
{
    int64_t ignored, mine;
    for (int i = 0; i < ROUNDS; i++) {
        MPI_Request request;
        MPI_Irecv(&ignored, 1, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD, &request);
        if (i == 0) {
            cluster_wait(cluster, &request, cluster->deadline_ns);
        }
        MPI_Wait(&request, MPI_STATUS_IGNORE);
        mine = cluster_clock_ns();
        MPI_Send(&mine, 1, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD);
    }
    MPI_Recv(result, 2, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

void cluster_compare_clocks(struct cluster *cluster)
{
    int64_t result[2] = {0, 0};
    if (cluster->host_count == 1) {
        return; /* one host, one clock */
    }
    cluster->phase = "comparing clocks";
    if (cluster->rank == 0) {
        for (int rank = 1; rank < cluster->size; rank++) {
            if (cluster->hosts[rank] != cluster->hosts[0]) {
                measure_peer(rank, result);
            }
        }
        result[0] = result[1] = 0;
    } else if (cluster->hosts[cluster->rank] != cluster->hosts[0]) {
        answer_peer(cluster, result);
    }
    cluster->self.clock_offset_ns = result[0];
    cluster->self.clock_uncertainty_ns = result[1];
}

int64_t cluster_to_local_ns(const struct cluster *cluster, int64_t coordinator_ns)
{
    return coordinator_ns + cluster->self.clock_offset_ns;
}

int64_t cluster_to_coordinator_ns(const struct cluster *cluster, int64_t local_ns)
{
    return local_ns - cluster->self.clock_offset_ns;
}

struct cluster_clock cluster_host_clock(const struct cluster *cluster, int32_t host)
{
    struct cluster_clock best = {0, INT64_MAX};
    for (int32_t rank = 0; rank < cluster->size; rank++) {
        const struct cluster_member *member = cluster_member(cluster, rank);
        if (member->host == host && member->clock_uncertainty_ns < best.uncertainty_ns) {
            best = (struct cluster_clock){member->clock_offset_ns, member->clock_uncertainty_ns};
        }
    }
    return best;
}

int64_t cluster_clock_uncertainty_ns(const struct cluster *cluster)
{
    return cluster->self.clock_uncertainty_ns;
}
