"""zmqsweep in alternated runs with a plain libzmq pair, with pyzmq and with iperf3. Prints
Markdown.

alternate.py BUILD PAIRS [CASE...]

A case is a size and how it is measured. Where the scheduler moves two busy threads about, a
window's rate depends on luck: small sizes run with each end on a core of its own. With large ones
that does not help: their windows are long, so that many such moves are in each. Where every message
is allocated, glibc may give the memory back to the kernel and fetch it again: 1 MiB runs so, and
once more with the memory kept.

A pair is one run of everything, one after the other; every second pair goes the other way round, so
that a slow drift of the machine cancels. A ratio is that of two rates of one pair; for zmqsweep and
the plain pair in the same send mode it is that of zmqsweep to the mean of the plain runs right
before and right after it. The null is the ratio of those two: what the machine does by itself."""
import dataclasses
import math
import os
import statistics
import subprocess
import sys
import tempfile

from measure import (FIRST_CORES, HERE, SECONDS, WARMUP_S, first_cores, interval, machine, note, read_table, run_iperf3,
                     run_sweep, size_text, spread, table)

BUILD, PAIRS = sys.argv[1], int(sys.argv[2])
KEPT = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_MMAP_THRESHOLD_": str(64 << 20)}
LARGE = 64 << 10  # from here on iperf3 too
LARGEST = 1 << 20  # all send modes
MODES = ["untouched", "copy"]  # what the plain pair has as well
MORE_MODES = ["zero-copy", "const", "shared"]
TRIES = 3
PINNED_SECONDS = 0.3  # their rates hardly move about


@dataclasses.dataclass
class BenchmarkCase:
    name: str
    size: int
    cores: list = None  # two lists of CPUs: the sender's and the receiver's
    kept: bool = False
    seconds: float = SECONDS  # of its windows

    def variables(self):
        return KEPT if self.kept else {}

    def placed(self):
        return [",".join(map(str, cpus)) for cpus in self.cores] if self.cores else []

    def words(self):
        return size_text(self.size) + (", pinned" if self.cores else "") + (", memory kept" if self.kept else "")


def all_cases():
    cores = first_cores()
    return [BenchmarkCase("64", 64, cores, seconds=PINNED_SECONDS), BenchmarkCase("1K", 1 << 10, cores, seconds=PINNED_SECONDS),
            BenchmarkCase("64K", 64 << 10), BenchmarkCase("1M", 1 << 20), BenchmarkCase("1M-kept", 1 << 20, kept=True)]


def run_pair_program(command, case):
    return float(subprocess.check_output([*command, *case.placed()], env={**os.environ, **case.variables()}))


def run_plain(case, mode):
    return run_pair_program([os.path.join(BUILD, "plain_pair"), str(case.size), str(case.seconds), mode], case)


def run_pyzmq(case):
    return run_pair_program([sys.executable, "-B", os.path.join(HERE, "pyzmq_pair.py"), str(case.size), str(case.seconds)], case)


def run_zmqsweep(case, modes, folder, tally):
    """Rates by mode, of one job. Invalid repetitions are counted and made again: they have no
    rate."""
    placement = FIRST_CORES if case.cores else []
    for _ in range(TRIES):
        path = run_sweep(BUILD, os.path.join(folder, "results.h5"),
                         ["--size", str(case.size), "--send-mode", ",".join(modes), "--repetitions", "1", "--order", "listed",
                          "--duration", f"{case.seconds}s", "--warmup", f"{WARMUP_S}s", *placement], variables=case.variables())
        names = {row["point_id"]: row["send_mode"].decode() for row in read_table(path, "points")}
        rows = read_table(path, "repetitions")
        if all(row["valid"] for row in rows):
            tally["dead"] += [float(row["dead_s"]) for row in rows]
            return {names[row["point_id"]]: float(row["throughput_mbit_s"]) for row in rows}
        tally["invalid"] += [row["flags"].decode() for row in rows if not row["valid"]]
    sys.exit(f"{TRIES} times in a row not valid at {case.words()}: {tally['invalid']}")


def run_pair(case, forward, folder, tally):
    """Everything once. What zmqsweep and the plain pair both have runs as plain, zmqsweep,
    plain."""
    rates = {}

    def compare(mode):
        before = run_plain(case, mode)
        rates.update(run_zmqsweep(case, [mode], folder, tally))
        after = run_plain(case, mode)
        rates.update({"plain " + mode: (before + after) / 2, "before " + mode: before, "after " + mode: after})

    steps = [lambda mode=mode: compare(mode) for mode in MODES]
    if case.size >= LARGEST:
        steps.append(lambda: rates.update(run_zmqsweep(case, MORE_MODES if forward else MORE_MODES[::-1], folder, tally)))
    if not case.kept:
        steps.append(lambda: rates.__setitem__("pyzmq", run_pyzmq(case)))
        if case.size >= LARGE:
            steps.append(lambda: rates.__setitem__("iperf3", run_iperf3(case.size)))
    for step in steps if forward else steps[::-1]:
        step()
    return rates


