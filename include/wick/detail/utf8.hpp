// wick/detail/utf8.hpp - characters given as numbers, into bytes.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_UTF8_HPP
#define WICK_DETAIL_UTF8_HPP

#include <wick/version.hpp>

#include <cstdint> // characters
#include <string>  // what they are appended to

WICK_BEGIN_NAMESPACE
namespace detail {

/// Appends a character as UTF-8; what is no character becomes U+FFFD.
inline void append_utf8(std::string& out, std::uint32_t code) {
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) { code = 0xfffd; }
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
        return;
    }
    if (code < 0x800) {
        put(0xc0 | code >> 6);
    } else {
        if (code < 0x10000) {
            put(0xe0 | code >> 12);
        } else {
            put(0xf0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3f));
        }
        put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
}

} // namespace detail
WICK_END_NAMESPACE

#endif
