/* launcher_stderr.c - the stderr of the launcher itself.
 *
 * The mpirun of Open MPI 5 (PRRTE, the program prterun) reads nothing more from its ranks once it
 * got SIGTERM or SIGINT: what they write in the 0.5 s until they are killed is lost. Where rank 0
 * is its child, as on mpirun's own host, it writes to mpirun's stderr instead.
 */
#include "process/launcher_stderr.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Older headers lack them; the numbers are those of every architecture. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

static pid_t launcher_pid;     /* 0: there is none */
static char parent_stderr[64]; /* "/proc/123/fd/2" */
static bool parent_appends;    /* to its stderr, if that is a file */

static FILE *open_of_parent(pid_t parent, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)parent, name);
    return fopen(path, "re");
}

/* The line "flags:\t0102001" of the descriptor, in octal. */
static bool appends(pid_t parent)
{
    unsigned flags = 0;
    FILE *file = open_of_parent(parent, "fdinfo/2");
    char line[128];
    while (file && fgets(line, sizeof line, file)) {
        if (strncmp(line, "flags:", 6) == 0) {
            flags = (unsigned)strtoul(line + 6, NULL, 8);
        }
    }
    if (file) {
        fclose(file);
    }
    return flags & O_APPEND;
}

void launcher_stderr_find(void)
{
    char name[32] = "";
    pid_t parent = getppid();
    FILE *file = open_of_parent(parent, "comm");
    if (!file) {
        return;
    }
    if (fgets(name, sizeof name, file) && strcmp(name, "prterun\n") == 0) {
        snprintf(parent_stderr, sizeof parent_stderr, "/proc/%d/fd/2", (int)parent);
        parent_appends = appends(parent);
        launcher_pid = parent;
    }
    fclose(file);
}

/* Copies the descriptor: the only way that keeps the place in a file. It needs Linux 5.6, and the
 * right to trace the parent. */
static int copy_stderr(void)
{
    int process = (int)syscall(SYS_pidfd_open, launcher_pid, 0);
    if (process < 0) {
        return -1;
    }
    int copy = (int)syscall(SYS_pidfd_getfd, process, STDERR_FILENO, 0);
    close(process);
    return copy;
}

/* Opens it again. Not a file to which the launcher does not append: what is written here and what
 * the launcher writes would be at the same place. */
static int open_stderr(void)
{
    struct stat status;
    if (stat(parent_stderr, &status) || (S_ISREG(status.st_mode) && !parent_appends)) {
        return -1;
    }
    int fd = open(parent_stderr, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) {
        fcntl(fd, F_SETFL, O_APPEND); /* not O_NONBLOCK, which was for a pipe that nobody reads */
    }
    return fd;
}

void launcher_stderr_take(void)
{
    if (launcher_pid == 0 || getppid() != launcher_pid) {
        return;
    }
    int fd = copy_stderr();
    fd = fd < 0 ? open_stderr() : fd;
    if (fd >= 0) {
        signal(SIGPIPE, SIG_IGN); /* a reader of the launcher's output may be gone */
        dup2(fd, STDERR_FILENO);
        close(fd);
    }
}
