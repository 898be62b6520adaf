/* record.h - the first line of the journal: settings, versions, environment, hosts. */
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
/* Adds the offsets of the ranks' clocks from rank 0's, before and after the sweep, as rows of
 * `run`. */
void record_clocks(const struct cluster *cluster, const int64_t *offsets_before_ns,
                   double elapsed_s, struct run_record *run);
/* Compares the plan of `run` with that of `now`. @return 0 when they are the same, or -1 with the
 * first difference in `error`. */
int record_compare(const struct run_record *run, const struct run_record *now, const char *output,
                   struct error *error);

#endif
