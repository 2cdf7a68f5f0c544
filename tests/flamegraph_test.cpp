// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/comparison.hpp>
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/profile.hpp>
#include <wick/timeline.hpp>

#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

// ---- A checker of XML's well-formedness, written from the recommendation, independent of the
// writer.

class xml_checker {
public:
    explicit xml_checker(std::string_view text)
        : text_(text) {}

    // Returns what is wrong with the document, or "".
    std::string check() {
        characters();
        if (starts("<?xml ")) { skip_past("?>"); }
        while (problem_.empty() && at_ < text_.size()) { item(); }
        if (problem_.empty() && !open_.empty()) { problem_ = "not closed: " + open_.back(); }
        if (problem_.empty() && roots_ != 1) { problem_ = "not one root element"; }
        return problem_;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string> open_;
    int roots_ = 0;
    std::string problem_;

    bool starts(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
    void fail(const std::string& what) {
        if (problem_.empty()) { problem_ = what + " at byte " + std::to_string(at_); }
        at_ = text_.size();
    }
    void skip_past(std::string_view what) {
        const std::size_t found = text_.find(what, at_);
        if (found == std::string_view::npos) { return fail("no " + std::string(what)); }
        at_ = found + what.size();
    }

    // Every character must be one of the recommendation's production 2, in the shortest UTF-8.
    void characters() {
        for (std::size_t i = 0; i < text_.size();) {
            const auto b = [&](std::size_t k) {
                return i + k < text_.size() ? static_cast<unsigned char>(text_[i + k]) : 0u;
            };
            const unsigned lead = b(0);
            unsigned code = lead;
            std::size_t size = 1;
            if (lead >= 0x80) {
                size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
                code = lead & (size == 2 ? 0x1fu : size == 3 ? 0x0fu : 0x07u);
                for (std::size_t k = 1; k < size; ++k) {
                    if ((b(k) & 0xc0) != 0x80) { code = 0; }
                    code = code << 6 | (b(k) & 0x3f);
                }
                if (lead < 0xc2 || (size == 3 && code < 0x800) || (size == 4 && code < 0x10000)) {
                    code = 0;
                }
            }
            const bool fine =
                code == 9 || code == 10 || code == 13 || (code >= 0x20 && code < 0xd800) ||
                (code >= 0xe000 && code < 0xfffe) || (code >= 0x10000 && code < 0x110000);
            if (!fine) {
                at_ = i;
                return fail("no character of XML");
            }
            i += size;
        }
    }

    void item() {
        if (text_[at_] != '<') { return content(); }
        if (starts("<![CDATA[")) { return skip_past("]]>"); }
        if (starts("</")) { return close(); }
        element();
    }

    void content() {
        const std::size_t end = (std::min)(text_.find('<', at_), text_.size());
        const std::string_view run = text_.substr(at_, end - at_);
        if (open_.empty() && run.find_first_not_of(" \n") != std::string_view::npos) {
            return fail("text outside of the root");
        }
        if (run.find("]]>") != std::string_view::npos) { return fail("]]> in text"); }
        references(run);
        if (problem_.empty()) { at_ = end; }
    }

    void references(std::string_view run) {
        for (std::size_t i = run.find('&'); i != std::string_view::npos; i = run.find('&', i + 1)) {
            bool known = false;
            for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}) {
                known = known || run.substr(i, std::strlen(entity)) == entity;
            }
            if (!known) { return fail("unknown reference"); }
        }
    }

    std::string name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                      text_[at_] == '-' || text_[at_] == ':')) {
            ++at_;
        }
        if (at_ == begin) { fail("no name"); }
        return std::string(text_.substr(begin, at_ - begin));
    }

    void close() {
        at_ += 2;
        const std::string closed = name();
        if (!starts(">") || open_.empty() || open_.back() != closed) {
            return fail("wrong end tag");
        }
        ++at_;
        open_.pop_back();
    }

    void element() {
        if (open_.empty()) { ++roots_; }
        ++at_;
        const std::string opened = name();
        std::vector<std::string> seen;
        while (problem_.empty() && starts(" ")) {
            ++at_;
            const std::string attribute = name();
            if (std::find(seen.begin(), seen.end(), attribute) != seen.end()) {
                fail("twice the same attribute");
            }
            seen.push_back(attribute);
            if (!starts("=\"")) { return fail("no value"); }
            at_ += 2;
            const std::size_t end = text_.find('"', at_);
            if (end == std::string_view::npos) { return fail("open value"); }
            const std::string_view value = text_.substr(at_, end - at_);
            if (value.find('<') != std::string_view::npos) { return fail("< in a value"); }
            references(value);
            if (problem_.empty()) { at_ = end + 1; }
        }
        if (!problem_.empty()) { return; }
        if (starts("/>")) {
            at_ += 2;
        } else if (starts(">")) {
            ++at_;
            open_.push_back(opened);
        } else {
            fail("no end of a tag");
        }
    }
};

std::string xml_problem(std::string_view text) {
    return xml_checker(text).check();
}

// Returns false where xmllint is there and refuses the file.
bool xmllint_accepts(const std::string& svg) {
    static const bool present = std::system("xmllint --version >/dev/null 2>&1") == 0;
    if (!present) {
        MESSAGE("skipped without xmllint");
        return true;
    }
    char path[] = "/tmp/wick-flamegraph-XXXXXX";
    const int descriptor = mkstemp(path);
    REQUIRE(descriptor >= 0);
    std::FILE* file = fdopen(descriptor, "wb");
    std::fwrite(svg.data(), 1, svg.size(), file);
    std::fclose(file);
    const int status = std::system((std::string("xmllint --noout ") + path).c_str());
    std::remove(path);
    return status == 0;
}

// ---- Profiles and pictures.

using stack = std::vector<std::string>;

wick::profile make(const std::vector<std::pair<stack, std::int64_t>>& stacks, int decimals = 0) {
    wick::profile_builder made;
    REQUIRE(made.refine(decimals));
    for (const auto& [frames, weight] : stacks) {
        std::uint32_t node = wick::profile_builder::root;
        for (const std::string& frame : frames) { node = made.child(node, made.intern(frame)); }
        const auto one = static_cast<std::int64_t>(wick::detail::power_of_ten(decimals));
        REQUIRE(made.add(node, weight > 0 ? static_cast<std::uint64_t>(weight / one) : 0, weight));
    }
    return made.finish();
}

// A frame as the file draws it.
struct drawn {
    std::string style, title, label;
    double x = 0, y = 0, width = 0, label_x = 0;
};

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t from = text.find(begin);
    if (from == std::string_view::npos) { return {}; }
    const std::size_t to = text.find(end, from + begin.size());
    return std::string(text.substr(from + begin.size(), to - from - begin.size()));
}

