// wick/detail/byte_order.hpp - words of files in the byte order of the machine, and back.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_BYTE_ORDER_HPP
#define WICK_DETAIL_BYTE_ORDER_HPP

#include <wick/version.hpp>

#include <cstddef>     // std::size_t
#include <type_traits> // std::make_unsigned_t

WICK_BEGIN_NAMESPACE
namespace detail {

/// Returns the word with its bytes in the opposite order.
template <class Word>
[[nodiscard]] constexpr Word reversed_bytes(Word word) noexcept {
    auto bits = static_cast<std::make_unsigned_t<Word>>(word);
    std::make_unsigned_t<Word> turned = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i) {
        turned = static_cast<std::make_unsigned_t<Word>>(turned << 4 << 4 | (bits & 0xff));
        bits = static_cast<std::make_unsigned_t<Word>>(bits >> 4 >> 4);
    }
    return static_cast<Word>(turned);
}

/// Turns a word of a little-endian format around on machines that are not little-endian, both ways.
template <class Word>
[[nodiscard]] constexpr Word little_endian(Word word) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return reversed_bytes(word);
#else
    return word;
#endif
}

/// Turns a word of a big-endian format around on machines that are not big-endian, both ways.
template <class Word>
[[nodiscard]] constexpr Word big_endian(Word word) noexcept {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return word;
#else
    return reversed_bytes(word);
#endif
}

} // namespace detail
WICK_END_NAMESPACE

#endif
