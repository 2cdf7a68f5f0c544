// Tests of wick/folded.hpp.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/folded.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::string_view_literals;

wick::folded_text parse(std::string_view text) {
    wick::result<wick::folded_text> read = wick::parse_folded(text);
    REQUIRE(read);
    for (const wick::profile& p : read.value.columns) { REQUIRE(wick::validate(p).what.empty()); }
    return read.value;
}

// Text after one trip through a profile.
std::string again(std::string_view text) {
    const wick::folded_text read = parse(text);
    REQUIRE(read.columns.size() == 1);
    return wick::to_folded(read.columns[0]);
}

std::string join(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) { text += line + '\n'; }
    return text;
}

// A source that gives as few bytes at a time as it likes.
struct dripping {
    std::string_view text;
    std::mt19937 random{7};

    std::size_t operator()(char* to, std::size_t room) {
        const std::size_t size = (std::min)({room, text.size(), std::size_t{1} + random() % 5});
        std::copy_n(text.data(), size, to);
        text.remove_prefix(size);
        return size;
    }
};

} // namespace

TEST_CASE("folded: text to profile and back, line by line") {
    struct row {
        std::string_view in;
        std::string_view out;
        std::uint64_t skipped;
    };
    const row rows[] = {
        {"a;b 1\n", "a;b 1\n", 0},
        {"a;b 1", "a;b 1\n", 0},                 // no end of line
        {"a;b 1\r\nc 2\r\n", "a;b 1\nc 2\n", 0}, // CRLF
        {"a;b 1 \t \n", "a;b 1\n", 0},           // trailing blanks
        {"a;b\t1\n", "a;b 1\n", 0},              // a tab
        {"a;b 1\na;b 2\n", "a;b 3\n", 0},        // merged
        {"# a comment 3\n\n#\na 1\n", "a 1\n", 0},
        {"#a 1\n#;b 2\n", "#;b 2\n#a 1\n", 0}, // only "# " makes a comment
        {"a;;b 1\n;a 2\na; 3\n", ";a 2\na; 3\na;;b 1\n", 0},
        {"; 1\n", "; 1\n", 0},
        {" 5\n", " 5\n", 0}, // the root's own
        {"a b c 1\n", "a b c 1\n", 0},
        {"a  1\n", "a  1\n", 0}, // a name that ends in a blank
        {"a 1.5\na 2.25\n", "a 3.75\n", 0},
        {"a 1.\na 0.50\n", "a 1.5\n", 0},
        {"a 0\n", "a 0\n", 0},
        {"a 9223372036854775807\n", "a 9223372036854775807\n", 0},
        {"a 9223372036854775808\nb 1\n", "b 1\n", 1},
        {"a\na 1x\nb 1\na .5\na -1\na 1e5\n10\n", "b 1\n", 6},
        {"f_[k] 1\nf_[i] 2\nf_[j] 3\nf_[w] 4\nf 5\n",
         "f 5\nf_[i] 2\nf_[j] 3\nf_[k] 1\nf_[w] 4\n",
         0},
        {"_[k] 1\n", "_[k] 1\n", 0},
        {"\xff\xfe;\x01\x02 1\n", "\xff\xfe;\x01\x02 1\n", 0}, // any bytes
        {"a\0b;c 1\n"sv, "a\0b;c 1\n"sv, 0},
    };
    for (const row& r : rows) {
        CAPTURE(r.in);
        const wick::folded_text read = parse(r.in);
        REQUIRE(read.columns.size() == 1);
        CHECK(wick::to_folded(read.columns[0]) == r.out);
        CHECK(read.skipped.records == r.skipped);
    }
}

TEST_CASE("folded: siblings are merged where sorted lines tear them apart") {
    const wick::folded_text read = parse("main;a 100\nmain;a-x;b 100\nmain;a;b 200\n");
    REQUIRE(read.columns[0].nodes.size() == 6); // root, main, a, a;b, a-x, a-x;b
    CHECK(wick::totals(read.columns[0])[2] == 300);
}

TEST_CASE("folded: kinds come from the suffix of a name and go there") {
    const wick::profile p = parse("f_[k];g_[i];h_[j];i_[w] 1\n").columns[0];
    REQUIRE(p.frames.size() == 5);
    CHECK(p.frames[1].function == "f");
    CHECK(p.frames[1].kind == wick::frame_kind::kernel);
    CHECK(p.frames[2].kind == wick::frame_kind::inlined);
    CHECK(p.frames[3].kind == wick::frame_kind::jit);
    CHECK(p.frames[4].function == "i_[w]");
}

