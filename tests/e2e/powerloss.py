"""A model of power failure: what strace saw a sweep write and sync is replayed, with what was not
synced lost or torn.

A file's writes and truncations up to its last fsync or fdatasync are on the disk; of the later ones
any part may be, the last of them torn. A name that was made, changed or removed since the last
fsync of its folder may be as before. Whatever the moment: every repetition that a line had told of
is in a whole results file, or the journal recovers it. TEST_CRASHES (default 400) and TEST_SEED
choose how many and where."""
import os
import random
import re
import shutil
import subprocess
import unittest

from kept import Journal, KeptCase, file_repetitions, read, told, told_rounds
from harness import PATIENCE_S, ZMQSWEEP, environment, mpirun, under_rank0

CRASHES = int(os.environ.get("TEST_CRASHES", "400"))
SEED = int(os.environ.get("TEST_SEED", "20261124"))
PLAN = ["--duration", "10ms", "--warmup", "1ms", "--interval", "1ms", "--repetitions", "2", "--size", "64:256:x2",
        "--send-mode", "copy,const", "--output", "results.h5"]
CALLS = "openat,creat,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,link,linkat"
CALL = re.compile(r'^(\w+)\((.*)\) += (-?\d+)')
FD = re.compile(r"^(\d+)<([^>]*)>")
JOURNAL, PARTIAL = "results.h5.journal", "results.h5.partial"


def unescape(text):
    return text.encode("ascii").decode("unicode_escape").encode("latin-1")


def strings(arguments):
    return [unescape(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)]


def whole_calls(text):
    """The lines of `strace -f`; a call that another thread's came in between of is one line, where
    it ended."""
    begun = {}
    for line in text.splitlines():
        thread, call = line.split(maxsplit=1)
        if call.endswith("<unfinished ...>"):
            begun[thread] = call.removesuffix("<unfinished ...>").rstrip()
        else:
            yield re.sub(r"^<\.\.\. \w+ resumed>", lambda _, thread=thread: begun.pop(thread), call)


class Log:
    """What one process did to the files of a folder: events (kind, ...) in order; names as they
    were before."""

    def __init__(self, text, folder, before):
        self.folder, self.events, self.stderr = folder, [], b""
        self.names = dict(before)  # name -> inode, as the process sees it
        self.next = len(before)
        self.text_lines = []
        for line in whole_calls(text):
            match = CALL.match(line)
            if match and int(match[3]) >= 0:
                self.take(match[1], match[2], int(match[3]))

    def name(self, raw):
        path = os.path.normpath(os.path.join(self.folder, raw.decode()))
        return os.path.basename(path) if os.path.dirname(path) == self.folder else None

    def inode_of(self, arguments):
        """Of a call on a descriptor. strace tells the name that its file has by now."""
        path = FD.match(arguments)[2]
        if path == self.folder:
            return "folder"
        name = self.name(path.encode())
        return self.names.get(name) if name else None

    def take(self, call, arguments, result):
        handler = getattr(self, "on_" + call, None)
        assert handler or self.folder not in arguments, f"a call that the model does not know: {call}({arguments[:200]}"
        if handler:
            handler(arguments, result)

    def on_openat(self, arguments, _):
        name = self.name(strings(arguments)[0])
        if name is None or "O_DIRECTORY" in arguments:
            return
        if name not in self.names and "O_CREAT" in arguments:
            self.names[name] = self.next
            self.next += 1
            self.events.append(("name", name, self.names[name]))
        elif "O_TRUNC" in arguments:
            self.events.append(("truncate", self.names[name], 0))

    def on_write(self, arguments, result):
        if arguments.startswith("2<"):
            self.stderr += strings(arguments)[0][:result]
            if self.stderr.endswith(b"\n"):
                self.events.append(("told", self.stderr.decode(errors="replace").rstrip("\n")))
                self.stderr = b""
            return
        inode = self.inode_of(arguments)
        if inode is not None:
            self.events.append(("append", inode, strings(arguments)[-1][:result]))

    def on_pwrite64(self, arguments, result):
        inode = self.inode_of(arguments)
        if inode is not None:
            self.events.append(("write", inode, strings(arguments)[-1][:result], int(arguments.rsplit(", ", 1)[1])))

    def on_ftruncate(self, arguments, _):
        inode = self.inode_of(arguments)
        if inode is not None:
            self.events.append(("truncate", inode, int(arguments.rsplit(", ", 1)[1])))

    def on_fsync(self, arguments, _):
        inode = self.inode_of(arguments)
        if inode is not None:
            self.events.append(("sync", inode))

    on_fdatasync = on_fsync

    def on_rename(self, arguments, _):
        old, new = (self.name(text) for text in strings(arguments)[:2])
        if old in self.names:
            self.names[new] = self.names.pop(old)
            self.events.append(("rename", old, new, self.names[new]))

    def on_link(self, arguments, _):
        old, new = (self.name(text) for text in strings(arguments)[:2])
        if old in self.names:
            self.names[new] = self.names[old]
            self.events.append(("name", new, self.names[new]))

    def on_unlink(self, arguments, _):
        name = self.name(strings(arguments)[0])
        if self.names.pop(name, None) is not None:
            self.events.append(("unlink", name))


