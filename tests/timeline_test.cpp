// Tests of wick/timeline.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/folded.hpp>
#include <wick/timeline.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

// "main 0-10 d0, read 2-5 d1": the spans of a timeline, with their threads where there are several.
std::string spans(const wick::timeline& t) {
    std::string text;
    for (const wick::timeline::span& s : t.spans) {
        if (!text.empty()) { text += ", "; }
        if (t.threads.size() > 1) { text += t.threads[s.thread].name + ":"; }
        text += t.frames[s.frame].function + " " + std::to_string(s.begin) + "-" +
                std::to_string(s.end) + " d" + std::to_string(s.depth);
    }
    return text;
}

std::string repaired(const wick::timeline_repairs& r) {
    return std::to_string(r.unmatched_ends) + " " + std::to_string(r.unended) + " " +
           std::to_string(r.cut) + " " + std::to_string(r.refused);
}

struct built {
    wick::timeline timeline;
    wick::timeline_repairs repairs;
};

built finish(wick::timeline_builder& builder) {
    built made;
    made.timeline = builder.finish(made.repairs);
    CHECK(wick::validate(made.timeline).what == "");
    return made;
}

// One thread of whole spans, each a letter with its begin and end.
struct whole {
    const char* name;
    std::int64_t begin, end;
};
built nest(const std::vector<whole>& given) {
    wick::timeline_builder builder;
    const std::uint32_t thread = builder.add_thread({});
    for (const whole& w : given) { builder.add(thread, builder.intern(w.name), w.begin, w.end); }
    return finish(builder);
}

} // namespace

TEST_CASE("timeline: an empty one is valid and makes an empty profile") {
    const wick::timeline none;
    CHECK(none.empty());
    CHECK(!wick::validate(none));
    CHECK(wick::to_profile(none).value.empty());
    wick::timeline_builder builder;
    CHECK(finish(builder).timeline == none);
}

TEST_CASE("timeline: whole spans in any order nest by their times, what crosses is cut") {
    struct row {
        std::vector<whole> given;
        std::string made;
        std::string repairs;
    };
    const row rows[] = {
        {{{"b", 2, 5}, {"a", 0, 10}}, "a 0-10 d0, b 2-5 d1", "0 0 0 0"},
        {{{"a", 0, 10}, {"b", 10, 20}}, "a 0-10 d0, b 10-20 d0", "0 0 0 0"},
        {{{"a", 0, 10}, {"b", 5, 15}}, "a 0-10 d0, b 5-10 d1", "0 0 1 0"},
        {{{"a", 0, 10}, {"b", 5, 15}, {"c", 6, 12}}, "a 0-10 d0, b 5-10 d1, c 6-10 d2", "0 0 2 0"},
        {{{"a", 0, 10}, {"b", 0, 10}}, "a 0-10 d0, b 0-10 d1", "0 0 0 0"}, // as they came
        {{{"b", 0, 10}, {"a", 0, 10}}, "b 0-10 d0, a 0-10 d1", "0 0 0 0"},
        {{{"a", 0, 5}, {"b", 0, 10}}, "b 0-10 d0, a 0-5 d1", "0 0 0 0"},
        {{{"a", 5, 5}, {"b", 5, 9}, {"c", 9, 9}}, "b 5-9 d0, a 5-5 d1, c 9-9 d0", "0 0 0 0"},
        {{{"a", 5, 4}}, "", "0 0 0 1"},
        {{{"a", -5, 4}}, "a -5-4 d0", "0 0 0 0"},
        {{{"a", 0, wick::max_time_ns + 1}, {"b", -wick::max_time_ns - 1, 0}}, "", "0 0 0 2"},
    };
    for (const row& r : rows) {
        const built made = nest(r.given);
        CHECK(spans(made.timeline) == r.made);
        CHECK(repaired(made.repairs) == r.repairs);
    }
}

TEST_CASE("timeline: begins and ends are brackets, missing ones are counted") {
    wick::timeline_builder builder;
    const std::uint32_t thread = builder.add_thread({});
    const std::uint32_t a = builder.intern("a");
    const std::uint32_t b = builder.intern("b");
    builder.end(thread, 0);
    builder.begin(thread, a, 1);
    builder.begin(thread, b, 2);
    builder.end(thread, 3);
    builder.begin(thread, b, 4);
    builder.begin(thread, a, 9);
    const built made = finish(builder);
    CHECK(spans(made.timeline) == "a 1-9 d0, b 2-3 d1, b 4-9 d1, a 9-9 d2");
    CHECK(repaired(made.repairs) == "1 3 0 0");
    CHECK(made.repairs.total() == 4);
}

