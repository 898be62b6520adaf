/* test_config.c - the option table, its parsers and the five sources of settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "zmqsweep/config.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define MOST_ARGUMENTS 16

static const char *const short_pairs[][2] = {
    {"size", "64,1K"}, {"duration", "200ms"}, {NULL, NULL}};
static const char *const daq_pairs[][2] = {{"size", "1M"}, {"count", "1000"}, {NULL, NULL}};
static const char *const wrong_pairs[][2] = {{"sise", "1M"}, {NULL, NULL}};
static const char *const bad_pairs[][2] = {{"size", "64Q"}, {NULL, NULL}};
static const char *const nested_pairs[][2] = {{"preset", "daq"}, {NULL, NULL}};
static const char *const both_pairs[][2] = {{"count", "10"}, {"duration", "1s"}, {NULL, NULL}};
static const struct preset presets[] = {
    {"short", "a first look: 'quick', \\fast~ ^and\n.dotted \"so\"", short_pairs},
    {"daq", "frames", daq_pairs},
    {"wrong", "has an unknown key", wrong_pairs},
    {"bad", "has a bad value", bad_pairs},
    {"nested", "names another", nested_pairs},
    {"both", "has two modes", both_pairs},
    {NULL, NULL, NULL},
};

/* --- helpers --- */

/* config_read with a command line and an environment of up to MOST_ARGUMENTS words, each ended by
 * NULL. */
static int read_words(const char *const *words, const char *const *variables,
                      struct settings *settings, struct error *error)
{
    char *argv[MOST_ARGUMENTS + 2] = {(char *)"zmqsweep"};
    char *environment[MOST_ARGUMENTS + 1] = {NULL};
    int argc = 1;
    for (; words && *words; words++)
        argv[argc++] = (char *)*words;
    for (size_t i = 0; variables && variables[i]; i++)
        environment[i] = (char *)variables[i];
    strcpy(error->text, "");
    return config_read(argc, argv, environment, presets, settings, error);
}

#define WORDS(...)                                                                                 \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

static void check_read(const char *const *words, const char *const *variables,
                       struct settings *settings)
{
    struct error error;
    if (read_words(words, variables, settings, &error) != 0)
        fail_msg("refused: %s", error.text);
}

/* Expects a refusal whose line is exactly `line`, and settings that own nothing. */
static void check_refused(const char *const *words, const char *const *variables, const char *line)
{
    static const struct settings nothing;
    struct settings settings;
    struct error error;
    assert_int_equal(read_words(words, variables, &settings, &error), -1);
    assert_string_equal(error.text, line);
    assert_memory_equal(&settings, &nothing, sizeof nothing);
    config_free(&settings);
}

static void check_values(const struct settings *settings, enum option_id id, size_t count,
                         const int64_t *values)
{
    assert_int_equal(settings->items[id].count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(settings->items[id].values[i], values[i]);
}

static int64_t parse_one(enum option_id id, const char *text)
{
    struct error error;
    int64_t *values, value;
    size_t count;
    if (config_parse(id, text, &values, &count, &error))
        fail_msg("%s refused: %s", text, error.text);
    assert_int_equal(count, 1);
    value = values[0];
    free(values);
    return value;
}

static void check_unparsed(enum option_id id, const char *text, const char *line)
{
    struct error error;
    int64_t *values = NULL;
    size_t count = 0;
    if (config_parse(id, text, &values, &count, &error) == 0)
        fail_msg("\"%s\" was taken for a value of --%s", text, config_options[id].name);
    assert_string_equal(error.text, line);
    assert_null(values);
}

/* Writes a sweep file into the folder of the test and makes it the working directory's sweep.ini.
 */
static void write_file(const char *text, size_t length)
{
    FILE *file = fopen("sweep.ini", "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void check_file(const char *text, struct settings *settings)
{
    write_file(text, strlen(text));
    check_read(WORDS("--config", "sweep.ini"), NULL, settings);
}

static void check_file_refused(const char *text, const char *line)
{
    write_file(text, strlen(text));
    check_refused(WORDS("--config=sweep.ini"), NULL, line);
}

/* --- the table --- */

static void table_is_complete(void **state)
{
    (void)state;
    for (int id = 0; id < OPTION_TOTAL; id++) {
        const struct option_spec *spec = &config_options[id];
        assert_non_null(spec->name);
        assert_non_null(spec->help);
        assert_non_null(spec->fallback);
        assert_int_equal(spec->metavar == NULL, spec->type == OPTION_TYPE_FLAG);
        assert_int_equal(spec->choices != NULL, spec->type == OPTION_TYPE_CHOICE);
        assert_int_equal(spec->list, id <= OPTION_RECEIVER_CPUS);
        assert_true(spec->minimum <= spec->maximum);
        for (int other = 0; other < id; other++)
            assert_string_not_equal(spec->name, config_options[other].name);
    }
}

static void places_and_ports_are_read(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--sender-cpus", "none, numa:1,core:0-3,pu:2,package:0,nic", "--port-range",
                     "43000-43999"),
               NULL, &settings);
    const struct setting *places = &settings.items[OPTION_SENDER_CPUS];
    assert_int_equal(places->count, 6);
    assert_int_equal(places->values[0], OPTION_KEYWORD);
    struct config_cpus cores = config_cpus(places->values[2]);
    assert_int_equal(cores.kind, CPUS_CORE);
    assert_int_equal(cores.first, 0);
    assert_int_equal(cores.last, 3);
    assert_int_equal(config_cpus(places->values[5]).kind, CPUS_NIC);
    struct config_ports ports = config_ports(config_value(&settings, OPTION_PORT_RANGE));
    assert_int_equal(ports.first, 43000);
    assert_int_equal(ports.last, 43999);
    for (size_t i = 0; i < places->count; i++) {
        char word[CONFIG_WORD_LENGTH];
        int64_t *values = NULL;
        size_t count = 0;
        struct error error = {""};
        config_format(OPTION_SENDER_CPUS, places->values[i], word);
        assert_int_equal(config_parse(OPTION_SENDER_CPUS, word, &values, &count, &error), 0);
        assert_int_equal(values[0], places->values[i]);
        free(values);
    }
    config_free(&settings);
}

static void bad_places_and_ports_are_refused(void **state)
{
    static const char *const places[] = {"numa",    "numa:", "numa:-1", "core:3-1",
                                         "core:1-", "nic:0", "cores:1", "numa:70000"};
    static const char *const ports[] = {"43000", "0-10", "10-9", "1-65536", "a-b", "1-2-3"};
    struct error error = {""};
    int64_t *values = NULL;
    size_t count = 0;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_int_equal(config_parse(OPTION_SENDER_CPUS, places[i], &values, &count, &error), -1);
        assert_non_null(strstr(error.text, "core:0-3"));
    }
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        assert_int_equal(config_parse(OPTION_PORT_RANGE, ports[i], &values, &count, &error), -1);
        assert_non_null(strstr(error.text, "43000-43999"));
    }
}

