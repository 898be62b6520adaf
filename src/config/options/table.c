/* table.c - the one table of all options. Help, manual page, parsers and the results' record read
 * it. */
#include "zmqsweep/options.h"

#include <string.h>

#define KIB ((int64_t)1024)
#define GIB (KIB * KIB * KIB)
#define MILLISECOND ((int64_t)1000000)
#define DAY (MILLISECOND * 1000 * 86400)
#define MOST_RANKS 1000000 /* far more than any job has; products of it stay within 64 bits */
#define MOST_MESSAGES 1000000000000 /* more than a day at ten million a second */
#define MOST_LOOKS 10000 /* looks of a sequential test: over a day of ten-second repetitions */
#define MOST_OF_AN_INT ((int64_t)INT32_MAX) /* ZeroMQ keeps these options in an int */

/* A row: id, name, metavar and default; then those of LIST, the type with its limits or choices,
 * KEYWORD and IMPLIED that apply to the option; then HELP. struct option_spec explains each of
 * them. */
#define ROW(id, option, value, unset, ...)                                                         \
    [OPTION_##id] = {.name = (option), .metavar = (value), .fallback = (unset), __VA_ARGS__}
#define LIST .list = true
#define TYPE(kind) .type = OPTION_TYPE_##kind
#define NUMBER(kind, least, most) TYPE(kind), .minimum = (least), .maximum = (most)
#define CHOICE(...)                                                                                \
    TYPE(CHOICE), .choices = (const char *const[])                                                 \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define KEYWORD(word) .keyword = (word)
#define IMPLIED(word) .implied = (word)
#define HELP(text) .help = (text)

const struct option_spec config_options[OPTION_TOTAL] = {
    ROW(PATTERN, "pattern", "PATTERN", "push-pull", LIST,
        CHOICE("push-pull", "pub-sub", "req-rep", "pair"),
        HELP("Messaging pattern. In req-rep and pair the receiver sends every message back, and "
             "the sender waits for it before it sends the next.")),
    ROW(TRANSPORT, "transport", "TRANSPORT", "tcp", LIST, CHOICE("tcp", "ipc"),
        HELP("Transport; ipc only between ranks of one host.")),
    ROW(SECURITY, "security", "SECURITY", "none", LIST, CHOICE("none", "curve"),
        HELP("How a connection proves that it belongs to this run: none: by a password made for "
             "the run, with no work per message; curve: by keys made for the run, and every "
             "message is encrypted. Nobody else is let in either way.")),
    ROW(SIZE, "size", "BYTES", "64,256,1K,4K,16K,64K,256K,1M,4M,10M", LIST, NUMBER(BYTES, 1, GIB),
        HELP("Message size.")),
    ROW(SEND_MODE, "send-mode", "MODE", "copy,zero-copy", LIST,
        CHOICE("copy", "zero-copy", "const", "shared", "untouched"),
        HELP("How a message is made: copied from a buffer, lent from a ring of buffers, one "
             "constant buffer, one message shared by reference, or allocated and left as it is.")),
    ROW(RECEIVE_MODE, "receive-mode", "MODE", "message", LIST,
        CHOICE("message", "copy", "read", "write"),
        HELP("What the receiver does with a message: take it and not look at it, copy it into a "
             "buffer of its own, read every cache line, or write it to a file in --write-dir that "
             "is synced before the clock stops.")),
    ROW(SNDHWM, "sndhwm", "N", "auto", LIST, NUMBER(INTEGER, 1, MOST_OF_AN_INT), KEYWORD("auto"),
        HELP("The sender's high-water mark in messages; auto: 1000, fewer when a queue would hold "
             "over 64 MiB, 4 at least.")),
    ROW(RCVHWM, "rcvhwm", "N", "auto", LIST, NUMBER(INTEGER, 1, MOST_OF_AN_INT), KEYWORD("auto"),
        HELP("The receiver's high-water mark in messages; auto as for --sndhwm.")),
    ROW(PAIRS, "pairs", "N", "all", LIST, NUMBER(INTEGER, 1, MOST_RANKS), KEYWORD("all"),
        HELP("Groups of senders and receivers that are busy at once; all: as many as the ranks "
             "allow.")),
    ROW(RECEIVERS_PER_SENDER, "receivers-per-sender", "N", "1", LIST,
        NUMBER(INTEGER, 1, MOST_RANKS),
        HELP("Receivers of a group; over 1 only with one sender in it.")),
    ROW(SENDERS_PER_RECEIVER, "senders-per-receiver", "N", "1", LIST,
        NUMBER(INTEGER, 1, MOST_RANKS),
        HELP("Senders of a group; over 1 only with one receiver in it.")),
    ROW(COUNT, "count", "N", "none", LIST, NUMBER(INTEGER, 2, MOST_MESSAGES), KEYWORD("none"),
        HELP("Count mode: each sender sends exactly this many messages. Not together with "
             "--duration; none: duration mode.")),
    ROW(DURATION, "duration", "TIME", "1s", LIST, NUMBER(DURATION, MILLISECOND, DAY),
        HELP("Duration mode: length of the window that is measured. Not together with --count.")),
    ROW(IO_THREADS, "io-threads", "N", "1", LIST, NUMBER(INTEGER, 1, 1024),
        HELP("I/O threads of each rank's ZeroMQ context.")),
    ROW(SNDBUF, "sndbuf", "BYTES", "system", LIST, NUMBER(BYTES, 1, MOST_OF_AN_INT),
        KEYWORD("system"), HELP("The kernel's send buffer; system: as the system sets it.")),
    ROW(RCVBUF, "rcvbuf", "BYTES", "system", LIST, NUMBER(BYTES, 1, MOST_OF_AN_INT),
        KEYWORD("system"), HELP("The kernel's receive buffer; system: as the system sets it.")),
    ROW(RATE, "rate", "RATE", "max", LIST, TYPE(RATE), KEYWORD("max"),
        HELP("What each sender sends per second, on a schedule that does not wait for late "
             "messages: messages (10K) or bits of payload (500Mbit), K, M and G being powers of "
             "1000. Over 20K messages a second go in bursts, one every 50 us or more. max: as fast "
             "as it can.")),
    ROW(SENDER_CPUS, "sender-cpus", "CPUS", "none", LIST, TYPE(CPUS), KEYWORD("none"),
        HELP("Where senders run: numa:0, core:0-3, pu:2, package:1 (hwloc's logical numbers), or "
             "nic, the NUMA node next to the network interface; none: where the launcher put them. "
             "I/O threads and buffers go along.")),
    ROW(RECEIVER_CPUS, "receiver-cpus", "CPUS", "none", LIST, TYPE(CPUS), KEYWORD("none"),
        HELP("Where receivers run, in the same words.")),
    ROW(IO_CPUS, "io-cpus", "CPUS", "same", TYPE(CPUS), KEYWORD("same"),
        HELP("Where ZeroMQ's I/O threads run, in the same words; same: with their sender or "
             "receiver.")),
    ROW(FIND_RATE, "find-rate", "loss=PERCENT", "off", TYPE(LOSS), KEYWORD("off"),
        HELP("For pub-sub: find, by bisection to 3 %, the highest rate at which no more than this "
             "share is lost, and measure each point at that rate. Not together with --rate or "
             "--count.")),
    ROW(LATENCY, "latency", "N", "off", NUMBER(INTEGER, 1, MOST_MESSAGES), KEYWORD("off"),
        HELP("Measure the latency of one in N messages: one way, by a send time that they carry "
             "(sizes of 16 bytes and more); round trip with req-rep and pair. With --rate from the "
             "time at which the message was due.")),
    ROW(PLACEMENT, "placement", "PLACEMENT", "auto",
        CHOICE("auto", "across", "within", "listed", "split"),
        HELP("Which ranks form a group: across: the two ends on different hosts; within: on one "
             "host; listed: by rank; split: senders on the first half of the hosts; auto: across "
             "when there are two hosts or more, else listed.")),
    ROW(MATRIX, "matrix", "HOW", "off", CHOICE("off", "rounds", "alone"), IMPLIED("rounds"),
        HELP("Measure every ordered pair of hosts: rounds: each host sends and receives once a "
             "round, all links loaded; alone: one pair at a time. Alone on the command line it "
             "means rounds.")),
    ROW(BASELINE, "baseline", "WHAT", "none", CHOICE("none", "tcp"),
        HELP("Measure what plain sockets carry, too: tcp: for every size, shape and placement of "
             "the sweep a point of pattern stream and transport raw-tcp.")),
    ROW(WARMUP, "warmup", "TIME", "200ms", NUMBER(DURATION, 0, DAY),
        HELP("Traffic before the window, in duration mode.")),
    ROW(REPETITIONS, "repetitions", "N", "6", NUMBER(INTEGER, 1, 100000),
        HELP("How often each point is measured. Not together with --precision.")),
    ROW(PRECISION, "precision", "SHARE", "off", NUMBER(SHARE, 1000, 500000), KEYWORD("off"),
        HELP(
            "Repeat each point until half of its interval, which covers with 95 % after all looks, "
            "is within this share of the median, such as 5%. Not together with --repetitions.")),
    ROW(MIN_REPETITIONS, "min-repetitions", "N", "6", NUMBER(INTEGER, 6, MOST_LOOKS),
        HELP("With --precision: the fewest valid repetitions of a point.")),
    ROW(MAX_REPETITIONS, "max-repetitions", "N", "100", NUMBER(INTEGER, 6, MOST_LOOKS),
        HELP("With --precision: the most repetitions of a point, valid or not.")),
    ROW(MAX_TIME, "max-time", "TIME", "5min", NUMBER(DURATION, MILLISECOND, DAY),
        HELP("With --precision: the longest that a point may take; no repetition begins that would "
             "probably end later, but one is always run.")),
    ROW(INTERVAL, "interval", "TIME", "100ms", NUMBER(DURATION, MILLISECOND, DAY),
        HELP("Time between two samples in the window.")),
    ROW(TIMEOUT, "timeout", "TIME", "30s", NUMBER(DURATION, 100 * MILLISECOND, DAY),
        HELP("The longest that any wait may take.")),
    ROW(ORDER, "order", "ORDER", "random", CHOICE("random", "listed", "points"),
        HELP("A sweep goes in rounds, each of which measures every point once: random: every round "
             "in a new order; listed: as listed; points: no rounds, all repetitions of a point one "
             "after the other, the points shuffled (for a quick look: the interval then holds "
             "within that stretch of time only).")),
    ROW(SPREAD, "spread", "TIME", "none", NUMBER(DURATION, MILLISECOND, DAY), KEYWORD("none"),
        HELP("Pause between rounds, so that they cover this time: moods of machine and network "
             "last longer than a few quick rounds.")),
    ROW(ORDER_SEED, "order-seed", "N", "random", NUMBER(INTEGER, 0, INT64_MAX), KEYWORD("random"),
        HELP("Seed of the shuffle; random: a new one for each sweep.")),
    ROW(BIND, "bind", "SIDE", "receiver", CHOICE("receiver", "sender"),
        HELP("The side that binds; the other connects.")),
    ROW(INTERFACE, "interface", "NAME|ADDRESS[/LEN]", "", TYPE(TEXT),
        HELP(
            "Network interface of the measured traffic, by its name, its address or its network.")),
    ROW(PORT_RANGE, "port-range", "FIRST-LAST", "any", TYPE(PORTS), KEYWORD("any"),
        HELP("TCP ports to bind, for sites with firewalls; any: what the kernel gives.")),
    ROW(WRITE_DIR, "write-dir", "DIR", "", TYPE(TEXT),
        HELP("Folder on the receivers' hosts for the files of --receive-mode write, one a "
             "receiver; they are removed.")),
    ROW(WRITE_BUFFER, "write-buffer", "BYTES", "1M", NUMBER(BYTES, 4 * KIB, GIB),
        HELP("What --receive-mode write gathers before it writes.")),
    ROW(OUTPUT, "output", "FILE", "", TYPE(TEXT),
        HELP("File of the results. Default: zmqsweep-<UTC>.h5.")),
    ROW(FORCE, "force", NULL, "", TYPE(FLAG), HELP("Replace an existing output.")),
    ROW(RESUME, "resume", NULL, "", TYPE(FLAG), HELP("Measure what an existing output lacks.")),
    ROW(PRESET, "preset", "NAME", "", TYPE(TEXT),
        HELP("A named set of options; what is given elsewhere beats it.")),
    ROW(SHORT, "short", NULL, "", TYPE(FLAG), HELP("The same as --preset short.")),
    ROW(CONFIG, "config", "FILE", "", TYPE(TEXT), HELP("Sweep file to read options from.")),
    ROW(DRY_RUN, "dry-run", NULL, "", TYPE(FLAG),
        HELP(
            "Print the points, how long they take and the memory they need, and measure nothing.")),
    ROW(LOG_LEVEL, "log-level", "LEVEL", "info", CHOICE("error", "warning", "info", "debug"),
        HELP("The least urgent lines that are printed.")),
    ROW(VERSION, "version", NULL, "", TYPE(FLAG), HELP("Print the version and leave.")),
    ROW(HELP, "help", NULL, "", TYPE(FLAG), HELP("Print this help and leave.")),
};

enum option_id config_find(const char *name)
{
    int id = 0;
    while (id < OPTION_TOTAL && strcmp(config_options[id].name, name) != 0)
        id++;
    return (enum option_id)id;
}
