// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <wick/format/hdr.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

// Pieces of encoded histograms, by the description of the format.
template <class Word>
std::string big(Word value) {
    std::string bytes;
    for (std::size_t i = sizeof value; i-- > 0;) {
        bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
    }
    return bytes;
}
std::string bytes(std::initializer_list<int> values) {
    std::string made;
    for (const int v : values) { made += static_cast<char>(v); }
    return made;
}
constexpr std::int64_t hour_us = 3600000000;
constexpr std::uint64_t one_bits = 0x3ff0000000000000u; // of 1.0

std::string v2(std::string_view counts,
               std::int64_t highest = hour_us,
               std::int32_t offset = 0,
               std::uint64_t ratio = one_bits) {
    return big<std::uint32_t>(0x1c849313) + big(static_cast<std::int32_t>(counts.size())) +
           big(offset) + big<std::int32_t>(3) + big<std::int64_t>(1) + big(highest) + big(ratio) +
           std::string(counts);
}
std::string squeezed(std::string_view inner, std::uint32_t cookie = 0x1c849314) {
    std::string packed;
    wick::detail::append_deflated(
        packed, inner, wick::detail::deflate_form::zlib, wick::detail::deflate_effort::runs);
    return big(cookie) + big(static_cast<std::uint32_t>(packed.size())) + packed;
}
std::string base64(std::string_view bytes_of) {
    std::string text;
    wick::detail::append_base64(text, bytes_of);
    return text;
}

wick::result<wick::hdr_document> parse(std::string_view text) {
    // A copy of exactly this size, so that a read past the end is seen by the sanitizers.
    const std::vector<char> copy(text.begin(), text.end());
    return wick::parse_hdr({copy.data(), copy.size()});
}
std::string problem(std::string_view text) {
    const auto read = parse(text);
    CHECK(read.error.offset <= text.size());
    CHECK(read.value == wick::hdr_document());
    return read.error.what;
}

// 10,000 values in the bucket of 1000 and one in that of 100,000,000, three digits.
const std::string two_counts = bytes({0xcf, 0x0f, 0xa0, 0x9c, 0x01, 0x97, 0x88, 0x02, 0x02});

wick::histogram<3> corrected() {
    wick::histogram<3> h;
    for (int i = 0; i < 10000; ++i) { h.record_corrected(1000, 10000); }
    h.record_corrected(100000000, 10000);
    return h;
}

std::string line_of(const std::string& text, std::string_view name) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.compare(0, name.size(), name) == 0) { return line.substr(name.size()); }
        at = end + 1;
    }
    FAIL_CHECK("no line begins with " << name);
    return {};
}
std::string first_word(const std::string& text) {
    return text.substr(0, text.find_first_of(" \n"));
}
// "mean=12.5 std=…" → 12.5
double number_of(const std::string& line, const std::string& name) {
    const std::size_t at = (" " + line).find(" " + name + "=");
    if (at == std::string::npos) {
        FAIL_CHECK("no " << name << " in " << line);
        return 0;
    }
    double value = 0;
    const std::string rest = line.substr(at + name.size() + 1);
    CHECK(wick::detail::parse_whole(first_word(rest), value));
    return value;
}

bool same(double a, double b) {
    return !(a < b) && !(b < a);
}

} // namespace

TEST_CASE("hdr: a histogram written by hand, in each form") {
    const std::string inner = v2(two_counts);
    for (const std::string& input :
         {inner, squeezed(inner), base64(inner), base64(squeezed(inner))}) {
        const auto read = parse(input);
        REQUIRE(read.error.what == "");
        const wick::hdr_document& d = read.value;
        CHECK(wick::validate(d).what == "");
        CHECK(d.version == 2);
        CHECK(d.digits == 3);
        CHECK(d.lowest == 1);
        CHECK(d.highest == hour_us);
        REQUIRE(d.counts.size() == 2);
        CHECK(d.counts[0] == wick::hdr_count{1000, 10000});
        CHECK(d.counts[1] == wick::hdr_count{17909, 1});
        CHECK(d.count() == 10001);
        CHECK(d.unread == 0);
        CHECK(d.figures().max == 100007935);
        CHECK(d.figures().min == 1000);
        CHECK(d.figures().mean == doctest::Approx(10996.417158).epsilon(1e-9));
        CHECK(d.figures().stddev == doctest::Approx(999641.715828).epsilon(1e-9));
        CHECK(wick::to_hdr(d) == input);
        wick::hdr_document changed = d;
        changed.original.clear();
        const auto again = parse(wick::to_hdr(changed));
        CHECK(again.value == d);
        changed.compressed = changed.base64 = false;
        CHECK(wick::to_hdr(changed) == inner);
    }
}

TEST_CASE("hdr: an original is given back only while the document says the same") {
    auto read = parse(v2(two_counts));
    read.value.counts[1].count = 2;
    const std::string written = wick::to_hdr(read.value);
    CHECK(written == v2(two_counts.substr(0, 8) + "\4"));
}

TEST_CASE("hdr: a histogram of ours comes back") {
    const wick::histogram<3> h = corrected();
    for (const auto packing :
         {wick::hdr_packing::stored, wick::hdr_packing::codes, wick::hdr_packing::matches}) {
        for (const bool compressed : {false, true}) {
            for (const bool text : {false, true}) {
                wick::hdr_write_options options;
                options.compressed = compressed;
                options.base64 = text;
                options.packing = packing;
                const std::string written = wick::to_hdr(h, options);
                CHECK(written == wick::to_hdr(wick::to_hdr_document(h, options), packing));
                const auto read = parse(written);
                REQUIRE(read.error.what == "");
                CHECK(read.value == wick::to_hdr_document(h, options));
                const auto back = wick::to_histogram<3>(read.value);
                REQUIRE(back.error.what == "");
                CHECK(back.value.same_buckets);
                CHECK(back.value.bound > 0);
                CHECK(back.value.bound < 1.0 / 1024);
                CHECK(back.value.clamped == 0);
                CHECK(back.value.values.counts() == h.counts());
                CHECK(!back.value.values.exact());
                CHECK(wick::validate(back.value.values).what == "");
            }
        }
    }
    CHECK(wick::to_hdr(h).substr(0, 6) == "HISTFA");
    // The same, with two digits; and nothing at all.
    wick::histogram<2> coarse;
    CHECK(coarse.merge(h).what == "");
    const auto read = wick::to_histogram<2>(parse(wick::to_hdr(coarse)).value);
    CHECK(read.value.values.counts() == coarse.counts());
    const auto none = parse(wick::to_hdr(wick::histogram<3>()));
    REQUIRE(none.error.what == "");
    CHECK(none.value.counts.empty());
    CHECK(none.value.odd.written_size == 1); // C does not read fewer
    CHECK(wick::to_histogram<3>(none.value).value.values.empty());
    // The range that readers are told.
    CHECK(none.value.highest == 3600000000000);
    wick::histogram<3> high;
    high.record(wick::histogram<3>::max_value);
    CHECK(wick::to_hdr_document(high).highest == wick::histogram<3>::max_value);
    wick::hdr_write_options range;
    range.highest = 5000000000;
    CHECK(wick::to_hdr_document(coarse, range).highest == 5000000000);
    CHECK(parse(wick::to_hdr(coarse, range)).value.highest == 5000000000);
}

