/* frame.h - a line of the journal: JSON data in a frame that has its CRC. */
#ifndef RESULTS_LINES_FRAME_H
#define RESULTS_LINES_FRAME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t frame_crc(const void *bytes, size_t length);
#define FRAME_CRC_DIGITS 8
void frame_crc_text(const void *bytes, size_t length, char digits[FRAME_CRC_DIGITS + 1]);

/* The whole line, with its CRC and newline, malloc'd; takes `data` over, also on error (NULL). */
char *frame_encode(json_t *data, size_t *length);
/* Where the data of a line starts, after a check of its frame and CRC; NULL when damaged. */
const char *frame_decode(const char *line, size_t length, size_t *data_length);
/* Does `text` start as a line does, or was its place on disk never written (zeros)? */
bool frame_begun(const char *text, size_t length);

#endif
