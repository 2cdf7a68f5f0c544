// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <wick/detail/base64.hpp>
#include <wick/detail/deflate.hpp>
#include <wick/detail/inflate.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using wick::detail::deflate_effort;
using wick::detail::deflate_form;
using wick::detail::inflate_limit;

namespace {

constexpr deflate_form forms[] = {deflate_form::raw, deflate_form::zlib, deflate_form::gzip};
constexpr deflate_effort efforts[] = {
    deflate_effort::stored, deflate_effort::runs, deflate_effort::matches};

std::string bytes(std::initializer_list<int> values) {
    std::string made;
    for (const int v : values) { made += static_cast<char>(v); }
    return made;
}

std::string deflated(std::string_view text, deflate_form form, deflate_effort effort) {
    std::string out;
    wick::detail::append_deflated(out, text, form, effort);
    return out;
}

wick::result<wick::detail::inflated> inflated(std::string_view text,
                                              deflate_form form = deflate_form::raw,
                                              std::size_t most = 1u << 20) {
    // A copy of exactly this size, so that a read past the end is seen by the sanitizers.
    const std::vector<char> copy(text.begin(), text.end());
    return wick::detail::inflate({copy.data(), copy.size()}, form, most);
}

std::string problem(std::string_view text, deflate_form form = deflate_form::raw) {
    const auto read = inflated(text, form);
    CHECK(read.error.offset <= text.size());
    CHECK(read.value.bytes.empty());
    return read.error.what;
}

// Bits, the first one lowest, as deflate has them; codes are given from their first bit on.
class bits {
public:
    bits& number(unsigned value, unsigned count) {
        for (unsigned i = 0; i < count; ++i) { bit(value >> i & 1); }
        return *this;
    }
    bits& code(std::string_view digits) {
        for (const char digit : digits) { bit(digit == '1' ? 1 : 0); }
        return *this;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
    unsigned size_ = 0;
    void bit(unsigned value) {
        if (size_ % 8 == 0) { text_ += '\0'; }
        text_.back() =
            static_cast<char>(static_cast<unsigned char>(text_.back()) | value << (size_ % 8));
        ++size_;
    }
};

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    const std::uint64_t kind = random() % 5;
    std::string made;
    while (made.size() < size) {
        const std::uint64_t r = random();
        if (kind == 0) { // noise
            made += static_cast<char>(r);
        } else if (kind == 1) { // few values, the lower the more often
            made += static_cast<char>(r % (1 + (r >> 8) % (1 + (r >> 16) % 64)));
        } else if (kind == 2) { // runs
            made.append(1 + r % 600, static_cast<char>(r >> 12 & 3));
        } else if (kind == 3 && made.size() > 4) { // what stood somewhere before
            const std::size_t from = (r >> 10) % made.size();
            made += made.substr(from, 1 + r % 300);
            made += static_cast<char>(r >> 40);
        } else { // words
            made += "word" + std::to_string(r % 40) + (r % 7 == 0 ? "\n" : " ");
        }
    }
    made.resize(size);
    return made;
}

} // namespace

TEST_CASE("deflate: checksums of texts that are known") {
    CHECK(wick::detail::adler32("") == 1);
    CHECK(wick::detail::adler32("a") == 0x00620062);
    CHECK(wick::detail::adler32("Wikipedia") == 0x11e60398);
    // By the definition, one byte after the other, for each length around a round of the fast way.
    std::string text;
    std::uint32_t sum = 1;
    std::uint32_t sums = 0;
    for (std::size_t i = 0; i < 2000; ++i) {
        const auto c = static_cast<unsigned char>(i < 1000 ? 255 : i * 37);
        text += static_cast<char>(c);
        sum = (sum + c) % 65521;
        sums = (sums + sum) % 65521;
        CAPTURE(i);
        REQUIRE(wick::detail::adler32(text) == (sums << 16 | sum));
    }
}

