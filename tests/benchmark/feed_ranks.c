/* feed_ranks.c - what a repetition of many ranks costs rank 0: outcomes are made up as a gather
 * would bring them, judged, journaled and made a file.
 *
 * feed_ranks OUTPUT [ranks=10000] [points=10] [repetitions=6] [intervals=13]
 * Prints: rows, seconds of CPU of judging and journaling, of finishing, the longest repetition in
 * wall-clock ms, and the peak of memory in KiB. Making up the outcomes does not count.
 */
#include "judge/judge.h"

#include "zmqsweep/results.h"
#include "zmqsweep/traffic_connections.h"
#include "zmqsweep/traffic_usage.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct feed {
    long ranks, points, repetitions, intervals;
    int32_t *hosts, *cores; /* every rank on a host of its own */
    struct plan_layout layout;
    struct point point;
    struct timeline timeline;
    struct outcome *outcomes;
    struct interval *rows;
    size_t *first;
    int64_t *host_ids;
    double stored_s, slowest_ms;
};

static void die(const char *what)
{
    fprintf(stderr, "feed_ranks: %s\n", what);
    exit(1);
}

static void *zeroed(long count, size_t bytes)
{
    void *memory = calloc((size_t)count, bytes);
    if (!memory) {
        die("out of memory");
    }
    return memory;
}

static double clock_s(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Pairs of a sender and a receiver; windows of a second. */
static void set_up(struct feed *feed)
{
    struct error error = {""};
    feed->point = (struct point){.pairs = (int32_t)((feed->ranks - 1) / 2),
                                 .receivers_per_sender = 1,
                                 .senders_per_receiver = 1,
                                 .size_bytes = 1024,
                                 .placement = PLACEMENT_LISTED,
                                 .duration_ns = 1000000000,
                                 .interval_ns = 100000000};
    feed->timeline =
        (struct timeline){0, 10, 200000000, 1200000000, 1300000000, 1310000000, 1320000000};
    feed->outcomes = zeroed(feed->ranks, sizeof *feed->outcomes);
    feed->rows = zeroed(feed->ranks * feed->intervals, sizeof *feed->rows);
    feed->first = zeroed(feed->ranks, sizeof *feed->first);
    feed->host_ids = zeroed(feed->ranks, sizeof *feed->host_ids);
    feed->hosts = zeroed(feed->ranks, sizeof *feed->hosts);
    feed->cores = zeroed(feed->ranks, sizeof *feed->cores);
    if (plan_layout_make(&feed->point, NULL, (int32_t)feed->ranks, &feed->layout, &error)) {
        die(error.text);
    }
    for (long rank = 0; rank < feed->ranks; rank++) {
        feed->cores[rank] = 2;
        feed->host_ids[rank] = rank;
        feed->hosts[rank] = (int32_t)rank;
        feed->first[rank] = (size_t)(rank * feed->intervals);
    }
}

/* Numbers that differ from rank to rank, as real ones do. */
static void make_outcome(struct feed *feed, long rank, long seed)
{
    struct outcome *outcome = &feed->outcomes[rank];
    struct plan_assignment assignment = feed->layout.assignments[rank];
    memset(outcome, 0, sizeof *outcome);
    outcome->role = assignment.role;
    outcome->group = assignment.group;
    outcome->count = 1000000 + assignment.group * 7 + seed;
    outcome->started_ns = 10;
    outcome->begin.sample =
        (struct traffic_sample){200000000 + rank, 150000, 200000000 + rank, seed, 0};
    outcome->end.sample =
        (struct traffic_sample){1200000000 + rank, 910000 + rank, 1200000000 + rank, rank * 977, 0};
    outcome->end.user_ns = 400000000 + rank * 31;
    outcome->usage = (struct traffic_usage){.known = true, .length_ns = 1000000000 + rank};
    outcome->usage.loop = outcome->usage.io =
        (struct traffic_thread){0.5 + 1e-6 * (double)rank, 0.1, 10, 20, 30};
    outcome->connections =
        (struct traffic_connections){87040, 131072, 0, 100 + (double)(rank % 50), 1000, 1000};
    snprintf(outcome->cpus, sizeof outcome->cpus, "%ld", rank % 64);
    snprintf(outcome->io_cpus, sizeof outcome->io_cpus, "0-63");
    outcome->interval_count = assignment.role == ROLE_RECEIVER ? (int32_t)(2 * feed->intervals) : 0;
    for (int32_t i = 0; i < outcome->interval_count; i++) {
        feed->rows[feed->first[rank] + (size_t)i] =
            (struct interval){(int64_t)(i - 2) * 50000000 + rank + 200000000, 50000000 + rank % 999,
                              38000 + (rank * i + seed) % 4000};
    }
}

static void gather(struct feed *feed, long seed)
{
    size_t next = 0;
    for (long rank = 0; rank < feed->ranks; rank++) {
        feed->first[rank] = next;
        if (rank > 0) {
            make_outcome(feed, rank, seed);
        }
        next += (size_t)feed->outcomes[rank].interval_count;
    }
}

static void check(int failed, const struct error *error)
{
    if (failed) {
        die(error->text);
    }
}

static void store_rank(const struct evidence *evidence, int32_t rank, struct journal *journal)
{
    struct error error = {""};
    struct rank_record row;
    struct interval_record interval;
    if (judge_rank(evidence, rank, &row)) {
        check(journal_add_rows(journal, TABLE_RANKS, &row, 1, &error), &error);
    }
    for (int32_t i = 0; i < evidence->outcomes[rank].interval_count; i++) {
        judge_interval(evidence, rank, i, &interval);
        check(journal_add_rows(journal, TABLE_INTERVALS, &interval, 1, &error), &error);
    }
}

static void store(struct feed *feed, struct journal *journal, long point, long number)
{
    struct error error = {""};
    struct repetition_record row;
    unsigned flags;
    feed->point.id = point;
    struct evidence evidence = {.point = &feed->point,
                                .layout = &feed->layout,
                                .repetition = (int32_t)number,
                                .ranks = (int32_t)feed->ranks,
                                .outcomes = feed->outcomes,
                                .intervals = feed->rows,
                                .host_ids = feed->host_ids,
                                .first_interval = feed->first,
                                .timeline = &feed->timeline,
                                .hosts = feed->hosts,
                                .cores = feed->cores,
                                .start_s = 1.7e9 + (double)number};
    judge_repetition(&evidence, &row, &flags);
    row.round = number;
    journal_begin_repetition(journal, point, number);
    for (int32_t rank = 0; rank < evidence.ranks; rank++) {
        store_rank(&evidence, rank, journal);
    }
    check(journal_add_repetition(journal, &row, &error), &error);
    if (number == feed->repetitions - 1) {
        check(journal_add_stop(journal, point, "repetitions", feed->repetitions, &error), &error);
    }
    check(journal_commit(journal, &error), &error);
}

static void run_point(struct feed *feed, struct journal *journal, long point, long number)
{
    struct error error = {""};
    struct point_record settings;
    results_set_missing(TABLE_POINTS, &settings);
    settings.point_id = point;
    settings.planned_repetitions = feed->repetitions;
    if (number == 0) {
        check(journal_add_settings(journal, &settings, &error), &error);
    }
    gather(feed, point * 100 + number);
    double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID), wall_s = clock_s(CLOCK_MONOTONIC);
    store(feed, journal, point, number);
    feed->stored_s += clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    feed->slowest_ms = fmax(feed->slowest_ms, 1e3 * (clock_s(CLOCK_MONOTONIC) - wall_s));
    check(journal_wait(journal, &error), &error); /* a repetition would take longer */
}

