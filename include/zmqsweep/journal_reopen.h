/* journal_reopen.h - an existing journal: is it in use, and how to go on with it. */
#ifndef ZMQSWEEP_JOURNAL_REOPEN_H
#define ZMQSWEEP_JOURNAL_REOPEN_H

#include "zmqsweep/journal.h"

/* Functions that journal_reopen calls with the contents of the journal, in the order in which they
 * were written. Each function may be NULL. `row` is valid during the call only. */
struct journal_visitor {
    void *data;
    void (*settings)(void *data, const struct point_record *row);
    void (*repetition)(void *data, const struct repetition_record *row); /* with all its rows */
    /* The point was finished with `repetitions` repetitions. If `repetition` was called less often
     * for it, some were damaged. */
    void (*stop)(void *data, int64_t point_id, const char *reason, int64_t repetitions);
    void (*drop)(void *data, int64_t point_id); /* its earlier repetitions do not count */
};

/* Opens OUTPUT.journal to continue it: checks every line and block, cuts off what was not
 * committed, locks the file, and calls `visitor` with the contents. `run` gets the first session's
 * record with all sessions' hosts and environment (caller frees; names of later sessions start with
 * "session-2/", "session-3/" ...). @return 0; 1 when the journal is empty, as after a kill at its
 * start: then it is removed, and *journal is not set; -1 or JOURNAL_FAILED with `error`. */
int journal_reopen(const char *output, struct run_record *run,
                   const struct journal_visitor *visitor, struct journal **journal,
                   struct error *error);

/* Has another process locked the journal `path`? Then `error` names its host and process. */
bool journal_in_use(const char *path, struct error *error);

/* Locks the journal `path` for a reader, so that no sweep goes on with it meanwhile; close(*fd)
 * unlocks. *fd is -1 where the file cannot be opened, or another process has locked it. @return 0,
 * or -1 with `error` when another process has locked it. */
int journal_lock_for_reading(const char *path, int *fd, struct error *error);

/* Checks that OUTPUT.journal is still the file that this process writes, and holds all that was
 * written. If the file was moved or removed, writes it again under its name and sets *again.
 * @return 0, or -1 with `error`: the file was changed, or another file has its name (then
 * OUTPUT.PID.journal holds the lines), or it cannot be written. */
int journal_ensure(struct journal *journal, bool *again, struct error *error);

/* Removes temporary files of OUTPUT that a killed program left. For the holder of the journal's
 * lock. */
void results_remove_leftovers(const char *output);

#endif
