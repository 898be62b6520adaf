"""The mpirun of this machine: which MPI's it is, and what it is given. For the end-to-end tests and
the benchmarks; needs nothing but Python."""
import atexit
import functools
import os
import re
import shlex
import shutil
import subprocess
import tempfile

OPEN_MPI_4, OPEN_MPI_5, MPICH = "Open MPI 4", "Open MPI 5", "MPICH"
# The launcher of the MPI that the programs are built with, as CMake found it; else that of PATH.
MPIRUN = os.environ.get("TEST_MPIRUN") or "mpirun"

# Several mpiruns that begin and end at the same time take the folder of all sessions, in TMPDIR,
# from each other.
SESSIONS = tempfile.mkdtemp(prefix="zs-ompi-")
atexit.register(shutil.rmtree, SESSIONS, ignore_errors=True)

# For an mpirun as a user types it: what else mpirun() gives it as options.
AS_TYPED = {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_orte_tmpdir_base": SESSIONS,
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe", "PRTE_MCA_prte_tmpdir_base": SESSIONS}


@functools.cache
def launcher():
    """What MPIRUN is: one of the three above."""
    text = subprocess.run([MPIRUN, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    version = re.search(r"\((?:Open MPI|OpenRTE)\) (\d+)", text)  # mpiexec of Open MPI 4: OpenRTE
    if version:
        return OPEN_MPI_4 if int(version[1]) < 5 else OPEN_MPI_5
    if "HYDRA" in text:
        return MPICH
    raise RuntimeError(f"{MPIRUN} is neither Open MPI's nor MPICH's: {text}")


def mpirun(ranks, *options, sessions=SESSIONS):
    """Starts so many ranks on this machine, however few its cores are; its own files are in
    `sessions`."""
    own = {OPEN_MPI_4: ["--oversubscribe", "--bind-to", "none", "--mca", "orte_tmpdir_base", sessions],
           OPEN_MPI_5: ["--oversubscribe", "--bind-to", "none", "--prtemca", "prte_tmpdir_base", sessions],
           MPICH: ["-bind-to", "none"]}
    return [MPIRUN, *own[launcher()], *options, "-n", str(ranks)]


RANK = "${OMPI_COMM_WORLD_RANK:-$PMI_RANK}"  # of the shell that mpirun starts


def under_rank0(*tool):
    """What goes before a program under mpirun, so that its rank 0 runs under a tool. (Open MPI 5.0.7
    dies of mpirun -n 1 ... : -n 2 ...)"""
    return ["sh", "-c", f'[ "{RANK}" != 0 ] || exec {shlex.join(tool)} "$@"; exec "$@"', "sh"]
