/* lines.h - the chart of a measure: its series as lines, and the best value of each series. */
#ifndef KINDS_LINES_H
#define KINDS_LINES_H

#include "chart/kinds/kind.h"

/* The function `make` of all kinds that have a measure. */
int lines_make(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
               struct error *error);

#endif
