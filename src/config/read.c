/* read.c - the settings, gathered from command line, environment, sweep file, preset and defaults.
 *
 * Every text is checked where it is found, also when a higher source overrides it: a job script with a
 * mistake in it should not work by luck.
 */
#include "config_internal.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CODE 256 /* of getopt_long's results for the options: above every character */
#define WHERE_LENGTH 192
#define SECTION "[zmqsweep]"

struct reading {
    struct settings *settings;
    const struct preset *presets;
    struct error *error;
    const char *path;             /* of the sweep file */
    unsigned lines[OPTION_TOTAL]; /* in the sweep file; 0: not in it */
};

/* Where an option was set, as an error line names it: --size, ZMQSWEEP_SIZE, sweep.ini:3, preset daq. */
static const char *name_place(const struct reading *reading, enum option_id id, enum setting_source source,
                              char where[WHERE_LENGTH])
{
    char variable[CONFIG_NAME_LENGTH];
    const char *name = config_options[id].name;
    switch (source) {
    case SOURCE_COMMAND_LINE:
        snprintf(where, WHERE_LENGTH, "--%s", name);
        break;
    case SOURCE_ENVIRONMENT:
        snprintf(where, WHERE_LENGTH, "%s", config_environment_name(id, variable));
        break;
    case SOURCE_FILE:
        snprintf(where, WHERE_LENGTH, "%.120s:%u: %s", reading->path, reading->lines[id], name);
        break;
    case SOURCE_PRESET:
        snprintf(where, WHERE_LENGTH, "preset %.80s: %s", config_text(reading->settings, OPTION_PRESET),
                 name);
        break;
    case SOURCE_DEFAULT:
        snprintf(where, WHERE_LENGTH, "default of %s", name);
        break;
    }
    return where;
}

/* The name nearest to an unknown one that this source may set, or NULL. */
static const char *nearest_option(const char *word, enum setting_source source)
{
    const char *names[OPTION_TOTAL];
    size_t count = 0;
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (config_source_allowed((enum option_id)id, source))
            names[count++] = config_options[id].name;
    return text_nearest(word, names, count);
}

static const struct preset *find_preset(const struct preset *presets, const char *name)
{
    for (; presets && presets->name; presets++)
        if (strcmp(presets->name, name) == 0)
            return presets;
    return NULL;
}

/* Says that there is no such preset, which is nearest, and which there are. @return -1 */
static int refuse_preset(const struct preset *presets, const char *name, struct error *error)
{
    const char *names[32], *nearest;
    char list[200] = "", quoted[TEXT_QUOTE_LENGTH];
    size_t count = 0, at = 0;
    for (; presets && presets->name && count < sizeof names / sizeof *names; presets++, count++) {
        names[count] = presets->name;
        if (at < sizeof list)
            at += (size_t)snprintf(list + at, sizeof list - at, "%s%s", at ? ", " : "", presets->name);
    }
    nearest = text_nearest(name, names, count);
    text_quote(name, quoted);
    if (nearest)
        return error_set(error, "unknown preset %s; the nearest is %s (there are %s)", quoted, nearest, list);
    return error_set(error, "unknown preset %s; say one of %s", quoted, list);
}

/* Checks `text` and keeps it, unless a higher source has set the option already. */
static int place(struct reading *reading, enum option_id id, enum setting_source source, const char *text)
{
    struct setting *held = &reading->settings->items[id], fresh = {.source = source};
    struct error cause;
    char where[WHERE_LENGTH];
    int status = config_parse(id, text, &fresh.values, &fresh.count, &cause);
    if (status == 0 && id == OPTION_PRESET && !find_preset(reading->presets, text))
        status = refuse_preset(reading->presets, text, &cause);
    if (status)
        return error_set(reading->error, "%s: %s", name_place(reading, id, source, where), cause.text);
    if (held->text && held->source > source) {
        free(fresh.values);
        return 0;
    }
    fresh.text = strdup(text);
    if (!fresh.text) {
        free(fresh.values);
        return error_set(reading->error, "out of memory");
    }
    free(held->text);
    free(held->values);
    *held = fresh;
    return 0;
}

