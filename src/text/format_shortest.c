/* format_shortest.c - the fewest digits that read back as the same double.
 *
 * Method: Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020). Of the shortest
 * decimals within the double's rounding interval it finds the closest one, with one product of 64
 * and 126 bits. printf and strtod, tried with 15 to 17 digits, take ten times as long, which counts
 * in a CSV of millions of rows.
 */
#include "zmqsweep/format.h"

#include <stdbool.h>
#include <string.h>

/* 10^k for k = LEAST_K ... MOST_K: all powers that a double can need. */
#define LEAST_K (-292)
#define MOST_K 324
#define WORDS 48 /* of 32 bits: more than 2^1074 x 2^128 needs */

/* 10^k x 2^n, rounded up to 126 bits, as two halves of 63 bits. n is such that all 126 bits are
 * used. */
struct power {
    uint64_t high, low;
};
static struct power powers[MOST_K - LEAST_K + 1];

/* ---- powers of ten: exact integers, whose first 126 bits are kept ---- */

static int top_bit(const uint32_t *number)
{
    int word = WORDS - 1;
    while (word > 0 && number[word] == 0)
        word--;
    return 32 * word + 31 - __builtin_clz(number[word] | 1);
}

/* Bits `from` to from + 62 of the number; those below its first bit are 0. */
static uint64_t bits_at(const uint32_t *number, int from)
{
    uint64_t bits = 0;
    for (int i = 62; i >= 0; i--) {
        int at = from + i;
        bits = 2 * bits + (at >= 0 ? (number[at / 32] >> at % 32) & 1 : 0);
    }
    return bits;
}

static struct power leading_bits(const uint32_t *number)
{
    int top = top_bit(number);
    struct power power = {bits_at(number, top - 62), bits_at(number, top - 125) + 1};
    if (power.low >> 63) {
        power.low = 0;
        power.high++;
    }
    return power;
}

