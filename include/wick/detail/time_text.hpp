// wick/detail/time_text.hpp - durations and other amounts in few characters, with their units.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_TIME_TEXT_HPP
#define WICK_DETAIL_TIME_TEXT_HPP

#include <wick/version.hpp>

#include <charconv>    // std::to_chars
#include <cmath>       // std::fabs, std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // counts
#include <string>      // what is made
#include <string_view> // units

WICK_BEGIN_NAMESPACE
namespace detail {

/// A unit and how many of the smallest one it is.
struct scaled_unit {
    std::string_view name;
    double size;
};

/// Returns the unit in which an amount is best shown, with a number from 1 to 1000 where there is
/// one. Amounts in "ns", "us", "ms" or "s" are times; others get "k", "M" or "G" in front of their
/// unit.
[[nodiscard]] inline scaled_unit best_unit(double amount, std::string_view unit) noexcept {
    constexpr scaled_unit times[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
    constexpr scaled_unit others[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
    const scaled_unit* units = others;
    double size = 1;
    for (const scaled_unit& u : times) {
        if (u.name != unit) { continue; }
        units = times;
        size = u.size;
    }
    const double smallest = std::fabs(amount) * size;
    std::size_t best = 0;
    // 999.6 is shown with 3 digits: as 1.00 of the next.
    while (best < 3 && smallest >= units[best + 1].size * 0.9995) { ++best; }
    return {units[best].name, units[best].size / size};
}

/// Appends a number with so many significant digits, without an exponent or zeros behind the point
/// that say nothing; no more than 6 decimals.
inline void append_number(std::string& out, double value, int digits = 3) {
    if (!std::isfinite(value)) {
        out += value > 0 ? "inf" : value < 0 ? "-inf" : "NaN";
        return;
    }
    int decimals = digits - 1;
    for (double size = std::fabs(value) * 1.0000001; size >= 10 && decimals > 0; size /= 10) {
        --decimals;
    }
    for (double size = std::fabs(value) * 1.0000001; size > 0 && size < 1 && decimals < 6;
         size *= 10) {
        ++decimals;
    }
    char text[400];
    char* end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals).ptr;
    if (decimals > 0) {
        while (end[-1] == '0') { --end; }
        if (end[-1] == '.') { --end; }
    }
    out.append(text, end);
}

/// Returns an amount with its unit: "1.53 ms"; "" for the unit: "1530".
[[nodiscard]] inline std::string amount_text(double amount, std::string_view unit) {
    std::string text;
    if (unit.empty()) {
        append_number(text, amount, 4);
        return text;
    }
    const scaled_unit best = best_unit(amount, unit);
    append_number(text, amount / best.size);
    text += ' ';
    text += best.name;
    const bool time = unit == "ns" || unit == "us" || unit == "ms" || unit == "s";
    if (!time) { text += unit; }
    return text;
}

/// Returns the name of a quantile: "p50", "p99.9".
[[nodiscard]] inline std::string quantile_name(double q) {
    std::string text = "p";
    append_number(text, q * 100, 8);
    return text;
}

/// Returns a count with commas between its thousands.
[[nodiscard]] inline std::string grouped(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) { text.insert(at - 3, 1, ','); }
    return text;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
