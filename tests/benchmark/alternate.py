"""zmqsweep in alternated runs with a plain libzmq pair, with pyzmq and with iperf3. Prints Markdown.

alternate.py BUILD PAIRS [SIZE...]

A pair is one run of everything, one after the other; every second pair goes the other way round, so that a slow drift of the
machine cancels. A ratio is that of two rates of one pair; for zmqsweep and the plain pair in the same send mode it is that of
zmqsweep to the mean of the plain runs right before and right after it. The null is the ratio of those two: what the machine does
by itself.
"""
import math
import os
import statistics
import subprocess
import sys
import tempfile

from measure import HERE, SECONDS, WARMUP_S, interval, machine, note, read_table, run_iperf3, run_sweep, size_text, spread, table

BUILD, PAIRS = sys.argv[1], int(sys.argv[2])
SIZES = [int(size) for size in sys.argv[3:]] or [64, 1 << 10, 64 << 10, 1 << 20]
LARGE = 64 << 10  # from here on iperf3 too
MODES = ["untouched", "copy"]  # what the plain pair has as well
MORE_MODES = ["zero-copy", "const", "shared"]
TRIES = 3


def run_plain(size, mode):
    return float(subprocess.check_output([os.path.join(BUILD, "plain_pair"), str(size), str(SECONDS), mode]))


def run_pyzmq(size):
    return float(subprocess.check_output(
        [sys.executable, "-B", os.path.join(HERE, "pyzmq_pair.py"), str(size), str(SECONDS)]))


def run_zmqsweep(size, modes, folder, tally):
    """Rates by mode, of one job. Invalid repetitions are counted and made again: they have no rate."""
    for _ in range(TRIES):
        path = run_sweep(BUILD, os.path.join(folder, "results.h5"),
                         ["--size", str(size), "--send-mode", ",".join(modes), "--repetitions", "1", "--order", "listed",
                          "--duration", f"{SECONDS}s", "--warmup", f"{WARMUP_S}s"])
        names = {row["point_id"]: row["send_mode"].decode() for row in read_table(path, "points")}
        rows = read_table(path, "repetitions")
        if all(row["valid"] for row in rows):
            tally["dead"] += [float(row["dead_s"]) for row in rows]
            return {names[row["point_id"]]: float(row["throughput_mbit_s"]) for row in rows}
        tally["invalid"] += [row["flags"].decode() for row in rows if not row["valid"]]
    sys.exit(f"{TRIES} times in a row not valid at {size} B: {tally['invalid']}")


def run_pair(size, forward, folder, tally):
    """Everything once. What zmqsweep and the plain pair both have runs as plain, zmqsweep, plain."""
    rates = {}

    def compare(mode):
        before = run_plain(size, mode)
        rates.update(run_zmqsweep(size, [mode], folder, tally))
        after = run_plain(size, mode)
        rates.update({"plain " + mode: (before + after) / 2, "before " + mode: before, "after " + mode: after})

    steps = [lambda mode=mode: compare(mode) for mode in MODES]
    steps.append(lambda: rates.update(run_zmqsweep(size, MORE_MODES if forward else MORE_MODES[::-1], folder, tally)))
    steps.append(lambda: rates.__setitem__("pyzmq", run_pyzmq(size)))
    if size >= LARGE:
        steps.append(lambda: rates.__setitem__("iperf3", run_iperf3(size)))
    for step in steps if forward else steps[::-1]:
        step()
    return rates


def measure(size, folder, tally):
    runs = {}
    for pair in range(PAIRS):
        for name, rate in run_pair(size, pair % 2 == 0, folder, tally).items():
            runs.setdefault(name, []).append(rate)
        note(f"{size_text(size)}: pair {pair + 1} of {PAIRS}")
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


def rows_of(size, runs):
    """Rows of the table, and what was asked of them."""
    best = max(MODES + MORE_MODES, key=lambda mode: statistics.median(runs[mode]))
    against = [(mode, "plain " + mode) for mode in MODES] + [(best, "plain untouched")]
    against += [(mode, other) for other in ("pyzmq", "iperf3") if other in runs for mode in ("copy", best)]
    rows, verdicts = [], []
    for mode, other in dict.fromkeys(against):
        ratio, within, numbers = ratio_texts(runs[mode], runs[other])
        null = other.removeprefix("plain ")
        null_within = ratio_texts(runs["after " + null], runs["before " + null])[1] if null != other else ""
        rows.append([size_text(size), mode, other, rate_text(runs[mode]), rate_text(runs[other]), ratio, within, null_within])
        if other == "plain " + mode:
            verdicts.append((f"{size_text(size)} {mode}: the interval reaches 1.00, its lower end is 0.90 or more",
                             numbers[2] >= 1 and numbers[1] >= 0.9, f"{ratio} [{within}]"))
        elif other == "pyzmq" and size == 64:
            verdicts.append((f"64 B, {mode}: 2.5 times pyzmq or more", numbers[0] >= 2.5, f"{ratio} [{within}]"))
        if other == "plain untouched" and mode == best and size == 1 << 20:
            verdicts.append((f"1 MiB, best mode ({mode}): twice the untouched pair or more", numbers[0] >= 2,
                             f"{ratio} [{within}]"))
    return rows, verdicts


def main():
    tally = {"dead": [], "invalid": []}
    rows, verdicts = [], []
    coverage = interval([1.0] * PAIRS)[2]
    iperf3 = subprocess.check_output(["iperf3", "--version"], text=True).split()[1]
    pyzmq = subprocess.check_output([sys.executable, "-c", "import zmq; print(zmq.__version__)"], text=True).strip()
    print(f"Machine: {machine(BUILD)}; pyzmq {pyzmq}; iperf3 {iperf3}.\n")
    print("## Rates\n")
    print(f"Mbit/s at the receiver over loopback TCP, windows of {SECONDS} s after {WARMUP_S} s: the median of {PAIRS} alternated runs "
          f"and half the distance of the\nquartiles. Ratio: the median of {PAIRS} ratios, and an interval that covers it with "
          f"{100 * coverage:.1f} % (order statistics); of zmqsweep to the\nmean of the plain runs right before and after it. Null: the "
          "interval for the ratio of those two. zmqsweep runs with its coordinator.\n")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            more, judged = rows_of(size, measure(size, folder, tally))
            rows += more
            verdicts += judged
    table(["size", "zmqsweep", "against", "zmqsweep Mbit/s", "other Mbit/s", "ratio", "interval", "null"], rows)
    print(f"Dead time of a repetition: {1e3 * statistics.median(tally['dead']):.1f} ms (median). "
          f"Repetitions that were not valid and were made again: {len(tally['invalid'])}"
          f"{' (' + ', '.join(sorted(set(tally['invalid']))) + ')' if tally['invalid'] else ''}.\n")
    table(["wanted", "reached", "measured"], [[text, "yes" if kept else "NO", value] for text, kept, value in verdicts])
    if coverage < 0.95:
        print(f"{PAIRS} pairs are too few for an interval of 95 %: what is reached here is not shown by it.\n")


main()
