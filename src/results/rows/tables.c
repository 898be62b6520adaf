/* tables.c - the columns of every table.
 *
 * A new column is a member of the record (in records.h or a header that it includes) and a row
 * here, which starts with LATER. The file, the journal, CSV and all checks follow from the row.
 */
#include "zmqsweep/tables.h"

#include <string.h>

/* When a column was added. A file must have the columns of schema 1.0 (FIRST). A file that lacks a
 * later column (LATER) is read as if its values were missing. */
#define FIRST false
#define LATER true

#define MEMBER_BYTES(field) sizeof(((ROW *)0)->field)
#define COLUMN(since, field, kind, unit, text, absent)                                             \
    {                                                                                              \
#field, kind, offsetof(ROW, field), MEMBER_BYTES(field), unit, text, absent, since         \
    }

/* Each list names its record once, as ROW. */
#define INT64(since, field, unit, text) COLUMN(since, field, COLUMN_INT64, unit, text, 0)
#define INT64_OR(since, absent, field, unit, text)                                                 \
    COLUMN(since, field, COLUMN_INT64, unit, text, absent)
#define FLOAT64(since, field, unit, text) COLUMN(since, field, COLUMN_FLOAT64, unit, text, 0)
#define UINT8(since, field, unit, text) COLUMN(since, field, COLUMN_UINT8, unit, text, 0)
#define STRING(since, field, text) COLUMN(since, field, COLUMN_STRING, "", text, 0)

