"""What the pages of docs/ say: every flag has its row, and the reader of journals reads one that was killed."""
import os
import re
import signal
import subprocess
import time
import unittest

import kept
from harness import PATIENCE_S, SHORT, SOURCE, ZMQSWEEP, Case, end, environment, mpirun, rank_process


def page(name):
    with open(os.path.join(SOURCE, "docs", name)) as file:
        return file.read()


class Docs(Case):
    def test_every_flag_has_its_row(self):
        with open(os.path.join(SOURCE, "src/results/rows/flags.c")) as file:
            names = re.search(r"names\[FLAGS\] = \{(.*?)\};", file.read(), re.S)[1]
        told = set(re.findall(r"^\| `(\w+)` \|", page("flags.md"), re.M))
        self.assertEqual(told, set(re.findall(r'"(\w+)"', names)))

    def test_pages_that_are_named_exist(self):
        for name in ["README.md", "CHANGELOG.md", *(f"docs/{name}" for name in os.listdir(os.path.join(SOURCE, "docs")))]:
            if not name.endswith(".md"):
                continue
            folder = os.path.dirname(os.path.join(SOURCE, name))
            with open(os.path.join(SOURCE, name)) as file:
                text = file.read()
            for target, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", text):
                path = os.path.join(folder, target) if target else os.path.join(SOURCE, name)
                self.assertTrue(os.path.exists(path), f"{name}: {target}")
                if anchor:
                    with open(path) as file:
                        heads = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")
                                 for head in re.findall(r"^#+ (.*)$", file.read(), re.M)}
                    self.assertIn(anchor, heads, f"{name}: {target}#{anchor}")

    def killed_journal(self):
        process = subprocess.Popen([*mpirun(3), ZMQSWEEP, "--size", "64,1K", *SHORT, "--repetitions", "1000", "--latency", "10",
                                    "--output", "results.h5"], cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(end, process)
        until, path = time.monotonic() + PATIENCE_S, self.path("results.h5.journal")
        while not os.path.exists(path) or os.path.getsize(path) < 100000:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)
        os.kill(rank_process(process, 0), signal.SIGKILL)
        process.wait(timeout=PATIENCE_S)
        return path

    def test_reader_of_journals(self):
        """The function in docs/journal.md finds what the tests' own reader finds."""
        space = {}
        exec(re.search(r"^```python\n(.*?)^```", page("journal.md"), re.M | re.S)[1], space)
        path = self.killed_journal()
        columns, repetitions = space["read_journal"](path)
        with open(path, "rb") as file:
            journal = kept.Journal(file.read())
        self.assertGreater(len(repetitions), 2)
        self.assertEqual(set(repetitions), set(journal.repetitions))
        for key, (row, tables) in repetitions.items():
            self.assertEqual((row["point_id"], row["repetition"]), key)
            for table, blocks in tables.items():
                self.assertEqual([name for name, _ in columns[table]], list(blocks[0].dtype.names))
                ids = {(int(record["point_id"]), int(record["repetition"])) for block in blocks for record in block}
                self.assertEqual(ids, {key})
            self.assertEqual(sum(map(len, tables["ranks"])), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
