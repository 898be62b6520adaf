"""--baseline tcp: the points are there once, their accounts are exact, and reports make the right
shares and ceilings."""
import os
import re
import subprocess
import unittest

from harness import BUILD, BUSY_FLAGS, SHORT, Case, flags
from witness import Measured

# What plain sockets share with the points they stand beside.
SHARED = ["message_size_bytes", "pairs", "receivers_per_sender", "senders_per_receiver", "message_count", "sender_host",
          "receiver_host", "sender_cpus", "receiver_cpus", "bind"]

# With queues and buffers that cannot hide it.
COUNT = ["--count", "5000", "--sndhwm", "10", "--rcvhwm", "10", "--sndbuf", "64K", "--rcvbuf", "64K"]


class Baseline(Measured, Case):
    def points(self):
        points = self.table("points")
        stream = points[points.pattern == "stream"]
        return points[points.pattern != "stream"], stream

    def check_accounts(self):
        """Whole, as for any point: what was sent came, rank by rank; nothing but the machine can
        make it invalid."""
        _, stream = self.points()
        repetitions, ranks = self.table("repetitions"), self.table("ranks")
        for point in stream.itertuples():
            self.assertEqual((point.transport, point.send_mode, point.receive_mode), ("raw-tcp", "const", "copy"))
            self.assertEqual((point.sndhwm, point.rcvhwm, point.io_threads), (0, 0, 0))
            self.assertGreater(point.sndbuf_bytes, 0)
            self.assertGreater(point.rcvbuf_bytes, 0)
            for row in repetitions[repetitions.point_id == point.point_id].itertuples():
                mine = ranks[(ranks.point_id == point.point_id) & (ranks.repetition == row.repetition)]
                counts = mine.groupby("role").messages.sum()
                self.assertEqual(counts["sender"], counts["receiver"], mine)
                self.assertEqual((row.sent, row.received), (counts["sender"], counts["receiver"]))
                self.assertEqual((row.lost, row.foreign), (0, 0))
                self.assertGreater(row.received, 0)
                self.assertEqual(row.received_bytes, row.received * point.message_size_bytes)
                self.assertEqual(len(mine), point.pairs * (point.senders_per_receiver + point.receivers_per_sender))
                self.assertTrue((mine.io_cpus == "").all() and (mine.tcp_rtt_us > 0).all())
                self.assertLessEqual(flags(row.flags), BUSY_FLAGS)
                self.assertEqual(row.valid, not flags(row.flags) & {"short_overlap", "late_start", "few_messages", "queued"})

    def shares(self, *options):
        """By point_id, the column "of TCP" of show."""
        lines = self.report("show", "results.h5", "--wide", *options).stdout.splitlines()
        head = next(line for line in lines if line.startswith("point ") and "of TCP" in line)
        end = head.index("of TCP") + len("of TCP")
        rows = [line for line in lines if re.match(r" *\d+  ", line)]
        return {int(line.split()[0]): line[:end].rsplit("  ", 1)[1].strip() for line in rows}

    def check_shares(self, *options):
        points, stream = self.points()
        shown = self.shares(*options)
        checked = 0
        for point in points.itertuples():
            if point.point_id not in shown:
                continue
            same = stream[(stream[SHARED] == [getattr(point, name) for name in SHARED]).all(axis=1)]
            self.assertEqual(len(same), 1 if point.transport == "tcp" else len(same))
            text = shown[point.point_id]
            if point.transport != "tcp" or not point.valid_repetitions or not same.valid_repetitions.iloc[0]:
                self.assertEqual(text, "-")
                continue
            self.assertRegex(text, r"^[0-9.e+-]+ %$")
            share = 100 * point.throughput_mbit_s / same.throughput_mbit_s.iloc[0]
            self.assertLessEqual(abs(float(text.split()[0]) - share), max(0.51, 0.051 * share if share < 10 else 0), text)
            checked += 1
        return checked

    def test_the_baseline_runs_once_for_each_distinct_setting(self):
        self.sweep(5, *SHORT, "--baseline", "tcp", "--size", "1K,64K", "--pattern", "push-pull,pub-sub", "--transport",
                   "tcp,ipc", "--send-mode", "copy", "--pairs", "1,2", "--repetitions", 1)
        points, stream = self.points()
        self.assertEqual(len(points), 16)
        self.assertEqual(sorted(zip(stream.pairs, stream.message_size_bytes)),
                         [(1, 1024), (1, 65536), (2, 1024), (2, 65536)])
        self.check_accounts()
        self.assertGreater(self.check_shares(), 0)
        # A filter that lets no row of the baseline through changes no share.
        self.assertEqual({key: value for key, value in self.shares().items() if value != "-"},
                         {key: value for key, value in self.shares("--where", "transport=tcp").items() if value != "-"})
        self.check_pictures(points, stream)

    def check_pictures(self, points, stream):
        for kind, x in (("size", "message_size_bytes"), ("scaling", "pairs")):
            self.report("plot", "results.h5", "--kind", kind, "-o", f"{kind}.svg", "--data", "--where",
                        "pattern=push-pull,transport=tcp,pairs=2" if kind == "size" else
                        "pattern=push-pull,transport=tcp,size=64K")
            with open(self.path(f"{kind}.dat")) as file:
                blocks = re.findall(r"^# series \d+: (.*)\n# .*\n((?:[^#\n].*\n)+)", file.read(), re.M)
            ceilings = [rows for name, rows in blocks if name.startswith("raw TCP")]
            wanted = stream[(stream.pairs == 2) if kind == "size" else (stream.message_size_bytes == 65536)]
            shown = points[(points.pattern == "push-pull") & (points.transport == "tcp") & (points.valid_repetitions > 0)]
            wanted = wanted[(wanted.valid_repetitions > 0)
                            & [((shown.pairs == row.pairs) & (shown.message_size_bytes == row.message_size_bytes)).any()
                               for row in wanted.itertuples()]]
            drawn = {tuple(map(float, row.split()[:2])) for row in "".join(ceilings).splitlines()}
            self.assertEqual(drawn, set(zip(wanted[x].astype(float), wanted.throughput_mbit_s)))
            with open(self.path(f"{kind}.svg")) as file:
                self.assertEqual("raw TCP" in file.read(), bool(drawn))
        self.report("html", "results.h5", "-o", "page.html")
        with open(self.path("page.html")) as file:
            page = file.read()
        self.assertIn("of TCP", page)
        self.assertIn("raw TCP", page)

    def test_accounts_of_groups_and_counts_are_exact(self):
        for shape in ("--senders-per-receiver", "--receivers-per-sender"):
            for window in (["--duration", "100ms"], COUNT):
                with self.subTest(shape=shape, window=window):
                    self.sweep(5, "--baseline", "tcp", "--size", "1000,64K", "--send-mode", "const", shape, "3",
                               "--repetitions", 1, "--warmup", "20ms", "--interval", "50ms", "--bind", "sender", "--force",
                               *window[:2] if window[0] == "--duration" else window)
                    points, stream = self.points()
                    self.assertEqual((len(points), len(stream)), (2, 2))
                    self.check_accounts()
                    self.check_shares()
                    if window[0] == "--count":
                        senders = 3 if shape == "--senders-per-receiver" else 1
                        self.assertEqual(set(self.table("repetitions").received), {5000 * senders})

    def test_a_message_larger_than_all_buffers_is_accounted_for(self):
        """Nothing of it is left over when the window ends in the middle of one."""
        self.sweep(3, *SHORT, "--baseline", "tcp", "--size", "20M", "--send-mode", "const", "--repetitions", 2)
        self.check_accounts()

    def test_bad_combinations_are_refused_and_a_resume_wants_the_same_baseline(self):
        self.sweep(3, *SHORT, "--baseline", "tcp", "--transport", "ipc", code=2)
        self.assertFalse(os.path.exists(self.path("results.h5")))
        self.sweep(3, *SHORT, "--pattern", "stream", code=2)
        self.sweep(3, *SHORT, "--transport", "raw-tcp", code=2)
        options = [*SHORT, "--size", "64K", "--send-mode", "copy"]
        self.sweep(3, *options, "--baseline", "tcp")
        before = os.stat(self.path("results.h5")).st_mtime_ns
        result = self.sweep(3, *options, "--resume", code=2)
        self.assertIn("baseline", result.stderr)
        self.assertEqual(os.stat(self.path("results.h5")).st_mtime_ns, before)
        self.sweep(3, *options, "--baseline", "tcp", "--resume")
        self.assertEqual(len(self.table("points")), 2)
        result = self.report("compare", "results.h5", "results.h5")
        self.assertIn("stream", result.stdout)

    @unittest.skipUnless(os.path.exists(os.path.join(BUILD, "make_results")), "no make_results")
    def test_without_a_baseline_nothing_is_said(self):
        subprocess.run([os.path.join(BUILD, "make_results"), self.path("made.h5"), "points=8"], check=True)
        self.assertNotIn("TCP", self.report("show", "made.h5", "--wide").stdout)
        self.report("plot", "made.h5", "-o", "made.svg")
        with open(self.path("made.svg")) as file:
            self.assertNotIn("raw TCP", file.read())

    @unittest.skipUnless(os.path.exists(os.path.join(BUILD, "make_results")), "no make_results")
    def test_the_link_is_drawn_where_it_is_near(self):
        """The made-up hosts have links of 100 Gbit/s. At twice the speed rates come up to 80, at
        1/100 to 0.8."""
        for shape, near in ((["ends=1", "speed=2"], True), (["ends=1", "speed=0.01"], False), (["speed=2"], False)):
            subprocess.run([os.path.join(BUILD, "make_results"), self.path("made.h5"), "points=32", *shape], check=True)
            for command in (["plot", "made.h5"], ["plot", "made.h5", "--kind", "scaling"], ["html", "made.h5"]):
                with self.subTest(shape=shape, command=command):
                    self.report(*command, "-o", "made.html" if command[0] == "html" else "made.svg")
                    with open(self.path("made.html" if command[0] == "html" else "made.svg")) as file:
                        self.assertEqual("link 100 Gbit/s" in file.read(), near)
        subprocess.run([os.path.join(BUILD, "make_results"), self.path("made.h5"), "ends=1", "speed=2"], check=True)
        self.report("plot", "made.h5", "--kind", "rate", "-o", "rate.svg")  # not in bit/s
        with open(self.path("rate.svg")) as file:
            self.assertNotIn("link 100", file.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
