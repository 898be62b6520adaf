/* coordinator.c - rank 0's loop: point after point, each journaled before its line is printed. */
#include "sweep_internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLOCKS_EVERY_S 30
#define CLOCKS_FRESH_S 1

/* What the running point has gathered. */
struct gathering {
    struct outcome *outcomes; /* of the last repetition, by rank */
    size_t *first_interval, *interval_bytes;
    struct interval *intervals; /* of the last repetition */
    size_t interval_capacity;
    struct point_rows rows;
    size_t repetition_capacity, interval_rows_capacity;
    double *cpu_ns;
    unsigned *flags;
    struct traffic_connections connections;
    struct latencies latencies;
};

struct coordinator {
    struct cluster *cluster;
    const struct job *job;
    const struct settings *settings;
    const struct plan *plan;
    struct journal *journal;
    struct repetition repetition;
    struct gathering gathering;
    bool *done; /* by point: measured well in an earlier session */
    int64_t finished, failed, planned;
    int64_t *host_ids; /* of the cluster's hosts, in the file */
    int64_t *offsets_before_ns;
    double began_s, clocks_s;       /* when the sweep began, when clocks were last compared */
    struct stats_schedule schedule; /* of looks; empty without a precision */
    int64_t point_began_ns;
    double sign_s; /* of the last sign of life */
    bool interrupted;
};

static _Noreturn void out_of_memory(const char *what)
{
    log_line(LOG_ERROR, "no memory for %s; what was measured is in the journal", what);
    cluster_abort(EXIT_FAILED);
}

static void *grown(void *old, size_t count, size_t bytes, const char *what)
{
    void *larger = realloc(old, (count ? count : 1) * bytes);
    if (!larger) {
        out_of_memory(what);
    }
    return larger;
}

static double wall_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- one repetition ---- */

static void gather_intervals(struct coordinator *coordinator)
{
    struct gathering *gathering = &coordinator->gathering;
    size_t total = 0;
    for (int32_t rank = 0; rank < cluster_size(coordinator->cluster); rank++) {
        size_t count = (size_t)gathering->outcomes[rank].interval_count;
        gathering->first_interval[rank] = total;
        gathering->interval_bytes[rank] = count * sizeof *gathering->intervals;
        total += count;
    }
    if (total > gathering->interval_capacity) {
        gathering->intervals = grown(gathering->intervals, total, sizeof *gathering->intervals, "intervals");
        gathering->interval_capacity = total;
    }
    cluster_gather_varied(coordinator->cluster, NULL, 0, gathering->interval_bytes, gathering->intervals);
}

static void say_failures(const struct coordinator *coordinator)
{
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster); rank++) {
        const struct outcome *outcome = &coordinator->gathering.outcomes[rank];
        if (outcome->failed) {
            const struct cluster_member *member = cluster_member(coordinator->cluster, rank);
            log_line(LOG_WARNING, "rank %d on %s: %s", rank,
                     cluster_host(coordinator->cluster, member->host)->name, outcome->message);
        }
    }
}

/* Once: the file has them all, and who knocks once knocks on. */
static void say_strangers(const struct coordinator *coordinator)
{
    static bool said;
    for (int32_t rank = 1; rank < cluster_size(coordinator->cluster) && !said; rank++) {
        const struct outcome *outcome = &coordinator->gathering.outcomes[rank];
        if (outcome->strangers) {
            const struct cluster_member *member = cluster_member(coordinator->cluster, rank);
            log_line(
                LOG_WARNING,
                "rank %d on %s: %d connection%s of strangers (%s), none let in; further ones are counted "
                "in the results",
                rank, cluster_host(coordinator->cluster, member->host)->name, outcome->strangers,
                outcome->strangers == 1 ? "" : "s", member->address);
            said = true;
        }
    }
}

