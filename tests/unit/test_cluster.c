/* test_cluster.c - what "numa:0" and its like are, on machines that this one is not. */
#include "cpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Two packages of two NUMA nodes, each of four cores of two processing units: 32 of them. */
#define MACHINE "package:2 numa:2 core:4 pu:2"

static int load_machine(void **state)
{
    hwloc_topology_t topology;
    assert_int_equal(hwloc_topology_init(&topology), 0);
    assert_int_equal(hwloc_topology_set_synthetic(topology, MACHINE), 0);
    assert_int_equal(hwloc_topology_load(topology), 0);
    *state = topology;
    return 0;
}

static int drop_machine(void **state)
{
    hwloc_topology_destroy(*state);
    return 0;
}

static void expect(void **state, enum cpus_kind kind, int first, int last, const char *list)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    struct error error = {""};
    char text[128];
    assert_int_equal(cluster_cpus_in_topology(*state, kind, first, last, cpus, &error), 0);
    hwloc_bitmap_list_snprintf(text, sizeof text, cpus);
    assert_string_equal(text, list);
    hwloc_bitmap_free(cpus);
}

static void objects_have_their_cpus(void **state)
{
    expect(state, CPUS_NUMA, 0, 0, "0-7");
    expect(state, CPUS_NUMA, 3, 3, "24-31");
    expect(state, CPUS_NUMA, 1, 2, "8-23");
    expect(state, CPUS_CORE, 0, 3, "0-7");
    expect(state, CPUS_CORE, 5, 5, "10-11");
    expect(state, CPUS_PU, 9, 9, "9");
    expect(state, CPUS_PACKAGE, 1, 1, "16-31");
}

static void a_missing_object_is_named_with_what_there_is(void **state)
{
    hwloc_bitmap_t cpus = hwloc_bitmap_alloc();
    struct error error = {""};
    assert_int_equal(cluster_cpus_in_topology(*state, CPUS_NUMA, 2, 4, cpus, &error), -1);
    assert_non_null(strstr(error.text, "numa:4"));
    assert_non_null(strstr(error.text, "has 4"));
    hwloc_bitmap_free(cpus);
}

static void a_node_is_found_by_the_kernels_number(void **state)
{
    assert_int_equal(cluster_numa_by_os_index(*state, 2), 2);
    assert_int_equal(cluster_numa_by_os_index(*state, 9), -1);
    assert_int_equal(cluster_numa_by_os_index(*state, -1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(objects_have_their_cpus, load_machine, drop_machine),
        cmocka_unit_test_setup_teardown(a_missing_object_is_named_with_what_there_is, load_machine,
                                        drop_machine),
        cmocka_unit_test_setup_teardown(a_node_is_found_by_the_kernels_number, load_machine,
                                        drop_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