static long value_of(int argc, char **argv, const char *name, long fallback)
{
    size_t length = strlen(name);
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], name, length) == 0 && argv[i][length] == '=') {
            return atol(argv[i] + length + 1);
        }
    }
    return fallback;
}

static long peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kib = atol(line + 6);
        }
    }
    if (status) {
        fclose(status);
    }
    return kib;
}

int main(int argc, char **argv)
{
    struct error error = {""};
    struct journal *journal = NULL;
    char path[4096];
    if (argc < 2) {
        die("say an output file");
    }
    struct feed feed = {.ranks = value_of(argc, argv, "ranks", 10000),
                        .points = value_of(argc, argv, "points", 10),
                        .repetitions = value_of(argc, argv, "repetitions", 6),
                        .intervals = value_of(argc, argv, "intervals", 13)};
    struct run_record run = {
        .title = "fed", .creator = "feed_ranks", .points_planned = feed.points};
    set_up(&feed);
    gather(&feed, 0);
    long before_kib = peak_kib();
    check(journal_create(argv[1], &run, true, &journal, &error), &error);
    for (long number = 0; number < feed.repetitions; number++) {
        for (long point = 0; point < feed.points; point++) {
            run_point(&feed, journal, point, number);
        }
    }
    journal_close(&journal);
    double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    check(results_finish(argv[1], NULL, NULL, NULL, &error), &error);
    cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    long ranks = feed.ranks - 1,
         rows = feed.points * feed.repetitions * (ranks + ranks / 2 * 2 * feed.intervals);
    printf("%ld %.3f %.3f %.1f %ld %ld\n", rows, feed.stored_s, cpu_s, feed.slowest_ms, before_kib,
           peak_kib());
    if (journal_path(argv[1], path, sizeof path) == 0) {
        unlink(path);
    }
    return 0;
}
