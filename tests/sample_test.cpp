// Tests of wick/format/sample.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/sample.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "Analysis of sampling app (pid 1234) every 1 millisecond\n"
    "Process:         app [1234]\n"
    "\n"
    "Call graph:\n"
    "    100 Thread_77   DispatchQueue_1: com.apple.main-thread  (serial)\n"
    "    + 100 start  (in libdyld.dylib) + 1  [0x7fff5fc01000]\n"
    "    +   99 main  (in app) + 52  [0x100000f34]\n"
    "    +   ! 50 ns::f(int)  (in app) + 10,20,...  [0x100000e00,0x100000e10]\n"
    "    +   ! : 20 read  (in libsystem_kernel.dylib) + 10  [0x7fff20]\n"
    "    +   ! 40 -[View draw:]  (in AppKit) + 3  [0x7fff21]\n"
    "    +   1 ???  (in app)  load address 0x100000000 + 0xabc  [0x100000abc]\n"
    "    60 Thread_78: worker\n"
    "      60 kevent  (in libsystem_kernel.dylib) + 10  [0x7fff22]\n"
    "    5 Thread_79\n"
    "      5 g  (in app) + 1  [0x1]\n"
    "\n"
    "Total number in stack (recursive counted multiple, when >=5):\n"
    "        5       f  (in app) + 0  [0x1]\n"
    "\n"
    "Binary Images:\n"
    "       0x100000000 -        0x100000fff  app (0) <ABCD> /x/app\n";
} // namespace

TEST_CASE("sample: own weight is the count less the children's") {
    const support::stacks read = seen(wick::parse_sample(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.profiles[0].unit == "samples");
    CHECK(read.folded() ==
          "DispatchQueue_1: com.apple.main-thread  (serial);libdyld.dylib`start;[app] 1\n"
          "DispatchQueue_1: com.apple.main-thread  (serial);libdyld.dylib`start;app`main 9\n"
          "DispatchQueue_1: com.apple.main-thread  "
          "(serial);libdyld.dylib`start;app`main;AppKit`-[View draw:] 40\n"
          "DispatchQueue_1: com.apple.main-thread  (serial);libdyld.dylib`start;app`main;app`ns::f "
          "30\n"
          "DispatchQueue_1: com.apple.main-thread  "
          "(serial);libdyld.dylib`start;app`main;app`ns::f;libsystem_kernel.dylib`read 20\n"
          "Thread;app`g 5\n"
          "worker;libsystem_kernel.dylib`kevent 60\n");
}

TEST_CASE("sample: options") {
    wick::sample_options options;
    options.modules = false;
    options.tid = true;
    options.drop_waiting = true;
    const auto read = wick::parse_sample(good, options);
    CHECK(read.value.waiting == 80);
    const std::string text = wick::to_folded(read.value.samples);
    CHECK(text.find("Thread_79;g 5\n") != std::string::npos);
    CHECK(text.find("kevent") == std::string::npos);
    CHECK(wick::totals(read.value.samples)[0] == 165 - 80);
}

TEST_CASE("sample: every reader's duties") {
    support::check_reader(good, WICK_PARSE(sample), WICK_READ(sample));
    const std::string start =
        "Call graph:\n    3 Thread_1\n      3 a  (in x)\n\nTotal number in stack\n";
    support::check_order({start, "Call graph:\n    3 Thread_1\n      2 b  (in x)\n", start},
                         WICK_PARSE(sample));
}

TEST_CASE("sample: rows that are none, and children that weigh too much") {
    const support::stacks read =
        seen(wick::parse_sample("Call graph:\n    3 a  (in x)\n      4 b  (in x)\n    what\n"
                                "    99999999999999999999 c  (in x)\n"));
    CHECK(read.folded() == "x`a;x`b 4\n");
    CHECK(read.skipped.records == 3);
    CHECK(
        seen(wick::parse_sample("Call graph:\n    9223372036854775807 a\n    1 b\n")).error.line ==
        3);
    CHECK(wick::detail::looks_like_sample(good));
    CHECK(wick::detail::looks_like_sample("Call graph:\n    3 a\n"));
    CHECK_FALSE(wick::detail::looks_like_sample("Call graph: none\nx\n"));
}