/* "--matrix" may stand alone, at the end and before another option; a word behind it is its value.
 */
static void a_value_may_be_implied(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--matrix"), NULL, &settings);
    assert_int_equal(config_value(&settings, OPTION_MATRIX), 1);
    config_free(&settings);
    check_read(WORDS("--matrix", "--size", "64"), NULL, &settings);
    assert_int_equal(config_value(&settings, OPTION_MATRIX), 1);
    assert_int_equal(config_value(&settings, OPTION_SIZE), 64);
    config_free(&settings);
    check_read(WORDS("--matrix", "alone"), NULL, &settings);
    assert_int_equal(config_value(&settings, OPTION_MATRIX), 2);
    config_free(&settings);
}

static void defaults_are_those_of_the_design(void **state)
{
    struct settings settings;
    (void)state;
    check_read(NULL, NULL, &settings);
    check_values(
        &settings, OPTION_SIZE, 10,
        (const int64_t[]){64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 10485760});
    check_values(&settings, OPTION_SEND_MODE, 2, (const int64_t[]){0, 1});
    assert_int_equal(config_value(&settings, OPTION_SNDHWM), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_PAIRS), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_COUNT), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_RCVBUF), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_ORDER_SEED), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_DURATION), 1000000000);
    assert_int_equal(config_value(&settings, OPTION_WARMUP), 200000000);
    assert_int_equal(config_value(&settings, OPTION_REPETITIONS), 6);
    assert_int_equal(config_value(&settings, OPTION_LOG_LEVEL), 2);
    assert_false(config_flag(&settings, OPTION_FORCE));
    assert_string_equal(config_text(&settings, OPTION_OUTPUT), "");
    for (int id = 0; id < OPTION_TOTAL; id++)
        assert_false(config_given(&settings, (enum option_id)id));
    config_free(&settings);
    config_free(&settings);
}

/* --- values --- */

static void numbers_are_read_exactly(void **state)
{
    (void)state;
    assert_int_equal(parse_one(OPTION_SIZE, "64"), 64);
    assert_int_equal(parse_one(OPTION_SIZE, "64B"), 64);
    assert_int_equal(parse_one(OPTION_SIZE, " 1K\t"), 1024);
    assert_int_equal(parse_one(OPTION_SIZE, "1KiB"), 1024);
    assert_int_equal(parse_one(OPTION_SIZE, "1.5M"), 1572864);
    assert_int_equal(parse_one(OPTION_SIZE, "0.0009765625K"), 1);
    assert_int_equal(parse_one(OPTION_SIZE, "64.0"), 64);
    assert_int_equal(parse_one(OPTION_SIZE, "1G"), 1073741824);
    assert_int_equal(parse_one(OPTION_COUNT, "10K"), 10000);
    assert_int_equal(parse_one(OPTION_COUNT, "1G"), 1000000000);
    assert_int_equal(parse_one(OPTION_ORDER_SEED, "9223372036854775807"), INT64_MAX);
    assert_int_equal(parse_one(OPTION_ORDER_SEED, "0"), 0);
    assert_int_equal(parse_one(OPTION_DURATION, "1.5s"), 1500000000);
    assert_int_equal(parse_one(OPTION_DURATION, "2min"), 120000000000);
    assert_int_equal(parse_one(OPTION_DURATION, "24h"), 86400000000000);
    assert_int_equal(parse_one(OPTION_DURATION, "1500us"), 1500000);
    assert_int_equal(parse_one(OPTION_WARMUP, "0"), 0);
    assert_int_equal(parse_one(OPTION_WARMUP, "0.000000001s"), 1);
    assert_int_equal(parse_one(OPTION_PRECISION, "5%"), 50000);
    assert_int_equal(parse_one(OPTION_PRECISION, "0.1%"), 1000);
    assert_int_equal(parse_one(OPTION_PRECISION, "off"), OPTION_KEYWORD);
    assert_int_equal(parse_one(OPTION_SNDHWM, "auto"), OPTION_KEYWORD);
    assert_int_equal(parse_one(OPTION_FORCE, "on"), 1);
    assert_int_equal(parse_one(OPTION_FORCE, "false"), 0);
    assert_int_equal(parse_one(OPTION_BIND, "sender"), 1);
}