#define ROW struct point_record
static const struct column point_columns[] = {
    INT64(FIRST, point_id, "", "number of the point in the plan"),
    STRING(FIRST, settings, "settings as asked for"),
    STRING(FIRST, pattern, "messaging pattern"),
    STRING(FIRST, transport, "ZeroMQ transport"),
    STRING(LATER, security, "how the ranks prove that they belong to the run; curve also encrypts"),
    INT64(FIRST, message_size_bytes, "bytes", "size of a message"),
    STRING(FIRST, send_mode, "how the sender makes a message"),
    STRING(FIRST, receive_mode, "how the receiver takes a message"),
    INT64(FIRST, sndhwm, "messages", "send high-water mark in force, per connection"),
    INT64(FIRST, rcvhwm, "messages", "receive high-water mark in force, per connection"),
    INT64(FIRST, pairs, "", "groups of senders and receivers that were busy at once"),
    INT64(FIRST, receivers_per_sender, "", "receivers per sender"),
    INT64(FIRST, senders_per_receiver, "", "senders per receiver"),
    INT64(FIRST, message_count, "messages", "messages per sender, 0 in duration mode"),
    FLOAT64(FIRST, duration_s, "s", "length of the window asked for, missing in count mode"),
    INT64(FIRST, io_threads, "", "ZeroMQ I/O threads of each rank"),
    FLOAT64(FIRST, sndbuf_bytes, "bytes", "kernel send buffer of the connections, largest"),
    FLOAT64(FIRST, rcvbuf_bytes, "bytes", "kernel receive buffer of the connections, largest"),
    STRING(FIRST, bind, "side that binds"),
    STRING(FIRST, placement, "how the ranks of a group were chosen"),
    STRING(FIRST, sender_cpus, "where senders were asked to run"),
    STRING(FIRST, receiver_cpus, "where receivers were asked to run"),
    STRING(FIRST, io_cpus, "where I/O threads were asked to run"),
    STRING(FIRST, sender_host, "host of the senders, group by group where they differ"),
    STRING(FIRST, receiver_host, "host of the receivers, group by group where they differ"),
    INT64(FIRST, repetitions, "", "repetitions run"),
    INT64(FIRST, valid_repetitions, "", "repetitions in the summary"),
    STRING(FIRST, stop_reason, "why no more repetitions were run"),
    FLOAT64(FIRST, throughput_mbit_s, "Mbit/s", "receiver goodput, median over valid repetitions"),
    FLOAT64(FIRST, throughput_low_mbit_s, "Mbit/s", "lower end of the median's interval"),
    FLOAT64(FIRST, throughput_high_mbit_s, "Mbit/s", "upper end of the median's interval"),
    FLOAT64(FIRST, interval_coverage, "1", "exact coverage of the interval"),
    FLOAT64(FIRST, message_rate_per_s, "messages/s", "messages received per second, median"),
    INT64(FIRST, sent, "messages", "messages owed to receivers, sum over valid repetitions"),
    INT64(FIRST, received, "messages", "messages received, sum over valid repetitions"),
    INT64(FIRST, lost, "messages", "messages lost, sum over valid repetitions"),
    FLOAT64(FIRST, cpu_ns_per_message, "ns/message",
            "processor time of all ranks per message received"),
    STRING(FIRST, flags, "what is to know about the point, comma-joined"),
    STRING(FIRST, status, "ok, partial or failed"),
    FLOAT64(LATER, rate_per_s, "messages/s",
            "messages each sender was to send per second, missing when unpaced"),
    FLOAT64(LATER, sent_rate_per_s, "messages/s",
            "messages sent per second by the slowest sender, median"),
    STRING(LATER, latency_kind, "one-way or round-trip, empty when latency was not measured"),
    INT64(LATER, latency_messages, "messages", "messages timed, sum over valid repetitions"),
    FLOAT64(LATER, latency_p50_us, "us", "latency that half of the timed messages did not exceed"),
    FLOAT64(LATER, latency_p90_us, "us", "latency that 90 % did not exceed"),
    FLOAT64(LATER, latency_p99_us, "us", "latency that 99 % did not exceed"),
    FLOAT64(LATER, latency_p999_us, "us", "latency that 99.9 % did not exceed"),
    FLOAT64(LATER, latency_max_us, "us", "largest latency"),
    FLOAT64(LATER, latency_uncertainty_us, "us",
            "how far off latencies may be for the clocks of the hosts"),
    FLOAT64(LATER, latency_p50_low_us, "us",
            "lower end of the interval of the repetitions' median latency"),
    FLOAT64(LATER, latency_p50_high_us, "us", "upper end of that interval"),
    FLOAT64(LATER, latency_p90_low_us, "us",
            "lower end of the interval of the repetitions' 90 % latency"),
    FLOAT64(LATER, latency_p90_high_us, "us", "upper end of that interval"),
    FLOAT64(LATER, latency_p99_low_us, "us",
            "lower end of the interval of the repetitions' 99 % latency"),
    FLOAT64(LATER, latency_p99_high_us, "us", "upper end of that interval"),
    FLOAT64(LATER, latency_p999_low_us, "us",
            "lower end of the interval of the repetitions' 99.9 % latency"),
    FLOAT64(LATER, latency_p999_high_us, "us", "upper end of that interval"),
    FLOAT64(LATER, latency_bound_us, "us", "largest latency that ten timed messages exceed"),
    STRING(LATER, order,
           "order of the repetitions: random or listed rounds, or points one after the other"),
    FLOAT64(LATER, spread_s, "s", "time from the point's first window to its last"),
    FLOAT64(LATER, dependence, "1", "rank correlation of neighbouring repetitions"),
    INT64(LATER, planned_repetitions, "",
          "repetitions asked for, with a precision the most of them"),
    INT64(LATER, least_repetitions, "", "with a precision the fewest valid repetitions, else 0"),
    FLOAT64(LATER, precision, "1", "half of the interval wanted, as a share of the median"),
    FLOAT64(LATER, loss_target, "1", "share that may be lost at the rate that is sought"),
};
#undef ROW

