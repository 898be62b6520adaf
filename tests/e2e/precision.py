"""Repetitions until the interval is narrow enough: why a point stops, and that its interval is the
documented one."""
import math
import unittest

from harness import ZMQSWEEP, Case, run, table
from witness import Measured

# Short windows: what counts here is when a point stops, not how fast it is.
BRIEF = ["--size", "64K", "--send-mode", "copy", "--duration", "30ms", "--warmup", "10ms", "--interval", "10ms"]


def schedule(least, most, wanted=0.95):
    """The rank after each number of values, and the coverage of all looks together, as
    docs/method.md gives them."""
    spend = 1 - wanted
    first = min(spend, max(2.0 ** (1 - least), 0.25 * spend))
    walk, rank, spent, ranks = {0: 1.0}, 0, 0.0, [0]
    for n in range(1, most + 1):
        walk = {s: 0.5 * (walk.get(s, 0) + walk.get(s - 1, 0)) for s in range(rank, n - rank + 1)}
        while n >= least and 2 * (rank + 1) <= n:
            allowed = spend if n >= most else first + (spend - first) * math.log(n / least) / math.log(most / least)
            if spent + 2 * walk[rank] > allowed:
                break
            spent += 2 * walk[rank]
            walk.pop(rank)
            walk.pop(n - rank)
            rank += 1
        ranks.append(rank)
    return ranks, 1 - spent


class Precision(Measured, Case):
    def check_intervals(self, precision, least, most):
        """Recomputes every point's interval from its repetitions. @return the points."""
        points, repetitions = self.table("points"), self.table("repetitions")
        ranks, coverage = schedule(least, most)
        for point in points.itertuples():
            mine = repetitions[repetitions.point_id == point.point_id]
            values = mine[mine.valid == 1].throughput_mbit_s
            n, ordered = len(values), sorted(values)
            self.assertEqual((point.repetitions, point.valid_repetitions), (len(mine), n))
            self.assertLessEqual(len(mine), most)
            if n < 2:
                self.assertTrue(math.isnan(point.throughput_low_mbit_s))
                continue
            # Before the first look these tests have under 9 values: minimum to maximum.
            rank = ranks[n] or 1
            self.assertEqual(point.throughput_low_mbit_s, ordered[rank - 1])
            self.assertEqual(point.throughput_high_mbit_s, ordered[n - rank])
            self.assertAlmostEqual(point.interval_coverage, coverage if ranks[n] else min(coverage, 1 - 2.0 ** (1 - n)))
            self.assertAlmostEqual(point.throughput_mbit_s, values.median(), delta=1e-9 * values.median())
            half = (point.throughput_high_mbit_s - point.throughput_low_mbit_s) / 2
            narrow = ranks[n] > 0 and half <= precision * point.throughput_mbit_s
            if point.stop_reason == "precision":
                self.assertTrue(narrow, point)
                self.assertGreaterEqual(n, least)
                self.assertEqual(point.status, "ok" if n == len(mine) else "partial")
        return points

    def test_a_point_stops_when_it_is_precise(self):
        """A loose precision is met on any machine that measures at all; the numbers of repetitions
        are in their limits."""
        self.sweep(3, *BRIEF, "--size", "1K,64K", "--precision", "50%", "--min-repetitions", 7)
        points = self.check_intervals(0.5, 7, 100)
        self.assertEqual(set(points.stop_reason), {"precision"}, points)
        options = self.table("environment").set_index("name").value
        self.assertEqual(options["option.precision"], "50%")
        self.assertEqual(options["option.min-repetitions"], "7")

    def test_a_point_stops_at_the_most_repetitions(self):
        """Nothing here is repeated to 0.1 %: all eight are run, and the interval says how wide it
        is."""
        self.sweep(3, *BRIEF, "--precision", "0.1%", "--max-repetitions", 8)
        points = self.check_intervals(0.001, 6, 8)
        self.assertEqual(list(points.stop_reason), ["repetitions"])
        self.assertEqual(list(points.repetitions), [8])

    def test_a_point_stops_when_its_time_is_up(self):
        self.sweep(3, *BRIEF, "--size", "1K,64K", "--precision", "0.1%", "--max-time", "300ms")
        points = self.check_intervals(0.001, 6, 100)
        self.assertEqual(set(points.stop_reason), {"time"}, points)
        self.assertTrue((points.repetitions >= 1).all())

    def test_one_repetition_is_always_run(self):
        self.sweep(3, *BRIEF, "--precision", "0.1%", "--max-time", "1ms")
        points = self.check_intervals(0.001, 6, 100)
        self.assertEqual(list(points.stop_reason), ["time"])
        self.assertEqual(list(points.repetitions), [1])
        self.assertNotEqual(points.status[0], "ok")

    def test_invalid_repetitions_count_against_the_most(self):
        """Twenty messages of 64 MiB in 100 ms would be over 100 Gbit/s: none is valid, and the
        point ends all the same."""
        self.sweep(3, "--size", "64M", "--send-mode", "const", "--duration", "1ms", "--warmup", "0s", "--interval", "10ms",
                   "--timeout", "100ms", "--precision", "50%", "--max-repetitions", 6, code=3)
        points = self.check_intervals(0.5, 6, 6)
        self.assertEqual((points.repetitions[0], points.valid_repetitions[0]), (6, 0))
        self.assertEqual((points.stop_reason[0], points.status[0]), ("repetitions", "failed"))

    def test_resume_wants_the_same_precision(self):
        self.sweep(3, *BRIEF, "--precision", "50%", "--max-repetitions", 6)
        before = table(self.path("results.h5"), "repetitions")
        for change, words in ((["--precision", "20%", "--max-repetitions", 6], ["precision 50%", "20%"]),
                              (["--precision", "50%", "--max-repetitions", 9], ["max-repetitions 6", "9"]),
                              ([], ["precision 50%", "off"])):
            result = self.sweep(3, *BRIEF, *change, "--resume", code=2)
            for word in words:
                self.assertIn(word, result.stderr)
        self.sweep(3, *BRIEF, "--precision", "50%", "--max-repetitions", 6, "--resume")
        self.assertTrue(before.equals(table(self.path("results.h5"), "repetitions")))


