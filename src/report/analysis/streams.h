/* streams.h - the streams from host to host in a sweep's files: who sent to whom, how fast. */
#ifndef REPORT_ANALYSIS_STREAMS_H
#define REPORT_ANALYSIS_STREAMS_H

#include "reading/samples.h"

/* The rates between a pair of hosts, a repetition each. */
struct cell {
    double *rates, median;
    size_t count, capacity;
};

struct matrix {
    char (*names)[64]; /* of all files' hosts */
    size_t hosts;
    struct cell *cells; /* [sender][receiver] */
    double lowest, highest;
    size_t filled;
};

/* Narrows the files to the points of the fastest settings, all steps of a matrix: small messages
 * show little of a link. @return 0, or -1 with `error`. */
int streams_narrow(struct loaded *files, int file_count, struct error *error);
/* The streams of the files' points that have a valid repetition, hosts by name; of all their
 * repetitions, the invalid ones too. `read` hands out the rows of the ranks (samples_read_ranks).
 * `matrix` begins zeroed.
 * @return 0, or -1 with `error`; streams_free either way. */
int streams_collect(struct matrix *matrix, const struct loaded *files, int file_count,
                    samples_rank_reader *read, struct error *error);
void streams_free(struct matrix *matrix);

#endif