#define ROW struct repetition_record
static const struct column repetition_columns[] = {
    INT64(FIRST, point_id, "", "number of the point in the plan"),
    INT64(FIRST, repetition, "", "number of the repetition in its point"),
    FLOAT64(FIRST, start_s, "s", "start in UNIX time"),
    FLOAT64(FIRST, window_s, "s", "length of the window"),
    INT64(FIRST, sent, "messages", "messages owed to receivers in the whole repetition"),
    INT64(FIRST, received, "messages", "messages received in the whole repetition"),
    INT64(FIRST, lost, "messages", "messages lost in the whole repetition"),
    INT64(FIRST, foreign, "messages", "messages of another size or over the count"),
    INT64(LATER, strangers, "connections", "connections of others, refused or left unanswered"),
    INT64(FIRST, received_bytes, "bytes", "bytes received in the whole repetition"),
    INT64(FIRST, window_messages, "messages", "messages received in the window"),
    INT64(FIRST, window_bytes, "bytes", "bytes received in the window"),
    FLOAT64(FIRST, throughput_mbit_s, "Mbit/s", "receiver goodput, sum over receivers"),
    FLOAT64(FIRST, message_rate_per_s, "messages/s",
            "messages received per second, sum over receivers"),
    FLOAT64(FIRST, receiver_min_mbit_s, "Mbit/s", "goodput of the slowest receiver"),
    FLOAT64(FIRST, receiver_max_mbit_s, "Mbit/s", "goodput of the fastest receiver"),
    FLOAT64(FIRST, overlap, "1", "share of the time that all receivers were busy at once"),
    FLOAT64(FIRST, dead_s, "s", "time outside of warm-up, window, tail and drain"),
    FLOAT64(FIRST, drain_s, "s", "time to receive what was still queued"),
    STRING(FIRST, flags, "what is to know about the repetition, comma-joined"),
    UINT8(FIRST, valid, "", "1 when the repetition is in the summary"),
    FLOAT64(LATER, sent_rate_per_s, "messages/s",
            "messages sent per second by the slowest sender, in the window"),
    INT64_OR(LATER, -1, round, "", "round of the sweep, -1 where points ran one after the other"),
    FLOAT64(LATER, took_s, "s", "time from the order to the end of the repetition"),
    FLOAT64(LATER, cpu_ns_per_message, "ns/message",
            "processor time of all ranks per message received"),
    FLOAT64(LATER, backlog_begin_messages, "messages",
            "sent, not received nor lost, when the window began"),
    FLOAT64(LATER, backlog_end_messages, "messages",
            "sent, not received nor lost, when the window ended"),
    FLOAT64(LATER, queue_messages, "messages",
            "what queues, ring and kernel buffers of a connection can hold"),
    INT64(LATER, latency_messages, "messages", "messages timed"),
    FLOAT64(LATER, latency_p50_us, "us", "latency that half of the timed messages did not exceed"),
    FLOAT64(LATER, latency_p90_us, "us", "latency that 90 % did not exceed"),
    FLOAT64(LATER, latency_p99_us, "us", "latency that 99 % did not exceed"),
    FLOAT64(LATER, latency_p999_us, "us", "latency that 99.9 % did not exceed"),
    FLOAT64(LATER, latency_max_us, "us", "largest latency"),
    FLOAT64(LATER, latency_uncertainty_us, "us",
            "how far off latencies may be for the clocks of the hosts"),
};
#undef ROW

