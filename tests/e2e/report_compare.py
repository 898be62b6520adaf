"""zmqreport compare: verdicts, exit codes, what differs, CSV; the statistics against counts made here."""

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

    def test_verdicts(self):
        self.assertNotIn("SLOWER", set(self.verdicts(0, self.base, self.base).verdict))
        self.assertEqual(set(self.verdicts(5, self.base, self.slow).verdict), {"SLOWER"})
        self.assertEqual(set(self.verdicts(0, self.base, self.fast).verdict), {"FASTER"})
        self.assertEqual(set(self.verdicts(0, self.base, self.few).verdict), {"UNSURE"})
        self.assertEqual(set(self.verdicts(0, self.base, self.same, "--threshold", "10").verdict), {"SAME"})

    def test_statistics(self):
        """The estimate and its interval from all 36 ratios; 6 + 6: k = 6 of the differences, coverage 95.9 %."""
        found = self.verdicts(5, self.base, self.slow)
        rates = []
        for path in (self.base, self.slow):
            with h5py.File(path) as file:
                rows = pandas.DataFrame(file["repetitions"][:])
            rates.append(rows.groupby("point_id").throughput_mbit_s.apply(list))
        for row in found.itertuples():
            logs = sorted(math.log(y / x) for x, y in
                          itertools.product(rates[0][row.base_point_id], rates[1][row.new_point_id]))
            for value, expected in ((row.ratio, statistics.median(logs)), (row.ratio_low, logs[5]),
                                    (row.ratio_high, logs[30])):
                self.assertAlmostEqual(math.log(value), expected, places=12)
            self.assertAlmostEqual(row.coverage, 1 - 2 * 19 / math.comb(12, 6), places=12)

    def test_report(self):
        done = report("compare", self.base, self.slow, self.fast)
        self.assertEqual(done.returncode, 5)
        self.assertIn("16 points: 0 faster, 16 slower", done.stdout)
        self.assertIn("16 points: 16 faster, 0 slower", done.stdout)
        self.assertIn("16 only in", done.stdout)
        self.assertIn("different libzmq: 4.3.4 -> 4.3.5", done.stdout)
        self.assertIn("different hosts: node00, node01 -> other00, other01", done.stdout)

    def test_nothing_in_common(self):
        self.refuse(1, "compare", self.base, self.slow, "--where", "size=3")

    def test_output_is_whole_when_slower(self):
        output = self.folder / "verdict.csv"
        done = report("compare", self.base, self.slow, "--csv", "-o", output)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (5, "", ""))
        self.assertEqual(len(pandas.read_csv(output)), 16)


if __name__ == "__main__":
    unittest.main()
