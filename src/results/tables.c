/* tables.c - the columns of every table, and records in their packed form. */
#include "results_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER_BYTES(type, field) sizeof(((type *)0)->field)
#define COLUMN(type, field, kind, unit, text)                                                                \
    {                                                                                                        \
#field, kind, offsetof(type, field), MEMBER_BYTES(type, field), unit, text, 0                        \
    }

/* Each list names its record once, as ROW. */
#define INT64(field, unit, text) COLUMN(ROW, field, COLUMN_INT64, unit, text)
#define INT64_OR(absent, field, unit, text)                                                                  \
    {                                                                                                        \
#field, COLUMN_INT64, offsetof(ROW, field), MEMBER_BYTES(ROW, field), unit, text, absent             \
    }
#define FLOAT64(field, unit, text) COLUMN(ROW, field, COLUMN_FLOAT64, unit, text)
#define UINT8(field, unit, text) COLUMN(ROW, field, COLUMN_UINT8, unit, text)
#define STRING(field, text) COLUMN(ROW, field, COLUMN_STRING, "", text)

#define ROW struct point_record
static const struct column point_columns[] = {
    INT64(point_id, "", "number of the point in the plan"),
    STRING(settings, "settings as asked for"),
    STRING(pattern, "messaging pattern"),
    STRING(transport, "ZeroMQ transport"),
    STRING(security, "how the ranks prove that they belong to the run; curve also encrypts"),
    INT64(message_size_bytes, "bytes", "size of a message"),
    STRING(send_mode, "how the sender makes a message"),
    STRING(receive_mode, "how the receiver takes a message"),
    INT64(sndhwm, "messages", "send high-water mark in force, per connection"),
    INT64(rcvhwm, "messages", "receive high-water mark in force, per connection"),
    INT64(pairs, "", "groups of senders and receivers that were busy at once"),
    INT64(receivers_per_sender, "", "receivers per sender"),
    INT64(senders_per_receiver, "", "senders per receiver"),
    INT64(message_count, "messages", "messages per sender, 0 in duration mode"),
    FLOAT64(duration_s, "s", "length of the window asked for, missing in count mode"),
    INT64(io_threads, "", "ZeroMQ I/O threads of each rank"),
    FLOAT64(sndbuf_bytes, "bytes", "kernel send buffer of the connections, largest"),
    FLOAT64(rcvbuf_bytes, "bytes", "kernel receive buffer of the connections, largest"),
    STRING(bind, "side that binds"),
    STRING(placement, "how the ranks of a group were chosen"),
    STRING(sender_cpus, "where senders were asked to run"),
    STRING(receiver_cpus, "where receivers were asked to run"),
    STRING(io_cpus, "where I/O threads were asked to run"),
    STRING(sender_host, "host of the senders, group by group where they differ"),
    STRING(receiver_host, "host of the receivers, group by group where they differ"),
    INT64(repetitions, "", "repetitions run"),
    INT64(valid_repetitions, "", "repetitions in the summary"),
    STRING(stop_reason, "why no more repetitions were run"),
    FLOAT64(throughput_mbit_s, "Mbit/s", "receiver goodput, median over valid repetitions"),
    FLOAT64(throughput_low_mbit_s, "Mbit/s", "lower end of the median's interval"),
    FLOAT64(throughput_high_mbit_s, "Mbit/s", "upper end of the median's interval"),
    FLOAT64(interval_coverage, "1", "exact coverage of the interval"),
    FLOAT64(message_rate_per_s, "messages/s", "messages received per second, median"),
    INT64(sent, "messages", "messages owed to receivers, sum over valid repetitions"),
    INT64(received, "messages", "messages received, sum over valid repetitions"),
    INT64(lost, "messages", "messages lost, sum over valid repetitions"),
    FLOAT64(cpu_ns_per_message, "ns/message", "processor time of all ranks per message received"),
    STRING(flags, "what is to know about the point, comma-joined"),
    STRING(status, "ok, partial or failed"),
    FLOAT64(rate_per_s, "messages/s", "messages each sender was to send per second, missing when unpaced"),
    FLOAT64(sent_rate_per_s, "messages/s", "messages sent per second by the slowest sender, median"),
    STRING(latency_kind, "one-way or round-trip, empty when latency was not measured"),
    INT64(latency_messages, "messages", "messages timed, sum over valid repetitions"),
    FLOAT64(latency_p50_us, "us", "latency that half of the timed messages did not exceed"),
    FLOAT64(latency_p90_us, "us", "latency that 90 % did not exceed"),
    FLOAT64(latency_p99_us, "us", "latency that 99 % did not exceed"),
    FLOAT64(latency_p999_us, "us", "latency that 99.9 % did not exceed"),
    FLOAT64(latency_max_us, "us", "largest latency"),
    FLOAT64(latency_uncertainty_us, "us", "how far off latencies may be for the clocks of the hosts"),
    FLOAT64(latency_p50_low_us, "us", "lower end of the interval of the repetitions' median latency"),
    FLOAT64(latency_p50_high_us, "us", "upper end of that interval"),
    FLOAT64(latency_p90_low_us, "us", "lower end of the interval of the repetitions' 90 % latency"),
    FLOAT64(latency_p90_high_us, "us", "upper end of that interval"),
    FLOAT64(latency_p99_low_us, "us", "lower end of the interval of the repetitions' 99 % latency"),
    FLOAT64(latency_p99_high_us, "us", "upper end of that interval"),
    FLOAT64(latency_p999_low_us, "us", "lower end of the interval of the repetitions' 99.9 % latency"),
    FLOAT64(latency_p999_high_us, "us", "upper end of that interval"),
    FLOAT64(latency_bound_us, "us", "largest latency that ten timed messages exceed"),
    STRING(order, "order of the repetitions: random or listed rounds, or points one after the other"),
    FLOAT64(spread_s, "s", "time from the point's first window to its last"),
    FLOAT64(dependence, "1", "rank correlation of neighbouring repetitions"),
    INT64(planned_repetitions, "", "repetitions asked for, with a precision the most of them"),
    INT64(least_repetitions, "", "with a precision the fewest valid repetitions, else 0"),
    FLOAT64(precision, "1", "half of the interval wanted, as a share of the median"),
    FLOAT64(loss_target, "1", "share that may be lost at the rate that is sought"),
};
#undef ROW

