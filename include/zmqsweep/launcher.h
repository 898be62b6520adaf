/* launcher.h - what started this process, told from the environment: mpirun of one MPI or another,
 * srun; whether the MPI of this program can work under it, and what its options are called. Pure:
 * the environment is given. */
#ifndef ZMQSWEEP_LAUNCHER_H
#define ZMQSWEEP_LAUNCHER_H

#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum launcher {
    LAUNCHER_NONE,     /* started directly */
    LAUNCHER_OPEN_MPI, /* mpirun of Open MPI, any version (also PRRTE's) */
    LAUNCHER_HYDRA,    /* mpirun of MPICH, Intel MPI or MVAPICH */
    LAUNCHER_SRUN,
    LAUNCHER_PALS, /* mpiexec on Cray systems */
    LAUNCHER_OTHER /* something with PMIx or PMI: flux, jsrun, mpirun_rsh */
};

struct launch {
    enum launcher launcher;
    int32_t size;   /* ranks that it started; where several launchers left a size, the smallest; 0:
                       not known */
    bool prints;    /* this process prints what holds for all: it is the launcher's rank 0 */
    bool pmix, pmi; /* which of the two the processes can find each other by */
};

/* Reads `environment`, a list as environ. */
void launcher_read(char *const *environment, struct launch *launch);

/* Checks that the ranks which the launcher started find each other.
 *
 * `mpi_version` is what MPI_Get_library_version says. `slurm_pmi`: this Open MPI can use Slurm's
 * own PMI. `ranks` is the size of MPI_COMM_WORLD, or 0 when MPI has not started.
 *
 * A program under the launcher of another MPI comes up as so many jobs of one rank. So this refuses
 * only one rank where every size that a launcher left in the environment is larger. Variables of a
 * batch script or of an outer job do no harm: the launcher's own size is among them, and right.
 * Before MPI has started, it refuses only Open MPI without PMIx under srun or hydra: there MPI_Init
 * would abort the process, or print lines of its own.
 *
 * @return 0, or -1 with a line that names launcher, MPI, and what would be right. */
int launcher_check(const struct launch *launch, const char *mpi_version, bool slurm_pmi,
                   int32_t ranks, struct error *error);

/* The MPI's name and version in short, such as "Open MPI 4.1.4". */
const char *launcher_mpi_name(const char *mpi_version, char *text, size_t length);

/* How to start the ranks without confining each to one core: what the launcher's options for it are
 * called. */
const char *launcher_unbind_hint(enum launcher launcher);

#endif
