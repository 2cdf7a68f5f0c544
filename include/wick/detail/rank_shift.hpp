// wick/detail/rank_shift.hpp - by how much, and how surely, one sample lies above another.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_RANK_SHIFT_HPP
#define WICK_DETAIL_RANK_SHIFT_HPP

#include <wick/detail/statistics.hpp> // rank statistics, distributions
#include <wick/version.hpp>

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
