// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/latency.hpp>

#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace wick;

namespace {

bool near(double a, double b, double tolerance = 1e-9) {
    return std::fabs(a - b) <= tolerance * (std::max)(1.0, std::fabs(b));
}

std::vector<std::string> fields(const std::string& line, char separator) {
    std::vector<std::string> made(1);
    for (const char c : line) {
        if (c == separator) {
            made.emplace_back();
        } else if (c != '\r') {
            made.back() += c;
        }
    }
    return made;
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
    std::vector<std::vector<std::string>> rows;
    for (const std::string& line : fields(support::read_file(path), '\n')) {
        if (!line.empty()) { rows.push_back(fields(line, '\t')); }
    }
    return rows;
}

double number(const std::string& text) {
    return std::strtod(text.c_str(), nullptr);
}

// The data of the goldens, "# name = [1.0, 2.0]", in order.
std::map<std::string, std::vector<double>> data_of(const std::string& path) {
    std::map<std::string, std::vector<double>> made;
    for (const std::string& line : fields(support::read_file(path), '\n')) {
        const std::size_t begin = line.find(" = [");
        if (line.rfind("# ", 0) != 0 || begin == std::string::npos) { continue; }
        std::vector<double>& to = made[line.substr(2, begin - 2)];
        for (const std::string& v : fields(line.substr(begin + 4), ',')) {
            to.push_back(number(v));
        }
        std::sort(to.begin(), to.end());
    }
    return made;
}

const std::vector<double> five{15, 20, 35, 40, 50};
const std::vector<double> ten{3, 6, 7, 8, 8, 10, 13, 15, 16, 20};

} // namespace

TEST_CASE("quantiles: types 1 to 9 are those of R") {
    const std::string path = support::conformance("latency/quantiles_R.tsv");
    if (path.empty()) { return; }
    const auto data = data_of(support::conformance("latency/quantiles.tsv"));
    std::size_t checked = 0;
    for (const std::vector<std::string>& row : rows_of(path)) {
        const auto found = data.find(row[0]);
        if (found == data.end()) { continue; }
        if (row[1] == "mad_raw") {
            CAPTURE(row[0]);
            CHECK(near(median_absolute_deviation(found->second), number(row[2])));
            CHECK(near(median_absolute_deviation(found->second, normal_mad_scale), number(row[4])));
            if (row[6] != "NA") { CHECK(near(standard_deviation(found->second), number(row[6]))); }
            ++checked;
            continue;
        }
        for (std::size_t type = 1; type <= 9; ++type) {
            const double value =
                quantile_of(found->second, number(row[1]), static_cast<quantile_type>(type));
            INFO(row[0] << " q " << row[1] << " type " << type);
            CHECK(near(value, number(row[type + 1]), 1e-12));
            ++checked;
        }
    }
    CHECK(checked == 6 * 13 * 9 + 6);
}

TEST_CASE("quantiles: what NumPy has beside them, Harrell and Davis, and pandas' figures") {
    const std::string path = support::conformance("latency/quantiles.tsv");
    if (path.empty()) { return; }
    const auto data = data_of(path);
    std::size_t checked = 0;
    for (const std::vector<std::string>& row : rows_of(path)) {
        const auto found = data.find(row[0]);
        if (found == data.end()) { continue; }
        INFO(row[0] << " " << row[1]);
        const std::vector<double>& sorted = found->second;
        if (row[1] == "describe") {
            const auto made = describe(sorted);
            REQUIRE(made);
            const summary& s = made.value;
            CHECK(static_cast<double>(s.count) == number(row[2]));
            CHECK(near(s.mean, number(row[3]), 1e-15));
            CHECK((row[4] == "nan" ? std::isnan(s.stddev) : near(s.stddev, number(row[4]), 1e-14)));
            CHECK(near(s.least, number(row[5]), 1e-15));
            for (std::size_t i = 0; i < 3; ++i) {
                CHECK(near(s.values[i], number(row[6 + i]), 1e-15));
            }
            CHECK(near(s.greatest, number(row[9]), 1e-15));
            ++checked;
            continue;
        }
        const double q = number(row[1]);
        constexpr quantile_type types[] = {quantile_type::lower,
                                           quantile_type::higher,
                                           quantile_type::nearest,
                                           quantile_type::midpoint};
        for (std::size_t i = 0; i < 4; ++i) {
            CHECK(near(quantile_of(sorted, q, types[i]), number(row[11 + i]), 1e-15));
        }
        // NumPy has some of the nine right.
        CHECK(near(quantile_of(sorted, q, quantile_type::linear), number(row[8]), 1e-15));
        CHECK(near(quantile_of(sorted, q, quantile_type::median_unbiased), number(row[9]), 1e-14));
        if (row[15] != "nan") { CHECK(near(harrell_davis(sorted, q), number(row[15]), 1e-10)); }
        ++checked;
    }
    CHECK(checked == 6 * 13 + 6);
}

