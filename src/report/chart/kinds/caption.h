/* caption.h - the caption of a picture: what it shows and where it comes from. */
#ifndef KINDS_CAPTION_H
#define KINDS_CAPTION_H

#include "chart/chart.h"
#include "reading/load.h"

/* How many repetitions make the values of a chart. It begins as {.least_coverage = NAN,
 * .most_coverage = NAN}. */
struct caption_sample {
    int64_t least_repetitions, most_repetitions;
    double least_coverage, most_coverage; /* NaN without intervals */
    bool is_sum;                          /* the values are sums; else medians */
};

/* Adds the number of the point's valid repetitions. */
void caption_add_point(struct caption_sample *sample, const struct point_record *point);
/* "median of 6 repetitions, bars: 96.9 % interval". @return `text`. */
const char *caption_statistics(const struct caption_sample *sample, char text[CHART_LINE]);
/* Adds to the caption the settings that all points share, the files' hosts and dates, and
 * `statistics`. */
void caption_make(struct chart *chart, const struct loaded *files, int file_count,
                  const char *statistics);

#endif