#define SIZE_ADVICE "; say bytes, or with K, M, G, such as 64K"
#define COUNT_ADVICE "; say a number, or with K, M, G, such as 10K"
#define TIME_ADVICE "; say a number with ns, us, ms, s, min or h, such as 200ms"

static void bad_sizes_are_refused(void **state)
{
    static const char *const words[] = {"64Q", "64k", "1KB", "-1",  "+1",     "0x10", "1e3", ".5K",
                                        "1.",  "1.K", "K",   "6 4", "1.5.5K", "64 K", "auto"};
    char line[160];
    (void)state;
    for (size_t i = 0; i < LENGTH(words); i++) {
        snprintf(line, sizeof line, "\"%s\" is not a size" SIZE_ADVICE, words[i]);
        check_unparsed(OPTION_SIZE, words[i], line);
    }
    check_unparsed(OPTION_SIZE, "1.0001K",
                   "\"1.0001K\" is not a whole number of bytes" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "0", "\"0\" is too small; the smallest is 1");
    check_unparsed(OPTION_SIZE, "2G", "\"2G\" is too large; the largest is 1G");
    check_unparsed(OPTION_SIZE, "9223372036854775808",
                   "\"9223372036854775808\" is too large; the largest is 1G");
    check_unparsed(OPTION_SIZE, "99999999999999999999999G",
                   "\"99999999999999999999999G\" is too large; the largest is 1G");
    check_unparsed(OPTION_SIZE, "",
                   "a value is missing (two commas, or one at an end?)" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "a\nb", "\"a?b\" is not a size" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "64\xc2\xa0", "\"64\xc2\xa0\" is not a size" SIZE_ADVICE);
}

static void other_bad_values_are_refused(void **state)
{
    (void)state;
    check_unparsed(OPTION_COUNT, "1.5K", "\"1.5K\" is not a whole number" COUNT_ADVICE ", or none");
    check_unparsed(OPTION_COUNT, "1", "\"1\" is too small; the smallest is 2");
    check_unparsed(OPTION_SNDHWM, "2147483648",
                   "\"2147483648\" is too large; the largest is 2147483647");
    check_unparsed(OPTION_ORDER_SEED, "9223372036854775808",
                   "\"9223372036854775808\" is too large; the largest is 9223372036854775807");
    check_unparsed(OPTION_DURATION, "5",
                   "\"5\" has no unit; say 5s, or with another of ns, us, ms, min, h");
    check_unparsed(OPTION_DURATION, "1m", "\"1m\" is not a time" TIME_ADVICE);
    check_unparsed(OPTION_DURATION, "0", "\"0\" is too small; the smallest is 1ms");
    check_unparsed(OPTION_DURATION, "25h", "\"25h\" is too large; the largest is 24h");
    check_unparsed(OPTION_WARMUP, "0.5ns",
                   "\"0.5ns\" is not a whole number of nanoseconds" TIME_ADVICE);
    check_unparsed(OPTION_WARMUP, "1s,2s", "takes one value, not a list");
    check_unparsed(OPTION_WARMUP, "1s:4s:x2", "\"1s:4s:x2\" is not a time" TIME_ADVICE);
    check_unparsed(OPTION_TRANSPORT, "TCP", "\"TCP\" is not one of the choices; say tcp or ipc");
    check_unparsed(OPTION_LOG_LEVEL, "", "a value is missing; say error, warning, info or debug");
    check_unparsed(OPTION_FORCE, "maybe", "\"maybe\" is not yes or no; say yes or no");
    check_unparsed(OPTION_OUTPUT, "", "is empty; say FILE");
}

