/* zmqsweep.c - the MPI program: rank 0 reads and checks the settings, then every rank runs its
 * part. */
#include "zmqsweep/cluster.h"
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_members.h"
#include "zmqsweep/version.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
/* MPI_Finalize unloads Open MPI's components; look for leaks while they still have
 * names. */
#define CHECK_LEAKS() __lsan_do_leak_check()
#else
#define CHECK_LEAKS() ((void)0)
#endif

static int print_refusal(const struct error *error)
{
    fprintf(stderr, "zmqsweep: error: %s\n", error->text);
    return EXIT_USAGE;
}

/* 31 bits are enough to tell sweeps apart, and short to type again. */
static uint64_t choose_seed(const struct settings *settings)
{
    int64_t asked = config_value(settings, OPTION_ORDER_SEED);
    uint32_t seed = 0;
    if (asked != OPTION_KEYWORD) {
        return (uint64_t)asked;
    }
    return getrandom(&seed, sizeof seed, 0) == sizeof seed ? seed & 0x7fffffff
                                                           : (uint64_t)time(NULL);
}

/* Without --output the file is named for the time at which the sweep began. */
static int name_output(struct settings *settings, struct error *error)
{
    char name[64];
    time_t now = time(NULL);
    struct tm utc;
    if (*config_text(settings, OPTION_OUTPUT)) {
        return 0;
    }
    strftime(name, sizeof name, "zmqsweep-%Y%m%dT%H%M%SZ.h5", gmtime_r(&now, &utc));
    return config_set_text(settings, OPTION_OUTPUT, name) ? error_set(error, "no memory") : 0;
}

/* Serves --help and --version. @return true when one of them was given. */
static bool print_information(const struct settings *settings)
{
    if (config_flag(settings, OPTION_HELP)) {
        config_print_help(stdout, plan_presets);
    } else if (config_flag(settings, OPTION_VERSION)) {
        char number[64], library[80], version[VERSION_LENGTH];
        snprintf(library, sizeof library, "libzmq %s",
                 traffic_library_version(number, sizeof number));
        printf("zmqsweep %s\n", version_describe(library, version));
    } else {
        return false;
    }
    fflush(stdout);
    return true;
}

/* Without a launcher there is one rank, which is enough for --dry-run only. */
static int plan_without_job(const struct settings *settings)
{
    struct plan plan;
    struct error error = {""};
    struct cluster_host host;
    if (plan_make(settings, 0, NULL, choose_seed(settings), &plan, &error)) {
        return print_refusal(&error);
    }
    cluster_describe_host(&host);
    int code = EXIT_USAGE;
    if (sweep_check_memory(&plan, 0, &host, &error)) {
        print_refusal(&error);
    } else if (config_flag(settings, OPTION_DRY_RUN)) {
        sweep_print_plan(&plan, NULL, stdout);
        code = EXIT_OK;
    } else {
        char version[256], mpi[64];
        launcher_mpi_name(cluster_library_version(version, sizeof version), mpi, sizeof mpi);
        error_set(&error,
                  "zmqsweep is one MPI job; start it as: mpirun -n %d zmqsweep ... (mpirun of %s)",
                  plan_fewest_ranks(settings), mpi);
        print_refusal(&error);
    }
    plan_free(&plan);
    return code;
}

static int run_without_launcher(int argc, char **argv)
{
    struct settings settings;
    struct error error = {""};
    if (config_read(argc, argv, environ, plan_presets, &settings, &error)) {
        return print_refusal(&error);
    }
    int code = print_information(&settings) ? EXIT_OK : plan_without_job(&settings);
    config_free(&settings);
    return code;
}

/* Collects all values of --sender-cpus, --receiver-cpus and --io-cpus, for all ranks to check. */
static int collect_cpus(const struct settings *settings, struct job *job, struct error *error)
{
    static const enum option_id options[] = {OPTION_SENDER_CPUS, OPTION_RECEIVER_CPUS,
                                             OPTION_IO_CPUS};
    size_t count = 0;
    for (size_t i = 0; i < SWEEP_CPUS_MAX; i++) {
        job->cpus[i] = OPTION_KEYWORD;
    }
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct setting *setting = &settings->items[options[i]];
        if (count + setting->count > SWEEP_CPUS_MAX) {
            return error_set(error, "--sender-cpus and --receiver-cpus: over %d places; list fewer",
                             SWEEP_CPUS_MAX);
        }
        memcpy(&job->cpus[count], setting->values, setting->count * sizeof *setting->values);
        count += setting->count;
    }
    return 0;
}

