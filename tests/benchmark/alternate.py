"""Alternates zmqsweep with plain_pair; ratios of neighbours cancel what the machine does to both."""
import os
import subprocess
import sys
import tempfile

import measure
import numpy

BUILD, PAIRS = sys.argv[1], int(sys.argv[2])
SECONDS = 0.5


def plain(size, mode):
    return float(subprocess.check_output([os.path.join(BUILD, "plain_pair"), str(size), str(SECONDS), mode]))


def sweep(size, mode, folder):
    """Throughput of one repetition, dead time and drain; one that is not valid is taken again."""
    for _ in range(5):
        row = measure.sweep(BUILD, 3, folder, "--size", size, "--send-mode", mode, "--repetitions", 1, "--duration",
                            f"{int(SECONDS * 1000)}ms").iloc[0]
        if row.valid:
            return row.throughput_mbit_s, row.dead_s, row.drain_s
        print(f"{size} B {mode}: {row['flags']}, once more", file=sys.stderr, flush=True)
    sys.exit(f"{size} B {mode}: no valid repetition")


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
    print(f"{PAIRS} alternated pairs; ratio zmqsweep / plain pair: median [interval]; null: plain / plain")
    print(f"{'size':>8} {'mode':>10} {'ratio':>24} {'null':>24} {'dead ms':>8} {'drain ms':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for size in (64, 1024, 65536, 1048576):
            for mode in ("untouched", "copy"):
                ratios, null, dead, drain = [], [], [], []
                for _ in range(PAIRS):
                    first = plain(size, mode)
                    rate, dead_s, drain_s = sweep(size, mode, folder)
                    second = plain(size, mode)
                    ratios.append(rate / ((first + second) / 2))
                    null.append(second / first)
                    dead.append(dead_s)
                    drain.append(drain_s)
                texts = ["{:.2f} [{:.2f}, {:.2f}]".format(numpy.median(v), *interval(v)) for v in (ratios, null)]
                print(f"{size:>8} {mode:>10} {texts[0]:>24} {texts[1]:>24} {1e3 * numpy.median(dead):>8.1f} "
                      f"{1e3 * numpy.median(drain):>9.1f}", flush=True)


main()
