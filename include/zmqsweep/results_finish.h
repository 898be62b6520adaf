/* results_finish.h - from the journal to the HDF5 file, and back. */
#ifndef ZMQSWEEP_RESULTS_FINISH_H
#define ZMQSWEEP_RESULTS_FINISH_H

#include "zmqsweep/error.h"

#include <stdbool.h>
#include <stdint.h>

struct finish_report {
    int64_t points;        /* written */
    int64_t repetitions;   /* written */
    int64_t settled;       /* points with all their repetitions */
    int64_t damaged_lines; /* ignored lines: bad CRC, not JSON, unknown */
    int64_t first_damaged; /* line number from 1, 0 if none */
    bool torn_tail;        /* the journal's last line or block was cut short and is ignored */
    bool complete;         /* every planned point is there, none interrupted */
};

/* For a caller on which others wait: `tick` is called after every point. */
struct finish_watch {
    void (*tick)(void *data);
    void *data;
};

/* Builds OUTPUT from OUTPUT.journal, or from the journal `journal_file`. Writes the whole file to a
 * temporary file in OUTPUT's folder, syncs it, renames it and syncs the folder. Points are in the
 * order of point_id, each summed up from its repetitions. Apart from 32 bytes a repetition, memory
 * does not grow with the number of rows. The journal is left in place. Mode 0666 less umask. The
 * temporary file's name is OUTPUT.partial; it is removed on error. `watch` and `report` may be
 * NULL. @return 0 or -1. */
int results_finish(const char *output, const char *journal_file, const struct finish_watch *watch,
                   struct finish_report *report, struct error *error);

/* Renames `from`, a file that is synced, to `to`, and syncs the folder. @return 0 or -1 with
 * `error`. */
int results_rename(const char *from, const char *to, struct error *error);

/* Writes an incomplete file's points back into a new OUTPUT.journal, so that a sweep can go on. The
 * file's checksums are compared first. @return 0, or -1 or JOURNAL_FAILED with `error`. */
int results_to_journal(const char *output, struct error *error);

#endif
