// wick/detail/statistics.hpp - distributions, tests and intervals for counts and for samples.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_STATISTICS_HPP
#define WICK_DETAIL_STATISTICS_HPP

#include <wick/version.hpp>

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
