/* guard.c - runs work in a child process with limits.
 *
 * libhdf5 crashes or loops on some damaged files. In a child process such a crash costs one line,
 * "damaged file", and nothing of it reaches the output: the parent publishes output only when the
 * child has ended well.
 */
#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/* Far more than any subcommand needs for a sound file: rows are read in batches. */
#define MEMORY_LIMIT ((rlim_t)4 << 30)
/* The limit on processor time. A file decompresses to at most a thousand times its size, at 100
 * MB/s or more. */
#define CPU_SECONDS_BASE 10
#define SECONDS_PER_MEGABYTE 10

/* What the child reports to its parent, in memory that both share. */
struct shared {
    char reading[4096]; /* path of the file that is being read, "" for none */
    struct error error;
};

static struct shared *shared;

static void set_limit(int resource, rlim_t limit)
{
    struct rlimit both;
    if (getrlimit(resource, &both))
        return;
    both.rlim_cur = both.rlim_max == RLIM_INFINITY || limit < both.rlim_max ? limit : both.rlim_max;
    setrlimit(resource, &both);
}

void guard_reading(const char *path)
{
    struct stat status;
    struct rusage used;
    if (!shared)
        return;
    snprintf(shared->reading, sizeof shared->reading, "%s", path ? path : "");
    if (!path || stat(path, &status) || getrusage(RUSAGE_SELF, &used))
        return;
    rlim_t seconds = (rlim_t)used.ru_utime.tv_sec + (rlim_t)used.ru_stime.tv_sec + CPU_SECONDS_BASE;
    set_limit(RLIMIT_CPU, seconds + SECONDS_PER_MEGABYTE * ((rlim_t)status.st_size >> 20));
}

/* Sets the limits. Under the sanitizers memory has no limit, because they reserve terabytes of
 * addresses, and they report crashes by themselves. */
static void set_limits(void)
{
    set_limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    set_limit(RLIMIT_AS, MEMORY_LIMIT);
#endif
}

/* Runs the work in the child. The exit code is that of the work; the error goes through the shared
 * memory. */
static void run_child(guard_work *work, void *data, pid_t parent)
{
    struct error error = {""};
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(EXIT_FAILED);
    set_limits();
    int code = work(data, &error);
    shared->error = error;
#if defined(__SANITIZE_ADDRESS__)
    exit(code); /* with the sanitizers: exit looks for leaks */
#else
    _exit(code);
#endif
}

static int explain(int status, struct error *error)
{
    int signal_number = WTERMSIG(status);
    const char *how = signal_number == SIGXCPU || signal_number == SIGKILL
                          ? "reading it comes to no end"
                          : "the HDF5 library crashes when it reads it";
    if (signal_number == SIGPIPE || signal_number == SIGINT || signal_number == SIGTERM) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    if (*shared->reading)
        error_set(error, "%.400s: damaged file (%s)", shared->reading, how);
    else
        error_set(error, "internal error (signal %d); please report it", signal_number);
    return EXIT_FAILED;
}

/* @return the exit code of the child. */
static int wait_for_child(pid_t child, struct error *error)
{
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status))
        return explain(status, error);
    *error = shared->error;
    return WEXITSTATUS(status);
}

int guard_run(guard_work *work, void *data, struct error *error)
{
    int code = EXIT_FAILED;
    pid_t parent = getpid();
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        shared = NULL;
        error_set(error, "out of memory");
        return EXIT_FAILED;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        run_child(work, data, parent);
    if (child < 0) {
        error_set(error, "cannot start a process: %s", strerror(errno));
    } else {
        code = wait_for_child(child, error);
        if (code != EXIT_OK && code != EXIT_SLOWER && *error->text == '\0')
            error_set(error, "internal error (exit code %d); please report it", code);
    }
    munmap(shared, sizeof *shared);
    shared = NULL;
    return code;
}
