"""SIGKILL for rank 0 at random moments of a sweep's life and of the finaliser's: what was told is kept, to the digit.

TEST_KILLS (default 25) and TEST_SEED choose how many and when.
"""
import os
import random
import shutil
import time
import unittest

from kept import Journal, KeptCase, Session, file_points, read

KILLS = int(os.environ.get("TEST_KILLS", "25"))
SEED = int(os.environ.get("TEST_SEED", "20261124"))
TINY = ["--duration", "10ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "2"]
CHAIN = [*TINY, "--size", "64:1K:x2", "--send-mode", "copy,const", "--latency", "10", "--output", "results.h5"]
CHAIN_POINTS = 10
# Many rows, so that the finaliser takes a while.
LONG = ["--duration", "150ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "5", "--size", "64:1K:x2",
        "--send-mode", "copy,const", "--output", "results.h5"]
LONG_POINTS = 10
JOURNAL, PARTIAL = "results.h5.journal", "results.h5.partial"


class Kills(KeptCase):
    def keep(self, lines, words):
        """What is there after a kill must hold what was told and what was there before. Returns a word for what was found."""
        self.assertLessEqual(set(self.output_files()), {"results.h5", JOURNAL, PARTIAL}, words)
        if os.path.exists(self.path(JOURNAL)):
            return self.keep_journal(lines, words)
        if os.path.exists(self.path("results.h5")):
            points, columns = file_points(self.path("results.h5"))
            self.assertEqual(len(points), self.planned, words)
        else:
            points, columns = {}, None
        self.check_told(lines, points, columns)
        self.check_same(self.settled(columns), points, words)
        self.kept = points
        return "file" if points else "nothing"

    def settled(self, columns):
        """What was kept but for points without a valid repetition: those are measured again. The columns are those of any file."""
        return {number: point for number, point in self.kept.items()
                if not columns or dict(zip(columns["points"], point["point"]))["status"] != "failed"}

    def keep_journal(self, lines, words):
        journal = Journal(read(self.path(JOURNAL)))
        latest = {number: all_of[-1] for number, all_of in journal.points.items()}
        self.check_told(lines, latest, journal.columns)
        for number, all_of in journal.points.items():  # only a point without a valid repetition is measured again
            for again in all_of[:-1]:
                self.assertEqual(dict(zip(journal.columns["points"], again["point"]))["status"], "failed", words)
        self.check_same(self.settled(journal.columns) if journal.columns else {}, latest, words)
        self.kept = latest
        if latest:
            self.report("recover", JOURNAL, "-o", "recovered.h5")
            recovered, _ = file_points(self.path("recovered.h5"))
            os.remove(self.path("recovered.h5"))
            self.assertEqual(sorted(recovered), sorted(latest), words)
            self.check_same(latest, recovered, "recovered, " + words)
        return "journal"

    def complete(self, plan):
        """The last session, which nobody kills: all points, each once, as they were kept."""
        session = Session(self.folder, [*plan, "--resume"])
        self.assertIn(session.end(), (0, 3), session.text())
        self.assertEqual(self.output_files(), ["results.h5"], session.text())
        points, columns = file_points(self.path("results.h5"))
        self.assertEqual(sorted(points), list(range(self.planned)))
        self.check_told(session.told(), points, columns)
        self.check_same(self.settled(columns), points, "complete")
        self.report("show", "results.h5")  # reads with all checksums

    def test_chains(self):
        """Killed, gone on with, killed again: at any moment from the first instruction of rank 0 on."""
        dice, killed, found = random.Random(SEED), 0, {}
        while killed < (KILLS + 1) // 2:
            self.empty(CHAIN_POINTS)
            for link in range(5):
                words = f"seed {SEED}, kill {killed}, link {link}"
                session = Session(self.folder, [*CHAIN, "--resume"])
                moment = self.choose_moment(dice, session)
                if moment is None or not session.kill_rank0(moment):
                    break
                killed += 1
                what = self.keep(session.told(), words)
                found[what] = found.get(what, 0) + 1
            session.end()
            self.keep(session.told(), f"seed {SEED}, after kill {killed}")
            self.complete(CHAIN)
        print(f"{killed} kills over the sweep's life left: {found}")

    def choose_moment(self, dice, session):
        """Sleeps until a random moment of this session. Returns rank 0's process, None when the session ended."""
        pid = session.rank0()
        kind = dice.randrange(4)
        if pid is None:
            return None
        if kind == 0:
            time.sleep(dice.random() * 1.2)  # start, journal, first points
        elif kind == 1:
            session.wait_for(lambda lines: len(session_points(lines)) >= 1)
            time.sleep(dice.random() * 0.1)
        elif kind == 2:
            many = dice.randrange(1, 6)
            session.wait_for(lambda lines: len(session_points(lines)) >= many)
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

    def test_finaliser(self):
        """The journal is whole, and becomes the file: killed from before the temporary file to after the journal's end."""
        dice, killed, found = random.Random(SEED + 1), 0, {}
        self.empty(LONG_POINTS)
        os.mkdir(self.path(PARTIAL))  # the file cannot be made: the journal stays, and that is said
        session = Session(self.folder, LONG)
        self.assertEqual(session.end(), 1, session.text())
        self.assertIn("recover results.h5.journal", session.text())
        os.rmdir(self.path(PARTIAL))
        lines, whole = session.told(), read(self.path(JOURNAL))
        self.assertEqual(len(lines), LONG_POINTS)
        took = 0.05
        while killed < KILLS // 2:
            self.empty(LONG_POINTS)
            with open(self.path(JOURNAL), "wb") as file:
                file.write(whole)
            self.kept = {number: all_of[-1] for number, all_of in Journal(whole).points.items()}
            if any(dict(zip(Journal(whole).columns["points"], p["point"]))["status"] == "failed" for p in self.kept.values()):
                self.skipTest("the machine was too busy for one valid repetition of some point")
            words = f"seed {SEED}, finaliser kill {killed}"
            session = Session(self.folder, [*LONG, "--resume"])
            pid = session.rank0()
            began = self.wait_for_partial(session)
            time.sleep(dice.random() * took * 1.3)
            alive = pid is not None and began is not None and session.kill_rank0(pid)
            if not alive:
                session.end()
            killed += alive
            what = self.keep(lines, words)
            if alive and os.path.exists(self.path(PARTIAL)):
                what += " and a temporary file"
            found[what] = found.get(what, 0) + 1
            took = self.adjust(took, what)
            if not alive or killed % 5 == 0:
                self.complete(LONG)
        print(f"{killed} kills over the finaliser's life left: {found}")

    @staticmethod
    def adjust(took, what):
        """The finaliser's length differs from machine to machine: aim so that its end is inside what is drawn from."""
        return min(5, took * 1.1) if "temporary" in what or what == "journal" else max(0.002, took / 1.25)

    def wait_for_partial(self, session):
        """When the temporary file appeared; None when it was not seen."""
        until = time.monotonic() + 60
        while time.monotonic() < until and session.process.poll() is None:
            if os.path.exists(self.path(PARTIAL)):
                return time.monotonic()
            time.sleep(0.0001)
        return None

    def empty(self, planned):
        self.kept, self.planned = {}, planned
        for name in os.listdir(self.folder):
            path = self.path(name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def session_points(lines):
    return [line for line in lines if "  lost " in line or "no valid repetition" in line]


if __name__ == "__main__":
    unittest.main(verbosity=2)