TEST_CASE("timeline: a clock too coarse to tell times apart does not change how brackets nest") {
    wick::timeline_builder builder;
    const std::uint32_t thread = builder.add_thread({});
    const std::uint32_t a = builder.intern("a");
    const std::uint32_t b = builder.intern("b");
    for (int i = 0; i < 2; ++i) { // (a (b) ) (a (b) ), all at 7
        builder.begin(thread, a, 7);
        builder.begin(thread, b, 7);
        builder.end(thread, 7);
        builder.end(thread, 7);
    }
    CHECK(spans(finish(builder).timeline) == "a 7-7 d0, b 7-7 d1, a 7-7 d0, b 7-7 d1");
}

TEST_CASE("timeline: whole spans and brackets meet in one thread") {
    wick::timeline_builder builder;
    const std::uint32_t thread = builder.add_thread({});
    builder.begin(thread, builder.intern("a"), 0);
    builder.add(thread, builder.intern("x"), 1, 4);
    builder.begin(thread, builder.intern("b"), 2);
    builder.end(thread, 3);
    builder.end(thread, 9);
    CHECK(spans(finish(builder).timeline) == "a 0-9 d0, x 1-4 d1, b 2-3 d2");
}

TEST_CASE("timeline: threads are in order and keep their spans") {
    wick::timeline_builder builder;
    const std::uint32_t late = builder.add_thread({"app", "late", 1, 3});
    const std::uint32_t early = builder.add_thread({"app", "", 1, 2});
    builder.thread_at(early).name = "early";
    builder.add(late, builder.intern("f"), 1, 2);
    builder.add(early, builder.intern("z"), 5, 6);
    builder.intern("never used");
    const built made = finish(builder);
    CHECK(spans(made.timeline) == "early:z 5-6 d0, late:f 1-2 d0");
    CHECK(made.timeline.frames.size() == 3);
    CHECK(wick::to_folded(wick::to_profile(made.timeline).value) ==
          "app;early;z 1\napp;late;f 1\n");
}

TEST_CASE("timeline: the profile has the exact time of each stack and the number of its calls") {
    const built made = nest({{"a", 0, 10}, {"b", 1, 3}, {"b", 4, 6}, {"c", 5, 6}, {"a", 20, 25}});
    const wick::profile p = wick::to_profile(made.timeline).value;
    CHECK(wick::to_folded(p) == "thread;a 11\nthread;a;b 3\nthread;a;b;c 1\n");
    CHECK(!wick::validate(p));
    CHECK(p.unit == "nanoseconds");
    CHECK(p.counted == wick::counted_as::calls);
    std::uint64_t calls = 0;
    for (const wick::profile::node& n : p.nodes) { calls += n.count; }
    CHECK(calls == 5);
}

TEST_CASE("timeline: roots of its profile") {
    wick::timeline_builder builder;
    const std::uint32_t f = builder.intern("f");
    builder.add(builder.add_thread({"app", "worker", 10, 11}), f, 0, 1);
    builder.add(builder.add_thread({"app", "worker", 10, 12}), f, 0, 2);
    builder.add(builder.add_thread({"", "", 7, 8}), f, 0, 4);
    const wick::timeline t = finish(builder).timeline;
    const auto folded = [&](wick::timeline_roots roots) {
        return wick::to_folded(wick::to_profile(t, roots).value);
    };
    CHECK(folded({}) == "app;worker;f 3\nthread;f 4\n");
    CHECK(folded({true, true, true, true}) ==
          "app-10;worker-11;f 1\napp-10;worker-12;f 2\nprocess-7;thread-8;f 4\n");
    CHECK(folded({false, true, false, false}) == "thread;f 4\nworker;f 3\n");
    CHECK(folded({false, false, false, false}) == "f 7\n");
}

TEST_CASE("timeline: times that add up to more than a profile holds are an error") {
    wick::timeline_builder builder;
    for (int i = 0; i < 3; ++i) {
        builder.add(builder.add_thread({}), builder.intern("f"), 0, wick::max_time_ns);
    }
    const wick::timeline t = finish(builder).timeline;
    CHECK(wick::to_profile(t).error.what == "the times add up to 2^63 nanoseconds or more");
}

