/* record.h - the first line of the journal: who, when, with what, on what. */
#ifndef RECORD_H
#define RECORD_H

#include "zmqsweep/cluster.h"
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"
#include "zmqsweep/results.h"

int record_run(const struct cluster *cluster, const struct settings *settings,
               const struct plan *plan, int argc, char **argv, struct run_record *run,
               struct error *error);
/* Adds a row of the environment. @return 0, or -1 when memory is out. */
int record_add(struct run_record *run, const char *name, const char *value);
/* How the ranks' clocks stood to rank 0's, before and after the sweep, as rows of `run`. */
void record_clocks(const struct cluster *cluster, const int64_t *offsets_before_ns,
                   double elapsed_s, struct run_record *run);
/* The first difference between the plan that `run` was made with and this one. @return 0 when there
 * is none.
 */
int record_compare(const struct run_record *run, const struct run_record *now, const char *output,
                   struct error *error);

#endif
