// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/latency.hpp>

#include "latency_simulation.hpp"
#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

using namespace wick;

namespace {

bool near(double a, double b, double tolerance = 1e-9) {
    return std::fabs(a - b) <= tolerance;
}

std::string reason(const result<latency_comparison>& made) {
    REQUIRE(made);
    return made.value.reason;
}

std::vector<double> shuffled(double from, double to, std::size_t count, std::uint64_t seed) {
    simulation::randomness random(seed);
    std::vector<double> made;
    for (std::size_t i = 0; i < count; ++i) {
        made.push_back(from + (to - from) * random.uniform());
    }
    return made;
}

} // namespace

TEST_CASE("compare: golden values of scipy for tests by rank") {
    const std::vector<double> a{12.1, 11.9, 12.4, 12.0, 13.1, 12.2, 12.3, 11.8, 12.6};
    const std::vector<double> b{12.9, 13.0, 12.7, 13.4, 12.8, 13.3, 12.5, 13.6, 12.4};
    const detail::test_result found = detail::brunner_munzel(a, b);
    CHECK(near(found.statistic, 4.865829896));
    CHECK(near(found.p_value, 0.000500816937864, 1e-12));
    CHECK(near(detail::brunner_munzel(b, a).statistic, -4.865829896));
    CHECK(detail::brunner_munzel({1, 2}, {3, 4}).p_value == 0); // no value above any other
    CHECK(detail::brunner_munzel({1, 1}, {1, 1}).p_value == 1);
    CHECK(detail::brunner_munzel({1}, {1, 2}).p_value == 1);
    const std::string path = support::conformance("latency/tests.txt");
    if (path.empty()) { return; }
    const std::string text = support::read_file(path);
    const std::size_t at = text.find("brunnermunzel W=");
    REQUIRE(at != std::string::npos);
    CHECK(near(found.statistic, std::strtod(text.c_str() + at + 16, nullptr)));
    CHECK(near(found.p_value, std::strtod(text.c_str() + text.find("p=", at) + 2, nullptr)));
}

TEST_CASE("compare: Hodges and Lehmann's shift, and its interval") {
    // All 9 differences: 9 10 11, 19 20 21, 29 30 31 less 10.
    const detail::rank_comparison few = detail::compare_ranks({1, 2, 3}, {12, 22, 32});
    CHECK(few.shift == 20);
    CHECK(near(few.p_value, 2.0 / 20));
    CHECK(near(few.least_p_value, 2.0 / 20));
    CHECK(few.high == std::numeric_limits<double>::infinity()); // 3 + 3 can never reject at 5 %
    CHECK(few.low == -few.high);
    // 4 + 4 reject at 2 / 70 only when all pairs are on one side: the interval is from the least
    // difference to the greatest.
    const detail::rank_comparison four = detail::compare_ranks({1, 2, 3, 5}, {12, 11, 13, 15});
    CHECK(near(four.p_value, 2.0 / 70));
    CHECK(four.low == 6);
    CHECK(four.high == 14);
    CHECK(four.shift == 10);
    // The interval has no 0 exactly when the test rejects.
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const std::vector<double> a = shuffled(0, 1, 5 + seed % 60, seed);
        const std::vector<double> b = shuffled(0.3, 1.2, 70 - seed, seed + 1000);
        for (const double inflation : {1.0, 1.3}) {
            const detail::rank_comparison c = detail::compare_ranks(a, b, 0.05, inflation);
            CHECK((c.p_value <= 0.05) == (c.low > 0 || c.high < 0));
            const detail::rank_comparison opposite = detail::compare_ranks(b, a, 0.05, inflation);
            CHECK(near(opposite.shift, -c.shift));
            CHECK(near(opposite.low, -c.high));
            CHECK(near(opposite.p_value, c.p_value));
        }
    }
    // A test that knows of dependence is more careful.
    const std::vector<double> a = shuffled(0, 1, 30, 7);
    const std::vector<double> b = shuffled(0.3, 1.3, 30, 8);
    CHECK(detail::compare_ranks(a, b, 0.05, 1.5).p_value > detail::compare_ranks(a, b).p_value);
    CHECK(detail::compare_ranks(a, b, 0.05, 1.5).low < detail::compare_ranks(a, b).low);
    CHECK(detail::compare_ranks({}, {1}).p_value == 1);
    CHECK(detail::compare_ranks({1, 1, 1, 1, 1}, {1, 1, 1, 1, 1}).p_value == 1);
}