def apply(content, event, torn=None):
    """One write or truncation on a file's bytes; `torn`: only so many bytes of it arrived."""
    if event[0] == "truncate":
        del content[event[2]:]
        content.extend(bytes(event[2] - len(content)))
        return
    data, at = event[2] if torn is None else event[2][:torn], len(content) if event[0] == "append" else event[3]
    if at > len(content):
        content.extend(bytes(at - len(content)))
    content[at:at + len(data)] = data


def content_after(events, inode, start, dice):
    """What a disk may hold of a file: all that was synced, and of the rest a part in order, or any
    of it."""
    mine = [event for event in events if event[1] == inode and event[0] in ("append", "write", "truncate", "sync")]
    synced = max((i for i, event in enumerate(mine) if event[0] == "sync"), default=-1) + 1
    content = bytearray(start)
    for event in mine[:synced]:
        if event[0] != "sync":
            apply(content, event)
    rest = [event for event in mine[synced:]]
    if dice.random() < 0.5:  # in order, the last one torn
        rest = rest[:dice.randint(0, len(rest))]
        for i, event in enumerate(rest):
            torn = dice.randint(0, len(event[2])) if event[0] != "truncate" and i + 1 == len(rest) else None
            apply(content, event, torn)
    else:  # blocks reach the disk in any order: sizes may be new where bytes are not
        for event in rest:
            if dice.random() < 0.5:
                apply(content, event)
            elif event[0] == "append":
                content.extend(bytes(len(event[2])))
    return bytes(content)


def names_after(events, start, dice):
    """What a folder may hold: all changes up to its last sync; of the later ones the first few, or
    any of them."""
    synced = max((i for i, event in enumerate(events) if event == ("sync", "folder")), default=-1) + 1
    names, in_order = dict(start), dice.random() < 0.5
    late = [event for event in events[synced:] if event[0] in ("name", "rename", "unlink")]
    kept = late[:dice.randint(0, len(late))] if in_order else [event for event in late if dice.random() < 0.5]
    for event in [event for event in events[:synced] if event[0] in ("name", "rename", "unlink")] + kept:
        if event[0] == "name":
            names[event[1]] = event[2]
        elif event[0] == "unlink":
            names.pop(event[1], None)
        else:
            names.pop(event[1], None)
            names[event[2]] = event[3]
    return names


