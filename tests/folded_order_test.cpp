// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/folded.hpp>
#include <wick/format/folded_order.hpp>
#include <wick/timeline.hpp>

#include "support.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace {

wick::result<wick::folded_order> read(const std::string& text) {
    return wick::read_folded_order(wick::detail::text_source(text));
}

// "a 0-5" for each span, deeper ones indented.
std::string spans(const wick::timeline& t) {
    std::string text;
    for (const wick::timeline::span& s : t.spans) {
        text += std::string(s.depth, ' ') + t.frames[s.frame].function + " " +
                std::to_string(s.begin) + "-" + std::to_string(s.end) + "\n";
    }
    return text;
}

} // namespace

TEST_CASE("folded order: lines become spans one after the other") {
    const wick::result<wick::folded_order> r =
        read("main;a 3\nmain;a;b 2\n# a comment\nmain;c 1\nother 4\nmain 1\n");
    REQUIRE(r);
    CHECK_FALSE(wick::validate(r.value.timeline));
    CHECK(spans(r.value.timeline) == "main 0-6\n a 0-5\n  b 3-5\n c 5-6\nother 6-10\nmain 10-11\n");
}

TEST_CASE("folded order: a frame below another one is another span") {
    CHECK(spans(read("a;x 1\nb;x 1\n").value.timeline) == "a 0-1\n x 0-1\nb 1-2\n x 1-2\n");
}

TEST_CASE("folded order: fractions make the unit finer") {
    const wick::result<wick::folded_order> r = read("a 1\nb 0.25\n");
    CHECK(r.value.decimals == 2);
    CHECK(spans(r.value.timeline) == "a 0-100\nb 100-125\n");
}

TEST_CASE("folded order: bad lines are counted, too much weight is an error") {
    const wick::result<wick::folded_order> r = read("a 1\nno weight\nb 99999999999999999999\n");
    REQUIRE(r);
    CHECK(r.value.skipped.records == 2);
    CHECK(r.value.skipped.first.line == 2);
    CHECK_FALSE(read("a 4611686018427387904\nb 1\n"));
    CHECK(read("").value.timeline.empty());
}

TEST_CASE("folded order: the time of each stack is the weight of its lines") {
    std::mt19937 random(12);
    for (int round = 0; round < 100; ++round) {
        std::string text;
        for (auto lines = 1 + random() % 30; lines-- > 0;) {
            std::string stack;
            for (auto depth = 1 + random() % 5; depth-- > 0;) {
                stack +=
                    (stack.empty() ? "" : ";") + std::string("f") + std::to_string(random() % 3);
            }
            text += stack + " " + std::to_string(1 + random() % 50) + "\n";
        }
        const wick::result<wick::folded_order> r = read(text);
        REQUIRE(r);
        REQUIRE_FALSE(wick::validate(r.value.timeline));
        wick::timeline_roots roots;
        roots.threads = false;
        const wick::profile p = wick::to_profile(r.value.timeline, roots).value;
        std::string own = wick::to_folded(p);
        // Frames without time of their own are spans, and no lines.
        const std::string expected = wick::to_folded(wick::parse_folded(text).value.columns[0]);
        std::string lines;
        for (std::size_t at = 0; at < own.size();) {
            const std::size_t end = own.find('\n', at) + 1;
            const std::string line = own.substr(at, end - at);
            if (line.substr(line.size() - 3) != " 0\n") { lines += line; }
            at = end;
        }
        CAPTURE(text);
        CHECK(lines == expected);
    }
}
