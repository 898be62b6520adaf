"""zmqreport reads damaged files: a line and exit 1, or the very output of the sound file; no crash,
no hang.

MUTATIONS (default 300; the full run has 2000) and MUTATION_SEED choose the damage."""

import json
import os
import random
import re
import unittest
import zlib

from report_common import ReportTest, TABLES, make_results, report

MUTATIONS = int(os.environ.get("MUTATIONS", "300"))
SEED = int(os.environ.get("MUTATION_SEED", "20261124"))


def flip_bits(data, rng):
    for _ in range(rng.choice([1, 1, 1, 4, 16])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def set_bytes(data, rng):
    at = rng.randrange(len(data))
    for i in range(at, min(at + rng.choice([1, 2, 4, 8]), len(data))):
        data[i] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])


def zero_block(data, rng):
    at, size = rng.randrange(len(data)), rng.choice([16, 512, 4096])
    data[at : at + size] = bytes(len(data[at : at + size]))


def cut_short(data, rng):
    del data[rng.randrange(len(data)) :]


def copy_block(data, rng):
    size = rng.choice([8, 64, 1024])
    source, target = rng.randrange(len(data)), rng.randrange(len(data))
    block = data[source : source + size]
    data[target : target + len(block)] = block


def damage_head(data, rng):
    """The headers, where HDF5 keeps the most of its structure."""
    data[rng.randrange(min(4096, len(data)))] = rng.randrange(256)


KINDS = [flip_bits, flip_bits, set_bytes, damage_head, zero_block, cut_short, copy_block]
READINGS = [["show"], ["csv", "--table", "points"], ["csv", "--table", "ranks"], ["csv", "--table", "intervals"]]


