/* make_results.c - makes a results file of any size, of numbers that look like measured ones.
 *
 * make_results OUTPUT [points=N] [ranks=N] [intervals=N] [hosts=N] [repetitions=N] [seed=N]
 * [speed=X] [invalid=1] [journal=1] [ends=1] [memory=1] [name=TEXT] [libzmq=TEXT]
 * [order=random|points] [drift=X] [latency=US] [created=TIME] ranks and intervals are rows per
 * point, spread over its repetitions; journal=1 keeps the journal; ends=1 says that all points go
 * from the first host to the second; memory=1 prints the peak, in KiB; drift=0.1 makes the last
 * round 10 % faster than the first; latency is that of 99 %. The benchmark of zmqreport and its
 * end-to-end tests read the files.
 */
#include "zmqsweep/config.h"
#include "zmqsweep/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shape {
    long points, ranks, intervals, hosts, repetitions, seed, invalid, journal, ends;
    double speed, drift, latency;
    const char *name, *libzmq, *order, *created;
};

static uint64_t state;

/* Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014
 * (SplitMix64). */
static double uniform(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static void die(const struct error *error)
{
    fprintf(stderr, "make_results: %s\n", error->text);
    exit(1);
}

static void *zeroed(long count, size_t bytes)
{
    void *memory = calloc((size_t)count + 1, bytes);
    if (!memory)
        die(&(struct error){"out of memory"});
    return memory;
}

/* ---- a point: pattern, send mode, size, then pairs vary ---- */

static void set_settings(struct point_record *point, long id)
{
    static const char *const patterns[] = {"push-pull", "pub-sub"}, *const modes[] = {"copy",
                                                                                      "zero-copy"};
    char size[CONFIG_WORD_LENGTH];
    long rest = id;
    point->point_id = id;
    point->message_size_bytes = (int64_t)64 << 2 * (rest % 8);
    rest /= 8;
    snprintf(point->send_mode, sizeof point->send_mode, "%s", modes[rest % 2]);
    rest /= 2;
    snprintf(point->pattern, sizeof point->pattern, "%s", patterns[rest % 2]);
    point->pairs = 1 + rest / 2;
    snprintf(point->transport, sizeof point->transport, "tcp");
    snprintf(point->receive_mode, sizeof point->receive_mode, "message");
    snprintf(point->bind, sizeof point->bind, "receiver");
    snprintf(point->placement, sizeof point->placement, "across");
    snprintf(point->sender_cpus, sizeof point->sender_cpus, "none");
    snprintf(point->receiver_cpus, sizeof point->receiver_cpus, "none");
    snprintf(point->io_cpus, sizeof point->io_cpus, "same");
    point->sndhwm = point->rcvhwm = point->message_size_bytes > 65536 ? 64 : 1000;
    point->receivers_per_sender = point->senders_per_receiver = point->io_threads = 1;
    point->duration_s = 1;
    point->sndbuf_bytes = 2626560;
    point->rcvbuf_bytes = 6291456;
    snprintf(point->settings, sizeof point->settings,
             "pattern=%s transport=tcp size=%s send-mode=%s receive-mode=message sndhwm=%" PRId64
             " rcvhwm=%" PRId64 " pairs=%" PRId64
             " receivers-per-sender=1 senders-per-receiver=1 duration=1s io-threads=1 "
             "sndbuf=system rcvbuf=system bind=receiver",
             point->pattern, config_format(OPTION_SIZE, point->message_size_bytes, size),
             point->send_mode, point->sndhwm, point->rcvhwm, point->pairs);
}

/* A rate that grows with the size and levels off, as real ones do; Mbit/s. */
static double model_rate(const struct point_record *point, const struct shape *shape)
{
    double bytes = (double)point->message_size_bytes;
    double copying = strcmp(point->send_mode, "copy") == 0 ? 0.7 : 1;
    double rate = 8 * bytes / (0.4 + bytes / (5000 * copying)); /* bits per us */
    return shape->speed * rate * pow((double)point->pairs, 0.8) * (0.97 + 0.06 * uniform());
}

static double drifted(long repetition, const struct shape *shape)
{
    return pow(1 + shape->drift,
               (double)repetition / (double)(shape->repetitions > 1 ? shape->repetitions - 1 : 1));
}

static void fill_repetition(struct repetition_record *row, const struct point_record *point,
                            long repetition, const struct shape *shape)
{
    double rate = model_rate(point, shape) * drifted(repetition, shape);
    double per_s = rate * 1e6 / 8 / (double)point->message_size_bytes;
    row->point_id = point->point_id;
    row->repetition = repetition;
    row->start_s = 1795495863.25 + (double)(repetition * shape->points + point->point_id);
    row->window_s = 1 + floor(1e5 * uniform()) / 1e9;
    row->window_messages = (int64_t)per_s;
    row->window_bytes = row->window_messages * point->message_size_bytes;
    row->sent = row->received = row->window_messages + row->window_messages / 4;
    if (strcmp(point->pattern, "pub-sub") == 0)
        row->lost =
            (int64_t)((double)row->sent * 0.3 * uniform() * 64 / (double)point->message_size_bytes);
    row->received -= row->lost;
    row->received_bytes = row->received * point->message_size_bytes;
    row->throughput_mbit_s = row->receiver_min_mbit_s = row->receiver_max_mbit_s = rate;
    row->message_rate_per_s = per_s;
    row->overlap = 1;
    row->dead_s = 0.004;
    row->drain_s = 0.02 * uniform();
    row->valid = !shape->invalid;
    row->sent_rate_per_s = row->message_rate_per_s;
    row->round = strcmp(shape->order, "points") == 0 ? -1 : repetition;
    row->took_s = 1.3;
    row->cpu_ns_per_message = 400 + (double)point->message_size_bytes * 0.2;
    row->backlog_begin_messages = row->backlog_end_messages = row->queue_messages = NAN;
    row->latency_p50_us = row->latency_p90_us = row->latency_p99_us = row->latency_p999_us = NAN;
    row->latency_max_us = row->latency_uncertainty_us = NAN;
    if (shape->latency > 0)
        row->latency_p99_us = shape->latency * (0.97 + 0.06 * uniform());
    snprintf(row->flags, sizeof row->flags, "%s",
             shape->invalid ? "few_messages"
             : row->lost    ? "lost_messages"
                            : "");
}

static void fill_rank(struct rank_record *row, const struct repetition_record *repetition,
                      long rank, const struct shape *shape)
{
    memset(row, 0, sizeof *row);
    row->point_id = repetition->point_id;
    row->repetition = repetition->repetition;
    row->rank = rank;
    snprintf(row->role, sizeof row->role, "%s", rank % 2 ? "sender" : "receiver");
    row->group = (rank - 1) / 2;
    int64_t other = row->group / shape->hosts + row->group; /* all pairs of hosts, in turn */
    row->host_id = (rank % 2 ? row->group : other) % shape->hosts;
    row->messages = repetition->sent;
    row->bytes = repetition->received_bytes;
    row->lost = NAN;
    row->window_messages = repetition->window_messages;
    row->window_bytes = repetition->window_bytes;
    row->window_s = repetition->window_s;
    row->throughput_mbit_s = repetition->throughput_mbit_s * (0.9 + 0.2 * uniform());
    row->cpu_user_s = floor(1e6 * uniform()) / 1e6; /* microseconds, as getrusage gives them */
    row->cpu_system_s = floor(1e6 * uniform()) / 1e6;
    row->voluntary_switches = (int64_t)(1000 * uniform());
    row->blocked_s = floor(5e8 * uniform()) / 1e9;
    row->tcp_rtt_us = floor(20 + 100 * uniform());
    row->peak_rss_bytes = 24641536;
}

/* Intervals of 100 ms, the first two in the warm-up; one in fifty stalls. Twelve or so a receiver.
 */
static void fill_interval(struct interval_record *row, const struct repetition_record *repetition,
                          const struct point_record *point, long index)
{
    row->point_id = repetition->point_id;
    row->repetition = repetition->repetition;
    row->rank = 2 + 2 * (index / 12);
    row->start_us = (double)(index % 12) * 1e5 - 2e5 + floor(1e6 * uniform()) / 1e3;
    row->length_us = 1e5 + floor(1e6 * uniform()) / 1e3;
    double share = uniform() < 0.02 ? 0.05 : 0.09 + 0.02 * uniform();
    row->messages = (int64_t)((double)repetition->window_messages * share);
    row->bytes = row->messages * point->message_size_bytes;
}

static void check(int failed, const struct error *error)
{
    if (failed)
        die(error);
}

/* Of `total` rows of a point the part that is this repetition's. */
static long part(long total, long repetition, const struct shape *shape)
{
    return total * (repetition + 1) / shape->repetitions - total * repetition / shape->repetitions;
}

static void add_rows(struct journal *journal, const struct repetition_record *repetition,
                     const struct point_record *point, const struct shape *shape)
{
    struct error error = {""};
    struct rank_record rank;
    struct interval_record interval;
    for (long i = 0; i < part(shape->ranks, (long)repetition->repetition, shape); i++) {
        fill_rank(&rank, repetition, 1 + i, shape);
        check(journal_add_rows(journal, TABLE_RANKS, &rank, 1, &error), &error);
    }
    for (long i = 0; i < part(shape->intervals, (long)repetition->repetition, shape); i++) {
        fill_interval(&interval, repetition, point, i);
        check(journal_add_rows(journal, TABLE_INTERVALS, &interval, 1, &error), &error);
    }
}

static void add_repetition(struct journal *journal, const struct point_record *point, long number,
                           const struct shape *shape)
{
    struct repetition_record row = {0};
    struct error error = {""};
    fill_repetition(&row, point, number, shape);
    journal_begin_repetition(journal, point->point_id, number);
    add_rows(journal, &row, point, shape);
    check(journal_add_repetition(journal, &row, &error), &error);
    if (number == shape->repetitions - 1)
        check(journal_add_stop(journal, point->point_id, "repetitions", shape->repetitions, &error),
              &error);
    check(journal_commit(journal, &error), &error);
}

static struct point_record make_point(long id, const struct shape *shape)
{
    struct point_record point = {0};
    set_settings(&point, id);
    if (shape->ends) {
        snprintf(point.sender_host, sizeof point.sender_host, "%s00", shape->name);
        snprintf(point.receiver_host, sizeof point.receiver_host, "%s01", shape->name);
    }
    snprintf(point.order, sizeof point.order, "%s", shape->order);
    point.planned_repetitions = shape->repetitions;
    point.rate_per_s = point.precision = point.loss_target = NAN;
    return point;
}

/* Round after round, as a sweep does. */
static void add_rounds(struct journal *journal, const struct shape *shape)
{
    struct error error = {""};
    for (long round = 0; round < shape->repetitions; round++) {
        for (long id = 0; id < shape->points; id++) {
            struct point_record point = make_point(id, shape);
            if (round == 0)
                check(journal_add_settings(journal, &point, &error), &error);
            add_repetition(journal, &point, round, shape);
        }
    }
    check(journal_wait(journal, &error), &error);
}

/* ---- the run ---- */

static void add_environment(struct run_record *run, const char *name, const char *value)
{
    struct environment_record *row = &run->environment[run->environment_count++];
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->value, sizeof row->value, "%s", value);
}

