/* lock.c - one writer per journal: locks it by flock, and says who holds the lock. */
#include "journal/lock.h"

#include "journal/reader.h"
#include "lines/decode.h"

#include "zmqsweep/journal_reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Finds the host and the process that wrote the last run or session line. @return 0, or -1 when no
 * line names them. */
static int find_writer(const char *path, char *host, size_t host_bytes, int64_t *pid)
{
    struct journal_reader reader;
    struct journal_line line;
    int found = -1;
    if (journal_reader_open(&reader, path, NULL))
        return -1;
    while (journal_reader_next(&reader, &line) > 0)
        if ((line.kind == LINE_RUN || line.kind == LINE_SESSION) &&
            decode_writer(line.data, line.data_length, host, host_bytes, pid) == 0)
            found = 0;
    journal_reader_close(&reader);
    return found;
}

/* Whether the last writer may still be running. If it is gone, another process holds the lock. */
static bool may_be_running(const char *host, int64_t pid)
{
    char ours[256] = "";
    gethostname(ours, sizeof ours - 1);
    return strcmp(ours, host) != 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

static int report_holder(const char *path, struct error *error)
{
    char host[256];
    int64_t pid;
    const char *advice = "wait for it, or give another --output";
    if (find_writer(path, host, sizeof host, &pid) || !may_be_running(host, pid))
        return error_set(error, "%s is in use by another process; %s", path, advice);
    return error_set(error, "%s is in use by process %" PRId64 " on %s; %s", path, pid, host,
                     advice);
}

/* Locks the file for this process. A file system without locks is no reason to stop. */
static int lock(int fd, const char *path, struct error *error)
{
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        if (errno == EWOULDBLOCK)
            return report_holder(path, error);
        if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
            return 0;
        if (errno != EINTR) {
            error_set(error, "%s: cannot be locked: %s", path, strerror(errno));
            return JOURNAL_FAILED;
        }
    }
    return 0;
}

int journal_lock_for_reading(const char *path, int *fd, struct error *error)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return 0;
    int failed = flock(*fd, LOCK_EX | LOCK_NB);
    if (failed &&
        errno == EBADF) /* a network file system wants a descriptor that can write for this */
        failed = flock(*fd, LOCK_SH | LOCK_NB);
    if (!failed || errno != EWOULDBLOCK)
        return 0;
    close(*fd);
    *fd = -1;
    return report_holder(path, error);
}

bool journal_in_use(const char *path, struct error *error)
{
    int fd, rc = journal_lock_for_reading(path, &fd, error);
    if (fd >= 0)
        close(fd);
    return rc != 0;
}

/* False when another process replaced or removed the file between our open and our lock. */
static bool still_named(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

int journal_open_locked(const char *path, int flags, bool *exists, struct error *error)
{
    for (int attempt = 0; attempt < 10; attempt++) {
        int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0666);
        *exists = fd < 0 && errno == EEXIST;
        if (fd < 0) {
            error_set(error, "%s: %s", path, strerror(errno));
            return JOURNAL_FAILED;
        }
        int rc = lock(fd, path, error);
        if (rc) {
            close(fd);
            return rc;
        }
        if (still_named(fd, path))
            return fd;
        close(fd);
    }
    return error_set(error, "%s: is being replaced by other processes", path);
}
