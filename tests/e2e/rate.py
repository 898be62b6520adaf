"""--rate and --find-rate: a known rate is measured as itself, what cannot be kept says so, what is
found holds."""
import math
import os
import re
import signal
import statistics
import time
import unittest
import zlib

import h5py
import numpy

from harness import BUSY_FLAGS, ZMQSWEEP, Case, end, flags, mpirun, rank_process, run
from witness import Measured

WINDOW = ["--duration", "500ms", "--warmup", "100ms", "--interval", "100ms", "--repetitions", "5", "--send-mode", "copy"]


class Rate(Measured, Case):
    def test_a_known_rate_is_measured_as_itself(self):
        """2,000/s and 20,000/s of 1 KiB within 0.5 %; throughput = rate x size, exactly."""
        self.sweep(3, *WINDOW, "--size", "1K", "--rate", "2K,20K")
        self.known({2000, 20000}, 1024)

    def test_bursts_and_bit_rates_are_kept(self):
        self.sweep(3, *WINDOW, "--size", "512", "--rate", "100K,8192kbit", "--pattern", "push-pull,pub-sub")
        self.known({100000, 2000}, 512)
        points = self.table("points")
        self.assertEqual(set(points.settings.str.extract(r" rate=(\S+)")[0]), {"100K", "8192kbit"})
        # a publisher that catches up after a stall may overrun a queue: what it then loses is
        # counted
        self.assertTrue((points[points.pattern == "push-pull"].lost == 0).all())
        self.assertTrue((points.sent == points.received + points.lost).all())

    def known(self, rates, size):
        points = self.table("points")
        self.assertEqual(set(points.rate_per_s), rates)
        for point in points.itertuples():
            self.assertGreater(point.valid_repetitions, 0, point)
            self.assertAlmostEqual(point.message_rate_per_s, point.rate_per_s, delta=0.005 * point.rate_per_s)
            self.assertAlmostEqual(point.sent_rate_per_s, point.rate_per_s, delta=0.005 * point.rate_per_s)
            self.assertAlmostEqual(point.throughput_mbit_s, point.message_rate_per_s * size * 8e-6,
                                   delta=1e-6 * point.throughput_mbit_s)
        repetitions, ranks = self.table("repetitions"), self.table("ranks")
        for row in repetitions.itertuples():
            mine = ranks[(ranks.point_id == row.point_id) & (ranks.repetition == row.repetition) & (ranks.role == "sender")]
            self.assertAlmostEqual(row.sent_rate_per_s, (mine.window_messages / mine.window_s).min(), delta=1e-6 * row.sent_rate_per_s)
        for point in points.itertuples():
            sent = repetitions[(repetitions.point_id == point.point_id) & (repetitions.valid == 1)].sent_rate_per_s
            self.assertAlmostEqual(point.sent_rate_per_s, statistics.median(sent), delta=1e-9 * point.sent_rate_per_s)

    def test_several_senders_each_have_the_rate(self):
        self.sweep(6, *WINDOW, "--size", "1K", "--rate", "3000", "--senders-per-receiver", "4")
        point = self.table("points").iloc[0]
        self.assertAlmostEqual(point.message_rate_per_s, 12000, delta=0.005 * 12000)
        self.assertAlmostEqual(point.sent_rate_per_s, 3000, delta=0.005 * 3000)

    def test_large_messages_keep_their_rate_in_every_send_mode(self):
        self.sweep(3, *WINDOW[:-2], "--send-mode", "copy,zero-copy,const,shared,untouched", "--size", "64K", "--rate", "500",
                   "--duration", "200ms", "--repetitions", "3")
        points = self.table("points")
        self.assertEqual(len(points), 5)
        for point in points.itertuples():
            self.assertAlmostEqual(point.message_rate_per_s, 500, delta=0.01 * 500)

    def test_count_mode_takes_as_long_as_the_rate_says(self):
        self.sweep(3, "--count", "1000", "--size", "1K", "--rate", "5K", "--repetitions", "3", "--send-mode", "copy")
        point = self.table("points").iloc[0]
        self.assertEqual((point.sent, point.received), (3000, 3000))
        # A first message that comes late makes the time from first to last shorter: then it says
        # so.
        off = abs(point.message_rate_per_s / 5000 - 1)
        self.assertTrue(off < 0.005 or (off > 0.01 and "unsteady" in flags(point.flags)), point)
        self.assertAlmostEqual(point.sent_rate_per_s, 5000, delta=0.005 * 5000)

    def test_a_window_grows_at_a_low_rate(self):
        self.sweep(3, "--size", "64", "--rate", "25", "--duration", "100ms", "--warmup", "0s", "--repetitions", "5",
                   "--send-mode", "copy")
        rows = self.table("repetitions")
        self.assertTrue((rows.window_messages >= 20).all() and (rows.window_s > 0.7).all())
        self.assertAlmostEqual(self.table("points").message_rate_per_s[0], 25, delta=0.005 * 25)

    def test_a_rate_that_cannot_be_kept_says_so(self):
        """A thousand million messages a second is beyond any machine: flagged, and what was sent is
        recorded; unpaced is not."""
        self.sweep(3, *WINDOW, "--duration", "200ms", "--repetitions", "2", "--size", "1K", "--rate", "1G,max,1K")
        points = self.table("points").set_index("point_id").sort_index()
        missed, unpaced, kept = points.iloc[0], points.iloc[1], points.iloc[2]
        self.assertIn("rate_missed", flags(missed["flags"]))
        self.assertLess(missed.sent_rate_per_s, 0.5e9)
        self.assertTrue(math.isnan(unpaced.rate_per_s))
        self.assertNotIn("rate_missed", flags(unpaced["flags"]))
        self.assertNotIn(" rate=", unpaced.settings)
        self.assertEqual(flags(kept["flags"]) - BUSY_FLAGS, set())

    def test_a_late_sender_catches_up(self):
        """A sender is stopped for a while in a count-mode run: the schedule is not shifted by
        that."""
        process = self.start(3, "--count", "3000", "--size", "64", "--rate", "2K", "--repetitions", "1", "--send-mode", "copy")
        pid = None
        for _ in range(200):
            pid = pid or rank_process(process, 1)
            if pid and os.path.exists(self.path("results.h5.journal")):
                break
            time.sleep(0.02)
        time.sleep(0.4)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(0.3)
        os.kill(pid, signal.SIGCONT)
        process.communicate(timeout=60)
        end(process)
        point = self.table("points").iloc[0]
        self.assertEqual(point.received, 3000)
        # 1.5 s by the schedule; shifted by the stop it would be 1.8 s, which is 1667/s
        self.assertAlmostEqual(point.message_rate_per_s, 2000, delta=0.02 * 2000)

    def test_show_and_csv_have_both_rates(self):
        self.sweep(3, *WINDOW, "--duration", "100ms", "--repetitions", "1", "--size", "64", "--rate", "1K,2K")
        shown = self.report("show", "results.h5", "--wide").stdout
        for word in ("paced at", "sent at", "1.00 k/s", "2.00 k/s"):
            self.assertIn(word, shown)
        header = self.csv()[0]
        self.assertIn("rate_per_s", header)
        self.assertIn("sent_rate_per_s", header)

    def test_files_of_schema_1_0_are_read(self):
        """A file without the newer columns, as zmqsweep wrote it before: shown, exported, and
        resumed as unpaced."""
        options = ["--duration", "50ms", "--warmup", "10ms", "--repetitions", "1", "--size", "64", "--send-mode", "copy"]
        self.sweep(3, *options)
        self.make_old()
        self.assertNotIn("paced at", self.report("show", "results.h5").stdout)
        header, row = self.csv()
        self.assertEqual(row[header.index("rate_per_s")], "")
        self.assertGreater(float(row[header.index("throughput_mbit_s")]), 0)
        self.assertEqual(self.sweep(3, *options, "--resume").returncode, 0)
        refused = run([*mpirun(3), ZMQSWEEP, "--output", "results.h5", *options, "--rate", "1K", "--resume"], self.folder)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("rate", refused.stderr)

    def make_old(self):
        with h5py.File(self.path("results.h5"), "r+") as file:
            file.attrs["schema_version"] = numpy.bytes_("1.0")
            for name, later in (("points", {"rate_per_s", "sent_rate_per_s"}), ("repetitions", {"sent_rate_per_s"}),
                                ("environment", set())):
                old, attributes = file[name][:], dict(file[name].attrs)
                kept = [column for column in old.dtype.names if column not in later]
                new = numpy.zeros(len(old), numpy.dtype([(column, old.dtype[column]) for column in kept]))
                for column in kept:
                    new[column] = old[column]
                if name == "environment":
                    new = new[~numpy.isin(new["name"], [b"option.rate", b"option.find-rate"])]
                types = {column: old.dtype.fields[column][0] for column in kept}
                del file[name]
                data = file.create_dataset(name, data=new, dtype=numpy.dtype([(c, types[c]) for c in kept]))
                for key in ("rows", "crc32"):
                    value = len(new) if key == "rows" else zlib.crc32(new.tobytes())
                    data.attrs.create(key, value, dtype=attributes[key].dtype)


