// wick/detail/exponential_buckets.hpp - a histogram in the buckets of OpenTelemetry and Prometheus.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_EXPONENTIAL_BUCKETS_HPP
#define WICK_DETAIL_EXPONENTIAL_BUCKETS_HPP

#include <wick/histogram.hpp> // what is counted again
#include <wick/version.hpp>

#include <algorithm> // std::min, std::max
#include <cmath>     // std::frexp, std::sqrt
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <utility>   // std::move
#include <vector>    // buckets

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns 10^n, n from 0 to 22, which are doubles without rounding.
[[nodiscard]] inline double ten_to(int n) noexcept {
    double power = 1;
    for (int i = 0; i < n; ++i) { power *= 10; }
    return power;
}

/// Returns the value that stands for a bucket: its middle, but none beyond the least and the
/// greatest value that were recorded. No value of the bucket is further from it than 2^-(K + 1) of
/// it; buckets of one value are it.
template <int Digits>
[[nodiscard]] double representative(const histogram<Digits>& values,
                                    const histogram_bucket& b) noexcept {
    const double low = static_cast<double>((std::max)(b.low, values.least()));
    const double high = static_cast<double>((std::min)(b.high, values.greatest()));
    const double middle = static_cast<double>(b.low) / 2 + static_cast<double>(b.high) / 2;
    return (std::max)(low, (std::min)(middle, high));
}

/// Returns the bucket of a value > 0 among those that hold what is above base^i, up to and with
/// base^(i + 1), where the base is 2^(2^-scale), scale from -10 to 20. Square roots alone are used,
/// which all machines round alike; the bounds of a scale are among those of the next finer one, so
/// that half of its index, rounded down, is the coarser one's.
[[nodiscard]] inline std::int32_t exponential_index(double value, int scale) noexcept {
    int exponent = 0;
    double mantissa = std::frexp(value, &exponent) * 2; // value = mantissa * 2^(exponent - 1)
    --exponent;
    if (mantissa <= 1) { // the upper end is within
        mantissa = 2;
        --exponent;
    }
    if (scale < 0) { return static_cast<std::int32_t>(exponent >> -scale); }
    std::int32_t index = exponent;
    double bound = 1; // the lower end of the buckets that are left
    double root = 2;
    for (int i = 0; i < scale; ++i) {
        root = std::sqrt(root);
        const bool upper = mantissa > bound * root;
        if (upper) { bound *= root; }
        index = index * 2 + (upper ? 1 : 0);
    }
    return index;
}

/// counts[i] values lie in bucket offset + i of a scale, and `zero` values are 0.
struct exponential_buckets {
    int scale = 0;
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts; // the first and the last are not 0
    std::uint64_t zero = 0;
};

/// Merges 2^by buckets into one, exactly.
[[nodiscard]] inline exponential_buckets coarser(const exponential_buckets& fine, int by) {
    exponential_buckets made;
    made.scale = fine.scale - by;
    made.zero = fine.zero;
    if (fine.counts.empty()) { return made; }
    made.offset = fine.offset >> by;
    const auto last = fine.offset + static_cast<std::int32_t>(fine.counts.size()) - 1;
    made.counts.resize(static_cast<std::size_t>((last >> by) - made.offset) + 1);
    for (std::size_t i = 0; i < fine.counts.size(); ++i) {
        const std::int32_t index = (fine.offset + static_cast<std::int32_t>(i)) >> by;
        made.counts[static_cast<std::size_t>(index - made.offset)] += fine.counts[i];
    }
    return made;
}

/// Returns a histogram, whose values are in units of 10^-decimals, at the finest scale up to
/// `most_scale` that needs no more than `most_buckets`. None finer than the histogram itself is
/// taken, as its buckets would leave holes. Each bucket of the histogram goes where its
/// representative lies.
/// Cost: one pass, and one for each scale that is too fine, over the result.
template <int Digits>
[[nodiscard]] exponential_buckets to_exponential(const histogram<Digits>& values,
                                                 int decimals,
                                                 int most_scale,
                                                 std::size_t most_buckets) {
    constexpr int own = static_cast<int>(histogram<Digits>::precision_bits) - 1;
    exponential_buckets made;
    made.scale = (std::max)(-10, (std::min)(most_scale, own));
    const double unit = ten_to(decimals);
    values.for_each_bucket([&](const histogram_bucket& b) {
        if (b.low == 0) {
            made.zero = b.count;
            return;
        }
        const double value = representative(values, b) / unit;
        const std::int32_t index = exponential_index(value, made.scale);
        if (made.counts.empty()) { made.offset = index; }
        made.counts.resize(static_cast<std::size_t>(index - made.offset) + 1);
        made.counts.back() += b.count;
    });
    while (made.counts.size() > (std::max)(most_buckets, std::size_t{2}) && made.scale > -10) {
        made = coarser(made, 1);
    }
    return made;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
