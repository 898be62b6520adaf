/* record.c - makes the file's record of the run: settings, versions, environment, hosts. */
#include "record/record.h"

#include "zmqsweep/traffic.h"
#include "zmqsweep/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

extern char **environ;

/* Prefixes of environment variables that may explain a result: those of the batch system and the
 * launcher, those that change memory allocation or the libraries loaded, and those that say how the
 * MPI, which shares links and cores with ZeroMQ, and its transports behave. */
static const char *const recorded_variables[] = {
    "SLURM_",     "PBS_JOBID",      "LSB_JOBID", "PALS_",      "HYDRA_",    "MALLOC_",
    "LD_PRELOAD", "GLIBC_TUNABLES", "OMPI_MCA_", "PRTE_MCA_",  "PMIX_MCA_", "OMPI_COMM_WORLD_SIZE",
    "PMI_SIZE",   "PMIX_VERSION",   "MPICH_",    "MPIR_CVAR_", "I_MPI_",    "MV2_",
    "MVP_",       "UCX_",           "UCC_",      "FI_",        "PSM2_",     "PSM3_",
    "HCOLL_",     "MLX5_",          "RDMAV_"};
/* Variables with one of these words in their name, in capitals or not, may be secret, and are not
 * recorded. The transports of Open MPI 4 share a key that is called precondition_transports. */
static const char *const secret_words[] = {
    "TOKEN", "KEY", "PASSWORD", "PASSWD", "SECRET", "CREDENTIAL", "COOKIE", "JWT", "PRECONDITION"};

static const char *const system_files[][2] = {
    {"sysctl.net.core.rmem_max", "/proc/sys/net/core/rmem_max"},
    {"sysctl.net.core.wmem_max", "/proc/sys/net/core/wmem_max"},
    {"sysctl.net.ipv4.tcp_rmem", "/proc/sys/net/ipv4/tcp_rmem"},
    {"sysctl.net.ipv4.tcp_wmem", "/proc/sys/net/ipv4/tcp_wmem"},
    {"sysctl.net.ipv4.tcp_congestion_control", "/proc/sys/net/ipv4/tcp_congestion_control"},
    {"sysctl.net.core.default_qdisc", "/proc/sys/net/core/default_qdisc"},
    {"sysctl.net.core.netdev_max_backlog", "/proc/sys/net/core/netdev_max_backlog"},
    {"cpu0.scaling_governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"},
    {"transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled"},
};

int record_add(struct run_record *run, const char *name, const char *value)
{
    struct environment_record *more =
        realloc(run->environment, (run->environment_count + 1) * sizeof *more);
    if (!more) {
        return -1;
    }
    run->environment = more;
    struct environment_record *row = &more[run->environment_count++];
    memset(row, 0, sizeof *row);
    snprintf(row->name, sizeof row->name, "%s", name);
    snprintf(row->value, sizeof row->value, "%s", value);
    return 0;
}

/* Writes an option's values in the words of the option table, so that 1024 and 1K are the same
 * plan. */
static void option_text(const struct settings *settings, enum option_id id, char *text,
                        size_t length)
{
    const struct setting *setting = &settings->items[id];
    size_t used = 0;
    snprintf(text, length, "%s", setting->text);
    for (size_t i = 0; i < setting->count && used < length; i++) {
        char word[CONFIG_WORD_LENGTH];
        used += (size_t)snprintf(text + used, length - used, "%s%s", i ? "," : "",
                                 config_format(id, setting->values[i], word));
    }
}

static void add_options(struct run_record *run, const struct settings *settings, int32_t ranks)
{
    char name[64], text[512];
    for (int id = 0; id < OPTION_TOTAL; id++) {
        if (id == OPTION_HELP || id == OPTION_VERSION || id == OPTION_DRY_RUN ||
            id == OPTION_SHORT) {
            continue;
        }
        snprintf(name, sizeof name, "option.%s", config_options[id].name);
        option_text(settings, (enum option_id)id, text, sizeof text);
        record_add(run, name, text);
    }
    snprintf(text, sizeof text, "%d", ranks);
    record_add(run, "ranks", text);
}

