// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/statistics.hpp>

#include "support.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

using namespace wick::detail;

namespace {

bool near(double a, double b, double tolerance = 1e-9) {
    return std::fabs(a - b) <= tolerance;
}

// All the numbers in a text.
std::vector<double> numbers(const std::string& text) {
    std::vector<double> found;
    const char* at = text.c_str();
    while (*at != '\0') {
        char* end = nullptr;
        const double value = std::strtod(at, &end);
        if (end == at) {
            ++at;
        } else {
            found.push_back(value);
            at = end;
        }
    }
    return found;
}

double after(const std::string& line, const std::string& key) {
    const std::size_t at = line.find(key);
    REQUIRE(at != std::string::npos);
    return std::strtod(line.c_str() + at + key.size(), nullptr);
}

bool begins(const std::string& line, const char* with) {
    return line.rfind(with, 0) == 0;
}

struct golden {
    std::vector<double> a, b, p_values;
    double table[4] = {};
    std::size_t checked = 0;

    void line(const std::string& text) {
        CAPTURE(text);
        ++checked;
        if (begins(text, "a [")) { a = numbers(text.substr(2)); }
        if (begins(text, "b [")) { b = numbers(text.substr(2)); }
        if (begins(text, "mannwhitneyu exact")) { rank_test(text, true); }
        if (begins(text, "mannwhitneyu asymptotic")) { rank_test(text, false); }
        if (begins(text, "ks exact")) {
            CHECK(near(kolmogorov_smirnov(a, b).statistic, after(text, "D=")));
            CHECK(near(kolmogorov_smirnov(a, b).p_value, after(text, "p=")));
        }
        if (begins(text, "welch")) {
            CHECK(near(welch(a, b).statistic, after(text, "t="), 1e-8)); // printed with 9 digits
            CHECK(near(welch(a, b).p_value, after(text, "p=")));
        }
        if (begins(text, "2x2")) { contingency(text); }
        if (begins(text, "  fisher")) {
            CHECK(near(fisher_exact(table[0], table[1], table[2], table[3]), after(text, "p=")));
            CHECK(near(fisher_exact(table[2], table[3], table[0], table[1]), after(text, "p=")));
        }
        if (begins(text, "binomtest 18/23")) {
            CHECK(near(binomial_test(18, 23, 0.5), after(text, ": ")));
        }
        if (begins(text, "BH p=")) { p_values = numbers(text.substr(5)); }
        if (begins(text, "BH adj=")) {
            const std::vector<double> expected = numbers(text.substr(7));
            const std::vector<double> adjusted = benjamini_hochberg(p_values);
            REQUIRE(adjusted.size() == expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                CHECK(near(adjusted[i], expected[i]));
            }
        }
        if (begins(text, "orderCI")) {
            const std::vector<double> v = numbers(text.substr(text.find('[')));
            const rank_interval r = quantile_ranks(
                static_cast<std::uint64_t>(after(text, "n=")), after(text, "q="), 0.95);
            CHECK(r.low == static_cast<std::uint64_t>(v[0]));
            CHECK(r.high == static_cast<std::uint64_t>(v[1]));
        }
    }

    void rank_test(const std::string& text, bool exact) const {
        const double u = rank_statistic(a, b).u1;
        // One-sided, ties or not: the chance of this u or more, and of the other one.
        if (exact && text.find("greater") != std::string::npos) {
            CHECK(near(mann_whitney_above(std::floor(u), a.size(), b.size()), after(text, "p=")));
        }
        if (exact && text.find("less") != std::string::npos) {
            const double other = 81 - u;
            CHECK(
                near(mann_whitney_above(std::floor(other), a.size(), b.size()), after(text, "p=")));
        }
        if (text.find("two-sided") == std::string::npos) { return; }
        const test_result r = exact ? mann_whitney_exact(a, b) : mann_whitney_asymptotic(a, b);
        CHECK(near(r.statistic, after(text, "U1=")));
        CHECK(near(r.p_value, after(text, "p=")));
    }

    void contingency(const std::string& text) {
        const std::vector<double> v = numbers(text.substr(text.find('[')));
        table[0] = v[0];
        table[1] = v[0] + v[1];
        table[2] = v[2];
        table[3] = v[2] + v[3];
        const bool is_g = text.find(" G ") != std::string::npos;
        const double z = two_proportion_z(table[0], table[1], table[2], table[3]);
        const double statistic = is_g ? g_statistic(table[0], table[1], table[2], table[3]) : z * z;
        CHECK(near(statistic, after(text, "stat=")));
        CHECK(near(chi_squared_above(statistic, 1), after(text, "p=")));
        if (!is_g) { CHECK(near(normal_beyond(z), after(text, "p="))); }
    }
};

} // namespace

