/* ensure.c - makes sure that the journal keeps its name while a sweep writes it, and removes
 * temporary files. */
#include "journal/lock.h"
#include "journal/writer.h"

#include "zmqsweep/journal_reopen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES ((size_t)64 * 1024)

/* True when nothing has the name, or another file has it. False after any other error, which says
 * nothing about the name. */
static bool is_replaced(const char *path, const struct stat *ours)
{
    struct stat named;
    if (stat(path, &named))
        return errno == ENOENT || errno == ENOTDIR;
    return named.st_dev != ours->st_dev || named.st_ino != ours->st_ino;
}

static int copy_bytes(int from, int to, off_t length)
{
    char *bytes = malloc(COPY_BYTES);
    off_t at = 0;
    while (bytes && at < length) {
        size_t wanted = length - at < (off_t)COPY_BYTES ? (size_t)(length - at) : COPY_BYTES;
        ssize_t got = pread(from, bytes, wanted, at);
        if (got <= 0 || disk_write_whole(to, bytes, (size_t)got))
            break;
        at += got;
    }
    free(bytes);
    return at == length ? 0 : -1;
}

/* Writes a copy that can take the journal's place, whole and on disk. @return its descriptor,
 * locked, or -1. */
static int write_copy(const struct journal *journal, const char *partial, struct error *error)
{
    bool exists;
    int fd = journal_open_locked(partial, O_CREAT, &exists, error);
    if (fd < 0)
        return -1;
    if (ftruncate(fd, 0) == 0 && copy_bytes(journal->fd, fd, journal->end) == 0 && fsync(fd) == 0)
        return fd;
    error_set(error, "%s: %s", partial, strerror(errno));
    unlink(partial);
    close(fd);
    return -1;
}

/* Another file has taken the journal's name: saves the lines under a name with this process's
 * number. @return -1, with `error` that names the file. */
static int save_under_own_name(struct journal *journal, const char *partial, struct error *error)
{
    char own_name[DISK_PATH_BYTES + 32];
    int stem = (int)(strlen(journal->path) - strlen(".journal"));
    snprintf(own_name, sizeof own_name, "%.*s.%d.journal", stem, journal->path, (int)getpid());
    if (rename(partial, own_name) || disk_sync_folder(own_name))
        return error_set(error, "%s: another file has its name, and %s cannot be made: %s",
                         journal->path, own_name, strerror(errno));
    return error_set(error, "%.200s: another file has its name now; what was measured is in %.200s",
                     journal->path, own_name);
}

/* Gives the file the name `path`, but never replaces a file. link() does both; where there are no
 * links, rename() must do. */
static int take_name(const char *partial, const char *path)
{
    if (link(partial, path) == 0)
        return unlink(partial);
    if (errno == EEXIST || access(path, F_OK) == 0)
        return -1;
    return rename(partial, path);
}

static int restore(struct journal *journal, struct error *error)
{
    char partial[DISK_PATH_BYTES + 16];
    struct error cause = {""};
    snprintf(partial, sizeof partial, "%s.partial", journal->path);
    if (journal_wait(journal, error)) /* a running sync needs the old descriptor */
        return -1;
    int fd = write_copy(journal, partial, &cause);
    if (fd < 0)
        return error_set(error, "%.150s: was moved or removed and cannot be written again: %.300s",
                         journal->path, cause.text);
    close(journal->fd);
    journal->fd = fd;
    if (take_name(partial, journal->path))
        return save_under_own_name(journal, partial, error);
    return disk_sync_folder(journal->path) ? error_set(error, "%s: its folder cannot be synced: %s",
                                                       journal->path, strerror(errno))
                                           : 0;
}

int journal_ensure(struct journal *journal, bool *again, struct error *error)
{
    struct stat ours;
    *again = false;
    if (fstat(journal->fd, &ours))
        return error_set(error, "%s: %s", journal->path, strerror(errno));
    if (ours.st_size != journal->end)
        return error_set(error,
                         "%s: was changed while the sweep ran, it has %lld bytes and %lld were "
                         "written: points may be missing in it",
                         journal->path, (long long)ours.st_size, (long long)journal->end);
    if (!is_replaced(journal->path, &ours))
        return 0;
    *again = true;
    return restore(journal, error);
}

void results_remove_leftovers(const char *output)
{
    static const char *const endings[] = {".partial", ".journal.partial", ".recovered",
                                          ".recovered.partial"};
    char path[DISK_PATH_BYTES + 32];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%.4090s%s", output, endings[i]);
        unlink(path);
    }
}
