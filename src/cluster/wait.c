/* wait.c - waiting asleep, for a time or for a message, and ending the job when a rank does not
 * answer. */
#include "wait.h"

#include "state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MIN_NS 50000
#define PAUSE_MAX_NS 10000000
/* Pauses grow with the time waited so far, so that waking late adds a sixteenth of that time at
 * most. */
#define PAUSE_SHARE 16
/* A rank past its deadline reports to rank 0. This long after its own deadline, rank 0 names the
 * ranks that have not reported. */
#define END_AFTER_NS 500000000
/* This long after its deadline, any other rank ends the job itself. */
#define EXIT_AFTER_NS 1500000000
/* MPI_Abort talks to other processes, which may be gone: the process exits after this time. */
#define ABORT_S 2
/* Before that, the launcher passes on what was said: MPICH's reads no more after MPI_Abort. */
#define BEFORE_ABORT_NS 200000000

int64_t cluster_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void cluster_sleep_until(int64_t local_ns)
{
    struct timespec until = {local_ns / 1000000000, local_ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* ---- the end of the job ---- */

/* The code with which exit_late ends the process. */
static volatile sig_atomic_t exit_code_late;

static void exit_late(int number)
{
    (void)number;
    _exit(exit_code_late);
}

void cluster_exit_after(unsigned seconds, int code)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = exit_late;
    exit_code_late = code;
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}

_Noreturn void cluster_abort(int code)
{
    fflush(NULL);
    nanosleep(&(struct timespec){0, BEFORE_ABORT_NS}, NULL);
    cluster_exit_after(ABORT_S, code);
    MPI_Abort(MPI_COMM_WORLD, code);
    _Exit(code);
}

/* ---- a collective that does not complete ---- */

static const char *host_name(const struct cluster *cluster, int rank)
{
    return cluster->host_list ? cluster->host_list[cluster->hosts[rank]].name : "?";
}

static void report_waiting(struct cluster *cluster)
{
    MPI_Request request;
    struct waiting_note *note = &cluster->notes[cluster->rank];
    note->collectives = cluster->collectives;
    snprintf(note->phase, sizeof note->phase, "%s", cluster->phase);
    MPI_Isend(note, (int)sizeof *note, MPI_BYTE, 0, TAG_WAITING, MPI_COMM_WORLD, &request);
    MPI_Request_free(&request);
}

static void read_notes(struct cluster *cluster)
{
    int waiting;
    MPI_Status status;
    for (;;) {
        MPI_Iprobe(MPI_ANY_SOURCE, TAG_WAITING, MPI_COMM_WORLD, &waiting, &status);
        if (!waiting) {
            return;
        }
        MPI_Recv(&cluster->notes[status.MPI_SOURCE], (int)sizeof *cluster->notes, MPI_BYTE,
                 status.MPI_SOURCE, TAG_WAITING, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

/* Does the rank wait in the same collective as rank 0? Rank 0 may be one collective ahead, since
 * its part of a broadcast completes at once. */
static bool waits_with_us(const struct cluster *cluster, int rank)
{
    return cluster->notes[rank].collectives + 1 >= cluster->collectives;
}

/* Rank 0: names the missing ranks, and ends the job. */
static _Noreturn void end_job(const struct cluster *cluster, int64_t waited_ns)
{
    int missing = 0;
    for (int rank = 1; rank < cluster->size; rank++) {
        if (!waits_with_us(cluster, rank)) {
            missing++;
            fprintf(stderr,
                    "zmqsweep: error: rank %d on %s has not answered for %.1f s (phase: %s)\n",
                    rank, host_name(cluster, rank), (double)waited_ns * 1e-9, cluster->phase);
        }
    }
    if (missing == 0) {
        fprintf(stderr, "zmqsweep: error: all ranks wait for each other since %.1f s (phase: %s)\n",
                (double)waited_ns * 1e-9, cluster->phase);
    }
    fprintf(stderr, "zmqsweep: ending the job%s\n", cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

/* Any other rank: ends the job, because the coordinator has not. */
static _Noreturn void end_job_without_coordinator(const struct cluster *cluster, int64_t waited_ns)
{
    fprintf(stderr,
            "zmqsweep: error: rank 0 (the coordinator) on %s has not answered rank %d on %s for "
            "%.1f s (phase: %s); ending the job%s\n",
            host_name(cluster, 0), cluster->rank, host_name(cluster, cluster->rank),
            (double)waited_ns * 1e-9, cluster->phase, cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

void cluster_wait_part(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns)
{
    int64_t began = cluster_clock_ns();
    bool reported = false;
    int done;
    for (MPI_Test(request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(request, &done, MPI_STATUS_IGNORE)) {
        int64_t waited = cluster_clock_ns() - began, late = waited - deadline_ns;
        if (late > 0 && cluster->rank == 0) {
            read_notes(cluster);
            if (late > END_AFTER_NS) {
                end_job(cluster, waited);
            }
        } else if (late > 0 && !reported) {
            report_waiting(cluster);
            reported = true;
        } else if (late > EXIT_AFTER_NS) {
            end_job_without_coordinator(cluster, waited);
        }
        int64_t pause = waited / PAUSE_SHARE;
        pause = pause < PAUSE_MIN_NS ? PAUSE_MIN_NS : pause > PAUSE_MAX_NS ? PAUSE_MAX_NS : pause;
        nanosleep(&(struct timespec){0, pause}, NULL);
    }
}

_Noreturn void cluster_fail(const struct cluster *cluster, const char *what)
{
    fprintf(stderr, "zmqsweep: error: rank %d on %s: %s (phase: %s); ending the job%s\n",
            cluster->rank, host_name(cluster, cluster->rank), what, cluster->phase,
            cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

void cluster_wait(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns)
{
    cluster->collectives++;
    cluster_wait_part(cluster, request, deadline_ns);
}
