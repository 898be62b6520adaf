/* coordinator.c - rank 0's part: a sweep from the journal's first line to the finished file. */
#include "coordinator/state.h"

#include "console/warn.h"
#include "coordinator/measure.h"
#include "coordinator/rounds.h"
#include "coordinator/store.h"
#include "process/log.h"
#include "process/memory.h"
#include "process/stop.h"
#include "record/record.h"
#include "record/resume.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the sweep ---- */

static void record_final_clocks(struct coordinator *coordinator)
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

static void log_resumed(const struct coordinator *coordinator)
{
    const struct ledger *ledger = &coordinator->ledger;
    int64_t repetitions = ledger_repetitions(ledger);
    if (!coordinator->journal) {
        log_line(LOG_INFO, "%lld of %lld points are done: nothing to measure",
                 (long long)ledger->finished, (long long)ledger->points);
    } else if (repetitions > 0) {
        log_line(LOG_INFO, "going on: %lld of %lld points are done, %lld repetitions are there",
                 (long long)ledger->finished, (long long)ledger->points, (long long)repetitions);
    }
}

static void measure_all(struct coordinator *coordinator)
{
    coordinator->began_s = coordinator->clocks_s = measure_wall_s();
    progress_start(coordinator->settings, coordinator->plan->points);
    rounds_run(coordinator);
    if (cluster_host_count(coordinator->cluster) > 1 && coordinator->journal && !stop_urgent()) {
        record_final_clocks(coordinator);
    }
}

/* Refuses a journal with fewer repetitions than were stored: a damaged journal must not pass for
 * that of a smaller sweep. */
static int check_report(const struct coordinator *coordinator, const struct finish_report *report,
                        struct error *error)
{
    long long repetitions = ledger_repetitions(&coordinator->ledger);
    if (report->repetitions >= repetitions) {
        return 0;
    }
    return error_set(error,
                     "only %lld of the %lld repetitions can be read from the journal, its line "
                     "%lld is damaged: the file holds those, --resume measures the others",
                     (long long)report->repetitions, repetitions, (long long)report->first_damaged);
}

static void log_damage(const char *journal, const struct finish_report *report)
{
    if (report->damaged_lines > 0) {
        log_line(LOG_WARNING, "%s: %lld damaged line%s left out, the first was line %lld", journal,
                 (long long)report->damaged_lines, report->damaged_lines == 1 ? "" : "s",
                 (long long)report->first_damaged);
    }
}

