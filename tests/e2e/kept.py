"""What was told on stderr, what is in the journal, what is in the file: read independently of
zmqsweep, and compared."""
import json
import math
import os
import re
import signal
import subprocess
import threading
import time
import zlib

import h5py
import numpy

from harness import PATIENCE_S, ZMQSWEEP, Case, descendants, environment, mpirun, rank_process

PATIENT = 30  # seconds for what a processor does at once
TABLES = ("ranks", "intervals", "latency")  # of a repetition, beside its own row
PREFIXES = {"": 1e-6, "k": 1e-3, "M": 1, "G": 1e3, "T": 1e6}
TOLD = re.compile(r"^ *(\d+)/(\d+)  (?P<pattern>\S+) +(?P<transport>\S+) +(?P<size>\d+ [KM]?i?B) (?P<mode>\S+) +"
                  r"(?:(?P<none>no valid repetition)|(?P<rate>[\d.]+) (?P<unit>[kMGT]?)bit/s(?: \[(?P<low>[\d.e+-]+), (?P<high>[\d.e+-]+)\])?)"
                  r" .*?(?:  lost (?P<sign>[<>]?)(?P<lost>[\d.e-]+) %)?(?P<partial>  \d+ of \d+ repetitions)?(?:  (?P<flags>[a-z_,]+))?$")
ROUND = re.compile(r"^round \d+(?: of \d+)?: (\d+) points?")


