"""What limits it: the use of each thread adds up, and cases made to be sender-, receiver-,
I/O-thread- and memory-bound are called that."""
import os
import re
import subprocess
import unittest
import zlib

import h5py
import numpy.lib.recfunctions as fields

from harness import Case, end, flags
from witness import Measured

QUICK = ["--duration", "500ms", "--warmup", "200ms", "--interval", "100ms", "--repetitions", 1]
LATER = ["usage_s", "app_cpu_s", "app_runqueue_s", "app_voluntary_switches", "app_involuntary_switches", "io_cpu_s",
         "io_runqueue_s", "io_voluntary_switches", "io_involuntary_switches", "io_cpu_max_s", "io_runqueue_max_s", "sync_s",
         "app_page_faults", "io_page_faults", "io_page_faults_max", "io_cpu_each_s"]
# Readings of one moment that are not taken in one: of clocks and of the kernel's books, which it
# brings up to date every tick.
GRAIN_S = 0.05
HOGS = 24
LONG = ("--rcvhwm", 200, "--sndhwm", 200)


class Use(Measured, Case):
    def check_ranks(self):
        ranks = self.table("ranks")
        for row in ranks.itertuples():
            self.assertGreater(row.usage_s, 0, row)
            self.assertLessEqual(row.app_cpu_s + row.io_cpu_s, row.cpu_user_s + row.cpu_system_s + GRAIN_S, row)
            self.assertLessEqual(row.app_cpu_s + row.app_runqueue_s, row.usage_s + GRAIN_S, row)
            self.assertLessEqual(row.io_cpu_max_s + row.io_runqueue_max_s, row.usage_s + GRAIN_S, row)
            self.assertLessEqual(row.io_cpu_max_s, row.io_cpu_s, row)
            self.assertLessEqual(row.blocked_s + row.ring_wait_s, row.usage_s + GRAIN_S, row)
            self.assertGreater(row.app_cpu_s, 0, row)
            self.assertGreater(row.io_cpu_s, 0, row)
            for kind in ("voluntary", "involuntary"):
                threads = getattr(row, f"app_{kind}_switches") + getattr(row, f"io_{kind}_switches")
                self.assertGreaterEqual(threads, 0, row)
                # A switch more for each thread between the two readings.
                self.assertLessEqual(threads, getattr(row, f"{kind}_switches") + 20, row)
            # What a loop does but run is wait: for a core, for its socket or for its ring.
            known = row.app_cpu_s + row.app_runqueue_s + row.blocked_s + row.ring_wait_s
            self.assertGreater(known, 0.7 * row.usage_s, row)
        return ranks

    def test_use_adds_up_over_a_window(self):
        self.sweep(3, *QUICK, "--size", "64,64K", "--send-mode", "copy,zero-copy", "--io-threads", 2)
        ranks = self.check_ranks()
        self.assertTrue((ranks.usage_s > 0.49).all())
        self.assertTrue(ranks.sync_s.isna().all())
        # One connection, one I/O thread that serves it: the busiest of the two has it all.
        self.assertTrue((ranks.io_cpu_max_s > 0.8 * ranks.io_cpu_s).all())
        for row in ranks.itertuples():
            each = [float(text) for text in row.io_cpu_each_s.split(",")]
            self.assertEqual(len(each), 2)
            self.assertAlmostEqual(sum(each), row.io_cpu_s, delta=0.002)
            self.assertAlmostEqual(max(each), row.io_cpu_max_s, delta=0.002)
        text = self.report("show", "--why", "results.h5").stdout
        self.assertEqual(len(re.findall(r"(sender|receiver|io-thread|link|memory)-bound|unclear", text)), 4, text)

    def page_faults(self, **variables):
        """Of the sender's thread and the receiver's I/O thread, a message of 1 MiB."""
        self.sweep(3, *QUICK, "--size", "1M", "--send-mode", "copy", "--force", env=variables)
        ranks = self.table("ranks")
        threads = {"sender": "app", "receiver": "io"}
        return {role: min(rows[f"{threads[role]}_page_faults"] / rows.window_messages) for role, rows in ranks.groupby("role")}

    def test_page_faults_are_counted(self):
        """An allocator that gives every message's memory back has every page of it made anew, by
        whoever writes it first."""
        pages = (1 << 20) // os.sysconf("SC_PAGESIZE")
        returned = self.page_faults(MALLOC_MMAP_THRESHOLD_="65536")
        kept = self.page_faults(MALLOC_MMAP_THRESHOLD_=str(64 << 20), MALLOC_TRIM_THRESHOLD_=str(256 << 20))
        for role in ("sender", "receiver"):
            # What is under way at the window's edges is not counted on both sides.
            self.assertAlmostEqual(returned[role] / pages, 1, delta=0.2, msg=role)
        self.assertLess(kept["sender"], 0.1 * pages)
        self.assertEqual(list(self.table("hosts").page_bytes), [os.sysconf("SC_PAGESIZE")])

    def test_use_is_known_with_a_count(self):
        """Loops have ended when the books are closed; a sender's thread leaves its figures
        behind."""
        self.sweep(3, "--count", 300000, "--size", 64, "--send-mode", "copy", "--repetitions", 2)
        ranks = self.table("ranks")
        self.assertFalse(ranks.usage_s.isna().any())
        for row in ranks.itertuples():
            self.assertGreater(row.app_cpu_s, 0, row)
            self.assertLessEqual(row.app_cpu_s + row.io_cpu_s, row.cpu_user_s + row.cpu_system_s + GRAIN_S, row)

    def test_a_file_without_the_columns_is_read(self):
        """As an older zmqsweep wrote it: read, and said to be so."""
        self.sweep(3, *QUICK, "--size", "64", "--send-mode", "copy")
        new = self.csv("--table", "ranks")
        with h5py.File(self.path("results.h5"), "r+") as file:
            rows, attributes = file["ranks"][:], dict(file["ranks"].attrs)
            rows = fields.repack_fields(fields.drop_fields(rows, LATER))
            del file["ranks"]
            dataset = file.create_dataset("ranks", data=rows, chunks=True)
            attributes["crc32"] = attributes["crc32"].dtype.type(zlib.crc32(dataset[:].tobytes()))
            for name, value in attributes.items():
                dataset.attrs[name] = value
        old = self.csv("--table", "ranks")
        names = old[0]
        self.assertEqual(names, new[0])
        for before, after in zip(new[1:], old[1:]):
            for name, was, now in zip(names, before, after):
                self.assertEqual(now, "" if name in LATER else was, name)
        self.assertRegex(self.report("show", "--why", "results.h5").stdout, r"unclear +no processor time by thread")


