"""zmqreport show, csv and recover, on files made up by make_results."""

import ast
import io
import os
import pty
import re
import subprocess
import unittest

import h5py
import numpy
import pandas

from report_common import BUILD, TABLES, ReportTest, make_results


class Show(ReportTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = make_results(cls.folder / "r.h5", points=32)

    def rows(self, *arguments, **more):
        """The table's lines, split at two blanks or more."""
        lines = self.succeed("show", self.file, *arguments, **more).splitlines()
        head = next(i for i, line in enumerate(lines) if "throughput" in line and "notes" in line)
        end = next(i for i, line in enumerate(lines) if i > head and line.startswith(("interval:", "not shown")))
        return [re.split(r"  +", line.strip()) for line in lines[head:end]]

    def test_the_table_has_the_columns_that_differ(self):
        rows = self.rows()
        self.assertEqual(len(rows), 33)
        self.assertEqual(rows[0][:3], ["pattern", "size", "send"])
        self.assertEqual(rows[1][:3], ["push-pull", "64 B", "copy"])
        self.assertNotIn("transport", rows[0])
        self.assertRegex(" ".join(rows[1]), r"1\.\d\d Gbit/s \[1\.\d\d, 1\.\d\d\] 2\.\d\d M/s 0 % \d+ ns 6/6$")
        self.assertIn("transport tcp, receive message", " ".join(self.succeed("show", self.file).split()))

    def test_lines_fit_the_terminal(self):
        for width in (60, 80, 100, 200):
            text = self.succeed("show", self.file, environment={"COLUMNS": str(width)})
            self.assertLessEqual(max(map(len, text.splitlines())), max(width, 66))
        self.assertIn("not shown", self.succeed("show", self.file, environment={"COLUMNS": "80"}))
        self.assertNotIn("not shown", self.succeed("show", self.file, "--wide", environment={"COLUMNS": "80"}))

    def test_where_filters_and_sort_orders(self):
        rows = self.rows("--where", "pattern=push-pull,size>=64K,send-mode=copy", "--sort", "-size")
        self.assertEqual([row[0] for row in rows[1:]], ["1 MiB", "256 KiB", "64 KiB"])
        self.assertIn("no point meets the filter", self.succeed("show", self.file, "--where", "size=3"))

    def test_invalid_points_are_marked(self):
        path = make_results(self.folder / "invalid.h5", points=2, invalid=1)
        text = self.succeed("show", path)
        self.assertEqual(text.count("invalid: few_messages"), 2)

    def test_show_tells_hosts_and_environment(self):
        text = self.succeed("show", self.file, "--hosts", "--environment")
        for word in ("node01", "Made-up Processor 9000", "256 GiB", "100 Gbit/s", "zmqsweep --made-up", "4.3.4"):
            self.assertIn(word, text)

    def test_colour_only_on_a_terminal(self):
        def on_terminal(**variables):
            main, side = pty.openpty()
            environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **variables}
            environment.pop("NO_COLOR", None) if "NO_COLOR" not in variables else None
            subprocess.run([BUILD / "zmqreport", "show", self.file, "--where", "point<2"], stdout=side, check=True,
                           env=environment, timeout=60)
            os.close(side)
            text = os.read(main, 65536)
            os.close(main)
            return text

        self.assertIn(b"\033[", on_terminal())
        self.assertNotIn(b"\033[", on_terminal(NO_COLOR="1"))
        self.assertNotIn("\033[", self.succeed("show", self.file))

    def test_bad_usage_is_refused_with_a_hint(self):
        for arguments, word in [
            ([], "subcommand"), (["shwo"], "show"), (["show"], "FILE"), (["show", "a", "--wid"], "--wide"),
            (["show", "a", "--colour"], "show"), (["show", "a", "--where"], "--where"),
            (["show", "a", "--where", "sise=1"], "size"), (["show", "a", "--sort", "sizs"], "size"),
            (["csv", "a", "--table", "pointss"], "points"), (["csv", "a", "b"], "1 file"),
            (["csv", "a", "--like", "x"], "pyzmq-bench"), (["recover", "a"], ".journal"),
            (["plot", "a"], "-o"), (["plot", "a", "-o", "b.gif"], ".png"), (["compare", "a"], "BASE"),
            (["plot", "a", "-o", "b.png", "--kind", "sice"], "size"), (["help", "plto"], "plot"),
            (["plot", "a", "-o", "b.png", "--size-inches", "9"], "8x5"),
            (["compare", "a", "b", "--threshold", "-3"], "percent"),
        ]:
            self.assertIn(word, self.refuse(2, *arguments))

    def test_every_subcommand_has_its_help(self):
        self.assertIn("Subcommands:", self.succeed("--help"))
        self.assertRegex(self.succeed("--version"), r"^zmqreport \d+\.\d+\.\d+( \(commit [0-9a-f]{10}(-dirty)?\))?\n$")
        for name in ("show", "csv", "plot", "compare", "html", "recover"):
            text = self.succeed("help", name)
            self.assertEqual(text, self.succeed(name, "--help"))
            self.assertLessEqual(max(map(len, text.splitlines())), 80)


