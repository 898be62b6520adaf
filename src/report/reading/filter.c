/* filter.c - --where: which points a report is about.
 *
 * filter = term *("," term);  term = column operator value;  operator = "=" / "!=" / "<" / "<=" /
 * ">" / ">="
 */
#include "filter.h"

#include "columns.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *sign;
    enum filter_operator meaning;
} operators[] = {/* operators of two characters come first */
                 {"!=", FILTER_IS_NOT}, {"<=", FILTER_IS_AT_MOST}, {">=", FILTER_IS_AT_LEAST},
                 {"==", FILTER_IS},     {"=", FILTER_IS},          {"<", FILTER_IS_LESS},
                 {">", FILTER_IS_MORE}};

/* The suffixes that may follow a number, by the unit of the column. */
static const struct {
    const char *unit, *suffix;
    double factor;
} suffixes[] = {
    {"bytes", "B", 1},
    {"bytes", "K", 1024},
    {"bytes", "KiB", 1024},
    {"bytes", "M", 1048576},
    {"bytes", "MiB", 1048576},
    {"bytes", "G", 1073741824},
    {"bytes", "GiB", 1073741824},
    {"s", "s", 1},
    {"s", "ms", 1e-3},
    {"s", "us", 1e-6},
    {"s", "min", 60},
    {"Mbit/s", "kbit/s", 1e-3},
    {"Mbit/s", "Mbit/s", 1},
    {"Mbit/s", "Gbit/s", 1e3},
    {"us", "us", 1},
    {"us", "ms", 1e3},
    {"us", "s", 1e6},
};

static double factor_of(const struct column *column, const char *suffix)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcmp(suffixes[i].unit, column->unit) == 0 && strcmp(suffixes[i].suffix, suffix) == 0)
            return suffixes[i].factor;
    bool counted = strcmp(column->unit, "bytes") != 0;
    if (*suffix == '\0')
        return 1;
    if (counted && strcmp(suffix, "K") == 0)
        return 1e3;
    if (counted && strcmp(suffix, "M") == 0)
        return 1e6;
    return counted && strcmp(suffix, "G") == 0 ? 1e9 : NAN;
}

static int read_number(struct filter_term *term, const char *value, struct error *error)
{
    char *end;
    double number = strtod(value, &end);
    term->number = end == value || isspace((unsigned char)*value)
                       ? NAN
                       : number * factor_of(term->column, end);
    if (!isfinite(term->number))
        return error_set(error, "--where: \"%s\" is not a value of column %s (%s); say a number%s",
                         value, term->column->name, term->column->long_name,
                         strcmp(term->column->unit, "bytes") == 0 ? ", such as 64K" : "");
    return 0;
}

static int read_value(struct filter_term *term, const char *value, struct error *error)
{
    if (*value == '\0')
        return error_set(error, "--where: column %s is compared with nothing", term->column->name);
    if (term->column->kind != COLUMN_STRING)
        return read_number(term, value, error);
    if (term->sign != FILTER_IS && term->sign != FILTER_IS_NOT)
        return error_set(
            error, "--where: column %s holds words; compare it with = or !=", term->column->name);
    snprintf(term->text, sizeof term->text, "%s", value);
    return 0;
}

static int find_column(struct filter_term *term, const char *name, size_t length,
                       enum table_id other, struct error *error)
{
    bool about_points = other <= TABLE_LATENCY;
    term->column = about_points ? column_named(TABLE_POINTS, name, length) : NULL;
    term->of_points = term->column != NULL;
    if (!term->column && other != TABLE_POINTS)
        term->column = column_named(other, name, length);
    if (term->column)
        return 0;
    enum table_id table = about_points ? TABLE_POINTS : other;
    const char *nearest = column_nearest(table, name, length);
    return error_set(error, "--where: table %s has no column %.*s%s%s", result_tables[table].name,
                     length > 64 ? 64 : (int)length, name, nearest ? "; the nearest is " : "",
                     nearest ? nearest : "");
}

static int read_term(const char *word, enum table_id other, struct filter_term *term,
                     struct error *error)
{
    size_t length = strcspn(word, "=!<>");
    const char *sign = word + length;
    while (length > 0 && word[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t width = strlen(operators[i].sign);
        if (length == 0 || strncmp(sign, operators[i].sign, width) != 0)
            continue;
        term->sign = operators[i].meaning;
        const char *value = sign + width;
        return find_column(term, word, length, other, error) ||
                       read_value(term, value + strspn(value, " "), error)
                   ? -1
                   : 0;
    }
    return error_set(
        error, "--where: \"%.64s\" is no term; say column, operator and value, such as size>=64K",
        word);
}

int filter_read(const char *text, enum table_id other, struct filter *filter, struct error *error)
{
    char copy[FILTER_BYTES];
    char *rest = copy, *word;
    *filter = (struct filter){.count = 0};
    if (!text)
        return 0;
    if (strlen(text) >= sizeof copy)
        return error_set(error, "--where: the filter is too long");
    strcpy(copy, text);
    while ((word = strsep(&rest, ","))) {
        word += strspn(word, " ");
        for (size_t length = strlen(word); length > 0 && word[length - 1] == ' ';)
            word[--length] = '\0';
        if (filter->count == FILTER_MOST_TERMS)
            return error_set(error, "--where: more than %d terms", FILTER_MOST_TERMS);
        if (read_term(word, other, &filter->terms[filter->count++], error))
            return -1;
    }
    return 0;
}

static bool compare(enum filter_operator sign, int order)
{
    switch (sign) {
    case FILTER_IS:
        return order == 0;
    case FILTER_IS_NOT:
        return order != 0;
    case FILTER_IS_LESS:
        return order < 0;
    case FILTER_IS_AT_MOST:
        return order <= 0;
    case FILTER_IS_MORE:
        return order > 0;
    case FILTER_IS_AT_LEAST:
        break;
    }
    return order >= 0;
}

/* Whether the record meets the term. A missing value differs from every number. */
static bool accepts(const struct filter_term *term, const void *record)
{
    if (term->column->kind == COLUMN_STRING)
        return compare(term->sign, strncmp((const char *)record + term->column->offset, term->text,
                                           term->column->width));
    double value = column_number(term->column, record);
    if (isnan(value))
        return term->sign == FILTER_IS_NOT;
    return compare(term->sign, (value > term->number) - (value < term->number));
}

static bool accepts_all(const struct filter *filter, bool of_points, const void *record)
{
    for (size_t i = 0; i < filter->count; i++)
        if (filter->terms[i].of_points == of_points && !accepts(&filter->terms[i], record))
            return false;
    return true;
}

bool filter_accepts_point(const struct filter *filter, const struct point_record *point)
{
    return accepts_all(filter, true, point);
}

bool filter_accepts_row(const struct filter *filter, const void *record)
{
    return accepts_all(filter, false, record);
}
