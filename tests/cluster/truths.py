"""What queues can hide, on links whose rate is known: no valid number is too good, and a rate that
holds is delivered."""
import os
import re
import signal
import time
import unittest

import testbed
from testbed import DATA, Case, hosts

testbed.enter()
import harness  # noqa: E402
from witness import Measured  # noqa: E402

PLACES = ["h1", "h2", "h3"]
# Payload in a full frame of 1538 bytes on the wire: MTU 1500 less IP, TCP and the timestamp option.
FRAME_BYTES = 1448
WIRE_SHARE = FRAME_BYTES / 1538
NEAR = 0.03
COMMON = ["--send-mode", "copy", "--order", "listed", "--placement", "listed", "--interface", f"{DATA}.0/24", "--force"]


def setUpModule():
    hosts("up", *PLACES)


def frame_bytes(size):
    """Of ZMTP, around a message."""
    return 2 if size < 256 else 9


def goodput_mbit_s(link_mbit_s, size):
    return link_mbit_s * WIRE_SHARE * size / (size + frame_bytes(size))


def bucket_bytes(link_mbit_s):
    """What a link that was idle lets pass at once: the shaper's burst, as hosts.sh makes it."""
    return max(131072, link_mbit_s * 1e6 / 1538 * 1514 / 8 / 64)


class Truth(Measured, Case):
    def rows(self):
        """Repetitions, each with the settings of its point."""
        points = self.table("points").set_index("point_id")
        settings = points[["pattern", "message_size_bytes", "message_count", "sndhwm", "rcvhwm", "duration_s", "rate_per_s"]]
        return self.table("repetitions").join(settings, on="point_id")

    def ratio(self, row, link_mbit_s):
        return row.throughput_mbit_s / goodput_mbit_s(link_mbit_s, row.message_size_bytes)


class Counts(Truth):
    LINK_MBIT_S = 100

    def measure(self, size, counts, hwms):
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        found = []
        for hwm in hwms:
            self.sweep(PLACES, *COMMON, "--size", size, "--count", counts, "--sndhwm", hwm, "--rcvhwm", hwm, "--repetitions", 1)
            found += list(self.rows().itertuples())
        return found

    def check(self, size, counts, hwms):
        """Every number is the link's, or says that it may not be."""
        rows, kinds = self.measure(size, counts, hwms), set()
        for row in rows:
            flags, ratio = harness.flags(row.flags), self.ratio(row, self.LINK_MBIT_S)
            what = f"{size}, {row.message_count} messages, HWM {row.sndhwm}: {ratio:.4f} of the truth, {row.flags}"
            print(what, flush=True)
            self.assertEqual(row.received, row.message_count, what)
            kinds.add(bool(row.valid))
            if row.valid:
                passed_at_once = bucket_bytes(self.LINK_MBIT_S) / row.received_bytes
                self.assertLess(ratio - 1, NEAR + passed_at_once, what)
                # Queues of less than a frame leave in smaller ones, which fill the wire less: by
                # how much depends on when threads wake up.
                queued_bytes = (row.sndhwm + row.rcvhwm) * (row.message_size_bytes + frame_bytes(row.message_size_bytes))
                if queued_bytes >= FRAME_BYTES:
                    self.assertLess(1 - ratio, NEAR, what)
                self.assertGreaterEqual(row.message_count, 2 * row.queue_messages, what)
            else:
                self.assertTrue(flags & {"queued", "few_messages"}, what)
        self.assertEqual(kinds, {True, False}, "both kinds of counts were to be tried")
        return rows

    def test_no_count_of_tiny_messages_is_too_good(self):
        self.check("64", "10,1000,30000,100000,300000,1000000", (10, 1000, 100000))

    def test_no_count_of_small_messages_is_too_good(self):
        self.check("1K", "10,300,1000,3000,10000,30000", (10, 1000))

    def test_no_count_of_large_messages_is_too_good(self):
        self.check("64K", "10,30,200,1000", (10, 100))

    def test_the_count_that_is_advised_is_valid(self):
        """stderr names it; with it the number is valid, unless the kernel's buffers grew with it by
        more than twofold."""
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        count = 100
        for _ in range(3):
            said = self.sweep(PLACES, *COMMON, "--size", "1K", "--sndhwm", 1000, "--rcvhwm", 1000, "--repetitions", 1, "--count",
                              count).stderr
            row = next(self.rows().itertuples())
            if row.valid:
                break
            self.assertIn("queued", said)
            advice = int(re.search(r"--count (\d+)", said)[1])
            self.assertGreater(advice, count)
            count = advice
        self.assertTrue(row.valid, row.flags)
        self.assertGreater(count, 100)
        self.assertLess(abs(self.ratio(row, self.LINK_MBIT_S) - 1), NEAR)


