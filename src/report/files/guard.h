/* guard.h - runs work in a child process with limits: libhdf5 crashes or hangs on some damaged
 * files. */
#ifndef REPORT_FILES_GUARD_H
#define REPORT_FILES_GUARD_H

#include "zmqsweep/error.h"

/* What the child does. It flushes its own files. @return an exit code; a code over 0 comes with
 * `error`. */
typedef int guard_work(void *data, struct error *error);

/* Runs work(data) in a child with limits on memory and processor time. @return its exit code. When
 * the child crashes, this is EXIT_FAILED with a line in `error` that names the file that was being
 * read. */
int guard_run(guard_work *work, void *data, struct error *error);
/* Notes which file is read from now on, NULL for none. The size of that file sets the limit on
 * processor time. */
void guard_reading(const char *path);

#endif
