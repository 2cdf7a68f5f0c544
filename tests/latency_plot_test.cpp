// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/latency.hpp>

#include <wick/detail/xml.hpp>

#include "support.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

using namespace wick;

namespace {

// Reads the picture as XML and counts what is in it; nothing may come from elsewhere.
struct elements {
    std::size_t paths = 0, texts = 0, circles = 0;
    bool well_formed = false;
};

elements parse(const std::string& svg) {
    elements found;
    std::size_t at = 0;
    const auto source = [&](char* to, std::size_t room) {
        const std::size_t n = (std::min)(room, svg.size() - at);
        std::memcpy(to, svg.data() + at, n);
        at += n;
        return n;
    };
    detail::xml_reader<decltype(source)> reader(source);
    for (;;) {
        const detail::xml_token token = reader.next();
        if (token == detail::xml_token::failed) { return found; }
        if (token == detail::xml_token::finished) { break; }
        if (token != detail::xml_token::begin) { continue; }
        found.paths += reader.name() == "path" ? 1u : 0u;
        found.texts += reader.name() == "text" ? 1u : 0u;
        found.circles += reader.name() == "circle" ? 1u : 0u;
    }
    found.well_formed = true;
    CHECK(svg.find("http://", svg.find("http://www.w3.org/2000/svg") + 10) == std::string::npos);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
    CHECK(svg.find("prefers-color-scheme:dark") != std::string::npos);
    return found;
}

bool has(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

histogram<3> example() {
    histogram<3> h;
    for (int i = 1; i <= 10000; ++i) { h.record(1'000'000 + i * 150); }
    h.record(900'000'000);
    return h;
}

} // namespace

TEST_CASE("latency plot: percentiles of several series") {
    const histogram<3> one = example();
    const histogram<3> none;
    histogram<3> single;
    single.record(5);
    const std::vector<plot_series<3>> series{
        {"before & <after>", &one}, {"none", &none}, {"x", &single}};
    std::ostringstream out;
    write_percentile_plot(out, series);
    const std::string svg = out.str();
    const elements found = parse(svg);
    CHECK(found.well_formed);
    CHECK(found.circles == 2); // one a curve
    for (const char* label : {">50 %<",
                              ">90 %<",
                              ">99 %<",
                              ">99.9 %<",
                              ">99.99 %<",
                              ">1 ms<",
                              "max 900 ms",
                              "max 5 ns",
                              "before &amp; &lt;after&gt;",
                              ">10,002 requests<",
                              ">Percentile<",
                              "Latency (log)"}) {
        INFO(label);
        CHECK(has(svg, label));
    }
    plot_options options;
    options.logarithmic = false;
    options.unit = "us";
    options.title = "\x01 title";
    const std::string linear = to_percentile_plot(one, options);
    CHECK(parse(linear).well_formed);
    CHECK(has(linear, "max 900 s"));
    CHECK(to_percentile_plot(one, options) == linear);
}

TEST_CASE("latency plot: a curve is never below its values") {
    const histogram<3> h = example();
    const plot_series<3> series{"", &h};
    const detail::percentile_curve curve = detail::curve_of(series, 0.01);
    REQUIRE(curve.steps.size() > 100);
    CHECK(curve.steps.size() < 2000);
    double x = 0;
    for (const auto& step : curve.steps) {
        CHECK(step.first >= x);
        x = step.first;
        // At a little less than its end, the quantile is not above the step.
        const double p = 1 - std::pow(10, -(step.first - 1e-9));
        CHECK(static_cast<double>(h.quantile(p)) <= step.second);
    }
    CHECK(curve.steps.back().second == 900'000'000);
    CHECK(x == doctest::Approx(std::log10(10001)));
}

TEST_CASE("latency plot: nothing and extremes are drawn") {
    const histogram<2> none;
    CHECK(parse(to_percentile_plot(none)).well_formed);
    histogram<2> wide;
    wide.record(0);
    wide.record(histogram<2>::max_value);
    CHECK(parse(to_percentile_plot(wide)).well_formed);
    plot_options small;
    small.width = -5;
    small.height = 0;
    CHECK(parse(to_percentile_plot(wide, small)).well_formed);
    CHECK(parse(to_heat_map(latency_windows<2>())).well_formed);
    latency_windows<2> one(1, 1);
    one.record(0, 0);
    CHECK(parse(to_heat_map(one)).well_formed);
}

TEST_CASE("latency plot: a heat map shows each request, the rate, and quantiles") {
    latency_windows<2> w(1'000'000'000, 100);
    for (int i = 0; i < 60; ++i) {
        if (i == 30) { continue; } // a gap
        for (int k = 0; k < 100; ++k) { w.record(i * w.length(), 1'000'000 + k * 10'000); }
    }
    w.record(10 * w.length(), 700'000'000);
    const std::string svg = to_heat_map(w);
    const elements found = parse(svg);
    CHECK(found.well_formed);
    for (const char* label : {">5,901 requests in 60 windows of 1 s<",
                              ">100 ms<",
                              ">1 ms<",
                              ">60 s<",
                              ">p50<",
                              ">p90<",
                              ">p99<",
                              ">101 /s<",
                              "class=\"h9\"",
                              "class=\"h1\""}) {
        INFO(label);
        CHECK(has(svg, label));
    }
    CHECK(to_heat_map(w) == svg);
    // Many windows are drawn together.
    latency_windows<2> many(1'000'000'000, 4000);
    for (int i = 0; i < 3600; ++i) { many.record(i * many.length(), 1000 + i); }
    const std::string hour = to_heat_map(many);
    CHECK(parse(hour).well_formed);
    CHECK(hour.size() < 100'000);
    CHECK(has(hour, ">60 min<"));
}

TEST_CASE("latency plot: shades begin where they say") {
    for (const std::uint64_t most : {1u, 2u, 3u, 10u, 107u, 5000u, 1000000u}) {
        for (std::uint64_t count = 1; count <= (std::min)(most, std::uint64_t{5000}); ++count) {
            const int shade = detail::shade_of(count, most);
            CHECK(shade >= 1);
            CHECK(shade <= 9);
            if (most < 2) { continue; }
            CHECK(static_cast<double>(count) >= detail::least_of_shade(shade, most));
            if (shade < 9) {
                CHECK(static_cast<double>(count) < detail::least_of_shade(shade + 1, most));
            }
        }
        CHECK(detail::shade_of(most, most) == 9);
    }
}
