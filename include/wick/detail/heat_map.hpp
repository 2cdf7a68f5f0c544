// wick/detail/heat_map.hpp - latency over time: every request in its place, none averaged away.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HEAT_MAP_HPP
#define WICK_DETAIL_HEAT_MAP_HPP

#include <wick/detail/histogram_quantiles.hpp> // lines of quantiles
#include <wick/detail/latency_windows.hpp>     // what is drawn
#include <wick/detail/percentile_plot.hpp>     // the axis of values
#include <wick/detail/svg_plot.hpp>            // elements
#include <wick/detail/writer.hpp>              // sinks
#include <wick/version.hpp>

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
