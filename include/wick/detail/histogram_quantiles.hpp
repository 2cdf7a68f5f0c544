// wick/detail/histogram_quantiles.hpp - quantiles between the values of a histogram.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HISTOGRAM_QUANTILES_HPP
#define WICK_DETAIL_HISTOGRAM_QUANTILES_HPP

#include <wick/detail/bucket_sums.hpp>      // several counts at a time
#include <wick/detail/sample_quantiles.hpp> // places of quantiles
#include <wick/histogram.hpp>               // what is read
#include <wick/version.hpp>

#include <algorithm> // std::sort, std::min, std::max
#include <cmath>     // std::sqrt
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <vector>    // quantiles

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns the value of a bucket that stands for one of its values in order, `before` of them being
/// less: they are taken to lie in it at equal distances.
[[nodiscard]] inline double value_in_bucket(const histogram_bucket& bucket,
                                            double before) noexcept {
    const double low = static_cast<double>(bucket.low);
    const double high = static_cast<double>(bucket.high);
    return low + (high - low) * (before + 0.5) / static_cast<double>(bucket.count);
}

/// What one pass over a histogram tells, with quantiles between its values.
struct smooth_figures {
    double mean = 0;
    double stddev = 0; // of the sample: n - 1; NaN for one value
    std::vector<double> quantiles;
};

/// Returns the values of ranks, counted from 0 and in ascending order, and adds up the distances of
/// the middles of all buckets from a center, and their squares. Cost: one pass over the buckets.
template <int Digits>
[[nodiscard]] std::vector<double> values_of_ranks(const histogram<Digits>& h,
                                                  const std::vector<double>& ranks,
                                                  double center,
                                                  double& sum,
                                                  double& squares) {
    constexpr std::size_t size = std::size_t{1} << histogram<Digits>::precision_bits;
    const std::vector<std::uint64_t>& counts = h.counts();
    std::vector<double> values(ranks.size());
    std::size_t next = 0;
    double before = 0;
    for (std::size_t first = 0; first < counts.size(); first += size) {
        const std::uint32_t index = h.first_index() + static_cast<std::uint32_t>(first);
        const place_sums m = sums_of(counts.data() + first, size);
        if (m.counts == 0) { continue; }
        const double count = static_cast<double>(m.counts);
        const double by_index = static_cast<double>(m.first);
        const double width = static_cast<double>(h.high_of(index) - h.low_of(index) + 1);
        const double start = static_cast<double>(h.middle_of(index)) - center;
        sum += count * start + width * by_index;
        squares += count * start * start + 2 * start * width * by_index +
                   width * width * static_cast<double>(m.second);
        double end = before;
        for (std::size_t j = 0; next < ranks.size() && ranks[next] < before + count; ++j) {
            const std::uint64_t here = counts[first + j];
            if (here == 0) { continue; }
            const std::uint32_t at = index + static_cast<std::uint32_t>(j);
            const histogram_bucket bucket{h.low_of(at), h.high_of(at), here};
            for (; next < ranks.size() && ranks[next] < end + static_cast<double>(here); ++next) {
                values[next] = value_in_bucket(bucket, ranks[next] - end);
            }
            end += static_cast<double>(here);
        }
        before += count;
    }
    return values;
}

/// Returns mean, deviation and quantiles, in any order. The quantiles are read as from samples,
/// which lie at equal distances within their bucket, and between the least and the greatest value,
/// which are the first and the last of them.
/// Precondition: h is not empty, quantiles are from 0 to 1. Cost: one pass over the buckets.
template <int Digits>
[[nodiscard]] smooth_figures smooth_figures_of(const histogram<Digits>& h,
                                               const std::vector<double>& qs,
                                               quantile_type type = quantile_type::linear) {
    const double n = static_cast<double>(h.count());
    std::vector<sample_place> places;
    std::vector<double> ranks;
    for (const double q : qs) {
        WICK_ASSERT(q >= 0 && q <= 1);
        places.push_back(quantile_place(n, q, type));
        for (const double rank : {places.back().whole, places.back().whole + 1}) {
            ranks.push_back((std::min)((std::max)(rank, 0.0), n - 1));
        }
    }
    std::sort(ranks.begin(), ranks.end());
    smooth_figures made;
    made.mean = h.mean();
    double sum = 0; // of distances from the mean, so that squares do not lose their digits
    double squares = 0;
    const std::vector<double> values = values_of_ranks(h, ranks, made.mean, sum, squares);
    for (const sample_place& place : places) {
        made.quantiles.push_back(value_at_place(place, n, [&](double rank) {
            const double least = static_cast<double>(h.least());
            const double greatest = static_cast<double>(h.greatest());
            if (!(rank > 0) || !(rank < n - 1)) { return rank > 0 ? greatest : least; }
            const auto at = std::lower_bound(ranks.begin(), ranks.end(), rank) - ranks.begin();
            return (std::min)((std::max)(values[static_cast<std::size_t>(at)], least), greatest);
        }));
    }
    const double variance = (std::max)(0.0, squares / n - (sum / n) * (sum / n));
    if (!(n > 1)) {
        made.stddev = std::numeric_limits<double>::quiet_NaN();
    } else if (n < 17592186044416.0) {
        made.stddev = std::sqrt(variance * n / (n - 1));
    } else { // the sums over places, modulo 2^64, do not hold that many: n - 1 is n
        made.stddev = h.stddev();
    }
    return made;
}

/// Returns one such quantile.
template <int Digits>
[[nodiscard]] double
smooth_quantile(const histogram<Digits>& h, double q, quantile_type type = quantile_type::linear) {
    return smooth_figures_of(h, {q}, type).quantiles[0];
}

} // namespace detail
WICK_END_NAMESPACE

#endif
