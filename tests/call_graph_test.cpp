// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/call_graph.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

// cProfile's own algorithm, on a trace of calls: see _lsprof.c.
class trace_profiler {
public:
    struct entry {
        std::uint64_t calls = 0;
        std::uint64_t recursive = 0;
        std::int64_t self = 0;
        std::int64_t cumulative = 0;
        int level = 0;
    };
    std::map<int, entry> functions;
    std::map<std::pair<int, int>, entry> edges;

    void enter(int function, std::int64_t now) {
        if (!stack_.empty()) { ++edges[{stack_.back().function, function}].level; }
        ++functions[function].level;
        stack_.push_back({function, now, 0});
    }
    void leave(std::int64_t now) {
        const context c = stack_.back();
        stack_.pop_back();
        const std::int64_t total = now - c.begin;
        const std::int64_t self = total - c.below;
        count(functions[c.function], total, self);
        if (stack_.empty()) { return; }
        stack_.back().below += total;
        count(edges[{stack_.back().function, c.function}], total, self);
    }

private:
    struct context {
        int function;
        std::int64_t begin;
        std::int64_t below;
    };
    std::vector<context> stack_;

    static void count(entry& e, std::int64_t total, std::int64_t self) {
        if (--e.level == 0) {
            e.cumulative += total;
        } else {
            ++e.recursive;
        }
        e.self += self;
        ++e.calls;
    }
};

void check(const wick::call_figures& got, const trace_profiler::entry& expected) {
    CHECK(got.calls == expected.calls);
    CHECK(got.primitive_calls == expected.calls - expected.recursive);
    CHECK(got.self == static_cast<double>(expected.self));
    CHECK(got.cumulative == static_cast<double>(expected.cumulative));
}

const wick::call_graph::function* find(const wick::call_graph& g, const std::string& name) {
    for (const auto& f : g.functions) {
        if (f.name == name) { return &f; }
    }
    return nullptr;
}

wick::call_figures edge(const wick::call_graph& g, const std::string& from, const std::string& to) {
    for (const auto& e : g.edges) {
        if (g.functions[e.caller].name == from && g.functions[e.callee].name == to) {
            return e.figures;
        }
    }
    FAIL("no edge " << from << " -> " << to);
    return {};
}

} // namespace

TEST_CASE("call graph: from a tree as cProfile counts the same trace, 3000 recursive traces") {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        trace_profiler traced;
        wick::profile_builder tree;
        tree.describe("nanoseconds", wick::counted_as::calls, wick::profile_detail::function);
        const int functions = 1 + static_cast<int>(random() % 6);
        const auto steps = 1 + random() % 120;
        std::vector<std::uint32_t> path{wick::profile_builder::root};
        std::int64_t now = 0;
        bool added = true;
        const auto pass = [&] { // time passes, and is that of the innermost function
            const auto spent = static_cast<std::int64_t>(random() % 50);
            now += spent;
            if (path.size() > 1) { added = added && tree.add(path.back(), 0, spent); }
        };
        for (auto i = steps; i-- > 0;) {
            pass();
            if (path.size() > 1 && random() % 2 == 0) {
                traced.leave(now);
                path.pop_back();
                continue;
            }
            const int f = static_cast<int>(random()) & 0xffff;
            traced.enter(f % functions, now);
            path.push_back(tree.child(path.back(), tree.intern(std::to_string(f % functions))));
            added = added && tree.add(path.back(), 1, 0);
        }
        while (path.size() > 1) {
            pass();
            traced.leave(now);
            path.pop_back();
        }
        REQUIRE(added);
        const wick::call_graph g = wick::to_call_graph(tree.finish());
        REQUIRE(wick::validate(g).what == "");
        CHECK(g.kind == wick::graph_kind::exact);
        CHECK(g.unit == "nanoseconds");
        REQUIRE(g.functions.size() == traced.functions.size());
        REQUIRE(g.edges.size() == traced.edges.size());
        for (const auto& f : g.functions) {
            CHECK(f.file == "~");
            check(f.figures, traced.functions.at(std::stoi(f.name)));
        }
        for (const auto& e : g.edges) {
            check(e.figures,
                  traced.edges.at({std::stoi(g.functions[e.caller].name),
                                   std::stoi(g.functions[e.callee].name)}));
        }
    }
}

