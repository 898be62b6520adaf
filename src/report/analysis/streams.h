/* streams.h - the streams from host to host in a sweep's files: who sent to whom, how fast. */
#ifndef REPORT_ANALYSIS_STREAMS_H
#define REPORT_ANALYSIS_STREAMS_H

#include "reading/samples.h"

/* The rates between a pair of hosts, one per repetition and stream. */
struct cell {
    double *rates, median;
    size_t count, capacity;
};

struct matrix {
    char (*names)[64]; /* names of the hosts of all files */
    size_t hosts;
    struct cell *cells; /* [sender][receiver] */
    double lowest, highest;
    size_t filled;
};

/* Narrows the files to the points of the fastest settings, with all steps of a matrix: small
 * messages show little of a link. @return 0, or -1 with `error`. */
int streams_narrow(struct loaded *files, int file_count, struct error *error);
/* Collects the streams of the files' points that have a valid repetition. It takes all repetitions
 * of such a point, even the invalid ones, and tells hosts apart by name. `read` hands out the rows
 * of the ranks (samples_read_ranks). `matrix` must be zeroed.
 * @return 0, or -1 with `error`. Call streams_free afterwards in both cases. */
int streams_collect(struct matrix *matrix, const struct loaded *files, int file_count,
                    samples_rank_reader *read, struct error *error);
void streams_free(struct matrix *matrix);

#endif
