"""Instructions of the hot loops per message (callgrind), and system calls of a rank per message
(strace). Prints Markdown.

cost.py BUILD instructions [SEND_MODE...]    exit 1 if zmqsweep's own instructions are over the
limit cost.py BUILD calls

Every figure is the difference of two runs with different counts, divided by the difference of the
counts, so that what a run costs once cancels. Own: the functions of sender.c, receiver.c and
ring.c. Libraries: what they call (libzmq, libc)."""
import glob
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile

from measure import RANK, note, read_table, run_sweep, size_text, table

BUILD = sys.argv[1]
COUNTS = (20000, 60000)
HWM = 100000  # above the counts: no sender waits, so that noise moves nothing
SIZE = 64
SEND_MODES = ["copy", "const", "shared", "untouched", "zero-copy"]
RECEIVE_MODES = ["message", "copy", "read"]
LIMITS = {"zero-copy": 45}
LIMIT = 30
FREE_FUNCTION = "ring_return"
PLAIN_FUNCTIONS = {"send_copy", "send_untouched", "receive_messages"}
CALL_COUNTS = {64: (100000, 300000), 64 << 10: (3000, 9000)}
CALL_RUNS = 3

# Each rank but 0 under a tool, with a file of its own. Rank 0 does not end with 3, no valid
# repetition, for which mpirun kills the others while the tool writes that file.
WRAPPER = """rank={rank}; [ "$rank" != 0 ] && exec {tool}.$rank "$@"; "$@" || [ $? = 3 ]"""


def wrapper(tool):
    return ["bash", "-c", WRAPPER.format(tool=tool, rank=RANK), "rank"]


def callgrind(path):
    return f"valgrind -q --tool=callgrind --callgrind-out-file={path}"


def strace(path):
    return f"strace -f -qq -c -U name,calls -o {path}"


def free_endpoint():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def run_zmqsweep(size, count, send_mode, receive_mode, folder, tool, hwm):
    """One repetition in count mode, valid or the end of it. Rank 1 sends, rank 2 receives."""
    options = ["--size", str(size), "--count", str(count), "--send-mode", send_mode, "--receive-mode", receive_mode,
               "--repetitions", "1", "--timeout", "120s"]
    options += ["--sndhwm", str(hwm), "--rcvhwm", str(hwm)] if hwm else []
    path = run_sweep(BUILD, os.path.join(folder, "results.h5"), options, wrapper=wrapper(tool))
    row = read_table(path, "repetitions")[0]
    # The queues are longer than the run, and a rank under a tool begins late: no valid rate.
    # Nothing of a rate is looked at.
    allowed = {"", "queued", "late_start", "shared_core", "stalled", "unsteady"}
    if row["received"] != count or set(row["flags"].decode().split(",")) - allowed:
        sys.exit(f"not valid: {send_mode}, {receive_mode}, {count} messages: {row['flags'].decode()}")


def run_plain(size, count, mode, path, tool, hwm):
    endpoint = free_endpoint()
    ends = [subprocess.Popen([*tool(f"{path}.{rank}").split(), os.path.join(BUILD, "plain_pair"), str(size), str(count), mode, end,
                              endpoint, str(hwm)]) for rank, end in ((2, "receive"), (1, "send"))]
    if any([end.wait() for end in ends]):
        sys.exit("plain_pair failed")


# ---- instructions ----

def costs(path, inclusive):
    """Instructions by function."""
    lines = subprocess.check_output(["callgrind_annotate", "--threshold=100", "--auto=no", f"--inclusive={'yes' if inclusive else 'no'}",
                                     path], text=True, stderr=subprocess.DEVNULL).splitlines()
    found = {}
    for line in lines:
        match = re.match(r"\s*([\d,]+) \([^)]*\)\s+\S*?:([^\s\[]+)", line)
        if match:
            name = match.group(2)
            found[name] = found.get(name, 0) + int(match.group(1).replace(",", ""))
    return found


def functions_of(*sources):
    """The functions that the compiler made of these files, static ones and clones of them too."""
    libraries = glob.glob(os.path.join(BUILD, "src", "traffic", "**", "lib*.a"), recursive=True)
    text = subprocess.check_output(["nm", *libraries], text=True)
    names, source = set(), ""
    for line in text.splitlines():
        if line.endswith(":"):
            source = line[:-3]
        elif source in sources and re.search(r" [tT] (\S+)$", line):
            names.add(line.split()[-1])
    return names


def split_costs(path, loop, own):
    """Self cost of our functions, that of the free function, and what the loop's callees cost."""
    selfs, inclusives = costs(path, False), costs(path, True)
    if loop not in inclusives:
        sys.exit(f"{loop} does not occur in {path}")
    free = selfs.get(FREE_FUNCTION, 0)
    mine = sum(selfs.get(name, 0) for name in own) - (free if FREE_FUNCTION in own else 0)
    inside = sum(selfs.get(name, 0) for name in own - {FREE_FUNCTION, "sender_run", "receiver_run"})
    return mine, free, inclusives[loop] - inside


def per_message(paths, loop, own):
    few, many = (split_costs(path, loop, own) for path in paths)
    return [(b - a) / (COUNTS[1] - COUNTS[0]) for a, b in zip(few, many)]


