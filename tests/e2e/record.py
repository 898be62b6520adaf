"""The record: HDF5 as h5py, pandas, PyTables and h5dump read it, CSV against it, options as in
force."""
import csv
import io
import math
import os
import subprocess
import unittest
import zlib

import h5py
import numpy
import pandas
import tables

from harness import SHORT, Case, launcher

TABLES = ("points", "repetitions", "ranks", "intervals", "latency", "hosts", "environment")
POINT_COLUMNS = """point_id settings pattern transport security message_size_bytes send_mode receive_mode sndhwm rcvhwm pairs
    receivers_per_sender senders_per_receiver message_count duration_s io_threads sndbuf_bytes rcvbuf_bytes bind
    placement sender_cpus receiver_cpus io_cpus sender_host receiver_host repetitions valid_repetitions stop_reason throughput_mbit_s throughput_low_mbit_s throughput_high_mbit_s
    interval_coverage message_rate_per_s sent received lost cpu_ns_per_message flags status rate_per_s sent_rate_per_s
    latency_kind latency_messages latency_p50_us latency_p90_us latency_p99_us latency_p999_us latency_max_us
    latency_uncertainty_us latency_p50_low_us latency_p50_high_us latency_p90_low_us latency_p90_high_us
    latency_p99_low_us latency_p99_high_us latency_p999_low_us latency_p999_high_us latency_bound_us order spread_s
    dependence planned_repetitions least_repetitions precision loss_target""".split()


