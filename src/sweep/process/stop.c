/* stop.c - the signals that end a sweep, and SIGUSR2, which asks for the table so far.
 *
 * After SIGUSR1 (a batch system's warning) the sweep takes the time that it needs to stop. After
 * SIGTERM or SIGINT, mpirun kills its ranks within 2 s.
 */
#include "process/stop.h"

#include "process/log.h"

#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"

#include "zmqsweep/traffic_write.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* The time from SIGTERM to the exit. The launcher kills ranks 2 s after a signal to itself, but 1 s
 * after the loss of a rank. In the latter case, only the wait for that rank has to end. A file that
 * is being finished gets URGENT_MORE_US more, out of the 2 s. */
#define URGENT_US 800000
#define URGENT_MORE_US 600000

static volatile sig_atomic_t requested, urgent, table_requested;
static volatile sig_atomic_t exit_armed;
static char exit_line[1024], exit_partial[4096];
static struct cluster *volatile job_cluster;
static char job_rank[128]; /* "rank 1 on n2" */

static void write_stderr(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void exit_interrupted(void)
{
    if (exit_armed) {
        write_stderr(exit_line);
        unlink(exit_partial);
    } else if (job_cluster &&
               cluster_rank(job_cluster) <= 1) { /* rank 1 also, in case rank 0 is lost */
        write_stderr("zmqsweep: error: ");
        write_stderr(job_rank);
        write_stderr(": told to end, or a rank was lost (phase: ");
        write_stderr(cluster_phase(job_cluster));
        write_stderr(")");
        write_stderr(cluster_shutdown_message(job_cluster));
        write_stderr("\n");
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
    static volatile sig_atomic_t may_extend = 1;
    if (number == SIGUSR2) {
        table_requested = 1;
        return;
    }
    if (number == SIGALRM && exit_armed && may_extend) {
        may_extend = 0;
        set_timer(URGENT_MORE_US);
    } else if (number == SIGALRM) {
        exit_interrupted();
    }
    requested = 1;
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
    signal(SIGXFSZ, SIG_IGN); /* over a file size limit, write then fails as on a full disk */
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

bool stop_requested(void)
{
    return requested;
}

bool stop_table_requested(void)
{
    bool was = table_requested;
    table_requested = 0;
    return was;
}

bool stop_urgent(void)
{
    return urgent;
}

void stop_disarm_exit(void)
{
    exit_armed = 0;
}

void stop_arm_exit(const char *line, const char *partial)
{
    snprintf(exit_line, sizeof exit_line, "%s", line);
    snprintf(exit_partial, sizeof exit_partial, "%s", partial);
    exit_armed = 1;
}
