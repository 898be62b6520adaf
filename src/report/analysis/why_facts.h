/* why_facts.h - the facts that why_judge needs of each point, from the rows of its ranks. */
#ifndef REPORT_ANALYSIS_WHY_FACTS_H
#define REPORT_ANALYSIS_WHY_FACTS_H

#include "reading/samples.h"
#include "why.h"

/* Fills facts[i] for file->points[i]. `valid` are the file's valid repetitions, `read` hands out
 * the rows of their ranks (samples_read_ranks). @return 0, or -1 with `error`. */
int why_facts_gather(const struct loaded *file, const struct samples *valid,
                     samples_rank_reader *read, struct why_facts *facts, struct error *error);

#endif