static void keep_intervals(struct coordinator *coordinator, const struct evidence *evidence)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    int32_t last = cluster_size(coordinator->cluster) - 1;
    size_t total = gathering->first_interval[last] + (size_t)gathering->outcomes[last].interval_count;
    if (rows->interval_count + total > gathering->interval_rows_capacity) {
        gathering->interval_rows_capacity = 2 * (rows->interval_count + total);
        rows->intervals =
            grown(rows->intervals, gathering->interval_rows_capacity, sizeof *rows->intervals, "intervals");
    }
    for (int32_t rank = 0; rank <= last; rank++) {
        for (int32_t i = 0; i < gathering->outcomes[rank].interval_count; i++) {
            const struct interval *interval =
                &gathering->intervals[gathering->first_interval[rank] + (size_t)i];
            struct interval_record *row = &rows->intervals[rows->interval_count++];
            row->point_id = evidence->point->id;
            row->repetition = evidence->repetition;
            row->rank = rank;
            row->start_us = (double)(interval->start_ns - evidence->timeline->window_begin_ns) / 1e3;
            row->length_us = (double)interval->length_ns / 1e3;
            row->messages = interval->messages;
            row->bytes = interval->messages * evidence->point->size_bytes;
        }
    }
}

/* Settings as in force: the sender's HWM from a sender, the receiver's from a receiver, the largest buffers.
 */
static void keep_connections(struct gathering *gathering, const struct outcome *outcome)
{
    struct traffic_connections *all = &gathering->connections;
    if (outcome->role == ROLE_SENDER) {
        all->sndhwm = outcome->connections.sndhwm ? outcome->connections.sndhwm : all->sndhwm;
        all->sndbuf_bytes = fmax(all->sndbuf_bytes, outcome->connections.sndbuf_bytes);
    } else if (outcome->role == ROLE_RECEIVER) {
        all->rcvhwm = outcome->connections.rcvhwm ? outcome->connections.rcvhwm : all->rcvhwm;
        all->rcvbuf_bytes = fmax(all->rcvbuf_bytes, outcome->connections.rcvbuf_bytes);
    }
}

/* Room for one more repetition: how many there will be is not known when a precision decides. */
static void make_room(struct coordinator *coordinator)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    size_t ranks = (size_t)cluster_size(coordinator->cluster);
    if (rows->repetition_count < gathering->repetition_capacity) {
        return;
    }
    size_t room = gathering->repetition_capacity = 8 + 2 * rows->repetition_count;
    rows->repetitions = grown(rows->repetitions, room, sizeof *rows->repetitions, "repetitions");
    rows->ranks = grown(rows->ranks, room * ranks, sizeof *rows->ranks, "the ranks' rows");
    gathering->cpu_ns = grown(gathering->cpu_ns, room, sizeof *gathering->cpu_ns, "repetitions");
    gathering->flags = grown(gathering->flags, room, sizeof *gathering->flags, "repetitions");
}

static void keep_repetition(struct coordinator *coordinator, const struct point *point, double ordered_s)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    const struct timeline *timeline = &coordinator->repetition.timeline;
    size_t index = rows->repetition_count;
    struct evidence evidence = {.point = point,
                                .seating = &coordinator->repetition.seating,
                                .repetition = coordinator->repetition.order.repetition,
                                .ranks = cluster_size(coordinator->cluster),
                                .outcomes = gathering->outcomes,
                                .intervals = gathering->intervals,
                                .host_ids = coordinator->host_ids,
                                .first_interval = gathering->first_interval,
                                .timeline = timeline,
                                .cluster = coordinator->cluster};
    evidence.start_s = ordered_s + (double)(timeline->start_ns - timeline->ordered_ns) / 1e9;
    rows->rank_count += judge_repetition(&evidence, &rows->repetitions[index], &rows->ranks[rows->rank_count],
                                         &gathering->flags[index]);
    gathering->cpu_ns[index] = judge_cpu_ns_per_message(&evidence);
    keep_intervals(coordinator, &evidence);
    for (int32_t rank = 1; rank < evidence.ranks; rank++) {
        keep_connections(gathering, &gathering->outcomes[rank]);
    }
    rows->repetition_count++;
}

/* Clocks of different hosts drift apart by some microseconds a second: compare them now and then. */
static void compare_clocks(struct coordinator *coordinator)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.command = ORDER_CLOCKS;
    cluster_set_phase(coordinator->cluster, "comparing clocks");
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    cluster_compare_clocks(coordinator->cluster);
    cluster_exchange_members(coordinator->cluster);
    coordinator->clocks_s = wall_s();
}