static void lists_and_ranges_expand(void **state)
{
    static const int64_t sizes[] = {64, 256, 1024, 4096, 7, 1048576};
    struct settings settings;
    (void)state;
    check_read(WORDS("--size", "64:15K:x4 , 7,1M", "--sndhwm", "auto,10", "--duration",
                     "100ms:10s:x10", "--pairs", "3:3:x2"),
               NULL, &settings);
    check_values(&settings, OPTION_SIZE, LENGTH(sizes), sizes);
    check_values(&settings, OPTION_SNDHWM, 2, (const int64_t[]){OPTION_KEYWORD, 10});
    check_values(&settings, OPTION_DURATION, 3,
                 (const int64_t[]){100000000, 1000000000, 10000000000});
    check_values(&settings, OPTION_PAIRS, 1, (const int64_t[]){3});
    config_free(&settings);
}

static void bad_lists_and_ranges_are_refused(void **state)
{
    (void)state;
    check_unparsed(OPTION_SIZE, "64,,1K",
                   "a value is missing (two commas, or one at an end?)" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "64, ",
                   "a value is missing (two commas, or one at an end?)" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "64,1K,64B", "64 is listed twice; once is enough");
    check_unparsed(OPTION_SIZE, "1024,64:1M:x4", "1K is listed twice; once is enough");
    check_unparsed(OPTION_SNDHWM, "auto,auto", "auto is listed twice; once is enough");
    check_unparsed(OPTION_SIZE, "64:1M", "the range 64:1M has no factor; say 64:1M:x4");
    check_unparsed(OPTION_SIZE, "1M:64:x4", "the range 1M:64 is empty; say the smaller end first");
    check_unparsed(OPTION_SIZE, ":1M:x4", "\"\" is not a size" SIZE_ADVICE);
    check_unparsed(OPTION_SIZE, "64:2G:x4", "\"2G\" is too large; the largest is 1G");
    check_unparsed(OPTION_PAIRS, "all:4:x2",
                   "\"all\" is not a whole number" COUNT_ADVICE ", or all");
    static const char *const factors[] = {
        "4", "x", "x1", "x0", "x1.5", "x-2", "x4:5", "x99999999999999999999", ""};
    for (size_t i = 0; i < LENGTH(factors); i++) {
        char text[64], line[160];
        snprintf(text, sizeof text, "64:1M:%s", factors[i]);
        snprintf(
            line, sizeof line,
            "\"%s\" is not the factor of a range; say x and a whole number from 2 on, such as x4",
            factors[i]);
        check_unparsed(OPTION_SIZE, text, line);
    }
}

/* An endless list is refused, and a long word is cut in the error line, between characters. */
static void long_input_is_bounded(void **state)
{
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room), word[301], *error_end;
    struct error error;
    int64_t *values;
    size_t count;
    (void)state;
    assert_non_null(text);
    for (int i = 1; i <= 5000; i++)
        length += (size_t)snprintf(text + length, room - length, "%s%d", i > 1 ? "," : "", i);
    check_unparsed(OPTION_SIZE, text, "the list has over 4096 values; make it shorter");
    free(text);
    strcpy(word, "x");
    for (size_t i = 0; i < 100; i++)
        strcat(word, "\xc3\xa4");
    assert_int_equal(config_parse(OPTION_SIZE, word, &values, &count, &error), -1);
    error_end = strstr(error.text, "...\" is not a size" SIZE_ADVICE);
    assert_non_null(error_end);
    assert_int_equal((error_end - error.text) % 2, 0);
}

static void check_word(enum option_id id, int64_t value)
{
    char word[CONFIG_WORD_LENGTH];
    assert_ptr_equal(config_format(id, value, word), word);
    if (parse_one(id, word) != value)
        fail_msg("--%s %s is not %" PRId64, config_options[id].name, word, value);
}

/* Values over the whole range of every option, by a generator with a fixed seed, give themselves
 * again. */
static void words_give_their_values_again(void **state)
{
    uint64_t random = 88172645463325252;
    (void)state;
    for (int id = 0; id < OPTION_TOTAL; id++) {
        const struct option_spec *spec = &config_options[id];
        for (int64_t i = 0; spec->choices && spec->choices[i]; i++)
            check_word((enum option_id)id, i);
        for (int64_t i = 0; spec->type == OPTION_TYPE_FLAG && i < 2; i++)
            check_word((enum option_id)id, i);
        if (spec->keyword)
            check_word((enum option_id)id, OPTION_KEYWORD);
        if (spec->type > OPTION_TYPE_DURATION || spec->choices)
            continue;
        check_word((enum option_id)id, spec->minimum);
        check_word((enum option_id)id, spec->maximum);
        for (int i = 0; i < 4000;
             i++) { /* xorshift, then fewer and fewer bits, so that all sizes occur */
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            int64_t value = (int64_t)(random >> (1 + i % 63));
            value = i % 3 == 0 ? value / 1000 * 1000 : i % 3 == 1 ? value / 1024 * 1024 : value;
            if (value >= spec->minimum && value <= spec->maximum)
                check_word((enum option_id)id, value);
        }
    }
}