TEST_CASE("quantiles: worked out by hand") {
    const auto q = [](double at, quantile_type type) { return quantile_of(five, at, type); };
    CHECK(q(0.3, quantile_type::inverted_cdf) == 20); // 1.5, rounded up
    CHECK(q(0.4, quantile_type::inverted_cdf) == 20);
    CHECK(q(0.4, quantile_type::averaged_inverted_cdf) == 27.5);
    CHECK(q(0.3, quantile_type::closest_observation) == 20); // 1.5: to the even one
    CHECK(q(0.5, quantile_type::closest_observation) == 20); // 2.5: to the even one
    CHECK(q(0.9, quantile_type::closest_observation) == 40); // 4.5: to the even one
    CHECK(q(0.5, quantile_type::interpolated_inverted_cdf) == 27.5);
    CHECK(q(0.5, quantile_type::hazen) == 35);
    CHECK(q(1, quantile_type::weibull) == 50);
    CHECK(q(0.25, quantile_type::linear) == 20);
    CHECK(q(0.4, quantile_type::linear) == doctest::Approx(29));
    for (int type = 1; type <= 13; ++type) {
        CHECK(q(0, static_cast<quantile_type>(type)) == 15);
        CHECK(q(1, static_cast<quantile_type>(type)) == 50);
        CHECK(quantile_of({3}, 0.7, static_cast<quantile_type>(type)) == 3);
        double last = 0;
        for (int i = 0; i <= 1000; ++i) {
            const double value = quantile_of(ten, i / 1000.0, static_cast<quantile_type>(type));
            CHECK(value >= last);
            last = value;
        }
    }
    // 0.07 * 100 is more than 7 as a double, and still the 7th.
    std::vector<double> hundred;
    for (int i = 1; i <= 100; ++i) { hundred.push_back(i); }
    CHECK(quantile_of(hundred, 0.07, quantile_type::inverted_cdf) == 7);
    CHECK(quantile_of(hundred, 0.57, quantile_type::inverted_cdf) == 57);
}

TEST_CASE("quantiles: Harrell and Davis of many samples is the quantile itself") {
    std::vector<double> sorted;
    for (int i = 0; i <= 100000; ++i) { sorted.push_back(i / 100000.0); }
    for (const double q : {0.001, 0.25, 0.5, 0.9, 0.99, 0.9999}) {
        CHECK(near(harrell_davis(sorted, q), q, 1e-4));
    }
    CHECK(harrell_davis(sorted, 0) == 0);
    CHECK(harrell_davis(sorted, 1) == 1);
    CHECK(near(harrell_davis(std::vector<double>(40, 2.5), 0.99), 2.5)); // the weights add up to 1
}

