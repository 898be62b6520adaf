/* why_facts.c - the facts of each point, summed over the rows of its ranks. */
#include "why_facts.h"

#include "baseline.h"
#include "reading/point.h"

#include "zmqsweep/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Queues with fewer bytes and messages than this, both ends together, make everyone wait for
 * everyone. */
#define SHALLOW_BYTES 65536
#define SHALLOW_MESSAGES 16
#define DROPS_LEAST 0.02 /* share of the messages; below it, a surplus is in the queues */
#define FAULT_BYTES_LEAST (1e5 * 4096) /* per second of processor time */
/* The share of a link's speed that TCP leaves for payload with frames of 1500 bytes: 1448 of 1538
 * bytes, the rest being headers, time stamps, preamble and gap. */
#define TCP_SHARE (1448.0 / 1538.0)

/* Sums over the rows of one end. */
struct side_sums {
    double rates; /* Mbit/s */
    double usage, app_cpu, app_runqueue, app_fault_bytes, io_cpu, io_runqueue, io_fault_bytes,
        waits, syncs, bytes;
    int64_t rows, one_cpu; /* rows; rows whose loop and I/O threads share one CPU */
};

/* What is gathered of a point. */
struct gathered {
    const struct point_record *point;
    int64_t groups; /* number of groups, summed over all valid repetitions */
    int64_t groups_across;
    int64_t groups_on_one_cpu; /* groups whose loops are all on one CPU */
    char cpu[16];              /* the CPU of the last such group */
    double cpu_use;            /* share of that CPU in use, summed over these groups */
    bool unknown;              /* a row lacks the threads' processor time */
    struct side_sums sender, receiver;
    double *loads; /* Mbit/s out of and into each host, two values per host, summed over valid
                      repetitions */
};

struct gathering {
    const struct loaded *file;
    struct gathered *points; /* in the order of the file's points */
};

/* ---- points ---- */

static int make_points(struct gathering *gathering)
{
    const struct loaded *file = gathering->file;
    gathering->points = calloc(file->point_count + 1, sizeof *gathering->points);
    if (!gathering->points)
        return -1;
    for (size_t i = 0; i < file->point_count; i++) {
        gathering->points[i].point = &file->points[i];
        gathering->points[i].loads = calloc(2 * file->host_count + 1, sizeof(double));
        if (!gathering->points[i].loads)
            return -1;
    }
    return 0;
}

static void free_gathering(struct gathering *gathering)
{
    for (size_t i = 0; gathering->points && i < gathering->file->point_count; i++)
        free(gathering->points[i].loads);
    free(gathering->points);
}

/* ---- rows ---- */

static double or_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static bool has_one_cpu(const struct rank_record *row)
{
    return config_is_one_cpu(row->cpus) && strcmp(row->cpus, row->io_cpus) == 0;
}

static void add_row(struct side_sums *sums, const struct rank_record *row, double page_bytes)
{
    sums->rows++;
    sums->one_cpu += has_one_cpu(row);
    sums->rates += or_zero(row->throughput_mbit_s);
    sums->usage += row->usage_s;
    sums->app_cpu += row->app_cpu_s;
    sums->app_runqueue += or_zero(row->app_runqueue_s);
    sums->app_fault_bytes += or_zero(row->app_page_faults) * page_bytes;
    sums->io_cpu += row->io_cpu_max_s;
    sums->io_runqueue += or_zero(row->io_runqueue_max_s);
    sums->io_fault_bytes += or_zero(row->io_page_faults_max) * page_bytes;
    sums->bytes += (double)row->window_bytes;
    sums->waits += row->blocked_s + row->ring_wait_s;
    sums->syncs += or_zero(row->sync_s);
}

static size_t host_index(const struct loaded *file, int64_t host_id)
{
    size_t i = 0;
    while (i < file->host_count && file->hosts[i].host_id != host_id)
        i++;
    return i;
}

static bool is_sender(const struct rank_record *row)
{
    return strcmp(row->role, "sender") == 0;
}

/* Adds the traffic of a group. The receivers' goodput crosses the links of their own hosts. It also
 * crosses the links of the group's senders, in equal parts. */
static void add_group(const struct loaded *file, struct gathered *gathered,
                      const struct rank_record *rows, size_t count)
{
    double received = 0;
    int64_t senders = 0;
    bool across = true;
    for (size_t i = 0; i < count; i++) {
        received += is_sender(&rows[i]) ? 0 : or_zero(rows[i].throughput_mbit_s);
        senders += is_sender(&rows[i]);
        for (size_t k = 0; k < count; k++)
            across = across && (is_sender(&rows[i]) == is_sender(&rows[k]) ||
                                rows[i].host_id != rows[k].host_id);
    }
    gathered->groups++;
    gathered->groups_across += across;
    for (size_t i = 0; i < count; i++) {
        size_t host = host_index(file, rows[i].host_id);
        if (host < file->host_count)
            gathered->loads[2 * host + !is_sender(&rows[i])] +=
                is_sender(&rows[i]) ? received / (double)senders
                                    : or_zero(rows[i].throughput_mbit_s);
    }
}

/* Adds the group's use of its CPU, if the loops of the group are all on one CPU. */
static void add_cpu(struct gathered *gathered, const struct rank_record *rows, size_t count)
{
    bool one = config_is_one_cpu(rows[0].cpus);
    double use = 0;
    for (size_t i = 0; i < count; i++) {
        one = one && rows[i].host_id == rows[0].host_id && strcmp(rows[i].cpus, rows[0].cpus) == 0;
        use +=
            (rows[i].app_cpu_s + (has_one_cpu(&rows[i]) ? rows[i].io_cpu_s : 0)) / rows[i].usage_s;
    }
    if (one) {
        gathered->groups_on_one_cpu++;
        gathered->cpu_use += use;
        snprintf(gathered->cpu, sizeof gathered->cpu, "%.15s", rows[0].cpus);
    }
}

