"""The hot loops cost no more instructions than they may, and the benchmarks' own arithmetic is
right."""
import os
import subprocess
import sys
import unittest

from harness import BUILD, PATIENCE_S, SOURCE, Case, environment
from witness import Measured

BENCHMARK = os.path.join(SOURCE, "tests", "benchmark")
sys.path.insert(0, BENCHMARK)
from measure import interval  # noqa: E402


class Cost(Measured, Case):
    def test_the_loops_cost_no_more_instructions_than_they_may(self):
        """Counted by callgrind: no noise moves them. The dearest send modes, and two receive
        modes."""
        result = subprocess.run([sys.executable, "-B", os.path.join(BENCHMARK, "cost.py"), BUILD, "instructions", "copy", "zero-copy"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S, env=environment({}))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        rows = [line.split("|")[1:-1] for line in result.stdout.splitlines() if line.startswith(("| send", "| receive"))]
        self.assertEqual([row[0].strip() for row in rows], ["send copy", "send zero-copy", "receive message", "receive copy"])
        for row in rows:  # a loop that was not found, or not run, would cost nothing
            self.assertGreater(float(row[1]), 10, row)
            self.assertGreater(float(row[3]), 100, row)


class PlainPair(Measured, Case):
    def test_each_end_runs_on_the_cpu_it_was_given(self):
        """Each end on the one CPU it was given, whichever that is; and a rate comes out."""
        cpu = str(min(os.sched_getaffinity(0)))
        for program in ([os.path.join(BUILD, "plain_pair"), "64", "0.05", "copy"],
                        [sys.executable, "-B", os.path.join(BENCHMARK, "pyzmq_pair.py"), "64", "0.05"]):
            for cpus in ([], [cpu, cpu]):
                rate = float(subprocess.check_output([*program, *cpus], text=True, timeout=PATIENCE_S))
                self.assertGreater(rate, 0)
        result = subprocess.run([os.path.join(BUILD, "plain_pair"), "64", "0.05", "copy", "0", "1023"], stderr=subprocess.PIPE,
                                text=True, timeout=PATIENCE_S)
        self.assertEqual(result.returncode, 1)
        self.assertIn("sched_setaffinity", result.stderr)

    def test_unknown_arguments_are_refused(self):
        for arguments in ([], ["64", "1", "const"], ["0", "1", "copy"], ["64", "1", "copy", "both", "tcp://127.0.0.1:1", "8"]):
            result = subprocess.run([os.path.join(BUILD, "plain_pair"), *arguments], stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertIn("usage", result.stderr)


class Interval(unittest.TestCase):
    def test_order_statistics_cover_as_computed(self):
        """Binomial with p = 1/2: of 30 values the 10th and the 21st cover the median with 95.7
        %."""
        low, high, covered = interval(list(range(1, 31)))
        self.assertEqual((low, high), (10, 21))
        self.assertAlmostEqual(covered, 0.957, 3)
        low, high, covered = interval([3, 1, 2, 6, 5, 4])
        self.assertEqual((low, high), (1, 6))
        self.assertAlmostEqual(covered, 0.96875, 6)
        self.assertAlmostEqual(interval([1, 2, 3])[2], 0.75, 6)  # too few, and it says so


if __name__ == "__main__":
    unittest.main(verbosity=2)
