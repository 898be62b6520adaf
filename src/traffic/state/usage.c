/* usage.c - what the loop's thread and each I/O thread use: processor time, time in the queue for a
 * processor, switches, page faults.
 *
 * The threads are found, and their files in /proc opened, once before the window; its edges cost a
 * clock reading and three reads a thread, all by the thread that samples. Processor time comes from
 * the thread's own clock, which is exact, unlike the tick-wise figures of /proc; the wait for a
 * processor from /proc/self/task/TID/schedstat (Linux, Documentation/scheduler/sched-stats), where
 * the kernel has it.
 */
#include "state/usage.h"

#include "clock.h"
#include "state/affinity.h"
#include "state/state.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The processor-time clock of a thread of this process (Linux, include/linux/posix-timers.h);
 * pthread_getcpuclockid gives the same, for threads whose pthread_t is known. */
#define THREAD_CLOCK(tid) ((clockid_t)((~(unsigned)(tid) << 3) | 6))

#define THREADS_MOST 1024
#define TEXT_LENGTH 4096
#define LOOP_CHECK_NS 50000
#define LOOP_CHECKS 400

static const struct traffic_thread nothing = {0, 0, 0, 0, 0};

static void add(struct traffic_thread *sum, const struct traffic_thread *more, double factor)
{
    sum->cpu_s += factor * more->cpu_s;
    sum->runqueue_s += factor * more->runqueue_s;
    sum->voluntary += factor * more->voluntary;
    sum->involuntary += factor * more->involuntary;
    sum->page_faults += factor * more->page_faults;
}

