/* options_page.c - prints the generated part of docs/options.md from the option table. Not
 * installed. Usage: options_page, after which docs/generate/update.sh puts its output into the
 * page. */
#include "zmqsweep/config.h"
#include "zmqsweep/plan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 98
#define TEXT_LENGTH 1024

struct example {
    const char *text, *meaning; /* as on the command line, without the option's name */
};

/* One example for each option that has more to show than its values. */
static const struct example examples[OPTION_TOTAL] = {
    [OPTION_PATTERN] = {"push-pull,pub-sub", "both patterns, in one sweep"},
    [OPTION_TRANSPORT] = {"tcp,ipc", "both, between ranks of one host"},
    [OPTION_SECURITY] = {"none,curve", "what encryption costs"},
    [OPTION_SIZE] = {"64:1M:x4", "eight sizes, each four times the one before"},
    [OPTION_SEND_MODE] = {"copy,zero-copy", "does zero-copy pay?"},
    [OPTION_RECEIVE_MODE] = {"message,write", "without the disk and with it"},
    [OPTION_SNDHWM] = {"100,1000", "a short queue and a long one"},
    [OPTION_RCVHWM] = {"100,1000", "the same at the other end"},
    [OPTION_PAIRS] = {"1,2,4,8", "how throughput scales"},
    [OPTION_RECEIVERS_PER_SENDER] = {"3", "fan-out to three"},
    [OPTION_SENDERS_PER_RECEIVER] = {"2", "two senders into each receiver"},
    [OPTION_COUNT] = {"1M", "a million messages from each sender"},
    [OPTION_DURATION] = {"5s", "windows of five seconds"},
    [OPTION_IO_THREADS] = {"1,2", "does a second I/O thread help?"},
    [OPTION_SNDBUF] = {"system,4M", "the system's buffer against one of 4 MiB"},
    [OPTION_RCVBUF] = {"system,4M", "the same at the other end"},
    [OPTION_RATE] = {"2K,80Mbit", "2000 messages/s, then 80 Mbit/s of payload"},
    [OPTION_SENDER_CPUS] = {"none,core:0", "where the launcher put it, then pinned"},
    [OPTION_RECEIVER_CPUS] = {"numa:0,numa:1", "one NUMA node, then the other"},
    [OPTION_IO_CPUS] = {"core:1", "I/O threads apart from their loops"},
    [OPTION_FIND_RATE] = {"loss=0.1%", "the highest rate at which one in a thousand is lost"},
    [OPTION_LATENCY] = {"100", "one message in a hundred is timed"},
    [OPTION_PLACEMENT] = {"split", "senders on the first half of the hosts"},
    [OPTION_MATRIX] = {"alone", "one ordered pair of hosts at a time"},
    [OPTION_BASELINE] = {"tcp", "each point as a share of plain TCP"},
    [OPTION_WARMUP] = {"1s", "a second of traffic before each window"},
    [OPTION_REPETITIONS] = {"20", "a narrower interval"},
    [OPTION_PRECISION] = {"5%", "until half of the interval is 5 % of the median"},
    [OPTION_MIN_REPETITIONS] = {"8", "the first look comes after eight"},
    [OPTION_MAX_REPETITIONS] = {"50", "no more than fifty"},
    [OPTION_MAX_TIME] = {"1min", "a minute for each point"},
    [OPTION_INTERVAL] = {"10ms", "a finer picture over time"},
    [OPTION_TIMEOUT] = {"10s", "give up sooner"},
    [OPTION_ORDER] = {"points", "a quick look, without rounds"},
    [OPTION_ORDER_SEED] = {"7", "the same orders as another sweep"},
    [OPTION_SPREAD] = {"10min", "the rounds cover ten minutes"},
    [OPTION_BIND] = {"sender", "the receiver connects"},
    [OPTION_INTERFACE] = {"10.1.0.0/16", "the interface in that network"},
    [OPTION_PORT_RANGE] = {"43000-43999", "ports that a firewall lets through"},
    [OPTION_WRITE_DIR] = {"/scratch", "the disk that is measured"},
    [OPTION_WRITE_BUFFER] = {"4M", "writes of 4 MiB"},
    [OPTION_OUTPUT] = {"results.h5", "a name that you choose"},
    [OPTION_PRESET] = {"daq", "what a detector's read-out does"},
    [OPTION_CONFIG] = {"sweep.ini", "options from a file"},
    [OPTION_LOG_LEVEL] = {"debug", "everything"},
};