TEST_CASE("compare: Holm's rule") {
    const std::vector<double> adjusted = detail::holm({0.04, 0.01, 0.03});
    CHECK(near(adjusted[0], 0.06)); // 0.04, but not less than the one before
    CHECK(near(adjusted[1], 0.03));
    CHECK(near(adjusted[2], 0.06));
    CHECK(detail::holm({0.9, 0.8}) == std::vector<double>{1, 1});
    CHECK(detail::holm({}).empty());
}

TEST_CASE("compare: the correlation time is found, of long series and short ones") {
    // (1 + rho) / (1 - rho); of values, whose logarithms are taken.
    for (const double rho : {0.0, 0.5, 0.9, 0.99}) {
        simulation::randomness random(5);
        double sum = 0;
        for (int i = 0; i < 10; ++i) {
            std::vector<double> values = simulation::latencies(20000, rho, 1, random);
            for (double& v : values) { v = std::log(v); }
            sum += detail::correlation_of_long(values).time / 10;
        }
        INFO("rho " << rho << " time " << sum);
        CHECK(sum == doctest::Approx((1 + rho) / (1 - rho)).epsilon(0.2));
    }
    CHECK(detail::correlation_of_long({}).time == 1);
    CHECK(detail::correlation_of({1, 1, 1, 1, 1, 1, 1, 1}).time == 1);
    CHECK(detail::correlation_of({1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}).time < 1.1);
}

TEST_CASE("compare: equal sides are called changed no more often than it is said") {
    // 2,000 and more pairs are in the benchmark; these are the same, fewer and the same each time.
    struct row {
        std::size_t requests;
        double rho;
        std::size_t pairs;
    };
    for (const row& r :
         {row{2000, 0, 100}, row{2000, 0.5, 100}, row{4000, 0.9, 100}, row{10000, 0.99, 50}}) {
        const simulation::verdicts v = simulation::compare(r.requests, r.rho, 1, r.pairs, 11);
        INFO("rho " << r.rho << " changed " << v.changed() << " P90 alone " << v.p90);
        CHECK(v.changed() <= 0.06);
        CHECK(static_cast<double>(v.p90) <= 0.06 * static_cast<double>(r.pairs) + 1);
    }
    for (const double rho : {0.0, 0.9, 0.99}) { // as histograms, of which there are only 20
        const simulation::verdicts v = simulation::compare(10000, rho, 1, 30, 14, 500);
        INFO("rho " << rho);
        CHECK(v.changed() <= 0.07); // 2 of 30
        CHECK(v.windows > 10);
    }
}

TEST_CASE("compare: a tenth more is found") {
    struct row {
        std::size_t requests;
        double rho;
    };
    for (const row& r : {row{10000, 0}, row{10000, 0.5}, row{40000, 0.9}}) {
        const simulation::verdicts slower = simulation::compare(r.requests, r.rho, 1.1, 20, 12);
        INFO("rho " << r.rho);
        CHECK(slower.found() >= 0.8);
        CHECK(slower.improved == 0);
        const simulation::verdicts faster = simulation::compare(r.requests, r.rho, 1 / 1.1, 5, 13);
        CHECK(faster.regressed == 0);
        CHECK(faster.improved >= 4);
    }
}