def size_text(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


def told(line):
    """A progress line as (key, what it says), or None for another line."""
    match = TOLD.match(line)
    return ((match["pattern"], match["size"], match["mode"]), match) if match else None


def told_rounds(lines):
    """How many repetitions the lines of rounds tell of."""
    return sum(int(match[1]) for match in map(ROUND.match, lines) if match)


def differences(match, point):
    """Where a point's row does not hold what its line said: a list of words, empty when all
    agrees."""
    wrong = []
    rate = point["throughput_mbit_s"]
    if match["none"]:
        return [] if rate is None else ["the line knows no rate, the row does"]
    unit = PREFIXES[match["unit"]]
    if rate is None or abs(float(match["rate"]) * unit - rate) > 0.0051 * rate:
        wrong.append(f"throughput {match['rate']} {match['unit']}bit/s for {rate}")
    # The ends are in the median's unit, which is kbit/s at least, with four digits.
    unit = 1e3 if rate and rate >= 1000 else 1 if rate and rate >= 1 else 1e-3
    for end in ("low", "high"):
        stored = point[f"throughput_{end}_mbit_s"]
        if (match[end] is None) != (stored is None):
            wrong.append(f"{end} end {match[end]} for {stored}")
        elif stored is not None and abs(float(match[end]) * unit - stored) > 0.00051 * stored:
            wrong.append(f"{end} end {match[end]} for {stored}")
    if match["lost"] and not match["sign"]:
        percent = 100 * point["lost"] / point["sent"]
        if abs(float(match["lost"]) - percent) > 0.00051 * percent:
            wrong.append(f"lost {match['lost']} % for {percent}")
    if (match["flags"] or "") != point["flags"]:
        wrong.append(f"flags {match['flags']} for {point['flags']}")
    return wrong


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return None if isinstance(value, float) and math.isnan(value) else value


class Journal:
    """What a journal has, read by docs/journal.md: repetitions[(point, number)] = {"row": ...,
    "ranks": rows, ...}, whole ones only."""

    def __init__(self, content, strict=True):
        self.columns, self.types, self.repetitions, self.stops = None, {}, {}, {}
        self.lines = self.damaged = 0
        self.torn, self.pending = False, {}
        at = 0
        while at < len(content):
            at = self.take_line(content, at, strict)

    def take_line(self, content, at, strict):
        end = content.find(b"\n", at)
        if end < 0:
            self.torn = True
            return len(content)
        line = content[at:end]
        data = line[len(b'{"crc32":"00000000","data":'):-1]
        if line != b'{"crc32":"%08x","data":%s}' % (zlib.crc32(data), data):
            self.damaged += 1
            assert not strict, line[:200]
            return self.next_line(content, end + 1)
        value = json.loads(data)
        if "rows" in value and "repetition" not in value:
            return self.take_block(content, end + 1, value["rows"], strict)
        self.take(value)
        return end + 1

    @staticmethod
    def next_line(content, at):
        """What follows damage is nothing until a line begins as one does."""
        found = re.compile(rb'^\{"crc32":', re.MULTILINE).search(content, at)
        return found.start() if found else len(content)

    def take_block(self, content, at, head, strict):
        block = content[at:at + head["bytes"]]
        if len(content) <= at + head["bytes"]:
            self.torn = True
            return len(content)
        if "%08x" % zlib.crc32(block) != head["crc32"]:
            self.damaged += 1
            assert not strict, head
            return at + head["bytes"] + 1
        rows = [[plain(cell) for cell in row] for row in numpy.frombuffer(block, self.types[head["table"]]).tolist()]
        assert len(rows) == head["count"], head
        self.pending.setdefault((head["point"], head["repetition"]), {}).setdefault(head["table"], []).extend(rows)
        return at + head["bytes"] + 1

    def take(self, value):
        self.lines += 1
        if "run" in value:
            self.columns = {name: [field[0] for field in fields] for name, fields in value["run"]["columns"].items()}
            self.types = {name: numpy.dtype([tuple(field) for field in fields]) for name, fields in value["run"]["columns"].items()}
        elif "repetition" in value:
            key = tuple(value["repetition"][:2])
            tables = {name: self.pending.get(key, {}).get(name, []) for name in TABLES}
            if {name: len(rows) for name, rows in tables.items()} == value["rows"]:
                self.repetitions[key] = {"row": value["repetition"], **tables}
        elif "stop" in value:
            self.stops[value["stop"]["point"]] = value["stop"]["reason"]
        elif "drop" in value:
            self.stops.pop(value["drop"]["point"], None)
            self.repetitions = {key: kept for key, kept in self.repetitions.items() if key[0] != value["drop"]["point"]}
        self.pending = {}

    def failed(self):
        """Points that are settled without a valid repetition: they are measured again."""
        valid = self.columns["repetitions"].index("valid") if self.columns else None
        good = {key[0] for key, kept in self.repetitions.items() if kept["row"][valid]}
        return {point for point in self.stops if point not in good}


def file_points(path):
    """A file's points: {id: row as a dictionary}."""
    with h5py.File(path) as file:
        names = file["points"].dtype.names
        return {row[0]: dict(zip(names, map(plain, row))) for row in file["points"][:].tolist()}


def file_repetitions(path):
    """A file's repetitions, as Journal has them."""
    with h5py.File(path) as file:
        found = {row[:2]: {"row": [plain(cell) for cell in row], **{name: [] for name in TABLES}}
                 for row in file["repetitions"][:].tolist()}
        for name in TABLES:
            for row in file[name][:].tolist():
                found[row[:2]][name].append([plain(cell) for cell in row])
    return found


class Session:
    """One mpirun of zmqsweep whose lines are read as they come, and whose rank 0 can be killed."""

    def __init__(self, folder, options, ranks=3):
        self.lines, self.news = [], threading.Condition()
        scratch = os.path.join(folder, "mpi")  # what killed ranks leave behind is removed with the test's folder
        os.makedirs(scratch, exist_ok=True)
        # Open MPI's memory, too: 4 and 5 call what puts it there vader and sm.
        memory = {f"OMPI_MCA_btl_{name}_backing_directory": scratch for name in ("vader", "sm")}
        command = [*mpirun(ranks, sessions=scratch), ZMQSWEEP, *map(str, options)]
        self.process = subprocess.Popen(command, cwd=folder, env=environment(memory), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.news:
                if line.endswith(b"\n"):
                    self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.news.notify_all()

    def told(self):
        with self.news:
            return [found for found in map(told, self.lines) if found]

    def rounds(self):
        with self.news:
            return told_rounds(self.lines)

    def wait_for(self, condition, patience=PATIENCE_S):
        """Until condition(lines) holds, or the program ends. Returns whether it holds."""
        with self.news:
            self.news.wait_for(lambda: condition(self.lines) or not self.reader.is_alive(), patience)
            return condition(self.lines)

    def rank0(self):
        until = time.monotonic() + PATIENT
        while time.monotonic() < until and self.process.poll() is None:
            pid = rank_process(self.process, 0)
            if pid:
                return pid
            time.sleep(0.002)
        return None

    def kill_rank0(self, pid):
        """Returns False when it had ended before. The rest of the job, which mpirun would end in
        some 2 s, is ended too."""
        others = [self.process.pid, *descendants(self.process.pid)]
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            self.end()
            return False
        wait_until_gone([pid])
        for other in others:
            try:
                os.kill(other, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(PATIENT)
        wait_until_gone(others)
        self.reader.join(PATIENT)
        self.process.stderr.close()
        return True

    def end(self):
        """Waits for the end. Returns the exit code."""
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENT)
        self.process.stderr.close()
        return code

    def text(self):
        return "\n".join(self.lines)


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return None


def wait_until_gone(pids):
    until = time.monotonic() + PATIENT
    for pid in pids:
        while state(pid) not in (None, "Z", "X") and time.monotonic() < until:
            time.sleep(0.001)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def journaled(path):
    """The whole repetitions of the journal of a sweep that runs; none before it is there."""
    try:
        return Journal(read(path), strict=False).repetitions
    except FileNotFoundError:
        return {}


class KeptCase(Case):
    def output_files(self):
        return sorted(name for name in os.listdir(self.folder) if name != "mpi")

    def check_told(self, lines, points):
        """Every line of a point that was told has its content in the point's row."""
        rows = {(row["pattern"], size_text(row["message_size_bytes"]), row["send_mode"]): row for row in points.values()}
        for key, match in lines:
            self.assertIn(key, rows, "a line was printed, and its point is nowhere")
            self.assertEqual(differences(match, rows[key]), [], match.string)

    def check_same(self, before, after, words):
        """Every repetition of `before` is in `after`, value by value."""
        for key, kept in before.items():
            self.assertIn(key, after, f"repetition {key} is lost: {words}")
            self.assertEqual(kept, after[key], f"repetition {key} is another one: {words}")

    def check_rounds(self, rows, repetitions, again=()):
        """Every point has a repetition in each of the first rounds; those that are measured again
        have them in later ones."""
        for point, rounds in rows.groupby("point_id")["round"]:
            first = rounds.min()
            self.assertEqual(first > 0, point in again, f"point {point}: rounds {list(rounds)}")
            self.assertEqual(sorted(rounds), list(range(first, first + repetitions)), f"point {point}")

    def recovered(self, journal, output="recovered.h5"):
        """Points and repetitions of the file that is made of a journal, which is removed again."""
        self.report("recover", journal, "-o", output)
        points, repetitions = file_points(self.path(output)), file_repetitions(self.path(output))
        os.remove(self.path(output))
        return points, repetitions
