/* parse.c - an option's text to its values: words, numbers, lists and ranges. */
#include "advice.h"
#include "number.h"
#include "rate.h"
#include "span.h"

#include "zmqsweep/text.h"

#include <stdlib.h>
#include <string.h>

#define MOST_VALUES 4096 /* in one list: bounds what a typing error can cost */

/* The values of one option text while they are collected. */
struct list {
    enum option_id id;
    const struct option_spec *spec;
    int64_t *values;
    size_t count, capacity;
};

/* Reads one number within the option's limits. @return 0 or -1. */
static int read_number(const struct list *list, const char *word, int64_t *value,
                       struct error *error)
{
    const struct option_spec *spec = list->spec;
    char quoted[TEXT_QUOTE_LENGTH], advice[ADVICE_LENGTH], limit[CONFIG_WORD_LENGTH];
    if (spec->type == OPTION_TYPE_RATE)
        return rate_read(word, value, error);
    enum number_status number = number_read(spec->type, word, value);
    text_quote(word, quoted);
    if (number == NUMBER_MALFORMED)
        return error_set(error, "%s is not %s; %s", quoted, advice_noun(spec),
                         advice_format(spec, advice));
    if (number == NUMBER_UNITLESS)
        return error_set(error, "%s has no unit; say %.20ss, or with another of ns, us, ms, min, h",
                         quoted, word);
    if (number == NUMBER_NOT_WHOLE)
        return error_set(error, "%s is not a whole number of %s; %s", quoted,
                         spec->type == OPTION_TYPE_BYTES   ? "bytes"
                         : spec->type == OPTION_TYPE_SHARE ? "millionths"
                                                           : "nanoseconds",
                         advice_format(spec, advice));
    if (number == NUMBER_HUGE || *value > spec->maximum)
        return error_set(error, "%s is too large; the largest is %s", quoted,
                         config_format(list->id, spec->maximum, limit));
    if (*value < spec->minimum)
        return error_set(error, "%s is too small; the smallest is %s", quoted,
                         config_format(list->id, spec->minimum, limit));
    return 0;
}

static int list_add(struct list *list, int64_t value, struct error *error)
{
    char word[CONFIG_WORD_LENGTH];
    for (size_t i = 0; i < list->count; i++)
        if (list->values[i] == value)
            return error_set(error, "%s is listed twice; once is enough",
                             config_format(list->id, value, word));
    if (list->count == MOST_VALUES)
        return error_set(error, "the list has over %d values; make it shorter", MOST_VALUES);
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 8;
        int64_t *values = realloc(list->values, capacity * sizeof *values);
        if (!values)
            return error_set(error, "out of memory");
        list->values = values;
        list->capacity = capacity;
    }
    list->values[list->count++] = value;
    return 0;
}

/* Reads the "x4" of a range. */
static int read_factor(const char *word, int64_t *factor, struct error *error)
{
    char quoted[TEXT_QUOTE_LENGTH];
    if (word[0] != 'x' || number_read(OPTION_TYPE_INTEGER, word + 1, factor) != NUMBER_GOOD ||
        *factor < 2)
        return error_set(
            error,
            "%s is not the factor of a range; say x and a whole number from 2 on, such as x4",
            text_quote(word, quoted));
    return 0;
}

static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* Adds the values of the range "first:last:xfactor": first, first x factor, and so on, up to last.
 * Modifies `word`. */
