"""The sweep goes in rounds: each point once a round, orders, pauses, precision; and the journal's
sync does not stand in the way."""
import os
import re
import signal
import statistics
import subprocess
import time
import unittest

import h5py

from harness import BUILD, PATIENCE_S, ZMQSWEEP, environment, mpirun, rank_process, run, under_rank0
from kept import Journal, KeptCase, file_repetitions, journaled, read
from witness import Measured

QUICK = ["--duration", "20ms", "--warmup", "10ms", "--interval", "5ms", "--send-mode", "copy"]
FIVE = [*QUICK, "--size", "64,128,256,512,1K", "--repetitions", "4"]


def orders(repetitions):
    """The points of each round, in the order in which they ran."""
    rows = repetitions.sort_values("start_s")
    return [list(rows.point_id[rows["round"] == number]) for number in sorted(set(rows["round"]))]


class Rounds(Measured, KeptCase):
    def measured(self, *options):
        self.sweep(3, *options, "--force")
        return orders(self.table("repetitions"))

    def test_each_round_has_each_point_once_in_a_new_order(self):
        rounds = self.measured(*FIVE, "--order-seed", 42)
        self.assertEqual([sorted(order) for order in rounds], [list(range(5))] * 4)
        self.assertGreater(len(set(map(tuple, rounds))), 1)
        self.assertEqual(rounds, self.measured(*FIVE, "--order-seed", 42))
        self.assertNotEqual(rounds, self.measured(*FIVE, "--order-seed", 43))
        self.assertEqual(set(self.table("points").order), {"random"})

    def test_points_run_in_the_order_of_the_first_round(self):
        first = self.measured(*FIVE, "--order-seed", 42)[0]
        self.sweep(3, *FIVE, "--order-seed", 42, "--order", "points", "--force")
        rows, points = self.table("repetitions"), self.table("points")
        self.assertEqual(set(rows["round"]), {-1})
        self.assertEqual(set(points.order), {"points"})
        rows = rows.sort_values("start_s")
        self.assertEqual(list(rows.point_id), [point for point in first for _ in range(4)])
        self.assertTrue((points.spread_s < (rows.start_s.max() - rows.start_s.min()) / 2).all())

    def test_listed_rounds_are_in_the_order_of_the_plan(self):
        self.assertEqual(self.measured(*FIVE, "--order", "listed"), [list(range(5))] * 4)

    def test_columns_tell_what_was_asked_for(self):
        self.sweep(3, *FIVE)
        points = self.table("points")
        self.assertEqual((set(points.planned_repetitions), set(points.least_repetitions)), ({4}, {0}))
        self.assertTrue(points.precision.isna().all() and points.loss_target.isna().all())
        rows = self.table("repetitions")
        self.assertTrue((rows.took_s > 0.03).all())
        spans = rows.groupby("point_id")[["start_s", "window_s"]].apply(lambda mine: (mine.start_s + mine.window_s.fillna(0)).max() - mine.start_s.min())
        self.assertTrue(((spans - points.set_index("point_id").spread_s).abs() < 1e-6).all())

    def test_a_precise_point_leaves_the_rounds(self):
        """Paced points are precise early, the others never to 0.1 %: the rounds go on without the
        former. After a repetition or two that strayed, the last look may be the first good one."""
        self.sweep(3, *QUICK, "--duration", "100ms", "--size", "1K", "--rate", "2K,max", "--precision", "0.1%", "--max-repetitions", "12")
        points, rows = self.table("points").set_index("rate_per_s", drop=False), self.table("repetitions")
        counts = rows.groupby("point_id").size()
        self.assertEqual(counts[points.point_id[points.rate_per_s.isna()]].iloc[0], 12)
        paced = points[points.rate_per_s == 2000].iloc[0]
        own = counts[paced.point_id]
        if own < 12:
            self.assertEqual(paced.stop_reason, "precision")
        self.assertEqual(set(rows[rows.point_id == paced.point_id]["round"]), set(range(own)))
        self.assertEqual(len(rows[rows["round"] == 11]), 1 + (own == 12))

    def test_max_time_is_a_points_own(self):
        """Five points of 0.2 s a repetition: in 3 s each has its ten or so, however long the sweep
        takes."""
        self.sweep(3, *QUICK, "--duration", "150ms", "--size", "64,128,256,512,1K", "--precision", "0.1%", "--max-time", "3s")
        rows = self.table("repetitions")
        own = rows.groupby("point_id").took_s.sum()
        self.assertTrue((own > 2).all() and (own < 3.5).all(), own)
        self.assertGreater(rows.start_s.max() - rows.start_s.min(), 9)
        self.assertEqual(set(self.table("points").stop_reason), {"time"})

    def test_baseline_and_find_rate_take_part(self):
        rounds = self.measured(*QUICK, "--size", "64K", "--baseline", "tcp", "--repetitions", "3")
        self.assertEqual([sorted(order) for order in rounds], [[0, 1]] * 3)
        self.sweep(3, *QUICK, "--duration", "200ms", "--pattern", "pub-sub", "--size", "1K,4K", "--find-rate", "loss=50%", "--repetitions", "2",
                   "--force")
        rows = self.table("repetitions")
        self.assertTrue((rows.groupby("point_id").size() == 2).all())
        self.assertTrue((self.table("points").rate_per_s > 0).all())

    def test_spread_covers_the_time_and_waits_asleep(self):
        """Pauses longer than the timeout end nothing."""
        process = self.start(3, *FIVE, "--spread", "9s", "--timeout", "2s")
        until = time.monotonic() + PATIENCE_S
        while not os.path.exists(self.path("results.h5.journal")) and time.monotonic() < until:
            time.sleep(0.02)
        pids = [rank_process(process, rank) for rank in range(3)]
        time.sleep(4)
        before = [cpu_s(pid) for pid in pids]
        time.sleep(1)  # of the pauses, which are 2.5 s each
        after = [cpu_s(pid) for pid in pids]
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 3), errors)
        points = self.table("points")
        self.assertTrue((points.spread_s > 8).all() and (points.spread_s < 15).all(), points.spread_s)
        self.assertTrue(all(b - a < 0.6 for a, b in zip(before, after)), (before, after))

    def test_spread_wants_rounds(self):
        result = run([*mpirun(3), ZMQSWEEP, *FIVE, "--spread", "1s", "--order", "points", "--output", "x.h5"], self.folder)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(len(result.stderr.strip().splitlines()[:1]), 1)
        self.assertIn("--spread is between rounds", result.stderr)
        self.assertFalse(os.path.exists(self.path("x.h5")))

    def test_no_two_lines_are_alike(self):
        result = self.sweep(3, *QUICK, "--size", "64", "--rate", "1K,2K", "--sndhwm", "10,20", "--security", "none,curve",
                            "--sender-cpus", "none,pu:0", "--repetitions", "1")
        lines = [re.sub(r"^ *\d+/\d+ ", "", line) for line in result.stderr.splitlines() if re.match(r" *\d+/16 ", line)]
        self.assertEqual(len(lines), 16)
        told = [re.sub(r"[\d.]+ [kMG]?bit/s.*?lost [<>\d.]+ %", "", line) for line in lines]
        self.assertEqual(len(set(told)), 16, result.stderr)


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stopped(KeptCase):
    """A sweep of 60 points, stopped in its third round and gone on with."""
    PLAN = [*QUICK, "--size", ",".join(str(64 + i) for i in range(20)), "--sndhwm", "10,100,1000", "--repetitions", "4"]
    POINTS, REPETITIONS = 60, 4

    def stop_in_round_3(self, number):
        process = self.start(3, *self.PLAN)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and process.poll() is None:
            if len(journaled(self.path("results.h5.journal"))) >= 2 * self.POINTS + 10:
                break
            time.sleep(0.05)
        victim = rank_process(process, 0)
        os.kill(victim, number) if number == signal.SIGKILL else process.send_signal(number)
        _, errors = process.communicate(timeout=PATIENCE_S)
        return process.returncode, errors

    def check_gone_on_with(self, before):
        self.assertGreater(len(before), 2 * self.POINTS)
        self.assertLess(len(before), 3 * self.POINTS)
        result = self.sweep(3, *self.PLAN, "--resume")
        self.assertRegex(result.stderr, rf"round 3 of 4: {3 * self.POINTS - len(before)} points")
        after = file_repetitions(self.path("results.h5"))
        self.assertEqual(len(after), self.POINTS * self.REPETITIONS)
        self.check_same(before, after, "gone on with")
        rows = self.table("repetitions")
        self.assertEqual(list(rows.groupby("round").point_id.nunique()), [self.POINTS] * self.REPETITIONS)
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(file.attrs["complete"], 1)

    def test_a_sweep_stopped_by_usr1_in_mid_round_is_completed(self):
        code, errors = self.stop_in_round_3(signal.SIGUSR1)
        self.assertEqual(code, 4, errors)
        self.check_gone_on_with(file_repetitions(self.path("results.h5")))

    def test_a_sweep_killed_in_mid_round_is_completed(self):
        self.stop_in_round_3(signal.SIGKILL)
        self.check_gone_on_with(Journal(read(self.path("results.h5.journal")), strict=False).repetitions)