static bool is_same_group(const struct rank_record *a, const struct rank_record *b)
{
    return a->repetition == b->repetition && a->group == b->group;
}

static int add_point(void *data, const struct point_record *point, struct rank_record *rows,
                     size_t count, struct error *error)
{
    const struct gathering *gathering = data;
    const struct loaded *file = gathering->file;
    struct gathered *gathered = &gathering->points[point - file->points];
    (void)error;
    for (size_t i = 0; i < count; i++) {
        gathered->unknown = gathered->unknown || isnan(rows[i].usage_s);
        size_t host = host_index(file, rows[i].host_id);
        add_row(is_sender(&rows[i]) ? &gathered->sender : &gathered->receiver, &rows[i],
                host < file->host_count ? (double)file->hosts[host].page_bytes : 0);
    }
    for (size_t first = 0, i = 1; i <= count; i++)
        if (i == count || !is_same_group(&rows[first], &rows[i])) {
            add_group(file, gathered, rows + first, i - first);
            add_cpu(gathered, rows + first, i - first);
            first = i;
        }
    return 0;
}

/* ---- facts ---- */

/* Bytes of new pages per byte of messages; 0 when they are too few to matter. A page takes the
 * kernel about a microsecond, so fewer pages cost a thread nothing worth mentioning. */
static double faults(double fault_bytes, double cpu_s, double bytes)
{
    return fault_bytes >= FAULT_BYTES_LEAST * cpu_s && bytes > 0 ? fault_bytes / bytes : 0;
}

static struct why_side make_side(const struct side_sums *sums)
{
    double whole = sums->usage;
    return (struct why_side){.app = {sums->app_cpu / whole, sums->app_runqueue / whole,
                                     faults(sums->app_fault_bytes, sums->app_cpu, sums->bytes)},
                             .io = {sums->io_cpu / whole, sums->io_runqueue / whole,
                                    faults(sums->io_fault_bytes, sums->io_cpu, sums->bytes)},
                             .waits = sums->waits / whole,
                             .one_cpu = sums->rows > 0 && sums->one_cpu == sums->rows};
}

static double share_of_link(const struct loaded *file, const struct gathered *gathered)
{
    double most = NAN, repetitions = (double)gathered->point->valid_repetitions;
    for (size_t i = 0; i < 2 * file->host_count; i++)
        if (gathered->loads[i] > 0)
            most = fmax(most, gathered->loads[i] / repetitions /
                                  (file->hosts[i / 2].link_mbit_s * TCP_SHARE));
    return most;
}

/* The share of what the senders made that was not received. Each message of a publisher is for all
 * of its subscribers. */
static double surplus(const struct gathered *gathered)
{
    const struct point_record *point = gathered->point;
    double copies =
        strcmp(point->pattern, "pub-sub") == 0 ? (double)point->receivers_per_sender : 1;
    double made = gathered->sender.rates * copies;
    return made > 0 ? 1 - gathered->receiver.rates / made : 0;
}

static struct why_facts make_facts(const struct gathering *gathering,
                                   const struct gathered *gathered)
{
    const struct point_record *point = gathered->point;
    struct why_facts facts = {
        .known = !gathered->unknown && gathered->sender.usage > 0 && gathered->receiver.usage > 0,
        .across = gathered->groups > 0 && gathered->groups_across == gathered->groups,
        .writes = strcmp(point->receive_mode, "write") == 0,
        .plain = point_is_baseline(point),
        .shallow = !point_is_baseline(point) && point->sndhwm + point->rcvhwm <= SHALLOW_MESSAGES &&
                   (point->sndhwm + point->rcvhwm) * point->message_size_bytes <= SHALLOW_BYTES,
        .echoes = strcmp(point->pattern, "req-rep") == 0 || strcmp(point->pattern, "pair") == 0,
        .drops = (double)point->lost > DROPS_LEAST * (double)point->sent,
        .of_baseline = baseline_share(gathering->file, point),
        .backlog = strstr(point->flags, "backlog") != NULL,
        .of_rate = point->sent_rate_per_s / point->rate_per_s,
        .of_link = share_of_link(gathering->file, gathered)};
    if (facts.known && gathered->groups_on_one_cpu == gathered->groups) {
        memcpy(facts.cpu, gathered->cpu, sizeof facts.cpu);
        facts.cpu_use = gathered->cpu_use / (double)gathered->groups;
    }
    if (facts.known) {
        facts.sender = make_side(&gathered->sender);
        facts.receiver = make_side(&gathered->receiver);
        facts.surplus = surplus(gathered);
        facts.syncs = gathered->receiver.syncs / gathered->receiver.usage;
    }
    return facts;
}

int why_facts_gather(const struct loaded *file, const struct samples *valid,
                     samples_rank_reader *read, struct why_facts *facts, struct error *error)
{
    struct gathering gathering = {.file = file};
    int failed = make_points(&gathering) ? error_set(error, "out of memory for the evidence")
                                         : read(file, valid, add_point, &gathering, error);
    for (size_t i = 0; i < file->point_count && !failed; i++)
        facts[i] = make_facts(&gathering, &gathering.points[i]);
    free_gathering(&gathering);
    return failed ? -1 : 0;
}
