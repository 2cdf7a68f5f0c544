// Tests of wick/format/ljp.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/ljp.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string traces() {
    return support::read_file(support::data("stacks/ljp.txt"));
}
} // namespace

TEST_CASE("ljp: a file of traces; samples without a stack weigh as well") {
    const auto read = wick::parse_ljp(traces());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.truncated == 0);
    CHECK(wick::to_folded(read.value.samples) ==
          "[no stack] 5\n"
          "com.shop.Main.main;[unknown] 5\n"
          "com.shop.Main.main;java.util.HashMap.<init> 7\n"
          "java.lang.Thread.run;com.shop.Worker.run;com.shop.Price.sum 42\n");
    const auto twice = wick::parse_ljp(traces() + traces());
    CHECK(twice.value.skipped.records == 0);
    CHECK(wick::totals(twice.value.samples)[0] == 118);
}

TEST_CASE("ljp: every reader's duties") {
    support::check_reader(traces(), WICK_PARSE(ljp), WICK_READ(ljp));
    support::check_order({"4 1 \ta.f(A.java:1)\n\n",
                          "5 2 \ta.f(A.java:1)\n\ta.g(A.java:2)\n\n",
                          "6 1 \ta.f(A.java:3)\n\n",
                          "1 \n"},
                         WICK_PARSE(ljp));
}

TEST_CASE("ljp: frames that are missing, names with blanks, stacks that were cut") {
    const auto cut = wick::parse_ljp("4 3 \ta.my test(A.kt:1)\n\ta.g(A.java:2)\n");
    CHECK(wick::to_folded(cut.value.samples) == "[truncated];a.g;a.my test 4\n");
    CHECK(cut.value.truncated == 1);
    CHECK(cut.value.skipped.first.message() == "line 1: frames of this stack are missing");
    std::string deep = "4 128 ";
    for (int i = 0; i < 128; ++i) { deep += "\ta.f(A.java:1)\n"; }
    const auto whole = wick::parse_ljp(deep);
    CHECK(whole.value.truncated == 1);
    CHECK(whole.value.skipped.records == 0);
    CHECK(whole.value.samples.nodes.size() == 130);
    std::string deeper = "1 200000 ";
    for (int i = 0; i < 200000; ++i) { deeper += "\ta.f(A.java:1)\n"; }
    const auto other = wick::parse_ljp(deeper);
    CHECK(other.value.skipped.records == 0);
    CHECK(other.value.samples.nodes.size() == 200001);
}

TEST_CASE("ljp: malformed lines, huge numbers, wrong totals") {
    const support::stacks read =
        seen(wick::parse_ljp("99999999999999999999 1 \ta.f(A.java:1)\n\n"
                             "1 99999999999999999999 \ta.f(A.java:1)\n\n"
                             "2 1 \ta.f(A.java:1)\n\ta.more(A.java:1)\n\tno brackets\n\n"
                             "noise\n"
                             "3 1 \ta.\0\xff(A.java:1)\n"
                             "Total trace count = 6, Total traces = 2\n"sv));
    CHECK(read.folded() == "a.\0\xff 3\na.f 2\n"sv);
    CHECK(read.skipped.records == 6);
    CHECK(read.skipped.first.line == 1);
    const auto most = wick::parse_ljp("9223372036854775807 1 \ta.f(A.java:1)\n1 1 \ta.f(A:1)\n");
    CHECK(most.error.message() == "line 2: the weights add up to 2^63 or more");
}

TEST_CASE("ljp: told by a stack's first line") {
    CHECK(wick::detail::looks_like_ljp(traces()));
    CHECK(wick::detail::looks_like_ljp("3 \n4 2 \ta.f(A.java:1)\n"));
    CHECK_FALSE(wick::detail::looks_like_ljp("Total trace count = 3\n\ta.f(A.java:1)\n"));
    CHECK_FALSE(wick::detail::looks_like_ljp("4 2 a;b 3\n"));
}