class Words(Case):
    """A stage of the way is given a core that HOGS others use too: it is what limits the point, and
    the numbers show the others. So it stays when other work slows the other core: the stage's share
    is far below that. Its queue is LONG: with a short one, a stage that wakes has done its work
    before its turn ends, sleeps, and is then preferred to the hogs."""

    def processing_units(self):
        """The kernel's numbers for hwloc's pu:0 and pu:1, by where threads did run."""
        self.sweep(3, *QUICK, "--duration", "100ms", "--size", 64, "--send-mode", "copy", "--sender-cpus", "pu:0",
                   "--receiver-cpus", "pu:1")
        return [int(cpus) for cpus in self.table("ranks").cpus]

    def judge(self, hogged, stage, *options):
        """The word for a point while other programs use a processing unit; (word, evidence, rows of
        /ranks)."""
        hogs = [subprocess.Popen(["taskset", "-c", str(hogged), "sh", "-c", "while :; do :; done"]) for _ in range(HOGS)]
        try:
            self.sweep(3, *QUICK, "--duration", "2s", "--force", *options)
        finally:
            for hog in hogs:
                end(hog)
        line = self.report("show", "--why", "results.h5").stdout.splitlines()[-1]
        found = re.search(r"(\S+-bound|unclear) +(.*)", line)
        self.assertTrue(found, line)
        ranks = self.table("ranks")
        print(f"{self.id()}: {stage}: {found.group(0)}", flush=True)
        return found.group(1), found.group(2), ranks

    def check(self, word, hogged, *options, who):
        """Other work on the machine may take the cores from other stages as well: then it is tried
        again."""
        for _ in range(4):
            found, evidence, ranks = self.judge(hogged, word, *options)
            if found == word:
                break
        self.assertEqual(found, word, evidence)
        self.assertIn("waiting for a core", evidence)
        role, kind = who
        rows = ranks[ranks.role == role] if role else ranks
        waits = rows[f"{kind}_s"] / rows.usage_s
        self.assertGreater(waits.max(), 0.3, ranks)

    def setUp(self):
        super().setUp()
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("needs two processing units")
        self.first, self.second = self.processing_units()

    def test_a_busy_sender_is_the_limit(self):
        self.check("sender-bound", self.first, "--size", 64, "--send-mode", "copy", "--sender-cpus", "pu:0",
                   "--receiver-cpus", "pu:1", "--io-cpus", "pu:1", who=("sender", "app_runqueue"))

    def test_a_sender_with_one_cpu_is_the_limit(self):
        """Its I/O thread goes along, as it does unless told otherwise; small and large messages."""
        for size in (64, "64K"):
            self.check("sender-bound", self.first, "--size", size, "--send-mode", "copy", "--sender-cpus", "pu:0",
                       "--receiver-cpus", "pu:1", who=("sender", "io_runqueue"))

    def test_both_on_one_core_are_core_bound(self):
        """No other program is needed, nor a second core."""
        self.sweep(3, *QUICK, "--size", "64,64K", "--send-mode", "copy", "--sender-cpus", "pu:0", "--receiver-cpus", "pu:0", "--force")
        shown = self.report("show", "--why", "results.h5").stdout
        self.assertEqual(len(re.findall(r"core-bound +sender and receiver share CPU \d+ and use (8|9|10)\d % of it", shown)), 2, shown)
        for row in self.table("repetitions").itertuples():
            self.assertIn("shared_core", flags(row.flags))

    def test_a_busy_receiver_is_the_limit(self):
        self.check("receiver-bound", self.second, "--size", "64K", "--send-mode", "const", "--receive-mode", "read",
                   "--sender-cpus", "pu:0", "--receiver-cpus", "pu:1", "--io-cpus", "pu:0", *LONG,
                   who=("receiver", "app_runqueue"))

    def test_a_busy_io_thread_is_the_limit(self):
        self.check("io-thread-bound", self.second, "--size", "64K", "--send-mode", "const", "--sender-cpus", "pu:0",
                   "--receiver-cpus", "pu:0", "--io-cpus", "pu:1", *LONG, who=("", "io_runqueue"))

    def test_memory_is_the_limit_where_pages_are_new(self):
        """No other program is needed: an allocator that returns the memory of each message holds up
        whoever receives it."""
        for _ in range(4):
            self.sweep(3, *QUICK, "--size", "1M", "--send-mode", "const", "--force", env={"MALLOC_MMAP_THRESHOLD_": "65536"})
            line = self.report("show", "--why", "results.h5").stdout.splitlines()[-1]
            if "memory-bound" in line:
                break
        self.assertRegex(line, r"memory-bound .*page faults for (9\d|100) % of its bytes\)")


if __name__ == "__main__":
    unittest.main(verbosity=2)
