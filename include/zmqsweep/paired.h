/* paired.h - the shift between two settings that were measured side by side, round by round. Pure.
 */
#ifndef ZMQSWEEP_PAIRED_H
#define ZMQSWEEP_PAIRED_H

#include "zmqsweep/stats.h"

#include <stddef.h>

/* By how much other[i] lies above base[i], where both values of a pair were measured under the same
 * conditions. For rates, pass their logarithms. The estimate is Hodges and Lehmann's: the median of
 * the n (n + 1) / 2 Walsh averages (d_i + d_j) / 2, i <= j, of the differences d. The interval
 * [W_(k), W_(N+1-k)] of the N ordered Walsh averages is the narrowest that covers the shift with at
 * least `wanted` (0 to 1): 1 - 2 P(T <= k - 1) by the distribution of Wilcoxon's signed rank
 * statistic, exact up to n = 200 and by the normal distribution beyond. low, high and coverage are
 * NaN where no interval covers that much (95 %: n < 6). All members are NaN for n = 0 or without
 * memory.
 *
 * Assumed: pairs are independent, and differences lie symmetrically about the shift, as they do
 * where both settings vary alike. With ties and zeros the interval covers at least as much
 * (Noether, J. Am. Stat. Assoc. 62 (1967) 184). No value may be NaN or infinite. Source: Hollander,
 * Wolfe & Chicken, Nonparametric Statistical Methods, 3rd ed., sections 3.1 to 3.3. */
struct stats_shift stats_paired_shift(const double *base, const double *other, size_t n,
                                      double wanted);

/* The two-sided p-value, 0 to 1, of Wilcoxon's signed rank test for no shift. It is at most 1 -
 * wanted where the interval of stats_paired_shift(..., wanted) does not contain 0. Walsh averages
 * of 0 count for either side, so that ties and zeros only make it larger. 1 for n = 0 or without
 * memory. */
double stats_paired_p(const double *base, const double *other, size_t n);

#endif