/* @return 0, or -1 when CURVE is asked for and this libzmq has none. */
static int check_security(const struct settings *settings, struct job *job, struct error *error)
{
    const struct setting *setting = &settings->items[OPTION_SECURITY];
    for (size_t i = 0; i < setting->count; i++) {
        job->curve = job->curve || setting->values[i] == SECURITY_CURVE;
    }
    return job->curve && !traffic_has_curve()
               ? error_set(
                     error,
                     "--security curve: this libzmq was built without CURVE; say --security none")
               : 0;
}

/* Rank 0: reads the settings and makes all checks that do not need the other ranks. @return 0, or
 * -1 with job->code set. */
static int read_job(const struct cluster *cluster, int argc, char **argv, struct settings *settings,
                    struct plan *plan, struct job *job)
{
    struct error error = {""};
    if (config_read(argc, argv, environ, plan_presets, settings, &error)) {
        memset(settings, 0, sizeof *settings);
        job->code = print_refusal(&error);
        return -1;
    }
    if (print_information(settings)) {
        return -1;
    }
    if (name_output(settings, &error) || check_security(settings, job, &error) ||
        plan_make(settings, cluster_size(cluster), cluster_hosts(cluster), choose_seed(settings),
                  plan, &error) ||
        (!config_flag(settings, OPTION_DRY_RUN) && sweep_check_output(settings, &error)) ||
        sweep_check_hosts(cluster, plan, &error) || collect_cpus(settings, job, &error)) {
        job->code = print_refusal(&error);
        return -1;
    }
    job->go = 1;
    job->dry_run = config_flag(settings, OPTION_DRY_RUN);
    job->log_level = (int32_t)config_value(settings, OPTION_LOG_LEVEL);
    job->timeout_ns = config_value(settings, OPTION_TIMEOUT);
    snprintf(job->interface, sizeof job->interface, "%s", config_text(settings, OPTION_INTERFACE));
    snprintf(job->write_dir, sizeof job->write_dir, "%s", config_text(settings, OPTION_WRITE_DIR));
    snprintf(job->shutdown_message, sizeof job->shutdown_message,
             "; what was measured is in %.150s.journal: go on with --resume",
             config_text(settings, OPTION_OUTPUT));
    return 0;
}

/* Of the ranks that have failed, the first prints why. @return has any? */
static bool print_first(struct cluster *cluster, bool failed, struct cluster_totals *tally,
                        const struct error *error)
{
    const int32_t place = cluster_size(cluster) - cluster_rank(cluster);
    tally->max[0] = failed ? place : 0;
    cluster_allreduce(cluster, tally);
    if (failed && tally->max[0] == place) {
        print_refusal(error);
    }
    return tally->max[0] > 0;
}

/* Compares the options of all ranks that have any, in the same step of the others' checks. */
static int check_arguments(struct cluster *cluster, const struct cluster_totals *checked, int argc,
                           char **argv)
{
    struct error error = {""};
    struct cluster_totals tally;
    if (checked->max[1] == -checked->max[2]) {
        return EXIT_OK;
    }
    memset(&tally, 0, sizeof tally);
    int failed = sweep_compare_arguments(cluster, argc, argv, &error);
    return print_first(cluster, failed, &tally, &error) ? EXIT_USAGE : EXIT_OK;
}

/* All ranks find their address and their CPUs, and compare their options. Where ranks fail, only
 * the first of them prints why. @return EXIT_OK or EXIT_USAGE on every rank. */
static int check_ranks(struct cluster *cluster, const struct job *job, const struct plan *plan,
                       int argc, char **argv)
{
    struct error error = {""};
    struct cluster_totals tally;
    const bool given = cluster_rank(cluster) == 0 || argc > 1;
    const int64_t hash = given ? sweep_hash_arguments(argc, argv) : 0;
    int failed = cluster_find_address(cluster, job->interface, &error);
    failed = failed || cluster_check_cpus(cluster, job->cpus, SWEEP_CPUS_MAX, &error);
    failed = sweep_check_write_dir(cluster, job, plan, failed ? NULL : &error) || failed;
    memset(&tally, 0, sizeof tally);
    tally.max[1] = given ? hash : INT64_MIN;
    tally.max[2] = given ? -hash : INT64_MIN;
    failed = print_first(cluster, failed, &tally, &error);
    cluster_allgather_members(cluster);
    return failed ? EXIT_USAGE : check_arguments(cluster, &tally, argc, argv);
}

