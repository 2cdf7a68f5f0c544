// wick/detail/decimal_text.hpp - numbers with a point: read in any locale, written as Java does.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DECIMAL_TEXT_HPP
#define WICK_DETAIL_DECIMAL_TEXT_HPP

#include <wick/version.hpp>

#include <charconv>    // std::to_chars
#include <cmath>       // std::isfinite
#include <cstddef>     // std::size_t
#include <cstdint>     // digits
#include <cstdlib>     // std::strtod
#include <cstring>     // std::memcpy
#include <string>      // what is appended to
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

/// Reads "-12.5", "1e-3": all of the text. False where it is no number, or too large for one.
[[nodiscard]] inline bool parse_decimal(std::string_view text, double& value) {
    // strtod's point is that of the locale, so it gets digits and an exponent. Of more digits than
    // these the rest cannot change what is read but by one unit in the last place.
    char digits[64];
    std::size_t size = 0;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) { digits[size++] = text[at++]; }
    int exponent = 0;
    bool any = false;
    bool significant = false; // a digit that is not 0 was seen
    bool fraction = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9') { break; }
        any = true;
        significant = significant || c != '0';
        if (exponent > 100000 || exponent < -100000) { return false; }
        if (size < 40) {
            if (significant) { digits[size++] = c; }
            exponent -= fraction ? 1 : 0;
        } else {
            exponent += fraction ? 0 : 1;
        }
    }
    if (!any) { return false; }
    if (at < text.size()) {
        if (text[at] != 'e' && text[at] != 'E') { return false; }
        std::string_view rest = text.substr(at + 1);
        const bool negative = !rest.empty() && rest[0] == '-';
        if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) { rest.remove_prefix(1); }
        int told = 0;
        const char* const end = rest.data() + rest.size();
        const std::from_chars_result read = std::from_chars(rest.data(), end, told);
        if (rest.empty() || read.ptr != end || read.ec != std::errc() || told > 100000 ||
            told < 0) {
            return false;
        }
        exponent += negative ? -told : told;
    }
    if (!significant) { digits[size++] = '0'; }
    digits[size++] = 'e';
    *std::to_chars(digits + size, digits + sizeof digits - 1, exponent).ptr = '\0';
    value = std::strtod(digits, nullptr);
    return std::isfinite(value);
}

/// Appends a number with so many digits behind the point, as Java's "%.3f" does: the fewest digits
/// that give the number back, rounded half up. (C rounds what the bits stand for: 0.15 is "0.1"
/// with one digit there, and "0.2" here.)
inline void append_java_fixed(std::string& out, double value, int decimals) {
    if (!std::isfinite(value)) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        const bool is_nan = (bits & 0xfffffffffffffu) != 0;
        out += is_nan ? "NaN" : (bits >> 63) != 0 ? "-Infinity" : "Infinity";
        return;
    }
    char text[40]; // "-1.2345678901234567e-308"
    const char* const end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char* at = text;
    if (*at == '-') {
        out += '-';
        ++at;
    }
    char digits[24];
    int size = 0;
    for (; at < end && *at != 'e'; ++at) {
        if (*at != '.') { digits[size++] = *at; }
    }
    int whole = 0; // digits before the point
    static_cast<void>(std::from_chars(at + (at[1] == '+' ? 2 : 1), end, whole));
    ++whole;
    const int kept = whole + decimals; // digits that stay
    bool carry = kept >= 0 && kept < size && digits[kept] >= '5';
    if (kept < size) { size = kept < 0 ? 0 : kept; }
    for (int i = size; carry && i-- > 0;) {
        carry = digits[i] == '9';
        digits[i] = carry ? '0' : static_cast<char>(digits[i] + 1);
    }
    if (carry) { // 9.99 became 10.0
        std::memmove(digits + 1, digits, static_cast<std::size_t>(size));
        digits[0] = '1';
        ++size;
        ++whole;
    }
    const auto digit = [&](int i) { return i >= 0 && i < size ? digits[i] : '0'; };
    if (whole <= 0) { out += '0'; }
    for (int i = 0; i < whole; ++i) { out += digit(i); }
    if (decimals > 0) { out += '.'; }
    for (int i = 0; i < decimals; ++i) { out += digit(whole + i); }
}

/// Appends a text, filled with blanks in front up to a width.
inline void append_right(std::string& out, std::string_view text, std::size_t width) {
    if (text.size() < width) { out.append(width - text.size(), ' '); }
    out.append(text.data(), text.size());
}

} // namespace detail
WICK_END_NAMESPACE

#endif
