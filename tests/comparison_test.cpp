// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/comparison.hpp>
#include <wick/folded.hpp>
#include <wick/profile.hpp>

#include "support.hpp"

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

wick::profile folded(const std::string& text) {
    wick::result<wick::folded_text> read = wick::parse_folded(text);
    REQUIRE(read);
    REQUIRE(read.value.columns.size() == 1);
    return read.value.columns[0];
}

wick::comparison compare(const wick::profile& before, const wick::profile& after) {
    wick::result<wick::comparison> made = wick::untested_comparison(before, after);
    REQUIRE(made);
    return made.value;
}

// Finds a node by the names on the way to it.
std::size_t find(const wick::comparison& c, const std::vector<std::string>& path) {
    std::uint32_t at = 0;
    for (const std::string& name : path) {
        bool found = false;
        for (std::uint32_t i = at + 1; i < c.nodes.size() && !found; ++i) {
            if (c.nodes[i].parent == at && c.frames[c.nodes[i].frame].function == name) {
                at = i;
                found = true;
            }
        }
        REQUIRE(found);
    }
    return at;
}

} // namespace

TEST_CASE("comparison: both sides stand in one tree") {
    const wick::comparison c =
        compare(folded("main;a 10\nmain;b;c 5\nmain 1\n"), folded("main;a 30\nmain;d 7.5\n"));
    CHECK_FALSE(wick::validate(c));
    CHECK(c.decimals == 1);
    CHECK(c.nodes.size() == 6);
    const auto& a = c.nodes[find(c, {"main", "a"})];
    CHECK(a.in == wick::presence::both);
    CHECK(c.weights[a.self] == wick::compared{{10, 100}, {30, 300}});
    CHECK(a.test == 0);
    CHECK(c.nodes[find(c, {"main", "b"})].self == 0);
    CHECK(c.nodes[find(c, {"main", "b"})].in == wick::presence::only_before);
    CHECK(c.weights[c.nodes[find(c, {"main", "b", "c"})].self] == wick::compared{{5, 50}, {}});
    CHECK(c.nodes[find(c, {"main", "d"})].in == wick::presence::only_after);
    const std::vector<wick::compared> total = wick::totals(c);
    CHECK(total[0] == wick::compared{{16, 160}, {38, 375}});
    CHECK(total[find(c, {"main", "b"})] == wick::compared{{5, 50}, {}});
}

TEST_CASE("comparison: the table by function counts recursion once") {
    const wick::comparison c = compare(folded("a;b;a 4\na;b 1\n"), folded("a;a;a 3\n"));
    REQUIRE(c.functions.size() == c.frames.size());
    for (std::size_t f = 0; f < c.frames.size(); ++f) {
        if (c.frames[f].function == "a") {
            CHECK(c.functions[f].self == wick::compared{{4, 4}, {3, 3}});
            CHECK(c.functions[f].total == wick::compared{{5, 5}, {3, 3}});
            CHECK(c.functions[f].in == wick::presence::both);
        }
        if (c.frames[f].function == "b") {
            CHECK(c.functions[f].total == wick::compared{{5, 5}, {}});
            CHECK(c.functions[f].in == wick::presence::only_before);
        }
    }
}

TEST_CASE("comparison: each side comes back as the profile that it was") {
    std::mt19937 random(31);
    for (int round = 0; round < 40; ++round) {
        std::string texts[2];
        for (std::string& text : texts) {
            for (auto lines = random() % 30; lines-- > 0;) {
                for (auto depth = random() % 6; depth-- > 0;) {
                    text += "f" + std::to_string(random() % 5) + ";";
                }
                text += "leaf " + std::to_string(random() % 100) + "\n";
            }
        }
        const wick::profile before = folded(texts[0] + "x 0.5\n");
        const wick::profile after = folded(texts[1] + "x 0.25\n");
        const wick::comparison c = compare(before, after);
        CAPTURE(round);
        REQUIRE_FALSE(wick::validate(c));
        CHECK(wick::to_folded(wick::side_of(c, false)) == wick::to_folded(before));
        CHECK(wick::side_of(c, true) == after);
        CHECK(wick::side_of(c, false).nodes.size() == before.nodes.size());
        const wick::comparison turned = compare(after, before);
        CHECK(turned.frames == c.frames);
        for (std::size_t i = 0; i < c.nodes.size(); ++i) {
            CHECK(turned.weights[turned.nodes[i].self].before == c.weights[c.nodes[i].self].after);
        }
        CHECK((c == turned) == (before == after));
    }
}

