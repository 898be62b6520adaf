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

/* What the functions that write return when storage fails (full, read-only, I/O error). The program
 * then exits with 1. A result of -1 is a refusal: exit code 2. */
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

/* Begins a repetition: the rows added from here on belong to it. Discards rows of an earlier
 * repetition that journal_add_repetition did not end. */
void journal_begin_repetition(struct journal *journal, int64_t point_id, int64_t repetition);
/* Adds rows of TABLE_RANKS, TABLE_INTERVALS or TABLE_LATENCY. Memory does not grow with their
 * number: they go into the file before the commit, and without the commit a reader ignores them.
 * @return 0, or -1 or JOURNAL_FAILED with `error`: then the file ends where the last commit
 * ended. */
int journal_add_rows(struct journal *journal, enum table_id table, const void *records,
                     size_t count, struct error *error);
/* Adds the repetition itself, after its other rows. */
int journal_add_repetition(struct journal *journal, const struct repetition_record *row,
                           struct error *error);
/* Adds the settings of a point: before its first repetition, and again when they change. */
int journal_add_settings(struct journal *journal, const struct point_record *row,
                         struct error *error);
/* Notes that the point is finished: why, and with how many repetitions. */
int journal_add_stop(struct journal *journal, int64_t point_id, const char *reason,
                     int64_t repetitions, struct error *error);
int journal_add_drop(struct journal *journal, int64_t point_id, struct error *error);

/* Writes what was added, and starts to sync it to disk in a separate thread. Waits first for the
 * previous sync to end. @return as journal_add_rows; the error may come from an earlier sync. */
int journal_commit(struct journal *journal, struct error *error);
/* Waits until what was committed is on disk. Nothing may be printed before. @return 0 or
 * JOURNAL_FAILED. */
int journal_wait(struct journal *journal, struct error *error);
/* When the last sync ended (CLOCK_MONOTONIC), INT64_MAX while one goes on. */
int64_t journal_synced_ns(struct journal *journal);
/* How long the slowest sync took so far, in ns. */
int64_t journal_slowest_sync_ns(struct journal *journal);

/* Closes and unlocks; the file stays. */
void journal_close(struct journal **journal);

#endif
