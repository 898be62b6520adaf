"""Which mpirun the tests use, and of what kind it is."""
import functools
import os
import re
import signal
import subprocess

OPENMPI4, OPENMPI5, MPICH = "Open MPI 4", "Open MPI 5", "MPICH"
# Where several are installed, TEST_MPIRUN names the one that goes with the programs tested.
MPIRUN = os.environ.get("TEST_MPIRUN", "mpirun")


@functools.lru_cache
def kind():
    """One of the three above, by what mpirun says of itself."""
    said = subprocess.run([MPIRUN, "--version"], capture_output=True, text=True, check=True).stdout
    if "HYDRA" in said:
        return MPICH
    major = re.search(r"\(Open MPI\) (\d+)", said)
    if not major:
        raise RuntimeError(f"{MPIRUN} is of no kind that is known here: {said}")
    return OPENMPI4 if int(major[1]) < 5 else OPENMPI5


def on_hosts(places):
    """The mpirun, up to the program, that starts rank i on host places[i]."""
    if kind() == MPICH:
        # A host that comes again is one more entry: ranks are given out in the list's order.
        return [MPIRUN, "-hosts", ",".join(f"{host}:1" for host in places), "-n", str(len(places))]
    return [MPIRUN, "--host", ",".join(places), "--map-by", "seq"]


def code_of(returncode, said):
    """zmqsweep's exit code, where the launcher hides it when all is over. Open MPI 5.0.7's mpirun
    may crash after it has told of the code. MPICH's kills what ends on one host later than on
    another, when the code is not 0."""
    if kind() == OPENMPI5 and returncode == -signal.SIGSEGV:
        told = re.search(r"prterun detected .*?Exit code: +(\d+)", said, re.S)
        return int(told[1]) if told else returncode
    if kind() == MPICH and returncode == signal.SIGKILL and re.search(r"points? without a valid repetition", said):
        return 3
    return returncode
