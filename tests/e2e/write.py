"""Receive mode write: what is received goes to disk, is counted when it is there, and leaves
nothing behind."""
import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import unittest

import sweep
from harness import PATIENCE_S, SHORT, ZMQSWEEP, Case, mpirun, rank_process, run

DURATION_S = 0.1  # of SHORT


class Write(Case):
    check_accounts = sweep.Delivery.check_accounts

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("disk"))

    def left(self):
        return os.listdir(self.path("disk"))

    def test_all_sizes_and_patterns_are_written_whole(self):
        """Sizes below, at and over the buffer; each file is compared with what was received, or the
        repetition fails."""
        self.sweep(3, *SHORT, "--size", "64,5000,64K,1M", "--pattern", "push-pull,pub-sub", "--send-mode", "copy",
                   "--receive-mode", "write,message", "--write-dir", "disk", "--write-buffer", "64K")
        points, repetitions, ranks = self.check_accounts()
        self.assertEqual(self.left(), [])
        self.assertEqual(len(points), 16)
        writers = ranks.merge(points[["point_id", "receive_mode"]], on="point_id")
        writing = (writers.role == "receiver") & (writers.receive_mode == "write")
        self.assertTrue((writers[writing].sync_s > 0).all())
        self.assertTrue(writers[~writing].sync_s.isna().all())
        # From disk to disk: the window that was asked for, and then the sync.
        self.assertTrue((writers[writing].window_s > DURATION_S + writers[writing].sync_s - 0.001).all())
        self.assertTrue(points.settings[points.receive_mode == "write"].str.contains("write-buffer=64K").all())
        self.assertFalse(points.settings[points.receive_mode == "message"].str.contains("write-buffer").any())

    def test_counts_and_groups_are_written_whole(self):
        for shape in ("--receivers-per-sender", "--senders-per-receiver"):
            self.sweep(4, "--count", 3000, "--size", "64,16K", "--repetitions", 2, "--send-mode", "copy", shape, 2,
                       "--receive-mode", "write", "--write-dir", "disk", "--force")
            _, _, ranks = self.check_accounts()
            receivers = ranks[ranks.role == "receiver"]
            self.assertTrue((receivers.sync_s > 0).all())
            # The last message is received when its sync has ended.
            self.assertTrue((receivers.window_s > receivers.sync_s).all())
            self.assertEqual(self.left(), [])

    def sizes(self, process):
        """The sizes of the files in the folder that rank 2 holds open, and whether each has a
        name."""
        found, pid = [], rank_process(process, 2)
        with contextlib.suppress(OSError, TypeError):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                name = os.readlink(f"/proc/{pid}/fd/{fd}")
                if name.startswith(os.path.realpath(self.path("disk"))):
                    found.append((os.stat(f"/proc/{pid}/fd/{fd}").st_size, not name.endswith(" (deleted)")))
        return found

    def test_the_file_grows_and_never_has_a_name(self):
        for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number):
                process = self.start(3, "--duration", "20s", "--size", "64K", "--send-mode", "copy", "--repetitions", 1,
                                     "--receive-mode", "write", "--write-dir", "disk", "--force", "--rcvhwm", 10,
                                     "--sndhwm", 10, "--log-level", "error")
                found, until = [], time.monotonic() + PATIENCE_S
                while not any(size for size, _ in found) and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.02)
                    found = self.sizes(process)
                self.assertEqual([named for _, named in found], [False])
                self.assertEqual(self.left(), [])
                if number == signal.SIGKILL:
                    os.kill(rank_process(process, 2), number)
                else:
                    process.send_signal(number)
                process.communicate(timeout=PATIENCE_S)
                self.assertEqual(self.left(), [])

    def test_a_full_disk_fails_the_point_alone(self):
        """The point fails with a line that names file and host, soon, and the sweep goes on."""
        disk = self.path("disk")
        mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]
        if subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode:
            self.skipTest("cannot mount a small tmpfs")
        self.addCleanup(subprocess.run, ["umount", disk], check=False)
        for mode in (SHORT, ["--count", 1000, "--repetitions", 2, "--sndhwm", 50, "--rcvhwm", 50, "--sndbuf", "64K", "--rcvbuf", "64K"]):
            with self.subTest(mode=mode):
                result = self.sweep(3, *mode, "--size", "64K", "--send-mode", "const", "--receive-mode", "write,message",
                                    "--write-dir", "disk", "--order", "listed", "--force", code=3)
                lines = [line for line in result.stderr.splitlines() if "No space left on device" in line]
                self.assertEqual(len(lines), 2, result.stderr)
                host = re.escape(socket.gethostname().split(".")[0])
                self.assertRegex(lines[0], rf"rank 2 on {host}.*: writing a file in --write-dir disk: No space left")
                points, repetitions = self.table("points"), self.table("repetitions")
                self.assertEqual(list(points.status)[0], "failed")
                self.assertGreater(points.received.iloc[1], 0)
                written = repetitions[repetitions.point_id == 0]
                self.assertTrue(written["flags"].str.contains("failed").all())
                self.assertFalse(written["flags"].str.contains("timed_out").any(), written)
                self.assertEqual(self.left(), [])

    def test_bad_values_are_refused(self):
        with open(self.path("plain"), "w"):
            pass
        for options, words in (([], ["--write-dir DIR"]), (["--write-dir", "nothere"], ["rank 2", "nothere: No such file"]),
                               (["--write-dir", "plain"], ["rank 2", "plain: is not a folder"]),
                               (["--write-dir", "disk", "--write-buffer", "1"], ["--write-buffer"])):
            with self.subTest(options=options):
                result = run([*mpirun(3), ZMQSWEEP, *SHORT, "--receive-mode", "write", *options], self.folder)
                lines = [line for line in result.stderr.splitlines() if line.startswith("zmqsweep:")]
                self.assertEqual((result.returncode, len(lines)), (2, 1), result.stderr)
                for word in words:
                    self.assertIn(word, lines[0])
                self.assertEqual(sorted(os.listdir(self.folder)), ["disk", "plain"])
        self.assertEqual(run([ZMQSWEEP, "--dry-run", "--receive-mode", "write"], self.folder).returncode, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