#define ROW struct repetition_record
static const struct column repetition_columns[] = {
    INT64(point_id, "", "number of the point in the plan"),
    INT64(repetition, "", "number of the repetition in its point"),
    FLOAT64(start_s, "s", "start in UNIX time"),
    FLOAT64(window_s, "s", "length of the window"),
    INT64(sent, "messages", "messages owed to receivers in the whole repetition"),
    INT64(received, "messages", "messages received in the whole repetition"),
    INT64(lost, "messages", "messages lost in the whole repetition"),
    INT64(foreign, "messages", "messages of another size or over the count"),
    INT64(strangers, "connections", "connections of others, refused or left unanswered"),
    INT64(received_bytes, "bytes", "bytes received in the whole repetition"),
    INT64(window_messages, "messages", "messages received in the window"),
    INT64(window_bytes, "bytes", "bytes received in the window"),
    FLOAT64(throughput_mbit_s, "Mbit/s", "receiver goodput, sum over receivers"),
    FLOAT64(message_rate_per_s, "messages/s", "messages received per second, sum over receivers"),
    FLOAT64(receiver_min_mbit_s, "Mbit/s", "goodput of the slowest receiver"),
    FLOAT64(receiver_max_mbit_s, "Mbit/s", "goodput of the fastest receiver"),
    FLOAT64(overlap, "1", "share of the time that all receivers were busy at once"),
    FLOAT64(dead_s, "s", "time outside of warm-up, window, tail and drain"),
    FLOAT64(drain_s, "s", "time to receive what was still queued"),
    STRING(flags, "what is to know about the repetition, comma-joined"),
    UINT8(valid, "", "1 when the repetition is in the summary"),
    FLOAT64(sent_rate_per_s, "messages/s", "messages sent per second by the slowest sender, in the window"),
    INT64_OR(-1, round, "", "round of the sweep, -1 where points ran one after the other"),
    FLOAT64(took_s, "s", "time from the order to the end of the repetition"),
    FLOAT64(cpu_ns_per_message, "ns/message", "processor time of all ranks per message received"),
    FLOAT64(backlog_begin_messages, "messages", "sent, not received nor lost, when the window began"),
    FLOAT64(backlog_end_messages, "messages", "sent, not received nor lost, when the window ended"),
    FLOAT64(queue_messages, "messages", "what queues, ring and kernel buffers of a connection can hold"),
    INT64(latency_messages, "messages", "messages timed"),
    FLOAT64(latency_p50_us, "us", "latency that half of the timed messages did not exceed"),
    FLOAT64(latency_p90_us, "us", "latency that 90 % did not exceed"),
    FLOAT64(latency_p99_us, "us", "latency that 99 % did not exceed"),
    FLOAT64(latency_p999_us, "us", "latency that 99.9 % did not exceed"),
    FLOAT64(latency_max_us, "us", "largest latency"),
    FLOAT64(latency_uncertainty_us, "us", "how far off latencies may be for the clocks of the hosts"),
};
#undef ROW

