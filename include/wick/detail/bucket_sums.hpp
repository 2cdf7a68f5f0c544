// wick/detail/bucket_sums.hpp - sums over arrays of counts, several counts at a time.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_BUCKET_SUMS_HPP
#define WICK_DETAIL_BUCKET_SUMS_HPP

#include <wick/version.hpp>

#include <cstddef> // std::size_t
#include <cstdint> // the counts
#include <cstring> // std::memcpy, to load and store

WICK_BEGIN_NAMESPACE
namespace detail {

#if defined(__GNUC__)
// What every 64-bit processor can add at once; without optimisation for one.
typedef std::uint64_t count_pair __attribute__((vector_size(16)));
#else
struct count_pair {
    std::uint64_t first, second;

    friend count_pair operator+(count_pair a, count_pair b) {
        return {a.first + b.first, a.second + b.second};
    }
    friend count_pair operator-(count_pair a, count_pair b) {
        return {a.first - b.first, a.second - b.second};
    }
    friend count_pair operator&(count_pair a, count_pair b) {
        return {a.first & b.first, a.second & b.second};
    }
    friend count_pair operator|(count_pair a, count_pair b) {
        return {a.first | b.first, a.second | b.second};
    }
    friend count_pair operator~(count_pair a) { return {~a.first, ~a.second}; }
};
#endif

/// Eight counts, which are worked on together.
struct eight_counts {
    count_pair a, b, c, d;

    friend eight_counts operator+(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d};
    }
    friend eight_counts operator-(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d};
    }
    friend eight_counts operator&(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a & y.a, x.b & y.b, x.c & y.c, x.d & y.d};
    }
    friend eight_counts operator|(const eight_counts& x, const eight_counts& y) noexcept {
        return {x.a | y.a, x.b | y.b, x.c | y.c, x.d | y.d};
    }
    friend eight_counts operator~(const eight_counts& x) noexcept {
        return {~x.a, ~x.b, ~x.c, ~x.d};
    }
};

// In pairs: compilers copy a greater piece by way of the stack.
[[nodiscard]] inline count_pair load_pair(const std::uint64_t* from) noexcept {
    count_pair loaded;
    std::memcpy(&loaded, from, sizeof loaded);
    return loaded;
}
inline void store_pair(std::uint64_t* to, count_pair counts) noexcept {
    std::memcpy(to, &counts, sizeof counts);
}
[[nodiscard]] inline eight_counts load_eight(const std::uint64_t* from) noexcept {
    return {load_pair(from), load_pair(from + 2), load_pair(from + 4), load_pair(from + 6)};
}
inline void store_eight(std::uint64_t* to, const eight_counts& counts) noexcept {
    store_pair(to, counts.a);
    store_pair(to + 2, counts.b);
    store_pair(to + 4, counts.c);
    store_pair(to + 6, counts.d);
}

/// The sums of c, c j and c j^2 over places j with the counts c, modulo 2^64.
struct place_sums {
    std::uint64_t counts = 0;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// Returns the sums over n counts, n a multiple of 8, by additions alone: the sums of running sums
/// from the end have each count once for each place up to its own.
[[nodiscard]] inline place_sums sums_of(const std::uint64_t* counts, std::size_t n) noexcept {
    eight_counts once{};
    eight_counts by_place{};
    eight_counts by_triangle{};
    for (std::size_t i = n; i > 0; i -= 8) {
        once = once + load_eight(counts + (i - 8));
        by_place = by_place + once;
        by_triangle = by_triangle + by_place;
    }
    std::uint64_t a[8];
    std::uint64_t b[8];
    std::uint64_t c[8];
    store_eight(a, once);
    store_eight(b, by_place);
    store_eight(c, by_triangle);
    place_sums sums;
    for (std::uint64_t k = 0; k < 8; ++k) {
        // Count t of lane k, at j = 8 t + k, is in these 1, t + 1 and (t + 1) (t + 2) / 2 times.
        const std::uint64_t by_t = b[k] - a[k];
        const std::uint64_t by_square = 2 * c[k] - 3 * b[k] + a[k];
        sums.counts += a[k];
        sums.first += 8 * by_t + k * a[k];
        sums.second += 64 * by_square + 16 * k * by_t + k * k * a[k];
    }
    return sums;
}

/// Returns the sum of n counts.
[[nodiscard]] inline std::uint64_t sum_of(const std::uint64_t* counts, std::size_t n) noexcept {
    const std::uint64_t* end = counts + n;
    eight_counts lanes{};
    for (; end - counts >= 8; counts += 8) { lanes = lanes + load_eight(counts); }
    std::uint64_t sum = 0;
    for (; counts != end; ++counts) { sum += *counts; }
    std::uint64_t by_lane[8];
    store_eight(by_lane, lanes);
    for (const std::uint64_t of_lane : by_lane) { sum += of_lane; }
    return sum;
}

/// Returns the place of the value of a rank, from 1, among n counts, n a multiple of 8; the last
/// one where there are too few.
[[nodiscard]] inline std::size_t
find_rank(const std::uint64_t* counts, std::size_t n, std::uint64_t rank) noexcept {
    std::size_t i = 0;
    for (; i + 8 < n; i += 8) {
        const std::uint64_t* of = counts + i;
        const std::uint64_t here =
            ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
        if (here >= rank) { break; }
        rank -= here;
    }
    for (; i + 1 < n && counts[i] < rank; ++i) { rank -= counts[i]; }
    return i;
}

/// Adds n counts to others, or takes them away; n is a multiple of 8. They may be the same.
template <bool Subtract>
void add_counts(std::uint64_t* to, const std::uint64_t* from, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; i += 8) {
        const eight_counts a = load_eight(to + i);
        const eight_counts b = load_eight(from + i);
        store_eight(to + i, Subtract ? a - b : a + b);
    }
}

/// True if none of n counts, n a multiple of 8, is less than the other one at its place.
[[nodiscard]] inline bool
none_less(const std::uint64_t* counts, const std::uint64_t* others, std::size_t n) noexcept {
    eight_counts borrows{};
    for (std::size_t i = 0; i < n; i += 8) {
        const eight_counts a = load_eight(counts + i);
        const eight_counts b = load_eight(others + i);
        borrows = borrows | (~a & b) | ((~a | b) & (a - b)); // the top bit says that a < b
    }
    std::uint64_t each[8];
    store_eight(each, borrows);
    std::uint64_t any = 0;
    for (const std::uint64_t borrow : each) { any |= borrow; }
    return any >> 63 == 0;
}

} // namespace detail
WICK_END_NAMESPACE

#endif
