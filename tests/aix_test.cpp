// Tests of wick/format/aix.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/aix.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string dumps() {
    return support::read_file(support::data("stacks/aix.txt"));
}
std::string dbx() {
    return support::read_file(support::data("stacks/dbx.txt"));
}
} // namespace

TEST_CASE("aix: procstack of a process with threads, and as AIX 5 prints it") {
    const auto read = wick::parse_aix(dumps());
    CHECK(read.value.skipped.records == 0);
    CHECK(wick::to_folded(read.value.samples) ==
          "-sh;__start;main;job_wait;waitpid 1\n"
          "/opt/shop/bin/shopd;__start;main;event_loop;__fd_select 1\n"
          "/opt/shop/bin/shopd;_pthread_body;shop::worker::start;shop::worker::run;_p_nsleep 2\n"
          "/opt/shop/bin/shopd;shop::cache::find;[unknown] 1\n");
    wick::aix_options options;
    options.pid = options.tid = options.addresses = options.keep_arguments = true;
    const std::string all = wick::to_folded(wick::parse_aix(dumps(), options).value.samples);
    CHECK(all.find("-sh-11928;__start;main;job_wait;waitpid 1\n") != std::string::npos);
    CHECK(all.find("/opt/shop/bin/shopd-7340218;tid# 31195365;"
                   "shop::cache::find(const std::string&) const;"
                   "[unknown <0x0000000110001238>] 1\n") != std::string::npos);
    CHECK(all.find(";event_loop(shop::server*,unsigned long);__fd_select 1\n") !=
          std::string::npos);
    CHECK(all.find(";shop::worker::start(void*);shop::worker::run();_p_nsleep 1\n") !=
          std::string::npos);
}

TEST_CASE("aix: backtraces of dbx") {
    const auto read = wick::parse_aix(dbx());
    CHECK(read.value.skipped.records == 0);
    CHECK(wick::to_folded(read.value.samples) ==
          "fill;read 1\nmain;report;raise.raise;_p_raise;pthread_kill 1\n");
    wick::aix_options options;
    options.lines = true;
    const wick::profile lines = wick::parse_aix(dbx(), options).value.samples;
    CHECK(lines.detail == wick::profile_detail::line);
    int known = 0;
    for (const wick::frame& f : lines.frames) {
        if (f.function == "report") { CHECK((f.file == "report.c" && f.at_line == 62)); }
        known += f.at_line != 0 ? 1 : 0;
    }
    CHECK(known == 3);
}

TEST_CASE("aix: every reader's duties") {
    support::check_reader(dumps(), WICK_PARSE(aix), WICK_READ(aix));
    support::check_reader(dbx(), WICK_PARSE(aix), WICK_READ(aix));
    support::check_order({"1: a\n0x10007a1c  f() + 0x1\n\n",
                          "2: b\n---------- tid# 5 (pthread ID: 1) ----------\n"
                          "0x10007a1c  f() + 0x1\n0x10007a1d  g() + 0x1\n",
                          "1: a\n0x10007a1c  f() + 0x1\n0x10007a1d  g() + 0x1\n"},
                         WICK_PARSE(aix));
}

TEST_CASE("aix: names with blanks, threads without frames, malformed lines") {
    const support::stacks read =
        seen(wick::parse_aix("1: a\n0x10007a1c  operator new(unsigned long)(?) + 0x1\n"
                             "0x10007a1d  std::map<int, char>::at(const int&)(?) + 0x1\n"
                             "0x10007a1e  f( + zz\nnoise\n"
                             "---------- tid# 5 (pthread ID: 1) ----------\n\n"
                             "99999999999999999999999 : b\n0x10007a1f  g"sv
                             "\0\xff(?) + 0x1\n"sv));
    CHECK(read.folded() == "a;[no stack] 1\n"
                           "a;std::map<int, char>::at;operator new 1\n"
                           "b;g\0\xff 1\n"sv);
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.line == 4);
}

TEST_CASE("aix: told by a thread, a process with a frame, or a backtrace at the prompt") {
    CHECK(wick::detail::looks_like_aix(dumps()));
    CHECK(wick::detail::looks_like_aix(dbx()));
    CHECK(wick::detail::looks_like_aix("11928 : -sh\nd01d15c4  waitpid   (?, ?, ?) + e0\n"));
    CHECK_FALSE(wick::detail::looks_like_aix("11928 : -sh\nmain;f 3\n"));
    CHECK_FALSE(wick::detail::looks_like_aix("0x0000562e main + 0x12 (a)\n"));
}