static int run_rank(struct cluster *cluster, const struct job *job, const struct settings *settings,
                    const struct plan *plan, int argc, char **argv)
{
    int code = check_ranks(cluster, job, plan, argc, argv);
    if (code != EXIT_OK) {
        return code;
    }
    if (job->dry_run) {
        if (cluster_rank(cluster) == 0) {
            sweep_print_plan(plan, cluster, stdout);
        }
        return EXIT_OK;
    }
    code = sweep_share_secrets(cluster, job);
    if (code == EXIT_OK) {
        code = cluster_rank(cluster) > 0
                   ? sweep_run_rank(cluster, job)
                   : sweep_coordinate(cluster, job, settings, plan, argc, argv);
    }
    traffic_forget_members();
    return code;
}

/* Under a launcher of another MPI: serves --help and --version; for all else the launcher's rank 0
 * prints why not, and the others say nothing. They leave the first word to it, since a launcher
 * ends the others as soon as one has ended. */
static int run_under_wrong_launcher(const struct launch *launch, const struct error *why, int argc,
                                    char **argv)
{
    const struct timespec patience = {2, 0};
    struct settings settings;
    struct error error = {""};
    bool served = false;
    sweep_catch_signals(); /* TERM ends the wait, not the process */
    if (config_read(argc, argv, environ, plan_presets, &settings, &error) == 0) {
        served = config_flag(&settings, OPTION_HELP) || config_flag(&settings, OPTION_VERSION);
        if (served && launch->prints) {
            print_information(&settings);
        }
        config_free(&settings);
    }
    if (!served && launch->prints) {
        print_refusal(why);
    } else if (!served) {
        nanosleep(&patience, NULL);
    }
    return served ? EXIT_OK : EXIT_USAGE;
}

struct arguments {
    int argc;
    char **argv;
    const struct launch *launch;
};

static int run_in_job(void *given)
{
    int argc = ((struct arguments *)given)->argc;
    char **argv = ((struct arguments *)given)->argv;
    const struct launch *launch = ((struct arguments *)given)->launch;
    struct cluster *cluster = NULL;
    struct settings settings;
    struct plan plan;
    struct job job;
    struct error error = {""};
    memset(&settings, 0, sizeof settings);
    memset(&plan, 0, sizeof plan);
    memset(&job, 0, sizeof job);
    sweep_catch_signals();
    if (cluster_start(&argc, &argv, &cluster, &error)) {
        print_refusal(&error);
        return EXIT_FAILED;
    }
    sweep_catch_signals(); /* again: MPI_Init may have replaced the handlers */
    if (cluster_check_launch(launch, cluster, &error)) {
        job.code = run_under_wrong_launcher(launch, &error, argc, argv);
    } else if (cluster_rank(cluster) == 0) {
        read_job(cluster, argc, argv, &settings, &plan, &job);
    }
    cluster_broadcast(cluster, &job, sizeof job);
    int code = job.code;
    if (job.go) {
        sweep_start_rank(cluster, &job);
        code = run_rank(cluster, &job, &settings, &plan, argc, argv);
    }
    plan_free(&plan);
    config_free(&settings);
    fflush(NULL);
    sweep_exit_if_urgent(code);
    CHECK_LEAKS();
    cluster_finish(&cluster, code);
    return code;
}

int main(int argc, char **argv)
{
    struct launch launch;
    struct error error = {""};
    launcher_read(environ, &launch);
    if (launch.launcher == LAUNCHER_NONE) {
        return run_without_launcher(argc, argv);
    }
    if (cluster_check_launch(&launch, NULL, &error)) {
        return run_under_wrong_launcher(&launch, &error, argc, argv);
    }
    struct arguments arguments = {argc, argv, &launch};
    traffic_lend_main_thread(run_in_job, &arguments);
}
