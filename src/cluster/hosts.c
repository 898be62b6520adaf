/* hosts.c - which ranks share a host, what the hosts are, where this rank may run. */
#include "hosts.h"

#include "facts/processor.h"
#include "gather.h"
#include "state.h"

#include <errno.h>
#include <hwloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void copy_text(char *to, size_t length, const char *from)
{
    snprintf(to, length, "%.*s", (int)length - 1, from ? from : "");
}

static const char *cpu_model(hwloc_topology_t topology)
{
    hwloc_obj_t package = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PACKAGE, 0);
    const char *model = package ? hwloc_obj_get_info_by_name(package, "CPUModel") : NULL;
    return model ? model : hwloc_obj_get_info_by_name(hwloc_get_root_obj(topology), "CPUModel");
}

static int load_topology(hwloc_topology_t *topology)
{
    if (hwloc_topology_init(topology)) {
        return -1;
    }
    if (hwloc_topology_load(*topology)) {
        hwloc_topology_destroy(*topology);
        return -1;
    }
    return 0;
}

/* arm64's kernel tells numbers in place of a name, and hwloc passes on what the kernel tells. */
static void read_processor_name(char *text, size_t length)
{
    char cpuinfo[65536]; /* enough for the first cores of each kind */
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file) {
        cpuinfo[fread(cpuinfo, 1, sizeof cpuinfo - 1, file)] = '\0';
        processor_name(cpuinfo, text, length);
        fclose(file);
    }
}

void cluster_describe_host(struct cluster_host *host)
{
    struct utsname names;
    hwloc_topology_t topology;
    memset(host, 0, sizeof *host);
    if (uname(&names) == 0) {
        copy_text(host->name, sizeof host->name, names.nodename);
        snprintf(host->kernel, sizeof host->kernel, "%.20s %.70s", names.sysname, names.release);
    }
    host->cores = sysconf(_SC_NPROCESSORS_ONLN);
    host->memory_bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    host->numa_nodes = 1;
    host->page_bytes = sysconf(_SC_PAGESIZE);
    if (load_topology(&topology) == 0) {
        int cores = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
        int nodes = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE);
        host->cores = cores > 0 ? cores : host->cores;
        host->numa_nodes = nodes > 0 ? nodes : 1;
        copy_text(host->cpu_model, sizeof host->cpu_model, cpu_model(topology));
        hwloc_topology_destroy(topology);
    }
    if (!*host->cpu_model) {
        read_processor_name(host->cpu_model, sizeof host->cpu_model);
    }
}

static void describe_binding(struct cluster_member *member)
{
    hwloc_topology_t topology;
    hwloc_cpuset_t cpus = hwloc_bitmap_alloc();
    member->pid = (int32_t)getpid();
    member->cores = 0;
    if (!cpus) {
        return;
    }
    if (load_topology(&topology) == 0) {
        if (hwloc_get_cpubind(topology, cpus, HWLOC_CPUBIND_PROCESS) == 0) {
            hwloc_bitmap_and(cpus, cpus, hwloc_topology_get_topology_cpuset(topology));
            member->cores = hwloc_get_nbobjs_inside_cpuset_by_type(topology, cpus, HWLOC_OBJ_CORE);
            if (member->cores == 0) { /* it may run on a part of one core */
                member->cores = hwloc_bitmap_weight(cpus) > 0;
            }
            hwloc_bitmap_list_snprintf(member->cpus, sizeof member->cpus, cpus);
        }
        hwloc_topology_destroy(topology);
    }
    hwloc_bitmap_free(cpus);
}

/* Numbers the hosts by their first rank; leaders[rank] is the first rank on the same host. */
static void number_hosts(struct cluster *cluster, const int *leaders)
{
    cluster->host_count = 0;
    for (int rank = 0; rank < cluster->size; rank++) {
        if (leaders[rank] == rank) {
            cluster->leaders[cluster->host_count] = rank;
        }
        cluster->hosts[rank] =
            leaders[rank] == rank ? cluster->host_count++ : cluster->hosts[leaders[rank]];
    }
}

/* Finds the first rank on this host. MPI's split by shared memory tells hosts apart even if they
 * have the same name. */
static int find_leader(struct cluster *cluster)
{
    int leader = cluster->rank;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, cluster->rank, MPI_INFO_NULL,
                        &cluster->host_comm);
    MPI_Bcast(&leader, 1, MPI_INT, 0, cluster->host_comm);
    return leader;
}

static int collect_hosts(struct cluster *cluster, const int *leaders, struct error *error)
{
    struct cluster_host mine, *all = calloc((size_t)cluster->size, sizeof *all);
    cluster->host_list = calloc((size_t)cluster->host_count, sizeof *cluster->host_list);
    if (!all || !cluster->host_list) {
        free(all);
        return error_set(error, "no memory for %d hosts", cluster->host_count);
    }
    cluster_describe_host(&mine);
    cluster_allgather(cluster, &mine, all, sizeof mine);
    for (int rank = 0; rank < cluster->size; rank++) {
        if (leaders[rank] == rank) {
            cluster->host_list[cluster->hosts[rank]] = all[rank];
        }
    }
    free(all);
    return 0;
}

int cluster_find_hosts(struct cluster *cluster, struct error *error)
{
    int *leaders = calloc((size_t)cluster->size, sizeof *leaders);
    cluster->hosts = calloc((size_t)cluster->size, sizeof *cluster->hosts);
    cluster->leaders = calloc((size_t)cluster->size, sizeof *cluster->leaders);
    cluster->clocks = calloc((size_t)cluster->size, sizeof *cluster->clocks);
    cluster->members = calloc((size_t)cluster->size, sizeof *cluster->members);
    if (!leaders || !cluster->hosts || !cluster->leaders || !cluster->clocks || !cluster->members) {
        free(leaders);
        return error_set(error, "no memory for %d ranks", cluster->size);
    }
    int leader = find_leader(cluster);
    cluster_allgather(cluster, &leader, leaders, sizeof leader);
    number_hosts(cluster, leaders);
    int rc = collect_hosts(cluster, leaders, error);
    free(leaders);
    if (!rc && cluster_make_tree(cluster)) {
        rc = error_set(error, "no memory for %d ranks", cluster->size);
    }
    cluster->self.host = cluster->hosts[cluster->rank];
    describe_binding(&cluster->self);
    return rc;
}

int32_t cluster_host_count(const struct cluster *cluster)
{
    return cluster->host_count;
}

const struct cluster_host *cluster_host(const struct cluster *cluster, int32_t host)
{
    return &cluster->host_list[host];
}

const int32_t *cluster_hosts(const struct cluster *cluster)
{
    return cluster->hosts;
}

void cluster_allgather_members(struct cluster *cluster)
{
    cluster_allgather(cluster, &cluster->self, cluster->members, sizeof cluster->self);
}

const struct cluster_member *cluster_member(const struct cluster *cluster, int32_t rank)
{
    return &cluster->members[rank];
}
