// Tests of wick/format/vtune.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/vtune.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = "Function Stack,CPU Time:Self,Module\n"
                                  "Total,0s,\n"
                                  "  _start,0s,app\n"
                                  "    main,0.25s,app\n"
                                  "      \"f<int, long>\",1.5s,app\n"
                                  "    g,20ms,[Unknown]\n"
                                  "  clone,0.000000001s,libc.so.6\n";
} // namespace

TEST_CASE("vtune: depth is the indentation, times become nanoseconds") {
    const support::stacks read = seen(wick::parse_vtune(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.profiles[0].unit == "nanoseconds");
    CHECK(read.folded() == "Total;app`_start;[Unknown]`g 20000000\n"
                           "Total;app`_start;app`main 250000000\n"
                           "Total;app`_start;app`main;app`f<int, long> 1500000000\n"
                           "Total;libc.so.6`clone 1\n");
}

TEST_CASE("vtune: another column, quotes around everything") {
    wick::vtune_options options;
    options.column = "Allocation Size:Self";
    options.modules = false;
    const auto read =
        wick::parse_vtune("\"Function Stack\",\"Allocations:Self\",\"Allocation Size:Self\"\n"
                          "\"main\",\"1\",\"1,024\"\n",
                          options);
    CHECK(read.value.samples.unit == "Allocation Size");
    CHECK(wick::to_folded(read.value.samples) == "main 1024\n");
}

TEST_CASE("vtune: every reader's duties") {
    support::check_reader(good, WICK_PARSE(vtune), WICK_READ(vtune));
    const support::stacks read = seen(
        wick::parse_vtune("war\nFunction Stack,CPU Time:Self\nf,1s\ng\n\"h,1s\ni,soon\n,1s\n"));
    CHECK(read.folded() == "f 1000000000\n");
    CHECK(read.skipped.records == 5);
    CHECK(read.skipped.first.line == 1);
    CHECK(seen(wick::parse_vtune("Function Stack,CPU Time:Self\nf,9000000000s\ng,9000000000s\n"))
              .error.line == 3);
    CHECK(wick::detail::looks_like_vtune(good));
    CHECK_FALSE(wick::detail::looks_like_vtune("Function,CPU Time\n"));
}