TEST_CASE("quantiles: figures that one sample cannot spoil") {
    CHECK(mean_of(ten) == doctest::Approx(10.6));
    CHECK(trimmed_mean(ten, 0) == doctest::Approx(10.6));
    CHECK(trimmed_mean(ten, 0.1) == doctest::Approx((106 - 3 - 20) / 8.0));
    CHECK(trimmed_mean(ten, 0.19) == doctest::Approx((106 - 3 - 20) / 8.0)); // 1.9: one
    CHECK(winsorised_mean(ten, 0.1) == doctest::Approx((106 - 3 - 20 + 6 + 16) / 10.0));
    CHECK(trimmed_mean({1, 2, 3, 4, 1000}, 0.4) == 3);
    CHECK(interquartile_range(ten) == doctest::Approx(7.25));
    CHECK(median_absolute_deviation(ten) == doctest::Approx(3.5));
    CHECK(coefficient_of_variation({2, 4, 6}) == doctest::Approx(0.5));
    CHECK(std::isnan(standard_deviation({2})));
    // Three ones of 1e16 and its opposite are 3: nothing is lost in between.
    CHECK(mean_of({1, 1e16, 1, -1e16, 1}) == doctest::Approx(0.6));
}

TEST_CASE("quantiles: the mean of the tail") {
    CHECK(tail_mean(ten, 0) == doctest::Approx(10.6));
    CHECK(tail_mean(ten, 0.8) == doctest::Approx(18));
    CHECK(tail_mean(ten, 0.9) == 20);
    CHECK(tail_mean(ten, 0.99) == 20);
    CHECK(tail_mean(ten, 0.85) == doctest::Approx((20 + 16 / 2.0) / 1.5)); // one, and half of one
}

TEST_CASE("quantiles: of samples that are no numbers the first is named") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    CHECK(sorted_samples({3, 1, 2}).value == std::vector<double>{1, 2, 3});
    CHECK(sorted_samples({1, nan, 2, nan}).error.what == "sample 2 is not a finite number");
    CHECK(sorted_samples({1, 2, -infinite}).error.what == "sample 3 is not a finite number");
    CHECK(sorted_samples({}));
}

TEST_CASE("quantiles: of a histogram they lie between its values, as those of samples") {
    histogram<3> h;
    std::vector<double> samples;
    for (int i = 0; i < 1000; ++i) {
        h.record(i * 2);
        samples.push_back(i * 2); // all below 2048, where buckets are of one value
    }
    std::vector<double> qs;
    for (int i = 0; i <= 200; ++i) { qs.push_back(i / 200.0); }
    for (int type = 1; type <= 9; ++type) {
        const auto figures = detail::smooth_figures_of(h, qs, static_cast<quantile_type>(type));
        for (std::size_t i = 0; i < qs.size(); ++i) {
            const double expected = quantile_of(samples, qs[i], static_cast<quantile_type>(type));
            INFO("type " << type << " q " << qs[i]);
            CHECK(near(figures.quantiles[i], expected, 1e-12));
        }
        CHECK(near(figures.mean, mean_of(samples), 1e-12));
        CHECK(near(figures.stddev, standard_deviation(samples), 1e-12));
    }
}

TEST_CASE("quantiles: of a histogram with wide buckets they are within half a bucket") {
    histogram<2> h;
    std::vector<double> samples;
    std::uint64_t x = 12345;
    for (int i = 0; i < 20000; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        const double unit = static_cast<double>(x >> 11) / 9007199254740992.0;
        const auto value = static_cast<std::int64_t>(1000 * std::exp(12 * unit));
        h.record(value);
        samples.push_back(static_cast<double>(value));
    }
    std::sort(samples.begin(), samples.end());
    const std::vector<double> qs{0.999, 0, 0.5, 0.01, 1, 0.9, 0.5};
    const auto figures = detail::smooth_figures_of(h, qs);
    for (std::size_t i = 0; i < qs.size(); ++i) {
        CHECK(near(figures.quantiles[i], quantile_of(samples, qs[i]), 1.0 / 128));
    }
    CHECK(figures.quantiles[1] == samples.front());
    CHECK(figures.quantiles[4] == samples.back());
    CHECK(near(figures.mean, mean_of(samples), 1e-12)); // exact
    CHECK(near(figures.stddev, standard_deviation(samples), 1.0 / 256));
}
