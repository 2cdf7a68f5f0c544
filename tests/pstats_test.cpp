// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/pstats.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

// That the text is pstats' own is shown by tests/examples/pstats_test.py, beside Python. Here: what
// holds without it, and what pstats has not.

namespace {

using wick::sort_key;

std::string repr(double value) {
    std::string out;
    wick::detail::append_repr(out, value);
    return out;
}
std::string repr(std::string_view text) {
    std::string out;
    wick::detail::append_repr(out, text);
    return out;
}
std::string thousandths(double value) {
    char text[wick::detail::max_thousandths];
    return std::string(text, wick::detail::put_thousandths(text, value));
}

// main -> parse -> read -> {recv}, main -> hash, parse -> parse, hash -> log -> recv
wick::call_graph example() {
    wick::call_graph_builder b;
    const auto main = b.intern("a.py", 1, "main");
    const auto parse = b.intern("a.py", 10, "parse");
    const auto read = b.intern("/usr/lib/socket.py", 110, "read");
    const auto recv = b.intern("~", 0, "<method 'recv'>");
    const auto hash = b.intern("b.py", 25, "hash");
    const auto log = b.intern("b.py", 5, "log");
    const auto mix = b.intern("b.py", 7, "mix");
    b.add(main, {1, 1, 0.25, 4});
    b.add(parse, {6, 2, 0.5, 2});
    b.add(read, {2, 2, 0.125, 1});
    b.add(recv, {3, 3, 1.5, 1.5});
    b.add(hash, {4, 4, 0.625, 1.75});
    b.add(log, {1, 1, 0.0625, 0.5});
    b.add(mix, {4, 4, 0.9375, 0.9375});
    b.add_edge(main, parse, {2, 2, 0.25, 2});
    b.add_edge(parse, parse, {4, 0, 0.25, 0.5});
    b.add_edge(parse, read, {2, 2, 0.125, 1});
    b.add_edge(read, recv, {2, 2, 1, 1});
    b.add_edge(log, recv, {1, 1, 0.5, 0.5});
    b.add_edge(main, hash, {4, 4, 0.625, 1.75});
    b.add_edge(hash, log, {1, 1, 0.0625, 0.5});
    b.add_edge(hash, mix, {4, 4, 0.9375, 0.9375});
    return b.finish();
}

std::vector<std::string> names(const wick::pstats& s, const std::vector<std::uint32_t>& functions) {
    std::vector<std::string> all;
    for (const std::uint32_t f : functions) { all.push_back(s.graph().functions[f].name); }
    return all;
}

} // namespace

