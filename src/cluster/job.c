/* job.c - start, end and the collectives of the MPI job. */
#include "cluster_internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
/* Open MPI tries and unloads components while it starts; what they leak cannot be told by name later. */
#define IGNORE_LEAKS_BEGIN() __lsan_disable()
#define IGNORE_LEAKS_END() __lsan_enable()
#else
#define IGNORE_LEAKS_BEGIN() ((void)0)
#define IGNORE_LEAKS_END() ((void)0)
#endif

#define PAUSE_MIN_NS 50000
#define PAUSE_MAX_NS 10000000
/* A pause grows with the time waited, so that waking late costs a sixteenth of it at most. */
#define PAUSE_SHARE 16
/* A rank past its deadline tells rank 0, which so long after its own knows who has not: that rank is named.
 */
#define JUDGE_AFTER_NS 500000000
/* Without an end from rank 0 the others leave by themselves. */
#define LEAVE_AFTER_NS 1500000000
/* MPI_Abort and MPI_Finalize talk to others, too, which may be gone. */
#define ABORT_S 2
#define START_DEADLINE_NS 120000000000

static const char *const launcher_variables[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE",
                                                 "MPI_LOCALNRANKS"};

bool cluster_launched(void)
{
    for (size_t i = 0; i < sizeof launcher_variables / sizeof *launcher_variables; i++) {
        if (getenv(launcher_variables[i])) {
            return true;
        }
    }
    return false;
}

int64_t cluster_clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int make_room(struct cluster *cluster)
{
    size_t ranks = (size_t)cluster->size, told = cluster->rank == 0 ? ranks : 1;
    cluster->notes = calloc(ranks, sizeof *cluster->notes);
    cluster->telling = calloc(told, sizeof(MPI_Request));
    cluster->tallies = calloc(told, sizeof *cluster->tallies);
    return cluster->notes && cluster->telling && cluster->tallies ? 0 : -1;
}

int cluster_start(int *argc, char ***argv, struct cluster **cluster, struct error *error)
{
    int provided;
    struct cluster *made = calloc(1, sizeof *made);
    if (!made) {
        return error_set(error, "no memory");
    }
    IGNORE_LEAKS_BEGIN();
    int failed = MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    IGNORE_LEAKS_END();
    if (failed) {
        free(made);
        return error_set(error, "MPI_Init_thread failed");
    }
    if (provided < MPI_THREAD_FUNNELED) {
        free(made);
        return error_set(error, "this MPI cannot run beside other threads (MPI_THREAD_FUNNELED)");
    }
    prctl(PR_SET_TIMERSLACK, 1000UL); /* sleeps end when they say: the default adds 50 us */
    MPI_Comm_rank(MPI_COMM_WORLD, &made->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &made->size);
    made->deadline_ns = START_DEADLINE_NS;
    made->phase = "start";
    made->stop_request = MPI_REQUEST_NULL;
    made->shutdown_message = "";
    if (make_room(made)) {
        return error_set(error, "no memory");
    }
    if (cluster_find_hosts(made, error)) {
        return -1;
    }
    cluster_compare_clocks(made);
    if (made->rank > 0) {
        MPI_Irecv(&made->stop_message, 1, MPI_CHAR, 0, TAG_STOP, MPI_COMM_WORLD, &made->stop_request);
    }
    *cluster = made;
    return 0;
}

/* Ends this process with `code` after so many seconds, whatever it waits in. */
static volatile sig_atomic_t late_code;

static void leave_late(int number)
{
    (void)number;
    _exit(late_code);
}

static void leave_within(unsigned seconds, int code)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = leave_late;
    late_code = code;
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}

void cluster_finish(struct cluster **cluster, int code)
{
    struct cluster *ending = *cluster;
    leave_within((unsigned)(ending->deadline_ns / 1000000000) + 1, code);
    if (ending->stop_request != MPI_REQUEST_NULL) {
        MPI_Cancel(&ending->stop_request);
        MPI_Request_free(&ending->stop_request);
    }
    MPI_Finalize();
    alarm(0);
    if (ending->topology) {
        hwloc_topology_destroy(ending->topology);
    }
    cluster_free_tree(ending);
    free(ending->host_list);
    free(ending->leaders);
    free(ending->clocks);
    free(ending->hosts);
    free(ending->members);
    free(ending->notes);
    free(ending->telling);
    free(ending->tallies);
    free(ending);
    *cluster = NULL;
}

