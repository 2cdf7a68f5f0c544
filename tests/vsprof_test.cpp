// Tests of wick/format/vsprof.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/vsprof.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "\xef\xbb\xbfLevel,Function Name,Number of Calls,Elapsed Inclusive Time %,Module Name\r\n"
    "0,\"app.exe\",\"1,234\",100.00,\"app.exe\"\r\n"
    "1,\"main\",\"1,200\",90.00,\"app.exe\"\r\n"
    "2,\"ns::f(int,int)\",200,9.00,\"app.exe\"\r\n"
    "1,\"g\",34,1.00,\"lib.dll\"\r\n";
} // namespace

TEST_CASE("vsprof: own weight is the count less the children's") {
    const support::stacks read = seen(wick::parse_vsprof(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.profiles[0].unit == "calls");
    CHECK(read.folded() == "app.exe;g 34\napp.exe;main 1000\napp.exe;main;ns::f 200\n");
    wick::vsprof_options options;
    options.modules = true;
    CHECK(
        seen(wick::parse_vsprof(good, options)).folded().find("app.exe`main;app.exe`ns::f 200\n") !=
        std::string::npos);
}

TEST_CASE("vsprof: every reader's duties") {
    std::string plain; // check_reader makes its own ends of lines
    for (const char c : good) {
        if (c != '\r') { plain += c; }
    }
    support::check_reader(plain, WICK_PARSE(vsprof), WICK_READ(vsprof));
    const support::stacks read = seen(
        wick::parse_vsprof("Level,Function Name,Samples\n0,a,1\n9,b,1\nx,c,1\n1,d\n1,e,2\n\"\n"));
    CHECK(read.folded() == "a;e 2\n");
    CHECK(read.skipped.records == 5); // e weighs more than a
    CHECK(wick::detail::looks_like_vsprof(good));
    CHECK_FALSE(wick::detail::looks_like_vsprof("Level,Name\n"));
}
