// wick/detail/text.hpp - scanning text: lines, weights, parentheses.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_TEXT_HPP
#define WICK_DETAIL_TEXT_HPP

#include <wick/detail/characters.hpp> // blanks, digits
#include <wick/detail/hash.hpp>       // load
#include <wick/profile.hpp>           // max_decimals

#include <cstddef>     // std::size_t
#include <cstdint>     // std::int64_t
#include <string_view> // what is scanned

WICK_BEGIN_NAMESPACE
namespace detail {

/// Takes the first line off a text, without its end; false when the text is empty. For looking at
/// what is in memory: readers use line_reader.
[[nodiscard]] inline bool take_line(std::string_view& text, std::string_view& line) noexcept {
    if (text.empty()) { return false; }
    const std::size_t end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') { line.remove_suffix(1); }
    return true;
}

/// Returns the place of the last '(' or ')' in the text, or npos.
[[nodiscard]] inline std::size_t find_last_parenthesis(std::string_view text) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    const char* begin = text.data();
    std::size_t at = text.size();
    while (at >= 8) { // words without one are passed over whole; '(' | 1 is ')'
        const std::uint64_t word = (load<std::uint64_t>(begin + at - 8) | ones) ^ (ones * ')');
        if (((word - ones) & ~word & highs) != 0) { break; }
        at -= 8;
    }
    while (at > 0 && (begin[at - 1] | 1) != ')') { --at; }
    return at == 0 ? std::string_view::npos : at - 1;
}

/// A weight as it stands at the end of a line.
struct line_weight {
    std::int64_t value = 0; // in units of 10^-decimals
    int decimals = 0;
    bool rounded = false;

    [[nodiscard]] std::uint64_t observations() const noexcept {
        const auto unit = static_cast<std::int64_t>(power_of_ten(decimals));
        return static_cast<std::uint64_t>(value / unit + (value % unit * 2 >= unit ? 1 : 0));
    }
};

/// Reads digits, perhaps with a point and more digits; all of the text, which is not empty.
/// Returns false for a number of 2^63 or more.
[[nodiscard]] inline bool parse_weight(std::string_view text, line_weight& weight) noexcept {
    std::size_t point = 0;
    weight = line_weight{};
    for (; point < text.size() && text[point] != '.'; ++point) {
        if (!append_digit(weight.value, text[point])) { return false; }
    }
    std::string_view fraction = text.substr(point == text.size() ? point : point + 1);
    while (!fraction.empty() && fraction.back() == '0') { fraction.remove_suffix(1); }
    for (const char digit : fraction) {
        if (weight.decimals == max_decimals) {
            weight.rounded = true;
            if (fraction[max_decimals] >= '5') {
                if (weight.value == 0x7fffffffffffffff) { return false; }
                ++weight.value;
            }
            return true;
        }
        if (!append_digit(weight.value, digit)) { return false; }
        ++weight.decimals;
    }
    return true;
}

/// Takes "rest 12.5" apart: digits with at most one point among them, behind one blank, at the end.
/// Returns the length of "rest", or npos when the line does not end so.
[[nodiscard]] inline std::size_t find_weight(std::string_view line) noexcept {
    std::size_t begin = line.size();
    while (begin > 0 && is_digit(line[begin - 1])) { --begin; }
    if (begin > 0 && line[begin - 1] == '.') {
        --begin;
        while (begin > 0 && is_digit(line[begin - 1])) { --begin; }
    }
    const bool number = begin < line.size() && is_digit(line[begin]);
    return number && begin > 0 && is_blank(line[begin - 1]) ? begin - 1 : std::string_view::npos;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