class Options(Case):
    def plan(self, *options, code=0, env=None):
        result = run([ZMQSWEEP, "--dry-run", "--size", "64", "--send-mode", "copy", *options], self.folder, env)
        self.assertEqual(result.returncode, code, result.stderr)
        return result.stdout if code == 0 else result.stderr

    def test_dry_run_gives_both_ends(self):
        """1.3 s a repetition: 6 of them, and 100 or the time limit."""
        plan = self.plan("--precision", "5%", "--duration", "1s", "--warmup", "200ms", "--interval", "100ms")
        self.assertIn("6 to 100 repetitions each until within 5%, at most 5min each", plan)
        self.assertIn("7.8 s to at most 2.2 min", plan)
        self.assertIn("7.8 s to at most 20.0 s", self.plan("--precision", "5%", "--max-time", "20s"))
        self.assertIn("at most 20.0 s", self.plan("--precision", "5%", "--max-time", "20s", "--count", "1000"))
        self.assertIn("tails: 7.8 s\n", self.plan())

    def test_the_higher_source_wins(self):
        self.assertIn("6 to 100 repetitions", self.plan("--precision", "5%", env={"ZMQSWEEP_REPETITIONS": "3"}))
        self.assertIn("3 repetitions each,", self.plan("--repetitions", "3", env={"ZMQSWEEP_PRECISION": "5%"}))
        self.assertIn("6 repetitions each,", self.plan("--precision", "off", env={"ZMQSWEEP_MAX_TIME": "9s"}))

    def test_bad_values_are_refused(self):
        for options, words in ((["--precision", "5"], ["--precision", "5%"]), (["--precision", "0.05%"], ["0.1%"]),
                               (["--precision", "51%"], ["50%"]), (["--precision", "-5%"], ["--precision"]),
                               (["--precision", "0.12345%"], ["millionths"]), (["--precision", "5%,6%"], ["one value"]),
                               (["--precision", "5%", "--min-repetitions", "5"], ["min-repetitions", "6"]),
                               (["--precision", "5%", "--max-repetitions", "5"], ["max-repetitions", "6"]),
                               (["--precision", "5%", "--min-repetitions", "101"], ["101", "100"]),
                               (["--precision", "5%", "--repetitions", "6"], ["exclude"]),
                               (["--max-time", "1m"], ["--max-time"]),
                               (["--max-time", "1min"], ["--max-time", "--precision"]),
                               (["--repetitions", "9", "--max-repetitions", "9"], ["--precision"])):
            with self.subTest(options=options):
                lines = self.plan(*options, code=2).splitlines()
                self.assertEqual(len(lines), 1, lines)
                for word in words:
                    self.assertIn(word, lines[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