/* Makes the HDF5 file from the journal, and removes the journal once the file is whole. */
static int finish_file(struct coordinator *coordinator)
{
    const char *output = config_text(coordinator->settings, OPTION_OUTPUT);
    char journal[4096], partial[4096], line[1024];
    struct finish_report report;
    struct error error = {""};
    journal_path(output, journal, sizeof journal);
    snprintf(partial, sizeof partial, "%.4000s.partial", output);
    snprintf(
        line, sizeof line,
        "zmqsweep: no time left to finish %.300s; the journal is whole: zmqreport recover %.300s\n",
        output, journal);
    stop_arm_exit(line, partial);
    if (store_ensure(coordinator, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
        return -1;
    }
    coordinator->heartbeat_s = measure_wall_s();
    struct finish_watch watch = {rounds_send_heartbeat, coordinator};
    if (results_finish(output, journal, &watch, &report, &error)) {
        log_line(LOG_ERROR, "%s; the journal is whole: zmqreport recover %s", error.text, journal);
        return -1;
    }
    stop_disarm_exit();
    log_damage(journal, &report);
    if (check_report(coordinator, &report, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
        return -1;
    }
    stop_results_in_file(output);
    if (unlink(journal)) {
        log_line(LOG_WARNING, "%s: cannot be removed: %s", journal, strerror(errno));
    }
    log_line(LOG_INFO, "%s%lld point%s in %s", stop_urgent() ? "finished in time: " : "",
             (long long)report.points, report.points == 1 ? "" : "s", output);
    return 0;
}

static int end_sweep(struct coordinator *coordinator)
{
    if (!coordinator->journal) {
        return EXIT_OK; /* the output file was complete already */
    }
    int code = finish_file(coordinator) ? EXIT_FAILED : EXIT_OK;
    journal_close(&coordinator->journal);
    if (code == EXIT_OK && coordinator->interrupted) {
        log_line(LOG_INFO, "interrupted; go on with --resume");
        code = EXIT_INTERRUPTED;
    } else if (code == EXIT_OK && coordinator->ledger.failed > 0) {
        log_line(LOG_WARNING, "%lld point%s without a valid repetition",
                 (long long)coordinator->ledger.failed, coordinator->ledger.failed == 1 ? "" : "s");
        code = EXIT_INVALID;
    }
    return code;
}

static void end_ranks(struct coordinator *coordinator, int code)
{
    struct order order;
    memset(&order, 0, sizeof order);
    order.command = ORDER_END;
    order.code = code;
    cluster_set_phase(coordinator->cluster, "dismissing the ranks");
    cluster_broadcast(coordinator->cluster, &order, sizeof order);
}

/* Fills the arrays by host. */
static void begin_hosts(struct coordinator *coordinator, const struct run_record *run)
{
    const size_t hosts = run->host_count;
    coordinator->host_ids = memory_grow(NULL, hosts, sizeof *coordinator->host_ids, "hosts");
    coordinator->host_names = memory_grow(NULL, hosts, sizeof *coordinator->host_names, "hosts");
    coordinator->clocks_before =
        memory_grow(NULL, hosts, sizeof *coordinator->clocks_before, "clocks");
    coordinator->clocks_after =
        memory_grow(NULL, hosts, sizeof *coordinator->clocks_after, "clocks");
    for (size_t host = 0; host < hosts; host++) {
        coordinator->host_ids[host] = run->hosts[host].host_id;
        coordinator->host_names[host] = cluster_host(coordinator->cluster, (int32_t)host)->name;
    }
}

/* Sets up what is known once the journal is open. */
static void begin_sweep(struct coordinator *coordinator, const struct run_record *run)
{
    const struct cluster *cluster = coordinator->cluster;
    size_t ranks = (size_t)cluster_size(cluster);
    begin_hosts(coordinator, run);
    coordinator->order =
        memory_grow(NULL, (size_t)coordinator->plan->points, sizeof *coordinator->order, "points");
    coordinator->cores = memory_grow(NULL, ranks, sizeof *coordinator->cores, "ranks");
    coordinator->offsets_before_ns =
        memory_grow(NULL, ranks, sizeof *coordinator->offsets_before_ns, "clocks");
    for (size_t rank = 0; rank < ranks; rank++) {
        const struct cluster_member *member = cluster_member(cluster, (int32_t)rank);
        coordinator->cores[rank] = member->cores;
        coordinator->offsets_before_ns[rank] = member->clock_offset_ns;
    }
}

/* Makes the schedule of looks that all points share with --precision. */
static void make_schedule(struct coordinator *coordinator)
{
    struct point point = plan_point(coordinator->plan, 0);
    if (point.precision_ppm &&
        stats_schedule_make((size_t)point.min_repetitions, (size_t)point.repetitions,
                            SUMMARY_COVERAGE, &coordinator->schedule)) {
        memory_fail("the looks of the precision");
    }
}

int sweep_coordinate(struct cluster *cluster, const struct job *job,
                     const struct settings *settings, const struct plan *plan, int argc,
                     char **argv)
{
    struct coordinator coordinator = {
        .cluster = cluster, .job = job, .settings = settings, .plan = plan};
    struct run_record run;
    struct error error = {""};
    int code = EXIT_USAGE;
    cluster_set_deadline(cluster, job->timeout_ns + REPETITION_DEADLINE_EXTRA_NS);
    gather_begin(&coordinator.gathering, (size_t)cluster_size(cluster));
    coordinator.seed = plan->seed;
    if (ledger_make(plan->points, &coordinator.ledger)) {
        memory_fail("points");
    }
    if (record_run(cluster, settings, plan, argc, argv, &run, &error)) {
        log_line(LOG_ERROR, "%s", error.text);
    } else {
        warn_placement(cluster, plan, &run);
        int rc = resume_open(settings, &run, &coordinator.ledger, &coordinator.seed,
                             &coordinator.journal, &error);
        if (rc) {
            log_line(LOG_ERROR, "%s", error.text);
            code = rc == JOURNAL_FAILED ? EXIT_FAILED : EXIT_USAGE;
        } else {
            begin_sweep(&coordinator, &run);
            make_schedule(&coordinator);
            warn_print(cluster, plan, &run);
            log_resumed(&coordinator);
            if (coordinator.journal) {
                stop_results_in_journal(config_text(settings, OPTION_OUTPUT));
                measure_all(&coordinator);
            }
            code = end_sweep(&coordinator);
        }
    }
    end_ranks(&coordinator, code);
    results_free_run(&run);
    ledger_free(&coordinator.ledger);
    free(coordinator.order);
    free(coordinator.cores);
    free(coordinator.host_ids);
    free(coordinator.host_names);
    free(coordinator.clocks_before);
    free(coordinator.clocks_after);
    free(coordinator.offsets_before_ns);
    stats_schedule_free(&coordinator.schedule);
    repetition_free(&coordinator.repetition);
    gather_end(&coordinator.gathering);
    return code;
}
