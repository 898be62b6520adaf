/* table.c - every option, once. Help, manual page, parsers and the results' record read this table. */
#include "config_internal.h"

#include <ctype.h>
#include <string.h>

#define KIB ((int64_t)1024)
#define GIB (KIB * KIB * KIB)
#define MILLISECOND ((int64_t)1000000)
#define DAY (MILLISECOND * 1000 * 86400)
#define MOST_RANKS 1000000          /* far more than any job has, and products of it stay in 64 bits */
#define MOST_MESSAGES 1000000000000 /* a day at ten million a second is less */
#define MOST_LOOKS 10000            /* of a sequential test; a day of repetitions of ten seconds is less */
#define MOST_OF_AN_INT ((int64_t)INT32_MAX) /* ZeroMQ keeps these options in an int */

#define CHOICES(...)                                                                                         \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

const struct option_spec config_options[OPTION_TOTAL] = {
    [OPTION_PATTERN] =
        {.name = "pattern",
         .type = OPTION_TYPE_CHOICE,
         .list = true,
         .fallback = "push-pull",
         .choices = CHOICES("push-pull", "pub-sub", "req-rep", "pair"),
         .metavar = "PATTERN",
         .help = "Messaging pattern. In req-rep and pair the receiver sends every message back, and "
                 "the sender waits for it before it sends the next."},
    [OPTION_TRANSPORT] = {.name = "transport",
                          .type = OPTION_TYPE_CHOICE,
                          .list = true,
                          .fallback = "tcp",
                          .choices = CHOICES("tcp", "ipc"),
                          .metavar = "TRANSPORT",
                          .help = "Transport; ipc only between ranks of one host."},
    [OPTION_SECURITY] = {.name = "security",
                         .type = OPTION_TYPE_CHOICE,
                         .list = true,
                         .fallback = "none",
                         .choices = CHOICES("none", "curve"),
                         .metavar = "SECURITY",
                         .help =
                             "How a connection proves that it belongs to this run: none: by a password made "
                             "for the run, with no work per message; curve: by keys made for the run, and "
                             "every message is encrypted. Nobody else is let in either way."},
    [OPTION_SIZE] = {.name = "size",
                     .type = OPTION_TYPE_BYTES,
                     .list = true,
                     .fallback = "64,256,1K,4K,16K,64K,256K,1M,4M,10M",
                     .minimum = 1,
                     .maximum = GIB,
                     .metavar = "BYTES",
                     .help = "Message size."},
    [OPTION_SEND_MODE] = {.name = "send-mode",
                          .type = OPTION_TYPE_CHOICE,
                          .list = true,
                          .fallback = "copy,zero-copy",
                          .choices = CHOICES("copy", "zero-copy", "const", "shared", "untouched"),
                          .metavar = "MODE",
                          .help =
                              "How a message is made: copied from a buffer, lent from a ring of buffers, one "
                              "constant buffer, one message shared by reference, or allocated and left as it "
                              "is."},
    [OPTION_RECEIVE_MODE] = {.name = "receive-mode",
                             .type = OPTION_TYPE_CHOICE,
                             .list = true,
                             .fallback = "message",
                             .choices = CHOICES("message", "copy", "read", "write"),
                             .metavar = "MODE",
                             .help =
                                 "What the receiver does with a message: take it and not look at it, copy it "
                                 "into a buffer of its own, read every cache line, or write it to a file in "
                                 "--write-dir that is synced before the clock stops."},
    [OPTION_SNDHWM] =
        {.name = "sndhwm",
         .type = OPTION_TYPE_INTEGER,
         .list = true,
         .fallback = "auto",
         .keyword = "auto",
         .minimum = 1,
         .maximum = MOST_OF_AN_INT,
         .metavar = "N",
         .help = "The sender's high-water mark in messages; auto: 1000, fewer when a queue would hold "
                 "over 64 MiB, 4 at least."},
    [OPTION_RCVHWM] = {.name = "rcvhwm",
                       .type = OPTION_TYPE_INTEGER,
                       .list = true,
                       .fallback = "auto",
                       .keyword = "auto",
                       .minimum = 1,
                       .maximum = MOST_OF_AN_INT,
                       .metavar = "N",
                       .help = "The receiver's high-water mark in messages; auto as for --sndhwm."},
    [OPTION_PAIRS] = {.name = "pairs",
                      .type = OPTION_TYPE_INTEGER,
                      .list = true,
                      .fallback = "all",
                      .keyword = "all",
                      .minimum = 1,
                      .maximum = MOST_RANKS,
                      .metavar = "N",
                      .help =
                          "Groups of senders and receivers that are busy at once; all: as many as the ranks "
                          "allow."},
    [OPTION_RECEIVERS_PER_SENDER] = {.name = "receivers-per-sender",
                                     .type = OPTION_TYPE_INTEGER,
                                     .list = true,
                                     .fallback = "1",
                                     .minimum = 1,
                                     .maximum = MOST_RANKS,
                                     .metavar = "N",
                                     .help = "Receivers of a group; over 1 only with one sender in it."},
    [OPTION_SENDERS_PER_RECEIVER] = {.name = "senders-per-receiver",
                                     .type = OPTION_TYPE_INTEGER,
                                     .list = true,
                                     .fallback = "1",
                                     .minimum = 1,
                                     .maximum = MOST_RANKS,
                                     .metavar = "N",
                                     .help = "Senders of a group; over 1 only with one receiver in it."},
    [OPTION_COUNT] = {.name = "count",
                      .type = OPTION_TYPE_INTEGER,
                      .list = true,
                      .fallback = "none",
                      .keyword = "none",
                      .minimum = 2,
                      .maximum = MOST_MESSAGES,
                      .metavar = "N",
                      .help = "Count mode: each sender sends exactly this many messages. Not together with "
                              "--duration; none: duration mode."},
    [OPTION_DURATION] =
        {.name = "duration",
         .type = OPTION_TYPE_DURATION,
         .list = true,
         .fallback = "1s",
         .minimum = MILLISECOND,
         .maximum = DAY,
         .metavar = "TIME",
         .help = "Duration mode: length of the window that is measured. Not together with --count."},
    [OPTION_IO_THREADS] = {.name = "io-threads",
                           .type = OPTION_TYPE_INTEGER,
                           .list = true,
                           .fallback = "1",
                           .minimum = 1,
                           .maximum = 1024,
                           .metavar = "N",
                           .help = "I/O threads of each rank's ZeroMQ context."},
    [OPTION_SNDBUF] = {.name = "sndbuf",
                       .type = OPTION_TYPE_BYTES,
                       .list = true,
                       .fallback = "system",
                       .keyword = "system",
                       .minimum = 1,
                       .maximum = MOST_OF_AN_INT,
                       .metavar = "BYTES",
                       .help = "The kernel's send buffer; system: as the system sets it."},
    [OPTION_RCVBUF] = {.name = "rcvbuf",
                       .type = OPTION_TYPE_BYTES,
                       .list = true,
                       .fallback = "system",
                       .keyword = "system",
                       .minimum = 1,
                       .maximum = MOST_OF_AN_INT,
                       .metavar = "BYTES",
                       .help = "The kernel's receive buffer; system: as the system sets it."},
    [OPTION_RATE] =
        {.name = "rate",
         .type = OPTION_TYPE_RATE,
         .list = true,
         .fallback = "max",
         .keyword = "max",
         .metavar = "RATE",
         .help = "What each sender sends per second, on a schedule that does not wait for late messages: "
                 "messages (10K) or bits of payload (500Mbit), K, M and G being powers of 1000. Over 20K "
                 "messages a second go in bursts, one every 50 us or more. max: as fast as it can."},

    [OPTION_SENDER_CPUS] =
        {.name = "sender-cpus",
         .type = OPTION_TYPE_CPUS,
         .list = true,
         .fallback = "none",
         .keyword = "none",
         .metavar = "CPUS",
         .help = "Where senders run: numa:0, core:0-3, pu:2, package:1 (hwloc's logical numbers), or "
                 "nic, the NUMA node next to the network interface; none: where the launcher put them. "
                 "I/O threads and buffers go along."},
    [OPTION_RECEIVER_CPUS] = {.name = "receiver-cpus",
                              .type = OPTION_TYPE_CPUS,
                              .list = true,
                              .fallback = "none",
                              .keyword = "none",
                              .metavar = "CPUS",
                              .help = "Where receivers run, in the same words."},
    [OPTION_IO_CPUS] =
        {.name = "io-cpus",
         .type = OPTION_TYPE_CPUS,
         .fallback = "same",
         .keyword = "same",
         .metavar = "CPUS",
         .help = "Where ZeroMQ's I/O threads run, in the same words; same: with their sender or receiver."},
    [OPTION_FIND_RATE] =
        {.name = "find-rate",
         .type = OPTION_TYPE_LOSS,
         .fallback = "off",
         .keyword = "off",
         .metavar = "loss=PERCENT",
         .help = "For pub-sub: find, by bisection to 3 %, the highest rate at which no more than this share "
                 "is lost, and measure each point at that rate. Not together with --rate or --count."},
    [OPTION_LATENCY] =
        {.name = "latency",
         .type = OPTION_TYPE_INTEGER,
         .fallback = "off",
         .keyword = "off",
         .minimum = 1,
         .maximum = MOST_MESSAGES,
         .metavar = "N",
         .help = "Measure the latency of one in N messages: one way, by a send time that they carry (sizes "
                 "of 16 bytes and more); round trip with req-rep and pair. With --rate from the time at "
                 "which the message was due."},
    [OPTION_PLACEMENT] =
        {.name = "placement",
         .type = OPTION_TYPE_CHOICE,
         .fallback = "auto",
         .choices = CHOICES("auto", "across", "within", "listed", "split"),
         .metavar = "PLACEMENT",
         .help = "Which ranks form a group: across: the two ends on different hosts; within: on one host; "
                 "listed: by rank; split: senders on the first half of the hosts; auto: across when there "
                 "are two hosts or more, else listed."},
    [OPTION_MATRIX] =
        {.name = "matrix",
         .type = OPTION_TYPE_CHOICE,
         .fallback = "off",
         .choices = CHOICES("off", "rounds", "alone"),
         .implied = "rounds",
         .metavar = "HOW",
         .help =
             "Measure every ordered pair of hosts: rounds: each host sends and receives once a round, all "
             "links loaded; alone: one pair at a time. Alone on the command line it means rounds."},
    [OPTION_BASELINE] =
        {.name = "baseline",
         .type = OPTION_TYPE_CHOICE,
         .fallback = "none",
         .choices = CHOICES("none", "tcp"),
         .metavar = "WHAT",
         .help = "Measure what plain sockets carry, too: tcp: for every size, shape and placement "
                 "of the sweep a point of pattern stream and transport raw-tcp."},
    [OPTION_WARMUP] = {.name = "warmup",
                       .type = OPTION_TYPE_DURATION,
                       .fallback = "200ms",
                       .minimum = 0,
                       .maximum = DAY,
                       .metavar = "TIME",
                       .help = "Traffic before the window, in duration mode."},
    [OPTION_REPETITIONS] = {.name = "repetitions",
                            .type = OPTION_TYPE_INTEGER,
                            .fallback = "6",
                            .minimum = 1,
                            .maximum = 100000,
                            .metavar = "N",
                            .help = "How often each point is measured. Not together with --precision."},
    [OPTION_PRECISION] = {.name = "precision",
                          .type = OPTION_TYPE_SHARE,
                          .fallback = "off",
                          .keyword = "off",
                          .minimum = 1000,
                          .maximum = 500000,
                          .metavar = "SHARE",
                          .help =
                              "Repeat each point until half of its interval, which covers with 95 % after "
                              "all looks, is within this share of the median, such as 5%. Not together with "
                              "--repetitions."},
    [OPTION_MIN_REPETITIONS] = {.name = "min-repetitions",
                                .type = OPTION_TYPE_INTEGER,
                                .fallback = "6",
                                .minimum = 6,
                                .maximum = MOST_LOOKS,
                                .metavar = "N",
                                .help = "With --precision: the fewest valid repetitions of a point."},
    [OPTION_MAX_REPETITIONS] = {.name = "max-repetitions",
                                .type = OPTION_TYPE_INTEGER,
                                .fallback = "100",
                                .minimum = 6,
                                .maximum = MOST_LOOKS,
                                .metavar = "N",
                                .help = "With --precision: the most repetitions of a point, valid or not."},
    [OPTION_MAX_TIME] = {.name = "max-time",
                         .type = OPTION_TYPE_DURATION,
                         .fallback = "5min",
                         .minimum = MILLISECOND,
                         .maximum = DAY,
                         .metavar = "TIME",
                         .help = "With --precision: the longest that a point may take; no repetition begins "
                                 "that would probably end later, but one is always run."},
    [OPTION_INTERVAL] = {.name = "interval",
                         .type = OPTION_TYPE_DURATION,
                         .fallback = "100ms",
                         .minimum = MILLISECOND,
                         .maximum = DAY,
                         .metavar = "TIME",
                         .help = "Time between two samples in the window."},
    [OPTION_TIMEOUT] = {.name = "timeout",
                        .type = OPTION_TYPE_DURATION,
                        .fallback = "30s",
                        .minimum = 100 * MILLISECOND,
                        .maximum = DAY,
                        .metavar = "TIME",
                        .help = "The longest that any wait may take."},
    [OPTION_ORDER] = {.name = "order",
                      .type = OPTION_TYPE_CHOICE,
                      .fallback = "random",
                      .choices = CHOICES("random", "listed", "points"),
                      .metavar = "ORDER",
                      .help = "A sweep goes in rounds, each of which measures every point once: random: "
                              "every round in a new order; listed: as listed; points: no rounds, all "
                              "repetitions of a point one after the other, the points shuffled (for a quick "
                              "look: the interval then holds within that stretch of time only)."},
    [OPTION_SPREAD] = {.name = "spread",
                       .type = OPTION_TYPE_DURATION,
                       .fallback = "none",
                       .keyword = "none",
                       .minimum = MILLISECOND,
                       .maximum = DAY,
                       .metavar = "TIME",
                       .help = "Pause between rounds, so that they cover this time: moods of machine and "
                               "network last longer than a few quick rounds."},
    [OPTION_ORDER_SEED] = {.name = "order-seed",
                           .type = OPTION_TYPE_INTEGER,
                           .fallback = "random",
                           .keyword = "random",
                           .minimum = 0,
                           .maximum = INT64_MAX,
                           .metavar = "N",
                           .help = "Seed of the shuffle; random: a new one for each sweep."},
    [OPTION_BIND] = {.name = "bind",
                     .type = OPTION_TYPE_CHOICE,
                     .fallback = "receiver",
                     .choices = CHOICES("receiver", "sender"),
                     .metavar = "SIDE",
                     .help = "The side that binds; the other connects."},
    [OPTION_INTERFACE] = {.name = "interface",
                          .type = OPTION_TYPE_TEXT,
                          .fallback = "",
                          .metavar = "NAME|ADDRESS[/LEN]",
                          .help =
                              "Network interface of the measured traffic, by its name, its address or its "
                              "network."},
    [OPTION_PORT_RANGE] = {.name = "port-range",
                           .type = OPTION_TYPE_PORTS,
                           .fallback = "any",
                           .keyword = "any",
                           .metavar = "FIRST-LAST",
                           .help =
                               "TCP ports to bind, for sites with firewalls; any: what the kernel gives."},
    [OPTION_WRITE_DIR] = {.name = "write-dir",
                          .type = OPTION_TYPE_TEXT,
                          .fallback = "",
                          .metavar = "DIR",
                          .help =
                              "Folder on the receivers' hosts for the files of --receive-mode write, one a "
                              "receiver; they are removed."},
    [OPTION_WRITE_BUFFER] = {.name = "write-buffer",
                             .type = OPTION_TYPE_BYTES,
                             .fallback = "1M",
                             .minimum = 4 * KIB,
                             .maximum = GIB,
                             .metavar = "BYTES",
                             .help = "What --receive-mode write gathers before it writes."},
    [OPTION_OUTPUT] = {.name = "output",
                       .type = OPTION_TYPE_TEXT,
                       .fallback = "",
                       .metavar = "FILE",
                       .help = "File of the results. Default: zmqsweep-<UTC>.h5."},
    [OPTION_FORCE] = {.name = "force",
                      .type = OPTION_TYPE_FLAG,
                      .fallback = "",
                      .help = "Replace an existing output."},
    [OPTION_RESUME] = {.name = "resume",
                       .type = OPTION_TYPE_FLAG,
                       .fallback = "",
                       .help = "Measure what an existing output lacks."},
    [OPTION_PRESET] = {.name = "preset",
                       .type = OPTION_TYPE_TEXT,
                       .fallback = "",
                       .metavar = "NAME",
                       .help = "A named set of options; what is given elsewhere beats it."},
    [OPTION_SHORT] = {.name = "short",
                      .type = OPTION_TYPE_FLAG,
                      .fallback = "",
                      .help = "The same as --preset short."},
    [OPTION_CONFIG] = {.name = "config",
                       .type = OPTION_TYPE_TEXT,
                       .fallback = "",
                       .metavar = "FILE",
                       .help = "Sweep file to read options from."},
    [OPTION_DRY_RUN] = {.name = "dry-run",
                        .type = OPTION_TYPE_FLAG,
                        .fallback = "",
                        .help = "Print the points, how long they take and the memory they need, and measure "
                                "nothing."},
    [OPTION_LOG_LEVEL] = {.name = "log-level",
                          .type = OPTION_TYPE_CHOICE,
                          .fallback = "info",
                          .choices = CHOICES("error", "warning", "info", "debug"),
                          .metavar = "LEVEL",
                          .help = "The least urgent lines that are printed."},
    [OPTION_VERSION] = {.name = "version",
                        .type = OPTION_TYPE_FLAG,
                        .fallback = "",
                        .help = "Print the version and leave."},
    [OPTION_HELP] = {.name = "help",
                     .type = OPTION_TYPE_FLAG,
                     .fallback = "",
                     .help = "Print this help and leave."},
};

enum option_id config_find(const char *name)
{
    int id = 0;
    while (id < OPTION_TOTAL && strcmp(config_options[id].name, name) != 0)
        id++;
    return (enum option_id)id;
}

bool config_source_allowed(enum option_id id, enum setting_source source)
{
    switch (id) {
    case OPTION_HELP:
    case OPTION_VERSION:
        return source == SOURCE_COMMAND_LINE;
    case OPTION_CONFIG:
        return source >= SOURCE_ENVIRONMENT;
    case OPTION_PRESET:
    case OPTION_SHORT:
        return source >= SOURCE_FILE;
    default:
        return true;
    }
}

const char *config_environment_name(enum option_id id, char name[CONFIG_NAME_LENGTH])
{
    size_t at = strlen(strcpy(name, CONFIG_PREFIX));
    for (const char *from = config_options[id].name; *from && at + 1 < CONFIG_NAME_LENGTH; from++)
        name[at++] = *from == '-' ? '_' : (char)toupper((unsigned char)*from);
    name[at] = '\0';
    return name;
}
