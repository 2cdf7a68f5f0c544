// wick/detail/correlation_time.hpp - how many neighbours in a series are worth one observation.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_CORRELATION_TIME_HPP
#define WICK_DETAIL_CORRELATION_TIME_HPP

#include <wick/version.hpp>

#include <algorithm> // std::min
#include <cmath>     // std::sqrt
#include <cstddef>   // std::size_t
#include <utility>   // std::move
#include <vector>    // the series

WICK_BEGIN_NAMESPACE
namespace detail {

/// How the values of a series depend on each other.
struct correlation {
    double variance = 0;
    /// By how much more the mean varies than that of independent values would: 1 for those,
    /// (1 + r) / (1 - r) for an autoregression with r.
    double time = 1;
    /// The mean distance of values that are correlated, weighted by how much they are: means of
    /// n neighbours vary by 1 - lag / n of what they would if these means were independent.
    double lag = 0;
};

/// Returns the correlation of a series. Sums of the covariances at two neighbouring distances are
/// added up, none more than the one before, as long as they are more than independent values would
/// show by chance: for a reversible process they fall, and what is beyond is noise (Geyer 1992).
/// Since distances are from the series' own mean, covariances come out too small by the variance of
/// that, which is put right: a short series would else be taken for an independent one.
/// Cost: O(n times the distance it reaches).
[[nodiscard]] inline correlation correlation_of(std::vector<double> series) {
    correlation made;
    const std::size_t n = series.size();
    if (n < 4) { return made; }
    const double size = static_cast<double>(n);
    double mean = 0;
    for (const double v : series) { mean += v / size; }
    for (double& v : series) { v -= mean; }
    const auto covariance = [&](std::size_t distance) {
        double sum = 0;
        for (std::size_t i = 0; i + distance < n; ++i) { sum += series[i] * series[i + distance]; }
        return sum / size;
    };
    made.variance = covariance(0);
    if (!(made.variance > 0)) { return made; }
    const double noise = made.variance * std::sqrt(2 / size); // of a pair of an independent series
    double sum = 0;
    double moment = 0;
    double last = made.variance * size;
    std::size_t reach = 1;
    for (; reach + 1 <= n / 4; reach += 2) {
        const double pair = (std::min)(last, covariance(reach) + covariance(reach + 1));
        if (!(pair > noise)) { break; }
        sum += pair;
        moment += pair * (static_cast<double>(reach) + 0.5);
        last = pair;
    }
    const double kept = 1 - (std::min)(static_cast<double>(2 * reach - 1) / size, 0.5);
    made.time = (std::max)(1.0, (1 + 2 * sum / made.variance) / kept);
    made.lag = 2 * moment / (made.variance + 2 * sum) / kept;
    return made;
}

/// Returns the correlation of a long series, in its entries: that of at most 4096 means of
/// neighbours, and how much more these vary than means of independent entries would.
[[nodiscard]] inline correlation correlation_of_long(const std::vector<double>& series) {
    constexpr std::size_t limit = 4096;
    const std::size_t step = (series.size() + limit - 1) / limit;
    if (step <= 1) { return correlation_of(series); }
    const double length = static_cast<double>(step);
    std::vector<double> means(series.size() / step);
    for (std::size_t i = 0; i < means.size(); ++i) {
        for (std::size_t k = i * step; k < (i + 1) * step; ++k) { means[i] += series[k] / length; }
    }
    correlation made = correlation_of(std::move(means));
    double mean = 0;
    const double size = static_cast<double>(series.size());
    for (const double v : series) { mean += v / size; }
    double variance = 0;
    for (const double v : series) { variance += (v - mean) * (v - mean) / size; }
    if (!(variance > 0)) { return {}; }
    made.time = (std::max)(1.0, made.time * made.variance * length / variance);
    made.lag *= length;
    made.variance = variance;
    return made;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
