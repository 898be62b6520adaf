/* resume.c - opens the journal for a sweep's results: a new one, or one to continue. */
#include "record/resume.h"

#include "record/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the environment rows of a finished file, which hold the plan that it was made with. */
static int read_environment(struct results *results, struct run_record *run, struct error *error)
{
    int64_t rows = results_row_count(results, TABLE_ENVIRONMENT);
    memset(run, 0, sizeof *run);
    run->environment = calloc((size_t)rows + 1, sizeof *run->environment);
    if (!run->environment) {
        return error_set(error, "no memory for %lld rows of the environment", (long long)rows);
    }
    run->environment_count = (size_t)rows;
    return results_read(results, TABLE_ENVIRONMENT, 0, rows, run->environment, error);
}

/* Sets *done if every point is there and has a valid repetition. */
static int file_is_done(struct results *results, bool *done, struct error *error)
{
    struct point_record point;
    *done = results_complete(results);
    for (int64_t row = 0; *done && row < results_row_count(results, TABLE_POINTS); row++) {
        if (results_read(results, TABLE_POINTS, row, 1, &point, error)) {
            return -1;
        }
        *done = strcmp(point.status, "failed") != 0;
    }
    return 0;
}

/* Checks a file without a journal: does it have this plan, and is anything missing? Changes
 * nothing. */
static int inspect_file(const char *output, const struct run_record *now, bool *nothing_missing,
                        struct error *error)
{
    struct results *results = NULL;
    struct run_record before;
    if (results_open(output, &results, error)) {
        return -1;
    }
    int rc = read_environment(results, &before, error) ||
             record_compare(&before, now, output, error) ||
             file_is_done(results, nothing_missing, error);
    results_free_run(&before);
    results_close(&results);
    return rc ? -1 : 0;
}

/* ---- from the journal to the ledger ---- */

struct restoring {
    struct ledger *ledger;
    bool no_memory;
};

static bool is_known(const struct restoring *restoring, int64_t point_id)
{
    return point_id >= 0 && point_id < restoring->ledger->points;
}

static void restore_settings(void *data, const struct point_record *row)
{
    struct restoring *restoring = data;
    if (is_known(restoring, row->point_id)) {
        struct ledger_entry *entry = &restoring->ledger->entries[row->point_id];
        entry->rate_per_s = isnan(row->loss_target) || isnan(row->rate_per_s) ? 0 : row->rate_per_s;
        entry->connections.sndhwm = row->sndhwm;
        entry->connections.rcvhwm = row->rcvhwm;
        entry->connections.sndbuf_bytes = row->sndbuf_bytes;
        entry->connections.rcvbuf_bytes = row->rcvbuf_bytes;
    }
}

static void restore_repetition(void *data, const struct repetition_record *row)
{
    struct restoring *restoring = data;
    if (is_known(restoring, row->point_id) && ledger_add(restoring->ledger, row)) {
        restoring->no_memory = true;
    }
}

/* Finishes the point, unless some of its repetitions were damaged: then it gets more. */
static void restore_stop(void *data, int64_t point_id, const char *reason, int64_t repetitions)
{
    struct restoring *restoring = data;
    if (is_known(restoring, point_id) &&
        restoring->ledger->entries[point_id].count >= repetitions) {
        ledger_finish(restoring->ledger, point_id, completion_read(reason));
    }
}

static void restore_drop(void *data, int64_t point_id)
{
    struct restoring *restoring = data;
    if (is_known(restoring, point_id)) {
        ledger_drop(restoring->ledger, point_id);
    }
}

/* Drops finished points without a valid repetition, so that they are measured again. */
static int reopen_failed(struct ledger *ledger, struct journal *journal, struct error *error)
{
    int failed = 0;
    for (int64_t id = 0; id < ledger->points && !failed; id++) {
        struct ledger_entry *entry = &ledger->entries[id];
        if (entry->finished && ledger_valid(entry) == 0) {
            failed = journal_add_drop(journal, id, error);
            ledger_drop(ledger, id);
            entry->rate_per_s = 0; /* the search may have failed */
        }
    }
    return failed;
}

/* Hosts that the file already has keep their number; new hosts get the next numbers. *added gets
 * the rows of the new hosts. */
