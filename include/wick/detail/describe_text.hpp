// wick/detail/describe_text.hpp - numbers and labels of a description, as pandas prints them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DESCRIBE_TEXT_HPP
#define WICK_DETAIL_DESCRIBE_TEXT_HPP

#include <wick/detail/python_text.hpp> // the shortest form of a number
#include <wick/version.hpp>

#include <algorithm>   // std::max, std::min
#include <charconv>    // std::to_chars
#include <cmath>       // std::isnan, std::fabs
#include <cstddef>     // std::size_t
#include <string>      // what is made
#include <string_view> // names of rows
#include <vector>      // columns

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends a number as printf's "%.*f" or "%.*e" does, which std::to_chars follows to the byte.
inline void append_decimals(std::string& out, double value, int decimals, bool scientific) {
    char text[400];
    const auto format = scientific ? std::chars_format::scientific : std::chars_format::fixed;
    out.append(text, std::to_chars(text, text + sizeof text, value, format, decimals).ptr);
}

/// Takes as many zeros from the end of all numbers as all of them have, but for one behind the
/// point. NaN has none, and does not matter.
inline void trim_zeros(std::vector<std::string>& numbers) {
    std::size_t zeros = 5; // of 6 decimals
    for (const std::string& text : numbers) {
        if (text.back() == 'N') { continue; }
        const std::size_t digits = text.find_last_not_of('0') + 1;
        zeros = (std::min)(zeros, text.size() - digits);
    }
    for (std::string& text : numbers) {
        if (text.back() != 'N') { text.resize(text.size() - zeros); }
    }
}

/// Returns the numbers of a Series of floats as pandas prints it, with 6 digits of precision: all
/// with as many decimals as one of them needs, at most 6; all as "1.234560e+07" if any is less than
/// 1e-6 (and not 0), or if any is more than 1e6 and a text has more than 12 characters. A blank
/// stands for the sign of what is not negative, and counts.
[[nodiscard]] inline std::vector<std::string> pandas_numbers(const std::vector<double>& values) {
    constexpr int precision = 6;
    std::vector<std::string> texts;
    std::size_t longest = 0;
    bool large = false;
    bool tiny = false;
    const auto append = [&](bool scientific) {
        texts.clear();
        for (const double v : values) {
            std::string text;
            if (std::isnan(v)) {
                text = "NaN";
            } else {
                if (!std::signbit(v)) { text = ' '; }
                append_decimals(text, v, precision, scientific);
            }
            texts.push_back(std::move(text));
        }
    };
    append(false);
    trim_zeros(texts);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double size = std::fabs(values[i]);
        large = large || size > 1e6;
        tiny = tiny || (size > 0 && size < 1e-6);
        longest = (std::max)(longest, texts[i].size());
    }
    if (tiny || (large && longest > precision + 6)) { append(true); }
    return texts;
}

/// Returns the labels of quantiles in ascending order, as pandas 2 writes them: "25%" where all or
/// one is a whole number of percent (but for a part in 1e5), else with as many decimals as keep
/// those asked for, and 0 and 100, apart: "99.9%".
[[nodiscard]] inline std::vector<std::string> pandas_labels(const std::vector<double>& quantiles) {
    std::vector<double> percents;
    for (const double q : quantiles) { percents.push_back(100 * q); }
    double closest = 100;
    double before = 0;
    for (const double p : percents) {
        if (p > before) { closest = (std::min)(closest, p - before); }
        before = p;
    }
    if (before < 100) { closest = (std::min)(closest, 100 - before); }
    const double decimals = (std::max)(1.0, -std::floor(std::log10(closest)));
    const double unit = std::pow(10.0, decimals);
    std::vector<std::string> labels;
    for (const double p : percents) {
        const double rounded = std::nearbyint(p * unit) / unit;
        const double whole = std::floor(rounded);
        std::string label;
        if (std::fabs(whole - p) <= 1e-8 + 1e-5 * p) {
            label = std::to_string(static_cast<int>(whole));
        } else {
            append_repr(label, rounded);
        }
        labels.push_back(label + '%');
    }
    return labels;
}

/// Returns names and numbers as pandas prints a Series: names to the left, numbers to the right,
/// and the type of the numbers in the last line, which ends without a newline there and with one
/// here.
[[nodiscard]] inline std::string pandas_series(const std::vector<std::string>& names,
                                               const std::vector<double>& values) {
    const std::vector<std::string> numbers = pandas_numbers(values);
    std::size_t name_width = 0;
    std::size_t number_width = 0;
    for (const std::string& name : names) { name_width = (std::max)(name_width, name.size()); }
    for (const std::string& n : numbers) { number_width = (std::max)(number_width, n.size()); }
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += names[i];
        text.append(name_width + 3 - names[i].size(), ' ');
        text.append(number_width - numbers[i].size(), ' ');
        text += numbers[i];
        text += '\n';
    }
    return text + "dtype: float64\n";
}

} // namespace detail
WICK_END_NAMESPACE

#endif
