// Tests of wick/format/wcp.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/wcp.hpp>

#include "stack_text.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using support::seen;

std::string report() {
    return support::read_file(support::data("stacks/wcp.txt"));
}

constexpr std::string_view bar = "% ===================================== ";
} // namespace

TEST_CASE("wcp: a report; only the full stacks count") {
    const auto read = wick::parse_wcp(report());
    CHECK(read.value.skipped.records == 0);
    CHECK(wick::to_folded(read.value.samples) == "_start;[unknown] 1\n"
                                                 "main;read_at;lseek64 56\n"
                                                 "main;read_at;reader<int, char>::fill;read 256\n");
    wick::wcp_options options;
    options.lines = true;
    options.keep_arguments = true;
    const wick::profile lines = wick::parse_wcp(report(), options).value.samples;
    CHECK(wick::to_folded(lines).find("read_at(std::FILE*, int)") != std::string::npos);
    int at_13 = 0;
    for (const wick::frame& f : lines.frames) {
        at_13 += f.file == "seek.cpp" && f.at_line == 13 ? 1 : 0;
    }
    CHECK(at_13 == 1);
}

TEST_CASE("wcp: early reports have shares alone") {
    const std::string text = "313 stack samples taken\n2 unique stacks sampled\n\nReport:\n\n"
                             "81.789% =====================================\n"
                             "        1: read   (at :-1)\n        2: main   (at a.c:3)\n\n\n"
                             "18.211% =====================================\n"
                             "        1: main   (at a.c:4)\n";
    const support::stacks read = seen(wick::parse_wcp(text));
    CHECK(read.folded() == "main 57\nmain;read 256\n");
    CHECK(read.skipped.records == 0);
    const support::stacks none = seen(wick::parse_wcp(text.substr(text.find("Report"))));
    CHECK(none.skipped.records == 2);
    CHECK(none.profiles[0].empty());
}

TEST_CASE("wcp: every reader's duties") {
    support::check_reader(report(), WICK_PARSE(wcp), WICK_READ(wcp));
    const std::string head = "Full stacks with at least one sample:\n\n";
    const auto stack = [](const char* share, int count, const char* frames) {
        return share + std::string(bar) + "(" + std::to_string(count) + " samples)\n" + frames;
    };
    const auto parse = [&](std::string_view text) {
        return wick::parse_wcp(head + std::string(text));
    };
    support::check_order({stack(" 50.000", 4, "  1: f   (at a.c:1)\n\n\n"),
                          stack(" 25.000", 2, "  1: f   (at a.c:1)\n  2: g   (at a.c:2)\n\n\n"),
                          stack(" 25.000", 2, "  1: f   (at a.c:3)\n")},
                         parse);
}

TEST_CASE("wcp: malformed lines, missing frames, huge numbers") {
    const std::string text = "Full stacks with at least one sample:\n\n 50.000" + std::string(bar) +
                             "(3 samples)\n  1: f   (at a.c:99999999999999999999)\n"
                             "  3: main   (at a.c:2)\n  noise\nnoise\n\n 50.000" +
                             std::string(bar) +
                             "(99999999999999999999 samples)\n"
                             "  1: f   (at a.c:1)\n";
    wick::wcp_options options;
    options.lines = true;
    const support::stacks read = seen(wick::parse_wcp(text, options));
    CHECK(read.folded() == "main;f 3\n");
    CHECK(read.skipped.records == 4);
    CHECK(read.skipped.first.message() == "line 5: frames are missing before this one");
    const support::stacks bytes =
        seen(wick::parse_wcp("Report:\n 1.000% ===== (3 samples)\n  1: a\0\xff   (at :-1)\n"sv));
    CHECK(bytes.folded() == "a\0\xff 3\n"sv);
}

TEST_CASE("wcp: told by the bar of a stack") {
    CHECK(wick::detail::looks_like_wcp(report()));
    CHECK_FALSE(wick::detail::looks_like_wcp("99.000% = (3 samples)\n==========\n"));
}
