// wick/latency.hpp - latencies described, in windows, by tier, compared, and as pictures.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_LATENCY_HPP
#define WICK_LATENCY_HPP

#include <wick/detail/change_points.hpp>       // change_points
#include <wick/detail/describe_text.hpp>       // pandas' block
#include <wick/detail/heat_map.hpp>            // write_heat_map
#include <wick/detail/histogram_quantiles.hpp> // quantiles of histograms
#include <wick/detail/latency_compare.hpp>     // compare
#include <wick/detail/latency_text.hpp>        // tables, text_histogram
#include <wick/detail/latency_tiers.hpp>       // tiers
#include <wick/detail/latency_windows.hpp>     // latency_windows, height_of
#include <wick/detail/open_loop.hpp>           // open_loop_clock
#include <wick/detail/percentile_plot.hpp>     // write_percentile_plot
#include <wick/detail/sample_quantiles.hpp> // quantile_of, harrell_davis, trimmed_mean and others
#include <wick/histogram.hpp>               // what is described
#include <wick/result.hpp>                  // why samples are refused
#include <wick/version.hpp>

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
