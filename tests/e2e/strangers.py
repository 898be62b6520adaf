"""Only the job's own bytes: who is no part of it is kept out, counted, and changes nothing but a
flag."""
import os
import socket
import time
import unittest

from harness import BUSY_FLAGS, PATIENCE_S, Case, flags, rank_process
from stranger import Strangers

LISTEN, ESTABLISHED = "0A", "01"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connected(port):
    """Has anybody a connection at this port of 127.0.0.1?"""
    with open("/proc/net/tcp") as file:
        return any(line.split()[1] == f"0100007F:{port:04X}" and line.split()[3] == ESTABLISHED
                   for line in file.readlines()[1:])


def ipc_name(pid):
    """The abstract name of a process's ipc socket that has a connection, or None."""
    try:
        fds = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    except OSError:
        return None
    with open("/proc/net/unix") as file:
        sockets = [line.split() for line in file]
    return next((row[7] for row in sockets if len(row) == 8 and row[7].startswith("@zmqsweep-") and
                 row[5] == "03" and f"socket:[{row[6]}]" in fds), None)


def holdings(pid):
    """(descriptors, threads) of a process."""
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task"))


class Kept(Case):
    def wait_for_traffic(self, process, port):
        until = time.monotonic() + PATIENCE_S
        while not connected(port):
            self.assertIsNone(process.poll(), "the sweep ended too early")
            self.assertLess(time.monotonic(), until)
            time.sleep(0.002)

    def finish(self, process):
        _, errors = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 3), errors)
        return errors

    def besieged(self, size, *options):
        """A sweep with strangers at its one port from the first connection to the last."""
        port = free_port()
        process = self.start(3, "--port-range", f"{port}-{port}", "--size", size, "--send-mode", "copy", "--force", *options)
        self.wait_for_traffic(process, port)
        crowd = Strangers("127.0.0.1", port, size).start()
        try:
            errors = self.finish(process)
        finally:
            crowd.stop()
        self.assertEqual(crowd.stolen, 0)
        self.assertGreater(crowd.tries, 0)
        return errors

    def check(self, errors, pattern):
        repetitions = self.table("repetitions")
        self.assertTrue((repetitions.foreign == 0).all())
        self.assertTrue((repetitions.sent > 0).all())
        self.assertTrue((repetitions.sent == repetitions.received + repetitions.lost).all())
        if pattern == "push-pull":
            self.assertTrue((repetitions.sent == repetitions.received).all())
        self.assertTrue((repetitions.strangers > 0).any(), repetitions)
        for row in repetitions.itertuples():
            others = flags(row.flags) - BUSY_FLAGS - {"strangers"} - ({"lost_messages"} if pattern == "pub-sub" else set())
            self.assertEqual(others, set(), row)
            self.assertEqual("strangers" in flags(row.flags), row.strangers > 0)
            if not flags(row.flags) - {"strangers", "unsteady", "stalled", "shared_core"}:
                self.assertEqual(row.valid, 1)
        self.assertRegex(errors, r"rank [12] on .*: \d+ connections? of strangers \(127\.0\.0\.1\), none let in")
        return repetitions

    def test_strangers_change_nothing_in_a_window(self):
        for pattern in ("push-pull", "pub-sub"):
            for bind in ("receiver", "sender"):
                with self.subTest(pattern=pattern, bind=bind):
                    errors = self.besieged(4096, "--pattern", pattern, "--bind", bind, "--security", "none,curve", "--duration",
                                           "600ms", "--warmup", "50ms", "--interval", "50ms", "--repetitions", 2)
                    self.check(errors, pattern)
                    self.assertEqual(set(self.table("points").security), {"none", "curve"})
                    self.assertEqual(self.table("ranks").groupby(["point_id", "repetition"]).messages.nunique().max(),
                                     1 if pattern == "push-pull" else 2)

    def test_strangers_do_not_get_into_ipc(self):
        """Anybody on the host can read an abstract name. Those of other users are in
        tests/unit/test_traffic.c."""
        for pattern in ("push-pull", "pub-sub"):
            with self.subTest(pattern=pattern):
                process = self.start(3, "--transport", "ipc", "--pattern", pattern, "--security", "none,curve", "--size", 4096,
                                     "--send-mode", "copy", "--duration", "600ms", "--warmup", "50ms", "--interval", "50ms",
                                     "--repetitions", 2, "--force")
                crowds, until = {}, time.monotonic() + PATIENCE_S
                while process.poll() is None and time.monotonic() < until:
                    name = ipc_name(rank_process(process, 2))
                    if name and name not in crowds:
                        crowds[name] = Strangers(name, None, 4096).start()
                    time.sleep(0.01)
                for crowd in crowds.values():
                    crowd.stop()
                self.finish(process)
                self.assertEqual(sum(crowd.stolen for crowd in crowds.values()), 0)
                repetitions = self.table("repetitions")
                self.assertGreater(sum(crowd.tries for crowd in crowds.values()), 0)
                self.assertTrue((repetitions.foreign == 0).all())
                self.assertTrue((repetitions.sent == repetitions.received + repetitions.lost).all())
                self.assertTrue((repetitions.strangers > 0).all(), repetitions.strangers)
                others = set().union(*map(flags, repetitions["flags"])) - BUSY_FLAGS - {"strangers", "lost_messages"}
                self.assertEqual(others, set())

    def test_strangers_change_nothing_of_round_trips(self):
        """A pair socket has one peer, and it is ours."""
        for pattern in ("req-rep", "pair"):
            with self.subTest(pattern=pattern):
                errors = self.besieged(1024, "--pattern", pattern, "--duration", "300ms", "--warmup", "50ms", "--interval", "50ms",
                                       "--repetitions", 3, "--latency", 1)
                self.check(errors, pattern)

    def test_strangers_change_nothing_of_a_count(self):
        """Exactly what was asked for, however many knock."""
        for bind in ("receiver", "sender"):
            with self.subTest(bind=bind):
                errors = self.besieged(1024, "--count", 1000000, "--bind", bind, "--repetitions", 1)
                repetitions = self.check(errors, "push-pull")
                self.assertEqual(list(repetitions.received), [1000000])

    def test_nothing_of_theirs_is_kept(self):
        """When they have gone, the ranks have as many descriptors and threads as before they
        came."""
        port = free_port()
        process = self.start(3, "--port-range", f"{port}-{port}", "--size", 1024, "--send-mode", "copy", "--duration", "400ms",
                             "--warmup", "0ms", "--repetitions", 7)
        self.wait_for_traffic(process, port)
        ranks = [rank_process(process, rank) for rank in (1, 2)]
        before = [self.most(process, pid, 0.2) for pid in ranks]
        crowd = Strangers("127.0.0.1", port, 1024).start()
        time.sleep(1)
        besieged = holdings(ranks[1])
        crowd.stop()
        time.sleep(0.6)
        after = [self.most(process, pid, 0.2) for pid in ranks]
        self.finish(process)
        for was, now in zip(before, after):
            self.assertLessEqual(now[0], was[0], f"{before} -> {besieged} -> {after}")
            self.assertLessEqual(now[1], was[1], f"{before} -> {besieged} -> {after}")

    def most(self, process, pid, seconds):
        most, until = (0, 0), time.monotonic() + seconds
        while time.monotonic() < until and process.poll() is None:
            most = tuple(map(max, most, holdings(pid)))
            time.sleep(0.005)
        return most

    def test_the_password_is_nowhere(self):
        """Neither in what is printed nor in what is written."""
        result = self.sweep(3, "--size", 64, "--send-mode", "copy", "--duration", "100ms", "--repetitions", 1, "--log-level",
                            "debug", "--security", "none,curve")
        with open(self.path("results.h5"), "rb") as file:
            written = file.read()
        for text in (result.stdout + result.stderr, written.decode("latin-1")):
            self.assertNotRegex(text, r"\b[0-9a-f]{64}\b")
            self.assertNotRegex(text, "(?i)password")


if __name__ == "__main__":
    unittest.main(verbosity=2)