/* Puts the default in place of what an option holds. Unset text and flags are "", which no source gives. */
static int place_default(struct reading *reading, enum option_id id)
{
    const struct option_spec *spec = &config_options[id];
    struct setting *held = &reading->settings->items[id];
    free(held->text);
    free(held->values);
    memset(held, 0, sizeof *held);
    if (*spec->fallback != '\0')
        return place(reading, id, SOURCE_DEFAULT, spec->fallback);
    held->text = strdup("");
    if (held->text && spec->type == OPTION_TYPE_FLAG) {
        held->values = calloc(1, sizeof *held->values);
        held->count = 1;
    }
    if (!held->text || (held->count && !held->values))
        return error_set(reading->error, "out of memory");
    return 0;
}

static int place_defaults(struct reading *reading)
{
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (!reading->settings->items[id].text && place_default(reading, (enum option_id)id))
            return -1;
    return 0;
}

/* --- the command line --- */

static int refuse_argument(struct reading *reading, const char *element)
{
    char name[TEXT_QUOTE_LENGTH], quoted[TEXT_QUOTE_LENGTH];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(element, "="), element);
    const char *nearest = nearest_option(name + strspn(name, "-"), SOURCE_COMMAND_LINE);
    if (element[0] != '-' || element[1] == '\0')
        return error_set(reading->error, "%s is no option; all options begin with --, such as --size 64",
                         text_quote(element, quoted));
    if (nearest)
        return error_set(reading->error, "unknown option %s; the nearest is --%s", name, nearest);
    return error_set(reading->error, "unknown option %s; --help lists all", name);
}

/* Whether the element of the command line names the option in full, and not by the abbreviation that
 * getopt_long takes as well. */
static bool is_full_name(const char *element, const char *name)
{
    size_t length = strlen(name);
    return strncmp(element, "--", 2) == 0 && strncmp(element + 2, name, length) == 0 &&
           (element[2 + length] == '\0' || element[2 + length] == '=');
}

/* Whether an argument that stands by itself is rather the next option: its value was forgotten. */
static bool is_option(const char *argument)
{
    for (int id = 0; id < OPTION_TOTAL; id++)
        if (is_full_name(argument, config_options[id].name))
            return true;
    return false;
}

/* Takes what getopt_long found in `element`, the element of the command line that it began with. */
static int take_option(struct reading *reading, int code, const char *element, char *const *argv)
{
    bool refused = code == '?' || code == ':';
    int id = (refused ? optopt : code) - FIRST_CODE;
    if (id < 0 || id >= OPTION_TOTAL)
        return refuse_argument(reading, element);
    const struct option_spec *spec = &config_options[id];
    bool flag = spec->type == OPTION_TYPE_FLAG;
    if (!is_full_name(element, spec->name))
        return error_set(reading->error, "unknown option %.*s; written in full it is --%s",
                         (int)strcspn(element, "="), element, spec->name);
    if (code == '?')
        return error_set(reading->error, "--%s takes no value; say --%s alone", spec->name, spec->name);
    if (!refused && !flag && optarg == argv[optind - 1] && is_option(optarg)) {
        optind--;
        refused = true;
    }
    if (refused && spec->implied)
        return place(reading, (enum option_id)id, SOURCE_COMMAND_LINE, spec->implied);
    if (refused)
        return error_set(reading->error, "--%s has no value; say --%s %s", spec->name, spec->name,
                         spec->metavar);
    return place(reading, (enum option_id)id, SOURCE_COMMAND_LINE, flag ? "yes" : optarg);
}

