/* disk.h - bytes, files and their names, brought to disk. */
#ifndef RESULTS_JOURNAL_DISK_H
#define RESULTS_JOURNAL_DISK_H

#include <stddef.h>

#define DISK_PATH_BYTES 4096

/* Writes all `length` bytes. @return 0 or -1 with errno. */
int disk_write_whole(int fd, const char *text, size_t length);

/* disk_sync_path opens a file for reading, with additional `flags`, and brings it to disk.
 * disk_sync_folder brings to disk the folder that holds the file's name, where the file system and
 * the folder's mode allow it. @return 0 or -1 with errno. */
int disk_sync_path(const char *path, int flags);
int disk_sync_folder(const char *path);

#endif
