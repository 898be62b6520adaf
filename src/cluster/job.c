/* job.c - start and end of the MPI job, and its basic facts. */
#include "gather.h"
#include "hosts.h"
#include "state.h"
#include "wait.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
/* Open MPI loads, tries and unloads components while it starts. A leak report later could not name
 * where they leaked. */
#define IGNORE_LEAKS_BEGIN() __lsan_disable()
#define IGNORE_LEAKS_END() __lsan_enable()
#else
#define IGNORE_LEAKS_BEGIN() ((void)0)
#define IGNORE_LEAKS_END() ((void)0)
#endif

#define START_DEADLINE_NS 120000000000

/* Can this library find its ranks by Slurm's own PMI? Open MPI up to 4 has components for it, where
 * it was built so: beside the library, or inside it. Looks into a folder. */
static bool has_slurm_pmi(void)
{
    static const char *const components[] = {"s1", "s2", "cray"};
    Dl_info library;
    char path[PATH_MAX], pattern[PATH_MAX + 64];
    glob_t found;
    if (dlsym(RTLD_DEFAULT, "PMI_Init") || dlsym(RTLD_DEFAULT, "PMI2_Init")) {
        return true;
    }
    if (!dladdr(dlsym(RTLD_DEFAULT, "MPI_Init_thread"), &library) ||
        !realpath(library.dli_fname, path)) {
        return false;
    }
    int count = 0;
    for (size_t i = 0; i < sizeof components / sizeof *components; i++) {
        snprintf(pattern, sizeof pattern, "%.*s/openmpi*/mca_pmix_%s.so",
                 (int)(strrchr(path, '/') - path), path, components[i]);
        if (glob(pattern, 0, NULL, &found) == 0) {
            count += (int)found.gl_pathc;
            globfree(&found);
        }
    }
    return count > 0;
}

int cluster_check_launch(const struct launch *launch, const struct cluster *cluster,
                         struct error *error)
{
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    const bool slurm_pmi = !cluster && !launch->pmix && has_slurm_pmi();
    return launcher_check(launch, cluster_library_version(version, sizeof version), slurm_pmi,
                          cluster ? cluster->size : 0, error);
}

static int allocate_notes(struct cluster *cluster)
{
    size_t ranks = (size_t)cluster->size, others = cluster->rank == 0 ? ranks : 1;
    cluster->notes = calloc(ranks, sizeof *cluster->notes);
    cluster->sends = calloc(others, sizeof(MPI_Request));
    cluster->tallies = calloc(others, sizeof *cluster->tallies);
    return cluster->notes && cluster->sends && cluster->tallies ? 0 : -1;
}

int cluster_start(int *argc, char ***argv, struct cluster **cluster, struct error *error)
{
    int provided;
    struct cluster *made = calloc(1, sizeof *made);
    if (!made) {
        return error_set(error, "no memory");
    }
    IGNORE_LEAKS_BEGIN();
    int failed = MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    IGNORE_LEAKS_END();
    if (failed) {
        free(made);
        return error_set(error, "MPI_Init_thread failed");
    }
    if (provided < MPI_THREAD_FUNNELED) {
        free(made);
        return error_set(error, "this MPI cannot run beside other threads (MPI_THREAD_FUNNELED)");
    }
    prctl(PR_SET_TIMERSLACK, 1000UL); /* sleeps end on time: the default adds 50 us */
    MPI_Comm_rank(MPI_COMM_WORLD, &made->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &made->size);
    made->deadline_ns = START_DEADLINE_NS;
    made->phase = "start";
    made->stop_request = MPI_REQUEST_NULL;
    made->shutdown_message = "";
    if (allocate_notes(made)) {
        return error_set(error, "no memory");
    }
    if (cluster_find_hosts(made, error)) {
        return -1;
    }
    cluster_compare_clocks(made);
    if (made->rank > 0) {
        MPI_Irecv(&made->stop_message, 1, MPI_CHAR, 0, TAG_STOP, MPI_COMM_WORLD,
                  &made->stop_request);
    }
    *cluster = made;
    return 0;
}

void cluster_finish(struct cluster **cluster, int code)
{
    struct cluster *ending = *cluster;
    cluster_exit_after((unsigned)(ending->deadline_ns / 1000000000) + 1, code);
    if (ending->stop_request != MPI_REQUEST_NULL) {
        MPI_Cancel(&ending->stop_request);
        MPI_Request_free(&ending->stop_request);
    }
    MPI_Finalize();
    alarm(0);
    if (ending->topology) {
        hwloc_topology_destroy(ending->topology);
    }
    cluster_free_tree(ending);
    free(ending->host_list);
    free(ending->leaders);
    free(ending->clocks);
    free(ending->hosts);
    free(ending->members);
    free(ending->notes);
    free(ending->sends);
    free(ending->tallies);
    free(ending);
    *cluster = NULL;
}

int32_t cluster_rank(const struct cluster *cluster)
{
    return cluster->rank;
}

int32_t cluster_size(const struct cluster *cluster)
{
    return cluster->size;
}

const char *cluster_library_version(char *text, size_t length)
{
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int used;
    MPI_Get_library_version(version, &used);
    version[strcspn(version, ",\n")] = '\0';
    snprintf(text, length, "%s", version);
    return text;
}

void cluster_set_deadline(struct cluster *cluster, int64_t deadline_ns)
{
    cluster->deadline_ns = deadline_ns;
}

void cluster_set_phase(struct cluster *cluster, const char *phase)
{
    cluster->phase = phase;
}

const char *cluster_phase(const struct cluster *cluster)
{
    return cluster->phase;
}

void cluster_set_shutdown_message(struct cluster *cluster, const char *shutdown_message)
{
    cluster->shutdown_message = shutdown_message;
}

const char *cluster_shutdown_message(const struct cluster *cluster)
{
    return cluster->shutdown_message;
}