TEST_CASE("statistics: golden values of scipy and R") {
    const std::string path = support::conformance("latency/tests.txt");
    if (path.empty()) { return; }
    golden checks;
    const std::string text = support::read_file(path);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = (std::min)(text.find('\n', begin), text.size());
        checks.line(text.substr(begin, end - begin));
        begin = end + 1;
    }
    CHECK(checks.checked >= 30);
    CHECK(checks.a.size() == 9);
}

TEST_CASE("statistics: values that can be worked out by hand") {
    // Lady tasting tea: 4 and 4 cups, 3 right of 4. (16 + 1) / 70 a side.
    CHECK(near(fisher_exact(3, 4, 1, 4), 34.0 / 70));
    CHECK(near(fisher_exact(4, 4, 0, 4), 2.0 / 70));
    CHECK(near(fisher_exact(0, 5, 0, 7), 1));
    CHECK(near(binomial_test(0, 5, 0.5), 2.0 / 32));
    CHECK(near(binomial_test(1, 3, 1.0 / 3), 1));
    CHECK(near(binomial_test(5, 5, 0.25), 1.0 / 1024));
    // No a is above any b; one of 70 ways each side.
    CHECK(near(mann_whitney({2, 1, 3, 5}, {12, 11, 13, 15}).p_value, 2.0 / 70));
    CHECK(near(mann_whitney({2, 1, 3, 5}, {0, 4, 6, 7}).p_value, 0.4857142857142857));
    CHECK(near(mann_whitney({2, 1, 3, 5}, {0, 4, 6, 7}).statistic, 5));
    CHECK(near(mann_whitney({1, 1}, {1, 1}).p_value, 1));
    CHECK(near(kolmogorov_smirnov({1, 2, 3}, {4, 5, 6}).p_value, 2.0 / 20));
    CHECK(near(kolmogorov_smirnov({1, 2}, {1, 2}).p_value, 1));
    CHECK(near(chi_squared_above(2, 2), std::exp(-1)));
    CHECK(near(chi_squared_above(40, 2), std::exp(-20), 1e-20));
    CHECK(near(student_beyond(1, 1), 0.5)); // Cauchy: an angle of 45 degrees
    CHECK(near(student_beyond(std::sqrt(2), 2), 1 - std::sqrt(0.5)));
    CHECK(near(student_quantile_beyond(0.05, 4), 2.7764451051977987));
    CHECK(near(student_quantile_beyond(0.05, infinity), 1.9599639845400545));
    CHECK(near(incomplete_beta(2, 3, 0.4), 0.5248));
    CHECK(near(welch({1, 2, 3}, {1, 2, 3}).p_value, 1));
    CHECK(near(welch({1, 1}, {2, 2}).p_value, 0));
    CHECK(near(g_statistic(5, 10, 5, 10), 0));
    // Wilson's for 81 of 263, in Newcombe 1998: 0.2553 to 0.3662; 56/70 and 48/80: 0.0524 to
    // 0.3339.
    CHECK(near(wilson_interval(81, 263, 1.959964).low, 0.2553, 5e-5));
    CHECK(near(wilson_interval(81, 263, 1.959964).high, 0.3662, 5e-5));
    CHECK(near(newcombe_interval(48, 80, 56, 70, 1.959964).low, 0.0524, 5e-5));
    CHECK(near(newcombe_interval(48, 80, 56, 70, 1.959964).high, 0.3339, 5e-5));
    CHECK(near(wilson_interval(0, 10, 1.959964).low, 0));
    CHECK(near(poisson_interval(0, 1.959964).high, 1.959964 * 1.959964));
    CHECK(benjamini_hochberg({}).empty());
}

TEST_CASE("statistics: gamma functions") {
    for (double x = 0.05; x < 300; x *= 1.3) {
        CAPTURE(x);
        CHECK(near(log_gamma(x), std::lgamma(x), 1e-12 * (1 + std::fabs(std::lgamma(x)))));
        const double h = 1e-5 * x;
        CHECK(near(digamma(x), (log_gamma(x + h) - log_gamma(x - h)) / (2 * h), 1e-6 / x + 1e-6));
        CHECK(near(inverse_trigamma(trigamma(x)) / x, 1, 1e-8));
    }
    CHECK(near(digamma(1), -0.57721566490153286));
    CHECK(near(trigamma(1), 1.6449340668482264));
}

