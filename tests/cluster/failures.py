"""What docs/failures.md says of lost and silent ranks, hosts and links: a test per row.

Every fault comes in the middle of a window, or of a drain, after two points at least were finished.
The job must end by itself within the timeout and 5 s more (and what a busy test machine adds), with
the code of the table, which is the launcher's; name who is missing; keep the points before; and
leave no process behind on any host."""
import ctypes
import os
import re
import signal
import time
import unittest

import testbed
from testbed import Case, hosts

testbed.enter()
import harness  # noqa: E402
from launch import MPICH, OPEN_MPI_4, OPEN_MPI_5, launcher  # noqa: E402

TIMEOUT_S = 4
LATE_S = 5  # the contract's
BUSY_S = 5  # for a machine that has other work
PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207  # linux/ptrace.h
PLACES = ["h1", "h2", "h3"]  # coordinator, sender, receiver
WINDOW_S = 1.5
RATE, RATE_BYTES_S = "100mbit", 12e6
WARMUP_S = 0.1
INTO_WINDOW_BYTES = (WARMUP_S + WINDOW_S / 3) * RATE_BYTES_S
COORDINATOR, SENDER, RECEIVER = range(3)
# What is said of the rank that is lost, and of its host: by mpirun, and by the other ranks.
EXITED = r"process rank {rank} .*on node {host} exited on\s+signal 9"
CLOSED = r"An error occurred in Socket closed"
BAD_END = r"(?s)BAD TERMINATION.*RUNNING AT {host}.*EXIT CODE: 9"
LOST = r"Remote daemon: .* on node {host}"
MISSED = r"rank {rank}( \(the coordinator\))? on {host} has not answered"
TOLD = r"rank \d on h\d: told to end, or a rank was lost \(phase: .*results\.h5\.journal"
# The columns of docs/failures.md: mpirun's exit codes, and what is said.
TABLE = {
    # Open MPI 5's library in another rank may notice first, or when the job is ended, that a
    # connection is closed: 14.
    "rank killed": {OPEN_MPI_4: ({137}, EXITED, TOLD), OPEN_MPI_5: ({137, 14}, f"{EXITED}|{CLOSED}"), MPICH: ({9, 255}, BAD_END)},
    "rank stopped": {OPEN_MPI_4: ({1}, MISSED), OPEN_MPI_5: ({1, 14}, MISSED), MPICH: ({1}, MISSED)},
    # mpirun's keepalive (hosts.sh sets it) notices before the timeout; hydra has none.
    "host dead": {OPEN_MPI_4: ({205}, LOST, TOLD), OPEN_MPI_5: ({0}, LOST), MPICH: ({1}, MISSED)},
    "coordinator's host dead": {OPEN_MPI_4: ({205}, LOST), OPEN_MPI_5: ({0}, LOST), MPICH: ({1}, MISSED)},
    "control cut": {OPEN_MPI_4: ({205}, LOST, TOLD), OPEN_MPI_5: ({0}, LOST), MPICH: ({1}, MISSED)},
    "mpirun told": {OPEN_MPI_4: ({1}, TOLD), OPEN_MPI_5: ({1},), MPICH: ({0, 4}, TOLD)},
    "mpirun killed": {OPEN_MPI_4: ({-9},), OPEN_MPI_5: ({-9},), MPICH: ({-9},)},
}
PLAN = ["--size", ",".join(f"{64 + i}K" for i in range(12)), "--order", "listed", "--send-mode", "copy", "--duration", f"{WINDOW_S}s",
        "--warmup", f"{WARMUP_S * 1e3:.0f}ms", "--repetitions", 1, "--sndhwm", 10, "--rcvhwm", 10, "--placement", "listed", "--timeout", f"{TIMEOUT_S}s"]


def setUpModule():
    hosts("up", *PLACES)


