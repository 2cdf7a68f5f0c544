// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/latency.hpp>

#include "support.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace wick;

namespace {

// What pandas 1.5.3 printed; labels as pandas 2 has them where both differ.
struct block {
    std::vector<double> samples;
    std::vector<double> quantiles;
    const char* text;
};

const std::vector<double> quarters{0.25, 0.5, 0.75};

std::string described(const std::vector<double>& samples, const std::vector<double>& quantiles) {
    const auto made = describe(samples, quantiles);
    REQUIRE(made);
    return to_text(made.value);
}

} // namespace

TEST_CASE("latency: pandas' block, byte for byte") {
    const block blocks[] = {
        {{3},
         quarters,
         "count    1.0\nmean     3.0\nstd      NaN\nmin      3.0\n25%      3.0\n50%      3.0\n"
         "75%      3.0\nmax      3.0\ndtype: float64\n"},
        {{0.199},
         quarters,
         "count    1.000\nmean     0.199\nstd        NaN\nmin      0.199\n25%      0.199\n"
         "50%      0.199\n75%      0.199\nmax      0.199\ndtype: float64\n"},
        {{1, 2},
         quarters,
         "count    2.000000\nmean     1.500000\nstd      0.707107\nmin      1.000000\n"
         "25%      1.250000\n50%      1.500000\n75%      1.750000\nmax      2.000000\n"
         "dtype: float64\n"},
        {{15, 20, 35, 40, 50},
         {0.9, 0.999},
         "count     5.00000\nmean     32.00000\nstd      14.40486\nmin      15.00000\n"
         "50%      35.00000\n90%      46.00000\n99.9%    49.96000\nmax      50.00000\n"
         "dtype: float64\n"},
        {{1500000, 2500000}, // too long with a value above 1e6
         quarters,
         "count    2.000000e+00\nmean     2.000000e+06\nstd      7.071068e+05\n"
         "min      1.500000e+06\n25%      1.750000e+06\n50%      2.000000e+06\n"
         "75%      2.250000e+06\nmax      2.500000e+06\ndtype: float64\n"},
        {{1234567, 1234567}, // above 1e6, but short
         quarters,
         "count          2.0\nmean     1234567.0\nstd            0.0\nmin      1234567.0\n"
         "25%      1234567.0\n50%      1234567.0\n75%      1234567.0\nmax      1234567.0\n"
         "dtype: float64\n"},
        {{1e-7, 2e-7, 3}, // would appear as 0
         quarters,
         "count    3.000000e+00\nmean     1.000000e+00\nstd      1.732051e+00\n"
         "min      1.000000e-07\n25%      1.500000e-07\n50%      2.000000e-07\n"
         "75%      1.500000e+00\nmax      3.000000e+00\ndtype: float64\n"},
        {{-1.5, -2.25, 3},
         {0.1, 0.25},
         "count    3.000000\nmean    -0.250000\nstd      2.839454\nmin     -2.250000\n"
         "10%     -2.100000\n25%     -1.875000\n50%     -1.500000\nmax      3.000000\n"
         "dtype: float64\n"},
        {{0, 0, 0},
         quarters,
         "count    3.0\nmean     0.0\nstd      0.0\nmin      0.0\n25%      0.0\n50%      0.0\n"
         "75%      0.0\nmax      0.0\ndtype: float64\n"},
        {{1, 2, 3, 4},
         {0.01999, 0.02001, 0.5, 0.666666, 0.9999},
         "count      4.000000\nmean       2.500000\nstd        1.290994\nmin        1.000000\n"
         "1.999%     1.059970\n2.001%     1.060030\n50%        2.500000\n66.667%    2.999998\n"
         "99.99%     3.999700\nmax        4.000000\ndtype: float64\n"},
        {{1, 2, 4},
         {0, 1, 0.99, 0.9999, 0.99999},
         "count      3.000000\nmean       2.333333\nstd        1.527525\nmin        1.000000\n"
         "0%         1.000000\n50%        2.000000\n99%        3.960000\n99.99%     3.999600\n"
         "99.999%    3.999960\n100%       4.000000\nmax        4.000000\ndtype: float64\n"},
        {{1, 2, 3, 4}, // pandas 1.5 says "29.0%"
         {0.29, 0.57, 0.999},
         "count    4.000000\nmean     2.500000\nstd      1.290994\nmin      1.000000\n"
         "29%      1.870000\n50%      2.500000\n57%      2.710000\n99.9%    3.997000\n"
         "max      4.000000\ndtype: float64\n"},
        {{0.160684, 0.151283, 0.1533, 0.15444, 0.155, 0.1561, 0.156152, 0.157455},
         quarters,
         "count    8.000000\nmean     0.155552\nstd      0.002815\nmin      0.151283\n"
         "25%      0.154155\n50%      0.155550\n75%      0.156478\nmax      0.160684\n"
         "dtype: float64\n"},
    };
    for (const block& b : blocks) { CHECK(described(b.samples, b.quantiles) == b.text); }
}