static void add_versions(struct run_record *run)
{
    char text[256];
    record_add(run, "version.zmqsweep", ZMQSWEEP_VERSION);
    if (*version_commit()) {
        record_add(run, "version.commit", version_commit());
    }
    record_add(run, "version.libzmq", traffic_library_version(text, sizeof text));
    record_add(run, "version.mpi", cluster_library_version(text, sizeof text));
    record_add(run, "version.compiler", __VERSION__);
#ifdef NDEBUG
    record_add(run, "build", "release");
#else
    record_add(run, "build", "debug");
#endif
}

static bool is_recorded(const char *variable)
{
    bool wanted = false;
    for (size_t i = 0; i < sizeof recorded_variables / sizeof *recorded_variables; i++) {
        wanted =
            wanted || strncmp(variable, recorded_variables[i], strlen(recorded_variables[i])) == 0;
    }
    const char *equals = strchr(variable, '=');
    for (size_t i = 0; wanted && i < sizeof secret_words / sizeof *secret_words; i++) {
        const char *found = strcasestr(variable, secret_words[i]);
        wanted = !(found && equals && found < equals);
    }
    return wanted && equals;
}

static void add_variables(struct run_record *run)
{
    for (char **variable = environ; *variable; variable++) {
        if (is_recorded(*variable)) {
            char name[64];
            int length = (int)(strchr(*variable, '=') - *variable);
            snprintf(name, sizeof name, "env.%.*s", length, *variable);
            record_add(run, name, *variable + length + 1);
        }
    }
}

static void add_system(struct run_record *run)
{
    for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++) {
        char text[256];
        FILE *file = fopen(system_files[i][1], "r");
        if (file) {
            if (fgets(text, sizeof text, file)) {
                text[strcspn(text, "\n")] = '\0';
                record_add(run, system_files[i][0], text);
            }
            fclose(file);
        }
    }
}

static void add_ranks(struct run_record *run, const struct cluster *cluster)
{
    for (int32_t rank = 0; rank < cluster_size(cluster); rank++) {
        const struct cluster_member *member = cluster_member(cluster, rank);
        char name[64], text[512];
        snprintf(name, sizeof name, "rank.%d", rank);
        snprintf(
            text, sizeof text,
            "host=%s address=%s cpus=%s cores=%d clock_offset_ns=%lld clock_uncertainty_ns=%lld",
            cluster_host(cluster, member->host)->name, member->address, member->cpus, member->cores,
            (long long)member->clock_offset_ns, (long long)member->clock_uncertainty_ns);
        record_add(run, name, text);
    }
}

static int add_hosts(struct run_record *run, const struct cluster *cluster)
{
    run->host_count = (size_t)cluster_host_count(cluster);
    run->hosts = calloc(run->host_count, sizeof *run->hosts);
    if (!run->hosts) {
        return -1;
    }
    for (int32_t rank = cluster_size(cluster) - 1; rank >= 0; rank--) {
        const struct cluster_member *member = cluster_member(cluster, rank);
        const struct cluster_host *host = cluster_host(cluster, member->host);
        struct host_record *row = &run->hosts[member->host];
        row->host_id = member->host;
        memcpy(row->name, host->name, sizeof row->name);
        memcpy(row->address, member->address, sizeof row->address);
        memcpy(row->cpu_model, host->cpu_model, sizeof row->cpu_model);
        memcpy(row->kernel, host->kernel, sizeof row->kernel);
        row->cores = host->cores;
        row->numa_nodes = host->numa_nodes;
        row->memory_bytes = host->memory_bytes;
        row->link_mbit_s = member->link_mbit_s;
        row->page_bytes = host->page_bytes;
    }
    return 0;
}

/* A random UUID, version 4 (RFC 9562, section 5.4). */
static void make_uuid(char text[40])
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
        memset(bytes, 0, sizeof bytes);
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    size_t used = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
        used += (size_t)snprintf(text + used, 40 - used, "%s%02x",
                                 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
    }
}

