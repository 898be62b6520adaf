"""--latency: what is timed and how often, percentiles against their histogram, coordinated
omission, a plain echo beside it."""
import collections
import math
import os
import signal
import statistics
import subprocess
import sys
import time
import unittest
import zlib

import h5py
import numpy

from harness import SANITIZED, Case, choices, end, environment, rank_process
from witness import Measured

BRIEF = ["--send-mode", "copy", "--warmup", "50ms", "--interval", "50ms"]
COPY = ["--size", "64", "--send-mode", "copy"]
PERCENTILES = {"latency_p50_us": 500, "latency_p90_us": 900, "latency_p99_us": 990, "latency_p999_us": 999, "latency_max_us": 1000}
ECHO = """
import statistics, sys, time, zmq
count, size, asks = int(sys.argv[2]), int(sys.argv[3]), sys.argv[1] == "ask"
socket = zmq.Context().socket(zmq.REQ if asks else zmq.REP)
if not asks:
    print(socket.bind_to_random_port("tcp://127.0.0.1"), flush=True)
    for _ in range(count):
        socket.send(socket.recv(copy=False), copy=False)
    socket.recv()
    sys.exit()
socket.connect("tcp://127.0.0.1:" + sys.argv[4])
payload, times = b"x" * size, []
for _ in range(count):
    begin = time.perf_counter()
    socket.send(payload)
    socket.recv(copy=False)
    times.append(time.perf_counter() - begin)
print(1e6 * statistics.median(times[count // 10:]))
"""


BEYOND = 10  # samples that a percentile needs beyond it