TEST_CASE("folded: the first malformed line is located") {
    const wick::folded_text read = parse("a 1\n\nnot one\nneither\n");
    CHECK(read.skipped.records == 2);
    CHECK(read.skipped.first.line == 3);
    CHECK(read.skipped.first.message() ==
          "line 3: expected \"frame;frame weight\": no number at the end");
}

TEST_CASE("folded: two columns only if every well-formed line has them") {
    const wick::folded_text diff = parse("a;b 1 2\nc 0 3\nd 4 0\ne 0 0\n# x 1\nbad\n");
    REQUIRE(diff.columns.size() == 2);
    CHECK(wick::to_folded(diff.columns[0]) == "a;b 1\nd 4\ne 0\n");
    CHECK(wick::to_folded(diff.columns[1]) == "a;b 2\nc 3\ne 0\n");
    CHECK(diff.skipped.records == 1);

    const wick::folded_text names = parse("Worker 2 10\nWorker 3 11\nmain 5\n");
    REQUIRE(names.columns.size() == 1);
    CHECK(wick::to_folded(names.columns[0]) == "Worker 2 10\nWorker 3 11\nmain 5\n");
    // The same lines in another order are the same profile.
    CHECK(parse("main 5\nWorker 3 11\nWorker 2 10\n").columns == names.columns);
}

TEST_CASE("folded: fractions are exact up to six decimals, rounded and counted beyond") {
    CHECK(again("a 0.1\na 0.2\nb 0.000001\n") == "a 0.3\nb 0.000001\n");
    const wick::folded_text read = parse("a 1.0000005\nb 1.00000049\nc 2.0000000\n");
    CHECK(read.rounded == 2);
    CHECK(wick::to_folded(read.columns[0]) == "a 1.000001\nb 1\nc 2\n");
    CHECK(read.columns[0].decimals == 6);
    CHECK(read.columns[0].nodes[3].count == 2);
}

TEST_CASE("folded: the order of fractions and whole weights does not matter") {
    CHECK(parse("a 1\nb 2.5\nc 3.25\n").columns == parse("c 3.25\nb 2.5\na 1\n").columns);
}

TEST_CASE("folded: weights that add up to 2^63 are an error with its line") {
    const auto read = wick::parse_folded("a 9223372036854775807\nb 1\n");
    CHECK_FALSE(read);
    CHECK(read.error.message() == "line 2: the weights add up to 2^63 or more");
    CHECK_FALSE(wick::parse_folded("a 9223372036854775807\nb 0.5\n"));
    CHECK_FALSE(wick::parse_folded("a 0.5\nb 9223372036854775807\n"));
    CHECK(wick::parse_folded("a 9223372036854775806\nb 1\n"));
}

TEST_CASE("folded: empty input is an empty profile") {
    for (const std::string_view text : {""sv, "\n\n"sv, "# nothing\n"sv, "\r\n"sv}) {
        const wick::folded_text read = parse(text);
        REQUIRE(read.columns.size() == 1);
        CHECK(read.columns[0].empty());
        CHECK(wick::to_folded(read.columns[0]).empty());
    }
}

TEST_CASE("folded: a line without end is skipped without being held") {
    std::uint64_t left = (std::uint64_t{1} << 30) + 1; // 1 GiB of one line
    std::size_t largest = 0;
    bool tail = false;
    const auto source = [&](char* to, std::size_t room) -> std::size_t {
        largest = (std::max)(largest, room);
        if (left == 0) {
            if (tail) { return 0; }
            tail = true;
            std::string_view("\na 1\n").copy(to, room);
            return 5;
        }
        const auto size = static_cast<std::size_t>((std::min)(std::uint64_t{room}, left));
        std::fill_n(to, size, 'x');
        left -= size;
        return size;
    };
    const wick::result<wick::folded_text> read = wick::read_folded(source);
    REQUIRE(read);
    CHECK(read.value.skipped.records == 1);
    CHECK(read.value.skipped.first.message() == "line 1: the line is longer than 16 MiB");
    CHECK(wick::to_folded(read.value.columns[0]) == "a 1\n");
    CHECK(largest <= std::size_t{1} << 25);
}

