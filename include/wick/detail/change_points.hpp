// wick/detail/change_points.hpp - where a series of figures changed.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_CHANGE_POINTS_HPP
#define WICK_DETAIL_CHANGE_POINTS_HPP

#include <wick/detail/statistics.hpp> // Student's distribution
#include <wick/result.hpp>            // why a series is refused
#include <wick/version.hpp>

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