class Faults(Case):
    """A sweep of many points in its third point or so."""
    more = ()  # options

    def setUp(self):
        super().setUp()
        self.alive, self.said = PLACES, ""
        self.shape(RATE, "h2", "h3")  # so that no fault has to compete with the traffic for a core
        self.process = self.start(PLACES, *PLAN, *self.more)
        self.await_finished(self.process, 2)
        self.pids = [testbed.zmqsweep_on(host) for host in PLACES]
        # The one that the fault meets.
        self.point = self.await_finished(self.process, self.finished() + 1)
        # By what came, since a busy machine may begin it late.
        self.await_traffic(PLACES[RECEIVER], INTO_WINDOW_BYTES)

    def check_row(self, row, began, rank=None):
        """The job has ended as the table says of this launcher."""
        codes, *words = TABLE[row][launcher()]
        named = {} if rank is None else {"rank": rank, "host": PLACES[rank]}
        self.check_end(began, codes, *(re.sub(r"\{(rank|host)\}", lambda name: str(named[name[1]]), text) for text in words))

    def check_end(self, began, codes, *words):
        """The job has ended by itself, said so, and left nothing but what was measured."""
        self.process.wait(timeout=harness.PATIENCE_S)
        took = time.monotonic() - began
        if self.alive != PLACES:
            hosts("mend")  # what stands still on a dead host holds the launcher's stderr
        self.said = "".join(self.process.communicate(timeout=harness.PATIENCE_S))
        print(f"{self.id()}: exit code {self.process.returncode} after {took:.1f} s", flush=True)
        self.assertIn(self.process.returncode, codes, self.said)
        self.assertLess(took, TIMEOUT_S + LATE_S + BUSY_S, self.said)
        for word in words:
            self.assertRegex(self.said, word)
        self.check_nothing_runs()
        self.check_kept()

    def check_nothing_runs(self):
        until = time.monotonic() + TIMEOUT_S + LATE_S + BUSY_S
        while left := {host: testbed.processes(host) for host in self.alive if testbed.processes(host)}:
            self.assertLess(time.monotonic(), until, left)
            time.sleep(0.1)

    def check_kept(self):
        """The points that were finished, and no other."""
        if not os.path.exists(self.path("results.h5")):
            self.report("recover", "results.h5.journal")
        points = self.table("points")
        self.assertEqual(set(points.point_id[points.stop_reason != "interrupted"]), set(range(self.point)))

    def flags_of(self, point):
        repetitions = self.table("repetitions")
        return harness.flags(repetitions[repetitions.point_id == point]["flags"].iloc[0])

    def goes_on(self):
        """All points are there; the sweep ended with the code for points without a valid
        repetition, or well."""
        self.said = self.finish(self.process)
        self.check_nothing_runs()
        for text in self.table("points")["flags"].iloc[:self.point]:
            self.assertLessEqual(harness.flags(text), harness.BUSY_FLAGS)

    def check_cut_for_good(self, flags):
        """That point and each after it fails in its turn; a point that cannot connect is given up
        after one try."""
        self.link("cable", "h3", "cut")
        self.await_finished(self.process, self.point + 2)
        hosts("cable", "h3", "plug")
        self.goes_on()
        hit, after = self.flags_of(self.point), self.flags_of(self.point + 1)
        self.assertTrue(hit & flags, hit)
        self.assertTrue(after & {"timed_out", "failed"}, after)
        self.assertEqual(self.table("points").stop_reason.iloc[self.point + 1], "unreachable")
        self.assertRegex(self.said, r"rank [12] on h[23].*10\.77\.0\.1[23].*10\.77\.0\.1[23]")