TEST_CASE("latency: a histogram's block is that of its samples") {
    histogram<3> h;
    std::vector<double> milliseconds;
    for (const std::int64_t us : {151, 154, 155, 155, 156, 156, 157, 161}) {
        h.record(us);
        milliseconds.push_back(static_cast<double>(us) / 1000);
    }
    const auto made = describe(h, {0.9, 0.25, 0.5}, 1e-3);
    REQUIRE(made);
    CHECK(made.value.exact);
    CHECK(to_text(made.value) == described(milliseconds, {0.25, 0.5, 0.9}));
    CHECK(made.value.quantiles == std::vector<double>{0.25, 0.5, 0.9});
}

TEST_CASE("latency: the deviation of more values than sums over places hold") {
    histogram<3> h;
    REQUIRE(h.record(1000, std::uint64_t{1} << 45));
    REQUIRE(h.record(3000, std::uint64_t{1} << 45));
    CHECK(describe(h).value.stddev == h.stddev());
    CHECK(h.stddev() == doctest::Approx(1000).epsilon(0.002));
}

TEST_CASE("latency: nothing, no numbers, no quantiles are refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(describe({}).error.what == "there are no samples");
    CHECK(describe({1, 2, nan}).error.what == "sample 3 is not a finite number");
    CHECK(describe({1, 2}, {0.5, 1.5}).error.what == "a quantile is from 0 to 1");
    CHECK(describe({1, 2}, {nan}).error.what == "a quantile is from 0 to 1");
    CHECK(describe({1, 2}, {0.1, 0.1}).error.what == "a quantile is asked for twice");
    CHECK(describe(histogram<2>()).error.what == "there are no values");
    CHECK(describe({1e308, 1e308})); // large, but numbers
}

TEST_CASE("latency: windows are a ring, in which nothing is lost silently") {
    latency_windows<2> w(1000, 4);
    CHECK(w.empty());
    CHECK(w.record(5500, 10));
    CHECK(w.record(4100, 20)); // before the first
    CHECK(w.record(7999, 30));
    CHECK(w.size() == 4);
    CHECK(w.time(0) == 4000);
    CHECK(w[0].count() == 1);
    CHECK(w[2].empty());
    CHECK_FALSE(w.record(3999, 1)); // the ring is full
    CHECK_FALSE(w.record(-1, 1));
    CHECK(w.refused() == 2);
    CHECK(w.record(8000, 40)); // window 4000 makes room
    CHECK(w.forgotten() == 1);
    CHECK(w.size() == 4);
    CHECK(w.time(0) == 5000);
    CHECK(w[0].greatest() == 10);
    CHECK(w[3].greatest() == 40);
    CHECK(w.total().value.count() == 3);
    CHECK(w.record(5'000'000'000'000'000'000, 50)); // years later: no loop over what is between
    CHECK(w.forgotten() == 4);
    CHECK(w.size() == 4);
    CHECK(w.total().value.count() == 1);
    CHECK(w[3].count() == 1);
    histogram<2> interval;
    interval.record(7, 3);
    CHECK_FALSE(w.add(w.time(1), interval));
    CHECK(w[1].count() == 3);
    CHECK(w.add(0, interval).what == "the time 0 ns is negative or before the oldest window");
    CHECK(w.refused() == 5);
}