TEST_CASE("timeline: what a builder does not make is found") {
    const wick::timeline good = nest({{"a", 0, 10}, {"b", 2, 5}, {"b", 6, 7}}).timeline;
    struct row {
        const char* problem;
        void (*spoil)(wick::timeline&);
    };
    const row rows[] = {
        {"span 1: there is no such thread", [](wick::timeline& t) { t.spans[1].thread = 1; }},
        {"span 1: there is no such frame", [](wick::timeline& t) { t.spans[1].frame = 9; }},
        {"span 1 ends before it begins", [](wick::timeline& t) { t.spans[1].end = 1; }},
        {"span 0 is deeper than what is around it",
         [](wick::timeline& t) { t.spans[0].depth = 1; }},
        {"span 1 does not lie within its parent", [](wick::timeline& t) { t.spans[1].begin = -1; }},
        {"span 2 does not lie within its parent", [](wick::timeline& t) { t.spans[2].end = 11; }},
        {"span 2 begins before its sibling ends", [](wick::timeline& t) { t.spans[2].begin = 4; }},
        {"span 0: a time is out of range",
         [](wick::timeline& t) { t.spans[0].end = wick::max_time_ns + 1; }},
        {"frame 2 is out of order or there twice",
         [](wick::timeline& t) { t.frames[2].function = "a"; }},
        {"the threads are out of order",
         [](wick::timeline& t) {
             t.threads = {{"b", "", 0, 0}, {"a", "", 0, 0}};
         }},
        {"the origins are out of order",
         [](wick::timeline& t) {
             t.origins.resize(2);
             t.origins[0].command = "x";
         }},
    };
    for (const row& r : rows) {
        wick::timeline bad = good;
        r.spoil(bad);
        CHECK(wick::validate(bad).what == r.problem);
    }
}

TEST_CASE("timeline: brackets of random calls give the times of a simulated stack") {
    std::mt19937 random(42);
    for (int round = 0; round < 200; ++round) {
        wick::timeline_builder builder;
        const std::uint32_t thread = builder.add_thread({});
        std::map<std::string, std::pair<std::int64_t, std::uint64_t>>
            expected; // stack → self, calls
        std::vector<std::string> stack{"thread"};
        std::int64_t now = 0;
        for (int step = 0; step < 60; ++step) {
            const std::int64_t passed = static_cast<std::int64_t>(random() % 3);
            if (stack.size() > 1) { expected[stack.back()].first += passed; }
            now += passed;
            if (stack.size() > 1 && random() % 2 == 0) {
                builder.end(thread, now);
                stack.pop_back();
            } else {
                const std::string name(1, static_cast<char>('a' + random() % 3));
                builder.begin(thread, builder.intern(name), now);
                stack.push_back(stack.back() + ";" + name);
                ++expected[stack.back()].second;
            }
        }
        std::uint64_t open = stack.size() - 1;
        const built made = finish(builder);
        CHECK(made.repairs.unended == open);
        const wick::profile p = wick::to_profile(made.timeline).value;
        CHECK(!wick::validate(p));
        std::vector<std::string> names(p.nodes.size());
        std::map<std::string, std::pair<std::int64_t, std::uint64_t>> found;
        for (std::size_t i = 1; i < p.nodes.size(); ++i) {
            const wick::profile::node& n = p.nodes[i];
            names[i] = (n.parent == 0 ? "" : names[n.parent] + ";") + p.frames[n.frame].function;
            if (n.count != 0) { found[names[i]] = {n.self, n.count}; }
        }
        INFO("seed 42, round ", round);
        CHECK(found == expected);
    }
}

TEST_CASE("timeline: random whole spans become a valid timeline whatever their order") {
    std::mt19937 random(43);
    for (int round = 0; round < 300; ++round) {
        std::vector<whole> given;
        for (int i = 0; i < 12; ++i) { // times that differ, so that the order is told by them alone
            const std::int64_t begin = static_cast<std::int64_t>(random() % 1000) * 100 + i;
            given.push_back({i % 2 == 0 ? "a" : "b",
                             begin,
                             begin + static_cast<std::int64_t>(random() % 40000)});
        }
        const built made = nest(given);
        std::shuffle(given.begin(), given.end(), random);
        const built again = nest(given);
        INFO("seed 43, round ", round);
        CHECK(made.timeline == again.timeline);
        CHECK(made.repairs == again.repairs);
        CHECK(made.timeline.spans.size() == 12);
    }
}
