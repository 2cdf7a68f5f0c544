// Tests of wick/format/gdb.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/gdb.hpp>

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

TEST_CASE("gdb: a capture of all threads, with inlined functions and a signal") {
    const support::stacks read = seen(wick::parse_gdb(captured("gdb.txt")));
    CHECK(read.skipped.records == 0);
    CHECK(read.profiles[0].unit == "samples");
    const std::string text = read.folded();
    CHECK(text.find("threads;main;(anonymous namespace)::raiser;__GI_raise;__pthread_kill_internal;"
                    "__pthread_kill_implementation;<signal handler called>;"
                    "(anonymous namespace)::on_signal;__libc_pause 1\n") != std::string::npos);
    CHECK(text.find("(anonymous namespace)::recurse;(anonymous namespace)::recurse;"
                    "(anonymous namespace)::recurse;(anonymous namespace)::recurse;"
                    "(anonymous namespace)::worker;(anonymous namespace)::wait_inlined_[i];"
                    "___pthread_cond_wait;__pthread_cond_wait_common_[i];") != std::string::npos);
    CHECK(text.find(
              "std::function<void (int)>::operator()_[i];"
              "std::_Function_handler<void(int), main()::<lambda()>::<lambda(int)> >::_M_invoke;"
              "std::__invoke_r<void, main()::<lambda()>::<lambda(int)>&, int>_[i];") !=
          std::string::npos);
    CHECK(text.find("pool 1;clone3;start_thread;[libstdc++.so.6];") != std::string::npos);
    CHECK(text.find("a\"b:c;clone3;") != std::string::npos); // the thread's name has both in it
    CHECK(wick::totals(read.profiles[0])[0] == 4);
}

TEST_CASE("gdb: `bt full` and a wrapped prompt have the same stacks") {
    const support::stacks full = seen(wick::parse_gdb(captured("gdb_full.txt")));
    CHECK(full.skipped.records == 0);
    CHECK(wick::totals(full.profiles[0])[0] == 2);
    CHECK(full.folded().find("threads;main;(anonymous namespace)::raiser;__GI_raise;") !=
          std::string::npos);
    const auto wrapped = wick::parse_gdb(captured("gdb_wrapped.txt"));
    CHECK(wrapped.value.skipped.records == 0);
    CHECK(wrapped.value.truncated == 1);
    CHECK(seen(wrapped).folded() ==
          "[truncated];(anonymous namespace)::on_signal;__libc_pause 1\n"
          "main;(anonymous namespace)::raiser;__GI_raise;__pthread_kill_internal;"
          "__pthread_kill_implementation;<signal handler called>;"
          "(anonymous namespace)::on_signal;__libc_pause 1\n");
}

TEST_CASE("gdb: every reader's duties") {
    support::check_reader(captured("gdb.txt"), WICK_PARSE(gdb), WICK_READ(gdb));
    support::check_order({"Thread 1 (LWP 1 \"a\"):\n#0  0x1 in f ()\n#1  0x2 in g ()\n\n",
                          "Thread 2 (LWP 1 \"a\"):\n#0  0x1 in g ()\n\n",
                          "#0  0x1 in h ()\n#1  i ()\n\n"},
                         WICK_PARSE(gdb));
}

TEST_CASE("gdb: one stack at a time") {
    struct row {
        std::string_view in;
        std::string_view out;
        std::uint64_t skipped;
    };
    const row rows[] = {
        {"#0  f (s=\"a (b\", x=1) at a b.c:1\n", "f 1\n", 0},
        {"#0  0x1 in operator() (x=1) at a.c:1\n", "operator() 1\n", 0},
        {"#0  0x1 in a::operator() (this=0x1)\n", "a::operator() 1\n", 0},
        {"#0  0x1 in main()::{lambda(int)#1}::operator()(int) const (x=1)\n",
         "main::{lambda(int)#1}::operator() 1\n",
         0},
        {"#0  0x1 in a::operator<< <char> (x=1)\n", "a::operator<< <char> 1\n", 0},
        {"#0  0x1 in (anonymous namespace)::f (x=1)\n", "(anonymous namespace)::f 1\n", 0},
        {"#0  0x1 in core::f::h0123456789abcdef ()\n", "core::f 1\n", 0},
        {"#0  0x1 in a;b ()\n", "a:b 1\n", 0},
        {"#0  0x1 in ?? ()\n#1  0x2 in ?? () from /usr/lib/libm.so.6\n",
         "[libm.so.6];[unknown] 1\n",
         0},
        {"#0  0x1 in f ()\n#0  0x1 in f ()\n", "f 2\n", 0},
        {"#0  0x1 in f ()\nBacktrace stopped: previous frame identical to this frame (corrupt "
         "stack?)\n",
         "[truncated];f 1\n",
         0},
        {"#0  0x1 in f ()\n#2  0x1 in g ()\n", "g;f 1\n", 1},
        {"#1  0x1 in g ()\n", "g 1\n", 1},
        {"#0  0x1 in f ()\n#1  what\n#99999999999999999999 0x1 in f ()\n", "f 1\n", 2},
        {"#0  0x1 in f ()\nnoise\n#1  0x1 in g ()\n", "g;f 1\n", 1},
        {"Thread 7 (Thread 0x1 (LWP 2) \"n\"):\n\n", "n;[no stack] 1\n", 0},
        {"Thread 7 (Thread 0x1 (LWP 2)):\n#0  0x1 in f ()\n", "f 1\n", 0},
        {"#0  0x1 in \xff ()\n", "\xff 1\n", 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.in);
        const support::stacks read = seen(wick::parse_gdb(r.in));
        CHECK(read.folded() == r.out);
        CHECK(read.skipped.records == r.skipped);
    }
}

TEST_CASE("gdb: threads with their numbers, frames with their lines") {
    wick::gdb_options options;
    options.tid = true;
    options.lines = true;
    const auto read =
        wick::parse_gdb("Thread 7 (Thread 0x1 (LWP 12) \"n\"):\n#0  0x1 in f (a=1) at x.c:34\n"
                        "Thread 8 (Thread 0x1 (LWP 13)):\n#0  0x1 in f (a=1) at x.c:35\n",
                        options);
    const wick::profile& p = read.value.samples;
    CHECK(wick::to_folded(p) == "n-12;f 1\nthread-13;f 1\n");
    CHECK(p.detail == wick::profile_detail::line);
    REQUIRE(p.frames.size() == 5);
    CHECK(p.frames[1].file == "x.c");
    CHECK(p.frames[1].at_line == 34);
    CHECK(p.frames[2].at_line == 35);
}

TEST_CASE("gdb: depth 100,000 costs no stack") {
    std::string text;
    for (int i = 0; i < 100000; ++i) { text += "#" + std::to_string(i) + "  0x1 in f ()\n"; }
    CHECK(seen(wick::parse_gdb(text)).profiles[0].nodes.size() == 100001);
}

TEST_CASE("gdb: recognised by threads and frames") {
    CHECK(wick::detail::looks_like_gdb(captured("gdb.txt")));
    CHECK(wick::detail::looks_like_gdb("#1  0x12 in f (a=1)\n"));
    CHECK_FALSE(wick::detail::looks_like_gdb("# 1 0x12 in f (a=1)\n#0  0x12 main\n"));
}