static void fill_run(struct run_record *run, const struct shape *shape)
{
    snprintf(run->title, sizeof run->title, "ZeroMQ throughput sweep");
    snprintf(run->creator, sizeof run->creator, "zmqsweep");
    snprintf(run->creator_version, sizeof run->creator_version, "0.1.0");
    snprintf(run->created, sizeof run->created, "%s", shape->created);
    snprintf(run->uuid, sizeof run->uuid, "00000000-0000-4000-8000-%012lx", shape->seed);
    snprintf(run->command_line, sizeof run->command_line, "zmqsweep --made-up --seed %ld",
             shape->seed);
    run->points_planned = shape->points;
    run->hosts = zeroed(shape->hosts, sizeof *run->hosts);
    run->host_count = (size_t)shape->hosts;
    run->environment = zeroed(8, sizeof *run->environment);
    for (long i = 0; i < shape->hosts; i++) {
        struct host_record *host = &run->hosts[i];
        host->host_id = i;
        snprintf(host->name, sizeof host->name, "%s%02ld", shape->name, i);
        snprintf(host->address, sizeof host->address, "10.0.%ld.%ld", i / 250, 1 + i % 250);
        snprintf(host->cpu_model, sizeof host->cpu_model, "Made-up Processor 9000");
        snprintf(host->kernel, sizeof host->kernel, "Linux 6.1.0");
        host->cores = 64;
        host->numa_nodes = 2;
        host->memory_bytes = (int64_t)256 << 30;
        host->link_mbit_s = 100000;
    }
    add_environment(run, "option.pattern", "push-pull,pub-sub");
    add_environment(run, "option.duration", "1s");
    add_environment(run, "version.libzmq", shape->libzmq);
    add_environment(run, "version.mpi", "Open MPI v4.1.4");
    add_environment(run, "rank.1", "host=node00 cpus=0-63 cores=64");
}

