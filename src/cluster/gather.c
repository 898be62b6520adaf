/* gather.c - rank 0 gathers from all ranks, through the first rank of each host (its leader). So a
 * leader receives from the ranks of its host, rank 0 also from the other leaders, and each host
 * sends over the network once.
 *
 * On a single host, and where every rank has a host of its own, that gains nothing: there rank 0
 * gathers directly.
 */
#include "gather.h"

#include "collectives.h"
#include "state.h"
#include "wait.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The unit of lengths in a gather: MPI counts in ints. */
#define GATHER_UNIT sizeof(int64_t)

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);
    if (!memory) {
        fputs("zmqsweep: error: no memory to gather the ranks' results\n", stderr);
        cluster_abort(EXIT_FAILED);
    }
    return memory;
}

static int checked_int(size_t units)
{
    if (units > INT_MAX) {
        fprintf(
            stderr,
            "zmqsweep: error: %zu bytes of the ranks' results are more than MPI gathers at once\n",
            units * GATHER_UNIT);
        cluster_abort(EXIT_FAILED);
    }
    return (int)units;
}

/* ---- who gathers for whom ---- */

/* Rank 0: lists all ranks host by host, those of a host in ascending order. */
static void order_by_host(struct cluster *cluster)
{
    int *next = allocate((size_t)cluster->host_count * sizeof *next);
    int place = 0;
    for (int rank = 0; rank < cluster->size; rank++) {
        cluster->host_sizes[cluster->hosts[rank]]++;
    }
    for (int host = 0; host < cluster->host_count; host++) {
        next[host] = place;
        place += cluster->host_sizes[host];
    }
    for (int rank = 0; rank < cluster->size; rank++) {
        cluster->host_order[next[cluster->hosts[rank]]++] = rank;
    }
    free(next);
}

static bool leads(const struct cluster *cluster)
{
    return cluster->leaders_comm != MPI_COMM_NULL;
}

/* Allocates room on a leader, which adds up its host's tallies. */
static int allocate_tallies(struct cluster *cluster)
{
    int ranks;
    MPI_Comm_size(cluster->host_comm, &ranks);
    free(cluster->tallies);
    cluster->tallies = calloc((size_t)ranks, sizeof *cluster->tallies);
    return cluster->tallies ? 0 : -1;
}

int cluster_make_tree(struct cluster *cluster)
{
    int host_rank;
    cluster->leaders_comm = MPI_COMM_NULL;
    cluster->tree = cluster->host_count > 1 && cluster->size > cluster->host_count;
    if (!cluster->tree) {
        return 0;
    }
    MPI_Comm_rank(cluster->host_comm, &host_rank);
    MPI_Comm_split(MPI_COMM_WORLD, host_rank == 0 ? 0 : MPI_UNDEFINED, cluster->rank,
                   &cluster->leaders_comm);
    if (cluster->rank > 0) {
        return leads(cluster) ? allocate_tallies(cluster) : 0;
    }
    cluster->host_sizes = calloc((size_t)cluster->host_count, sizeof *cluster->host_sizes);
    cluster->host_order = calloc((size_t)cluster->size, sizeof *cluster->host_order);
    if (!cluster->host_sizes || !cluster->host_order) {
        return -1;
    }
    order_by_host(cluster);
    return 0;
}

void cluster_free_tree(struct cluster *cluster)
{
    free(cluster->host_sizes);
    free(cluster->host_order);
}

/* ---- parts: counts in units of GATHER_UNIT ---- */

/* Gathers on rank 0 of `comm`. There, `counts` has the units of each rank; elsewhere it is NULL. */
static void gather_level(struct cluster *cluster, MPI_Comm comm, const void *mine, size_t units,
                         const int *counts, int ranks, void *all)
{
    MPI_Request request;
    int *places = counts ? allocate((size_t)ranks * sizeof *places) : NULL;
    size_t place = 0;
    for (int i = 0; counts && i < ranks; i++) {
        places[i] = checked_int(place);
        place += (size_t)counts[i];
    }
    MPI_Igatherv(mine, checked_int(units), MPI_INT64_T, all, counts, places, MPI_INT64_T, 0, comm,
                 &request);
    cluster_wait_part(cluster, &request, cluster->deadline_ns);
    free(places);
}

/* Gathers the parts of a host's ranks on its leader, one after the other. @return the parts (the
 * caller frees them), with their total length in *units; NULL on other ranks. */
static int64_t *gather_host(struct cluster *cluster, const void *mine, size_t mine_units,
                            size_t *units)
{
    MPI_Request request;
    int ranks, count = checked_int(mine_units), *counts = NULL;
    int64_t *parts = NULL;
    MPI_Comm_size(cluster->host_comm, &ranks);
    *units = 0;
    if (leads(cluster)) {
        counts = allocate((size_t)ranks * sizeof *counts);
    }
    MPI_Igather(&count, 1, MPI_INT, counts, 1, MPI_INT, 0, cluster->host_comm, &request);
    cluster_wait_part(cluster, &request, cluster->deadline_ns);
    for (int i = 0; counts && i < ranks; i++) {
        *units += (size_t)counts[i];
    }
    if (counts) {
        parts = allocate(*units * GATHER_UNIT);
    }
    gather_level(cluster, cluster->host_comm, mine, mine_units, counts, ranks, parts);
    free(counts);
    return parts;
}

