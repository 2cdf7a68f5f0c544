// Tests of wick/format/stap.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/stap.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = " 0xffffffff8103ce3b : native_safe_halt+0xb/0x10 [kernel]\n"
                                  " 0xffffffff8101c3a3 : default_idle+0x53/0x1d0 [kernel]\n"
                                  "\t2404\n"
                                  " 0x7f0012345678 : f(int)+0x1/0x2 [/usr/bin/app] (inexact)\n"
                                  " 0x7f0012345670 [/usr/lib/libx.so+0x10/0x20]\n"
                                  " 0x401000\n"
                                  "\t3\n";
} // namespace

TEST_CASE("stap: stacks, each with its count") {
    const support::stacks read = seen(wick::parse_stap(good));
    CHECK(read.folded() == "[unknown];[libx.so];f 3\ndefault_idle;native_safe_halt 2404\n");
    CHECK(read.skipped.records == 0);
}

TEST_CASE("stap: every reader's duties") {
    support::check_reader(good, WICK_PARSE(stap), WICK_READ(stap));
    support::check_order(
        {" 0x1 : a+0x1/0x2 [m]\n 1\n", " 0x1 : b+0x1/0x2 [m]\n 2\n", " 0x1 : a\n 0x2 : b\n 3\n"},
        WICK_PARSE(stap));
}

TEST_CASE("stap: kernel frames, missing counts, counts that do not fit") {
    wick::stap_options options;
    options.kernel = true;
    CHECK(seen(wick::parse_stap(" 0xffffffff8103ce3b : f+0xb/0x10 [kernel]\n1\n", options))
              .folded() == "f_[k] 1\n");
    const support::stacks read = seen(wick::parse_stap("0x1 : a\n2\nhello\n\n0x2 : b\n"));
    CHECK(read.folded() == "a 2\n");
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.line == 3);
    CHECK(seen(wick::parse_stap("0x1 : a\n9223372036854775807\n0x1 : b\n1\n")).error.line == 4);
    CHECK(wick::detail::looks_like_stap(good));
    CHECK_FALSE(wick::detail::looks_like_stap("0x1 : a\n1\n"));
}
