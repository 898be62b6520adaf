/* disk.h - bytes, files and their names, brought to disk. */
#ifndef RESULTS_JOURNAL_DISK_H
#define RESULTS_JOURNAL_DISK_H

#include <stddef.h>

#define DISK_PATH_BYTES 4096

/* Writes all of it. @return 0 or -1 with errno. */
int disk_write_whole(int fd, const char *text, size_t length);

/* Brings a file to disk, opened for reading with `flags` besides; or the folder that names it,
 * where file systems and the folder's mode allow it. @return 0 or -1 with errno. */
int disk_sync_path(const char *path, int flags);
int disk_sync_folder(const char *path);

#endif