/* --- text in lines of at most WIDTH columns --- */

/* Prints a word so that Markdown takes no part of it for HTML. @return the columns used. */
static size_t print_word(const char *word, size_t length)
{
    size_t columns = length;
    for (size_t i = 0; i < length; i++) {
        if (word[i] == '<') {
            putchar('\\');
            columns++;
        }
        putchar(word[i]);
    }
    return columns;
}

/* Prints words after `first`; the lines after the first begin with `indent` blanks. */
static void print_wrapped(const char *first, const char *text, size_t indent)
{
    size_t column = (size_t)printf("%s", first);
    bool begins = true;
    while (*(text += strspn(text, " "))) {
        size_t length = strcspn(text, " ");
        if (!begins && column + 1 + length > WIDTH)
            column = (size_t)printf("\n%*s", (int)indent, "") - 1;
        else if (!begins)
            column += (size_t)printf(" ");
        column += print_word(text, length);
        text += length;
        begins = false;
    }
    printf("\n");
}

/* --- values and defaults --- */

/* Types whose values are no plain numbers. */
static const char *values_of_type(enum option_type type)
{
    switch (type) {
    case OPTION_TYPE_CPUS:
        return "`numa:N`, `core:N-M`, `pu:N-M`, `package:N`, `nic`";
    case OPTION_TYPE_PORTS:
        return "two ports";
    case OPTION_TYPE_RATE:
        return "1 to 1G messages/s, `1bit` to `1000Tbit`";
    case OPTION_TYPE_LOSS:
        return "`loss=0%` to `loss=50%`";
    case OPTION_TYPE_TEXT:
        return "text";
    case OPTION_TYPE_FLAG:
        return "none; in file and environment `yes` or `no`";
    default:
        return NULL;
    }
}

static void append(char text[TEXT_LENGTH], const char *format, const char *word)
{
    size_t at = strlen(text);
    snprintf(text + at, TEXT_LENGTH - at, format, word);
}

static void format_values(enum option_id id, char text[TEXT_LENGTH])
{
    const struct option_spec *spec = &config_options[id];
    char least[CONFIG_WORD_LENGTH], most[CONFIG_WORD_LENGTH];
    text[0] = '\0';
    for (size_t i = 0; spec->choices && spec->choices[i]; i++)
        append(text, i ? ", `%s`" : "`%s`", spec->choices[i]);
    if (values_of_type(spec->type))
        append(text, "%s", values_of_type(spec->type));
    if (!*text) {
        append(text, "%s", config_format(id, spec->minimum, least));
        if (spec->type == OPTION_TYPE_INTEGER && spec->maximum >= INT32_MAX)
            append(text, "%s", " or more");
        else
            append(text, " to %s", config_format(id, spec->maximum, most));
    }
    if (spec->keyword)
        append(text, ", or `%s`", spec->keyword);
    append(text, "%s", spec->list ? ". A list" : "");
    append(text, "%s", ".");
}

static void print_environment_name(const char *name)
{
    printf("- Environment: `ZMQSWEEP_");
    for (; *name; name++)
        putchar(*name == '-' ? '_' : toupper((unsigned char)*name));
    printf("`.\n");
}

/* --- what the table says of options together --- */

/* Is --name a word of the text? */
static bool is_named_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, "--")); at += 2) {
        if (strncmp(at + 2, name, length) == 0 && !isalnum((unsigned char)at[2 + length]) &&
            at[2 + length] != '-')
            return true;
    }
    return false;
}

static void print_related(enum option_id id)
{
    char text[TEXT_LENGTH] = "";
    for (int other = 0; other < OPTION_TOTAL; other++) {
        const struct option_spec *a = &config_options[id], *b = &config_options[other];
        if (other != (int)id && (is_named_in(a->help, b->name) || is_named_in(b->help, a->name))) {
            append(text, *text ? ", [`--%s`]" : "[`--%s`]", b->name);
            append(text, "(#--%s)", b->name);
        }
    }
    if (*text)
        print_wrapped("- Goes with: ", strcat(text, "."), 2);
}

/* --- the help text: a sentence, then an item for each value that it explains --- */

/* Does the text begin with a value of the option and a colon? @return the value's length or 0. */
static size_t explains(const struct option_spec *spec, const char *text)
{
    size_t length = strcspn(text, ": ");
    if (text[length] != ':')
        return 0;
    if (spec->keyword && strlen(spec->keyword) == length &&
        strncmp(text, spec->keyword, length) == 0)
        return length;
    for (size_t i = 0; spec->choices && spec->choices[i]; i++) {
        if (strlen(spec->choices[i]) == length && strncmp(text, spec->choices[i], length) == 0)
            return length;
    }
    return 0;
}

