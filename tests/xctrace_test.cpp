// Tests of wick/format/xctrace.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/xctrace.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "<?xml version=\"1.0\"?>\n<trace-query-result>\n<node "
    "xpath='//trace-toc[1]/run[1]/data[1]/table[2]'>"
    "<schema name=\"time-profile\"><col><mnemonic>time</mnemonic></col></schema>\n"
    "<row><sample-time id=\"1\" fmt=\"00:00.3\">347916375</sample-time>"
    "<thread id=\"2\" fmt=\"Main Thread 0x1b3e (app, pid: 12)\"><tid id=\"3\" fmt=\"0x1\">1</tid>"
    "<process id=\"4\" fmt=\"app (12)\"><pid id=\"5\" fmt=\"12\">12</pid></process></thread>"
    "<weight id=\"9\" fmt=\"1.00 ms\">1000000</weight>"
    "<backtrace id=\"10\"><frame id=\"11\" name=\"std::vector&lt;int&gt;::at(int)\" addr=\"0x1\">"
    "<binary id=\"12\" name=\"app\" UUID=\"A\" path=\"/x/app\"/><source line=\"1\"><path "
    "id=\"13\">a.cpp</path></source></frame>"
    "<frame id=\"14\" name=\"main\" addr=\"0x2\"><binary ref=\"12\"/></frame>"
    "<frame id=\"15\" name=\"0x7fff\" addr=\"0x3\"><binary id=\"16\" "
    "name=\"dyld\"/></frame></backtrace></row>\n"
    "<row><sample-time id=\"20\">2</sample-time><thread ref=\"2\"/><weight ref=\"9\"/><backtrace "
    "ref=\"10\"/></row>\n"
    "<row><thread id=\"30\" fmt=\"pool 0x2 (app, pid: 12)\"><process ref=\"4\"/></thread><weight "
    "id=\"31\">5</weight>"
    "<tagged-backtrace id=\"32\" fmt=\"main\"><backtrace id=\"33\"><frame ref=\"14\"/><frame "
    "ref=\"15\"/></backtrace></tagged-backtrace></row>\n"
    "<row><thread ref=\"30\"/><weight ref=\"31\"/><tagged-backtrace ref=\"32\"/></row>\n"
    "</node></trace-query-result>\n";
} // namespace

TEST_CASE("xctrace: rows and what they refer to") {
    const auto read = wick::parse_xctrace(good);
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.samples.unit == "nanoseconds");
    CHECK(wick::to_folded(read.value.samples) ==
          "app;[dyld];main 10\napp;[dyld];main;std::vector<int>::at 2000000\n");
    wick::xctrace_options options;
    options.modules = true;
    options.pid = true;
    options.threads = true;
    CHECK(wick::to_folded(wick::parse_xctrace(good, options).value.samples) ==
          "app (12);Main Thread;[dyld];app`main;app`std::vector<int>::at 2000000\n"
          "app (12);pool;[dyld];app`main 10\n");
}

TEST_CASE("xctrace: every reader's duties") {
    // Broken XML reads as far as it is whole, so only the positions differ with "\r\n".
    support::check_reader(good, WICK_PARSE(xctrace), WICK_READ(xctrace));
    support::check_order(
        {"<row><backtrace><frame name=\"a\"/></backtrace></row>",
         "<row><backtrace><frame name=\"b\"/></backtrace></row>",
         "<row><backtrace><frame name=\"a\"/><frame name=\"b\"/></backtrace></row>"},
        WICK_PARSE(xctrace));
}

TEST_CASE("xctrace: without weights a row is a sample; references to nothing are counted") {
    const auto read =
        wick::parse_xctrace("<row><backtrace id='1'><frame name='f'/></backtrace></row>"
                            "<row><backtrace ref='1'/></row><row/><row><backtrace ref='9'/></row>");
    CHECK(read.value.samples.unit == "samples");
    CHECK(wick::to_folded(read.value.samples) == "[no stack] 2\nf 2\n");
    CHECK(read.value.skipped.records == 1);
    const auto mixed = wick::parse_xctrace(
        "<row><cycle-weight>7</cycle-weight><backtrace><frame name='f'/></backtrace></row>"
        "<row><backtrace><frame name='g'/></backtrace></row><row><weight>x</weight></row>");
    CHECK(mixed.value.samples.unit == "cycles");
    CHECK(mixed.value.unweighted == 2);
    CHECK(mixed.value.skipped.records == 1);
    CHECK(wick::parse_xctrace(
              "<row><weight>9223372036854775807</weight></row>\n<row><weight>1</weight></row>")
              .error.line == 2);
}

TEST_CASE("xctrace: a truncated export gives what is whole") {
    const std::string_view cut = good.substr(0, good.find("<row><sample-time id=\"20\"") + 9);
    const auto read = wick::parse_xctrace(cut);
    CHECK(wick::totals(read.value.samples)[0] == 1000000);
    CHECK(read.value.skipped.records >= 1);
    CHECK(wick::detail::looks_like_xctrace(good));
    CHECK_FALSE(wick::detail::looks_like_xctrace("<plist>"));
}