def instructions_of(send_mode, receive_mode, folder):
    """Per message, of the sender and of the receiver."""
    for count in COUNTS:
        note(f"callgrind: {send_mode}, {receive_mode}, {count} messages")
        run_zmqsweep(SIZE, count, send_mode, receive_mode, folder, callgrind(os.path.join(folder, f"sweep.{count}")), HWM)
    paths = [[os.path.join(folder, f"sweep.{count}.{rank}") for count in COUNTS] for rank in (1, 2)]
    own = functions_of("sender.c", "receiver.c", "ring.c")
    return (per_message(paths[0], "send_" + send_mode.replace("-", "_"), own),
            per_message(paths[1], "receive_" + receive_mode, own))


def plain_instructions(mode, folder):
    for count in COUNTS:
        note(f"callgrind: plain pair, {mode}, {count} messages")
        run_plain(SIZE, count, mode, os.path.join(folder, f"plain.{count}"), callgrind, HWM)
    paths = [[os.path.join(folder, f"plain.{count}.{rank}") for count in COUNTS] for rank in (1, 2)]
    return per_message(paths[0], "send_" + mode, PLAIN_FUNCTIONS), per_message(paths[1], "receive_messages", PLAIN_FUNCTIONS)


def instruction_row(name, figures, limit):
    own, free, libraries = figures
    kept = "" if limit is None else "yes" if own + free <= limit else "NO"
    return [name, f"{own:.1f}", f"{free:.1f}" if free else "", f"{libraries:.0f}", "" if limit is None else limit, kept]


def show_instructions(send_modes, folder):
    senders, receivers = [], []
    for i, send_mode in enumerate(send_modes):
        receive_mode = RECEIVE_MODES[i] if i < len(RECEIVE_MODES) else RECEIVE_MODES[0]
        sender, receiver = instructions_of(send_mode, receive_mode, folder)
        senders.append(instruction_row(f"send {send_mode}", sender, LIMITS.get(send_mode, LIMIT)))
        if i < len(RECEIVE_MODES):
            receivers.append(instruction_row(f"receive {receive_mode}", receiver, LIMIT if receive_mode != "read" else None))
    rows = senders + receivers
    if send_modes == SEND_MODES:
        plain = {mode: plain_instructions(mode, folder) for mode in ("copy", "untouched")}
        rows += [instruction_row(f"plain pair: send {mode}", figures[0], None) for mode, figures in plain.items()]
        rows.append(instruction_row("plain pair: receive message", plain["untouched"][1], None))
    print("## Instructions\n")
    print(f"Per message of {SIZE} B (callgrind; {COUNTS[0]} and {COUNTS[1]} messages, the difference), queues longer than the run.\n")
    table(["loop", "own", "free function", "libraries", "limit", "kept"], rows)
    return all(row[-1] != "NO" for row in rows)


# ---- system calls ----

def calls_in(path):
    """Calls by name, of all threads of the process."""
    found = {}
    with open(path) as file:
        for line in file:
            match = re.match(r"\s*(\w+)\s+(\d+)\s*$", line)
            if match and match.group(1) != "total":
                found[match.group(1)] = int(match.group(2))
    if not found:
        sys.exit(f"strace counted nothing: {path}")
    return found


def calls_per_message(run, counts, folder):
    """Of the sender and of the receiver: medians of a few runs, all calls and the most frequent
    ones."""
    samples = {1: [], 2: []}
    for _ in range(CALL_RUNS):
        for count in counts:
            run(count, os.path.join(folder, f"calls.{count}"))
        for rank, taken in samples.items():
            few, many = (calls_in(os.path.join(folder, f"calls.{count}.{rank}")) for count in counts)
            taken.append({name: (many.get(name, 0) - few.get(name, 0)) / (counts[1] - counts[0]) for name in {*few, *many}})
    return [{name: statistics.median(one.get(name, 0) for one in taken) for name in set().union(*taken)} for taken in samples.values()]


def show_calls(folder):
    rows = []
    for size, counts in CALL_COUNTS.items():
        hwm = max(4, min(1000, (64 << 20) // size))
        note(f"strace: {size_text(size)}, zmqsweep")
        mine = calls_per_message(lambda count, path, size=size: run_zmqsweep(size, count, "copy", "message", folder, strace(path), None),
                                 counts, folder)
        note(f"strace: {size_text(size)}, plain pair")
        plain = calls_per_message(lambda count, path, size=size, hwm=hwm: run_plain(size, count, "copy", path, strace, hwm), counts, folder)
        for end, one, other in zip(("send", "receive"), mine, plain):
            most = sorted(set(one) | set(other), key=lambda name: -max(one.get(name, 0), other.get(name, 0)))[:3]
            rows.append([f"{size_text(size)} {end}", f"{sum(one.values()):.4f}", f"{sum(other.values()):.4f}",
                         ", ".join(f"{name} {one.get(name, 0):.4f} / {other.get(name, 0):.4f}" for name in most)])
    print("## System calls\n")
    print(f"Of a whole rank per message, all threads (strace; {CALL_RUNS} runs, medians), `copy`, default queues, count mode, in\nwhich "
          "the main threads meet now and then to see how far all are: their clock_nanosleep goes by time, not by message.\n")
    table(["end", "zmqsweep", "plain pair", "the most frequent, zmqsweep / plain pair"], rows)


def main():
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[2] == "instructions":
            kept = show_instructions(sys.argv[3:] or SEND_MODES, folder)
        else:
            show_calls(folder)
    sys.exit(0 if kept else 1)


main()
