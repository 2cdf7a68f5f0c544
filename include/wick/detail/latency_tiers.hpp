// wick/detail/latency_tiers.hpp - how much of slow requests is one tier's, and how much the rest's.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LATENCY_TIERS_HPP
#define WICK_DETAIL_LATENCY_TIERS_HPP

#include <wick/detail/histogram_quantiles.hpp> // where only two series are known
#include <wick/detail/latency_windows.hpp>     // heights
#include <wick/detail/sample_quantiles.hpp>    // means and quantiles
#include <wick/detail/time_text.hpp>           // figures as text
#include <wick/result.hpp>                     // why requests are refused
#include <wick/version.hpp>

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
