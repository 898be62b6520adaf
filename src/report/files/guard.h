/* guard.h - runs work in a child process with limits: libhdf5 crashes or hangs on some damaged
 * files. */
#ifndef REPORT_FILES_GUARD_H
#define REPORT_FILES_GUARD_H

#include "zmqsweep/error.h"

/* What the child does. It flushes its own files. @return an exit code; over 0 with `error`. */
typedef int guard_work(void *data, struct error *error);

/* Runs work(data) in a child with limits on memory and processor time. @return its exit code; when
 * it crashed, EXIT_FAILED with a line in `error` that names the file it was reading. */
int guard_run(guard_work *work, void *data, struct error *error);
/* Notes which file is read from now on, NULL for none. Its size bounds the processor time. */
void guard_reading(const char *path);

#endif
