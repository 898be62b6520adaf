/* format.h - numbers as text: for people, with units, and for CSV, without loss. Pure. */
#ifndef ZMQSWEEP_FORMAT_H
#define ZMQSWEEP_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- format.c: for people. Each returns `text`; "-" stands for what is not known. ---- */

/* 65536 -> "64 KiB", 100 -> "100 B"; 9410.2 Mbit/s -> "9.41 Gbit/s"; 1234567/s -> "1.23 M/s". At
 * most `length` bytes. */
const char *format_bytes(int64_t bytes, char *text, size_t length);
const char *format_rate(double mbit_s, char *text, size_t length);
const char *format_per_s(double per_s, char *text, size_t length);

#define FORMAT_BYTES 96 /* bytes of a text, such as a cell of a table */
/* "[1.38, 1.47]" in the unit in which format_rate prints the median; "" without an interval. */
const char *format_interval(double median, double low, double high, char text[FORMAT_BYTES]);
/* Three significant digits and never an exponent. */
const char *format_number(double value, char text[FORMAT_BYTES]);
/* "94.5 %", "< 0.01 %", "> 99.9 %": 0 % and 100 % are for none and all. */
const char *format_percent(double percent, char text[FORMAT_BYTES]);
/* The same of a share; "-" when nothing was sent. */
const char *format_loss(int64_t lost, int64_t sent, char text[FORMAT_BYTES]);
/* "606 ns", "166 us". */
const char *format_nanoseconds(double nanoseconds, char text[FORMAT_BYTES]);
/* A percentile; where too few samples are beyond it, "> " and the bound that it is not below. */
const char *format_percentile(double percentile_us, double bound_us, char text[FORMAT_BYTES]);

/* ---- format_csv.c: fields of CSV (RFC 4180), quoted where needed; the fewest digits that read
 * back ---- */

void format_csv_text(FILE *out, const char *text);
void format_csv_number(FILE *out, double value);

/* ---- format_shortest.c ---- */

#define FORMAT_NUMBER_BYTES 32 /* the longest is "-1.2345678901234567e-308" */
/* Writes the fewest digits that read back as the same double, which is finite, fixed or scientific,
 * whichever is shorter; no NUL. @return how many bytes of `text`, at most FORMAT_NUMBER_BYTES. */
size_t format_shortest(double value, char *text);
size_t format_integer(int64_t value, char *text);

#endif
