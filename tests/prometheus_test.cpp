// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "protobuf_decode.hpp"
#include "support.hpp"

#include <wick/format/prometheus.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using protobuf_decode::message;
using wick::exposition;
using wick::detail::exponential_index;

namespace {

constexpr std::int64_t ms = 1000000;

wick::prometheus_metric named(const std::string& name, std::vector<std::int64_t> boundaries = {}) {
    wick::prometheus_metric metric;
    metric.name = name;
    metric.boundaries = std::move(boundaries);
    return metric;
}

template <int Digits = 3>
std::string written(const wick::prometheus_metric& metric,
                    const std::vector<wick::metric_label>& labels,
                    const wick::histogram<Digits>& values,
                    exposition format = exposition::text,
                    const wick::prometheus_details& details = {}) {
    const auto made = wick::to_prometheus(metric, labels, values, format, details);
    CHECK(made.error.message() == "");
    return made.value;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        REQUIRE(end != std::string::npos); // the last line ends too
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

// One sample of a text, read as the format is described.
struct sample {
    std::string name;
    std::vector<std::pair<std::string, std::string>> labels;
    std::string value;
    std::string label(const std::string& of) const {
        for (const auto& l : labels) {
            if (l.first == of) { return l.second; }
        }
        return "none";
    }
};

sample parse_sample(const std::string& line) {
    sample made;
    std::size_t at = line.find_first_of("{ ");
    REQUIRE(at != std::string::npos);
    made.name = line.substr(0, at);
    if (line[at] == '{') {
        ++at;
        while (line[at] != '}') {
            const std::size_t equals = line.find("=\"", at);
            REQUIRE(equals != std::string::npos);
            std::string value;
            std::size_t i = equals + 2;
            for (; line[i] != '"'; ++i) {
                REQUIRE(i + 1 < line.size());
                if (line[i] != '\\') {
                    value += line[i];
                    continue;
                }
                ++i;
                REQUIRE(std::string_view("\\\"n").find(line[i]) != std::string_view::npos);
                value += line[i] == 'n' ? '\n' : line[i];
            }
            made.labels.emplace_back(line.substr(at, equals - at), value);
            at = i + 1;
            if (line[at] == ',') { ++at; }
        }
        ++at;
    }
    REQUIRE(line[at] == ' ');
    made.value = line.substr(at + 1);
    return made;
}

std::vector<sample> samples_of(const std::string& text) {
    std::vector<sample> made;
    for (const std::string& line : lines_of(text)) {
        if (line[0] != '#') { made.push_back(parse_sample(line)); }
    }
    return made;
}

// "0.005001215" with 9 decimals is 5001215.
std::int64_t units_of(const std::string& text, int decimals) {
    std::string digits;
    int behind = -1;
    for (const char c : text) {
        if (c == '.') {
            behind = 0;
            continue;
        }
        REQUIRE((c >= '0' && c <= '9'));
        digits += c;
        behind += behind >= 0 ? 1 : 0;
    }
    for (int i = (std::max)(behind, 0); i < decimals; ++i) { digits += '0'; }
    return std::stoll(digits);
}

std::vector<std::int64_t> latencies(std::size_t n, std::uint32_t seed) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> shape(std::log(2e6), 1.5);
    std::vector<std::int64_t> made;
    for (std::size_t i = 0; i < n; ++i) {
        made.push_back(static_cast<std::int64_t>(shape(random)));
    }
    return made;
}

template <int Digits = 3>
wick::histogram<Digits> histogram_of(const std::vector<std::int64_t>& values) {
    wick::histogram<Digits> made;
    for (const std::int64_t v : values) { made.record(v); }
    return made;
}

} // namespace

// ---- text ---------------------------------------------------------------------------------------

TEST_CASE("prometheus: the text, to the byte") {
    wick::histogram<> h;
    h.record(1000);
    h.record(3 * ms);
    h.record(3 * ms + 1);
    h.record(70 * ms);
    h.record(3600 * 1000 * ms);
    wick::prometheus_metric metric = named("rpc_duration_seconds", {100 * ms, 1000, 2500000});
    metric.help = "How long \\ it\ntook: \"all\".";
    CHECK(written(metric, {{"path", "/a"}, {"method", "GET"}}, h) ==
          "# HELP rpc_duration_seconds How long \\\\ it\\ntook: \"all\".\n"
          "# TYPE rpc_duration_seconds histogram\n"
          "rpc_duration_seconds_bucket{path=\"/a\",method=\"GET\",le=\"0.000001\"} 1\n"
          "rpc_duration_seconds_bucket{path=\"/a\",method=\"GET\",le=\"0.002500607\"} 1\n"
          "rpc_duration_seconds_bucket{path=\"/a\",method=\"GET\",le=\"0.100007935\"} 4\n"
          "rpc_duration_seconds_bucket{path=\"/a\",method=\"GET\",le=\"+Inf\"} 5\n"
          "rpc_duration_seconds_count{path=\"/a\",method=\"GET\"} 5\n"
          "rpc_duration_seconds_sum{path=\"/a\",method=\"GET\"} 3600.076001001\n");
}

