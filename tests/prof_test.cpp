// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <wick/format/prof.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Pieces of marshalled data, as the versions of Python write them.
std::string u32(std::uint32_t value) {
    std::string bytes;
    for (int i = 0; i < 4; ++i) { bytes += static_cast<char>(value >> (8 * i) & 0xff); }
    return bytes;
}
std::string integer(std::uint32_t value) { return "i" + u32(value); }
std::string text(std::string_view value, char type = 'u') {
    const auto size = static_cast<std::uint32_t>(value.size());
    return type + u32(size) + std::string(value);
}
std::string real(double value) {
    char bytes[8];
    std::memcpy(bytes, &value, 8); // tests run on little-endian machines
    return "g" + std::string(bytes, 8);
}
std::string tuple(std::uint32_t size) { return "(" + u32(size); }
std::string key(std::string_view file, std::uint32_t line, std::string_view name) {
    return tuple(3) + text(file) + integer(line) + text(name);
}
std::string figures(std::uint32_t primitive, std::uint32_t calls, double self, double cumulative) {
    return tuple(5) + integer(primitive) + integer(calls) + real(self) + real(cumulative);
}
std::string
edge_figures(std::uint32_t calls, std::uint32_t primitive, double self, double cumulative) {
    return tuple(4) + integer(calls) + integer(primitive) + real(self) + real(cumulative);
}
std::string bytes(std::initializer_list<int> values) {
    std::string made;
    for (const int v : values) { made += static_cast<char>(v); }
    return made;
}

// main:3 calls f:7 twice, once by recursion.
std::string small_file() {
    return "{" + key("a.cpp", 7, "f") + figures(1, 2, .5, .75) + "{" + key("a.cpp", 3, "main") +
           edge_figures(2, 1, .5, .75) + "0" + key("a.cpp", 3, "main") + figures(1, 1, .25, 1) +
           "{00";
}

wick::call_graph small_graph() {
    wick::call_graph_builder b;
    const auto f = b.intern("a.cpp", 7, "f");
    const auto main = b.intern("a.cpp", 3, "main");
    b.add(f, {2, 1, .5, .75});
    b.add(main, {1, 1, .25, 1});
    b.add_edge(main, f, {2, 1, .5, .75});
    return b.finish();
}

wick::call_graph random_graph(unsigned seed) {
    std::mt19937_64 random(seed);
    const auto number = [&] { return random() >> (1 + random() % 63) >> 12; };
    const auto time = [&] { return static_cast<double>(number()) / 1e9; };
    wick::call_graph_builder b;
    std::vector<std::uint32_t> ids;
    const std::size_t functions = 1 + random() % 30;
    for (std::size_t i = 0; i < functions; ++i) {
        const std::string name = random() % 4 == 0 ? "fünf" : "f";
        ids.push_back(b.intern(random() % 3 == 0 ? "~" : "dir/datei.py",
                               static_cast<std::int32_t>(random() % 3 == 0 ? 0 : i),
                               name + std::to_string(i)));
        if (i == 0 || random() % 8 != 0) { b.add(ids[i], {number(), number(), time(), time()}); }
    }
    for (std::size_t i = random() % 90; i-- > 0;) {
        const auto callee = ids[random() % functions];
        const auto caller = ids[random() % functions];
        if (b.listed(callee)) { b.add_edge(caller, callee, {number(), number(), time(), -time()}); }
    }
    wick::call_graph g = b.finish();
    // A function that nobody names is not written.
    std::vector<std::uint8_t> keep(g.functions.size(), 0);
    for (std::size_t i = 0; i < keep.size(); ++i) { keep[i] = g.functions[i].listed ? 1 : 0; }
    for (const auto& e : g.edges) { keep[e.caller] = 1; }
    return wick::subgraph(g, keep);
}

} // namespace

TEST_CASE("prof: the smallest file that every Python reads, both ways") {
    const std::string file = small_file();
    CHECK(file.size() == 189);
    CHECK(wick::detail::looks_like_prof(file));
    const auto read = wick::parse_prof(file);
    REQUIRE(read.error.what == "");
    CHECK(read.value.graph == small_graph());
    CHECK(read.value.odd.records == 0);
    CHECK(wick::to_prof(small_graph()) == file);
    std::string_view rest = file;
    const auto dripped = wick::read_prof([&](char* to, std::size_t room) {
        const std::size_t size = room < 3 ? room : 3 < rest.size() ? 3 : rest.size();
        std::memcpy(to, rest.data(), size);
        rest.remove_prefix(size);
        return size;
    });
    CHECK(dripped.value.graph == read.value.graph);
}

