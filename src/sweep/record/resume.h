/* resume.h - where a sweep's results go: a new journal, or one to go on with. */
#ifndef RESUME_H
#define RESUME_H

#include "points/ledger.h"

#include "zmqsweep/config.h"
#include "zmqsweep/results.h"

/* Opens the journal that --output, --force and --resume ask for. The ledger gets what is there
 * already; points without a valid repetition are to be measured again. *seed becomes that of the
 * sweep that continues. *journal stays NULL when a complete file leaves nothing to do. On an error
 * nothing that was measured is lost.
 * @return 0, or -1 (refused) or JOURNAL_FAILED (storage would not) with `error`. */
int resume_open(const struct settings *settings, struct run_record *now, struct ledger *ledger,
                uint64_t *seed, struct journal **journal, struct error *error);

#endif
