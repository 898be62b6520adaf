"""Runs the real programs under the real mpirun, for the unittest files beside it."""
import atexit
import csv
import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import unittest

import h5py
import pandas

BUILD = os.environ.get("TEST_BUILD", os.path.join(os.path.dirname(__file__), "../../build/release"))
ZMQSWEEP = os.path.join(BUILD, "zmqsweep")
ZMQREPORT = os.path.join(BUILD, "zmqreport")
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
SANITIZED = bool(os.environ.get("TEST_SANITIZE"))
# A guard against a hang, not a measure of anything; instrumented programs are slow.
PATIENCE_S = 300 if SANITIZED else 120

# Flags that say that the machine was busy, not that the program was wrong: a test machine may be
# shared.
BUSY_FLAGS = {"short_overlap", "late_start", "unsteady", "stalled", "shared_core", "few_messages", "queued", "backlog", "disk_busy"}
SHORT = ["--duration", "100ms", "--warmup", "20ms", "--interval", "50ms", "--repetitions", "2"]

# The launcher of the MPI that the programs are built with, as CMake found it; else that of PATH.
MPIRUN = os.environ.get("TEST_MPIRUN") or "mpirun"

# Several mpiruns that begin and end at the same time take the folder of all sessions, in TMPDIR,
# from each other.
SESSIONS = tempfile.mkdtemp(prefix="zs-ompi-")
atexit.register(shutil.rmtree, SESSIONS, ignore_errors=True)


def environment(extra=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("ZMQSWEEP_")}
    env.update({"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"})
    env.update(extra or {})
    return env


# For an mpirun as a user types it: what else mpirun() gives it as options.
AS_TYPED = {"OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_orte_tmpdir_base": SESSIONS,
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe", "PRTE_MCA_prte_tmpdir_base": SESSIONS}


@functools.cache
def launcher():
    """What MPIRUN is: Open MPI 4, Open MPI 5 or MPICH."""
    text = subprocess.run([MPIRUN, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    version = re.search(r"Open MPI\) (\d+)", text)
    if version:
        return "Open MPI 4" if int(version[1]) < 5 else "Open MPI 5"
    if "HYDRA" in text:
        return "MPICH"
    raise RuntimeError(f"{MPIRUN} is neither Open MPI's nor MPICH's: {text}")


def mpirun(ranks, *options, sessions=SESSIONS):
    """Starts so many ranks on this machine, however few its cores are; its own files are in
    `sessions`."""
    own = {"Open MPI 4": ["--oversubscribe", "--bind-to", "none", "--mca", "orte_tmpdir_base", sessions],
           "Open MPI 5": ["--oversubscribe", "--bind-to", "none", "--prtemca", "prte_tmpdir_base", sessions],
           "MPICH": ["-bind-to", "none"]}
    return [MPIRUN, *own[launcher()], *options, "-n", str(ranks)]


def under_rank0(*tool):
    """What goes before a program under mpirun, so that its rank 0 runs under a tool. (Open MPI 5.0.7
    dies of mpirun -n 1 ... : -n 2 ...)"""
    return ["sh", "-c", f'[ "${{OMPI_COMM_WORLD_RANK:-$PMI_RANK}}" != 0 ] || exec {shlex.join(tool)} "$@"; exec "$@"', "sh"]


def run(command, cwd, env=None, timeout=PATIENCE_S, **keywords):
    return subprocess.run(command, cwd=cwd, env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=timeout, **keywords)


def choices(option):
    """The words of an option, in their order, as --help lists them."""
    text = " ".join(subprocess.run([ZMQSWEEP, "--help"], capture_output=True, text=True, check=True).stdout.split())
    return re.search(rf" {option} \w+,\.\.\. .*?Values: ([^.]+)\.", text)[1].split(", ")


def table(path, name):
    with h5py.File(path) as file:
        frame = pandas.DataFrame(file[name][:])
    for column in frame.columns:
        if frame[column].dtype == object:
            frame[column] = frame[column].str.decode("utf-8")
    return frame


def flags(text):
    return set(text.split(",")) - {""}


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="zs-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def sweep(self, ranks, *options, code=0, env=None):
        """A sweep into results.h5; its exit code must be as given (0: 3 is let pass, a busy machine
        may cause it)."""
        result = run([*mpirun(ranks), ZMQSWEEP, "--output", "results.h5", *map(str, options)], self.folder, env)
        allowed = {0, 3} if code == 0 else {code}
        self.assertIn(result.returncode, allowed, result.stderr)
        return result

    def report(self, *options, code=0):
        result = run([ZMQREPORT, *map(str, options)], self.folder)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def csv(self, *options):
        """The rows of `zmqreport csv results.h5`, the header first, their fields as text."""
        return list(csv.reader(self.report("csv", "results.h5", *options).stdout.splitlines()))

    def table(self, name):
        return table(self.path("results.h5"), name)

    def start(self, ranks, *options):
        """The same in the background."""
        process = subprocess.Popen([*mpirun(ranks), ZMQSWEEP, "--output", "results.h5", *map(str, options)],
                                   cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, start_new_session=True)
        self.addCleanup(end, process)
        return process


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(timeout=PATIENCE_S)
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def descendants(pid):
    """Process ids below pid, from /proc."""
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        try:
            tasks = os.listdir(f"/proc/{parent}/task")
            for task in tasks:
                with open(f"/proc/{parent}/task/{task}/children") as file:
                    children = [int(word) for word in file.read().split()]
                found += children
                todo += children
        except OSError:
            pass
    return found


def rank_process(launcher, rank):
    """The process id of a rank below its mpirun, or None."""
    names = {f"OMPI_COMM_WORLD_RANK={rank}".encode(), f"PMI_RANK={rank}".encode()}
    for pid in descendants(launcher.pid):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if names.intersection(file.read().split(b"\0")):
                    with open(f"/proc/{pid}/comm") as name:
                        if name.read().strip() == "zmqsweep":
                            return pid
        except OSError:
            pass
    return None