std::vector<drawn> frames_of(const std::string& svg) {
    std::vector<drawn> frames;
    const std::string part = between(svg, "<g class=\"frames\"", "<g class=\"footer\"");
    for (std::size_t at = part.find("<g class="); at != std::string::npos;) {
        const std::size_t end = part.find("</g>", at);
        const std::string g = part.substr(at, end - at);
        drawn f;
        f.style = between(g, "class=\"", "\"");
        f.title = between(g, "<title>", "</title>");
        const std::string rect = between(g, "<rect", "/>");
        f.x = std::stod(between(rect, " x=\"", "\""));
        f.y = std::stod(between(rect, " y=\"", "\""));
        f.width = std::stod(between(rect, " width=\"", "\""));
        const std::size_t text = g.find("<text");
        if (text != std::string::npos) {
            f.label_x = std::stod(between(g.substr(text), " x=\"", "\""));
            f.label = between(g.substr(text), ">", "</text>");
        }
        frames.push_back(f);
        at = part.find("<g class=", end);
    }
    return frames;
}

std::uint64_t number(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ','), text.end());
    return std::stoull(text);
}

std::int64_t weight(std::mt19937& random, unsigned most) {
    return 1 + static_cast<std::int64_t>(random() % most);
}

wick::profile random_profile(std::mt19937& random, int stacks, int names) {
    std::vector<std::pair<stack, std::int64_t>> all;
    for (int i = 0; i < stacks; ++i) {
        stack frames;
        for (auto n = random() % 12; n-- > 0;) {
            frames.push_back("f" + std::to_string(random() % static_cast<unsigned>(names)));
        }
        all.emplace_back(frames, weight(random, 100));
    }
    return make(all);
}

std::string random_bytes(std::mt19937& random) {
    std::string bytes;
    const char* awkward[] = {"]]>",
                             "<",
                             "&",
                             "\"",
                             "'",
                             "\xef\xbf\xbe",
                             "\xed\xa0\x80",
                             "\xf4\x90\x80\x80",
                             "\xc0\x80",
                             "\xe2\x80\xae",
                             "\xc3\xa9",
                             "\xe6\xbc\xa2",
                             "\xf0\x9f\x94\xa5",
                             "--",
                             "\\"};
    for (auto n = random() % 24; n-- > 0;) {
        if (random() % 3 == 0) {
            bytes += awkward[random() % (sizeof awkward / sizeof *awkward)];
        } else {
            bytes += static_cast<char>(random() % 256);
        }
    }
    return bytes;
}

} // namespace

TEST_CASE("xml checker: finds what is wrong") {
    CHECK(xml_problem("<?xml version=\"1.0\"?>\n<a b=\"c\"><d/>&lt;</a>\n") == "");
    for (const char* bad : {"<a>",
                            "<a></b>",
                            "<a/><b/>",
                            "<a>&</a>",
                            "<a>]]></a>",
                            "<a b=\"<\"/>",
                            "<a>\x01</a>",
                            "<a>\xff</a>",
                            "<a>\xed\xa0\x80</a>",
                            "<a>\xef\xbf\xbf</a>",
                            "<a b=\"1\" b=\"2\"/>",
                            "x",
                            "<a>\xc0\x80</a>",
                            "<a b=\"1/>"}) {
        CAPTURE(bad);
        CHECK(xml_problem(bad) != "");
    }
}

TEST_CASE("flamegraph: shows frames with names, weights, shares and self weights") {
    const wick::profile p = make({{{"main", "a"}, 1234}, {{"main", "b"}, 700}, {{"main"}, 66}});
    const std::string svg = wick::to_flamegraph(p);
    CHECK(xml_problem(svg) == "");
    const std::vector<drawn> frames = frames_of(svg);
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].title == "all (2,000 samples, 100.00 %; self 0)");
    CHECK(frames[1].title == "main (2,000 samples, 100.00 %; self 66, 3.30 %)");
    CHECK(frames[2].title == "a (1,234 samples, 61.70 %; self 1,234, 61.70 %)");
    CHECK(frames[2].label == "a");
    CHECK(frames[3].title == "b (700 samples, 35.00 %; self 700, 35.00 %)");
    CHECK(frames[3].x == doctest::Approx(1176 * 0.617).epsilon(0.0001));
    CHECK(frames[0].y > frames[1].y);

    wick::flamegraph_options options;
    options.inverted = true;
    options.unit = "bytes";
    const std::vector<drawn> turned = frames_of(wick::to_flamegraph(p, options));
    CHECK(turned[0].y < turned[1].y);
    CHECK(turned[2].title == "a (1,234 bytes, 61.70 %; self 1,234, 61.70 %)");
}

TEST_CASE("flamegraph: weights are exact up to 2^63 - 1 and with decimals") {
    const std::string big = wick::to_flamegraph(make({{{"a"}, 0x7ffffffffffffffe}, {{"b"}, 1}}));
    CHECK(frames_of(big).front().title ==
          "all (9,223,372,036,854,775,807 samples, 100.00 %; self 0)");
    CHECK(frames_of(big)[1].title.find("a (9,223,372,036,854,775,806 samples, 100.00 %") == 0);
    CHECK(between(big, "data-total=\"", "\"") == "9223372036854775807");

    const std::string fine = wick::to_flamegraph(make({{{"a"}, 1234500}, {{"b"}, 1000}}, 3));
    CHECK(frames_of(fine).front().title == "all (1,235.5 samples, 100.00 %; self 0)");
    CHECK(frames_of(fine)[1].title == "a (1,234.5 samples, 99.92 %; self 1,234.5, 99.92 %)");
    CHECK(frames_of(fine)[2].title ==
          "b (1 sample, 0.08 %; self 1, 0.08 %; 95 % interval 0.01 to 0.46 %)");
}

TEST_CASE("flamegraph: frames of equal text are one frame, whatever tells them apart") {
    wick::profile_builder made;
    const auto add = [&](wick::frame f, std::int64_t weight) {
        const std::uint32_t main = made.child(wick::profile_builder::root, made.intern("main"));
        const std::uint32_t node = made.child(main, made.intern(f));
        REQUIRE(made.add(
            made.child(node, made.intern("leaf")), static_cast<std::uint64_t>(weight), weight));
    };
    wick::frame f;
    f.function = "twice";
    add(f, 10);
    f.file = "a.cpp";
    f.line = 7;
    add(f, 20);
    f.kind = wick::frame_kind::thread;
    add(f, 30);
    f.function = "twice_[k]"; // a name that ends like a kernel frame's, and one of those
    add(f, 1);
    f.function = "twice";
    f.kind = wick::frame_kind::kernel;
    add(f, 2);
    const std::vector<drawn> frames = frames_of(wick::to_flamegraph(made.finish()));
    std::map<std::string, int> titles;
    for (const drawn& d : frames) { ++titles[d.title]; }
    CHECK(frames.size() == 6);
    CHECK(titles["twice (60 samples, 95.24 %; self 0; 95 % interval 86.91 to 98.37 %)"] == 1);
    CHECK(titles["twice [kernel] (3 samples, 4.76 %; self 0; 95 % interval 1.63 to 13.09 %)"] == 1);
    CHECK(titles["leaf (60 samples, 95.24 %; self 60, 95.24 %; 95 % interval 86.91 to 98.37 %)"] ==
          1);
}

TEST_CASE("flamegraph: siblings are never drawn twice, also where lines sort between them") {
    const wick::profile p =
        make({{{"main", "a"}, 100}, {{"main", "a-x", "b"}, 100}, {{"main", "a", "b"}, 200}});
    int found = 0;
    for (const drawn& d : frames_of(wick::to_flamegraph(p))) {
        found += d.title.rfind("a (", 0) == 0 ? 1 : 0;
    }
    CHECK(found == 1);
}

