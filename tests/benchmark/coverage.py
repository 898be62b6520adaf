"""Do the intervals cover what they claim? And does zmqreport compare find differences where there
are none?

coverage.py BUILD JOBS [FOLDER]. Prints Markdown."""
import csv
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zlib

import h5py
import numpy

from measure import machine, note, run_sweep, table

BUILD, JOBS = sys.argv[1], int(sys.argv[2])
REPETITIONS, ROUNDS, SIDE = 6, 45, 3
SIZES = {"64": "64 B", "64K": "64 KiB", "1M": "1 MiB"}
WINDOW = ["--send-mode", "copy", "--duration", "300ms", "--warmup", "100ms", "--interval", "50ms"]
# Each kind of job: its name, and what it is started with. They are run in turn.
KINDS = {"points": ["--order", "points"], "rounds": [], "spread": ["--spread", "30s"]}
SPREAD_JOBS = 0.5  # of the jobs: these take three times as long
FACTOR = 1.2       # the real difference that is to be found


def measure(folder):
    """Runs what is not there yet."""
    for job in range(JOBS):
        for kind, options in KINDS.items():
            path = os.path.join(folder, f"{kind}-{job:03}.h5")
            if os.path.exists(path) or (kind == "spread" and job >= SPREAD_JOBS * JOBS):
                continue
            note(f"job {job + 1} of {JOBS}, {kind}")
            run_sweep(BUILD, path, ["--size", ",".join(SIZES), "--repetitions", str(REPETITIONS), *WINDOW, *options])
    path = os.path.join(folder, "long.h5")
    if not os.path.exists(path):
        note(f"one sweep of {ROUNDS} rounds")
        run_sweep(BUILD, path, ["--size", "64,1K,16K,64K,256K,1M", "--repetitions", str(ROUNDS), *WINDOW])


def read(path):
    """Points, and their valid rates by round."""
    with h5py.File(path) as file:
        points, repetitions = file["points"][:], file["repetitions"][:]
    rates = {}
    for row in repetitions[numpy.argsort(repetitions["start_s"])]:
        if row["valid"]:
            rates.setdefault(int(row["point_id"]), []).append(float(row["throughput_mbit_s"]))
    return points, rates


def created(path):
    with h5py.File(path) as file:
        text = file.attrs["created"]
    return text.decode() if isinstance(text, bytes) else text


def paths(folder, kind):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(kind) and name.endswith(".h5"))


# ---- coverage ----

def between_share(jobs):
    """Share of the variance of logs of rates that lies between jobs (one-way analysis of
    variance)."""
    logs = [numpy.log(rates) for rates in jobs if len(rates) > 1]
    within = statistics.mean(numpy.var(rates, ddof=1) for rates in logs)
    size = statistics.mean(len(rates) for rates in logs)
    between = max(0, numpy.var([rates.mean() for rates in logs], ddof=1) - within / size)
    return between / (between + within)


def show_jobs(folder):
    rows = []
    for kind in KINDS:
        jobs = [read(path) for path in paths(folder, kind)]
        for point, size in enumerate(SIZES.values()):
            rates = [job[1].get(point, []) for job in jobs]
            truth = statistics.median(rate for job in rates for rate in job)
            intervals = [(job[0][point]["throughput_low_mbit_s"], job[0][point]["throughput_high_mbit_s"]) for job in jobs]
            covered = statistics.mean(float(low <= truth <= high) for low, high in intervals)
            width = statistics.median((high - low) / truth for low, high in intervals)
            claim = statistics.median(job[0][point]["interval_coverage"] for job in jobs)
            spread = statistics.median(job[0][point]["spread_s"] for job in jobs)
            differ = numpy.std([numpy.log(statistics.median(job)) for job in rates if job], ddof=1)
            rows.append([kind, size, len(jobs), f"{spread:.0f}", f"{100 * claim:.1f}", f"{100 * covered:.0f}",
                         f"{between_share(rates):.2f}", f"{100 * differ:.0f}", f"{100 * width:.0f}"])
    print("## Jobs\n")
    print(f"{JOBS} jobs of {REPETITIONS} repetitions and three sizes, one pair on loopback. The kinds of jobs ran in turn. "
          "Covered: jobs\nwhose interval holds the median of all repetitions of all jobs of that kind.\n")
    table(["order", "size", "jobs", "s from first to last", "claimed %", "covered %", "variance between jobs", "jobs differ by %",
           "width %"], rows)