_Noreturn void cluster_abort(int code)
{
    fflush(NULL);
    leave_within(ABORT_S, code);
    MPI_Abort(MPI_COMM_WORLD, code);
    _Exit(code);
}

int32_t cluster_rank(const struct cluster *cluster)
{
    return cluster->rank;
}

int32_t cluster_size(const struct cluster *cluster)
{
    return cluster->size;
}

const char *cluster_library_version(char *text, size_t length)
{
    char version[MPI_MAX_LIBRARY_VERSION_STRING];
    int used;
    MPI_Get_library_version(version, &used);
    version[strcspn(version, ",\n")] = '\0';
    snprintf(text, length, "%s", version);
    return text;
}

void cluster_set_deadline(struct cluster *cluster, int64_t deadline_ns)
{
    cluster->deadline_ns = deadline_ns;
}

void cluster_set_phase(struct cluster *cluster, const char *phase)
{
    cluster->phase = phase;
}

const char *cluster_phase(const struct cluster *cluster)
{
    return cluster->phase;
}

void cluster_set_shutdown_message(struct cluster *cluster, const char *shutdown_message)
{
    cluster->shutdown_message = shutdown_message;
}

const char *cluster_shutdown_message(const struct cluster *cluster)
{
    return cluster->shutdown_message;
}

/* ---- a collective that does not complete ---- */

static const char *host_name(const struct cluster *cluster, int rank)
{
    return cluster->host_list ? cluster->host_list[cluster->hosts[rank]].name : "?";
}

static void tell_waiting(struct cluster *cluster)
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
        MPI_Recv(&cluster->notes[status.MPI_SOURCE], (int)sizeof *cluster->notes, MPI_BYTE, status.MPI_SOURCE,
                 TAG_WAITING, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
}

/* Rank 0 may be a collective ahead: its part of a broadcast is done at once. */
static bool waits_with_us(const struct cluster *cluster, int rank)
{
    return cluster->notes[rank].collectives + 1 >= cluster->collectives;
}