/* One-way latencies between hosts are as good as their clocks' comparison: it is to be fresh. */
static void prepare_clocks(struct coordinator *coordinator, const struct point *point)
{
    if (!latency_needs_clocks(coordinator->cluster, point)) {
        return;
    }
    if (wall_s() - coordinator->clocks_s > CLOCKS_FRESH_S) {
        compare_clocks(coordinator);
    }
    latencies_note_clocks(coordinator->cluster, &coordinator->gathering.latencies);
}

static void keep_latencies(struct coordinator *coordinator, const struct point *point)
{
    struct gathering *gathering = &coordinator->gathering;
    if (!point->latency_every) {
        return;
    }
    if (latency_needs_clocks(coordinator->cluster, point)) {
        compare_clocks(coordinator);
    }
    latencies_keep(coordinator->cluster, &coordinator->repetition, &gathering->latencies,
                   gathering->outcomes);
}

/* @return false when the sweep is to stop; then the repetition is dropped. */
static bool run_repetition(struct coordinator *coordinator, const struct point *point, int32_t number)
{
    struct repetition *repetition = &coordinator->repetition;
    struct gathering *gathering = &coordinator->gathering;
    prepare_clocks(coordinator, point);
    double ordered_s = wall_s();
    memset(&repetition->order, 0, sizeof repetition->order);
    repetition->order.command = ORDER_RUN;
    repetition->order.repetition = number;
    repetition->order.point = *point;
    cluster_set_phase(coordinator->cluster, "ordering a repetition");
    int64_t ordered_ns = traffic_clock_ns();
    cluster_broadcast(coordinator->cluster, &repetition->order, sizeof repetition->order);
    repetition_run(coordinator->cluster, repetition);
    cluster_gather(coordinator->cluster, &repetition->outcome, gathering->outcomes,
                   sizeof repetition->outcome);
    gather_intervals(coordinator);
    if (point->latency_every) {
        latencies_gather(coordinator->cluster, repetition, &gathering->latencies, gathering->outcomes);
    }
    repetition->timeline.ordered_ns = ordered_ns;
    repetition->timeline.closed_ns = traffic_clock_ns();
    if (repetition->stopped || stop_asked()) {
        return false;
    }
    say_failures(coordinator);
    say_strangers(coordinator);
    make_room(coordinator);
    keep_repetition(coordinator, point, ordered_s);
    keep_latencies(coordinator, point);
    return true;
}

/* ---- one point ---- */

static const struct stats_schedule *schedule_of(const struct coordinator *coordinator)
{
    return coordinator->schedule.ranks ? &coordinator->schedule : NULL;
}

static struct tally_of_point count_up(const struct coordinator *coordinator, const struct point *point)
{
    return (struct tally_of_point){.point = point,
                                   .schedule = schedule_of(coordinator),
                                   .repetitions = coordinator->gathering.rows.repetitions,
                                   .count = coordinator->gathering.rows.repetition_count,
                                   .elapsed_s =
                                       (double)(traffic_clock_ns() - coordinator->point_began_ns) * 1e-9};
}

static void begin_point(struct coordinator *coordinator)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    rows->repetition_count = rows->rank_count = rows->interval_count = 0;
    latencies_drop(&gathering->latencies);
    gathering->connections = (struct traffic_connections){NAN, NAN, NAN, NAN, 0, 0};
    coordinator->point_began_ns = traffic_clock_ns();
}

/* Someone may move or remove the journal while hours of measuring go into it. */
static int keep_journal(struct coordinator *coordinator, struct error *error)
{
    bool again;
    if (journal_keep(coordinator->journal, &again, error)) {
        return -1;
    }
    if (again) {
        log_line(LOG_WARNING,
                 "%s.journal was moved or removed while the sweep ran; it is written again, whole",
                 config_text(coordinator->settings, OPTION_OUTPUT));
    }
    return 0;
}

static void append_to_journal(struct coordinator *coordinator)
{
    struct error error = {""};
    if (journal_append(coordinator->journal, &coordinator->gathering.rows, &error)) {
        log_line(LOG_ERROR, "%s; ending the job, the points before are in the journal", error.text);
        cluster_abort(EXIT_FAILED);
    }
    if (keep_journal(coordinator, &error)) {
        log_line(LOG_ERROR, "%s; ending the job", error.text);
        cluster_abort(EXIT_FAILED);
    }
}

