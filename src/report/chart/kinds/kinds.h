/* kinds.h - the kinds of pictures: each makes the description of a chart. */
#ifndef KINDS_KINDS_H
#define KINDS_KINDS_H

#include "chart/chart.h"
#include "chart/kinds/table.h"
#include "report_internal.h"

struct measure;

/* What a chart is made of. */
struct kinds_source {
    const struct loaded *files;
    int file_count;
    const char *title;  /* NULL: that of the kind */
    const char *points; /* numbers of points, such as "3,7"; NULL: the kind chooses */
};

struct kind {
    const char *name, *title;
    bool by_point; /* shows points of one file, by number */
    int page;      /* its place on the page of HTML, from 1; 0: it is not there */
    /* Whether such a chart says anything; NULL: it always does. */
    bool (*telling)(const struct chart *chart, const struct kinds_source *source);
    const struct measure *measure; /* for lines_make */
    /* Makes the description, which begins empty. @return 0, or -1 with `error`; chart_free either way. */
    int (*make)(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
                struct error *error);
};

#define KINDS_DECLARE(name, help) extern const struct kind kind_##name;
KINDS_TABLE(KINDS_DECLARE)

extern const struct kind *const kinds[];
extern const size_t kinds_count;

/* The kind of that name, or NULL with `error`; the first kind for NULL. */
const struct kind *kinds_find(const char *name, struct error *error);
/* The kind at that place of the page, or NULL. */
const struct kind *kinds_on_page(int place);
/* @return 0, or -1 with `error`, also when there is no valid point; else release it by chart_free. */
int kinds_make(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
               struct error *error);

#endif
