// wick 0.1.0, one header made of several by tools/amalgamate.py. Do not edit it:
// change these files under include/ and run the tool again.
//   wick/latency.hpp
//   wick/detail/change_points.hpp
//   wick/detail/statistics.hpp
//   wick/version.hpp
//   wick/result.hpp
//   wick/detail/describe_text.hpp
//   wick/detail/python_text.hpp
//   wick/detail/writer.hpp
//   wick/detail/sink.hpp
//   wick/detail/heat_map.hpp
//   wick/detail/histogram_quantiles.hpp
//   wick/detail/bucket_sums.hpp
//   wick/detail/sample_quantiles.hpp
//   wick/histogram.hpp
//   wick/detail/latency_windows.hpp
//   wick/detail/percentile_plot.hpp
//   wick/detail/shown_text.hpp
//   wick/detail/svg_plot.hpp
//   wick/detail/time_text.hpp
//   wick/detail/latency_compare.hpp
//   wick/detail/correlation_time.hpp
//   wick/detail/rank_shift.hpp
//   wick/detail/verdict.hpp
//   wick/detail/latency_text.hpp
//   wick/detail/latency_tiers.hpp
//   wick/detail/open_loop.hpp
//   wick/recorder.hpp
//
// MIT License
//
// Copyright (c) 2026 wick contributors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
//
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT

// wick/latency.hpp - latencies described, in windows, by tier, compared, and as pictures.
#ifndef WICK_LATENCY_HPP
#define WICK_LATENCY_HPP

// wick/detail/change_points.hpp - where a series of figures changed.
#ifndef WICK_DETAIL_CHANGE_POINTS_HPP
#define WICK_DETAIL_CHANGE_POINTS_HPP

// wick/detail/statistics.hpp - distributions, tests and intervals for counts and for samples.
#ifndef WICK_DETAIL_STATISTICS_HPP
#define WICK_DETAIL_STATISTICS_HPP

// wick/version.hpp - the version, the check for C++17, the versioned namespace.
#ifndef WICK_VERSION_HPP
#define WICK_VERSION_HPP

#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 201703L
#    error "wick needs C++17 or newer: pass -std=c++17 (or /std:c++17 with MSVC)"
#endif

#include <cassert> // assert, the default of WICK_ASSERT

#define WICK_VERSION_MAJOR 0
#define WICK_VERSION_MINOR 1
#define WICK_VERSION_PATCH 0

// Two versions of wick in one program must not share symbols, or the linker would silently pick one
// definition for both: the minor version is part of every name while the major version is 0.
#define WICK_BEGIN_NAMESPACE                                                                       \
    namespace wick {                                                                               \
    inline namespace v0_1 {
#define WICK_END_NAMESPACE                                                                         \
    }                                                                                              \
    }

// Documented preconditions are checked with this; define it before the first include to have your
// own.
#ifndef WICK_ASSERT
#    define WICK_ASSERT(condition) assert(condition)
#endif

#endif

#include <algorithm> // std::sort
#include <cmath>     // std::log, std::erfc
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <limits>    // infinity
#include <vector>    // samples, p-values

WICK_BEGIN_NAMESPACE
namespace detail {

// ---- gamma and beta functions -----------------------------------------------------------------

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Returns log(n!) less Stirling's approximation of it, log(sqrt(2 pi n) (n/e)^n), for n > 0.
/// Differences of large logarithms lose their digits; this small remainder keeps them.
[[nodiscard]] inline double stirling_remainder(double n) noexcept {
    if (n < 15) { // (n + 16 steps)! is in reach of the series, and division brings it back
        double product = 1;
        double above = n;
        while (above < 15) { product *= ++above; }
        constexpr double half_log_2_pi = 0.91893853320467274178;
        const double log_factorial = half_log_2_pi + (above + 0.5) * std::log(above) - above +
                                     stirling_remainder(above) - std::log(product);
        return log_factorial - (half_log_2_pi + (n + 0.5) * std::log(n) - n);
    }
    const double r = 1 / (n * n);
    return (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / n;
}

/// Returns log(gamma(x)) for x > 0. (std::lgamma writes a global, and threads race for it.)
[[nodiscard]] inline double log_gamma(double x) noexcept {
    double product = 1;
    while (x < 15) { product *= x++; }
    constexpr double half_log_2_pi = 0.91893853320467274178;
    return half_log_2_pi + (x - 0.5) * std::log(x) - x + stirling_remainder(x) - std::log(product);
}

/// Returns the derivative of log_gamma, for x > 0.
[[nodiscard]] inline double digamma(double x) noexcept {
    double sum = 0;
    while (x < 15) { sum -= 1 / x++; }
    const double r = 1 / (x * x);
    return sum + std::log(x) - 0.5 / x -
           r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r / 132))));
}

/// Returns the second derivative of log_gamma, for x > 0.
[[nodiscard]] inline double trigamma(double x) noexcept {
    double sum = 0;
    for (; x < 15; ++x) { sum += 1 / (x * x); }
    const double r = 1 / (x * x);
    return sum + 0.5 * r +
           (1 + r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * 5 / 66))))) / x;
}

/// Returns the x > 0 with trigamma(x) = y, for y > 0; Newton's method on 1 / trigamma, which is
/// nearly straight, so that it converges from any side (Smyth 2004, the appendix).
[[nodiscard]] inline double inverse_trigamma(double y) noexcept {
    if (y > 1e7) { return 1 / std::sqrt(y); }
    if (y < 1e-6) { return 1 / y; }
    double x = 0.5 + 1 / y;
    for (int i = 0; i < 50; ++i) {
        const double value = trigamma(x);
        const double h = 1e-4 * x;
        const double slope = (trigamma(x + h) - trigamma(x - h)) / (2 * h);
        const double step = value * (1 - value / y) / slope;
        x += step;
        if (std::fabs(step) < 1e-10 * x) { break; }
    }
    return x;
}

/// Returns the share of the beta distribution of a and b that lies below x: the regularised
/// incomplete beta function, for a, b > 0. Its continued fraction, by Lentz's method.
[[nodiscard]] inline double incomplete_beta(double a, double b, double x) noexcept {
    if (!(x > 0)) { return 0; }
    if (x >= 1) { return 1; }
    if (x > (a + 1) / (a + b + 2)) { return 1 - incomplete_beta(b, a, 1 - x); }
    const double front = std::exp(a * std::log(x) + b * std::log1p(-x) + log_gamma(a + b) -
                                  log_gamma(a) - log_gamma(b)) /
                         a;
    constexpr double tiny = 1e-300;
    const auto not_zero = [](double v) { return std::fabs(v) < tiny ? tiny : v; };
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m < 100000; ++m) { // about sqrt(max(a, b)) rounds
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        fraction *= d * c;
        if (std::fabs(d * c - 1) < 1e-15) { break; }
    }
    return front * fraction;
}

/// Returns the share of the gamma distribution of shape a that lies above x: the regularised upper
/// incomplete gamma function, for a > 0. A series below its mean, a continued fraction above.
[[nodiscard]] inline double incomplete_gamma_above(double a, double x) noexcept {
    if (!(x > 0)) { return 1; }
    const double front = std::exp(a * std::log(x) - x - log_gamma(a));
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; term > sum * 1e-17; ++n) {
            term *= x / n;
            sum += term;
        }
        return 1 - front * sum;
    }
    double b = x + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 100000; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        fraction *= d * c;
        if (std::fabs(d * c - 1) < 1e-15) { break; }
    }
    return front * fraction;
}

// ---- distributions ----------------------------------------------------------------------------

/// Returns the share of the normal distribution above z.
[[nodiscard]] inline double normal_above(double z) noexcept {
    return 0.5 * std::erfc(z * 0.70710678118654752440);
}

/// Returns the share of it further from 0 than z is: the p-value of a two-sided test.
[[nodiscard]] inline double normal_beyond(double z) noexcept {
    return std::erfc(std::fabs(z) * 0.70710678118654752440);
}

/// Returns the share of the chi-squared distribution above x.
[[nodiscard]] inline double chi_squared_above(double x, double freedom) noexcept {
    return incomplete_gamma_above(freedom / 2, x / 2);
}

/// Returns the share of Student's distribution further from 0 than t is. Infinite freedom: normal.
[[nodiscard]] inline double student_beyond(double t, double freedom) noexcept {
    if (freedom > 1e8) { return normal_beyond(t); }
    const double square = t * t;
    if (square > freedom) {
        return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + square));
    }
    return 1 - incomplete_beta(0.5, freedom / 2, square / (freedom + square));
}

