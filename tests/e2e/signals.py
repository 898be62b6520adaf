"""Stopped, killed, gone on with: nothing that was measured is lost."""
import contextlib
import os
import random
import signal
import time
import unittest

from harness import BUILD, PATIENCE_S, SHORT, ZMQSWEEP, launcher, mpirun, rank_process, run, table
from kept import Journal, KeptCase, file_repetitions, journaled, read, told_rounds

# 16 points, some 6 s.
PLAN = [*SHORT, "--size", "64:8K:x2", "--send-mode", "copy,const", "--pattern", "push-pull"]
POINTS = 16


class Stop(KeptCase):
    def journaled(self):
        """The repetitions in the journal that are whole."""
        return journaled(self.path("results.h5.journal"))

    def wait_for_repetitions(self, process, count):
        until = time.monotonic() + PATIENCE_S
        while len(self.journaled()) < count and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        self.assertIsNone(process.poll(), "the sweep ended too early")

    def resume(self, *plan):
        return self.sweep(3, *(plan or PLAN), "--resume")

    def check_complete(self, again=()):
        points = self.table("points")
        self.assertEqual(sorted(points.point_id), list(range(POINTS)))
        self.assertFalse(os.path.exists(self.path("results.h5.journal")))
        repetitions = self.table("repetitions")
        self.check_rounds(repetitions, 2, again)
        self.assertTrue((repetitions.sent == repetitions.received + repetitions.lost).all())

    def check_gone_on_with(self, before, failed):
        """All is there as it was, but for points that were done and had no valid repetition: those
        are measured again."""
        self.check_complete(failed)
        self.check_same({key: kept for key, kept in before.items() if key[0] not in failed},
                        file_repetitions(self.path("results.h5")), "gone on with")

    def test_usr1_saves_and_resume_completes(self):
        process = self.start(3, *PLAN)
        self.wait_for_repetitions(process, POINTS + 3)
        process.send_signal(signal.SIGUSR1)
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 4, errors)
        before = file_repetitions(self.path("results.h5"))
        self.assertGreaterEqual(len(before), POINTS + 3)
        self.assertLess(len(before), 2 * POINTS)
        points = self.table("points")
        self.assertEqual(set(points.stop_reason[points.repetitions < 2]), {"interrupted"})
        self.assertEqual(set(points.stop_reason[points.repetitions == 2]), {"repetitions"})
        result = self.resume()
        self.assertIn(f"{(points.repetitions == 2).sum()} of {POINTS} points are done, {len(before)} repetitions are there", result.stderr)
        self.check_gone_on_with(before, set(points.point_id[(points.status == "failed") & (points.repetitions == 2)]))

    def test_usr2_tells_the_points_so_far_and_ends_nothing(self):
        process = self.start(3, *PLAN)
        self.wait_for_repetitions(process, 3)
        # MPICH's mpirun does not pass it on, but ends.
        os.kill(rank_process(process, 0) if launcher() == "MPICH" else process.pid, signal.SIGUSR2)
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 3), errors)
        lines = errors.splitlines()
        first = next(i for i, line in enumerate(lines) if line.startswith("round 1 "))
        self.assertTrue(all("1 of 2 repetitions" in line for line in lines[first + 1:first + 1 + POINTS]), errors)
        self.assertEqual(told_rounds(lines), 2 * POINTS)
        self.check_complete()

    def test_term_leaves_inside_the_launchers_two_seconds(self):
        process = self.start(3, *PLAN)
        self.wait_for_repetitions(process, 2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        # No time to finish: the journal is whole.
        if os.path.exists(self.path("results.h5.journal")):
            self.report("recover", "results.h5.journal")
        self.assertGreaterEqual(len(self.table("points")), 2)

    def test_kill_9_of_rank_0_loses_at_most_the_repetition_in_flight(self):
        dice = random.Random(7)
        for attempt in range(4):
            with self.subTest(attempt=attempt):
                for name in os.listdir(self.folder):
                    os.remove(self.path(name))
                process = self.start(3, *PLAN)
                self.wait_for_repetitions(process, 1 + 6 * attempt)
                time.sleep(dice.random() * 0.5)
                victim = rank_process(process, 0)
                self.assertIsNotNone(victim)
                os.kill(victim, signal.SIGKILL)
                _, errors = process.communicate(timeout=PATIENCE_S)
                self.assertNotEqual(process.returncode, 0)
                journal = Journal(read(self.path("results.h5.journal")), strict=False)
                kept = journal.repetitions
                self.assertGreaterEqual(len(kept), max(1 + 6 * attempt, told_rounds(errors.splitlines())))
                _, recovered = self.recovered("results.h5.journal")
                self.assertEqual(kept, recovered)
                self.resume()
                self.check_gone_on_with(kept, journal.failed())

    def test_a_point_without_a_valid_repetition_is_measured_again(self):
        """100 messages fit into the queues: none of them is a valid repetition. The other point's
        are."""
        plan = ["--size", "64", "--count", "100,500000", "--repetitions", "2", "--order", "listed"]
        process = self.start(3, *plan)
        failed = set()
        while not failed and process.poll() is None:
            time.sleep(0.02)
            if os.path.exists(self.path("results.h5.journal")):
                journal = Journal(read(self.path("results.h5.journal")), strict=False)
                failed = journal.failed()
        self.assertEqual(failed, {0})
        os.kill(rank_process(process, 0), signal.SIGKILL)
        process.communicate(timeout=PATIENCE_S)
        self.resume(*plan)
        repetitions = self.table("repetitions")
        self.assertEqual(list(repetitions.valid[repetitions.point_id == 0]), [0, 0])
        self.check_rounds(repetitions, 2, failed)

    def test_resume_refuses_another_plan_and_names_the_difference(self):
        self.sweep(3, *SHORT, "--size", "64,128", "--send-mode", "copy")
        with open(self.path("results.h5"), "rb") as file:
            before = file.read()
        for change, words in ((["--size", "64,256"], ["size", "64,256", "64,128"]), (["--repetitions", "3"], ["repetitions"])):
            command = [*mpirun(3), ZMQSWEEP, *SHORT, "--size", "64,128", "--send-mode", "copy", *change, "--resume",
                       "--output", "results.h5"]
            result = run(command, self.folder)
            self.assertEqual(result.returncode, 2, result.stderr)
            for word in words:
                self.assertIn(word, result.stderr)
            with open(self.path("results.h5"), "rb") as file:
                self.assertEqual(file.read(), before)
            self.assertEqual(os.listdir(self.folder), ["results.h5"])

    def test_resume_of_a_complete_file_measures_nothing(self):
        self.sweep(3, *SHORT, "--size", "64,128", "--send-mode", "copy")
        before = table(self.path("results.h5"), "repetitions")
        result = self.resume(*SHORT, "--size", "64,128", "--send-mode", "copy")
        self.assertIn("2 of 2 points are done", result.stderr)
        self.assertTrue(before.equals(table(self.path("results.h5"), "repetitions")))

    def test_a_second_sweep_on_the_same_output_is_refused(self):
        process = self.start(3, *PLAN)
        self.wait_for_repetitions(process, 1)
        result = run([*mpirun(3), ZMQSWEEP, *PLAN, "--output", "results.h5", "--force"], self.folder)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(str(rank_process(process, 0)), result.stderr)
        process.send_signal(signal.SIGUSR1)
        process.communicate(timeout=PATIENCE_S)


class Grace(KeptCase):
    """A launcher that leaves no time: Open MPI 5 gives 0.25 s after SIGTERM, MPICH none after the
    loss of a rank. What is kept is told at once, and nothing else stays."""
    POINTS = ["--duration", "150ms", "--warmup", "10ms", "--interval", "50ms", "--repetitions", "30",
              "--size", "64,64K", "--send-mode", "copy"]
    KINDS = {"write": ["--receive-mode", "write", "--write-dir", "disk"], "ipc": ["--transport", "ipc"],
             "pub-sub over ipc": ["--transport", "ipc", "--pattern", "pub-sub", "--bind", "sender"]}
    SHIM = os.path.join(BUILD, "libtaken_signals.so")

    def setUp(self):
        super().setUp()
        before = os.environ.get("TMPDIR")
        for name in ("disk", "tmp"):
            os.mkdir(self.path(name))
        os.environ["TMPDIR"] = self.path("tmp")
        self.addCleanup(os.environ.pop if before is None else os.environ.__setitem__, "TMPDIR",
                        *([] if before is None else [before]))

    def begin(self, *options, preload=()):
        """A new sweep in an empty folder."""
        for name in os.listdir(self.folder):
            if name.startswith("results"):
                os.remove(self.path(name))
        return self.start(3, *self.POINTS, *options, preload=preload)

    def kept(self):
        """How many repetitions are in the journal."""
        return len(journaled(self.path("results.h5.journal")))

    def in_traffic(self, process, least=2):
        """Waits until the first repetitions are kept. @return the ranks' processes."""
        until = time.monotonic() + PATIENCE_S
        while self.kept() < least:
            self.assertIsNone(process.poll(), "the sweep ended too early")
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        time.sleep(random.random() * 0.3)
        return [rank_process(process, rank) for rank in range(3)]

    def told(self, process):
        _, errors = process.communicate(timeout=PATIENCE_S)
        return [line for line in errors.splitlines() if "told to end" in line]

    def check_left(self):
        """Nothing but results: no file, folder or socket of ours."""
        for folder in ("disk", "tmp"):
            ours = [name for name in os.listdir(self.path(folder)) if name.startswith("zmqsweep")]
            self.assertEqual(ours, [], folder)
        results = {name for name in os.listdir(self.folder) if name.startswith("results")}
        self.assertTrue(results & {"results.h5", "results.h5.journal"}, results)
        self.assertLessEqual(results, {"results.h5", "results.h5.journal", "results.h5.partial"})

    def check_resume(self, *options):
        before = self.kept() or len(file_repetitions(self.path("results.h5")))
        process = self.start(3, *self.POINTS, *options, "--resume")
        self.in_traffic(process, before + 1)
        process.send_signal(signal.SIGUSR1)
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 4, errors)
        self.assertIn("going on", errors)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("results")], ["results.h5"])

    def test_killed_a_quarter_of_a_second_after_term(self):
        for name, options in self.KINDS.items():
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(kind=name, signal=number):
                    process = self.begin(*options)
                    ranks = self.in_traffic(process)
                    for pid in ranks:
                        os.kill(pid, number)
                    time.sleep(0.25)
                    for pid in ranks:
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                    told = self.told(process)
                    self.assertEqual(len(told), 1, told)
                    self.assertRegex(told[0], r"^zmqsweep: rank 0 on \S+: .*; what was measured is in "
                                     r"results\.h5\.journal until results\.h5 is finished: go on with --resume$")
                    self.check_left()
            self.check_resume(*options)

    def test_term_and_int_to_the_launcher(self):
        for name, options in self.KINDS.items():
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(kind=name, signal=number):
                    process = self.begin(*options)
                    self.in_traffic(process)
                    process.send_signal(number)
                    told = self.told(process)
                    self.assertEqual(len(told), 1, told)
                    self.assertIn("results.h5.journal", told[0])
                    self.check_left()

    def test_a_killed_rank_leaves_nothing(self):
        """Who lives says so, once, if it gets the time."""
        for name, options in self.KINDS.items():
            for victim in (0, 1, 2):
                with self.subTest(kind=name, victim=victim):
                    process = self.begin(*options)
                    os.kill(self.in_traffic(process)[victim], signal.SIGKILL)
                    told = self.told(process)
                    self.assertNotEqual(process.returncode, 0)
                    self.assertLessEqual(len(told), 1, told)
                    for line in told:
                        self.assertIn(f"rank {1 if victim == 0 else 0} on ", line)
                        self.assertIn("results.h5.journal", line)
                    self.check_left()

    def test_stopped_and_continued_it_goes_on(self):
        """SIGCONT comes before SIGTERM, but also after Ctrl-Z."""
        process = self.start(3, *SHORT, "--size", "64,1K", "--send-mode", "copy")
        ranks = self.in_traffic(process)
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in ranks:
                os.kill(pid, number)
            time.sleep(0.3)
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 3), errors)
        self.assertNotIn("told to end", errors)
        self.assertEqual(len(self.table("points")), 2)

    def test_handlers_that_mpi_replaces_are_installed_again(self):
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"  # it need not come first
        for number in (signal.SIGUSR1, signal.SIGTERM):
            with self.subTest(signal=number):
                process = self.begin(preload=["env", f"LD_PRELOAD={self.SHIM}", f"ASAN_OPTIONS={sanitizer}"])
                for pid in self.in_traffic(process):
                    os.kill(pid, number)
                _, errors = process.communicate(timeout=PATIENCE_S)
                self.assertNotIn("a handler of MPI", errors)
                self.assertIn("interrupted; go on with --resume", errors)
                self.assertEqual(process.returncode, 4, errors)


if __name__ == "__main__":
    unittest.main(verbosity=2)
