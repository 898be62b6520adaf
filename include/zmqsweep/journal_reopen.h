/* journal_reopen.h - a journal that is there already: who uses it, and going on with it. */
#ifndef ZMQSWEEP_JOURNAL_REOPEN_H
#define ZMQSWEEP_JOURNAL_REOPEN_H

#include "zmqsweep/journal.h"

/* What a journal has, in the order in which it was written. Each may be NULL. The pointers are
 * valid during the call. */
struct journal_visitor {
    void *data;
    void (*settings)(void *data, const struct point_record *row);
    void (*repetition)(void *data, const struct repetition_record *row); /* with all its rows */
    /* No more than so many repetitions were to be run. Where there are fewer by now, some were
     * damaged. */
    void (*stop)(void *data, int64_t point_id, const char *reason, int64_t repetitions);
    void (*drop)(void *data, int64_t point_id); /* what came of this point before does not count */
};

/* Opens OUTPUT.journal to go on: checks every line and block, cuts off what was not committed,
 * locks, and calls `visitor` with what there is. `run` gets the first session's record with all
 * sessions' hosts and environment (caller frees; names of later sessions start with "session-2/",
 * "session-3/" ...). @return 0; 1 when it has nothing, as after a kill at its start: then it is
 * removed, and there is no journal; -1 or JOURNAL_FAILED with `error`. */
int journal_reopen(const char *output, struct run_record *run,
                   const struct journal_visitor *visitor, struct journal **journal,
                   struct error *error);

/* Has another process locked the journal `path`? Then `error` names its host and process. */
bool journal_in_use(const char *path, struct error *error);

/* Locks the journal `path` for a reader, so that no sweep goes on with it meanwhile; close(*fd)
 * unlocks. *fd is -1 where that cannot be. @return 0, or -1 with `error` when another process has
 * locked it. */
int journal_lock_for_reading(const char *path, int *fd, struct error *error);

/* Is OUTPUT.journal still the file that is being written, with all that was written? If it was
 * moved or removed, it is written again under its name, *again becomes true. @return 0, or -1 with
 * `error`: it was changed, or another file has its name (then OUTPUT.PID.journal holds the lines),
 * or it cannot be written.
 */
int journal_ensure(struct journal *journal, bool *again, struct error *error);

/* Removes temporary files of OUTPUT that a killed program left. For the holder of the journal's
 * lock. */
void results_remove_leftovers(const char *output);

#endif
