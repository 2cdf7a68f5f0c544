// Tests of wick/format/instruments.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/instruments.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = "Running Time\tSelf (ms)\t\tSymbol Name\n"
                                  "1452.0ms  100.0%\t0.0\t \tMain Thread  0x1\n"
                                  "1451.5ms   99.9%\t1.5\t \t start\n"
                                  "1.45 s   99.9%\t1.45 s\t \t  -[App run]\n"
                                  "1.0min   1.0%\t2.0 min\t \tworker\n";
} // namespace

TEST_CASE("instruments: depth is the indentation, times become nanoseconds") {
    const support::stacks read = seen(wick::parse_instruments(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.folded() ==
          "Main Thread  0x1;start 1500000\nMain Thread  0x1;start;-[App run] 1450000000\n"
          "worker 120000000000\n");
}

TEST_CASE("instruments: every reader's duties") {
    support::check_reader(good, WICK_PARSE(instruments), WICK_READ(instruments));
    const support::stacks read =
        seen(wick::parse_instruments("1.0ms 1%\t1.0\t\ta\nb\n1.0ms\t1.0\t\tc\n1.0ms 1%\tx\t\td\n"));
    CHECK(read.folded() == "a 1000000\n");
    CHECK(read.skipped.records == 3);
    CHECK(wick::detail::looks_like_instruments(good));
    CHECK_FALSE(wick::detail::looks_like_instruments("Weight of it\tx\n"));
}
