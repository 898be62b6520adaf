/* units.c - from an option's text to its values and back. */
#include "config_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KIB ((int64_t)1024)
#define MICROSECOND ((int64_t)1000)
#define SECOND (MICROSECOND * 1000 * 1000)
#define DIGITS "0123456789"
#define MOST_VALUES 4096 /* of one list: bounds the memory and time that a typing error can take */
#define ADVICE_LENGTH 160

struct unit {
    const char *name;
    int64_t factor;
};

/* In the order in which config_format tries them: the largest first, and of two names for one factor the one
 * to write. Integers are written without a unit, so theirs starts with none. */
static const struct unit byte_units[] = {{"G", KIB *KIB *KIB},
                                         {"GiB", KIB *KIB *KIB},
                                         {"M", KIB *KIB},
                                         {"MiB", KIB *KIB},
                                         {"K", KIB},
                                         {"KiB", KIB},
                                         {"", 1},
                                         {"B", 1},
                                         {NULL, 0}};
static const struct unit integer_units[] = {
    {"", 1}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000}, {NULL, 0}};
static const struct unit time_units[] = {{"h", 3600 * SECOND},
                                         {"min", 60 * SECOND},
                                         {"s", SECOND},
                                         {"ms", 1000 * MICROSECOND},
                                         {"us", MICROSECOND},
                                         {"ns", 1},
                                         {NULL, 0}};

static const struct unit share_units[] = {{"%", 10000}, {NULL, 0}};

/* The values of one option text while they are collected. */
struct list {
    enum option_id id;
    const struct option_spec *spec;
    int64_t *values;
    size_t count, capacity;
};

enum number { NUMBER_GOOD, NUMBER_MALFORMED, NUMBER_UNITLESS, NUMBER_BROKEN, NUMBER_HUGE };

static bool is_number(enum option_type type)
{
    return type == OPTION_TYPE_BYTES || type == OPTION_TYPE_INTEGER || type == OPTION_TYPE_DURATION ||
           type == OPTION_TYPE_SHARE;
}

static const struct unit *units_of(enum option_type type)
{
    switch (type) {
    case OPTION_TYPE_BYTES:
        return byte_units;
    case OPTION_TYPE_INTEGER:
        return integer_units;
    case OPTION_TYPE_SHARE:
        return share_units;
    default:
        return time_units;
    }
}

/* What the option's value is called in an error line. */
static const char *noun_of(const struct option_spec *spec)
{
    switch (spec->type) {
    case OPTION_TYPE_BYTES:
        return "a size";
    case OPTION_TYPE_INTEGER:
        return "a whole number";
    case OPTION_TYPE_DURATION:
        return "a time";
    case OPTION_TYPE_SHARE:
        return "a share";
    case OPTION_TYPE_FLAG:
        return "yes or no";
    default:
        return "one of the choices";
    }
}

static void write_choices(const char *const *choices, char *text, size_t length)
{
    size_t at = 0;
    for (size_t i = 0; choices[i] && at < length; i++) {
        const char *before = i == 0 ? "say " : choices[i + 1] ? ", " : " or ";
        at += (size_t)snprintf(text + at, length - at, "%s%s", before, choices[i]);
    }
}

/* What would be right for this option: "say bytes, or with K, M, G, such as 64K". */
static const char *advise(const struct option_spec *spec, char advice[ADVICE_LENGTH])
{
    const char *numbers = "";
    switch (spec->type) {
    case OPTION_TYPE_BYTES:
        numbers = "say bytes, or with K, M, G, such as 64K";
        break;
    case OPTION_TYPE_INTEGER:
        numbers = "say a number, or with K, M, G, such as 10K";
        break;
    case OPTION_TYPE_DURATION:
        numbers = "say a number with ns, us, ms, s, min or h, such as 200ms";
        break;
    case OPTION_TYPE_SHARE:
        numbers = "say a number with %, such as 5%";
        break;
    case OPTION_TYPE_CHOICE:
        write_choices(spec->choices, advice, ADVICE_LENGTH);
        return advice;
    case OPTION_TYPE_FLAG:
        return strcpy(advice, "say yes or no");
    case OPTION_TYPE_CPUS:
        numbers = "say numa:0, core:0-3, pu:2, package:1, nic";
        break;
    case OPTION_TYPE_PORTS:
        numbers = "say 43000-43999";
        break;
    case OPTION_TYPE_RATE:
        numbers = "say messages per second, such as 10K, or bits per second, such as 500Mbit";
        break;
    case OPTION_TYPE_LOSS:
        numbers = "say loss=0.1%";
        break;
    case OPTION_TYPE_TEXT:
        break;
    }
    snprintf(advice, ADVICE_LENGTH, "%s%s%s", numbers, spec->keyword ? ", or " : "",
             spec->keyword ? spec->keyword : "");
    return advice;
}