TEST_CASE("comparison: the two columns of folded text") {
    const wick::result<wick::folded_text> read =
        wick::parse_folded("main;a 10 20\nmain;gone 5 0\nmain;new 0 7\n");
    REQUIRE(read.value.columns.size() == 2);
    const wick::comparison c = compare(read.value.columns[0], read.value.columns[1]);
    CHECK(c.nodes[find(c, {"main", "gone"})].in == wick::presence::only_before);
    CHECK(c.nodes[find(c, {"main", "new"})].in == wick::presence::only_after);
}

TEST_CASE("comparison: refuses what cannot be compared") {
    wick::profile_builder bytes;
    bytes.describe("bytes", wick::counted_as::unknown, wick::profile_detail::function);
    wick::profile_builder samples;
    samples.describe("samples", wick::counted_as::samples, wick::profile_detail::function);
    const auto mixed = wick::untested_comparison(bytes.finish(), samples.finish());
    CHECK_FALSE(mixed);
    CHECK(mixed.error.what.find("bytes") != std::string::npos);
    CHECK_FALSE(wick::untested_comparison(folded("a 9223372036854775807\n"), folded("a 1\n")));
    CHECK(wick::untested_comparison({}, {}));
}

TEST_CASE("comparison: a profile that was moved from is an empty one") {
    const wick::profile p = folded("main;a 10\n");
    wick::profile from = p;
    const wick::profile to = std::move(from);
    CHECK(compare(from, p) == compare({}, to));
    CHECK(compare(p, from) == compare(to, {}));
    CHECK_FALSE(wick::validate(compare(from, from)));
}

TEST_CASE("comparison: modules and negative weights are kept") {
    const auto make = [](const char* path, std::int64_t weight) {
        wick::profile_builder made;
        wick::loaded_module m;
        m.path = path;
        wick::frame f;
        f.function = "f";
        f.module = made.intern(m);
        REQUIRE(made.add(made.child(0, made.intern(f)), 1, weight));
        return made.finish();
    };
    const wick::comparison c = compare(make("b.so", -5), make("a.so", 7));
    CHECK_FALSE(wick::validate(c));
    CHECK(c.nodes.size() == 3);
    CHECK(wick::side_of(c, false) == make("b.so", -5));
    CHECK(wick::side_of(c, true) == make("a.so", 7));
}

TEST_CASE("comparison: validate finds what is wrong") {
    const wick::comparison good = compare(folded("a;b 1\na;c 2\n"), folded("a;b 3\nd 1\n"));
    REQUIRE_FALSE(wick::validate(good));
    CHECK_FALSE(wick::validate(wick::comparison{}));
    const auto broken = [&](auto breaks) {
        wick::comparison c = good;
        breaks(c);
        CHECK(wick::validate(c));
        CHECK(c != good);
    };
    broken([](auto& c) { c.nodes[1].parent = 9; });
    REQUIRE(good.weights.size() == 4);
    REQUIRE(good.nodes[3].self == 2); // a;c, which is only before
    broken([](auto& c) { c.weights[2].after.weight = 1; });
    broken([](auto& c) { c.weights[0].after.weight = 1; });
    broken([](auto& c) { c.weights[2] = {}; });
    broken([](auto& c) { c.weights.clear(); });
    broken([](auto& c) { c.weights.push_back(c.weights[1]); });
    broken([](auto& c) { c.nodes[3].self = 1; });
    broken([](auto& c) { c.nodes[3].self = 9; });
    broken([](auto& c) { std::swap(c.nodes[2].self, c.nodes[3].self); });
    broken([](auto& c) { c.nodes[2].in = static_cast<wick::presence>(7); });
    broken([](auto& c) {
        c.tests.resize(2);
        c.tests[1].total.concluded = static_cast<wick::verdict>(9);
    });
    broken([](auto& c) { c.weights[1].after.weight = std::numeric_limits<std::int64_t>::max(); });
    broken([](auto& c) { c.functions.pop_back(); });
    broken([](auto& c) { c.functions[1].total.after.weight += 1; });
    broken([](auto& c) { c.nodes[1].test = 1; });
    broken([](auto& c) { c.functions[1].test = 1; });
    broken([](auto& c) { c.tests.clear(); });
    broken([](auto& c) { c.tests[0].self.p_value = 0; });
    broken([](auto& c) { c.before_scale = 0; });
    broken([](auto& c) { c.before_scale = std::numeric_limits<double>::infinity(); });
    broken([](auto& c) { c.decimals = 7; });
    wick::comparison tested = good;
    tested.tests.resize(2);
    tested.nodes[1].test = 1;
    tested.tests[1].total.concluded = wick::verdict::regressed;
    CHECK_FALSE(wick::validate(tested));
    CHECK(tested != good);
}