TEST_CASE("inflate: the three kinds of blocks, written by hand") {
    CHECK(inflated(bytes({1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c'})).value.bytes == "abc");
    // Fixed codes: 'a' is 0x30 + 97, the end seven zeros.
    const std::string fixed =
        bits().number(1, 1).number(1, 2).code("10010001").code("0000000").text();
    CHECK(inflated(fixed).value.bytes == "a");
    // 'a', then a match of length 4 (258 is 7 bits: 2) at distance 1 (code 0): "aaaaa".
    const std::string match = bits()
                                  .number(1, 1)
                                  .number(1, 2)
                                  .code("10010001")
                                  .code("0000010")
                                  .code("00000")
                                  .code("0000000")
                                  .text();
    CHECK(inflated(match).value.bytes == "aaaaa");
    // Codes of its own: 'a' and the end have one bit. The lengths of the lengths' codes, in their
    // order, give 1 the code 0, a length of 0 the code 10, and 18 (zeros) the code 11.
    const auto own = [](bool end) {
        bits b;
        b.number(1, 1).number(2, 2).number(0, 5).number(0, 5).number(14, 4);
        const unsigned lengths[18] = {0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        for (const unsigned length : lengths) { b.number(length, 3); }
        b.code("11").number(97 - 11, 7).code("0");                      // 97 zeros, a one: 'a'
        b.code("11").number(138 - 11, 7).code("11").number(20 - 11, 7); // 158 zeros: up to 255
        b.code(end ? "0" : "10").code("10");                            // the end, no distance
        b.code("0").code("0").code("1");
        return b.text();
    };
    CHECK(inflated(own(true)).value.bytes == "aa");
    CHECK(problem(own(false)) == "at byte 13 of the compressed data: no code ends the block");
}

TEST_CASE("inflate: what is no stream is refused with its place") {
    CHECK(problem("") == "at byte 0 of the compressed data: it ends too early");
    CHECK(problem(bytes({7})) == "at byte 1 of the compressed data: a block of an unknown kind");
    CHECK(problem(bytes({1, 3, 0, 0xfc, 0xfe, 'a', 'b', 'c'})) ==
          "at byte 1 of the compressed data: the size of a stored block stands there twice, "
          "differently");
    CHECK(problem(bytes({1, 4, 0, 0xfb, 0xff, 'a', 'b', 'c'})) ==
          "at byte 8 of the compressed data: it ends too early");
    const auto fixed = [](const char* codes, unsigned extra = 0, unsigned bits_of_extra = 0) {
        return bits().number(1, 1).number(1, 2).code(codes).number(extra, bits_of_extra).text();
    };
    CHECK(problem(fixed("10010001")) == "at byte 2 of the compressed data: it ends too early");
    const std::string before = "a distance to before the beginning";
    CHECK(problem(fixed("1001000100000100000100000000")).find(before) < std::string::npos);
    CHECK(problem(fixed("11000110")).find("a length that there is not") < std::string::npos);
    CHECK(
        problem(fixed("100100010000001111100000000000000")).find("a code that stands for nothing") <
        std::string::npos);
    // More codes of one bit than there are.
    bits many;
    many.number(1, 1).number(2, 2).number(0, 5).number(0, 5).number(0, 4);
    for (int i = 0; i < 4; ++i) { many.number(1, 3); }
    CHECK(problem(many.text()).find("the codes of the code lengths") < std::string::npos);
    bits none;
    none.number(1, 1).number(2, 2).number(0, 5).number(0, 5).number(0, 4);
    for (int i = 0; i < 4; ++i) { none.number(i < 2 ? 1 : 0, 3); }
    CHECK(problem(none.code("0").text()).find("nothing stands before a repetition") <
          std::string::npos);
    bits wide;
    wide.number(1, 1).number(2, 2).number(31, 5);
    CHECK(problem(wide.number(0, 20).text()).find("too many lengths") < std::string::npos);
}

TEST_CASE("inflate: containers") {
    const std::string text = "what a container holds";
    for (const deflate_form form : forms) {
        CAPTURE(static_cast<int>(form));
        const std::string packed = deflated(text, form, deflate_effort::stored);
        const auto read = inflated(packed + "behind", form);
        CHECK(read.value.bytes == text);
        CHECK(read.value.used == packed.size());
        CHECK(read.value.whole);
        for (std::size_t size = 0; size < packed.size(); ++size) { // cut anywhere
            CAPTURE(size);
            CHECK(!problem(packed.substr(0, size), form).empty());
        }
        if (form == deflate_form::raw) { continue; }
        for (std::size_t at = packed.size() - 4; at < packed.size(); ++at) { // a checksum, a size
            std::string bad = packed;
            bad[at] = static_cast<char>(bad[at] ^ 1);
            CHECK(!problem(bad, form).empty());
        }
    }
    const auto zlib = [](int first, int second) {
        return problem(bytes({first, second, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1}), deflate_form::zlib);
    };
    CHECK(zlib(0x78, 0x01).empty());
    CHECK(zlib(0x78, 0x9c).empty());
    CHECK(zlib(0x78, 0x02) == "at byte 0 of the compressed data: this is no stream of zlib");
    CHECK(zlib(0x79, 0x1a) == "at byte 0 of the compressed data: this is no stream of zlib");
    CHECK(zlib(0x88, 0x1c) == "at byte 0 of the compressed data: this is no stream of zlib");
    CHECK(zlib(0x78, 0xbb).find("dictionary") < std::string::npos);
    CHECK(problem(deflated("x", deflate_form::zlib, deflate_effort::stored), deflate_form::gzip) ==
          "at byte 0 of the compressed data: this is no gzip file");
    // Extra fields, a name, a comment, a checksum of the header; a second member.
    const std::string one = deflated("one ", deflate_form::gzip, deflate_effort::stored);
    std::string full = bytes({0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 'E', 'F'});
    full += std::string("name\0comment\0", 13) + "HC" + one.substr(10);
    CHECK(inflated(full + one, deflate_form::gzip).value.bytes == "one one ");
    CHECK(problem(full + one.substr(0, 12), deflate_form::gzip).find("too early") <
          std::string::npos);
    for (std::size_t size = 0; size < 29; ++size) {
        CHECK(problem(full.substr(0, size), deflate_form::gzip).find("too early") <
              std::string::npos);
    }
}

TEST_CASE("inflate: distances do not reach into the member before") {
    std::string far = deflated("one ", deflate_form::gzip, deflate_effort::stored);
    far += far.substr(0, 10);
    far += bits().number(1, 1).number(1, 2).code("0000001").code("00000").code("0000000").text();
    CHECK(problem(far, deflate_form::gzip).find("before the beginning") < std::string::npos);
}

TEST_CASE("inflate: a bomb comes out as far as was allowed") {
    const std::string zeros(1000000, '\0');
    const std::string bomb = deflated(zeros, deflate_form::zlib, deflate_effort::runs);
    CHECK(bomb.size() < 2500);
    CHECK(inflated(bomb, deflate_form::zlib, zeros.size()).value.bytes == zeros);
    const auto refused = inflated(bomb, deflate_form::zlib, 1000);
    CHECK(refused.error.what.find("more than 1000 bytes come out") < std::string::npos);
    for (const deflate_effort effort : efforts) {
        const std::string text = deflated("0123456789", deflate_form::zlib, effort);
        for (std::size_t most = 0; most <= 10; ++most) {
            const auto head =
                wick::detail::inflate(text, deflate_form::zlib, most, inflate_limit::ends_output);
            REQUIRE(head.error.what == "");
            CHECK(head.value.bytes == std::string("0123456789").substr(0, most));
            CHECK(head.value.whole == (most == 10));
        }
    }
    const auto head =
        wick::detail::inflate(bomb, deflate_form::zlib, 40, inflate_limit::ends_output);
    CHECK(head.value.bytes == std::string(40, '\0'));
    CHECK(!head.value.whole);
}

TEST_CASE("deflate: what is written is read again, and is no longer than stored") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 300; ++i) {
        const std::size_t size = random() % (i < 280 ? 3000 : 200000);
        const std::string text = random_bytes(random, size);
        CAPTURE(i);
        for (const deflate_form form : forms) {
            std::size_t stored = 0;
            for (const deflate_effort effort : efforts) {
                const std::string packed = deflated(text, form, effort);
                if (effort == deflate_effort::stored) { stored = packed.size(); }
                CHECK(packed.size() <= stored);
                const auto read = inflated(packed, form);
                REQUIRE(read.error.what == "");
                REQUIRE(read.value.bytes == text);
                REQUIRE(read.value.used == packed.size());
            }
        }
    }
}

TEST_CASE("deflate: it is appended, and the same each time") {
    std::string out = "before ";
    wick::detail::append_deflated(
        out, "text text text text", deflate_form::raw, deflate_effort::matches);
    CHECK(out ==
          "before " + deflated("text text text text", deflate_form::raw, deflate_effort::matches));
    CHECK(deflated("", deflate_form::zlib, deflate_effort::runs) ==
          bytes({0x78, 1, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1}));
}

TEST_CASE("deflate: codes of symbols that hardly occur stay within 15 bits") {
    // Fibonacci's numbers make the deepest tree of Huffman's.
    std::string text;
    std::size_t count = 1;
    std::size_t before = 1;
    for (int symbol = 0; symbol < 22; ++symbol) {
        text.append(count, static_cast<char>('a' + symbol));
        const std::size_t next = count + before;
        before = count;
        count = next;
    }
    std::mt19937_64 random(7);
    for (std::size_t i = text.size(); i > 1; --i) { std::swap(text[i - 1], text[random() % i]); }
    const std::string packed = deflated(text, deflate_form::raw, deflate_effort::runs);
    CHECK(packed.size() < text.size() / 3);
    CHECK(inflated(packed).value.bytes == text);
}

TEST_CASE("deflate: effort is worth it") {
    std::string text;
    for (int i = 0; i < 3000; ++i) { text += "frame_" + std::to_string(i % 500) + ";"; }
    const auto size = [&](deflate_effort effort) {
        return deflated(text, deflate_form::gzip, effort).size();
    };
    CHECK(size(deflate_effort::stored) == text.size() + 5 + 18);
    CHECK(size(deflate_effort::runs) < text.size() / 2);
    CHECK(size(deflate_effort::matches) < text.size() / 4);
}

TEST_CASE("inflate: damaged streams do not do harm") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 2000; ++i) {
        const deflate_form form = forms[random() % 3];
        std::string packed =
            deflated(random_bytes(random, random() % 700), form, efforts[random() % 3]);
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            packed[random() % packed.size()] = static_cast<char>(random());
        }
        const auto read = inflated(packed, form, 5000);
        CHECK(read.value.bytes.size() <= 5000);
        CHECK((read.error.what.empty() || read.error.offset <= packed.size()));
    }
}

