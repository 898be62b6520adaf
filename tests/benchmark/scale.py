"""What more ranks cost: dead time of a repetition against bare sleeping barriers, rank 0's work, a
million rank rows.

scale.py BUILD [RANKS...] (4 16 64). Prints Markdown."""
import os
import statistics
import subprocess
import sys
import tempfile

from measure import machine, mpirun, note, read_table, run_sweep, table

BUILD = sys.argv[1]
RANKS = [int(ranks) for ranks in sys.argv[2:]] or [4, 16, 64]
BARRIERS, EXTRA_MS = 8, 20
# Of the two runs whose difference is rank 0's work: what a start takes varies by some 10 ms.
REPETITIONS = (4, 204)
TARGET = 10000
# Runs the rest as its child, and writes what that used to the file.
METER = ("import os, subprocess, resource, sys\ncode = subprocess.run(sys.argv[2:]).returncode\n"
         "if os.environ.get('OMPI_COMM_WORLD_RANK', os.environ.get('PMI_RANK')) == '0':\n"
         "    used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
         "    open(sys.argv[1], 'w').write(str(used.ru_utime + used.ru_stime))\nsys.exit(code)")


def barrier_ms(ranks):
    """The cheaper of the two ways to sleep."""
    text = subprocess.check_output([*mpirun(ranks), os.path.join(BUILD, "barriers")], text=True,
                                   stderr=subprocess.DEVNULL)
    return min(float(line.split()[1]) for line in text.splitlines())


def sweep(ranks, pairs, repetitions, folder):
    """Dead times in ms, and the CPU time of rank 0 in s."""
    meter = os.path.join(folder, "cpu")
    path = run_sweep(BUILD, os.path.join(folder, "results.h5"),
                     ["--size", "64K", "--send-mode", "copy", "--pairs", str(pairs), "--repetitions", str(repetitions),
                      "--duration", "100ms", "--warmup", "20ms", "--interval", "50ms", "--sndhwm", "8", "--rcvhwm", "8"],
                     ranks=ranks, wrapper=[sys.executable, "-B", "-c", METER, meter])
    rows = read_table(path, "repetitions")
    with open(meter) as file:
        return [1e3 * float(row["dead_s"]) for row in rows], float(file.read())


def line_through(points):
    """Least squares. @return constant and slope."""
    xs, ys = zip(*points)
    x, y = statistics.mean(xs), statistics.mean(ys)
    slope = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a in xs)
    return y - slope * x, slope


def show_ranks(folder):
    rows, work = [], []
    for ranks in RANKS:
        for pairs in sorted({1, (ranks - 1) // 2}):
            note(f"{ranks} ranks, {pairs} pairs")
            before = barrier_ms(ranks)
            few, cpu_few = sweep(ranks, pairs, REPETITIONS[0], folder)
            many, cpu_many = sweep(ranks, pairs, REPETITIONS[1], folder)
            bare = (before + barrier_ms(ranks)) / 2
            dead, limit = statistics.median(few + many), BARRIERS * bare + EXTRA_MS
            cpu_ms = 1e3 * (cpu_many - cpu_few) / (REPETITIONS[1] - REPETITIONS[0])
            rows.append([ranks, pairs, f"{bare:.2f}", f"{dead:.1f}", f"{limit:.1f}", "yes" if dead <= limit else "NO", f"{cpu_ms:.2f}"])
            if pairs > 1 or ranks < 5:
                work.append((ranks, cpu_ms))
    print("## Ranks\n")
    print(f"All ranks on this machine. Dead time of a repetition (median) against {BARRIERS} bare sleeping barriers and {EXTRA_MS} ms; "
          "CPU time of rank 0\nfor a repetition (windows of 100 ms, all its sleeping and waking included).\n")
    table(["ranks", "pairs", "barrier ms", "dead ms", "limit ms", "kept", "rank 0 CPU ms"], rows)
    if len(work) > 1:
        constant, slope = line_through(work)
        print(f"Line through rank 0's CPU time, all pairs busy: {constant:.2f} ms + {1e3 * slope:.1f} us a rank; at {TARGET} ranks "
              f"{(constant + TARGET * slope) / 1e3:.2f} s a repetition.\n")


def make_results(points, ranks, folder):
    """CPU time in s, peak memory in MiB and the rows that can be read back."""
    path = os.path.join(folder, "rows.h5")
    child = subprocess.Popen([os.path.join(BUILD, "make_results"), path, f"points={points}", f"ranks={ranks}", "intervals=0",
                              "memory=1"], stdout=subprocess.PIPE, text=True)
    peak_kib = int(child.stdout.read())
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"make_results: exit {child.returncode}")
    rows = len(read_table(path, "ranks"))
    os.unlink(path)
    return used.ru_utime + used.ru_stime, peak_kib / 1024, rows


def show_rows(folder):
    rows = []
    for points in (100, 1000):
        note(f"{points} points of 1000 rank rows")
        cpu_s, peak_mib, read = make_results(points, 1000, folder)
        rows.append([read, f"{peak_mib:.1f}", f"{cpu_s:.1f}", f"{1e6 * cpu_s / read:.1f}"])
    print("## Rows\n")
    print("Rank rows made up, journaled and finalised, 1000 a point (`make_results`).\n")
    table(["rank rows in the file", "peak memory MiB", "CPU s", "CPU us a row"], rows)


def feed(ranks, points, folder):
    """Medians of three: rows, CPU us a row until journaled and in finishing, ms a repetition, MiB
    more than the outcomes take."""
    runs = []
    for _ in range(3):
        text = subprocess.check_output([os.path.join(BUILD, "feed_ranks"), os.path.join(folder, "fed.h5"), f"ranks={ranks}",
                                        f"points={points}"], text=True)
        rows, stored_s, finish_s, slowest_ms, before_kib, peak_kib = (float(word) for word in text.split())
        runs.append((rows, 1e6 * stored_s / rows, 1e6 * finish_s / rows, slowest_ms, (peak_kib - before_kib) / 1024))
    return [statistics.median(column) for column in zip(*runs)]


def show_feed(folder):
    rows = []
    for ranks, points in ((100, 10), (1000, 10), (10000, 10), (100, 1000)):
        note(f"{points} points of {ranks} ranks, fed")
        count, store_us, finish_us, slowest_ms, more_mib = feed(ranks, points, folder)
        rows.append([ranks, points, f"{count:.0f}", f"{store_us:.2f}", f"{finish_us:.2f}", f"{store_us + finish_us:.2f}",
                     f"{slowest_ms:.0f}", f"{more_mib:.1f}"])
    print("## Rank 0 with many ranks\n")
    print("Outcomes of 6 repetitions, 13 intervals a rank, made up as a gather brings them; judged, journaled, made a file "
          "(`feed_ranks`,\nmedians of three runs). A repetition takes 1.4 s to measure. Memory is what is used besides the gathered "
          "outcomes.\n")
    table(["ranks", "points", "rows", "CPU us a row: journal", "file", "both", "slowest repetition ms", "memory MiB"], rows)


def main():
    print("# Scale\n\nMade by `tests/benchmark/scale.sh`.\n")
    print(f"Machine: {machine(BUILD)}.\n")
    with tempfile.TemporaryDirectory() as folder:
        show_ranks(folder)
        show_rows(folder)
        show_feed(folder)


main()