class Record(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keeper = cls("run_sweep_once")
        Case.setUp(cls.keeper)
        cls.addClassCleanup(cls.keeper.doCleanups)
        cls.keeper.run_sweep_once()

    def run_sweep_once(self):
        self.sweep(3, "--size", "64,64K", "--pattern", "push-pull,pub-sub", "--send-mode", "copy", "--duration", "100ms",
                   "--warmup", "20ms", "--interval", "20ms", "--repetitions", 6, "--sndhwm", 77, "--rcvhwm", 88,
                   "--sndbuf", "128K", "--rcvbuf", "64K", "--io-threads", 2)

    def setUp(self):
        self.folder = self.keeper.folder

    def test_one_line_reads_points_into_pandas(self):
        frame = pandas.DataFrame(h5py.File(self.path("results.h5"))["points"][:])
        self.assertEqual(len(frame), 4)
        self.assertEqual(list(frame.columns), POINT_COLUMNS)
        for column in ("sent", "received", "lost", "message_count", "point_id"):
            self.assertEqual(frame[column].dtype, numpy.int64)

    def test_attributes_say_what_the_file_is(self):
        with h5py.File(self.path("results.h5")) as file:
            self.assertEqual(file.attrs["format"], b"zmqsweep-results")
            self.assertEqual(file.attrs["schema_version"], b"1.2")
            self.assertEqual(file.attrs["complete"], 1)
            self.assertIn(b"--io-threads 2", file.attrs["command_line"])
            self.assertRegex(file.attrs["created"].decode(), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertRegex(file.attrs["uuid"].decode(), r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            for name in ("title", "creator", "creator_version", "order_seed"):
                self.assertIn(name, file.attrs)
            for name in TABLES:
                data = file[name]
                self.assertEqual(data.attrs["rows"], len(data))
                self.assertEqual(data.attrs["crc32"], zlib.crc32(data[:].tobytes()))
                self.assertEqual(len(data.attrs["units"]), len(data.dtype.names))
                self.assertEqual(len(data.attrs["long_names"]), len(data.dtype.names))
                self.assertTrue(data.attrs["description"])
                self.assertTrue(data.fletcher32 and data.shuffle and data.compression == "gzip" and data.chunks)

    def test_pytables_and_h5dump_read_the_file(self):
        with tables.open_file(self.path("results.h5")) as file:
            self.assertEqual(len(file.root.points), 4)
            self.assertEqual(file.root.points[0]["pattern"], b"push-pull")
        dump = subprocess.run(["h5dump", "-H", self.path("results.h5")], stdout=subprocess.PIPE, text=True, check=True).stdout
        for name in TABLES:
            self.assertIn(f'DATASET "{name}"', dump)
        self.assertNotIn("H5T_ENUM", dump)
        self.assertNotIn("H5T_CSET_UNKNOWN", dump)

    def test_csv_has_every_value_of_the_file(self):
        for name in TABLES:
            with self.subTest(table=name):
                text = subprocess_report("csv", "results.h5", "--table", name, folder=self.folder)
                rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
                self.assertEqual(text.count(b"\n"), text.count(b"\r\n"))
                with h5py.File(self.path("results.h5")) as file:
                    data = file[name][:]
                self.assertEqual(rows[0], list(data.dtype.names))
                self.assertEqual(len(rows) - 1, len(data))
                for row, record in zip(rows[1:], data):
                    for cell, value in zip(row, record):
                        self.assertTrue(same(cell, value), (cell, value))

    def test_summary_is_the_median_with_its_interval(self):
        points, repetitions = self.table("points"), self.table("repetitions")
        for point in points.itertuples():
            valid = repetitions[(repetitions.point_id == point.point_id) & (repetitions.valid == 1)].throughput_mbit_s
            self.assertEqual(point.valid_repetitions, len(valid))
            if len(valid):
                self.assertAlmostEqual(point.throughput_mbit_s, valid.median(), delta=1e-9 * valid.median())
            if len(valid) == 6:
                self.assertEqual((point.throughput_low_mbit_s, point.throughput_high_mbit_s), (valid.min(), valid.max()))
                self.assertAlmostEqual(point.interval_coverage, 0.96875)

    def test_repetition_is_the_sum_of_its_receivers(self):
        repetitions, ranks = self.table("repetitions"), self.table("ranks")
        for row in repetitions.itertuples():
            mine = ranks[(ranks.point_id == row.point_id) & (ranks.repetition == row.repetition) & (ranks.role == "receiver")]
            self.assertAlmostEqual(row.throughput_mbit_s, mine.throughput_mbit_s.sum(), delta=1e-9 * row.throughput_mbit_s)
            self.assertEqual(row.window_messages, mine.window_messages.sum())
            self.assertAlmostEqual(row.window_bytes * 8e-6 / row.window_s, row.throughput_mbit_s, delta=1e-6 * row.throughput_mbit_s)

    def test_points_record_the_options_in_force(self):
        points = self.table("points")
        self.assertEqual(set(points.sndhwm), {77})
        self.assertEqual(set(points.rcvhwm), {88})
        self.assertEqual(set(points.io_threads), {2})
        # Linux doubles what is asked for.
        self.assertEqual(set(points.sndbuf_bytes), {2 * 128 * 1024})
        self.assertEqual(set(points.rcvbuf_bytes), {2 * 64 * 1024})

    def test_the_file_says_where_it_was_made(self):
        environment = self.table("environment").set_index("name").value
        self.assertEqual(environment["option.size"], "64,64K")
        self.assertEqual(environment["ranks"], "3")
        self.assertTrue(environment["version.libzmq"])
        self.assertIn(launcher().rstrip(" 45"), environment["version.mpi"])
        self.assertIn("cpus=", environment["rank.1"])
        hosts = self.table("hosts")
        self.assertEqual(len(hosts), 1)
        self.assertGreater(hosts.memory_bytes[0], 0)
        self.assertEqual(hosts.name[0], os.uname().nodename)

    def test_no_latency_without_the_option(self):
        points = self.table("points")
        self.assertEqual((set(points.latency_kind), set(points.latency_messages)), ({""}, {0}))
        self.assertTrue(points[[name for name in points.columns if name.endswith("_us")]].isna().all().all())
        self.assertEqual(len(self.table("latency")), 0)
        self.assertFalse(points.settings.str.contains("latency").any())

    def test_cost_columns_are_filled(self):
        ranks = self.table("ranks")
        self.assertTrue((ranks.cpu_user_s + ranks.cpu_system_s > 0).all())
        self.assertTrue((ranks.voluntary_switches + ranks.involuntary_switches > 0).all())
        self.assertTrue((ranks.peak_rss_bytes > 0).all())
        self.assertTrue((ranks.blocked_s >= 0).all() and (ranks.ring_wait_s == 0).all())
        self.assertTrue((self.table("points").cpu_ns_per_message > 0).all())
        self.assertTrue((self.table("repetitions").dead_s > 0).all())


def subprocess_report(*arguments, folder):
    from harness import ZMQREPORT
    return subprocess.run([ZMQREPORT, *arguments], cwd=folder, stdout=subprocess.PIPE, check=True).stdout


def same(cell, value):
    if isinstance(value, bytes):
        return cell == value.decode()
    if isinstance(value, numpy.floating):
        return cell == "" if math.isnan(value) else float(cell) == value
    return int(cell) == value


class Variables(Case):
    def test_variables_of_the_allocator_are_recorded(self):
        """Large messages may be several times as fast with another malloc: the file has to tell."""
        self.sweep(3, "--size", "64", "--send-mode", "copy", "--count", "100", env={"MALLOC_TRIM_THRESHOLD_": "268435456"})
        environment = self.table("environment").set_index("name").value
        self.assertEqual(environment["env.MALLOC_TRIM_THRESHOLD_"], "268435456")


if __name__ == "__main__":
    unittest.main(verbosity=2)
