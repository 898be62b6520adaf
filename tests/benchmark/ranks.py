"""Dead time of a repetition against bare sleeping barriers. ranks.py BUILD [RANKS...]; one pair is busy, and all pairs."""
import sys
import tempfile

import numpy
from measure import launch, sweep

BUILD, RANKS = sys.argv[1], [int(word) for word in sys.argv[2:]] or [4, 16, 64]
OPTIONS = ["--size", "64K", "--send-mode", "copy", "--repetitions", "20", "--duration", "100ms", "--warmup", "20ms", "--interval",
           "50ms", "--sndhwm", "8", "--rcvhwm", "8"]


def barrier_ms(ranks):
    """The median; the cheaper of two ways to sleep."""
    return min(float(line.split()[1]) for line in launch(BUILD, "barriers", ranks).splitlines())


def main():
    print("Dead time: median [quartiles] of all repetitions; valid: of how many the rates may be believed.")
    print(f"{'ranks':>6} {'pairs':>6} {'barrier ms':>11} {'dead ms':>22} {'in barriers':>12} {'valid':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for ranks in RANKS:
            for pairs in sorted({1, (ranks - 1) // 2}):
                before = barrier_ms(ranks)
                repetitions = sweep(BUILD, ranks, folder, *OPTIONS, "--pairs", pairs)
                low, median, high = numpy.percentile(1e3 * repetitions.dead_s, (25, 50, 75))
                bare = (before + barrier_ms(ranks)) / 2
                text = f"{median:.1f} [{low:.1f}, {high:.1f}]"
                print(f"{ranks:>6} {pairs:>6} {bare:>11.2f} {text:>22} {median / bare:>12.1f} "
                      f"{repetitions.valid.sum():>4}/{len(repetitions)}", flush=True)


main()
