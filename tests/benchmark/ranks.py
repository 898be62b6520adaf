"""Dead time of a repetition against bare sleeping barriers. ranks.py BUILD [RANKS...]; one pair is busy, and all pairs."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy

BUILD, RANKS = sys.argv[1], [int(word) for word in sys.argv[2:]] or [4, 16, 64]
OPTIONS = ["--size", "64K", "--send-mode", "copy", "--repetitions", "20", "--duration", "100ms", "--warmup", "20ms", "--interval",
           "50ms", "--sndhwm", "8", "--rcvhwm", "8", "--force"]


def mpirun(ranks, *command):
    return subprocess.run(["mpirun", "-n", str(ranks), "--bind-to", "none", "--oversubscribe", *command], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def barrier_ms(ranks):
    """The median; the cheaper of two ways to sleep."""
    return min(float(line.split()[1]) for line in mpirun(ranks, os.path.join(BUILD, "barriers")).splitlines())


def dead_ms(ranks, pairs, folder):
    output = os.path.join(folder, "results.h5")
    mpirun(ranks, os.path.join(BUILD, "zmqsweep"), *OPTIONS, "--pairs", str(pairs), "--output", output)
    with h5py.File(output) as file:
        return 1e3 * file["repetitions"]["dead_s"]


def main():
    print(f"{'ranks':>6} {'pairs':>6} {'barrier ms':>11} {'dead ms: median [quartiles]':>30} {'in barriers':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for ranks in RANKS:
            for pairs in sorted({1, (ranks - 1) // 2}):
                before = barrier_ms(ranks)
                low, median, high = numpy.percentile(dead_ms(ranks, pairs, folder), (25, 50, 75))
                bare = (before + barrier_ms(ranks)) / 2
                text = f"{median:.1f} [{low:.1f}, {high:.1f}]"
                print(f"{ranks:>6} {pairs:>6} {bare:>11.2f} {text:>30} {median / bare:>12.1f}", flush=True)


main()