TEST_CASE("prometheus: OpenMetrics, to the byte") {
    wick::histogram<> h;
    h.record(1000);
    h.record(1100, 2);
    h.record(2000000000);
    wick::prometheus_metric metric = named("t_seconds", {1000, 1500, 1000000000});
    metric.help = "a \"b\" \\";
    wick::prometheus_details details;
    details.created_ms = 1520872607120;
    details.exemplars = {{1000, {{"trace_id", "first"}}, 0},
                         {900, {{"trace_id", "a\"b"}, {"span", "7"}}, 1520879607789},
                         {1101, {}, 1000},
                         {2000000000, {{"trace_id", "late"}}, 0}};
    CHECK(written(metric, {}, h, exposition::openmetrics, details) ==
          "# HELP t_seconds a \\\"b\\\" \\\\\n"
          "# TYPE t_seconds histogram\n"
          "# UNIT t_seconds seconds\n"
          "t_seconds_bucket{le=\"0.000001\"} 1 # {trace_id=\"a\\\"b\",span=\"7\"} 0.0000009 "
          "1520879607.789\n"
          "t_seconds_bucket{le=\"0.0000015\"} 3 # {} 0.000001101 1.0\n"
          "t_seconds_bucket{le=\"1.000341503\"} 3\n"
          "t_seconds_bucket{le=\"+Inf\"} 4 # {trace_id=\"late\"} 2.0\n"
          "t_seconds_count 4\n"
          "t_seconds_sum 2.0000032\n"
          "t_seconds_created 1520872607.12\n"
          "# EOF\n");
}

TEST_CASE("prometheus: several metrics, several labels, digits of both kinds in one exposition") {
    std::string text;
    const auto append = [&](std::string_view piece) { text.append(piece); };
    wick::prometheus_writer<const decltype(append)> out(append);
    wick::histogram<2> coarse;
    wick::histogram<3> fine;
    coarse.record(10 * ms);
    fine.record(10 * ms);
    CHECK_FALSE(out.begin(named("a_seconds", {10 * ms})));
    CHECK_FALSE(out.add({{"x", "1"}}, fine));
    CHECK_FALSE(out.add({{"x", "2"}}, coarse));
    CHECK_FALSE(out.begin(named("b_seconds", {10 * ms})));
    CHECK_FALSE(out.add({}, wick::histogram<>()));
    out.end();
    CHECK(text == "# TYPE a_seconds histogram\n"
                  "a_seconds_bucket{x=\"1\",le=\"0.010002431\"} 1\n"
                  "a_seconds_bucket{x=\"1\",le=\"+Inf\"} 1\n"
                  "a_seconds_count{x=\"1\"} 1\n"
                  "a_seconds_sum{x=\"1\"} 0.01\n"
                  "a_seconds_bucket{x=\"2\",le=\"0.010027007\"} 1\n"
                  "a_seconds_bucket{x=\"2\",le=\"+Inf\"} 1\n"
                  "a_seconds_count{x=\"2\"} 1\n"
                  "a_seconds_sum{x=\"2\"} 0.01\n"
                  "# TYPE b_seconds histogram\n"
                  "b_seconds_bucket{le=\"0.010002431\"} 0\n"
                  "b_seconds_bucket{le=\"+Inf\"} 0\n"
                  "b_seconds_count 0\n"
                  "b_seconds_sum 0\n");
}