TEST_CASE("prof: what is written is read again, with references and without") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        wick::call_graph g = random_graph(seed);
        g.edge_times = seed % 5 != 0 || g.edges.empty();
        if (!g.edge_times) {
            for (auto& e : g.edges) { e.figures = {e.figures.calls, 0, 0, 0}; }
        }
        REQUIRE(wick::validate(g).what == "");
        for (const bool references : {false, true}) {
            wick::prof_write_options options;
            options.references = references;
            const auto read = wick::parse_prof(wick::to_prof(g, options));
            REQUIRE(read.error.what == "");
            REQUIRE(wick::validate(read.value.graph).what == "");
            CHECK(read.value.graph.edges.size() == g.edges.size());
            // Those that are only named come in the order in which they are named.
            if (read.value.odd.records < 2) { CHECK(read.value.graph == g); }
        }
    }
}

TEST_CASE("prof: times are written in seconds") {
    wick::call_graph g = small_graph();
    for (auto& f : g.functions) {
        f.figures.self *= 1e9;
        f.figures.cumulative *= 1e9;
    }
    for (auto& e : g.edges) {
        e.figures.self *= 1e9;
        e.figures.cumulative *= 1e9;
    }
    g.unit = "nanoseconds";
    CHECK(wick::to_prof(g) == small_file());
    g.unit = "samples";
    CHECK(wick::parse_prof(wick::to_prof(g)).value.graph.functions[0].figures.self == 0.5e9);
    wick::prof_write_options options;
    options.units_per_second = 1e9;
    CHECK(wick::to_prof(g, options) == small_file());
}

TEST_CASE("prof: the files of Python 2.7, with interned texts, numbers of 64 bits and of text") {
    const std::string file =
        "{" + tuple(3) + text("a.cpp", 't') + integer(7) + text("f", 's') + tuple(5) +
        ("I" + u32(1) + u32(0)) + ("l" + u32(1) + bytes({2, 0})) + "f\x03" "0.5" + "f\x07" "7.5e-01" + "{" +
        tuple(3) + "R" + u32(0) + integer(3) + text("main", 't') + edge_figures(2, 1, .5, .75) +
        "0" + tuple(3) + "R" + u32(0) + integer(3) + "R" + u32(1) + figures(1, 1, .25, 1) + "{00";
    CHECK(wick::detail::looks_like_prof(file));
    const auto read = wick::parse_prof(file);
    REQUIRE(read.error.what == "");
    CHECK(read.value.graph == small_graph());
}

TEST_CASE("prof: references to texts, numbers, keys, figures of edges and empty dicts") {
    const auto marked = [](std::string object) {
        object[0] = static_cast<char>(object[0] | 0x80);
        return object;
    };
    const auto refer = [](std::uint32_t index) { return "r" + u32(index); };
    // 0: the dict itself, 1: the key, 2: the file, 3: the name, 4: the number 1, 5: 0.5, 6: main's
    // key, 7: an edge, 8: an empty dict
    const std::string file =
        marked("{") + marked(tuple(3)) + marked(text("a.cpp")) + integer(7) + marked(text("f")) +
        tuple(5) + marked(integer(1)) + integer(2) + marked(real(.5)) + real(.75) + "{" +
        marked(tuple(3)) + refer(2) + integer(3) + text("main") +
        marked(tuple(4)) + integer(2) + refer(4) + refer(5) + real(.75) + refer(1) + refer(7) + "0" +
        refer(6) + tuple(5) + refer(4) + refer(4) + real(.25) + refer(4) + marked("{") + "0" +
        tuple(3) + refer(2) + integer(9) + refer(3) + tuple(5) + refer(4) + refer(4) + refer(5) +
        refer(5) + refer(8) + "0";
    const auto read = wick::parse_prof(file);
    REQUIRE(read.error.what == "");
    const wick::call_graph& g = read.value.graph;
    REQUIRE(g.functions.size() == 3);
    CHECK(g.functions[0].name == "f");
    CHECK(g.functions[1].figures == wick::call_figures{1, 1, .25, 1});
    CHECK(g.functions[2].file == "a.cpp");
    REQUIRE(g.edges.size() == 2);
    CHECK(g.edges[0].caller == 1);
    CHECK(g.edges[1].caller == 0);
    CHECK(g.edges[0].figures == g.edges[1].figures);
    CHECK(g.edges[1].figures == wick::call_figures{2, 1, .5, .75});
}

