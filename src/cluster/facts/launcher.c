/* launcher.c - which launcher started this process, and whether this program's MPI suits it. */
#include "zmqsweep/launcher.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A kind of MPI, by a word in its version string. The first that is found counts: the children of
 * MPICH name their parent as well. */
static const struct mpi_kind {
    const char *sign, *name;
    const char *mpirun; /* the launcher that is right */
    const char *srun;   /* how srun is right */
    bool open_mpi, pmi; /* of Open MPI's family; finds its ranks by PMI, not PMIx */
} kinds[] = {
    {"Open MPI", "Open MPI", "Open MPI's mpirun", "srun --mpi=pmix", true, false},
    {"Spectrum MPI", "Spectrum MPI", "Spectrum MPI's mpirun or jsrun", "srun --mpi=pmix", true,
     false},
    {"Fujitsu MPI", "Fujitsu MPI", "Fujitsu MPI's mpiexec", "srun --mpi=pmix", true, false},
    {"CRAY MPICH", "Cray MPICH", "the system's mpiexec", "the system's srun", false, true},
    {"Intel(R) MPI", "Intel MPI", "Intel MPI's mpirun",
     "srun --mpi=pmi2, I_MPI_PMI_LIBRARY set to Slurm's libpmi2.so", false, true},
    {"MVAPICH2", "MVAPICH2", "MVAPICH2's mpirun", "srun --mpi=pmi2", false, true},
    {"MVAPICH", "MVAPICH", "MVAPICH's mpirun", "srun --mpi=pmi2", false, true},
    {"ParaStation", "ParaStation MPI", "ParaStation's mpiexec", "srun --mpi=pspmi", false, true},
    {"MPICH", "MPICH", "MPICH's mpirun", "srun --mpi=pmi2", false, true},
    {"", "this MPI", "the mpirun of that MPI", "srun --mpi=pmix", false, false},
};

static const struct mpi_kind *find_kind(const char *mpi_version)
{
    const struct mpi_kind *kind = kinds;
    while (!strstr(mpi_version, kind->sign)) {
        kind++;
    }
    return kind;
}

const char *launcher_mpi_name(const char *mpi_version, char *text, size_t length)
{
    const struct mpi_kind *kind = find_kind(mpi_version);
    const char *number =
        strpbrk(strstr(mpi_version, kind->sign) + strlen(kind->sign), "0123456789\n");
    const bool known = *kind->sign && number && *number != '\n';
    snprintf(text, length, "%s%s%.*s", kind->name, known ? " " : "",
             known ? (int)strcspn(number, " ,\t\n") : 0, known ? number : "");
    return text;
}

/* ---- the environment ---- */

static const char *find(char *const *environment, const char *name)
{
    const size_t length = strlen(name);
    for (; *environment; environment++) {
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') {
            return *environment + length + 1;
        }
    }
    return NULL;
}

/* @return a number of 0 or more, or -1 when there is none. */
static int32_t find_number(char *const *environment, const char *name)
{
    const char *text = find(environment, name);
    char *end = NULL;
    long number = text ? strtol(text, &end, 10) : -1;
    return text && end != text && !*end && number >= 0 && number <= INT_MAX ? (int32_t)number : -1;
}

static enum launcher find_launcher(char *const *environment, const struct launch *launch)
{
    if (find(environment, "JSM_NAMESPACE_SIZE") || find(environment, "FLUX_TASK_RANK")) {
        return LAUNCHER_OTHER;
    }
    if (find(environment, "OMPI_COMM_WORLD_SIZE")) {
        return LAUNCHER_OPEN_MPI;
    }
    if (find(environment, "PALS_RANKID")) {
        return LAUNCHER_PALS;
    }
    if (find(environment, "MPI_LOCALNRANKS") || find(environment, "HYDI_CONTROL_FD")) {
        return LAUNCHER_HYDRA;
    }
    if (find(environment, "MV2_COMM_WORLD_SIZE")) {
        return LAUNCHER_OTHER;
    }
    /* Only srun sets the step's variables, not sbatch. Ranks that cannot find each other are a job
     * if there are several; in the shell of `srun --pty` a program is started directly. */
    if (find_number(environment, "SLURM_STEP_NUM_TASKS") > 0 &&
        (launch->pmix || launch->pmi ||
         (find_number(environment, "SLURM_STEP_NUM_TASKS") > 1 &&
          !find(environment, "SLURM_PTY_PORT")))) {
        return LAUNCHER_SRUN;
    }
    return launch->pmix || launch->pmi ? LAUNCHER_OTHER : LAUNCHER_NONE;
}

