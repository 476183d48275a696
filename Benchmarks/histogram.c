#include "histogram.h"

// Values below 128 have a bucket each; above, each power of two is cut into 64 equal buckets.
static unsigned bucket_of(uint64_t value) {
    if (value < 128) return (unsigned)value;
    unsigned shift = 57u - (unsigned)__builtin_clzll(value);
    return shift * 64 + (unsigned)(value >> shift);
}

static uint64_t middle_of(unsigned bucket) {
    if (bucket < 128) return bucket;
    unsigned shift = bucket / 64 - 1;
    return ((uint64_t)(bucket - shift * 64) << shift) + ((1ull << shift) >> 1);
}

void histogram_add(struct histogram *histogram, uint64_t value) {
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    if (value > histogram->max) histogram->max = value;
}

uint64_t histogram_quantile(const struct histogram *histogram, double quantile) {
    uint64_t wanted = (uint64_t)(quantile * (double)histogram->count), seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen > wanted) return middle_of(bucket);
    }
    return histogram->max;
}