#define ROW struct rank_record
static const struct column rank_columns[] = {
    INT64(point_id, "", "number of the point in the plan"),
    INT64(repetition, "", "number of the repetition in its point"),
    INT64(rank, "", "MPI rank"),
    STRING(role, "sender or receiver"),
    INT64(group, "", "number of the group"),
    INT64(host_id, "", "host in table hosts"),
    INT64(messages, "messages", "messages sent or received in the whole repetition"),
    INT64(bytes, "bytes", "bytes sent or received in the whole repetition"),
    FLOAT64(lost, "messages", "messages lost, missing for push-pull"),
    INT64(window_messages, "messages", "messages in the window"),
    INT64(window_bytes, "bytes", "bytes in the window"),
    FLOAT64(window_s, "s", "length of this rank's window"),
    FLOAT64(throughput_mbit_s, "Mbit/s", "window bytes over this rank's window"),
    FLOAT64(cpu_user_s, "s", "processor time in user mode"),
    FLOAT64(cpu_system_s, "s", "processor time in the kernel"),
    INT64(voluntary_switches, "", "voluntary context switches"),
    INT64(involuntary_switches, "", "involuntary context switches"),
    FLOAT64(blocked_s, "s", "time blocked on the socket: a sender's queue full, a receiver's empty"),
    FLOAT64(ring_wait_s, "s", "time waited for a buffer of the zero-copy ring"),
    FLOAT64(tcp_retransmits, "segments", "TCP segments sent again, sum over connections"),
    FLOAT64(tcp_rtt_us, "us", "smoothed TCP round-trip time, largest of the connections"),
    INT64(peak_rss_bytes, "bytes", "peak resident memory of the process"),
    STRING(cpus, "processing units of the sending or receiving thread"),
    STRING(io_cpus, "processing units of the I/O threads"),
    FLOAT64(usage_s, "s", "time over which use and waits are counted"),
    FLOAT64(app_cpu_s, "s", "processor time of the sending or receiving thread"),
    FLOAT64(app_runqueue_s, "s", "time in which that thread was ready and waited for a processor"),
    FLOAT64(app_voluntary_switches, "", "voluntary context switches of that thread"),
    FLOAT64(app_involuntary_switches, "", "involuntary context switches of that thread"),
    FLOAT64(app_page_faults, "pages", "pages of memory that the kernel gave that thread (minor faults)"),
    FLOAT64(io_cpu_s, "s", "processor time of the I/O threads, sum"),
    FLOAT64(io_runqueue_s, "s", "time in which I/O threads were ready and waited for a processor, sum"),
    FLOAT64(io_voluntary_switches, "", "voluntary context switches of the I/O threads"),
    FLOAT64(io_involuntary_switches, "", "involuntary context switches of the I/O threads"),
    FLOAT64(io_page_faults, "pages", "pages of memory that the kernel gave the I/O threads, sum"),
    FLOAT64(io_cpu_max_s, "s", "processor time of the I/O thread that was busy the longest"),
    FLOAT64(io_runqueue_max_s, "s", "wait for a processor of that I/O thread"),
    FLOAT64(io_page_faults_max, "pages", "pages of memory that the kernel gave that I/O thread"),
    FLOAT64(sync_s, "s", "time of the sync to disk that ends the window, receive mode write only"),
    STRING(io_cpu_each_s, "processor time of each I/O thread in s, comma-joined"),
};
#undef ROW

