// wick/detail/sample_quantiles.hpp - quantiles and other figures of samples in order.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SAMPLE_QUANTILES_HPP
#define WICK_DETAIL_SAMPLE_QUANTILES_HPP

#include <wick/detail/statistics.hpp> // the beta distribution
#include <wick/result.hpp>            // why samples are refused
#include <wick/version.hpp>

#include <algorithm> // std::sort, std::min, std::max
#include <cmath>     // std::floor, std::isfinite
#include <cstddef>   // std::size_t
#include <cstdint>   // the type of an enumeration
#include <string>    // errors
#include <utility>   // std::move
#include <vector>    // samples

WICK_BEGIN_NAMESPACE

/// How a quantile is read off samples in order. 1 to 9 are the types of Hyndman and Fan (1996), as
/// R numbers them; the others are what NumPy has beside them. With n samples, h is the place.
enum class quantile_type : std::uint8_t {
    inverted_cdf = 1,          ///< the sample at nq, rounded up: HdrHistogram's rule
    averaged_inverted_cdf,     ///< the same, and the mean of two where nq is a whole number
    closest_observation,       ///< the sample nearest to nq, the even one of two
    interpolated_inverted_cdf, ///< h = nq
    hazen,                     ///< h = nq + 1/2
    weibull,                   ///< h = (n + 1) q
    linear,                    ///< h = (n - 1) q + 1: pandas, NumPy, R, spreadsheets
    median_unbiased,           ///< h = (n + 1/3) q + 1/3: what Hyndman and Fan advise
    normal_unbiased,           ///< h = (n + 1/4) q + 3/8
    lower,                     ///< of the two samples around the place of `linear`, the lower
    higher,                    ///< the higher
    nearest,                   ///< the nearer, the even one of two
    midpoint                   ///< the mean of both
};

/// Returns the samples in order. An error names the first that is not a finite number, counted
/// from 1. Cost: O(n log n).
[[nodiscard]] inline result<std::vector<double>> sorted_samples(std::vector<double> samples) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (std::isfinite(samples[i])) { continue; }
        return {{}, {"sample " + std::to_string(i + 1) + " is not a finite number"}};
    }
    std::sort(samples.begin(), samples.end());
    return {std::move(samples), {}};
}