TEST_CASE("hdr: random histograms come back, and are small") {
    std::mt19937_64 random(1);
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        wick::histogram<3> h;
        const std::uint64_t size = random() % 3000;
        for (std::uint64_t i = 0; i < size; ++i) {
            const auto value = static_cast<std::int64_t>(random() >> (11 + random() % 53));
            static_cast<void>(h.record(value, random() >> random() % 64));
        }
        const auto read = parse(wick::to_hdr(h));
        REQUIRE(read.error.what == "");
        CHECK(wick::validate(read.value).what == "");
        for (const auto& c : read.value.counts) {
            const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            CHECK(c.count == std::min(most, h.count_at(c.index)));
        }
    }
    // As a service's times are: 4,000 values around 1 ms. What zlib makes of it is about as large.
    wick::histogram<3> service;
    for (int i = 0; i < 4000; ++i) {
        double sum = 0;
        for (int k = 0; k < 12; ++k) {
            sum += static_cast<double>(random() >> 11) / 9007199254740992.0;
        }
        service.record(static_cast<std::int64_t>(1e6 * std::exp((sum - 6) * 0.5)));
    }
    wick::hdr_write_options options;
    options.base64 = false;
    options.packing = wick::hdr_packing::stored;
    const std::size_t stored = wick::to_hdr(service, options).size();
    options.packing = wick::hdr_packing::codes;
    CHECK(wick::to_hdr(service, options).size() < stored * 6 / 10);
}

TEST_CASE("hdr: the geometry of any range") {
    struct expected {
        std::int64_t lowest, highest;
        int digits;
        std::uint32_t size;
        std::int64_t low, high;
    };
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    // Of the bucket of 123456789, as HdrHistogram for Java tells; size from its footprint.
    for (const expected& e : {expected{1, 3600000000, 3, 23552, 123404288, 123469823},
                              expected{1, 3600000000000, 3, 33792, 123404288, 123469823},
                              expected{1000, 3600000000000, 3, 24576, 123404288, 123469823},
                              expected{1, 3600000000000, 2, 4608, 123207680, 123731967},
                              expected{20000, 3600000000000, 2, 2816, 123207680, 123731967},
                              expected{1, most, 3, 55296, 123404288, 123469823}}) {
        CAPTURE(e.size);
        REQUIRE(wick::detail::hdr_geometry::problem(e.digits, e.lowest, e.highest) == nullptr);
        const wick::detail::hdr_geometry g(e.digits, e.lowest, e.highest);
        CHECK(g.size() == e.size);
        bool found = false;
        std::int64_t next = 0;
        for (std::uint32_t i = 0; i < g.size(); ++i) {
            REQUIRE(g.low_of(i) == next); // without gaps
            REQUIRE(g.high_of(i) >= g.low_of(i));
            next = g.high_of(i) == most ? 0 : g.high_of(i) + 1;
            if (g.low_of(i) != e.low) { continue; }
            found = true;
            CHECK(g.high_of(i) == e.high);
            CHECK(g.middle_of(i) == (e.low + e.high + 1) / 2);
        }
        CHECK(found);
        CHECK(g.high_of(g.size() - 1) >= e.highest);
    }
    const auto refused = [](int digits, std::int64_t lowest, std::int64_t highest) {
        return wick::detail::hdr_geometry::problem(digits, lowest, highest) != nullptr;
    };
    CHECK(refused(-1, 1, 2));
    CHECK(refused(6, 1, 2));
    CHECK(refused(3, 0, 2));
    CHECK(refused(3, 1, 1));
    CHECK(refused(3, 2, 3));
    CHECK(!refused(3, 1, 2));
    CHECK(!refused(0, std::int64_t{1} << 61, most));
    CHECK(refused(3, std::int64_t{1} << 61, most));
    CHECK(!refused(3, std::int64_t{1} << 51, most));
    for (int digits = 0; digits <= 5; ++digits) {
        const wick::detail::hdr_geometry g(digits, 1, most);
        CHECK(g.high_of(g.size() - 1) == most);
        CHECK(g.sub_buckets() >= 2 * std::pow(10, digits));
        CHECK(g.sub_buckets() < 4 * std::pow(10, digits));
    }
}

TEST_CASE("hdr: percentiles by Java's rule and by C's") {
    wick::histogram<3> h;
    h.record(1);
    h.record(2, 4);
    const wick::hdr_document d = wick::to_hdr_document(h);
    CHECK(d.percentile(0) == 1);
    CHECK(d.percentile(20) == 1);
    CHECK(d.percentile(25) == 2);
    CHECK(d.percentile(25, wick::rank_rule::c) == 1);
    const double next = std::nextafter(20.0, 100.0);
    CHECK(d.percentile(next) == 1);
    CHECK(d.percentile(std::nextafter(next, 100.0)) == 2);
    CHECK(d.percentile(100) == 2);
    CHECK(d.percentile(1e9) == 2);
    CHECK(d.percentile(std::numeric_limits<double>::quiet_NaN()) == 1);
    CHECK(wick::hdr_document().percentile(50) == 0);
    CHECK(wick::hdr_document().figures().mean == 0);
}

TEST_CASE("hdr: older versions, with words for counts") {
    const auto words = [](std::size_t size) {
        std::string text;
        for (const int count : {0, 3, 0, 0, 500}) {
            text += size == 2   ? big(static_cast<std::int16_t>(count))
                    : size == 4 ? big(static_cast<std::int32_t>(count))
                                : big(static_cast<std::int64_t>(count));
        }
        return text;
    };
    const auto nibble = [](std::size_t size) { return static_cast<std::uint32_t>(size) << 4; };
    for (const std::size_t size : {std::size_t{2}, std::size_t{4}, std::size_t{8}}) {
        const std::string counts = words(size);
        std::string one = v2(counts);
        one.replace(0, 4, big(0x1c849301 | nibble(size)));
        const std::string zero = big(0x1c849308 | nibble(size)) + big<std::int32_t>(3) +
                                 big<std::int64_t>(1) + big(hour_us) + big<std::int64_t>(-7) +
                                 counts;
        for (const bool first : {false, true}) {
            const std::string& plain = first ? one : zero;
            for (const std::string& input :
                 {plain, squeezed(plain, (first ? 0x1c849302 : 0x1c849309) | nibble(size))}) {
                const auto read = parse(input);
                REQUIRE(read.error.what == "");
                CHECK(read.value.version == (first ? 1 : 0));
                CHECK(read.value.counts == std::vector<wick::hdr_count>{{1, 3}, {4, 500}});
                CHECK(wick::to_hdr(read.value) == input);
                wick::hdr_document now = read.value;
                now.original.clear(); // then it is written as version 2
                const auto again = parse(wick::to_hdr(now));
                CHECK(again.value.version == 2);
                CHECK(again.value.counts == read.value.counts);
                CHECK(again.value.highest == hour_us);
            }
            CHECK(problem(plain.substr(0, plain.size() - 1)) != "");
            std::string negative = plain;
            negative[negative.size() - size] = '\x80';
            CHECK(problem(negative).find("a count is negative") < std::string::npos);
        }
    }
    std::string odd = v2(words(8));
    odd.replace(0, 4, big<std::uint32_t>(0x1c849361));
    CHECK(problem(odd) == "at byte 3: expected counts of 2, 4 or 8 bytes");
    std::string many = v2(std::string(2049 * 2, '\0'), 2);
    many.replace(0, 4, big<std::uint32_t>(0x1c849321));
    CHECK(problem(many) == "at byte 40: 2049 counts or more, where the range has 2048");
}