TEST_CASE("flamegraph: any bytes in names give valid XML") {
    std::mt19937 random(20260701);
    std::string sample;
    for (int round = 0; round < 300; ++round) {
        std::vector<std::pair<stack, std::int64_t>> stacks;
        for (int i = 0; i < 8; ++i) {
            stacks.push_back({{random_bytes(random), random_bytes(random)}, weight(random, 50)});
        }
        wick::flamegraph_options options;
        options.title = random_bytes(random);
        options.subtitle = random_bytes(random);
        options.unit = random_bytes(random);
        options.interactive = round % 2 == 0;
        sample = wick::to_flamegraph(make(stacks), options);
        CAPTURE(round);
        REQUIRE(xml_problem(sample) == "");
        if (round % 30 == 0) { CHECK(xmllint_accepts(sample)); }
    }
}

TEST_CASE(
    "flamegraph: what cannot be shown is replaced by what can be seen, and kept in the data") {
    const std::string name("a\0\x1b\x7f\xff]]>\"\\", 10);
    const std::string svg = wick::to_flamegraph(make({{{name}, 1}}));
    const std::string shown = "a\xe2\x90\x80\xe2\x90\x9b\xe2\x90\xa1\xef\xbf\xbd]]&gt;&quot;\\";
    CHECK(frames_of(svg)[1].title.rfind(shown + " (", 0) == 0);
    CHECK(frames_of(svg)[1].label == shown);
    CHECK(svg.find(" a\\x00\\x1b\\x7f\\xff]]&gt;&quot;\\\\\n</metadata>") != std::string::npos);
}

TEST_CASE("flamegraph: the order of the input changes no byte") {
    std::mt19937 random(7);
    std::vector<std::pair<stack, std::int64_t>> stacks;
    for (int i = 0; i < 200; ++i) {
        stack frames;
        for (auto n = random() % 8; n-- > 0;) {
            frames.push_back("f" + std::to_string(random() % 9));
        }
        stacks.emplace_back(frames, weight(random, 9));
    }
    const std::string first = wick::to_flamegraph(make(stacks));
    for (int round = 0; round < 5; ++round) {
        std::shuffle(stacks.begin(), stacks.end(), random);
        CHECK(wick::to_flamegraph(make(stacks)) == first);
    }
}

TEST_CASE("flamegraph: children lie inside of their parents and do not overlap") {
    std::mt19937 random(11);
    for (const bool inverted : {false, true}) {
        wick::flamegraph_options options;
        options.inverted = inverted;
        options.min_width = 0;
        std::vector<drawn> frames =
            frames_of(wick::to_flamegraph(random_profile(random, 300, 30), options));
        REQUIRE(frames.size() > 100);
        const double step = inverted ? -18 : 18;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const drawn& f = frames[i];
            bool inside = f.y == frames[0].y;
            for (std::size_t k = 0; k < frames.size(); ++k) {
                const drawn& other = frames[k];
                const bool within =
                    f.x >= other.x - 0.001 && f.x + f.width <= other.x + other.width + 0.501;
                inside = inside || (other.y == f.y + step && within);
                if (i != k && other.y == f.y) {
                    CHECK_FALSE((f.x < other.x && f.x + f.width > other.x + 0.001));
                }
            }
            CHECK(inside);
        }
    }
}

TEST_CASE("flamegraph: labels fit into their frames and are used where there is room") {
    std::mt19937 random(5);
    std::vector<std::pair<stack, std::int64_t>> stacks;
    for (int i = 0; i < 100; ++i) {
        stacks.push_back({{std::string(1 + random() % 60, 'm'),
                           "\xe6\xbc\xa2\xe5\xad\x97<" + std::string(random() % 9, 'x')},
                          weight(random, 100)});
    }
    const double cell = wick::detail::flamegraph_geometry({}).cell;
    for (const drawn& f : frames_of(wick::to_flamegraph(make(stacks)))) {
        std::string label = f.label;
        for (const char* entity : {"&lt;", "&gt;", "&amp;"}) {
            for (std::size_t at; (at = label.find(entity)) != std::string::npos;) {
                label.replace(at, std::strlen(entity), "_");
            }
        }
        double used = 0;
        for (std::size_t i = 0; i < label.size(); ++i) {
            const auto byte = static_cast<unsigned char>(label[i]);
            if (byte < 0x80) { used += cell; }
            if (byte >= 0xc0) {
                used += label.compare(i, 3, "\xe2\x80\xa6") == 0 ? cell : 2 * cell;
            }
        }
        CAPTURE(f.title);
        CHECK((f.label.empty() || f.label_x + used <= f.x + f.width));
        if (f.label.empty()) { CHECK(f.width < 3 * cell + 7); }
    }
}

TEST_CASE("flamegraph: what is too narrow is drawn as blocks that say how much they hold") {
    std::mt19937 random(3);
    for (const double min_width : {0.0, 0.5, 3.0, 20.0}) {
        wick::flamegraph_options options;
        options.min_width = min_width;
        options.interactive = false;
        const wick::profile p = random_profile(random, 800, 40);
        std::string svg;
        const wick::flamegraph_summary summary =
            wick::write_flamegraph([&](std::string_view piece) { svg += piece; }, p, options);
        std::uint64_t frames = 0;
        std::uint64_t elided = 0;
        std::uint64_t blocks = 0;
        std::uint64_t weight = 0;
        for (const drawn& f : frames_of(svg)) {
            if (f.style != "elided") {
                ++frames;
                CHECK(f.width >= min_width - 0.51);
                continue;
            }
            ++blocks;
            elided += number(f.title);
            weight += number(between(f.title, "(", " "));
        }
        CHECK(frames == summary.drawn);
        CHECK(elided == summary.elided);
        CHECK(blocks == summary.elided_blocks);
        CHECK(frames + elided + summary.weightless == p.nodes.size());
        CHECK(summary.frames == p.nodes.size());
        const bool said = svg.find(" elided blocks</text>") != std::string::npos;
        CHECK(said == (min_width > 0));
        CHECK((weight > 0) == (min_width > 0));
    }
}

TEST_CASE("flamegraph: self weights of the frames drawn and the blocks add up to the whole") {
    std::mt19937 random(17);
    const wick::profile p = random_profile(random, 500, 25);
    wick::flamegraph_options options;
    options.min_width = 4;
    std::uint64_t sum = 0;
    std::uint64_t whole = 0;
    for (const drawn& f : frames_of(wick::to_flamegraph(p, options))) {
        if (whole == 0) { whole = number(between(f.title, "(", " ")); }
        if (f.style == "elided") {
            sum += number(between(f.title, "(", " "));
        } else {
            const std::string self = f.title.substr(f.title.rfind("self ") + 5);
            sum += number(self.substr(0, self.find_first_of(";)")).substr(0, self.find(", ")));
        }
    }
    CHECK(sum == whole);
    CHECK(whole == static_cast<std::uint64_t>(wick::totals(p)[0]));
}

