/* barriers.c - what a bare sleeping barrier costs here, to hold zmqsweep's dead time against.
 *
 * barriers [COUNT]
 * Every rank passes COUNT (30) barriers: MPI_Ibarrier, then MPI_Test and nanosleep until it is
 * done, with pauses that double from 50 us to 10 ms. Rank 0 prints the median of what they took, in
 * ms. The same again with pauses of a sixteenth of the time waited, within the same limits: two
 * lines.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define PAUSE_MIN_NS 50000
#define PAUSE_MAX_NS 10000000
#define PAUSE_SHARE 16
#define MOST 1000

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t within_limits(int64_t pause_ns)
{
    return pause_ns < PAUSE_MIN_NS   ? PAUSE_MIN_NS
           : pause_ns > PAUSE_MAX_NS ? PAUSE_MAX_NS
                                     : pause_ns;
}

/* @return how long it took, in ns. */
static int64_t pass_barrier(int doubling)
{
    int64_t began = clock_ns(), pause_ns = PAUSE_MIN_NS;
    MPI_Request request;
    int done;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); !done;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
        pause_ns = within_limits(doubling ? pause_ns : (clock_ns() - began) / PAUSE_SHARE);
        nanosleep(&(struct timespec){0, pause_ns}, NULL);
        pause_ns *= 2;
    }
    return clock_ns() - began;
}

static int compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double median_ms(int64_t *taken_ns, int count)
{
    qsort(taken_ns, (size_t)count, sizeof *taken_ns, compare);
    int64_t low = taken_ns[(count - 1) / 2], high = taken_ns[count / 2];
    return (double)(low + high) / 2e6;
}

int main(int argc, char **argv)
{
    static int64_t taken_ns[MOST];
    int rank, count = argc > 1 ? atoi(argv[1]) : 30;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (count < 1 || count > MOST) {
        fprintf(stderr, "barriers: a count from 1 to %d\n", MOST);
        MPI_Finalize();
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1000UL); /* as zmqsweep does */
    for (int doubling = 1; doubling >= 0; doubling--) {
        pass_barrier(doubling);
        for (int i = 0; i < count; i++) {
            taken_ns[i] = pass_barrier(doubling);
        }
        if (rank == 0) {
            printf("%s %.4f\n", doubling ? "doubling" : "sixteenth", median_ms(taken_ns, count));
        }
    }
    MPI_Finalize();
    return 0;
}
