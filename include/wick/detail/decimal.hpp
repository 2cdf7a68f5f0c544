// wick/detail/decimal.hpp - decimal numbers in text, whatever the locale.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DECIMAL_HPP
#define WICK_DETAIL_DECIMAL_HPP

#include <wick/detail/characters.hpp> // digits
#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint64_t
#include <cstdlib>     // std::strtod
#include <string>      // what strtod gets
#include <string_view> // the text

WICK_BEGIN_NAMESPACE
namespace detail {

/// The parts of a decimal number as it is written: (-1)^negative * digits * 10^exponent.
struct decimal_parts {
    std::uint64_t digits = 0; ///< the first 19 of them
    std::int64_t exponent = 0;
    std::size_t size = 0; ///< bytes of text that it took; 0: there is no number
    bool negative = false;
    bool whole = true; ///< false: there are more digits than `digits` has
};

/// Takes apart the number at the beginning of a text: perhaps a sign, digits with at most one point
/// among them, perhaps an exponent. Exponents beyond a milliard count as one.
[[nodiscard]] inline decimal_parts take_decimal(std::string_view text) noexcept {
    constexpr std::uint64_t most = 999'999'999'999'999'999u; // one more digit still fits
    decimal_parts parts;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
        parts.negative = text[at++] == '-';
    }
    bool point = false;
    bool any = false;
    for (; at < text.size() && (is_digit(text[at]) || (text[at] == '.' && !point)); ++at) {
        if (text[at] == '.') {
            point = true;
            continue;
        }
        any = true;
        if (parts.digits <= most) {
            parts.digits = parts.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
            parts.exponent -= point ? 1 : 0;
        } else {
            parts.whole = false;
            parts.exponent += point ? 0 : 1;
        }
    }
    if (!any) { return {}; }
    parts.size = at;
    if (at == text.size() || (text[at] != 'e' && text[at] != 'E')) { return parts; }
    ++at;
    const bool sign = at < text.size() && (text[at] == '-' || text[at] == '+');
    const bool negative = sign && text[at] == '-';
    at += sign ? 1 : 0;
    if (at == text.size() || !is_digit(text[at])) { return parts; } // "2e" is 2 and an "e"
    std::int64_t exponent = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
        if (exponent < 1'000'000'000) { exponent = exponent * 10 + (text[at] - '0'); }
    }
    parts.exponent += negative ? -exponent : exponent;
    parts.size = at;
    return parts;
}

/// Reads the number at the beginning of a text into the double nearest to it. Returns how many
/// bytes it took, 0 when there is no number; what is too large is infinite. "inf" and "nan" are no
/// numbers. Cost: up to 15 digits and powers of ten up to 22, a multiplication or division, which
/// is then rounded once (Clinger 1990); otherwise strtod and a copy of the number.
[[nodiscard]] inline std::size_t parse_decimal(std::string_view text, double& value) {
    constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const decimal_parts parts = take_decimal(text);
    if (parts.size == 0) { return 0; }
    constexpr std::uint64_t exact = std::uint64_t{1} << 53;
    if (parts.whole && parts.digits <= exact && parts.exponent >= -22 && parts.exponent <= 22) {
        const double digits = static_cast<double>(parts.digits);
        const double scale = powers[parts.exponent < 0 ? -parts.exponent : parts.exponent];
        value = parts.exponent < 0 ? digits / scale : digits * scale;
        if (parts.negative) { value = -value; }
        return parts.size;
    }
    // strtod's point is that of the locale: it gets all digits and an exponent, without a point.
    std::string plain;
    plain.reserve(parts.size + 24);
    std::int64_t exponent = parts.exponent;
    std::size_t digits = 0; // significant ones: `exponent` belongs to the first 19 of them
    for (const char c : text.substr(0, parts.size)) {
        if (c == 'e' || c == 'E') { break; }
        if (!is_digit(c) || (digits == 0 && c == '0')) { continue; }
        ++digits;
        plain += c;
        exponent -= digits > 19 ? 1 : 0;
    }
    if (plain.empty()) { plain = "0"; }
    plain += 'e';
    plain += std::to_string(exponent);
    value = std::strtod(plain.c_str(), nullptr);
    if (parts.negative) { value = -value; }
    return parts.size;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