/// Returns the t of which a share p, 0 < p < 1, of Student's distribution is further from 0.
/// Halving of an interval: meant for a few calls, not for one a row.
[[nodiscard]] inline double student_quantile_beyond(double p, double freedom) noexcept {
    double low = 0;
    double high = 1;
    while (student_beyond(high, freedom) > p && high < 1e100) { high *= 2; }
    for (int i = 0; i < 200; ++i) {
        const double middle = low + (high - low) / 2;
        if (!(low < middle && middle < high)) { break; }
        (student_beyond(middle, freedom) > p ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

/// Returns x log(x / mean) + mean - x without loss of digits where x is near its mean.
[[nodiscard]] inline double deviance(double x, double mean) noexcept {
    const double distance = x - mean;
    if (std::fabs(distance) >= 0.1 * (x + mean)) { return x * std::log(x / mean) - distance; }
    const double v = distance / (x + mean);
    double sum = distance * v;
    double power = 2 * x * v;
    for (int i = 1; i < 1000; ++i) {
        power *= v * v;
        const double next = sum + power / (2 * i + 1);
        if (!(next < sum || next > sum)) { break; }
        sum = next;
    }
    return sum;
}

/// Returns the probability of x among n with a chance of p each; x and n are whole numbers.
/// Loader's "Fast and accurate computation of binomial probabilities" (2000): good to 14 digits
/// for any n, where logarithms of factorials have lost most of theirs.
[[nodiscard]] inline double binomial_at(double x, double n, double p) noexcept {
    if (x < 0 || x > n) { return 0; }
    if (!(p > 0)) { return x > 0 ? 0 : 1; }
    if (p >= 1) { return x < n ? 0 : 1; }
    if (!(x > 0)) { return std::exp(n * std::log1p(-p)); }
    if (!(x < n)) { return std::exp(n * std::log(p)); }
    const double q = 1 - p;
    const double log_rest = stirling_remainder(n) - stirling_remainder(x) -
                            stirling_remainder(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
    constexpr double two_pi = 6.28318530717958647693;
    return std::exp(log_rest) * std::sqrt(n / (two_pi * x * (n - x)));
}

/// Returns the probability of x or fewer among n.
[[nodiscard]] inline double binomial_to(double x, double n, double p) noexcept {
    if (x < 0) { return 0; }
    if (x >= n) { return 1; }
    return incomplete_beta(n - x, x + 1, 1 - p);
}

/// Returns the z below which a share, 0 < share < 1, of the normal distribution lies.
[[nodiscard]] inline double normal_quantile(double share) noexcept {
    return share < 0.5 ? -student_quantile_beyond(2 * share, infinity)
                       : student_quantile_beyond(2 * (1 - share), infinity);
}

/// Returns the least whole x with binomial_to(x, n, p) >= share. Within one of it where the
/// standard deviation is above 10^4: there the normal distribution serves, corrected for skew
/// (Cornish and Fisher), since the continued fraction would take as many rounds.
[[nodiscard]] inline std::uint64_t
binomial_quantile(double share, std::uint64_t n, double p) noexcept {
    const double variance = static_cast<double>(n) * p * (1 - p);
    if (variance > 1e8 && share > 0 && share < 1) {
        const double z = normal_quantile(share);
        const double x = static_cast<double>(n) * p + z * std::sqrt(variance) +
                         (z * z - 1) * (1 - 2 * p) / 6 - 0.5;
        if (!(x > 0)) { return 0; }
        return x < static_cast<double>(n) ? static_cast<std::uint64_t>(std::ceil(x)) : n;
    }
    std::uint64_t low = 0;
    std::uint64_t high = n;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const double to = binomial_to(static_cast<double>(middle), static_cast<double>(n), p);
        if (to >= share) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/// Returns the probability of x marked ones when `drawn` of marked + others are drawn.
[[nodiscard]] inline double
hypergeometric_at(double x, double marked, double others, double drawn) noexcept {
    if (x < 0 || x > marked || drawn - x < 0 || drawn - x > others) { return 0; }
    const double p = drawn / (marked + others);
    if (!(p > 0) || p >= 1) { return 1; } // there is one way only
    return binomial_at(x, marked, p) * binomial_at(drawn - x, others, p) /
           binomial_at(drawn, marked + others, p);
}

// ---- intervals --------------------------------------------------------------------------------

/// The ends of an interval of confidence.
struct interval {
    double low;
    double high;
};

/// Returns Wilson's score interval of a share of which x among n were seen; z is the quantile, 1.96
/// for 95 %. Both numbers may be effective ones, divided by a dispersion. [0, 1] for n = 0.
[[nodiscard]] inline interval wilson_interval(double x, double n, double z) noexcept {
    if (!(n > 0)) { return {0, 1}; }
    const double p = x / n;
    const double square = z * z;
    const double middle = (p + square / (2 * n)) / (1 + square / n);
    const double half = z / (1 + square / n) * std::sqrt(p * (1 - p) / n + square / (4 * n) / n);
    // At the ends the formula is exact, and rounding must not put the share outside.
    return {x > 0 ? (std::max)(0.0, (std::min)(middle - half, p)) : 0,
            x < n ? (std::min)(1.0, (std::max)(middle + half, p)) : 1};
}

/// Returns the score interval of the mean of a Poisson distribution of which x was seen.
[[nodiscard]] inline interval poisson_interval(double x, double z) noexcept {
    const double middle = x + z * z / 2;
    const double half = z * std::sqrt(x + z * z / 4);
    return {x > 0 ? (std::max)(0.0, middle - half) : 0, middle + half};
}

/// Returns the interval of b - a from those of two independent estimates a and b ("square and
/// add"). Swapped arguments give exactly the negated interval.
[[nodiscard]] inline interval
interval_of_difference(double a, interval of_a, double b, interval of_b) noexcept {
    const double down = (b - of_b.low) * (b - of_b.low) + (of_a.high - a) * (of_a.high - a);
    const double up = (of_b.high - b) * (of_b.high - b) + (a - of_a.low) * (a - of_a.low);
    return {(b - a) - std::sqrt(down), (b - a) + std::sqrt(up)};
}

/// Returns Newcombe's interval (1998, method 10) of the second share less the first one.
[[nodiscard]] inline interval
newcombe_interval(double x1, double n1, double x2, double n2, double z) noexcept {
    return interval_of_difference(
        x1 / n1, wilson_interval(x1, n1, z), x2 / n2, wilson_interval(x2, n2, z));
}

/// The ranks, from 1, of the two ordered samples that bound a quantile.
struct rank_interval {
    std::uint64_t low;
    std::uint64_t high;
};

/// Returns the ranks of samples between which the q-quantile of their distribution lies, from n
/// independent samples; ranks 0 and n + 1 stand for "no bound".
[[nodiscard]] inline rank_interval
quantile_ranks(std::uint64_t n, double q, double confidence) noexcept {
    const double outside = (1 - confidence) / 2;
    return {binomial_quantile(outside, n, q), binomial_quantile(1 - outside, n, q) + 1};
}

// ---- tests of counts --------------------------------------------------------------------------

/// Returns the z of Pearson's test of x1 among n1 against x2 among n2 with their pooled share:
/// positive when the second share is greater; its square is the chi-squared of the 2x2 table.
[[nodiscard]] inline double two_proportion_z(double x1, double n1, double x2, double n2) noexcept {
    const double p = (x1 + x2) / (n1 + n2);
    const double variance = p * (1 - p) * (1 / n1 + 1 / n2);
    return variance > 0 ? (x2 / n2 - x1 / n1) / std::sqrt(variance) : 0;
}

/// Returns the statistic G of the same 2x2 table, chi-squared with one degree of freedom.
[[nodiscard]] inline double g_statistic(double x1, double n1, double x2, double n2) noexcept {
    const double p = (x1 + x2) / (n1 + n2);
    const auto part = [](double seen, double expected) {
        return seen > 0 ? seen * std::log(seen / expected) : 0;
    };
    const double first = part(x1, n1 * p) + part(n1 - x1, n1 * (1 - p));
    const double second = part(x2, n2 * p) + part(n2 - x2, n2 * (1 - p));
    return (std::max)(0.0, 2 * (first + second));
}

/// Returns the probability of all outcomes that are no more likely than x, for a distribution over
/// low … high with one peak; `at(x)` is its probability. Outcomes that are as likely but for
/// rounding count, with a relative tolerance of 1e-7. O(width of the distribution).
template <class Probability>
[[nodiscard]] double as_unlikely(double x, double low, double high, double peak, Probability at) {
    const double limit = at(x) * (1 + 1e-7);
    const auto sum_from = [&](double from, double step) {
        double sum = 0;
        for (double y = from; y >= low && y <= high; y += step) {
            const double p = at(y);
            sum += p;
            if (p < sum * 1e-17) { break; }
        }
        return sum;
    };
    // The first outcome on each side that is unlikely enough; from there on all are.
    const auto first_below = [&] {
        double in = low - 1;
        double out = peak + 1;
        while (out - in > 1) {
            const double middle = std::floor(in + (out - in) / 2);
            (at(middle) <= limit ? in : out) = middle;
        }
        return in;
    };
    const auto first_above = [&] {
        double in = high + 1;
        double out = peak - 1;
        while (in - out > 1) {
            const double middle = std::floor(out + (in - out) / 2);
            (at(middle) <= limit ? in : out) = middle;
        }
        return in;
    };
    const double below = first_below();
    const double above = first_above();
    if (below >= above) { return 1; }
    return (std::min)(1.0, sum_from(below, -1) + sum_from(above, 1));
}

/// Returns the p-value of Fisher's exact test, two-sided, of x1 among n1 against x2 among n2.
[[nodiscard]] inline double fisher_exact(double x1, double n1, double x2, double n2) {
    const double drawn = x1 + x2;
    const double peak = std::floor((drawn + 1) * (n1 + 1) / (n1 + n2 + 2));
    return as_unlikely(x1, (std::max)(0.0, drawn - n2), (std::min)(drawn, n1), peak, [&](double x) {
        return hypergeometric_at(x, n1, n2, drawn);
    });
}

/// Returns the p-value of the exact binomial test, two-sided, of x among n against a chance of p.
[[nodiscard]] inline double binomial_test(double x, double n, double p) {
    const double peak = (std::min)(n, std::floor((n + 1) * p));
    return as_unlikely(x, 0, n, peak, [&](double y) { return binomial_at(y, n, p); });
}

/// Returns p-values adjusted so that among those under a limit the expected share of false ones is
/// at most that limit (Benjamini and Hochberg 1995), in the order of the input.
/// Cost: O(n log n).
[[nodiscard]] inline std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> adjusted(p_values.size());
    double least = 1;
    for (std::size_t rank = order.size(); rank > 0; --rank) {
        const double p = p_values[order[rank - 1]];
        least =
            (std::min)(least, p * static_cast<double>(p_values.size()) / static_cast<double>(rank));
        adjusted[order[rank - 1]] = least;
    }
    return adjusted;
}

// ---- tests of samples -------------------------------------------------------------------------

/// A statistic and its two-sided p-value.
struct test_result {
    double statistic;
    double p_value;
};

/// What is needed of two samples for tests by rank.
struct rank_sums {
    double u1 = 0;   ///< pairs in which the first sample's value is greater; ties count one half
    double ties = 0; ///< sum of t^3 - t over the groups of equal values
};

/// Returns the rank statistic of two samples without NaN. Cost: O(n log n), a copy.
[[nodiscard]] inline rank_sums rank_statistic(const std::vector<double>& a,
                                              const std::vector<double>& b) {
    struct value {
        double at;
        bool first;
    };
    std::vector<value> all;
    all.reserve(a.size() + b.size());
    for (const double v : a) { all.push_back({v, true}); }
    for (const double v : b) { all.push_back({v, false}); }
    std::sort(all.begin(), all.end(), [](const value& x, const value& y) { return x.at < y.at; });
    rank_sums sums;
    double below = 0; // values of b that are less
    for (std::size_t begin = 0; begin < all.size();) {
        double of_a = 0;
        double of_b = 0;
        std::size_t end = begin;
        for (; end < all.size() && !(all[begin].at < all[end].at); ++end) {
            (all[end].first ? of_a : of_b) += 1;
        }
        const double t = of_a + of_b;
        sums.u1 += of_a * (below + of_b / 2);
        sums.ties += t * t * t - t;
        below += of_b;
        begin = end;
    }
    return sums;
}

/// Returns the probability of each rank statistic 0, 1, … n1 n2 of samples of n1 and n2 values
/// without ties. Cost: O(n1^2 n2) steps and n1 n2 numbers: meant for n1 n2 <= 2,500.
[[nodiscard]] inline std::vector<double> mann_whitney_chances(std::size_t n1, std::size_t n2) {
    // How many ways lead to each u is the Gaussian binomial coefficient: (1 - x^(n2 + i)) / (1 -
    // x^i) multiplied up, as probabilities, so that nothing overflows.
    const std::size_t most = n1 * n2;
    std::vector<double> ways{1};
    ways.resize(most + 1);
    for (std::size_t i = 1; i <= n1; ++i) {
        for (std::size_t at = most; at >= n2 + i; --at) { ways[at] -= ways[at - n2 - i]; }
        for (std::size_t at = i; at <= most; ++at) { ways[at] += ways[at - i]; }
        const double scale = static_cast<double>(i) / static_cast<double>(n2 + i);
        for (double& w : ways) { w *= scale; }
    }
    return ways;
}

/// Returns the probability that the rank statistic is u or less, for each u up to the middle.
[[nodiscard]] inline std::vector<double> mann_whitney_below(std::size_t n1, std::size_t n2) {
    std::vector<double> sums = mann_whitney_chances(n1, n2);
    sums.resize(n1 * n2 / 2 + 1);
    for (std::size_t u = 1; u < sums.size(); ++u) { sums[u] += sums[u - 1]; }
    return sums;
}

/// Returns the probability that the rank statistic of samples of n1 and n2 values without ties is u
/// or more. Cost: as above.
[[nodiscard]] inline double mann_whitney_above(double u, std::size_t n1, std::size_t n2) {
    const std::size_t most = n1 * n2;
    const std::vector<double> ways = mann_whitney_chances(n1, n2);
    const double middle = static_cast<double>(most) / 2;
    if (u <= 0) { return 1; }
    if (u > static_cast<double>(most)) { return 0; }
    // The distribution is symmetric: its nearer tail is summed.
    double sum = 0;
    if (u > middle) {
        for (auto at = static_cast<std::size_t>(std::ceil(u)); at <= most; ++at) {
            sum += ways[most - at];
        }
        return (std::max)(0.0, sum);
    }
    for (std::size_t at = 0; static_cast<double>(at) < u; ++at) { sum += ways[at]; }
    return 1 - sum;
}

/// Returns Mann and Whitney's U of the first sample and its exact two-sided p-value as if there
/// were no ties: with ties U is rounded down, away from significance. For small samples.
[[nodiscard]] inline test_result mann_whitney_exact(const std::vector<double>& a,
                                                    const std::vector<double>& b) {
    const double u = rank_statistic(a, b).u1;
    const double most = static_cast<double>(a.size()) * static_cast<double>(b.size());
    const double outer = std::floor((std::max)(u, most - u));
    return {u, (std::min)(1.0, 2 * mann_whitney_above(outer, a.size(), b.size()))};
}

/// Returns the same with the p-value of the normal approximation, corrected for ties and
/// continuity. p is 1 when all values are equal.
[[nodiscard]] inline test_result mann_whitney_asymptotic(const std::vector<double>& a,
                                                         const std::vector<double>& b) {
    const rank_sums sums = rank_statistic(a, b);
    const double n1 = static_cast<double>(a.size());
    const double n2 = static_cast<double>(b.size());
    const double n = n1 + n2;
    const double variance = n1 * n2 / 12 * (n + 1 - sums.ties / (n * (n - 1)));
    if (!(variance > 0)) { return {sums.u1, 1}; }
    const double outer = (std::max)(sums.u1, n1 * n2 - sums.u1);
    const double z = (outer - n1 * n2 / 2 - 0.5) / std::sqrt(variance);
    return {sums.u1, (std::min)(1.0, 2 * normal_above(z))};
}

/// Returns both samples compared by rank: exact where there are no ties and n1 n2 <= 2,500.
[[nodiscard]] inline test_result mann_whitney(const std::vector<double>& a,
                                              const std::vector<double>& b) {
    const bool few = a.size() <= 2500 && b.size() <= 2500 && a.size() * b.size() <= 2500;
    const bool tied = rank_statistic(a, b).ties > 0;
    return few && !tied ? mann_whitney_exact(a, b) : mann_whitney_asymptotic(a, b);
}

/// The size, mean and variance of a sample.
struct moments {
    double size;
    double mean;
    double variance;
};

[[nodiscard]] inline moments moments_of(const std::vector<double>& values) noexcept {
    const double n = static_cast<double>(values.size());
    double mean = 0;
    for (const double v : values) { mean += v / n; }
    double squares = 0;
    for (const double v : values) { squares += (v - mean) * (v - mean); }
    return {n, mean, n > 1 ? squares / (n - 1) : 0};
}

/// Returns Welch's t of the first sample's mean less the second's, and its p-value. 1 for samples
/// of fewer than two values, and for equal values throughout.
[[nodiscard]] inline test_result welch(const std::vector<double>& a,
                                       const std::vector<double>& b) noexcept {
    const moments first = moments_of(a);
    const moments second = moments_of(b);
    if (a.size() < 2 || b.size() < 2) { return {0, 1}; }
    const double e1 = first.variance / first.size;
    const double e2 = second.variance / second.size;
    const double distance = first.mean - second.mean;
    if (!(e1 + e2 > 0)) {
        const bool equal = !(distance < 0) && !(distance > 0);
        return {equal ? 0 : std::copysign(infinity, distance), equal ? 1.0 : 0.0};
    }
    const double t = distance / std::sqrt(e1 + e2);
    const double freedom =
        (e1 + e2) * (e1 + e2) / (e1 * e1 / (first.size - 1) + e2 * e2 / (second.size - 1));
    return {t, student_beyond(t, freedom)};
}

/// Returns the greatest distance between the cumulative distributions of two samples (Kolmogorov
/// and Smirnov), and its exact p-value as if there were no ties: the share of monotone paths from
/// corner to corner that leave the band. Cost: O(n1 n2).
[[nodiscard]] inline test_result kolmogorov_smirnov(std::vector<double> a, std::vector<double> b) {
    if (a.empty() || b.empty()) { return {0, 1}; }
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    const double n1 = static_cast<double>(a.size());
    const double n2 = static_cast<double>(b.size());
    double widest = 0; // times n1 n2: whole numbers, so that equal distances compare equal
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const double at = (std::min)(a[i], b[j]);
        while (i < a.size() && !(at < a[i])) { ++i; }
        while (j < b.size() && !(at < b[j])) { ++j; }
        const double apart = static_cast<double>(i) * n2 - static_cast<double>(j) * n1;
        widest = (std::max)(widest, std::fabs(apart));
    }
    // Shares of the paths to each point that have stayed within: a step along a has probability
    // (what is left of a) / (what is left of both).
    std::vector<double> within(b.size() + 1);
    for (std::size_t x = 0; x <= a.size(); ++x) {
        for (std::size_t y = 0; y <= b.size(); ++y) {
            const double left_a = n1 - static_cast<double>(x);
            const double left_b = n2 - static_cast<double>(y);
            double share = x == 0 && y == 0 ? 1 : 0;
            if (x > 0) { share += within[y] * (left_a + 1) / (left_a + 1 + left_b); }
            if (y > 0) { share += within[y - 1] * (left_b + 1) / (left_a + left_b + 1); }
            const double apart =
                std::fabs(static_cast<double>(x) * n2 - static_cast<double>(y) * n1);
            within[y] = apart < widest ? share : 0;
        }
    }
    const double p = 1 - within[b.size()];
    return {widest / (n1 * n2), widest > 0 ? (std::max)(0.0, p) : 1};
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/result.hpp - a value or the reason why there is none; what a lenient reader skipped.
#ifndef WICK_RESULT_HPP
#define WICK_RESULT_HPP


#include <cstdint> // std::uint64_t
#include <string>  // the text of an error

WICK_BEGIN_NAMESPACE

/// Says what is wrong, where, and what was expected. The default value means "nothing is wrong".
struct error {
    std::string what;         ///< one line without a final full stop; empty: no error
    std::uint64_t line = 0;   ///< line of the input, counted from 1; 0: unknown or not text
    std::uint64_t offset = 0; ///< byte offset in the input where it was noticed (with line 0)

    /// True when something is wrong.
    explicit operator bool() const noexcept { return !what.empty(); }

    /// Returns `what`, with the line in front where one is known: "line 3: no weight at the end".
    [[nodiscard]] std::string message() const {
        return line == 0 ? what : "line " + std::to_string(line) + ": " + what;
    }

    friend bool operator==(const error& a, const error& b) {
        return a.what == b.what && a.line == b.line && a.offset == b.offset;
    }
    friend bool operator!=(const error& a, const error& b) { return !(a == b); }
};

/// A value, or an error and then a value that means nothing. `if (auto r = f()) use(r.value);`
template <class T>
struct result {
    T value{};
    wick::error error{};

    /// True when there is a value.
    explicit operator bool() const noexcept { return !error; }
};

/// What a lenient reader left out of its result: how many records, and why the first of them.
struct skipped {
    std::uint64_t records = 0; ///< lines, samples or entries that were not understood
    wick::error first{};       ///< the first of them: its line and what was expected

    /// Counts one more record; only the first one's reason is built and kept.
    void add(const char* what, std::uint64_t line, std::uint64_t offset = 0) {
        if (records++ == 0) { first = wick::error{what, line, offset}; }
    }
    friend bool operator==(const skipped& a, const skipped& b) {
        return a.records == b.records && a.first == b.first;
    }
    friend bool operator!=(const skipped& a, const skipped& b) { return !(a == b); }
};

WICK_END_NAMESPACE

#endif

#include <algorithm> // std::sort, std::min, std::max
#include <cmath>     // std::fabs, std::sqrt
#include <cstddef>   // std::size_t
#include <string>    // errors
#include <utility>   // std::move
#include <vector>    // series

WICK_BEGIN_NAMESPACE

/// When a change counts.
struct change_point_options {
    double max_p_value = 0.001;   ///< of Student's test of both sides
    double least_change = 0;      ///< 0.05: means that differ by less than 5 % do not count
    std::size_t window = 50;      ///< how many values are looked at together; 2 or more
    std::size_t least_behind = 3; ///< how many values behind a change confirm it
};

/// A change in a series: from `index` on, counted from 0, the values are others.
struct change_point {
    std::size_t index = 0;
    double before = 0;  ///< the mean since the change before
    double after = 0;   ///< the mean until the next change
    double p_value = 1; ///< of Student's test of the two, equal variances assumed
    /// As many values lie behind it as it takes to tell it from an odd one.
    bool confirmed = true;

    /// The mean after over that before.
    [[nodiscard]] double ratio() const noexcept { return after / before; }
};

namespace detail {

/// Returns the index of the likeliest change in the values first … last - 1, and how much the sides
/// differ: the energy distance between what is before it and what follows up to some end, times the
/// harmonic mean of their sizes, at its greatest over both. Cost: O(n^2).
struct change_candidate {
    std::size_t index = 0;
    double distance = -infinity;
};

[[nodiscard]] inline change_candidate
likeliest_change(const std::vector<double>& series, std::size_t first, std::size_t last) {
    change_candidate best;
    if (last - first < 2) { return best; }
    const std::size_t size = last - first;
    const double* const z = series.data() + first;
    std::vector<double> whole(size + 1); // distances among the values before each
    for (std::size_t end = 1; end < size; ++end) {
        double to_last = 0;
        for (std::size_t i = 0; i < end; ++i) { to_last += std::fabs(z[i] - z[end]); }
        whole[end + 1] = whole[end] + to_last;
    }
    std::vector<double> behind(size); // distances among the values from each on, up to the end
    for (std::size_t end = 2; end <= size; ++end) {
        double to_last = 0;
        for (std::size_t at = end - 1; at >= 1; --at) {
            to_last += std::fabs(z[at] - z[end - 1]);
            behind[at] += to_last;
            const double left = static_cast<double>(at);
            const double right = static_cast<double>(end - at);
            const double all = left + right;
            const double across = whole[end] - whole[at] - behind[at];
            double distance = 2 / all * across;
            if (at > 1) { distance -= 2 * right / (all * (left - 1)) * whole[at]; }
            if (end - at > 1) { distance -= 2 * left / (all * (right - 1)) * behind[at]; }
            const bool earlier = !(distance < best.distance) && at < best.index;
            if (distance > best.distance || earlier) { best = {at, distance}; }
        }
    }
    best.index += first;
    return best;
}

/// Returns a change with the figures of the values first … index - 1 and index … last - 1.
[[nodiscard]] inline change_point change_at(const std::vector<double>& series,
                                            std::size_t first,
                                            std::size_t index,
                                            std::size_t last) {
    const auto part = [&](std::size_t from, std::size_t to) {
        const auto begin = series.begin();
        return moments_of(std::vector<double>(begin + static_cast<std::ptrdiff_t>(from),
                                              begin + static_cast<std::ptrdiff_t>(to)));
    };
    const moments left = part(first, index);
    const moments right = part(index, last);
    change_point made;
    made.index = index;
    made.before = left.mean;
    made.after = right.mean;
    const double freedom = left.size + right.size - 2;
    if (!(freedom > 0)) { return made; }
    const double variance =
        ((left.size - 1) * left.variance + (right.size - 1) * right.variance) / freedom;
    const double distance = std::fabs(right.mean - left.mean);
    const double error_of_mean = std::sqrt(variance * (1 / left.size + 1 / right.size));
    if (error_of_mean > 0) {
        made.p_value = student_beyond(distance / error_of_mean, freedom);
    } else {
        made.p_value = distance > 0 ? 0 : 1;
    }
    return made;
}

/// Finds the changes in the values first … last - 1: the likeliest in any of the parts that those
/// found before have left, until the likeliest is not significant.
inline void split_window(const std::vector<double>& series,
                         std::size_t first,
                         std::size_t last,
                         double max_p_value,
                         std::vector<std::size_t>& found) {
    std::vector<std::size_t> ends{first, last};
    std::vector<change_candidate> candidates{likeliest_change(series, first, last)};
    for (;;) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < candidates.size(); ++i) {
            if (candidates[i].distance > candidates[best].distance) { best = i; }
        }
        const change_candidate c = candidates[best];
        if (!(c.distance > -infinity)) { return; }
        const change_point tested = change_at(series, ends[best], c.index, ends[best + 1]);
        if (tested.p_value > max_p_value) { return; }
        found.push_back(c.index);
        const auto place = static_cast<std::ptrdiff_t>(best);
        ends.insert(ends.begin() + place + 1, c.index);
        candidates[best] = likeliest_change(series, ends[best], ends[best + 1]);
        candidates.insert(candidates.begin() + place + 1,
                          likeliest_change(series, ends[best + 1], ends[best + 2]));
    }
}

/// How large a change is, whichever side is the greater.
[[nodiscard]] inline double size_of(const change_point& c) noexcept {
    const double low = (std::min)(std::fabs(c.before), std::fabs(c.after));
    const double distance = std::fabs(c.after - c.before);
    return low > 0 ? distance / low : distance > 0 ? infinity : 0;
}

/// Gives the change i its figures anew, by its neighbours.
inline void measure_again(std::vector<change_point>& changes,
                          std::size_t i,
                          const std::vector<double>& series) {
    if (i >= changes.size()) { return; }
    const std::size_t first = i == 0 ? 0 : changes[i - 1].index;
    const std::size_t last = i + 1 == changes.size() ? series.size() : changes[i + 1].index;
    changes[i] = change_at(series, first, changes[i].index, last);
}

/// Takes away the change that counts least, and measures its neighbours again, until all count.
inline void drop_weak(std::vector<change_point>& changes,
                      const std::vector<double>& series,
                      const change_point_options& options) {
    while (!changes.empty()) {
        std::size_t weakest = 0;
        std::size_t smallest = 0;
        for (std::size_t i = 1; i < changes.size(); ++i) {
            if (changes[i].p_value > changes[weakest].p_value) { weakest = i; }
            if (size_of(changes[i]) < size_of(changes[smallest])) { smallest = i; }
        }
        if (changes[weakest].p_value < options.max_p_value) {
            if (size_of(changes[smallest]) > options.least_change) { return; }
            weakest = smallest;
        }
        changes.erase(changes.begin() + static_cast<std::ptrdiff_t>(weakest));
        if (weakest > 0) { measure_again(changes, weakest - 1, series); }
        measure_again(changes, weakest, series);
    }
}

} // namespace detail

/// Returns where a series changed, in order: P90s of windows, of days, of builds. Deterministic:
/// E-divisive with Student's test in the place of permutations, in windows that overlap by half,
/// with a limit ten times as high at first; then weak changes are dropped, from the weakest on.
/// An error names the first value that is not a finite number.
/// Cost: O(n times the window). Source: Matteson and James, "A nonparametric approach for multiple
/// change point analysis" (2014); Fleming et al., "Hunter" (2023).
[[nodiscard]] inline result<std::vector<change_point>>
change_points(const std::vector<double>& series, const change_point_options& options = {}) {
    WICK_ASSERT(options.window >= 2);
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (std::isfinite(series[i])) { continue; }
        return {{}, {"value " + std::to_string(i + 1) + " is not a finite number"}};
    }
    const double p = options.max_p_value;
    const double first_limit = p < 0.05 ? 10 * p : p < 0.5 ? 2 * p : p;
    std::vector<std::size_t> found;
    for (std::size_t start = 0; start < series.size();) {
        const std::size_t end = (std::min)(start + options.window, series.size());
        std::vector<std::size_t> in_window;
        detail::split_window(series, start, end, first_limit, in_window);
        std::sort(in_window.begin(), in_window.end());
        const std::size_t last = in_window.empty() ? 0 : in_window.back();
        found.insert(found.end(), in_window.begin(), in_window.end());
        start = (std::max)(last, start + options.window / 2);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<change_point> changes(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) { changes[i].index = found[i]; }
    for (std::size_t i = 0; i < found.size(); ++i) { detail::measure_again(changes, i, series); }
    detail::drop_weak(changes, series, options);
    for (change_point& c : changes) {
        c.confirmed = series.size() - c.index >= options.least_behind;
    }
    return {std::move(changes), {}};
}

WICK_END_NAMESPACE

#endif
// wick/detail/describe_text.hpp - numbers and labels of a description, as pandas prints them.
#ifndef WICK_DETAIL_DESCRIBE_TEXT_HPP
#define WICK_DETAIL_DESCRIBE_TEXT_HPP

// wick/detail/python_text.hpp - numbers and texts as Python prints them, byte for byte.
#ifndef WICK_DETAIL_PYTHON_TEXT_HPP
#define WICK_DETAIL_PYTHON_TEXT_HPP

// wick/detail/writer.hpp - buffered text towards any sink.
#ifndef WICK_DETAIL_WRITER_HPP
#define WICK_DETAIL_WRITER_HPP

// wick/detail/sink.hpp - what a sink is, and how text gets into it.
#ifndef WICK_DETAIL_SINK_HPP
#define WICK_DETAIL_SINK_HPP


#include <cstddef>     // std::ptrdiff_t
#include <string_view> // what is written
#include <type_traits> // which kind of sink it is
#include <utility>     // std::declval

WICK_BEGIN_NAMESPACE
namespace detail {

template <class Sink, class = void>
struct has_write : std::false_type {};
template <class Sink>
struct has_write<Sink, std::void_t<decltype(std::declval<Sink&>().write("", 0))>> : std::true_type {
};

/// Hands text to a callable that takes a std::string_view, or to anything with a std::ostream's
/// `write`.
template <class Sink>
void send_to(Sink& sink, std::string_view text) {
    if constexpr (has_write<Sink>::value) {
        sink.write(text.data(), static_cast<std::ptrdiff_t>(text.size()));
    } else {
        sink(text);
    }
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string>      // the buffer
#include <string_view> // what is written

WICK_BEGIN_NAMESPACE
namespace detail {

/// Collects text and hands it to a sink in pieces of about 64 KiB. `flush()` at the end is the
/// user's.
template <class Sink>
class text_writer {
public:
    explicit text_writer(Sink& sink)
        : sink_(sink) {
        buffer_.reserve(capacity + 4096);
    }

    void put(std::string_view text) {
        if (text.size() >= capacity) {
            flush();
            send(text);
            return;
        }
        buffer_.append(text.data(), text.size());
        if (buffer_.size() >= capacity) { flush(); }
    }
    void put(char c) {
        buffer_.push_back(c);
        if (buffer_.size() >= capacity) { flush(); }
    }
    template <class Integer>
    void put_number(Integer value) {
        char digits[24];
        put(std::string_view(digits, number_end(digits, value)));
    }
    void flush() {
        if (!buffer_.empty()) { send(buffer_); }
        buffer_.clear();
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 16;
    Sink& sink_;
    std::string buffer_;

    template <class Integer>
    [[nodiscard]] static std::size_t number_end(char (&digits)[24], Integer value) {
        return static_cast<std::size_t>(std::to_chars(digits, digits + 24, value).ptr - digits);
    }
    void send(std::string_view text) { send_to(sink_, text); }
};

/// Appends a weight that is in units of 10^-decimals, without zeros at the end: 1250, 2 → "12.5".
inline void append_weight(std::string& out, std::int64_t value, int decimals) {
    std::uint64_t size = static_cast<std::uint64_t>(value);
    if (value < 0) {
        out.push_back('-');
        size = 0 - size;
    }
    std::uint64_t unit = 1;
    for (int i = 0; i < decimals; ++i) { unit *= 10; }
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, size / unit).ptr);
    std::uint64_t fraction = size % unit;
    if (fraction == 0) { return; }
    out.push_back('.');
    while (fraction != 0) {
        unit /= 10;
        out.push_back(static_cast<char>('0' + fraction / unit));
        fraction %= unit;
    }
}

/// Appends a text with blanks before or after it, up to a width in characters of one byte.
inline void append_right(std::string& out, std::string_view text, std::size_t width) {
    if (text.size() < width) { out.append(width - text.size(), ' '); }
    out += text;
}
inline void append_left(std::string& out, std::string_view text, std::size_t width) {
    out += text;
    if (text.size() < width) { out.append(width - text.size(), ' '); }
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <charconv>    // std::to_chars
#include <cstddef>     // std::size_t
#include <cstdint>     // bits of numbers
#include <cstring>     // std::memcpy, std::memset, std::strcpy
#include <string>      // what is appended to
#include <string_view> // what is printed
#include <vector>      // the buffer

WICK_BEGIN_NAMESPACE
namespace detail {

/// Whether the bits of a number say that it is none.
[[nodiscard]] constexpr bool is_nan(std::uint64_t bits) noexcept {
    return (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
}

/// The most that put_thousandths writes: all digits of the largest number.
inline constexpr std::size_t max_thousandths = 336;

/// Writes a number as printf's "%.3f" does and returns the end. Exact as it is, but without the
/// general algorithm: thousandths of a number below 2^53 fit a 64-bit integer and a remainder.
inline char* put_thousandths(char* to, double value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & 0xfffffffffffffu;
    constexpr int whole = 1075; // the exponent of 2^52, from where on there are no fractions
    if (exponent >= whole) {
        if (is_nan(bits)) { return std::strcpy(to, "nan") + 3; }
        return std::to_chars(to, to + max_thousandths, value, std::chars_format::fixed, 3).ptr;
    }
    if ((bits >> 63) != 0) { *to++ = '-'; }
    // value = mantissa / 2^shift
    const std::uint64_t mantissa = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
    const int shift = exponent == 0 ? whole - 1 : whole - exponent;
    std::uint64_t thousandths = 0;
    if (shift < 64) {
        const std::uint64_t scaled = mantissa * 1000; // less than 2^63
        thousandths = scaled >> shift;
        const std::uint64_t rest = scaled - (thousandths << shift);
        const std::uint64_t half = std::uint64_t{1} << (shift - 1);
        if (rest > half || (rest == half && (thousandths & 1) != 0)) { ++thousandths; }
    }
    to = std::to_chars(to, to + 20, thousandths / 1000).ptr;
    const auto last = static_cast<unsigned>(thousandths % 1000);
    to[0] = '.';
    to[1] = static_cast<char>('0' + last / 100);
    to[2] = static_cast<char>('0' + last / 10 % 10);
    to[3] = static_cast<char>('0' + last % 10);
    return to + 4;
}

/// Appends a number as Python's repr does: the fewest digits that give it back.
inline void append_repr(std::string& out, double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    if (is_nan(bits)) {
        out += "nan";
        return;
    }
    char text[40];
    const char* end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    if (*at == '-') { out += *at++; }
    if (*at == 'i') {
        out += "inf";
        return;
    }
    std::string digits;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') { digits += *at; }
    }
    int exponent = 0;
    const bool negative = at + 1 < end && at[1] == '-';
    for (at += 2; at < end; ++at) { exponent = exponent * 10 + (*at - '0'); }
    if (negative) { exponent = -exponent; }
    const auto size = static_cast<int>(digits.size());
    if (exponent < -4 || exponent >= 16) {
        out += digits[0];
        if (size > 1) { (out += '.').append(digits, 1, std::string::npos); }
        out += negative ? "e-" : "e+";
        const int shown = negative ? -exponent : exponent;
        if (shown < 10) { out += '0'; }
        out += std::to_string(shown);
    } else if (exponent < 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out += digits;
    } else {
        const auto point = static_cast<std::size_t>(exponent) + 1;
        out.append(digits, 0, point);
        if (point > digits.size()) { out.append(point - digits.size(), '0'); }
        out += '.';
        out += point < digits.size() ? digits.substr(point) : std::string("0");
    }
}

/// Returns how many characters a text has: bytes that begin one.
[[nodiscard]] inline std::size_t count_characters(std::string_view text) noexcept {
    std::size_t more = 0;
    for (const char c : text) { more += (static_cast<unsigned char>(c) & 0xc0) == 0x80 ? 1u : 0u; }
    return text.size() - more;
}

/// A character at the beginning of a text, and its size in bytes; a byte that is none has the code
/// 0xdc00 and more, as Python's "surrogateescape" has it.
struct decoded_character {
    std::uint32_t code;
    std::size_t size;
};

[[nodiscard]] inline decoded_character decode_character(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const std::uint32_t first = byte(0);
    if (first < 0x80) { return {first, 1}; }
    const decoded_character none{0xdc00 + first, 1};
    if (first < 0xc2 || first > 0xf4) { return none; }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    std::uint32_t code = first & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return none; }
        code = code << 6 | (byte(i) & 0x3f);
    }
    const std::uint32_t least = size == 2 ? 0x80u : size == 3 ? 0x800u : 0x10000u;
    return code < least || code > 0x10ffff ? none : decoded_character{code, size};
}

/// Returns whether Python's repr shows a character as it is. Exact below 0x300 and for the blanks,
/// marks of direction, surrogates and private characters above; characters that are not assigned
/// are taken for printable.
[[nodiscard]] inline bool is_printable(std::uint32_t c) noexcept {
    if (c < 0x7f) { return c >= 0x20; }
    if (c <= 0xa0 || c == 0xad) { return false; }
    if (c < 0x600) { return true; }
    const bool blank = c == 0x1680 || (c >= 0x2000 && c <= 0x200f) ||
                       (c >= 0x2028 && c <= 0x202f) || (c >= 0x205f && c <= 0x206f) ||
                       c == 0x3000 || c == 0xfeff;
    const bool odd = (c >= 0xd800 && c <= 0xf8ff) || (c >= 0xfff0 && c <= 0xfffb) ||
                     (c & 0xfffe) == 0xfffe || c >= 0xe0000;
    return !blank && !odd && c > 0x605;
}

/// Appends a text as Python's repr does: in quotes, with escapes.
inline void append_repr(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    const bool apostrophes = text.find('\'') != std::string_view::npos;
    const char quote = apostrophes && text.find('"') == std::string_view::npos ? '"' : '\'';
    out += quote;
    for (std::size_t at = 0; at < text.size();) {
        const decoded_character c = decode_character(text.substr(at));
        const std::string_view shown = text.substr(at, c.size);
        at += c.size;
        if (c.code == '\\' || c.code == static_cast<unsigned char>(quote)) {
            out += '\\';
            out += shown;
        } else if (c.code == '\n' || c.code == '\r' || c.code == '\t') {
            out += c.code == '\n' ? "\\n" : c.code == '\r' ? "\\r" : "\\t";
        } else if (is_printable(c.code)) {
            out += shown;
        } else {
            const int digits = c.code < 0x100 ? 2 : c.code < 0x10000 ? 4 : 8;
            out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
            for (int d = digits; d-- > 0;) { out += hex[c.code >> (4 * d) & 15]; }
        }
    }
    out += quote;
}

/// Collects lines of tables: a buffer that numbers are written into in place.
template <class Sink>
class page {
public:
    explicit page(Sink& sink)
        : out_(sink)
        , buffer_(capacity) {}

    void put(std::string_view text) {
        std::memcpy(need(text.size()), text.data(), text.size());
        used_ += text.size();
    }
    void put(char c) {
        *need(1) = c;
        ++used_;
    }
    void pad(std::size_t blanks) {
        std::memset(need(blanks), ' ', blanks);
        used_ += blanks;
    }
    /// A text, and blanks up to a width; `size` is the text's in characters.
    void put_left(std::string_view text, std::size_t size, std::size_t width) {
        put(text);
        if (size < width) { pad(width - size); }
    }
    void put_number(std::uint64_t value) {
        char* const to = need(20);
        used_ += static_cast<std::size_t>(std::to_chars(to, to + 20, value).ptr - to);
    }
    /// "%8.3f", or with another width.
    void put_time(double value, std::size_t width = 8) {
        char* const to = need(max_thousandths + width);
        char digits[max_thousandths];
        const auto size = static_cast<std::size_t>(put_thousandths(digits, value) - digits);
        const std::size_t blanks = size < width ? width - size : 0;
        std::memset(to, ' ', blanks);
        std::memcpy(to + blanks, digits, size);
        used_ += blanks + size;
    }
    /// "7" or "7/2", to the right.
    void put_calls(std::uint64_t all, std::uint64_t primitive, std::size_t width) {
        char text[44];
        char* end = std::to_chars(text, text + 20, all).ptr;
        if (all != primitive) {
            *end++ = '/';
            end = std::to_chars(end, text + sizeof text, primitive).ptr;
        }
        const auto size = static_cast<std::size_t>(end - text);
        if (size < width) { pad(width - size); }
        put(std::string_view(text, size));
    }
    void flush() {
        out_.put(std::string_view(buffer_.data(), used_));
        out_.flush();
        used_ = 0;
    }

private:
    static constexpr std::size_t capacity = std::size_t{1} << 17;
    text_writer<Sink> out_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;

    [[nodiscard]] char* need(std::size_t size) {
        if (buffer_.size() - used_ < size) {
            out_.put(std::string_view(buffer_.data(), used_));
            used_ = 0;
            if (buffer_.size() < size) { buffer_.resize(size); }
        }
        return buffer_.data() + used_;
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max, std::min
#include <charconv>    // std::to_chars
#include <cmath>       // std::isnan, std::fabs
#include <cstddef>     // std::size_t
#include <string>      // what is made
#include <string_view> // names of rows
#include <vector>      // columns

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends a number as printf's "%.*f" or "%.*e" does, which std::to_chars follows to the byte.
inline void append_decimals(std::string& out, double value, int decimals, bool scientific) {
    char text[400];
    const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
    out.append(text, std::to_chars(text, text + sizeof text, value, format, decimals).ptr);
}

/// Takes as many zeros from the end of all numbers as all of them have, but for one behind the
/// point. NaN has none, and does not matter.
inline void trim_zeros(std::vector<std::string>& numbers) {
    std::size_t zeros = 5; // of 6 decimals
    for (const std::string& text : numbers) {
        if (text.back() == 'N') { continue; }
        const std::size_t digits = text.find_last_not_of('0') + 1;
        zeros = (std::min)(zeros, text.size() - digits);
    }
    for (std::string& text : numbers) {
        if (text.back() != 'N') { text.resize(text.size() - zeros); }
    }
}

/// Returns the numbers of a Series of floats as pandas prints it, with 6 digits of precision: all
/// with as many decimals as one of them needs, at most 6; all as "1.234560e+07" if any is less than
/// 1e-6 (and not 0), or if any is more than 1e6 and a text has more than 12 characters. A blank
/// stands for the sign of what is not negative, and counts.
[[nodiscard]] inline std::vector<std::string> pandas_numbers(const std::vector<double>& values) {
    constexpr int precision = 6;
    std::vector<std::string> texts;
    std::size_t longest = 0;
    bool large = false;
    bool tiny = false;
    const auto append = [&](bool scientific) {
        texts.clear();
        for (const double v : values) {
            std::string text;
            if (std::isnan(v)) {
                text = "NaN";
            } else {
                if (!std::signbit(v)) { text = ' '; }
                append_decimals(text, v, precision, scientific);
            }
            texts.push_back(std::move(text));
        }
    };
    append(false);
    trim_zeros(texts);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double size = std::fabs(values[i]);
        large = large || size > 1e6;
        tiny = tiny || (size > 0 && size < 1e-6);
        longest = (std::max)(longest, texts[i].size());
    }
    if (tiny || (large && longest > precision + 6)) { append(true); }
    return texts;
}

/// Returns the labels of quantiles in ascending order, as pandas 2 writes them: "25%" where all or
/// one is a whole number of percent (but for a part in 1e5), else with as many decimals as keep
/// those asked for, and 0 and 100, apart: "99.9%".
[[nodiscard]] inline std::vector<std::string> pandas_labels(const std::vector<double>& quantiles) {
    std::vector<double> percents;
    for (const double q : quantiles) { percents.push_back(100 * q); }
    double closest = 100;
    double before = 0;
    for (const double p : percents) {
        if (p > before) { closest = (std::min)(closest, p - before); }
        before = p;
    }
    if (before < 100) { closest = (std::min)(closest, 100 - before); }
    const double decimals = (std::max)(1.0, -std::floor(std::log10(closest)));
    const double unit = std::pow(10.0, decimals);
    std::vector<std::string> labels;
    for (const double p : percents) {
        const double rounded = std::nearbyint(p * unit) / unit;
        const double whole = std::floor(rounded);
        std::string label;
        if (std::fabs(whole - p) <= 1e-8 + 1e-5 * p) {
            label = std::to_string(static_cast<int>(whole));
        } else {
            append_repr(label, rounded);
        }
        labels.push_back(label + '%');
    }
    return labels;
}

/// Returns names and numbers as pandas prints a Series: names to the left, numbers to the right,
/// and the type of the numbers in the last line, which ends without a newline there and with one
/// here.
[[nodiscard]] inline std::string pandas_series(const std::vector<std::string>& names,
                                               const std::vector<double>& values) {
    const std::vector<std::string> numbers = pandas_numbers(values);
    std::size_t name_width = 0;
    std::size_t number_width = 0;
    for (const std::string& name : names) { name_width = (std::max)(name_width, name.size()); }
    for (const std::string& n : numbers) { number_width = (std::max)(number_width, n.size()); }
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += names[i];
        text.append(name_width + 3 - names[i].size(), ' ');
        text.append(number_width - numbers[i].size(), ' ');
        text += numbers[i];
        text += '\n';
    }
    return text + "dtype: float64\n";
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/heat_map.hpp - latency over time: every request in its place, none averaged away.
#ifndef WICK_DETAIL_HEAT_MAP_HPP
#define WICK_DETAIL_HEAT_MAP_HPP

// wick/detail/histogram_quantiles.hpp - quantiles between the values of a histogram.
#ifndef WICK_DETAIL_HISTOGRAM_QUANTILES_HPP
#define WICK_DETAIL_HISTOGRAM_QUANTILES_HPP

// wick/detail/bucket_sums.hpp - sums over arrays of counts, several counts at a time.
#ifndef WICK_DETAIL_BUCKET_SUMS_HPP
#define WICK_DETAIL_BUCKET_SUMS_HPP


#include <cstddef> // std::size_t
#include <cstdint> // the counts
#include <cstring> // std::memcpy, to load and store

WICK_BEGIN_NAMESPACE
namespace detail {

#if defined(__GNUC__)
// What every 64-bit processor can add at once; without optimisation for one.
typedef std::uint64_t count_pair __attribute__((vector_size(16)));
#else
struct count_pair {
    std::uint64_t first, second;

    friend count_pair operator+(count_pair a, count_pair b) {
        return {a.first + b.first, a.second + b.second};
    }
    friend count_pair operator-(count_pair a, count_pair b) {
        return {a.first - b.first, a.second - b.second};
    }
    friend count_pair operator&(count_pair a, count_pair b) {
        return {a.first & b.first, a.second & b.second};
    }
    friend count_pair operator|(count_pair a, count_pair b) {
        return {a.first | b.first, a.second | b.second};
    }
    friend count_pair operator~(count_pair a) { return {~a.first, ~a.second}; }
};
#endif

/// Eight counts, which are worked on together.
struct eight_counts {
    count_pair a, b, c, d;

    friend eight_counts operator+(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d};
    }
    friend eight_counts operator-(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d};
    }
    friend eight_counts operator&(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d};
    }
    friend eight_counts operator|(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d};
    }
    friend eight_counts operator~(const eight_counts& x) noexcept {
        return {~x.a, ~x.b, ~x.c, ~x.d};
    }
};

// In pairs: compilers copy a greater piece by way of the stack.
[[nodiscard]] inline count_pair load_pair(const std::uint64_t* from) noexcept {
    count_pair loaded;
    std::memcpy(&loaded, from, sizeof loaded);
    return loaded;
}
inline void store_pair(std::uint64_t* to, count_pair counts) noexcept {
    std::memcpy(to, &counts, sizeof counts);
}
[[nodiscard]] inline eight_counts load_eight(const std::uint64_t* from) noexcept {
    return {load_pair(from), load_pair(from + 2), load_pair(from + 4), load_pair(from + 6)};
}
inline void store_eight(std::uint64_t* to, const eight_counts& counts) noexcept {
    store_pair(to, counts.a);
    store_pair(to + 2, counts.b);
    store_pair(to + 4, counts.c);
    store_pair(to + 6, counts.d);
}

/// The sums of c, c j and c j^2 over places j with the counts c, modulo 2^64.
struct place_sums {
    std::uint64_t counts = 0;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// Returns the sums over n counts, n a multiple of 8, by additions alone: the sums of running sums
/// from the end have each count once for each place up to its own.
[[nodiscard]] inline place_sums sums_of(const std::uint64_t* counts, std::size_t n) noexcept {
    eight_counts once{};
    eight_counts by_place{};
    eight_counts by_triangle{};
    for (std::size_t i = n; i > 0; i -= 8) {
        once = once + load_eight(counts + (i - 8));
        by_place = by_place + once;
        by_triangle = by_triangle + by_place;
    }
    std::uint64_t a[8];
    std::uint64_t b[8];
    std::uint64_t c[8];
    store_eight(a, once);
    store_eight(b, by_place);
    store_eight(c, by_triangle);
    place_sums sums;
    for (std::uint64_t k = 0; k < 8; ++k) {
        // Count t of lane k, at j = 8 t + k, is in these 1, t + 1 and (t + 1) (t + 2) / 2 times.
        const std::uint64_t by_t = b[k] - a[k];
        const std::uint64_t by_square = 2 * c[k] - 3 * b[k] + a[k];
        sums.counts += a[k];
        sums.first += 8 * by_t + k * a[k];
        sums.second += 64 * by_square + 16 * k * by_t + k * k * a[k];
    }
    return sums;
}

/// Returns the sum of n counts.
[[nodiscard]] inline std::uint64_t sum_of(const std::uint64_t* counts, std::size_t n) noexcept {
    const std::uint64_t* end = counts + n;
    eight_counts lanes{};
    for (; end - counts >= 8; counts += 8) { lanes = lanes + load_eight(counts); }
    std::uint64_t sum = 0;
    for (; counts != end; ++counts) { sum += *counts; }
    std::uint64_t by_lane[8];
    store_eight(by_lane, lanes);
    for (const std::uint64_t of_lane : by_lane) { sum += of_lane; }
    return sum;
}

/// Returns the place of the value of a rank, from 1, among n counts, n a multiple of 8; the last
/// one where there are too few.
[[nodiscard]] inline std::size_t
find_rank(const std::uint64_t* counts, std::size_t n, std::uint64_t rank) noexcept {
    std::size_t i = 0;
    for (; i + 8 < n; i += 8) {
        const std::uint64_t* of = counts + i;
        const std::uint64_t here =
            ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
        if (here >= rank) { break; }
        rank -= here;
    }
    for (; i + 1 < n && counts[i] < rank; ++i) { rank -= counts[i]; }
    return i;
}

/// Adds n counts to others, or takes them away; n is a multiple of 8. They may be the same.
template <bool Subtract>
void add_counts(std::uint64_t* to, const std::uint64_t* from, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; i += 8) {
        const eight_counts a = load_eight(to + i);
        const eight_counts b = load_eight(from + i);
        store_eight(to + i, Subtract ? a - b : a + b);
    }
}

/// True if none of n counts, n a multiple of 8, is less than the other one at its place.
[[nodiscard]] inline bool
none_less(const std::uint64_t* counts, const std::uint64_t* others, std::size_t n) noexcept {
    eight_counts borrows{};
    for (std::size_t i = 0; i < n; i += 8) {
        const eight_counts a = load_eight(counts + i);
        const eight_counts b = load_eight(others + i);
        borrows = borrows | (~a & b) | ((~a | b) & (a - b)); // the top bit says that a < b
    }
    std::uint64_t each[8];
    store_eight(each, borrows);
    std::uint64_t any = 0;
    for (const std::uint64_t borrow : each) { any |= borrow; }
    return any >> 63 == 0;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/sample_quantiles.hpp - quantiles and other figures of samples in order.
#ifndef WICK_DETAIL_SAMPLE_QUANTILES_HPP
#define WICK_DETAIL_SAMPLE_QUANTILES_HPP


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
// wick/histogram.hpp - the value for durations: counts in buckets of a fixed relative width.
#ifndef WICK_HISTOGRAM_HPP
#define WICK_HISTOGRAM_HPP


#include <algorithm>   // std::min, std::max, std::fill
#include <cmath>       // std::nextafter, std::ceil, std::sqrt
#include <cstddef>     // std::size_t
#include <cstdint>     // values and counts
#include <cstring>     // std::memcpy, for the bits of a double
#include <limits>      // infinity
#include <string>      // errors
#include <type_traits> // floating point durations
#include <utility>     // std::swap, std::pair
#include <vector>      // the counts

WICK_BEGIN_NAMESPACE

/// How a quantile becomes the rank of a value among n in order. The ports of HdrHistogram disagree.
enum class rank_rule : std::uint8_t {
    java, ///< the percentage rounded down by one unit in the last place, times n, rounded up
    c,    ///< the percentage times n, rounded to the nearest: what the ports to C, Go, Python do
};

/// The values low … high, both inclusive, and how many of them were recorded.
struct histogram_bucket {
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::uint64_t count = 0;

    friend bool operator==(const histogram_bucket& a, const histogram_bucket& b) {
        return a.low == b.low && a.high == b.high && a.count == b.count;
    }
    friend bool operator!=(const histogram_bucket& a, const histogram_bucket& b) {
        return !(a == b);
    }
};

/// The values low … high, both inclusive.
struct value_interval {
    std::int64_t low = 0;
    std::int64_t high = 0;

    friend bool operator==(const value_interval& a, const value_interval& b) {
        return a.low == b.low && a.high == b.high;
    }
    friend bool operator!=(const value_interval& a, const value_interval& b) { return !(a == b); }
};

/// A whole number of 128 bits: a sum that cannot overflow, of 2^64 values below 2^53.
struct wide_sum {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    void add(std::uint64_t value) noexcept {
        low += value;
        high += low < value ? 1 : 0;
    }
    void add(const wide_sum& other) noexcept {
        add(other.low);
        high += other.high;
    }
    /// Takes away what is not greater.
    void subtract(const wide_sum& other) noexcept {
        high -= other.high + (low < other.low ? 1 : 0);
        low -= other.low;
    }
    void add_product(std::uint64_t a, std::uint64_t b) noexcept {
        constexpr std::uint64_t half = 0xffffffff;
        const std::uint64_t low_high = (a & half) * (b >> 32);
        const std::uint64_t high_low = (a >> 32) * (b & half);
        add((a & half) * (b & half));
        add({low_high << 32, low_high >> 32});
        add({high_low << 32, high_low >> 32});
        high += (a >> 32) * (b >> 32);
    }
    /// Returns it as a double, to within a unit in the last place; exact below 2^53.
    [[nodiscard]] double to_double() const noexcept {
        return static_cast<double>(high) * 18446744073709551616.0 + static_cast<double>(low);
    }

    friend bool operator==(const wide_sum& a, const wide_sum& b) {
        return a.low == b.low && a.high == b.high;
    }
    friend bool operator!=(const wide_sum& a, const wide_sum& b) { return !(a == b); }
    friend bool operator<(const wide_sum& a, const wide_sum& b) {
        return a.high != b.high ? a.high < b.high : a.low < b.low;
    }
};

/// What one pass over a histogram tells.
struct histogram_figures {
    std::uint64_t count = 0;
    double mean = 0;
    double stddev = 0; ///< of the population
    std::int64_t min = 0;
    std::int64_t max = 0;
};

namespace detail {

/// Returns which of n values in order, counted from 1, stands for a percentile; n > 0.
[[nodiscard]] inline std::uint64_t
percentile_rank(double percent, std::uint64_t n, rank_rule rule) noexcept {
    if (percent >= 100) { return n; }
    const double count = static_cast<double>(n);
    double rank = 0;
    if (rule == rank_rule::c) {
        rank = std::floor(percent / 100 * count + 0.5);
    } else {
        // One unit down, since 0.07 * 100 is more than 7; and multiplied first, to round once less.
        rank = std::ceil(std::nextafter(percent, -infinity) * count / 100);
    }
    if (!(rank > 1)) { return 1; } // which is for NaN too
    return rank >= count ? n : static_cast<std::uint64_t>(rank);
}

/// Returns the exponent and the first bits of the mantissa of a value as a double: from 2^Bits on,
/// one more for each bucket. Negative values and those from 2^53 on have greater keys than any
/// bucket: one comparison finds them all.
template <unsigned Bits>
[[nodiscard]] std::uint64_t bucket_key(std::int64_t value) noexcept {
    const double number = static_cast<double>(value);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    return bits >> (52 - Bits);
}

[[nodiscard]] constexpr std::int64_t greatest_divisor(std::int64_t a, std::int64_t b) noexcept {
    while (b != 0) {
        const std::int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/// Returns a std::chrono::duration in nanoseconds, rounded to 0; -1 for all below and what is not a
/// number, 2^53 for all from there on. By its members: <chrono> is dear for who has none.
template <class Duration>
[[nodiscard]] std::int64_t to_nanoseconds(const Duration& elapsed) noexcept {
    using period = typename Duration::period;
    constexpr std::int64_t common = greatest_divisor(1000000000, period::den);
    constexpr std::int64_t times = period::num * (1000000000 / common);
    constexpr std::int64_t by = period::den / common;
    constexpr double limit = 9007199254740992.0;
    // A double says whether whole numbers can overflow.
    const double about =
        static_cast<double>(elapsed.count()) * static_cast<double>(times) / static_cast<double>(by);
    if (!(about > -1)) { return -1; }
    if (about >= limit) { return std::int64_t{1} << 53; }
    if constexpr (std::is_integral_v<typename Duration::rep>) {
        const auto count = static_cast<std::int64_t>(elapsed.count());
        return count / by * times + count % by * times / by;
    } else {
        return static_cast<std::int64_t>(about);
    }
}

} // namespace detail

/// Counts of values in buckets whose width is at most 2^-K of the values within (K = 10 for 3
/// significant digits, 7 for 2), and 1 below 2^(K + 1), over 0 … 2^53 - 1 without a range to be
/// guessed beforehand: HdrHistogram's geometry, for a lowest value of 1. The unit is the user's,
/// nanoseconds by convention. Count, sum, least and greatest value are kept exactly beside the
/// buckets. What lies outside of the range is clamped into it and counted as `below()` or
/// `above()`.
/// Allocation: one vector, the octaves between the least and the greatest value: 8 KiB each for 3
/// digits, 1 KiB for 2, at most 352 KiB and 47 KiB. Thread safety: that of a container.
/// Source: HdrHistogram (Tene), its geometry and its rule for percentiles.
template <int Digits = 3>
class histogram {
    static_assert(Digits == 2 || Digits == 3, "a histogram has 2 or 3 significant digits");

public:
    /// Significant decimal digits that are kept.
    static constexpr int digits = Digits;
    /// An octave, from a power of two to the next, has 2^precision_bits buckets.
    static constexpr unsigned precision_bits = Digits == 2 ? 7 : 10;
    /// The greatest value; those above are clamped to it.
    static constexpr std::int64_t max_value = (std::int64_t{1} << 53) - 1;
    /// The most values that whole histograms and known counts may add up to.
    static constexpr std::uint64_t max_count = (std::uint64_t{1} << 63) - 1;
    /// Buckets of the whole range.
    static constexpr std::uint32_t bucket_count = (53 - precision_bits + 1) << precision_bits;

    histogram() noexcept = default;
    histogram(const histogram&) = default;
    histogram& operator=(const histogram&) = default;
    histogram(histogram&& other) noexcept { swap(other); }
    histogram& operator=(histogram&& other) noexcept {
        histogram moved(std::move(other));
        swap(moved);
        return *this;
    }
    ~histogram() = default;

    // ---- geometry -----------------------------------------------------------------------------

    /// Returns the bucket of a value, which is clamped to the range.
    [[nodiscard]] static std::uint32_t index_of(std::int64_t value) noexcept {
        if (value < octave) { return value < 0 ? 0 : static_cast<std::uint32_t>(value); }
        return static_cast<std::uint32_t>(key_of((std::min)(value, max_value)) - first_key);
    }
    /// Returns the least value of a bucket; index < bucket_count.
    [[nodiscard]] static constexpr std::int64_t low_of(std::uint32_t index) noexcept {
        const std::uint32_t within = index & (octave - 1);
        return index < octave
                   ? index
                   : (std::int64_t{octave} + within) << shift_of(index >> precision_bits);
    }
    /// Returns the greatest value of a bucket; index < bucket_count.
    [[nodiscard]] static constexpr std::int64_t high_of(std::uint32_t index) noexcept {
        return low_of(index) + (std::int64_t{1} << shift_of(index >> precision_bits)) - 1;
    }
    /// Returns the value that stands for a bucket in sums: half its width above the least one.
    [[nodiscard]] static constexpr std::int64_t middle_of(std::uint32_t index) noexcept {
        return low_of(index) + ((std::int64_t{1} << shift_of(index >> precision_bits)) >> 1);
    }

    // ---- recording ----------------------------------------------------------------------------

    /// Counts a value. Cost: one or two nanoseconds; an allocation where it widens the range.
    void record(std::int64_t value) {
        const std::uint64_t key = key_of(value);
        if (key - inner_key_ >= inner_size_) {
            record_at_edge(value);
            return;
        }
        ++counts_[static_cast<std::size_t>(key - origin_)];
        tally(static_cast<std::size_t>(key), static_cast<std::uint64_t>(value));
    }

    /// Counts a value several times. False, and nothing changes, if the count would pass max_count.
    bool record(std::int64_t value, std::uint64_t times) {
        if (!has_room(times)) { return false; }
        if (times == 0) { return true; }
        add_times(clamp(value), clamp(value), times); // first: there may be no memory
        if (value < 0) { below_ += times; }
        if (value > max_value) { above_ += times; }
        settled_sum_.add_product(static_cast<std::uint64_t>(clamp(value)), times);
        return true;
    }

    /// Counts a std::chrono::duration, as whole nanoseconds. One that is not a number counts as
    /// below 0.
    template <class Duration, class = typename Duration::period>
    void record(const Duration& elapsed) {
        record(detail::to_nanoseconds(elapsed));
    }

    /// Counts a value, and those that were not measured because of it: a client that sends each
    /// `expected_interval` and waited for `value` would have seen value - interval, value - 2
    /// interval, … down to the interval. False, and nothing changes, if the count would pass
    /// max_count. This guesses; measuring from when a request should have started does not.
    /// Cost: a step for each bucket between the two, whatever their ratio.
    bool record_corrected(std::int64_t value, std::int64_t expected_interval) {
        const std::int64_t clamped = clamp(value);
        const bool stalled = expected_interval > 0 && clamped > expected_interval;
        const std::int64_t missed = stalled ? clamped / expected_interval - 1 : 0;
        if (!has_room(static_cast<std::uint64_t>(missed) + 1)) { return false; }
        widen(clamped - missed * (stalled ? expected_interval : 0), clamped);
        record(value);
        std::int64_t next = clamped;
        for (std::int64_t left = missed; left > 0;) {
            next -= expected_interval;
            const std::int64_t room = (next - low_of(index_of(next))) / expected_interval;
            const std::int64_t here = (std::min)(left, room + 1);
            const std::int64_t last = next - (here - 1) * expected_interval;
            add_times(last, next, static_cast<std::uint64_t>(here));
            add_series(last, next, here);
            left -= here;
            next = last;
        }
        return true;
    }

    /// Counts values of which only the bucket is known: sum, least and greatest value are derived
    /// from the buckets from now on, unless `set_exact` tells them. False, and nothing changes, if
    /// there is no such bucket or the count would pass max_count.
    [[nodiscard]] bool add_bucket(std::uint32_t index, std::uint64_t times) {
        if (index >= bucket_count || !has_room(times)) { return false; }
        if (times == 0) { return true; }
        add_times(low_of(index), high_of(index), times);
        sum_known_ = extremes_known_ = false;
        return true;
    }

    /// The same for the n buckets from `first` on, and in one go.
    [[nodiscard]] bool
    add_buckets(std::uint32_t first, const std::uint64_t* counts, std::size_t n) {
        if (first > bucket_count || n > bucket_count - first) { return false; }
        while (n > 0 && counts[n - 1] == 0) { --n; }
        std::size_t skip = 0;
        while (skip < n && counts[skip] == 0) { ++skip; }
        std::uint64_t low = 0; // in halves, which cannot overflow
        std::uint64_t high = 0;
        for (std::size_t i = skip; i < n; ++i) {
            low += counts[i] & 0xffffffff;
            high += counts[i] >> 32;
        }
        if (high + (low >> 32) > (max_count >> 32)) { return false; }
        const std::uint64_t times = (high << 32) + low;
        if (!has_room(times)) { return false; }
        if (times == 0) { return true; }
        const std::uint32_t last = first + static_cast<std::uint32_t>(n - 1);
        widen(low_of(first + static_cast<std::uint32_t>(skip)), high_of(last));
        // From the first count on that is there: the window may begin behind `first`.
        std::uint64_t* to = counts_.data() + (first + skip - first_index());
        for (std::size_t i = skip; i < n; ++i) { *to++ += counts[i]; }
        settled_count_ += times;
        sum_known_ = extremes_known_ = false;
        return true;
    }

    /// Tells what is known beside the buckets. An error if it contradicts them; nothing changes
    /// then.
    [[nodiscard]] error set_exact(const wide_sum& sum, std::int64_t least, std::int64_t greatest);

    /// Tells how many of the values had been clamped, to 0 and to max_value. An error if there are
    /// fewer in these buckets; nothing changes then.
    [[nodiscard]] error set_clamped(std::uint64_t below, std::uint64_t above) {
        if (below > count_at(0) || above > count_at(bucket_count - 1)) {
            return {"more values were clamped than there are in the bucket"};
        }
        below_ = below;
        above_ = above;
        return {};
    }

    /// Makes room for the values low … high, so that recording them does not allocate.
    void reserve(std::int64_t low, std::int64_t high) {
        cover(octave_of(low), octave_of((std::max)(low, high)));
    }

    /// Forgets all values; the memory stays.
    void reset() noexcept {
        std::fill(counts_.begin(), counts_.end(), std::uint64_t{0});
        std::fill(lanes_, lanes_ + lane_count, lane{});
        settled_count_ = below_ = above_ = 0;
        settled_sum_ = {};
        sum_known_ = extremes_known_ = true;
        set_extremes(none_least, none_most);
    }

    // ---- whole histograms ---------------------------------------------------------------------

    /// Adds what another one counted: the same as recording both streams of values, in any order.
    /// An error if the count would pass max_count; nothing changes then.
    [[nodiscard]] error merge(const histogram& other);

    /// Adds what one with more digits counted; each of its buckets lies within one of these.
    template <int Other>
    [[nodiscard]] error merge(const histogram<Other>& other);

    /// Takes away what an earlier state of this one counted. The sum stays exact, the least and the
    /// greatest value are derived. An error if `earlier` is no earlier state; nothing changes then.
    [[nodiscard]] error subtract(const histogram& earlier);

    void swap(histogram& other) noexcept {
        std::swap(counts_, other.counts_);
        std::swap(lanes_, other.lanes_);
        std::swap(first_octave_, other.first_octave_);
        std::swap(origin_, other.origin_);
        std::swap(inner_key_, other.inner_key_);
        std::swap(inner_size_, other.inner_size_);
        std::swap(settled_count_, other.settled_count_);
        std::swap(settled_sum_, other.settled_sum_);
        std::swap(least_, other.least_);
        std::swap(most_, other.most_);
        std::swap(below_, other.below_);
        std::swap(above_, other.above_);
        std::swap(sum_known_, other.sum_known_);
        std::swap(extremes_known_, other.extremes_known_);
    }
    friend void swap(histogram& a, histogram& b) noexcept { a.swap(b); }

    // ---- what was recorded --------------------------------------------------------------------

    [[nodiscard]] bool empty() const noexcept { return most_ < least_; }
    /// How many values there are.
    [[nodiscard]] std::uint64_t count() const noexcept {
        std::uint64_t sum = settled_count_;
        for (const lane& l : lanes_) { sum += l.count; }
        return sum;
    }
    /// How many of them were less than 0, and count as 0.
    [[nodiscard]] std::uint64_t below() const noexcept { return below_; }
    /// How many of them were more than max_value, and count as that.
    [[nodiscard]] std::uint64_t above() const noexcept { return above_; }

    /// True if sum, least and greatest value are those of the values; else of the buckets.
    [[nodiscard]] bool exact() const noexcept { return sum_known_ && extremes_known_; }
    /// The same, of the sum and the mean alone.
    [[nodiscard]] bool exact_sum() const noexcept { return sum_known_; }
    /// The same, of the least and the greatest value alone.
    [[nodiscard]] bool exact_extremes() const noexcept { return extremes_known_; }

    /// Returns the sum of the values; derived: of the middles of their buckets.
    [[nodiscard]] wide_sum total() const noexcept {
        return sum_known_ ? recorded_sum() : sum_buckets().middle;
    }
    /// The least and the greatest sum that values in these buckets can have.
    [[nodiscard]] std::pair<wide_sum, wide_sum> sum_bounds() const noexcept {
        const bucket_sums sums = sum_buckets();
        return {sums.low, sums.high};
    }
    [[nodiscard]] double sum() const noexcept { return total().to_double(); }
    /// 0 if empty.
    [[nodiscard]] double mean() const noexcept {
        return empty() ? 0 : sum() / static_cast<double>(count());
    }
    /// Returns the standard deviation of the population, of the middles of the buckets; 0 if empty.
    [[nodiscard]] double stddev() const noexcept { return figures().stddev; }
    /// Returns the least value; derived: the least of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t least() const noexcept { return empty() ? 0 : least_; }
    /// Returns the greatest value; derived: the greatest of its bucket. 0 if empty.
    [[nodiscard]] std::int64_t greatest() const noexcept { return empty() ? 0 : most_; }

    /// Returns the value at a share q, 0 … 1, of the values in order: the greatest of its bucket
    /// (of the least one's, the least), but none beyond least() and greatest(). At most 2^-K of the
    /// value too great, never too small. 0 if empty.
    [[nodiscard]] std::int64_t quantile(double q, rank_rule rule = rank_rule::java) const noexcept {
        return percentile(q * 100, rule);
    }
    /// The same, by the percentage, as HdrHistogram's ports are asked.
    [[nodiscard]] std::int64_t percentile(double percent,
                                          rank_rule rule = rank_rule::java) const noexcept {
        std::int64_t value = 0;
        percentiles(&percent, 1, 1, &value, rule);
        return value;
    }
    /// Writes the quantiles qs[0] … qs[n - 1], in any order, to out[0] … out[n - 1]. One pass.
    void quantiles(const double* qs,
                   std::size_t n,
                   std::int64_t* out,
                   rank_rule rule = rank_rule::java) const noexcept {
        percentiles(qs, n, 100, out, rule);
    }
    /// Returns the figures, and writes quantiles as above, all in one pass.
    histogram_figures figures(const double* qs = nullptr,
                              std::size_t n = 0,
                              std::int64_t* out = nullptr,
                              rank_rule rule = rank_rule::java) const noexcept;

    /// Returns the values between which the q-quantile lies of what the values are a sample of: the
    /// buckets of the order statistics that bound it (binomial). Assumes independent values, which
    /// those of one loaded server are not. 0 and max_value stand for "no bound", where there are
    /// too few values for one.
    [[nodiscard]] value_interval quantile_interval(double q,
                                                   double confidence = 0.95) const noexcept;

    /// Returns how many values there are from low to high, in the whole buckets of both.
    [[nodiscard]] std::uint64_t count_between(std::int64_t low, std::int64_t high) const noexcept {
        const std::uint32_t first = (std::max)(index_of(low), first_index());
        const std::uint32_t end = (std::min)(index_of(high) + 1, end_index());
        if (high < low || end <= first) { return 0; }
        return detail::sum_of(counts_.data() + (first - first_index()), end - first);
    }
    /// Returns the share, 0 … 1, of values up to `value`, with all of its bucket; 1 if empty.
    [[nodiscard]] double share_at_or_below(std::int64_t value) const {
        if (empty()) { return 1; }
        return static_cast<double>(count_between(0, value)) / static_cast<double>(count());
    }
    /// Returns the share, 0 … 1, of values in the buckets above that of `threshold`; 0 if empty.
    [[nodiscard]] double share_above(std::int64_t threshold) const {
        if (empty()) { return 0; }
        const std::uint64_t more = count() - count_between(0, threshold);
        return static_cast<double>(more) / static_cast<double>(count());
    }

    // ---- buckets ------------------------------------------------------------------------------

    /// Calls f(const histogram_bucket&) for each bucket that is not empty, in ascending order.
    template <class F>
    void for_each_bucket(F&& f) const {
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            if (counts_[i] == 0) { continue; }
            const std::uint32_t index = first_index() + static_cast<std::uint32_t>(i);
            f(histogram_bucket{low_of(index), high_of(index), counts_[i]});
        }
    }
    /// Returns how many values a bucket has; any index.
    [[nodiscard]] std::uint64_t count_at(std::uint32_t index) const noexcept {
        return index < first_index() || index >= end_index() ? 0 : counts_[index - first_index()];
    }
    /// Returns the bucket whose count is counts()[0]: the first one of an octave.
    [[nodiscard]] std::uint32_t first_index() const noexcept {
        return first_octave_ << precision_bits;
    }
    /// The buckets from first_index() on; those that are not there are empty.
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const noexcept { return counts_; }

    /// True for equal content, whatever room was made for it.
    friend bool operator==(const histogram& a, const histogram& b) {
        return a.count() == b.count() && a.below_ == b.below_ && a.above_ == b.above_ &&
               a.least_ == b.least_ && a.most_ == b.most_ &&
               a.extremes_known_ == b.extremes_known_ && a.sum_known_ == b.sum_known_ &&
               (!a.sum_known_ || a.recorded_sum() == b.recorded_sum()) && a.has_counts_of(b);
    }
    friend bool operator!=(const histogram& a, const histogram& b) { return !(a == b); }

private:
    template <int>
    friend class histogram;
    template <int D>
    friend error validate(const histogram<D>& h);

    // Counts and sums of some of the values: those of one bucket in one lane.
    struct lane {
        std::uint64_t count = 0;
        std::uint64_t sum = 0;
    };
    // The sums of what the values would be if each were the least, the middle or the greatest one
    // of its bucket.
    struct bucket_sums {
        wide_sum low, middle, high;
    };

    static constexpr std::uint32_t octave = 1u << precision_bits; // how many buckets one has
    static constexpr std::uint32_t octave_count = bucket_count >> precision_bits;
    static constexpr std::size_t lane_count = 8;
    static constexpr std::int64_t none_least = (std::numeric_limits<std::int64_t>::max)();
    static constexpr std::int64_t none_most = -1;
    // What key_of would be for bucket 0, if the buckets below 2^precision_bits went on downwards as
    // the others do.
    static constexpr std::uint64_t first_key =
        ((std::uint64_t{1023} + precision_bits) << precision_bits) - octave;

    std::vector<std::uint64_t> counts_; // whole octaves, the first of which is first_octave_
    std::uint64_t origin_ = 0;          // the key of counts_[0]
    // The keys of buckets at or above 2^precision_bits whose values all lie from least_ to most_.
    std::uint64_t inner_key_ = 0;
    std::uint64_t inner_size_ = 0;
    lane lanes_[lane_count];
    std::uint64_t settled_count_ = 0; // beside those in the lanes
    wide_sum settled_sum_;
    // All values lie between these; extremes_known_ says that there are such values.
    std::int64_t least_ = none_least;
    std::int64_t most_ = none_most;
    std::uint64_t below_ = 0;
    std::uint64_t above_ = 0;
    std::uint32_t first_octave_ = 0;
    bool sum_known_ = true;
    bool extremes_known_ = true;

    // ---- geometry -----------------------------------------------------------------------------

    [[nodiscard]] static std::uint64_t key_of(std::int64_t value) noexcept {
        return detail::bucket_key<precision_bits>(value);
    }
    // The base-2 logarithm of the width of an octave's buckets.
    [[nodiscard]] static constexpr unsigned shift_of(std::uint32_t octave_index) noexcept {
        return octave_index == 0 ? 0 : octave_index - 1;
    }
    [[nodiscard]] static std::uint32_t octave_of(std::int64_t value) noexcept {
        return index_of(value) >> precision_bits;
    }
    [[nodiscard]] static constexpr std::int64_t clamp(std::int64_t value) noexcept {
        return value < 0 ? 0 : (std::min)(value, max_value);
    }
    [[nodiscard]] std::uint32_t end_index() const noexcept {
        return first_index() + static_cast<std::uint32_t>(counts_.size());
    }
    [[nodiscard]] const std::uint64_t* octave_at(std::uint32_t octave_index) const noexcept {
        return counts_.data() + (std::size_t{octave_index - first_octave_} << precision_bits);
    }

    // ---- recording ----------------------------------------------------------------------------

    // Adds a value to the sum and to the count. What follows waits for the addition before only
    // where it is to the same lane, and values of one bucket wait for each other anyway.
    void tally(std::size_t bucket, std::uint64_t value) noexcept {
        lane& l = lanes_[bucket % lane_count];
        ++l.count;
        l.sum += value;
        if (l.sum < value) { carry(); }
    }
    [[gnu::noinline, gnu::cold]] void carry() noexcept { ++settled_sum_.high; }

    // Counts a value that is below 2^precision_bits, or in the bucket of the least or the greatest,
    // or out of the range.
    [[gnu::noinline]] void record_at_edge(std::int64_t value) {
        if (value < least_ || value > most_) {
            widen(clamp(value), clamp(value));
            if (value < 0) { ++below_; }
            if (value > max_value) { ++above_; }
            value = clamp(value);
        }
        const std::uint32_t index = index_of(value);
        ++counts_[index - first_index()];
        tally(index, static_cast<std::uint64_t>(value));
    }

    [[nodiscard]] bool has_room(std::uint64_t times) const noexcept {
        return times <= max_count && count() <= max_count - times;
    }

    // Counts values of one bucket, from low to high, but for their sum.
    void add_times(std::int64_t low, std::int64_t high, std::uint64_t times) {
        widen(low, high);
        counts_[index_of(low) - first_index()] += times;
        settled_count_ += times;
    }
    // Adds an arithmetic series to the sum.
    void add_series(std::int64_t first, std::int64_t last, std::int64_t terms) noexcept {
        const auto ends = static_cast<std::uint64_t>(first + last);
        const auto n = static_cast<std::uint64_t>(terms);
        const bool halves = ends % 2 == 0; // one of the two is even
        settled_sum_.add_product(halves ? ends / 2 : ends, halves ? n : n / 2);
    }

    // All values are from low to high from now on too, and there is room for them.
    void widen(std::int64_t low, std::int64_t high) {
        if (low >= least_ && high <= most_) { return; }
        cover(octave_of(low), octave_of(high));
        set_extremes((std::min)(least_, low), (std::max)(most_, high));
    }

    void set_extremes(std::int64_t low, std::int64_t high) noexcept {
        least_ = low;
        most_ = high;
        inner_size_ = 0;
        if (empty()) { return; }
        std::uint32_t first = index_of(low);
        std::uint32_t end = index_of(high);
        // A value in the bucket of an extreme one may become the extreme, unless that is its end.
        first += low > low_of(first) ? 1u : 0u;
        end += high < high_of(end) ? 0u : 1u;
        first = (std::max)(first, octave);
        inner_key_ = first_key + first;
        inner_size_ = end > first ? end - first : 0;
    }

    // Makes the window have the octaves first … last too. There are few: each is only ever added
    // once, so that room to spare would save little and cost memory.
    void cover(std::uint32_t first, std::uint32_t last) {
        const auto size = static_cast<std::uint32_t>(counts_.size() >> precision_bits);
        if (size != 0) {
            if (first >= first_octave_ && last < first_octave_ + size) { return; }
            first = (std::min)(first, first_octave_);
            last = (std::max)(last, first_octave_ + size - 1);
        }
        std::vector<std::uint64_t> grown(std::size_t{last - first + 1} << precision_bits);
        const std::size_t below = size == 0 ? 0 : first_octave_ - first;
        std::copy(counts_.begin(),
                  counts_.end(),
                  grown.begin() + static_cast<std::ptrdiff_t>(below << precision_bits));
        counts_ = std::move(grown);
        first_octave_ = first;
        origin_ = first_key + first_index();
    }

    // ---- what was recorded --------------------------------------------------------------------

    [[nodiscard]] wide_sum recorded_sum() const noexcept {
        wide_sum sum = settled_sum_;
        for (const lane& l : lanes_) { sum.add(l.sum); }
        return sum;
    }
    // Moves what is in the lanes to where it can be taken away from.
    void settle() noexcept {
        settled_sum_ = recorded_sum();
        settled_count_ = count();
        std::fill(lanes_, lanes_ + lane_count, lane{});
    }

    [[nodiscard]] bool has_counts_of(const histogram& other) const noexcept {
        for (std::uint32_t i = index_of(least_); !empty() && i <= index_of(most_); ++i) {
            if (count_at(i) != other.count_at(i)) { return false; }
        }
        return true;
    }

    // Returns the ends of the first and of the last bucket that are not empty.
    [[nodiscard]] value_interval bucket_extremes() const noexcept {
        std::uint32_t first = first_index();
        std::uint32_t end = end_index();
        while (first < end && count_at(first) == 0) { ++first; }
        while (first < end && count_at(end - 1) == 0) { --end; }
        if (first == end) { return {none_least, none_most}; }
        return {low_of(first), high_of(end - 1)};
    }

    // The sums in 64 bits hold, as long as there are fewer values than this.
    static constexpr std::uint64_t many = std::uint64_t{1} << 43;

    [[nodiscard]] bucket_sums sum_buckets() const noexcept {
        bucket_sums sums;
        if (empty()) { return sums; }
        if (count() >= many) { return sum_buckets_slowly(); }
        for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
            add_octave(sums, o, detail::sums_of(octave_at(o), octave));
        }
        return sums;
    }
    static void
    add_octave(bucket_sums& sums, std::uint32_t o, const detail::place_sums& of) noexcept {
        const std::uint64_t width = std::uint64_t{1} << shift_of(o);
        wide_sum low;
        low.add_product(of.counts, static_cast<std::uint64_t>(low_of(o << precision_bits)));
        low.add_product(of.first, width);
        sums.low.add(low);
        sums.middle.add(low);
        sums.middle.add_product(of.counts, width / 2);
        sums.high.add(low);
        sums.high.add_product(of.counts, width - 1);
    }
    [[nodiscard]] bucket_sums sum_buckets_slowly() const noexcept {
        bucket_sums sums;
        for (std::uint32_t i = index_of(least_); i <= index_of(most_); ++i) {
            sums.low.add_product(count_at(i), static_cast<std::uint64_t>(low_of(i)));
            sums.middle.add_product(count_at(i), static_cast<std::uint64_t>(middle_of(i)));
            sums.high.add_product(count_at(i), static_cast<std::uint64_t>(high_of(i)));
        }
        return sums;
    }
    [[nodiscard]] bool may_sum_to(const wide_sum& sum) const noexcept {
        const bucket_sums sums = sum_buckets();
        return !(sum < sums.low) && !(sums.high < sum);
    }

    // Returns an octave's part of the sum of squared distances of the middles of the buckets from
    // `center`: their distances from its own mean, and the distance of that. In whole numbers as
    // far as can be, so that equal values have no distance.
    [[nodiscard]] static double
    squares_of(std::uint32_t o, const detail::place_sums& sums, double center) noexcept {
        if (sums.counts == 0) { return 0; }
        const std::uint64_t pivot = sums.first / sums.counts;
        const std::uint64_t rest = sums.first - pivot * sums.counts;
        const std::uint64_t about_pivot =
            sums.second - 2 * pivot * sums.first + pivot * pivot * sums.counts;
        const double n = static_cast<double>(sums.counts);
        const double beyond = static_cast<double>(rest) / n;
        const double width = static_cast<double>(std::int64_t{1} << shift_of(o));
        const double middle = static_cast<double>(middle_of(o << precision_bits)) +
                              width * (static_cast<double>(pivot) + beyond);
        const double distance = middle - center;
        const double within = static_cast<double>(about_pivot) - n * beyond * beyond;
        return (std::max)(within, 0.0) * width * width + n * distance * distance;
    }

    // Figures of counts that are too many for sums in 64 bits.
    [[nodiscard]] histogram_figures figures_slowly() const noexcept {
        const double all = static_cast<double>(count());
        const wide_sum middles = sum_buckets_slowly().middle;
        const double center = middles.to_double() / all;
        double squares = 0;
        for (std::uint32_t i = index_of(least_); i <= index_of(most_); ++i) {
            const double distance = static_cast<double>(middle_of(i)) - center;
            squares += static_cast<double>(count_at(i)) * distance * distance;
        }
        const wide_sum sum = sum_known_ ? recorded_sum() : middles;
        return {count(), sum.to_double() / all, std::sqrt(squares / all), least_, most_};
    }

    // The bucket of the value of a rank, from 1 to the count, from counts by octave.
    template <class Counts>
    [[nodiscard]] std::uint32_t bucket_at(std::uint64_t rank,
                                          const Counts& counts_of) const noexcept {
        std::uint32_t o = octave_of(least_);
        for (; o < octave_of(most_) && counts_of(o) < rank; ++o) { rank -= counts_of(o); }
        const std::size_t within = detail::find_rank(octave_at(o), octave, rank);
        return (o << precision_bits) + static_cast<std::uint32_t>(within);
    }

    template <class Counts>
    [[nodiscard]] std::int64_t
    value_at(double percent, rank_rule rule, const Counts& counts_of) const noexcept {
        const std::uint64_t rank = detail::percentile_rank(percent, count(), rule);
        const std::uint32_t index = bucket_at(rank, counts_of);
        const std::int64_t value = percent > 0 ? high_of(index) : low_of(index);
        return (std::min)((std::max)(value, least_), most_);
    }

    void percentiles(const double* asked,
                     std::size_t n,
                     double scale,
                     std::int64_t* out,
                     rank_rule rule) const noexcept {
        std::fill(out, out + n, std::int64_t{0});
        if (empty() || n == 0) { return; }
        std::uint64_t by_octave[octave_count];
        count_octaves(by_octave);
        const auto counts_of = [&](std::uint32_t o) { return by_octave[o]; };
        for (std::size_t i = 0; i < n; ++i) {
            out[i] = value_at(asked[i] * scale, rule, counts_of);
        }
    }
    void count_octaves(std::uint64_t* by_octave) const noexcept {
        for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
            by_octave[o] = detail::sum_of(octave_at(o), octave);
        }
    }

    // ---- whole histograms ---------------------------------------------------------------------

    template <bool Subtract>
    void add_counts(const histogram& other) noexcept {
        for (std::uint32_t o = octave_of(other.least_); o <= octave_of(other.most_); ++o) {
            detail::add_counts<Subtract>(
                const_cast<std::uint64_t*>(octave_at(o)), other.octave_at(o), octave);
        }
    }
    [[nodiscard]] bool has_counts(const histogram& other) const noexcept {
        if (other.empty()) { return true; }
        const bool covered = !empty() && octave_of(other.least_) >= octave_of(least_) &&
                             octave_of(other.most_) <= octave_of(most_);
        if (!covered || other.below_ > below_ || other.above_ > above_) { return false; }
        for (std::uint32_t o = octave_of(other.least_); o <= octave_of(other.most_); ++o) {
            if (!detail::none_less(octave_at(o), other.octave_at(o), octave)) { return false; }
        }
        const std::uint32_t last = bucket_count - 1; // clamped values are among those at the ends
        return below_ - other.below_ <= count_at(0) - other.count_at(0) &&
               above_ - other.above_ <= count_at(last) - other.count_at(last);
    }
    template <int Other>
    void add_totals(const histogram<Other>& other) noexcept {
        settle();
        settled_count_ += other.count();
        settled_sum_.add(other.recorded_sum());
        below_ += other.below_;
        above_ += other.above_;
        sum_known_ = sum_known_ && other.sum_known_;
        extremes_known_ = extremes_known_ && other.extremes_known_;
    }
};

template <int Digits>
error histogram<Digits>::set_exact(const wide_sum& sum, std::int64_t least, std::int64_t greatest) {
    if (empty()) { return {"an empty histogram has no least value"}; }
    const value_interval ends = bucket_extremes();
    const bool in_buckets = least >= ends.low && index_of(least) == index_of(ends.low) &&
                            greatest <= ends.high && index_of(greatest) == index_of(ends.high);
    if (!in_buckets || greatest < least) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (!may_sum_to(sum)) { return {"the sum is not one of values in the buckets"}; }
    settle();
    settled_sum_ = sum;
    set_extremes(least, greatest);
    sum_known_ = extremes_known_ = true;
    return {};
}

template <int Digits>
error histogram<Digits>::merge(const histogram& other) {
    if (!has_room(other.count())) { return {"the counts add up to 2^63 or more"}; }
    if (other.empty()) { return {}; }
    widen(other.least_, other.most_);
    add_counts<false>(other);
    add_totals(other);
    return {};
}

template <int Digits>
template <int Other>
error histogram<Digits>::merge(const histogram<Other>& other) {
    static_assert(Other > Digits, "buckets cannot be split: merge into the one with fewer digits");
    if (!has_room(other.count())) { return {"the counts add up to 2^63 or more"}; }
    if (other.empty()) { return {}; }
    // Ends of a narrow bucket are no ends of a wide one.
    widen(other.extremes_known_ ? other.least_ : low_of(index_of(other.least_)),
          other.extremes_known_ ? other.most_ : high_of(index_of(other.most_)));
    constexpr unsigned folded = histogram<Other>::precision_bits - precision_bits;
    for (std::uint32_t o = other.octave_of(other.least_); o <= other.octave_of(other.most_); ++o) {
        const std::uint64_t* from = other.octave_at(o);
        const std::uint32_t first = o << histogram<Other>::precision_bits;
        if (o == 0) { // that many octaves here
            for (std::uint32_t i = 0; i < other.octave; ++i) {
                if (from[i] != 0) { counts_[index_of(other.low_of(i)) - first_index()] += from[i]; }
            }
            continue;
        }
        std::uint64_t* to = &counts_[index_of(other.low_of(first)) - first_index()];
        for (std::uint32_t i = 0; i < octave; ++i) {
            to[i] += detail::sum_of(from + (std::size_t{i} << folded), std::size_t{1} << folded);
        }
    }
    add_totals(other);
    return {};
}

template <int Digits>
error histogram<Digits>::subtract(const histogram& earlier) {
    const error no_state{"what is taken away is no earlier state of the histogram"};
    if (!has_counts(earlier)) { return no_state; }
    if (earlier.empty()) { return {}; }
    const bool sum_known = sum_known_ && earlier.sum_known_;
    const std::uint64_t taken = earlier.count();
    settle();
    wide_sum sum = settled_sum_;
    sum.subtract(earlier.recorded_sum());
    add_counts<true>(earlier);
    if (sum_known && !may_sum_to(sum)) {
        add_counts<false>(earlier);
        return no_state;
    }
    below_ -= earlier.below_;
    above_ -= earlier.above_;
    settled_count_ -= taken;
    settled_sum_ = sum;
    const value_interval ends = bucket_extremes();
    set_extremes(ends.low, ends.high);
    sum_known_ = sum_known;
    extremes_known_ = false;
    if (empty()) { reset(); } // then all is known
    return {};
}

template <int Digits>
histogram_figures histogram<Digits>::figures(const double* qs,
                                             std::size_t n,
                                             std::int64_t* out,
                                             rank_rule rule) const noexcept {
    histogram_figures made;
    made.count = count();
    if (empty() || made.count >= many) {
        percentiles(qs, n, 100, out, rule);
        return empty() ? made : figures_slowly();
    }
    detail::place_sums by_octave[octave_count];
    bucket_sums sums;
    for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
        by_octave[o] = detail::sums_of(octave_at(o), octave);
        add_octave(sums, o, by_octave[o]);
    }
    const double all = static_cast<double>(made.count);
    double squares = 0;
    for (std::uint32_t o = octave_of(least_); o <= octave_of(most_); ++o) {
        squares += squares_of(o, by_octave[o], sums.middle.to_double() / all);
    }
    made.mean = (sum_known_ ? recorded_sum() : sums.middle).to_double() / all;
    made.stddev = std::sqrt(squares / all);
    made.min = least_;
    made.max = most_;
    const auto counts_of = [&](std::uint32_t o) { return by_octave[o].counts; };
    for (std::size_t i = 0; i < n; ++i) { out[i] = value_at(qs[i] * 100, rule, counts_of); }
    return made;
}

template <int Digits>
value_interval histogram<Digits>::quantile_interval(double q, double confidence) const noexcept {
    value_interval found{0, max_value};
    if (empty()) { return found; }
    const std::uint64_t n = count();
    const detail::rank_interval ranks = detail::quantile_ranks(n, q, confidence);
    std::uint64_t by_octave[octave_count];
    count_octaves(by_octave);
    const auto counts_of = [&](std::uint32_t o) { return by_octave[o]; };
    if (ranks.low > 0) { found.low = (std::max)(low_of(bucket_at(ranks.low, counts_of)), least_); }
    if (ranks.high <= n) {
        found.high = (std::min)(high_of(bucket_at(ranks.high, counts_of)), most_);
    }
    return found;
}

/// Returns what is wrong with a histogram: its counts beside its totals.
template <int Digits>
[[nodiscard]] error validate(const histogram<Digits>& h) {
    using type = histogram<Digits>;
    if (h.counts_.size() % type::octave != 0 || h.end_index() > type::bucket_count) {
        return {"the buckets are not whole octaves of the range"};
    }
    std::uint64_t sum = 0;
    for (const std::uint64_t count : h.counts_) {
        if (count > ~sum) { return {"the counts add up to 2^64 or more"}; }
        sum += count;
    }
    if (sum != h.count() || (sum == 0) != h.empty()) {
        return {"the count is not the sum of the buckets"};
    }
    if (h.below_ > h.count_at(0) || h.above_ > h.count_at(type::bucket_count - 1)) {
        return {"more values were clamped than there are in the bucket"};
    }
    if (h.empty()) {
        return h.recorded_sum() == wide_sum{} ? error{} : error{"a sum of no values"};
    }
    const value_interval ends = h.bucket_extremes();
    if (type::index_of(h.least_) != type::index_of(ends.low) ||
        type::index_of(h.most_) != type::index_of(ends.high)) {
        return {"the least or the greatest value is not in its bucket"};
    }
    if (h.sum_known_ && !h.may_sum_to(h.recorded_sum())) {
        return {"the sum is not one of values in the buckets"};
    }
    return {};
}

WICK_END_NAMESPACE

#endif

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
// wick/detail/latency_windows.hpp - a ring of histograms by time, and the height of a series.
#ifndef WICK_DETAIL_LATENCY_WINDOWS_HPP
#define WICK_DETAIL_LATENCY_WINDOWS_HPP


#include <algorithm> // std::sort
#include <cmath>     // std::isnan
#include <cstddef>   // std::size_t
#include <cstdint>   // times
#include <limits>    // NaN
#include <string>    // errors
#include <vector>    // the ring, series

WICK_BEGIN_NAMESPACE

/// The last windows of time, each with a histogram of the requests in it: a ring, which forgets the
/// oldest as newer ones begin. Times are in nanoseconds from any instant, 0 or later, in any order.
/// Window w holds the times from w * length() on.
/// Allocation: an empty histogram is small; one in use has 8 KiB an octave (2 digits: 1 KiB).
/// Thread safety: that of a container.
template <int Digits = 3>
class latency_windows {
public:
    /// Windows of so many nanoseconds, of which so many are kept; both at least 1.
    explicit latency_windows(std::int64_t length_ns = 1'000'000'000, std::size_t capacity = 3600)
        : length_(length_ns)
        , ring_(capacity) {
        WICK_ASSERT(length_ns > 0 && capacity > 0);
    }

    [[nodiscard]] std::int64_t length() const noexcept { return length_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return ring_.size(); }

    /// Counts a request. `time_ns` is when it ended or when it should have begun, the same for all.
    /// False, and it counts as refused, if that is negative or before the oldest window kept.
    bool record(std::int64_t time_ns, std::int64_t value) {
        histogram<Digits>* window = window_at(time_ns);
        if (window == nullptr) {
            ++refused_;
            return false;
        }
        window->record(value);
        return true;
    }

    /// Adds an interval that begins at a time and lies within a window: a snapshot of a recorder,
    /// a line of a log. An error if it is too old, or if counts overflow.
    [[nodiscard]] error add(std::int64_t time_ns, const histogram<Digits>& interval) {
        histogram<Digits>* window = window_at(time_ns);
        if (window == nullptr) {
            refused_ += interval.count();
            return {"the time " + std::to_string(time_ns) +
                    " ns is negative or before the oldest window"};
        }
        return window->merge(interval);
    }

    /// How many windows there are, from the first to the last that was used; those between that
    /// had no requests count.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    /// When window i begins; i < size(), from the oldest on.
    [[nodiscard]] std::int64_t time(std::size_t i) const noexcept {
        return (first_ + static_cast<std::int64_t>(i)) * length_;
    }
    /// The requests of window i; i < size().
    [[nodiscard]] const histogram<Digits>& operator[](std::size_t i) const noexcept {
        return ring_[slot(first_ + static_cast<std::int64_t>(i))];
    }
    /// Requests that were in windows which the ring had to give up.
    [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }
    /// Requests that were not counted, as their time was negative or too old.
    [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }

    /// Returns all requests together. An error if their count overflows.
    [[nodiscard]] result<histogram<Digits>> total() const {
        result<histogram<Digits>> made;
        for (std::size_t i = 0; i < size_ && !made.error; ++i) {
            made.error = made.value.merge((*this)[i]);
        }
        return made;
    }

    /// Returns the q-quantile of each window, NaN where it has fewer than `least_requests`: with
    /// 10 a P90 rests on two of them.
    [[nodiscard]] std::vector<double> quantiles(double q, std::uint64_t least_requests = 10) const {
        std::vector<double> series;
        for (std::size_t i = 0; i < size_; ++i) {
            const histogram<Digits>& window = (*this)[i];
            const bool some = window.count() >= (std::max)(least_requests, std::uint64_t{1});
            series.push_back(some ? detail::smooth_quantile(window, q)
                                  : std::numeric_limits<double>::quiet_NaN());
        }
        return series;
    }

    /// Returns the requests per second of each window. The first and the last are rarely whole.
    [[nodiscard]] std::vector<double> rates() const {
        std::vector<double> series;
        const double seconds = static_cast<double>(length_) / 1e9;
        for (std::size_t i = 0; i < size_; ++i) {
            series.push_back(static_cast<double>((*this)[i].count()) / seconds);
        }
        return series;
    }

private:
    std::int64_t length_;
    std::vector<histogram<Digits>> ring_;
    std::int64_t first_ = 0; // the oldest window
    std::size_t size_ = 0;
    std::uint64_t forgotten_ = 0;
    std::uint64_t refused_ = 0;

    [[nodiscard]] std::size_t slot(std::int64_t window) const noexcept {
        return static_cast<std::size_t>(window) % ring_.size();
    }

    // The histogram of a time, which is made room for; null when there is none.
    [[nodiscard]] histogram<Digits>* window_at(std::int64_t time_ns) {
        if (time_ns < 0) { return nullptr; }
        const std::int64_t window = time_ns / length_;
        if (size_ == 0) {
            first_ = window;
            size_ = 1;
        }
        const auto last = first_ + static_cast<std::int64_t>(size_) - 1;
        if (window > last) { advance(static_cast<std::uint64_t>(window - last)); }
        if (window < first_ && !extend_back(static_cast<std::uint64_t>(first_ - window))) {
            return nullptr;
        }
        return &ring_[slot(window)];
    }

    // Adds `steps` windows behind the last one; the oldest make room.
    void advance(std::uint64_t steps) {
        const std::size_t room = ring_.size() - size_;
        std::uint64_t gone = steps > room ? steps - room : 0;
        const std::uint64_t cleared = (std::min)(gone, std::uint64_t{size_});
        for (std::uint64_t i = 0; i < cleared; ++i) {
            histogram<Digits>& old = ring_[slot(first_ + static_cast<std::int64_t>(i))];
            forgotten_ += old.count();
            old.reset();
        }
        first_ += static_cast<std::int64_t>(gone);
        size_ = steps > room ? ring_.size() : size_ + static_cast<std::size_t>(steps);
    }

    // Adds windows before the first one, if the ring has room.
    bool extend_back(std::uint64_t steps) {
        if (steps > ring_.size() - size_) { return false; }
        first_ -= static_cast<std::int64_t>(steps);
        size_ += static_cast<std::size_t>(steps);
        return true;
    }
};

/// The way from the valley of a series to its peak.
struct peak_and_valley {
    double peak = 0;
    double valley = 0;
    double mean = 0; ///< of the series

    /// How much higher the peak is than the valley: 1.5 is two and a half times as high. Infinite
    /// for a valley of 0.
    [[nodiscard]] double over_valley() const noexcept { return (peak - valley) / valley; }
    /// The same as a part of the peak: from 0, flat, to 1.
    [[nodiscard]] double over_peak() const noexcept { return (peak - valley) / peak; }
    /// The same as a part of the mean.
    [[nodiscard]] double over_mean() const noexcept { return (peak - valley) / mean; }
};

/// The height of a series, such as the P90 of each minute of a day.
struct latency_height {
    peak_and_valley robust;   ///< between quantiles of the series, 0.05 and 0.95: one bad window
                              ///< of a hundred does not make it
    peak_and_valley plain;    ///< between the least and the greatest value
    std::size_t windows = 0;  ///< how many values there were
    std::size_t left_out = 0; ///< how many windows had no value (NaN)
};

/// Returns the height of a series; values that are NaN are windows without one. `cut` is the share
/// of the series above the robust peak, and below the robust valley. An error names the first value
/// that is negative or infinite, or says that there is none.
[[nodiscard]] inline result<latency_height> height_of(const std::vector<double>& series,
                                                      double cut = 0.05) {
    result<latency_height> made;
    std::vector<double> values;
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (std::isnan(series[i])) {
            ++made.value.left_out;
            continue;
        }
        if (series[i] < 0 || std::isinf(series[i])) {
            return {{}, {"window " + std::to_string(i + 1) + " has a value that is no latency"}};
        }
        values.push_back(series[i]);
    }
    if (values.empty()) { return {{}, {"no window has enough requests for a quantile"}}; }
    std::sort(values.begin(), values.end());
    made.value.windows = values.size();
    const double mean = mean_of(values);
    made.value.plain = {values.back(), values.front(), mean};
    made.value.robust = {quantile_of(values, 1 - cut), quantile_of(values, cut), mean};
    return made;
}

/// Returns the height of the P90, or another quantile, of the windows.
template <int Digits>
[[nodiscard]] result<latency_height> height_of(const latency_windows<Digits>& windows,
                                               double q = 0.9,
                                               std::uint64_t least_requests = 10) {
    return height_of(windows.quantiles(q, least_requests));
}

WICK_END_NAMESPACE

#endif
// wick/detail/percentile_plot.hpp - latency by percentile, the tail drawn as large as the body.
#ifndef WICK_DETAIL_PERCENTILE_PLOT_HPP
#define WICK_DETAIL_PERCENTILE_PLOT_HPP

// wick/detail/shown_text.hpp - any bytes as text that every XML parser and reader can take.
#ifndef WICK_DETAIL_SHOWN_TEXT_HPP
#define WICK_DETAIL_SHOWN_TEXT_HPP


#include <cstddef>     // std::size_t
#include <string>      // what is built
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

/// One character of a text: its bytes, what it is, and whether it may be shown as it is.
struct character {
    std::size_t size = 1; ///< in bytes
    char32_t code = 0;    ///< the code point; of a byte that is no text, the byte
    bool shown = false;   ///< false: a control, no character, or not UTF-8
};

/// True for what would break the XML, the line that it stands on, or the order of the letters on
/// it: controls, noncharacters, and the marks that turn the direction of text.
[[nodiscard]] inline bool is_hidden(char32_t code) noexcept {
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) { return true; }
    if ((code & 0xfffe) == 0xfffe) { return true; }
    if (code < 0x200b) { return false; }
    return code <= 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// Returns the character at `at`, which must be inside of the text.
[[nodiscard]] inline character character_at(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) { return {1, lead, !is_hidden(lead)}; }
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) { return {1, lead, false}; }
    char32_t code = lead & (0x7fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) { return {1, lead, false}; }
        code = code << 6 | (byte(i) & 0x3fu);
    }
    constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // anything less has a shorter form
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < least[size] || code > 0x10ffff || surrogate) { return {1, lead, false}; }
    return {size, code, !is_hidden(code)};
}