def show_rounds(folder):
    points, rates = read(os.path.join(folder, "long.h5"))
    rows = []
    for point in points:
        series = rates[int(point["point_id"])]
        truth = statistics.median(series)
        starts = range(len(series) - REPETITIONS + 1)
        covered = statistics.mean(float(min(part) <= truth <= max(part)) for part in (series[i:i + REPETITIONS] for i in starts))
        inside = 0 if numpy.isnan(point["dependence"]) else float(point["dependence"])
        rows.append([point["message_size_bytes"], len(series), len(starts), f"{100 * covered:.0f}", f"{inside:.2f}", point["flags"].decode()])
    print("## One long sweep\n")
    print(f"{ROUNDS} rounds of six points. {REPETITIONS} neighbouring rounds claim 96.9 %: how many such stretches hold the median of "
          "all rounds?\n")
    table(["bytes", "rounds", "stretches", "covered %", "dependence", "flags"], rows)


# ---- comparisons ----

def compare(base, new):
    """The verdicts of zmqreport compare, one a point."""
    text = subprocess.run([os.path.join(BUILD, "zmqreport"), "compare", *base, "--new", *new, "--csv"], capture_output=True,
                          text=True)
    if text.returncode not in (0, 5):
        sys.exit(f"compare: exit {text.returncode}: {text.stderr}")
    return [row["verdict"] for row in csv.DictReader(io.StringIO(text.stdout))]


def in_turn(files):
    """Sides whose jobs took turns, one group beginning at each job."""
    return [(files[i:i + 2 * SIDE:2], files[i + 1:i + 2 * SIDE:2]) for i in range(len(files) - 2 * SIDE + 1)]


def one_after_the_other(files):
    """Sides of which one was measured before the other."""
    return [(files[i:i + SIDE], files[i + SIDE:i + 2 * SIDE]) for i in range(len(files) - 2 * SIDE + 1)]


def far_apart(files):
    """Single jobs, half of all jobs apart."""
    return [([files[i]], [files[i + len(files) // 2]]) for i in range(len(files) // 2)]


def neighbours(files):
    return [([files[i]], [files[i + 1]]) for i in range(len(files) - 1)]


def faster(path, target):
    """A copy with all rates FACTOR times as high, its checksum right."""
    shutil.copyfile(path, target)
    with h5py.File(target, "r+") as file:
        rows = file["repetitions"][:]
        rows["throughput_mbit_s"] *= FACTOR
        file["repetitions"][:] = rows
        file["repetitions"].attrs.modify("crc32", numpy.uint32(zlib.crc32(rows.tobytes())))
    return target


def verdicts_of(sides, quick=None):
    """Of all points of all comparisons; those new files that are in `quick` are taken from
    there."""
    return [verdict for base, new in sides for verdict in compare(base, [(quick or {}).get(path, path) for path in new])]


def show_comparisons(folder):
    rows = []
    for kind in KINDS:
        files = paths(folder, kind)
        with tempfile.TemporaryDirectory() as other:
            quick = {path: faster(path, os.path.join(other, os.path.basename(path))) for path in files}
            cases = {"1 + 1, neighbours": verdicts_of(neighbours(files)),
                     "1 + 1, far apart": verdicts_of(far_apart(files)),
                     f"{SIDE} + {SIDE}, in turn": verdicts_of(in_turn(files)),
                     f"{SIDE} + {SIDE}, one side after the other": verdicts_of(one_after_the_other(files)),
                     f"{SIDE} + {SIDE}, in turn, new 20 % faster": verdicts_of(in_turn(files), quick)}
        for case, verdicts in cases.items():
            share = {word: 100 * verdicts.count(word) / len(verdicts) for word in ("FASTER", "SLOWER", "SAME", "UNSURE")}
            rows.append([kind, case, len(verdicts), *(f"{value:.1f}" for value in share.values())])
    print("## Comparisons\n")
    print("`zmqreport compare` of jobs of one build: FASTER and SLOWER are wrong, but for the rows in which all rates of the new "
          f"files\nwere multiplied by {FACTOR}.\n")
    table(["order", "jobs a side", "points", "FASTER %", "SLOWER %", "SAME %", "UNSURE %"], rows)


def main():
    with tempfile.TemporaryDirectory() as made:
        folder = sys.argv[3] if len(sys.argv) > 3 else made
        os.makedirs(folder, exist_ok=True)
        measure(folder)
        print("# Coverage\n\nMade by `tests/benchmark/coverage.sh`.\n")
        times = sorted(created(path) for path in paths(folder, ""))
        print(f"Machine, when this page was made: {machine(BUILD)}.\nThe first job began {times[0]}, the last {times[-1]}.\n")
        show_jobs(folder)
        show_rounds(folder)
        show_comparisons(folder)


main()