static void words_use_the_largest_exact_unit(void **state)
{
    char word[CONFIG_WORD_LENGTH];
    (void)state;
    assert_string_equal(config_format(OPTION_SIZE, 65536, word), "64K");
    assert_string_equal(config_format(OPTION_SIZE, 1000, word), "1000");
    assert_string_equal(config_format(OPTION_COUNT, 1000, word), "1000");
    assert_string_equal(config_format(OPTION_DURATION, 200000000, word), "200ms");
    assert_string_equal(config_format(OPTION_DURATION, 90000000000, word), "90s");
    assert_string_equal(config_format(OPTION_WARMUP, 0, word), "0s");
    assert_string_equal(config_format(OPTION_PRECISION, 50000, word), "5%");
    assert_string_equal(config_format(OPTION_PRECISION, 100000, word), "10%");
    assert_string_equal(config_format(OPTION_PRECISION, 1250, word), "0.125%");
    assert_string_equal(config_format(OPTION_PRECISION, 0, word), "0%");
    assert_string_equal(config_format(OPTION_PAIRS, OPTION_KEYWORD, word), "all");
    assert_string_equal(config_format(OPTION_BIND, 7, word), "");
}

/* --- the command line --- */

static void command_line_is_read(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--size=1K", "--size", "2K", "--force", "--output", "a,b=c.h5", "--count",
                     "none", "--duration", "2s"),
               NULL, &settings);
    check_values(&settings, OPTION_SIZE, 1, (const int64_t[]){2048});
    assert_string_equal(config_text(&settings, OPTION_SIZE), "2K");
    assert_true(config_flag(&settings, OPTION_FORCE));
    assert_true(config_given(&settings, OPTION_FORCE));
    assert_string_equal(config_text(&settings, OPTION_OUTPUT), "a,b=c.h5");
    assert_int_equal(settings.items[OPTION_OUTPUT].source, SOURCE_COMMAND_LINE);
    config_free(&settings);
}

static void bad_command_lines_are_refused(void **state)
{
    (void)state;
    check_refused(WORDS("--size", "64Q"), NULL, "--size: \"64Q\" is not a size" SIZE_ADVICE);
    check_refused(WORDS("--sizes", "64"), NULL, "unknown option --sizes; the nearest is --size");
    check_refused(WORDS("--sizes=64"), NULL, "unknown option --sizes; the nearest is --size");
    check_refused(WORDS("--siz", "64"), NULL, "unknown option --siz; written in full it is --size");
    check_refused(WORDS("--siz"), NULL, "unknown option --siz; written in full it is --size");
    check_refused(WORDS("--forc"), NULL, "unknown option --forc; written in full it is --force");
    check_refused(WORDS("--re"), NULL, "unknown option --re; the nearest is --rate");
    check_refused(WORDS("-size", "64"), NULL, "unknown option -size; the nearest is --size");
    check_refused(WORDS("-h"), NULL, "unknown option -h; --help lists all");
    check_refused(WORDS("--force=yes"), NULL, "--force takes no value; say --force alone");
    check_refused(WORDS("--size"), NULL, "--size has no value; say --size BYTES");
    check_refused(WORDS("--size="), NULL,
                  "--size: a value is missing (two commas, or one at an end?)" SIZE_ADVICE);
    check_refused(WORDS("--output", "--force"), NULL, "--output has no value; say --output FILE");
    check_refused(WORDS("out.h5"), NULL,
                  "\"out.h5\" is no option; all options begin with --, such as --size 64");
    check_refused(WORDS("--", "out.h5"), NULL,
                  "\"out.h5\" is no option; all options begin with --, such as --size 64");
    check_refused(WORDS(""), NULL,
                  "\"\" is no option; all options begin with --, such as --size 64");
    check_refused(WORDS("-"), NULL,
                  "\"-\" is no option; all options begin with --, such as --size 64");
    check_refused(WORDS("--count", "9", "--duration", "1s"), NULL,
                  "--count: count and duration exclude each other; give one of them");
    check_refused(WORDS("--count", "none,9"), NULL,
                  "--count: none is listed with numbers; say none alone, or numbers alone");
    check_refused(WORDS("--what\nis", "--sizes"), NULL,
                  "unknown option --what?is; --help lists all");
}

static void help_is_given_whatever_else_is_wrong(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--sizes", "64Q", "stray", "--output", "--help"), WORDS("ZMQSWEEP_SISE=1"),
               &settings);
    assert_true(config_flag(&settings, OPTION_HELP));
    assert_int_equal(config_value(&settings, OPTION_REPETITIONS), 6);
    config_free(&settings);
    check_read(WORDS("--version", "--config", "missing.ini"), NULL, &settings);
    assert_true(config_flag(&settings, OPTION_VERSION));
    config_free(&settings);
}

/* --- environment and presets --- */

