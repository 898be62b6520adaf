/* recover.c - makes a results file from the journal that a killed sweep has left. */
#include "task.h"

#include "zmqsweep/results.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char suffix[] = ".journal";

static int default_output(const char *journal, char output[PATH_MAX], struct error *error)
{
    size_t length = strlen(journal), end = sizeof suffix - 1;
    if (length <= end || strcmp(journal + length - end, suffix) != 0)
        return error_set(error, "%.400s: does not end in %s; name the file to make with -o",
                         journal, suffix);
    if (length >= PATH_MAX)
        return error_set(error, "%.400s: the name is too long", journal);
    snprintf(output, PATH_MAX, "%.*s", (int)(length - end), journal);
    return 0;
}

static int choose_output(const struct arguments *arguments, char output[PATH_MAX],
                         struct error *error)
{
    const char *asked = arguments_text(arguments, NAME_OUTPUT);
    struct stat status;
    if (asked && snprintf(output, PATH_MAX, "%s", asked) >= PATH_MAX)
        return error_set(error, "%.400s: the name is too long", asked);
    if (!asked && default_output(arguments->files[0], output, error))
        return -1;
    if (lstat(output, &status) == 0 && !arguments_flag(arguments, NAME_FORCE))
        return error_set(error, "%.400s: is there already; --force replaces it, -o names another",
                         output);
    return 0;
}

static int check_journal(const char *journal, struct error *error)
{
    struct stat status;
    if (stat(journal, &status))
        return error_set(error, "%.400s: %s", journal,
                         errno == ENOENT ? "there is no such file" : strerror(errno));
    if (S_ISDIR(status.st_mode))
        return error_set(error, "%.400s: is a folder, not a journal", journal);
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%.400s: is not a regular file", journal);
    return status.st_size == 0 ? error_set(error, "%.400s: is empty", journal) : 0;
}

/* Locks the journal. A sweep that still writes the journal holds the lock and will make the
 * journal's own output itself. Only a file of another name may then be made, from what the journal
 * has so far. Without such a sweep, our lock keeps a new sweep from starting before the output has
 * its name. Otherwise our output, which may have less, would replace the new sweep's. @return 0, or
 * -1 with `error`. */
static int lock_journal(const char *journal, const char *output, int *fd, bool *in_use,
                        struct error *error)
{
    char own[PATH_MAX];
    bool is_own = default_output(journal, own, NULL) == 0 && strcmp(own, output) == 0;
    *in_use = journal_lock_for_reading(journal, fd, error) != 0;
    if (is_own && *fd >= 0)
        results_remove_leftovers(output);
    return *in_use && is_own ? -1 : 0;
}

static void print_report(FILE *out, const char *journal, const char *output,
                         const struct finish_report *report, bool in_use)
{
    fprintf(out, "%s: %" PRId64 " point%s, %s\n", output, report->points,
            report->points == 1 ? "" : "s",
            report->complete ? "the sweep is complete" : "the sweep is not complete");
    if (report->damaged_lines > 0)
        fprintf(out, "%s: %" PRId64 " damaged line%s left out, the first is line %" PRId64 "\n",
                journal, report->damaged_lines, report->damaged_lines == 1 ? "" : "s",
                report->first_damaged);
    if (report->torn_tail)
        fprintf(out, "%s: its last line was cut short and is left out\n", journal);
    if (in_use)
        fprintf(out, "%s: a sweep is still writing to it\n", journal);
}

/* Makes the file. It gets its name only when there is a point in it, so that --force never replaces
 * points by none. */
static int recover(const char *journal, const char *output, struct finish_report *report,
                   struct error *error)
{
    char made[PATH_MAX];
    if (snprintf(made, sizeof made, "%s.recovered", output) >= (int)sizeof made)
        return error_set(error, "%.400s: the name is too long", output);
    if (check_journal(journal, error) || results_finish(made, journal, NULL, report, error))
        return -1;
    if (report->points == 0) {
        unlink(made);
        return error_set(error, "%.400s: holds no finished point; nothing to recover", journal);
    }
    if (results_rename(made, output, error)) {
        unlink(made);
        return -1;
    }
    return 0;
}

int recover_run(struct task *task, struct error *error)
{
    char output[PATH_MAX];
    struct finish_report report = {0};
    const char *journal = task->arguments->files[0];
    bool in_use;
    int lock;
    if (choose_output(task->arguments, output, error) ||
        lock_journal(journal, output, &lock, &in_use, error))
        return EXIT_USAGE;
    int failed = recover(journal, output, &report, error);
    if (lock >= 0)
        close(lock);
    if (failed)
        return EXIT_FAILED;
    print_report(task->out, journal, output, &report, in_use);
    return EXIT_OK;
}