TEST_CASE("flamegraph: nothing to show is said, in a valid file") {
    const auto says = [](const wick::profile& p, const char* words) {
        std::string svg;
        const auto summary = wick::write_flamegraph([&](std::string_view s) { svg += s; }, p);
        CHECK_FALSE(summary);
        CHECK(xml_problem(svg) == "");
        CHECK(svg.find(words) != std::string::npos);
        CHECK(svg.find("<script") == std::string::npos);
    };
    says(wick::profile{}, "the profile is empty");
    says(make({{{"a"}, 0}}), "no frame of the profile has a positive weight");
    says(make({{{"a"}, -5}}), "no frame of the profile has a positive weight");
}

TEST_CASE("flamegraph: negative weights are taken as nothing, and counted") {
    std::string svg;
    const auto summary = wick::write_flamegraph([&](std::string_view s) { svg += s; },
                                                make({{{"a"}, -5}, {{"a", "b"}, 10}}));
    CHECK(summary.negative == 1);
    CHECK(frames_of(svg)[1].title == "a (10 samples, 100.00 %; self 0)");
    CHECK(svg.find("1 negative weights taken as 0") != std::string::npos);
}

TEST_CASE("flamegraph: depth 10,000 and odd options do no harm") {
    const wick::profile deep = make({{stack(10000, "again"), 1}});
    CHECK(xml_problem(wick::to_flamegraph(deep)) == "");
    CHECK(frames_of(wick::to_flamegraph(deep)).size() == 10001);
    wick::flamegraph_options odd;
    odd.width = -3;
    odd.frame_height = 0;
    for (const double width : {-1.0, 1e300, std::nan("")}) {
        odd.min_width = width;
        CHECK(frames_of(wick::to_flamegraph(deep, odd)).size() >= 1);
    }
}

TEST_CASE("flamegraph: labels contrast with every colour of both modes") {
    const auto luminance = [](int red, int green, int blue) {
        const auto linear = [](int part) {
            const double v = part / 255.0;
            return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const auto colour_at = [&](const std::string& text, std::size_t at) {
        const auto part = [&](std::size_t i) {
            return std::stoi(text.substr(at + i, 2), nullptr, 16);
        };
        return luminance(part(0), part(2), part(4));
    };
    // A file for each palette, with names of every sort, and a comparison.
    std::vector<std::pair<stack, std::int64_t>> names;
    for (int i = 0; i < 400; ++i) {
        const char* sorts[] = {"",
                               "_[k]",
                               "_[i]",
                               "_[j]",
                               "_[w]",
                               "::x",
                               "/a.js",
                               ".pl",
                               "site-packages",
                               "<built-in",
                               "std::x",
                               "node_modules/",
                               " ",
                               "Java"};
        const std::string sort = sorts[i % 14];
        names.push_back(
            {{i % 28 < 14 ? "n" + std::to_string(i) + sort : sort + std::to_string(i)}, 9});
    }
    names.push_back({{"-", "--"}, 5});
    std::vector<std::string> files;
    for (int palette = 0; palette <= static_cast<int>(wick::flame_palette::safe); ++palette) {
        wick::flamegraph_options options;
        options.palette = static_cast<wick::flame_palette>(palette);
        options.interactive = false;
        files.push_back(wick::to_flamegraph(make(names), options));
    }
    files.push_back(wick::to_flamegraph(wick::untested_comparison(make(names), {}).value));
    int checked = 0;
    for (const std::string& svg : files) {
        const std::size_t dark = svg.find("@media");
        REQUIRE(dark != std::string::npos);
        for (const bool in_dark : {false, true}) {
            const std::string css =
                in_dark ? svg.substr(dark, svg.find("</style>") - dark) : svg.substr(0, dark);
            const std::size_t rule =
                in_dark ? css.find("text{fill:#") + 11 : css.find("px;fill:#") + 9;
            const double label = colour_at(css, rule);
            for (std::size_t at = css.find("{fill:#"); at != std::string::npos;
                 at = css.find("{fill:#", at + 1)) {
                // ".f3{fill:#rrggbb}", ".safe .u9{fill:#rrggbb}"
                if (css[at - 3] != '.' && css.compare(at - 9, 5, ".safe") != 0) { continue; }
                const double contrast = (colour_at(css, at + 7) + 0.05) / (label + 0.05);
                CAPTURE(css.substr(at - 9, 26));
                CHECK(contrast >= 4.5);
                ++checked;
            }
        }
    }
    CHECK(checked > 600);
}

TEST_CASE("flamegraph: colours depend on the name alone") {
    std::map<int, int> used;
    for (int i = 0; i < 4000; ++i) {
        ++used[wick::detail::shade_of("name" + std::to_string(i), 32)];
    }
    CHECK(used.size() == 32);
    for (const auto& [shade, times] : used) {
        CHECK((shade >= 0 && shade < 32 && times > 60 && times < 250));
    }
    const auto alone = frames_of(wick::to_flamegraph(make({{{"x", "name"}, 1}})));
    const auto among = frames_of(wick::to_flamegraph(make({{{"y", "z", "name"}, 1}, {{"w"}, 1}})));
    CHECK(alone[2].style == among.back().style);
}

TEST_CASE("flamegraph: the page is self-contained, its script the same in every file") {
    const std::string a = wick::to_flamegraph(make({{{"a"}, 1}}));
    const std::string b = wick::to_flamegraph(make({{{"<script>", "onclick=\"x\""}, 9}}, 2));
    CHECK(between(a, "<script>", "</script>") == between(b, "<script>", "</script>"));
    std::string page = a;
    for (const char* known : {"http://www.w3.org/2000/svg",
                              "http://www.w3.org/1999/xhtml",
                              "own.href",
                              "{href, ",
                              "href, ",
                              "href: ",
                              "url(#wick-hatch)"}) {
        for (std::size_t at; (at = page.find(known)) != std::string::npos;) {
            page.erase(at, std::strlen(known));
        }
    }
    for (const char* word : {"http:",
                             "https:",
                             "href",
                             "url(",
                             "@import",
                             "eval(",
                             "Function(",
                             "onclick",
                             "onload",
                             "innerHTML"}) {
        CAPTURE(word);
        CHECK(page.find(word) == std::string::npos);
    }
    wick::flamegraph_options fixed;
    fixed.interactive = false;
    const std::string still = wick::to_flamegraph(make({{{"a"}, 1}}), fixed);
    CHECK(still.find("<script") == std::string::npos);
    CHECK(still.find("<metadata") == std::string::npos);
}

TEST_CASE("flamegraph: the data in the file are the whole profile") {
    std::mt19937 random(23);
    const wick::profile p = random_profile(random, 400, 50);
    wick::flamegraph_options options;
    options.min_width = 50; // of which the picture draws little
    const std::string svg = wick::to_flamegraph(p, options);
    std::vector<std::string> names;
    const std::string lines = between(svg, "<metadata class=\"wick-names\">", "</metadata>");
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        const std::size_t blank = lines.find(' ', at);
        names.push_back(lines.substr(blank + 1, end - blank - 1));
        at = end + 1;
    }
    const std::string text = between(svg, "<metadata class=\"wick-nodes\">", "</metadata>");
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::size_t at = 0;
    const auto next = [&] {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 5) {
            const std::uint64_t digit = alphabet.find(text.at(at++));
            value |= (digit & 31) << shift;
            if (digit < 32) { return value; }
        }
    };
    wick::profile_builder made;
    std::vector<std::uint32_t> path;
    while (at < text.size()) {
        const std::uint64_t head = next();
        const std::string& name = names.at(next());
        path.resize(path.size() - head / 4);
        path.push_back(path.empty() ? wick::profile_builder::root
                                    : made.child(path.back(), made.intern(name)));
        REQUIRE(head % 4 < 2); // counts are weights here
        if (head % 2 != 0) { REQUIRE(made.add(path.back(), 0, static_cast<std::int64_t>(next()))); }
    }
    const wick::profile back = made.finish();
    REQUIRE(back.nodes.size() == p.nodes.size());
    for (std::size_t i = 0; i < p.nodes.size(); ++i) {
        CHECK(back.nodes[i].self == p.nodes[i].self);
        CHECK(back.nodes[i].parent == p.nodes[i].parent);
        CHECK(back.frames[back.nodes[i].frame].function == p.frames[p.nodes[i].frame].function);
    }
}

