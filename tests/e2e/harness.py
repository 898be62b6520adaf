"""Runs the real programs under the real mpirun, for the unittest files beside it."""
import csv
import os
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import h5py
import pandas

from launch import AS_TYPED, MPIRUN, SESSIONS, launcher, mpirun, under_rank0  # noqa: F401  (for those that import this)

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


def environment(extra=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("ZMQSWEEP_")}
    env.update({"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"})
    env.update(extra or {})
    return env


def said_so_far(process):
    """What a killed process has printed. What it started may live on, and hold the pipes open."""
    try:
        return process.communicate(timeout=5)
    except subprocess.TimeoutExpired as expired:
        return [(text or b"").decode(errors="replace") for text in (expired.stdout, expired.stderr)]


def run(command, cwd, env=None, timeout=PATIENCE_S, **keywords):
    process = subprocess.Popen(command, cwd=cwd, env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, **keywords)
    try:
        out, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        running = subprocess.run(["ps", "-eo", "pid,ppid,stat,etimes,wchan:24,args"], capture_output=True, text=True).stdout
        process.kill()
        out, errors = said_so_far(process)
        raise AssertionError(f"{command} still ran after {timeout} s; it had said:\n{out[-2000:]}{errors[-4000:]}\n"
                             f"what ran:\n{running}") from None
    return subprocess.CompletedProcess(command, process.returncode, out, errors)


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

    def start(self, ranks, *options, preload=()):
        """The same in the background; `preload` goes before the program."""
        process = subprocess.Popen([*mpirun(ranks), *preload, ZMQSWEEP, "--output", "results.h5", *map(str, options)],
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
