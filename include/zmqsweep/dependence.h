/* dependence.h - do neighbouring values of a series depend on each other? Pure. */
#ifndef ZMQSWEEP_DEPENDENCE_H
#define ZMQSWEEP_DEPENDENCE_H

#include <stddef.h>

struct stats_dependence {
    double correlation; /* of neighbours' ranks, -1 to 1; NaN for n < 8 */
    double error;       /* its standard error; NaN for n < 8 */
    double p;           /* one-sided p-value of no dependence; 0.0005 to 1 */
};

/* The serial correlation of n values in the order measured, none of them NaN: 1 - RVN / 2 with the
 * rank version of von Neumann's ratio, RVN = sum (R_i+1 - R_i)^2 / sum (R_i - R)^2, ties by their
 * mean rank. Its mean is 0 for independent values; for dependent ones it is biased low at small n.
 * If all values are equal, the correlation is 0 and p = 1. For n < 8, or without memory,
 * correlation and error are NaN and p = 1.
 *
 * p is that of a permutation test, valid for every distribution and with ties: (1 + b) / (1 +
 * 1999), where b of 1999 random orders, the same in every run, have a correlation at least as large
 * (Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) article 39). Once b reaches 20, after m
 * orders, the test stops with p = 20 / m (Besag & Clifford, Biometrika 78 (1991) 301): such a p is
 * over 0.01, and most series need some 40 orders. The standard error is that of independent values,
 * times sqrt(1 - correlation^2), as for a chain in which each value depends on the one before.
 * Source: Bartels, J. Am. Stat. Assoc. 77 (1982) 40. */
struct stats_dependence stats_dependence(const double *values, size_t n);

#endif
