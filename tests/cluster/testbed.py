"""Sweeps over the hosts that hosts.sh makes, for the unittest file beside it."""
import contextlib
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../e2e"))
import harness  # noqa: E402
import kept  # noqa: E402
import launch  # noqa: E402

HOSTS = os.path.join(HERE, "hosts.sh")
DATA, CONTROL = "10.77.0", "10.78.0"


def enter():
    """Runs this program again on a head of its own; exit code 77 where namespaces are forbidden."""
    if "HOSTS_FOLDER" not in os.environ:
        os.execv(HOSTS, [HOSTS, "head", sys.executable, "-B", *sys.argv])
    with contextlib.suppress(PermissionError):
        os.nice(-10)  # rates are measured on a machine that may be shared


def hosts(*words):
    """A verb of hosts.sh."""
    subprocess.run([HOSTS, *map(str, words)], check=True, timeout=harness.PATIENCE_S)


def address(host, network=DATA):
    return f"{network}.{10 + int(host.lstrip('h'))}"


def carried(network, host):
    """Bytes that a host has sent to the network "data" or "control", and got from it, as its switch
    counts them."""
    folder = f"/sys/class/net/{network}-{host}/statistics"
    counts = []
    for name in ("rx_bytes", "tx_bytes"):
        with open(os.path.join(folder, name)) as file:
            counts.append(int(file.read()))
    return counts


def processes(host):
    """Of zmqsweep and the launcher on a host: {pid: name}."""
    lines = subprocess.run([HOSTS, "processes", host], capture_output=True, text=True, check=True).stdout
    return {int(line.split()[0]): line.split()[1] for line in lines.splitlines() if len(line.split()) == 2}


def zmqsweep_on(host):
    """The process id of the only rank there."""
    return next(pid for pid, name in processes(host).items() if name == "zmqsweep")


def idle_share(before=None):
    """(idle, total) CPU time of the machine so far; or, given an earlier such pair, the share that
    was idle since."""
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    now = ticks[3] + ticks[4], sum(ticks)
    return now if before is None else (now[0] - before[0]) / max(1, now[1] - before[1])


def facts(text):
    """The "name=value" words of a row of /environment."""
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def on_hosts(places):
    """The mpirun, up to the program, that starts rank i on host places[i]."""
    if launch.launcher() == launch.MPICH:
        # A host that comes again is one more entry: ranks are given out in the list's order.
        return [launch.MPIRUN, "-hosts", ",".join(f"{host}:1" for host in places), "-n", str(len(places))]
    return [launch.MPIRUN, "--host", ",".join(places), "--map-by", "seq"]


def code_of(returncode, said):
    """zmqsweep's exit code, where the launcher hides it when all is over. Open MPI 5.0.7's mpirun
    may crash after it has told of the code. MPICH's kills what ends on one host later than on
    another, when the code is not 0."""
    if launch.launcher() == launch.OPEN_MPI_5 and returncode == -signal.SIGSEGV:
        told = re.search(r"prterun detected .*?Exit code: +(\d+)", said, re.S)
        return int(told[1]) if told else returncode
    if launch.launcher() == launch.MPICH and returncode == signal.SIGKILL and re.search(r"points? without a valid repetition", said):
        return 3
    return returncode


class Case(harness.Case):
    """A test with a folder of its own, and all links as new at its end."""
    links_changed = False

    def link(self, *words):
        """A verb of hosts.sh that changes a data link."""
        if not self.links_changed:
            self.links_changed = True
            self.addCleanup(hosts, "mend")
        hosts(*words)

    def shape(self, rate, *names):
        for name in names:
            self.link("rate", name, rate)

    def command(self, places, options):
        return [*on_hosts(places), harness.ZMQSWEEP, "--output", "results.h5", *map(str, options)]

    def sweep(self, places, *options, code=0):
        """As harness.Case.sweep, with the host of every rank."""
        result = harness.run(self.command(places, options), self.folder)
        self.assertIn(code_of(result.returncode, result.stderr), {0, 3} if code == 0 else {code}, result.stderr)
        return result

    def start(self, places, *options):
        """The same in the background."""
        process = subprocess.Popen(self.command(places, options), cwd=self.folder, env=harness.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(harness.end, process)
        return process

    def read_until(self, process, pattern):
        """The lines that a sweep prints, up to the one that is looked for."""
        lines = []
        for line in process.stderr:
            lines.append(line)
            if re.search(pattern, line):
                return "".join(lines)
        self.fail(f"no line like {pattern}:\n{''.join(lines)}")

    def finished(self):
        """How many repetitions are in the journal."""
        return len(kept.journaled(self.path("results.h5.journal")))

    def await_finished(self, process, count):
        until = time.monotonic() + harness.PATIENCE_S
        while (found := self.finished()) < count:
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), until, f"{found} of {count} repetitions")
            time.sleep(0.01)
        return found

    def finish(self, process):
        """What it prints from here on; it may have points without a valid repetition."""
        _, rest = process.communicate(timeout=harness.PATIENCE_S)
        self.assertIn(code_of(process.returncode, rest), {0, 3}, rest)
        return rest

    def await_traffic(self, host, n_bytes):
        """Returns once a host got so many more bytes over the data network."""
        first, deadline = carried("data", host)[1], time.monotonic() + harness.PATIENCE_S
        while carried("data", host)[1] - first < n_bytes:
            self.assertLess(time.monotonic(), deadline, f"no traffic to {host}")
            time.sleep(0.01)

    def environment_rows(self):
        frame = self.table("environment")
        return dict(zip(frame.name, frame.value))

    def rank_facts(self):
        """By rank, what /environment says of it: host, address, clock_offset_ns and so on."""
        rows = self.environment_rows()
        ranks = sorted(int(name[5:]) for name in rows if re.fullmatch(r"rank\.\d+", name))
        return [facts(rows[f"rank.{rank}"]) for rank in ranks]

    def named_ranks(self):
        """/ranks with the name of each rank's host."""
        frame, names = self.table("ranks"), self.table("hosts").set_index("host_id").name
        frame["host"] = frame.host_id.map(names)
        return frame
