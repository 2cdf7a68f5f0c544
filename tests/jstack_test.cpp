// Tests of wick/format/jstack.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/jstack.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string captured() {
    return support::read_file(support::data("stacks/jstack.txt"));
}
} // namespace

TEST_CASE("jstack: a capture; only what runs is a sample") {
    const auto read = wick::parse_jstack(captured());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.waiting == 5);
    CHECK(wick::to_folded(read.value.samples) ==
          "pool-1-thread;java.lang.Thread.run;Threads$$Lambda$1/0x00007fe5b4000a08.run;"
          "Threads.lambda$main$1;Threads.outer;Threads$$Lambda$3/0x00007fe5b4001200.run;"
          "Threads.lambda$main$0;Threads.spin 1\n");
    wick::jstack_options options;
    options.all_states = true;
    options.tid = true;
    const auto all = wick::parse_jstack(captured(), options);
    CHECK(wick::totals(all.value.samples)[0] == 6);
    const std::string text = wick::to_folded(all.value.samples);
    CHECK(text.find("waiter \"one\";java.lang.Thread.run;") != std::string::npos);
    CHECK(text.find("pool-1-thread-7;") != std::string::npos);
}

TEST_CASE("jstack: every reader's duties") {
    support::check_reader(captured(), WICK_PARSE(jstack), WICK_READ(jstack));
    support::check_order({"\"a-1\" #1\n   java.lang.Thread.State: RUNNABLE\n\tat x.y(Z.java:1)\n\n",
                          "\"a-2\" #1\n   java.lang.Thread.State: RUNNABLE\n\tat "
                          "x.y(Z.java:1)\n\tat x.z(Z.java)\n\n",
                          "\"b\" #1\n   java.lang.Thread.State: BLOCKED\n\tat x.y(Z.java:1)\n\n"},
                         WICK_PARSE(jstack));
}

TEST_CASE("jstack: native waits, deadlock reports, malformed lines") {
    constexpr std::string_view running = "\"a\" #1\n   java.lang.Thread.State: RUNNABLE\n";
    const auto wait =
        wick::parse_jstack(std::string(running) + "\tat sun.nio.ch.EPoll.wait(Native Method)\n");
    CHECK(wait.value.waiting == 1);
    CHECK(wait.value.samples.empty());
    const support::stacks read =
        seen(wick::parse_jstack(std::string(running) +
                                "\tat a.f(A.java:1)\n\tnoise\n\nnoise\n\n"
                                "Found one Java-level deadlock:\n\"a\":\n\tat a.f(A.java:1)\n\n"
                                "Full thread dump\n" +
                                std::string(running) + "\tat a.f(A.java:1)\n"));
    CHECK(read.folded() == "a;a.f 2\n");
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.line == 4);
    CHECK(wick::detail::looks_like_jstack(captured()));
    CHECK_FALSE(wick::detail::looks_like_jstack("\"a\",1\n"));
}
