// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/format/durations.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct read_all {
    wick::durations_text text;
    wick::error error;
    std::vector<wick::duration_row> rows;

    [[nodiscard]] std::vector<double> values() const {
        std::vector<double> found;
        for (const auto& row : rows) { found.push_back(row.value); }
        return found;
    }
};

read_all parse(std::string_view text, const wick::duration_options& options = {}) {
    read_all all;
    auto read = wick::parse_durations(
        text, options, [&](const wick::duration_row& row) { all.rows.push_back(row); });
    all.text = std::move(read.value);
    all.error = std::move(read.error);
    CHECK(all.text.rows == all.rows.size());
    return all;
}

using numbers = std::vector<double>;

} // namespace

TEST_CASE("durations: one number a line, as it is") {
    const auto read = parse("0.199\r\n# a comment\n\n  .333 \n687e-3\n5");
    CHECK(!read.error);
    CHECK(read.values() == numbers{0.199, 0.333, 0.687, 5});
    CHECK(read.rows[3].line == 6);
    CHECK(!read.text.has_unit);
    CHECK(!read.text.has_header);
    CHECK(read.text.skipped.records == 0);
}

TEST_CASE("durations: units behind the numbers, or said once") {
    const auto units = parse("1.5ms\n250 us\n2s\n3\xc2\xb5s\n1min\n");
    CHECK(units.values() == numbers{1.5e6, 250e3, 2e9, 3e3, 6e10});
    CHECK(units.text.has_unit);

    const auto mixed = parse("1ms\n2ms\n3\n4ms\n");
    CHECK(mixed.error.line == 3);
    CHECK(mixed.error.what.find("line 1") != std::string::npos);
    CHECK(mixed.rows.size() == 2);
    CHECK(parse("7\n1ms\n").error.line == 2);

    wick::duration_options seconds;
    seconds.unit_ns = 1e9;
    const auto said = parse("0.25\n7ms\n", seconds);
    CHECK(!said.error);
    CHECK(said.values() == numbers{2.5e8, 7e6});
}

TEST_CASE("durations: what is none is skipped, counted, and the first is located") {
    const auto read = parse("1\nnan\n-2\n1e20\n3 apples\n4x\ninf\n\x01\xff\n5\n");
    CHECK(!read.error);
    CHECK(read.values() == numbers{1, 5});
    CHECK(read.text.skipped.records == 7);
    CHECK(read.text.skipped.first.message() == "line 2: \"nan\" is no duration");
    CHECK(parse("-3\n").text.skipped.first.what == "\"-3\" is negative");
    CHECK(parse("1\n100000000000000000000\n").text.skipped.first.what ==
          "\"100000000000000000000\" is beyond the range of durations, 292 years");
    CHECK(parse("1 2 3\n").text.skipped.first.what ==
          "there are 3 columns: say which of them has the durations");
    const std::string nul("1\n\0\0\n2\n", 7);
    CHECK(parse(nul).text.skipped.first.message() == "line 2: \"??\" is no duration");
    CHECK(parse("").rows.empty());
    CHECK(parse(std::string(100, 'x')).text.has_header);
}

TEST_CASE("durations: a line of 20 MB is skipped, whatever the pieces it comes in") {
    const std::string text = "1\n" + std::string(20'000'000, '7') + "\n2\n";
    for (const std::size_t piece : {std::size_t{1'000'000}, text.size()}) {
        std::size_t at = 0;
        const auto source = [&](char* to, std::size_t room) {
            const std::size_t size = std::min({piece, room, text.size() - at});
            text.copy(to, size, at);
            at += size;
            return size;
        };
        numbers values;
        const auto read = wick::read_durations(
            source, {}, [&](const wick::duration_row& row) { values.push_back(row.value); });
        CHECK(values == numbers{1, 2});
        CHECK(read.value.skipped.first.message() == "line 2: the line is longer than 16 MiB");
    }
}

TEST_CASE("durations: columns by number, from either end, and by name") {
    wick::duration_options options;
    options.value = "2";
    CHECK(parse("a 1 x\nb 2 y\n", options).values() == numbers{1, 2});
    options.value = "-1";
    CHECK(parse("a 1 x 7\nb 8\n", options).values() == numbers{7, 8});
    options.value = "took";
    const auto named = parse("when took\n10 0.5\n20 0.25\n", options);
    CHECK(named.text.has_header);
    CHECK(named.values() == numbers{0.5, 0.25});
    CHECK(named.rows[0].line == 2);
    const auto keys = parse("t=1 took=5ms, host=a\nhost=\"b c\" took=\"6ms\"\nt=3\n", options);
    CHECK(keys.values() == numbers{5e6, 6e6});
    CHECK(keys.text.skipped.first.message() == "line 3: there is no column took among 1");
    options.value = "9";
    CHECK(parse("1 2\n", options).text.skipped.first.what == "there is no column 9 among 2");
    options.value = "99999999999999999999"; // a name
    CHECK(parse("1 2\n", options).rows.empty());
}

