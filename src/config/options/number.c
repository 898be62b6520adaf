/* number.c - numbers with a unit: sizes, counts, times, shares. */
#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KIB ((int64_t)1024)
#define MICROSECOND ((int64_t)1000)
#define SECOND (MICROSECOND * 1000 * 1000)
#define DIGITS "0123456789"

struct unit {
    const char *name;
    int64_t factor;
};

/* number_format tries the units in this order: the largest first, and where two names have the same
 * factor, first the name to write. Integers are written without a unit, so their list starts with
 * an empty name. */
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

bool number_is_type(enum option_type type)
{
    return type == OPTION_TYPE_BYTES || type == OPTION_TYPE_INTEGER ||
           type == OPTION_TYPE_DURATION || type == OPTION_TYPE_SHARE;
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

/* Sets *value to the number that `count` digits make, times `factor`. @return false when the
 * product needs more than 63 bits. */
static bool scale_digits(const char *digits, size_t count, int64_t factor, int64_t *value)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, digits[i] - '0', &sum))
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

/* Sets *value to 0.digits times `factor`, exactly. @return false when the product is not a whole
 * number. */
static bool scale_fraction(const char *digits, size_t count, int64_t factor, int64_t *value)
{
    int64_t numerator = 0, denominator = 1;
    while (count > 0 && digits[count - 1] == '0')
        count--;
    if (count > 18) /* no unit is large enough to make so many decimals a whole number */
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

enum number_status number_read(enum option_type type, const char *word, int64_t *value)
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
        return NUMBER_NOT_WHOLE;
    return __builtin_add_overflow(whole_part, fraction_part, value) ? NUMBER_HUGE : NUMBER_GOOD;
}

/* Writes millionths as "5%" or "0.125%": four decimals hold every value. */
static void format_share(int64_t value, char text[CONFIG_WORD_LENGTH])
{
    int length = snprintf(text, CONFIG_WORD_LENGTH - 1, "%" PRId64 ".%04d", value / 10000,
                          (int)(value % 10000));
    while (text[length - 1] == '0')
        length--;
    length -= text[length - 1] == '.';
    strcpy(text + length, "%");
}

void number_format(enum option_type type, int64_t value, char text[CONFIG_WORD_LENGTH])
{
    const struct unit *unit = units_of(type);
    if (type == OPTION_TYPE_SHARE) {
        format_share(value, text);
        return;
    }
    if (value == 0)
        unit = find_unit(type, type == OPTION_TYPE_DURATION ? "s" : "");
    else
        while (value % unit->factor != 0)
            unit++;
    snprintf(text, CONFIG_WORD_LENGTH, "%" PRId64 "%s", value / unit->factor, unit->name);
}