TEST_CASE("prof: profile's counts without times, and sampled files of 3.15") {
    const std::string body = key("a.py", 7, "f") + tuple(5) + integer(1) + integer(2) + integer(3) +
                             integer(4) + "{" + key("a.py", 3, "main") + integer(2) + "0" +
                             key("a.py", 3, "main") + figures(0, 3, .25, 1) + "{0" +
                             key("profile", 0, "profiler") + tuple(5) + integer(0) + integer(0) +
                             integer(0) + integer(0) + "{0";
    const auto read = wick::parse_prof("{" + body + "0");
    REQUIRE(read.error.what == "");
    CHECK(!read.value.graph.edge_times);
    CHECK(read.value.graph.kind == wick::graph_kind::exact);
    CHECK(read.value.graph.functions[0].figures == wick::call_figures{2, 1, 3, 4});
    CHECK(read.value.graph.edges[0].figures == wick::call_figures{2, 0, 0, 0});
    CHECK(read.value.odd.records == 1); // 3.12 wrote functions without primitive calls
    CHECK(read.value.odd.first.what.find("primitive") != std::string::npos);
    CHECK(read.value.odd.first.offset > 0);
    wick::prof_options strict;
    strict.strict = true;
    CHECK(wick::parse_prof("{" + body + "0", strict).error == read.value.odd.first);

    const std::string mark = tuple(1) + text("__sampled__") + "T";
    for (const std::string& file : {"{" + mark + body + "0", "{" + body + mark + "0"}) {
        const auto sampled = wick::parse_prof(file);
        REQUIRE(sampled.error.what == "");
        CHECK(wick::detail::looks_like_prof(file));
        CHECK(sampled.value.graph.kind == wick::graph_kind::sampled);
        CHECK(sampled.value.graph.functions.size() == 3);
        CHECK(sampled.value.odd.records == 0); // no sample ends in main
    }
}

TEST_CASE("prof: what is odd is read and told, with its place") {
    const std::string f = key("a", 1, "f");
    const std::string g = key("a", 1, "g");
    const std::string alone = "{" + f + figures(1, 1, 1, 1) + "{" + g + edge_figures(1, 1, 1, 1) + "00";
    const auto read = wick::parse_prof(alone);
    REQUIRE(read.error.what == "");
    CHECK(read.value.odd.records == 1);
    CHECK(read.value.odd.first.offset == alone.find(g));
    REQUIRE(read.value.graph.functions.size() == 2);
    CHECK(!read.value.graph.functions[1].listed);

    const auto more = wick::parse_prof(small_file() + "more");
    CHECK(more.value.graph == small_graph());
    CHECK(more.value.odd.first.offset == small_file().size());

    const auto mixed = wick::parse_prof("{" + f + figures(1, 1, 1, 1) + "{" + f +
                                        edge_figures(1, 1, 1, 1) + "0" + g + figures(1, 1, 1, 1) +
                                        "{" + f + integer(1) + "00");
    REQUIRE(mixed.error.what == "");
    CHECK(mixed.value.odd.records == 1);
    CHECK(mixed.value.graph.edges[0].figures == wick::call_figures{1, 0, 0, 0});
}

