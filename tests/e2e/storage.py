"""Storage that fails: a full disk, a read-only folder, an output that is removed or wanted twice.

The disk's tests need root and mount namespaces."""
import os
import signal
import subprocess
import time
import unittest

from harness import PATIENCE_S, SHORT, ZMQREPORT, ZMQSWEEP, environment, mpirun, run
from kept import Journal, KeptCase, Session, file_points, file_repetitions, read, told, told_rounds

TINY = ["--duration", "10ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "2"]
PLAN = [*TINY, "--size", "64:1K:x2", "--send-mode", "copy,const", "--output", "results.h5"]
POINTS = 10
# The same rows a point, in windows of which a busy machine does not spoil a tenth: a point that is
# not valid is measured again.
LONGER = ["--duration", "200ms", "--warmup", "20ms", "--interval", "20ms"]
LONG = [*SHORT, "--size", "64:1K:x2", "--send-mode", "copy,const", "--output", "results.h5"]
SLOW = ["--duration", "1s", *LONG[2:]]
JOURNAL = "results.h5.journal"


class Removed(KeptCase):
    def repetitions_in_journal(self):
        try:
            return len(Journal(read(self.path(JOURNAL))).repetitions)
        except OSError:
            return 0

    def started(self, repetitions=2, plan=LONG):
        session = Session(self.folder, plan)
        self.addCleanup(lambda: session.process.poll() is None and session.process.kill())
        until = time.monotonic() + PATIENCE_S
        while self.repetitions_in_journal() < repetitions and session.process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        self.assertIsNone(session.process.poll(), session.text())
        return session

    def test_a_journal_removed_while_it_is_written_is_written_again(self):
        session = self.started()
        os.remove(self.path(JOURNAL))
        self.assertIn(session.end(), (0, 3), session.text())
        self.assertIn("moved or removed", session.text())
        points = file_points(self.path("results.h5"))
        self.assertEqual(sorted(points), list(range(POINTS)))
        self.check_told(session.told(), points)
        self.assertEqual(session.rounds(), len(file_repetitions(self.path("results.h5"))))
        self.assertEqual(self.output_files(), ["results.h5"])

    def test_a_file_in_the_journals_place_is_not_touched(self):
        session = self.started()
        with open(self.path("other"), "w") as file:
            file.write("not ours\n")
        os.rename(self.path("other"), self.path(JOURNAL))
        self.assertEqual(session.end(), 1, session.text())
        self.assertEqual(read(self.path(JOURNAL)), b"not ours\n")
        aside = [name for name in self.output_files() if name != JOURNAL]
        self.assertEqual(len(aside), 1)
        self.assertIn(aside[0], session.text())
        journal = Journal(read(self.path(aside[0])))
        self.assertGreaterEqual(len(journal.repetitions), max(2, session.rounds()))

    def test_an_emptied_journal_ends_the_sweep(self):
        session = self.started()
        os.truncate(self.path(JOURNAL), 0)
        self.assertEqual(session.end(), 1, session.text())
        self.assertIn("was changed while the sweep ran", session.text())

    def test_a_second_sweep_and_recover_are_refused_meanwhile(self):
        session = self.started(1, SLOW)
        holder = f"process {session.rank0()} on {os.uname().nodename}"
        for more in ([], ["--resume"], ["--force"]):
            second = Session(self.folder, [*SLOW, *more])
            self.assertEqual(second.end(), 2, second.text())
            self.assertIn(holder, second.text())
        refused = run([ZMQREPORT, "recover", JOURNAL], self.folder)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn(holder, refused.stderr)
        self.assertFalse(os.path.exists(self.path("results.h5")))
        self.assertIn("still writing", self.report("recover", JOURNAL, "-o", "sofar.h5").stdout)
        session.process.send_signal(signal.SIGUSR1)
        self.assertEqual(session.end(), 4, session.text())
        self.assertEqual(self.output_files(), ["results.h5", "sofar.h5"])

    def test_resume_of_an_empty_journal_begins(self):
        for content in (b"", b'{"crc32":"12', bytes(4096)):
            with open(self.path(JOURNAL), "wb") as file:
                file.write(content)
            session = Session(self.folder, [*TINY, "--size", "64", "--send-mode", "copy", "--output", "results.h5", "--resume"])
            self.assertIn(session.end(), (0, 3), session.text())
            self.assertEqual(self.output_files(), ["results.h5"])
            os.remove(self.path("results.h5"))


class FullDisk(KeptCase):
    """In a mount namespace of its own, a small tmpfs at FOLDER/disk."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("disk"))
        probe = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", self.path("disk")], capture_output=True, text=True)
        if probe.returncode:
            self.skipTest("no mount namespace: " + probe.stderr.strip())

    def on_disk(self, size, script):
        """Runs a script in the folder of a tmpfs; $sweep is the command.

        Returns the finished process."""
        sweep = " ".join([*mpirun(3), ZMQSWEEP, *PLAN, *LONGER])
        return subprocess.run(
            ["unshare", "-m", "bash", "-c", f"mount -t tmpfs -o size={size} none disk && cd disk\n" + script], cwd=self.folder,
            env=environment({"sweep": sweep, "report": ZMQREPORT}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=2 * PATIENCE_S)

    def test_a_disk_full_under_the_journal_loses_nothing(self):
        done = self.on_disk("48k", """
            $sweep 2>../said; code=$?   # room for some repetitions
            cp results.h5.journal ..
            mount -o remount,size=4m . && { $sweep --resume || [ $? = 3 ]; } && cp results.h5 ..   # 3: the machine was busy
            exit $code""")
        said = read(self.path("said")).decode()
        self.assertEqual(done.returncode, 1, said)
        self.assertIn("No space left", said)
        self.check_after(said)

    def check_after(self, said):
        """Nothing torn in the journal, what was told is in it.

        After there is room all goes on."""
        journal = Journal(read(self.path(JOURNAL)))
        self.assertFalse(journal.torn)
        self.assertGreaterEqual(len(journal.repetitions), told_rounds(said.splitlines()))
        self.assertGreater(len(journal.repetitions), 0)
        points, repetitions = file_points(self.path("results.h5")), file_repetitions(self.path("results.h5"))
        self.assertEqual(sorted(points), list(range(POINTS)))
        failed = journal.failed()
        self.check_same({key: kept for key, kept in journal.repetitions.items() if key[0] not in failed}, repetitions,
                        "after a full disk")
        self.check_told([found for found in map(told, said.splitlines()) if found], points)

    def test_a_disk_full_while_finalising_keeps_the_journal(self):
        done = self.on_disk("4m", """
            mkdir results.h5.partial; $sweep 2>../said; rmdir results.h5.partial   # the journal of all points
            cp results.h5.journal ..
            head -c 8m /dev/zero > filler 2>/dev/null; truncate -s -16K filler     # room for 16 KiB
            $sweep --resume 2>../full; code=$?; ls > ../names; rm filler
            $report recover results.h5.journal >../recovered && cp results.h5 ..
            exit $code""")
        said = read(self.path("full")).decode()
        self.assertEqual(done.returncode, 1, said)
        self.assertIn("No space left", said)
        self.assertIn("recover results.h5.journal", said)
        self.assertEqual(read(self.path("names")).split(), [b"filler", b"results.h5.journal"])
        self.check_after(read(self.path("said")).decode())

    def test_a_disk_full_at_the_beginning_leaves_nothing(self):
        done = self.on_disk("36k", "head -c 1m /dev/zero > filler 2>/dev/null; $sweep; code=$?; ls > ../names; exit $code")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left", done.stderr)
        self.assertEqual(read(self.path("names")).split(), [b"filler"])

    def test_a_read_only_folder_is_refused(self):
        done = self.on_disk("1m", "mount -o remount,ro . && $sweep")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("Read-only file system", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
