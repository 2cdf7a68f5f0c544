// wick/detail/crc32.hpp - the checksum of gzip, PNG and .gnu_debuglink.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_CRC32_HPP
#define WICK_DETAIL_CRC32_HPP

#include <wick/version.hpp>

#include <array>       // the table
#include <cstddef>     // std::size_t
#include <cstdint>     // std::uint32_t
#include <string_view> // the bytes

WICK_BEGIN_NAMESPACE
namespace detail {

[[nodiscard]] constexpr std::array<std::uint32_t, 256> make_crc32_table() noexcept {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) {
            remainder = (remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xedb88320u : 0u);
        }
        table[byte] = remainder;
    }
    return table;
}

inline constexpr std::array<std::uint32_t, 256> crc32_table = make_crc32_table();

/// Returns the CRC-32 (ISO-HDLC, as zlib's) of the bytes; `before` is that of what came before
/// them. Cost: a table look-up a byte.
[[nodiscard]] constexpr std::uint32_t crc32(std::string_view bytes,
                                            std::uint32_t before = 0) noexcept {
    std::uint32_t crc = ~before;
    for (const char c : bytes) {
        crc = (crc >> 8) ^ crc32_table[(crc ^ static_cast<unsigned char>(c)) & 255u];
    }
    return ~crc;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