static int number_hosts(const struct run_record *before, struct run_record *now,
                        struct run_record *added, struct error *error)
{
    int64_t next = 0;
    *added = *now;
    added->host_count = 0;
    added->hosts = calloc(now->host_count + 1, sizeof *added->hosts);
    if (!added->hosts) {
        return error_set(error, "no memory for %zu hosts", now->host_count);
    }
    for (size_t i = 0; i < before->host_count; i++) {
        next = before->hosts[i].host_id >= next ? before->hosts[i].host_id + 1 : next;
    }
    for (size_t i = 0; i < now->host_count; i++) {
        size_t known = 0;
        while (known < before->host_count &&
               strcmp(before->hosts[known].name, now->hosts[i].name) != 0) {
            known++;
        }
        now->hosts[i].host_id = known < before->host_count ? before->hosts[known].host_id : next++;
        if (known == before->host_count) {
            added->hosts[added->host_count++] = now->hosts[i];
        }
    }
    return 0;
}

static int begin_session(struct journal *journal, const struct run_record *before,
                         struct run_record *now, struct error *error)
{
    struct run_record added;
    if (number_hosts(before, now, &added, error)) {
        return -1;
    }
    int rc = journal_append_session(journal, &added, error);
    free(added.hosts);
    return rc;
}

/* Begins a new session of the journal, if it has the same plan. */
static int continue_session(struct journal *journal, const char *output,
                            const struct run_record *before, struct run_record *now,
                            struct ledger *ledger, struct error *error)
{
    if (record_compare(before, now, output, error)) {
        return -1;
    }
    results_remove_leftovers(output);
    int rc = reopen_failed(ledger, journal, error);
    return rc ? rc : begin_session(journal, before, now, error);
}

static int continue_journal(const char *output, struct run_record *now, struct ledger *ledger,
                            uint64_t *seed, struct journal **journal, struct error *error)
{
    struct run_record before;
    struct restoring restoring = {.ledger = ledger};
    const struct journal_visitor visitor = {&restoring, restore_settings, restore_repetition,
                                            restore_stop, restore_drop};
    int rc = journal_reopen(output, &before, &visitor, journal, error);
    if (rc) {
        return rc;
    }
    rc = restoring.no_memory ? error_set(error, "%s: no memory for its repetitions", output)
                             : continue_session(*journal, output, &before, now, ledger, error);
    *seed = (uint64_t)before.order_seed;
    results_free_run(&before);
    if (rc) {
        journal_close(journal);
    }
    return rc;
}

static int create_journal(const char *output, const struct run_record *now, bool replace,
                          struct journal **journal, struct error *error)
{
    int rc = journal_create(output, now, replace, journal, error);
    if (!rc) {
        results_remove_leftovers(output);
    }
    return rc;
}

static void finish_all(struct ledger *ledger)
{
    for (int64_t id = 0; id < ledger->points; id++) {
        ledger_finish(ledger, id, STOP_REPETITIONS);
    }
    ledger->failed = 0;
}

/* Without a journal: makes one from the file, or a new one. */
static int continue_from_file(const char *output, struct run_record *now, struct ledger *ledger,
                              uint64_t *seed, struct journal **journal, struct error *error)
{
    bool nothing_missing = false;
    if (access(output, F_OK)) {
        return create_journal(output, now, false, journal, error);
    }
    if (inspect_file(output, now, &nothing_missing, error)) {
        return -1;
    }
    if (nothing_missing) {
        finish_all(ledger);
        return 0;
    }
    int rc = results_to_journal(output, error);
    return rc ? rc : continue_journal(output, now, ledger, seed, journal, error);
}

static int resume(const char *output, struct run_record *now, struct ledger *ledger, uint64_t *seed,
                  struct journal **journal, struct error *error)
{
    char name[4096 + 16];
    if (journal_path(output, name, sizeof name)) {
        return error_set(error, "--output: the name is too long: %s", output);
    }
    int rc = 1; /* 1: there is nothing in the journal */
    if (access(name, F_OK) == 0) {
        rc = continue_journal(output, now, ledger, seed, journal, error);
    }
    return rc == 1 ? continue_from_file(output, now, ledger, seed, journal, error) : rc;
}

int resume_open(const struct settings *settings, struct run_record *now, struct ledger *ledger,
                uint64_t *seed, struct journal **journal, struct error *error)
{
    const char *output = config_text(settings, OPTION_OUTPUT);
    if (config_flag(settings, OPTION_RESUME)) {
        return resume(output, now, ledger, seed, journal, error);
    }
    return create_journal(output, now, config_flag(settings, OPTION_FORCE), journal, error);
}