namespace detail {

/// A place between two samples in order: so far behind the one of an index, from 0.
struct sample_place {
    double whole;
    double part; // 0 or more, less than 1
};

/// Takes a place apart. What is a whole number but for rounding is one: 0.07 * 100 is not.
[[nodiscard]] inline sample_place place_of(double place) noexcept {
    const double nearest = std::floor(place + 0.5);
    const double tolerance = 4 * std::numeric_limits<double>::epsilon();
    if (std::fabs(place - nearest) <= tolerance * (std::max)(1.0, std::fabs(place))) {
        return {nearest, 0};
    }
    const double whole = std::floor(place);
    return {whole, place - whole};
}

/// Returns what lies a part of the way from a to b: never less for a greater part.
[[nodiscard]] inline double between(double a, double b, double part) noexcept {
    return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

[[nodiscard]] inline bool is_even(double whole) noexcept {
    return std::floor(whole / 2) * 2 >= whole;
}

/// Returns the place, counted from 0, at which a quantile of n samples is read. With a whole place
/// it is that sample; else what lies between it and the next.
[[nodiscard]] inline sample_place quantile_place(double n, double q, quantile_type type) noexcept {
    const sample_place along = place_of((n - 1) * q); // for those after NumPy
    const sample_place share = place_of(n * q);
    const bool up = share.part > 0;
    switch (type) {
    case quantile_type::inverted_cdf:
        return {up ? share.whole : share.whole - 1, 0};
    case quantile_type::averaged_inverted_cdf:
        return up ? sample_place{share.whole, 0} : sample_place{share.whole - 1, 0.5};
    case quantile_type::closest_observation: {
        const sample_place half = place_of(n * q - 0.5);
        const bool here = !(half.part > 0) && is_even(half.whole);
        return {here ? half.whole - 1 : half.whole, 0};
    }
    case quantile_type::interpolated_inverted_cdf:
        return place_of(n * q - 1);
    case quantile_type::hazen:
        return place_of(n * q - 0.5);
    case quantile_type::weibull:
        return place_of((n + 1) * q - 1);
    case quantile_type::linear:
        return along;
    case quantile_type::median_unbiased:
        return place_of((n + 1.0 / 3) * q - 2.0 / 3);
    case quantile_type::normal_unbiased:
        return place_of((n + 0.25) * q - 0.625);
    case quantile_type::lower:
        return {along.whole, 0};
    case quantile_type::higher:
        return {along.part > 0 ? along.whole + 1 : along.whole, 0};
    case quantile_type::midpoint:
        return {along.whole, along.part > 0 ? 0.5 : 0};
    case quantile_type::nearest:
        break;
    }
    const sample_place half = place_of((n - 1) * q - 0.5);
    const bool down = !(half.part > 0) && is_even(half.whole);
    return {down ? half.whole : half.whole + 1, 0};
}

/// Returns the value at a place; what is before the first sample is the first, and so for the last.
/// `at(i)` is the sample of a whole index as a double.
template <class At>
[[nodiscard]] double value_at_place(sample_place place, double n, At at) {
    if (place.whole < 0) { return at(0.0); }
    if (place.whole >= n - 1) { return at(n - 1); }
    if (!(place.part > 0)) { return at(place.whole); }
    return between(at(place.whole), at(place.whole + 1), place.part);
}

/// Returns a sum without the rounding errors that many values add up to (Neumaier 1974).
template <class Value>
[[nodiscard]] double exact_sum(const std::vector<double>& samples, Value value) {
    double sum = 0;
    double lost = 0;
    for (const double sample : samples) {
        const double v = value(sample);
        const double next = sum + v;
        lost += std::fabs(sum) >= std::fabs(v) ? (sum - next) + v : (v - next) + sum;
        sum = next;
    }
    return sum + lost;
}

} // namespace detail

/// Returns the q-quantile, q from 0 to 1.
/// Precondition: `sorted` is in order and not empty.
/// Source: Hyndman and Fan, "Sample quantiles in statistical packages" (1996).
[[nodiscard]] inline double quantile_of(const std::vector<double>& sorted,
                                        double q,
                                        quantile_type type = quantile_type::linear) {
    WICK_ASSERT(!sorted.empty() && q >= 0 && q <= 1);
    const double n = static_cast<double>(sorted.size());
    return detail::value_at_place(detail::quantile_place(n, q, type), n, [&](double i) {
        return sorted[static_cast<std::size_t>(i)];
    });
}

/// Returns the q-quantile as a mean of all samples, weighted by how likely each is to be it: 10 to
/// 30 % less spread than a quantile of one or two samples, where there are few. Beyond
/// 1 - 1 / n it can be no better than the greatest sample.
/// Precondition: `sorted` is in order and not empty. Cost: O(n) at most, mostly O(sqrt(n)).
/// Source: Harrell and Davis, "A new distribution-free quantile estimator" (1982).
[[nodiscard]] inline double harrell_davis(const std::vector<double>& sorted, double q) {
    WICK_ASSERT(!sorted.empty() && q >= 0 && q <= 1);
    if (!(q > 0)) { return sorted.front(); }
    if (q >= 1) { return sorted.back(); }
    const double n = static_cast<double>(sorted.size());
    const double a = (n + 1) * q;
    const double b = (n + 1) * (1 - q);
    // Weights further than 12 deviations from the middle are less than a double can tell, but near
    // the ends, where they are summed from the first sample on anyway.
    const double reach = 12 * std::sqrt(q * (1 - q) / (n + 2)) * n + 30;
    const double first = (std::max)(0.0, std::floor(n * q - reach));
    const double last = (std::min)(n, std::ceil(n * q + reach));
    double sum = 0;
    double below = first > 0 ? detail::incomplete_beta(a, b, first / n) : 0;
    for (double i = first; i < last; ++i) {
        const double to = i + 1 < n ? detail::incomplete_beta(a, b, (i + 1) / n) : 1;
        sum += (to - below) * sorted[static_cast<std::size_t>(i)];
        below = to;
    }
    return sum;
}

/// Multiplied by this, the median absolute deviation of normal samples is their standard deviation.
inline constexpr double normal_mad_scale = 1.4826;

/// Returns the median distance of the samples from their median, times `scale`.
/// Precondition: `sorted` is in order and not empty. Cost: O(n log n).
[[nodiscard]] inline double median_absolute_deviation(const std::vector<double>& sorted,
                                                      double scale = 1) {
    const double middle = quantile_of(sorted, 0.5);
    std::vector<double> distances;
    distances.reserve(sorted.size());
    for (const double v : sorted) { distances.push_back(std::fabs(v - middle)); }
    std::sort(distances.begin(), distances.end());
    return scale * quantile_of(distances, 0.5);
}

/// Returns the distance from the lower to the upper quartile.
/// Precondition: `sorted` is in order and not empty.
[[nodiscard]] inline double interquartile_range(const std::vector<double>& sorted,
                                                quantile_type type = quantile_type::linear) {
    return quantile_of(sorted, 0.75, type) - quantile_of(sorted, 0.25, type);
}

/// Returns the mean of the samples, in any order; NaN of none.
[[nodiscard]] inline double mean_of(const std::vector<double>& samples) {
    return detail::exact_sum(samples, [](double v) { return v; }) /
           static_cast<double>(samples.size());
}

/// Returns the standard deviation, of the samples (divided by n - 1); NaN of fewer than two.
[[nodiscard]] inline double standard_deviation(const std::vector<double>& samples) {
    const double mean = mean_of(samples);
    const double squares =
        detail::exact_sum(samples, [&](double v) { return (v - mean) * (v - mean); });
    const double freedom = static_cast<double>(samples.size()) - 1;
    return freedom > 0 ? std::sqrt(squares / freedom) : std::numeric_limits<double>::quiet_NaN();
}

/// Returns the standard deviation as a part of the mean; NaN of fewer than two samples.
[[nodiscard]] inline double coefficient_of_variation(const std::vector<double>& samples) {
    return standard_deviation(samples) / mean_of(samples);
}

/// Returns the mean without the share `cut` of the samples at each end, 0 <= cut < 0.5: as many
/// whole samples as that is, rounded down.
/// Precondition: `sorted` is in order and not empty.
[[nodiscard]] inline double trimmed_mean(const std::vector<double>& sorted, double cut) {
    WICK_ASSERT(!sorted.empty() && cut >= 0 && cut < 0.5);
    const double n = static_cast<double>(sorted.size());
    const auto out = static_cast<std::ptrdiff_t>(detail::place_of(n * cut).whole);
    return mean_of(std::vector<double>(sorted.begin() + out, sorted.end() - out));
}

/// Returns the mean with the same samples not left out but replaced by the nearest that stays.
/// Precondition: `sorted` is in order and not empty.
[[nodiscard]] inline double winsorised_mean(const std::vector<double>& sorted, double cut) {
    WICK_ASSERT(!sorted.empty() && cut >= 0 && cut < 0.5);
    const double n = static_cast<double>(sorted.size());
    const auto out = static_cast<std::size_t>(detail::place_of(n * cut).whole);
    const double low = sorted[out];
    const double high = sorted[sorted.size() - 1 - out];
    return detail::exact_sum(sorted,
                             [&](double v) { return (std::min)((std::max)(v, low), high); }) /
           n;
}

/// Returns the mean of the greatest share 1 - q of the samples: what a request takes that is slower
/// than the q-quantile ("expected shortfall"). A sample that lies on the border counts in part.
/// Precondition: `sorted` is in order and not empty; 0 <= q < 1.
[[nodiscard]] inline double tail_mean(const std::vector<double>& sorted, double q) {
    WICK_ASSERT(!sorted.empty() && q >= 0 && q < 1);
    const double n = static_cast<double>(sorted.size());
    const double tail = n * (1 - q);
    if (tail <= 1) { return sorted.back(); }
    const detail::sample_place border = detail::place_of(n - tail);
    const auto first = static_cast<std::size_t>(border.whole);
    double sum = sorted[first] * (1 - border.part);
    for (std::size_t i = first + 1; i < sorted.size(); ++i) { sum += sorted[i]; }
    return sum / tail;
}

WICK_END_NAMESPACE

#endif