static void fill_options(struct option options[OPTION_TOTAL + 1])
{
    memset(options, 0, (OPTION_TOTAL + 1) * sizeof *options);
    for (int id = 0; id < OPTION_TOTAL; id++) {
        options[id].name = config_options[id].name;
        options[id].has_arg = config_options[id].type == OPTION_TYPE_FLAG ? no_argument : required_argument;
        options[id].val = FIRST_CODE + id;
    }
}

/* Reads all of the command line, past mistakes too, for there may be a --help behind them. The first mistake
 * is the one reported. In getopt_long's "-:", the minus keeps arguments in their places and the colon tells a
 * missing value from an unknown option. */
static int read_command_line(struct reading *reading, int argc, char *const *argv)
{
    struct option options[OPTION_TOTAL + 1];
    struct error *error = reading->error;
    int status = 0, code;
    fill_options(options);
    optind = 0; /* makes the GNU library start afresh */
    opterr = 0;
    for (int at = 1; (code = getopt_long(argc, argv, "-:", options, NULL)) != -1; at = optind)
        if (take_option(reading, code, argv[at], argv)) {
            status = -1;
            reading->error = NULL;
        }
    if (optind < argc && status == 0)
        status = refuse_argument(reading, argv[optind]);
    reading->error = error;
    return status;
}

/* --- the environment --- */

/* The option whose variable this is, of `length` characters, or OPTION_TOTAL. */
static enum option_id find_variable(const char *name, size_t length)
{
    char variable[CONFIG_NAME_LENGTH];
    int id = 0;
    while (id < OPTION_TOTAL && (strlen(config_environment_name((enum option_id)id, variable)) != length ||
                                 memcmp(variable, name, length) != 0))
        id++;
    return (enum option_id)id;
}

static int refuse_variable(struct reading *reading, const char *name, int length)
{
    char word[CONFIG_NAME_LENGTH], variable[CONFIG_NAME_LENGTH];
    const int prefix = (int)sizeof CONFIG_PREFIX - 1;
    snprintf(word, sizeof word, "%.*s", length - prefix, name + prefix);
    for (char *at = word; *at; at++)
        *at = *at == '_' ? '-' : *at;
    const char *nearest = nearest_option(word, SOURCE_ENVIRONMENT);
    if (nearest)
        return error_set(reading->error, "%.*s: unknown option; the nearest is %s", length, name,
                         config_environment_name(config_find(nearest), variable));
    return error_set(reading->error, "%.*s: unknown option; %s is reserved, name other variables otherwise",
                     length, name, CONFIG_PREFIX);
}

static int read_variable(struct reading *reading, const char *name, size_t length)
{
    enum option_id id = find_variable(name, length);
    int shown = length < CONFIG_NAME_LENGTH ? (int)length : CONFIG_NAME_LENGTH;
    if (id == OPTION_TOTAL)
        return refuse_variable(reading, name, shown);
    if (!config_source_allowed(id, SOURCE_ENVIRONMENT))
        return error_set(reading->error, "%.*s: belongs to the command line; say --%s there", shown, name,
                         config_options[id].name);
    return place(reading, id, SOURCE_ENVIRONMENT, name + length + 1);
}

static int read_environment(struct reading *reading, char *const *environment)
{
    for (; environment && *environment; environment++) {
        size_t length = strcspn(*environment, "=");
        bool ours = strncmp(*environment, CONFIG_PREFIX, sizeof CONFIG_PREFIX - 1) == 0;
        if (ours && (*environment)[length] == '=' && read_variable(reading, *environment, length))
            return -1;
    }
    return 0;
}

/* --- the sweep file --- */

/* What inih's two callbacks share. inih itself neither counts lines for the handler nor refuses lines that
 * are longer than its buffer, so the reader does. */
struct sweep_file {
    struct reading *reading;
    FILE *stream;
    unsigned line;
    unsigned failed; /* the line of the first mistake that is in the reading's error; 0: none */
    int read_errno;  /* of a failed read; 0: none */
};

__attribute__((format(printf, 2, 3))) static void fail_line(struct sweep_file *file, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_set(file->reading->error, "%.120s:%u: %s", file->reading->path, file->line, what);
    file->failed = file->line;
}