TEST_CASE("folded: where a source cuts the text does not matter") {
    std::mt19937 random(11);
    std::string text;
    for (int i = 0; i < 300; ++i) {
        for (auto k = random() % 6; k > 0; --k) {
            text += "frame" + std::to_string(random() % 9) + ";";
        }
        text += "leaf " + std::to_string(random() % 99) + (random() % 3 == 0 ? "\r\n" : "\n");
    }
    const wick::result<wick::folded_text> read = wick::read_folded(dripping{text});
    REQUIRE(read);
    CHECK(read.value.columns == parse(text).columns);
}

TEST_CASE("folded: the identity on sorted text, whatever the order of the lines") {
    // Names that begin each other, and bytes on both sides of ' ' and ';', are what orders differ
    // over.
    static const char* const names[] = {"a",
                                        "a ",
                                        "a 1",
                                        "a!",
                                        "a-x",
                                        "a:",
                                        "a:b",
                                        "a;",
                                        "b",
                                        "",
                                        "ab",
                                        "a_",
                                        "a_[k]",
                                        "a_Z",
                                        "a_z",
                                        "A",
                                        "#",
                                        "a\x7f",
                                        "a\xff"};
    for (unsigned seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::vector<std::string> stacks;
        for (unsigned i = 0; i < 40; ++i) {
            std::string s = names[random() % 19];
            for (auto k = random() % 3; k > 0; --k) {
                s += std::string(";") + names[random() % 19];
            }
            if (!s.empty() && s != "#" && s.substr(0, 2) != "# ") { stacks.push_back(s); }
        }
        std::sort(stacks.begin(), stacks.end());
        stacks.erase(std::unique(stacks.begin(), stacks.end()), stacks.end());
        std::vector<std::string> lines;
        for (const std::string& s : stacks) {
            lines.push_back(s + " " + std::to_string(1 + random() % 12));
        }
        lines.push_back("plain 7"); // so that no set of lines is a diff
        std::sort(lines.begin(), lines.end());
        const std::string text = join(lines);
        REQUIRE(again(text) == text);
        const std::vector<wick::profile> expected = parse(text).columns;
        std::shuffle(lines.begin(), lines.end(), random);
        REQUIRE(parse(join(lines)).columns == expected);
    }
}

TEST_CASE("write_folded: what separates frames or lines is replaced in names, and equals merged") {
    wick::profile_builder builder;
    const auto add = [&](std::string_view root, std::string_view leaf) {
        const std::uint32_t node = builder.child(0, builder.intern(root));
        REQUIRE(builder.add(builder.child(node, builder.intern(leaf)), 1, 1));
    };
    add("a;b", "x\ny");
    add("a:b", "x y");
    add("# a", "b");
    add("#", "b");
    REQUIRE(builder.add(builder.child(0, builder.intern("#")), 1, 1)); // "# 1" would be a comment
    CHECK(wick::to_folded(builder.finish()) == "#;b 1\n#_ 1\n#_a;b 1\na:b;x y 2\n");
}

TEST_CASE("write_folded: frames that only files or addresses tell apart are one in text") {
    wick::profile_builder builder;
    for (const char* file : {"a.cpp", "b.cpp"}) {
        wick::frame f;
        f.function = "f";
        f.file = file;
        REQUIRE(builder.add(builder.child(0, builder.intern(f)), 1, 2));
    }
    CHECK(wick::to_folded(builder.finish()) == "f 4\n");
}

TEST_CASE("write_folded: addresses without names are written as module and offset") {
    wick::profile_builder builder;
    wick::loaded_module library;
    library.path = "/usr/lib/libm.so.6";
    library.start = 0x7000;
    library.limit = 0x9000;
    library.offset = 0x1000;
    wick::frame f;
    f.module = builder.intern(library);
    f.address = 0x7123;
    REQUIRE(builder.add(builder.child(0, builder.intern(f)), 1, 1));
    f.module = 0;
    REQUIRE(builder.add(builder.child(0, builder.intern(f)), 1, 1));
    CHECK(wick::to_folded(builder.finish()) == "0x7123 1\nlibm.so.6+0x1123 1\n");
}

TEST_CASE("write_folded: takes callables and things with write()") {
    struct stream {
        std::string text;
        stream& write(const char* bytes, std::ptrdiff_t size) {
            text.append(bytes, static_cast<std::size_t>(size));
            return *this;
        }
    };
    const wick::profile p = parse("a;b 1\n").columns[0];
    stream out;
    wick::write_folded(out, p);
    CHECK(out.text == "a;b 1\n");
}

TEST_CASE("folded: depth 100,000 costs no stack") {
    std::string line;
    for (int i = 0; i < 100000; ++i) { line += "f;"; }
    line += "g 1\n";
    CHECK(again(line) == line);
}
