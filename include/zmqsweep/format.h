/* format.h - numbers as text: with units for people, and without loss for CSV. Pure. */
#ifndef ZMQSWEEP_FORMAT_H
#define ZMQSWEEP_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- format.c: for people. Each returns `text`; "-" stands for an unknown value. ---- */

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
/* "94.5 %", "< 0.01 %", "> 99.9 %": "0 %" and "100 %" are printed for exactly 0 and 100 only. */
const char *format_percent(double percent, char text[FORMAT_BYTES]);
/* lost / sent as format_percent prints it; "-" when nothing was sent. */
const char *format_loss(int64_t lost, int64_t sent, char text[FORMAT_BYTES]);
/* "606 ns", "166 us". */
const char *format_nanoseconds(double nanoseconds, char text[FORMAT_BYTES]);
/* A percentile in the units of format_nanoseconds. A percentile of NaN has too few samples beyond
 * it: its text is "> " and its lower bound, `bound_us`. */
const char *format_percentile(double percentile_us, double bound_us, char text[FORMAT_BYTES]);

/* ---- format_csv.c: fields of CSV (RFC 4180): text quoted where needed, numbers with the fewest
 * digits that read back ---- */

void format_csv_text(FILE *out, const char *text);
void format_csv_number(FILE *out, double value);

/* ---- format_shortest.c ---- */

#define FORMAT_NUMBER_BYTES 32 /* the longest is "-1.2345678901234567e-308" */
/* Writes a finite double with the fewest digits that read back as the same value, in fixed or
 * scientific notation, whichever is shorter. Writes no NUL. @return the number of bytes written, at
 * most FORMAT_NUMBER_BYTES. */
size_t format_shortest(double value, char *text);
size_t format_integer(int64_t value, char *text);

#endif