TEST_CASE("compare: a test of requests cries wolf where that of windows does not") {
    simulation::randomness random(21);
    std::size_t requests = 0;
    for (int i = 0; i < 30; ++i) {
        const std::vector<double> a = simulation::latencies(3000, 0.95, 1e6, random);
        const std::vector<double> b = simulation::latencies(3000, 0.95, 1e6, random);
        requests += detail::mann_whitney_asymptotic(a, b).p_value <= 0.05 ? 1u : 0u;
    }
    CHECK(requests > 15); // of 30
    CHECK(simulation::compare(3000, 0.95, 1, 30, 21).changed() <= 0.07);
}

TEST_CASE("compare: verdicts and their reasons") {
    simulation::randomness random(31);
    const std::vector<double> a = simulation::latencies(100000, 0, 1e6, random);
    const std::vector<double> b = simulation::latencies(100000, 0, 1e6, random);
    compare_options options;
    options.quantiles = {0.5, 0.9};
    const auto same = compare(a, b, options);
    REQUIRE(same);
    CHECK(same.value.verdict == verdict::unchanged);
    CHECK(reason(same).find("lies within 5 %") != std::string::npos);
    CHECK(same.value.requests_before == 100000);
    CHECK(same.value.correlation_time < 2);
    CHECK(same.value.quantiles[0].windows_before == 50);
    CHECK(same.value.quantiles[0].low < 1);
    CHECK(same.value.quantiles[0].high > 1);
    CHECK(same.value.shifts.size() == 9);

    // 3 % more is a difference, but below the threshold; with a lower one it has regressed.
    std::vector<double> more = b;
    for (double& v : more) { v *= 1.03; }
    const auto small = compare(a, more, options);
    CHECK(small.value.verdict == verdict::unchanged);
    CHECK(small.value.quantiles[0].p_value < 0.001);
    options.threshold = 0.01;
    CHECK(compare(a, more, options).value.verdict == verdict::regressed);
    CHECK(compare(more, a, options).value.verdict == verdict::improved);
    options.threshold = 0.05;

    // Only the tail moved.
    std::vector<double> tail = b;
    for (double& v : tail) { v *= v > 2e6 ? 1.5 : 1; }
    const auto moved = compare(a, tail, options);
    CHECK(moved.value.verdict == verdict::regressed);
    CHECK(moved.value.quantiles[0].verdict == verdict::unchanged);
    CHECK(moved.value.quantiles[1].verdict == verdict::regressed);
    CHECK(reason(moved).rfind("p90 ", 0) == 0);
    CHECK(moved.value.shifts[0].adjusted > 0.05);
    CHECK(moved.value.shifts[8].adjusted < 0.001);
    CHECK(near(moved.value.shifts[8].ratio, 1.5, 0.05));

    const auto few = compare(shuffled(1, 2, 30, 1), shuffled(9, 10, 30, 2));
    CHECK(few.value.verdict == verdict::inconclusive);
    CHECK(reason(few).find("too few for any difference to show") != std::string::npos);
    CHECK(few.value.quantiles[0].ratio > 4); // of all requests, where there are no windows
    CHECK(to_text(few.value).find("unknown") != std::string::npos);

    const std::string text = to_text(moved.value);
    CHECK(text.rfind("regressed: p90 ", 0) == 0);
    CHECK(text.find("100000 + 100000 requests, correlation time 1") != std::string::npos);
}