class FindRate(Measured, Case):
    def test_what_is_found_holds(self):
        """The recorded repetitions lose no more than the target, or say so; the rate is one that a
        probe found good."""
        options = ["--pattern", "pub-sub", "--size", "64", "--send-mode", "copy", "--sndhwm", "100", "--rcvhwm", "100",
                   "--duration", "200ms", "--warmup", "20ms", "--interval", "50ms", "--repetitions", "3"]
        result = self.sweep(3, *options, "--find-rate", "loss=1%")
        point = self.table("points").iloc[0]
        self.assertGreater(point.rate_per_s, 0)
        self.assertEqual(point.repetitions, 3)
        self.assertIn("find-rate=loss=1%", point.settings)
        if "loss_over_target" not in flags(point["flags"]):
            self.assertLessEqual(point.lost, 0.01 * point.sent)
        else:
            self.assertGreater(point.lost, 0.01 * point.sent)
        probes = re.findall(r"find-rate: point 0 at (\d+)/s .*lost (\d+) of (\d+)", result.stderr)
        self.assertGreaterEqual(len(probes), 3)
        self.assertLessEqual(len(probes), 41)
        self.assertEqual(probes[0][0], "0")
        good = [int(rate) for rate, lost, sent in probes[1:] if int(lost) <= 0.01 * int(sent)]
        self.assertTrue(good)
        self.assertLessEqual(point.rate_per_s, max(good) + 1)
        self.assertEqual(len(self.table("repetitions")), 3)
        self.assertEqual(len(self.table("ranks")), 6)

    def test_bad_rates_and_combinations_are_refused(self):
        for arguments, word in (
                (["--find-rate", "loss=0.1%"], "pub-sub"),
                (["--find-rate", "loss=0.1%", "--pattern", "pub-sub,push-pull"], "pub-sub"),
                (["--find-rate", "loss=0.1%", "--pattern", "pub-sub", "--rate", "1K"], "--rate"),
                (["--find-rate", "loss=0.1%", "--pattern", "pub-sub", "--count", "100"], "--count"),
                (["--find-rate", "0.1%", "--pattern", "pub-sub"], "loss=0.1%"),
                (["--find-rate", "loss=99%", "--pattern", "pub-sub"], "loss=50%"),
                (["--rate", "0"], "too small"),
                (["--rate", "10Q"], "10K"),
                (["--rate", "1K,1000"], "twice"),
                (["--rate", "1Mbit:2K:x2"], "one of them")):
            with self.subTest(arguments=arguments):
                result = run([ZMQSWEEP, *arguments], self.folder)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(len(result.stderr.splitlines()), 1)
                self.assertIn(word, result.stderr)
                self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