static double seconds_left(const struct coordinator *coordinator, double points_done)
{
    double share = points_done / (double)coordinator->planned;
    return share > 0 ? (wall_s() - coordinator->began_s) * (1 - share) / share : NAN;
}

/* Summary, journal and line of a point whose repetitions are done. */
static void finish_point(struct coordinator *coordinator, const struct point *point, enum stop stop)
{
    struct gathering *gathering = &coordinator->gathering;
    struct point_rows *rows = &gathering->rows;
    struct summary_input input = {.plan = coordinator->plan,
                                  .point = point,
                                  .seating = &coordinator->repetition.seating,
                                  .cluster = coordinator->cluster,
                                  .repetitions = rows->repetitions,
                                  .cpu_ns = gathering->cpu_ns,
                                  .flags = gathering->flags,
                                  .count = rows->repetition_count,
                                  .stop = stop,
                                  .schedule = schedule_of(coordinator),
                                  .connections = gathering->connections,
                                  .latencies = point->latency_every ? &gathering->latencies : NULL};
    summarise_point(&input, &rows->point);
    rows->latencies = gathering->latencies.rows;
    rows->latency_count = gathering->latencies.row_count;
    warn_buffers(point, &gathering->connections);
    append_to_journal(coordinator);
    coordinator->finished += !coordinator->interrupted;
    coordinator->failed += rows->point.valid_repetitions == 0;
    if (!coordinator->interrupted) { /* a line is for a point that is done */
        progress_point(coordinator->finished, &rows->point);
    }
}

/* ---- --find-rate ---- */

#define PROBE_SHARE 4
#define PROBE_MIN_NS 100000000
/* A busy machine may spoil a probe: it is run again so often. */
#define PROBE_RUNS 3
/* Measurements at ever lower rates, when the one at the found rate lost too much after all. */
#define FIND_ROUNDS 6

/* Forgets the repetitions measured so far: they were probes. */
static void drop_repetitions(struct gathering *gathering)
{
    gathering->rows.repetition_count = gathering->rows.rank_count = gathering->rows.interval_count = 0;
    latencies_drop(&gathering->latencies);
}

/* One repetition in a short window at point->rate_per_s, again when it is invalid. *row is what it gave.
 * @return false when the search cannot go on: interrupted, or the peers could not be brought together. */
static bool run_probe(struct coordinator *coordinator, const struct point *point,
                      struct repetition_record *row)
{
    struct point probe = *point;
    int64_t window_ns = point->duration_ns / PROBE_SHARE;
    window_ns = window_ns < PROBE_MIN_NS ? PROBE_MIN_NS : window_ns;
    probe.duration_ns = window_ns < point->duration_ns ? window_ns : point->duration_ns;
    for (int run = 0; run < PROBE_RUNS; run++) {
        drop_repetitions(&coordinator->gathering);
        coordinator->interrupted = !run_repetition(coordinator, &probe, 0);
        if (coordinator->interrupted || !coordinator->repetition.ran) {
            return false;
        }
        *row = coordinator->gathering.rows.repetitions[0];
        if (row->valid) {
            break;
        }
    }
    log_line(LOG_INFO,
             "find-rate: point %lld at %.0f/s per sender (0: unpaced): sent %.0f/s, lost %lld of %lld%s%s",
             (long long)point->id, point->rate_per_s, row->sent_rate_per_s, (long long)row->lost,
             (long long)row->sent, *row->flags ? ", " : "", row->flags);
    return true;
}

/* The rate per sender that the slowest receiver of an unpaced probe took. */
static double delivered_per_s(const struct point *point, const struct repetition_record *row)
{
    return row->receiver_min_mbit_s * 1e6 / (8 * (double)point->size_bytes) / point->senders_per_receiver;
}