class Paced(Truth):
    """8 KiB: the messages per second that the link carries are known."""
    LINK_MBIT_S, SIZE = 50, 8192
    PER_S = goodput_mbit_s(LINK_MBIT_S, SIZE) * 1e6 / 8 / SIZE

    def test_a_rate_that_is_not_delivered_says_so(self):
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        for hwm, factors in ((100, (0.97, 1.02, 1.1, 10)), (1000, (0.97, 1.02, 1.1, 10)), (100000, (0.97, 1.02, 1.1, 3))):
            self.hold(self.check_paced, hwm, factors)

    def check_paced(self, hwm, factors):
        rates = ",".join(str(round(factor * self.PER_S)) for factor in factors)
        self.sweep(PLACES, *COMMON, "--size", self.SIZE, "--pattern", "push-pull,pub-sub", "--rate", rates, "--sndhwm", hwm,
                   "--rcvhwm", hwm, "--repetitions", 2)
        for row in self.rows().itertuples():
            asked, flags = row.rate_per_s / self.PER_S, harness.flags(row.flags)
            what = (f"{row.pattern}, HWM {hwm}, {asked:.3f} of what the link carries: {row.message_rate_per_s / self.PER_S:.4f} "
                    f"came, backlog {row.backlog_begin_messages:.0f} to {row.backlog_end_messages:.0f}, {row.flags}")
            print(what, flush=True)
            if flags & {"late_start", "stalled"}:
                continue  # other work had the machine
            delivered = min(1, asked)
            self.assertLess(abs(row.message_rate_per_s / self.PER_S / delivered - 1), NEAR, what)
            # Push-pull blocks its sender when the queues are full.
            held_back = "rate_missed" in flags
            self.assertEqual(bool(flags & {"backlog"}) or held_back or row.lost > 0, asked > 1, what)
            if asked > 1 and row.lost == 0 and not held_back:
                self.assertGreater(row.backlog_end_messages, row.backlog_begin_messages, what)
        more = self.report("show", "--why", "results.h5", "--where", f"rate_per_s>{self.PER_S:.0f}").stdout
        self.assertNotIn("rate-bound", more)

    def check_found(self, hwm, loss):
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        self.sweep(PLACES, *COMMON, "--size", self.SIZE, "--pattern", "pub-sub", "--find-rate", f"loss={loss}", "--sndhwm", hwm,
                   "--rcvhwm", hwm, "--repetitions", 3)
        row = next(self.table("points").itertuples())
        what = f"HWM {hwm}, loss {loss}: found {row.rate_per_s / self.PER_S:.4f} of what the link carries, {row.flags}"
        print(what, flush=True)
        self.assertLess(abs(row.rate_per_s / self.PER_S - 1), NEAR, what)
        self.assertLess(abs(row.message_rate_per_s / row.rate_per_s - 1), 0.01, what)
        behind = ["backlog" in harness.flags(words) for words in self.table("repetitions")["flags"]]
        # A rate is out when two of three leave one.
        self.assertLessEqual(sum(behind), len(behind) // 3, what)

    def test_the_rate_found_is_delivered(self):
        for hwm, loss in ((100, "0%"), (1000, "1%")):
            with self.subTest(hwm=hwm, loss=loss):
                self.hold(self.check_found, hwm, loss)

    def test_the_rate_found_is_no_long_queue(self):
        self.check_found(20000, "0%")


class Windows(Truth):
    LINK_MBIT_S = 50

    def test_short_windows_are_not_valid(self):
        """What is measured in under 10 ms is not valid; from 300 ms on the link's rate is in the
        interval."""
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        self.sweep(PLACES, *COMMON, "--size", "64,8K", "--pattern", "push-pull,pub-sub", "--duration", "1ms,300ms", "--sndhwm", 100,
                   "--rcvhwm", 100, "--repetitions", 6)
        rows = self.table("repetitions")
        self.assertTrue((rows.window_s < 0.0099).any())
        for row in rows[rows.window_s < 0.0099].itertuples():
            self.assertIn("queued", harness.flags(row.flags))
            self.assertFalse(row.valid)
        for point in self.table("points").itertuples():
            if point.duration_s > 0.01:
                # Small messages that are published leave in small packets, which fill a wire less.
                truth = goodput_mbit_s(self.LINK_MBIT_S, point.message_size_bytes)
                print(point.pattern, point.throughput_low_mbit_s / truth, point.throughput_high_mbit_s / truth, point.flags, flush=True)
                self.assertLess(point.throughput_low_mbit_s, (1 + NEAR) * truth)
                if point.message_size_bytes > 64:
                    self.assertGreater(point.throughput_high_mbit_s, (1 - NEAR) * truth)

    def test_a_long_queue_before_a_slow_link_hides_nothing(self):
        """It takes 2.8 s to drain, and its sender fills it by halves; a shorter window gets what
        the link carries, but for what the shaper lets pass at once."""
        self.shape(f"{self.LINK_MBIT_S}mbit", "h3")
        self.sweep(PLACES, *COMMON, "--size", "8K", "--duration", "600ms", "--sndhwm", 1000, "--rcvhwm", 1000, "--repetitions", 3)
        for row in self.rows().itertuples():
            print(self.ratio(row, self.LINK_MBIT_S), row.backlog_begin_messages, row.backlog_end_messages, row.flags, flush=True)
            if not harness.flags(row.flags) & {"late_start", "stalled"}:
                self.assertTrue(row.valid, row.flags)
                self.assertLess(abs(self.ratio(row, self.LINK_MBIT_S) - 1), NEAR)

    def test_what_piled_up_in_the_warm_up_is_no_rate(self):
        """What piled up for it is read at the speed of memory, in a window that knows of it."""
        options = ["--size", "64K", "--sndhwm", 10000, "--rcvhwm", 10000, "--repetitions", 1, "--warmup", "1500ms", "--duration",
                   "200ms", "--rate", 2000, "--pattern", "push-pull,pub-sub", "--timeout", "10s"]
        process = self.start(PLACES, *COMMON, *options)
        for _ in range(2):  # points
            self.await_traffic("h3", 2e6)
            receiver = testbed.zmqsweep_on("h3")
            os.kill(receiver, signal.SIGSTOP)
            time.sleep(1.45)
            os.kill(receiver, signal.SIGCONT)
            time.sleep(2)
        self.finish(process)
        for row in self.rows().itertuples():
            print(row.pattern, row.message_rate_per_s, row.flags, flush=True)
            over = row.message_rate_per_s / row.rate_per_s
            self.assertTrue(over < 1.02 or harness.flags(row.flags) & {"queued", "unsteady", "stalled"}, row)


if __name__ == "__main__":
    unittest.main(verbosity=2)
