/* stop.c - the signals that end a sweep, and SIGUSR2, which asks for the table so far.
 *
 * SIGUSR1 (a batch system's warning) leaves as much time as it takes. After SIGTERM and SIGINT mpirun kills
 * its ranks in 2 s.
 */
#include "sweep_internal.h"

#include "zmqsweep/traffic_write.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* From TERM to leaving. The launcher kills after 2 s when it was told to end, but after 1 s when a rank was
 * lost, and then the wait for that rank is all there is to end; a file that is being finished gets the rest
 * of the 2 s. */
#define URGENT_US 800000
#define URGENT_MORE_US 600000

static volatile sig_atomic_t asked, urgent, table_asked;
static volatile sig_atomic_t guard_set;
static char guard_line[1024], guard_partial[4096];
static struct cluster *volatile job_cluster;
static char job_rank[128]; /* "rank 1 on n2" */

static void say(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void leave_now(void)
{
    if (guard_set) {
        say(guard_line);
        unlink(guard_partial);
    } else if (job_cluster && cluster_rank(job_cluster) <= 1) { /* rank 1, should rank 0 be what was lost */
        say("zmqsweep: error: ");
        say(job_rank);
        say(": told to end, or a rank was lost (phase: ");
        say(cluster_phase(job_cluster));
        say(")");
        say(cluster_shutdown_message(job_cluster));
        say("\n");
    }
    traffic_remove_ipc();
    traffic_remove_file();
    _exit(EXIT_INTERRUPTED);
}

static void set_timer(long us)
{
    struct itimerval limit = {{0, 0}, {us / 1000000, us % 1000000}};
    setitimer(ITIMER_REAL, &limit, NULL);
}

static void on_signal(int number)
{
    static volatile sig_atomic_t more = 1;
    if (number == SIGUSR2) {
        table_asked = 1;
        return;
    }
    if (number == SIGALRM && guard_set && more) {
        more = 0;
        set_timer(URGENT_MORE_US);
    } else if (number == SIGALRM) {
        leave_now();
    }
    asked = 1;
    if (number != SIGUSR1 && !urgent) {
        urgent = 1;
        set_timer(URGENT_US);
    }
}

void sweep_catch_signals(void)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGINT, SIGALRM};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is then an error of the write, as a full disk is */
}

void sweep_start_rank(struct cluster *cluster, const struct job *job)
{
    cluster_set_shutdown_message(cluster, job->shutdown_message);
    snprintf(job_rank, sizeof job_rank, "rank %d on %s", cluster_rank(cluster),
             cluster_host(cluster, cluster_hosts(cluster)[cluster_rank(cluster)])->name);
    job_cluster = cluster;
    log_start(job->log_level, cluster_rank(cluster));
    traffic_start_process();
    traffic_write_to(job->write_dir);
}

void sweep_exit_if_urgent(int code)
{
    if (urgent) {
        _exit(code);
    }
}

bool stop_asked(void)
{
    return asked;
}

bool stop_table_asked(void)
{
    bool was = table_asked;
    table_asked = 0;
    return was;
}

bool stop_urgent(void)
{
    return urgent;
}

void stop_disarm_exit(void)
{
    guard_set = 0;
}

void stop_arm_exit(const char *line, const char *partial)
{
    snprintf(guard_line, sizeof guard_line, "%s", line);
    snprintf(guard_partial, sizeof guard_partial, "%s", partial);
    guard_set = 1;
}