#define ROW struct interval_record
static const struct column interval_columns[] = {
    INT64(point_id, "", "number of the point in the plan"),
    INT64(repetition, "", "number of the repetition in its point"),
    INT64(rank, "", "MPI rank"),
    FLOAT64(start_us, "us", "start, counted from the start of the window"),
    FLOAT64(length_us, "us", "length of the interval"),
    INT64(messages, "messages", "messages received in the interval"),
    INT64(bytes, "bytes", "bytes received in the interval"),
};
#undef ROW

#define ROW struct latency_record
static const struct column latency_columns[] = {
    INT64(point_id, "", "number of the point in the plan"),
    INT64(repetition, "", "number of the repetition in its point"),
    INT64(rank, "", "MPI rank that timed the messages"),
    FLOAT64(low_us, "us", "least latency of the bucket"),
    FLOAT64(high_us, "us", "where the next bucket begins"),
    INT64(count, "messages", "messages with such a latency"),
};
#undef ROW

#define ROW struct host_record
static const struct column host_columns[] = {
    INT64(host_id, "", "number of the host"),
    STRING(name, "host name"),
    STRING(address, "address that the traffic used"),
    STRING(cpu_model, "processor model"),
    STRING(kernel, "kernel release"),
    INT64(cores, "", "processor cores"),
    INT64(numa_nodes, "", "NUMA nodes"),
    INT64(memory_bytes, "bytes", "memory"),
    INT64(page_bytes, "bytes", "size of a page of memory, 0 when not known"),
    FLOAT64(link_mbit_s, "Mbit/s", "speed of the network link, missing when not known"),
};
#undef ROW

#define ROW struct environment_record
static const struct column environment_columns[] = {
    STRING(name, "name of a setting, version or variable"),
    STRING(value, "its value"),
};
#undef ROW

#define ROW struct run_record
const struct column run_columns[] = {
    STRING(title, "title"),
    STRING(creator, "program that measured"),
    STRING(creator_version, "its version"),
    STRING(created, "start of the sweep, ISO 8601 UTC"),
    STRING(uuid, "identity of the sweep"),
    STRING(command_line, "command line"),
    INT64(order_seed, "", "seed of the order of the points"),
    INT64(points_planned, "", "points in the plan"),
};
const size_t run_column_count = sizeof run_columns / sizeof *run_columns;
#undef ROW

#define TABLE(name, columns, record, description)                                                            \
    {                                                                                                        \
        name, description, columns, sizeof(columns) / sizeof *(columns), sizeof(record)                      \
    }
#define FITS(columns) _Static_assert(sizeof(columns) / sizeof *(columns) <= MAX_COLUMNS, "raise MAX_COLUMNS")
FITS(point_columns);
FITS(repetition_columns);
FITS(rank_columns);

const struct table_spec result_tables[TABLE_TOTAL] = {
    [TABLE_POINTS] = TABLE("points", point_columns, struct point_record, "one row per point of the sweep"),
    [TABLE_REPETITIONS] = TABLE("repetitions", repetition_columns, struct repetition_record,
                                "one row per repetition of a point"),
    [TABLE_RANKS] = TABLE("ranks", rank_columns, struct rank_record, "one row per rank of a repetition"),
    [TABLE_INTERVALS] = TABLE("intervals", interval_columns, struct interval_record,
                              "one row per sampling interval of a receiver"),
    [TABLE_LATENCY] = TABLE("latency", latency_columns, struct latency_record,
                            "one row per bucket of a rank's latencies that is not empty"),
    [TABLE_HOSTS] = TABLE("hosts", host_columns, struct host_record, "one row per host"),
    [TABLE_ENVIRONMENT] = TABLE("environment", environment_columns, struct environment_record,
                                "options, versions, variables and system settings"),
};