TEST_CASE("flamegraph: says where a profile comes from and what it lacks") {
    wick::profile_builder made;
    REQUIRE(made.add(made.child(0, made.intern("a")), 1, 1));
    wick::origin from;
    from.command = "server <1>";
    from.rate_asked_hz = 99;
    from.rate_attained_hz = 98.96;
    from.duration_ns = 12300000000;
    from.cpu_ns = 4567000;
    from.dropped = 3;
    made.add_origin(from);
    const std::string svg = wick::to_flamegraph(made.finish());
    CHECK(svg.find("server &lt;1&gt;  \xc2\xb7  99 Hz attained  \xc2\xb7  99 Hz asked for  "
                   "\xc2\xb7  12.3 s observed  \xc2\xb7  4.567 ms of CPU time  "
                   "\xc2\xb7  3 samples dropped<") != std::string::npos);
}

namespace {

// FIPS 180-4, for the test alone.
std::string sha256_base64(std::string text) {
    const auto rotate = [](std::uint32_t x, int n) { return x >> n | x << (32 - n); };
    std::uint32_t k[64];
    std::uint32_t h[8];
    int found = 0;
    for (std::uint32_t n = 2; found < 64; ++n) {
        bool prime = true;
        for (std::uint32_t d = 2; d * d <= n; ++d) { prime = prime && n % d != 0; }
        if (!prime) { continue; }
        const auto fraction = [](long double root) {
            return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
        };
        if (found < 8) { h[found] = fraction(std::sqrt(static_cast<long double>(n))); }
        k[found++] = fraction(std::cbrt(static_cast<long double>(n)));
    }
    const std::uint64_t bits = text.size() * 8;
    text += '\x80';
    while (text.size() % 64 != 56) { text += '\0'; }
    for (int i = 56; i >= 0; i -= 8) { text += static_cast<char>(bits >> i & 0xff); }
    for (std::size_t block = 0; block < text.size(); block += 64) {
        std::uint32_t w[64];
        for (std::size_t i = 0; i < 16; ++i) {
            w[i] = 0;
            for (std::size_t b = 0; b < 4; ++b) {
                w[i] = w[i] << 8 | static_cast<unsigned char>(text[block + 4 * i + b]);
            }
        }
        for (std::size_t i = 16; i < 64; ++i) {
            const std::uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
            const std::uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
            w[i] = w[i - 16] + a + w[i - 7] + b;
        }
        std::uint32_t v[8];
        std::copy(h, h + 8, v);
        for (std::size_t i = 0; i < 64; ++i) {
            const std::uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
            const std::uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
            const std::uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
            const std::uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            for (std::size_t j = 7; j > 0; --j) { v[j] = v[j - 1]; }
            v[4] += t1;
            v[0] = t1 + t2;
        }
        for (std::size_t i = 0; i < 8; ++i) { h[i] += v[i]; }
    }
    const char* alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string made;
    std::vector<unsigned> bytes;
    for (const std::uint32_t word : h) {
        for (int i = 24; i >= 0; i -= 8) { bytes.push_back(word >> i & 0xff); }
    }
    bytes.push_back(0); // 32 bytes end in one "="
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const unsigned group = bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6) { made += alphabet[group >> shift & 63]; }
    }
    made.back() = '=';
    return made;
}

wick::profile folded(const std::string& text) {
    wick::result<wick::folded_text> read = wick::parse_folded(text);
    REQUIRE(read);
    return read.value.columns.at(0);
}

wick::comparison compare(const std::string& before, const std::string& after) {
    return wick::untested_comparison(folded(before), folded(after)).value;
}

const drawn& find(const std::vector<drawn>& frames, const std::string& name) {
    const auto at = std::find_if(frames.begin(), frames.end(), [&](const drawn& f) {
        return f.title.rfind(name + " (", 0) == 0;
    });
    REQUIRE(at != frames.end());
    return *at;
}

} // namespace

