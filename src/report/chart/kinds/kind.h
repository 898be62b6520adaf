/* kind.h - a kind of picture, and the table of them. */
#ifndef KINDS_KIND_H
#define KINDS_KIND_H

#include "chart/chart.h"
#include "reading/load.h"

/* The kinds in their order. To add a kind, add a line here, and either a row of measures.c or a
 * file of its own that defines `kind_NAME`. */
/* KIND(name, what --help says of it) */
#define KINDS_TABLE(KIND)                                                                          \
    KIND(size, "size: throughput over message size. ")                                             \
    KIND(rate, "rate: messages per second over size. ")                                            \
    KIND(scaling, "scaling: throughput over pairs, or over receivers or senders of a group. ")     \
    KIND(loss, "loss: share of messages lost. ")                                                   \
    KIND(cpu, "cpu: processor time per message. ")                                                 \
    KIND(time, "time: the intervals of chosen points. ")                                           \
    KIND(matrix, "matrix: throughput from host to host. ")

struct measure;

/* What a chart is made of. */
struct kinds_source {
    const struct loaded *files;
    int file_count;
    const char *title;  /* title of the chart; NULL: the title of the kind */
    const char *points; /* numbers of points, such as "3,7"; NULL: the kind chooses */
};

struct kind {
    const char *name, *title;
    bool by_point; /* the kind shows points of one file, chosen by number */
    int page; /* its place on the HTML page: 1, 2 and so on without a gap; 0: not on the page */
    /* Whether the page shows such a chart; NULL: always. */
    bool (*worth_showing)(const struct chart *chart, const struct kinds_source *source);
    const struct measure *measure; /* for lines_make */
    /* Makes the chart, which begins empty. @return 0, or -1 with `error`. Call chart_free
     * afterwards in both cases. */
    int (*make)(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
                struct error *error);
};

#define KINDS_DECLARE(name, help) extern const struct kind kind_##name;
KINDS_TABLE(KINDS_DECLARE)

#endif