/* Columns that schema 1.0 did not have. */
static const struct {
    enum table_id table;
    const char *name;
} later_columns[] = {
    {TABLE_POINTS, "rate_per_s"},
    {TABLE_POINTS, "security"},
    {TABLE_POINTS, "sent_rate_per_s"},
    {TABLE_REPETITIONS, "sent_rate_per_s"},
    {TABLE_REPETITIONS, "strangers"},
    {TABLE_RANKS, "usage_s"},
    {TABLE_RANKS, "app_cpu_s"},
    {TABLE_RANKS, "app_runqueue_s"},
    {TABLE_RANKS, "app_voluntary_switches"},
    {TABLE_RANKS, "app_involuntary_switches"},
    {TABLE_RANKS, "io_cpu_s"},
    {TABLE_RANKS, "io_runqueue_s"},
    {TABLE_RANKS, "io_voluntary_switches"},
    {TABLE_RANKS, "io_involuntary_switches"},
    {TABLE_RANKS, "io_cpu_max_s"},
    {TABLE_RANKS, "io_runqueue_max_s"},
    {TABLE_RANKS, "sync_s"},
    {TABLE_RANKS, "app_page_faults"},
    {TABLE_RANKS, "io_page_faults"},
    {TABLE_RANKS, "io_page_faults_max"},
    {TABLE_RANKS, "io_cpu_each_s"},
    {TABLE_HOSTS, "page_bytes"},
    {TABLE_POINTS, "latency_kind"},
    {TABLE_POINTS, "latency_messages"},
    {TABLE_POINTS, "latency_p50_us"},
    {TABLE_POINTS, "latency_p90_us"},
    {TABLE_POINTS, "latency_p99_us"},
    {TABLE_POINTS, "latency_p999_us"},
    {TABLE_POINTS, "latency_max_us"},
    {TABLE_POINTS, "latency_uncertainty_us"},
    {TABLE_POINTS, "latency_p50_low_us"},
    {TABLE_POINTS, "latency_p50_high_us"},
    {TABLE_POINTS, "latency_p90_low_us"},
    {TABLE_POINTS, "latency_p90_high_us"},
    {TABLE_POINTS, "latency_p99_low_us"},
    {TABLE_POINTS, "latency_p99_high_us"},
    {TABLE_POINTS, "latency_p999_low_us"},
    {TABLE_POINTS, "latency_p999_high_us"},
    {TABLE_POINTS, "latency_bound_us"},
    {TABLE_POINTS, "order"},
    {TABLE_POINTS, "spread_s"},
    {TABLE_POINTS, "dependence"},
    {TABLE_POINTS, "planned_repetitions"},
    {TABLE_POINTS, "least_repetitions"},
    {TABLE_POINTS, "precision"},
    {TABLE_POINTS, "loss_target"},
    {TABLE_REPETITIONS, "round"},
    {TABLE_REPETITIONS, "took_s"},
    {TABLE_REPETITIONS, "cpu_ns_per_message"},
    {TABLE_REPETITIONS, "backlog_begin_messages"},
    {TABLE_REPETITIONS, "backlog_end_messages"},
    {TABLE_REPETITIONS, "queue_messages"},
    {TABLE_REPETITIONS, "latency_messages"},
    {TABLE_REPETITIONS, "latency_p50_us"},
    {TABLE_REPETITIONS, "latency_p90_us"},
    {TABLE_REPETITIONS, "latency_p99_us"},
    {TABLE_REPETITIONS, "latency_p999_us"},
    {TABLE_REPETITIONS, "latency_max_us"},
    {TABLE_REPETITIONS, "latency_uncertainty_us"},
};

const char *table_came_with(enum table_id table)
{
    return table == TABLE_LATENCY ? "latency_kind" : NULL;
}

bool table_column_is_later(const struct table_spec *table, const struct column *column)
{
    for (size_t i = 0; i < sizeof later_columns / sizeof *later_columns; i++)
        if (table == &result_tables[later_columns[i].table] &&
            strcmp(column->name, later_columns[i].name) == 0)
            return true;
    return false;
}

