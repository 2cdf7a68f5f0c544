// Tests of wick/format/faulthandler.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/faulthandler.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string captured() {
    return support::read_file(support::data("stacks/faulthandler.txt"));
}
} // namespace

TEST_CASE("faulthandler: a capture of two threads") {
    const support::stacks read = seen(wick::parse_faulthandler(captured()));
    CHECK(read.skipped.records == 0);
    CHECK(read.folded() ==
          "<module> (job.py);<lambda> (job.py) 1\n"
          "_bootstrap (threading.py);_bootstrap_inner (threading.py);run (threading.py);"
          "run (job.py);inner (job.py);inner (job.py);inner (job.py) 1\n");
    wick::faulthandler_options options;
    options.lines = true;
    options.tid = true;
    CHECK(seen(wick::parse_faulthandler(captured(), options))
              .folded()
              .find("Thread 0x00007f4c3bdd7040;<module> (job.py:16);<lambda> (job.py:16) 1\n") !=
          std::string::npos);
}

TEST_CASE("faulthandler: every reader's duties") {
    support::check_reader(captured(), WICK_PARSE(faulthandler), WICK_READ(faulthandler));
    support::check_order(
        {"Thread 0x1 (most recent call first):\n  File \"a.py\", line 1 in f\n\n",
         "Thread 0x2 (most recent call first):\n  File \"a.py\", line 1 in f\n  ...\n\n",
         "Thread 0x3 [x] (most recent call first):\n  File \"a.py\", line 1 in g\n\n"},
        WICK_PARSE(faulthandler));
}

TEST_CASE("faulthandler: names, cut stacks, malformed lines") {
    const auto read = wick::parse_faulthandler(
        "Fatal Python error: Segmentation fault\n\nThread 0x3 [worker] (most recent call first):\n"
        "  File \"a;b.py\", line 1 in g\n  File \"a.py\"\n  File \"a.py\", line 3 in\n  "
        "...\nnoise\n");
    CHECK(wick::to_folded(read.value.samples) == "worker;[truncated];g (a:b.py) 1\n");
    CHECK(read.value.truncated == 1);
    CHECK(read.value.skipped.records == 3);
    CHECK(read.value.skipped.first.line == 5);
    CHECK(wick::detail::looks_like_faulthandler(captured()));
    CHECK_FALSE(wick::detail::looks_like_faulthandler("Traceback (most recent call last):\n"));
}
