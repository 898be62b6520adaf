/* outliers.h - which hosts are slow, as senders or as receivers? */
#ifndef REPORT_ANALYSIS_OUTLIERS_H
#define REPORT_ANALYSIS_OUTLIERS_H

#include "streams.h"

#define OUTLIERS_SCORE_LIMIT 3.5  /* a slow host: scaled MADs below the median host */
#define OUTLIERS_LEAST_SHARE 0.05 /* a slow host: at least this share below it */
#define OUTLIERS_FEWEST_HOSTS 3   /* among fewer hosts none can stand out */

struct outliers_host {
    const char *name;                      /* the matrix owns it */
    double sender_mbit_s, receiver_mbit_s; /* medians of the host's streams; NaN without a stream */
    bool slow_sender, slow_receiver;
    bool unknown; /* the host has no valid stream, so nothing is known of it */
};

struct outliers {
    struct outliers_host *hosts; /* malloc'd, in the order of the matrix */
    size_t count;
    size_t slow, judged; /* of the hosts */
};

/* @return 0, or -1 with `error` when memory is out; outliers_free either way. */
int outliers_find(const struct matrix *matrix, struct outliers *outliers, struct error *error);
void outliers_free(struct outliers *outliers);

#endif
