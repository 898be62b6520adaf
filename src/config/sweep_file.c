/* sweep_file.c - options from the sweep file, which inih parses. */
#include "sweep_file.h"

#include "options/source.h"
#include "zmqsweep/text.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#define SECTION "[zmqsweep]"

/* What inih's two callbacks share. inih neither counts lines for the handler nor rejects lines that
 * are longer than its buffer, so read_line does both. */
struct sweep_file {
    struct reader *reader;
    FILE *stream;
    unsigned line;
    unsigned failed; /* line of the first mistake, which is in the reader's error; 0: none */
    int read_errno;  /* errno of a failed read; 0: none */
};

__attribute__((format(printf, 2, 3))) static void fail_line(struct sweep_file *file,
                                                            const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    error_set(file->reader->error, "%.120s:%u: %s", file->reader->path, file->line, what);
    file->failed = file->line;
}

/* Reads one line without its newline and without leading blanks; inih would take a line with
 * leading blanks for a continuation. A comment that is too long is cut; any other line that is too
 * long is a mistake.
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

/* Whether the line is the header of a section other than [zmqsweep]. inih calls no handler for a
 * section without keys, so the handler would miss such a header. */
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

/* inih calls this function in place of fgets. */
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

static void unknown_key(struct sweep_file *file, const char *key)
{
    char quoted[TEXT_QUOTE_LENGTH];
    const char *nearest = source_nearest_option(key, SOURCE_FILE);
    text_quote(key, quoted);
    if (nearest)
        fail_line(file, "unknown key %s; the nearest is \"%s\"", quoted, nearest);
    else
        fail_line(file, "unknown key %s; zmqsweep --help lists the options, which are the keys",
                  quoted);
}

/* inih's handler. @return non-zero when the key is good. */
static int set_key(void *user, const char *section, const char *key, const char *value)
{
    struct sweep_file *file = user;
    struct reader *reader = file->reader;
    enum option_id id = config_find(key);
    (void)section;
    if (file->failed)
        return 0;
    if (id == OPTION_TOTAL)
        unknown_key(file, key);
    else if (!source_allows(id, SOURCE_FILE))
        fail_line(file, "\"%s\" belongs to the command line; say --%s there", key, key);
    else if (reader->lines[id])
        fail_line(file, "\"%s\" is set twice, first in line %u; keep one", key, reader->lines[id]);
    else {
        reader->lines[id] = file->line;
        if (reader_set(reader, id, SOURCE_FILE, value ? value : ""))
            file->failed = file->line;
    }
    return file->failed == 0;
}

int sweep_file_read(struct reader *reader)
{
    struct sweep_file file = {.reader = reader};
    const struct setting *config = &reader->settings->items[OPTION_CONFIG];
    char where[READER_PLACE_LENGTH];
    if (!config->text)
        return 0;
    reader->path = config->text;
    reader_place(reader, OPTION_CONFIG, config->source, where);
    file.stream = fopen(reader->path, "re");
    if (!file.stream)
        return error_set(reader->error, "%s: cannot open %.300s: %s", where, reader->path,
                         strerror(errno));
    int bad = ini_parse_stream(next_line, &file, set_key, &file);
    fclose(file.stream);
    if (file.read_errno)
        return error_set(reader->error, "%s: cannot read %.300s: %s", where, reader->path,
                         strerror(file.read_errno));
    if (bad > 0 && (!file.failed || (unsigned)bad < file.failed))
        return error_set(reader->error, "%.120s:%d: not understood; say key = value", reader->path,
                         bad);
    if (bad < 0)
        return error_set(reader->error, "out of memory");
    return file.failed ? -1 : 0;
}
