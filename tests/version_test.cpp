// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>
#include <wick/result.hpp>
#include <wick/version.hpp>

#include <type_traits>

// The name is part of every symbol: two minor versions in one program do not meet.
namespace versioned = wick::v0_1;
static_assert(WICK_VERSION_MAJOR == 0 && WICK_VERSION_MINOR == 1, "rename the versioned namespace");
static_assert(std::is_same_v<versioned::error, wick::error>);

TEST_CASE("version: the build system and the header agree") {
    const std::string header = std::to_string(WICK_VERSION_MAJOR) + "." +
                               std::to_string(WICK_VERSION_MINOR) + "." +
                               std::to_string(WICK_VERSION_PATCH);
    CHECK(header == WICK_BUILD_VERSION);
}