/* Sets point->rate_per_s to the highest rate that loses no more than asked for. @return as run_probe. */
static bool find_rate(struct coordinator *coordinator, struct point *point)
{
    struct repetition_record row;
    struct search search;
    point->rate_per_s = 0;
    if (!run_probe(coordinator, point, &row)) {
        return false;
    }
    for (search_begin(&search, delivered_per_s(point, &row)); !search_done(&search);) {
        point->rate_per_s = search.next_per_s;
        if (!run_probe(coordinator, point, &row)) {
            return false;
        }
        search_take(&search, row.valid && !(coordinator->gathering.flags[0] & FLAG_RATE_MISSED) &&
                                 !search_loss_over(point->find_loss_ppb, row.lost, row.sent));
    }
    point->rate_per_s = search_found_per_s(&search);
    return true;
}

/* Did the valid repetitions together lose more than asked for? */
static bool lost_too_much(const struct point *point, const struct point_rows *rows)
{
    int64_t lost = 0, sent = 0;
    for (size_t i = 0; i < rows->repetition_count; i++) {
        lost += rows->repetitions[i].valid ? rows->repetitions[i].lost : 0;
        sent += rows->repetitions[i].valid ? rows->repetitions[i].sent : 0;
    }
    return search_loss_over(point->find_loss_ppb, lost, sent);
}

/* Repeats the point until it is enough. A point whose peers cannot be brought together is given up after one
 * try: the next would wait as long again. @return why it ended. */
static enum stop run_repetitions(struct coordinator *coordinator, const struct point *point)
{
    enum stop stop = STOP_REPETITIONS;
    bool over = false;
    for (int32_t number = 0; !over; number++) {
        coordinator->interrupted = !run_repetition(coordinator, point, number);
        if (coordinator->interrupted) {
            return STOP_INTERRUPTED;
        }
        struct tally_of_point tally = count_up(coordinator, point);
        over = enough(&tally, &stop);
        if (!coordinator->repetition.ran) {
            stop = STOP_UNREACHABLE;
            over = true;
        }
        double done = (double)coordinator->finished + (number + 1.0) / enough_expected(&tally);
        progress_repetition(coordinator->finished, point, &tally.repetitions[number],
                            seconds_left(coordinator, done));
    }
    return stop;
}

/* Finds the rate, then measures at it; lower when that lost too much, so that what is recorded keeps the
 * target or is flagged. @return why it ended. */
static enum stop run_found_rate(struct coordinator *coordinator, struct point *point)
{
    if (!find_rate(coordinator, point)) {
        return coordinator->interrupted ? STOP_INTERRUPTED : STOP_UNREACHABLE;
    }
    double found_per_s = point->rate_per_s;
    enum stop stop = STOP_REPETITIONS;
    for (int32_t round = 0; round < FIND_ROUNDS; round++) {
        if (round > 0) {
            point->rate_per_s = search_lower_per_s(found_per_s, round);
            log_line(LOG_INFO, "find-rate: point %lld lost too much; measured again at %.0f/s",
                     (long long)point->id, point->rate_per_s);
        }
        drop_repetitions(&coordinator->gathering);
        stop = run_repetitions(coordinator, point);
        if (stop == STOP_INTERRUPTED || stop == STOP_UNREACHABLE ||
            !lost_too_much(point, &coordinator->gathering.rows)) {
            break;
        }
    }
    return stop;
}

static void run_point(struct coordinator *coordinator, int64_t id)
{
    struct point point = plan_point(coordinator->plan, id);
    begin_point(coordinator);
    enum stop stop = point.find_loss_ppb == OPTION_KEYWORD ? run_repetitions(coordinator, &point)
                                                           : run_found_rate(coordinator, &point);
    if (coordinator->gathering.rows.repetition_count > 0) {
        finish_point(coordinator, &point, stop);
    }
}

/* ---- the sweep ---- */

static void note_clocks(struct coordinator *coordinator)
{
    struct run_record notes;
    struct error error = {""};
    memset(&notes, 0, sizeof notes);
    compare_clocks(coordinator);
    record_clocks(coordinator->cluster, coordinator->offsets_before_ns, wall_s() - coordinator->began_s,
                  &notes);
    if (journal_append_notes(coordinator->journal, &notes, &error)) {
        log_line(LOG_WARNING, "%s; the clocks after the sweep are not recorded", error.text);
    }
    results_free_run(&notes);
}

