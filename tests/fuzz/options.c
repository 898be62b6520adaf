/* options.c - fuzz target: option values, and all options of a command line and an environment.
 *
 * An input that starts with an option's name and a newline is a value of it. Others are one
 * argument a line; lines that begin with ZMQSWEEP_ are variables of the environment.
 */
#include "fuzz.h"
#include "zmqsweep/format.h"

#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

#define MOST_LINES 64
#define MOST_POINTS 1000

/* Writing a value and reading it again gives the same value. */
static void check_word(enum option_id id, int64_t value)
{
    char word[CONFIG_WORD_LENGTH];
    struct error error = {""};
    int64_t *values = NULL;
    size_t count = 0;
    config_format(id, value, word);
    require(config_parse(id, word, &values, &count, &error) == 0, word, error.text);
    require(count == 1 && values[0] == value, "a value is read as it is written", word);
    free(values);
    format_bytes(value, word, sizeof word);
}

static void check_value(enum option_id id, const char *text)
{
    struct error error = {""};
    int64_t *values = NULL;
    size_t count = 0;
    if (config_parse(id, text, &values, &count, &error)) {
        require(error.text[0] != '\0' && !strpbrk(error.text, "\n\r"), "a refusal is one line",
                error.text);
        return;
    }
    require(config_options[id].list || count <= 1, "one value where there is no list", text);
    for (size_t i = 0; i < count; i++) {
        require(config_options[id].type == OPTION_TYPE_FLAG || values[i] >= 0 ||
                    values[i] == OPTION_KEYWORD,
                "a value is not negative", text);
        if (config_options[id].type != OPTION_TYPE_FLAG)
            check_word(id, values[i]);
    }
    free(values);
}

/* A small sweep is planned, too: the numbers that the options let through are multiplied there. */
static void check_plan(const struct settings *settings)
{
    size_t points = 1;
    struct plan plan;
    struct error error = {""};
    for (int id = 0; id < OPTION_TOTAL && points <= MOST_POINTS; id++)
        points *= config_options[id].list ? settings->items[id].count : 1;
    if (points > MOST_POINTS)
        return;
    if (plan_make(settings, 0, NULL, 1, &plan, &error)) {
        require(error.text[0] != '\0', "a refusal says why", "plan_make");
        return;
    }
    for (int64_t id = 0; id < plan.points; id++)
        require(plan_point(&plan, id).id == id, "points are numbered", "plan_point");
    plan_free(&plan);
}

/* Sweep files are another target's, and their names here would be anything on this machine. */
static bool names_a_file(const char *line)
{
    return strncmp(line, "--config", 8) == 0 || strncmp(line, "ZMQSWEEP_CONFIG", 15) == 0;
}

static void check_lines(char *text)
{
    char *argv[MOST_LINES + 2] = {(char[]){"zmqsweep"}}, *environment[MOST_LINES + 1] = {NULL},
                            *line;
    int argc = 1;
    size_t variables = 0;
    struct settings settings;
    struct error error = {""};
    for (int lines = 0; lines < MOST_LINES && (line = strsep(&text, "\n")) != NULL; lines++) {
        if (names_a_file(line))
            return;
        if (strncmp(line, "ZMQSWEEP_", 9) == 0)
            environment[variables++] = line;
        else
            argv[argc++] = line;
    }
    if (config_read(argc, argv, environment, plan_presets, &settings, &error)) {
        require(error.text[0] != '\0' && !strpbrk(error.text, "\n\r"), "a refusal is one line",
                error.text);
        return;
    }
    check_plan(&settings);
    config_free(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    size_t length = strcspn(text, "\n");
    int id = 0;
    while (id < OPTION_TOTAL && (strlen(config_options[id].name) != length ||
                                 memcmp(text, config_options[id].name, length) != 0))
        id++;
    if (id < OPTION_TOTAL && text[length] == '\n')
        check_value((enum option_id)id, text + length + 1);
    else
        check_lines(text);
    free(text);
    return 0;
}