/* Size and rank by one launcher's variables. */
static const struct claim {
    const char *size, *rank;
    bool srun; /* counts under srun only: under mpirun these are of mpirun's own daemons */
} claims[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", false},
    {"JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK", false},
    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK", false},
    {"PMI_SIZE", "PMI_RANK", false},
    {"SLURM_STEP_NUM_TASKS", "SLURM_PROCID", true},
};

/* Where an outer job left its variables it cannot be told whose they are. Then the smallest size
 * counts, and each process prints that is any launcher's rank 0: one too many rather than none. */
void launcher_read(char *const *environment, struct launch *launch)
{
    bool ranked = false;
    memset(launch, 0, sizeof *launch);
    launch->pmix = find(environment, "PMIX_RANK") || find(environment, "PMIX_NAMESPACE");
    launch->pmi = find(environment, "PMI_RANK") || find(environment, "PMI_SIZE") ||
                  find(environment, "PMI_FD") || find(environment, "PMI_CONTROL_PORT");
    launch->launcher = find_launcher(environment, launch);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        const int32_t size = find_number(environment, claims[i].size);
        const int32_t rank = find_number(environment, claims[i].rank);
        if (size > 0 && (!claims[i].srun || launch->launcher == LAUNCHER_SRUN)) {
            launch->size = launch->size && launch->size < size ? launch->size : size;
            ranked = ranked || rank >= 0;
            launch->prints = launch->prints || rank == 0;
        }
    }
    if (!ranked) {
        launch->prints = find_number(environment, "PMIX_RANK") <= 0;
    }
}

/* ---- does it go together? ---- */

static bool suits(const struct launch *launch, const struct mpi_kind *kind)
{
    switch (launch->launcher) {
    case LAUNCHER_OPEN_MPI:
        return kind->open_mpi;
    case LAUNCHER_HYDRA:
        return kind->pmi;
    case LAUNCHER_SRUN:
        return kind->open_mpi ? launch->pmix : launch->pmi;
    default:
        return false;
    }
}

static const char *offer(const struct launch *launch)
{
    if (launch->launcher != LAUNCHER_SRUN) {
        return "";
    }
    return launch->pmix  ? " with PMIx"
           : launch->pmi ? " with PMI, not PMIx"
                         : " without PMIx or PMI";
}

static int refuse(const struct launch *launch, const char *mpi_version, struct error *error)
{
    static const char *const names[] = {
        [LAUNCHER_NONE] = "no launcher",
        [LAUNCHER_OPEN_MPI] = "Open MPI's mpirun",
        [LAUNCHER_HYDRA] = "the mpirun of MPICH and its kind (hydra)",
        [LAUNCHER_SRUN] = "srun",
        [LAUNCHER_PALS] = "PALS's mpiexec",
        [LAUNCHER_OTHER] = "the launcher",
    };
    const struct mpi_kind *kind = find_kind(mpi_version);
    const bool same = suits(launch, kind);
    char mpi[64];
    launcher_mpi_name(mpi_version, mpi, sizeof mpi);
    return error_set(
        error,
        "%s started %d processes%s, but zmqsweep was built with %s, and each is alone: %s%s%s%s",
        names[launch->launcher], launch->size, offer(launch), mpi,
        same ? "is one of another installation or version? start it with " : "start it with ",
        launch->launcher == LAUNCHER_SRUN && !same ? kind->srun : "",
        launch->launcher == LAUNCHER_SRUN && !same ? ", or with " : "", kind->mpirun);
}

int launcher_check(const struct launch *launch, const char *mpi_version, bool slurm_pmi,
                   int32_t ranks, struct error *error)
{
    const bool open_mpi = find_kind(mpi_version)->open_mpi;
    const bool cannot_start =
        open_mpi && !launch->pmix && !slurm_pmi &&
        (launch->launcher == LAUNCHER_SRUN || launch->launcher == LAUNCHER_HYDRA);
    const bool alone = ranks == 1 || (ranks == 0 && cannot_start);
    return alone && launch->size > 1 ? refuse(launch, mpi_version, error) : 0;
}

/* ---- options ---- */

const char *launcher_unbind_hint(enum launcher launcher)
{
    switch (launcher) {
    case LAUNCHER_OPEN_MPI:
        return "start mpirun with --bind-to none, or bind to more cores with --map-by slot:PE=2";
    case LAUNCHER_HYDRA:
        return "start mpirun with -bind-to none (Intel MPI: -genv I_MPI_PIN off), or bind to more "
               "cores with -bind-to core:2";
    case LAUNCHER_SRUN:
        return "start srun with --cpu-bind=none, or with more cores for a rank: --cpus-per-task=2";
    case LAUNCHER_PALS:
        return "start mpiexec with --cpu-bind none, or with --cpu-bind depth --depth 2";
    default:
        return "let the launcher bind no rank to one core";
    }
}
