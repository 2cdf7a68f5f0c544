// Tests of wick/format/ghcprof.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/ghcprof.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "\tMon Jan  1 10:00 2024 Time and Allocation Profiling Report  (Final)\n"
    "\n"
    "COST CENTRE MODULE SRC %time %alloc\n"
    "\n"
    "work Main Main.hs:3:1-9   99.0 88.0\n"
    "\n"
    "                                                         individual      inherited\n"
    "COST CENTRE  MODULE  SRC                no. entries  %time %alloc   %time %alloc  ticks "
    "bytes\n"
    "\n"
    "MAIN         MAIN    <built-in>         100       0    0.5    0.1   100.0  100.0      1   "
    "100\n"
    " CAF         Main    <entire-module>    199       0    0.0    0.0    99.5   99.9      0     "
    "0\n"
    "  main       Main    Main.hs:(1,1)-(2,5) 200       1    0.5    0.0    99.5   99.9      1    "
    "50\n"
    "   work      Main    <no location info> 201       9   99.0   88.0    99.0   88.0    198 "
    "12345\n";
} // namespace

TEST_CASE("ghcprof: the tree of cost centres, by time, ticks or bytes") {
    const support::stacks read = seen(wick::parse_ghcprof(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.profiles[0].unit == "percent");
    CHECK(read.folded() == "MAIN.MAIN 0.5\nMAIN.MAIN;Main.CAF;Main.main "
                           "0.5\nMAIN.MAIN;Main.CAF;Main.main;Main.work 99\n");
    wick::ghcprof_options options;
    options.weigh = wick::ghcprof_options::ticks;
    CHECK(seen(wick::parse_ghcprof(good, options)).folded() ==
          "MAIN.MAIN 1\nMAIN.MAIN;Main.CAF;Main.main 1\nMAIN.MAIN;Main.CAF;Main.main;Main.work "
          "198\n");
    options.weigh = wick::ghcprof_options::bytes;
    CHECK(seen(wick::parse_ghcprof(good, options)).profiles[0].unit == "bytes");
    CHECK(seen(wick::parse_ghcprof(good, options)).folded().find("Main.work 12345\n") !=
          std::string::npos);
}

TEST_CASE("ghcprof: every reader's duties") {
    support::check_reader(good, WICK_PARSE(ghcprof), WICK_READ(ghcprof));
    const support::stacks read = seen(wick::parse_ghcprof("COST CENTRE MODULE no. entries %time\n"
                                                          "MAIN MAIN 1 0 1.0 1.0 1.0 1.0\nwhat\n"));
    CHECK(read.folded() == "MAIN.MAIN 1\n");
    CHECK(read.skipped.first.line == 3);
    wick::ghcprof_options ticks;
    ticks.weigh = wick::ghcprof_options::ticks;
    CHECK(
        seen(wick::parse_ghcprof("COST CENTRE no. entries\nMAIN MAIN 1 0 1.0 1.0 1.0 1.0\n", ticks))
            .skipped.records == 1);
    CHECK(wick::detail::looks_like_ghcprof(good));
    CHECK_FALSE(wick::detail::looks_like_ghcprof("COST CENTRE\n"));
}