/// Appends what is shown in place of a byte that cannot be: the picture of an ASCII control, or
/// U+FFFD.
inline void append_replacement(std::string& out, unsigned char byte) {
    if (byte == 0x7f) {
        out += "\xe2\x90\xa1";
    } else if (byte < 0x20) {
        out += "\xe2\x90";
        out += static_cast<char>(0x80 + byte);
    } else {
        out += "\xef\xbf\xbd";
    }
}

/// Appends one character in a form that may stand in XML text and in quoted attributes.
inline void append_xml(std::string& out, std::string_view text, std::size_t at, character c) {
    if (!c.shown) { // a mark for each byte, as the page makes one of each "\xHH"
        for (std::size_t i = 0; i < c.size; ++i) {
            append_replacement(out, static_cast<unsigned char>(text[at + i]));
        }
        return;
    }
    switch (c.code) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&quot;"; break;
    default: out.append(text, at, c.size);
    }
}

/// Appends a text for XML: whatever cannot be shown is replaced by something that can be seen.
inline void append_xml(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        append_xml(out, text, at, c);
        at += c.size;
    }
}

/// Appends a text for XML so that nothing is lost: "\\" is a backslash, "\xHH" a byte that cannot
/// be shown.
inline void append_escaped(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t at = 0; at < text.size();) {
        const character c = character_at(text, at);
        if (!c.shown) {
            for (std::size_t i = 0; i < c.size; ++i) {
                const auto byte = static_cast<unsigned char>(text[at + i]);
                out += "\\x";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        } else if (c.code == '\\') {
            out += "\\\\";
        } else {
            append_xml(out, text, at, c);
        }
        at += c.size;
    }
}

