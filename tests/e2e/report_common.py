"""What the tests of zmqreport share: the programs of the build, and files made up by
make_results."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEST_BUILD") or SOURCE / "build/release").resolve()
TABLES = ["points", "repetitions", "ranks", "intervals", "latency", "hosts", "environment"]


def report(*arguments, environment=None, timeout=120, text=True):
    """Runs zmqreport away from any terminal. Returns the finished process."""
    variables = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    variables.update(environment or {})
    return subprocess.run([BUILD / "zmqreport", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=text, timeout=timeout, env=variables, check=False)


def make_results(path, **shape):
    """Makes a results file by tests/benchmark/make_results.c: points=, ranks=, intervals=, hosts=,
    seed= ..."""
    subprocess.run([BUILD / "make_results", path] + [f"{name}={value}" for name, value in shape.items()],
                   check=True, timeout=300)
    return path


class ReportTest(unittest.TestCase):
    """A test with a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="zmqreport-")
        cls.folder = pathlib.Path(cls.holder.name)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def succeed(self, *arguments, **more):
        done = report(*arguments, **more)
        self.assertEqual((done.returncode, done.stderr), (0, "" if more.get("text", True) else b""))
        return done.stdout

    def refuse(self, code, *arguments, **more):
        """Runs what must fail with one line on stderr and nothing on stdout. Returns the line."""
        done = report(*arguments, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertTrue(lines[0].startswith("zmqreport: error: "), lines[0])
        return lines[0]
