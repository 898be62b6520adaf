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

/* Makes the whole line, with its CRC and newline, malloc'd; NULL on error. Takes `data` over, also
 * on error. */
char *frame_encode(json_t *data, size_t *length);
/* Checks the frame and the CRC of a line. @return where its data starts, or NULL when it is
 * damaged. */
const char *frame_decode(const char *line, size_t length, size_t *data_length);
/* Does `text` start as a line does, or was its place on disk never written (zeros)? */
bool frame_begun(const char *text, size_t length);

#endif
