/* check.c - rank 0 checks the plan against the hosts, and the output file, before anything is
 * opened. */
#include "process/log.h"

#include "zmqsweep/results.h"
#include "zmqsweep/sweep.h"

#include "zmqsweep/format.h"
#include "zmqsweep/traffic_write.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool hwm_is_explicit(const struct settings *settings)
{
    return config_value(settings, OPTION_SNDHWM) != OPTION_KEYWORD ||
           config_value(settings, OPTION_RCVHWM) != OPTION_KEYWORD;
}

static int describe_excess(const struct plan *plan, const struct point *worst, int32_t host,
                           const struct cluster_host *described, int64_t bytes, struct error *error)
{
    char size[32], queues[32], half[32], fits_text[96];
    int64_t limit = described->memory_bytes / 2;
    int64_t fits = plan_largest_hwm(plan, worst, host, limit);
    if (fits > 0) {
        snprintf(fits_text, sizeof fits_text, "the largest --sndhwm and --rcvhwm that fit are %lld",
                 (long long)fits);
    } else {
        snprintf(fits_text, sizeof fits_text, "no HWM fits; take fewer pairs or smaller messages");
    }
    return error_set(error,
                     "queues of %s messages at --sndhwm %lld and --rcvhwm %lld would take up to %s "
                     "on %s, over half of its memory (%s); %s",
                     format_bytes(worst->size_bytes, size, sizeof size), (long long)worst->sndhwm,
                     (long long)worst->rcvhwm, format_bytes(bytes, queues, sizeof queues),
                     described->name, format_bytes(limit, half, sizeof half), fits_text);
}

int sweep_check_memory(const struct plan *plan, int32_t host, const struct cluster_host *described,
                       struct error *error)
{
    struct point worst = plan_point(plan, 0);
    int64_t bytes = plan_host_queue_bytes(plan, host, &worst);
    if (bytes <= described->memory_bytes / 2) {
        return 0;
    }
    describe_excess(plan, &worst, host, described, bytes, error);
    if (hwm_is_explicit(plan->settings)) {
        return -1;
    }
    log_line(LOG_WARNING, "%s", error->text);
    return 0;
}

/* Finds a group whose ranks are not all on one host. @return its number, or -1 when there is
 * none. */
static int32_t group_across_hosts(const struct plan_layout *layout, const int32_t *hosts)
{
    int32_t members = layout->senders + layout->receivers;
    for (int32_t i = 0; i < layout->groups * members; i++) {
        if (hosts[layout->ranks[i]] != hosts[layout->ranks[i - i % members]]) {
            return i / members;
        }
    }
    return -1;
}

/* Checks that no ipc group spans hosts: an ipc socket is a file on one host. */
static int check_ipc_point(const struct cluster *cluster, const struct point *point,
                           struct error *error)
{
    const int32_t *hosts = cluster_hosts(cluster);
    struct plan_layout layout;
    if (plan_layout_make(point, hosts, cluster_size(cluster), &layout, error)) {
        return -1;
    }
    int32_t group = group_across_hosts(&layout, hosts);
    plan_layout_free(&layout);
    if (group < 0) {
        return 0;
    }
    return error_set(error,
                     "--transport ipc: the ranks of group %d are on different hosts, and ipc works "
                     "on one host only; say --transport tcp, or --placement within",
                     group);
}

static int check_ipc(const struct cluster *cluster, const struct plan *plan, struct error *error)
{
    for (int64_t id = 0; cluster_host_count(cluster) > 1 && id < plan->points; id++) {
        struct point point = plan_point(plan, id);
        if (point.transport == TRANSPORT_IPC && check_ipc_point(cluster, &point, error)) {
            return -1;
        }
    }
    return 0;
}

int sweep_check_hosts(const struct cluster *cluster, const struct plan *plan, struct error *error)
{
    if (check_ipc(cluster, plan, error)) {
        return -1;
    }
    for (int32_t host = 0; host < cluster_host_count(cluster); host++) {
        if (sweep_check_memory(plan, host, cluster_host(cluster, host), error)) {
            return -1;
        }
    }
    return 0;
}

static int check_folder(const char *output, struct error *error)
{
    char copy[4096];
    struct stat status;
    snprintf(copy, sizeof copy, "%s", output);
    const char *folder = dirname(copy);
    if (stat(folder, &status)) {
        return error_set(error, "--output %s: the folder %s: %s", output, folder, strerror(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return error_set(error, "--output %s: %s is not a folder", output, folder);
    }
    if (access(folder, W_OK | X_OK)) {
        return error_set(error, "--output %s: cannot write to the folder %s: %s", output, folder,
                         strerror(errno));
    }
    return 0;
}

static int check_name(const char *output, struct error *error)
{
    struct stat status;
    if (!*output || output[strlen(output) - 1] == '/') {
        return error_set(error, "--output \"%s\": not a file name; say one such as results.h5",
                         output);
    }
    if (strlen(output) > 4000) {
        return error_set(error, "--output: the name is longer than 4000 characters");
    }
    if (stat(output, &status) == 0 && !S_ISREG(status.st_mode)) {
        return error_set(
            error, "--output %s: there is something of that name that is no regular file", output);
    }
    return 0;
}

int sweep_check_output(const struct settings *settings, struct error *error)
{
    const char *output = config_text(settings, OPTION_OUTPUT);
    char journal[4096 + 16];
    if (config_flag(settings, OPTION_RESUME) && config_flag(settings, OPTION_FORCE)) {
        return error_set(error, "--resume and --force: one goes on with the output, the other "
                                "replaces it; say one of them");
    }
    if (check_name(output, error) || check_folder(output, error)) {
        return -1;
    }
    if (config_flag(settings, OPTION_RESUME) || config_flag(settings, OPTION_FORCE)) {
        return 0;
    }
    bool named = journal_path(output, journal, sizeof journal) == 0;
    if (named && journal_in_use(journal, error)) {
        return -1;
    }
    if (access(output, F_OK) == 0) {
        return error_set(error, "--output %s exists; --resume goes on with it, --force replaces it",
                         output);
    }
    if (named && access(journal, F_OK) == 0) {
        return error_set(error,
                         "%s is there from a sweep that was cut short; --resume goes on with it, "
                         "--force replaces it",
                         journal);
    }
    return 0;
}
