// Tests of wick/format/xdebug.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/xdebug.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string trace() {
    return support::read_file(support::data("stacks/xdebug.txt"));
}

std::string whole(const std::string& lines) {
    return "Version: 3.3.1\nFile format: 4\nTRACE START [2025-03-04 12:31:10.884001]\n" + lines +
           "TRACE END   [2025-03-04 12:31:10.885001]\n\n";
}
} // namespace

TEST_CASE("xdebug: a trace that the program began itself") {
    const auto read = wick::parse_xdebug(trace());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.ended == 0);
    CHECK(read.value.samples.unit == "nanoseconds");
    CHECK(wick::to_folded(read.value.samples) ==
          "[truncated] 30000\n"
          "[truncated];Shop\\Price->sum 120000\n"
          "[truncated];Shop\\Price->sum;array_sum 50000\n"
          "[truncated];xdebug_stop_trace 20000\n"
          "[truncated];{require_once:/srv/lib.php} 100000\n");
    CHECK(read.value.calls.unit == "calls");
    CHECK(wick::to_folded(read.value.calls) == "[truncated];Shop\\Price->sum 1\n"
                                               "[truncated];Shop\\Price->sum;array_sum 2\n"
                                               "[truncated];xdebug_stop_trace 1\n"
                                               "[truncated];{require_once:/srv/lib.php} 1\n");
    CHECK(!wick::validate(read.value.calls));
}

TEST_CASE("xdebug: every reader's duties") {
    support::check_reader(trace(), WICK_PARSE(xdebug), WICK_READ(xdebug));
    const auto call = [](const char* name, const char* end) {
        return whole(std::string("1\t0\t0\t0.1\t0\t{main}\t1\t\t/a.php\t0\n2\t1\t0\t0.2\t0\t") +
                     name + "\t1\t\t/a.php\t1\n2\t1\t1\t" + end + "\t0\n1\t0\t1\t0.9\t0\n");
    };
    support::check_order({call("f", "0.3"), call("f", "0.4"), call("g", "0.3")},
                         WICK_PARSE(xdebug));
}

TEST_CASE("xdebug: calls end with their callers; others began before the trace did") {
    const auto unended = wick::parse_xdebug(whole("1\t0\t0\t1.0\t0\t{main}\t1\t\t/a.php\t0\n"
                                                  "2\t1\t0\t1.5\t0\tf\t1\t\t/a.php\t1\n"
                                                  "3\t2\t0\t2.0\t0\tg\t1\t\t/a.php\t1\n"
                                                  "2\t1\t1\t2.5\t0\n"
                                                  "1\t0\t1\t3.0\t0\n"));
    CHECK(unended.value.ended == 1);
    CHECK(unended.value.skipped.records == 0);
    CHECK(wick::to_folded(unended.value.samples) ==
          "{main} 1000000000\n{main};f 500000000\n{main};f;g 500000000\n");
    const auto rising = wick::parse_xdebug("3\t9\t1\t1.0\t0\n"
                                           "2\t8\t1\t2.0\t0\n"
                                           "2\t9\t0\t3.0\t0\tf\t1\t\t/a.php\t1\n"
                                           "2\t9\t1\t5.0\t0\n"
                                           "1\t0\t1\t6.0\t0\n"
                                           "1\t0\t0\t7.0\t0\tnew\t1\t\t/a.php\t1\n");
    CHECK(rising.value.skipped.records == 0);
    CHECK(rising.value.ended == 1); // "new": the trace ends in the middle
    CHECK(wick::to_folded(rising.value.samples) ==
          "[truncated] 3000000000\n[truncated];f 2000000000\nnew 0\n");
}

TEST_CASE("xdebug: early versions have no field for an included file; ends may be missing") {
    const auto read = wick::parse_xdebug("Version: 2.0.0RC4-dev\n"
                                         "TRACE START [2007-05-06 18:29:01]\n"
                                         "1\t0\t0\t0.1\t114112\t{main}\t1\t../trace.php\t0\n"
                                         "2\t1\t0\t0.2\t114272\tord\t0\t../trace.php\t8\n"
                                         "2\t1\tR\t\t\t105\n"
                                         "2\t2\t0\t0.4\t114272\tchr\t0\t../trace.php\t8\n"
                                         "2\t2\t1\t0.5\t114272\n"
                                         "\t\t\t0.6\t41152\n"
                                         "TRACE END   [2007-05-06 18:29:01]\n");
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.ended == 1);
    CHECK(wick::to_folded(read.value.samples) ==
          "{main} 200000000\n{main};chr 100000000\n{main};ord 200000000\n");
}

TEST_CASE("xdebug: malformed lines, huge numbers, names") {
    const auto read = wick::parse_xdebug("1\t0\t0\t1.0\t0\t{main}\t1\t\t/a.php\t0\n"
                                         "noise\n"
                                         "    0.0003     394112   -> {main}() /a.php:0\n"
                                         "2\t1\t0\t0.5\t0\tback;wards\t1\t\t/a.php\t1\n"
                                         "99999999999999999999\t1\t0\t1.5\t0\tf\n"
                                         "2\t1\t0\t99999999999999999999\t0\tf\n"
                                         "2\t1\t7\t1.5\t0\tf\n"
                                         "2\t1\t0\t1.5\t0\t\n"
                                         "9\t1\t0\t1.5\t0\t\0\xff\n"sv);
    CHECK(read.value.skipped.records == 8);
    CHECK(read.value.skipped.first.line == 2);
    CHECK(wick::to_folded(read.value.calls) ==
          "{main} 1\n{main};back:wards 1\n{main};back:wards;\0\xff 1\n"sv);
    const auto most = wick::parse_xdebug("1\t0\t0\t0.0\t0\tf\n1\t0\t1\t9223372036.8\t0\n"
                                         "1\t0\t0\t0.0\t0\tf\n1\t0\t1\t9.0\t0\n");
    CHECK(most.error.message() == "line 4: the weights add up to 2^63 or more");
}

TEST_CASE("xdebug: very deep") {
    std::string deep;
    for (int i = 1; i <= 100000; ++i) {
        deep += std::to_string(i) + "\t" + std::to_string(i) + "\t0\t1.0\t0\tf\t1\t\t/a.php\t1\n";
    }
    const auto read = wick::parse_xdebug(whole(deep + "1\t1\t1\t2.0\t0\n"));
    CHECK(read.value.ended == 99999);
    CHECK(read.value.samples.nodes.size() == 100001);
    CHECK(wick::totals(read.value.samples)[0] == 1000000000);
}

TEST_CASE("xdebug: told by its first lines") {
    CHECK(wick::detail::looks_like_xdebug(trace()));
    CHECK(wick::detail::looks_like_xdebug("Version: 2.0.0\nTRACE START [2007-05-06 18:29:01]\n"
                                          "1\t0\t0\t0.010870\t114112\t{main}\t1\t../a.php\t0\n"));
    CHECK_FALSE(wick::detail::looks_like_xdebug(
        "TRACE START [2025-03-04 12:31:10]\n    0.0003     394112   -> {main}() /a.php:0\n"));
}