void column_set_missing(const struct column *column, void *record)
{
    char *field = (char *)record + column->offset;
    double missing = (double)NAN;
    if (column->kind == COLUMN_FLOAT64)
        memcpy(field, &missing, sizeof missing);
    else if (column->kind == COLUMN_INT64)
        memcpy(field, &column->missing, sizeof column->missing);
    else
        memset(field, 0, column->width);
}

void results_set_missing(enum table_id table, void *record)
{
    memset(record, 0, result_tables[table].record_bytes);
    for (size_t c = 0; c < result_tables[table].column_count; c++)
        column_set_missing(&result_tables[table].columns[c], record);
}

int results_table_named(const char *name)
{
    for (int i = 0; i < TABLE_TOTAL; i++)
        if (strcmp(name, result_tables[i].name) == 0)
            return i;
    return -1;
}

void results_free_run(struct run_record *run)
{
    free(run->hosts);
    free(run->environment);
    memset(run, 0, sizeof *run);
}

void point_rows_clear(struct point_rows *rows)
{
    free(rows->repetitions);
    free(rows->ranks);
    free(rows->intervals);
    free(rows->latencies);
    memset(rows, 0, sizeof *rows);
}

size_t table_packed_bytes(const struct table_spec *table)
{
    size_t bytes = 0;
    for (size_t i = 0; i < table->column_count; i++)
        bytes += table->columns[i].width;
    return bytes;
}

/* Copies a number between host order and little-endian. */
static void copy_little_endian(unsigned char *to, const unsigned char *from, size_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(to, from, width);
#else
    for (size_t i = 0; i < width; i++)
        to[i] = from[width - 1 - i];
#endif
}

static void pack_float64(const unsigned char *field, unsigned char *packed)
{
    double value;
    memcpy(&value, field, sizeof value);
    if (isnan(value))
        value = (double)NAN; /* one quiet NaN, so that equal tables have equal bytes */
    copy_little_endian(packed, (const unsigned char *)&value, sizeof value);
}

static void pack_string(const unsigned char *field, unsigned char *packed, size_t width)
{
    size_t length = strnlen((const char *)field, width - 1);
    memcpy(packed, field, length);
    memset(packed + length, 0, width - length);
}

void table_pack(const struct table_spec *table, const void *record, unsigned char *packed)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        const unsigned char *field = (const unsigned char *)record + column->offset;
        if (column->kind == COLUMN_STRING)
            pack_string(field, packed, column->width);
        else if (column->kind == COLUMN_FLOAT64)
            pack_float64(field, packed);
        else
            copy_little_endian(packed, field, column->width);
        packed += column->width;
    }
}

void column_unpack(const struct column *column, const unsigned char *packed, size_t width, void *record)
{
    unsigned char *field = (unsigned char *)record + column->offset;
    if (column->kind == COLUMN_STRING)
        pack_string(packed, field, width < column->width ? width : column->width);
    else
        copy_little_endian(field, packed, column->width);
}

void table_unpack(const struct table_spec *table, const unsigned char *packed, void *record)
{
    memset(record, 0, table->record_bytes);
    for (size_t i = 0; i < table->column_count; i++) {
        column_unpack(&table->columns[i], packed, table->columns[i].width, record);
        packed += table->columns[i].width;
    }
}

/* Length of the UTF-8 character at `text`, 0 when there is none. Source: RFC 3629, section 4. */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    size_t length = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

void field_copy(char *field, size_t width, const char *text)
{
    size_t used = 0;
    while (*text) {
        size_t length = utf8_length((const unsigned char *)text);
        size_t step = length ? length : 1;
        if (used + step >= width)
            break;
        if (length)
            memcpy(field + used, text, length);
        else
            field[used] = '?';
        used += step;
        text += step;
    }
    memset(field + used, 0, width - used);
}

int schema_check(const char *version, const char *file, struct error *error)
{
    char *end;
    long major = strtol(version, &end, 10);
    if (end == version || *end != '.' || major < 1)
        return error_set(error, "%s: schema_version is '%.32s', which is none", file, version);
    if (major > RESULTS_SCHEMA_MAJOR)
        return error_set(error, "%s: has schema version %.32s, newer than this program's " RESULTS_SCHEMA,
                         file, version);
    return 0;
}