TEST_CASE("latency: windows give series of quantiles and rates") {
    latency_windows<3> w(500'000'000, 100); // half a second
    for (int i = 0; i < 100; ++i) { w.record(i, i + 1); }
    for (int i = 0; i < 3; ++i) { w.record(1'000'000'000 + i, 9); }
    const std::vector<double> p90 = w.quantiles(0.9);
    REQUIRE(p90.size() == 3);
    CHECK(p90[0] == doctest::Approx(90.1));
    CHECK(std::isnan(p90[1]));
    CHECK(std::isnan(p90[2])); // three requests have no P90
    CHECK(w.quantiles(0.9, 3)[2] == 9);
    CHECK(std::isnan(w.quantiles(0.9, 0)[1]));
    CHECK(w.rates() == std::vector<double>{200, 0, 6});
}

TEST_CASE("latency: the height of a day is not that of its worst minute") {
    std::vector<double> series;
    for (int i = 0; i < 200; ++i) { series.push_back(100 + i % 100); } // 100 … 199
    series[77] = 10000;
    series.push_back(std::numeric_limits<double>::quiet_NaN());
    const auto made = height_of(series);
    REQUIRE(made);
    const latency_height& h = made.value;
    CHECK(h.windows == 200);
    CHECK(h.left_out == 1);
    CHECK(h.plain.peak == 10000);
    CHECK(h.plain.valley == 100);
    CHECK(h.plain.over_valley() == 99);
    CHECK(h.plain.over_peak() == doctest::Approx(0.99));
    CHECK(h.robust.peak == doctest::Approx(195).epsilon(0.01));
    CHECK(h.robust.valley == doctest::Approx(104).epsilon(0.01));
    CHECK(h.robust.over_valley() == doctest::Approx(0.87).epsilon(0.02));
    CHECK(h.robust.over_mean() ==
          doctest::Approx((h.robust.peak - h.robust.valley) / h.robust.mean));
    CHECK(to_text(h, 0.9, "us").find("200 windows, 1 more with too few requests\n") !=
          std::string::npos);
    CHECK(height_of(std::vector<double>{}).error.what ==
          "no window has enough requests for a quantile");
    CHECK(height_of({1, -2}).error.what == "window 2 has a value that is no latency");
    // The same from windows.
    latency_windows<3> w;
    for (int minute = 0; minute < 50; ++minute) {
        for (int i = 0; i < 20; ++i) { w.record(minute * w.length(), minute < 25 ? 1000 : 1500); }
    }
    CHECK(height_of(w).value.plain.over_valley() == doctest::Approx(0.5));
    CHECK(height_of(w).value.robust.over_valley() == doctest::Approx(0.5));
}

TEST_CASE("latency: a client on a schedule does not leave out a stall") {
    // 100 requests a second for 10 s; each takes 1 ms, but from 2 s to 4 s the server stands still.
    const std::int64_t ms = 1'000'000;
    const auto server = [&](std::int64_t start) {
        return (start >= 2000 * ms && start < 4000 * ms ? 4000 * ms : start) + ms;
    };
    open_loop_clock clock(100, 0);
    open_loop_times<3> times;
    std::int64_t now = 0; // one connection
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t intended = clock.next();
        CHECK(intended == i * 10 * ms);
        now = (std::max)(now, clock.send_time());
        clock.sent(now);
        const std::int64_t sent = now;
        now = server(sent);
        times.record(intended, sent, now);
    }
    // One request saw the stall; but 200 users and more waited for it.
    CHECK(times.service.count_between(2 * ms, 10'000 * ms) == 1);
    CHECK(times.response.count_between(2 * ms, 10'000 * ms) > 200);
    CHECK(times.service.quantile(0.95) < 2 * ms);
    CHECK(times.response.quantile(0.95) > 1000 * ms);
    const std::string text = to_text(times);
    CHECK(text.find("service time") != std::string::npos);
    CHECK(text.find("p95") != std::string::npos);
}

TEST_CASE("latency: the schedule keeps to its rate, and catches up as it is told") {
    open_loop_clock clock(3, 1000);
    CHECK(clock.intended(0) == 1000);
    CHECK(clock.intended(1) == 1000 + 333'333'333);
    CHECK(clock.intended(3'000'000'000) == 1000 + 1'000'000'000'000'000'000); // no error adds up
    CHECK(clock.behind(999) == 0);
    CHECK(clock.behind(1000) == 1);
    CHECK(clock.behind(1'000'001'000) == 4);
    clock.next();
    CHECK(clock.behind(1'000'001'000) == 3);
    CHECK(clock.taken() == 1);
    // At 1000 a second, twice as fast after a stall: 500 us from one to the next.
    open_loop_clock paced(1000, 0, 2);
    paced.next();
    paced.sent(10'000'000);
    CHECK(paced.next() == 1'000'000);
    CHECK(paced.send_time() == 10'500'000);
    paced.sent(10'500'000);
    CHECK(paced.next() == 2'000'000);
    CHECK(paced.send_time() == 11'000'000);
    open_loop_times<2> a, b;
    a.record(0, 1, 3);
    b.record(0, 5, 9);
    CHECK_FALSE(a.merge(b));
    CHECK(a.service.sum() == 6);
    CHECK(a.response.sum() == 12);
    CHECK(a != b);
}

TEST_CASE("latency: which tier slow requests wait for is seen in these requests") {
    // One of ten waits for the database, 100 ms; another one of ten for the event loop, 120 ms.
    std::vector<tier_request> requests;
    for (int i = 0; i < 10000; ++i) {
        tier_request r;
        r.time = i * std::int64_t{10'000'000};
        r.part = i % 10 == 3 ? 100 : 10 + i % 7 * 0.1;
        r.total = r.part + (i % 10 == 7 ? 120 : 5) + i % 11 * 0.01;
        requests.push_back(r);
    }
    tier_options options;
    options.quantiles = {0.5, 0.85, 0.97};
    options.window_ns = 1'000'000'000;
    const auto made = tiers(requests, options);
    REQUIRE(made);
    REQUIRE(made.value.rows.size() == 3);
    CHECK_FALSE(made.value.approximate);
    CHECK(made.value.rows[0].outside == doctest::Approx(5.05 / 15.35).epsilon(0.02));
    CHECK(made.value.rows[1].total == doctest::Approx(105).epsilon(0.01));
    CHECK(made.value.rows[1].outside == doctest::Approx(5.05 / 105.05).epsilon(0.02));
    CHECK(made.value.rows[2].total == doctest::Approx(130.4).epsilon(0.01));
    CHECK(made.value.rows[2].outside == doctest::Approx(120 / 130.4).epsilon(0.01));
    CHECK(made.value.rows[1].requests > 100);
    CHECK(made.value.total_height.windows == 100);
    CHECK(made.value.part_height.windows == 100);
    CHECK(made.value.outside_height.windows == 100);
    const std::string text = to_text(made.value, "ms");
    CHECK(text.find("share outside") != std::string::npos);
    CHECK(text.find("APPROXIMATION") == std::string::npos);

    // Two separate series put the database's 100 ms beside the loop's 130 ms: a wrong answer, and
    // labelled so.
    latency_windows<3> total, part;
    for (const tier_request& r : requests) {
        total.record(r.time, static_cast<std::int64_t>(r.total * 1e6));
        part.record(r.time, static_cast<std::int64_t>(r.part * 1e6));
    }
    const auto rough = tiers(total, part, options);
    REQUIRE(rough);
    CHECK(rough.value.approximate);
    CHECK(rough.value.rows[2].outside == doctest::Approx(0.23).epsilon(0.05));
    CHECK(to_text(rough.value).find("APPROXIMATION") != std::string::npos);
    CHECK(rough.value.total_height.windows == 100);
    CHECK(rough.value.outside_height.windows == 0);
}

TEST_CASE("latency: requests whose part cannot be theirs are refused with their place") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(tiers(std::vector<tier_request>{}).error.what == "there are no requests");
    CHECK(tiers({1, 2, 3}, {1, 2}).error.what ==
          "3 requests in all and 2 of the part: they do not belong together");
    CHECK(tiers({1, nan}, {1, 1}).error.what == "request 2 has no latency");
    CHECK(tiers({1, -1}, {1, -1}).error.what == "request 2 has no latency");
    CHECK(tiers({1, 1}, {1, nan}).error.what == "request 2: its part has no latency");
    CHECK(tiers({1, 1, 1}, {1, 0, 2}).error.what ==
          "request 3: its part takes longer than all of it");
    tier_options options;
    options.window_ns = 1000;
    CHECK(tiers({{1, 1, 0}, {1, 1, -5}}, options).error.what == "request 2 has a negative time");
    options.quantiles = {nan};
    CHECK(tiers({1}, {1}, options).error.what == "a quantile is from 0 to 1");
    CHECK(tiers(latency_windows<2>(), latency_windows<2>()).error.what == "there are no requests");
    CHECK(tiers({0, 0}, {0, 0}).value.rows[0].outside == 0);
    CHECK(tiers({5}, {1}).value.rows[4].outside == doctest::Approx(0.8));
}

TEST_CASE("latency: amounts have the unit that suits them") {
    using detail::amount_text;
    CHECK(amount_text(999, "ns") == "999 ns");
    CHECK(amount_text(999.6, "ns") == "1 us");
    CHECK(amount_text(1530000, "ns") == "1.53 ms");
    CHECK(amount_text(12345678901.0, "ns") == "12.3 s");
    CHECK(amount_text(1e14, "ns") == "100000 s");
    CHECK(amount_text(0.25, "s") == "250 ms");
    CHECK(amount_text(1.5, "ms") == "1.5 ms");
    CHECK(amount_text(0, "ns") == "0 ns");
    CHECK(amount_text(0.5, "ns") == "0.5 ns");
    CHECK(amount_text(15300, "B") == "15.3 kB");
    CHECK(amount_text(1530, "") == "1530");
    CHECK(amount_text(-2500, "ns") == "-2.5 us");
    CHECK(detail::quantile_name(0.999) == "p99.9");
    CHECK(detail::quantile_name(0.5) == "p50");
    CHECK(detail::grouped(1234567) == "1,234,567");
    CHECK(detail::grouped(100) == "100");
}

TEST_CASE("latency: bars of text") {
    histogram<3> h;
    h.record(1000, 80);
    h.record(5000, 20);
    h.record(900000, 1);
    text_histogram_options options;
    options.width = 10;
    options.rows = 4;
    options.quantiles = {0.5, 0.9};
    CHECK(text_histogram(h, options) == "    1 us │██████████ 100  99.01 % <- p50 1 us, p90 5 us\n"
                                        "   10 us │             0   0.00 %\n"
                                        "  100 us │▏            1   0.99 %\n");
    options.rows = 10;
    CHECK(text_histogram(h, options) == "    1 us │██████████ 80  79.21 % <- p50 1 us\n"
                                        " 2.15 us │            0   0.00 %\n"
                                        " 4.64 us │██▌        20  19.80 % <- p90 5 us\n"
                                        "   10 us │            0   0.00 %\n"
                                        " 21.5 us │            0   0.00 %\n"
                                        " 46.4 us │            0   0.00 %\n"
                                        "  100 us │            0   0.00 %\n"
                                        "  215 us │            0   0.00 %\n"
                                        "  464 us │▏           1   0.99 %\n");
    options.rows = 1; // a row of sixteen decades, or two
    CHECK(text_histogram(h, options).find('\n') + 1 == text_histogram(h, options).size());
    options.rows = 10;
    CHECK(text_histogram(histogram<2>()) == "no values\n");
    histogram<2> zeros;
    zeros.record(0, 3);
    options.quantiles = {0.5};
    CHECK(text_histogram(zeros, options) == "       0 │██████████ 3 100.00 % <- p50 0 ns\n");
    zeros.record(1, 1);
    CHECK(text_histogram(zeros, options) == "       0 │██████████ 3  75.00 % <- p50 0 ns\n"
                                            "    1 ns │███▍       1  25.00 %\n");
    zeros.record(histogram<2>::max_value, 1);
    CHECK(text_histogram(zeros).size() > 100);
}
