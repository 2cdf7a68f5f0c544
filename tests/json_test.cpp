// Tests of wick/detail/json.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/json.hpp>
#include <wick/detail/lines.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using wick::detail::json_reader;
using wick::detail::json_token;

// Gives `most` bytes at a time.
struct slow_source {
    std::string_view text;
    std::size_t most;

    std::size_t operator()(char* to, std::size_t room) {
        const std::size_t size = (std::min)({room, text.size(), most});
        text.copy(to, size);
        text.remove_prefix(size);
        return size;
    }
};

// All tokens on a line: "{ k:name s:x } end", or the problem and where it is.
std::string tokens(std::string_view text, std::size_t most = 1000000) {
    slow_source source{text, most};
    json_reader<slow_source> json(source);
    std::string line;
    for (;;) {
        const json_token t = json.next();
        if (!line.empty()) { line += ' '; }
        switch (t) {
        case json_token::object_begin:
            line += "{";
            break;
        case json_token::object_end:
            line += "}";
            break;
        case json_token::array_begin:
            line += "[";
            break;
        case json_token::array_end:
            line += "]";
            break;
        case json_token::key:
            line += "k:" + std::string(json.text());
            break;
        case json_token::string:
            line += "s:" + std::string(json.text());
            break;
        case json_token::number:
            line += "n:" + std::string(json.text());
            break;
        case json_token::word:
            line += "w:" + std::string(json.text());
            break;
        case json_token::end:
            return line + (json.truncated() ? "cut" : "end");
        case json_token::error:
            CHECK(json.next() == json_token::error);
            return line + json.problem() + " @" + std::to_string(json.offset());
        }
    }
}

} // namespace

TEST_CASE("json: tokens") {
    struct row {
        std::string_view in;
        std::string_view out;
    };
    const row rows[] = {
        {R"({"a": [1, -2.5e3, true, null, "x"], "b": {}})",
         "{ k:a [ n:1 n:-2.5e3 w:true w:null s:x ] k:b { } } end"},
        {"[]", "[ ] end"},
        {" 12 ", "n:12 end"},
        {"12", "n:12 end"},
        {"\"x\"\n", "s:x end"},
        {"\xef\xbb\xbf[1]", "[ n:1 ] end"}, // a byte order mark
        {"[NaN, -Infinity]", "[ w:NaN w:-Infinity ] end"},
        {"[1,]", "[ n:1 ] end"}, // what hand-made writers leave
        {"{\"a\":1,}", "{ k:a n:1 } end"},
        {"{\"a\" \n : 1}", "{ k:a n:1 } end"},
        {"{\"a\\u0062\" : 1}", "{ k:ab n:1 } end"},
        {"[\"tab\there\"]", "[ s:tab\there ] end"},
        // the end is missing
        {"", "cut"},
        {"[1", "[ cut"}, // it may have been 12
        {"[1,", "[ n:1 cut"},
        {"[1 ", "[ n:1 cut"},
        {"[\"ab", "[ cut"},
        {"[\"ab\\", "[ cut"},
        {"{\"a\"", "{ cut"},
        {"{\"a\":", "{ k:a cut"},
        {"{\"a\":tr", "{ k:a cut"},
        // no JSON
        {"[1 2]", "[ n:1 expected ',' or ']' @3"},
        {"[1}", "[ n:1 expected ',' or ']' @2"},
        {"{\"a\":1]", "{ k:a n:1 expected ',' or '}' @6"},
        {"{1:2}", "{ expected a key or '}' @1"},
        {"{\"a\",1}", "{ expected ':' behind a key @4"},
        {"[,1]", "[ expected a value @1"},
        {"[1,,2]", "[ n:1 expected a value @3"},
        {"[01x]", "[ expected a value @1"},
        {"[1.]", "[ expected a value @1"},
        {"[+1]", "[ expected a value @1"},
        {"[nul]", "[ expected a value @1"},
        {"[1] 2", "[ n:1 ] expected nothing behind the end of the value @4"},
        {"]", "expected a value @0"},
        {"\0"sv, "expected a value @0"},
    };
    for (const row& r : rows) {
        CHECK(tokens(r.in) == r.out);
        CHECK(tokens(r.in, 1) == r.out);
    }
}

TEST_CASE("json: escapes become UTF-8") {
    struct row {
        std::string_view in;
        std::string_view out;
    };
    const row rows[] = {
        {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
        {R"("\u0041\u00e9\u20AC\ud83d\ude00")", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {R"("a\u0000b")", "a\0b"sv},
        {R"("\ud83d")", "\xef\xbf\xbd"}, // half of a pair
        {R"("\ud83dx")", "\xef\xbf\xbdx"},
        {R"("\ud83d\u0041")",
         "\xef\xbf\xbd"
         "A"},
        {R"("\ude00\ud83d")", "\xef\xbf\xbd\xef\xbf\xbd"},
        {R"("\u12")", "\\u12"},
        {R"("\u12g4")", "\\u12g4"},
        {R"("\x41\q")", "\\x41\\q"},
        {"\"\xff\xfe\"", "\xff\xfe"}, // no UTF-8 to begin with
    };
    for (const row& r : rows) {
        CHECK(tokens(r.in) == "s:" + std::string(r.out) + " end");
        CHECK(tokens(r.in, 1) == "s:" + std::string(r.out) + " end");
    }
}

TEST_CASE("json: strings of every length around the steps of the scan") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string plain(size, 'x');
        CHECK(tokens("[\"" + plain + "\"]") == "[ s:" + plain + " ] end");
        CHECK(tokens("[\"" + plain + "\\n\"]") == "[ s:" + plain + "\n ] end");
    }
    const std::string large(3 << 18, 'y'); // longer than the buffer
    CHECK(tokens("[\"" + large + "\",1]") == "[ s:" + large + " n:1 ] end");
}

