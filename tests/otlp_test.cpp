// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "protobuf_decode.hpp"

#include <wick/format/otlp.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using protobuf_decode::message;

namespace {

constexpr std::int64_t ms = 1000000;

template <int Digits>
message point_of(const wick::histogram<Digits>& values,
                 const wick::otlp_options& options = {},
                 const std::vector<wick::metric_label>& attributes = {}) {
    const auto made = wick::to_otlp_data_point(attributes, values, options);
    CHECK(made.error.message() == "");
    return message(made.value);
}

} // namespace

TEST_CASE("otlp: a data point, field by field") {
    wick::histogram<> h;
    h.record(1500 * ms);
    h.record(2000 * ms, 3);
    h.record(0, 2);
    wick::otlp_options options;
    options.scale = 3;
    options.start_ns = 7;
    options.time_ns = 9;
    const message point = point_of(h, options, {{"http.route", "/\xff"}, {"b", ""}});
    REQUIRE(point.all(1).size() == 2);
    CHECK(point.all(1)[0].text(1) == "http.route");
    CHECK(point.all(1)[0].inner(2).text(1) == "/\xef\xbf\xbd");
    CHECK(point.all(1)[1].inner(2).text(1) == "");
    CHECK(point.number(2) == 7);
    CHECK(point.number(3) == 9);
    CHECK(point.number(4) == 6);
    CHECK(point.real(5) == 7.5);
    CHECK(point.sint(6) == 3);
    CHECK(point.number(7) == 2);
    // Scale 3: 1.5 has index 4, and 2 ends bucket 7.
    CHECK(point.inner(8).sint(1) == 4);
    CHECK(point.inner(8).packed(2) == std::vector<std::uint64_t>{1, 0, 0, 3});
    CHECK(point.count(9) == 0);
    CHECK(point.real(12) == 0);
    CHECK(point.real(13) == 2);
    CHECK(point.numbers() == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 12, 13});
}

TEST_CASE("otlp: the buckets hold all values, where they are, within the bound") {
    wick::histogram<2> h;
    std::vector<std::int64_t> values;
    std::uint64_t x = 99;
    for (int i = 0; i < 5000; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        values.push_back(static_cast<std::int64_t>(x >> (20 + (x >> 59))));
        h.record(values.back());
    }
    const double slack = std::ldexp(1.0, -8);
    for (const std::size_t most : {40u, 160u, 640u}) {
        wick::otlp_options options;
        options.most_buckets = most;
        const message point = point_of(h, options);
        const double base = std::exp2(std::exp2(-static_cast<double>(point.sint(6))));
        const std::vector<std::uint64_t> counts = point.inner(8).packed(2);
        CHECK(counts.size() <= most);
        CHECK(counts.size() > most / 2);
        std::uint64_t cumulative = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            cumulative += counts[i];
            const double index =
                static_cast<double>(point.inner(8).sint(1)) + static_cast<double>(i);
            const double end = std::pow(base, index + 1) * 1e9;
            std::uint64_t least = 0;
            std::uint64_t most_up_to = 0;
            for (const std::int64_t v : values) {
                const auto value = static_cast<double>(v);
                least += value <= end * (1 - slack - 1e-9) ? 1 : 0;
                most_up_to += value <= end * (1 + slack + 1e-9) ? 1 : 0;
            }
            CHECK(cumulative >= least);
            CHECK(cumulative <= most_up_to);
        }
        CHECK(cumulative == 5000);
    }
}

TEST_CASE("otlp: what is not exact is not told") {
    wick::histogram<> h;
    REQUIRE(h.add_bucket(wick::histogram<>::index_of(5 * ms), 4));
    const message derived = point_of(h);
    CHECK(derived.number(4) == 4);
    CHECK(derived.count(5) == 0);
    CHECK(derived.count(12) == 0);
    CHECK(derived.count(13) == 0);
    const message empty = point_of(wick::histogram<>());
    CHECK(empty.number(4) == 0);
    CHECK(empty.count(8) == 0);
    CHECK(empty.count(12) == 0);
    // One value: its bucket's middle is none that was recorded, and its own place is.
    wick::histogram<2> one;
    one.record(1024 * 1024 * 1024 + 1);
    wick::otlp_options whole;
    whole.decimals = 0;
    const message point = point_of(one, whole);
    CHECK(point.sint(6) == 6);
    CHECK(point.inner(8).sint(1) == 30 * 64); // just above a power of two
}

TEST_CASE("otlp: a whole request") {
    wick::histogram<> h;
    h.record(5 * ms);
    wick::otlp_metric metric;
    metric.name = "http.server.request.duration";
    metric.description = "how long";
    metric.resource = {{"service.name", "shop"}};
    const auto made = wick::to_otlp(metric, {{"a", "b"}}, h);
    REQUIRE(made);
    const message resource = message(made.value).inner(1);
    CHECK(resource.inner(1).inner(1).text(1) == "service.name");
    CHECK(resource.inner(1).inner(1).inner(2).text(1) == "shop");
    const message scope = resource.inner(2);
    CHECK(scope.inner(1).text(1) == "wick");
    const message told = scope.inner(2);
    CHECK(told.text(1) == "http.server.request.duration");
    CHECK(told.text(2) == "how long");
    CHECK(told.text(3) == "s");
    const message histogram = told.inner(10);
    CHECK(histogram.number(2) == 2);
    const auto point = wick::to_otlp_data_point({{"a", "b"}}, h);
    CHECK(histogram.text(1) == point.value);
    metric.cumulative = false;
    const auto delta = wick::to_otlp(metric, {}, h);
    CHECK(message(delta.value).inner(1).inner(2).inner(2).inner(10).number(2) == 1);
}

TEST_CASE("otlp: options out of their range") {
    const wick::histogram<> h;
    wick::otlp_options options;
    options.scale = 21;
    CHECK(wick::to_otlp_data_point({}, h, options).error.message() == "a scale is from -10 to 20");
    options.scale = -11;
    CHECK_FALSE(wick::to_otlp({}, {}, h, options));
    options.scale = -10;
    options.decimals = 19;
    CHECK(wick::to_otlp_data_point({}, h, options).error.message() == "decimals are from 0 to 18");
    CHECK(wick::to_otlp_data_point({}, h, options).value == "");
    options.decimals = 18;
    CHECK(wick::to_otlp_data_point({}, h, options));
}