TEST_CASE("call graph: samples count once a stack, roots that are no functions are left out") {
    wick::profile_builder b;
    b.describe("samples", wick::counted_as::samples, wick::profile_detail::function);
    const auto thread = b.child(0, b.intern("worker", wick::frame_kind::thread));
    const auto f = b.child(thread, b.intern("f"));
    const auto g = b.child(f, b.intern("g"));
    const auto again = b.child(g, b.intern("f"));
    const auto kernel = b.child(again, b.intern("read", wick::frame_kind::kernel));
    REQUIRE(b.add(thread, 1, 1));
    REQUIRE(b.add(f, 2, 2));
    REQUIRE(b.add(g, 4, 4));
    REQUIRE(b.add(again, 8, 8));
    REQUIRE(b.add(kernel, 16, 16));
    const wick::call_graph made = wick::to_call_graph(b.finish());
    REQUIRE(wick::validate(made).what == "");
    CHECK(made.kind == wick::graph_kind::sampled);
    CHECK(made.unattributed == 1);
    REQUIRE(made.functions.size() == 3);
    CHECK(find(made, "f")->figures == wick::call_figures{30, 10, 10, 30});
    CHECK(find(made, "g")->figures == wick::call_figures{28, 4, 4, 28});
    CHECK(find(made, "read_[k]")->figures == wick::call_figures{16, 16, 16, 16});
    CHECK(edge(made, "f", "g") == wick::call_figures{28, 4, 4, 28});
    CHECK(edge(made, "g", "f") == wick::call_figures{24, 8, 8, 24});
    CHECK(edge(made, "f", "read_[k]") == wick::call_figures{16, 16, 16, 16});
}

TEST_CASE("call graph: functions are told apart by file, line and name; lines stood on are merged") {
    wick::profile_builder b;
    b.describe("samples", wick::counted_as::samples, wick::profile_detail::line);
    wick::frame place;
    place.function = "f";
    place.file = "a.cpp";
    place.line = 3;
    place.at_line = 4;
    REQUIRE(b.add(b.child(0, b.intern(place)), 1, 1));
    place.at_line = 5;
    REQUIRE(b.add(b.child(0, b.intern(place)), 1, 1));
    place.at_line = 0;
    place.file = "b.cpp";
    REQUIRE(b.add(b.child(0, b.intern(place)), 1, 1));
    wick::frame bare;
    bare.function = "f";
    wick::loaded_module library;
    library.path = "/lib/x.so";
    bare.module = b.intern(library);
    REQUIRE(b.add(b.child(0, b.intern(bare)), 1, 1));
    const wick::call_graph g = wick::to_call_graph(b.finish());
    REQUIRE(g.functions.size() == 3);
    CHECK(g.functions[0].file == "/lib/x.so");
    CHECK(g.functions[1].file == "a.cpp");
    CHECK(g.functions[1].line == 3);
    CHECK(g.functions[1].figures.calls == 2);
    CHECK(g.functions[2].file == "b.cpp");
    CHECK(g == g);
    CHECK(wick::to_call_graph(wick::profile{}) != g);
}

TEST_CASE("call graph: what ends in a label within a stack is its function's") {
    wick::profile_builder b;
    b.describe("calls", wick::counted_as::calls, wick::profile_detail::function);
    REQUIRE(b.refine(1));
    const auto f = b.child(0, b.intern("f"));
    const auto g = b.child(f, b.intern("g"));
    const auto label = b.child(g, b.intern("k=v", wick::frame_kind::label));
    const auto h = b.child(label, b.intern("h"));
    REQUIRE(b.add(f, 1, 10));
    REQUIRE(b.add(g, 1, 20));
    REQUIRE(b.add(label, 0, 5));
    REQUIRE(b.add(h, 1, 2));
    const wick::call_graph made = wick::to_call_graph(b.finish());
    CHECK(find(made, "g")->figures == wick::call_figures{1, 1, 2.5, 2.7});
    CHECK(edge(made, "f", "g") == wick::call_figures{1, 1, 2.5, 2.7});
    CHECK(edge(made, "g", "h").self == 0.2);
    CHECK(made.unattributed == 0);
}

