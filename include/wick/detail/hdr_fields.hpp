// wick/detail/hdr_fields.hpp - fields of lines: between blanks or commas, and numbers in them.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_HDR_FIELDS_HPP
#define WICK_DETAIL_HDR_FIELDS_HPP

#include <wick/detail/characters.hpp> // blanks
#include <wick/detail/decimal.hpp>    // numbers
#include <wick/version.hpp>

#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <string_view> // lines

WICK_BEGIN_NAMESPACE
namespace detail {

/// Takes the first field off a line: up to a blank or a comma.
[[nodiscard]] inline std::string_view take_field(std::string_view& line) noexcept {
    std::size_t begin = 0;
    while (begin < line.size() && is_blank(line[begin])) { ++begin; }
    std::size_t end = begin;
    while (end < line.size() && !is_blank(line[end]) && line[end] != ',') { ++end; }
    const std::string_view field = line.substr(begin, end - begin);
    line.remove_prefix(end < line.size() ? end + 1 : end);
    return field;
}

/// Reads a number that is all of the text. False where it is none, or too large for one.
[[nodiscard]] inline bool parse_whole(std::string_view text, double& value) {
    return !text.empty() && parse_decimal(text, value) == text.size() && std::isfinite(value);
}

} // namespace detail
WICK_END_NAMESPACE

#endif