class Damage(ReportTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sound = make_results(cls.folder / "sound.h5", points=12, intervals=36)

    def test_damaged_files_are_refused_or_read_as_the_sound_one(self):
        path = self.folder / "mutant.h5"
        original = self.sound.read_bytes()
        path.write_bytes(original)
        expected = [report(*reading, path).stdout for reading in READINGS]
        refused = 0
        for number in range(MUTATIONS):
            rng = random.Random(f"{SEED}/{number}")
            data = bytearray(original)
            rng.choice(KINDS)(data, rng)
            path.write_bytes(data)
            for reading, sound in zip(READINGS, expected):
                with self.subTest(number=number, seed=SEED, reading=reading):
                    done = report(*reading, path, timeout=60)
                    refused += done.returncode != 0
                    if done.returncode == 0:
                        self.assertEqual((done.stdout, done.stderr), (sound, ""))
                    else:
                        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                        self.assertIn(str(path), done.stderr)
        print(f"{MUTATIONS} mutations, {refused} of {MUTATIONS * len(READINGS)} readings refused")

    def test_files_of_other_kinds_are_refused(self):
        names = {"empty": b"", "text": b"hello\n", "zeros": bytes(100000), "head": self.sound.read_bytes()[:2000]}
        for name, content in names.items():
            path = self.folder / name
            path.write_bytes(content)
            for reading in (["show"], ["csv"]):
                self.assertIn(str(path), self.refuse(1, *reading, path))
        self.assertIn("folder", self.refuse(1, "show", self.folder))
        self.assertIn("no such file", self.refuse(1, "show", self.folder / "nothing.h5"))
        self.assertIn("not a regular file", self.refuse(1, "show", "/dev/null"))

    def test_a_journal_is_refused_with_the_command_that_reads_it(self):
        path = self.folder / "j.h5.journal"
        path.write_text('{"crc32":"00000000","data":{}}\n')
        self.assertIn("recover", self.refuse(1, "show", path))

    def test_one_damaged_file_stops_all(self):
        path = self.folder / "half.h5"
        path.write_bytes(self.sound.read_bytes()[: self.sound.stat().st_size // 2])
        self.assertIn(str(path), self.refuse(1, "show", self.sound, path))

    def test_a_failure_leaves_the_old_output(self):
        path, output = self.folder / "half.h5", self.folder / "out.csv"
        path.write_bytes(self.sound.read_bytes()[: self.sound.stat().st_size // 2])
        output.write_text("before")
        self.refuse(1, "csv", path, "-o", output)
        self.assertEqual(output.read_text(), "before")
        self.assertEqual([p.name for p in self.folder.glob("out.csv*")], ["out.csv"])


class DamagedJournals(ReportTest):
    """recover keeps the repetitions that are whole, says what is left out, and exits with 1 when
    there is nothing to keep."""

    POINTS = 4

    def setUp(self):
        self.file = make_results(self.folder / "j.h5", points=self.POINTS, intervals=12, journal=1)
        self.journal = self.folder / "j.h5.journal"
        content = self.journal.read_bytes()
        # The run's line, then for each repetition all from its first block, or its point's
        # settings, to its last line.
        ends = [content.index(b"\n") + 1]
        for match in re.finditer(rb'(?:"data":\{"repetition":[^\n]*\n)(?:\{"crc32":"[0-9a-f]{8}","data":\{"stop":[^\n]*\n)?', content):
            ends.append(match.end())
        self.parts = [content[start:end] for start, end in zip([0, *ends], ends)]
        self.assertEqual(b"".join(self.parts), content)
        self.assertEqual(len(self.parts), 1 + 6 * self.POINTS)
        self.lines = [self.parts[0]]

    def recover(self, content):
        """Returns what recover says of a journal of these bytes, and the rows of the repetitions
        that it saves."""
        self.journal.write_bytes(content)
        text = self.succeed("recover", self.journal, "--force")
        return text, sorted(self.succeed("csv", self.file, "--table", "repetitions").splitlines()[1:])

    def row_of(self, part):
        """The repetition of a part, as the sound file has it: rounds go from point to point."""
        return self.sound[(part - 1) % self.POINTS * 6 + (part - 1) // self.POINTS]

    def read_sound(self):
        self.recover(b"".join(self.parts))
        self.sound = self.succeed("csv", self.file, "--table", "repetitions").splitlines()[1:]

    def rows_of(self, parts):
        return sorted(self.row_of(part) for part in parts)

    def test_a_journal_cut_short_keeps_what_is_whole(self):
        self.read_sound()
        ends = [sum(map(len, self.parts[: n + 1])) for n in range(len(self.parts))]
        rng = random.Random(SEED)
        for cut in sorted({0, 1, *(end + by for end in ends for by in (-1, 0)), *rng.sample(range(ends[-1]), 20)}):
            with self.subTest(cut=cut, seed=SEED):
                content = b"".join(self.parts)[:cut]
                # A stop that was cut off is not the repetition's end.
                whole = [n for n in range(1, len(self.parts)) if re.search(rb'"data":\{"repetition":[^\n]*\n', content[ends[n - 1]:ends[n]])]
                if not whole:
                    self.journal.write_bytes(content)
                    self.assertIn(str(self.journal), self.refuse(1, "recover", self.journal, "--force"))
                    continue
                text, rows = self.recover(content)
                self.assertEqual(rows, self.rows_of(whole))
                self.assertNotIn("damaged", text)

    def test_flipped_bits_lose_their_own_part_alone(self):
        self.read_sound()
        rng = random.Random(SEED)
        for _ in range(20):
            parts = [bytearray(part) for part in self.parts]
            number = rng.randrange(1, len(parts))
            # Not in the first round, whose parts begin with settings, nor in a stop; and not the
            # end of a line.
            number = max(number, self.POINTS + 1)
            last = re.search(rb'"data":\{"repetition":[^\n]*\n', parts[number]).end() - 1
            at = rng.randrange(last)
            parts[number][at] ^= 1 << rng.randrange(8)
            with self.subTest(part=number, at=at, seed=SEED):
                text, rows = self.recover(b"".join(parts))
                self.assertEqual(rows, self.rows_of(n for n in range(1, len(parts)) if n != number))
                self.assertRegex(text, r"\d damaged lines? left out, the first is line \d+\n")
                self.assertIn(f"{self.POINTS} points, the sweep is not complete", text)

    def test_parts_count_in_any_order(self):
        self.read_sound()
        run, *parts = self.parts
        everything = self.rows_of(range(1, len(self.parts)))
        for name, content in {"run last": [*parts, run], "twice": [run, *parts, *parts], "run twice": [*self.parts, run]}.items():
            with self.subTest(name):
                text, rows = self.recover(b"".join(content))
                self.assertEqual(rows, everything)
                self.assertIn(f"{self.POINTS} points, the sweep is complete", text)
                self.assertEqual("1 damaged line left out" in text, name == "run twice", text)
        text, rows = self.recover(b"".join([run, parts[0], parts[3]]))
        self.assertEqual(rows, self.rows_of([1, 4]))
        self.assertIn("2 points, the sweep is not complete", text)
        text, rows = self.recover(b"".join(parts))
        self.assertEqual(rows, everything)
        self.assertIn("the first is line 1\n", text)

    def test_a_newer_schema_is_refused(self):
        self.assertTrue(self.lines[0].endswith(b"}\n"))
        start = self.lines[0].index(b'"data":') + len('"data":')
        data = self.lines[0][start:-2].replace(b'"schema_version":"1.', b'"schema_version":"2.')
        line = b'{"crc32":"%08x","data":%s}\n' % (zlib.crc32(data), data)
        self.assertEqual(json.loads(line)["data"]["run"]["schema_version"][:2], "2.")
        good = self.file.read_bytes()
        self.journal.write_bytes(line + b"".join(self.parts[1:]))
        self.assertIn("newer than", self.refuse(1, "recover", self.journal, "--force"))
        self.assertEqual(self.file.read_bytes(), good)


class Foreign(ReportTest):
    """HDF5 files that are not ours, or not quite."""

    def edit(self, change):
        import h5py

        path = make_results(self.folder / "edited.h5", points=2)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def test_another_format_is_refused(self):
        def change(file):
            file.attrs["format"] = b"something else"

        self.assertIn("not one of zmqsweep", self.refuse(1, "show", self.edit(change)))

    def test_a_newer_schema_is_refused(self):
        def change(file):
            file.attrs.modify("schema_version", b"2.0")

        self.assertIn("newer", self.refuse(1, "show", self.edit(change)))

    def test_a_missing_table_is_named(self):
        for table in TABLES:
            path = self.edit(lambda file, name=table: file.pop(name))
            self.assertIn(f"table {table}", self.refuse(1, "show", path))

    def test_a_missing_column_and_a_wrong_type_are_named(self):
        import numpy.lib.recfunctions as fields

        def drop(file):
            rows = fields.drop_fields(file["points"][:], "flags")
            self.replace(file, rows)

        def retype(file):
            rows = file["points"][:]
            kinds = [(n, "f4" if n == "sent" else rows.dtype[n]) for n in rows.dtype.names]
            self.replace(file, rows.astype(kinds))

        self.assertIn("column flags", self.refuse(1, "show", self.edit(drop)))
        self.assertIn("column sent", self.refuse(1, "show", self.edit(retype)))

    @staticmethod
    def replace(file, rows):
        attributes = dict(file["points"].attrs)
        del file["points"]
        table = file.create_dataset("points", data=rows, chunks=True)
        for name, value in attributes.items():
            table.attrs[name] = value

    def test_a_changed_value_is_found(self):
        """A value changed by another program, with the checksums of HDF5 all in order."""

        def change(file):
            rows = file["points"][:]
            rows["received"][1] += 1
            file["points"][:] = rows

        line = self.refuse(1, "show", self.edit(change))
        self.assertIn("table points", line)
        self.assertIn("checksum", line)


if __name__ == "__main__":
    unittest.main()
