"""What the benchmarks share: how to start zmqsweep, order statistics, and words about the
machine."""
import json
import math
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import time

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
from launch import MPIRUN, RANK, launcher, mpirun  # noqa: E402,F401  (RANK for cost.py)

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS, WARMUP_S = 1.0, 0.5  # of every window that is compared


def note(text):
    """Progress goes to stderr: stdout is the page."""
    print(text, file=sys.stderr, flush=True)


def run_sweep(build, output, options, ranks=3, wrapper=(), level="error", variables=None):
    """Runs zmqsweep into `output` with the coordinator on rank 0. An invalid repetition (exit 3) is
    the caller's business."""
    command = [*mpirun(ranks), *wrapper, os.path.join(build, "zmqsweep"),
               "--force", "--output", output, "--log-level", level, *options]
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(variables or {})})
    if result.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr}")
    return output


FIRST_CORES = ["--sender-cpus", "core:0", "--receiver-cpus", "core:1"]  # zmqsweep's options for first_cores()


def first_cores():
    """The CPUs of hwloc's core:0 and core:1, a list each; None where there is but one core, or not
    all CPUs may be used."""
    if len(os.sched_getaffinity(0)) < os.cpu_count():
        return None
    cores = []
    for cpu in range(os.cpu_count()):
        with open(f"/sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list") as file:
            cpus = [n for part in file.read().split(",") for n in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)]
        if cpus not in cores:
            cores.append(cpus)
    return cores[:2] if len(cores) > 1 else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_listener(port, server):
    """iperf3 says nothing when it listens: look into the kernel's table, so that the one connection
    is the client's."""
    wanted = f"0100007F:{port:04X} 00000000:0000 0A"
    while server.poll() is None:
        with open("/proc/net/tcp") as file:
            if wanted in file.read():
                return
        time.sleep(0.01)
    sys.exit("iperf3 -s: " + server.communicate()[0])


def run_iperf3(size, cores=None):
    """What the receiver got in the same window: its intervals of 0.1 s after the warm-up. `cores`:
    lists of CPUs for client and server, of which it takes one each."""
    port = free_port()
    server = subprocess.Popen(["iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", str(port), "-i", "0.1", "--json"],
                              stdout=subprocess.PIPE, text=True)
    wait_for_listener(port, server)
    places = ["-A", f"{cores[0][0]},{cores[1][0]}"] if cores else []
    subprocess.run(["iperf3", "-c", "127.0.0.1", "-p", str(port), "-l", str(size), "-t",
                    str(math.ceil(WARMUP_S + SECONDS)), *places], check=True, stdout=subprocess.DEVNULL)
    rows = [row["sum"] for row in json.loads(server.communicate()[0])["intervals"]]
    window = [row for row in rows if WARMUP_S - 0.01 < row["start"] < WARMUP_S + SECONDS - 0.01]
    if len(window) < SECONDS / 0.1 - 1:
        sys.exit(f"iperf3 gave {len(rows)} intervals")
    return sum(row["bytes"] for row in window) * 8e-6 / sum(row["seconds"] for row in window)


def read_table(path, name):
    with h5py.File(path) as file:
        return file[name][:]


def interval(values):
    """Order statistics that cover the median with 95 % or more, and their exact coverage; of under
    6 values all that there is."""
    values, n = sorted(values), len(values)
    below, place, covered = 0, 0, 1 - 2 * 0.5 ** n
    for k in range((n - 1) // 2 + 1):
        below += math.comb(n, k) * 0.5 ** n
        if k and 1 - 2 * below < 0.95:
            break
        place, covered = k, 1 - 2 * below
    return values[place], values[n - 1 - place], covered


def spread(values):
    """Half the distance of the quartiles, in percent of the median."""
    if len(values) < 4:
        return math.nan
    low, middle, high = statistics.quantiles(values, n=4)
    return 50 * (high - low) / middle


def table(header, rows):
    """A Markdown table that is readable as it stands; the first column to the left, the others to
    the right."""
    cells = [header, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = []
    for row in cells:
        texts = [cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(texts) + " |")
    lines.insert(1, "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|")
    print("\n".join(lines) + "\n", flush=True)


def size_text(size):
    return f"{size} B" if size < 1024 else f"{size >> 10} KiB" if size < 1 << 20 else f"{size >> 20} MiB"


def output_of(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()
    except FileNotFoundError:
        return ""


def first_match(pattern, text, fallback="?"):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else fallback


def machine(build):
    """One paragraph: on what, with what and when."""
    with open("/proc/cpuinfo") as file:
        model = first_match(r"^model name\s*:\s*(.*)$", file.read())
    with open("/proc/meminfo") as file:
        memory = int(first_match(r"^MemTotal:\s*(\d+)", file.read(), "0")) / 2 ** 20
    version = output_of(os.path.join(build, "zmqsweep"), "--version")
    words = [f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB", f"Linux {platform.release()}",
             "libzmq " + first_match(r"libzmq ([\d.]+)", version),
             launcher().rstrip(" 45") + " " + first_match(r"(?:Open MPI\)|OpenRTE\)|Version:)\s*v?([\d.]+)", output_of(MPIRUN, "--version")),
             time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), f"load average {os.getloadavg()[0]:.1f} at the start"]
    return "; ".join(words)
