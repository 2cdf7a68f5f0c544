// Tests of wick/format/bpftrace.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/bpftrace.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = "Attaching 2 probes...\n"
                                  "^C\n"
                                  "\n"
                                  "@[\n"
                                  "    schedule+41\n"
                                  "    do_nanosleep+101\n"
                                  "]: 3\n"
                                  "@[\n"
                                  "    do_nanosleep+17\n"
                                  "]: 4\n";
} // namespace

TEST_CASE("bpftrace: stacks, the leaf first, without offsets") {
    CHECK(seen(wick::parse_bpftrace(good)).folded() == "do_nanosleep 4\ndo_nanosleep;schedule 3\n");
    CHECK(seen(wick::parse_bpftrace(good)).skipped.records == 0);
    wick::bpftrace_options options;
    options.offsets = true;
    CHECK(seen(wick::parse_bpftrace(good, options)).folded() ==
          "do_nanosleep+101;schedule+41 3\ndo_nanosleep+17 4\n");
}

TEST_CASE("bpftrace: every reader's duties") {
    support::check_reader(good, WICK_PARSE(bpftrace), WICK_READ(bpftrace));
    support::check_order({"@[\n    a\n]: 1\n", "@[\n    a\n    b\n]: 2\n", "@[\n    c\n, x]: 9\n"},
                         WICK_PARSE(bpftrace));
}

TEST_CASE("bpftrace: two stacks and other keys") {
    constexpr std::string_view text = "@[\n    finish_task+1\n    schedule+50\n, \n"
                                      "    __poll+79\n    main+3\n, sleep, 42]: 5\n";
    CHECK(seen(wick::parse_bpftrace(text)).folded() ==
          "sleep;42;main;__poll;schedule;finish_task 5\n");
    wick::bpftrace_options options;
    options.kernel = true;
    CHECK(seen(wick::parse_bpftrace(text, options)).folded() ==
          "sleep;42;main;__poll;schedule_[k];finish_task_[k] 5\n");
    options.user_first = true;
    CHECK(seen(wick::parse_bpftrace(text, options)).folded() ==
          "sleep;42;schedule;finish_task;main_[k];__poll_[k] 5\n");
}

TEST_CASE("bpftrace: one line at a time") {
    struct row {
        std::string_view in;
        std::string_view out;
        std::uint64_t skipped;
    };
    const row rows[] = {
        {"@[sleep, 12]: 3\n", "sleep;12 3\n", 0},
        {"@[a,b]: 3\n", "a;b 3\n", 0},
        {"@[f<int, long>, x]: 3\n", "f<int, long>;x 3\n", 0},
        {"@[\n]: 7\n", "[no stack] 7\n", 0},
        {"@[]: 7\n", "[no stack] 7\n", 0},
        {"@[\n, \n    main+1\n, x]: 7\n", "x;main 7\n", 0}, // no kernel stack
        {"@[comm, \n    main+1\n]: 7\n", "comm;main 7\n", 0},
        {"@[\n    std::map<int, f(int)>::at(int) const+12\n]: 1\n",
         "std::map<int, f(int)>::at 1\n",
         0},
        {"@[\n    0x7f0012345678\n]: 1\n", "[unknown] 1\n", 0},
        {"@[\n\tffffffff8103ce3b do_idle+18 ([kernel.kallsyms])\n]: 1\n", "do_idle 1\n", 0},
        {"@[\n\t7f0012345678 0x7f0012345678 (/lib/libx.so)\n]: 1\n", "[libx.so] 1\n", 0},
        {"@[\n    a;b+1\n]: 1\n", "a:b 1\n", 0},
        {"@[\n    a+1\n@[\n    b+1\n]: 1\n", "b 1\n", 1}, // the first has no end
        {"@[\n    b+1\n]: 1\n@[\n    a+1\n", "b 1\n", 1}, // the last has none
        {"@[a]: 1\n@x: 5\nhello\n", "a 1\n", 2},          // not a map with a key
        {"@[a]: 1\n@[b]: count 3, average 4, total 12\n", "a 1\n", 1},
        {"@[a]: 1\n@[b]: 9223372036854775808\n@[c]: -1\n", "a 1\n", 2},
        {"@[\n    \xff\xfe+1\n]: 1\n", "\xff\xfe 1\n", 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.in);
        const support::stacks read = seen(wick::parse_bpftrace(r.in));
        CHECK(read.folded() == r.out);
        CHECK(read.skipped.records == r.skipped);
    }
}

TEST_CASE("bpftrace: a profile for each map, histograms are counted as skipped") {
    const auto read =
        wick::parse_bpftrace("@bytes[\n    read+1\n]: 512\n\n@hits[\n    read+1\n]: 2\n"
                             "@usecs[comm]: \n[1]   3 |@@@   |\n");
    REQUIRE(read.value.maps.size() == 3);
    CHECK(read.value.maps[0].name == "@bytes");
    CHECK(wick::to_folded(read.value.maps[0].samples) == "read 512\n");
    CHECK(wick::to_folded(read.value.maps[1].samples) == "read 2\n");
    CHECK(read.value.maps[2].samples.empty());
    CHECK(read.value.skipped.records == 2);
    CHECK(read.value.skipped.first.line == 8);
}

TEST_CASE("bpftrace: weights that add up to 2^63 are an error with its line") {
    const auto read = wick::parse_bpftrace("@[a]: 9223372036854775807\n@[b]: 1\n");
    CHECK(read.error.message() == "line 2: the weights add up to 2^63 or more");
}

TEST_CASE("bpftrace: recognised by its first line or a map with a stack") {
    CHECK(wick::detail::looks_like_bpftrace(good));
    CHECK(wick::detail::looks_like_bpftrace("x\n@name[\n    a+1\n]: 2"));
    CHECK_FALSE(wick::detail::looks_like_bpftrace("main;f 1\n@ b\n"));
}
