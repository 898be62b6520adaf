/* results.h - the record of a sweep: rows, the journal that grows while it runs, the HDF5 file at
 * its end, CSV.
 *
 * This header includes all the others of this module; each of them may be included by itself.
 */
#ifndef ZMQSWEEP_RESULTS_H
#define ZMQSWEEP_RESULTS_H

#include "zmqsweep/journal.h"
#include "zmqsweep/journal_reopen.h"
#include "zmqsweep/records.h"
#include "zmqsweep/results_csv.h"
#include "zmqsweep/results_file.h"
#include "zmqsweep/results_finish.h"
#include "zmqsweep/tables.h"

#endif