class Failure(Faults):
    # ---- kill -9: mpirun notices

    def check_killed(self, rank):
        began = time.monotonic()
        os.kill(self.pids[rank], signal.SIGKILL)
        self.check_row("rank killed", began, rank)

    def test_a_killed_sender_ends_the_job(self):
        self.check_killed(SENDER)

    def test_a_killed_receiver_ends_the_job(self):
        self.check_killed(RECEIVER)

    def test_a_killed_coordinator_ends_the_job(self):
        self.check_killed(COORDINATOR)

    # ---- a rank that is silent

    def check_stopped(self, rank):
        began = time.monotonic()
        os.kill(self.pids[rank], signal.SIGSTOP)
        self.check_row("rank stopped", began, rank)
        self.assertRegex(self.said, r"zmqsweep: .*phase: (traffic|drain|getting ready|gathering|ordering|exchanging|waiting)")

    def test_a_stopped_sender_is_named_and_ends_the_job(self):
        self.check_stopped(SENDER)

    def test_a_stopped_receiver_is_named_and_ends_the_job(self):
        self.check_stopped(RECEIVER)

    def test_a_stopped_coordinator_is_named_and_ends_the_job(self):
        self.check_stopped(COORDINATOR)

    # ---- a host that dies: cut off, nothing runs on it

    def check_dead_host(self, rank):
        began = time.monotonic()
        self.link("die", PLACES[rank])
        self.alive = [host for host in PLACES if host != PLACES[rank]]
        self.check_row("coordinator's host dead" if rank == COORDINATOR else "host dead", began, rank)

    def test_a_dead_host_of_the_sender_ends_the_job(self):
        self.check_dead_host(SENDER)

    def test_a_dead_host_of_the_receiver_ends_the_job(self):
        self.check_dead_host(RECEIVER)

    def test_a_dead_host_of_the_coordinator_ends_the_job(self):
        self.check_dead_host(COORDINATOR)

    # ---- mpirun itself

    def check_mpirun(self, row, number):
        began = time.monotonic()
        self.process.send_signal(number)
        self.check_row(row, began)

    def test_a_sweep_whose_mpirun_is_terminated_keeps_what_was_measured(self):
        self.check_mpirun("mpirun told", signal.SIGTERM)

    def test_a_sweep_whose_mpirun_is_interrupted_keeps_what_was_measured(self):
        self.check_mpirun("mpirun told", signal.SIGINT)

    def test_a_sweep_whose_mpirun_is_killed_keeps_what_was_measured(self):
        self.check_mpirun("mpirun killed", signal.SIGKILL)

    # ---- links

    def test_a_cut_control_link_ends_the_job(self):
        began = time.monotonic()
        self.link("cable", "h2", "cut", "control")
        self.check_row("control cut", began, SENDER)

    def test_a_data_link_cut_in_the_window_fails_points_and_not_the_sweep(self):
        self.check_cut_for_good({"timed_out", "few_messages", "failed"})

    def test_a_data_link_that_flaps_is_flagged(self):
        self.link("cable", "h3", "cut")
        time.sleep(1)
        hosts("cable", "h3", "plug")
        self.goes_on()
        self.assertTrue(self.flags_of(self.point) & {"stalled", "unsteady"}, self.flags_of(self.point))

    def check_paused(self, rank):
        os.kill(self.pids[rank], signal.SIGSTOP)
        time.sleep(3)
        os.kill(self.pids[rank], signal.SIGCONT)
        self.goes_on()
        self.assertTrue(self.flags_of(self.point) & {"stalled", "unsteady"}, self.flags_of(self.point))

    def test_a_sender_that_stops_for_3_s_is_flagged(self):
        self.check_paused(SENDER)

    def test_a_receiver_that_stops_for_3_s_is_flagged(self):
        self.check_paused(RECEIVER)

    def test_a_coordinator_that_stops_for_3_s_changes_no_number(self):
        """Nothing that is measured goes through it: the number is whole. Counted into or over the 3
        s, it would be twice that of the other points or more, or half of it; a window of its own
        may be a sixth slower on a busy machine, as any other may."""
        os.kill(self.pids[COORDINATOR], signal.SIGSTOP)
        time.sleep(3)
        os.kill(self.pids[COORDINATOR], signal.SIGCONT)
        self.goes_on()
        self.assertLessEqual(self.flags_of(self.point), harness.BUSY_FLAGS)
        repetitions = self.table("repetitions").set_index("point_id")
        paused, others = repetitions.loc[self.point], repetitions.drop(self.point).throughput_mbit_s.median()
        self.assertLess(abs(paused.window_s / WINDOW_S - 1), 0.1)
        self.assertLess(paused.throughput_mbit_s, RATE_BYTES_S * 1.05 * 8e-6)  # the link's
        self.assertTrue(2 / 3 < paused.throughput_mbit_s / others < 3 / 2, (paused, others))

    # ---- a receiver that does not drain

    def test_a_receiving_thread_that_stands_still_is_named_and_ends_the_job(self):
        """ptrace stops the loop's thread alone: its rank lives, but cannot go on without it."""
        thread = self.pids[RECEIVER]  # the process's first
        libc = ctypes.CDLL(None, use_errno=True)
        self.assertEqual(libc.ptrace(PTRACE_SEIZE, thread, None, None), 0, os.strerror(ctypes.get_errno()))
        libc.ptrace(PTRACE_INTERRUPT, thread, None, None)
        self.check_end(time.monotonic() + 2 * WINDOW_S / 3, {1}, r"rank 2 on h3: its receiving thread has not come to an end")


class DrainFailure(Faults):
    """With a queue that takes longer to drain than the window lasts."""
    more = ["--sndhwm", 400, "--rcvhwm", 10, "--log-level", "debug"]

    def test_a_data_link_cut_in_the_drain_fails_points_and_not_the_sweep(self):
        self.read_until(self.process, rf"\[rank {RECEIVER} .*\] point {self.point} ")
        self.read_until(self.process, rf"\[rank {RECEIVER} .*\] stopped after")
        self.check_cut_for_good({"timed_out"})


class Page(unittest.TestCase):
    ROWS = {"kill -9 of a sender or a receiver": "rank killed", "kill -9 of the coordinator": "rank killed",
            "a host dies, or its control network is cut; keepalive is set": "host dead",
            "the same without keepalive": "host dead", "TERM or INT to mpirun": "mpirun told"}

    def test_the_page_has_the_exit_codes_of_the_table_here(self):
        """They are in bold there. (A shell's code for a killed mpirun is the shell's.)"""
        with open(os.path.join(harness.SOURCE, "docs/failures.md")) as file:
            rows = [re.split(r" *\| *", line.strip())[1:-1] for line in file if line.startswith("|")]
        kinds = (OPEN_MPI_4, OPEN_MPI_5, MPICH)
        first = rows.index(["what happens", *kinds]) + 2
        told = {(what, kind): {int(code) for code in re.findall(r"\d+", "".join(re.findall(r"\*\*.*?\*\*", cell)))}
                for what, *cells in rows[first:] for kind, cell in zip(kinds, cells)}
        for what, row in self.ROWS.items():
            for kind in kinds:
                with self.subTest(what=what, kind=kind):
                    self.assertIn(told[what, kind], (TABLE[row][kind][0], set()))
        self.assertEqual(TABLE["host dead"][MPICH][0], told["the same without keepalive", MPICH])


if __name__ == "__main__":
    unittest.main(verbosity=2)