def measure(case, folder, tally):
    runs = {}
    for pair in range(PAIRS):
        for name, rate in run_pair(case, pair % 2 == 0, folder, tally).items():
            runs.setdefault(name, []).append(rate)
        note(f"{case.words()}: pair {pair + 1} of {PAIRS}")
    return runs


def rate_text(rates):
    """Three digits, and how far the quartiles are away."""
    middle, apart = statistics.median(rates), spread(rates)
    text = f"{middle:.0f}" if middle >= 100 else f"{middle:.3g}"
    return text if math.isnan(apart) else f"{text} ± {apart:.0f} %"


def ratio_texts(mine, other):
    ratios = [a / b for a, b in zip(mine, other)]
    low, high, _ = interval(ratios)
    return f"{statistics.median(ratios):.2f}", f"{low:.2f} to {high:.2f}", (statistics.median(ratios), low, high)


def rows_of(case, runs):
    """Rows of the table, and what was asked of them."""
    best = max((mode for mode in MODES + MORE_MODES if mode in runs), key=lambda mode: statistics.median(runs[mode]))
    against = [(mode, "plain " + mode) for mode in MODES] + [(best, "plain untouched")]
    against += [(mode, other) for other in ("pyzmq", "iperf3") if other in runs for mode in ("copy", best)]
    rows, verdicts = [], []
    for mode, other in dict.fromkeys(against):
        ratio, within, numbers = ratio_texts(runs[mode], runs[other])
        null = other.removeprefix("plain ")
        null_within = ratio_texts(runs["after " + null], runs["before " + null])[1] if null != other else ""
        rows.append([case.words(), mode, other, rate_text(runs[mode]), rate_text(runs[other]), ratio, within, null_within])
        if other == "plain " + mode:
            verdicts.append((f"{case.words()}, {mode}: the interval reaches 1.00, its lower end is 0.90 or more",
                             numbers[2] >= 1 and numbers[1] >= 0.9, f"{ratio} [{within}]"))
        elif other == "pyzmq" and case.size == 64:
            verdicts.append((f"{case.words()}, {mode}: 2.5 times pyzmq or more", numbers[0] >= 2.5, f"{ratio} [{within}]"))
        if other == "plain untouched" and mode == best and case.size >= LARGEST:
            verdicts.append((f"{case.words()}, best mode ({mode}): twice the untouched pair or more", numbers[0] >= 2,
                             f"{ratio} [{within}]"))
    return rows, verdicts


def main():
    cases = {case.name: case for case in all_cases()}
    unknown = [name for name in sys.argv[3:] if name not in cases]
    if unknown:
        sys.exit(f"alternate.py: there is no case {unknown[0]}; there are {', '.join(cases)}")
    tally = {"dead": [], "invalid": []}
    rows, verdicts = [], []
    coverage = interval([1.0] * PAIRS)[2]
    iperf3 = subprocess.check_output(["iperf3", "--version"], text=True).split()[1]
    pyzmq = subprocess.check_output([sys.executable, "-c", "import zmq; print(zmq.__version__)"], text=True).strip()
    print(f"Machine: {machine(BUILD)}; pyzmq {pyzmq}; iperf3 {iperf3}.\n")
    print("## Rates\n")
    print(f"Mbit/s at the receiver over loopback TCP, windows of {SECONDS} s (pinned: {PINNED_SECONDS} s) after {WARMUP_S} s: the median of {PAIRS} alternated runs "
          f"and half the distance of the\nquartiles. Ratio: the median of {PAIRS} ratios, and an interval that covers it with "
          f"{100 * coverage:.1f} % (order statistics); of zmqsweep to the\nmean of the plain runs right before and after it. Null: the "
          "interval for the ratio of those two. zmqsweep runs with its coordinator.\n\n"
          "Pinned: each end, its I/O thread included, on a core of its own. Memory kept: glibc may not give freed memory back to the "
          f"kernel\n({' '.join(f'{name}={value}' for name, value in KEPT.items())}), with either program.\n")
    with tempfile.TemporaryDirectory() as folder:
        for case in [cases[name] for name in sys.argv[3:]] or cases.values():
            more, judged = rows_of(case, measure(case, folder, tally))
            rows += more
            verdicts += judged
    table(["case", "zmqsweep", "against", "zmqsweep Mbit/s", "other Mbit/s", "ratio", "interval", "null"], rows)
    print(f"Dead time of a repetition: {1e3 * statistics.median(tally['dead']):.1f} ms (median). "
          f"Repetitions that were not valid and were made again: {len(tally['invalid'])}"
          f"{' (' + ', '.join(sorted(set(tally['invalid']))) + ')' if tally['invalid'] else ''}.\n")
    table(["wanted", "reached", "measured"], [[text, "yes" if kept else "NO", value] for text, kept, value in verdicts])
    if coverage < 0.95:
        print(f"{PAIRS} pairs are too few for an interval of 95 %: what is reached here is not shown by it.\n")


main()
