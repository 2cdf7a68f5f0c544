// wick/detail/metric_text.hpp - names and labels of metrics, and exact decimal numbers.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_METRIC_TEXT_HPP
#define WICK_DETAIL_METRIC_TEXT_HPP

#include <wick/detail/exponential_buckets.hpp> // powers of ten
#include <wick/detail/shown_text.hpp>          // what is UTF-8
#include <wick/histogram.hpp>                  // sums
#include <wick/version.hpp>

#include <algorithm>   // std::reverse
#include <cstddef>     // std::size_t
#include <cstdint>     // numbers
#include <string>      // names and values
#include <string_view> // pieces of text

WICK_BEGIN_NAMESPACE

/// One label of a metric, or attribute. The value may be any bytes.
struct metric_label {
    std::string name;
    std::string value;

    friend bool operator==(const metric_label& a, const metric_label& b) {
        return a.name == b.name && a.value == b.value;
    }
    friend bool operator!=(const metric_label& a, const metric_label& b) { return !(a == b); }
};

namespace detail {

/// Appends bytes as UTF-8 that any parser takes: what is none, and NUL, becomes U+FFFD.
inline void append_clean_utf8(std::string& out, std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const character c = character_at(bytes, at);
        const bool valid = c.code != 0 && (c.size > 1 || c.code < 0x80);
        if (valid) {
            out.append(bytes.data() + at, c.size);
        } else {
            out += "\xef\xbf\xbd";
        }
        at += c.size;
    }
}
[[nodiscard]] inline std::string clean_utf8(std::string_view bytes) {
    std::string out;
    append_clean_utf8(out, bytes);
    return out;
}

/// Appends a whole number of units of 10^-decimals, exactly: 1250 with 3 decimals is "1.25".
/// `point` says that a whole number has a decimal point as well: "7.0".
inline void append_exact(std::string& out, wide_sum value, int decimals, bool point) {
    std::string digits; // the last one first
    while (value.low != 0 || value.high != 0 ||
           digits.size() <= static_cast<std::size_t>(decimals)) {
        // A long division by ten, 32 bits at a time.
        std::uint64_t rest = 0;
        std::uint32_t parts[4] = {static_cast<std::uint32_t>(value.high >> 32),
                                  static_cast<std::uint32_t>(value.high),
                                  static_cast<std::uint32_t>(value.low >> 32),
                                  static_cast<std::uint32_t>(value.low)};
        for (std::uint32_t& part : parts) {
            const std::uint64_t whole = rest << 32 | part;
            part = static_cast<std::uint32_t>(whole / 10);
            rest = whole % 10;
        }
        value.high = std::uint64_t{parts[0]} << 32 | parts[1];
        value.low = std::uint64_t{parts[2]} << 32 | parts[3];
        digits.push_back(static_cast<char>('0' + rest));
    }
    std::reverse(digits.begin(), digits.end());
    const std::size_t whole = digits.size() - static_cast<std::size_t>(decimals);
    out.append(digits, 0, whole);
    std::size_t end = digits.size();
    while (end > whole && digits[end - 1] == '0') { --end; }
    if (end > whole) {
        out.push_back('.');
        out.append(digits, whole, end - whole);
    } else if (point) {
        out += ".0";
    }
}
/// The same, of a number >= 0.
inline void append_exact(std::string& out, std::int64_t value, int decimals, bool point) {
    append_exact(out, wide_sum{static_cast<std::uint64_t>(value), 0}, decimals, point);
}

/// True for [a-zA-Z_][a-zA-Z0-9_]*, and for colons too if they are allowed.
[[nodiscard]] inline bool is_metric_name(std::string_view name, bool colons) noexcept {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) { return false; }
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && !(colons && c == ':')) { return false; }
    }
    return true;
}

/// True if the text ends with "_" and the unit, or there is no unit.
[[nodiscard]] inline bool ends_with_unit(std::string_view name, std::string_view unit) noexcept {
    if (unit.empty()) { return true; }
    return name.size() > unit.size() + 1 && name.substr(name.size() - unit.size()) == unit &&
           name[name.size() - unit.size() - 1] == '_';
}

} // namespace detail
WICK_END_NAMESPACE

#endif
