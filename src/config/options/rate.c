/* rate.c - values of OPTION_TYPE_RATE and OPTION_TYPE_LOSS.
 *
 * A rate is stored as messages per second. A rate that is given in bits is stored as the negative
 * of its bits per second, so that one list can hold both.
 */
#include "rate.h"

#include "zmqsweep/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More than any sender reaches, and far below the numbers at which a double loses whole numbers. */
#define MOST_PER_S ((int64_t)1000000000)
#define MOST_BITS_PER_S ((int64_t)1000000000000000)
#define MOST_LOSS_PPB ((int64_t)500000000)
#define PPB_PER_PERCENT 1e7

struct rate_unit {
    const char *name;
    int64_t factor;
};

/* The largest unit first: a rate is written in the first unit that divides it. */
static const struct rate_unit message_units[] = {
    {"G", 1000000000}, {"M", 1000000}, {"K", 1000}, {"", 1}, {NULL, 0}};
static const struct rate_unit bit_units[] = {
    {"Tbit", 1000000000000}, {"Gbit", 1000000000}, {"Mbit", 1000000}, {"kbit", 1000},
    {"Kbit", 1000},          {"bit", 1},           {NULL, 0}};

static const struct rate_unit *find_unit(const struct rate_unit *units, const char *name)
{
    while (units->name && strcmp(units->name, name) != 0) {
        units++;
    }
    return units->name ? units : NULL;
}

/* Reads digits with at most one point and sets *end behind them. @return the number, or NaN when
 * there is none. */
static double read_decimal(const char *word, const char **end)
{
    size_t length = strspn(word, "0123456789.");
    char digits[32], *rest;
    *end = word + length;
    if (length == 0 || length >= sizeof digits || word[0] == '.' || word[length - 1] == '.') {
        return NAN;
    }
    memcpy(digits, word, length);
    digits[length] = '\0';
    double number = strtod(digits, &rest);
    return *rest ? NAN : number;
}

int rate_read(const char *word, int64_t *value, struct error *error)
{
    char quoted[TEXT_QUOTE_LENGTH];
    const char *name;
    double number = read_decimal(word, &name);
    const struct rate_unit *unit = find_unit(bit_units, name);
    bool bits = unit != NULL;
    int64_t most = bits ? MOST_BITS_PER_S : MOST_PER_S;
    unit = bits ? unit : find_unit(message_units, name);
    text_quote(word, quoted);
    if (isnan(number) || !unit) {
        return error_set(error,
                         "%s is not a rate; say messages per second, such as 10K, or bits per "
                         "second, such as 500Mbit, or max",
                         quoted);
    }
    number *= (double)unit->factor;
    if (number > (double)most) {
        return error_set(error, "%s is too large; the largest is %s", quoted,
                         bits ? "1000Tbit" : "1G");
    }
    if (number < 1) {
        return error_set(error, "%s is too small; the smallest is %s", quoted, bits ? "1bit" : "1");
    }
    if (fabs(number - round(number)) > 1e-6) {
        return error_set(error, "%s is not a whole number of %s per second", quoted,
                         bits ? "bits" : "messages");
    }
    *value = bits ? -llround(number) - 1 : llround(number);
    return 0;
}

struct config_rate config_rate(int64_t value)
{
    struct config_rate rate = {value < OPTION_KEYWORD,
                               value < OPTION_KEYWORD ? -(value + 1) : value};
    return rate;
}

void rate_format(int64_t value, char text[CONFIG_WORD_LENGTH])
{
    struct config_rate rate = config_rate(value);
    const struct rate_unit *unit = rate.bits ? bit_units : message_units;
    while (rate.per_s % unit->factor != 0) {
        unit++;
    }
    snprintf(text, CONFIG_WORD_LENGTH, "%" PRId64 "%s", rate.per_s / unit->factor, unit->name);
}

int rate_read_loss(const char *word, int64_t *value, struct error *error)
{
    static const char key[] = "loss=";
    char quoted[TEXT_QUOTE_LENGTH];
    const char *end = "";
    double percent = NAN;
    if (strncmp(word, key, sizeof key - 1) == 0) {
        percent = read_decimal(word + sizeof key - 1, &end);
    }
    if (isnan(percent) || strcmp(end, "%") != 0) {
        return error_set(error, "%s is not a share that may be lost; say loss=0.1%%, or off",
                         text_quote(word, quoted));
    }
    double ppb = percent * PPB_PER_PERCENT;
    if (ppb > (double)MOST_LOSS_PPB) {
        return error_set(error, "%s is too large; the largest is loss=50%%",
                         text_quote(word, quoted));
    }
    if (fabs(ppb - round(ppb)) > 1e-6) {
        return error_set(error, "%s is finer than a billionth; say fewer digits",
                         text_quote(word, quoted));
    }
    *value = llround(ppb);
    return 0;
}

void rate_format_loss(int64_t value, char text[CONFIG_WORD_LENGTH])
{
    snprintf(text, CONFIG_WORD_LENGTH, "loss=%.10g%%", (double)value / PPB_PER_PERCENT);
}
