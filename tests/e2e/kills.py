"""SIGKILL for rank 0 at random moments of a sweep's life and of the finaliser's: what was told is
kept, to the digit.

TEST_KILLS (default 25) and TEST_SEED choose how many and when."""
import os
import random
import shutil
import time
import unittest

from kept import Journal, KeptCase, Session, file_points, file_repetitions, read

KILLS = int(os.environ.get("TEST_KILLS", "25"))
SEED = int(os.environ.get("TEST_SEED", "20261124"))
TINY = ["--duration", "10ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "2"]
CHAIN = [*TINY, "--size", "64:1K:x2", "--send-mode", "copy,const", "--latency", "10", "--output", "results.h5"]
# Points: lines of points are told as they come, and can be held against what is kept.
ORDERS = ["random", "listed", "points"]
CHAIN_POINTS, CHAIN_REPETITIONS = 10, 2
# Many rows, so that the finaliser takes a while.
LONG = ["--duration", "150ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "5", "--size", "64:1K:x2",
        "--send-mode", "copy,const", "--output", "results.h5"]
LONG_POINTS, LONG_REPETITIONS = 10, 5
JOURNAL, PARTIAL = "results.h5.journal", "results.h5.partial"


class Kills(KeptCase):
    def keep(self, session, words):
        """What is there after a kill must hold what was told and what was there before. Returns a
        word for what was found."""
        self.assertLessEqual(set(self.output_files()), {"results.h5", JOURNAL, PARTIAL}, words)
        before = {key: kept for key, kept in self.kept.items() if key[0] not in self.failed}
        what = self.read_kept(session, words)
        self.check_same(before, self.kept, words)
        self.assertGreaterEqual(len(self.kept), len(before) + session.rounds(), words)
        return what

    def read_kept(self, session, words):
        self.kept, self.failed, points = {}, set(), {}
        what = "nothing"
        if os.path.exists(self.path(JOURNAL)):
            journal = Journal(read(self.path(JOURNAL)))
            self.kept, self.failed, what = journal.repetitions, journal.failed(), "journal"
            if self.kept:
                points, recovered = self.recovered(JOURNAL)
                self.assertEqual(sorted(recovered), sorted(self.kept), words)
                self.check_same(self.kept, recovered, "recovered, " + words)
        elif os.path.exists(self.path("results.h5")):
            self.kept, points, what = file_repetitions(self.path("results.h5")), file_points(self.path("results.h5")), "file"
            self.failed = {number for number, row in points.items() if row["status"] == "failed"}
            self.assertEqual(len(self.kept), self.planned * self.repetitions, words)
        self.check_told(session.told(), points)
        return what

    def complete(self, plan):
        """The last session, which nobody kills: all repetitions, each once, as they were kept."""
        session = Session(self.folder, [*plan, "--resume"])
        self.assertIn(session.end(), (0, 3), session.text())
        self.assertEqual(self.output_files(), ["results.h5"], session.text())
        points, repetitions = file_points(self.path("results.h5")), file_repetitions(self.path("results.h5"))
        self.assertEqual(sorted(points), list(range(self.planned)))
        self.assertEqual(sorted(repetitions), [(point, i) for point in range(self.planned) for i in range(self.repetitions)])
        self.check_told(session.told(), points)
        self.check_same({key: kept for key, kept in self.kept.items() if key[0] not in self.failed}, repetitions, "complete")
        self.report("show", "results.h5")  # reads with all checksums

    def test_kills_at_any_moment_lose_nothing_that_was_told(self):
        """Killed, gone on with, killed again: at any moment from the first instruction of rank 0
        on."""
        dice, killed, found = random.Random(SEED), 0, {}
        while killed < (KILLS + 1) // 2:
            self.empty(CHAIN_POINTS, CHAIN_REPETITIONS)
            plan = [*CHAIN, "--order", dice.choice(ORDERS)]
            for link in range(5):
                words = f"seed {SEED}, kill {killed}, link {link}"
                session = Session(self.folder, [*plan, "--resume"])
                moment = self.choose_moment(dice, session)
                dead = moment is not None and session.kill_rank0(moment)
                if not dead:
                    session.end()
                killed += dead
                what = self.keep(session, words)
                found[what] = found.get(what, 0) + dead
                if not dead:
                    break
            self.complete(plan)
        print(f"{killed} kills over the sweep's life left: {found}")

    def choose_moment(self, dice, session):
        """Sleeps until a random moment of this session. Returns rank 0's process, None when the
        session ended."""
        pid = session.rank0()
        kind = dice.randrange(4)
        if pid is None:
            return None
        if kind == 0:
            time.sleep(dice.random() * 1.2)  # start, journal, first points
        elif kind == 1:
            session.wait_for(lambda lines: len(tellings(lines)) >= 1)
            time.sleep(dice.random() * 0.1)
        elif kind == 2:
            many = dice.randrange(1, 6)
            session.wait_for(lambda lines: len(tellings(lines)) >= many)
            time.sleep(dice.random() * 0.004)  # next to a line
        else:
            self.wait_for_size(session, dice.randrange(1, 4))  # next to a write
            time.sleep(dice.random() * 0.002)
        return pid if session.process.poll() is None else None

    def wait_for_size(self, session, changes):
        size = None
        while changes and session.process.poll() is None:
            try:
                now = os.stat(self.path(JOURNAL)).st_size
            except OSError:
                now = None
            changes -= now != size
            size = now

    def test_a_killed_finaliser_leaves_the_journal_or_the_file(self):
        """The journal is whole, and becomes the file: killed from before the temporary file to
        after the journal's end."""
        dice, killed, found = random.Random(SEED + 1), 0, {}
        self.empty(LONG_POINTS, LONG_REPETITIONS)
        os.mkdir(self.path(PARTIAL))  # the file cannot be made: the journal stays, and that is said
        first = Session(self.folder, LONG)
        self.assertEqual(first.end(), 1, first.text())
        self.assertIn("recover results.h5.journal", first.text())
        os.rmdir(self.path(PARTIAL))
        whole = read(self.path(JOURNAL))
        self.assertEqual(len(first.told()), LONG_POINTS)
        self.assertEqual(first.rounds(), LONG_POINTS * LONG_REPETITIONS)
        if Journal(whole).failed():
            self.skipTest("the machine was too busy for one valid repetition of some point")
        took = 0.05
        while killed < KILLS // 2:
            self.empty(LONG_POINTS, LONG_REPETITIONS)
            with open(self.path(JOURNAL), "wb") as file:
                file.write(whole)
            self.kept = Journal(whole).repetitions
            words = f"seed {SEED}, finaliser kill {killed}"
            session = Session(self.folder, [*LONG, "--resume"])
            pid = session.rank0()
            began = self.wait_for_partial(session)
            time.sleep(dice.random() * took * 1.3)
            alive = pid is not None and began is not None and session.kill_rank0(pid)
            if not alive:
                session.end()
            killed += alive
            what = self.keep(session, words)
            if alive and os.path.exists(self.path(PARTIAL)):
                what += " and a temporary file"
            found[what] = found.get(what, 0) + 1
            took = self.adjust(took, what)
            if not alive or killed % 5 == 0:
                self.complete(LONG)
        print(f"{killed} kills over the finaliser's life left: {found}")

    @staticmethod
    def adjust(took, what):
        """The finaliser's length differs from machine to machine: aim so that its end is inside
        what is drawn from."""
        return min(5, took * 1.1) if "temporary" in what or what == "journal" else max(0.002, took / 1.25)

    def wait_for_partial(self, session):
        """When the temporary file appeared; None when it was not seen."""
        until = time.monotonic() + 60
        while time.monotonic() < until and session.process.poll() is None:
            if os.path.exists(self.path(PARTIAL)):
                return time.monotonic()
            time.sleep(0.0001)
        return None

    def empty(self, planned, repetitions):
        self.kept, self.failed, self.planned, self.repetitions = {}, set(), planned, repetitions
        for name in os.listdir(self.folder):
            path = self.path(name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def tellings(lines):
    """The lines of rounds and of points."""
    return [line for line in lines if line.startswith("round ") or "  lost " in line or "no valid repetition" in line]


if __name__ == "__main__":
    unittest.main(verbosity=2)