static void environment_is_read(void **state)
{
    struct settings settings;
    (void)state;
    check_read(
        NULL,
        WORDS("PATH=/bin", "ZMQSWEEP_SEND_MODE=const,copy", "ZMQSWEEP_DRY_RUN=yes", "ZMQSWEEPER=1"),
        &settings);
    check_values(&settings, OPTION_SEND_MODE, 2, (const int64_t[]){2, 0});
    assert_true(config_flag(&settings, OPTION_DRY_RUN));
    config_free(&settings);
    check_refused(NULL, WORDS("ZMQSWEEP_SISE=64"),
                  "ZMQSWEEP_SISE: unknown option; the nearest is ZMQSWEEP_SIZE");
    check_refused(NULL, WORDS("ZMQSWEEP_size=64"),
                  "ZMQSWEEP_size: unknown option; the nearest is ZMQSWEEP_SIZE");
    check_refused(NULL, WORDS("ZMQSWEEP_SEND-MODE=copy"),
                  "ZMQSWEEP_SEND-MODE: unknown option; the nearest is ZMQSWEEP_SEND_MODE");
    check_refused(NULL, WORDS("ZMQSWEEP_BUILD_FOLDER=x"),
                  "ZMQSWEEP_BUILD_FOLDER: unknown option; ZMQSWEEP_ is reserved, name other "
                  "variables otherwise");
    check_refused(
        NULL, WORDS("ZMQSWEEP_=x"),
        "ZMQSWEEP_: unknown option; ZMQSWEEP_ is reserved, name other variables otherwise");
    check_refused(NULL, WORDS("ZMQSWEEP_HELP=1"),
                  "ZMQSWEEP_HELP: belongs to the command line; say --help there");
    check_refused(NULL, WORDS("ZMQSWEEP_SIZE=6\n4"),
                  "ZMQSWEEP_SIZE: \"6?4\" is not a size" SIZE_ADVICE);
    check_refused(NULL, WORDS("ZMQSWEEP_FORCE="),
                  "ZMQSWEEP_FORCE: a value is missing; say yes or no");
    check_refused(WORDS("--size", "64"), WORDS("ZMQSWEEP_SIZE=64Q"),
                  "ZMQSWEEP_SIZE: \"64Q\" is not a size" SIZE_ADVICE);
}

static void presets_are_found(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--short"), WORDS("ZMQSWEEP_PRESET=daq"), &settings);
    assert_string_equal(config_text(&settings, OPTION_PRESET), "short");
    assert_int_equal(settings.items[OPTION_SIZE].source, SOURCE_PRESET);
    check_values(&settings, OPTION_SIZE, 2, (const int64_t[]){64, 1024});
    config_free(&settings);
    check_read(WORDS("--preset", "daq"), WORDS("ZMQSWEEP_SHORT=yes"), &settings);
    assert_false(config_flag(&settings, OPTION_SHORT));
    assert_int_equal(config_value(&settings, OPTION_COUNT), 1000);
    config_free(&settings);
    check_read(WORDS("--short", "--preset", "short"), NULL, &settings);
    config_free(&settings);
}

static void bad_presets_are_refused(void **state)
{
    const char *all = "short, daq, wrong, bad, nested, both";
    char line[160];
    (void)state;
    snprintf(line, sizeof line,
             "--preset: unknown preset \"dac\"; the nearest is daq (there are %s)", all);
    check_refused(WORDS("--preset", "dac"), NULL, line);
    snprintf(line, sizeof line, "ZMQSWEEP_PRESET: unknown preset \"fastest\"; say one of %s", all);
    check_refused(NULL, WORDS("ZMQSWEEP_PRESET=fastest"), line);
    check_refused(WORDS("--short", "--preset", "daq"), NULL,
                  "--short: short and preset exclude each other; give one of them");
    check_refused(WORDS("--preset", "wrong"), NULL,
                  "preset wrong: no option of a sweep is called sise");
    check_refused(WORDS("--preset", "nested"), NULL,
                  "preset nested: no option of a sweep is called preset");
    check_refused(WORDS("--preset", "bad"), NULL,
                  "preset bad: size: \"64Q\" is not a size" SIZE_ADVICE);
    check_refused(WORDS("--preset", "both"), NULL,
                  "preset both: count: count and duration exclude each other; give one of them");
}

/* --- the sweep file --- */

static void sweep_file_is_read(void **state)
{
    struct settings settings;
    (void)state;
    check_file("\xef\xbb\xbf[zmqsweep] ; ours\r\n"
               "# a comment of more than two hundred characters "
               "........................................................"
               "..................................................................................."
               ".............\r\n"
               "size = 64:1M:x4   ; powers\r\n"
               "  send-mode : const  \r\n"
               "\r\n"
               "\toutput = a;b.h5\n"
               "short = no\n"
               "force = yes",
               &settings);
    assert_int_equal(settings.items[OPTION_SIZE].count, 8);
    assert_string_equal(config_text(&settings, OPTION_SIZE), "64:1M:x4");
    check_values(&settings, OPTION_SEND_MODE, 1, (const int64_t[]){2});
    assert_string_equal(config_text(&settings, OPTION_OUTPUT), "a;b.h5");
    assert_true(config_flag(&settings, OPTION_FORCE));
    assert_int_equal(settings.items[OPTION_FORCE].source, SOURCE_FILE);
    config_free(&settings);
    check_file("", &settings);
    config_free(&settings);
    check_file("preset = daq\n", &settings);
    assert_int_equal(config_value(&settings, OPTION_COUNT), 1000);
    config_free(&settings);
}

