/* coordinator.c - rank 0's loop: point after point, each journaled before its line is printed. */
#include "coordinator.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOCKS_EVERY_S 30

/* ---- one point ---- */

static const struct stats_schedule *schedule_of(const struct coordinator *coordinator)
{
    return coordinator->schedule.ranks ? &coordinator->schedule : NULL;
}

static double seconds_since(int64_t began_ns)
{
    return (double)(traffic_clock_ns() - began_ns) * 1e-9;
}

static struct tally_of_point count_up(const struct coordinator *coordinator, const struct point *point)
{
    return (struct tally_of_point){.point = point,
                                   .schedule = schedule_of(coordinator),
                                   .repetitions = coordinator->gathering.rows.repetitions,
                                   .count = coordinator->gathering.rows.repetition_count,
                                   .elapsed_s = seconds_since(coordinator->point_began_ns),
                                   .repeating_s = seconds_since(coordinator->repeating_began_ns)};
}

static void begin_point(struct coordinator *coordinator)
{
    measure_drop(&coordinator->gathering);
    coordinator->gathering.connections = (struct traffic_connections){NAN, NAN, NAN, NAN, 0, 0};
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
    return share > 0 ? (measure_wall_s() - coordinator->began_s) * (1 - share) / share : NAN;
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

enum stop coordinator_repeat(struct coordinator *coordinator, const struct point *point)
{
    enum stop stop = STOP_REPETITIONS;
    bool over = false;
    coordinator->repeating_began_ns = traffic_clock_ns();
    for (int32_t number = 0; !over; number++) {
        coordinator->interrupted = !measure_repetition(coordinator, point, number);
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

static void run_point(struct coordinator *coordinator, int64_t id)
{
    struct point point = plan_point(coordinator->plan, id);
    begin_point(coordinator);
    enum stop stop = point.find_loss_ppb == OPTION_KEYWORD ? coordinator_repeat(coordinator, &point)
                                                           : find_rate_run(coordinator, &point);
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
    measure_clocks(coordinator);
    record_clocks(coordinator->cluster, coordinator->offsets_before_ns,
                  measure_wall_s() - coordinator->began_s, &notes);
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
    coordinator->began_s = coordinator->clocks_s = measure_wall_s();
    progress_start(coordinator->planned);
    for (int64_t n = 0; n < plan->points && !coordinator->interrupted; n++) {
        if (stop_asked()) {
            coordinator->interrupted = true;
        } else if (!coordinator->done[plan->order[n]]) {
            if (cluster_host_count(coordinator->cluster) > 1 &&
                measure_wall_s() - coordinator->clocks_s > CLOCKS_EVERY_S) {
                measure_clocks(coordinator);
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
    if (measure_wall_s() - coordinator->sign_s < (double)coordinator->job->timeout_ns / 4e9) {
        return;
    }
    memset(&order, 0, sizeof order);
    order.command = ORDER_WAIT;
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
    coordinator->sign_s = measure_wall_s();
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
    coordinator->sign_s = measure_wall_s();
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
    coordinator->host_ids = measure_grown(NULL, run->host_count, sizeof *coordinator->host_ids, "hosts");
    coordinator->offsets_before_ns =
        measure_grown(NULL, ranks, sizeof *coordinator->offsets_before_ns, "clocks");
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
        measure_no_memory("the looks of the precision");
    }
}

int sweep_coordinate(struct cluster *cluster, const struct job *job, const struct settings *settings,
                     const struct plan *plan, int argc, char **argv)
{
    struct coordinator coordinator = {.cluster = cluster, .job = job, .settings = settings, .plan = plan};
    struct run_record run;
    struct error error = {""};
    int code = EXIT_USAGE;
    cluster_set_deadline(cluster, job->timeout_ns + DEADLINE_EXTRA_NS);
    measure_begin(&coordinator.gathering, (size_t)cluster_size(cluster));
    coordinator.done = measure_grown(NULL, (size_t)plan->points, sizeof *coordinator.done, "points");
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
    measure_end(&coordinator.gathering);
    return code;
}
