"""The pages: short lines and sentences, links that lead somewhere, generated pages up to date,
every flag has its row."""
import glob
import os
import re
import signal
import subprocess
import time
import unittest

import kept
from harness import BUILD, PATIENCE_S, SHORT, SOURCE, ZMQSWEEP, Case, end, environment, mpirun, rank_process, run

LONGEST_LINE = 100
LONGEST_SENTENCE = 30  # words
LONGEST_README = 150  # lines
GENERATED = {"options.md": "options_page", "results.md": "results_page"}
MARKER = "<!-- generated"  # the rest of the page, after this line, is printed by a program
# These end no sentence.
ABBREVIATIONS = re.compile(r"\b(e\.g|i\.e|vs|ed|al|Soc|Stat|Assoc|Appl|Genet|Mol|Biol|Am|Comput|[A-Z])\. ")


def page_path(name):
    return os.path.join(SOURCE, "docs", name)


def read(path):
    with open(path) as file:
        return file.read()


def page(name):
    return read(page_path(name))


def prose_pages():
    """Every page for readers, by its path in the tree."""
    paths = [*glob.glob(os.path.join(SOURCE, "*.md")), *glob.glob(page_path("*.md"))]
    return {os.path.relpath(path, SOURCE): read(path) for path in sorted(paths)}


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def blocks_of_prose(text):
    """Paragraphs, list items, headings and cells of tables, each on one line, without markup."""
    block, in_code = [], False
    for line in [*without_code(text).split("\n"), ""]:
        in_code = line.startswith("    ") and (in_code or not block) or in_code and not line
        begins = re.match(r" *([-*] |\d+\. )|[|#]|$", line)
        if (begins or in_code) and block:
            yield " ".join(block)
            block = []
        if line.startswith("|"):
            yield from re.split(r"(?<!\\)\|", line)
        elif line.strip() and not in_code:
            block.append(re.sub(r"^ *([-*] |\d+\. |#+ )?", "", line))


def sentences(text):
    for block in blocks_of_prose(text):
        block = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", block)
        block = re.sub(r"`[^`]*`", "Code", block).replace("*", "")
        block = ABBREVIATIONS.sub(lambda found: found[0].replace(".", ""), block)
        for sentence in re.split(r"(?<=[.!?])\)? ", block):
            yield sentence


def words(sentence):
    return [word for word in sentence.split() if re.search(r"\w", word)]


class Docs(Case):
    def test_readme_is_short(self):
        lines = read(os.path.join(SOURCE, "README.md")).count("\n")
        self.assertLessEqual(lines, LONGEST_README)

    def test_lines_fit(self):
        """A row of a table cannot be broken, nor a line of the rooms in architecture.md; of tables
        only the README's count."""
        for name, text in prose_pages().items():
            for number, line in enumerate(text.split("\n"), 1):
                in_table, in_rooms = line.startswith("|"), re.match(r"\w+ -> ", line)
                if in_rooms or in_table and name != "README.md":
                    continue
                with self.subTest(at=f"{name}:{number}"):
                    self.assertLessEqual(len(line), LONGEST_LINE, line)

    def test_sentences_are_short(self):
        """The words of a generated part are those of --help and of the tables."""
        for name, text in prose_pages().items():
            for sentence in sentences(text.split(MARKER)[0]):
                with self.subTest(page=name):
                    self.assertLessEqual(len(words(sentence)), LONGEST_SENTENCE, sentence)

    def test_long_sentences_are_found(self):
        """The counter itself: wrapped lines are one sentence, code is one word, and abbreviations
        end nothing."""
        text = "One two\nthree `four and more`. Five (D. Six, 3rd ed. 2003).\n\n- Seven\n  eight.\n- Nine\n| ten | eleven |\n"
        counts = [len(words(sentence)) for sentence in sentences(text) if words(sentence)]
        self.assertEqual(counts, [4, 6, 2, 1, 1, 1])

    def test_generated_pages_are_up_to_date(self):
        for name, program in GENERATED.items():
            result = run([os.path.join(BUILD, program)], self.folder)
            self.assertEqual(result.returncode, 0, result.stderr)
            generated = page(name).split(MARKER)[1].split("\n", 1)[1]
            self.assertTrue(generated == result.stdout,
                            f"docs/{name} is old: cmake --build --preset release --target pages")

    def test_every_flag_has_its_row(self):
        """Of two sources: the words of the program and those of the page."""
        [source] = glob.glob(os.path.join(SOURCE, "src/results/**/flags.c"), recursive=True)
        names = re.search(r"names\[FLAGS\] = \{(.*?)\};", read(source), re.S)[1]
        told = re.findall(r"^\| `(\w+)` \|", page("flags.md"), re.M)
        self.assertEqual(set(told), set(re.findall(r'"(\w+)"', names)))

    def test_pages_that_are_named_exist(self):
        for name, text in prose_pages().items():
            folder = os.path.dirname(os.path.join(SOURCE, name))
            for target, anchor in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", without_code(text)):
                path = os.path.join(folder, target) if target else os.path.join(SOURCE, name)
                self.assertTrue(os.path.exists(path), f"{name}: {target}")
                if anchor:
                    heads = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-")
                             for head in re.findall(r"^#+ (.*)$", read(path), re.M)}
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