/* Rank 0: names who is missing, and ends the job. */
static _Noreturn void give_up(const struct cluster *cluster, int64_t waited_ns)
{
    int missing = 0;
    for (int rank = 1; rank < cluster->size; rank++) {
        if (!waits_with_us(cluster, rank)) {
            missing++;
            fprintf(stderr, "zmqsweep: error: rank %d on %s has not answered for %.1f s (phase: %s)\n", rank,
                    host_name(cluster, rank), (double)waited_ns * 1e-9, cluster->phase);
        }
    }
    if (missing == 0) {
        fprintf(stderr, "zmqsweep: error: all ranks wait for each other since %.1f s (phase: %s)\n",
                (double)waited_ns * 1e-9, cluster->phase);
    }
    fprintf(stderr, "zmqsweep: ending the job%s\n", cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

/* Any other rank: the coordinator has not ended the job. */
static _Noreturn void leave(const struct cluster *cluster, int64_t waited_ns)
{
    fprintf(
        stderr,
        "zmqsweep: error: rank 0 (the coordinator) on %s has not answered rank %d on %s for %.1f s (phase: "
        "%s); ending the job%s\n",
        host_name(cluster, 0), cluster->rank, host_name(cluster, cluster->rank), (double)waited_ns * 1e-9,
        cluster->phase, cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

void cluster_wait_part(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns)
{
    int64_t began = cluster_clock_ns();
    bool told = false;
    int done;
    for (MPI_Test(request, &done, MPI_STATUS_IGNORE); !done; MPI_Test(request, &done, MPI_STATUS_IGNORE)) {
        int64_t waited = cluster_clock_ns() - began, late = waited - deadline_ns;
        if (late > 0 && cluster->rank == 0) {
            read_notes(cluster);
            if (late > JUDGE_AFTER_NS) {
                give_up(cluster, waited);
            }
        } else if (late > 0 && !told) {
            tell_waiting(cluster);
            told = true;
        } else if (late > LEAVE_AFTER_NS) {
            leave(cluster, waited);
        }
        int64_t pause = waited / PAUSE_SHARE;
        pause = pause < PAUSE_MIN_NS ? PAUSE_MIN_NS : pause > PAUSE_MAX_NS ? PAUSE_MAX_NS : pause;
        nanosleep(&(struct timespec){0, pause}, NULL);
    }
}

_Noreturn void cluster_fail(const struct cluster *cluster, const char *what)
{
    fprintf(stderr, "zmqsweep: error: rank %d on %s: %s (phase: %s); ending the job%s\n", cluster->rank,
            host_name(cluster, cluster->rank), what, cluster->phase, cluster->shutdown_message);
    cluster_abort(EXIT_FAILED);
}

void cluster_wait(struct cluster *cluster, MPI_Request *request, int64_t deadline_ns)
{
    cluster->collectives++;
    cluster_wait_part(cluster, request, deadline_ns);
}

void cluster_barrier(struct cluster *cluster)
{
    MPI_Request request;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    cluster_wait(cluster, &request, cluster->deadline_ns);
}

/* From rank 0, to each rank by itself. A tree's inner ranks would have to wake up in turn to pass it on: on a
 * machine with 32 ranks a core that takes twice as long (64 ranks, 31 pairs: dead time 132 to 158 ms, so 108
 * to 129). */
void cluster_send_each(struct cluster *cluster, void *data, size_t bytes)
{
    if (cluster->rank > 0) {
        MPI_Request request;
        MPI_Irecv(data, (int)bytes, MPI_BYTE, 0, TAG_SEND, MPI_COMM_WORLD, &request);
        cluster_wait_part(cluster, &request, cluster->deadline_ns);
        return;
    }
    for (int rank = 1; rank < cluster->size; rank++) {
        MPI_Isend(data, (int)bytes, MPI_BYTE, rank, TAG_SEND, MPI_COMM_WORLD, &cluster->telling[rank]);
    }
    for (int rank = 1; rank < cluster->size; rank++) {
        cluster_wait_part(cluster, &cluster->telling[rank], cluster->deadline_ns);
    }
}

void cluster_broadcast(struct cluster *cluster, void *data, size_t bytes)
{
    cluster->collectives++;
    cluster_send_each(cluster, data, bytes);
}

void cluster_allgather(struct cluster *cluster, const void *mine, void *all, size_t bytes)
{
    MPI_Request request;
    MPI_Iallgather(mine, (int)bytes, MPI_BYTE, all, (int)bytes, MPI_BYTE, MPI_COMM_WORLD, &request);
    cluster_wait(cluster, &request, cluster->deadline_ns);
}

void cluster_exchange(struct cluster *cluster, const int32_t *peers, int32_t count, const void *mine,
                      void *theirs, size_t bytes)
{
    MPI_Request *requests = calloc(2 * (size_t)count + 1, sizeof(MPI_Request));
    if (!requests) {
        fputs("zmqsweep: error: no memory to exchange endpoints\n", stderr);
        cluster_abort(EXIT_FAILED);
    }
    for (int32_t i = 0; i < count; i++) {
        MPI_Irecv((char *)theirs + (size_t)i * bytes, (int)bytes, MPI_BYTE, peers[i], TAG_EXCHANGE,
                  MPI_COMM_WORLD, &requests[i]);
        MPI_Isend(mine, (int)bytes, MPI_BYTE, peers[i], TAG_EXCHANGE, MPI_COMM_WORLD, &requests[count + i]);
    }
    cluster->collectives++; /* one of all ranks, even of those without peers */
    for (int32_t i = 0; i < 2 * count; i++) {
        cluster_wait_part(cluster, &requests[i], cluster->deadline_ns);
    }
    free(requests);
}

void cluster_signal_stop(struct cluster *cluster)
{
    for (int rank = 1; rank < cluster->size && !cluster->stop_told; rank++) {
        MPI_Request request;
        MPI_Isend(&cluster->stop_message, 1, MPI_CHAR, rank, TAG_STOP, MPI_COMM_WORLD, &request);
        MPI_Request_free(&request);
    }
    cluster->stop_told = true;
}

bool cluster_stop_signalled(struct cluster *cluster)
{
    if (!cluster->stop_told && cluster->stop_request != MPI_REQUEST_NULL) {
        int done;
        MPI_Test(&cluster->stop_request, &done, MPI_STATUS_IGNORE);
        cluster->stop_told = done;
    }
    return cluster->stop_told;
}

void cluster_sleep_until(int64_t local_ns)
{
    struct timespec until = {local_ns / 1000000000, local_ns % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}
