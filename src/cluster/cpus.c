/* cpus.c - which processing units of this host "numa:0", "core:0-3" or "nic" stand for. */
#include "cpus.h"

#include "state.h"

#include <errno.h>
#include <hwloc.h>
#include <hwloc/glibc-sched.h>
#include <stdio.h>
#include <string.h>

static const hwloc_obj_type_t types[] = {[CPUS_NUMA] = HWLOC_OBJ_NUMANODE,
                                         [CPUS_CORE] = HWLOC_OBJ_CORE,
                                         [CPUS_PU] = HWLOC_OBJ_PU,
                                         [CPUS_PACKAGE] = HWLOC_OBJ_PACKAGE};
static const char *const type_words[] = {"numa", "core", "pu", "package"};

int cluster_cpus_in_topology(hwloc_topology_t topology, enum cpus_kind kind, int first, int last,
                             hwloc_cpuset_t cpus, struct error *error)
{
    hwloc_bitmap_zero(cpus);
    for (int i = first; i <= last; i++) {
        hwloc_obj_t object = hwloc_get_obj_by_type(topology, types[kind], (unsigned)i);
        if (!object) {
            return error_set(error, "there is no %s:%d; this host has %d, numbered from 0",
                             type_words[kind], i, hwloc_get_nbobjs_by_type(topology, types[kind]));
        }
        hwloc_bitmap_or(cpus, cpus, object->cpuset);
    }
    return 0;
}

int cluster_numa_by_os_index(hwloc_topology_t topology, int os_index)
{
    hwloc_obj_t node = hwloc_get_numanode_obj_by_os_index(topology, (unsigned)os_index);
    return node ? (int)node->logical_index : -1;
}

/* The kernel's number of the NUMA node next to an interface; -1 when it does not say (loopback,
 * virtual devices). */
static int interface_node(const char *interface)
{
    char path[96];
    int node = -1;
    snprintf(path, sizeof path, "/sys/class/net/%.32s/device/numa_node", interface);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%d", &node) != 1) {
            node = -1;
        }
        fclose(file);
    }
    return node;
}

static int resolve(hwloc_topology_t topology, const struct config_cpus *wanted,
                   const char *interface, hwloc_cpuset_t cpus, struct error *error)
{
    if (wanted->kind != CPUS_NIC) {
        return cluster_cpus_in_topology(topology, wanted->kind, wanted->first, wanted->last, cpus,
                                        error);
    }
    int node = cluster_numa_by_os_index(topology, interface_node(interface));
    if (node < 0) {
        return error_set(
            error,
            "nic: the system does not say which NUMA node %s is next to; say numa:0 or another",
            interface);
    }
    return cluster_cpus_in_topology(topology, CPUS_NUMA, node, node, cpus, error);
}

int cluster_resolve_cpus(struct cluster *cluster, int64_t value, cpu_set_t *cpus,
                         struct error *error)
{
    struct config_cpus wanted = config_cpus(value);
    if (!cluster->topology &&
        (hwloc_topology_init(&cluster->topology) || hwloc_topology_load(cluster->topology))) {
        return error_set(error, "hwloc_topology_load: %s", strerror(errno));
    }
    hwloc_cpuset_t found = hwloc_bitmap_alloc();
    int rc = found ? resolve(cluster->topology, &wanted, cluster->self.interface, found, error)
                   : error_set(error, "no memory for a set of CPUs");
    if (rc == 0 &&
        hwloc_cpuset_to_glibc_sched_affinity(cluster->topology, found, cpus, sizeof *cpus)) {
        rc = error_set(error, "more processing units than a cpu_set_t holds");
    }
    hwloc_bitmap_free(found);
    return rc;
}

int cluster_check_cpus(struct cluster *cluster, const int64_t *values, size_t count,
                       struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        cpu_set_t cpus;
        struct error why = {""};
        if (values[i] != OPTION_KEYWORD && cluster_resolve_cpus(cluster, values[i], &cpus, &why)) {
            return error_set(error, "rank %d on %s: %.400s", cluster->rank,
                             cluster->host_list[cluster->self.host].name, why.text);
        }
    }
    return 0;
}
