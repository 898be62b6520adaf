/* histogram.c - what the buckets of times say. */
#include "zmqsweep/histogram.h"

#include <math.h>

#define SUB_BUCKETS ((size_t)1 << HISTOGRAM_SUB_BITS)

int64_t histogram_low_ns(size_t bucket)
{
    if (bucket < 2 * SUB_BUCKETS) {
        return (int64_t)bucket;
    }
    size_t shift = bucket / SUB_BUCKETS - 1;
    return (int64_t)((bucket - shift * SUB_BUCKETS) << shift);
}

int64_t histogram_total(const struct histogram *histogram)
{
    int64_t total = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        total += histogram->counts[i];
    }
    return total;
}

double histogram_quantile_ns(const struct histogram *histogram, int64_t thousandths)
{
    const int64_t total = histogram_total(histogram);
    const int64_t wanted = total / 1000 * thousandths + (total % 1000 * thousandths + 999) / 1000;
    int64_t so_far = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        so_far += histogram->counts[i];
        if (histogram->counts[i] && so_far >= wanted) {
            return (double)histogram_low_ns(i + 1);
        }
    }
    return (double)NAN;
}
