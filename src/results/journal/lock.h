/* lock.h - one writer per journal. */
#ifndef RESULTS_JOURNAL_LOCK_H
#define RESULTS_JOURNAL_LOCK_H

#include "zmqsweep/error.h"

#include <stdbool.h>

/* Opens and locks `path`. Sets *exists when that fails with EEXIST. @return the descriptor; -1 when
 * another process holds the lock; or JOURNAL_FAILED. Both errors come with `error`. */
int journal_open_locked(const char *path, int flags, bool *exists, struct error *error);

#endif
