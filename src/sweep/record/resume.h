/* resume.h - opens the journal for a sweep's results: a new one, or one to continue. */
#ifndef RESUME_H
#define RESUME_H

#include "points/ledger.h"

#include "zmqsweep/config.h"
#include "zmqsweep/results.h"

/* Opens the journal that --output, --force and --resume ask for. The ledger gets the repetitions
 * that exist; points without a valid one are measured again. *seed becomes that of the continued
 * sweep. *journal stays NULL when the file is complete and nothing is left to do. On an error
 * nothing that was measured is lost.
 * @return 0, or -1 (refused) or JOURNAL_FAILED (storage would not) with `error`. */
int resume_open(const struct settings *settings, struct run_record *now, struct ledger *ledger,
                uint64_t *seed, struct journal **journal, struct error *error);

#endif
