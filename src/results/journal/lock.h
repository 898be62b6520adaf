/* lock.h - one writer a journal. */
#ifndef RESULTS_JOURNAL_LOCK_H
#define RESULTS_JOURNAL_LOCK_H

#include "zmqsweep/error.h"

#include <stdbool.h>

/* Opens and locks `path`; *exists: it failed with EEXIST. @return the descriptor, or -1 (another
 * process holds it) or JOURNAL_FAILED with `error`. */
int journal_open_locked(const char *path, int flags, bool *exists, struct error *error);

#endif
