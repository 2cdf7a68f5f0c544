// wick/detail/deflate_format.hpp - what reading and writing deflate's data share.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_DEFLATE_FORMAT_HPP
#define WICK_DETAIL_DEFLATE_FORMAT_HPP

#include <wick/detail/byte_order.hpp> // words of eight bytes
#include <wick/detail/hash.hpp>       // load

#include <cstddef>     // std::size_t
#include <cstdint>     // the tables
#include <string_view> // what is summed

WICK_BEGIN_NAMESPACE
namespace detail {

/// What stands around the compressed data (RFC 1951): nothing, zlib's two bytes and a checksum
/// (RFC 1950), or gzip's header, checksum and size (RFC 1952).
enum class deflate_form : std::uint8_t { raw, zlib, gzip };

inline constexpr std::size_t deflate_literals = 288;  ///< bytes, the end of a block, lengths
inline constexpr std::size_t deflate_distances = 30;  ///< codes for distances
inline constexpr unsigned deflate_end_of_block = 256; ///< the symbol
inline constexpr unsigned deflate_longest_code = 15;
inline constexpr std::size_t deflate_longest_match = 258;
inline constexpr std::size_t deflate_farthest_match = 32768;

/// A range of lengths or distances: its first one, and how many bits tell which of it is meant.
struct deflate_range {
    std::uint16_t base;
    std::uint8_t extra_bits;
};

/// Lengths of matches, for the symbols from 257.
inline constexpr deflate_range deflate_lengths[29] = {
    {3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
    {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
    {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}};

/// Distances of matches.
inline constexpr deflate_range deflate_distance_ranges[deflate_distances] = {
    {1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
    {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
    {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
    {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
    {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}};

/// The order in which the lengths of the codes for code lengths stand.
inline constexpr std::uint8_t deflate_length_order[19] = {
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/// Returns the length of the code of a symbol in blocks with fixed codes.
[[nodiscard]] constexpr std::uint8_t fixed_code_length(std::size_t literal) noexcept {
    return literal < 144 ? 8 : literal < 256 ? 9 : literal < 280 ? 7 : 8;
}

/// Returns the checksum of zlib's data. Cost: about 1 ns for 8 bytes.
[[nodiscard]] inline std::uint32_t adler32(std::string_view bytes) noexcept {
    constexpr std::uint32_t prime = 65521;
    constexpr std::uint64_t every_other = 0x00ff00ff00ff00ffu;
    constexpr std::size_t words = 20; // the most after which sums of sums still fit 16 bits
    std::uint32_t sum = 1;
    std::uint32_t sums = 0;
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= words * 8; left -= words * 8) {
        // Four sums side by side in a word, of the bytes at even places and at odd ones.
        std::uint64_t even = 0, odd = 0, even_sums = 0, odd_sums = 0;
        for (std::size_t i = 0; i < words; ++i, at += 8) {
            const auto word = little_endian(load<std::uint64_t>(at));
            even_sums += even;
            odd_sums += odd;
            even += word & every_other;
            odd += word >> 8 & every_other;
        }
        sums += sum * static_cast<std::uint32_t>(words * 8);
        for (unsigned place = 0; place < 4; ++place) {
            const auto lane = [&](std::uint64_t of) {
                return static_cast<std::uint32_t>(of >> (16 * place) & 0xffff);
            };
            sums += (lane(even_sums) + lane(odd_sums)) * 8;
            sums += lane(even) * (8 - 2 * place) + lane(odd) * (7 - 2 * place);
            sum += lane(even) + lane(odd);
        }
        sum %= prime;
        sums %= prime;
    }
    for (; left > 0; --left) {
        sum += static_cast<unsigned char>(*at++);
        sums += sum;
    }
    return (sums % prime) << 16 | sum % prime;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
