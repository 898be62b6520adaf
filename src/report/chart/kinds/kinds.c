/* kinds.c - the table of the kinds of pictures. */
#include "chart/kinds/kinds.h"

#include "zmqsweep/text.h"

#include <string.h>

#define KINDS_ADDRESS(name, help) &kind_##name,
const struct kind *const kinds[] = {KINDS_TABLE(KINDS_ADDRESS)};

#define KINDS_NUMBER(name, help) NUMBER_##name,
enum { KINDS_TABLE(KINDS_NUMBER) KINDS_TOTAL };
const size_t kinds_count = KINDS_TOTAL;

/* "size, rate or matrix" */
static const char *list_names(char text[CHART_LINE])
{
    size_t used = 0;
    for (size_t i = 0; i < kinds_count && used < CHART_LINE; i++)
        used += (size_t)snprintf(text + used, CHART_LINE - used, "%s%s",
                                 i == 0                 ? ""
                                 : i + 1 == kinds_count ? " or "
                                                        : ", ",
                                 kinds[i]->name);
    return text;
}

const struct kind *kinds_find(const char *name, struct error *error)
{
    const char *names[KINDS_TOTAL];
    char list[CHART_LINE];
    for (size_t i = 0; i < kinds_count; i++) {
        names[i] = kinds[i]->name;
        if (!name || strcmp(name, names[i]) == 0)
            return kinds[i];
    }
    const char *nearest = text_nearest(name, names, kinds_count);
    error_set(error, "--kind: there is no picture %.64s; say %s%s%s", name, list_names(list),
              nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return NULL;
}

const struct kind *kinds_on_page(int place)
{
    for (size_t i = 0; i < kinds_count; i++)
        if (kinds[i]->page == place)
            return kinds[i];
    return NULL;
}

int kinds_make(struct chart *chart, const struct kind *kind, const struct kinds_source *source,
               struct error *error)
{
    *chart = (struct chart){.line_count = 0};
    snprintf(chart->title, sizeof chart->title, "%s", source->title ? source->title : kind->title);
    if (kind->make(chart, kind, source, error) == 0)
        return 0;
    chart_free(chart);
    return -1;
}