static void bad_sweep_files_are_refused(void **state)
{
    (void)state;
    check_file_refused("\n# x\nsise = 64\n",
                       "sweep.ini:3: unknown key \"sise\"; the nearest is \"size\"");
    check_file_refused("send_mode = copy\n",
                       "sweep.ini:1: unknown key \"send_mode\"; the nearest is \"send-mode\"");
    check_file_refused("colour = red\n", "sweep.ini:1: unknown key \"colour\"; zmqsweep --help "
                                         "lists the options, which are the keys");
    check_file_refused("pairs = 1\nsize = 64Q\nsise = 1\n",
                       "sweep.ini:2: size: \"64Q\" is not a size" SIZE_ADVICE);
    check_file_refused("pairs = 1\n  size = 64Q\n",
                       "sweep.ini:2: size: \"64Q\" is not a size" SIZE_ADVICE);
    check_file_refused("size = 64\npairs = 1\nsize = 64\n",
                       "sweep.ini:3: \"size\" is set twice, first in line 1; keep one");
    check_file_refused("pairs = 1\nsize\n", "sweep.ini:2: not understood; say key = value");
    check_file_refused("size\nsise = 1\n", "sweep.ini:1: not understood; say key = value");
    check_file_refused(
        "= 64\n",
        "sweep.ini:1: unknown key \"\"; zmqsweep --help lists the options, which are the keys");
    check_file_refused(
        "size =\n",
        "sweep.ini:1: size: a value is missing (two commas, or one at an end?)" SIZE_ADVICE);
    check_file_refused("[other]\n",
                       "sweep.ini:1: unknown section \"[other]\"; the only one is [zmqsweep]");
    check_file_refused("[zmqsweep\n",
                       "sweep.ini:1: unknown section \"[zmqsweep\"; the only one is [zmqsweep]");
    check_file_refused("[zmqsweep] x\n",
                       "sweep.ini:1: unknown section \"[zmqsweep] x\"; the only one is [zmqsweep]");
    check_file_refused("config = a\n",
                       "sweep.ini:1: \"config\" belongs to the command line; say --config there");
    check_file_refused(
        "count = 9\npairs = 1\nduration = 1s\n",
        "sweep.ini:3: duration: count and duration exclude each other; give one of them");
}

/* Near inih's limit a line is either read whole or refused, never cut. */
static void long_lines_are_read_whole_or_refused(void **state)
{
    struct settings settings;
    char text[512];
    (void)state;
    for (int length = 180; length < 220; length++) {
        snprintf(text, sizeof text, "output = %0*d\nforce = yes\n", length - 9, 1);
        write_file(text, strlen(text));
        if (length > 198) {
            check_refused(WORDS("--config", "sweep.ini"), NULL,
                          "sweep.ini:1: a line of over 198 characters; make it shorter");
            continue;
        }
        check_read(WORDS("--config", "sweep.ini"), NULL, &settings);
        assert_int_equal(strlen(config_text(&settings, OPTION_OUTPUT)), length - 9);
        assert_true(config_flag(&settings, OPTION_FORCE));
        config_free(&settings);
    }
}

static void unreadable_sweep_files_are_refused(void **state)
{
    (void)state;
    check_refused(WORDS("--config", "missing.ini"), NULL,
                  "--config: cannot open missing.ini: No such file or directory");
    check_refused(NULL, WORDS("ZMQSWEEP_CONFIG=missing.ini"),
                  "ZMQSWEEP_CONFIG: cannot open missing.ini: No such file or directory");
    check_refused(WORDS("--config", "."), NULL, "--config: cannot read .: Is a directory");
    check_refused(WORDS("--config", "/dev/zero"), NULL,
                  "/dev/zero:1: a NUL byte; a sweep file is text");
    write_file("size = 64\0\n", 11);
    check_refused(WORDS("--config", "sweep.ini"), NULL,
                  "sweep.ini:1: a NUL byte; a sweep file is text");
}

/* --- precedence --- */

static void higher_sources_win(void **state)
{
    struct settings settings;
    (void)state;
    write_file("size = 3\npairs = 3\nrcvhwm = 3\npreset = daq\n", 43);
    check_read(WORDS("--size", "1", "--config", "sweep.ini"),
               WORDS("ZMQSWEEP_SIZE=2", "ZMQSWEEP_PAIRS=2"), &settings);
    assert_int_equal(config_value(&settings, OPTION_SIZE), 1);
    assert_int_equal(config_value(&settings, OPTION_PAIRS), 2);
    assert_int_equal(config_value(&settings, OPTION_RCVHWM), 3);
    assert_int_equal(config_value(&settings, OPTION_COUNT), 1000);
    assert_int_equal(settings.items[OPTION_SIZE].source, SOURCE_COMMAND_LINE);
    assert_int_equal(settings.items[OPTION_PAIRS].source, SOURCE_ENVIRONMENT);
    assert_int_equal(settings.items[OPTION_RCVHWM].source, SOURCE_FILE);
    assert_int_equal(settings.items[OPTION_COUNT].source, SOURCE_PRESET);
    assert_int_equal(settings.items[OPTION_SNDHWM].source, SOURCE_DEFAULT);
    config_free(&settings);
}