TEST_CASE("json: values and containers are passed over") {
    const std::string_view text = R"({"a":{"x":[1,"]}\"",{}]},"b":"s","c":[[2],3,4],"d":5})";
    for (const std::size_t most : {1u, 2u, 3u, 1000u}) {
        slow_source source{text, most};
        json_reader<slow_source> json(source);
        CHECK(json.next() == json_token::object_begin);
        CHECK(json.next() == json_token::key);
        json.skip_value();
        CHECK(json.next() == json_token::key);
        CHECK(json.text() == "b");
        json.skip_value();
        CHECK(json.next() == json_token::key);
        CHECK(json.text() == "c");
        CHECK(json.next() == json_token::array_begin);
        CHECK(json.next() == json_token::array_begin);
        json.skip_rest();
        CHECK(json.next() == json_token::number);
        CHECK(json.text() == "3");
        json.skip_rest();
        CHECK(json.next() == json_token::key);
        CHECK(json.text() == "d");
        CHECK(json.depth() == 1);
        json.skip_rest();
        CHECK(json.next() == json_token::end);
        CHECK(!json.truncated());
    }
    for (const char* cut : {"[{\"a\":[1", "[{\"a\":\"x", "[{\"a\":\"x\\"}) {
        slow_source source{cut, 100};
        json_reader<slow_source> json(source);
        CHECK(json.next() == json_token::array_begin);
        json.skip_value();
        CHECK(json.next() == json_token::end);
        CHECK(json.truncated());
    }
}

TEST_CASE("json: what is nested too deep is passed over and counted") {
    constexpr std::size_t limit = json_reader<slow_source>::max_depth;
    const std::string text = "[" + std::string(100000, '[') + std::string(100000, ']') + ",7]";
    slow_source source{text, text.size()};
    json_reader<slow_source> json(source);
    for (std::size_t i = 0; i < limit; ++i) { CHECK(json.next() == json_token::array_begin); }
    CHECK(json.next() == json_token::word);
    CHECK(json.too_deep() == 1);
    for (std::size_t i = 1; i < limit; ++i) { CHECK(json.next() == json_token::array_end); }
    CHECK(json.next() == json_token::number);
    CHECK(json.text() == "7");
    CHECK(json.next() == json_token::array_end);
    CHECK(json.next() == json_token::end);
    const std::string open(1000000, '{');
    CHECK(tokens(open).find("expected a key") != std::string::npos);
}

TEST_CASE("json: numbers into whole numbers of a smaller unit") {
    struct row {
        std::string_view text;
        int shift;
        bool fits;
        std::int64_t value;
        bool rounded;
    };
    constexpr std::int64_t most = 0x7fffffffffffffff;
    const row rows[] = {
        {"0", 0, true, 0, false},
        {"-0", 3, true, 0, false},
        {"12", 3, true, 12000, false},
        {"1.5", 3, true, 1500, false},
        {"1.0005", 3, true, 1001, true},
        {"1.0004999", 3, true, 1000, true},
        {"-1.0005", 3, true, -1001, true},
        {"1.5e3", 0, true, 1500, false},
        {"1.5E+3", 0, true, 1500, false},
        {"1500e-3", 3, true, 1500, false},
        {"15e-1", 0, true, 2, true},
        {"0.04", 0, true, 0, true},
        {"1e-400", 0, true, 0, true},
        {"0.5", 0, true, 1, true},
        {"9e-1", 0, true, 1, true},
        {"9e-2", 0, true, 0, true},
        {"9223372036854775807", 0, true, most, false},
        {"9223372036854775808", 0, false, 0, false},
        {"9223372036854775807.5", 0, false, 0, false},
        {"9223372036854775.807", 3, true, most, false},
        {"1e19", 0, false, 0, false},
        {"1e999999999999", 0, false, 0, false},
        {"0e999999999999", 0, true, 0, false},
        {"1e-999999999999", 0, true, 0, true},
        {"1626812345678901.234",
         3,
         true,
         1626812345678901234,
         false}, // a double has no such digits
    };
    for (const row& r : rows) {
        std::int64_t value = 0;
        bool rounded = false;
        CAPTURE(r.text);
        CHECK(wick::detail::json_integer(r.text, r.shift, value, rounded) == r.fits);
        if (!r.fits) { continue; }
        CHECK(value == r.value);
        CHECK(rounded == r.rounded);
    }
}

TEST_CASE("json: numbers into doubles are those that strtod makes") {
    std::mt19937_64 random(7);
    const auto same = [](const std::string& text) {
        const double made = wick::detail::json_double(text);
        const double expected = std::strtod(text.c_str(), nullptr);
        CAPTURE(text);
        CHECK(made == expected);
        CHECK(std::signbit(made) == std::signbit(expected));
    };
    for (const char* text : {"0",
                             "-0",
                             "0.1",
                             "1e308",
                             "1e309",
                             "5e-324",
                             "123456789012345678901",
                             "-1.7976931348623157e308",
                             "0.30000000000000004",
                             "1E-5"}) {
        same(text);
    }
    for (int i = 0; i < 2000; ++i) {
        const double scale = std::ldexp(1.0, static_cast<int>(random() % 200) - 100);
        char text[64];
        std::snprintf(text,
                      sizeof text,
                      "%.*g",
                      1 + static_cast<int>(random() % 17),
                      static_cast<double>(random()) * scale);
        std::string number = text;
        same(number);
    }
}