static void multiply_by_ten(uint32_t *number)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)number[i] * 10;
        number[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void divide_by_ten(uint32_t *number)
{
    uint64_t rest = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        rest = rest << 32 | number[i];
        number[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
}

static void fill_powers(void)
{
    uint32_t up[WORDS] = {1}, down[WORDS] = {0};
    down[WORDS - 1] = UINT32_C(1) << 31;
    for (int k = 0; k <= MOST_K; k++, multiply_by_ten(up))
        powers[k - LEAST_K] = leading_bits(up);
    for (int k = 0; k >= LEAST_K; k--, divide_by_ten(down))
        if (k < 0)
            powers[k - LEAST_K] = leading_bits(down);
}

/* ---- a double as digits x 10^exponent ---- */

struct decimal {
    uint64_t digits;
    int exponent;
};

static int floor_log10_of_2_to(int q)
{
    return (int)(q * INT64_C(661971961083) >> 41);
}

static int floor_log10_of_3_4_2_to(int q)
{
    return (int)((q * INT64_C(661971961083) - INT64_C(274743187321)) >> 41);
}

static int floor_log2_of_10_to(int k)
{
    return (int)(k * INT64_C(913124641741) >> 38);
}

/* The upper 64 bits of the product. */
static uint64_t multiply_high(uint64_t a, uint64_t b)
{
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32), low = a0 * b1 + (uint32_t)middle;
    return a1 * b1 + (middle >> 32) + (low >> 32);
}

/* Rounds the product to odd: its last bit says whether anything below it was cut off. */
static uint64_t round_to_odd(struct power power, uint64_t factor)
{
    const uint64_t mask = UINT64_MAX >> 1;
    uint64_t z = (power.high * factor >> 1) + multiply_high(power.low, factor);
    uint64_t w = multiply_high(power.high, factor) + (z >> 63);
    return w | ((z & mask) + mask) >> 63;
}

/* Converts c x 2^q, which is not 0. `is_power`: c is a power of two, so that the neighbour below is
 * nearer. */
static struct decimal nearest_short(uint64_t c, int q, bool is_power)
{
    uint64_t out = c & 1, cb = c << 2, cbr = cb + 2, cbl = is_power ? cb - 1 : cb - 2;
    int k = is_power ? floor_log10_of_3_4_2_to(q) : floor_log10_of_2_to(q);
    int h = q + floor_log2_of_10_to(-k) + 2;
    struct power power = powers[-k - LEAST_K];
    uint64_t vb = round_to_odd(power, cb << h), vbl = round_to_odd(power, cbl << h),
             vbr = round_to_odd(power, cbr << h), s = vb >> 2;
    uint64_t shorter = 10 * (s / 10), longer = shorter + 10;
    bool lower_fits = vbl + out <= shorter << 2, upper_fits = (longer << 2) + out <= vbr;
    if (s >= 10 && lower_fits != upper_fits)
        return (struct decimal){lower_fits ? shorter : longer, k};
    bool s_fits = vbl + out <= s << 2, t_fits = ((s + 1) << 2) + out <= vbr;
    if (s_fits != t_fits)
        return (struct decimal){s_fits ? s : s + 1, k};
    int64_t side = (int64_t)(vb - ((s + s + 1) << 1));
    return (struct decimal){side < 0 || (side == 0 && s % 2 == 0) ? s : s + 1, k};
}

static struct decimal to_decimal(uint64_t bits)
{
    uint64_t fraction = bits & (UINT64_MAX >> 12);
    int biased = (int)(bits >> 52 & 0x7ff);
    uint64_t c = biased ? fraction | UINT64_C(1) << 52 : fraction;
    int q = (biased ? biased : 1) - 1075;
    struct decimal decimal = nearest_short(c, q, fraction == 0 && biased > 1);
    while (decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        decimal.exponent++;
    }
    return decimal;
}

/* ---- text ---- */

static size_t write_digits(uint64_t number, char *text)
{
    char reversed[20];
    size_t count = 0;
    do
        reversed[count++] = (char)('0' + number % 10);
    while (number /= 10);
    for (size_t i = 0; i < count; i++)
        text[i] = reversed[count - 1 - i];
    return count;
}

struct output {
    char *text;
    size_t used;
};

static void put(struct output *output, const char *from, size_t count)
{
    memcpy(output->text + output->used, from, count);
    output->used += count;
}

static void put_zeros(struct output *output, int count)
{
    for (; count > 0; count--)
        output->text[output->used++] = '0';
}

/* "12.5": the point stands behind `whole` digits. `whole` may be 0 or negative, or over `count`. */
static void put_fixed(struct output *output, const char *digits, int count, int whole)
{
    int before = whole < 0 ? 0 : whole > count ? count : whole;
    put(output, digits, (size_t)before);
    put_zeros(output, whole <= 0 ? 1 : whole - before);
    if (whole < count) {
        put(output, ".", 1);
        put_zeros(output, -whole);
        put(output, digits + before, (size_t)(count - before));
    }
}

static int fixed_length(int count, int whole)
{
    return whole <= 0 ? 2 - whole + count : whole < count ? count + 1 : whole;
}

/* "1.25e-07", with two digits of the exponent at least. */
static void put_scientific(struct output *output, const char *digits, int count, int whole)
{
    int exponent = whole - 1, size = exponent < 0 ? -exponent : exponent;
    put(output, digits, 1);
    if (count > 1) {
        put(output, ".", 1);
        put(output, digits + 1, (size_t)(count - 1));
    }
    put(output, exponent < 0 ? "e-" : "e+", 2);
    put_zeros(output, size < 10);
    output->used += write_digits((uint64_t)size, output->text + output->used);
}

static int scientific_length(int count, int whole)
{
    int size = whole - 1 < 0 ? 1 - whole : whole - 1;
    return count + (count > 1) + 2 + (size < 100 ? 2 : 3);
}

size_t format_shortest(double value,
                       char *text) /* NOLINT(readability-non-const-parameter): written to */
{
    struct output output = {text, 0};
    char digits[20];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits >> 63)
        put(&output, "-", 1);
    bits &= UINT64_MAX >> 1;
    if (bits == 0) {
        put_zeros(&output, 1);
        return output.used;
    }
    if (powers[0].high == 0)
        fill_powers();
    struct decimal decimal = to_decimal(bits);
    int count = (int)write_digits(decimal.digits, digits), whole = count + decimal.exponent;
    if (fixed_length(count, whole) <= scientific_length(count, whole))
        put_fixed(&output, digits, count, whole);
    else
        put_scientific(&output, digits, count, whole);
    return output.used;
}

size_t format_integer(int64_t value, char *text)
{
    if (value >= 0)
        return write_digits((uint64_t)value, text);
    text[0] = '-';
    return 1 + write_digits(-(uint64_t)value, text + 1);
}