TEST_CASE_TEMPLATE("prometheus: cumulative counts are exact at every boundary",
                   Digits,
                   std::integral_constant<int, 2>,
                   std::integral_constant<int, 3>) {
    std::mt19937_64 random(7);
    for (std::uint32_t round = 0; round < 20; ++round) {
        const std::vector<std::int64_t> values = latencies(2000, round);
        const auto h = histogram_of<Digits::value>(values);
        std::vector<std::int64_t> boundaries;
        for (int i = 0; i < 30; ++i) {
            boundaries.push_back(static_cast<std::int64_t>(random() >> (10 + random() % 50)));
        }
        const std::string text = written(named("x_seconds", boundaries), {}, h);
        std::int64_t before = -1;
        std::size_t buckets = 0;
        for (const sample& s : samples_of(text)) {
            if (s.name != "x_seconds_bucket") { continue; }
            ++buckets;
            if (s.label("le") == "+Inf") {
                CHECK(s.value == "2000");
                continue;
            }
            const std::int64_t end = units_of(s.label("le"), 9);
            CHECK(end > before);
            before = end;
            const auto below = std::count_if(
                values.begin(), values.end(), [&](std::int64_t v) { return v <= end; });
            CHECK(s.value == std::to_string(below));
            // It is a boundary that was asked for, moved up by less than 2^-K of it.
            const double unit = std::ldexp(1.0, -static_cast<int>(h.precision_bits));
            CHECK(std::any_of(boundaries.begin(), boundaries.end(), [&](std::int64_t b) {
                return b <= end && static_cast<double>(end - b) <= static_cast<double>(b) * unit;
            }));
        }
        CHECK(buckets > 20);
    }
}