#define ROW struct rank_record
static const struct column rank_columns[] = {
    INT64(FIRST, point_id, "", "number of the point in the plan"),
    INT64(FIRST, repetition, "", "number of the repetition in its point"),
    INT64(FIRST, rank, "", "MPI rank"),
    STRING(FIRST, role, "sender or receiver"),
    INT64(FIRST, group, "", "number of the group"),
    INT64(FIRST, host_id, "", "host in table hosts"),
    INT64(FIRST, messages, "messages", "messages sent or received in the whole repetition"),
    INT64(FIRST, bytes, "bytes", "bytes sent or received in the whole repetition"),
    FLOAT64(FIRST, lost, "messages", "messages lost, missing for push-pull"),
    INT64(FIRST, window_messages, "messages", "messages in the window"),
    INT64(FIRST, window_bytes, "bytes", "bytes in the window"),
    FLOAT64(FIRST, window_s, "s", "length of this rank's window"),
    FLOAT64(FIRST, throughput_mbit_s, "Mbit/s", "window bytes over this rank's window"),
    FLOAT64(FIRST, cpu_user_s, "s", "processor time in user mode"),
    FLOAT64(FIRST, cpu_system_s, "s", "processor time in the kernel"),
    INT64(FIRST, voluntary_switches, "", "voluntary context switches"),
    INT64(FIRST, involuntary_switches, "", "involuntary context switches"),
    FLOAT64(FIRST, blocked_s, "s",
            "time blocked on the socket: a sender's queue full, a receiver's empty"),
    FLOAT64(FIRST, ring_wait_s, "s", "time waited for a buffer of the zero-copy ring"),
    FLOAT64(FIRST, tcp_retransmits, "segments", "TCP segments sent again, sum over connections"),
    FLOAT64(FIRST, tcp_rtt_us, "us", "smoothed TCP round-trip time, largest of the connections"),
    INT64(FIRST, peak_rss_bytes, "bytes", "peak resident memory of the process"),
    STRING(FIRST, cpus, "processing units of the sending or receiving thread"),
    STRING(FIRST, io_cpus, "processing units of the I/O threads"),
    FLOAT64(LATER, usage_s, "s", "time over which use and waits are counted"),
    FLOAT64(LATER, app_cpu_s, "s", "processor time of the sending or receiving thread"),
    FLOAT64(LATER, app_runqueue_s, "s",
            "time in which that thread was ready and waited for a processor"),
    FLOAT64(LATER, app_voluntary_switches, "", "voluntary context switches of that thread"),
    FLOAT64(LATER, app_involuntary_switches, "", "involuntary context switches of that thread"),
    FLOAT64(LATER, app_page_faults, "pages",
            "pages of memory that the kernel gave that thread (minor faults)"),
    FLOAT64(LATER, io_cpu_s, "s", "processor time of the I/O threads, sum"),
    FLOAT64(LATER, io_runqueue_s, "s",
            "time in which I/O threads were ready and waited for a processor, sum"),
    FLOAT64(LATER, io_voluntary_switches, "", "voluntary context switches of the I/O threads"),
    FLOAT64(LATER, io_involuntary_switches, "", "involuntary context switches of the I/O threads"),
    FLOAT64(LATER, io_page_faults, "pages",
            "pages of memory that the kernel gave the I/O threads, sum"),
    FLOAT64(LATER, io_cpu_max_s, "s", "processor time of the I/O thread that was busy the longest"),
    FLOAT64(LATER, io_runqueue_max_s, "s", "wait for a processor of that I/O thread"),
    FLOAT64(LATER, io_page_faults_max, "pages",
            "pages of memory that the kernel gave that I/O thread"),
    FLOAT64(LATER, sync_s, "s",
            "time of the sync to disk that ends the window, receive mode write only"),
    STRING(LATER, io_cpu_each_s, "processor time of each I/O thread in s, comma-joined"),
};
#undef ROW

#define ROW struct interval_record
static const struct column interval_columns[] = {
    INT64(FIRST, point_id, "", "number of the point in the plan"),
    INT64(FIRST, repetition, "", "number of the repetition in its point"),
    INT64(FIRST, rank, "", "MPI rank"),
    FLOAT64(FIRST, start_us, "us", "start, counted from the start of the window"),
    FLOAT64(FIRST, length_us, "us", "length of the interval"),
    INT64(FIRST, messages, "messages", "messages received in the interval"),
    INT64(FIRST, bytes, "bytes", "bytes received in the interval"),
};
#undef ROW