TEST_CASE("statistics: probabilities of counts add up, also of great ones") {
    for (const double p : {0.0, 0.001, 0.3, 0.5, 0.97, 1.0}) {
        for (const double n : {1.0, 7.0, 60.0, 1000.0}) {
            double sum = 0;
            for (double x = 0; x <= n; ++x) {
                sum += binomial_at(x, n, p);
                CAPTURE(x);
                CHECK(near(binomial_to(x, n, p), (std::min)(sum, 1.0), 1e-12));
            }
            CHECK(near(sum, 1, 1e-12));
        }
    }
    double sum = 0;
    for (double x = 0; x <= 300; ++x) { sum += hypergeometric_at(x, 1e9, 3e9, 300); }
    CHECK(near(sum, 1, 1e-11));
    // With so many to draw from, whether they are put back does not matter.
    CHECK(near(hypergeometric_at(80, 1e12, 3e12, 300), binomial_at(80, 300, 0.25), 1e-10));
    CHECK(fisher_exact(5, 1e9, 30, 1e9) < 3e-5);
    CHECK(fisher_exact(5, 1e9, 30, 1e9) > 1e-5);
}

TEST_CASE("statistics: exact tests agree with counting all outcomes") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        const auto n1 = static_cast<double>(1 + random() % 12);
        const auto n2 = static_cast<double>(1 + random() % 12);
        const double x1 = static_cast<double>(random() % (static_cast<unsigned>(n1) + 1));
        const double x2 = static_cast<double>(random() % (static_cast<unsigned>(n2) + 1));
        CAPTURE(round);
        double expected = 0;
        const double limit = hypergeometric_at(x1, n1, n2, x1 + x2) * (1 + 1e-7);
        for (double x = 0; x <= n1; ++x) {
            const double p = hypergeometric_at(x, n1, n2, x1 + x2);
            if (p <= limit) { expected += p; }
        }
        CHECK(near(fisher_exact(x1, n1, x2, n2), (std::min)(1.0, expected), 1e-12));
        const interval there = newcombe_interval(x1, n1, x2, n2, 1.96);
        const interval back = newcombe_interval(x2, n2, x1, n1, 1.96);
        CHECK(there.low == -back.high);
        CHECK(there.high == -back.low);
        CHECK(there.low <= x2 / n2 - x1 / n1);
    }
}

TEST_CASE("statistics: rank tests agree with all orders of small samples") {
    std::mt19937 random(3);
    for (int round = 0; round < 20; ++round) {
        const std::size_t n1 = 1 + random() % 5;
        const std::size_t n2 = 1 + random() % 5;
        std::vector<double> all;
        for (std::size_t i = 0; i < n1 + n2; ++i) { all.push_back(static_cast<double>(random())); }
        const auto sides = [&](unsigned mask, std::vector<double>& a, std::vector<double>& b) {
            for (std::size_t i = 0; i < all.size(); ++i) {
                (mask >> i & 1 ? a : b).push_back(all[i]);
            }
            return a.size() == n1;
        };
        unsigned chosen = 0;
        std::vector<double> a, b;
        do {
            a.clear();
            b.clear();
            chosen = static_cast<unsigned>(random() % (1u << all.size()));
        } while (!sides(chosen, a, b));
        const double u = rank_statistic(a, b).u1;
        const double d = kolmogorov_smirnov(a, b).statistic;
        double ways = 0, as_far = 0, as_wide = 0;
        const double middle = static_cast<double>(n1 * n2) / 2;
        for (unsigned mask = 0; mask < 1u << all.size(); ++mask) {
            std::vector<double> x, y;
            if (!sides(mask, x, y)) { continue; }
            ++ways;
            as_far += std::fabs(rank_statistic(x, y).u1 - middle) >= std::fabs(u - middle) ? 1 : 0;
            as_wide += kolmogorov_smirnov(x, y).statistic >= d - 1e-12 ? 1 : 0;
        }
        CAPTURE(round);
        CHECK(near(mann_whitney_exact(a, b).p_value, as_far / ways, 1e-9));
        CHECK(near(kolmogorov_smirnov(a, b).p_value, as_wide / ways, 1e-9));
    }
}

TEST_CASE("statistics: quantiles of a binomial distribution of very many") {
    for (const double p : {0.5, 0.9, 0.99}) {
        const auto n = static_cast<std::uint64_t>(1.2e8 / (p * (1 - p)));
        const auto to = [&](std::uint64_t x) {
            return binomial_to(static_cast<double>(x), static_cast<double>(n), p);
        };
        for (const double share : {0.0005, 0.025, 0.5, 0.975}) {
            const std::uint64_t x = binomial_quantile(share, n, p);
            CHECK(to(x - 2) < share);
            CHECK(to(x + 1) >= share);
        }
    }
    CHECK(binomial_quantile(0.5, ~std::uint64_t{0}, 0.5) == std::uint64_t{1} << 63);
}
