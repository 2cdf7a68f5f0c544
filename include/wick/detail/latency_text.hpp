// wick/detail/latency_text.hpp - latencies as tables of text, and as bars.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_LATENCY_TEXT_HPP
#define WICK_DETAIL_LATENCY_TEXT_HPP

#include <wick/detail/describe_text.hpp>       // decimals
#include <wick/detail/histogram_quantiles.hpp> // quantiles
#include <wick/detail/latency_compare.hpp>     // comparisons
#include <wick/detail/latency_tiers.hpp>       // tiers
#include <wick/detail/latency_windows.hpp>     // heights
#include <wick/detail/open_loop.hpp>           // service and response times
#include <wick/detail/time_text.hpp>           // amounts
#include <wick/detail/writer.hpp>              // cells as wide as they need
#include <wick/histogram.hpp>                  // what has bars
#include <wick/version.hpp>

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