class Csv(ReportTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = make_results(cls.folder / "r.h5", points=24)

    def table(self, *arguments):
        text = self.succeed("csv", self.file, *arguments, text=False)
        self.assertEqual(text.count(b"\n"), text.count(b"\r\n"))
        return pandas.read_csv(io.BytesIO(text), keep_default_na=False, na_values=[""], float_precision="round_trip")

    def test_csv_loses_no_digit(self):
        with h5py.File(self.file) as file:
            for name in TABLES:
                expected, found = file[name][:], self.table("--table", name)
                self.assertEqual(list(found.columns), list(expected.dtype.names))
                self.assertEqual(len(found), len(expected))
                for column in expected.dtype.names:
                    values = expected[column]
                    if values.dtype.kind == "S":
                        texts = [value.decode() for value in values]
                        self.assertEqual(list(found[column].fillna("").astype(str)), texts, column)
                    else:
                        numpy.testing.assert_array_equal(found[column].to_numpy(values.dtype), values, column)

    def test_where_filters_every_table(self):
        points = self.table("--where", "pattern=pub-sub,size>1K")
        self.assertTrue((points.message_size_bytes > 1024).all() and (points.pattern == "pub-sub").all())
        ranks = self.table("--table", "ranks", "--where", "pattern=pub-sub,size>1K,role=sender")
        self.assertEqual(set(ranks.point_id), set(points.point_id))
        self.assertEqual(set(ranks.role), {"sender"})
        self.assertEqual(len(self.table("--table", "hosts", "--where", "name=node01")), 1)

    def test_rows_can_be_like_those_of_pyzmq_bench(self):
        rows = self.table("--like", "pyzmq-bench")
        self.assertEqual(list(rows.columns), ["worker_id", "role", "messages_sent", "messages_received",
                                              "throughput_mbps", "start_time", "end_time", "config"])
        config = rows.config.map(ast.literal_eval)
        self.assertEqual(set(config.map(lambda c: c["size"])), {64 * 4**i for i in range(8)})
        self.assertEqual(set(rows.role), {"sender", "receiver"})
        self.assertTrue((rows.end_time > rows.start_time).all())

    def test_an_output_file_has_what_stdout_would(self):
        path = self.folder / "out.csv"
        self.assertEqual(self.succeed("csv", self.file, "-o", path), "")
        self.assertEqual(path.read_bytes(), self.succeed("csv", self.file, text=False))
        self.assertIn("cannot be written", self.refuse(1, "csv", self.file, "-o", "/no/such/folder/x.csv"))


class Recover(ReportTest):
    def setUp(self):
        self.file = make_results(self.folder / "r.h5", points=6, journal=1)
        self.journal = self.folder / "r.h5.journal"
        self.expected = self.succeed("csv", self.file, "--table", "ranks")

    def test_a_whole_journal_gives_the_same_file(self):
        self.file.unlink()
        self.assertIn("6 points, the sweep is complete", self.succeed("recover", self.journal))
        self.assertEqual(self.succeed("csv", self.file, "--table", "ranks"), self.expected)
        self.assertTrue(self.journal.exists())

    def test_an_existing_output_is_kept_unless_forced(self):
        self.assertIn("--force", self.refuse(2, "recover", self.journal))
        self.succeed("recover", self.journal, "--force")

    def test_torn_and_damaged_lines_are_left_out_and_told(self):
        content = bytearray(self.journal.read_bytes())
        ends = [match.end() for match in re.finditer(rb'"data":\{"repetition":[^\n]*\n', content)]
        content[ends[7] - 40] ^= 1  # the second round's second repetition
        self.journal.write_bytes(content[:ends[-1] - 100])
        output = self.folder / "other.h5"
        text = self.succeed("recover", self.journal, "-o", output)
        self.assertIn("6 points, the sweep is not complete", text)
        self.assertIn("1 damaged line left out", text)
        self.assertIn("cut short", text)
        shown = self.succeed("show", output)
        self.assertIn("incomplete: 6 of 6 points, not all with all their repetitions", shown)
        self.assertIn("5 of 6 repetitions", shown)

    def test_nothing_to_recover_leaves_everything_as_it_was(self):
        good = self.file.read_bytes()
        first = self.journal.read_bytes().splitlines(keepends=True)[0]
        for content in (b"", b"hello\n", first, first[:50]):
            self.journal.write_bytes(content)
            self.refuse(1, "recover", self.journal, "--force")
            self.assertEqual(self.file.read_bytes(), good)
        self.assertIn("no such file", self.refuse(1, "recover", self.folder / "nothing.h5.journal"))
        self.assertEqual({p.name for p in self.folder.glob("r.h5*")}, {"r.h5", "r.h5.journal"})


if __name__ == "__main__":
    unittest.main()