static void run_points(struct coordinator *coordinator)
{
    const struct plan *plan = coordinator->plan;
    coordinator->planned = 0;
    for (int64_t id = 0; id < plan->points; id++) {
        coordinator->planned += !coordinator->done[id];
    }
    if (coordinator->planned < plan->points) {
        log_line(LOG_INFO, "going on: %lld of %lld points are done",
                 (long long)(plan->points - coordinator->planned), (long long)plan->points);
    }
    coordinator->began_s = coordinator->clocks_s = wall_s();
    progress_start(coordinator->planned);
    for (int64_t n = 0; n < plan->points && !coordinator->interrupted; n++) {
        if (stop_asked()) {
            coordinator->interrupted = true;
        } else if (!coordinator->done[plan->order[n]]) {
            if (cluster_host_count(coordinator->cluster) > 1 &&
                wall_s() - coordinator->clocks_s > CLOCKS_EVERY_S) {
                compare_clocks(coordinator);
            }
            run_point(coordinator, plan->order[n]);
        }
    }
    if (cluster_host_count(coordinator->cluster) > 1 && coordinator->journal && !stop_urgent()) {
        note_clocks(coordinator);
    }
}

/* Damage that came to the journal since its lines were written must not be taken for a smaller sweep. */
static int check_report(const struct coordinator *coordinator, const struct finish_report *report,
                        struct error *error)
{
    long long points = coordinator->plan->points - coordinator->planned + coordinator->finished;
    if (report->points >= points) {
        return 0;
    }
    return error_set(error,
                     "only %lld of the %lld finished points can be read from the journal, its line %lld is "
                     "damaged: the file holds those, --resume measures the others",
                     (long long)report->points, points, (long long)report->first_damaged);
}

static void say_damage(const char *journal, const struct finish_report *report)
{
    if (report->damaged_lines > 0) {
        log_line(LOG_WARNING, "%s: %lld damaged line%s left out, the first was line %lld", journal,
                 (long long)report->damaged_lines, report->damaged_lines == 1 ? "" : "s",
                 (long long)report->first_damaged);
    }
}

/* The other ranks wait for an order until their deadline: a long piece of work gives signs of life. */
static void sign_of_life(void *data)
{
    struct coordinator *coordinator = data;
    struct order order;
    if (wall_s() - coordinator->sign_s < (double)coordinator->job->timeout_ns / 4e9) {
        return;
    }
    memset(&order, 0, sizeof order);
    order.command = ORDER_WAIT;
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    coordinator->sign_s = wall_s();
}

