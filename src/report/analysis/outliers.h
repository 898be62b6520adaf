/* outliers.h - which hosts are slow, as senders or as receivers? */
#ifndef REPORT_ANALYSIS_OUTLIERS_H
#define REPORT_ANALYSIS_OUTLIERS_H

#include "streams.h"

#define OUTLIERS_SCORE_LIMIT 3.5  /* scaled median absolute deviations below the median host */
#define OUTLIERS_LEAST_SHARE 0.05 /* and so much below it */
#define OUTLIERS_FEWEST_HOSTS 3   /* of fewer none can stand out */

struct outliers_host {
    const char *name;                      /* of the matrix */
    double sender_mbit_s, receiver_mbit_s; /* medians of its streams; NaN without one */
    bool slow_sender, slow_receiver;
    bool unknown; /* no valid stream, so that nothing is known of it */
};

struct outliers {
    struct outliers_host *hosts; /* malloc'd, in the order of the matrix */
    size_t count;
    size_t slow, judged; /* of them */
};

/* @return 0, or -1 with `error` when memory is out; outliers_free either way. */
int outliers_find(const struct matrix *matrix, struct outliers *outliers, struct error *error);
void outliers_free(struct outliers *outliers);

#endif