TEST_CASE("hdr: a DoubleHistogram") {
    double ratio = std::ldexp(1, -20);
    std::uint64_t ratio_bits = 0;
    std::memcpy(&ratio_bits, &ratio, sizeof ratio);
    const std::string inner = v2(bytes({0xaf, 0x10, 2, 3, 4}), 0x7fffffff, 0, ratio_bits);
    const auto whole = [&](std::string_view within, std::int32_t digits, std::uint32_t cookie) {
        return big(cookie) + big(digits) + big<std::int64_t>(1000000) + std::string(within);
    };
    for (const std::string& input : {whole(inner, 3, 0x0c72124e),
                                     whole(squeezed(inner), 3, 0x0c72124f),
                                     base64(whole(squeezed(inner), 3, 0x0c72124f))}) {
        const auto read = parse(input);
        REQUIRE(read.error.what == "");
        CHECK(read.value.double_range == 1000000);
        CHECK(same(read.value.ratio, ratio));
        CHECK(read.value.counts == std::vector<wick::hdr_count>{{1048, 1}, {1051, 2}});
        CHECK(same(read.value.figures().min, 1048 * ratio));
        CHECK(same(read.value.percentile(100), 1051 * ratio));
        CHECK(same(read.value.figures().max, std::nextafter(1052 * ratio, 0.0)));
        CHECK(wick::to_hdr(read.value) == input);
        wick::hdr_document again = read.value;
        again.original.clear();
        CHECK(parse(wick::to_hdr(again)).value == read.value);
        again.compressed = again.base64 = false;
        CHECK(wick::to_hdr(again) == whole(inner, 3, 0x0c72124e));
        // In units of 2^-20 nothing is lost; in thousandths of these all is in one bucket.
        const auto fine = wick::to_histogram<3>(read.value, std::ldexp(1, 20));
        CHECK(fine.value.same_buckets);
        CHECK(fine.value.values.count_at(1048) == 1);
        const auto rough = wick::to_histogram<3>(read.value, 1000);
        CHECK(!rough.value.same_buckets);
        CHECK(rough.value.values.count_at(1) == 3);
        CHECK(rough.value.bound > 0.002);
        CHECK(rough.value.bound < 1);
    }
    CHECK(problem(whole(inner, 2, 0x0c72124e)) ==
          "at byte 4: the digits are not those of the counts within");
    for (const double odd : {0.0,
                             -1.0,
                             std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
        std::memcpy(&ratio_bits, &odd, sizeof odd);
        CHECK(problem(whole(v2("\2", 100, 0, ratio_bits), 3, 0x0c72124e)) ==
              "at byte 48: the ratio of a DoubleHistogram is no positive number");
    }
    std::string range = whole(inner, 3, 0x0c72124e);
    range[8] = '\xff';
    CHECK(problem(range) == "at byte 8: the range of values is below 1");
    CHECK(problem(whole(whole(inner, 3, 0x0c72124e), 3, 0x0c72124e)) != ""); // one in the other
}

TEST_CASE("hdr: what other programs write wrongly is read as it was meant, and written again") {
    // (a) An offset, with the counts where they belong.
    const auto shifted = parse(v2(two_counts, hour_us, 1));
    REQUIRE(shifted.error.what == "");
    CHECK(shifted.value.counts[0].index == 1000);
    // (b) The integer 1 where a double belongs; and numbers that are none.
    for (const std::uint64_t bits : {std::uint64_t{1},
                                     std::uint64_t{0x7ff8000000000000u},
                                     std::uint64_t{0x7ff0000000000000u},
                                     std::uint64_t{0x4000000000000000u}}) {
        const auto odd = parse(v2(two_counts, hour_us, 0, bits));
        REQUIRE(odd.error.what == "");
        CHECK(odd.value.ratio == 1);
        CHECK(odd.value.figures().max == 100007935);
    }
    // (c) A range up to 2^64 - 1.
    const auto wide = parse(v2(two_counts, -1));
    REQUIRE(wide.error.what == "");
    CHECK(wide.value.highest == std::numeric_limits<std::int64_t>::max());
    // A value above the range, within the counts that there are at least.
    const auto narrow = parse(v2(bytes({0x53, 2}), 2));
    REQUIRE(narrow.error.what == "");
    CHECK(narrow.value.figures().max == 42);
    // (f) No counts at all. Zeros at the end, and a lone zero as a run, as C has it.
    CHECK(parse(v2("")).value.counts.empty());
    CHECK(parse(v2(bytes({0}))).value.odd.written_size == 1);
    CHECK(parse(v2(bytes({1, 2, 9}))).value.odd.written_size == 7);
    // (g) More values than 64 bits count.
    const std::string most = bytes({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    const auto full = parse(v2(most + most + most));
    REQUIRE(full.error.what == "");
    CHECK(full.value.counts[2].count ==
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    CHECK(full.value.count() == ~std::uint64_t{0});
    CHECK(full.value.percentile(100) == 2);
    CHECK(wick::to_histogram<3>(full.value).error.what == "the counts add up to more than a histogram holds");
    CHECK(wick::to_percentiles(full.value).find("18446744073709551615") < std::string::npos);
    // Each of them again, byte for byte, without the help of the original.
    for (const std::string& input : {v2(two_counts, hour_us, 1),
                                     v2(two_counts, hour_us, 0, 1),
                                     v2(two_counts, -1),
                                     v2(bytes({0x53, 2}), 2),
                                     v2(bytes({0})),
                                     v2(bytes({1})),
                                     v2(bytes({1, 2, 9})),
                                     v2(bytes({0, 2, 0, 2})),
                                     v2(bytes({1, 2, 1, 2})),
                                     v2(most + most + most)}) {
        wick::hdr_document d = parse(input).value;
        d.original.clear();
        CHECK(wick::to_hdr(d) == input);
    }
}

TEST_CASE("hdr: what is wrong is refused with its place") {
    const std::string good = v2(two_counts);
    CHECK(problem("") == "at byte 0: this is no HDR histogram, in bytes or in base64");
    CHECK(problem("{\"a\": 1}") == "at byte 0: this is no HDR histogram, in bytes or in base64");
    CHECK(problem("HIST!") == "at byte 4: a character that does not belong into base64");
    CHECK(problem("HISTE") == "at byte 5: base64 ends with half of a byte");
    const std::string packed = squeezed(good);
    for (const std::string* text : {&good, &packed}) {
        for (std::size_t size = 0; size < text->size(); ++size) {
            CAPTURE(size);
            CHECK(problem(text->substr(0, size)) != "");
            CHECK(problem(base64(text->substr(0, size))) != "");
        }
    }
    const auto with = [&](std::size_t at, std::string_view word) {
        return std::string(good).replace(at, word.size(), word);
    };
    CHECK(problem(with(4, big<std::int32_t>(-1))) ==
          "at byte 4: the length of the counts is negative");
    CHECK(problem(with(4, big<std::int32_t>(10))) ==
          "at byte 4: the counts are said to take 10 bytes, 9 are left");
    CHECK(problem(with(12, big<std::int32_t>(6))) ==
          "at byte 12: expected 0 to 5 significant digits");
    CHECK(problem(with(12, big<std::int32_t>(-1))) ==
          "at byte 12: expected 0 to 5 significant digits");
    CHECK(problem(with(16, big<std::int64_t>(0))) == "at byte 12: the lowest value is below 1");
    CHECK(problem(with(24, big<std::int64_t>(1))) ==
          "at byte 12: the highest value is not twice the lowest");
    CHECK(problem(with(40, "\xff\xff\xff\xff\xff\xff\xff\xff\xff")) ==
          "at byte 40: 9223372036854775808 counts or more, where the range has 23552");
    CHECK(problem(v2(bytes({2, 0xff}))) == "at byte 42: the histogram ends too early");
    // 23,552 counts fit, and no more.
    CHECK(parse(v2(std::string(23552, '\2'))).value.counts.size() == 23552);
    CHECK(problem(v2(std::string(23553, '\2'))) ==
          "at byte 23592: 23553 counts or more, where the range has 23552");
    CHECK(parse(v2(bytes({0xff, 0xef, 0x02}))).value.odd.written_size == 23552); // a run of as many
    CHECK(problem(v2(bytes({0x81, 0xf0, 0x02}))) ==
          "at byte 40: 23553 counts or more, where the range has 23552");
    // In base64 and compressed: the place is in the text.
    const std::string cut = base64(v2(bytes({2, 0xff})));
    CHECK(problem(cut) == "at byte 42 of the bytes in base64: the histogram ends too early");
    CHECK(parse(cut).error.offset == 56);
    CHECK(parse("\r\n " + cut).error.offset == 59);
    const auto inner = parse(squeezed(v2(bytes({2, 0xff}))));
    CHECK(inner.error.what == "at byte 42 of the inflated histogram: the histogram ends too early");
    CHECK(inner.error.offset == 8);
    std::string bad = packed;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    CHECK(problem(bad).find("(Adler-32)") < std::string::npos);
    CHECK(problem(std::string(packed).replace(4, 4, big<std::int32_t>(-1))) ==
          "at byte 4: the length of the compressed bytes is negative");
    CHECK(problem(std::string(packed).replace(4, 4, big<std::int32_t>(1000))) ==
          "at byte 4: the compressed bytes are said to be 1000, " +
              std::to_string(packed.size() - 8) + " are left");
    CHECK(
        problem(squeezed(packed)) ==
        "at byte 0 of the inflated histogram: expected the first bytes of a histogram that is not "
        "compressed");
}

TEST_CASE("hdr: bytes behind a histogram are counted") {
    CHECK(parse(v2(two_counts) + "abc").value.unread == 3);
    CHECK(parse(squeezed(v2(two_counts)) + "abc").value.unread == 3);
    CHECK(parse(squeezed(v2(two_counts) + "abcd") + "abc").value.unread == 7);
}

TEST_CASE("hdr: a bomb is refused before it fills the memory") {
    // 64 MiB of zeros behind a header that has room for 23,552 counts.
    const std::string bomb = squeezed(v2(std::string(std::size_t{1} << 26, '\0')));
    CHECK(bomb.size() < 200000);
    const auto read = wick::parse_hdr(bomb);
    CHECK(read.error.what.find("more than 212008 bytes come out") < std::string::npos);
    // A range of 2^63 with five digits is six million buckets: memory is by the counts.
    std::string wide =
        v2(bytes({0xff, 0xff, 0xff, 0x02, 2}), std::numeric_limits<std::int64_t>::max());
    wide.replace(12, 4, big<std::int32_t>(5));
    const auto one = parse(wide);
    REQUIRE(one.error.what == "");
    CHECK(one.value.counts.capacity() < 10);
    CHECK(one.value.counts[0].index == 3145728);
}

TEST_CASE("hdr: a document of other geometry is put into a histogram within the bound") {
    std::mt19937_64 random(5);
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        wick::hdr_document d;
        d.digits = static_cast<int>(random() % 6);
        d.lowest = std::int64_t{1} << random() % 12;
        if (round % 3 == 0) {
            d.lowest += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(d.lowest));
        }
        d.highest = 3600000000000;
        const double scale = round % 2 == 0 ? 1 : round % 4 == 1 ? 1000 : 0.37;
        const wick::detail::hdr_geometry g(d.digits, d.lowest, d.highest);
        // Values, and the bucket of each.
        std::map<std::uint32_t, std::uint64_t> counts;
        std::vector<double> values;
        for (int i = 0; i < 200; ++i) {
            const auto value =
                static_cast<std::int64_t>(random() % 3600000000000u >> random() % 30);
            std::uint32_t low = 0;
            std::uint32_t high = g.size();
            while (high - low > 1) {
                const std::uint32_t middle = low + (high - low) / 2;
                (g.low_of(middle) <= value ? low : high) = middle;
            }
            ++counts[low];
            values.push_back(static_cast<double>(value) * scale);
        }
        for (const auto& c : counts) { d.counts.push_back({c.first, c.second}); }
        REQUIRE(wick::validate(d).what == "");
        const auto made = wick::to_histogram<3>(d, scale);
        REQUIRE(made.error.what == "");
        CHECK(made.value.clamped == 0);
        CHECK(wick::validate(made.value.values).what == "");
        std::sort(values.begin(), values.end());
        const double lowest = static_cast<double>(d.lowest) * scale;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double q = static_cast<double>(i + 1) / static_cast<double>(values.size());
            const auto reported = static_cast<double>(made.value.values.quantile(q));
            CAPTURE(values[i]);
            CHECK(std::fabs(reported - values[i]) <=
                  made.value.bound * std::max(values[i], lowest));
        }
        // Digits that are as good or better, and units that are no coarser: not much is added.
        if (d.digits >= 3 && d.lowest == 1 && scale > 0.9) { CHECK(made.value.bound < 0.003); }
    }
    // Past 2^53, which a histogram has no buckets for.
    wick::hdr_document far;
    far.highest = std::numeric_limits<std::int64_t>::max();
    far.counts = {{wick::histogram<3>::bucket_count - 1, 2}, {wick::histogram<3>::bucket_count, 3}};
    const auto clamped = wick::to_histogram<3>(far);
    CHECK(clamped.value.clamped == 3);
    CHECK(clamped.value.values.count_at(wick::histogram<3>::bucket_count - 1) == 5);
    // What is not valid, and scales that are none.
    for (const double scale : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
        CHECK(wick::to_histogram<3>(far, scale).error.what == "the scale is no positive number");
    }
    far.counts[0].index = 60000;
    CHECK(wick::to_histogram<3>(far).error.what != "");
}

TEST_CASE("hdr: what is wrong with a document") {
    wick::hdr_document d;
    CHECK(wick::validate(d).what == "");
    const auto wrong = [&](auto change) {
        wick::hdr_document changed = d;
        change(changed);
        return wick::validate(changed).what;
    };
    CHECK(wrong([](auto& c) { c.version = 3; }) != "");
    CHECK(wrong([](auto& c) { c.digits = 6; }) != "");
    CHECK(wrong([](auto& c) { c.ratio = 2; }) == "a histogram of integers has a ratio");
    CHECK(wrong([](auto& c) { c.ratio = std::nan(""); }) != "");
    CHECK(wrong([](auto& c) { c.double_range = -1; }) != "");
    CHECK(wrong([](auto& c) { c.counts = {{1, 0}}; }) == "count 0: expected 1 to 2^63 - 1");
    CHECK(wrong([](auto& c) { c.counts = {{1, ~std::uint64_t{0}}}; }) != "");
    CHECK(wrong([](auto& c) { c.counts = {{2, 1}, {2, 1}}; }).find("count 1") == 0);
    CHECK(wrong([](auto& c) { c.counts = {{33792, 1}}; }) != "");
    CHECK(wrong([](auto& c) { c.odd.written_size = 33793; }) != "");
}

TEST_CASE("hdr: Java's numbers, and reading any") {
    const auto java = [](double value, int decimals) {
        std::string text;
        wick::detail::append_java_fixed(text, value, decimals);
        return text;
    };
    CHECK(java(0.15, 1) == "0.2"); // the digits that are seen are rounded, not those behind them
    CHECK(java(0.25, 1) == "0.3");
    CHECK(java(2.5, 0) == "3");
    CHECK(java(0, 3) == "0.000");
    CHECK(java(-0.0, 2) == "-0.00");
    CHECK(java(9.9996, 3) == "10.000");
    CHECK(java(0.9996, 3) == "1.000");
    CHECK(java(0.0004, 3) == "0.000");
    CHECK(java(0.0005, 3) == "0.001");
    CHECK(java(0.00049, 3) == "0.000");
    CHECK(java(0.05, 0) == "0");
    CHECK(java(1e23, 1) == "100000000000000000000000.0");
    CHECK(java(123456.789, 2) == "123456.79");
    CHECK(java(-1234.5, 3) == "-1234.500");
    CHECK(java(5e-324, 3) == "0.000");
    CHECK(java(std::numeric_limits<double>::infinity(), 3) == "Infinity");
    CHECK(java(-std::numeric_limits<double>::infinity(), 3) == "-Infinity");
    CHECK(java(std::nan(""), 3) == "NaN");
    const auto decimal = [](std::string_view text) {
        double value = -1;
        return wick::detail::parse_whole(text, value) ? value : std::nan("");
    };
    CHECK(same(decimal("12.5"), 12.5));
    CHECK(same(decimal("-0.125"), -0.125));
    CHECK(same(decimal("1e3"), 1000));
    CHECK(same(decimal(".5"), .5));
    CHECK(same(decimal("+5."), 5));
    CHECK(same(decimal("1.5E-2"), .015));
    CHECK(same(decimal("0.1"), .1));
    CHECK(same(decimal("123456789012345678901234567890123456789012345678901234567890"),
               123456789012345678901234567890123456789012345678901234567890.0));
    CHECK(same(decimal("0." + std::string(50, '0') + "1"), 1e-51));
    CHECK(same(decimal("1441812279.474"), 1441812279.474));
    for (const char* text : {"",
                             "-",
                             ".",
                             "e5",
                             "1e",
                             "1e+",
                             "1.2.3",
                             "1,5",
                             "nan",
                             "inf",
                             "0x10",
                             "1e999",
                             "1 ",
                             "1e--5",
                             "1e9999999999"}) {
        CAPTURE(text);
        CHECK(std::isnan(decimal(text)));
    }
    CHECK(std::isnan(decimal("1" + std::string(200000, '0'))));
}

TEST_CASE("hdr: dates as Java prints them") {
    const auto date = [](double seconds) {
        std::string text;
        wick::detail::append_java_date(text, seconds);
        return text;
    };
    CHECK(date(0) == "Thu Jan 01 00:00:00 UTC 1970");
    CHECK(date(1441812279.474) == "Wed Sep 09 15:24:39 UTC 2015");
    CHECK(date(951827696) == "Tue Feb 29 12:34:56 UTC 2000");
    CHECK(date(1709210096) == "Thu Feb 29 12:34:56 UTC 2024");
    CHECK(date(4107542399) == "Sun Feb 28 23:59:59 UTC 2100");
    CHECK(date(4107542400) == "Mon Mar 01 00:00:00 UTC 2100");
    CHECK(date(-1) == "Wed Dec 31 23:59:59 UTC 1969");
    CHECK(date(1e300) == "Fri Dec 31 23:59:59 UTC 9999");
    CHECK(date(-1e300) == "Mon Jan 01 00:00:00 UTC 0001");
}

namespace {

// A table as Java prints it: the values 1 … 4 in a histogram of two digits.
const char* const small_table = "       Value     Percentile TotalCount 1/(1-Percentile)\n"
                                "\n"
                                "        1.00 0.000000000000          1           1.00\n"
                                "        1.00 0.250000000000          1           1.33\n"
                                "        2.00 0.500000000000          2           2.00\n"
                                "        3.00 0.625000000000          3           2.67\n"
                                "        3.00 0.750000000000          3           4.00\n"
                                "        4.00 0.812500000000          4           5.33\n"
                                "        4.00 1.000000000000          4\n"
                                "#[Mean    =         2.50, StdDeviation   =         1.12]\n"
                                "#[Max     =         4.00, Total count    =            4]\n"
                                "#[Buckets =           35, SubBuckets     =          256]\n";

wick::histogram<2> one_to_four() {
    wick::histogram<2> h;
    for (int i = 1; i <= 4; ++i) { h.record(i); }
    return h;
}

} // namespace

TEST_CASE("percentiles: written as Java prints them") {
    wick::percentile_options options;
    options.ticks = 2;
    CHECK(wick::to_percentiles(one_to_four(), options) == small_table);
    options.csv = true;
    CHECK(wick::to_percentiles(one_to_four(), options) ==
          "\"Value\",\"Percentile\",\"TotalCount\",\"1/(1-Percentile)\"\n"
          "1.00,0.000000000000,1,1.00\n"
          "1.00,0.250000000000,1,1.33\n"
          "2.00,0.500000000000,2,2.00\n"
          "3.00,0.625000000000,3,2.67\n"
          "3.00,0.750000000000,3,4.00\n"
          "4.00,0.812500000000,4,5.33\n"
          "4.00,1.000000000000,4,Infinity\n");
    CHECK(wick::to_percentiles(wick::histogram<3>()) ==
          "       Value     Percentile TotalCount 1/(1-Percentile)\n"
          "\n"
          "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
          "#[Max     =        0.000, Total count    =            0]\n"
          "#[Buckets =           32, SubBuckets     =         2048]\n");
}

TEST_CASE("percentiles: the table ends, whatever the counts are") {
    wick::hdr_document d;
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    d.counts = {{1, most}, {2, 1}};
    for (const int ticks : {1, 5, 1000}) {
        wick::percentile_options options;
        options.ticks = ticks;
        const std::string text = wick::to_percentiles(d, options);
        CHECK(text.size() < 8000000);
        CHECK(text.find("2.000 1.000000000000") < std::string::npos);
        CHECK(wick::parse_percentiles(text).value.tables[0].rows.size() > 50);
    }
}

TEST_CASE("percentiles: read in the forms of Java, of C, and as CSV") {
    wick::percentile_options csv;
    csv.csv = true;
    csv.ticks = 2;
    const std::string c_form = "       Value   Percentile   TotalCount 1/(1-Percentile)\r\n"
                               "\r\n"
                               "       1.000     0.000000            1         1.00\r\n"
                               "       1.000     0.250000            1         1.33\r\n"
                               "       2.000     0.500000            2         2.00\r\n"
                               "       3.000     0.625000            3         2.67\r\n"
                               "       3.000     0.750000            3         4.00\r\n"
                               "       4.000     0.812500            4         5.33\r\n"
                               "       4.000     1.000000            4          inf\r\n";
    const std::string c_csv = "Value,Percentile,TotalCount,1/(1-Percentile)\n"
                              "1.000,0.000000,1,1.00\n1.000,0.250000,1,1.33\n"
                              "2.000,0.500000,2,2.00\n3.000,0.625000,3,2.67\n"
                              "3.000,0.750000,3,4.00\n4.000,0.812500,4,5.33\n"
                              "4.000,1.000000,4,inf"; // and no end of the line
    const std::vector<wick::percentile_row> rows = {
        {1, 0, 1}, {1, .25, 1}, {2, .5, 2}, {3, .625, 3}, {3, .75, 3}, {4, .8125, 4}, {4, 1, 4}};
    for (const std::string& text :
         {std::string(small_table), c_form, c_csv, wick::to_percentiles(one_to_four(), csv)}) {
        const auto read = wick::parse_percentiles(text);
        REQUIRE(read.error.what == "");
        CHECK(read.value.skipped.first.message() == "");
        REQUIRE(read.value.tables.size() == 1);
        CHECK(read.value.tables[0].rows == rows);
        CHECK(read.value.tables[0].total == 4);
        CHECK(read.value.tables[0].max == 4);
        CHECK(read.value.tables[0].line == 1);
    }
    const auto read = wick::parse_percentiles(small_table);
    CHECK(read.value.tables[0].has_figures);
    CHECK(read.value.tables[0].mean == 2.5);
    CHECK(read.value.tables[0].stddev == 1.12);
    const auto made = wick::to_histogram<2>(read.value.tables[0], 1);
    REQUIRE(made.error.what == "");
    CHECK(made.value.values.counts() == one_to_four().counts());
    CHECK(made.value.bound == 1); // 1 < value <= 2, as far as the table tells
    CHECK(!made.value.same_buckets);
    const auto scaled = wick::to_histogram<3>(read.value.tables[0], 1e6);
    CHECK(scaled.value.values.quantile(0.5) >= 2000000);
    CHECK(scaled.value.values.quantile(0.5) <= 2000000 * 1.001);
    CHECK(wick::to_histogram<3>(read.value.tables[0], 0).error.what != "");
    CHECK(wick::to_histogram<3>(read.value.tables[0], 1e300).value.clamped == 4);
}

TEST_CASE("percentiles: what wrk2 prints") {
    const std::string text = "Running 30s test @ http://127.0.0.1:80/index.html\n"
                             "  2 threads and 100 connections\n"
                             "  Thread Stats   Avg      Stdev     Max   +/- Stdev\n"
                             "    Latency     1.20ms    0.50ms   4.00ms   70.00%\n"
                             "  Latency Distribution (HdrHistogram - Recorded Latency)\n"
                             " 50.000%    1.20ms\n"
                             "100.000%    4.00ms\n"
                             "\n"
                             "  Detailed Percentile spectrum:\n"
                             "       Value   Percentile   TotalCount 1/(1-Percentile)\n"
                             "\n"
                             "       0.500     0.000000            1         1.00\n"
                             "       1.200     0.500000            5         2.00\n"
                             "       4.001     1.000000           10          inf\n"
                             "#[Mean    =        1.500, StdDeviation   =        0.500]\n"
                             "#[Max     =        4.000, Total count    =           10]\n"
                             "#[Buckets =           27, SubBuckets     =         2048]\n"
                             "----------------------------------------------------------\n"
                             "\n"
                             "  Latency Distribution (HdrHistogram - Uncorrected Latency (measured "
                             "without taking delayed starts into account))\n"
                             "  Detailed Percentile spectrum:\n"
                             "       Value   Percentile   TotalCount 1/(1-Percentile)\n"
                             "\n"
                             "       0.100     0.000000            1         1.00\n"
                             "what is this\n"
                             "       0.900     1.000000           10          inf\n"
                             "       0.800     1.000000           10          inf\n"
                             "----------------------------------------------------------\n"
                             "  10 requests in 30.00s, 1.00MB read\n";
    const auto read = wick::parse_percentiles(text);
    REQUIRE(read.error.what == "");
    REQUIRE(read.value.tables.size() == 2);
    CHECK(read.value.tables[0].title == "Recorded Latency");
    CHECK(read.value.tables[0].line == 10);
    CHECK(read.value.tables[0].rows.size() == 3);
    CHECK(read.value.tables[0].total == 10);
    CHECK(read.value.tables[1].title.find("Uncorrected Latency (") == 0);
    CHECK(read.value.tables[1].rows.size() == 2);
    CHECK(read.value.tables[1].max == 0.9);
    CHECK(!read.value.tables[1].has_figures);
    CHECK(read.value.skipped.records == 2);
    CHECK(read.value.skipped.first.message() ==
          "line 25: expected a value, a percentile, and a count, none less than those above");
    CHECK(wick::hdr_kind_of(text) == wick::hdr_kind::wrk2);
    for (const char* none : {"", "\n\n", "Value,Percentile\n", "1 2 3\n"}) {
        CHECK(wick::parse_percentiles(none).error.what.find("no table") < std::string::npos);
    }
    const auto rows = [](const std::string& row) {
        return wick::parse_percentiles("Value,Percentile,TotalCount,1/(1-Percentile)\n" + row +
                                       "\n");
    };
    for (const char* odd : {"nan,0.5,1,2",
                            "1,1.5,1,2",
                            "1,-0.5,1,2",
                            "1,0.5,-1,2",
                            "1,0.5",
                            "1,0.5,99999999999999999999,2",
                            "1e400,0.5,1,2",
                            "#[Mean = x]"}) {
        CAPTURE(odd);
        CHECK(rows(odd).value.skipped.records == 1);
        CHECK(rows(odd).value.tables[0].rows.empty());
    }
}

namespace {

const std::string plain_log =
    "#[Written by a test]\n"
    "#[Histogram log format version 1.3]\n"
    "#[StartTime: 1441812279.474 (seconds since epoch), Wed Sep 09 15:24:39 UTC 2015]\n"
    "#[BaseTime: 1441812279.474 (seconds since epoch)]\n"
    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";

std::string encoded() {
    return wick::to_hdr(one_to_four());
}

} // namespace

TEST_CASE("hlog: written as Java does, and read") {
    std::string text;
    const auto sink = [&](std::string_view piece) { text += piece; };
    wick::hlog_writer<decltype(sink)> writer(sink);
    wick::hlog_header header;
    header.comments = {"[Written by\na test]"};
    header.has_start_time = header.has_base_time = true;
    header.start_time = header.base_time = 1441812279.474;
    writer.begin(header);
    CHECK(writer.interval(header.base_time + 1.5, 1, one_to_four()).what == "");
    CHECK(writer.interval(header.base_time + 2.5, 1.25, wick::to_hdr_document(corrected()), "api")
              .what == "");
    for (const char* tag : {"a,b", "a b", "a\nb", "a\rb"}) {
        CHECK(writer.interval(1, 1, one_to_four(), tag).what != "");
    }
    CHECK(writer.interval(std::nan(""), 1, one_to_four()).what != "");
    CHECK(writer.interval(0, -1, one_to_four()).what != "");
    writer.flush();
    CHECK(text == plain_log + "1.500,1.000,0.000," + encoded() + "\nTag=api,2.500,1.250,100.008," +
                      wick::to_hdr(corrected()) + "\n");
    const wick::hlog_file read = wick::parse_hlog(text);
    CHECK(read.summary.skipped.first.message() == "");
    CHECK(read.summary.header.version == "1.3");
    CHECK(read.summary.header.comments == std::vector<std::string>{"[Written by a test]"});
    CHECK(same(read.summary.header.start_time, 1441812279.474));
    REQUIRE(read.intervals.size() == 2);
    CHECK(read.intervals[0].tag == "");
    CHECK(read.intervals[0].stamp == 1.5);
    CHECK(same(read.intervals[0].start, 1.5 + 1441812279.474));
    CHECK(read.intervals[0].length == 1);
    CHECK(read.intervals[0].values == wick::to_hdr_document(one_to_four()));
    CHECK(read.intervals[1].tag == "api");
    CHECK(read.intervals[1].max == 100.008);
    CHECK(read.intervals[1].line == 7);
    // What was read is written as it was.
    text.clear();
    wick::hlog_writer<decltype(sink)> again(sink);
    again.begin(read.summary.header);
    for (const wick::hlog_interval& interval : read.intervals) {
        CHECK(again.interval(interval).what == "");
    }
    again.flush();
    CHECK(wick::parse_hlog(text).intervals.size() == 2);
    CHECK(text.find("Tag=api,2.500,1.250,100.008," + wick::to_hdr(corrected()) + "\n") <
          std::string::npos);
}

TEST_CASE("hlog: when an interval was") {
    const auto starts = [](const std::string& head, const std::string& stamps) {
        std::string text = head;
        std::string stamp;
        for (const char c : stamps + ' ') {
            if (c != ' ') {
                stamp += c;
                continue;
            }
            text += stamp + ",1.000,2.000," + encoded() + "\n";
            stamp.clear();
        }
        std::vector<double> found;
        for (const auto& i : wick::parse_hlog(text).intervals) { found.push_back(i.start); }
        return found;
    };
    const std::string start = "#[StartTime: 1000000000.5 (seconds since epoch), Sun Sep 09 2001]\n";
    // Java's rule: more than a year before the start counts from it.
    CHECK(starts(start, "0.25 1") == std::vector<double>{1000000000.75, 1000000001.5});
    CHECK(starts(start, "1000000001 1000000002") == std::vector<double>{1000000001, 1000000002});
    CHECK(starts(start, "968464000 3") == std::vector<double>{1968464000.5, 1000000003.5});
    CHECK(starts(start, "968464001 3") == std::vector<double>{968464001, 3});
    // With a base time that alone counts; Go spells it so.
    CHECK(starts(start + "#[Basetime: 7 (seconds since epoch)]\n", "1 2") ==
          std::vector<double>{8, 9});
    // Without any time.
    CHECK(starts("", "1.5 2.5") == std::vector<double>{1.5, 2.5});
    CHECK(starts("#[BaseTime: x]\n#[StartTime:\n", "1.5 2.5") == std::vector<double>{1.5, 2.5});
}

TEST_CASE("hlog: a part of it") {
    std::string text = plain_log;
    for (int i = 0; i < 6; ++i) {
        text += (i % 2 == 0 ? "" : "Tag=b,") + std::to_string(i) + ".000,1.000,4.000," + encoded() +
                "\n";
    }
    const auto read = [&](double from, double to, bool since_epoch, const char* tag) {
        wick::hlog_options options;
        options.from = from;
        options.to = to;
        options.since_epoch = since_epoch;
        options.any_tag = tag == nullptr;
        options.tag = tag == nullptr ? "" : tag;
        std::string stamps;
        const auto file = wick::parse_hlog(text, options);
        CHECK(file.summary.intervals == file.intervals.size());
        CHECK(file.summary.left_out + file.summary.intervals == 6);
        for (const auto& i : file.intervals) {
            stamps += std::to_string(static_cast<int>(i.stamp));
        }
        return stamps;
    };
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(read(-infinity, infinity, false, nullptr) == "012345");
    CHECK(read(1, 3, false, nullptr) == "123"); // both ends are in it
    CHECK(read(1, 3, false, "b") == "13");
    CHECK(read(0, infinity, false, "") == "024");
    CHECK(read(0, infinity, false, "c") == "");
    CHECK(read(1441812281.474, 1441812283.474, true, nullptr) == "234");
    CHECK(read(1, 3, true, nullptr) == "");
}

TEST_CASE("hlog: as other programs write it, and what is none") {
    const std::string e = encoded();
    // Blanks for commas, no legend, ends of lines of Windows, and none at the end.
    const auto odd = wick::parse_hlog("\r\n  1.5 2 3 " + e + "\r\nTag=x 2.5,2,3.0," + e);
    CHECK(odd.summary.skipped.first.message() == "");
    REQUIRE(odd.intervals.size() == 2);
    CHECK(odd.intervals[1].tag == "x");
    CHECK(odd.intervals[1].line == 3);
    // C has the end where the length belongs, and a maximum that is not scaled.
    const auto c = wick::parse_hlog("#[Histogram log format version 1.2]\n"
                                    "#[StartTime: 1441812279.474 (seconds since epoch), Wed]\n"
                                    "\"StartTimestamp\",\"EndTimestamp\",\"Interval_Max\","
                                    "\"Interval_Compressed_Histogram\"\n"
                                    "1441812279.474,1441812280.974,4.0," +
                                    e + "\n");
    REQUIRE(c.intervals.size() == 1);
    CHECK(c.intervals[0].length == doctest::Approx(1.5));
    // A head of many lines, and one that is long.
    std::string head;
    for (int i = 0; i < 500; ++i) { head += "# comment " + std::to_string(i) + "\n"; }
    head += "#" + std::string(5000, 'x') + "\n";
    const auto long_head = wick::parse_hlog(head + "1,1,1," + e);
    CHECK(long_head.intervals.size() == 1);
    CHECK(long_head.summary.header.comments.size() == 501);
    const auto skipped = [](const std::string& line) {
        const auto read = wick::parse_hlog("#\n" + line + "\n");
        CHECK(read.intervals.empty());
        CHECK(read.summary.skipped.records == 1);
        CHECK(read.summary.skipped.first.line == 2);
        return read.summary.skipped.first.what;
    };
    const std::string expected = "expected a start, a length, the greatest value and a histogram";
    CHECK(skipped("hello") == expected);
    CHECK(skipped("1,2," + e) == expected);
    CHECK(skipped("nan,1,1," + e) == expected);
    CHECK(skipped("1,inf,1," + e) == expected);
    CHECK(skipped("1e999,1,1," + e) == expected);
    CHECK(skipped("1,-1,1," + e) == "the length of an interval is negative");
    CHECK(skipped("1,1,1,") == "at byte 0: this is no HDR histogram, in bytes or in base64");
    CHECK(skipped("1,1,1," + e.substr(0, 40)).find("at byte 4 of the bytes in base64") == 0);
    CHECK(skipped("1,1,1," + std::string(std::size_t{1} << 25, 'A')) ==
          "a line of more than 16 MiB");
}

TEST_CASE("hdr: what an input is") {
    using kind = wick::hdr_kind;
    CHECK(wick::hdr_kind_of("") == kind::none);
    CHECK(wick::hdr_kind_of("1.5\n2.5\n") == kind::none);
    CHECK(wick::hdr_kind_of("main;run 12\n") == kind::none);
    CHECK(wick::hdr_kind_of("HISTORY of it") == kind::base64); // which the reader will refuse
    CHECK(wick::hdr_kind_of(v2(two_counts)) == kind::encoded);
    CHECK(wick::hdr_kind_of(squeezed(v2(two_counts))) == kind::encoded);
    CHECK(wick::hdr_kind_of("\n" + base64(squeezed(v2(two_counts)))) == kind::base64);
    CHECK(wick::hdr_kind_of(plain_log) == kind::log);
    CHECK(wick::hdr_kind_of("#[Histogram log format version 1.01]\n") == kind::log);
    CHECK(wick::hdr_kind_of("# by me\n1,2,3," + encoded()) == kind::log);
    CHECK(wick::hdr_kind_of(small_table) == kind::percentiles);
    CHECK(wick::hdr_kind_of("Value,Percentile,TotalCount,1/(1-Percentile)\r\n") == kind::csv);
    CHECK(wick::hdr_kind_of(wick::to_percentiles(corrected())) == kind::percentiles);
}

// ---- what HdrHistogram for Java and for C wrote ----------------------------------------------

TEST_CASE("hdr: encodings of HdrHistogram for Java, and what it computes from them") {
    const auto path = support::conformance("latency/java_gold.txt");
    if (path.empty()) { return; }
    const std::string gold = support::read_file(path);
    const auto read = [&](const std::string& name) {
        const std::string text = first_word(line_of(gold, name + " "));
        auto made = parse(text);
        CAPTURE(name);
        REQUIRE(made.error.what == "");
        CHECK(wick::validate(made.value).what == "");
        CHECK(made.value.unread == 0);
        CHECK(wick::to_hdr(made.value) == text);
        // The bytes before compression, without the help of the original.
        wick::hdr_document plain = made.value;
        plain.original.clear();
        plain.compressed = plain.base64 = false;
        std::string inner = wick::detail::decode_base64(text).value;
        if (made.value.compressed) {
            const std::size_t head = made.value.double_range != 0 ? 16 : 0;
            const auto inflated = wick::detail::inflate(
                inner.substr(head + 8), wick::detail::deflate_form::zlib, 1u << 20);
            REQUIRE(inflated.error.what == "");
            inner = inner.substr(0, head) + inflated.value.bytes;
            if (head != 0) { inner[3] = '\x4e'; } // the cookie of one that is not compressed
        }
        CHECK(wick::to_hdr(plain) == inner);
        return made.value;
    };
    const auto raw = read("raw.v2z");
    CHECK(raw.counts == read("raw.v2").counts);
    CHECK(raw.counts == wick::to_hdr_document([] {
                            wick::histogram<3> h;
                            h.record(1000, 10000);
                            h.record(100000000);
                            return h;
                        }())
                            .counts);
    const auto cor = read("cor.v2z");
    CHECK(cor.counts == wick::to_hdr_document(corrected()).counts);
    const auto check = [&](const wick::hdr_document& d, const std::string& line) {
        CAPTURE(line);
        const wick::hdr_figures f = d.figures();
        CHECK(static_cast<double>(f.count) == number_of(line, "n"));
        CHECK(std::fabs(f.mean - number_of(line, "mean")) < 1e-6 * 1.001);
        CHECK(std::fabs(f.stddev - number_of(line, "std")) < 1e-6 * 1.001);
        CHECK(f.max == number_of(line, "max"));
        for (const char* p : {"50", "75", "90", "99", "99.9", "99.99", "100"}) {
            if (line.find(std::string(" p") + p + "=") == std::string::npos) { continue; }
            CAPTURE(p);
            CHECK(d.percentile(std::atof(p)) == number_of(line, std::string("p") + p));
        }
    };
    check(raw, line_of(gold, "raw "));
    CHECK(raw.figures().min == number_of(line_of(gold, "raw "), "min"));
    check(cor, line_of(gold, "cor "));
    const auto lcg = read("lcg");
    const std::string figures = line_of(gold.substr(gold.find("\nlcg n=") + 1), "lcg ");
    check(lcg, figures);
    // The data are given by a generator.
    wick::histogram<3> same_values;
    std::uint64_t x = 12345;
    for (int i = 0; i < 10000; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const auto v = static_cast<std::int64_t>((x >> 33) % 1000000 + 1);
        same_values.record(v * v / 1000);
    }
    CHECK(lcg.counts == wick::to_hdr_document(same_values).counts);
    const auto empty = read("empty.v2z");
    CHECK(empty.percentile(50) == 0);
    CHECK(empty.figures().mean == 0);

    const auto doubles = read("double.v2z");
    const std::string double_line = line_of(gold, "double.v2z ");
    CHECK(same(doubles.percentile(50), number_of(double_line, "p50")));
    CHECK(same(doubles.figures().max, number_of(double_line, "max")));
    CHECK(same(doubles.figures().min, number_of(double_line, "min")));
    std::vector<std::uint32_t> indexes;
    for (const auto& c : doubles.counts) { indexes.push_back(c.index); }
    CHECK(indexes == std::vector<std::uint32_t>{1048, 2334, 10240, 11520});
    CHECK(same(doubles.ratio, std::ldexp(1, -20)));

    int ranges = 0;
    for (std::size_t at = 0; (at = gold.find("\ngeom ", at)) < std::string::npos; ++ranges) {
        at += 6;
        const std::string line = gold.substr(at, gold.find('\n', at) - at);
        CAPTURE(line);
        const double highest = number_of(line, "hi");
        const wick::detail::hdr_geometry g(static_cast<int>(number_of(line, "sig")),
                                           static_cast<std::int64_t>(number_of(line, "lo")),
                                           highest > 9e18 ? std::numeric_limits<std::int64_t>::max()
                                                          : static_cast<std::int64_t>(highest));
        CHECK(g.size() * 8.0 + 512 == number_of(line, "footprint"));
        for (std::uint32_t i = 0; i < g.size(); ++i) {
            if (g.high_of(i) < 123456789) { continue; }
            // Where the range is shorter, Java goes on as if it were not.
            CHECK(static_cast<double>(g.low_of(i)) == number_of(line, "lowEq(123456789)"));
            CHECK(static_cast<double>(g.high_of(i)) == number_of(line, "highEq"));
            CHECK(static_cast<double>(g.width_of(i)) == number_of(line, "sizeEq"));
            CHECK(static_cast<double>(g.middle_of(i)) == number_of(line, "medEq"));
            break;
        }
    }
    CHECK(ranges == 7);

    const std::string ranks = line_of(gold, "1,2,2,2,2: ");
    wick::histogram<3> five;
    five.record(1);
    five.record(2, 4);
    const auto d = wick::to_hdr_document(five);
    CHECK(d.percentile(0) == number_of(ranks, "p0"));
    CHECK(d.percentile(20) == number_of(ranks, "p20"));
    CHECK(d.percentile(25) == number_of(ranks, "p25"));
}

TEST_CASE("hdr: encodings that are odd, or wrong") {
    const auto path = support::conformance("latency/zlib_variants.txt");
    if (path.empty()) { return; }
    const std::string variants = support::read_file(path);
    const auto read = [&](const std::string& name) {
        return parse(first_word(line_of(variants, name + " ")));
    };
    const std::vector<wick::hdr_count> counts = {{1000, 10000}, {17909, 1}};
    for (const char* name : {"stored", "stored_blk7", "fixed", "offset1"}) {
        CAPTURE(name);
        const auto made = read(name);
        REQUIRE(made.error.what == "");
        CHECK(made.value.counts == counts);
        CHECK(made.value.figures().mean == doctest::Approx(10996.417158).epsilon(1e-9));
    }
    for (const char* name : {"nopayload_zlib", "nopayload_stored"}) {
        CAPTURE(name);
        const auto made = read(name);
        REQUIRE(made.error.what == "");
        CHECK(made.value.counts.empty());
    }
    const char* const refused[][2] = {{"truncated_varint", "ends too early"},
                                      {"payload_len_lie", "100 bytes, 1 are left"},
                                      {"bad_adler", "Adler-32"},
                                      {"zero_run_overflow", "counts or more"},
                                      {"nine_byte_zero_run", "counts or more"},
                                      {"too_many_counts", "counts or more"}};
    for (const auto& r : refused) {
        CAPTURE(r[0]);
        CHECK(read(r[0]).error.what.find(r[1]) < std::string::npos);
    }
}

TEST_CASE("hlog: a log of HdrHistogram for Java is read, and written byte for byte") {
    const auto path = support::conformance("latency/java_gold.hlog");
    if (path.empty()) { return; }
    const std::string gold = support::read_file(path);
    const wick::hlog_file read = wick::parse_hlog(gold);
    CHECK(read.summary.skipped.first.message() == "");
    REQUIRE(read.intervals.size() == 3);
    CHECK(read.intervals[0].values.count() == 10001);
    CHECK(read.intervals[1].tag == "api");
    CHECK(read.intervals[1].values.counts == wick::to_hdr_document(corrected()).counts);
    CHECK(same(read.intervals[2].start, 4.25 + 1441812279.474));
    CHECK(read.intervals[2].values.counts.empty());
    std::string written;
    const auto sink = [&](std::string_view piece) { written += piece; };
    wick::hlog_writer<decltype(sink)> writer(sink);
    writer.begin(read.summary.header);
    for (const auto& i : read.intervals) {
        // The greatest value anew, from the counts.
        CHECK(writer.interval(i.start, i.length, i.values, i.tag).what == "");
    }
    writer.flush();
    CHECK(written == gold);
}

TEST_CASE("percentiles: tables of HdrHistogram for Java byte for byte, and those for C are read") {
    const auto path = support::conformance("latency/java_gold.txt");
    if (path.empty()) { return; }
    const std::string gold = support::read_file(path);
    const auto document = [&](const std::string& name) {
        return parse(first_word(line_of(gold, name + " "))).value;
    };
    const auto table = [&](const std::string& name) {
        return support::read_file(support::conformance("latency/" + name));
    };
    wick::percentile_options options;
    const auto raw = document("raw.v2z");
    CHECK(wick::to_percentiles(raw, options) == table("java_raw.hgrm"));
    options.scale = 1000;
    CHECK(wick::to_percentiles(document("lcg"), options) == table("java_lcg.hgrm"));
    const auto cor = document("cor.v2z");
    const std::string java = table("java_cor.hgrm");
    CHECK(wick::to_percentiles(cor, options) == java);
    options.csv = true;
    const std::string java_csv = table("java_cor.csv");
    CHECK(wick::to_percentiles(cor, options) == java_csv);

    const auto read = wick::parse_percentiles(java);
    REQUIRE(read.error.what == "");
    REQUIRE(read.value.tables.size() == 1);
    const auto& rows = read.value.tables[0].rows;
    CHECK(read.value.skipped.records == 0);
    CHECK(rows.size() == 61);
    CHECK(read.value.tables[0].total == 20000);
    CHECK(read.value.tables[0].max == 100007.935);
    CHECK(wick::parse_percentiles(java_csv).value.tables[0].rows == rows);
    for (const char* name : {"c_cor.hgrm", "c_cor.csv"}) {
        CAPTURE(name);
        const auto c = wick::parse_percentiles(table(name));
        REQUIRE(c.error.what == "");
        CHECK(c.value.skipped.records == 0);
        REQUIRE(c.value.tables.size() == 1);
        REQUIRE(c.value.tables[0].rows.size() == rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            CHECK(c.value.tables[0].rows[i].value == rows[i].value);
            CHECK(c.value.tables[0].rows[i].count == rows[i].count);
            CHECK(std::fabs(c.value.tables[0].rows[i].percentile - rows[i].percentile) < 1e-6);
        }
    }
    // Its quantiles, of a histogram made of the table alone.
    const auto made = wick::to_histogram<3>(read.value.tables[0], 1000);
    REQUIRE(made.error.what == "");
    CHECK(made.value.values.count() == 20000);
    CHECK(made.value.values.percentile(90) == 80019455);
    CHECK(made.value.values.percentile(50) == 1000);
}
