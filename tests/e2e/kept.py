"""What was told on stderr, what is in the journal, what is in the file: read independently of zmqsweep, and compared."""
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

from harness import PATIENCE_S, ZMQSWEEP, Case, descendants, environment, rank_process

PATIENT = 30  # seconds for what a processor does at once
TABLES = ("repetitions", "ranks", "intervals", "latency")  # of a point, beside its own row
PREFIXES = {"": 1e-6, "k": 1e-3, "M": 1, "G": 1e3, "T": 1e6}
TOLD = re.compile(r"^ *(\d+)/(\d+)  (?P<pattern>\S+) +(?P<transport>\S+) +(?P<size>\d+ [KM]?i?B) (?P<mode>\S+) +"
                  r"(?:(?P<none>no valid repetition)|(?P<rate>[\d.]+) (?P<unit>[kMGT]?)bit/s(?: \[(?P<low>[\d.e+-]+), (?P<high>[\d.e+-]+)\])?)"
                  r" .*?(?:  lost (?P<sign>[<>]?)(?P<lost>[\d.e-]+) %)?(?:  (?P<flags>[a-z_,]+))?$")


def size_text(size):
    return f"{size // 1024} KiB" if size % 1024 == 0 else f"{size} B"


def told(line):
    """A progress line as (key, what it says), or None for another line."""
    match = TOLD.match(line)
    return ((match["pattern"], match["size"], match["mode"]), match) if match else None


def differences(match, point):
    """Where a point's row does not hold what its line said: a list of words, empty when all agrees."""
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


class Journal:
    """The lines of a journal whose CRC is right: points[id] is a list of them, in the order in which they were written."""

    def __init__(self, content, strict=True):
        self.columns, self.points, self.whole, self.damaged = None, {}, 0, 0
        lines = content.split(b"\n")
        self.torn = lines.pop()
        for line in lines:
            data = line[len(b'{"crc32":"00000000","data":'):-1]
            head = b'{"crc32":"%08x","data":' % zlib.crc32(data)
            if not line.startswith(head) or not line.endswith(b"}"):
                self.damaged += 1
                assert not strict, line[:200]
                continue
            self.whole += 1
            value = json.loads(data)
            if "run" in value:
                self.columns = value["run"]["columns"]
            elif "point" in value:
                self.points.setdefault(value["point"][0], []).append(value)

    def point(self, number):
        return dict(zip(self.columns["points"], self.points[number][-1]["point"]))


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def file_points(path):
    """A file's points as the journal has them: {id: {"point": row, "repetitions": rows, ...}}; and its column names."""
    with h5py.File(path) as file:
        columns = {name: list(file[name].dtype.names) for name in ("points", *TABLES)}
        points = {}
        for row in file["points"][:]:
            points[int(row[0])] = {"point": [plain(cell) for cell in row], **{name: [] for name in TABLES}}
        for name in TABLES:
            for row in file[name][:]:
                points[int(row[0])][name].append([plain(cell) for cell in row])
    return points, columns


def same_point(one, other):
    """Value by value; an absent table is an empty one."""
    return one["point"] == other["point"] and all((one.get(name) or []) == (other.get(name) or []) for name in TABLES)


class Session:
    """One mpirun of zmqsweep whose lines are read as they come, and whose rank 0 can be killed."""

    def __init__(self, folder, options, ranks=3):
        self.lines, self.news = [], threading.Condition()
        scratch = os.path.join(folder, "mpi")  # what killed ranks leave behind is removed with the test's folder
        os.makedirs(scratch, exist_ok=True)
        command = ["mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "orte_tmpdir_base", scratch,
                   "--mca", "btl_vader_backing_directory", scratch, "-n", str(ranks), ZMQSWEEP, *map(str, options)]
        self.process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=subprocess.DEVNULL,
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
        """Returns False when it had ended before. The rest of the job, which mpirun would end in some 2 s, is ended too."""
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


class KeptCase(Case):
    def output_files(self):
        return sorted(name for name in os.listdir(self.folder) if name != "mpi")

    def check_told(self, lines, points, columns):
        """Every line told is a point of `points` with its content."""
        rows = {}
        for point in points.values():
            row = dict(zip(columns["points"], point["point"]))
            rows[(row["pattern"], size_text(row["message_size_bytes"]), row["send_mode"])] = row
        for key, match in lines:
            self.assertIn(key, rows, "a line was printed, and its point is nowhere")
            self.assertEqual(differences(match, rows[key]), [], match.string)

    def check_same(self, before, after, words):
        """Every point of `before` is in `after`, value by value."""
        for number, point in before.items():
            self.assertIn(number, after, f"point {number} is lost: {words}")
            self.assertTrue(same_point(point, after[number]), f"point {number} is another one: {words}")