TEST_CASE("base64: both ways") {
    const char* const pairs[][2] = {{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"fooba", "Zm9vYmE="},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xff\xfe\xfb", "//77"}};
    for (const auto& pair : pairs) {
        std::string out;
        wick::detail::append_base64(out, pair[0]);
        CHECK(out == pair[1]);
        CHECK(wick::detail::decode_base64(pair[1]).value == pair[0]);
        std::string bare = pair[1];
        while (!bare.empty() && bare.back() == '=') { bare.pop_back(); }
        CHECK(wick::detail::decode_base64(bare).value == pair[0]);
        for (std::size_t at = 0; at <= out.size(); ++at) { // a line may end anywhere
            std::string cut = out;
            CHECK(wick::detail::decode_base64(cut.insert(at, "\r\n ")).value == pair[0]);
        }
    }
    const auto refused = [](const char* text) { return wick::detail::decode_base64(text).error; };
    const std::string odd = ": a character that does not belong into base64";
    CHECK(refused("Zm9v-").what == "at byte 4" + odd);
    CHECK(refused("Zm9vZm9v?").offset == 8);
    CHECK(refused("Zg===").what == "at byte 4" + odd);
    CHECK(refused("Zm9v=").what == "at byte 4" + odd);
    CHECK(refused("Zg==Zg==").what == "at byte 4" + odd);
    CHECK(refused("Z").what == "at byte 1: base64 ends with half of a byte");
    CHECK(refused("Zm9vZ===").offset == 5);
    CHECK(refused("\xc3\xa4").offset == 0);
}
