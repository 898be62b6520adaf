"""Alternates the baseline's points with iperf3; ratios of neighbours cancel what the machine does to both."""
import json
import os
import socket
import subprocess
import sys
import tempfile

import h5py
import numpy

BUILD, RUNS = sys.argv[1], int(sys.argv[2])
SIZES = sys.argv[3:] or ["64K", "1M"]
SECONDS = 1
MPIRUN = ["mpirun", "-n", "3", "--bind-to", "none", "--oversubscribe"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def iperf(size):
    """What the receiver got, in Mbit/s."""
    port = free_port()
    server = subprocess.Popen(["iperf3", "--server", "--one-off", "--forceflush", "--bind", "127.0.0.1", "--port", port],
                              stdout=subprocess.PIPE, text=True)
    while "listening" not in server.stdout.readline():
        if server.poll() is not None:
            sys.exit(f"iperf3 cannot listen on port {port}")
    client = subprocess.run(["iperf3", "--client", "127.0.0.1", "--port", port, "--length", size, "--time", str(SECONDS),
                             "--json"], stdout=subprocess.PIPE, text=True, check=True)
    server.communicate()
    return json.loads(client.stdout)["end"]["sum_received"]["bits_per_second"] / 1e6


def baseline(size, folder):
    output = os.path.join(folder, "results.h5")
    subprocess.run([*MPIRUN, os.path.join(BUILD, "zmqsweep"), "--baseline", "tcp", "--size", size, "--send-mode", "const",
                    "--repetitions", "1", "--duration", f"{SECONDS}s", "--force", "--output", output],
                   stderr=subprocess.DEVNULL, check=False)
    with h5py.File(output) as file:
        points = file["points"][:]
    return points[points["pattern"] == b"stream"]["throughput_mbit_s"][0]


def interval(values):
    """Order statistics that cover the median with 95 % or more, as zmqsweep's own."""
    values, k, below = sorted(values), 1, 0.5 ** len(values)
    term = below
    while k < len(values) // 2:
        term *= (len(values) - k + 1) / k
        if 2 * (below + term) > 0.05:
            break
        below += term
        k += 1
    return values[k - 1], values[-k]


def main():
    slower = False
    print(f"{RUNS} alternated runs of {SECONDS} s; ratio baseline / iperf3 and null iperf3 / iperf3: median [interval]")
    print(f"{'size':>8} {'baseline':>9} {'iperf3':>9} Mbit/s {'ratio':>20} {'null':>20}")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            rates, others, ratios, null = [], [], [], []
            for _ in range(RUNS):
                first, rate, second = iperf(size), baseline(size, folder), iperf(size)
                if numpy.isnan(rate):
                    continue  # no valid repetition: the machine was too busy
                rates.append(rate)
                others += [first, second]
                ratios.append(2 * rate / (first + second))
                null.append(second / first)
            texts = ["{:.2f} [{:.2f}, {:.2f}]".format(numpy.median(v), *interval(v)) for v in (ratios, null)]
            print(f"{size:>8} {numpy.median(rates):>9.0f} {numpy.median(others):>9.0f} {'':>6} {texts[0]:>20} {texts[1]:>20}",
                  flush=True)
            slower = slower or numpy.median(ratios) < 1
    return 1 if slower else 0


sys.exit(main())