/* value = the digits x factor. @return false when that is over 63 bits. */
static bool scale_digits(const char *digits, size_t count, int64_t factor, int64_t *value)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digits[i] - '0', &sum))
            return false;
    return !__builtin_mul_overflow(sum, factor, value);
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* value = 0.digits x factor, exactly. @return false when that is no whole number. */
static bool scale_fraction(const char *digits, size_t count, int64_t factor, int64_t *value)
{
    int64_t numerator = 0, denominator = 1;
    while (count > 0 && digits[count - 1] == '0')
        count--;
    if (count > 18) /* beyond 10^18 no unit makes it whole */
        return false;
    scale_digits(digits, count, 1, &numerator);
    for (size_t i = 0; i < count; i++)
        denominator *= 10;
    int64_t shared = common_divisor(factor, denominator);
    if (numerator % (denominator / shared) != 0)
        return false;
    *value = numerator / (denominator / shared) * (factor / shared);
    return true;
}

static const struct unit *find_unit(enum option_type type, const char *name)
{
    const struct unit *unit = units_of(type);
    while (unit->name && strcmp(unit->name, name) != 0)
        unit++;
    return unit->name ? unit : NULL;
}

/* Reads digits, perhaps a point and digits, and a unit. *value is set when that is whole and in 63 bits. */
static enum number read_digits(enum option_type type, const char *word, int64_t *value)
{
    size_t whole = strspn(word, DIGITS), places = 0;
    const char *name = word + whole, *fraction = name;
    bool point = *name == '.' && type != OPTION_TYPE_INTEGER;
    if (point) {
        fraction = name + 1;
        places = strspn(fraction, DIGITS);
        name = fraction + places;
    }
    if (whole == 0 || (point && places == 0))
        return NUMBER_MALFORMED;
    if (type == OPTION_TYPE_DURATION && *name == '\0') {
        *value = 0;
        return word[strspn(word, "0.")] == '\0' ? NUMBER_GOOD : NUMBER_UNITLESS;
    }
    const struct unit *unit = find_unit(type, name);
    int64_t whole_part, fraction_part;
    if (!unit)
        return NUMBER_MALFORMED;
    if (!scale_digits(word, whole, unit->factor, &whole_part))
        return NUMBER_HUGE;
    if (!scale_fraction(fraction, places, unit->factor, &fraction_part))
        return NUMBER_BROKEN;
    return __builtin_add_overflow(whole_part, fraction_part, value) ? NUMBER_HUGE : NUMBER_GOOD;
}

