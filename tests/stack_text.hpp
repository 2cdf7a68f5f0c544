// tests/stack_text.hpp - what every reader of text with stacks must do, whatever the format.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_STACK_TEXT_HPP
#define WICK_TESTS_STACK_TEXT_HPP

#include <wick/folded.hpp>
#include <wick/profile.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace support {

/// What was read, whatever the shape of the reader's result.
struct stacks {
    std::vector<wick::profile> profiles;
    wick::skipped skipped;
    wick::error error;

    friend bool operator==(const stacks& a, const stacks& b) {
        return a.profiles == b.profiles && a.skipped == b.skipped && a.error == b.error;
    }
    /// The one profile as folded text.
    [[nodiscard]] std::string folded() const {
        REQUIRE(profiles.size() == 1);
        return wick::to_folded(profiles[0]);
    }
};

template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.samples, std::vector<wick::profile>()) {
    return {t.samples};
}
template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.maps, std::vector<wick::profile>()) {
    std::vector<wick::profile> all;
    for (const auto& m : t.maps) { all.push_back(m.samples); }
    return all;
}
template <class Text>
auto profiles_of(const Text& t, int) -> decltype(t.types, std::vector<wick::profile>()) {
    std::vector<wick::profile> all;
    for (const auto& m : t.types) { all.push_back(m.samples); }
    return all;
}

template <class Text>
stacks seen(const wick::result<Text>& read) {
    stacks s{profiles_of(read.value, 0), read.value.skipped, read.error};
    for (const wick::profile& p : s.profiles) { REQUIRE(wick::validate(p).what.empty()); }
    return s;
}

/// A source that gives as few bytes at a time as it likes.
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

inline std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') { out += '\r'; }
        out += c;
    }
    return out;
}

/// Checks a reader on a good text: `parse` takes text, `read` a source.
/// Chunks and "\r\n" do not matter, the input may end anywhere, and bytes may be any.
template <class Parse, class Read>
void check_reader(std::string_view text, Parse parse, Read read) {
    const stacks whole = seen(parse(text));
    CHECK(!whole.error);
    REQUIRE(!whole.profiles.empty());
    CHECK(!whole.profiles[0].empty());
    CHECK(seen(read(dripping{text})) == whole);
    CHECK(seen(parse(with_crlf(text))) == whole);
    const stacks none = seen(parse(""));
    CHECK(none.skipped.records == 0);
    for (const wick::profile& p : none.profiles) { CHECK(p.empty()); }
    std::mt19937 random(11);
    for (int i = 0; i < 200; ++i) {
        const std::string cut(text.substr(0, random() % text.size()));
        CAPTURE(cut);
        CHECK(!seen(parse(cut)).error);
        std::string broken(text);
        for (int k = 0; k < 3; ++k) {
            broken[random() % broken.size()] = "\0\xff\n;[]()<>\"0 9:"[random() % 15];
        }
        const stacks damaged = seen(parse(broken));
        CHECK(seen(read(dripping{broken})) == damaged);
    }
    // Another format's text, or none: counted, not believed.
    const stacks garbage = seen(parse("\x7f"
                                      "ELF\x02\x01\x01\n\xff\xfe not a stack\nat all\n"));
    CHECK(garbage.skipped.records > 0);
    for (const wick::profile& p : garbage.profiles) { CHECK(p.empty()); }
}

/// Checks that samples, each a text of its own, add up to the same whatever their order.
template <class Parse>
void check_order(std::vector<std::string> samples, Parse parse) {
    const auto join = [](const std::vector<std::string>& parts) {
        std::string text;
        for (const std::string& part : parts) { text += part; }
        return text;
    };
    const stacks expected = seen(parse(join(samples)));
    for (unsigned seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        std::shuffle(samples.begin(), samples.end(), random);
        CHECK(seen(parse(join(samples))).profiles == expected.profiles);
    }
}

} // namespace support

/// The two lambdas that the checks take, for a format's name.
#define WICK_PARSE(name) [](std::string_view text) { return wick::parse_##name(text); }
#define WICK_READ(name) [](auto&& source) { return wick::read_##name(source); }

#endif
