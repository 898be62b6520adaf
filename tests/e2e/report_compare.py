"""zmqreport compare: verdicts, exit codes, what differs, CSV, jobs; the statistics against sums
made here."""

import io
import itertools
import math
import statistics
import unittest

import h5py
import pandas

from report_common import ReportTest, make_results, report


class Compare(ReportTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = make_results(cls.folder / "base.h5", points=16)
        cls.same = make_results(cls.folder / "same.h5", points=16, seed=2)
        cls.slow = make_results(cls.folder / "slow.h5", points=16, seed=3, speed=0.8)
        cls.fast = make_results(cls.folder / "fast.h5", points=32, seed=4, speed=1.3, name="other", libzmq="4.3.5")
        cls.few = make_results(cls.folder / "few.h5", points=16, seed=5, speed=0.5, repetitions=3)

    def verdicts(self, code, *arguments):
        done = report("compare", *arguments, "--csv")
        self.assertEqual((done.returncode, done.stderr), (code, ""))
        return pandas.read_csv(io.StringIO(done.stdout))

    def test_verdicts_and_exit_codes_follow_the_difference(self):
        self.assertNotIn("SLOWER", set(self.verdicts(0, self.base, self.base).verdict))
        self.assertEqual(set(self.verdicts(5, self.base, self.slow).verdict), {"SLOWER"})
        self.assertEqual(set(self.verdicts(0, self.base, self.fast).verdict), {"FASTER"})
        self.assertEqual(set(self.verdicts(0, self.base, self.few).verdict), {"UNSURE"})
        self.assertEqual(set(self.verdicts(0, self.base, self.same, "--threshold", "10").verdict), {"SAME"})

    def test_one_job_a_side_has_the_documented_interval(self):
        """One job a side: the median of all 36 ratios; t with 10 degrees of freedom x the deviation
        of two repetitions."""
        found = self.verdicts(5, self.base, self.slow)
        rates = []
        for path in (self.base, self.slow):
            with h5py.File(path) as file:
                rows = pandas.DataFrame(file["repetitions"][:])
            rates.append(rows.groupby("point_id").throughput_mbit_s.apply(list))
        for row in found.itertuples():
            base = [math.log(x) for x in rates[0][row.base_point_id]]
            new = [math.log(y) for y in rates[1][row.new_point_id]]
            shift = statistics.median(y - x for x, y in itertools.product(base, new))
            half = 2.228138851965 * math.sqrt(statistics.variance(base) + statistics.variance(new))
            for value, expected in ((row.ratio, shift), (row.ratio_low, shift - half), (row.ratio_high, shift + half)):
                self.assertAlmostEqual(math.log(value), expected, places=9)
            self.assertEqual((row.coverage, row.base_jobs, row.new_jobs), (0.95, 1, 1))

    def test_several_jobs_a_side_have_the_documented_interval(self):
        """Three jobs a side, of one point: the t interval of their medians, with 4 degrees of
        freedom."""
        files = [make_results(self.folder / f"single{i}.h5", points=1, seed=20 + i, speed=speed, repetitions=5)
                 for i, speed in enumerate((1, 1.05, 0.97, 0.71, 0.77, 0.74))]
        found = self.verdicts(5, *files[:3], "--new", *files[3:])
        self.assertEqual(len(found), 1)
        logs = []
        for path in files:
            with h5py.File(path) as file:
                logs.append(math.log(statistics.median(file["repetitions"]["throughput_mbit_s"])))
        shift = statistics.mean(logs[3:]) - statistics.mean(logs[:3])
        half = 2.776445105198 * math.sqrt((statistics.variance(logs[:3]) + statistics.variance(logs[3:])) / 3)
        row = found.iloc[0]
        for value, expected in ((row.ratio, shift), (row.ratio_low, shift - half), (row.ratio_high, shift + half),
                                (row.base_mbit_s, statistics.mean(logs[:3])), (row.new_mbit_s, statistics.mean(logs[3:]))):
            self.assertAlmostEqual(math.log(value), expected, places=9)
        self.assertEqual((row.base_jobs, row.new_jobs, row.base_valid, row.new_valid), (3, 3, 15, 15))
        self.assertEqual((row.verdict, row.coverage), ("SLOWER", 0.95))
        self.assertEqual(row.base, " ".join(map(str, files[:3])))

    def test_jobs_differ_less_than_their_points(self):
        """Job to job 6 %, which all points share: no verdict where nothing differs, SLOWER where 30
        % does."""
        speeds = (1, 1.06, 0.95, 1.03, 0.98, 1.05, 0.70, 0.74, 0.67)
        files = [make_results(self.folder / f"job{i}.h5", points=16, seed=30 + i, speed=speed) for i, speed in enumerate(speeds)]
        self.assertEqual(set(self.verdicts(0, *files[:3], "--new", *files[3:6]).verdict), {"UNSURE"})
        self.assertEqual(set(self.verdicts(5, *files[:3], "--new", *files[6:]).verdict), {"SLOWER"})
        self.assertEqual(set(self.verdicts(0, *files[:3], "--new", *files[3:6], "--threshold", 25).verdict), {"SAME"})

    def test_a_job_that_lacks_points_counts_for_the_others(self):
        more = make_results(self.folder / "more.h5", points=24, seed=50)
        failed = make_results(self.folder / "failed.h5", points=16, seed=51, invalid=1)
        found = self.verdicts(0, self.base, self.same, more, "--new", self.fast, failed)
        self.assertEqual(list(found.base_jobs), [3] * 16 + [1] * 8)
        self.assertEqual(set(found.new_jobs), {1})
        self.assertEqual(list(found.verdict), ["FASTER"] * 16 + ["UNSURE"] * 8)
        text = self.succeed("compare", self.base, self.same, more, "--new", self.fast, failed)
        self.assertIn("24 points have no valid repetition in some jobs: column jobs says", text)
        self.assertIn("24 points: 16 faster, 0 slower, 0 same within 5 %, 8 unsure; 8 only in new\n", text)

    def test_sides_without_files_or_with_the_same_file_are_refused(self):
        for arguments in (["--new", self.base, self.slow], [self.base, self.slow, "--new"], ["--new", self.base],
                          [self.base, "--new"], [self.base, "--new", self.slow, "--new", self.fast], ["--new"],
                          [self.base, f"--new={self.slow}"], [self.base, self.base, "--new", self.slow],
                          [self.slow, "--new", self.base, self.base]):
            self.refuse(2, "compare", *arguments)

    def test_one_after_the_other_cannot_tell(self):
        """Neither a file in the old order, nor one from before files said so; both can be one of
        several jobs."""
        line = "one job a side, repetitions of a point measured one after the other: cannot tell; give several files " \
               "a side with --new\n"
        self.assertNotIn(line, report("compare", self.base, self.slow).stdout)
        for order in ("points", ""):
            path = make_results(self.folder / f"order-{order}.h5", points=16, seed=60, speed=0.8, order=order)
            found = self.verdicts(0, self.base, path)
            self.assertEqual(set(found.verdict), {"UNSURE"})
            self.assertTrue(found.ratio_low.isna().all() and found.coverage.isna().all())
            self.assertTrue(((found.ratio > 0.7) & (found.ratio < 0.9)).all())
            self.assertIn(line, self.succeed("compare", self.base, path))
            self.assertIn(line, self.succeed("compare", path, self.base))
            self.assertEqual(set(self.verdicts(5, self.base, self.same, "--new", path).verdict), {"SLOWER"})

    def test_a_short_job_cannot_tell(self):
        """Six rounds of 3 s: every point's windows lie within 16 s."""
        files = [make_results(self.folder / f"brief{i}.h5", points=3, seed=90 + i, speed=speed) for i, speed in enumerate((1, 0.7))]
        self.assertEqual(set(self.verdicts(0, *files).verdict), {"UNSURE"})
        self.assertIn("\none job a side, repetitions of a point within less than 20 s: cannot tell; take longer (zmqsweep "
                      "--spread) or give several files a side with --new\n", self.succeed("compare", *files))

    def test_sides_measured_apart_are_told(self):
        files = [make_results(self.folder / f"day{day}.h5", points=16, seed=100 + day, created=f"2026-11-{day}T04:51:03Z")
                 for day in (21, 22, 23, 24)]
        line = "all jobs of one side were measured before those of the other"
        self.assertIn(line, self.succeed("compare", *files[:2], "--new", *files[2:]))
        self.assertIn(line, self.succeed("compare", *files[2:], "--new", *files[:2]))
        self.assertNotIn(line, self.succeed("compare", files[0], files[2], "--new", files[1], files[3]))
        self.assertNotIn(line, self.succeed("compare", files[0], "--new", *files[1:]))

    def test_drift_and_dependence_over_the_rounds_are_told(self):
        drifting = make_results(self.folder / "drifting.h5", points=4, seed=70, repetitions=12, drift=0.2)
        steady = make_results(self.folder / "steady.h5", points=4, seed=71, repetitions=12)
        short = make_results(self.folder / "short.h5", points=4, seed=72, repetitions=2)
        text = self.succeed("compare", steady, drifting)
        self.assertRegex(text, r"(?m)^.*steady\.h5, 12 rounds: drift of [+-][0-2]\.\d % \(p = [\d.e-]+\), dependence -?0\.\d\d \+- "
                               r"0\.\d\d \(p = [\d.]+\)$")
        self.assertRegex(text, r"(?m)^.*drifting\.h5, 12 rounds: drift of \+(19|2[01])\.\d % .*: moods outlast the rounds, so "
                               r"take longer \(zmqsweep --spread\) or more jobs$")
        self.assertIn("short.h5, 2 rounds: too few to see moods that last longer\n", self.succeed("compare", steady, short))
        self.assertIn(", 6 rounds: drift of ", self.succeed("compare", self.base, self.same))
        self.assertNotIn("rounds: ", self.succeed("compare", steady, self.same, "--new", self.fast, "--where", "pairs=1"))

    def test_latencies_are_compared_where_both_sides_have_them(self):
        self.assertNotIn("p99", self.succeed("compare", self.base, self.same))
        files = [make_results(self.folder / f"latency{i}.h5", points=16, seed=80 + i, latency=us)
                 for i, us in enumerate((100, 102, 130, 127))]
        for arguments in ([files[0], files[2]], [*files[:2], "--new", *files[2:]]):
            found = self.verdicts(0, *arguments)
            self.assertTrue(((found.p99_low > 1) & (found.p99_low < found.p99_ratio)).all())
            self.assertTrue(((found.p99_ratio > 1.2) & (found.p99_ratio < 1.4) & (found.p99_ratio < found.p99_high)).all())
            self.assertRegex(self.succeed("compare", *arguments), r"p99 ratio .*\n.* 1\.\d\d \[1\.\d\d, 1\.\d\d\] ")
        self.assertTrue(self.verdicts(0, self.base, files[0]).p99_ratio.isna().all())

    def test_a_filter_leaves_one_point_to_compare(self):
        text = self.succeed("compare", self.base, self.same, "--where", "size=64,send-mode=copy", "--threshold", 20)
        self.assertIn("\n1 point: 0 faster, 0 slower, 1 same within 20 %, 0 unsure\n", text)

    def test_counts_and_differences_of_several_files_are_told(self):
        done = report("compare", self.base, self.slow, self.fast)
        self.assertEqual(done.returncode, 5)
        self.assertIn("16 points: 0 faster, 16 slower", done.stdout)
        self.assertIn("16 points: 16 faster, 0 slower", done.stdout)
        self.assertIn("16 only in", done.stdout)
        self.assertIn("different libzmq: 4.3.4 -> 4.3.5", done.stdout)
        self.assertIn("different hosts: node00, node01 -> other00, other01", done.stdout)

    def test_nothing_in_common_is_an_error(self):
        self.refuse(1, "compare", self.base, self.slow, "--where", "size=3")

    def test_output_is_whole_when_slower(self):
        output = self.folder / "verdict.csv"
        done = report("compare", self.base, self.slow, "--csv", "-o", output)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (5, "", ""))
        self.assertEqual(len(pandas.read_csv(output)), 16)


if __name__ == "__main__":
    unittest.main()