TEST_CASE("prometheus: Prometheus' own boundaries where none are given") {
    const auto ends = [](int decimals) {
        wick::prometheus_metric metric = named("x_seconds");
        metric.decimals = decimals;
        std::vector<double> made;
        for (const sample& s : samples_of(written(metric, {}, wick::histogram<>()))) {
            if (s.name == "x_seconds_bucket" && s.label("le") != "+Inf") {
                made.push_back(std::stod(s.label("le")));
            }
        }
        return made;
    };
    const double usual[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    for (const int decimals : {3, 6, 9, 12, 14}) {
        const std::vector<double> made = ends(decimals);
        REQUIRE(made.size() == 11);
        for (std::size_t i = 0; i < 11; ++i) {
            CHECK(made[i] >= usual[i]);
            CHECK(made[i] <= usual[i] * (1 + 1.0 / 1024));
        }
    }
    CHECK(ends(18).size() == 1); // 9.007 ms are the greatest value
    CHECK(wick::decade_boundaries(3, 200) == std::vector<std::int64_t>{5, 10, 20, 50, 100, 200});
    CHECK(wick::decade_boundaries(0, (std::numeric_limits<std::int64_t>::max)()).back() ==
          5000000000000000000);
    CHECK(wick::decade_boundaries(5, 4).empty());
}

TEST_CASE("prometheus: boundaries past the greatest value go without saying") {
    wick::histogram<> h;
    h.record((std::numeric_limits<std::int64_t>::max)()); // clamped: no end is above it for sure
    h.record(5);
    const auto most = wick::histogram<>::max_value;
    const std::string text = written(
        named("x_seconds", {10, 10, most, most - 1, (std::numeric_limits<std::int64_t>::max)()}),
        {},
        h);
    const std::vector<sample> samples = samples_of(text);
    REQUIRE(samples.size() == 4);
    CHECK(samples[0].label("le") == "0.00000001");
    CHECK(samples[0].value == "1");
    CHECK(samples[1].label("le") == "+Inf");
    CHECK(samples[1].value == "2");
}

TEST_CASE("prometheus: units are scaled without noise") {
    const auto sum = [](std::int64_t value, int decimals, exposition format) {
        wick::histogram<> h;
        h.record(value);
        wick::prometheus_metric metric = named("x", {1});
        metric.unit = "";
        metric.decimals = decimals;
        for (const sample& s : samples_of(written(metric, {}, h, format))) {
            if (s.name == "x_sum") { return s.value; }
        }
        return std::string("none");
    };
    CHECK(sum(100000000, 9, exposition::text) == "0.1");
    CHECK(sum(300, 3, exposition::text) == "0.3");
    CHECK(sum(7, 0, exposition::text) == "7");
    CHECK(sum(7, 0, exposition::openmetrics) == "7.0");
    CHECK(sum(7000, 3, exposition::openmetrics) == "7.0");
    CHECK(sum(0, 9, exposition::openmetrics) == "0.0");
    CHECK(sum(1, 18, exposition::text) == "0.000000000000000001");
    CHECK(sum(wick::histogram<>::max_value, 9, exposition::text) == "9007199.254740991");
}

TEST_CASE("prometheus: sums beyond 64 bits") {
    wick::histogram<> h;
    const std::uint64_t times = std::uint64_t{1} << 62;
    REQUIRE(h.record(wick::histogram<>::max_value, times)); // 2^115 - 2^62
    const std::string text = written(named("x_seconds", {1}), {}, h);
    CHECK(text.find("x_seconds_count 4611686018427387904\n") != std::string::npos);
    CHECK(samples_of(text).back().value == "41538374868278616416557952.206372864");
}

TEST_CASE("prometheus: labels of any bytes come back, or as U+FFFD what is no text") {
    std::string every;
    for (int i = 0; i < 256; ++i) { every += static_cast<char>(i); }
    std::string clean;
    for (int i = 0; i < 256; ++i) {
        clean +=
            i == 0 || i >= 128 ? std::string("\xef\xbf\xbd") : std::string(1, static_cast<char>(i));
    }
    const std::pair<std::string, std::string> cases[] = {
        {every, clean},
        {"\\n", "\\n"},
        {"\\", "\\"},
        {"a\\\"", "a\\\""},
        {"\n\n", "\n\n"},
        {"}\",le=\"1\"} 5\nevil 6\n", "}\",le=\"1\"} 5\nevil 6\n"},
        {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\xa5", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x94\xa5"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, // a surrogate
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 // not the shortest form
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},                 // cut off
        {"", ""},
    };
    for (const auto& [value, expected] : cases) {
        wick::prometheus_metric metric = named("x_seconds", {1});
        metric.help = value;
        for (const exposition format : {exposition::text, exposition::openmetrics}) {
            const std::string text =
                written(metric, {{"l", value}, {"m", "z"}}, wick::histogram<>(), format);
            std::size_t expected_lines = value.empty() ? 5 : 6;
            expected_lines += format == exposition::openmetrics ? 2 : 0;
            CHECK(lines_of(text).size() == expected_lines);
            for (const sample& s : samples_of(text)) {
                CHECK(s.label("l") == expected);
                CHECK(s.label("m") == "z");
            }
        }
        std::string bytes =
            written(metric, {{"l", value}}, wick::histogram<>(), exposition::protobuf);
        std::string_view left = bytes;
        const message family(protobuf_decode::take_bytes(left));
        CHECK(left.empty());
        CHECK(family.inner(4).inner(1).text(2) == expected);
        if (!value.empty()) { CHECK(family.text(2) == expected); }
    }
}

TEST_CASE("prometheus: random labels never break a line") {
    std::mt19937 random(3);
    const std::string_view pieces[] = {"\"",
                                       "\\",
                                       "\n",
                                       "{",
                                       "}",
                                       ",",
                                       "=",
                                       "a",
                                       " ",
                                       "#",
                                       "\r",
                                       "\xff",
                                       std::string_view("\0", 1),
                                       "\xc3\xa9",
                                       "le"};
    for (int round = 0; round < 500; ++round) {
        std::vector<wick::metric_label> labels;
        for (const char* name : {"a", "b", "c"}) {
            std::string value;
            for (auto i = random() % 12; i > 0; --i) { value += pieces[random() % 15]; }
            labels.push_back({name, value});
        }
        const std::vector<sample> samples =
            samples_of(written(named("x_seconds", {1}), labels, wick::histogram<>()));
        REQUIRE(samples.size() == 4);
        for (const sample& s : samples) {
            for (const wick::metric_label& l : labels) {
                CHECK(s.label(l.name) == wick::detail::clean_utf8(l.value));
            }
        }
    }
}

TEST_CASE("prometheus: what is wrong is said, and nothing is written of it") {
    const wick::histogram<> h;
    const auto refusal = [&](const wick::prometheus_metric& metric,
                             const std::vector<wick::metric_label>& labels = {},
                             const wick::prometheus_details& details = {}) {
        const auto made = wick::to_prometheus(metric, labels, h, exposition::openmetrics, details);
        if (!made) { CHECK(made.value.find("_bucket") == std::string::npos); }
        return made.error.message();
    };
    CHECK(refusal(named("x_seconds")) == "");
    CHECK(refusal(named("")) == "no metric may be named \"\"");
    CHECK(refusal(named("1_seconds")) == "no metric may be named \"1_seconds\"");
    CHECK(refusal(named("a-b_seconds")) == "no metric may be named \"a-b_seconds\"");
    CHECK(refusal(named("a\xff_seconds")) == "no metric may be named \"a\xef\xbf\xbd_seconds\"");
    CHECK(refusal(named("a:b_seconds")) == "");
    CHECK(refusal(named("x")) == "the name \"x\" does not end with the unit, \"_seconds\"");
    CHECK(refusal(named("_seconds")) != "");
    CHECK(refusal(named("xseconds")) != "");
    wick::prometheus_metric metric = named("x_bytes", {100});
    metric.unit = "bytes";
    metric.decimals = 0;
    CHECK(refusal(metric) == "");
    metric.boundaries.clear();
    CHECK(refusal(metric).find("boundaries are needed") == 0);
    metric.boundaries = {1, -1};
    CHECK(refusal(metric) == "a boundary of \"x_bytes\" is negative");
    metric.boundaries = {1};
    metric.unit = "by tes";
    CHECK(refusal(metric) == "no unit is named \"by tes\"");
    metric.unit = "bytes";
    metric.decimals = 19;
    CHECK(refusal(metric) == "decimals are from 0 to 18");
    metric.decimals = -1;
    CHECK(refusal(metric) != "");
    metric.decimals = 0;
    metric.schema = 9;
    CHECK(refusal(metric) == "a schema is from -4 to 8");

    metric = named("x_seconds");
    CHECK(refusal(metric, {{"le", "1"}}) == "the label \"le\" is for buckets alone");
    CHECK(refusal(metric, {{"__a", "1"}}) == "no label may be named \"__a\"");
    CHECK(refusal(metric, {{"a:b", "1"}}) == "no label may be named \"a:b\"");
    CHECK(refusal(metric, {{"", "1"}}) == "no label may be named \"\"");
    CHECK(refusal(metric, {{"a", "1"}, {"b", "1"}, {"a", "2"}}) ==
          "the label \"a\" is there twice");
    CHECK(refusal(metric, {}, {0, {{1, {{"le", "x"}}, 0}}}) != "");
    CHECK(refusal(metric, {}, {0, {{1, {{"t", std::string(127, 'x')}}, 0}}}) == "");
    CHECK(refusal(metric, {}, {0, {{1, {{"t", std::string(128, 'x')}}, 0}}}) ==
          "the labels of an exemplar have 128 characters at most");
}

TEST_CASE("prometheus: neither a metric nor labels twice") {
    std::string text;
    const auto append = [&](std::string_view piece) { text.append(piece); };
    wick::prometheus_writer<const decltype(append)> out(append);
    const wick::histogram<> h;
    CHECK(out.add({}, h).message() == "no metric was begun");
    CHECK_FALSE(out.begin(named("a_seconds", {1})));
    CHECK_FALSE(out.add({{"x", "1"}, {"y", "2"}}, h));
    CHECK(out.add({{"y", "2"}, {"x", "1"}}, h).message() ==
          "the same labels are in the metric a_seconds twice");
    CHECK(out.add({{"y", "2"}, {"z", ""}, {"x", "1"}}, h)); // an empty label is none
    CHECK_FALSE(out.add({{"x", "1"}}, h));
    CHECK_FALSE(out.add({}, h));
    CHECK(out.begin(named("a_seconds", {1})).message() == "the metric a_seconds is there twice");
    CHECK(out.add({{"x", "7"}}, h).message() == "no metric was begun");
    CHECK_FALSE(out.begin(named("b_seconds", {1})));
    CHECK_FALSE(out.add({{"x", "1"}, {"y", "2"}}, h));
    out.end();
    CHECK(samples_of(text).size() == 4 * 4);
}

TEST_CASE("prometheus: values below 0 count up to the first end") {
    wick::histogram<> h;
    h.record(-5);
    h.record(0);
    const std::vector<sample> samples = samples_of(written(named("x_seconds", {0, 1}), {}, h));
    CHECK(samples[0].label("le") == "0");
    CHECK(samples[0].value == "2");
}

TEST_CASE("prometheus: content types") {
    CHECK(wick::content_type(exposition::text) == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(wick::content_type(exposition::openmetrics) ==
          "application/openmetrics-text; version=1.0.0; charset=utf-8");
    CHECK(wick::content_type(exposition::protobuf) ==
          "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
          "encoding=delimited");
}

// ---- exponential buckets ------------------------------------------------------------------------

TEST_CASE("exponential buckets: known indices") {
    const int scales[] = {0, 1, 3, 5};
    const std::pair<double, std::vector<int>> known[] = {{1.0, {-1, -1, -1, -1}},
                                                         {1.5, {0, 1, 4, 18}},
                                                         {2.0, {0, 1, 7, 31}},
                                                         {1000.0, {9, 19, 79, 318}}};
    for (const auto& [value, indices] : known) {
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(exponential_index(value, scales[i]) == indices[i]);
        }
    }
}

TEST_CASE("exponential buckets: powers of two are the upper ends, at every scale") {
    for (int scale = -10; scale <= 20; ++scale) {
        bool as_expected = true;
        for (int power = -60; power <= 60; ++power) {
            const double value = std::ldexp(1.0, power);
            const double above = std::nextafter(value, 1e300);
            // Of the bucket whose upper end it is or is below, and of what is just above it.
            const std::int64_t finer = scale >= 0 ? std::int64_t{1} << scale : 1;
            const std::int64_t index =
                scale >= 0 ? power * finer - 1 : (std::int64_t{power} - 1) >> -scale;
            const std::int64_t next = scale >= 0 ? index + 1 : std::int64_t{power} >> -scale;
            as_expected = as_expected && exponential_index(value, scale) == index &&
                          exponential_index(above, scale) == next;
        }
        CHECK(as_expected);
    }
}

TEST_CASE("exponential buckets: a value lies within its bucket; coarser ones are halves") {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> exponent(-300, 300);
    bool within = true;
    bool halves = true;
    for (int round = 0; round < 20000; ++round) {
        const double value = std::exp2(exponent(random));
        const double place = std::log2(value);
        std::int32_t finer = 0;
        for (int scale = 20; scale >= -10; --scale) {
            const std::int32_t index = exponential_index(value, scale);
            halves = halves && (scale == 20 || index == finer >> 1);
            finer = index;
            const double width = std::ldexp(1.0, -scale); // in powers of two
            within =
                within && place >= index * width - 1e-12 && place <= (index + 1) * width + 1e-12;
        }
    }
    CHECK(within);
    CHECK(halves);
    CHECK(exponential_index((std::numeric_limits<double>::max)(), 0) == 1023);
    CHECK(exponential_index(std::numeric_limits<double>::denorm_min(), 0) == -1075);
}

TEST_CASE_TEMPLATE("exponential buckets: every count, within the bound",
                   Digits,
                   std::integral_constant<int, 2>,
                   std::integral_constant<int, 3>) {
    for (std::uint32_t round = 0; round < 4; ++round) {
        std::vector<std::int64_t> values = latencies(2000, round);
        for (std::int64_t v = 0; v < 40; ++v) { values.push_back(v); }
        std::sort(values.begin(), values.end());
        const auto up_to = [&](double limit) {
            const auto least = static_cast<std::int64_t>(std::floor(limit));
            const auto end = std::upper_bound(values.begin(), values.end(), least);
            return static_cast<std::uint64_t>(end - values.begin());
        };
        const auto h = histogram_of<Digits::value>(values);
        const double slack = std::ldexp(1.0, -static_cast<int>(h.precision_bits) - 1);
        for (const int decimals : {0, 9}) {
            for (int scale = 20; scale >= -3; --scale) {
                const auto made = wick::detail::to_exponential(h, decimals, scale, 1u << 20);
                CHECK(made.scale == (std::min)(scale, static_cast<int>(h.precision_bits) - 1));
                CHECK(made.zero == 1);
                CHECK(made.counts.front() * made.counts.back() != 0);
                // As many values up to an end as there are up to one a little before or after it.
                bool within = true;
                std::uint64_t cumulative = made.zero;
                const double unit = std::pow(10.0, decimals);
                for (std::size_t i = 0; i < made.counts.size(); ++i) {
                    cumulative += made.counts[i];
                    const double index = static_cast<double>(made.offset) + static_cast<double>(i);
                    const double end = std::exp2((index + 1) * std::ldexp(1.0, -made.scale)) * unit;
                    within = within && cumulative >= up_to(end * (1 - slack) * (1 - 1e-12)) &&
                             cumulative <= up_to(end * (1 + slack) * (1 + 1e-12));
                }
                CHECK(within);
                CHECK(cumulative == values.size());
            }
        }
    }
}

TEST_CASE("exponential buckets: coarser scales are exactly those counted anew") {
    const auto h = histogram_of(latencies(20000, 5));
    const auto finest = wick::detail::to_exponential(h, 9, 20, 1u << 20);
    CHECK(finest.scale == 9);
    for (int scale = 9; scale >= -10; --scale) {
        const auto direct = wick::detail::to_exponential(h, 9, scale, 1u << 20);
        const auto made = wick::detail::coarser(finest, 9 - scale);
        CHECK(made.scale == direct.scale);
        CHECK(made.offset == direct.offset);
        CHECK(made.counts == direct.counts);
    }
    for (const std::size_t most : {0u, 1u, 2u, 3u, 10u, 160u, 640u, 100000u}) {
        const auto made = wick::detail::to_exponential(h, 9, 20, most);
        CHECK(made.counts.size() <= (std::max)(most, std::size_t{2}));
        if (made.scale < 9) {
            const auto finer = wick::detail::to_exponential(h, 9, made.scale + 1, 1u << 20);
            CHECK(finer.counts.size() > most);
        }
    }
}

// ---- native histograms --------------------------------------------------------------------------

namespace {

// Bucket keys and counts, from spans and deltas.
std::map<std::int64_t, std::uint64_t> native_of(const message& histogram) {
    std::map<std::int64_t, std::uint64_t> made;
    std::vector<std::uint64_t> deltas;
    if (histogram.count(13) != 0) { deltas = histogram.packed(13); }
    std::size_t at = 0;
    std::int64_t key = 0;
    std::int64_t count = 0;
    for (const message& span : histogram.all(12)) {
        key += span.sint(1);
        for (std::uint64_t i = 0; i < span.number(2); ++i) {
            REQUIRE(at < deltas.size());
            count += protobuf_decode::signed_of(deltas[at++]);
            REQUIRE(count >= 0);
            if (count > 0) { made[key] = static_cast<std::uint64_t>(count); }
            ++key;
        }
    }
    CHECK(at == deltas.size());
    return made;
}

message only_histogram(const std::string& bytes) {
    std::string_view left = bytes;
    const message family(protobuf_decode::take_bytes(left));
    CHECK(left.empty());
    return family.inner(4).inner(7);
}

} // namespace

TEST_CASE("prometheus: native histograms, read back") {
    for (std::uint32_t round = 0; round < 10; ++round) {
        std::vector<std::int64_t> values = latencies(500 + round * 3000, round);
        values.insert(values.end(), 3 + round, 0);
        const auto h = histogram_of(values);
        wick::prometheus_metric metric = named("x_seconds", {1 * ms, 10 * ms});
        metric.most_buckets = round % 2 == 0 ? 100000 : 50;
        metric.schema = 8 - static_cast<int>(round % 3) * 6;
        const message read = only_histogram(written(metric, {}, h, exposition::protobuf));
        CHECK(read.number(1) == values.size());
        const auto sum = std::accumulate(values.begin(), values.end(), std::int64_t{0});
        CHECK(read.real(2) == doctest::Approx(static_cast<double>(sum) / 1e9).epsilon(1e-15));
        CHECK(read.real(6) == std::ldexp(1.0, -128));
        CHECK(read.number(7) == 3 + round);
        const auto schema = static_cast<int>(read.sint(5));
        CHECK(schema <= metric.schema);
        const auto native = native_of(read);
        CHECK(native.size() <= metric.most_buckets);
        std::uint64_t all = read.number(7);
        for (const auto& [key, count] : native) { all += count; }
        CHECK(all == values.size());
        // A bucket's key is that of its upper end: the same counts by another way.
        const auto expected =
            wick::detail::to_exponential(h, 9, metric.schema, metric.most_buckets);
        CHECK(expected.scale == schema);
        for (std::size_t i = 0; i < expected.counts.size(); ++i) {
            const auto found = native.find(expected.offset + static_cast<std::int64_t>(i) + 1);
            CHECK((found == native.end() ? 0 : found->second) == expected.counts[i]);
        }
        // Classic buckets are there too, and exact.
        const auto classic = read.all(3);
        REQUIRE(classic.size() == 2);
        for (const message& bucket : classic) {
            const auto end = static_cast<std::int64_t>(std::llround(bucket.real(2) * 1e9));
            const auto below = std::count_if(
                values.begin(), values.end(), [&](std::int64_t v) { return v <= end; });
            CHECK(bucket.number(1) == static_cast<std::uint64_t>(below));
        }
    }
}

TEST_CASE("prometheus: keys of native buckets are those of Prometheus") {
    // Schema 0 in units of one: 1 is in the bucket up to 2^0, 2 up to 2^1, 3 and 4 up to 2^2.
    wick::histogram<> h;
    for (const std::int64_t v : {1, 2, 3, 4, 4, 1000}) { h.record(v); }
    wick::prometheus_metric metric = named("x", {1});
    metric.unit = "";
    metric.decimals = 0;
    metric.schema = 0;
    const message read = only_histogram(written(metric, {}, h, exposition::protobuf));
    const std::map<std::int64_t, std::uint64_t> expected{{0, 1}, {1, 1}, {2, 3}, {10, 1}};
    CHECK(native_of(read) == expected);
    REQUIRE(read.all(12).size() == 2);
    CHECK(read.all(12)[0].sint(1) == 0);
    CHECK(read.all(12)[0].number(2) == 3);
    CHECK(read.all(12)[1].sint(1) == 7); // buckets 3 to 9 are empty
    CHECK(read.all(12)[1].number(2) == 1);
    CHECK(read.packed(13) == std::vector<std::uint64_t>{2, 0, 4, 3}); // +1, 0, +2, -2
}

TEST_CASE("prometheus: gaps of two buckets are filled, of three are told") {
    wick::prometheus_metric metric = named("x", {1});
    metric.unit = "";
    metric.decimals = 0;
    metric.schema = 0;
    for (const int gap : {1, 2, 3}) {
        wick::histogram<> h;
        h.record(4);
        h.record(std::int64_t{4} << (gap + 1));
        const message read = only_histogram(written(metric, {}, h, exposition::protobuf));
        const std::map<std::int64_t, std::uint64_t> expected{{2, 1}, {3 + gap, 1}};
        CHECK(native_of(read) == expected);
        CHECK(read.all(12).size() == (gap == 3 ? 2 : 1));
    }
}

TEST_CASE("prometheus: a native histogram without values can be told for one") {
    const message read =
        only_histogram(written(named("x_seconds"), {}, wick::histogram<>(), exposition::protobuf));
    CHECK(read.number(1) == 0);
    CHECK(read.real(6) > 0); // the sign of a native histogram
    CHECK(read.count(12) == 0);
    CHECK(read.count(13) == 0);
    CHECK(read.all(3).size() == 11);
}

TEST_CASE("prometheus: families of messages, with what is told beside") {
    std::string bytes;
    const auto append = [&](std::string_view piece) { bytes.append(piece); };
    wick::prometheus_writer<const decltype(append)> out(append, exposition::protobuf);
    wick::histogram<> h;
    h.record(5 * ms);
    h.record(3600 * 1000 * ms);
    wick::prometheus_metric metric = named("a_seconds", {10 * ms});
    metric.help = "help";
    wick::prometheus_details details;
    details.created_ms = -1; // a millisecond before the epoch
    details.exemplars = {{2 * ms, {{"trace_id", "t"}}, 1500}, {3600 * 1000 * ms, {}, 0}};
    CHECK_FALSE(out.begin(metric));
    CHECK_FALSE(out.add({{"x", "1"}, {"y", "2"}}, h, details));
    CHECK_FALSE(out.add({{"x", "2"}}, h));
    CHECK_FALSE(out.begin(named("b_seconds")));
    out.end();

    std::string_view left = bytes;
    const message a(protobuf_decode::take_bytes(left));
    const message b(protobuf_decode::take_bytes(left));
    CHECK(left.empty());
    CHECK(a.text(1) == "a_seconds");
    CHECK(a.text(2) == "help");
    CHECK(a.number(3) == 4);
    CHECK(a.text(5) == "seconds");
    CHECK(b.text(1) == "b_seconds");
    CHECK(b.count(2) == 0);
    CHECK(b.count(4) == 0);
    REQUIRE(a.all(4).size() == 2);
    const message first = a.all(4)[0];
    REQUIRE(first.all(1).size() == 2);
    CHECK(first.all(1)[1].text(1) == "y");
    CHECK(first.all(1)[1].text(2) == "2");
    const message histogram = first.inner(7);
    REQUIRE(histogram.all(3).size() == 2); // the last one for its exemplar's sake
    const message exemplar = histogram.all(3)[0].inner(3);
    CHECK(exemplar.inner(1).text(2) == "t");
    CHECK(exemplar.real(2) == 0.002);
    CHECK(exemplar.inner(3).number(1) == 1);
    CHECK(exemplar.inner(3).number(2) == 500000000);
    CHECK(histogram.all(3)[1].real(2) == std::numeric_limits<double>::infinity());
    CHECK(histogram.all(3)[1].inner(3).real(2) == 3600);
    CHECK(histogram.all(3)[1].inner(3).count(3) == 0);
    CHECK(histogram.inner(15).number(1) == ~std::uint64_t{0}); // -1 second
    CHECK(histogram.inner(15).number(2) == 999000000);
    CHECK(a.all(4)[1].inner(7).all(3).size() == 1);
}

TEST_CASE("prometheus: counts of any size keep their differences") {
    wick::histogram<> h;
    const std::uint64_t half = std::uint64_t{1} << 62;
    REQUIRE(h.record(1000, half));
    REQUIRE(h.record(3000, 1));
    REQUIRE(h.record(9000, half - 5));
    const message read = only_histogram(written(named("x_seconds"), {}, h, exposition::protobuf));
    std::vector<std::uint64_t> counts;
    for (const auto& [key, count] : native_of(read)) { counts.push_back(count); }
    CHECK(counts == std::vector<std::uint64_t>{half, 1, half - 5});
}

TEST_CASE("prometheus: the same again is the same bytes; a sink may be a stream") {
    const auto h = histogram_of(latencies(1000, 1));
    struct stream {
        std::string text;
        void write(const char* from, std::ptrdiff_t size) {
            text.append(from, static_cast<std::size_t>(size));
        }
    };
    for (const exposition format :
         {exposition::text, exposition::openmetrics, exposition::protobuf}) {
        stream to;
        CHECK_FALSE(wick::write_prometheus(to, named("x_seconds"), {{"a", "b"}}, h, format));
        CHECK(to.text == written(named("x_seconds"), {{"a", "b"}}, h, format));
    }
}