/* Reads one line without its end and without leading blanks, which inih would take for a continuation of the
 * line before. The excess of a comment is dropped, that of other lines is a mistake.
 * @return its length, or -1 at the end of the file or after a mistake. */
static int read_line(struct sweep_file *file, char *line, int size)
{
    int length = 0, c;
    file->line++;
    errno = 0;
    while ((c = getc(file->stream)) != EOF && c != '\n') {
        bool comment = length > 0 && (line[0] == ';' || line[0] == '#');
        if (c == '\0') {
            fail_line(file, "a NUL byte; a sweep file is text");
            return -1;
        }
        if (length == size - 2 && !comment) {
            fail_line(file, "a line of over %d characters; make it shorter", size - 2);
            return -1;
        }
        if (length < size - 2 && (length > 0 || !isspace(c)))
            line[length++] = (char)c;
    }
    line[length] = '\0';
    if (ferror(file->stream))
        file->read_errno = errno ? errno : EIO;
    return c == EOF && (length == 0 || file->read_errno) ? -1 : length;
}

/* A section's header may be there, but only the one. inih calls nobody for a section without keys. */
static bool is_wrong_section(const char *line)
{
    const size_t length = sizeof SECTION - 1;
    if (line[0] != '[')
        return false;
    if (strncmp(line, SECTION, length) != 0)
        return true;
    char after = line[length + strspn(line + length, " \t\r")];
    return after != '\0' && after != ';' && after != '#';
}

/* inih's reader, in the place of fgets. */
static char *next_line(char *line, int size, void *stream)
{
    static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark */
    struct sweep_file *file = stream;
    char quoted[TEXT_QUOTE_LENGTH];
    if (file->failed || file->read_errno || read_line(file, line, size) < 0)
        return NULL;
    if (file->line == 1 && strncmp(line, mark, sizeof mark - 1) == 0) {
        const char *text = line + sizeof mark - 1;
        text += strspn(text, " \t\r");
        memmove(line, text, strlen(text) + 1);
    }
    if (is_wrong_section(line)) {
        fail_line(file, "unknown section %s; the only one is " SECTION, text_quote(line, quoted));
        return NULL;
    }
    return line;
}

static void refuse_key(struct sweep_file *file, const char *key)
{
    char quoted[TEXT_QUOTE_LENGTH];
    const char *nearest = nearest_option(key, SOURCE_FILE);
    text_quote(key, quoted);
    if (nearest)
        fail_line(file, "unknown key %s; the nearest is \"%s\"", quoted, nearest);
    else
        fail_line(file, "unknown key %s; zmqsweep --help lists the options, which are the keys", quoted);
}

/* inih's handler. @return non-zero when the key is good. */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
    struct sweep_file *file = user;
    struct reading *reading = file->reading;
    enum option_id id = config_find(key);
    (void)section;
    if (file->failed)
        return 0;
    if (id == OPTION_TOTAL)
        refuse_key(file, key);
    else if (!config_source_allowed(id, SOURCE_FILE))
        fail_line(file, "\"%s\" belongs to the command line; say --%s there", key, key);
    else if (reading->lines[id])
        fail_line(file, "\"%s\" is set twice, first in line %u; keep one", key, reading->lines[id]);
    else {
        reading->lines[id] = file->line;
        if (place(reading, id, SOURCE_FILE, value ? value : ""))
            file->failed = file->line;
    }
    return file->failed == 0;
}

