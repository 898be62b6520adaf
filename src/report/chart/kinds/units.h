/* units.h - the unit of an axis, so that its numbers have few digits.
 *
 * Each function returns the number by which to divide values, of which `largest` is the largest. It
 * sets *unit to the name of the unit that they are in then.
 */
#ifndef KINDS_UNITS_H
#define KINDS_UNITS_H

double units_rate(double largest, const char **unit);  /* values in Mbit/s */
double units_count(double largest, const char **unit); /* values in messages per second */
double units_time(double largest, const char **unit);  /* values in nanoseconds */
double units_percent(double largest, const char **unit);

#endif