static int add_range(struct list *list, char *word, struct error *error)
{
    char *first_word = trim(strsep(&word, ":")), *last_word = trim(strsep(&word, ":"));
    int64_t first = 0, last = 0, factor = 2;
    if (read_number(list, first_word, &first, error) || read_number(list, last_word, &last, error))
        return -1;
    if (!word)
        return error_set(error, "the range %.40s:%.40s has no factor; say %.40s:%.40s:x4",
                         first_word, last_word, first_word, last_word);
    if (read_factor(trim(word), &factor, error))
        return -1;
    bool bits = list->spec->type == OPTION_TYPE_RATE && config_rate(first).bits;
    if (list->spec->type == OPTION_TYPE_RATE) {
        if (config_rate(last).bits != bits)
            return error_set(error,
                             "the range %.40s:%.40s is of bits and of messages; say one of them",
                             first_word, last_word);
        first = config_rate(first).per_s;
        last = config_rate(last).per_s;
    }
    if (first > last)
        return error_set(error, "the range %.40s:%.40s is empty; say the smaller end first",
                         first_word, last_word);
    for (int64_t value = first;; value *= factor) {
        if (list_add(list, bits ? -value - 1 : value, error))
            return -1;
        if (value > last / factor)
            return 0;
    }
}

/* The index of `word` among NULL-terminated words, or -1. */
static int64_t find_word(const char *word, const char *const *words)
{
    for (int64_t i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

static int add_word(struct list *list, const char *word, struct error *error)
{
    static const char *const flags[] = {"no", "yes", "false", "true", "0", "1", "off", "on", NULL};
    char quoted[TEXT_QUOTE_LENGTH], advice[ADVICE_LENGTH];
    bool flag = list->spec->type == OPTION_TYPE_FLAG;
    int64_t index = find_word(word, flag ? flags : list->spec->choices);
    if (index < 0)
        return error_set(error, "%s is not %s; %s", text_quote(word, quoted),
                         advice_noun(list->spec), advice_format(list->spec, advice));
    return list_add(list, flag ? index % 2 : index, error);
}

/* Reads a value that is not a word: a number, alone or after a kind or a key. */
static int read_value(const struct list *list, const char *word, int64_t *value,
                      struct error *error)
{
    switch (list->spec->type) {
    case OPTION_TYPE_CPUS:
        return span_read_cpus(word, value, error);
    case OPTION_TYPE_PORTS:
        return span_read_ports(word, value, error);
    case OPTION_TYPE_LOSS:
        return rate_read_loss(word, value, error);
    default:
        return read_number(list, word, value, error);
    }
}

/* Adds what one element of the list stands for: a word, a number, or a range. */
static int add_element(struct list *list, char *word, struct error *error)
{
    const struct option_spec *spec = list->spec;
    char advice[ADVICE_LENGTH];
    int64_t value = 0;
    if (*word == '\0')
        return error_set(error, "a value is missing%s; %s",
                         spec->list ? " (two commas, or one at an end?)" : "",
                         advice_format(spec, advice));
    if (spec->keyword && strcmp(word, spec->keyword) == 0)
        return list_add(list, OPTION_KEYWORD, error);
    if (spec->type == OPTION_TYPE_CHOICE || spec->type == OPTION_TYPE_FLAG)
        return add_word(list, word, error);
    if (spec->list && strchr(word, ':') && spec->type != OPTION_TYPE_CPUS)
        return add_range(list, word, error);
    return read_value(list, word, &value, error) ? -1 : list_add(list, value, error);
}

static int add_elements(struct list *list, char *text, struct error *error)
{
    char *element;
    if (!list->spec->list && strchr(text, ','))
        return error_set(error, "takes one value, not a list");
    while ((element = strsep(&text, ",")) != NULL)
        if (add_element(list, trim(element), error))
            return -1;
    return 0;
}

int config_parse(enum option_id id, const char *text, int64_t **values, size_t *count,
                 struct error *error)
{
    struct list list = {.id = id, .spec = &config_options[id]};
    if (list.spec->type == OPTION_TYPE_TEXT) {
        if (*text == '\0')
            return error_set(error, "is empty; say %s", list.spec->metavar);
        *values = NULL;
        *count = 0;
        return 0;
    }
    char *copy = strdup(text);
    if (!copy)
        return error_set(error, "out of memory");
    int status = add_elements(&list, copy, error);
    free(copy);
    if (status) {
        free(list.values);
        return -1;
    }
    *values = list.values;
    *count = list.count;
    return 0;
}
