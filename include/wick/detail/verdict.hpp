// wick/detail/verdict.hpp - what a test made of a difference, of profiles and of latencies.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_VERDICT_HPP
#define WICK_DETAIL_VERDICT_HPP

#include <wick/version.hpp>

#include <cstdint> // the type of the enumeration

WICK_BEGIN_NAMESPACE

/// What a test made of a difference. More weight is worse: `regressed`. `unchanged` means shown to
/// be equal but for a difference that does not matter; `inconclusive` that the data cannot tell.
enum class verdict : std::uint8_t { untested, unchanged, inconclusive, improved, regressed };

namespace detail {

[[nodiscard]] inline const char* name_of(verdict v) noexcept {
    switch (v) {
    case verdict::untested:
        return "untested";
    case verdict::unchanged:
        return "unchanged";
    case verdict::inconclusive:
        return "inconclusive";
    case verdict::improved:
        return "improved";
    case verdict::regressed:
        return "regressed";
    }
    return "";
}

} // namespace detail
WICK_END_NAMESPACE

#endif