static void describe_run(struct run_record *run, int argc, char **argv)
{
    time_t now = time(NULL);
    struct tm utc;
    size_t used = 0;
    snprintf(run->title, sizeof run->title, "ZeroMQ throughput sweep");
    snprintf(run->creator, sizeof run->creator, "zmqsweep");
    snprintf(run->creator_version, sizeof run->creator_version, "%s", ZMQSWEEP_VERSION);
    gmtime_r(&now, &utc);
    strftime(run->created, sizeof run->created, "%Y-%m-%dT%H:%M:%SZ", &utc);
    make_uuid(run->uuid);
    for (int i = 0; i < argc && used < sizeof run->command_line; i++) {
        used += (size_t)snprintf(run->command_line + used, sizeof run->command_line - used, "%s%s",
                                 i ? " " : "", argv[i]);
    }
}

int record_run(const struct cluster *cluster, const struct settings *settings,
               const struct plan *plan, int argc, char **argv, struct run_record *run,
               struct error *error)
{
    memset(run, 0, sizeof *run);
    describe_run(run, argc, argv);
    run->order_seed = (int64_t)plan->seed;
    run->points_planned = plan->points;
    if (add_hosts(run, cluster)) {
        return error_set(error, "no memory for the record of the run");
    }
    add_options(run, settings, cluster_size(cluster));
    add_versions(run);
    add_variables(run);
    add_system(run);
    add_ranks(run, cluster);
    return 0;
}

void record_clocks(const struct cluster *cluster, const int64_t *offsets_before_ns,
                   double elapsed_s, struct run_record *run)
{
    for (int32_t rank = 1; rank < cluster_size(cluster); rank++) {
        const struct cluster_member *member = cluster_member(cluster, rank);
        char name[64], text[512];
        int64_t change_ns = member->clock_offset_ns - offsets_before_ns[rank];
        snprintf(name, sizeof name, "clock.rank.%d", rank);
        snprintf(text, sizeof text,
                 "offset_before_ns=%lld offset_after_ns=%lld uncertainty_ns=%lld drift_ppm=%.3f",
                 (long long)offsets_before_ns[rank], (long long)member->clock_offset_ns,
                 (long long)member->clock_uncertainty_ns,
                 elapsed_s > 0 ? (double)change_ns * 1e-3 / elapsed_s : 0.0);
        record_add(run, name, text);
    }
}

/* ---- is it the same plan? ---- */

/* Options that may differ between the sessions of one sweep. */
static const enum option_id session_options[] = {
    OPTION_TIMEOUT, OPTION_SPREAD, OPTION_ORDER_SEED, OPTION_OUTPUT,    OPTION_FORCE,
    OPTION_RESUME,  OPTION_PRESET, OPTION_CONFIG,     OPTION_LOG_LEVEL, OPTION_INTERFACE};

static bool may_differ(enum option_id id)
{
    for (size_t i = 0; i < sizeof session_options / sizeof *session_options; i++) {
        if (session_options[i] == id) {
            return true;
        }
    }
    return false;
}

static const char *find_row(const struct run_record *run, const char *name)
{
    for (size_t i = 0; i < run->environment_count; i++) {
        if (strcmp(run->environment[i].name, name) == 0) {
            return run->environment[i].value;
        }
    }
    return NULL;
}

/* Compares a row of both records. A record without the row is older than the option: then
 * `fallback` was in force. */
static int compare_row(const struct run_record *run, const struct run_record *now,
                       const char *output, const char *name, const char *fallback,
                       struct error *error)
{
    const char *before = find_row(run, name), *after = find_row(now, name);
    before = before ? before : fallback;
    if (before && after && strcmp(before, after) != 0) {
        const char *shown = strncmp(name, "option.", 7) == 0 ? name + 7 : name;
        return error_set(error,
                         "--resume: %s was measured with %s %s, this sweep has %s; resume with the "
                         "same settings",
                         output, shown, before, after);
    }
    return 0;
}

int record_compare(const struct run_record *run, const struct run_record *now, const char *output,
                   struct error *error)
{
    char name[64];
    for (int id = 0; id < OPTION_HELP; id++) {
        snprintf(name, sizeof name, "option.%s", config_options[id].name);
        if (!may_differ((enum option_id)id) &&
            compare_row(run, now, output, name, config_options[id].fallback, error)) {
            return -1;
        }
    }
    const char *pairs = find_row(now, "option.pairs");
    if (pairs && strstr(pairs, "all")) { /* then the points depend on the number of ranks */
        return compare_row(run, now, output, "ranks", NULL, error);
    }
    return 0;
}
