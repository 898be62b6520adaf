/* kinds.h - any of the kinds of pictures, found and made. */
#ifndef KINDS_KINDS_H
#define KINDS_KINDS_H

#include "chart/kinds/kind.h"

/* The help sentences, one after another, for the table of options. */
#define KINDS_HELP_OF(name, help) help
#define KINDS_HELP KINDS_TABLE(KINDS_HELP_OF)

extern const struct kind *const kinds[];
extern const size_t kinds_count;

/* The kind named `name`, or NULL with `error`. A NULL name gives the first kind. */
const struct kind *kinds_find(const char *name, struct error *error);
/* The kind at this place of the page, or NULL. */
const struct kind *kinds_on_page(int place);
/* Makes a chart of the kind. @return 0, or -1 with `error`, also when there is no valid point.
 * After 0, release the chart by chart_free. */
int kinds_make(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
               struct error *error);

#endif