TEST_CASE("call graph: adding, and cutting directories off, keep every call") {
    const auto make = [](const std::string& directory) {
        wick::call_graph_builder b;
        const auto f = b.intern(directory + "/a.py", 1, "f");
        const auto g = b.intern(directory + "/b.py", 2, "g");
        b.add(f, {1, 1, 0.5, 1});
        b.add(g, {3, 3, 0.5, 0.5});
        b.add_edge(f, g, {3, 3, 0.5, 0.5});
        wick::call_graph made = b.finish();
        made.sources = {directory};
        return made;
    };
    wick::call_graph sum = make("x");
    REQUIRE(wick::add(sum, make("y")).what == "");
    REQUIRE(wick::add(sum, make("x")).what == "");
    REQUIRE(wick::validate(sum).what == "");
    CHECK(sum.functions.size() == 4);
    CHECK(sum.sources == std::vector<std::string>{"x", "y", "x"});
    CHECK(edge(sum, "f", "g").calls == 6);
    const wick::call_graph stripped = wick::strip_dirs(sum);
    REQUIRE(wick::validate(stripped).what == "");
    REQUIRE(stripped.functions.size() == 2);
    CHECK(stripped.functions[0].file == "a.py");
    CHECK(edge(stripped, "f", "g") == wick::call_figures{9, 9, 1.5, 1.5});
    wick::call_graph none;
    REQUIRE(wick::add(none, sum).what == "");
    CHECK(none.functions == sum.functions);

    wick::call_graph other = make("z");
    other.unit = "samples";
    const wick::call_graph before = sum;
    CHECK(wick::add(sum, other).what.find("samples") != std::string::npos);
    other = make("z");
    other.kind = wick::graph_kind::sampled;
    CHECK(wick::add(sum, other));
    other = make("z");
    other.edge_times = false;
    CHECK(wick::add(sum, other));
    other = make("z");
    other.functions[0].figures.calls = std::uint64_t{1} << 63;
    CHECK(wick::add(sum, other));
    CHECK(sum == before);

    const wick::call_graph part = wick::subgraph(stripped, {0, 1});
    REQUIRE(wick::validate(part).what == "");
    CHECK(part.functions.size() == 1);
    CHECK(part.edges.empty());
}

TEST_CASE("call graph: validate says what is wrong") {
    wick::call_graph_builder b;
    const auto f = b.intern("a", 1, "f");
    const auto g = b.intern("a", 1, "g");
    const auto missing = b.intern("a", 1, "h");
    b.add(f, {1, 1, 1, 1});
    b.add(g, {1, 1, 1, 1});
    b.add_edge(missing, f, {1, 1, 1, 1});
    b.add_edge(f, g, {1, 1, 1, 1});
    b.add_edge(g, f, {1, 1, 1, 1});
    const wick::call_graph good = b.finish();
    REQUIRE(wick::validate(good).what == "");
    CHECK(!good.functions[2].listed);
    const auto broken = [&](auto change) {
        wick::call_graph bad = good;
        change(bad);
        return wick::validate(bad).what;
    };
    using graph = wick::call_graph;
    CHECK(broken([](graph& x) { x.functions[1].name = "f"; }) == "function 1 is there twice");
    CHECK(broken([](graph& x) { x.functions[1].figures.self = 1 / 0.0 - 1 / 0.0; }) ==
          "function 1: a time is not finite");
    CHECK(broken([](graph& x) { x.functions[2].figures.calls = 1; }) ==
          "function 2 has figures and is not listed");
    CHECK(broken([](graph& x) { x.functions[1].figures.calls = ~std::uint64_t{0}; }) ==
          "function 1: the calls add up to 2^63 or more");
    CHECK(broken([](graph& x) { x.edges[1].caller = 9; }) == "edge 1: there is no such function");
    CHECK(broken([](graph& x) { x.edges[1] = x.edges[0]; }) == "edge 1 is there twice");
    CHECK(broken([](graph& x) { std::swap(x.edges[0], x.edges[2]); }) ==
          "edge 1 is out of order");
    CHECK(broken([](graph& x) { x.functions[1].listed = false; }) != "");
}