/* Rank 0: copies parts that are in the order of hosts into the order of ranks. */
static void put_in_order(const struct cluster *cluster, const int64_t *parts, const size_t *lengths,
                         char *all)
{
    size_t *places = allocate((size_t)cluster->size * sizeof *places), place = 0;
    for (int rank = 0; rank < cluster->size; rank++) {
        places[rank] = place;
        place += lengths[rank];
    }
    const char *from = (const char *)parts;
    for (int i = 0; i < cluster->size; i++) {
        int rank = cluster->host_order[i];
        memcpy(all + places[rank], from, lengths[rank]);
        from += lengths[rank];
    }
    free(places);
}

/* Rank 0: adds up the units of each host. */
static int *host_units(const struct cluster *cluster, const size_t *lengths, size_t *total)
{
    int *counts = allocate((size_t)cluster->host_count * sizeof *counts), next = 0;
    *total = 0;
    for (int host = 0; host < cluster->host_count; host++) {
        size_t units = 0;
        for (int i = 0; i < cluster->host_sizes[host]; i++) {
            units += lengths[cluster->host_order[next++]] / GATHER_UNIT;
        }
        counts[host] = checked_int(units);
        *total += units;
    }
    return counts;
}

static void gather_by_tree(struct cluster *cluster, const void *mine, size_t bytes,
                           const size_t *lengths, void *all)
{
    size_t units, total = 0;
    int64_t *host_parts = gather_host(cluster, mine, bytes / GATHER_UNIT, &units), *parts = NULL;
    if (leads(cluster)) {
        int *counts = lengths ? host_units(cluster, lengths, &total) : NULL;
        if (counts) {
            parts = allocate(total * GATHER_UNIT);
        }
        gather_level(cluster, cluster->leaders_comm, host_parts, units, counts, cluster->host_count,
                     parts);
        free(counts);
        if (lengths && parts) {
            put_in_order(cluster, parts, lengths, all);
        }
    }
    free(parts);
    free(host_parts);
}

static void gather_flat(struct cluster *cluster, const void *mine, size_t bytes,
                        const size_t *lengths, void *all)
{
    int *counts = NULL;
    if (lengths) {
        counts = allocate((size_t)cluster->size * sizeof *counts);
        for (int rank = 0; rank < cluster->size; rank++) {
            counts[rank] = checked_int(lengths[rank] / GATHER_UNIT);
        }
    }
    gather_level(cluster, MPI_COMM_WORLD, mine, bytes / GATHER_UNIT, counts, cluster->size, all);
    free(counts);
}

void cluster_gather_varied(struct cluster *cluster, const void *mine, size_t bytes,
                           const size_t *lengths, void *all)
{
    cluster->collectives++;
    if (cluster->tree) {
        gather_by_tree(cluster, mine, bytes, lengths, all);
    } else {
        gather_flat(cluster, mine, bytes, lengths, all);
    }
}

void cluster_gather(struct cluster *cluster, const void *mine, void *all, size_t bytes)
{
    size_t *lengths = NULL;
    if (cluster->rank == 0) {
        lengths = allocate((size_t)cluster->size * sizeof *lengths);
        for (int rank = 0; rank < cluster->size; rank++) {
            lengths[rank] = bytes;
        }
    }
    cluster_gather_varied(cluster, mine, bytes, lengths, all);
    free(lengths);
}

/* ---- tallies: added up on the way ---- */

static void add_tally(struct cluster_totals *to, const struct cluster_totals *from)
{
    for (int i = 0; i < CLUSTER_SUMS; i++) {
        to->sum[i] += from->sum[i];
    }
    for (int i = 0; i < CLUSTER_MAXIMA; i++) {
        to->max[i] = from->max[i] > to->max[i] ? from->max[i] : to->max[i];
    }
}

/* Adds up the tallies of all ranks of `comm` on its rank 0. */
static void add_level(struct cluster *cluster, MPI_Comm comm, struct cluster_totals *tally)
{
    MPI_Request request;
    int rank, ranks;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    MPI_Igather(tally, (int)sizeof *tally, MPI_BYTE, cluster->tallies, (int)sizeof *tally, MPI_BYTE,
                0, comm, &request);
    cluster_wait_part(cluster, &request, cluster->deadline_ns);
    for (int i = 1; rank == 0 && i < ranks; i++) {
        add_tally(tally, &cluster->tallies[i]);
    }
}

void cluster_allreduce(struct cluster *cluster, struct cluster_totals *tally)
{
    cluster->collectives++;
    if (!cluster->tree) {
        add_level(cluster, MPI_COMM_WORLD, tally);
    } else {
        add_level(cluster, cluster->host_comm, tally);
        if (leads(cluster)) {
            add_level(cluster, cluster->leaders_comm, tally);
        }
    }
    cluster_send_each(cluster, tally, sizeof *tally); /* the second half of the same collective */
}
