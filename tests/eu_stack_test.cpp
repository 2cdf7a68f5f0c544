// Tests of wick/format/eu_stack.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/eu_stack.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string captured(const char* name) {
    return support::read_file(support::data(std::string("stacks/") + name));
}
} // namespace

TEST_CASE("eu_stack: a capture of all threads") {
    const support::stacks read = seen(wick::parse_eu_stack(captured("eu_stack.txt")));
    CHECK(read.skipped.records == 0);
    const std::string text = read.folded();
    CHECK(
        text.find("_start;__libc_start_main;__libc_start_call_main;main;"
                  "(anonymous namespace)::raiser;raise;__pthread_kill_implementation;__restore_rt;"
                  "(anonymous namespace)::on_signal;pause 1\n") != std::string::npos);
    // Recursion stands at one address and is none of inlining.
    CHECK(text.find("(anonymous namespace)::recurse;(anonymous namespace)::recurse;"
                    "(anonymous namespace)::recurse;(anonymous namespace)::recurse;"
                    "(anonymous namespace)::worker;pthread_cond_wait;") != std::string::npos);
    CHECK(text.find("_[i]") == std::string::npos);
    CHECK(wick::totals(read.profiles[0])[0] == 4);
}

TEST_CASE("eu_stack: inlined frames, modules and lines") {
    wick::eu_stack_options options;
    options.lines = true;
    const auto read = wick::parse_eu_stack(captured("eu_stack_verbose.txt"), options);
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.samples.detail == wick::profile_detail::line);
    const std::string text = wick::to_folded(read.value.samples);
    CHECK(text.find("recurse;recurse;recurse;recurse;worker;wait_inlined_[i];___pthread_cond_wait;"
                    "__pthread_cond_wait_common_[i];__futex_abstimed_wait_common;"
                    "__futex_abstimed_wait_common64_[i] 1\n") != std::string::npos);
    CHECK(text.find(";start_thread;[libstdc++.so.6.0.30];_M_run;") != std::string::npos);
    bool found = false;
    for (const wick::frame& f : read.value.samples.frames) {
        found =
            found || (f.function == "worker" && f.file == "/src/threads.cpp" && f.at_line == 21);
    }
    CHECK(found);
}

TEST_CASE("eu_stack: stacks that it cut are truncated at the root") {
    const auto read = wick::parse_eu_stack(captured("eu_stack_short.txt"));
    CHECK(read.value.truncated == 4);
    CHECK(read.value.skipped.records == 0);
    const std::string text = wick::to_folded(read.value.samples);
    CHECK(text.substr(0, 12) == "[truncated];");
}

TEST_CASE("eu_stack: every reader's duties") {
    support::check_reader(captured("eu_stack.txt"), WICK_PARSE(eu_stack), WICK_READ(eu_stack));
    support::check_order({"TID 1:\n#0  0x1 f\n#1  0x2 g\n", "TID 2:\n#0  0x1 g\n", "TID 3:\n"},
                         WICK_PARSE(eu_stack));
}

TEST_CASE("eu_stack: one stack at a time") {
    struct row {
        std::string_view in;
        std::string_view out;
        std::uint64_t skipped;
    };
    const row rows[] = {
        {"PID 7 - process\nTID 7:\n#0  0x12 - 1 f(int) - /x/a.out\n", "PID 7;TID 7;f 1\n", 0},
        {"TID 7:\n#0  0x12 - 1 - /x/a.out\n", "TID 7;[a.out] 1\n", 0},
        {"TID 7:\n#0  0x12\n    [ab]@0x1+0x2\n", "TID 7;[unknown] 1\n", 0},
        {"TID 7:\n#0  0x12 f@plt\n", "TID 7;f@plt 1\n", 0},
        {"TID 7:\n#0  0x12 a;b\n#1  0x13\n#3  0x14 g\nnoise\n", "TID 7;g;[unknown];a:b 1\n", 2},
        {"TID 7:\n#0  12 f\n", "TID 7;[no stack] 1\n", 1},
    };
    wick::eu_stack_options options;
    options.pid = true;
    options.tid = true;
    for (const row& r : rows) {
        CAPTURE(r.in);
        const support::stacks read = seen(wick::parse_eu_stack(r.in, options));
        CHECK(read.folded() == r.out);
        CHECK(read.skipped.records == r.skipped);
    }
    CHECK(wick::detail::looks_like_eu_stack(captured("eu_stack.txt")));
    CHECK_FALSE(wick::detail::looks_like_eu_stack(captured("gdb.txt")));
}
