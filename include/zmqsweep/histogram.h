/* histogram.h - times counted in buckets of a fixed relative width, so that memory is fixed and no
 * percentile is off by more than that width.
 *
 * The idea is HdrHistogram's (G. Tene, hdrhistogram.org): every power of two has the same number of
 * buckets, all of one width. With 128 of them a bucket is at most 1/128 (0.8 %) of its values wide;
 * up to 256 ns each nanosecond has its own. Here the buckets go to 2^40 ns (18 minutes). A longer
 * time counts in the last bucket, a time below 0 in the first.
 */
#ifndef ZMQSWEEP_HISTOGRAM_H
#define ZMQSWEEP_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7 /* 128 buckets a power of two */
#define HISTOGRAM_TOP_BITS 40
#define HISTOGRAM_BUCKETS ((HISTOGRAM_TOP_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

/* The bucket of a time in ns. */
static inline size_t histogram_bucket(int64_t value_ns)
{
    const int64_t most = ((int64_t)1 << HISTOGRAM_TOP_BITS) - 1;
    uint64_t value = (uint64_t)(value_ns < 0 ? 0 : value_ns > most ? most : value_ns);
    int top = 63 - __builtin_clzll(value | 1),
        shift = top < HISTOGRAM_SUB_BITS ? 0 : top - HISTOGRAM_SUB_BITS;
    return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

/* The first value of a bucket, in ns. The bucket ends before the first value of the next one.
 * `bucket` may be HISTOGRAM_BUCKETS: then it is the end of the last bucket. */
int64_t histogram_low_ns(size_t bucket);

struct histogram {
    int64_t counts[HISTOGRAM_BUCKETS];
};

int64_t histogram_total(const struct histogram *histogram);
/* The time in ns that `thousandths` of all n values did not exceed: the upper end of the bucket in
 * which value number ceil(n x thousandths / 1000) lies, so at most 0.8 % (and 1 ns) over that value
 * and never below it. 1000 gives the largest value. NaN for an empty histogram. */
double histogram_quantile_ns(const struct histogram *histogram, int64_t thousandths);

/* With fewer samples beyond it, a percentile is not known. */
#define HISTOGRAM_BEYOND_MIN 10
/* As histogram_quantile_ns, but NaN where fewer than HISTOGRAM_BEYOND_MIN values lie beyond the
 * percentile. */
double histogram_percentile_ns(const struct histogram *histogram, int64_t thousandths);
/* The largest value, in ns, with HISTOGRAM_BEYOND_MIN values beyond it, taken as the lower end of
 * its bucket. It is a lower bound of every percentile that is NaN. NaN where there are too few
 * values. */
double histogram_bound_ns(const struct histogram *histogram);

#endif
