// wick/detail/latency_compare.hpp - whether latencies differ, tested by windows of time.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LATENCY_COMPARE_HPP
#define WICK_DETAIL_LATENCY_COMPARE_HPP

#include <wick/detail/correlation_time.hpp>    // how long a window must be
#include <wick/detail/describe_text.hpp>       // decimals
#include <wick/detail/histogram_quantiles.hpp> // quantiles of windows
#include <wick/detail/latency_windows.hpp>     // windows by time
#include <wick/detail/rank_shift.hpp>          // tests
#include <wick/detail/sample_quantiles.hpp>    // quantiles of samples
#include <wick/detail/time_text.hpp>           // figures as text
#include <wick/detail/verdict.hpp>             // what is concluded
#include <wick/histogram.hpp>                  // one side as windows
#include <wick/result.hpp>                     // why sides are refused
#include <wick/version.hpp>

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
