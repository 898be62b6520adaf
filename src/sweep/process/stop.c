/* stop.c - the signals that end a sweep, and SIGUSR2, which asks for the table so far.
 *
 * After SIGUSR1 (a batch system's warning) the sweep takes the time that it needs to stop. After
 * SIGTERM or SIGINT the launcher kills, and nobody knows when: Open MPI 4 after 1 or 2 s, Open MPI
 * 5 after 0.25 s, srun after 30 s. So the handler itself says at once what is kept and where: the
 * journal, which is on disk already. What comes after that uses the time that is left: the sweep
 * stops, finishes the file and exits with 4, or gives up. SIGCONT means nothing: a launcher sends
 * it before SIGTERM, and a shell for `fg`.
 */
#include "process/stop.h"

#include "process/launcher_stderr.h"
#include "process/log.h"

#include "zmqsweep/hosts.h"
#include "zmqsweep/sweep.h"
#include "zmqsweep/traffic.h"
#include "zmqsweep/traffic_write.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* The time from SIGTERM to the exit. Open MPI 4 kills ranks 2 s after a signal to itself, but 1 s
 * after the loss of a rank. In the latter case, only the wait for that rank has to end. A file that
 * is being finished gets URGENT_MORE_US more, out of the 2 s. The other ranks stay URGENT_LAST_US
 * longer than that: MPICH kills rank 0 when one of them exits. */
#define URGENT_US 800000
#define URGENT_MORE_US 600000
#define URGENT_LAST_US 200000
#define LOCATION_BYTES 4400

static volatile sig_atomic_t requested, urgent, table_requested;
static volatile sig_atomic_t exit_armed, printed, coordinator_responded;
static char exit_line[1024], exit_partial[4096];
static struct cluster *volatile job_cluster;
static char job_rank[128]; /* "rank 1 on n2" */
static char locations[2][LOCATION_BYTES];
static const char *volatile location = "";

static void write_stderr(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

/* One line by one write, in a signal handler. */
static void print_interruption(const struct cluster *cluster)
{
    printed = 1;
    const char *const parts[] = {"zmqsweep: ",
                                 job_rank,
                                 ": told to end, or a rank was lost (phase: ",
                                 cluster_phase(cluster),
                                 ")",
                                 location,
                                 "\n"};
    char line[LOCATION_BYTES + 512];
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i]);
        length = length < sizeof line - 1 - used ? length : sizeof line - 1 - used;
        memcpy(line + used, parts[i], length);
        used += length;
    }
    line[used] = '\0';
    launcher_stderr_take();
    write_stderr(line);
}

enum coordinator { COORDINATOR_UNKNOWN, COORDINATOR_LIVES, COORDINATOR_LOST };

static enum coordinator find_coordinator(const struct cluster *cluster)
{
    const int32_t *hosts = cluster_hosts(cluster);
    pid_t pid = cluster_member(cluster, 0)->pid;
    if (hosts[0] != hosts[cluster_rank(cluster)] || pid <= 0) {
        return coordinator_responded ? COORDINATOR_LIVES : COORDINATOR_UNKNOWN;
    }
    return kill(pid, 0) && errno == ESRCH ? COORDINATOR_LOST : COORDINATOR_LIVES;
}

/* Rank 0 prints at once. If it is lost, rank 1 does: at once on its host, else at the last moment
 * when rank 0 might still have ended the sweep. */
static void print_interruption_once(bool last)
{
    const struct cluster *cluster = job_cluster;
    if (!cluster || printed) {
        return;
    }
    if (cluster_rank(cluster) == 0) {
        print_interruption(cluster);
    } else if (cluster_rank(cluster) == 1) {
        enum coordinator found = find_coordinator(cluster);
        if (found == COORDINATOR_LOST || (last && found == COORDINATOR_UNKNOWN)) {
            print_interruption(cluster);
        }
    }
}

static void exit_interrupted(void)
{
    print_interruption_once(true);
    if (exit_armed) {
        write_stderr(exit_line);
        unlink(exit_partial);
    }
    _exit(EXIT_INTERRUPTED);
}

static void set_timer(long us)
{
    struct itimerval limit = {{0, 0}, {us / 1000000, us % 1000000}};
    setitimer(ITIMER_REAL, &limit, NULL);
}

static void handle(int number)
{
    static volatile sig_atomic_t may_extend = 1;
    const struct cluster *cluster = job_cluster;
    bool other = cluster && cluster_rank(cluster) > 0;
    if (number == SIGALRM && may_extend && (other || exit_armed)) {
        may_extend = 0;
        print_interruption_once(true);
        set_timer(other ? URGENT_MORE_US + URGENT_LAST_US : URGENT_MORE_US);
    } else if (number == SIGALRM) {
        exit_interrupted();
    }
    requested = 1;
    if (number != SIGUSR1 && !urgent) {
        urgent = 1;
        set_timer(URGENT_US);
        print_interruption_once(false);
    }
}

static void on_signal(int number)
{
    int before = errno;
    if (number == SIGUSR2) {
        table_requested = 1;
    } else {
        handle(number);
    }
    errno = before;
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
    if (cluster_rank(cluster) > 0) {
        location = job->shutdown_message;
    }
    launcher_stderr_find();
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
    job_cluster = NULL; /* it ends now */
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

static char *unused_location(void)
{
    return location == locations[0] ? locations[1] : locations[0];
}

void stop_results_in_journal(const char *output)
{
    char *text = unused_location();
    snprintf(text, LOCATION_BYTES,
             "; what was measured is in %.2000s.journal until %.2000s is finished: go on with "
             "--resume",
             output, output);
    location = text;
}

void stop_results_in_file(const char *output)
{
    char *text = unused_location();
    snprintf(text, LOCATION_BYTES, "; what was measured is in %.4000s", output);
    location = text;
}

void stop_note_coordinator(void)
{
    coordinator_responded = 1;
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
