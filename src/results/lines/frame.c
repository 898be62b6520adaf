/* frame.c - a line of the journal: JSON data in a frame that has its CRC. */
#include "lines/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FRAME_START "{\"crc32\":\""
#define FRAME_MIDDLE "\",\"data\":"
#define FRAME_END "}\n"
#define DATA_START (sizeof FRAME_START - 1 + FRAME_CRC_DIGITS + sizeof FRAME_MIDDLE - 1)

uint32_t frame_crc(const void *bytes, size_t length)
{
    return (uint32_t)crc32_z(0, bytes, length);
}

void frame_crc_text(const void *bytes, size_t length, char digits[FRAME_CRC_DIGITS + 1])
{
    snprintf(digits, FRAME_CRC_DIGITS + 1, "%08" PRIx32, frame_crc(bytes, length));
}

char *frame_encode(json_t *data, size_t *length)
{
    char *text = data ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(data);
    if (!text)
        return NULL;
    size_t bytes = strlen(text);
    char digits[FRAME_CRC_DIGITS + 1];
    frame_crc_text(text, bytes, digits);
    char *line = malloc(DATA_START + bytes + sizeof FRAME_END);
    if (line) {
        memcpy(line, FRAME_START, sizeof FRAME_START - 1);
        memcpy(line + sizeof FRAME_START - 1, digits, FRAME_CRC_DIGITS);
        memcpy(line + sizeof FRAME_START - 1 + FRAME_CRC_DIGITS, FRAME_MIDDLE,
               sizeof FRAME_MIDDLE - 1);
        strcpy(line + DATA_START, text);
        memcpy(line + DATA_START + bytes, FRAME_END, sizeof FRAME_END);
        *length = DATA_START + bytes + sizeof FRAME_END - 1;
    }
    free(text);
    return line;
}

bool frame_begun(const char *text, size_t length)
{
    size_t known = length < sizeof FRAME_START - 1 ? length : sizeof FRAME_START - 1;
    return memcmp(text, FRAME_START, known) == 0 || *text == '\0';
}

const char *frame_decode(const char *line, size_t length, size_t *data_length)
{
    const char *crc = line + sizeof FRAME_START - 1;
    size_t end = sizeof FRAME_END - 1;
    if (length <= DATA_START + end || memcmp(line, FRAME_START, sizeof FRAME_START - 1) != 0 ||
        memcmp(crc + FRAME_CRC_DIGITS, FRAME_MIDDLE, sizeof FRAME_MIDDLE - 1) != 0 ||
        memcmp(line + length - end, FRAME_END, end) != 0)
        return NULL;
    char digits[FRAME_CRC_DIGITS + 1];
    *data_length = length - DATA_START - end;
    frame_crc_text(line + DATA_START, *data_length, digits);
    return memcmp(crc, digits, FRAME_CRC_DIGITS) == 0 ? line + DATA_START : NULL;
}