TEST_CASE("prof: bad bytes are errors with their place") {
    const std::string f = key("a", 1, "f");
    const std::string head = "{" + f;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    struct bad {
        std::string file;
        std::string says;
        std::uint64_t offset;
    };
    const std::uint64_t value = head.size();
    const bad cases[] = {
        {"", "empty", 0},
        {"\x1f\x8b\x08", "gzip", 0},
        {"\x0a\x04", "pprof", 0},
        {std::string("\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16), "gperftools", 0},
        {"\x7f" "ELF", "program", 0},
        {"\x80\x04\x95", "pickle", 0},
        {"main;f 12", "marshal", 0},
        {"{", "ends", 1},
        {"{\"time\": 1}", "0x22", 1},
        {"{" + text("a") + "i", "function's tuple", 1},
        {"{" + tuple(2), "tuple of 3", 1},
        {"{" + tuple(0xffffffff), "tuple of 3", 1},
        {"{" + tuple(3) + "u" + u32(0xffffffff), "0 are left", 6},
        {"{" + tuple(3) + "u" + u32(5) + "a", "1 are left", 6},
        {"{" + tuple(3) + "{", "a text", 6},
        {"{" + tuple(3) + "R" + u32(0), "no known text", 6},
        {"{" + tuple(3) + "r" + u32(0), "object 0 of 0", 6},
        {"{r" + u32(7), "no function", 1},
        {"{" + tuple(3) + text("a") + real(1), "an integer", 12},
        {"{" + tuple(3) + text("a") + ("l" + u32(3) + bytes({0, 0, 0, 0, 4, 0})), "32 bits", 12},
        {"{" + tuple(1) + text("__other__") + "T", "tuple of 3", 1},
        {head + integer(3), "figures", value},
        {head + tuple(4), "tuple of 5", value},
        {head + tuple(5) + integer(0xffffffff), "below 0", value + 5},
        {head + tuple(5) + ("l" + u32(0x7fffffff)), "ends", value + 10},
        {head + tuple(5) + ("l" + u32(0x80000000)), "ends", value + 10},
        {head + tuple(5) + ("l" + u32(5) + bytes({0, 0, 0, 0, 0, 0, 0, 0, 8, 0})), "2^63", value + 5},
        {head + tuple(5) + ("l" + u32(1) + bytes({0, 0x80})), "15 bits", value + 10},
        {head + figures(1, 1, nan, 1) + "{00", "not finite", value + 15},
        {head + figures(1, 1, 1, infinite) + "{00", "not finite", value + 24},
        {head + tuple(5) + integer(1) + integer(1) + "f\x03" "1.x", "no number", value + 15},
        {head + tuple(5) + integer(1) + integer(1) + "f\x05" "1.2.3", "no number", value + 15},
        {head + tuple(5) + integer(1) + integer(1) + "N", "a time", value + 15},
        {head + figures(1, 1, 1, 1) + "(", "dict of callers", value + 33},
        {head + figures(1, 1, 1, 1) + "r" + u32(0), "object 0", value + 33},
        {head + figures(1, 1, 1, 1) + "{0" + f + figures(1, 1, 1, 1), "before", value + 35},
        {head + figures(1, 1, 1, 1) + "{" + f + integer(1) + f, "before", value + 34 + f.size() + 5},
        {head + figures(1, 1, 1, 1) + "{" + f + tuple(3), "tuple of 4", value + 34 + f.size()},
        {head + figures(1, 1, 1, 1) + "{" + f + "N", "caller's figures", value + 34 + f.size()},
        {head + figures(1, 1, 1, 1) + "{" + tuple(1), "tuple of 3", value + 34},
    };
    for (const bad& b : cases) {
        CAPTURE(b.says);
        const auto read = wick::parse_prof(b.file);
        CHECK(read.error.what.find(b.says) != std::string::npos);
        CHECK_MESSAGE(read.error.offset == b.offset, read.error.what);
        CHECK(read.error.what.find("at byte " + std::to_string(b.offset)) != std::string::npos);
        CHECK(read.value.graph == wick::call_graph{});
    }
}

TEST_CASE("prof: calls that add up to 2^63 are refused") {
    std::string file = "{";
    for (std::uint32_t i = 0; i < 9; ++i) { // 9 times 2^60
        file += key("a", i, "f") + tuple(5) + integer(1) +
                ("l" + u32(5) + bytes({0, 0, 0, 0, 0, 0, 0, 0, 1, 0})) + real(1) + real(1) + "{0";
    }
    CHECK(wick::parse_prof(file + "0").error.what.find("2^63") != std::string::npos);
}

TEST_CASE("prof: a file may end anywhere, and any bit may be wrong") {
    wick::prof_write_options references;
    references.references = true;
    for (const std::string& file :
         {small_file(), wick::to_prof(random_graph(4)), wick::to_prof(random_graph(5), references)}) {
        for (std::size_t size = 0; size < file.size(); ++size) {
            const auto read = wick::parse_prof(std::string(file, 0, size));
            CHECK(read.error.what != "");
            CHECK(read.error.offset <= size);
        }
        for (std::size_t bit = 0; bit < file.size() * 8; ++bit) {
            std::string broken = file;
            broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
            const auto read = wick::parse_prof(broken);
            if (!read) { continue; }
            REQUIRE(wick::validate(read.value.graph).what == "");
        }
    }
}

TEST_CASE("prof: a name that is not UTF-8 is written as Latin-1") {
    wick::call_graph_builder b;
    b.add(b.intern("a", 1, "f\xfc\xc3\xbc\xed\xa0\x80\xf5"), {1, 1, 1, 1});
    const auto read = wick::parse_prof(wick::to_prof(b.finish()));
    REQUIRE(read.error.what == "");
    CHECK(read.value.graph.functions[0].name == "f\xc3\xbc\xc3\xbc\xed\xa0\x80\xc3\xb5");
}

TEST_CASE("prof: files are told by their bytes") {
    using wick::detail::looks_like_prof;
    CHECK(looks_like_prof("{0"));
    CHECK(looks_like_prof(bytes({0xfb, 0xa9, 3, 'z'})));
    CHECK(looks_like_prof(bytes({0xfb, 0x29, 3, 0xfa})));
    CHECK(looks_like_prof("{" + tuple(3) + "s"));
    for (const char* other : {"", "{", "{\"a\": 1}", "{(anonymous)} 12", "{(main);f 3", "main 3"}) {
        CAPTURE(other);
        CHECK(!looks_like_prof(other));
    }
}
