/* finish.c - from the journal to the HDF5 file, which gets its name only when it is whole and on
 * disk. */
#include "file/finish_passes.h"

#include "file/h5.h"
#include "journal/disk.h"

#include "zmqsweep/journal.h"
#include "zmqsweep/results_finish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_tables(struct finish *finish, const char *partial, struct error *error)
{
    const struct run_record *run = &finish->run;
    struct file_writer *file = &finish->file;
    if (file_writer_open(file, partial) || finish_points(finish, error) ||
        file_writer_add(file, TABLE_HOSTS, run->hosts, run->host_count) ||
        file_writer_add(file, TABLE_ENVIRONMENT, run->environment, run->environment_count))
        return -1;
    finish->report.complete = finish->run_line > 0 && finish->report.settled >= run->points_planned;
    return file_writer_end(file, run, finish->report.complete);
}

static int write_file(struct finish *finish, const char *partial, struct error *error)
{
    struct error cause = {""};
    int failed = write_tables(finish, partial, &cause);
    failed = file_writer_close(&finish->file, partial, failed, error);
    if (failed && *cause.text)
        error_set(error, "%s", cause.text);
    return failed;
}

int results_rename(const char *from, const char *to, struct error *error)
{
    if (rename(from, to))
        return error_set(error, "%s: cannot be renamed to %s: %s", from, to, strerror(errno));
    if (disk_sync_folder(to))
        return error_set(error, "%s: its folder cannot be synced: %s", to, strerror(errno));
    return 0;
}

/* The file is on disk before it gets its name, and the name before the caller may remove the
 * journal. */
static int publish(const char *partial, const char *output, struct error *error)
{
    if (disk_sync_path(partial, 0))
        return error_set(error, "%s: cannot be synced: %s", partial, strerror(errno));
    return results_rename(partial, output, error);
}

static int build(struct finish *finish, const char *output, struct error *error)
{
    char partial[DISK_PATH_BYTES];
    int needed = snprintf(partial, sizeof partial, "%s.partial", output);
    if (needed < 0 || (size_t)needed >= sizeof partial)
        return error_set(error, "%.200s...: the name is too long", output);
    if (finish_scan(finish, error))
        return -1;
    if (write_file(finish, partial, error) || publish(partial, output, error)) {
        unlink(partial);
        return -1;
    }
    return 0;
}

int results_finish(const char *output, const char *journal_file, const struct finish_watch *watch,
                   struct finish_report *report, struct error *error)
{
    char path[DISK_PATH_BYTES];
    if (journal_path(output, path, sizeof path))
        return error_set(error, "%.200s...: the name is too long", output);
    struct finish *finish = calloc(1, sizeof *finish);
    if (!finish)
        return error_set(error, "%s: out of memory", output);
    finish->journal = journal_file ? journal_file : path;
    finish->latencies = calloc(1, sizeof *finish->latencies);
    finish->watch = watch;
    h5_keep_causes();
    int failed = finish->latencies ? journal_reader_open(&finish->reader, finish->journal, error)
                                   : error_set(error, "%s: out of memory", output);
    if (!failed) {
        failed = build(finish, output, error);
        journal_reader_close(&finish->reader);
    }
    if (!failed && report)
        *report = finish->report;
    results_free_run(&finish->run);
    stats_schedule_free(&finish->schedule);
    free(finish->latencies);
    free(finish->entries);
    free(finish);
    return failed;
}
