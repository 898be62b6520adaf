"""What a sweep measures: delivery, accounting, groups, modes, count and duration."""
import unittest

from harness import BUSY_FLAGS, SHORT, Case, choices, flags


class Delivery(Case):
    def check_accounts(self):
        """The rules that hold for every repetition, however busy the machine."""
        points, repetitions, ranks = self.table("points"), self.table("repetitions"), self.table("ranks")
        for row in repetitions.itertuples():
            point = points[points.point_id == row.point_id].iloc[0]
            mine = ranks[(ranks.point_id == row.point_id) & (ranks.repetition == row.repetition)]
            published = mine[mine.role == "sender"].messages.sum()
            received = mine[mine.role == "receiver"].messages.sum()
            owed = published * (point.receivers_per_sender if point.pattern == "pub-sub" else 1)
            self.assertEqual(row.sent, owed)
            self.assertEqual(row.received, received)
            self.assertEqual(row.sent, row.received + row.lost)
            self.assertEqual(row.foreign, 0)
            self.assertEqual(row.received_bytes, row.received * point.message_size_bytes)
            if point.pattern == "push-pull":
                self.assertEqual(row.lost, 0)
            else:
                self.assertEqual(mine[mine.role == "receiver"].lost.sum(), row.lost)
            self.assertGreater(row.received, 0)
            self.assertLessEqual(flags(row.flags) - BUSY_FLAGS - {"lost_messages"}, set())
        return points, repetitions, ranks

    def test_every_mode_delivers(self):
        """Both patterns, all modes but the one that writes files, on both sides of 16 KiB."""
        senders, receivers = choices("--send-mode"), [mode for mode in choices("--receive-mode") if mode != "write"]
        self.sweep(3, *SHORT, "--repetitions", 1, "--pattern", "push-pull,pub-sub", "--size", "64,64K",
                   "--send-mode", ",".join(senders), "--receive-mode", ",".join(receivers))
        points, _, _ = self.check_accounts()
        self.assertGreaterEqual(len(senders), 5)
        self.assertGreaterEqual(len(receivers), 3)
        self.assertEqual(list(points.point_id), list(range(2 * 2 * len(senders) * len(receivers))))

    def test_every_transport_and_bind_side_delivers(self):
        for side in ("receiver", "sender"):
            with self.subTest(side=side):
                self.sweep(3, *SHORT, "--pattern", "push-pull,pub-sub", "--transport", "tcp,ipc", "--size", "1K",
                           "--send-mode", "copy", "--bind", side, "--force")
                points, _, ranks = self.check_accounts()
                self.assertEqual(set(points.bind), {side})
                ipc = points[points.transport == "ipc"].point_id
                self.assertTrue(ranks[ranks.point_id.isin(ipc)].tcp_rtt_us.isna().all())
                self.assertTrue((ranks[~ranks.point_id.isin(ipc)].tcp_rtt_us > 0).all())

    def test_groups_deliver(self):
        """2 x 1:3, and 2 x 3:1."""
        for shape in ("--receivers-per-sender", "--senders-per-receiver"):
            with self.subTest(shape=shape):
                self.sweep(9, *SHORT, "--pattern", "push-pull,pub-sub", "--size", "1K", "--send-mode", "copy",
                           shape, 3, "--force")
                _, _, ranks = self.check_accounts()
                first = ranks[(ranks.point_id == 0) & (ranks.repetition == 0)]
                self.assertEqual(list(first["rank"]), list(range(1, 9)))
                self.assertEqual(list(first.group), [0] * 4 + [1] * 4)
                one = ["sender"] + ["receiver"] * 3
                self.assertEqual(list(first.role), 2 * (one if shape[2] == "r" else ["sender"] * 3 + ["receiver"]))

    def test_pub_sub_flood_ends_and_is_accounted(self):
        """A subscriber that reads every line of 64 KiB cannot follow; what is lost is counted, not
        waited for."""
        self.sweep(3, *SHORT, "--pattern", "pub-sub", "--size", "64,64K", "--send-mode", "const",
                   "--receive-mode", "read", "--sndhwm", 2, "--rcvhwm", 2)
        points, repetitions, _ = self.check_accounts()
        self.assertTrue((points.lost > 0).any())
        self.assertTrue((repetitions.throughput_mbit_s > 0).all())

    def test_count_mode_delivers_exactly_the_count(self):
        """Each sender sends exactly N; without a loss each group receives exactly that."""
        # Short queues and buffers, so that they cannot hide the count.
        self.sweep(5, "--count", 20000, "--size", "64,16K", "--repetitions", 2, "--send-mode", "copy,zero-copy",
                   "--senders-per-receiver", 3, "--sndhwm", 100, "--rcvhwm", 100, "--sndbuf", "64K", "--rcvbuf", "64K")
        points, repetitions, ranks = self.check_accounts()
        self.assertTrue((ranks[ranks.role == "sender"].messages == 20000).all())
        self.assertTrue((repetitions.received == 60000).all())
        for row in repetitions.itertuples():
            self.assertTrue(row.valid or flags(row.flags) & BUSY_FLAGS, row)
        self.assertTrue(points.duration_s.isna().all())
        self.assertTrue((points.message_count == 20000).all())
        receivers = ranks[ranks.role == "receiver"]
        self.assertTrue((receivers.window_messages == 59999).all())
        rate = receivers.window_bytes * 8e-6 / receivers.window_s
        self.assertTrue(((rate / receivers.throughput_mbit_s - 1).abs() < 1e-9).all())

    def test_a_window_grows_for_slow_messages(self):
        """16 MiB in a window of 1 ms: it grows until 20 messages are in it."""
        self.sweep(3, "--size", "16M", "--duration", "1ms", "--warmup", "0s", "--interval", "20ms", "--repetitions", 2,
                   "--send-mode", "copy")
        _, repetitions, _ = self.check_accounts()
        self.assertTrue((repetitions.window_messages >= 19).all())
        self.assertTrue((repetitions.window_s > 0.001).all())

    def test_left_over_ranks_sleep(self):
        result = self.sweep(6, *SHORT, "--pairs", 1, "--size", "1K", "--send-mode", "copy")
        self.assertEqual(result.stderr.count("3 of 6 ranks have no part"), 1, result.stderr)
        _, _, ranks = self.check_accounts()
        self.assertEqual(set(ranks["rank"]), {1, 2})

    def test_pairs_are_a_dimension(self):
        self.sweep(5, *SHORT, "--pairs", "1,2", "--size", "64K", "--send-mode", "copy")
        points, _, _ = self.check_accounts()
        self.assertEqual(list(points.pairs), [1, 2])

    def test_intervals_add_up(self):
        """Interval rows of a receiver lie end to end and hold no more than it received. The warm-up
        is long, so that a rank that wakes up late on a busy machine still has a row of it."""
        self.sweep(3, *SHORT, "--warmup", "300ms", "--size", "1K", "--send-mode", "copy")
        _, _, ranks = self.check_accounts()
        intervals = self.table("intervals")
        for (repetition, rank), rows in intervals.groupby(["repetition", "rank"]):
            self.assertTrue((rows.messages >= 0).all())
            ends = (rows.start_us + rows.length_us).to_numpy()[:-1]
            gaps = rows.start_us.to_numpy()[1:] - ends
            self.assertLess(abs(gaps).max(), 0.01)
            self.assertLess(rows.start_us.iloc[0], 0)
            got = ranks[(ranks.repetition == repetition) & (ranks["rank"] == rank)].messages.iloc[0]
            self.assertLessEqual(rows.messages.sum(), got)
            self.assertGreater(rows.messages.sum(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
