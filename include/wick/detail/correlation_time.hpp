// wick/detail/correlation_time.hpp - how many neighbours in a series are worth one observation.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_CORRELATION_TIME_HPP
#define WICK_DETAIL_CORRELATION_TIME_HPP

#include <wick/version.hpp>

#include <algorithm> // std::min
#include <cstddef>   // std::size_t
#include <vector>    // the series

WICK_BEGIN_NAMESPACE
namespace detail {

/// A variance, and by how much more the mean of a series varies than that of independent values
/// would: 1 for independent ones, (1 + r) / (1 - r) for an autoregression with r.
struct correlation {
    double variance = 0;
    double time = 1;
};

/// Returns the correlation of a series. Sums of the covariances at two neighbouring distances are
/// added up as long as they are positive, none more than the one before: for a reversible process
/// they are so, and what is beyond is noise (Geyer 1992). Since distances are from the series' own
/// mean, covariances come out too small by the variance of that, which is put right: a short series
/// would else be taken for an independent one. Cost: O(n times the distance it reaches).
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
    double sum = 0;
    double last = made.variance * size;
    std::size_t reach = 1;
    for (; reach + 1 <= n / 4; reach += 2) {
        const double pair = (std::min)(last, covariance(reach) + covariance(reach + 1));
        if (!(pair > 0)) { break; }
        sum += pair;
        last = pair;
    }
    const double lost = static_cast<double>(2 * reach - 1) / size;
    made.time = (1 + 2 * sum / made.variance) / (1 - (std::min)(lost, 0.5));
    return made;
}

/// Returns a series of at most `limit` means of neighbours, and how many each is of.
[[nodiscard]] inline std::vector<double>
shortened(const std::vector<double>& series, std::size_t limit, std::size_t& step) {
    step = (series.size() + limit - 1) / limit;
    if (step <= 1) {
        step = 1;
        return series;
    }
    std::vector<double> made(series.size() / step);
    for (std::size_t i = 0; i < made.size(); ++i) {
        for (std::size_t k = i * step; k < (i + 1) * step; ++k) { made[i] += series[k]; }
        made[i] /= static_cast<double>(step);
    }
    return made;
}

/// Returns the correlation time of a long series, in its entries and at least 1: that of means of
/// neighbours, times how much more these vary than means of independent entries would.
[[nodiscard]] inline double correlation_time(const std::vector<double>& series) {
    std::size_t step = 1;
    const correlation c = correlation_of(shortened(series, 4096, step));
    if (step == 1) { return (std::max)(1.0, c.time); }
    double mean = 0;
    const double size = static_cast<double>(series.size());
    for (const double v : series) { mean += v / size; }
    double variance = 0;
    for (const double v : series) { variance += (v - mean) * (v - mean) / size; }
    if (!(variance > 0)) { return 1; }
    return (std::max)(1.0, c.time * c.variance * static_cast<double>(step) / variance);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
