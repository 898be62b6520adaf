/* disk.c - bytes, files and their names, brought to disk. */
#include "journal/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int disk_write_whole(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        length -= (size_t)written;
    }
    return 0;
}

int disk_sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return -1;
    int failed = fsync(fd), cause = errno;
    close(fd);
    errno = cause;
    return failed;
}

int disk_sync_folder(const char *path)
{
    char folder[DISK_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    return disk_sync_path(folder, O_DIRECTORY) && errno != EINVAL && errno != EACCES ? -1 : 0;
}