/* The journal becomes the file, and only then goes. */
static int finish_file(struct coordinator *coordinator)
{
    const char *output = config_text(coordinator->settings, OPTION_OUTPUT);
    char journal[4096], partial[4096], line[1024];
    struct finish_report report;
    struct error error = {""};
    journal_path(output, journal, sizeof journal);
    snprintf(partial, sizeof partial, "%.4000s.partial", output);
    snprintf(line, sizeof line,
             "zmqsweep: no time left to finish %.300s; the journal is whole: zmqreport recover %.300s\n",
             output, journal);
    stop_guard(line, partial);
    if (keep_journal(coordinator, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
        return -1;
    }
    coordinator->sign_s = wall_s();
    struct finish_watch watch = {sign_of_life, coordinator};
    if (results_finish(output, journal, &watch, &report, &error)) {
        log_line(LOG_ERROR, "%s; the journal is whole: zmqreport recover %s", error.text, journal);
        return -1;
    }
    stop_unguard();
    say_damage(journal, &report);
    if (check_report(coordinator, &report, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
        return -1;
    }
    if (unlink(journal)) {
        log_line(LOG_WARNING, "%s: cannot be removed: %s", journal, strerror(errno));
    }
    log_line(LOG_INFO, "%lld point%s in %s", (long long)report.points, report.points == 1 ? "" : "s", output);
    return 0;
}

static void free_gathering(struct gathering *gathering)
{
    free(gathering->outcomes);
    free(gathering->first_interval);
    free(gathering->interval_bytes);
    free(gathering->intervals);
    free(gathering->rows.repetitions);
    free(gathering->rows.ranks);
    free(gathering->rows.intervals);
    free(gathering->cpu_ns);
    free(gathering->flags);
    latencies_free(&gathering->latencies);
}

static int end_sweep(struct coordinator *coordinator)
{
    if (!coordinator->journal) {
        return EXIT_OK; /* the file was complete */
    }
    int code = finish_file(coordinator) ? EXIT_FAILED : EXIT_OK;
    journal_close(&coordinator->journal);
    if (code == EXIT_OK && coordinator->interrupted) {
        log_line(LOG_INFO, "interrupted; go on with --resume");
        code = EXIT_INTERRUPTED;
    } else if (code == EXIT_OK && coordinator->failed > 0) {
        log_line(LOG_WARNING, "%lld point%s without a valid repetition", (long long)coordinator->failed,
                 coordinator->failed == 1 ? "" : "s");
        code = EXIT_INVALID;
    }
    return code;
}

static void dismiss(struct coordinator *coordinator, int code)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.command = ORDER_END;
    order.code = code;
    cluster_set_phase(coordinator->cluster, "dismissing the ranks");
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
}

/* What is known once the journal is open. */
static void begin(struct coordinator *coordinator, const struct run_record *run)
{
    const struct cluster *cluster = coordinator->cluster;
    size_t ranks = (size_t)cluster_size(cluster);
    coordinator->host_ids = grown(NULL, run->host_count, sizeof *coordinator->host_ids, "hosts");
    coordinator->offsets_before_ns = grown(NULL, ranks, sizeof *coordinator->offsets_before_ns, "clocks");
    for (size_t host = 0; host < run->host_count; host++) {
        coordinator->host_ids[host] = run->hosts[host].host_id;
    }
    for (size_t rank = 0; rank < ranks; rank++) {
        coordinator->offsets_before_ns[rank] = cluster_member(cluster, (int32_t)rank)->clock_offset_ns;
    }
}

/* With a precision, all points share a schedule of looks. */
static void plan_looks(struct coordinator *coordinator)
{
    struct point point = plan_point(coordinator->plan, 0);
    if (point.precision_ppm && stats_schedule_make((size_t)point.min_repetitions, (size_t)point.repetitions,
                                                   COVERAGE_WANTED, &coordinator->schedule)) {
        out_of_memory("the looks of the precision");
    }
}

int sweep_coordinate(struct cluster *cluster, const struct job *job, const struct settings *settings,
                     const struct plan *plan, int argc, char **argv)
{
    struct coordinator coordinator = {.cluster = cluster, .job = job, .settings = settings, .plan = plan};
    size_t ranks = (size_t)cluster_size(cluster);
    struct run_record run;
    struct error error = {""};
    int code = EXIT_USAGE;
    cluster_set_deadline(cluster, job->timeout_ns + DEADLINE_EXTRA_NS);
    coordinator.gathering.outcomes = grown(NULL, ranks, sizeof(struct outcome), "outcomes");
    coordinator.gathering.first_interval = grown(NULL, ranks, sizeof(size_t), "outcomes");
    coordinator.gathering.interval_bytes = grown(NULL, ranks, sizeof(size_t), "outcomes");
    coordinator.done = grown(NULL, (size_t)plan->points, sizeof *coordinator.done, "points");
    memset(coordinator.done, 0, (size_t)plan->points * sizeof *coordinator.done);
    if (record_run(cluster, settings, plan, argc, argv, &run, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
    } else {
        warn_placement(cluster, plan, &run);
        int rc = resume_or_begin(settings, plan, &run, coordinator.done, &coordinator.journal, &error);
        if (rc) {
            log_line(LOG_ERROR, "%s", error.text);
            code = rc == JOURNAL_FAILED ? EXIT_FAILED : EXIT_USAGE;
        } else {
            begin(&coordinator, &run);
            plan_looks(&coordinator);
            warn_say(cluster, plan, &run);
            run_points(&coordinator);
            code = end_sweep(&coordinator);
        }
    }
    dismiss(&coordinator, code);
    results_free_run(&run);
    free(coordinator.done);
    free(coordinator.host_ids);
    free(coordinator.offsets_before_ns);
    stats_schedule_free(&coordinator.schedule);
    repetition_free(&coordinator.repetition);
    free_gathering(&coordinator.gathering);
    return code;
}