def share_of(rows, thousandths):
    """The upper end of the bucket in which value number ceil(n x share) is: by hand, from the rows of /latency. None where too few
    are beyond it; the maximum is what it is."""
    rows = rows.sort_values("low_us")
    total = int(rows["count"].sum())
    wanted = -(-total * thousandths // 1000)
    if total == 0 or (thousandths < 1000 and total - wanted < BEYOND):
        return None
    return rows.high_us[rows["count"].cumsum() >= wanted].iloc[0]


def bound_of(rows):
    """The lower end of the bucket of the largest value that ten others exceed."""
    rows = rows.sort_values("low_us")
    total = int(rows["count"].sum())
    return rows.low_us[rows["count"].cumsum() >= total - BEYOND].iloc[0] if total > BEYOND else None


class Percentiles(Measured, Case):
    def check_file(self):
        """Every point's columns against its rows in /latency; those against the repetitions that
        they belong to."""
        points, rows, repetitions = self.table("points"), self.table("latency"), self.table("repetitions")
        self.assertTrue((rows["count"] > 0).all())
        self.assertTrue((rows.high_us > rows.low_us).all())
        exact = rows.high_us <= 0.2561  # a nanosecond each
        self.assertTrue((exact | (rows.high_us - rows.low_us <= rows.low_us / 128 * 1.000001)).all())
        for point in points.itertuples():
            valid = set(repetitions.repetition[(repetitions.point_id == point.point_id) & (repetitions.valid == 1)])
            mine = rows[(rows.point_id == point.point_id) & rows.repetition.isin(valid)]
            self.assertEqual(point.latency_messages, mine["count"].sum())
            self.assertEqual(point.latency_kind, "round-trip" if point.pattern in ("req-rep", "pair") else "one-way")
            if valid:
                self.assertEqual(point.latency_uncertainty_us, 0)
            expected = {**{name: share_of(mine, share) for name, share in PERCENTILES.items()}, "latency_bound_us": bound_of(mine)}
            for name, value in expected.items():
                found = getattr(point, name)
                self.assertTrue(math.isnan(found) if value is None else found == value, (point.pattern, name, found, value))
        for row in repetitions.itertuples():
            mine = rows[(rows.point_id == row.point_id) & (rows.repetition == row.repetition)]
            self.assertEqual(row.latency_messages, mine["count"].sum())
            for name, share in PERCENTILES.items():
                found, value = getattr(row, name), share_of(mine, share)
                self.assertTrue(math.isnan(found) if value is None else found == value, (row.point_id, row.repetition, name))
        return points

    def test_percentiles_are_those_of_the_rows_in_every_pattern(self):
        """In duration mode: one in N of the window's messages; percentiles are those of the rows;
        the settings say it."""
        self.sweep(3, *BRIEF, "--pattern", "push-pull,pub-sub,req-rep,pair", "--size", "64,64K", "--duration", "300ms",
                   "--rate", "2K", "--repetitions", 3, "--latency", 5)
        points = self.check_file()
        self.assertEqual(len(points), 8)
        self.assertTrue((points.valid_repetitions > 0).all(), points[["pattern", "flags"]])
        self.assertTrue(points.settings.str.contains(" latency=5").all())
        repetitions, rows, ranks = self.table("repetitions"), self.table("latency"), self.table("ranks")
        roles = dict(zip(ranks["rank"], ranks.role))
        off = collections.defaultdict(list)
        for row in repetitions[repetitions.valid == 1].itertuples():
            mine = rows[(rows.point_id == row.point_id) & (rows.repetition == row.repetition)]
            kind = points.latency_kind[points.point_id == row.point_id].iloc[0]
            self.assertEqual({roles[rank] for rank in mine["rank"]}, {"sender" if kind == "round-trip" else "receiver"})
            off[row.point_id].append(abs(mine["count"].sum() - row.window_messages / 5) - 0.05 * row.window_messages / 5)
        # The edges of counters and of times are read one after the other. A busy machine may come
        # between, for 30 ms of 300, but not in each repetition of a point.
        self.assertLessEqual(max(map(min, off.values())), 1, off)
        shown = self.report("show", "results.h5", "--wide").stdout
        for word in ("latency p50", "p99.9", "max", "timed", "there and back"):
            self.assertIn(word, shown)
        self.assertNotIn("clocks within", shown)
        csv = self.report("csv", "results.h5", "--table", "latency").stdout.splitlines()
        self.assertEqual(csv[0], "point_id,repetition,rank,low_us,high_us,count")
        self.assertEqual(len(csv) - 1, len(rows))
        some = self.report("csv", "results.h5", "--table", "latency", "--where", "pattern=pair").stdout.splitlines()
        self.assertLess(1, len(some))
        self.assertLess(len(some), len(csv))

    def test_counts_are_exact_in_every_mode(self):
        """In count mode: one in N of each sender's messages, the first among them, and no stamp is
        read twice."""
        senders, receivers = choices("--send-mode"), choices("--receive-mode")
        modes = ["--send-mode", ",".join(senders), "--receive-mode", ",".join(receivers)]
        self.sweep(4, *modes, "--write-dir", ".", "--size", "16,100,32K", "--count", 500,
                   "--senders-per-receiver", 2, "--repetitions", 1, "--latency", 7, "--sndhwm", 20, "--rcvhwm", 20)
        points, repetitions = self.check_file(), self.table("repetitions").set_index("point_id")
        self.assertEqual(len(points), 3 * len(senders) * len(receivers))
        # So few messages fit into the queues: their rate is not valid, but each is timed as it was
        # sent.
        for point in points[points.point_id.isin(repetitions.index[repetitions.received == 1000])].itertuples():
            one = repetitions.loc[point.point_id]
            self.assertEqual(one.latency_messages, 2 * math.ceil(500 / 7), (point.send_mode, point.receive_mode))
            self.assertLess(one.latency_max_us, 1.01e6 * (one.window_s + one.dead_s) + 1000, "a stamp from another time")

    def test_round_trips_are_counted_exactly(self):
        senders, receivers = choices("--send-mode"), [mode for mode in choices("--receive-mode") if mode != "write"]
        self.sweep(3, "--pattern", "req-rep,pair", "--send-mode", ",".join(senders), "--receive-mode", ",".join(receivers),
                   "--size", "1,32K", "--count", 200, "--repetitions", 1, "--latency", 7)
        points = self.check_file()
        self.assertEqual(len(points), 2 * 2 * len(senders) * len(receivers))
        for point in points.itertuples():
            self.assertEqual((point.sent, point.received), (200 * point.valid_repetitions,) * 2)
            self.assertEqual(point.latency_messages, math.ceil(200 / 7) * point.valid_repetitions)

    def test_subscribers_and_requesters_each_have_their_latencies(self):
        self.sweep(4, *COPY, "--pattern", "pub-sub", "--receivers-per-sender", 2, "--count", 100, "--latency", 10, "--repetitions", 1,
                   "--sndhwm", 1000)
        rows = self.table("latency")
        self.assertEqual(rows.groupby("rank")["count"].sum().to_dict(), {2: 10, 3: 10})
        self.sweep(4, *COPY, "--pattern", "req-rep", "--senders-per-receiver", 2, "--count", 100, "--latency", 10,
                   "--repetitions", 1, "--force")
        rows = self.table("latency")
        self.assertEqual(rows.groupby("rank")["count"].sum().to_dict(), {1: 10, 2: 10})

    def test_without_latency_echoes_have_a_throughput(self):
        self.sweep(3, *BRIEF, "--pattern", "req-rep,pair", "--size", "1,64K", "--duration", "200ms", "--repetitions", 2)
        points = self.table("points")
        self.assertTrue((points.throughput_mbit_s > 0).all() and (points.lost == 0).all())
        self.assertEqual(len(self.table("latency")), 0)

    def make_old(self):
        """The file without the table and its columns in /points, as zmqsweep wrote it before."""
        with h5py.File(self.path("results.h5"), "r+") as file:
            del file["latency"]
            old, attributes = file["points"][:], dict(file["points"].attrs)
            kept = [(name, old.dtype.fields[name][0]) for name in old.dtype.names if not name.startswith("latency_")]
            new = numpy.zeros(len(old), [(name, old.dtype[name]) for name, _ in kept])
            for name, _ in kept:
                new[name] = old[name]
            del file["points"]
            data = file.create_dataset("points", data=new, dtype=numpy.dtype(kept))
            data.attrs.create("rows", len(new), dtype=attributes["rows"].dtype)
            data.attrs.create("crc32", zlib.crc32(new.tobytes()), dtype=attributes["crc32"].dtype)
            del file.attrs["complete"]
            file.attrs.create("complete", 0, dtype="u1")

    def test_a_file_from_before_is_read(self):
        """Shown, exported, and gone on with; but a newer file's missing table is damage."""
        options = [*COPY, "--count", 100, "--repetitions", 1]
        self.sweep(3, *options)
        self.make_old()
        shown = self.report("show", "results.h5").stdout
        self.assertIn("push-pull", shown)
        self.assertNotIn("latency", shown)
        self.assertEqual(len(self.report("csv", "results.h5", "--table", "latency").stdout.splitlines()), 1)
        self.sweep(3, *options, "--resume")
        self.assertEqual(set(self.table("points").latency_kind), {""})
        with h5py.File(self.path("results.h5"), "r+") as file:
            del file["latency"]
        self.assertIn("no table latency", self.report("show", "results.h5", code=1).stderr)


class Plausible(Measured, Case):
    def echo(self, count, size):
        """The median round trip of a pyzmq REQ/REP over loopback, in us."""
        command = [sys.executable, "-c", ECHO]
        answers = subprocess.Popen([*command, "answer", str(count), str(size)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(end, answers)
        port = answers.stdout.readline().strip()
        return float(subprocess.run([*command, "ask", str(count), str(size), port], stdout=subprocess.PIPE, text=True,
                                    check=True, timeout=60).stdout)

    @unittest.skipIf(SANITIZED, "instrumented programs are slow")
    def test_round_trips_take_as_long_as_a_plain_echo(self):
        """The median round trip is that of pyzmq over the same loopback, within a factor of two;
        runs alternate."""
        ours, others = [], []
        for _ in range(5):
            others.append(self.echo(3000, 64))
            self.sweep(3, *COPY, "--pattern", "req-rep", "--count", 3000, "--repetitions", 1, "--latency", 1, "--force")
            ours.append(self.table("points").latency_p50_us[0])
        ratio = statistics.median(ours) / statistics.median(others)
        print(f"{self.id()}: {sorted(ours)} us, pyzmq {sorted(others)} us, ratio {ratio:.2f}", flush=True)
        self.assertLess(ratio, 2)
        self.assertGreater(ratio, 0.5)

    def test_one_way_is_below_two_round_trips(self):
        self.sweep(3, *BRIEF, "--size", "64", "--pattern", "push-pull,pair", "--rate", "1K", "--duration", "1s", "--repetitions", 3,
                   "--latency", 1)
        p50 = self.table("points").set_index("pattern").latency_p50_us
        print(f"{self.id()}: one way {p50['push-pull']} us, there and back {p50['pair']} us", flush=True)
        self.assertGreater(p50["push-pull"], 1)
        self.assertLess(p50["push-pull"], 2 * p50["pair"])


class CoordinatedOmission(Measured, Case):
    RATE, EVERY = 1000, 5

    def stop_a_while(self, process, rank, seconds):
        """Stops a rank in the window's midst. Returns how long it stood still."""
        pid = None
        deadline = time.monotonic() + 60
        while pid is None and time.monotonic() < deadline:
            pid = rank_process(process, rank)
        for line in process.stderr:
            if f"[rank {rank} " in line and line.rstrip().endswith("ready"):
                break
        time.sleep(1)
        begin = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(pid, signal.SIGCONT)
        return time.monotonic() - begin

    def check(self, pattern, rank):
        process = self.start(3, *BRIEF, "--size", "1K", "--pattern", pattern, "--rate", self.RATE, "--latency", self.EVERY, "--duration",
                             "3s", "--repetitions", 1, "--log-level", "debug", "--force")
        stood_s = self.stop_a_while(process, rank, 0.3)
        _, rest = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, 3), rest)
        rows = self.table("latency")
        late = rows["count"][rows.low_us > 50e3].sum()
        due = self.RATE * (stood_s - 0.05) / self.EVERY
        print(f"{self.id()}: stood still {stood_s:.3f} s, {late} later than 50 ms, {due:.0f} due, max {rows.high_us.max():.0f} us",
              flush=True)
        self.assertGreaterEqual(rows.high_us.max(), 250e3)
        self.assertGreater(late, 0.8 * due)
        self.assertLess(late, 2 * due + 20)  # the machine may stand still besides

    def test_a_receiver_that_stands_still_makes_many_late(self):
        self.check("push-pull", 2)

    def test_all_round_trips_that_were_due_are_late(self):
        """One message was under way, but all that were due meanwhile are late."""
        self.check("pair", 2)


class Kept(Case):
    def test_rows_survive_an_interruption_and_a_resume(self):
        """The rows go through file, journal and file again."""
        options = [*COPY, "--pattern", "push-pull,pair", "--duration", "200ms", "--warmup", "10ms", "--interval", "10ms", "--repetitions",
                   3, "--latency", 3, "--order", "points"]
        process = self.start(3, *options)
        for line in process.stderr:
            if " 1/2 " in line:
                break
        process.send_signal(signal.SIGUSR1)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4)
        before = self.table("latency")
        keys = ["point_id", "repetition", "rank", "low_us", "high_us", "count"]
        measured = set(map(tuple, before[keys].itertuples(index=False)))
        self.assertGreater(len(measured), 0)
        self.sweep(3, *options, "--resume")
        after = self.table("latency")
        self.assertLessEqual(measured, set(map(tuple, after[keys].itertuples(index=False))))
        self.assertEqual(set(after.groupby("point_id").repetition.nunique()), {3})
        other = self.sweep(3, *options, "--resume", "--latency", 4, code=2)
        self.assertIn("latency", other.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
