// wick/detail/base64.hpp - bytes as letters and digits, and back (RFC 4648).
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_BASE64_HPP
#define WICK_DETAIL_BASE64_HPP

#include <wick/result.hpp> // errors

#include <cstddef>     // std::size_t
#include <cstdint>     // bits
#include <string>      // both sides
#include <string_view> // what is read

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr std::uint8_t base64_none = 64;  ///< no digit
inline constexpr std::uint8_t base64_blank = 65; ///< between lines

/// What each byte stands for.
struct base64_table {
    std::uint8_t values[256];

    constexpr base64_table() noexcept
        : values() {
        for (std::uint8_t& value : values) { value = base64_none; }
        for (std::uint8_t i = 0; i < 64; ++i) {
            values[static_cast<unsigned char>(base64_digits[i])] = i;
        }
        for (const char blank : {' ', '\t', '\r', '\n'}) {
            values[static_cast<unsigned char>(blank)] = base64_blank;
        }
    }
    [[nodiscard]] constexpr std::uint8_t operator[](char c) const noexcept {
        return values[static_cast<unsigned char>(c)];
    }
};
inline constexpr base64_table base64_values;

/// Appends the bytes in four digits for three of them, filled with '=' at the end.
inline void append_base64(std::string& out, std::string_view bytes) {
    const std::size_t start = out.size();
    out.resize(start + (bytes.size() + 2) / 3 * 4);
    char* to = &out[start];
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, at += 3, to += 4) {
        const unsigned bits = static_cast<unsigned>(at[0] << 16 | at[1] << 8 | at[2]);
        for (unsigned i = 0; i < 4; ++i) { to[i] = base64_digits[bits >> (18 - 6 * i) & 63]; }
    }
    if (left == 0) { return; }
    const unsigned bits = static_cast<unsigned>(at[0] << 16 | (left == 2 ? at[1] << 8 : 0));
    to[0] = base64_digits[bits >> 18];
    to[1] = base64_digits[bits >> 12 & 63];
    to[2] = left == 2 ? base64_digits[bits >> 6 & 63] : '=';
    to[3] = '=';
}

/// Returns the bytes that digits stand for. Blanks and ends of lines between them are passed over,
/// and '=' at the end may be left out.
/// Errors: any other character, and an end that no bytes lead to: with its offset.
[[nodiscard]] inline result<std::string> decode_base64(std::string_view text) {
    result<std::string> read;
    std::string& out = read.value;
    out.resize(text.size() / 4 * 3 + 3);
    char* to = &out[0];
    const auto fail = [&](const char* what, std::size_t at) {
        read.error = error{"at byte " + std::to_string(at) + ": " + what, 0, at};
        out.clear();
        return read;
    };
    const auto value = [&](std::size_t at) -> unsigned { return base64_values[text[at]]; };
    std::size_t at = 0;
    std::uint32_t bits = 0;
    unsigned digits = 0; // of a group of four
    while (at < text.size()) {
        // Most groups stand together.
        while (digits == 0 && text.size() - at >= 4) {
            const unsigned a = value(at), b = value(at + 1), c = value(at + 2), d = value(at + 3);
            if ((a | b | c | d) >= 64) { break; }
            const unsigned group = a << 18 | b << 12 | c << 6 | d;
            to[0] = static_cast<char>(group >> 16);
            to[1] = static_cast<char>(group >> 8);
            to[2] = static_cast<char>(group);
            to += 3;
            at += 4;
        }
        if (at == text.size()) { break; }
        const unsigned next = value(at);
        if (next < 64) {
            bits = bits << 6 | next;
            if (++digits == 4) {
                for (unsigned i = 0; i < 3; ++i) {
                    *to++ = static_cast<char>(bits >> (16 - 8 * i));
                }
                digits = 0;
            }
        } else if (next != base64_blank) {
            break;
        }
        ++at;
    }
    const std::size_t end = at;
    for (unsigned fill = digits < 2 ? 0 : 4 - digits; at < text.size(); ++at) {
        if (value(at) == base64_blank) { continue; }
        if (text[at] != '=' || fill == 0) {
            return fail("a character that does not belong into base64", at);
        }
        --fill;
    }
    if (digits == 1) { return fail("base64 ends with half of a byte", end); }
    if (digits >= 2) { *to++ = static_cast<char>(bits >> (digits == 2 ? 4 : 10)); }
    if (digits == 3) { *to++ = static_cast<char>(bits >> 2); }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return read;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
