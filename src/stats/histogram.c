/* histogram.c - times counted in buckets, and their quantiles. */
#include "zmqsweep/histogram.h"

#include <math.h>
#include <stdbool.h>

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

/* The bucket that holds value number `rank` in ascending order, counted from 1; HISTOGRAM_BUCKETS
 * when there is none. */
static size_t bucket_of_rank(const struct histogram *histogram, int64_t rank)
{
    int64_t so_far = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        so_far += histogram->counts[i];
        if (histogram->counts[i] && so_far >= rank) {
            return i;
        }
    }
    return HISTOGRAM_BUCKETS;
}

static int64_t rank_of(int64_t total, int64_t thousandths)
{
    return total / 1000 * thousandths + (total % 1000 * thousandths + 999) / 1000;
}

double histogram_quantile_ns(const struct histogram *histogram, int64_t thousandths)
{
    size_t bucket = bucket_of_rank(histogram, rank_of(histogram_total(histogram), thousandths));
    return bucket < HISTOGRAM_BUCKETS ? (double)histogram_low_ns(bucket + 1) : (double)NAN;
}

double histogram_percentile_ns(const struct histogram *histogram, int64_t thousandths)
{
    const int64_t total = histogram_total(histogram);
    bool known = total - rank_of(total, thousandths) >= HISTOGRAM_BEYOND_MIN;
    return known ? histogram_quantile_ns(histogram, thousandths) : (double)NAN;
}

double histogram_bound_ns(const struct histogram *histogram)
{
    const int64_t rank = histogram_total(histogram) - HISTOGRAM_BEYOND_MIN;
    return rank > 0 ? (double)histogram_low_ns(bucket_of_rank(histogram, rank)) : (double)NAN;
}