class SlowDisk(KeptCase):
    """A disk whose sync takes long, on rank 0."""
    SHIM = os.path.join(BUILD, "libslow_sync.so")

    def measured(self, ms, *options):
        """Dead times in ms and the flags of a sweep."""
        preload = ["env", f"LD_PRELOAD={self.SHIM}", f"SLOW_SYNC_MS={ms}"]
        command = [*mpirun(3), *under_rank0(*preload), ZMQSWEEP, *options, "--output", "results.h5", "--force"]
        done = subprocess.run(command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE_S)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        # The first comes before any sync but that of the first line.
        rows = self.table("repetitions").sort_values("start_s")[1:]
        return list(1e3 * rows.dead_s), ",".join(rows["flags"])

    def test_a_sync_of_20_ms_goes_on_beside_the_warm_up(self):
        """Alternated runs with and without. 20 ms of waiting would show as 20 ms of dead time in
        the medians; half of it is the limit, since other work moves dead times by some ms."""
        plan = ["--size", "64K", "--send-mode", "copy", "--duration", "30ms", "--warmup", "150ms", "--interval", "10ms", "--repetitions", "8"]
        with_it, without, flags = [], [], ""
        for _ in range(3):
            dead, more = self.measured(20, *plan)
            with_it += dead
            flags += more
            without += self.measured(0, *plan)[0]
        self.assertNotIn("disk_busy", flags)
        grown = statistics.median(with_it) - statistics.median(without)
        print(f"dead time {statistics.median(without):.1f} ms, with a sync of 20 ms {statistics.median(with_it):.1f} ms", flush=True)
        self.assertLess(grown, 10)

    def test_the_traffic_waits_where_the_warm_up_is_short(self):
        for plan in (["--warmup", "0", "--duration", "100ms"], ["--count", "2000"]):
            dead, flags = self.measured(60, "--size", "64K", "--send-mode", "copy", "--repetitions", "6", *plan)
            self.assertNotIn("disk_busy", flags)
            # Each waits for a sync that began when the one before had ended.
            self.assertGreater(min(dead), 50, plan)

    def test_a_sync_that_reaches_into_a_window_is_told(self):
        """Syncs become slow only after the first: what is expected of them is wrong once, and that
        one is flagged."""
        dead, flags = self.measured(400, "--size", "64K", "--send-mode", "copy", "--repetitions", "4", "--warmup", "50ms", "--duration",
                                    "100ms")
        self.assertTrue("disk_busy" in flags or min(dead) > 200, (dead, flags))


if __name__ == "__main__":
    unittest.main(verbosity=2)
