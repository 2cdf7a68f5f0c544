// Tests of wick/format/dtrace.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/dtrace.hpp>

#include "stack_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

constexpr std::string_view good =
    "dtrace: description 'profile-997' matched 2 probes\n"
    "CPU     ID                    FUNCTION:NAME\n"
    "  0  64091                        :tick-60s \n"
    "\n"
    "\n"
    "              genunix`kmem_cache_free+0xce\n"
    "              unix`0xfffffffffb800c86\n"
    "                1\n"
    "\n"
    "              unix`mutex_enter+0x10\n"
    "\n"
    "              libc.so.1`write+0x2\n"
    "              app`ns::f<int>(std::pair<int, (anonymous namespace)::x>)+0x9\n"
    "              app`main->inner+0x5\n"
    "              0x402211\n"
    "               23\n";
} // namespace

TEST_CASE("dtrace: stacks with their modules") {
    const support::stacks read = seen(wick::parse_dtrace(good));
    CHECK(read.folded() ==
          "[unix];genunix`kmem_cache_free 1\n"
          "[unknown];app`main;inner_[i];app`ns::f<int>;libc.so.1`write;unix`mutex_enter 23\n");
    CHECK(read.skipped.records == 0);
    wick::dtrace_options options;
    options.modules = false;
    options.kernel = true;
    CHECK(seen(wick::parse_dtrace(good, options)).folded() ==
          "[unix]_[k];kmem_cache_free_[k] "
          "1\n[unknown];main;inner_[i];ns::f<int>;write;mutex_enter_[k] 23\n");
    options = {};
    options.offsets = true;
    CHECK(seen(wick::parse_dtrace("\n a`f+0x1\n a`g+0x2\n 3\n", options)).folded() ==
          "a`g+0x2;a`f 3\n");
}

TEST_CASE("dtrace: every reader's duties") {
    support::check_reader(good, WICK_PARSE(dtrace), WICK_READ(dtrace));
    support::check_order(
        {"\n a`f+0x1\n 3\n", "\n a`f+0x1\n a`g+0x1\n 4\n", "\n a`h+0x1\n\n b`f+0x1\n 5\n"},
        WICK_PARSE(dtrace));
}

TEST_CASE("dtrace: other keys are labels, wherever they stand") {
    CHECK(
        seen(wick::parse_dtrace(
                 "\n  mysqld                                            \n"
                 "              a`f+0x1\n                7\n"
                 "              a`g+0x1\n  sshd                                              9\n"))
            .folded() == "mysqld;a`f 7\nsshd;a`g 9\n");
}

TEST_CASE("dtrace: what has no count, and no stack") {
    const support::stacks read = seen(wick::parse_dtrace("\n a`f+0x1\n 3\n\n a`g+0x1\n"));
    CHECK(read.folded() == "a`f 3\n");
    CHECK(read.skipped.first.line == 5);
    CHECK(seen(wick::parse_dtrace("\n\n 3\n")).folded() == "[no stack] 3\n");
    CHECK(seen(wick::parse_dtrace("\n a`f\n 9223372036854775808\n a`g\n 1\n")).folded() ==
          "a`g 1\n");
    CHECK(seen(wick::parse_dtrace("\n a`f\n 9223372036854775807\n a`g\n 1\n")).error.line == 5);
    CHECK(wick::detail::looks_like_dtrace(good));
    CHECK(wick::detail::looks_like_dtrace("   a`f+0x1\n   a`g+0x2\n"));
    CHECK_FALSE(wick::detail::looks_like_dtrace("it`s a+0x1\n"));
}