static const char *value_of(int argc, char **argv, const char *name, const char *fallback)
{
    size_t length = strlen(name);
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=')
            return argv[i] + length + 1;
    return fallback;
}

/* Of this program alone: what getrusage says includes the program that started it. */
static void print_peak_memory(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            printf("%ld\n", atol(line + 6));
    if (status)
        fclose(status);
}

int main(int argc, char **argv)
{
    struct run_record run = {0};
    struct journal *journal = NULL;
    struct error error = {""};
    char path[4096];
    if (argc < 2)
        die(&(struct error){"say an output file"});
    const struct shape shape = {
        .points = atol(value_of(argc, argv, "points", "32")),
        .ranks = atol(value_of(argc, argv, "ranks", "12")),
        .intervals = atol(value_of(argc, argv, "intervals", "72")),
        .hosts = atol(value_of(argc, argv, "hosts", "2")),
        .repetitions = atol(value_of(argc, argv, "repetitions", "6")),
        .seed = atol(value_of(argc, argv, "seed", "1")),
        .invalid = atol(value_of(argc, argv, "invalid", "0")),
        .journal = atol(value_of(argc, argv, "journal", "0")),
        .ends = atol(value_of(argc, argv, "ends", "0")),
        .speed = atof(value_of(argc, argv, "speed", "1")),
        .drift = atof(value_of(argc, argv, "drift", "0")),
        .latency = atof(value_of(argc, argv, "latency", "0")),
        .name = value_of(argc, argv, "name", "node"),
        .libzmq = value_of(argc, argv, "libzmq", "4.3.4"),
        .order = value_of(argc, argv, "order", "random"),
        .created = value_of(argc, argv, "created", "2026-11-24T04:51:03Z"),
    };
    state = (uint64_t)shape.seed;
    fill_run(&run, &shape);
    if (journal_create(argv[1], &run, true, &journal, &error))
        die(&error);
    add_rounds(journal, &shape);
    journal_close(&journal);
    if (results_finish(argv[1], NULL, NULL, NULL, &error) ||
        journal_path(argv[1], path, sizeof path) || (!shape.journal && unlink(path)))
        die(&error);
    results_free_run(&run);
    if (atol(value_of(argc, argv, "memory", "0")))
        print_peak_memory();
    return 0;
}
