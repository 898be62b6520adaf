/* units.h - the unit of an axis, so that its numbers have few digits.
 *
 * Each function returns what to divide values by, the largest of which is `largest`, and sets *unit
 * to what they are in then.
 */
#ifndef KINDS_UNITS_H
#define KINDS_UNITS_H

double units_rate(double largest, const char **unit);  /* of Mbit/s */
double units_count(double largest, const char **unit); /* of messages per second */
double units_time(double largest, const char **unit);  /* of nanoseconds */
double units_percent(double largest, const char **unit);

#endif