TEST_CASE("flamegraph: the published hash is that of the script in the file") {
    CHECK(sha256_base64("abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    const std::string svg = wick::to_flamegraph(make({{{"a"}, 1}}));
    const std::string script = between(svg, "<script><![CDATA[", "]]></script>");
    CHECK(wick::flamegraph_script_hash == "sha256-" + sha256_base64(script));
}

TEST_CASE("flamegraph: few observations have an interval, many have none") {
    // Wilson's interval of 10 of 1,000 is 0.544 % to 1.831 % (the formula, by hand).
    const std::vector<drawn> frames =
        frames_of(wick::to_flamegraph(make({{{"few"}, 10}, {{"many"}, 990}})));
    CHECK(find(frames, "few").title ==
          "few (10 samples, 1.00 %; self 10, 1.00 %; 95 % interval 0.54 to 1.83 %)");
    CHECK(find(frames, "many").title == "many (990 samples, 99.00 %; self 990, 99.00 %)");
    wick::profile_builder bytes; // what is no sample has no chance in it
    bytes.describe("bytes", wick::counted_as::calls, wick::profile_detail::function);
    REQUIRE(bytes.add(bytes.child(0, bytes.intern("x")), 3, 3));
    REQUIRE(bytes.add(bytes.child(0, bytes.intern("y")), 3, 5));
    CHECK(wick::to_flamegraph(bytes.finish()).find("interval 3") == std::string::npos);
}

TEST_CASE("flamegraph: a comparison tells both sides, and hatches what is gone") {
    const wick::comparison c =
        compare("m;a 100\nm;gone 50\nm;same 70\n", "m;a 300\nm;new 25\nm;same 70\n");
    wick::flamegraph_options options;
    const auto picture = [&] { return wick::to_flamegraph(c, options); };
    std::string svg = picture();
    CHECK(xml_problem(svg) == "");
    CHECK(xmllint_accepts(svg));
    std::vector<drawn> frames = frames_of(svg);
    CHECK(find(frames, "a").title ==
          "a (+200 samples, +50.63 %; before 100, after 300; self +200, before 100, after 300)");
    CHECK(find(frames, "a").style == "u9");
    CHECK(find(frames, "gone").style.substr(0, 1) == "n");
    CHECK(find(frames, "gone").title.find("; only before)") != std::string::npos);
    CHECK(find(frames, "new").title.find("; only after)") != std::string::npos);
    CHECK(find(frames, "same").style == "z0");
    CHECK(svg.find("<rect class=\"hatch\"") ==
          svg.rfind("<rect class=\"hatch\" x=\"", svg.find("<g class=\"footer\"")));

    const auto names = [&] {
        std::string all;
        for (const drawn& f : frames_of(picture())) { all += f.label + " "; }
        return all;
    };
    options.widths = wick::frame_width::after;
    CHECK(names() == "all m a new same ");
    options.widths = wick::frame_width::before;
    CHECK(names() == "all m a gone same ");
    options.widths = wick::frame_width::difference;
    CHECK(names() == "all m a gone new ");
    options.widths = wick::frame_width::both;
    options.negate = true;
    CHECK(find(frames_of(picture()), "a").style == "n9");
    options.by_self = true;
    CHECK(find(frames_of(picture()), "m").style == "z0");
    options.reverse = true;
    CHECK(frames_of(picture()).front().title.rfind("all (", 0) == 0);
}

TEST_CASE("flamegraph: what was tested and not shown is grey") {
    wick::comparison c = compare("m;a 100\nm;b 100\n", "m;a 400\nm;b 200\n");
    c.tests.resize(3);
    c.tests[1].total.concluded = wick::verdict::regressed;
    c.tests[2].total.concluded = wick::verdict::inconclusive;
    for (wick::comparison::node& n : c.nodes) {
        n.test = c.frames[n.frame].function == "a" ? 1 : 2;
    }
    const std::vector<drawn> frames = frames_of(wick::to_flamegraph(c));
    CHECK(find(frames, "a").style == "u9");
    CHECK(find(frames, "a").title.find("; regressed)") != std::string::npos);
    CHECK(find(frames, "b").style == "z0");
    CHECK(find(frames, "b").title.find("; not significant)") != std::string::npos);
    CHECK(find(frames, "m").style == "z0"); // tested, not significant
    for (wick::comparison::node& n : c.nodes) {
        if (c.frames[n.frame].function == "b") { n.test = 0; }
    }
    CHECK(find(frames_of(wick::to_flamegraph(c)), "b").style == "z0"); // too few samples to test
}

TEST_CASE("flamegraph: comparisons take negative and large weights") {
    const wick::comparison c = wick::untested_comparison(make({{{"a"}, -50}, {{"b"}, 10}}),
                                                         make({{{"a"}, 20}, {{"b"}, -3}}))
                                   .value;
    const std::vector<drawn> frames = frames_of(wick::to_flamegraph(c));
    CHECK(find(frames, "a").title.rfind("a (+70 samples, +175.00 %; before -50, after 20", 0) == 0);
    const wick::result<wick::flamegraph_data> back = wick::extract(wick::to_flamegraph(c));
    REQUIRE(back);
    CHECK(wick::to_folded(back.value.columns[0]) == "a -50\nb 10\n");
    CHECK(wick::to_folded(back.value.columns[1]) == "a 20\nb -3\n");
    const std::int64_t most = 0x3fffffffffffffff;
    const wick::comparison large =
        wick::untested_comparison(make({{{"a"}, most}}), make({{{"b"}, most}})).value;
    CHECK(xml_problem(wick::to_flamegraph(large)) == "");
    CHECK(wick::extract(wick::to_flamegraph(large)).value.columns[1].nodes[1].self == most);
}

TEST_CASE("flamegraph: a timeline has a lane for each thread, and time runs to the right") {
    wick::timeline_builder made;
    for (const char* name : {"one", "two"}) {
        wick::timeline_thread thread;
        thread.name = name;
        made.add_thread(thread);
    }
    const auto span =
        [&](std::uint32_t thread, const char* name, std::int64_t from, std::int64_t to) {
            made.add(thread, made.intern(name), from, to);
        };
    span(0, "outer", 1000, 2000);
    span(0, "inner", 1500, 1600);
    span(0, "inner", 1700, 1750);
    span(1, "late", 1900, 3000);
    wick::timeline_repairs none;
    const wick::timeline t = made.finish(none);
    const std::string svg = wick::to_flamegraph(t);
    CHECK(xml_problem(svg) == "");
    const std::vector<drawn> frames = frames_of(svg);
    REQUIRE(frames.size() == 7);
    CHECK(frames[0].title == "all (2 \xc2\xb5s, 100.00 %; self 0 ns)");
    CHECK(find(frames, "outer").title == "outer (1 \xc2\xb5s, 50.00 %; self 850 ns, 42.50 %)");
    CHECK(find(frames, "outer").x == 0);
    CHECK(find(frames, "inner").x == doctest::Approx(1176 * 0.25));
    CHECK(find(frames, "late").x == doctest::Approx(1176 * 0.45));
    CHECK(find(frames, "two [thread]").width == find(frames, "all").width);
    CHECK(find(frames, "two [thread]").y < find(frames, "inner").y);
    const wick::result<wick::flamegraph_data> back = wick::extract(svg);
    REQUIRE(back);
    CHECK(wick::to_folded(back.value.columns[0]) ==
          "one 1000\none;outer 850\none;outer;inner 150\ntwo 900\ntwo;late 1100\n");
    CHECK_FALSE(wick::write_flamegraph([](std::string_view) {}, wick::timeline{}));
}

TEST_CASE("flamegraph: spans that lie far apart are not elided together") {
    wick::timeline_builder made;
    const std::uint32_t thread = made.add_thread({});
    for (const std::int64_t begin : {0, 3, 500000, 999999}) {
        made.add(thread, made.intern("f"), begin, begin + 1);
    }
    wick::timeline_repairs none;
    std::vector<std::string> blocks;
    for (const drawn& f : frames_of(wick::to_flamegraph(made.finish(none)))) {
        if (f.style == "elided") { blocks.push_back(f.title); }
    }
    CHECK(blocks == std::vector<std::string>{"2 frames elided (2 ns, 0.00 %)",
                                             "1 frame elided (1 ns, 0.00 %)",
                                             "1 frame elided (1 ns, 0.00 %)"});
}

TEST_CASE("flamegraph: a frame without a name is not taken for the root") {
    const wick::profile p = folded("a;;b 300\n;c 100\n");
    const std::string svg = wick::to_flamegraph(p);
    int nameless = 0;
    int roots = 0;
    for (const drawn& f : frames_of(svg)) {
        nameless += f.title.rfind("(no name) (", 0) == 0 ? 1 : 0;
        roots += f.title.rfind("all (", 0) == 0 ? 1 : 0;
    }
    CHECK(nameless == 2);
    CHECK(roots == 1);
    CHECK(wick::to_folded(wick::extract(svg).value.columns[0]) == wick::to_folded(p));
}

TEST_CASE("flamegraph: what extract returns is what was drawn") {
    std::mt19937 random(41);
    for (int round = 0; round < 60; ++round) {
        wick::profile_builder made;
        made.describe(round % 3 == 0 ? "bytes" : "",
                      round % 2 == 0 ? wick::counted_as::samples : wick::counted_as::unknown,
                      wick::profile_detail::function);
        REQUIRE(made.refine(round % 4));
        for (int i = 0; i < 40; ++i) {
            std::uint32_t node = wick::profile_builder::root;
            for (auto n = random() % 8; n-- > 0;) {
                const auto kind = static_cast<wick::frame_kind>(random() % 8);
                std::string name = random() % 2 == 0 ? random_bytes(random) : "f";
                name += "."; // no suffix by chance
                node = made.child(node, made.intern(name, kind));
            }
            REQUIRE(made.add(node, random() % 5, static_cast<std::int64_t>(random() % 1000000)));
        }
        const wick::profile p = made.finish();
        wick::flamegraph_options options;
        options.reverse = round % 5 == 0;
        options.unit = round % 7 == 0 ? "things" : "";
        const wick::result<wick::flamegraph_data> back =
            wick::extract(wick::to_flamegraph(p, options));
        CAPTURE(round);
        REQUIRE_MESSAGE(back, back.error.what);
        REQUIRE(back.value.columns.size() == 1);
        const wick::profile& same = back.value.columns[0];
        REQUIRE_FALSE(wick::validate(same));
        CHECK(wick::to_folded(same) == wick::to_folded(p));
        CHECK(same.unit == p.unit);
        CHECK(same.decimals == p.decimals);
        CHECK(same.counted == p.counted);
        CHECK(wick::to_flamegraph(same, options) == wick::to_flamegraph(p, options));
    }
}

TEST_CASE("flamegraph: a unit that looks like a setting is a unit") {
    wick::profile_builder made;
    made.describe("x data-decimals=", wick::counted_as::calls, wick::profile_detail::function);
    REQUIRE(made.add(made.child(0, made.intern("a")), 1, 1));
    const wick::profile p = made.finish();
    wick::flamegraph_options options;
    options.unit = "y data-version=";
    options.name_type = " data-source=";
    const auto back = wick::extract(wick::to_flamegraph(p, options));
    REQUIRE(back);
    CHECK(back.value.columns[0] == p);
}

TEST_CASE("flamegraph: extract says what is wrong") {
    const std::string good = wick::to_flamegraph(make({{{"a", "b"}, 5}}));
    REQUIRE(wick::extract(good));
    const auto broken = [&](const char* from, const char* to) {
        std::string bad = good;
        const std::size_t at = bad.find(from);
        REQUIRE(at != std::string::npos);
        bad.replace(at, std::strlen(from), to);
        const wick::result<wick::flamegraph_data> read = wick::extract(bad);
        CAPTURE(to);
        CHECK_FALSE(read);
        CHECK(read.value.columns.empty());
    };
    broken("data-version=\"2\"", "data-version=\"3\"");
    broken("data-decimals=\"0\"", "data-decimals=\"9\"");
    broken("<metadata class=\"wick-names\">", "<metadata>");
    broken("wick-nodes\">", "wick-nodes\">!");
    broken("wick-nodes\">", "wick-nodes\">_____________________");
    broken("wick-nodes\">", "wick-nodes\">A-"); // cut off, or a name that is not there
    broken("wick-nodes\">", "wick-nodes\">AAIAIA");
    CHECK_FALSE(wick::extract(""));
    wick::flamegraph_options fixed;
    fixed.interactive = false;
    CHECK_FALSE(wick::extract(wick::to_flamegraph(make({{{"a"}, 1}}), fixed)));
}

TEST_CASE("flamegraph: palettes colour by the sort of code") {
    const auto style = [](wick::flame_palette palette, const char* name) {
        wick::flamegraph_options options;
        options.palette = palette;
        return frames_of(wick::to_flamegraph(folded(std::string(name) + " 1\n"), options))[1]
            .style.substr(0, 1);
    };
    using p = wick::flame_palette;
    struct {
        p palette;
        const char *name, *hue;
    } const table[] = {
        {p::kinds, "f", "f"},
        {p::kinds, "f_[k]", "k"},
        {p::hot, "f_[k]", "f"},
        {p::java, "org/a/B:.c", "B"},
        {p::java, "A::b", "E"},
        {p::java, "read_[k]", "H"},
        {p::java, "f_[i]", "D"},
        {p::java, "f_[j]", "B"},
        {p::java, "read", "A"},
        {p::js, "/app/x.js:3", "B"},
        {p::js, "v8::f", "E"},
        {p::js, "node_modules/a", "G"},
        {p::perl, "Perl_pp", "B"},
        {p::perl, "A::b", "E"},
        {p::perl, "x", "A"},
        {p::python, "a/site-packages/b.py:f", "D"},
        {p::python, "<built-in len>", "E"},
        {p::rust, "core::fmt", "H"},
        {p::rust, "exe`alloc::x", "H"},
        {p::rust, "mine::f", "D"},
        {p::rust, "memcpy", "E"},
        {p::chain, "f_[w]", "D"},
        {p::chain, "f", "C"},
        {p::safe, "f_[k]", "T"},
        {p::mem, "f", "M"},
        {p::wakeup, "f", "D"},
        {p::kinds, "--", "x"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        CHECK(style(row.palette, row.name) == row.hue);
    }
    CHECK(wick::parse_palette("rust").value == p::rust);
    CHECK_FALSE(wick::parse_palette("pink"));
    CHECK(wick::detail::spelling_of("genunix`kmem_cache_free") == doctest::Approx(.46692634));
    CHECK(wick::detail::spelling_of("") == doctest::Approx(1.0));
}

TEST_CASE("flamegraph: the wider a frame, the redder, on request") {
    wick::flamegraph_options options;
    options.palette = wick::flame_palette::width;
    const auto frames = frames_of(wick::to_flamegraph(
        make({{{"a", "b", "c"}, 16}, {{"a", "b"}, 48}, {{"a"}, 192}, {{"tiny"}, 0}}), options));
    CHECK(find(frames, "all").style == "r0");
    CHECK(find(frames, "a").style == "Wf");
    CHECK(find(frames, "b").style == "W8");
    CHECK(find(frames, "c").style == "W4");
    options.colours = {{"b", {1, 2, 3}}}; // a colour of its own stays
    const auto given = frames_of(wick::to_flamegraph(make({{{"a", "b"}, 5}}), options));
    CHECK(find(given, "b").style == "c-0");
}

TEST_CASE("flamegraph: a palette.map keeps the colours of names, whatever is in them") {
    const wick::palette_text read =
        wick::parse_palette_map("operator->()->rgb(1,2,3)\n->rgb(4,5,6)\r\nbad\nx->rgb(256,0,0)\n"
                                "y->rgb(1,2,3) \nz->rgb(7,8,9)\nz->rgb(9,9,9)");
    CHECK(read.skipped.records == 3);
    CHECK(read.skipped.first.line == 3);
    REQUIRE(read.colours.size() == 3);
    CHECK(wick::to_palette_map(read.colours) ==
          "->rgb(4,5,6)\noperator->()->rgb(1,2,3)\nz->rgb(9,9,9)\n");
    wick::flamegraph_options options;
    options.colours = read.colours;
    const wick::profile p = folded("a_[k];operator->() 5\n");
    const std::string svg = wick::to_flamegraph(p, options);
    CHECK(svg.find(".c-1{fill:#010203}") != std::string::npos);
    CHECK(frames_of(svg)[0].style == "c-0");
    CHECK(frames_of(svg)[2].style == "c-1");
    options.colours = wick::colours_of(p, options);
    CHECK(options.colours.size() == 4);
    CHECK(wick::parse_palette_map(wick::to_palette_map(options.colours)).colours ==
          options.colours);
    CHECK(wick::colours_of(p, options) == options.colours);
}

TEST_CASE("flamegraph: colours and attributes are read or refused") {
    CHECK(wick::parse_rgb("#1ac").value == wick::rgb{0x11, 0xaa, 0xcc});
    CHECK(wick::parse_rgb("#0102ff").value == wick::rgb{1, 2, 255});
    CHECK(wick::parse_rgb("rgb(1,2,3)").value == wick::rgb{1, 2, 3});
    for (const char* bad :
         {"", "#", "red", "#12345", "#1234567", "#gggggg", "rgb(1,2)", "rgb(1,2,300)", "#-1-1-1"}) {
        CAPTURE(bad);
        CHECK_FALSE(wick::parse_rgb(bad));
    }
    const wick::attributes_text read = wick::parse_name_attributes(
        "f\ttitle=a "
        "\"b\"\thref=https://x/"
        "?y=1:2\tid=\"q\"\nnone\ng\thref=JavaScript:x\thref=data:x\tonclick=x\n");
    CHECK(read.skipped.records == 4);
    REQUIRE(read.attributes.size() == 2);
    CHECK(read.attributes[0].title == "a \"b\"");
    CHECK(read.attributes[0].href == "https://x/?y=1:2");
    CHECK(read.attributes[0].id == "q");
    CHECK(read.attributes[1].href.empty());
}

TEST_CASE("flamegraph: options of every sort leave the file well-formed") {
    std::mt19937 random(77);
    for (int round = 0; round < 60; ++round) {
        wick::flamegraph_options o;
        o.font = random_bytes(random);
        o.name_type = random_bytes(random);
        o.notes = random_bytes(random);
        o.font_size = 4 + static_cast<double>(random() % 40);
        o.truncate_left = round % 2 == 0;
        o.factor = round % 3 == 0 ? -0.37 : 1;
        o.total = round % 4 == 0 ? 100000 : 0;
        o.min_percent = round % 5 == 0 ? 3 : 0;
        o.shades = static_cast<wick::flame_shades>(random() % 3);
        o.background = wick::rgb{1, 2, 3};
        o.search_colour = wick::rgb{255, 255, 0};
        o.stroke_colour = o.ui_colour = wick::rgb{9, 9, 9};
        std::vector<std::pair<stack, std::int64_t>> stacks;
        for (int i = 0; i < 8; ++i) {
            stacks.push_back({{random_bytes(random), random_bytes(random)}, weight(random, 50)});
            o.attributes.push_back({stacks.back().first[0],
                                    random_bytes(random),
                                    random_bytes(random),
                                    random_bytes(random),
                                    random_bytes(random),
                                    random_bytes(random)});
        }
        std::sort(o.attributes.begin(), o.attributes.end(), [](const auto& a, const auto& b) {
            return a.name < b.name;
        });
        CAPTURE(round);
        REQUIRE(xml_problem(wick::to_flamegraph(make(stacks), o)) == "");
        const wick::comparison c = wick::untested_comparison(make(stacks), {}).value;
        REQUIRE(xml_problem(wick::to_flamegraph(c, o)) == "");
    }
}

TEST_CASE("flamegraph: labels may lose their beginning instead of their end") {
    wick::flamegraph_options options;
    options.width = 200;
    options.truncate_left = true;
    const std::string name = "a_function_with_a_rather_long_name_\xe6\xbc\xa2";
    const std::vector<drawn> frames = frames_of(wick::to_flamegraph(make({{{name}, 1}}), options));
    CHECK(frames[1].label.rfind("\xe2\x80\xa6", 0) == 0);
    CHECK(frames[1].label.substr(3) == name.substr(name.size() - frames[1].label.size() + 3));
}

TEST_CASE("flamegraph: stacks may begin at a function") {
    wick::flamegraph_options options;
    options.base = {"b"};
    std::string svg;
    const auto summary = wick::write_flamegraph(
        [&](std::string_view s) { svg += s; }, folded("a;b;c 3\nx;b;b;d 4\ny 5\n"), options);
    CHECK(summary.without_base == 5);
    CHECK(wick::to_folded(wick::extract(svg).value.columns[0]) == "b;c 3\nb;d 4\n");
}

TEST_CASE("flamegraph: no element holds more text than XML parsers take") {
    std::vector<std::pair<stack, std::int64_t>> stacks;
    for (int i = 0; i < 4000; ++i) {
        stacks.push_back({{std::to_string(i) + std::string(3000, 'n')}, 1 + i % 7});
    }
    const wick::profile p = make(stacks);
    const std::string svg = wick::to_flamegraph(p);
    std::size_t names = 0;
    std::size_t bytes = 0;
    const std::string begin = "<metadata class=\"wick-names\">";
    for (std::size_t at = svg.find(begin); at != svg.npos; at = svg.find(begin, at + 1)) {
        const std::size_t size = svg.find("</metadata>", at) - at - begin.size();
        CHECK(size < 10000000);
        bytes += size;
        ++names;
    }
    CHECK(names > 1);
    CHECK(bytes > 10000000);
    CHECK(wick::to_folded(wick::extract(svg).value.columns[0]) == wick::to_folded(p));
}

TEST_CASE("flamegraph: a million frames") {
    wick::profile_builder made;
    const std::uint32_t main = made.child(0, made.intern("main"));
    for (int i = 0; i < 1000; ++i) {
        const std::uint32_t one = made.child(main, made.intern("f" + std::to_string(i)));
        for (int k = 0; k < 1000; ++k) {
            REQUIRE(made.add(made.child(one, made.intern("g" + std::to_string(k))), 1, 1));
        }
    }
    const wick::profile p = made.finish();
    std::string svg;
    const auto summary = wick::write_flamegraph([&](std::string_view s) { svg += s; }, p);
    CHECK(summary.frames == 1001002);
    CHECK(summary.drawn + summary.elided == summary.frames);
    CHECK(svg.size() < 8000000);
    CHECK(wick::extract(svg).value.columns[0].nodes.size() == p.nodes.size());
}

TEST_CASE("flamegraph: the script is JavaScript") {
    for (const std::string_view part : wick::detail::flamegraph_script_parts) {
        CHECK(part.size() < 16000); // some compilers take no literal beyond 16 KiB
    }
    if (std::system("node --version >/dev/null 2>&1") != 0) {
        MESSAGE("skipped without node");
        return;
    }
    char path[] = "/tmp/wick-script-XXXXXX.js";
    const int descriptor = mkstemps(path, 3);
    REQUIRE(descriptor >= 0);
    std::FILE* file = fdopen(descriptor, "wb");
    for (const std::string_view part : wick::detail::flamegraph_script_parts) {
        std::fwrite(part.data(), 1, part.size(), file);
    }
    std::fclose(file);
    CHECK(std::system((std::string("node --check ") + path).c_str()) == 0);
    std::remove(path);
}