class PowerLoss(KeptCase):
    def traced(self, *options, code=(0, 3)):
        """A sweep whose rank 0 runs under strace. Returns its log and the files that were there
        before."""
        names = [name for name in self.output_files() if name not in ("trace", "state")]
        before = {name: i for i, name in enumerate(names)}
        files = {i: read(self.path(name)) for name, i in before.items()}
        rank0 = ["strace", "-f", "-o", self.path("trace"), "-y", "-xx", "-s", "100000000", "-e", "trace=" + CALLS]
        command = [*mpirun(3), *under_rank0(*rank0), ZMQSWEEP, *PLAN, *options]
        done = subprocess.run(command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=PATIENCE_S)
        self.assertIn(done.returncode, code, done.stderr)
        with open(self.path("trace"), encoding="ascii") as file:
            text = file.read()
        os.remove(self.path("trace"))
        # With -xx strings are in hexadecimal, the paths of descriptors too.
        text = re.sub(r"<((?:\\x[0-9a-f]{2})+)>", lambda match: "<" + unescape(match[1]).decode() + ">", text)
        return Log(text, os.path.realpath(self.folder), before), before, files

    def check_model(self, log, before, files):
        """With nothing lost the model must end as the folder really did: else it is wrong, and says
        nothing."""
        names, contents = dict(before), {inode: bytearray(data) for inode, data in files.items()}
        for event in log.events:
            if event[0] == "name":
                names[event[1]] = event[2]
                contents.setdefault(event[2], bytearray())
            elif event[0] == "rename":
                names[event[2]] = names.pop(event[1])
            elif event[0] == "unlink":
                del names[event[1]]
            elif event[0] in ("append", "write", "truncate"):
                apply(contents[event[1]], event)
        self.assertEqual(sorted(names), self.output_files())
        for name, inode in names.items():
            self.assertTrue(bytes(contents[inode]) == read(self.path(name)), f"{name}: the log lacks a write")

    def check_order(self, log):
        """The folder is synced between a journal's making and the first line told, and between
        renaming and unlinking."""
        kinds = [(event[0], event[1] if event[0] != "told" else told_rounds([event[1]]) > 0) for event in log.events]
        lines = [i for i, kind in enumerate(kinds) if kind == ("told", True)]
        syncs = [i for i, kind in enumerate(kinds) if kind == ("sync", "folder")]
        for i, event in enumerate(log.events):
            if event[0] == "name" and event[1] == JOURNAL and lines:
                self.assertTrue(any(i < sync < lines[0] for sync in syncs), "the journal's name may get lost")
            if event[0] == "rename" and event[2] == "results.h5":
                end = next(n for n, later in enumerate(log.events) if later[:2] == ("unlink", JOURNAL))
                self.assertTrue(any(i < sync < end for sync in syncs), "the file's name may get lost")
                whole = [n for n, earlier in enumerate(log.events[:i]) if earlier == ("sync", event[3])]
                written = [n for n, earlier in enumerate(log.events[:i]) if earlier[0] in ("write", "truncate") and earlier[1] == event[3]]
                self.assertTrue(whole and whole[-1] > written[-1], "the file has its name before it is on disk")

    def crash(self, log, before, files, final, moment, dice):
        """One failure of power after so many events. Returns a word for where the points are."""
        events = log.events[:moment]
        names = names_after(events, before, dice)
        disk = {name: content_after(events, inode, files.get(inode, b""), dice) for name, inode in sorted(names.items())}
        lines = [event[1] for event in events if event[0] == "told"]
        if "results.h5" in disk and ("results.h5" not in before or names["results.h5"] != before["results.h5"]):
            self.assertTrue(disk["results.h5"] == self.final_file, "the file has its name and is not whole")
            return "file"
        journal = Journal(disk.get(JOURNAL, b""), strict=False)
        kept = journal.repetitions
        # What was told of is there: rounds, and the lines of points, which come when all of theirs
        # are.
        told_points = len([line for line in lines if told(line)])
        self.assertGreaterEqual(len(kept), len(self.earlier if JOURNAL in disk else {}) + told_rounds(lines))
        self.assertTrue(not told_points or len(kept) == len(final), "a line was printed, and its point is not whole")
        self.check_same({key: one for key, one in kept.items() if key in final}, final, "after a failure of power")
        for key in self.earlier:
            # A journal goes before a file: it must not hide what the file has.
            there = key in kept if JOURNAL in disk else "results.h5" in disk
            self.assertTrue(there, f"repetition {key} of the session before is lost")
        if kept and dice.random() < 0.1:
            self.recover(disk[JOURNAL], kept)
        return "journal" if kept else "nothing told"

    def recover(self, journal, kept):
        os.makedirs(self.path("state"), exist_ok=True)
        with open(self.path("state/results.h5.journal"), "wb") as file:
            file.write(journal)
        _, recovered = self.recovered("state/results.h5.journal", "state/results.h5")
        shutil.rmtree(self.path("state"))
        self.assertEqual(kept, recovered)

    def crash_often(self, log, before, files, what):
        self.check_model(log, before, files)
        self.check_order(log)
        final = file_repetitions(self.path("results.h5"))
        self.final_file = read(self.path("results.h5"))
        dice, found = random.Random(f"{SEED} {what}"), {}
        moments = list(range(len(log.events) + 1)) + [dice.randint(0, len(log.events)) for _ in range(CRASHES)]
        for number, moment in enumerate(moments):
            with self.subTest(what=what, seed=SEED, number=number, moment=moment):
                word = self.crash(log, before, files, final, moment, dice)
                found[word] = found.get(word, 0) + 1
        self.assertGreater(found.get("journal", 0), 0)
        self.assertGreater(found.get("file", 0), 0)
        print(f"{what}: {len(log.events)} events, {len(moments)} failures of power left: {found}")

    def setUp(self):
        super().setUp()
        self.earlier = {}
        probe = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True) if shutil.which("strace") else None
        if probe is None or probe.returncode:
            self.skipTest("strace is missing or may not trace")

    def test_a_new_sweep_survives_a_power_failure(self):
        self.crash_often(*self.traced(), "a new sweep")

    def test_a_sweep_on_a_torn_journal_survives_a_power_failure(self):
        """The journal of some repetitions, the last torn: cut back, gone on with."""
        self.stopped_sweep()
        log, before, files = self.traced("--resume")
        self.crash_often(log, before, files, "a sweep gone on with")

    def test_a_sweep_on_an_incomplete_file_survives_a_power_failure(self):
        """A file that is not complete becomes a journal again first."""
        self.stopped_sweep()
        self.report("recover", JOURNAL)
        os.remove(self.path(JOURNAL))
        log, before, files = self.traced("--resume")
        self.crash_often(log, before, files, "a file gone on with")

    def stopped_sweep(self):
        """Leaves the journal of a sweep cut off within its sixth repetition."""
        os.mkdir(self.path(PARTIAL))
        self.sweep(3, *PLAN[:-2], code=1)
        os.rmdir(self.path(PARTIAL))
        content = read(self.path(JOURNAL))
        ends = [match.end() for match in re.finditer(rb'"data":\{"repetition":\[[^\n]*\n', content)]
        with open(self.path(JOURNAL), "wb") as file:
            file.write(content[:ends[5] - 20])
        # Of the first round: no point is settled, none will be dropped.
        self.earlier = Journal(content[:ends[4]]).repetitions
        self.assertEqual(len(self.earlier), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
