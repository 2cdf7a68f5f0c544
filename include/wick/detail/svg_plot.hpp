// wick/detail/svg_plot.hpp - axes, legends and colours of plots as SVG.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_SVG_PLOT_HPP
#define WICK_DETAIL_SVG_PLOT_HPP

#include <wick/detail/shown_text.hpp> // names as XML
#include <wick/detail/time_text.hpp>  // labels of ticks
#include <wick/version.hpp>

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