static int read_file(struct reading *reading)
{
    struct sweep_file file = {.reading = reading};
    const struct setting *config = &reading->settings->items[OPTION_CONFIG];
    char where[WHERE_LENGTH];
    if (!config->text)
        return 0;
    reading->path = config->text;
    name_place(reading, OPTION_CONFIG, config->source, where);
    file.stream = fopen(reading->path, "re");
    if (!file.stream)
        return error_set(reading->error, "%s: cannot open %.300s: %s", where, reading->path, strerror(errno));
    int bad = ini_parse_stream(next_line, &file, take_key, &file);
    fclose(file.stream);
    if (file.read_errno)
        return error_set(reading->error, "%s: cannot read %.300s: %s", where, reading->path,
                         strerror(file.read_errno));
    if (bad > 0 && (!file.failed || (unsigned)bad < file.failed))
        return error_set(reading->error, "%.120s:%d: not understood; say key = value", reading->path, bad);
    if (bad < 0)
        return error_set(reading->error, "out of memory");
    return file.failed ? -1 : 0;
}

/* --- the preset, and what options mean to each other --- */

static int refuse_both(struct reading *reading, enum option_id one, enum option_id other)
{
    char where[WHERE_LENGTH];
    const struct setting *items = reading->settings->items;
    enum option_id later = reading->lines[other] > reading->lines[one] ? other : one;
    return error_set(reading->error, "%s: %s and %s exclude each other; give one of them",
                     name_place(reading, later, items[one].source, where), config_options[one].name,
                     config_options[other].name);
}

/* Decides between --short and --preset, so that the settings hold the one preset that is in force. */
static int settle_preset(struct reading *reading)
{
    struct setting *brief = &reading->settings->items[OPTION_SHORT];
    struct setting *preset = &reading->settings->items[OPTION_PRESET];
    char where[WHERE_LENGTH];
    if (!brief->text || !brief->values[0] || (preset->text && strcmp(preset->text, "short") == 0))
        return 0;
    if (preset->text && preset->source == brief->source)
        return refuse_both(reading, OPTION_SHORT, OPTION_PRESET);
    if (preset->text && preset->source > brief->source)
        return place_default(reading, OPTION_SHORT);
    if (!find_preset(reading->presets, "short"))
        return error_set(reading->error, "%s: there is no preset of this name",
                         name_place(reading, OPTION_SHORT, brief->source, where));
    return place(reading, OPTION_PRESET, brief->source, "short");
}

static int read_preset(struct reading *reading)
{
    const struct setting *setting = &reading->settings->items[OPTION_PRESET];
    if (settle_preset(reading))
        return -1;
    if (!setting->text)
        return 0;
    const struct preset *preset = find_preset(reading->presets, setting->text);
    for (size_t i = 0; preset->pairs && preset->pairs[i][0]; i++) {
        enum option_id id = config_find(preset->pairs[i][0]);
        if (id == OPTION_TOTAL || !config_source_allowed(id, SOURCE_PRESET))
            return error_set(reading->error, "preset %s: no option of a sweep is called %s", preset->name,
                             preset->pairs[i][0]);
        if (place(reading, id, SOURCE_PRESET, preset->pairs[i][1]))
            return -1;
    }
    return 0;
}

/* Of --count and --duration the one from the higher source is in force, and the other goes back to its
 * default; a count of none is no count. */
static int settle_mode(struct reading *reading)
{
    const struct setting *count = &reading->settings->items[OPTION_COUNT];
    const struct setting *duration = &reading->settings->items[OPTION_DURATION];
    char where[WHERE_LENGTH];
    for (size_t i = 0; i < count->count && count->count > 1; i++)
        if (count->values[i] == OPTION_KEYWORD)
            return error_set(reading->error, "%s: %s is listed with numbers; say %s alone, or numbers alone",
                             name_place(reading, OPTION_COUNT, count->source, where),
                             config_options[OPTION_COUNT].keyword, config_options[OPTION_COUNT].keyword);
    if (count->values[0] == OPTION_KEYWORD || duration->source == SOURCE_DEFAULT)
        return 0;
    if (count->source == duration->source)
        return refuse_both(reading, OPTION_COUNT, OPTION_DURATION);
    return place_default(reading, count->source > duration->source ? OPTION_DURATION : OPTION_COUNT);
}

