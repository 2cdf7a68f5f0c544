// Tests of wick/format/py_spy_dump.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/py_spy_dump.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good = "Process 123: python server.py\n"
                                  "Python v3.11.2 (/usr/bin/python3.11)\n"
                                  "\n"
                                  "Thread 123 (active+gil): \"MainThread\"\n"
                                  "    work (server.py:12)\n"
                                  "        Arguments:\n"
                                  "            n: 3\n"
                                  "    <module> (server.py:30)\n"
                                  "Thread 124 (idle): \"worker\"\n"
                                  "    poll (libc.so.6)\n"
                                  "    run (server.py:8)\n";
} // namespace

TEST_CASE("py_spy_dump: threads by name") {
    const support::stacks read = seen(wick::parse_py_spy_dump(good));
    CHECK(read.skipped.records == 0);
    CHECK(read.folded() == "MainThread;<module> (server.py);work (server.py) 1\nworker;run "
                           "(server.py);poll (libc.so.6) 1\n");
    wick::py_spy_dump_options options;
    options.active_only = true;
    options.lines = true;
    options.tid = true;
    const auto active = wick::parse_py_spy_dump(good, options);
    CHECK(active.value.idle == 1);
    CHECK(wick::to_folded(active.value.samples) ==
          "MainThread-123;<module> (server.py:30);work (server.py:12) 1\n");
}

TEST_CASE("py_spy_dump: every reader's duties") {
    support::check_reader(good, WICK_PARSE(py_spy_dump), WICK_READ(py_spy_dump));
    const support::stacks read =
        seen(wick::parse_py_spy_dump("Thread 1 (idle): \"a\"\n    f (x.py:1)\nnoise\n"));
    CHECK(read.folded() == "a;f (x.py) 1\n");
    CHECK(read.skipped.first.line == 3);
    CHECK(wick::detail::looks_like_py_spy_dump(good));
    CHECK_FALSE(wick::detail::looks_like_py_spy_dump("Thread 1 (Thread 0x1 (LWP 1)):\n"));
}