TEST_CASE("durations: a table with commas and quotes") {
    wick::duration_options options;
    options.separator = ',';
    options.value = "latency";
    options.time = "time";
    const auto read = parse("time,\"latency\",path\n"
                            "2026-11-28T16:30:00Z,0.5,\"/a,b\"\n"
                            "\"2026-11-28 16:30:01,250\", 0.75 ,\"say \"\"x\"\"\"\n"
                            "yesterday,1,\n",
                            options);
    CHECK(read.values() == numbers{0.5, 0.75});
    CHECK(read.rows[0].time == 1795883400);
    CHECK(read.rows[1].time == 1795883401.25);
    CHECK(read.text.skipped.first.message() == "line 4: \"yesterday\" is no time");
}

TEST_CASE("durations: an access log with its upstream") {
    wick::duration_options options;
    options.time = "4";
    options.value = "-2";
    options.part = "-1";
    options.unit_ns = 1e9;
    const auto read = parse(
        "10.0.0.1 - - [28/Nov/2026:17:30:00 +0100] \"GET /a\\\"b HTTP/1.1\" 200 5 \"-\" 0.250 "
        "\"0.125\"\n"
        "10.0.0.1 - - [28/Nov/2026:17:30:01 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" 0.500 \"0.125, "
        "0.25 : 0.0\"\n"
        "10.0.0.1 - - [28/Nov/2026:17:30:02 +0100] \"GET / HTTP/1.1\" 304 5 \"-\" 0.001 \"-\"\n",
        options);
    REQUIRE(read.rows.size() == 3);
    CHECK(read.rows[0].time == 1795883400);
    CHECK(read.rows[0].value == 2.5e8);
    CHECK(read.rows[0].part == 1.25e8);
    CHECK(read.rows[1].part == 3.75e8);
    CHECK(read.rows[2].part == 0);
    CHECK(read.text.absent_parts == 1);
}

TEST_CASE("durations: a key is given with or without its =") {
    for (const char* key : {"rt", "rt="}) {
        wick::duration_options options;
        options.value = key;
        const auto read = parse("GET srt=4 rt=\"0.25\",\nGET rt=7\nGET rt\n", options);
        CHECK(read.values() == numbers{0.25, 7});
        CHECK(read.text.skipped.records == 1);
    }
}

TEST_CASE("durations: the mark of UTF-8 in front is no part of the first line") {
    CHECK(parse("\xef\xbb\xbf"
                "5\n6\n")
              .values() == numbers{5, 6});
    wick::duration_options options;
    options.value = "ms";
    options.separator = ',';
    CHECK(parse("\xef\xbb\xbfms,name\r\n5,a\r\n", options).values() == numbers{5});
    CHECK(parse("5\n\xef\xbb\xbf"
                "6\n")
              .values() == numbers{5}); // only there
}

TEST_CASE("durations: times of logs") {
    const auto time = [](std::string_view text) {
        double seconds = -1;
        return wick::detail::parse_time(text, seconds) ? seconds : -1;
    };
    CHECK(time("1970-01-01T00:00:00Z") == 0);
    CHECK(time("1970-01-01T00:00:00") == 0);
    CHECK(time("2000-02-29 12:00:00.5-00:30") == 951'827'400.5);
    CHECK(time("2000-03-01T00:00:00+0000") == 951'868'800);
    CHECK(time("2100-03-01T00:00:00+14") == 4'107'492'000);
    CHECK(time("10/Oct/2000:13:55:36 -0700") == 971'211'336);
    CHECK(time("1441812279.474") == 1441812279.474);
    CHECK(time("1441812279474") == 1441812279.474);
    CHECK(time("1441812279474000000") == doctest::Approx(1441812279.474));
    for (const char* no : {"",
                           "x",
                           "-1",
                           "nan",
                           "1e30",
                           "2026-13-01T00:00:00",
                           "2026-11-28",
                           "2026-11-28T16:30",
                           "2026-11-28T24:00:00Z",
                           "10/Foo/2000:13:55:36 -0700",
                           "10/anF/2000:13:55:36 -0700",
                           "2026-11-28T16:30:00.Z",
                           "2026-11-28T16:30:00+1",
                           "2026-11-28T16:30:00Zx",
                           "12 13"}) {
        CAPTURE(no);
        CHECK(time(no) == -1);
    }
    CHECK(wick::detail::days_to(1600, 2, 29) == -135'081);
    CHECK(wick::detail::days_to(0, 3, 1) == -719'468);
}

TEST_CASE("durations: pieces of any size make the same rows") {
    const std::string text = "t took\n1 5ms\n2 6 ms\n3 \"7ms\"\n4 x\n5 8ms";
    wick::duration_options options;
    options.value = "took";
    const auto whole = parse(text, options);
    for (std::size_t piece = 1; piece < 9; ++piece) {
        std::size_t at = 0;
        const auto source = [&](char* to, std::size_t room) {
            const std::size_t size = std::min({piece, room, text.size() - at});
            text.copy(to, size, at);
            at += size;
            return size;
        };
        numbers values;
        const auto read = wick::read_durations(
            source, options, [&](const wick::duration_row& row) { values.push_back(row.value); });
        CHECK(values == whole.values());
        CHECK(read.value.skipped == whole.text.skipped);
    }
}
