// A histogram of durations with logarithmic buckets: any quantile within 1 % of its value, in a fixed 30 KB.
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 58 * 64 + 128 };

struct histogram {
    uint64_t count, max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/// The value below which a share `quantile` (0 to 1) of the samples lies, the middle of its bucket; 0 without samples.
uint64_t histogram_quantile(const struct histogram *histogram, double quantile);

#endif
