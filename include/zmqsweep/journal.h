/* journal.h - writing the journal, which grows while the sweep runs.
 *
 * The journal has lines of JSON with a CRC, and blocks of packed rows: see docs/journal.md.
 */
#ifndef ZMQSWEEP_JOURNAL_H
#define ZMQSWEEP_JOURNAL_H

#include "zmqsweep/error.h"
#include "zmqsweep/tables.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* "results.h5" -> "results.h5.journal" in `path`. @return -1 when too long. */
int journal_path(const char *output, char *path, size_t length);

/* What the functions that write return when storage would not (full, read-only, failing): exit code
 * 1, where -1 is a refusal, exit code 2. */
#define JOURNAL_FAILED (-2)

/* Makes OUTPUT.journal (mode 0666 less umask, O_EXCL unless `replace`), locks it (flock; a lock
 * held by another process is an error that names its host and process, which the holder wrote into
 * the first line), writes and syncs the line of `run`, then the folder. @return 0, or -1 or
 * JOURNAL_FAILED with `error`. */
int journal_create(const char *output, const struct run_record *run, bool replace,
                   struct journal **journal, struct error *error);

/* Adds a later session's hosts and environment rows (only those two of `run` are used). */
int journal_append_session(struct journal *journal, const struct run_record *run,
                           struct error *error);
/* Adds environment rows that the running session has learned since it began. */
int journal_append_notes(struct journal *journal, const struct run_record *run,
                         struct error *error);

/* ---- what is measured: added, then committed ---- */

/* From here on rows of this repetition are added. Forgets rows that were added and not ended by
 * journal_add_repetition. */
void journal_begin_repetition(struct journal *journal, int64_t point_id, int64_t repetition);
/* Rows of TABLE_RANKS, TABLE_INTERVALS or TABLE_LATENCY. Memory does not grow with their number:
 * long before a commit they go into the file, where they count for nothing without one.
 * @return 0, or -1 or JOURNAL_FAILED with `error`: then the file ends where the last commit ended.
 */
int journal_add_rows(struct journal *journal, enum table_id table, const void *records,
                     size_t count, struct error *error);
/* The repetition itself, which ends its rows. */
int journal_add_repetition(struct journal *journal, const struct repetition_record *row,
                           struct error *error);
/* What is asked for in a point: before its first repetition, and again when it changes. */
int journal_add_settings(struct journal *journal, const struct point_record *row,
                         struct error *error);
/* The point has all its repetitions, so many. */
int journal_add_stop(struct journal *journal, int64_t point_id, const char *reason,
                     int64_t repetitions, struct error *error);
int journal_add_drop(struct journal *journal, int64_t point_id, struct error *error);

/* Writes what was added, and begins to bring it to disk in a thread of its own. Waits for the sync
 * before, if that still goes on. @return as journal_add_rows; an error may be that of an earlier
 * sync. */
int journal_commit(struct journal *journal, struct error *error);
/* Waits until what was committed is on disk: only then may others learn of it. @return 0 or
 * JOURNAL_FAILED.
 */
int journal_wait(struct journal *journal, struct error *error);
/* When the last sync ended (CLOCK_MONOTONIC), INT64_MAX while one goes on. */
int64_t journal_synced_ns(struct journal *journal);
/* The longest that one took so far. */
int64_t journal_slowest_sync_ns(struct journal *journal);

/* Closes and unlocks; the file stays. */
void journal_close(struct journal **journal);

#endif