/// Returns how many cells of a monospaced font a character takes at most. What a font may have to
/// borrow from another one counts twice.
[[nodiscard]] inline std::size_t cells(character c) noexcept {
    if (!c.shown) { return 2 * c.size; }
    return c.code < 0x300 ? 1 : 2;
}

/// True when each byte is a character of one cell that stands for itself in XML.
[[nodiscard]] inline bool is_plain(std::string_view text) noexcept {
    for (const char c : text) {
        if (c < ' ' || c > '~' || c == '&' || c == '<' || c == '>' || c == '"') { return false; }
    }
    return true;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/svg_plot.hpp - axes, legends and colours of plots as SVG.
#ifndef WICK_DETAIL_SVG_PLOT_HPP
#define WICK_DETAIL_SVG_PLOT_HPP

// wick/detail/time_text.hpp - durations and other amounts in few characters, with their units.
#ifndef WICK_DETAIL_TIME_TEXT_HPP
#define WICK_DETAIL_TIME_TEXT_HPP


#include <charconv>    // std::to_chars
#include <cmath>       // std::fabs, std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // what is made
#include <string_view> // units

WICK_BEGIN_NAMESPACE
namespace detail {

/// A unit and how many of the smallest one it is.
struct scaled_unit {
    std::string_view name;
    double size;
};

/// Returns the unit in which an amount is best shown, with a number from 1 to 1000 where there is
/// one. Amounts in "ns", "us", "ms" or "s" are times; others get "k", "M" or "G" in front of their
/// unit.
[[nodiscard]] inline scaled_unit best_unit(double amount, std::string_view unit) noexcept {
    constexpr scaled_unit times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    constexpr scaled_unit others[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
    const scaled_unit* units = others;
    double size = 1;
    for (const scaled_unit& u : times) {
        if (u.name != unit) { continue; }
        units = times;
        size = u.size;
    }
    const double smallest = std::fabs(amount) * size;
    std::size_t best = 0;
    // 999.6 is shown with 3 digits: as 1.00 of the next.
    while (best < 3 && smallest >= units[best + 1].size * 0.9995) { ++best; }
    return {units[best].name, units[best].size / size};
}

/// Appends a number with so many significant digits, without an exponent or zeros behind the point
/// that say nothing; no more than 6 decimals.
inline void append_number(std::string& out, double value, int digits = 3) {
    if (!std::isfinite(value)) {
        out += value > 0 ? "inf" : value < 0 ? "-inf" : "NaN";
        return;
    }
    int decimals = digits - 1;
    for (double size = std::fabs(value) * 1.0000001; size >= 10 && decimals > 0; size /= 10) {
        --decimals;
    }
    for (double size = std::fabs(value) * 1.0000001; size > 0 && size < 1 && decimals < 6;
         size *= 10) {
        ++decimals;
    }
    char text[400];
    char* end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr;
    if (decimals > 0) {
        while (end[-1] == '0') { --end; }
        if (end[-1] == '.') { --end; }
    }
    out.append(text, end);
}

/// Returns an amount with its unit: "1.53 ms"; "" for the unit: "1530".
[[nodiscard]] inline std::string amount_text(double amount, std::string_view unit) {
    std::string text;
    if (unit.empty()) {
        append_number(text, amount, 4);
        return text;
    }
    const scaled_unit best = best_unit(amount, unit);
    append_number(text, amount / best.size);
    text += ' ';
    text += best.name;
    const bool time = unit == "ns" || unit == "us" || unit == "ms" || unit == "s";
    if (!time) { text += unit; }
    return text;
}

/// Returns the name of a quantile: "p50", "p99.9".
[[nodiscard]] inline std::string quantile_name(double q) {
    std::string text = "p";
    append_number(text, q * 100, 8);
    return text;
}

/// Returns a count with commas between its thousands.
[[nodiscard]] inline std::string grouped(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) { text.insert(at - 3, 1, ','); }
    return text;
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max
#include <charconv>    // std::to_chars
#include <cmath>       // std::log10, std::pow
#include <cstddef>     // std::size_t
#include <string>      // what is built
#include <string_view> // texts
#include <vector>      // ticks

WICK_BEGIN_NAMESPACE
namespace detail {

/// The style sheet of all plots. Series have the classes s0 … s5, cells of a heat map h1 … h9.
inline constexpr std::string_view plot_style = R"css(
svg{background:#fbfaf8;color-scheme:light dark}
text{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;
font-size:12px;fill:#4d4742;font-variant-numeric:tabular-nums}
.title{font-size:18px;font-weight:600;fill:#1d1714}
.quiet{fill:#625b56}
.paper{fill:#fbfaf8}
.strong{fill:#1d1714}
.grid{stroke:#e4dfd8;stroke-width:1;fill:none}
.axis{stroke:#a39b92;stroke-width:1;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round}
.d1{stroke-dasharray:8 4}.d2{stroke-dasharray:2 3}
.halo{fill:none;stroke:#fbfaf8;stroke-opacity:.75;stroke-width:4;stroke-linejoin:round}
.dot{stroke:#fbfaf8;stroke-width:1.5}
.s0{stroke:#1f6fb4}.s1{stroke:#d4511b}.s2{stroke:#23875a}
.s3{stroke:#8b3fb0}.s4{stroke:#9a7200}.s5{stroke:#c2366f}
.s0.dot{fill:#1f6fb4}.s1.dot{fill:#d4511b}.s2.dot{fill:#23875a}
.s3.dot{fill:#8b3fb0}.s4.dot{fill:#9a7200}.s5.dot{fill:#c2366f}
.dot.s0,.dot.s1,.dot.s2,.dot.s3,.dot.s4,.dot.s5{stroke:#fbfaf8}
.h1{fill:#d2e5f3}.h2{fill:#b7d7ed}.h3{fill:#97c5e3}.h4{fill:#6fadd6}.h5{fill:#4b93c6}
.h6{fill:#2f78b2}.h7{fill:#1d5d97}.h8{fill:#134377}.h9{fill:#0b2a52}
.rate{fill:#b9b1a8}
.q0{stroke:#f5f2ee;stroke-dasharray:2 3}.q1{stroke:#ff8a3d}.q2{stroke:#e0266b}
.heat .halo{stroke:#1d1714;stroke-opacity:.35;stroke-width:3.6}
@media (prefers-color-scheme:dark){
svg{background:#17181c}
text{fill:#b9b3ab}
.title,.strong{fill:#f0ede8}
.quiet{fill:#aaa49c}
.paper{fill:#17181c}
.grid{stroke:#2b2d34}
.axis{stroke:#5c5f69}
.halo{stroke:#17181c}
.s0{stroke:#6db3f2}.s1{stroke:#ff8f5c}.s2{stroke:#5fd0a0}
.s3{stroke:#c58bea}.s4{stroke:#e0b84d}.s5{stroke:#f285b1}
.s0.dot{fill:#6db3f2}.s1.dot{fill:#ff8f5c}.s2.dot{fill:#5fd0a0}
.s3.dot{fill:#c58bea}.s4.dot{fill:#e0b84d}.s5.dot{fill:#f285b1}
.dot.s0,.dot.s1,.dot.s2,.dot.s3,.dot.s4,.dot.s5{stroke:#17181c}
.h1{fill:#14273d}.h2{fill:#163454}.h3{fill:#18446f}.h4{fill:#1c598d}.h5{fill:#2874ab}
.h6{fill:#4393c6}.h7{fill:#70b3db}.h8{fill:#a5d2ec}.h9{fill:#dff1fb}
.rate{fill:#4b4e57}
}
)css";

/// How many series have a colour of their own.
inline constexpr std::size_t series_colours = 6;

/// Appends a length with at most 1 decimal.
inline void append_length(std::string& out, double value) {
    char text[64];
    char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr;
    if (end[-1] == '0') { end -= 2; }
    const std::string_view shown(text, static_cast<std::size_t>(end - text));
    out += shown == "-0" ? "0" : shown;
}

/// A mark on an axis: its value, what it is called, and whether it stands for a decade.
struct plot_tick {
    double value;
    std::string label;
};

/// Returns the marks of a logarithmic axis of amounts: at powers of ten, with 2 and 5 in between
/// where there is room for at most `most` marks.
[[nodiscard]] inline std::vector<plot_tick>
log_ticks(double low, double high, std::string_view unit, std::size_t most) {
    const auto marks = [&](std::initializer_list<double> steps, double decades) {
        std::vector<plot_tick> made;
        for (double e = std::floor(std::log10(low)); e <= std::log10(high) + 1e-9; e += decades) {
            for (const double step : steps) {
                const double value = step * std::pow(10, e);
                if (value < low * 0.9999 || value > high * 1.0001) { continue; }
                made.push_back({value, amount_text(value, unit)});
            }
        }
        return made;
    };
    std::vector<plot_tick> made = marks({1, 2, 5}, 1);
    if (made.size() > most) { made = marks({1, 3}, 1); }
    for (double decades = 1; made.size() > most; ++decades) { made = marks({1}, decades); }
    return made;
}

/// Returns the marks of a linear axis from 0 on: 1, 2 or 5 times a power of ten apart.
[[nodiscard]] inline std::vector<double> linear_ticks(double high, std::size_t most) {
    std::vector<double> made;
    if (!(high > 0)) { return {0}; }
    double step = std::pow(10, std::floor(std::log10(high)) - 1);
    for (int i = 0; high / step > static_cast<double>(most); ++i) { step *= i % 3 == 1 ? 2.5 : 2; }
    for (int i = 0; i * step <= high * 1.000001; ++i) { made.push_back(i * step); }
    return made;
}

/// The area within the axes, in pixels.
struct plot_area {
    double left, top, width, height;

    [[nodiscard]] double right() const noexcept { return left + width; }
    [[nodiscard]] double bottom() const noexcept { return top + height; }
};

/// Collects the elements of a plot.
class svg_plot {
public:
    svg_plot(double width, double height, std::string_view title, std::string_view description) {
        text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ";
        append_length(text_, width);
        text_ += ' ';
        append_length(text_, height);
        text_ += "\" width=\"";
        append_length(text_, width);
        text_ += "\" height=\"";
        append_length(text_, height);
        text_ += "\" style=\"max-width:100%;height:auto\">\n<title>";
        append_xml(text_, title);
        text_ += "</title>\n<desc>";
        append_xml(text_, description);
        text_ += "</desc>\n<style>";
        text_ += plot_style;
        text_ += "</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    }

    /// `anchor` is "start", "middle" or "end".
    void text(double x,
              double y,
              std::string_view words,
              std::string_view anchor = "start",
              std::string_view classes = {}) {
        text_ += "<text x=\"";
        append_length(text_, x);
        text_ += "\" y=\"";
        append_length(text_, y);
        text_ += '"';
        if (anchor != "start") { attribute("text-anchor", anchor); }
        if (!classes.empty()) { attribute("class", classes); }
        text_ += '>';
        append_xml(text_, words);
        text_ += "</text>\n";
    }
    /// Text that is read from below, its middle at the place.
    void upward_text(double x, double y, std::string_view words) {
        text_ += "<text class=\"quiet\" text-anchor=\"middle\" transform=\"translate(";
        append_length(text_, x);
        text_ += ' ';
        append_length(text_, y);
        text_ += ")rotate(-90)\">";
        append_xml(text_, words);
        text_ += "</text>\n";
    }
    void path(std::string_view classes, std::string_view commands, std::string_view hint = {}) {
        text_ += "<path";
        attribute("class", classes);
        attribute("d", commands);
        if (hint.empty()) {
            text_ += "/>\n";
            return;
        }
        text_ += "><title>";
        append_xml(text_, hint);
        text_ += "</title></path>\n";
    }
    void line(std::string_view classes, double x1, double y1, double x2, double y2) {
        std::string commands = "M";
        append_point(commands, x1, y1);
        commands += 'L';
        append_point(commands, x2, y2);
        path(classes, commands);
    }
    void dot(std::string_view classes, double x, double y, std::string_view hint) {
        text_ += "<circle r=\"4\" cx=\"";
        append_length(text_, x);
        text_ += "\" cy=\"";
        append_length(text_, y);
        text_ += '"';
        attribute("class", classes);
        text_ += "><title>";
        append_xml(text_, hint);
        text_ += "</title></circle>\n";
    }
    void open(std::string_view classes) {
        text_ += "<g";
        attribute("class", classes);
        text_ += ">\n";
    }
    void close() { text_ += "</g>\n"; }

    [[nodiscard]] std::string finish() { return std::move(text_) + "</svg>\n"; }

    static void append_point(std::string& out, double x, double y) {
        append_length(out, x);
        out += ' ';
        append_length(out, y);
    }

private:
    std::string text_;

    void attribute(std::string_view name, std::string_view value) {
        text_ += ' ';
        text_ += name;
        text_ += "=\"";
        append_xml(text_, value);
        text_ += '"';
    }
};

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max, std::min
#include <cmath>       // std::log10
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // the plot
#include <string_view> // pieces of it
#include <vector>      // series

WICK_BEGIN_NAMESPACE

/// One histogram of a plot, which must outlive it.
template <int Digits = 3>
struct plot_series {
    std::string name;
    const histogram<Digits>* values = nullptr;
};

/// What a plot looks like.
struct plot_options {
    std::string title = "Latency by percentile";
    std::string subtitle;    ///< empty: what it is of
    std::string unit = "ns"; ///< of the values: "ns", "us", "ms", "s" are times
    int width = 960;         ///< in pixels; 400 to 10,000
    int height = 540;        ///< in pixels; 300 to 10,000
    bool logarithmic = true; ///< the axis of values; false: from 0 on
};

namespace detail {

/// A curve in the units of its axes: x is log10(1 / (1 - p)).
struct percentile_curve {
    std::string name;
    std::vector<std::pair<double, double>> steps; // where a value ends, and the value
    double count = 0;
    double least = 0;
    double greatest = 0;
};

/// Returns at most about two steps a pixel, none of them lower than the curve is.
template <int Digits>
[[nodiscard]] percentile_curve curve_of(const plot_series<Digits>& series, double pixel) {
    percentile_curve made;
    made.name = series.name;
    const histogram<Digits>& h = *series.values;
    made.count = static_cast<double>(h.count());
    made.least = static_cast<double>(h.least());
    made.greatest = static_cast<double>(h.greatest());
    double before = 0;
    double drawn = -1;
    h.for_each_bucket([&](const histogram_bucket& bucket) {
        before += static_cast<double>(bucket.count);
        // The last value stands at 1 - 1 / n, where there is one request in n.
        const double beyond = (std::max)(made.count - before, 1.0);
        const double x = std::log10(made.count / beyond);
        const double value =
            (std::min)((std::max)(static_cast<double>(bucket.high), made.least), made.greatest);
        if (!made.steps.empty() && x - drawn < pixel / 2) {
            made.steps.back() = {x, value};
            return;
        }
        made.steps.emplace_back(x, value);
        drawn = x;
    });
    return made;
}

/// Turns values into pixels, from the bottom of an area on.
struct value_axis {
    plot_area area;
    double low, high;
    bool logarithmic;

    [[nodiscard]] double y(double value) const noexcept {
        const double part = logarithmic ? (std::log10((std::max)(value, low)) - std::log10(low)) /
                                              (std::log10(high) - std::log10(low))
                                        : (value - low) / (high - low);
        return area.bottom() - area.height * (std::min)((std::max)(part, 0.0), 1.0);
    }
};

/// Returns the axis of values least … greatest, with some room at both ends.
[[nodiscard]] inline value_axis
axis_over(plot_area area, double least, double greatest, bool logarithmic) {
    if (!logarithmic) { return {area, 0, (greatest > 0 ? greatest : 1) * 1.05, false}; }
    const double low = (std::max)(least, 1.0) / 1.15;
    const double high = (std::max)(greatest, 1.0) * 1.25;
    if (high >= 4 * low) { return {area, low, high, true}; }
    const double middle = std::sqrt(low * high); // a narrow range is not blown up
    return {area, middle / 2, middle * 2, true};
}

inline void draw_value_axis(svg_plot& plot, const value_axis& axis, std::string_view unit) {
    const auto most = static_cast<std::size_t>((std::max)(axis.area.height / 36, 2.0));
    std::vector<plot_tick> ticks;
    if (axis.logarithmic) {
        ticks = log_ticks(axis.low, axis.high, unit, most);
    } else {
        for (const double v : linear_ticks(axis.high, most)) {
            ticks.push_back({v, v > 0 ? amount_text(v, unit) : "0"});
        }
    }
    std::string grid;
    for (const plot_tick& tick : ticks) {
        const double y = axis.y(tick.value);
        grid += 'M';
        svg_plot::append_point(grid, axis.area.left, y);
        grid += 'H';
        append_length(grid, axis.area.right());
    }
    plot.path("grid", grid);
    for (const plot_tick& tick : ticks) {
        plot.text(axis.area.left - 8, axis.y(tick.value) + 4, tick.label, "end");
    }
}

/// Appends the way of a curve, as steps, in an area whose width is `decades` of 1 / (1 - p).
[[nodiscard]] inline std::string
steps_of(const percentile_curve& curve, const value_axis& axis, double decades) {
    std::string commands = "M";
    const auto x = [&](double at) { return axis.area.left + axis.area.width * at / decades; };
    svg_plot::append_point(commands, x(0), axis.y(curve.least));
    for (const auto& step : curve.steps) {
        commands += 'V';
        append_length(commands, axis.y(step.second));
        commands += 'H';
        append_length(commands, x(step.first));
    }
    return commands;
}

/// Draws the percentiles 0, 50, 75, 90, 99, 99.9, … below the area.
inline void draw_percentile_axis(svg_plot& plot, plot_area area, double decades) {
    std::vector<double> beyond{1, 0.5, 0.25};
    for (double decade = 1; decade <= decades; ++decade) {
        beyond.push_back(std::pow(10, -decade));
    }
    std::string grid;
    double last = area.left - 100;
    for (const double share : beyond) {
        const double x = area.left - area.width * std::log10(share) / decades;
        grid += 'M';
        svg_plot::append_point(grid, x, area.top);
        grid += 'V';
        append_length(grid, area.bottom());
        if (x - last < 38) { continue; }
        std::string label;
        append_number(label, 100 * (1 - share), 10);
        plot.text(x, area.bottom() + 20, label + " %", "middle");
        last = x;
    }
    plot.path("grid", grid);
    plot.text(area.left + area.width / 2, area.bottom() + 42, "Percentile", "middle", "quiet");
}

/// Where a name stands in the legend: its line, from the top, and how far from the left.
struct legend_place {
    std::size_t line = 0;
    double x = 0;
    std::string name; // cut where it is long
};

/// Returns a name of at most 32 characters; "…" stands for the rest.
[[nodiscard]] inline std::string short_name(std::string_view name) {
    std::size_t at = 0;
    for (std::size_t characters = 0; at < name.size(); ++characters) {
        if (characters == 31 && at + character_at(name, at).size < name.size()) {
            return std::string(name.substr(0, at)) + "\xe2\x80\xa6";
        }
        at += character_at(name, at).size;
    }
    return std::string(name);
}

/// Returns how wide a text is at most, in pixels; fonts differ.
[[nodiscard]] inline double text_width(std::string_view text) noexcept {
    double width = 0;
    for (std::size_t at = 0; at < text.size(); at += character_at(text, at).size) {
        width += 7.5 * static_cast<double>(cells(character_at(text, at)));
    }
    return width;
}

/// Returns the places of the curves that have names, in lines of a width.
[[nodiscard]] inline std::vector<legend_place>
legend_of(const std::vector<percentile_curve>& curves, double width) {
    std::vector<legend_place> places;
    double x = 0;
    std::size_t line = 0;
    for (const percentile_curve& curve : curves) {
        std::string name = short_name(curve.name);
        const double needed = name.empty() ? 0 : 24 + text_width(name) + 20;
        if (x > 0 && x + needed > width) {
            x = 0;
            ++line;
        }
        places.push_back({line, x, std::move(name)});
        x += needed;
    }
    return places;
}

/// Returns the classes of a curve: six colours, then the same in dashes.
[[nodiscard]] inline std::string classes_of(std::size_t curve) {
    const std::string dashes = "d" + std::to_string(curve / series_colours % 3);
    return "s" + std::to_string(curve % series_colours) + " " + dashes;
}

inline void draw_legend(svg_plot& plot, const std::vector<legend_place>& legend, double left) {
    for (std::size_t i = 0; i < legend.size(); ++i) {
        if (legend[i].name.empty()) { continue; }
        const double x = left + legend[i].x;
        const double y = 76 + 18 * static_cast<double>(legend[i].line);
        plot.line("line " + classes_of(i), x, y - 4, x + 18, y - 4);
        plot.text(x + 24, y, legend[i].name, "start", "strong");
    }
}

/// Marks where curves end, with the greatest value; labels keep a line's distance from each other.
inline void draw_greatest(svg_plot& plot,
                          const std::vector<percentile_curve>& curves,
                          const value_axis& axis,
                          double decades,
                          std::string_view unit) {
    std::vector<std::size_t> order; // from the top on
    for (std::size_t i = 0; i < curves.size(); ++i) {
        if (!curves[i].steps.empty()) { order.push_back(i); }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return curves[a].greatest > curves[b].greatest;
    });
    double free = 0;
    for (const std::size_t i : order) {
        const percentile_curve& curve = curves[i];
        const double x = axis.area.left + axis.area.width * curve.steps.back().first / decades;
        const double y = axis.y(curve.greatest);
        const std::string label = "max " + amount_text(curve.greatest, unit);
        const std::string colour = "dot s" + std::to_string(i % series_colours);
        plot.dot(colour, x, y, curve.name.empty() ? label : curve.name + ": " + label);
        const double line = (std::max)(y + 4, free);
        plot.text(x + 8, line, label, "start", "strong");
        free = line + 15;
    }
}

[[nodiscard]] inline std::string percentile_plot(const std::vector<percentile_curve>& curves,
                                                 const plot_options& options) {
    const double width = (std::min)((std::max)(options.width, 400), 10000);
    const double height = (std::min)((std::max)(options.height, 300), 10000);
    double most = 2;
    double least = infinity;
    double greatest = 0;
    std::uint64_t requests = 0;
    for (const percentile_curve& c : curves) {
        if (c.steps.empty()) { continue; }
        most = (std::max)(most, c.count);
        least = (std::min)(least, c.least);
        greatest = (std::max)(greatest, c.greatest);
        requests += static_cast<std::uint64_t>(c.count);
    }
    if (!(least < infinity)) { least = 1; }
    const std::string counted = grouped(requests) + (requests == 1 ? " request" : " requests");
    svg_plot plot(width,
                  height,
                  options.title,
                  "Latency at each percentile of " + counted +
                      "; the axis of percentiles is that of 1 / (1 - p)");
    const std::vector<legend_place> legend = legend_of(curves, width - 84 - 24);
    const double lines = legend.empty() ? 0 : static_cast<double>(legend.back().line);
    const double top = 92 + 18 * (std::min)(lines, (height - 250) / 18); // a plot has room too
    const plot_area area{84, top, width - 84 - 96, height - top - 62};
    const double decades = (std::max)(std::log10(most), 1.0);
    plot.text(24, 34, options.title, "start", "title");
    plot.text(24, 54, options.subtitle.empty() ? counted : options.subtitle, "start", "quiet");
    const value_axis axis = axis_over(area, least, greatest, options.logarithmic);
    draw_value_axis(plot, axis, options.unit);
    draw_percentile_axis(plot, area, decades);
    plot.line("axis", area.left, area.bottom(), area.right(), area.bottom());
    plot.upward_text(
        20, area.top + area.height / 2, options.logarithmic ? "Latency (log)" : "Latency");
    draw_legend(plot, legend, area.left);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        if (curves[i].steps.empty()) { continue; }
        const std::string steps = steps_of(curves[i], axis, decades);
        plot.path("halo", steps);
        plot.path("line " + classes_of(i), steps, curves[i].name);
    }
    draw_greatest(plot, curves, axis, decades, options.unit);
    return plot.finish();
}

} // namespace detail

/// Writes an SVG of one or more histograms by percentile, p50 to p99.9… at equal distances: the
/// axis is that of 1 / (1 - p), as in HdrHistogram's plots. A curve is drawn in steps, through the
/// greatest value of each bucket, up to the greatest of all. Light or dark as its reader is set.
/// `sink` is called with the text (std::string_view), or is a std::ostream.
/// Precondition: no series is null. Cost: O(buckets); about 2 steps a pixel in the file.
template <class Sink, int Digits>
void write_percentile_plot(Sink&& sink,
                           const std::vector<plot_series<Digits>>& series,
                           const plot_options& options = {}) {
    double most = 2;
    for (const plot_series<Digits>& s : series) {
        WICK_ASSERT(s.values != nullptr);
        most = (std::max)(most, static_cast<double>(s.values->count()));
    }
    std::vector<detail::percentile_curve> curves;
    const double pixel = std::log10(most) / (std::max)(options.width, 400);
    for (const plot_series<Digits>& s : series) { curves.push_back(detail::curve_of(s, pixel)); }
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    out.put(detail::percentile_plot(curves, options));
    out.flush();
}

/// Returns the same of one histogram.
template <int Digits>
[[nodiscard]] std::string to_percentile_plot(const histogram<Digits>& values,
                                             const plot_options& options = {}) {
    std::string text;
    const std::vector<plot_series<Digits>> series{{"", &values}};
    write_percentile_plot([&](std::string_view piece) { text += piece; }, series, options);
    return text;
}

WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::max, std::min
#include <cmath>       // std::log, std::isnan
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // the plot
#include <string_view> // pieces of it
#include <vector>      // cells

WICK_BEGIN_NAMESPACE

/// What a heat map looks like.
struct heat_map_options {
    std::string title = "Latency over time";
    std::string subtitle;    ///< empty: what it is of
    std::string unit = "ns"; ///< of the values
    int width = 1100;        ///< in pixels; 500 to 10,000
    int height = 560;        ///< in pixels; 400 to 10,000
    /// Drawn as lines, at most 3.
    std::vector<double> quantiles = {0.5, 0.9, 0.99};
};

namespace detail {

/// Windows of time that are drawn together, and their requests by latency.
struct heat_column {
    std::vector<std::uint64_t> rows;
    std::vector<double> quantiles; // NaN: too few requests
    double requests = 0;
    double windows = 0;
};

/// A heat map in cells.
struct heat_cells {
    std::vector<heat_column> columns;
    value_axis axis{};
    double seconds_per_window = 1;
    double windows = 0; // how many there are
    std::uint64_t requests = 0;
    std::uint64_t most = 0; // requests in a cell
};

inline constexpr int heat_shades = 9;

/// Returns the shade of a cell, 1 … 9, by the logarithm of its count.
[[nodiscard]] inline int shade_of(std::uint64_t count, std::uint64_t most) noexcept {
    if (most < 2) { return heat_shades; }
    const double part = std::log(static_cast<double>(count)) / std::log(static_cast<double>(most));
    return (std::min)(heat_shades, 1 + static_cast<int>(part * heat_shades));
}

/// Returns the count from which on cells have a shade.
[[nodiscard]] inline double least_of_shade(int shade, std::uint64_t most) noexcept {
    const double part = static_cast<double>(shade - 1) / heat_shades;
    return std::ceil(std::pow(static_cast<double>(most), part) - 1e-9);
}

/// Draws the cells, a path a shade.
inline void draw_cells(svg_plot& plot, const heat_cells& cells, double column, double row) {
    std::vector<std::string> paths(heat_shades + 1);
    const plot_area& area = cells.axis.area;
    for (std::size_t c = 0; c < cells.columns.size(); ++c) {
        const std::vector<std::uint64_t>& rows = cells.columns[c].rows;
        const double x = area.left + column * static_cast<double>(c);
        for (std::size_t r = 0; r < rows.size();) {
            if (rows[r] == 0) {
                ++r;
                continue;
            }
            // Neighbours of one shade are one rectangle.
            const int shade = shade_of(rows[r], cells.most);
            std::size_t end = r + 1;
            while (end < rows.size() && rows[end] != 0 &&
                   shade_of(rows[end], cells.most) == shade) {
                ++end;
            }
            std::string& to = paths[static_cast<std::size_t>(shade)];
            to += 'M';
            svg_plot::append_point(to, x, area.bottom() - row * static_cast<double>(r));
            to += 'h';
            append_length(to, column + 0.3); // over the seam
            to += 'v';
            append_length(to, -row * static_cast<double>(end - r) - 0.3);
            to += 'h';
            append_length(to, -column - 0.3);
            to += 'z';
            r = end;
        }
    }
    for (int shade = 1; shade <= heat_shades; ++shade) {
        const std::string& path = paths[static_cast<std::size_t>(shade)];
        if (!path.empty()) { plot.path("h" + std::to_string(shade), path); }
    }
}

/// Draws the quantiles of each column as lines; a gap where there are too few requests.
inline void draw_quantiles(svg_plot& plot,
                           const heat_cells& cells,
                           double column,
                           const std::vector<double>& quantiles) {
    plot.open("heat");
    for (std::size_t q = 0; q < (std::min)(quantiles.size(), std::size_t{3}); ++q) {
        std::string way;
        bool down = false;
        for (std::size_t c = 0; c < cells.columns.size(); ++c) {
            const double value = cells.columns[c].quantiles[q];
            if (std::isnan(value)) {
                down = false;
                continue;
            }
            const double x = cells.axis.area.left + column * (static_cast<double>(c) + 0.5);
            way += down ? 'L' : 'M';
            svg_plot::append_point(way, x, cells.axis.y(value));
            if (!down) { way += "h0.1"; } // a point of its own can be seen
            down = true;
        }
        if (way.empty()) { continue; }
        plot.path("halo", way);
        plot.path("line q" + std::to_string(q), way, quantile_name(quantiles[q]));
    }
    plot.close();
}

/// Draws the requests per second of each column as bars below the map.
inline void draw_rates(svg_plot& plot, const heat_cells& cells, double column, plot_area area) {
    double most = 0;
    const auto rate = [&](const heat_column& c) {
        return c.windows > 0 ? c.requests / (c.windows * cells.seconds_per_window) : 0;
    };
    for (const heat_column& c : cells.columns) { most = (std::max)(most, rate(c)); }
    std::string bars;
    for (std::size_t c = 0; c < cells.columns.size() && most > 0; ++c) {
        const double size = area.height * rate(cells.columns[c]) / most;
        bars += 'M';
        svg_plot::append_point(bars, area.left + column * static_cast<double>(c), area.bottom());
        bars += 'v';
        append_length(bars, -size);
        bars += 'h';
        append_length(bars, (std::max)(column - (column > 3 ? 0.6 : 0), 0.5));
        bars += 'V';
        append_length(bars, area.bottom());
        bars += 'z';
    }
    plot.path("rate", bars, "requests per second");
    plot.line("axis", area.left, area.bottom(), area.right(), area.bottom());
    plot.text(area.left - 8, area.top + 8, amount_text(most, "/s"), "end");
    plot.text(area.left - 8, area.bottom(), "0", "end");
    plot.text(area.right() + 8, area.top + 8, "requests", "start", "quiet");
    plot.text(area.right() + 8, area.top + 22, "per second", "start", "quiet");
}

/// Returns a moment of a run: "90 s", "5 min", "2.5 h".
[[nodiscard]] inline std::string moment_text(double seconds, double all) {
    if (all <= 300) { return seconds > 0 ? amount_text(seconds, "s") : "0 s"; }
    std::string text;
    append_number(text, all <= 3 * 3600 ? seconds / 60 : seconds / 3600, 4);
    return text + (all <= 3 * 3600 ? " min" : " h");
}

inline void draw_time_axis(svg_plot& plot, plot_area area, double seconds) {
    // Steps that a clock has: a whole part of a minute, an hour, a day.
    const double unit = seconds <= 300 ? 1 : seconds <= 3 * 3600 ? 60 : 3600;
    const auto most = static_cast<std::size_t>((std::max)(area.width / 90, 2.0));
    std::string grid;
    for (const double tick : linear_ticks(seconds / unit, most)) {
        const double x = area.left + area.width * tick * unit / seconds;
        grid += 'M';
        svg_plot::append_point(grid, x, area.bottom());
        grid += "v5";
        plot.text(x, area.bottom() + 20, moment_text(tick * unit, seconds), "middle");
    }
    plot.path("axis", grid);
}

/// Draws what the shades mean, at the right, from the least to the most requests.
inline void draw_shades(svg_plot& plot, const heat_cells& cells, double x, double top) {
    plot.text(x, top, "requests", "start", "quiet");
    plot.text(x, top + 14, "in a cell", "start", "quiet");
    for (int shade = heat_shades; shade >= 1; --shade) {
        const double y = top + 24 + 16 * (heat_shades - shade);
        std::string box = "M";
        svg_plot::append_point(box, x, y);
        box += "h14v16h-14z";
        plot.path("h" + std::to_string(shade), box);
        const double least = least_of_shade(shade, cells.most);
        // With few requests some shades have no count of their own.
        if (shade < heat_shades && !(least < least_of_shade(shade + 1, cells.most))) { continue; }
        std::string label;
        append_number(label, least >= 10000 ? least / 1000 : least, 3);
        plot.text(x + 20, y + 12, label + (least >= 10000 ? "k" : ""), "start");
    }
}

[[nodiscard]] inline std::string
heat_map(const heat_cells& cells, const heat_map_options& options, double width, double height) {
    const std::string counted = grouped(cells.requests) + " requests in " +
                                grouped(static_cast<std::uint64_t>(cells.windows)) +
                                " windows of " + amount_text(cells.seconds_per_window * 1e9, "ns");
    svg_plot plot(width, height, options.title, "Requests by time and latency: " + counted);
    plot.text(24, 34, options.title, "start", "title");
    plot.text(24, 54, options.subtitle.empty() ? counted : options.subtitle, "start", "quiet");
    const plot_area& area = cells.axis.area;
    draw_value_axis(plot, cells.axis, options.unit);
    plot.upward_text(20, area.top + area.height / 2, "Latency (log)");
    const double column =
        area.width / static_cast<double>((std::max)(cells.columns.size(), std::size_t{1}));
    if (!cells.columns.empty()) {
        draw_cells(
            plot, cells, column, area.height / static_cast<double>(cells.columns[0].rows.size()));
        draw_quantiles(plot, cells, column, options.quantiles);
    }
    plot.line("axis", area.left, area.bottom(), area.right(), area.bottom());
    const plot_area rates{area.left, area.bottom() + 14, area.width, 46};
    draw_rates(plot, cells, column, rates);
    draw_time_axis(plot, rates, cells.windows > 0 ? cells.windows * cells.seconds_per_window : 1);
    plot.text(area.left + area.width / 2, rates.bottom() + 40, "Time", "middle", "quiet");
    draw_shades(plot, cells, area.right() + 16, area.top + 10);
    plot.open("heat");
    for (std::size_t q = 0; q < (std::min)(options.quantiles.size(), std::size_t{3}); ++q) {
        const double x =
            area.right() -
            70 * static_cast<double>((std::min)(options.quantiles.size(), std::size_t{3}) - q);
        const std::string way = "M" + std::to_string(static_cast<int>(x)) + " 70h18";
        plot.path("halo", way);
        plot.path("line q" + std::to_string(q), way);
        plot.text(x + 24, 74, quantile_name(options.quantiles[q]), "start", "strong");
    }
    plot.close();
    return plot.finish();
}

} // namespace detail

/// Writes an SVG of windows: time from left to right, latency upwards on a logarithmic axis, each
/// cell as dark as the logarithm of its requests; a single one is seen. Lines show quantiles, bars
/// below the requests per second. Where there are more windows than there is room for, neighbours
/// are drawn together. Light or dark as its reader is set.
/// `sink` is called with the text (std::string_view), or is a std::ostream.
/// Cost: O(buckets of all windows); at most 300 columns of 100 cells in the file.
template <class Sink, int Digits>
void write_heat_map(Sink&& sink,
                    const latency_windows<Digits>& windows,
                    const heat_map_options& options = {}) {
    constexpr std::size_t most_columns = 300;
    const double width = (std::min)((std::max)(options.width, 500), 10000);
    const double height = (std::min)((std::max)(options.height, 400), 10000);
    detail::heat_cells cells;
    cells.windows = static_cast<double>(windows.size());
    cells.seconds_per_window = static_cast<double>(windows.length()) / 1e9;
    double least = detail::infinity;
    double greatest = 0;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const histogram<Digits>& h = windows[i];
        if (h.empty()) { continue; }
        least = (std::min)(least, static_cast<double>(h.least()));
        greatest = (std::max)(greatest, static_cast<double>(h.greatest()));
    }
    if (!(least < detail::infinity)) { least = 1; }
    const detail::plot_area area{84, 88, width - 84 - 100, height - 88 - 126};
    cells.axis = detail::axis_over(area, least, greatest, true);
    const auto rows =
        static_cast<std::size_t>((std::min)((std::max)(area.height / 4, 20.0), 100.0));
    const std::size_t together = (windows.size() + most_columns - 1) / most_columns;
    for (std::size_t first = 0; first < windows.size(); first += together) {
        detail::heat_column column;
        column.rows.resize(rows);
        histogram<Digits> all;
        for (std::size_t i = first; i < (std::min)(first + together, windows.size()); ++i) {
            // Counts that overflow are of no picture: the window is left as it is.
            static_cast<void>(static_cast<bool>(all.merge(windows[i])));
            column.windows += 1;
        }
        all.for_each_bucket([&](const histogram_bucket& b) {
            const double middle = static_cast<double>(b.low) / 2 + static_cast<double>(b.high) / 2;
            const double part = (area.bottom() - cells.axis.y(middle)) / area.height;
            const auto row = static_cast<std::size_t>(part * static_cast<double>(rows) * 0.999999);
            column.rows[row] += b.count;
            cells.most = (std::max)(cells.most, column.rows[row]);
        });
        cells.requests += all.count();
        column.requests = static_cast<double>(all.count());
        for (const double q : options.quantiles) {
            const double beyond = column.requests * (1 - q);
            column.quantiles.push_back(beyond < 1 ? std::numeric_limits<double>::quiet_NaN()
                                                  : detail::smooth_quantile(all, q));
        }
        cells.columns.push_back(std::move(column));
    }
    detail::text_writer<std::remove_reference_t<Sink>> out(sink);
    out.put(detail::heat_map(cells, options, width, height));
    out.flush();
}

/// Returns what write_heat_map writes.
template <int Digits>
[[nodiscard]] std::string to_heat_map(const latency_windows<Digits>& windows,
                                      const heat_map_options& options = {}) {
    std::string text;
    write_heat_map([&](std::string_view piece) { text += piece; }, windows, options);
    return text;
}

WICK_END_NAMESPACE

#endif
// wick/detail/latency_compare.hpp - whether latencies differ, tested by windows of time.
#ifndef WICK_DETAIL_LATENCY_COMPARE_HPP
#define WICK_DETAIL_LATENCY_COMPARE_HPP

// wick/detail/correlation_time.hpp - how many neighbours in a series are worth one observation.
#ifndef WICK_DETAIL_CORRELATION_TIME_HPP
#define WICK_DETAIL_CORRELATION_TIME_HPP


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
// wick/detail/rank_shift.hpp - by how much, and how surely, one sample lies above another.
#ifndef WICK_DETAIL_RANK_SHIFT_HPP
#define WICK_DETAIL_RANK_SHIFT_HPP


#include <algorithm> // std::sort, std::min
#include <cmath>     // std::sqrt
#include <cstddef>   // std::size_t
#include <vector>    // samples

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns the z that a share p of the normal distribution is further from 0 than; 0 <= p <= 1.
[[nodiscard]] inline double normal_quantile_beyond(double p) noexcept {
    if (p >= 1) { return 0; }
    double low = 0;
    double high = 40;
    for (int i = 0; i < 100; ++i) {
        const double middle = low + (high - low) / 2;
        (normal_beyond(middle) > p ? low : high) = middle;
    }
    return low;
}

/// Two samples compared by rank.
struct rank_comparison {
    double p_value = 1;       ///< of Mann and Whitney's test, two-sided
    double shift = 0;         ///< by how much the second lies above the first (Hodges, Lehmann)
    double low = -infinity;   ///< the interval of the shift; without bound where there are too few
    double high = infinity;   ///< samples for one
    double least_p_value = 1; ///< what p_value would be if all of one lay above all of the other
};

/// Keeps the distribution that was needed last: rows of one comparison mostly need the same.
class rank_distribution {
public:
    /// Returns the probability of each rank statistic or less of samples of these sizes without
    /// ties, up to the middle. Good until the next call.
    [[nodiscard]] const std::vector<double>& below(std::size_t n1, std::size_t n2) {
        if (below_.empty() || n1 != size1_ || n2 != size2_) {
            below_ = mann_whitney_below(n1, n2);
            size1_ = n1;
            size2_ = n2;
        }
        return below_;
    }

private:
    std::vector<double> below_;
    std::size_t size1_ = 0;
    std::size_t size2_ = 0;
};

/// What a test makes of the rank statistic. `inflation` is by how much the variance of that is
/// greater than of independent samples; p-values become those of the normal distribution with it.
class rank_test {
public:
    rank_test(std::size_t n1,
              std::size_t n2,
              double ties,
              double inflation,
              rank_distribution& distribution)
        : pairs_(static_cast<double>(n1) * static_cast<double>(n2))
        , inflation_(inflation) {
        if (n1 <= 2500 && n2 <= 2500 && n1 * n2 <= 2500 && !(ties > 0)) {
            below_ = &distribution.below(n1, n2);
        }
        const double n = static_cast<double>(n1) + static_cast<double>(n2);
        variance_ = pairs_ / 12 * (n + 1 - ties / (n * (n - 1)));
    }

    /// Returns the p-value, two-sided, of the statistic u or its opposite.
    [[nodiscard]] double p_value(double u) const {
        const double p = independent_p_value(u);
        if (!(inflation_ > 1)) { return p; }
        return normal_beyond(normal_quantile_beyond(p) / std::sqrt(inflation_));
    }

    /// Returns the greatest whole u below the middle whose p-value is not above alpha; -1: none is.
    [[nodiscard]] double critical(double alpha) const {
        const double limit =
            inflation_ > 1 ? normal_beyond(normal_quantile_beyond(alpha) * std::sqrt(inflation_))
                           : alpha;
        if (independent_p_value(0) > limit) { return -1; }
        double in = 0;
        double out = std::floor(pairs_ / 2) + 1;
        while (out - in > 1) {
            const double middle = std::floor(in + (out - in) / 2);
            (independent_p_value(middle) > limit ? out : in) = middle;
        }
        return in;
    }

private:
    double pairs_;
    double inflation_;
    double variance_ = 0;
    const std::vector<double>* below_ = nullptr; // null: the normal approximation

    [[nodiscard]] double independent_p_value(double u) const {
        const double inner = (std::min)(u, pairs_ - u);
        if (below_ != nullptr) {
            return (std::min)(1.0, 2 * (*below_)[static_cast<std::size_t>(inner)]);
        }
        if (!(variance_ > 0)) { return 1; }
        const double z = (pairs_ / 2 - inner - 0.5) / std::sqrt(variance_);
        return (std::min)(1.0, 2 * normal_above(z));
    }
};

/// Returns the value of a rank, from 0; changes the order of the others.
[[nodiscard]] inline double value_at_rank(std::vector<double>& values, std::size_t rank) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Returns how `b` compares with `a` by rank: the test and the median of all differences b - a,
/// with the interval of that which the test does not reject at alpha. NaN must not be among the
/// values. Cost: n1 n2 numbers of memory: meant for n1 n2 up to some millions. Source: Hodges and
/// Lehmann, "Estimates of location based on rank tests" (1963).
[[nodiscard]] inline rank_comparison compare_ranks(const std::vector<double>& a,
                                                   const std::vector<double>& b,
                                                   rank_distribution& distribution,
                                                   double alpha,
                                                   double inflation) {
    rank_comparison made;
    if (a.empty() || b.empty()) { return made; }
    const rank_sums sums = rank_statistic(a, b);
    const rank_test test(a.size(), b.size(), sums.ties, inflation, distribution);
    made.p_value = test.p_value(sums.u1);
    made.least_p_value =
        rank_test(a.size(), b.size(), 0, inflation, distribution).p_value(0); // without ties
    std::vector<double> differences;
    differences.reserve(a.size() * b.size());
    for (const double x : a) {
        for (const double y : b) { differences.push_back(y - x); }
    }
    const std::size_t size = differences.size();
    made.shift =
        value_at_rank(differences, (size - 1) / 2) / 2 + value_at_rank(differences, size / 2) / 2;
    const double critical = test.critical(alpha);
    if (critical >= 0) {
        const auto outside = static_cast<std::size_t>(critical);
        made.low = value_at_rank(differences, outside);
        made.high = value_at_rank(differences, size - 1 - outside);
    } else if (made.least_p_value <= alpha) { // ties of nearly all values
        made.low = *std::min_element(differences.begin(), differences.end());
        made.high = *std::max_element(differences.begin(), differences.end());
    }
    return made;
}

/// The same of one pair of samples alone.
[[nodiscard]] inline rank_comparison compare_ranks(const std::vector<double>& a,
                                                   const std::vector<double>& b,
                                                   double alpha = 0.05,
                                                   double inflation = 1) {
    rank_distribution distribution;
    return compare_ranks(a, b, distribution, alpha, inflation);
}

/// Returns Brunner and Munzel's test, which does not assume that both samples spread alike: W is
/// positive where the second lies above the first. Statistic 0 and p-value 1 for fewer than two.
/// Source: Brunner and Munzel, "The nonparametric Behrens-Fisher problem" (2000).
[[nodiscard]] inline test_result brunner_munzel(std::vector<double> a, std::vector<double> b) {
    if (a.size() < 2 || b.size() < 2) { return {0, 1}; }
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    // The rank of a value among all, less that in its own sample, is its rank among the others.
    const auto rank_in = [](const std::vector<double>& sorted, double v) {
        const auto below = std::lower_bound(sorted.begin(), sorted.end(), v);
        const auto equal = std::upper_bound(below, sorted.end(), v);
        return static_cast<double>(below - sorted.begin()) + static_cast<double>(equal - below) / 2;
    };
    std::vector<double> of_a;
    std::vector<double> of_b;
    for (const double v : a) { of_a.push_back(rank_in(b, v)); }
    for (const double v : b) { of_b.push_back(rank_in(a, v)); }
    const moments first = moments_of(of_a);
    const moments second = moments_of(of_b);
    const double e1 = first.size * first.variance;
    const double e2 = second.size * second.variance;
    // The mean ranks differ by what the second sample is above the first, less the opposite.
    const double mean_ranks = (second.mean - first.mean) + (second.size - first.size) / 2;
    if (!(e1 + e2 > 0)) {
        const bool equal = !(mean_ranks < 0) && !(mean_ranks > 0);
        return {equal ? 0 : std::copysign(infinity, mean_ranks), equal ? 1.0 : 0.0};
    }
    const double w =
        first.size * second.size * mean_ranks / ((first.size + second.size) * std::sqrt(e1 + e2));
    const double freedom =
        (e1 + e2) * (e1 + e2) / (e1 * e1 / (first.size - 1) + e2 * e2 / (second.size - 1));
    return {w, student_beyond(w, freedom)};
}

/// Returns p-values adjusted so that the chance of any false one among those under a limit is at
/// most that limit, whatever their dependence (Holm 1979), in the order of the input.
[[nodiscard]] inline std::vector<double> holm(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) {
        return p_values[x] < p_values[y];
    });
    std::vector<double> adjusted(p_values.size());
    double most = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double p = p_values[order[i]] * static_cast<double>(order.size() - i);
        most = (std::max)(most, (std::min)(1.0, p));
        adjusted[order[i]] = most;
    }
    return adjusted;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
// wick/detail/verdict.hpp - what a test made of a difference, of profiles and of latencies.
#ifndef WICK_DETAIL_VERDICT_HPP
#define WICK_DETAIL_VERDICT_HPP


#include <cstdint> // the type of the enumeration

WICK_BEGIN_NAMESPACE

/// What a test made of a difference. More weight is worse: `regressed`. `unchanged` means shown to
/// be equal but for a difference that does not matter; `inconclusive` that the data cannot tell.
enum class verdict : std::uint8_t { untested, unchanged, inconclusive, improved, regressed };

namespace detail {

[[nodiscard]] inline const char* name_of(verdict v) noexcept {
    switch (v) {
    case verdict::untested:
        return "untested";
    case verdict::unchanged:
        return "unchanged";
    case verdict::inconclusive:
        return "inconclusive";
    case verdict::improved:
        return "improved";
    case verdict::regressed:
        return "regressed";
    }
    return "";
}

} // namespace detail
WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::sort, std::min, std::max
#include <cmath>       // std::log, std::exp
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // reasons
#include <string_view> // units
#include <utility>     // std::move
#include <vector>      // sides, rows

WICK_BEGIN_NAMESPACE

/// How to compare latencies.
struct compare_options {
    /// What is asked; each in between 0 and 1.
    std::vector<double> quantiles = {0.5, 0.9, 0.99};
    /// A quantile has regressed only if it grew by more than this part, improved only if its
    /// opposite shrank so: 0.05 is from 1 / 1.05 to 1.05.
    double threshold = 0.05;
    /// The chance of any false alarm among all quantiles asked; intervals have a confidence of
    /// 1 - alpha.
    double alpha = 0.05;
    /// The histograms, or windows, are runs that do not depend on each other. (Requests always
    /// may.)
    bool independent = false;
};

/// One quantile on both sides.
struct compared_quantile {
    double q = 0;
    double before = 0; ///< of all requests of the side, in the unit of the input
    double after = 0;  ///< the same
    /// After over before: the median over all pairs of windows; of all requests where there are too
    /// few windows. 1 where there is none, as before is 0.
    double ratio = 1;
    double low = 0;                 ///< the interval of the ratio
    double high = 0;                ///< the same; infinite where there are too few windows for one
    double p_value = 1;             ///< of this quantile alone
    double adjusted = 1;            ///< the same, corrected for how many were asked
    std::size_t windows_before = 0; ///< how many windows the test had; 0: it had none
    std::size_t windows_after = 0;
    wick::verdict verdict = verdict::untested;
    std::string reason; ///< of the verdict, as a sentence without a full stop
};

/// Two latencies compared.
struct latency_comparison {
    std::vector<compared_quantile> quantiles; ///< as asked
    /// The deciles 0.1 … 0.9, adjusted among themselves by Benjamini and Hochberg: what moved, the
    /// body or the tail. The verdict does not depend on them.
    std::vector<compared_quantile> shifts;
    wick::verdict verdict = verdict::untested; ///< regressed if any quantile has
    std::string reason;
    /// How many requests, or histograms, in a row tell as much as one independent one.
    double correlation_time = 1;
    std::uint64_t requests_before = 0;
    std::uint64_t requests_after = 0;
    /// There was one histogram a side, or no order of time: the p-values hold only for requests
    /// that do not depend on each other, which those of one server do. Trust "unchanged" no more.
    bool assumes_independent = false;
};

namespace detail {

/// Windows are so many times as long, at least, as latencies stay correlated (less 1, which is of
/// independent ones): their neighbours' correlation is then less than a tenth, and what it does to
/// the variance can be put right. Windows have so many requests beyond the quantile at least, and
/// there are at most so many of them on the shorter side: more would not tell more.
inline constexpr double window_correlation_times = 6;
inline constexpr double window_tail_requests = 5;
inline constexpr std::size_t most_windows = 50;
inline constexpr std::size_t least_windows = 4;

/// One side as requests in the order of time.
class sample_side {
public:
    explicit sample_side(const std::vector<double>& samples)
        : samples_(samples)
        , sorted_(samples) {
        std::sort(sorted_.begin(), sorted_.end());
    }

    /// How many pieces there are that windows are made of, and how many requests a piece has.
    [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }
    [[nodiscard]] double requests() const noexcept { return static_cast<double>(size()); }
    [[nodiscard]] double whole(double q) const { return quantile_of(sorted_, q); }

    /// Returns the correlation, over pieces, of which requests are slower than the q-quantile.
    [[nodiscard]] correlation slowness(double q) const {
        const double limit = quantile_of(sorted_, q);
        std::vector<double> slower;
        slower.reserve(size());
        for (const double v : samples_) { slower.push_back(v > limit ? 1 : 0); }
        return correlation_of_long(slower);
    }

    /// Returns the q-quantiles of so many windows of equal length.
    [[nodiscard]] std::vector<double> windows(double q, std::size_t count) {
        std::vector<double> made;
        for (const std::vector<double>& window : cut_into(count)) {
            made.push_back(quantile_of(window, q, quantile_type::median_unbiased));
        }
        return made;
    }

private:
    const std::vector<double>& samples_;
    std::vector<double> sorted_;
    std::vector<std::vector<std::vector<double>>> cuts_; // into different numbers of windows

    // The requests of each window, sorted. Few quantiles ask for few different numbers of windows.
    [[nodiscard]] const std::vector<std::vector<double>>& cut_into(std::size_t count) {
        for (const std::vector<std::vector<double>>& cut : cuts_) {
            if (cut.size() == count) { return cut; }
        }
        if (cuts_.size() >= 4) { cuts_.clear(); }
        std::vector<std::vector<double>> cut;
        for (std::size_t w = 0; w < count; ++w) {
            const auto begin = static_cast<std::ptrdiff_t>(w * size() / count);
            const auto end = static_cast<std::ptrdiff_t>((w + 1) * size() / count);
            cut.emplace_back(samples_.begin() + begin, samples_.begin() + end);
            std::sort(cut.back().begin(), cut.back().end());
        }
        cuts_.push_back(std::move(cut));
        return cuts_.back();
    }
};

/// One side as histograms in the order of time, none of them empty.
template <int Digits>
class histogram_side {
public:
    [[nodiscard]] error add(const histogram<Digits>& piece) {
        if (piece.empty()) { return {}; }
        pieces_.push_back(&piece);
        return whole_.merge(piece);
    }

    [[nodiscard]] std::size_t size() const noexcept { return pieces_.size(); }
    [[nodiscard]] double requests() const noexcept { return static_cast<double>(whole_.count()); }
    [[nodiscard]] double whole(double q) const { return smooth_quantile(whole_, q); }

    [[nodiscard]] correlation slowness(double q) const {
        const std::int64_t limit = whole_.quantile(q);
        std::vector<double> slower;
        for (const histogram<Digits>* piece : pieces_) {
            slower.push_back(piece->share_above(limit));
        }
        return correlation_of_long(slower);
    }

    [[nodiscard]] std::vector<double> windows(double q, std::size_t count) {
        if (count != windows_.size()) {
            windows_.assign(count, {});
            for (std::size_t w = 0; w < count; ++w) {
                const std::size_t end = (w + 1) * size() / count;
                for (std::size_t i = w * size() / count; i < end; ++i) {
                    // The whole side was merged: no part of it can overflow.
                    static_cast<void>(static_cast<bool>(windows_[w].merge(*pieces_[i])));
                }
            }
        }
        std::vector<double> made;
        for (const histogram<Digits>& window : windows_) {
            made.push_back(smooth_quantile(window, q, quantile_type::median_unbiased));
        }
        return made;
    }

private:
    std::vector<const histogram<Digits>*> pieces_;
    histogram<Digits> whole_;
    std::vector<histogram<Digits>> windows_;
};

/// How many windows each side is cut into, and by how much the variance of a test of them is
/// greater than if they did not depend on each other at all.
struct window_plan {
    std::size_t before = 0;
    std::size_t after = 0;
    double inflation = 1;
};

template <class Side>
[[nodiscard]] window_plan
plan_windows(const Side& before, const Side& after, double q, const correlation& all) {
    const double size1 = static_cast<double>(before.size());
    const double size2 = static_cast<double>(after.size());
    const double a_piece = (std::min)(before.requests() / size1, after.requests() / size2);
    const double tail = window_tail_requests / (std::min)(q, 1 - q) / a_piece;
    const double most = static_cast<double>(most_windows);
    const double shorter = (std::min)(size1, size2);
    // A time of 1 is that of independent pieces, which need not be apart at all.
    const double apart = window_correlation_times * (std::max)(all.time - 1, all.lag);
    const double least = std::ceil((std::max)(1.0, (std::max)(tail, apart)));
    const double count = (std::min)(most, std::floor(shorter / least));
    if (count < 1) { return {}; }
    const double length = shorter / count;
    // A longer side has more windows, as long; but no more than a test can use.
    const auto windows = [&](double size) {
        return static_cast<std::size_t>((std::min)(std::floor(size / length + 1e-9), 10 * most));
    };
    // A short series cannot show what it has of weak correlation: that much is taken for granted.
    const double unseen = all.time > 0 ? 1 / std::sqrt(size1 + size2) : 0;
    return {windows(size1), windows(size2), unseen + 1 / (1 - (std::min)(all.lag / length, 0.5))};
}

[[nodiscard]] inline std::string ratio_text(double ratio) {
    std::string text;
    if (ratio < 1e6) {
        append_decimals(text, ratio, ratio < 100 ? 3 : 0, false);
    } else {
        append_number(text, ratio);
    }
    return text + "x";
}

[[nodiscard]] inline std::string interval_text(const compared_quantile& row) {
    return ratio_text(row.ratio) + " [" + ratio_text(row.low) + ", " + ratio_text(row.high) + "]";
}

[[nodiscard]] inline std::string percent_text(double share) {
    std::string text;
    append_number(text, 100 * share, 3);
    return text + " %";
}

[[nodiscard]] inline std::string p_text(double p) {
    if (p < 1e-6) { return "p < 0.000001"; }
    std::string text = "p = ";
    append_number(text, p, 2);
    return text;
}

/// Concludes from the figures of a row, in which p-values have been adjusted.
inline void conclude(compared_quantile& row, const compare_options& options) {
    const double limit = 1 + options.threshold;
    const std::string limits = percent_text(options.threshold);
    const bool grew = row.ratio > limit;
    const bool shrank = row.ratio * limit < 1;
    if (row.adjusted <= options.alpha && (grew || shrank)) {
        row.verdict = grew ? verdict::regressed : verdict::improved;
        row.reason = interval_text(row) + ", " + p_text(row.adjusted) + " after correction";
        return;
    }
    if (row.high <= limit && row.low * limit >= 1) {
        row.verdict = verdict::unchanged;
        row.reason = interval_text(row) + " lies within " + limits;
        return;
    }
    row.verdict = verdict::inconclusive;
    row.reason = interval_text(row);
    if (row.adjusted <= options.alpha) {
        row.reason += " differs, but by no more than " + limits + " as far as can be told";
    } else if (row.p_value <= options.alpha) {
        row.reason += " would differ if it alone had been asked, but not after correction";
    } else {
        row.reason += " reaches past " + limits + ": more requests are needed to tell";
    }
}

/// Compares one quantile; the p-value is not adjusted yet. Returns what the p-value would be at the
/// least.
template <class Side>
double compare_quantile(compared_quantile& row,
                        Side& before,
                        Side& after,
                        const correlation& all,
                        const compare_options& options,
                        rank_distribution& distribution) {
    row.before = before.whole(row.q);
    row.after = after.whole(row.q);
    row.high = infinity;
    if (row.before > 0) { row.ratio = row.after / row.before; } // for want of windows
    const window_plan plan = plan_windows(before, after, row.q, all);
    row.windows_before = plan.before;
    row.windows_after = plan.after;
    if (plan.before < least_windows || plan.after < least_windows) { return 1; }
    std::vector<double> logs[2] = {before.windows(row.q, plan.before),
                                   after.windows(row.q, plan.after)};
    for (std::vector<double>& side : logs) {
        for (double& v : side) {
            if (!(v > 0)) {
                row.reason = "it is 0 in a window: there is no ratio to that";
                return 1;
            }
            v = std::log(v);
        }
    }
    const rank_comparison found =
        compare_ranks(logs[0], logs[1], distribution, options.alpha, plan.inflation);
    row.ratio = std::exp(found.shift);
    row.low = std::exp(found.low);
    row.high = std::exp(found.high);
    row.p_value = found.p_value;
    return found.least_p_value;
}

/// Compares several quantiles; `adjust` corrects their p-values.
template <class Side, class Adjust>
[[nodiscard]] std::vector<compared_quantile> compare_rows(const std::vector<double>& quantiles,
                                                          Side& before,
                                                          Side& after,
                                                          const correlation& all,
                                                          const compare_options& options,
                                                          Adjust adjust) {
    std::vector<compared_quantile> rows(quantiles.size());
    std::vector<double> p_values;
    std::vector<double> least;
    rank_distribution distribution;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].q = quantiles[i];
        least.push_back(compare_quantile(rows[i], before, after, all, options, distribution));
        p_values.push_back(rows[i].p_value);
    }
    const std::vector<double> adjusted = adjust(p_values);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].adjusted = adjusted[i];
        const bool too_few = least[i] > options.alpha;
        if (!too_few) {
            conclude(rows[i], options);
            continue;
        }
        rows[i].verdict = verdict::inconclusive;
        if (!rows[i].reason.empty()) { continue; }
        const std::size_t windows = (std::min)(rows[i].windows_before, rows[i].windows_after);
        rows[i].reason = "there are " + std::to_string(windows) +
                         " windows that are long enough, too few for any difference to show";
    }
    return rows;
}

/// Sums up the rows' verdicts.
inline void conclude(latency_comparison& made) {
    std::size_t counts[5] = {};
    for (const compared_quantile& row : made.quantiles) {
        ++counts[static_cast<std::size_t>(row.verdict)];
    }
    const auto count = [&](verdict v) { return counts[static_cast<std::size_t>(v)]; };
    const bool both = count(verdict::regressed) > 0 && count(verdict::improved) > 0;
    for (const verdict v :
         {verdict::regressed, verdict::improved, verdict::inconclusive, verdict::unchanged}) {
        if (count(v) == 0) { continue; }
        made.verdict = v;
        break;
    }
    for (const compared_quantile& row : made.quantiles) {
        if (row.verdict != made.verdict) { continue; }
        if (!made.reason.empty()) { made.reason += "; "; }
        made.reason += quantile_name(row.q) + " " + row.reason;
    }
    if (both) { made.reason += "; others improved"; }
}

[[nodiscard]] inline error problem_of(const compare_options& options) {
    if (options.quantiles.empty()) { return {"no quantile is asked for"}; }
    for (const double q : options.quantiles) {
        if (q > 0 && q < 1) { continue; }
        std::string text;
        append_number(text, q, 6);
        return {"a quantile is in between 0 and 1, not " + text};
    }
    if (!(options.alpha > 0 && options.alpha < 1)) { return {"alpha is in between 0 and 1"}; }
    if (!(options.threshold >= 0)) { return {"the threshold is 0 or more"}; }
    return {};
}

/// Returns how pieces depend on each other, by what is slow on either side: at the quantiles asked
/// and at the median. Where there are many pieces the most correlated one counts; of few pieces
/// each estimate is little more than noise, and the most of several would be noise: their mean
/// counts.
template <class Side>
[[nodiscard]] correlation
joint_correlation(const Side& before, const Side& after, std::vector<double> quantiles) {
    constexpr std::size_t many = 200;
    quantiles.push_back(0.5);
    correlation most{0, 1, 0};
    correlation mean{0, 0, 0};
    const double weight = 1 / static_cast<double>(2 * quantiles.size());
    for (const double q : quantiles) {
        for (const correlation& c : {before.slowness(q), after.slowness(q)}) {
            most.time = (std::max)(most.time, c.time);
            most.lag = (std::max)(most.lag, c.lag);
            mean.time += weight * c.time;
            mean.lag += weight * c.lag;
        }
    }
    return (std::min)(before.size(), after.size()) < many ? mean : most;
}

template <class Side>
[[nodiscard]] latency_comparison
compare_sides(Side& before, Side& after, const compare_options& options) {
    latency_comparison made;
    made.requests_before = static_cast<std::uint64_t>(before.requests());
    made.requests_after = static_cast<std::uint64_t>(after.requests());
    correlation all{0, 0, 0}; // none
    if (!options.independent) { all = joint_correlation(before, after, options.quantiles); }
    made.correlation_time = (std::max)(1.0, all.time);
    made.quantiles = compare_rows(options.quantiles, before, after, all, options, holm);
    made.shifts = compare_rows({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9},
                               before,
                               after,
                               all,
                               options,
                               benjamini_hochberg);
    conclude(made);
    return made;
}

[[nodiscard]] inline error problem_of(const std::vector<double>& samples, const char* side) {
    if (samples.empty()) { return {std::string(side) + ": there are no requests"}; }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (samples[i] >= 0 && std::isfinite(samples[i])) { continue; }
        return {std::string(side) + ": request " + std::to_string(i + 1) + " has no latency"};
    }
    return {};
}

} // namespace detail

/// Returns whether the second side is slower than the first, by how much and how surely. A side is
/// the latency of each request, in the order of time.
/// Neighbouring requests tell much the same about a server, so that tests of requests cry wolf;
/// what is tested is the quantile in each of a number of windows. These are as long as six
/// correlation times, estimated of the data, and have five requests beyond the quantile; 50 of them
/// at most. What correlation is left between them widens the test. Both sides' windows are compared
/// by rank (Mann and Whitney), their ratio is Hodges and Lehmann's, and p-values are adjusted by
/// Holm's rule. How often it errs: tests/benchmark/latency.cpp. Errors: a side that is empty, a
/// request that is negative or not a finite number. Cost: O(n log n), and 4096^2 / 4 steps at most
/// for the correlation; 50 n bytes at most.
[[nodiscard]] inline result<latency_comparison> compare(const std::vector<double>& before,
                                                        const std::vector<double>& after,
                                                        const compare_options& options = {}) {
    for (error e : {detail::problem_of(options),
                    detail::problem_of(before, "before"),
                    detail::problem_of(after, "after")}) {
        if (e) { return {{}, std::move(e)}; }
    }
    compare_options of_requests = options;
    of_requests.independent = false;
    detail::sample_side first(before);
    detail::sample_side second(after);
    return {detail::compare_sides(first, second, of_requests), {}};
}

namespace detail {

/// Compares two sides of which piece i is at(i), a histogram.
template <int Digits, class First, class Second>
[[nodiscard]] result<latency_comparison> compare_histograms(std::size_t size1,
                                                            First before,
                                                            std::size_t size2,
                                                            Second after,
                                                            const compare_options& options) {
    histogram_side<Digits> sides[2];
    error e = problem_of(options);
    for (std::size_t i = 0; i < size1 && !e; ++i) { e = sides[0].add(before(i)); }
    for (std::size_t i = 0; i < size2 && !e; ++i) { e = sides[1].add(after(i)); }
    if (!e && sides[0].size() == 0) { e = {"before: there are no requests"}; }
    if (!e && sides[1].size() == 0) { e = {"after: there are no requests"}; }
    if (e) { return {{}, std::move(e)}; }
    return {compare_sides(sides[0], sides[1], options), {}};
}

/// Compares one quantile of two histograms by the order statistics that bound it on each side.
template <int Digits>
void compare_quantile(compared_quantile& row,
                      const histogram<Digits>& before,
                      const histogram<Digits>& after,
                      double alpha) {
    row.before = smooth_quantile(before, row.q);
    row.after = smooth_quantile(after, row.q);
    row.high = infinity;
    const value_interval bounds[2] = {before.quantile_interval(row.q, 1 - alpha),
                                      after.quantile_interval(row.q, 1 - alpha)};
    if (!(row.before > 0 && row.after > 0)) {
        row.reason = "it is 0: there is no ratio to that";
        return;
    }
    row.ratio = row.after / row.before;
    interval logs[2];
    const double quantiles[2] = {row.before, row.after};
    for (std::size_t i = 0; i < 2; ++i) {
        if (bounds[i].low <= 0 || bounds[i].high >= histogram<Digits>::max_value) { return; }
        // The bounds are of whole buckets, the quantile lies within one.
        logs[i].low = std::log((std::min)(static_cast<double>(bounds[i].low), quantiles[i]));
        logs[i].high = std::log((std::max)(static_cast<double>(bounds[i].high), quantiles[i]));
    }
    const interval of_ratio =
        interval_of_difference(std::log(row.before), logs[0], std::log(row.after), logs[1]);
    row.low = std::exp(of_ratio.low);
    row.high = std::exp(of_ratio.high);
    const double shift = std::log(row.ratio);
    const double half = shift > 0 ? shift - of_ratio.low : of_ratio.high - shift;
    if (half > 0) { row.p_value = normal_beyond(shift / half * normal_quantile_beyond(alpha)); }
}

template <int Digits, class Adjust>
[[nodiscard]] std::vector<compared_quantile> compare_rows(const std::vector<double>& quantiles,
                                                          const histogram<Digits>& before,
                                                          const histogram<Digits>& after,
                                                          const compare_options& options,
                                                          Adjust adjust) {
    std::vector<compared_quantile> rows(quantiles.size());
    std::vector<double> p_values;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].q = quantiles[i];
        compare_quantile(rows[i], before, after, options.alpha);
        p_values.push_back(rows[i].p_value);
    }
    const std::vector<double> adjusted = adjust(p_values);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].adjusted = adjusted[i];
        if (rows[i].reason.empty() && rows[i].high < infinity) {
            conclude(rows[i], options);
            continue;
        }
        rows[i].verdict = verdict::inconclusive;
        if (rows[i].reason.empty()) { rows[i].reason = "there are too few requests beyond it"; }
    }
    return rows;
}

} // namespace detail

/// The same for sides that are histograms in the order of time: windows, or runs (then say so in
/// `options.independent`). Neighbours are merged into windows that are long enough; empty ones are
/// left out. The more histograms there are (20 and more), the better is the estimate of how they
/// depend on each other.
template <int Digits>
[[nodiscard]] result<latency_comparison> compare(const std::vector<histogram<Digits>>& before,
                                                 const std::vector<histogram<Digits>>& after,
                                                 const compare_options& options = {}) {
    const auto first = [&](std::size_t i) -> const histogram<Digits>& { return before[i]; };
    const auto second = [&](std::size_t i) -> const histogram<Digits>& { return after[i]; };
    return detail::compare_histograms<Digits>(before.size(), first, after.size(), second, options);
}

/// The same for windows by time.
template <int Digits>
[[nodiscard]] result<latency_comparison> compare(const latency_windows<Digits>& before,
                                                 const latency_windows<Digits>& after,
                                                 const compare_options& options = {}) {
    const auto first = [&](std::size_t i) -> const histogram<Digits>& { return before[i]; };
    const auto second = [&](std::size_t i) -> const histogram<Digits>& { return after[i]; };
    return detail::compare_histograms<Digits>(before.size(), first, after.size(), second, options);
}

/// The same where nothing is known but one histogram a side: the interval of each quantile is that
/// of the order statistics around it, as if requests did not depend on each other. The result says
/// so (`assumes_independent`): requests of one server do, and then false alarms are many times as
/// often as alpha. Keep windows.
template <int Digits>
[[nodiscard]] result<latency_comparison> compare(const histogram<Digits>& before,
                                                 const histogram<Digits>& after,
                                                 const compare_options& options = {}) {
    error e = detail::problem_of(options);
    if (!e && before.empty()) { e = {"before: there are no requests"}; }
    if (!e && after.empty()) { e = {"after: there are no requests"}; }
    if (e) { return {{}, std::move(e)}; }
    latency_comparison made;
    made.requests_before = before.count();
    made.requests_after = after.count();
    made.assumes_independent = true;
    made.quantiles = detail::compare_rows(options.quantiles, before, after, options, detail::holm);
    made.shifts = detail::compare_rows({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9},
                                       before,
                                       after,
                                       options,
                                       detail::benjamini_hochberg);
    detail::conclude(made);
    made.reason += "; assumes independent requests";
    return {std::move(made), {}};
}

WICK_END_NAMESPACE

#endif
// wick/detail/latency_text.hpp - latencies as tables of text, and as bars.
#ifndef WICK_DETAIL_LATENCY_TEXT_HPP
#define WICK_DETAIL_LATENCY_TEXT_HPP

// wick/detail/latency_tiers.hpp - how much of slow requests is one tier's, and how much the rest's.
#ifndef WICK_DETAIL_LATENCY_TIERS_HPP
#define WICK_DETAIL_LATENCY_TIERS_HPP


#include <algorithm>   // std::sort, std::min, std::max
#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // times
#include <string>      // errors
#include <string_view> // names
#include <utility>     // std::move
#include <vector>      // requests, rows

WICK_BEGIN_NAMESPACE

/// A request as its user saw it, and the part of it that one tier accounts for.
struct tier_request {
    double total = 0;      ///< 0 or more, in any unit
    double part = 0;       ///< 0 … total, in the same
    std::int64_t time = 0; ///< when it was, in nanoseconds; for the heights alone
};

/// What to tell of tiers.
struct tier_options {
    std::vector<double> quantiles = {0.5, 0.75, 0.9, 0.95, 0.99};
    /// Requests are near a quantile whose rank is this share of all away from it, or half of what
    /// lies beyond the quantile if that is less; at least 5 on each side where there are.
    double nearness = 0.01;
    /// Windows of so many nanoseconds for the heights; 0: there are no times.
    std::int64_t window_ns = 0;
    double height_quantile = 0.9;
};

/// What requests near one quantile of the total are made of: means over them.
struct tier_row {
    double q = 0;
    double total = 0;         ///< the quantile itself
    double near_total = 0;    ///< the mean of the requests near it
    double near_part = 0;     ///< the part of these
    double outside = 0;       ///< share of their total that is outside of the part, 0 … 1
    std::size_t requests = 0; ///< how many there are; 0: a difference of quantiles, see below
};

/// Where latency is made.
struct tier_report {
    std::vector<tier_row> rows;
    /// Only two separate series were known: near_part is the part's own quantile. The requests in
    /// which the part is slow need not be those that are slow, so that `outside` may be far off,
    /// even below 0.
    bool approximate = false;
    /// How the windows' quantiles rise and fall, of the total, the part, and what is outside of it
    /// (of pairs alone). `windows` in them is 0 where no times were known.
    latency_height total_height;
    latency_height part_height;
    latency_height outside_height;
    double height_quantile = 0.9;
};

namespace detail {

/// Returns what requests near a quantile are made of; they are in the order of their total.
[[nodiscard]] inline tier_row
tier_at(const std::vector<tier_request>& sorted, double q, double nearness) {
    const double n = static_cast<double>(sorted.size());
    const sample_place at = quantile_place(n, q, quantile_type::linear);
    tier_row row;
    row.q = q;
    row.total =
        value_at_place(at, n, [&](double i) { return sorted[static_cast<std::size_t>(i)].total; });
    const double reach = (std::max)(5.0, n * (std::min)(nearness, (std::min)(q, 1 - q) / 2));
    const double middle = at.whole + at.part;
    const double first = (std::max)(0.0, std::ceil(middle - reach));
    const double last = (std::min)(n - 1, std::floor(middle + reach));
    for (double i = first; i <= last; ++i) {
        const tier_request& r = sorted[static_cast<std::size_t>(i)];
        row.near_total += r.total;
        row.near_part += r.part;
        ++row.requests;
    }
    const double count = static_cast<double>(row.requests);
    row.near_total /= count;
    row.near_part /= count;
    row.outside = row.near_total > 0 ? 1 - row.near_part / row.near_total : 0;
    return row;
}

/// Returns the height of a figure of requests that are in the order of time. Windows without
/// requests are none; those of fewer than 10 count as left out.
template <class Figure>
[[nodiscard]] latency_height
tier_height(const std::vector<tier_request>& by_time, const tier_options& options, Figure figure) {
    std::vector<double> series;
    for (std::size_t i = 0; i < by_time.size();) {
        const std::int64_t window = by_time[i].time / options.window_ns;
        std::vector<double> values;
        for (; i < by_time.size() && by_time[i].time / options.window_ns == window; ++i) {
            values.push_back(figure(by_time[i]));
        }
        std::sort(values.begin(), values.end());
        series.push_back(values.size() >= 10 ? quantile_of(values, options.height_quantile)
                                             : std::numeric_limits<double>::quiet_NaN());
    }
    return height_of(series).value;
}

/// Fills in the heights of the requests' windows.
inline void
add_heights(tier_report& made, std::vector<tier_request> requests, const tier_options& options) {
    std::stable_sort(requests.begin(),
                     requests.end(),
                     [](const tier_request& a, const tier_request& b) { return a.time < b.time; });
    const auto height = [&](auto figure) { return tier_height(requests, options, figure); };
    made.total_height = height([](const tier_request& r) { return r.total; });
    made.part_height = height([](const tier_request& r) { return r.part; });
    made.outside_height = height([](const tier_request& r) { return r.total - r.part; });
}

[[nodiscard]] inline error problem_of(const std::vector<tier_request>& requests,
                                      const tier_options& options) {
    if (requests.empty()) { return {"there are no requests"}; }
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const tier_request& r = requests[i];
        const std::string name = "request " + std::to_string(i + 1);
        if (!(r.total >= 0) || !std::isfinite(r.total)) { return {name + " has no latency"}; }
        if (!(r.part >= 0)) { return {name + ": its part has no latency"}; }
        if (r.part > r.total) { return {name + ": its part takes longer than all of it"}; }
        if (options.window_ns > 0 && r.time < 0) { return {name + " has a negative time"}; }
    }
    return {};
}

[[nodiscard]] inline error problem_of(const tier_options& options) {
    for (const double q : options.quantiles) {
        if (!(q >= 0 && q <= 1)) { return {"a quantile is from 0 to 1"}; }
    }
    return {};
}

} // namespace detail

/// Returns what requests near each quantile of the total are made of. A quantile of the part, or of
/// the rest, says nothing about that: it is of other requests.
/// Errors: no requests; one that is negative, not a finite number, or less than its part.
/// Cost: O(n log n), a copy of the requests.
[[nodiscard]] inline result<tier_report> tiers(const std::vector<tier_request>& requests,
                                               const tier_options& options = {}) {
    error e = detail::problem_of(options);
    if (!e) { e = detail::problem_of(requests, options); }
    if (e) { return {{}, std::move(e)}; }
    result<tier_report> made;
    made.value.height_quantile = options.height_quantile;
    std::vector<tier_request> sorted = requests;
    std::sort(sorted.begin(), sorted.end(), [](const tier_request& a, const tier_request& b) {
        return a.total < b.total || (!(b.total < a.total) && a.part < b.part);
    });
    for (const double q : options.quantiles) {
        made.value.rows.push_back(detail::tier_at(sorted, q, options.nearness));
    }
    if (options.window_ns > 0) { detail::add_heights(made.value, requests, options); }
    return made;
}

/// The same of two columns. An error if they are not of one length.
[[nodiscard]] inline result<tier_report> tiers(const std::vector<double>& total,
                                               const std::vector<double>& part,
                                               const tier_options& options = {}) {
    if (total.size() != part.size()) {
        return {{},
                {std::to_string(total.size()) + " requests in all and " +
                 std::to_string(part.size()) + " of the part: they do not belong together"}};
    }
    std::vector<tier_request> requests(total.size());
    for (std::size_t i = 0; i < total.size(); ++i) { requests[i] = {total[i], part[i], 0}; }
    tier_options rest = options;
    rest.window_ns = 0;
    return tiers(requests, rest);
}

/// The same where only the windows of the total and those of the part are known, as of two servers'
/// logs: an approximation, and labelled as such. Heights are those of both.
template <int Digits>
[[nodiscard]] result<tier_report> tiers(const latency_windows<Digits>& total,
                                        const latency_windows<Digits>& part,
                                        const tier_options& options = {}) {
    result<tier_report> made;
    made.error = detail::problem_of(options);
    const result<histogram<Digits>> all = total.total();
    const result<histogram<Digits>> of_part = part.total();
    if (!made.error) { made.error = all.error ? all.error : of_part.error; }
    if (!made.error && (all.value.empty() || of_part.value.empty())) {
        made.error = {all.value.empty() ? "there are no requests"
                                        : "there are no requests of the part"};
    }
    if (made.error) { return made; }
    made.value.approximate = true;
    made.value.height_quantile = options.height_quantile;
    for (const double q : options.quantiles) {
        tier_row row;
        row.q = q;
        row.total = row.near_total = detail::smooth_quantile(all.value, q);
        row.near_part = detail::smooth_quantile(of_part.value, q);
        row.outside = row.total > 0 ? 1 - row.near_part / row.total : 0;
        made.value.rows.push_back(row);
    }
    made.value.total_height = height_of(total, options.height_quantile).value;
    made.value.part_height = height_of(part, options.height_quantile).value;
    return made;
}

WICK_END_NAMESPACE

#endif
// wick/detail/open_loop.hpp - requests on a schedule, so that a stall is not left out.
#ifndef WICK_DETAIL_OPEN_LOOP_HPP
#define WICK_DETAIL_OPEN_LOOP_HPP


#include <algorithm> // std::max
#include <cmath>     // std::floor
#include <cstdint>   // times

WICK_BEGIN_NAMESPACE

/// When requests should start, at a fixed rate whatever the answers do. A client that sends the
/// next request only once it has its answer stops asking while the server stalls, and so leaves out
/// what users would have waited ("coordinated omission"). Here each request has its place in time;
/// one that starts late is sent as soon as it can be, and has waited since its place.
///     const std::int64_t intended = clock.next();
///     sleep_until(clock.send_time());     // the caller's; returns at once when that has passed
///     const std::int64_t sent = now();
///     clock.sent(sent);
///     … the request …
///     times.record(intended, sent, now());
/// Times are in nanoseconds from any instant. Starts are computed from their number, so that no
/// error adds up. Thread safety: none; each connection has its own, with a part of the rate.
class open_loop_clock {
public:
    /// A request each 1 / rate seconds from start_ns on; rate > 0. After a stall requests follow
    /// each other no faster than `catch_up` times the rate; 0: as fast as they can be sent.
    open_loop_clock(double rate_per_second, std::int64_t start_ns, double catch_up = 0)
        : interval_(1e9 / rate_per_second)
        , start_(start_ns)
        , last_sent_(start_ns) {
        WICK_ASSERT(rate_per_second > 0 && (catch_up <= 0 || catch_up >= 1));
        if (catch_up > 0) { pause_ = static_cast<std::int64_t>(interval_ / catch_up); }
    }

    /// Returns when request i should start, from 0.
    [[nodiscard]] std::int64_t intended(std::uint64_t i) const noexcept {
        const double after = static_cast<double>(i) * interval_;
        return start_ + static_cast<std::int64_t>(std::floor(after + 0.5));
    }
    /// Takes the next request and returns when it should start.
    std::int64_t next() noexcept { return current_ = intended(taken_++); }

    /// Returns when the request that was taken last may be sent: not before its place, and behind
    /// the one before it by the pause for catching up. A time that has passed means: now.
    [[nodiscard]] std::int64_t send_time() const noexcept {
        return taken_ > 1 ? (std::max)(current_, last_sent_ + pause_) : current_;
    }
    /// Tells when it was sent.
    void sent(std::int64_t now_ns) noexcept { last_sent_ = now_ns; }

    /// Returns how many requests have been taken.
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }
    /// Returns how many more should have started by now: how far the client is behind.
    [[nodiscard]] std::uint64_t behind(std::int64_t now_ns) const noexcept {
        if (now_ns < start_) { return 0; }
        const double passed = static_cast<double>(now_ns - start_) / interval_;
        const auto due = static_cast<std::uint64_t>(std::floor(passed)) + 1;
        return due > taken_ ? due - taken_ : 0;
    }

private:
    double interval_; // in nanoseconds
    std::int64_t start_;
    std::int64_t last_sent_;
    std::int64_t pause_ = 0;
    std::int64_t current_ = 0;
    std::uint64_t taken_ = 0;
};

/// Both latencies of the same requests: what the server needed, and what a user on the schedule
/// waited. They differ by the wait of requests that could not start in time; only the second tells
/// of a stall in proportion to its length.
template <int Digits = 3>
struct open_loop_times {
    histogram<Digits> service;  ///< from when a request was sent
    histogram<Digits> response; ///< from when it should have started

    /// Counts a request; a time before its start counts as 0, and in below().
    void record(std::int64_t intended_ns, std::int64_t sent_ns, std::int64_t finished_ns) {
        service.record(finished_ns - sent_ns);
        response.record(finished_ns - intended_ns);
    }
    [[nodiscard]] error merge(const open_loop_times& other) {
        if (error e = service.merge(other.service)) { return e; }
        return response.merge(other.response);
    }
    friend bool operator==(const open_loop_times& a, const open_loop_times& b) {
        return a.service == b.service && a.response == b.response;
    }
    friend bool operator!=(const open_loop_times& a, const open_loop_times& b) { return !(a == b); }
};

WICK_END_NAMESPACE

#endif

#include <algorithm>   // std::min, std::max
#include <cmath>       // std::log10, std::pow
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // tables
#include <string_view> // units
#include <vector>      // bins

WICK_BEGIN_NAMESPACE

namespace detail {

/// Lines of cells: the first column to the left, the others to the right, as wide as they need.
class text_cells {
public:
    explicit text_cells(std::vector<std::string> head) { add(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

    /// Returns the lines; a column past the first row's is a remark and stands behind.
    [[nodiscard]] std::string text() const {
        const std::size_t columns = rows_[0].size();
        std::vector<std::size_t> widths(columns);
        for (const std::vector<std::string>& row : rows_) {
            for (std::size_t i = 0; i < (std::min)(columns, row.size()); ++i) {
                widths[i] = (std::max)(widths[i], row[i].size());
            }
        }
        std::string made;
        for (const std::vector<std::string>& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                if (i > 0) { line += "  "; }
                if (i == 0) {
                    append_left(line, row[i], widths[0]);
                } else if (i < columns) {
                    append_right(line, row[i], widths[i]);
                } else {
                    line += row[i];
                }
            }
            line.resize(line.find_last_not_of(' ') + 1);
            made += line + '\n';
        }
        return made;
    }

private:
    std::vector<std::vector<std::string>> rows_;
};

} // namespace detail

/// Returns both latencies side by side, a line a quantile. `unit` is that of the values.
template <int Digits>
[[nodiscard]] std::string
to_text(const open_loop_times<Digits>& times,
        const std::vector<double>& quantiles = {0.5, 0.75, 0.9, 0.95, 0.99, 0.999},
        std::string_view unit = "ns") {
    detail::text_cells cells({"", "service time", "response time"});
    const auto amount = [&](double v) { return detail::amount_text(v, unit); };
    const histogram<Digits>& service = times.service;
    const histogram<Digits>& response = times.response;
    cells.add({"requests", std::to_string(service.count()), std::to_string(response.count())});
    cells.add({"mean", amount(service.mean()), amount(response.mean())});
    for (const double q : quantiles) {
        if (service.empty() || response.empty()) { break; }
        cells.add({detail::quantile_name(q),
                   amount(detail::smooth_quantile(service, q)),
                   amount(detail::smooth_quantile(response, q))});
    }
    cells.add({"max",
               amount(static_cast<double>(service.greatest())),
               amount(static_cast<double>(response.greatest()))});
    return cells.text() + "service time: from when a request was sent; response time: from when it "
                          "should have been\n";
}

/// Returns a height in one line: "P90 from 210 ms to 530 ms: height 1.52 of the valley, …".
[[nodiscard]] inline std::string
to_text(const latency_height& height, double q = 0.9, std::string_view unit = "ns") {
    if (height.windows == 0) { return "no windows\n"; }
    const auto line = [&](const char* name, const peak_and_valley& h) {
        std::string text = detail::quantile_name(q) + " " + name + ": ";
        text += detail::amount_text(h.valley, unit) + " to " + detail::amount_text(h.peak, unit);
        text += ", height " + detail::percent_text(h.over_valley()) + " of the valley, ";
        text += detail::percent_text(h.over_peak()) + " of the peak, ";
        return text + detail::percent_text(h.over_mean()) + " of the mean\n";
    };
    std::string text = line("robust (p5 to p95 of the windows)", height.robust);
    text += line("plain (least to greatest window)", height.plain);
    text += std::to_string(height.windows) + " windows";
    if (height.left_out > 0) {
        text += ", " + std::to_string(height.left_out) + " more with too few requests";
    }
    return text + '\n';
}

/// Returns what slow requests are made of, a line a quantile, and the heights side by side.
[[nodiscard]] inline std::string to_text(const tier_report& report, std::string_view unit = "ns") {
    const auto amount = [&](double v) { return detail::amount_text(v, unit); };
    detail::text_cells cells(
        {"", "total", "part", "outside", "share outside", report.approximate ? "" : "requests"});
    for (const tier_row& row : report.rows) {
        cells.add({detail::quantile_name(row.q),
                   amount(row.total),
                   amount(row.near_part),
                   amount(row.near_total - row.near_part),
                   detail::percent_text(row.outside),
                   report.approximate ? "" : std::to_string(row.requests)});
    }
    std::string text = cells.text();
    text += report.approximate
                ? "APPROXIMATION: differences of quantiles of two separate series; requests that "
                  "are slow in all\nneed not be those that are slow in the part\n"
                : "part and outside: means of the requests near that quantile of the total\n";
    if (report.total_height.windows == 0) { return text; }
    detail::text_cells heights({"height of " + detail::quantile_name(report.height_quantile),
                                "valley",
                                "peak",
                                "of the valley",
                                "plain"});
    const auto add = [&](const char* name, const latency_height& h) {
        if (h.windows == 0) { return; }
        heights.add({name,
                     amount(h.robust.valley),
                     amount(h.robust.peak),
                     detail::percent_text(h.robust.over_valley()),
                     detail::percent_text(h.plain.over_valley())});
    };
    add("total", report.total_height);
    add("part", report.part_height);
    add("outside", report.outside_height);
    return text + heights.text();
}

/// Returns a comparison as a table, with the verdict in the first line. `unit` is that of the
/// values: "ns" for histograms by convention; "" for numbers without one.
[[nodiscard]] inline std::string to_text(const latency_comparison& c,
                                         std::string_view unit = "ns") {
    const auto amount = [&](double v) { return detail::amount_text(v, unit); };
    std::string text = detail::name_of(c.verdict);
    text += ": " + c.reason + '\n';
    detail::text_cells cells({"",
                              "before",
                              "after",
                              "ratio",
                              "interval",
                              "p",
                              "adjusted",
                              c.assumes_independent ? "" : "windows"});
    const auto add = [&](const compared_quantile& row, bool judged) {
        std::string adjusted = detail::p_text(row.adjusted);
        std::string own = detail::p_text(row.p_value);
        for (std::string* p : {&adjusted, &own}) {
            if (p->rfind("p = ", 0) == 0) { p->erase(0, 4); }
            if (p->rfind("p ", 0) == 0) { p->erase(0, 2); }
        }
        cells.add({detail::quantile_name(row.q),
                   amount(row.before),
                   amount(row.after),
                   detail::ratio_text(row.ratio),
                   row.high < detail::infinity
                       ? detail::ratio_text(row.low) + " to " + detail::ratio_text(row.high)
                       : "unknown",
                   std::move(own),
                   std::move(adjusted),
                   c.assumes_independent ? ""
                                         : std::to_string(row.windows_before) + " + " +
                                               std::to_string(row.windows_after),
                   judged ? detail::name_of(row.verdict) : ""});
    };
    for (const compared_quantile& row : c.quantiles) { add(row, true); }
    cells.add({"shift"}); // of the deciles, which are adjusted among themselves
    for (const compared_quantile& row : c.shifts) { add(row, false); }
    text += cells.text();
    text +=
        std::to_string(c.requests_before) + " + " + std::to_string(c.requests_after) + " requests";
    if (c.assumes_independent) {
        text += "; one histogram a side: p-values assume independent requests\n";
    } else {
        text += ", correlation time ";
        detail::append_number(text, c.correlation_time, 3);
        text += '\n';
    }
    return text;
}

/// How bars look.
struct text_histogram_options {
    std::size_t rows = 24;  ///< at most, but two and one for 0 are always possible
    std::size_t width = 50; ///< of the longest bar, in characters
    std::string unit = "ns";
    /// Marked in the rows that they lie in.
    std::vector<double> quantiles = {0.5, 0.9, 0.99, 0.999};
};

namespace detail {

/// A bin of a logarithmic axis, from `low` up to the next one's.
struct log_bins {
    double per_decade = 1;
    double first = 0; // the index of the first bin: its lower end is 10^(first / per_decade)
    std::size_t count = 0;

    [[nodiscard]] double low(std::size_t i) const noexcept {
        return std::pow(10, (first + static_cast<double>(i)) / per_decade);
    }
    [[nodiscard]] std::size_t of(double value) const noexcept {
        const double index = std::floor(std::log10(value) * per_decade + 1e-9) - first;
        const double last = static_cast<double>(count) - 1;
        return static_cast<std::size_t>((std::min)((std::max)(index, 0.0), last));
    }
};

/// Returns at most `rows` bins over the positive values least … greatest, as fine as that allows.
[[nodiscard]] inline log_bins bins_over(double least, double greatest, std::size_t rows) noexcept {
    log_bins bins;
    const double from = std::log10(least);
    const double to = std::log10(greatest);
    for (const double per_decade : {0.0625,
                                    0.125,
                                    0.25,
                                    0.5,
                                    1.0,
                                    2.0,
                                    3.0,
                                    4.0,
                                    5.0,
                                    6.0,
                                    8.0,
                                    10.0,
                                    15.0,
                                    20.0,
                                    30.0,
                                    50.0,
                                    100.0,
                                    200.0}) {
        const double first = std::floor(from * per_decade + 1e-9);
        const double count = std::floor(to * per_decade + 1e-9) - first + 1;
        if (bins.count > 0 && count > static_cast<double>(rows)) { break; }
        bins = {per_decade, first, static_cast<std::size_t>(count)};
    }
    return bins;
}

/// Appends a bar of so many eighths of a character.
inline void append_bar(std::string& out, std::size_t eighths) {
    for (; eighths >= 8; eighths -= 8) { out += "\xe2\x96\x88"; }
    if (eighths > 0) { // U+258F is one eighth, U+2589 seven
        out += "\xe2\x96";
        out += static_cast<char>(0x90 - eighths);
    }
}

} // namespace detail

/// Returns a histogram as bars of text, drawn to an eighth of a character: a row for each bin of a
/// logarithmic axis, its count and share, and marks where quantiles lie. Rows are of one width per
/// decade, so that shapes can be compared; a count above 0 shows at least an eighth. Values of 0
/// have a row of their own. A bucket counts where its middle lies.
template <int Digits>
[[nodiscard]] std::string text_histogram(const histogram<Digits>& h,
                                         const text_histogram_options& options = {}) {
    if (h.empty()) { return "no values\n"; }
    const double greatest = (std::max)(1.0, static_cast<double>(h.greatest()));
    const double least = (std::max)(1.0, static_cast<double>(h.least()));
    const detail::log_bins bins =
        detail::bins_over(least, greatest, (std::max)(options.rows, std::size_t{1}));
    std::vector<std::uint64_t> counts(bins.count);
    std::uint64_t zeros = 0;
    h.for_each_bucket([&](const histogram_bucket& bucket) {
        if (bucket.high == 0) {
            zeros += bucket.count;
            return;
        }
        const double low = (std::max)(static_cast<double>(bucket.low), least);
        const double high = (std::min)(static_cast<double>(bucket.high), greatest);
        counts[bins.of((low + high) / 2)] += bucket.count;
    });
    std::vector<std::string> marks(bins.count);
    std::string zero_marks;
    for (const double q : options.quantiles) {
        const double value = detail::smooth_quantile(h, q);
        std::string& mark = value < 1 ? zero_marks : marks[bins.of(value)];
        mark += mark.empty() ? " <- " : ", ";
        mark += detail::quantile_name(q) + ' ' + detail::amount_text(value, options.unit);
    }
    std::uint64_t most = zeros;
    for (const std::uint64_t c : counts) { most = (std::max)(most, c); }
    const std::size_t count_width = std::to_string(most).size();
    std::string text;
    const auto add_row =
        [&](const std::string& label, std::uint64_t count, const std::string& mark) {
            const double part = static_cast<double>(count) / static_cast<double>(most);
            auto eighths = static_cast<std::size_t>(
                std::floor(part * static_cast<double>(8 * options.width) + 0.5));
            if (count > 0 && eighths == 0) { eighths = 1; }
            detail::append_right(text, label, 8);
            text += " \xe2\x94\x82"; // a vertical line
            detail::append_bar(text, eighths);
            text.append(options.width - (std::min)(options.width, (eighths + 7) / 8) + 1, ' ');
            detail::append_right(text, std::to_string(count), count_width);
            std::string share;
            detail::append_decimals(
                share, 100 * static_cast<double>(count) / static_cast<double>(h.count()), 2, false);
            detail::append_right(text, share, 7);
            text += " %" + mark + '\n';
        };
    if (zeros > 0) { add_row("0", zeros, zero_marks); }
    for (std::size_t i = 0; i < bins.count && zeros < h.count(); ++i) {
        add_row(detail::amount_text(bins.low(i), options.unit), counts[i], marks[i]);
    }
    return text;
}

WICK_END_NAMESPACE

#endif

#include <algorithm> // std::sort, std::adjacent_find
#include <cstddef>   // std::size_t
#include <cstdint>   // counts
#include <string>    // text, errors
#include <utility>   // std::move
#include <vector>    // samples, quantiles

WICK_BEGIN_NAMESPACE

/// A description of latencies: what pandas' `describe()` tells.
struct summary {
    std::uint64_t count = 0;
    double mean = 0;
    double stddev = 0; ///< of the sample, divided by n - 1: NaN for one value
    double least = 0;
    double greatest = 0;
    std::vector<double> quantiles; ///< which, ascending
    std::vector<double> values;    ///< the value of each
    /// Mean, least and greatest value are those of the values; else of a histogram's buckets.
    bool exact = true;
};

namespace detail {

/// Returns what is asked for as pandas has it: in order, with the median. An error for a quantile
/// that is none, or twice the same.
[[nodiscard]] inline result<std::vector<double>> asked_quantiles(std::vector<double> quantiles) {
    for (const double q : quantiles) {
        if (!(q >= 0 && q <= 1)) { return {{}, {"a quantile is from 0 to 1"}}; }
    }
    const auto same = [](double a, double b) { return !(a < b) && !(b < a); };
    const auto is_half = [&](double q) { return same(q, 0.5); };
    if (std::none_of(quantiles.begin(), quantiles.end(), is_half)) { quantiles.push_back(0.5); }
    std::sort(quantiles.begin(), quantiles.end());
    if (std::adjacent_find(quantiles.begin(), quantiles.end(), same) != quantiles.end()) {
        return {{}, {"a quantile is asked for twice"}};
    }
    return {std::move(quantiles), {}};
}

} // namespace detail

/// Returns count, mean, standard deviation, least and greatest sample, and quantiles (type 7, as
/// pandas; the median is always among them). An error if there are no samples, or for the first
/// that is not a finite number; pandas drops NaN.
/// Cost: O(n log n).
[[nodiscard]] inline result<summary> describe(std::vector<double> samples,
                                              std::vector<double> quantiles = {0.25, 0.5, 0.75}) {
    result<std::vector<double>> asked = detail::asked_quantiles(std::move(quantiles));
    if (!asked) { return {{}, std::move(asked.error)}; }
    result<std::vector<double>> sorted = sorted_samples(std::move(samples));
    if (!sorted) { return {{}, std::move(sorted.error)}; }
    if (sorted.value.empty()) { return {{}, {"there are no samples"}}; }
    summary made;
    made.count = sorted.value.size();
    made.mean = mean_of(sorted.value);
    made.stddev = standard_deviation(sorted.value);
    made.least = sorted.value.front();
    made.greatest = sorted.value.back();
    for (const double q : asked.value) { made.values.push_back(quantile_of(sorted.value, q)); }
    made.quantiles = std::move(asked.value);
    return {std::move(made), {}};
}

/// The same of a histogram. Quantiles lie between its values as those of samples do, which are
/// taken to be at equal distances within their bucket: half a bucket off at most. The deviation is
/// of the middles of buckets. `scale` is what values are multiplied by: 1e-9 makes seconds of
/// nanoseconds. Cost: one pass over the buckets.
template <int Digits>
[[nodiscard]] result<summary> describe(const histogram<Digits>& h,
                                       std::vector<double> quantiles = {0.25, 0.5, 0.75},
                                       double scale = 1) {
    result<std::vector<double>> asked = detail::asked_quantiles(std::move(quantiles));
    if (!asked) { return {{}, std::move(asked.error)}; }
    if (h.empty()) { return {{}, {"there are no values"}}; }
    detail::smooth_figures figures = detail::smooth_figures_of(h, asked.value);
    summary made;
    made.count = h.count();
    made.mean = figures.mean * scale;
    made.stddev = figures.stddev * scale;
    made.least = static_cast<double>(h.least()) * scale;
    made.greatest = static_cast<double>(h.greatest()) * scale;
    made.exact = h.exact();
    for (const double v : figures.quantiles) { made.values.push_back(v * scale); }
    made.quantiles = std::move(asked.value);
    return {std::move(made), {}};
}

/// Returns a description as pandas 2 prints it, to the byte, with a newline at the end:
///     count    8.000000
///     mean     0.155552
///     …
///     dtype: float64
[[nodiscard]] inline std::string to_text(const summary& s) {
    std::vector<std::string> names{"count", "mean", "std", "min"};
    std::vector<double> values{static_cast<double>(s.count), s.mean, s.stddev, s.least};
    for (std::string& label : detail::pandas_labels(s.quantiles)) {
        names.push_back(std::move(label));
    }
    values.insert(values.end(), s.values.begin(), s.values.end());
    names.emplace_back("max");
    values.push_back(s.greatest);
    return detail::pandas_series(names, values);
}

WICK_END_NAMESPACE

#endif
// wick/recorder.hpp - durations from many threads into histograms, without locks.
#ifndef WICK_RECORDER_HPP
#define WICK_RECORDER_HPP


#include <algorithm> // std::min, std::max, std::remove_if
#include <array>     // lanes, pages
#include <atomic>    // what readers see of a thread's counts
#include <chrono>    // durations, the clock of scoped_timer
#include <cstddef>   // std::size_t
#include <cstdint>   // values and counts
#include <limits>    // the extremes of nothing
#include <memory>    // shared ownership of what threads and recorders both need
#include <mutex>     // for those who come, go or read
#include <utility>   // std::move, std::exchange
#include <vector>    // the shards

WICK_BEGIN_NAMESPACE
namespace detail {

/// The counts of one writer at a time, which others may read meanwhile. They only ever grow. The
/// writer stores, in this order, the bucket, the extremes, the sum, the number of values, each with
/// release (on x86-64 a plain store). Whoever loads them the other way round, each with acquire,
/// and finds as many values in the buckets as the number says, has read exactly those values: one
/// more in the sum or the extremes would be in the buckets too.
template <int Digits>
class recorder_shard {
public:
    using histogram_type = histogram<Digits>;

    /// For the writer. Allocation: a page for the first value of an octave.
    void record(std::int64_t value) {
        const std::uint64_t key = bucket_key<bits>(value);
        if (key - inner_key_ >= inner_size_) {
            record_at_edge(value);
            return;
        }
        page& counts = *pages_[(key >> bits) - first_exponent + 1].load(std::memory_order_relaxed);
        add(counts[key % page_size], 1);
        tally(key, static_cast<std::uint64_t>(value));
    }

    /// What a reader gathers of all shards.
    struct gathered {
        histogram_type counts;
        std::uint64_t sum = 0; // modulo 2^64
        std::uint64_t below = 0;
        std::uint64_t above = 0;
        std::int64_t least = (std::numeric_limits<std::int64_t>::max)();
        std::int64_t most = -1;
        bool consistent = true;
    };

    /// For readers, one at a time.
    void gather(gathered& all) const {
        std::uint64_t number = 0;
        for (const lane& l : lanes_) { number += l.number.load(std::memory_order_acquire); }
        for (const lane& l : lanes_) { all.sum += l.sum.load(std::memory_order_acquire); }
        const std::int64_t least = least_.load(std::memory_order_acquire);
        const std::int64_t most = most_.load(std::memory_order_acquire);
        const std::uint64_t before = all.counts.count();
        if (least <= most) { all.counts.reserve(least, most); } // at once, not octave by octave
        for (std::size_t o = 0; o < octaves; ++o) { gather_page(all, o); }
        const std::uint64_t below = below_.load(std::memory_order_acquire);
        const std::uint64_t above = above_.load(std::memory_order_acquire);
        all.below += below;
        all.above += above;
        const std::uint64_t last = histogram_type::bucket_count - 1;
        gather_counts(all, 0, &below, 1);
        gather_counts(all, static_cast<std::uint32_t>(last), &above, 1);
        all.consistent = all.consistent && all.counts.count() - before == number;
        all.least = (std::min)(all.least, least);
        all.most = (std::max)(all.most, most);
    }

private:
    static constexpr unsigned bits = histogram_type::precision_bits;
    static constexpr std::size_t page_size = std::size_t{1} << bits;
    static constexpr std::size_t octaves = histogram_type::bucket_count >> bits;
    static constexpr std::uint64_t first_exponent = 1023 + bits; // that of octave 1
    static constexpr std::uint64_t first_key = first_exponent << bits;

    using page = std::array<std::atomic<std::uint64_t>, page_size>;
    struct lane {
        std::atomic<std::uint64_t> sum{0};
        std::atomic<std::uint64_t> number{0};
    };

    // For the writer alone: the keys of buckets all values of which lie between the extremes, and
    // whose pages are there.
    alignas(64) std::uint64_t inner_key_ = 0;
    std::uint64_t inner_size_ = 0;
    std::array<std::atomic<page*>, octaves> pages_{};
    std::array<lane, 8> lanes_;
    std::atomic<std::int64_t> least_{(std::numeric_limits<std::int64_t>::max)()};
    std::atomic<std::int64_t> most_{-1};
    std::atomic<std::uint64_t> below_{0}; // these are in no page
    std::atomic<std::uint64_t> above_{0};
    std::vector<std::unique_ptr<page>> owned_;

    static void add(std::atomic<std::uint64_t>& to, std::uint64_t more) noexcept {
        to.store(to.load(std::memory_order_relaxed) + more, std::memory_order_release);
    }
    // As in a histogram: what follows waits only where it is of the same lane, and values of one
    // bucket wait for each other anyway.
    void tally(std::uint64_t bucket, std::uint64_t value) noexcept {
        lane& l = lanes_[static_cast<std::size_t>(bucket % 8)];
        add(l.sum, value);
        add(l.number, 1);
    }

    // Counts a value that is below 2^bits, or in the bucket of an extreme one, or out of the range.
    [[gnu::noinline]] void record_at_edge(std::int64_t value) {
        const std::int64_t clamped =
            (std::min)((std::max)(value, std::int64_t{0}), histogram_type::max_value);
        const std::uint32_t index = histogram_type::index_of(clamped);
        const std::int64_t least = (std::min)(least_.load(std::memory_order_relaxed), clamped);
        const std::int64_t most = (std::max)(most_.load(std::memory_order_relaxed), clamped);
        make_pages(least, most); // before anything is counted: there may be no memory
        if (value == clamped) {
            add((*pages_[index >> bits].load(std::memory_order_relaxed))[index % page_size], 1);
        } else {
            add(value < 0 ? below_ : above_, 1);
        }
        set_extremes(least, most);
        tally(index, static_cast<std::uint64_t>(clamped));
    }
    void make_pages(std::int64_t least, std::int64_t most) {
        const std::uint32_t last = histogram_type::index_of(most) >> bits;
        for (std::uint32_t o = histogram_type::index_of(least) >> bits; o <= last; ++o) {
            if (pages_[o].load(std::memory_order_relaxed) != nullptr) { continue; }
            owned_.push_back(std::make_unique<page>()); // zeros
            pages_[o].store(owned_.back().get(), std::memory_order_release);
        }
    }
    void set_extremes(std::int64_t least, std::int64_t most) noexcept {
        least_.store(least, std::memory_order_release);
        most_.store(most, std::memory_order_release);
        std::uint32_t first = histogram_type::index_of(least);
        std::uint32_t end = histogram_type::index_of(most);
        // A value in the bucket of an extreme one may become the extreme, unless that is its end.
        first += least > histogram_type::low_of(first) ? 1u : 0u;
        end += most < histogram_type::high_of(end) ? 0u : 1u;
        first = (std::max)(first, static_cast<std::uint32_t>(page_size));
        inner_key_ = first_key + first - page_size;
        inner_size_ = end > first ? end - first : 0;
    }

    void gather_page(gathered& all, std::size_t octave) const {
        const page* counts = pages_[octave].load(std::memory_order_acquire);
        if (counts == nullptr) { return; }
        std::uint64_t copy[page_size];
        for (std::size_t i = 0; i < page_size; ++i) {
            copy[i] = (*counts)[i].load(std::memory_order_acquire);
        }
        gather_counts(all, static_cast<std::uint32_t>(octave << bits), copy, page_size);
    }
    // What would be too many for a histogram is 292 years of values.
    static void
    gather_counts(gathered& all, std::uint32_t first, const std::uint64_t* counts, std::size_t n) {
        all.consistent = all.counts.add_buckets(first, counts, n) && all.consistent;
    }
};

/// The shards of a recorder: it outlives the recorder where threads still have one.
template <int Digits>
class recorder_core {
public:
    using shard = recorder_shard<Digits>;

    /// Returns a shard that nobody writes to: counts of threads that have ended stay in theirs.
    [[nodiscard]] shard* take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!free_.empty()) {
            shard* reused = free_.back();
            free_.pop_back();
            return reused;
        }
        free_.reserve(shards_.size() + 1); // so that giving back does not allocate
        shards_.push_back(std::make_unique<shard>());
        return shards_.back().get();
    }
    void give_back(shard* no_longer_used) noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        free_.push_back(no_longer_used);
    }

    [[nodiscard]] histogram<Digits> snapshot() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return gather();
    }
    [[nodiscard]] histogram<Digits> interval() {
        const std::lock_guard<std::mutex> lock(mutex_);
        histogram<Digits> now = gather();
        histogram<Digits> since = now;
        const error impossible = since.subtract(previous_); // counts only grow
        WICK_ASSERT(!impossible);
        static_cast<void>(impossible);
        previous_ = std::move(now);
        return since;
    }
    /// How many writers there were at the same time, at most.
    [[nodiscard]] std::size_t shard_count() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return shards_.size();
    }

    /// Tells threads that have a shard that there is no recorder any more.
    void close() noexcept { closed_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::vector<shard*> free_;
    histogram<Digits> previous_; // what interval() told of already
    std::atomic<bool> closed_{false};

    [[nodiscard]] histogram<Digits> gather() const {
        typename shard::gathered all;
        for (const auto& each : shards_) { each->gather(all); }
        if (all.counts.empty()) { return {}; }
        const error clamped = all.counts.set_clamped(all.below, all.above);
        WICK_ASSERT(!clamped);
        static_cast<void>(clamped);
        if (!all.consistent) { return std::move(all.counts); }
        // The one sum that is possible, of those with the same last 64 bits.
        const auto [low, high] = all.counts.sum_bounds();
        wide_sum sum = low;
        sum.add(all.sum - low.low);
        wide_sum next = sum;
        next.add({0, 1});
        if (high < next) {
            const error contradiction = all.counts.set_exact(sum, all.least, all.most);
            WICK_ASSERT(!contradiction);
            static_cast<void>(contradiction);
        }
        return std::move(all.counts);
    }
};

} // namespace detail

/// Counts durations (or any values) of any number of threads. Each thread writes to counts of its
/// own, with loads and stores alone: no lock, no fetch_add, nobody waits for anybody. Readers take
/// snapshots while the writers run; intervals are differences of snapshots, nothing is reset.
///
/// What a snapshot guarantees: it has each value whose record() happened before it, and none
/// partly; of those recorded meanwhile it has some. What one snapshot has, all later ones have:
/// each value is in exactly one interval. Its sum and extremes are exact (`exact()`) if no thread
/// recorded while its counts were read; else they are derived from the buckets, as those of a
/// decoded histogram are, and the next quiet snapshot is exact again. The extremes of an interval
/// are always derived, but for the first; its sum is exact if both its snapshots were.
///
/// Memory: 8 KiB (2 digits: 1 KiB) for each octave between a thread's least and greatest value. A
/// thread that ends leaves its counts, and what held them to the next one. A recorder may end
/// before or after the threads that record with it, but not while one is at it. Thread safety: all
/// members may be called by all threads.
template <int Digits = 3>
class recorder {
public:
    using histogram_type = histogram<Digits>;

    /// A writer with counts of its own: saves looking for those of the thread. It may outlive the
    /// recorder. For one thread at a time; movable.
    class handle {
    public:
        handle(handle&& other) noexcept
            : core_(std::move(other.core_))
            , shard_(std::exchange(other.shard_, nullptr)) {}
        handle& operator=(handle&& other) noexcept {
            std::swap(core_, other.core_);
            std::swap(shard_, other.shard_);
            return *this;
        }
        ~handle() {
            if (shard_ != nullptr) { core_->give_back(shard_); }
        }

        /// Counts a value, clamped as a histogram clamps. Not for a handle that was moved from.
        /// Cost: two nanoseconds; an allocation for the first value of an octave.
        void record(std::int64_t value) { shard_->record(value); }
        /// Counts a duration, as whole nanoseconds.
        template <class Rep, class Period>
        void record(std::chrono::duration<Rep, Period> elapsed) {
            record(detail::to_nanoseconds(elapsed));
        }

    private:
        friend class recorder;
        std::shared_ptr<detail::recorder_core<Digits>> core_;
        detail::recorder_shard<Digits>* shard_;

        explicit handle(std::shared_ptr<detail::recorder_core<Digits>> core)
            : core_(std::move(core))
            , shard_(core_->take()) {}
    };

    recorder()
        : id_(next_id())
        , core_(std::make_shared<detail::recorder_core<Digits>>()) {}
    recorder(const recorder&) = delete;
    recorder& operator=(const recorder&) = delete;
    ~recorder() { core_->close(); }

    /// Counts a value in the calling thread's counts. The first one of a thread takes a lock.
    void record(std::int64_t value) {
        const cached& own = cache()[id_ % cache_size];
        if (own.id != id_) {
            record_first(value);
            return;
        }
        own.at->record(value);
    }
    /// Counts a duration, as whole nanoseconds.
    template <class Rep, class Period>
    void record(std::chrono::duration<Rep, Period> elapsed) {
        record(detail::to_nanoseconds(elapsed));
    }

    /// Returns a writer for a loop that records much.
    [[nodiscard]] handle attach() { return handle(core_); }

    /// Returns all that was recorded until now.
    /// Cost: some microseconds for each octave of each thread, with a lock that keeps threads from
    /// beginning or ending to record, not from recording.
    [[nodiscard]] histogram_type snapshot() const { return core_->snapshot(); }

    /// Returns what was recorded since the last call, or since the beginning. For one reader: two
    /// of them share out the intervals between them; several may each subtract their own snapshots.
    [[nodiscard]] histogram_type interval() { return core_->interval(); }

    /// How many threads and handles have recorded at the same time, at most.
    [[nodiscard]] std::size_t writers() const { return core_->shard_count(); }

private:
    using core = detail::recorder_core<Digits>;
    using shard = detail::recorder_shard<Digits>;

    // Where a thread finds its shard, if no other recorder took the place.
    struct cached {
        std::uint64_t id; // 0: of none
        shard* at;
    };
    static constexpr std::size_t cache_size = 8;

    // The shards of a thread, which it gives back at its end.
    struct thread_shards {
        struct entry {
            std::uint64_t id;
            std::shared_ptr<core> owner;
            shard* at;
        };
        std::vector<entry> entries;

        thread_shards() = default;
        thread_shards(const thread_shards&) = delete;
        thread_shards& operator=(const thread_shards&) = delete;
        ~thread_shards() {
            std::fill(cache(), cache() + cache_size, cached{});
            thread_ends() = true;
            for (const entry& e : entries) { e.owner->give_back(e.at); }
        }
    };

    // All zeros, so that looking into them needs no check whether they were made.
    [[nodiscard]] static cached* cache() noexcept {
        static thread_local cached own[cache_size];
        return own;
    }
    [[nodiscard]] static bool& thread_ends() noexcept {
        static thread_local bool ends = false;
        return ends;
    }
    [[nodiscard]] static std::vector<typename thread_shards::entry>& own_shards() {
        static thread_local thread_shards own;
        return own.entries;
    }
    [[nodiscard]] static std::uint64_t next_id() noexcept {
        static std::atomic<std::uint64_t> last{0};
        return last.fetch_add(1, std::memory_order_relaxed) + 1;
    }

    [[gnu::noinline, gnu::cold]] void record_first(std::int64_t value) {
        if (thread_ends()) { // a destructor that runs after that of the thread's shards
            attach().record(value);
            return;
        }
        shard* own = find_shard();
        cache()[id_ % cache_size] = {id_, own};
        own->record(value);
    }
    [[nodiscard]] shard* find_shard() {
        auto& entries = own_shards();
        for (const auto& e : entries) {
            if (e.id == id_) { return e.at; }
        }
        const auto is_over = [](const auto& e) { return e.owner->closed(); };
        entries.erase(std::remove_if(entries.begin(), entries.end(), is_over), entries.end());
        entries.reserve(entries.size() + 1);
        entries.push_back({id_, core_, core_->take()});
        return entries.back().at;
    }

    std::uint64_t id_; // of no other recorder, ever
    std::shared_ptr<core> core_;
};

/// Records the time from its construction to its destruction, by the steady clock, in nanoseconds:
/// `scoped_timer timed(recorder);` with a recorder, its handle or a histogram, which must outlive
/// it.
template <class Recorder>
class scoped_timer {
public:
    explicit scoped_timer(Recorder& to) noexcept
        : to_(&to) {}
    scoped_timer(const scoped_timer&) = delete;
    scoped_timer& operator=(const scoped_timer&) = delete;
    ~scoped_timer() {
        if (to_ != nullptr) { to_->record(elapsed()); }
    }

    /// Returns the time since the construction.
    [[nodiscard]] std::chrono::steady_clock::duration elapsed() const noexcept {
        return std::chrono::steady_clock::now() - begin_;
    }
    /// Nothing will be recorded.
    void cancel() noexcept { to_ = nullptr; }

private:
    Recorder* to_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};
template <class Recorder>
scoped_timer(Recorder&) -> scoped_timer<Recorder>;

WICK_END_NAMESPACE

#endif