/* What has a meaning with a precision only. */
static const enum option_id precision_options[] = {OPTION_MIN_REPETITIONS, OPTION_MAX_REPETITIONS,
                                                   OPTION_MAX_TIME};

static int refuse_without_precision(struct reading *reading)
{
    char where[WHERE_LENGTH];
    for (size_t i = 0; i < sizeof precision_options / sizeof *precision_options; i++) {
        const struct setting *setting = &reading->settings->items[precision_options[i]];
        if (setting->source != SOURCE_DEFAULT)
            return error_set(reading->error,
                             "%s: works with --precision only; say that too, such as "
                             "--precision 5%%",
                             name_place(reading, precision_options[i], setting->source, where));
    }
    return 0;
}

/* Of --repetitions and --precision the one from the higher source is in force. */
static int settle_precision(struct reading *reading)
{
    const struct setting *items = reading->settings->items, *precision = &items[OPTION_PRECISION];
    const struct setting *repetitions = &items[OPTION_REPETITIONS];
    if (precision->source == SOURCE_DEFAULT)
        return refuse_without_precision(reading);
    if (precision->values[0] == OPTION_KEYWORD)
        return 0;
    if (repetitions->source == precision->source)
        return refuse_both(reading, OPTION_REPETITIONS, OPTION_PRECISION);
    if (repetitions->source > precision->source)
        return place_default(reading, OPTION_PRECISION);
    int64_t least = items[OPTION_MIN_REPETITIONS].values[0], most = items[OPTION_MAX_REPETITIONS].values[0];
    if (least > most)
        return error_set(reading->error,
                         "min-repetitions %lld is over max-repetitions %lld; raise one or lower the other",
                         (long long)least, (long long)most);
    return place_default(reading, OPTION_REPETITIONS);
}

/* Paths and variables in an error line may hold anything; the line stays one line. */
static void keep_one_line(struct error *error)
{
    for (char *at = error ? error->text : NULL; at && *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
}

/* Reads all sources below the command line, the higher first. */
static int read_the_rest(struct reading *reading, char *const *environment)
{
    if (read_environment(reading, environment) || read_file(reading) || read_preset(reading) ||
        place_defaults(reading))
        return -1;
    return settle_mode(reading) || settle_precision(reading) ? -1 : 0;
}

int config_read(int argc, char *const *argv, char *const *environment, const struct preset *presets,
                struct settings *settings, struct error *error)
{
    struct reading reading = {.settings = settings, .presets = presets, .error = error};
    memset(settings, 0, sizeof *settings);
    int status = read_command_line(&reading, argc, argv);
    if (settings->items[OPTION_HELP].text || settings->items[OPTION_VERSION].text)
        status = place_defaults(&reading); /* whoever asks for help gets it, mistakes or not */
    else if (status == 0)
        status = read_the_rest(&reading, environment);
    if (status) {
        keep_one_line(error);
        config_free(settings);
    }
    return status;
}

void config_free(struct settings *settings)
{
    for (int id = 0; id < OPTION_TOTAL; id++) {
        free(settings->items[id].text);
        free(settings->items[id].values);
    }
    memset(settings, 0, sizeof *settings);
}

/* --- what was read --- */

int64_t config_value(const struct settings *settings, enum option_id id)
{
    const struct setting *setting = &settings->items[id];
    return setting->values ? setting->values[0] : 0;
}

bool config_flag(const struct settings *settings, enum option_id id)
{
    return config_value(settings, id) != 0;
}

const char *config_text(const struct settings *settings, enum option_id id)
{
    const char *text = settings->items[id].text;
    return text ? text : "";
}

int config_set_text(struct settings *settings, enum option_id id, const char *text)
{
    char *copy = strdup(text);
    if (!copy) {
        return -1;
    }
    free(settings->items[id].text);
    settings->items[id].text = copy;
    return 0;
}

bool config_given(const struct settings *settings, enum option_id id)
{
    return settings->items[id].source != SOURCE_DEFAULT;
}