#define ROW struct latency_record
static const struct column latency_columns[] = {
    INT64(FIRST, point_id, "", "number of the point in the plan"),
    INT64(FIRST, repetition, "", "number of the repetition in its point"),
    INT64(FIRST, rank, "", "MPI rank that timed the messages"),
    FLOAT64(FIRST, low_us, "us", "least latency of the bucket"),
    FLOAT64(FIRST, high_us, "us", "where the next bucket begins"),
    INT64(FIRST, count, "messages", "messages with such a latency"),
};
#undef ROW

#define ROW struct host_record
static const struct column host_columns[] = {
    INT64(FIRST, host_id, "", "number of the host"),
    STRING(FIRST, name, "host name"),
    STRING(FIRST, address, "address that the traffic used"),
    STRING(FIRST, cpu_model, "processor model"),
    STRING(FIRST, kernel, "kernel release"),
    INT64(FIRST, cores, "", "processor cores"),
    INT64(FIRST, numa_nodes, "", "NUMA nodes"),
    INT64(FIRST, memory_bytes, "bytes", "memory"),
    INT64(LATER, page_bytes, "bytes", "size of a page of memory, 0 when not known"),
    FLOAT64(FIRST, link_mbit_s, "Mbit/s", "speed of the network link, missing when not known"),
};
#undef ROW

#define ROW struct environment_record
static const struct column environment_columns[] = {
    STRING(FIRST, name, "name of a setting, version or variable"),
    STRING(FIRST, value, "its value"),
};
#undef ROW

#define ROW struct run_record
const struct column results_run_columns[] = {
    STRING(FIRST, title, "title"),
    STRING(FIRST, creator, "program that measured"),
    STRING(FIRST, creator_version, "its version"),
    STRING(FIRST, created, "start of the sweep, ISO 8601 UTC"),
    STRING(FIRST, uuid, "identity of the sweep"),
    STRING(FIRST, command_line, "command line"),
    INT64(FIRST, order_seed, "", "seed of the order of the points"),
    INT64(FIRST, points_planned, "", "points in the plan"),
};
const size_t results_run_column_count = sizeof results_run_columns / sizeof *results_run_columns;
#undef ROW

#define TABLE_SINCE(column, name, columns, record, description)                                    \
    {                                                                                              \
        name, description, columns, sizeof(columns) / sizeof *(columns), sizeof(record), column    \
    }
#define TABLE(name, columns, record, description)                                                  \
    TABLE_SINCE(NULL, name, columns, record, description)
#define FITS(columns)                                                                              \
    _Static_assert(sizeof(columns) / sizeof *(columns) <= TABLE_COLUMNS_MAX,                       \
                   "raise TABLE_COLUMNS_MAX")
FITS(point_columns);
FITS(repetition_columns);
FITS(rank_columns);

const struct table_spec result_tables[TABLE_TOTAL] = {
    [TABLE_POINTS] =
        TABLE("points", point_columns, struct point_record, "one row per point of the sweep"),
    [TABLE_REPETITIONS] = TABLE("repetitions", repetition_columns, struct repetition_record,
                                "one row per repetition of a point"),
    [TABLE_RANKS] =
        TABLE("ranks", rank_columns, struct rank_record, "one row per rank of a repetition"),
    [TABLE_INTERVALS] = TABLE("intervals", interval_columns, struct interval_record,
                              "one row per sampling interval of a receiver"),
    [TABLE_LATENCY] = TABLE_SINCE("latency_kind", "latency", latency_columns, struct latency_record,
                                  "one row per bucket of a rank's latencies that is not empty"),
    [TABLE_HOSTS] = TABLE("hosts", host_columns, struct host_record, "one row per host"),
    [TABLE_ENVIRONMENT] = TABLE("environment", environment_columns, struct environment_record,
                                "options, versions, variables and system settings"),
};

int results_table_named(const char *name)
{
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (strcmp(name, result_tables[i].name) == 0)
            return i;
    return -1;
}