/* Where the next explanation of a value begins, after the text's first word: at the blank before
 * it. NULL: nowhere. */
static const char *next_explanation(const struct option_spec *spec, const char *text)
{
    while ((text = strchr(text, ' '))) {
        if (strchr(";:.", text[-1]) && explains(spec, text + 1))
            return text;
        text++;
    }
    return NULL;
}

static void print_item(const struct option_spec *spec, const char *text, size_t length)
{
    char item[TEXT_LENGTH];
    size_t name = explains(spec, text);
    while (length && strchr(" ;.", text[length - 1]))
        length--;
    snprintf(item, sizeof item, "`%.*s`%.*s.", (int)name, text, (int)(length - name), text + name);
    print_wrapped("* ", item, 2);
}

static void print_help(const struct option_spec *spec)
{
    char first[TEXT_LENGTH];
    const char *next = next_explanation(spec, spec->help);
    size_t length = next ? (size_t)(next - spec->help) : strlen(spec->help);
    snprintf(first, sizeof first, "%.*s", (int)length, spec->help);
    if (next && first[length - 1] == ';')
        first[length - 1] = '.';
    print_wrapped("", first, 0);
    printf("\n");
    while (next) {
        const char *at = next + 1, *stop = strstr(at, ". ");
        next = next_explanation(spec, at);
        if (stop && (!next || stop < next)) { /* what follows is about all of them */
            print_item(spec, at, (size_t)(stop - at));
            if (!next)
                print_wrapped("\n", stop + 2, 0);
        } else {
            print_item(spec, at, next ? (size_t)(next - at) : strlen(at));
        }
        if (!next)
            printf("\n");
    }
}

static void print_option(enum option_id id)
{
    const struct option_spec *spec = &config_options[id];
    char text[TEXT_LENGTH];
    printf("\n### `--%s`\n\n", spec->name);
    print_help(spec);
    if (spec->metavar)
        printf("- Usage: `--%s %s%s%s%s`.\n", spec->name, spec->implied ? "[" : "", spec->metavar,
               spec->implied ? "]" : "", spec->list ? ",..." : "");
    format_values(id, text);
    print_wrapped("- Values: ", text, 2);
    if (*spec->fallback)
        printf("- Default: `%s`.\n", spec->fallback);
    if (id != OPTION_VERSION && id != OPTION_HELP)
        print_environment_name(spec->name);
    if (examples[id].text)
        printf("- Example: `--%s %s` (%s).\n", spec->name, examples[id].text, examples[id].meaning);
    print_related(id);
}

static void print_group(const char *title, enum option_id first, enum option_id last)
{
    printf("\n## %s\n", title);
    for (int id = (int)first; id <= (int)last; id++)
        print_option((enum option_id)id);
}

static void print_presets(void)
{
    printf("\n## Presets\n");
    for (const struct preset *preset = plan_presets; preset->name; preset++) {
        printf("\n### `%s`\n\n", preset->name);
        const char first[] = {(char)toupper((unsigned char)*preset->description), '\0'};
        char text[TEXT_LENGTH];
        snprintf(text, sizeof text, "%s.", preset->description + 1);
        print_wrapped(first, text, 0);
        printf("\n");
        for (const char *const(*pair)[2] = preset->pairs; (*pair)[0]; pair++)
            printf("    %s = %s\n", (*pair)[0], (*pair)[1]);
    }
}

/* An example that the program would refuse is none. */
static int check_examples(void)
{
    for (int id = 0; id < OPTION_TOTAL; id++) {
        struct error error;
        int64_t *values;
        size_t count;
        if (!examples[id].text || config_options[id].type == OPTION_TYPE_TEXT)
            continue;
        if (config_parse((enum option_id)id, examples[id].text, &values, &count, &error)) {
            fprintf(stderr, "options_page: --%s %s\n", config_options[id].name, examples[id].text);
            return -1;
        }
        free(values);
    }
    return 0;
}

int main(void)
{
    if (check_examples())
        return EXIT_FAILED;
    print_group("Dimensions", OPTION_PATTERN, OPTION_RECEIVER_CPUS);
    print_group("Run control", OPTION_IO_CPUS, OPTION_LOG_LEVEL);
    print_group("Information", OPTION_VERSION, OPTION_HELP);
    print_presets();
    return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}