static int open_file(int tid, const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", tid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void close_file(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* Reads the file again from its start. @return 0, or -1 when the thread has ended. */
static int read_file(int fd, char text[TEXT_LENGTH])
{
    ssize_t got = fd < 0 ? -1 : pread(fd, text, TEXT_LENGTH - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 ? 0 : -1;
}

/* "processor-time queue-time slices", in ns. */
static double read_runqueue_s(int fd)
{
    char text[TEXT_LENGTH], *rest;
    if (read_file(fd, text)) {
        return NAN;
    }
    strtoll(text, &rest, 10);
    return (double)strtoll(rest, NULL, 10) / 1e9;
}

/* "tid (name) state", then numbers, of which the seventh is minflt (proc(5)). The name may have any
 * character. */
static double read_page_faults(int fd)
{
    char text[TEXT_LENGTH];
    const char *name_end = read_file(fd, text) ? NULL : strrchr(text, ')');
    long long faults;
    return name_end && sscanf(name_end, ") %*c %*s %*s %*s %*s %*s %*s %lld", &faults) == 1
               ? (double)faults
               : NAN;
}

static double read_count(const char *text, const char *name)
{
    const char *line = strstr(text, name);
    return line ? (double)strtoll(line + strlen(name), NULL, 10) : NAN;
}

/* @return 0, or -1 when the thread has ended. */
static int read_thread(const struct usage_thread *watched, struct traffic_thread *use)
{
    struct timespec cpu;
    char text[TEXT_LENGTH];
    if (clock_gettime(THREAD_CLOCK(watched->tid), &cpu) || read_file(watched->status_fd, text)) {
        return -1;
    }
    use->cpu_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
    use->runqueue_s = read_runqueue_s(watched->schedstat_fd);
    use->page_faults = read_page_faults(watched->stat_fd);
    use->voluntary = read_count(text, "\nvoluntary_ctxt_switches:");
    use->involuntary = read_count(text, "\nnonvoluntary_ctxt_switches:");
    return 0;
}

void usage_loop_begins(struct usage *usage)
{
    affinity_get(&usage->loop_cpus);
    atomic_store_explicit(&usage->loop_tid, (int)gettid(), memory_order_release);
}

/* @return false: the loop does not run yet. */
static bool read_loop_cpus(const struct usage *usage, cpu_set_t *cpus)
{
    bool runs = atomic_load_explicit(&usage->loop_tid, memory_order_acquire) != 0;
    if (runs) {
        *cpus = usage->loop_cpus;
    }
    return runs;
}

void usage_loop_ends(struct usage *usage)
{
    struct traffic_thread *end = &usage->loop_end;
    struct timespec cpu;
    struct rusage own;
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    getrusage(RUSAGE_THREAD, &own);
    end->cpu_s = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
    end->runqueue_s = read_runqueue_s(fd);
    end->voluntary = (double)own.ru_nvcsw;
    end->involuntary = (double)own.ru_nivcsw;
    end->page_faults = (double)own.ru_minflt;
    close_file(fd);
}

static void watch_thread(struct usage *usage, int tid)
{
    struct usage_thread *more = realloc(usage->threads, (usage->count + 1) * sizeof *more);
    if (more) {
        usage->threads = more;
        more[usage->count++] =
            (struct usage_thread){tid, open_file(tid, "schedstat"), open_file(tid, "status"),
                                  open_file(tid, "stat"), nothing};
    }
}

/* Waits for the loop's thread, which has just been made, to run. @return its id, or 0. */
static int await_loop(const struct usage *usage)
{
    const struct timespec pause = {0, LOOP_CHECK_NS};
    int tid = atomic_load_explicit(&usage->loop_tid, memory_order_acquire);
    for (int i = 0; i < LOOP_CHECKS && tid == 0; i++) {
        nanosleep(&pause, NULL);
        tid = atomic_load_explicit(&usage->loop_tid, memory_order_acquire);
    }
    return tid;
}

void traffic_usage_find_threads(struct traffic *traffic)
{
    struct usage *usage = &traffic->usage;
    int tids[THREADS_MOST], loop;
    if (usage->count > 0 || !traffic->running || (loop = await_loop(usage)) == 0) {
        return;
    }
    watch_thread(usage, loop);
    size_t found = affinity_find_io_threads(tids, THREADS_MOST);
    for (size_t i = 0; i < found; i++) {
        watch_thread(usage, tids[i]);
    }
}

/* Reads what a thread has used. A loop that has ended has stored its figures. */
static int read_watched(const struct traffic *traffic, size_t index, struct traffic_thread *use)
{
    bool loop = index == 0;
    if (!(loop && traffic_ended(traffic)) &&
        read_thread(&traffic->usage.threads[index], use) == 0) {
        return 0;
    }
    if (loop && traffic_ended(traffic)) {
        *use = traffic->usage.loop_end;
        return 0;
    }
    return -1;
}

void traffic_usage_begin(struct traffic *traffic)
{
    struct usage *usage = &traffic->usage;
    traffic_usage_find_threads(traffic);
    usage->began_ns = clock_ns();
    usage->begun = usage->count > 0;
    for (size_t i = 0; i < usage->count; i++) {
        usage->begun =
            usage->begun && read_thread(&usage->threads[i], &usage->threads[i].begin) == 0;
    }
    usage->begun =
        usage->begun && !traffic_ended(traffic); /* its thread may do other work by now */
}

static double busy_s(const struct traffic_thread *use)
{
    return use->cpu_s + (isnan(use->runqueue_s) ? 0 : use->runqueue_s);
}

/* Appends a number to `each`. A number that does not fit is left out, as are all after it. */
static void add_each(char each[TRAFFIC_EACH_LENGTH], double cpu_s)
{
    size_t used = strlen(each);
    int length =
        snprintf(each + used, TRAFFIC_EACH_LENGTH - used, "%s%.3f", used ? "," : "", cpu_s);
    if ((size_t)length >= TRAFFIC_EACH_LENGTH - used) {
        each[used] = '\0';
    }
}

struct traffic_usage traffic_usage(const struct traffic *traffic)
{
    const struct usage *usage = &traffic->usage;
    struct traffic_usage now;
    memset(&now, 0, sizeof now);
    now.known = usage->begun;
    now.length_ns = clock_ns() - usage->began_ns;
    for (size_t i = 0; i < usage->count && now.known; i++) {
        struct traffic_thread use = nothing;
        now.known = read_watched(traffic, i, &use) == 0;
        add(&use, &usage->threads[i].begin, -1);
        if (i == 0) {
            now.loop = use;
            continue;
        }
        add(&now.io, &use, 1);
        add_each(now.io_cpu_each_s, use.cpu_s);
        if (i == 1 || busy_s(&use) > busy_s(&now.io_busiest)) {
            now.io_busiest = use;
        }
    }
    return now;
}

static void read_io_cpus(cpu_set_t *all)
{
    int tids[THREADS_MOST];
    size_t found = affinity_find_io_threads(tids, THREADS_MOST);
    CPU_ZERO(all);
    for (size_t i = 0; i < found; i++) {
        cpu_set_t cpus;
        if (sched_getaffinity(tids[i], sizeof cpus, &cpus) == 0) {
            CPU_OR(all, all, &cpus);
        }
    }
}

void traffic_read_cpus(const struct traffic *traffic, char loop[TRAFFIC_CPUS_LENGTH],
                       char io[TRAFFIC_CPUS_LENGTH])
{
    cpu_set_t cpus;
    loop[0] = io[0] = '\0';
    if (read_loop_cpus(&traffic->usage, &cpus)) {
        affinity_format(&cpus, loop, TRAFFIC_CPUS_LENGTH);
    }
    if (traffic->context) {
        read_io_cpus(&cpus);
        affinity_format(&cpus, io, TRAFFIC_CPUS_LENGTH);
    }
}

void usage_free(struct usage *usage)
{
    for (size_t i = 0; i < usage->count; i++) {
        close_file(usage->threads[i].schedstat_fd);
        close_file(usage->threads[i].status_fd);
        close_file(usage->threads[i].stat_fd);
    }
    free(usage->threads);
    usage->threads = NULL;
    usage->count = 0;
}
