"""The points of --baseline tcp in alternated runs with iperf3, same write size and window. Prints
Markdown.

baseline.py BUILD RUNS [SIZE...]

A run is iperf3, the baseline, iperf3. Its ratio is that of the baseline to the mean of its two
neighbours, which cancels what the machine does to all three; the null is the ratio of the two
neighbours. Where the scheduler is free to move the threads, it decides about a fifth of the rate;
so everything runs once more with each end on a core of its own. Exit code 1 when a median ratio is
below 1."""
import itertools
import os
import statistics
import sys
import tempfile

from measure import (FIRST_CORES, SECONDS, WARMUP_S, first_cores, interval, machine, note, read_table, run_iperf3, run_sweep,
                     size_text, table)

BUILD, RUNS = sys.argv[1], int(sys.argv[2])
SIZES = [int(size) for size in sys.argv[3:]] or [64 << 10, 1 << 20]


def run_baseline(size, cores, folder):
    """In Mbit/s; None when a busy machine left no valid repetition."""
    path = run_sweep(BUILD, os.path.join(folder, "results.h5"),
                     ["--baseline", "tcp", "--size", str(size), "--send-mode", "const", "--repetitions", "1", "--order", "listed",
                      "--duration", f"{SECONDS}s", "--warmup", f"{WARMUP_S}s", *(FIRST_CORES if cores else [])])
    point = next(row for row in read_table(path, "points") if row["pattern"] == b"stream")
    return float(point["throughput_mbit_s"]) if point["valid_repetitions"] else None


def measure(size, cores, folder):
    """Of each run: before, baseline, after."""
    runs = []
    while len(runs) < RUNS:
        before, rate, after = run_iperf3(size, cores), run_baseline(size, cores, folder), run_iperf3(size, cores)
        if rate is not None:
            runs.append((before, rate, after))
            note(f"{words(size, cores)}: run {len(runs)} of {RUNS}")
    return runs


def words(size, cores):
    return size_text(size) + (", pinned" if cores else "")


def ratio_text(ratios):
    low, high, _ = interval(ratios)
    return f"{statistics.median(ratios):.3f} [{low:.3f}, {high:.3f}]"


def main():
    rows, slower, cores_apart = [], False, first_cores()
    coverage = interval([1.0] * RUNS)[2]
    print(f"Machine: {machine(BUILD)}.\n")
    print(f"Mbit/s over loopback, windows of {SECONDS} s after {WARMUP_S} s: medians of {RUNS} runs, and the median ratio with an "
          f"interval that covers it with {100 * coverage:.1f} %.\n")
    with tempfile.TemporaryDirectory() as folder:
        for size, cores in itertools.product(SIZES, [None, cores_apart] if cores_apart else [None]):
            runs = measure(size, cores, folder)
            ratios = [2 * rate / (before + after) for before, rate, after in runs]
            null = [after / before for before, _, after in runs]
            rows.append([words(size, cores), f"{statistics.median(rate for _, rate, _ in runs):.0f}",
                         f"{statistics.median([r for before, _, after in runs for r in (before, after)]):.0f}",
                         ratio_text(ratios), ratio_text(null)])
            slower = slower or statistics.median(ratios) < 1
    table(["write size", "baseline", "iperf3", "baseline / iperf3", "null"], rows)
    return 1 if slower else 0


sys.exit(main())