TEST_CASE("compare: sides of different length, and histograms by time") {
    simulation::randomness random(41);
    const std::vector<double> a = simulation::latencies(60000, 0.5, 1e6, random);
    const std::vector<double> b = simulation::latencies(15000, 0.5, 1.2e6, random);
    const auto by_requests = compare(a, b);
    REQUIRE(by_requests);
    CHECK(by_requests.value.verdict == verdict::regressed);
    CHECK(by_requests.value.quantiles[0].windows_before == 200);
    CHECK(by_requests.value.quantiles[0].windows_after == 50);
    CHECK(near(by_requests.value.quantiles[0].ratio, 1.2, 0.06));

    // 100 requests a second.
    latency_windows<3> before(1'000'000'000, 1000);
    latency_windows<3> after(1'000'000'000, 1000);
    std::vector<histogram<3>> pieces;
    for (std::size_t i = 0; i < a.size(); ++i) {
        before.record(static_cast<std::int64_t>(i) * 10'000'000, static_cast<std::int64_t>(a[i]));
    }
    for (std::size_t i = 0; i < b.size(); ++i) {
        after.record(static_cast<std::int64_t>(i) * 10'000'000, static_cast<std::int64_t>(b[i]));
    }
    const auto by_windows = compare(before, after);
    REQUIRE(by_windows);
    CHECK(by_windows.value.verdict == verdict::regressed);
    CHECK(near(by_windows.value.quantiles[0].ratio, by_requests.value.quantiles[0].ratio, 0.03));
    CHECK(by_windows.value.requests_before == 60000);
    for (std::size_t i = 0; i < before.size(); ++i) { pieces.push_back(before[i]); }
    CHECK(compare(pieces, pieces).value.verdict == verdict::unchanged);
    compare_options runs;
    runs.independent = true;
    runs.quantiles = {0.5};
    CHECK(compare(pieces, pieces, runs).value.correlation_time == 1);

    // One histogram each: an answer, and what it rests on.
    const auto whole = compare(before.total().value, after.total().value);
    REQUIRE(whole);
    CHECK(whole.value.verdict == verdict::regressed);
    CHECK(whole.value.assumes_independent);
    CHECK(reason(whole).find("assumes independent requests") != std::string::npos);
    CHECK(to_text(whole.value).find("p-values assume independent requests") != std::string::npos);
    CHECK(compare(before.total().value, before.total().value).value.quantiles[0].p_value == 1);
}

TEST_CASE("compare: one histogram each errs as said, where requests are independent") {
    simulation::randomness random(51);
    std::size_t changed = 0;
    std::size_t covered = 0;
    for (int i = 0; i < 200; ++i) {
        histogram<3> sides[2];
        for (histogram<3>& side : sides) {
            for (const double v : simulation::latencies(1000, 0, 1e6, random)) {
                side.record(static_cast<std::int64_t>(v));
            }
        }
        compare_options options;
        options.threshold = 0;
        options.quantiles = {0.9};
        const auto made = compare(sides[0], sides[1], options);
        REQUIRE(made);
        const compared_quantile& row = made.value.quantiles[0];
        changed += row.p_value <= 0.05 ? 1u : 0u;
        covered += row.low <= 1 && row.high >= 1 ? 1u : 0u;
        CHECK((row.p_value <= 0.05) == (row.low > 1 || row.high < 1));
    }
    CHECK(changed <= 16); // 5 % is 10
    CHECK(covered >= 184);
}

TEST_CASE("compare: what cannot be compared is refused with its place") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> some(100, 1);
    CHECK(compare({}, some).error.what == "before: there are no requests");
    CHECK(compare(some, {}).error.what == "after: there are no requests");
    CHECK(compare({1, nan}, some).error.what == "before: request 2 has no latency");
    CHECK(compare(some, {1, 2, -3}).error.what == "after: request 3 has no latency");
    CHECK(compare(std::vector<histogram<2>>(5), {histogram<2>()}).error.what ==
          "before: there are no requests");
    CHECK(compare(histogram<2>(), histogram<2>()).error.what == "before: there are no requests");
    compare_options options;
    options.quantiles = {0.5, 1};
    CHECK(compare(some, some, options).error.what == "a quantile is in between 0 and 1, not 1");
    options.quantiles = {};
    CHECK(compare(some, some, options).error.what == "no quantile is asked for");
    options = {};
    options.alpha = nan;
    CHECK(compare(some, some, options).error.what == "alpha is in between 0 and 1");
    options = {};
    options.threshold = nan;
    CHECK(compare(some, some, options).error.what == "the threshold is 0 or more");
    // Zeros have no ratio, equal values have no difference.
    const std::vector<double> zeros(5000, 0);
    CHECK(compare(zeros, zeros).value.verdict == verdict::inconclusive);
    CHECK(reason(compare(zeros, zeros)).find("there is no ratio") != std::string::npos);
    const std::vector<double> ones(5000, 1);
    CHECK(compare(ones, ones).value.verdict == verdict::unchanged);
}

TEST_CASE("change points: those that others find") {
    const auto found = [](const std::vector<double>& series, change_point_options options = {}) {
        const auto made = change_points(series, options);
        REQUIRE(made);
        std::vector<std::size_t> indexes;
        for (const change_point& c : made.value) { indexes.push_back(c.index); }
        return indexes;
    };
    using indexes = std::vector<std::size_t>;
    // The examples of Apache Otava.
    CHECK(found({1.02, .95, .99, 1.00, 1.12, .90, .50, .51, .48, .48, .55}) == indexes{6});
    CHECK(found({2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.80, 1.76, 1.78}) == indexes{4});
    CHECK(found({}).empty());
    CHECK(found({1}).empty());
    CHECK(found({1, 2}).empty());
    CHECK(found(std::vector<double>(200, 5)).empty());
    // Steps without noise are found exactly; windows do not hide those at their seams.
    std::vector<double> steps;
    for (int i = 0; i < 300; ++i) { steps.push_back(i < 50 ? 1 : i < 75 ? 2 : i < 201 ? 1.5 : 3); }
    CHECK(found(steps) == indexes{50, 75, 201});
    change_point_options large;
    large.least_change = 0.5;
    CHECK(found(steps, large) == indexes{50, 201});
}

TEST_CASE("change points: noise has few, and figures say what changed") {
    simulation::randomness random(61);
    std::size_t false_ones = 0;
    for (int i = 0; i < 100; ++i) {
        std::vector<double> series;
        for (int k = 0; k < 100; ++k) { series.push_back(10 + random.normal()); }
        false_ones += change_points(series).value.size();
    }
    CHECK(false_ones <= 10);
    std::vector<double> series;
    for (int k = 0; k < 120; ++k) { series.push_back((k < 70 ? 10 : 12) + random.normal() / 2); }
    const auto made = change_points(series);
    REQUIRE(made);
    REQUIRE(made.value.size() == 1);
    const change_point& c = made.value[0];
    CHECK(c.index >= 69);
    CHECK(c.index <= 71);
    CHECK(near(c.before, 10, 0.3));
    CHECK(near(c.after, 12, 0.3));
    CHECK(near(c.ratio(), 1.2, 0.05));
    CHECK(c.p_value < 1e-6);
    CHECK(c.confirmed);
    series.resize(72);
    const auto late = change_points(series);
    for (const change_point& l : late.value) { CHECK_FALSE(l.confirmed); }
    CHECK(change_points({1, std::numeric_limits<double>::infinity()}).error.what ==
          "value 2 is not a finite number");
}

TEST_CASE("change points: the likeliest change is that of the definition") {
    simulation::randomness random(71);
    std::vector<double> z;
    for (int i = 0; i < 14; ++i) { z.push_back(random.normal() + (i > 8 ? 1 : 0)); }
    const auto mean_distance = [&](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
        double sum = 0;
        for (std::size_t i = a; i < b; ++i) {
            for (std::size_t j = c; j < d; ++j) { sum += std::fabs(z[i] - z[j]); }
        }
        return sum;
    };
    double best = -1;
    std::size_t index = 0;
    for (std::size_t at = 3; at < 14; ++at) {
        for (std::size_t end = at + 1; end <= 14; ++end) {
            const double n = static_cast<double>(at - 2);
            const double m = static_cast<double>(end - at);
            double energy = 2 * mean_distance(2, at, at, end) / (n * m);
            if (n > 1) { energy -= mean_distance(2, at, 2, at) / (n * (n - 1)); }
            if (m > 1) { energy -= mean_distance(at, end, at, end) / (m * (m - 1)); }
            const double scaled = n * m / (n + m) * energy;
            if (scaled > best) {
                best = scaled;
                index = at;
            }
        }
    }
    const detail::change_candidate found = detail::likeliest_change(z, 2, 14);
    CHECK(found.index == index);
    CHECK(near(found.distance, best));
}