static void the_higher_of_count_and_duration_wins(void **state)
{
    struct settings settings;
    (void)state;
    check_read(WORDS("--preset", "daq", "--duration", "2s"), NULL, &settings);
    assert_int_equal(config_value(&settings, OPTION_COUNT), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_DURATION), 2000000000);
    assert_false(config_given(&settings, OPTION_COUNT));
    config_free(&settings);
    check_read(WORDS("--count", "50"), WORDS("ZMQSWEEP_DURATION=3s"), &settings);
    assert_int_equal(config_value(&settings, OPTION_COUNT), 50);
    assert_false(config_given(&settings, OPTION_DURATION));
    config_free(&settings);
    check_read(WORDS("--count", "none"), WORDS("ZMQSWEEP_SHORT=1", "ZMQSWEEP_COUNT=9"), &settings);
    assert_int_equal(config_value(&settings, OPTION_COUNT), OPTION_KEYWORD);
    assert_int_equal(config_value(&settings, OPTION_DURATION), 200000000);
    config_free(&settings);
}

/* --- what people read --- */

static char *print(void (*write)(FILE *out), size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    assert_non_null(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void write_help(FILE *out)
{
    config_print_help(out, presets);
}

static void write_manual(FILE *out)
{
    config_print_manual(out, presets, "2025-01-01", "0.1.0");
}

static void help_names_everything_in_80_columns(void **state)
{
    size_t length, column = 0;
    char *text = print(write_help, &length);
    (void)state;
    assert_memory_equal(text, "Usage: mpirun -n 3 zmqsweep [options]\n", 38);
    for (int id = 0; id < OPTION_TOTAL; id++) {
        char line[64];
        snprintf(line, sizeof line, "\n  --%s", config_options[id].name);
        assert_non_null(strstr(text, line));
    }
    for (const char *at = text; *at; at++) {
        column = *at == '\n' ? 0 : column + 1;
        assert_true(column <= 80);
    }
    assert_non_null(strstr(text, "\n  daq           frames\n"));
    free(text);
}

static void manual_is_escaped(void **state)
{
    size_t length;
    char *text = print(write_manual, &length);
    (void)state;
    assert_memory_equal(text, ".TH ZMQSWEEP 1 \"2025\\-01\\-01\" \"zmqsweep 0.1.0\"\n.nh\n.ad l\n",
                        57);
    assert_non_null(strstr(
        text, "\na first look: \\(aqquick\\(aq, \\efast\\(ti \\(haand .dotted \\(dqso\\(dq\n"));
    assert_non_null(strstr(text, "\n\\fB\\-\\-send\\-mode\\fR \\fIMODE\\fR,...\n"));
    assert_non_null(strstr(text, ".SH SEE ALSO\n.BR zmqreport (1)\n"));
    free(text);
}

/* --- main --- */

static char folder[] = "/tmp/zmqsweep-test-config-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink("sweep.ini");
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest values[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(numbers_are_read_exactly),
        cmocka_unit_test(bad_sizes_are_refused),
        cmocka_unit_test(other_bad_values_are_refused),
        cmocka_unit_test(lists_and_ranges_expand),
        cmocka_unit_test(bad_lists_and_ranges_are_refused),
        cmocka_unit_test(long_input_is_bounded),
        cmocka_unit_test(words_give_their_values_again),
        cmocka_unit_test(words_use_the_largest_exact_unit),
    };
    const struct CMUnitTest sources[] = {
        cmocka_unit_test(places_and_ports_are_read),
        cmocka_unit_test(bad_places_and_ports_are_refused),
        cmocka_unit_test(a_value_may_be_implied),
        cmocka_unit_test(defaults_are_those_of_the_design),
        cmocka_unit_test(command_line_is_read),
        cmocka_unit_test(bad_command_lines_are_refused),
        cmocka_unit_test(help_is_given_whatever_else_is_wrong),
        cmocka_unit_test(environment_is_read),
        cmocka_unit_test(presets_are_found),
        cmocka_unit_test(bad_presets_are_refused),
        cmocka_unit_test(sweep_file_is_read),
        cmocka_unit_test(bad_sweep_files_are_refused),
        cmocka_unit_test(long_lines_are_read_whole_or_refused),
        cmocka_unit_test(unreadable_sweep_files_are_refused),
        cmocka_unit_test(higher_sources_win),
        cmocka_unit_test(the_higher_of_count_and_duration_wins),
    };
    const struct CMUnitTest prints[] = {
        cmocka_unit_test(help_names_everything_in_80_columns),
        cmocka_unit_test(manual_is_escaped),
    };
    int failed = cmocka_run_group_tests_name("values", values, NULL, NULL);
    failed += cmocka_run_group_tests_name("sources", sources, enter_folder, leave_folder);
    failed += cmocka_run_group_tests_name("prints", prints, NULL, NULL);
    return failed != 0;
}