TEST_CASE("pstats: times have three decimals, rounded as printf rounds") {
    std::mt19937_64 random(5);
    const auto check = [](double value) {
        char expected[400];
        std::snprintf(expected, sizeof expected, "%.3f", value);
        std::string wanted = expected;
        if (std::isnan(value)) { wanted = "nan"; } // Python's has no sign
        if (thousandths(value) != wanted) {
            CAPTURE(value);
            CHECK(thousandths(value) == wanted);
        }
    };
    for (int i = 0; i < 300000; ++i) {
        double any = 0;
        const std::uint64_t bits = random();
        std::memcpy(&any, &bits, sizeof any);
        check(any);
        check(static_cast<double>(random() >> (11 + random() % 50)) / 16384); // many ties
        check(std::ldexp(1.0 + static_cast<double>(i), static_cast<int>(random() % 80) - 60));
    }
    for (const double value : {0.0, -0.0, 0.0005, 0.0015, 0.0625, -0.0001, 0.9995, 999.9995, 1e15,
                               4503599627370495.5, 4503599627370496.5, 9007199254740993.0, 5e-324,
                               std::numeric_limits<double>::max(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()}) {
        check(value);
    }
    CHECK(thousandths(0.0625) == "0.062");
    CHECK(thousandths(-0.0001) == "-0.000");
}

TEST_CASE("pstats: numbers and texts in messages are Python's") {
    CHECK(repr(0.5) == "0.5");
    CHECK(repr(0.1) == "0.1");
    CHECK(repr(0.0) == "0.0");
    CHECK(repr(1.0 / 3) == "0.3333333333333333");
    CHECK(repr(1e-4) == "0.0001");
    CHECK(repr(1e-5) == "1e-05");
    CHECK(repr(1.5e-7) == "1.5e-07");
    CHECK(repr(123456.0) == "123456.0");
    CHECK(repr(1e15) == "1000000000000000.0");
    CHECK(repr(1e16) == "1e+16");
    CHECK(repr(-2.5e300) == "-2.5e+300");
    CHECK(repr(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(repr("a") == "'a'");
    CHECK(repr("it's") == "\"it's\"");
    CHECK(repr("it's \"x\"") == "'it\\'s \"x\"'");
    CHECK(repr("\\d\n\t\x01\x7f") == "'\\\\d\\n\\t\\x01\\x7f'");
    CHECK(repr("\xc3\xbc\xc2\xa0\xe2\x80\x8b") == "'\xc3\xbc\\xa0\\u200b'");
    CHECK(repr("\xff") == "'\\udcff'");
}

TEST_CASE("pstats: sort keys have the prefixes that pstats takes") {
    struct known {
        const char* name;
        sort_key key;
    };
    for (const known& k : {known{"ca", sort_key::calls}, {"nc", sort_key::calls},
                           {"cu", sort_key::cumulative}, {"cumt", sort_key::cumulative},
                           {"cumulative", sort_key::cumulative}, {"f", sort_key::filename},
                           {"m", sort_key::filename}, {"l", sort_key::line}, {"na", sort_key::name},
                           {"nf", sort_key::name_file_line}, {"p", sort_key::primitive_calls},
                           {"s", sort_key::standard_name}, {"ti", sort_key::time},
                           {"to", sort_key::time}}) {
        CAPTURE(k.name);
        const auto parsed = wick::parse_sort_key(k.name);
        REQUIRE(parsed.error.what == "");
        CHECK(parsed.value == k.key);
    }
    for (const char* bad : {"", "c", "n", "t", "cum", "times", "x", "Time"}) {
        CAPTURE(bad);
        CHECK(wick::parse_sort_key(bad).error.what != "");
    }
}

TEST_CASE("pstats: order, restrictions and their messages") {
    wick::pstats s(example());
    CHECK(s.total().calls == 21);
    CHECK(s.total().self == 4);
    CHECK(s.select().message == "   Random listing order was used\n");
    s.sort({sort_key::standard_name});
    CHECK(names(s, s.select().functions) ==
          std::vector<std::string>{
              "read", "main", "parse", "hash", "log", "mix", "<method 'recv'>"});
    REQUIRE(s.sort({"calls", "na"}).what == "");
    CHECK(names(s, s.select().functions) ==
          std::vector<std::string>{"parse", "hash", "mix", "<method 'recv'>", "read", "log", "main"});
    CHECK(s.sort({"calls", "bad"}).what == "\"bad\" is no sort key");
    const auto some = s.select({"py", 0.5, "(", "(?=x)", 2, -1, 99, 1.0, 7});
    CHECK(names(s, some.functions) == std::vector<std::string>{"parse", "hash"});
    CHECK(some.message ==
          "   Ordered by: call count, function name\n"
          "   List reduced from 7 to 6 due to restriction <'py'>\n"
          "   List reduced from 6 to 3 due to restriction <0.5>\n"
          "   <Invalid regular expression '('>\n"
          "   <Unsupported regular expression '(?=x)': lookahead is not supported: matching takes "
          "linear time at position 1>\n"
          "   List reduced from 3 to 2 due to restriction <2>\n");
    s.reverse();
    CHECK(names(s, s.select({1}).functions) == std::vector<std::string>{"main"});
    s.sort(std::vector<sort_key>{});
    CHECK(names(s, s.select({1}).functions) == std::vector<std::string>{"main"});
}

TEST_CASE("pstats: who calls, sorted and cut") {
    const wick::pstats s(example());
    wick::relation_options one;
    one.limit = 1;
    const auto callers = s.callers(3, one);
    REQUIRE(callers.rows.size() == 1);
    CHECK(s.text(callers.rows[0].function) == "/usr/lib/socket.py:110(read)");
    CHECK(callers.hidden == 1);
    CHECK(callers.hidden_figures == wick::call_figures{1, 1, 0.5, 0.5});
    const auto callees = s.callees(0, {sort_key::name, 0});
    REQUIRE(callees.rows.size() == 2);
    CHECK(s.text(callees.rows[0].function) == "b.py:25(hash)");
    CHECK(callees.hidden == 0);
}

TEST_CASE("pstats: what reaches a function, and what does not") {
    wick::pstats s(example());
    const auto sink = [](std::string_view text) { return text.find("socket.py") != text.npos; };
    CHECK(names(s, s.free_of(sink)) ==
          std::vector<std::string>{"<method 'recv'>", "hash", "log", "mix"});
    s.sort({sort_key::cumulative});
    const auto regex = wick::compile_pattern("recv");
    CHECK(names(s, s.free_of(regex.value)) == std::vector<std::string>{"mix"});
    CHECK(names(s, s.top(s.free_of(sink), sort_key::time, 2)) ==
          std::vector<std::string>{"<method 'recv'>", "mix"});
    const auto around = s.around([](std::string_view t) { return t == "b.py:5(log)"; });
    CHECK(around == std::vector<std::uint8_t>{1, 0, 0, 1, 1, 1, 0});
}

TEST_CASE("pstats: cycles, of a million functions too") {
    wick::call_graph_builder b;
    const auto id = [&](int i) { return b.intern("a", i, "f"); };
    constexpr int size = 200000;
    for (int i = 0; i < size; ++i) { b.add(id(i), {1, 1, 1, 1}); }
    for (int i = 0; i + 1 < size; ++i) { b.add_edge(id(i), id(i + 1), {1, 1, 1, 1}); }
    b.add_edge(id(7), id(3), {1, 1, 1, 1});
    b.add_edge(id(9), id(9), {1, 1, 1, 1});
    const wick::pstats s(b.finish());
    CHECK(s.cycles() == std::vector<std::vector<std::uint32_t>>{{3, 4, 5, 6, 7}, {9}});
}

TEST_CASE("pstats: the own layout says what was cut, with units and shares") {
    wick::pstats s(example());
    s.sort({sort_key::time});
    std::string text;
    const auto sink = [&](std::string_view piece) { text += piece; };
    s.print_table(sink, {2});
    CHECK(text ==
          "21 calls of 7 functions, 4.00 s; ordered by internal time\n"
          "\n"
          "       calls        self              total            per call  function\n"
          "           3      1.50 s  37.5%      1.50 s  37.5%      500 ms  {method 'recv'}\n"
          "           4      938 ms  23.4%      938 ms  23.4%      234 ms  b.py:7(mix)\n"
          "\n"
          "2 of 7 functions shown; the 5 others hold 39.1% of the time (self)\n"
          "   List reduced from 7 to 2 due to restriction <2>\n");
    text.clear();
    s.print_relation_table(sink, true, {"recv"}, {sort_key::cumulative, 1});
    CHECK(text.find("    <- /usr/lib/socket.py:110(read)\n") != std::string::npos);
    CHECK(text.find("     (1 more)\n") != std::string::npos);
    text.clear();
    s.print_relation_table(sink, false, {"parse"}, {});
    CHECK(text.find("    -> /usr/lib/socket.py:110(read)\n") != std::string::npos);
}

TEST_CASE("pstats: a graph of another unit is printed in it, nanoseconds in seconds") {
    wick::call_graph g = example();
    g.unit = "samples";
    const auto first_line = [](const wick::pstats& s) {
        std::string text;
        s.print_stats([&](std::string_view piece) { text += piece; });
        return text.substr(0, text.find('\n'));
    };
    CHECK(first_line(wick::pstats(g)) ==
          "         21 function calls (17 primitive calls) in 4.000 samples");
    g.unit = "milliseconds";
    CHECK(first_line(wick::pstats(g)) ==
          "         21 function calls (17 primitive calls) in 0.004 seconds");
}

TEST_CASE("pstats: adding and stripping drop the order and keep the sums") {
    wick::pstats s(example());
    s.sort({sort_key::time});
    REQUIRE(s.add(example()).what == "");
    CHECK(s.select().message == "   Random listing order was used\n");
    CHECK(s.total().calls == 42);
    CHECK(s.graph().functions.size() == 7);
    s.strip_dirs();
    CHECK(s.text(2) == "socket.py:110(read)");
    CHECK(s.total().self == 8);
    wick::call_graph other = example();
    other.unit = "samples";
    CHECK(s.add(other).what != "");
    CHECK(wick::pstats().select().functions.empty());
}
