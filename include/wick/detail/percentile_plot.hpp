// wick/detail/percentile_plot.hpp - latency by percentile, the tail drawn as large as the body.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_PERCENTILE_PLOT_HPP
#define WICK_DETAIL_PERCENTILE_PLOT_HPP

#include <wick/detail/shown_text.hpp> // characters of names
#include <wick/detail/svg_plot.hpp>   // axes
#include <wick/detail/writer.hpp>     // sinks
#include <wick/histogram.hpp>         // what is drawn
#include <wick/version.hpp>

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
