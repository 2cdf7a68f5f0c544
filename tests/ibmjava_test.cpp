// Tests of wick/format/ibmjava.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/ibmjava.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string javacore() {
    return support::read_file(support::data("stacks/javacore.txt"));
}

std::string thread(std::string_view state, std::string_view lines) {
    return "3XMTHREADINFO      \"a\" J9VMThread:0x1, state:" + std::string(state) + ", prio=5\n" +
           std::string(lines) + "NULL\n";
}
} // namespace

TEST_CASE("ibmjava: a javacore; only what runs is a sample, also when it was stopped for it") {
    const auto read = wick::parse_ibmjava(javacore());
    CHECK(read.value.skipped.records == 0);
    CHECK(read.value.waiting == 4);
    CHECK(wick::to_folded(read.value.samples) ==
          "worker;java/lang/Thread.run;com/shop/Worker.run;com/shop/Price.sum 2\n");
    wick::ibmjava_options options;
    options.all_states = true;
    options.tid = true;
    const std::string all = wick::to_folded(wick::parse_ibmjava(javacore(), options).value.samples);
    CHECK(all.find("worker-12-0x7660;java/lang/Thread.run;") != std::string::npos);
    CHECK(all.find("acceptor \"one\"-0x7662;com/shop/Main.main;"
                   "java/net/PlainSocketImpl.socketAccept 1\n") != std::string::npos);
    CHECK(all.find("sleeper;com/shop/Worker.idle;java/lang/Thread.sleep;"
                   "java/lang/Thread.sleepImpl 1\n") != std::string::npos);
    options.threads = false;
    const wick::profile bare = wick::parse_ibmjava(javacore(), options).value.samples;
    CHECK(wick::totals(bare)[0] == 6);
    CHECK(wick::to_folded(bare).find("worker") == std::string::npos);
}

TEST_CASE("ibmjava: every reader's duties") {
    support::check_reader(javacore(), WICK_PARSE(ibmjava), WICK_READ(ibmjava));
    support::check_order({thread("R", "4XESTACKTRACE                at a/B.f(B.java:1)\n"),
                          thread("R",
                                 "4XESTACKTRACE                at a/B.f(B.java:2)\n"
                                 "4XESTACKTRACE                at a/B.g(B.java:3)\n"),
                          thread("P", "4XESTACKTRACE                at a/B.f(B.java:1)\n")},
                         WICK_PARSE(ibmjava));
}

TEST_CASE("ibmjava: which threads wait") {
    const auto waits = [](const std::string& text) {
        const auto read = wick::parse_ibmjava(text);
        CHECK(read.value.skipped.records == 0);
        CHECK(wick::totals(read.value.samples)[0] ==
              1 - static_cast<std::int64_t>(read.value.waiting));
        return read.value.waiting == 1;
    };
    const std::string frame = "4XESTACKTRACE                at a/B.f(B.java:1(Compiled Code))\n";
    CHECK_FALSE(waits(thread("R", frame)));
    CHECK_FALSE(waits(thread("CW", frame)));
    CHECK_FALSE(waits("3XMTHREADINFO      \"a\" (TID:1006DCF8, sys_thread_t:8320600)\n" + frame));
    CHECK(waits(thread("CW", "3XMTHREADBLOCK     Waiting on: a/B@0x1\n" + frame)));
    for (const char* state : {"P", "B", "S", "Z"}) { CHECK(waits(thread(state, frame))); }
    CHECK(
        waits(thread("CW", "4XESTACKTRACE                at jdk/internal/misc/Unsafe.park(X)\n")));
    CHECK(waits(thread("R", "4XESTACKTRACE                at sun/nio/ch/EPoll.wait(Native)\n")));
    CHECK(waits(thread("R", "4XESTACKTRACE                at sun/nio/ch/Net.poll(Native)\n")));
    CHECK_FALSE(waits(thread("R", "4XESTACKTRACE                at a/MyNet.poll(Native)\n")));
}

TEST_CASE("ibmjava: malformed lines") {
    const support::stacks read = seen(wick::parse_ibmjava(
        "4XESTACKTRACE                at a/B.f(B.java:1)\n" +
        thread("R",
               "4XESTACKTRACE                in a/B.f(B.java:1)\nnoise\n\x02tag\n"
               "4XESTACKTRACE                at (B.java:1)\n"
               "4XESTACKTRACE                at a/B.g\0\xff(B.java:1)\n"sv) +
        "3XMTHREADINFO      no quotes, state:R, prio=5\n3XMTHREADINFO\n3XMTHREADINFO      \"\n"));
    CHECK(read.folded() == "a;a/B.g\0\xff 1\n"sv);
    CHECK(read.skipped.records == 8);
    CHECK(read.skipped.first.line == 1);
}

TEST_CASE("ibmjava: told by a section or a thread") {
    CHECK(wick::detail::looks_like_ibmjava(javacore()));
    CHECK(wick::detail::looks_like_ibmjava(thread("R", "")));
    CHECK_FALSE(wick::detail::looks_like_ibmjava("0SECTION of something\n\tat a.b(C.java:1)\n"));
}
