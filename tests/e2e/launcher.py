"""Which mpirun the tests use, and of what kind it is."""
import functools
import os
import re
import subprocess

OPENMPI4, OPENMPI5, MPICH = "Open MPI 4", "Open MPI 5", "MPICH"
# Where several are installed, TEST_MPIRUN names the one that goes with the programs tested.
MPIRUN = os.environ.get("TEST_MPIRUN") or "mpirun"


@functools.lru_cache
def kind():
    """One of the three above, by what mpirun says of itself."""
    said = subprocess.run([MPIRUN, "--version"], capture_output=True, text=True, check=True).stdout
    if "HYDRA" in said:
        return MPICH
    major = re.search(r"\((?:Open MPI|OpenRTE)\) (\d+)", said)  # mpiexec of Open MPI 4: OpenRTE
    if not major:
        raise RuntimeError(f"{MPIRUN} is of no kind that is known here: {said}")
    return OPENMPI4 if int(major[1]) < 5 else OPENMPI5
