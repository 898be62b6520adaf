/* clock.c - monotonic clocks of different hosts have different zeroes: their offsets, by ping-pong.
 */
#include "collectives.h"
#include "state.h"
#include "wait.h"

#define ROUNDS 25

/* Cristian's method (Distributed Computing 3 (1989) 146): of many round trips, the shortest leaves
 * the least room for error. The peer is taken to have read its clock in the middle of it, with an
 * error of at most half its length. */
static struct cluster_clock measure_peer(int rank)
{
    struct cluster_clock clock = {0, 0};
    int64_t shortest = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t theirs, before = cluster_clock_ns();
        MPI_Sendrecv(&before, 1, MPI_INT64_T, rank, TAG_CLOCK, &theirs, 1, MPI_INT64_T, rank,
                     TAG_CLOCK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        int64_t after = cluster_clock_ns();
        if (after - before < shortest) {
            shortest = after - before;
            clock = (struct cluster_clock){theirs - (before + shortest / 2), (shortest + 1) / 2};
        }
    }
    return clock;
}

static void wake_peer(int rank)
{
    int64_t nothing = 0;
    MPI_Send(&nothing, 1, MPI_INT64_T, rank, TAG_CLOCK, MPI_COMM_WORLD);
}

/* Measures one host after the other, by its first rank. The next host wakes up meanwhile. */
static void measure_peers(struct cluster *cluster)
{
    wake_peer(cluster->leaders[1]);
    for (int32_t host = 1; host < cluster->host_count; host++) {
        if (host + 1 < cluster->host_count) {
            wake_peer(cluster->leaders[host + 1]);
        }
        cluster->clocks[host] = measure_peer(cluster->leaders[host]);
    }
}

/* Waits asleep for the first message, since other hosts come before. After it, answers must be
 * prompt. */
static void answer(struct cluster *cluster)
{
    int64_t ignored, mine;
    MPI_Request request;
    MPI_Irecv(&ignored, 1, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD, &request);
    cluster_wait(cluster, &request, cluster->deadline_ns);
    for (int i = 0; i < ROUNDS; i++) {
        MPI_Recv(&ignored, 1, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        mine = cluster_clock_ns();
        MPI_Send(&mine, 1, MPI_INT64_T, 0, TAG_CLOCK, MPI_COMM_WORLD);
    }
}

void cluster_compare_clocks(struct cluster *cluster)
{
    int32_t host = cluster->hosts[cluster->rank];
    if (cluster->host_count == 1) {
        return; /* one host, one clock */
    }
    cluster->phase = "comparing clocks";
    if (cluster->rank == 0) {
        measure_peers(cluster);
    } else if (host > 0 && cluster->leaders[host] == cluster->rank) {
        answer(cluster);
    }
    cluster_broadcast(cluster, cluster->clocks,
                      (size_t)cluster->host_count * sizeof *cluster->clocks);
    cluster->self.clock_offset_ns = cluster->clocks[host].offset_ns;
    cluster->self.clock_uncertainty_ns = cluster->clocks[host].uncertainty_ns;
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
    return cluster->clocks[host];
}

int64_t cluster_clock_uncertainty_ns(const struct cluster *cluster)
{
    return cluster->self.clock_uncertainty_ns;
}