/* Reads one number within the option's limits. @return 0 or -1. */
static int read_number(const struct list *list, const char *word, int64_t *value, struct error *error)
{
    const struct option_spec *spec = list->spec;
    char quoted[TEXT_QUOTE_LENGTH], advice[ADVICE_LENGTH], limit[CONFIG_WORD_LENGTH];
    if (spec->type == OPTION_TYPE_RATE)
        return config_read_rate(word, value, error);
    enum number number = read_digits(spec->type, word, value);
    text_quote(word, quoted);
    if (number == NUMBER_MALFORMED)
        return error_set(error, "%s is not %s; %s", quoted, noun_of(spec), advise(spec, advice));
    if (number == NUMBER_UNITLESS)
        return error_set(error, "%s has no unit; say %.20ss, or with another of ns, us, ms, min, h", quoted,
                         word);
    if (number == NUMBER_BROKEN)
        return error_set(error, "%s is not a whole number of %s; %s", quoted,
                         spec->type == OPTION_TYPE_BYTES   ? "bytes"
                         : spec->type == OPTION_TYPE_SHARE ? "millionths"
                                                           : "nanoseconds",
                         advise(spec, advice));
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
    if (word[0] != 'x' || read_digits(OPTION_TYPE_INTEGER, word + 1, factor) != NUMBER_GOOD || *factor < 2)
        return error_set(error,
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

/* Adds first, first x factor, ... up to last, of "first:last:xfactor". Takes `word` apart. */
static int add_range(struct list *list, char *word, struct error *error)
{
    char *first_word = trim(strsep(&word, ":")), *last_word = trim(strsep(&word, ":"));
    int64_t first = 0, last = 0, factor = 2;
    if (read_number(list, first_word, &first, error) || read_number(list, last_word, &last, error))
        return -1;
    if (!word)
        return error_set(error, "the range %.40s:%.40s has no factor; say %.40s:%.40s:x4", first_word,
                         last_word, first_word, last_word);
    if (read_factor(trim(word), &factor, error))
        return -1;
    bool bits = list->spec->type == OPTION_TYPE_RATE && config_rate(first).bits;
    if (list->spec->type == OPTION_TYPE_RATE) {
        if (config_rate(last).bits != bits)
            return error_set(error, "the range %.40s:%.40s is of bits and of messages; say one of them",
                             first_word, last_word);
        first = config_rate(first).per_s;
        last = config_rate(last).per_s;
    }
    if (first > last)
        return error_set(error, "the range %.40s:%.40s is empty; say the smaller end first", first_word,
                         last_word);
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
        return error_set(error, "%s is not %s; %s", text_quote(word, quoted), noun_of(list->spec),
                         advise(list->spec, advice));
    return list_add(list, flag ? index % 2 : index, error);
}

/* Adds what one element of the list stands for: a word, a number, or a range. */
static int add_element(struct list *list, char *word, struct error *error)
{
    const struct option_spec *spec = list->spec;
    char advice[ADVICE_LENGTH];
    int64_t value = 0;
    if (*word == '\0')
        return error_set(error, "a value is missing%s; %s",
                         spec->list ? " (two commas, or one at an end?)" : "", advise(spec, advice));
    if (spec->keyword && strcmp(word, spec->keyword) == 0)
        return list_add(list, OPTION_KEYWORD, error);
    if (spec->type == OPTION_TYPE_LOSS)
        return config_read_loss(word, &value, error) ? -1 : list_add(list, value, error);
    if (spec->type == OPTION_TYPE_CPUS)
        return config_read_cpus(word, &value, error) ? -1 : list_add(list, value, error);
    if (spec->type == OPTION_TYPE_PORTS)
        return config_read_ports(word, &value, error) ? -1 : list_add(list, value, error);
    if (!is_number(spec->type) && spec->type != OPTION_TYPE_RATE)
        return add_word(list, word, error);
    if (spec->list && strchr(word, ':'))
        return add_range(list, word, error);
    return read_number(list, word, &value, error) ? -1 : list_add(list, value, error);
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

int config_parse(enum option_id id, const char *text, int64_t **values, size_t *count, struct error *error)
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

/* Millionths as "5%" or "0.125%": four places hold them all. */
static void write_share(int64_t value, char text[CONFIG_WORD_LENGTH])
{
    int length =
        snprintf(text, CONFIG_WORD_LENGTH - 1, "%" PRId64 ".%04d", value / 10000, (int)(value % 10000));
    while (text[length - 1] == '0')
        length--;
    length -= text[length - 1] == '.';
    strcpy(text + length, "%");
}

/* The number in the largest unit that leaves no rest, so that nothing is rounded. */
static void write_number(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH])
{
    const struct unit *unit = units_of(type);
    if (value == 0)
        unit = find_unit(type, type == OPTION_TYPE_DURATION ? "s" : "");
    else
        while (value % unit->factor != 0)
            unit++;
    snprintf(text, CONFIG_WORD_LENGTH, "%" PRId64 "%s", value / unit->factor, unit->name);
}

const char *config_format(enum option_id id, int64_t value, char text[CONFIG_WORD_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    text[0] = '\0';
    if (spec->keyword && value == OPTION_KEYWORD)
        snprintf(text, CONFIG_WORD_LENGTH, "%s", spec->keyword);
    else if (spec->type == OPTION_TYPE_FLAG)
        snprintf(text, CONFIG_WORD_LENGTH, "%s", value ? "yes" : "no");
    else if (spec->type == OPTION_TYPE_CPUS || spec->type == OPTION_TYPE_PORTS)
        config_write_span(spec->type, value, text);
    else if (spec->type == OPTION_TYPE_SHARE)
        write_share(value, text);
    else if (spec->type == OPTION_TYPE_RATE)
        config_write_rate(value, text);
    else if (spec->type == OPTION_TYPE_LOSS)
        config_write_loss(value, text);
    else if (is_number(spec->type))
        write_number(spec->type, value, text);
    else if (spec->type == OPTION_TYPE_CHOICE)
        for (int64_t i = 0; spec->choices[i]; i++)
            if (i == value)
                snprintf(text, CONFIG_WORD_LENGTH, "%s", spec->choices[i]);
    return text;
}
