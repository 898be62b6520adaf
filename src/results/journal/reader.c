/* reader.c - the lines of a journal and the blocks behind them, read forward. */
#include "journal/reader.h"

#include "lines/decode.h"
#include "lines/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* We write no longer blocks: a line that announces one is damaged. */
#define BLOCK_BYTES_MOST ((size_t)16 * 1024 * 1024)

#define STARTS_WITH(text, length, prefix)                                                          \
    ((length) >= sizeof(prefix) - 1 && memcmp(text, prefix, sizeof(prefix) - 1) == 0)

int journal_reader_open(struct journal_reader *reader, const char *path, struct error *error)
{
    struct stat status;
    memset(reader, 0, sizeof *reader);
    reader->file = fopen(path, "re");
    if (!reader->file)
        return error_set(error, "%s: %s", path, strerror(errno));
    if (fstat(fileno(reader->file), &status) == 0 && S_ISREG(status.st_mode))
        return 0;
    journal_reader_close(reader);
    return error_set(error, "%s: is not a regular file", path);
}

void journal_reader_close(struct journal_reader *reader)
{
    if (reader->file)
        fclose(reader->file);
    free(reader->text);
    free(reader->block);
    memset(reader, 0, sizeof *reader);
}

int journal_reader_seek(struct journal_reader *reader, off_t offset)
{
    reader->offset = offset;
    return fseeko(reader->file, offset, SEEK_SET);
}

/* How the data of each kind starts, up to the number of its point. */
static const struct {
    enum line_kind kind;
    const char *start;
    bool of_point;
} kinds[] = {
    {LINE_RUN, "{\"run\":{", false},
    {LINE_SESSION, "{\"session\":{", false},
    {LINE_SETTINGS, "{\"settings\":[", true},
    {LINE_ROWS, "{\"rows\":{\"point\":", true},
    {LINE_REPETITION, "{\"repetition\":[", true},
    {LINE_STOP, "{\"stop\":{\"point\":", true},
    {LINE_DROP, "{\"drop\":{\"point\":", true},
    {LINE_POINT, "{\"point\":[", true},
};

/* Finds the kind of a line by how its data starts. More checks are not needed: a line with a good
 * CRC is as its writer made it. */
static void classify(struct journal_line *line)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t length = strlen(kinds[i].start);
        if (line->data_length < length || memcmp(line->data, kinds[i].start, length) != 0)
            continue;
        char *end = NULL;
        line->kind = kinds[i].kind;
        if (kinds[i].of_point) {
            line->point_id = strtoll(line->data + length, &end, 10);
            if (end == line->data + length || (*end != ',' && *end != '}'))
                line->kind = LINE_DAMAGED;
        }
        return;
    }
}

static int make_room(struct journal_reader *reader, size_t bytes)
{
    if (bytes <= reader->block_capacity)
        return 0;
    unsigned char *more = realloc(reader->block, bytes);
    if (!more)
        return -1;
    reader->block = more;
    reader->block_capacity = bytes;
    return 0;
}

/* Reads the block that a line announced, and the newline behind it. A block with a wrong CRC is
 * damaged. Reading goes on behind the block, because the line's own CRC vouches for the block's
 * length. */
static int read_block(struct journal_reader *reader, struct journal_line *line)
{
    uint32_t crc;
    if (decode_block(line, &crc) || line->block_bytes > BLOCK_BYTES_MOST) {
        line->kind = LINE_DAMAGED;
        return 0;
    }
    if (make_room(reader, line->block_bytes + 1)) {
        errno = ENOMEM;
        return -1;
    }
    size_t got = fread(reader->block, 1, line->block_bytes + 1, reader->file);
    reader->offset += (off_t)got;
    if (ferror(reader->file))
        return -1;
    line->block = reader->block;
    if (got < line->block_bytes + 1)
        line->kind = LINE_TORN;
    else if (reader->block[line->block_bytes] != '\n' ||
             (!reader->trusted && frame_crc(line->block, line->block_bytes) != crc))
        line->kind = LINE_DAMAGED;
    return 0;
}

/* Reads one line of any kind. @return 1, 0 at the end, -1 with errno. */
static int read_line(struct journal_reader *reader, struct journal_line *line)
{
    errno = 0;
    ssize_t length = getline(&reader->text, &reader->capacity, reader->file);
    if (length < 0)
        return feof(reader->file) && !ferror(reader->file) ? 0 : -1;
    memset(line, 0, sizeof *line);
    line->number = ++reader->number;
    line->offset = reader->offset;
    line->kind = LINE_DAMAGED;
    reader->offset += length;
    if (reader->text[length - 1] != '\n')
        line->kind = LINE_TORN;
    else if ((line->data = frame_decode(reader->text, (size_t)length, &line->data_length)) != NULL)
        classify(line);
    return line->kind == LINE_ROWS && read_block(reader, line) ? -1 : 1;
}

/* Skips what follows a damaged line, up to the next text that begins as a line does. It may be the
 * rest of a block. */
static int skip_damage(struct journal_reader *reader, struct journal_line *damaged)
{
    struct journal_line next;
    for (;;) {
        const off_t offset = reader->offset;
        const int64_t number = reader->number;
        int more = read_line(reader, &next);
        if (more <= 0)
            return more;
        if (next.data || STARTS_WITH(reader->text, (size_t)(reader->offset - offset), "{\"")) {
            reader->number = number;
            return journal_reader_seek(reader, offset);
        }
        if (next.kind == LINE_TORN)
            damaged->kind = LINE_TORN;
    }
}

int journal_reader_next(struct journal_reader *reader, struct journal_line *line)
{
    int more = read_line(reader, line);
    if (more <= 0 || line->kind != LINE_DAMAGED || line->block)
        return more;
    line->data = NULL;
    return skip_damage(reader, line) < 0 ? -1 : 1;
}
