/* special.h - functions of probability that the C library lacks. Pure. */
#ifndef STATS_SPECIAL_H
#define STATS_SPECIAL_H

/* The first and the second derivative of log gamma(x), for x > 0, to 12 digits. Source: Abramowitz
 * & Stegun, Handbook of Mathematical Functions, 6.3.5, 6.3.18, 6.4.6 and 6.4.12. */
double special_digamma(double x);
double special_trigamma(double x);

/* The x > 0 whose trigamma is y > 0, by Newton's method on its reciprocal. Source: G. K. Smyth,
 * Stat. Appl. Genet. Mol. Biol. 3 (2004) article 3, appendix. */
double special_trigamma_inverse(double y);

/* The t for which Student's distribution has P(|T| <= t) = share, to 9 digits; 0 <= share < 1,
 * freedom > 0, INFINITY for the normal distribution. Source: the incomplete beta function by its
 * continued fraction, Abramowitz & Stegun 26.5.8, 26.7.1 and 26.7.5. */
double special_t_quantile(double share, double freedom);

#endif
