// Tests of wick/format/bcc.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/bcc.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "Sampling at 49 Hertz of all threads by user + kernel stack... Hit Ctrl-C to end.\n"
    "^C\n"
    "    b'schedule'\n"
    "    b'do_idle'\n"
    "    --\n"
    "    b'operator new(unsigned long)'\n"
    "    main\n"
    "    -                b'my app' (123)\n"
    "        4\n"
    "\n"
    "    ffffffff8103ce3b cpu_idle\n"
    "    -                swapper/0 (0)\n"
    "        2\n";
} // namespace

TEST_CASE("bcc: stacks below their process") {
    const support::stacks read = seen(wick::parse_bcc(good));
    CHECK(read.folded() == "my app;main;operator new;do_idle;schedule 4\nswapper/0;cpu_idle 2\n");
    CHECK(read.skipped.records == 0);
    wick::bcc_options options;
    options.kernel = true;
    options.pid = true;
    CHECK(seen(wick::parse_bcc(good, options)).folded() ==
          "my app-123;main;operator new;do_idle_[k];schedule_[k] 4\nswapper/0-0;cpu_idle 2\n");
}

TEST_CASE("bcc: every reader's duties") {
    support::check_reader(good, WICK_PARSE(bcc), WICK_READ(bcc));
    support::check_order(
        {"    a\n    b\n        1\n\n", "    b\n        2\n\n", "    b\n        3\n\n"},
        WICK_PARSE(bcc));
}

TEST_CASE("bcc: stackcount's spelling, and what is missing") {
    const support::stacks read =
        seen(wick::parse_bcc("Tracing 1 functions for \"submit_bio\"... Hit Ctrl-C to end.\n"
                             "  submit_bio+0x1 [kernel]\n  submit_bh\n    cp [99]\n    38\n\n"
                             "no stack\n  last\n"));
    CHECK(read.folded() == "cp;submit_bh;submit_bio 38\n");
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.line == 7);
    CHECK(seen(wick::parse_bcc("    a\n    99999999999999999999\n")).skipped.records == 1);
    CHECK(seen(wick::parse_bcc("    7\n")).folded() == "[no stack] 7\n");
    CHECK(seen(wick::parse_bcc("    a\n    9223372036854775807\n    b\n    1\n")).error.line == 4);
}

TEST_CASE("bcc: recognised by the first line of its tools") {
    CHECK(wick::detail::looks_like_bcc(good));
    CHECK_FALSE(wick::detail::looks_like_bcc("    a\n    1\n"));
}
