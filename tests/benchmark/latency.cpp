// Latency: how often a comparison errs and what it finds, and what describing costs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "../latency_simulation.hpp"
#include "measure.hpp"

#include <wick/latency.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using simulation::verdicts;

constexpr double correlations[] = {0, 0.5, 0.9, 0.99};

// The designs that were weighed against what is built: a test of single requests; of 20 windows
// whatever the data; of windows as long as the correlation asks for, but by Student's test.
struct designs {
    double requests = 0;
    double twenty = 0;
    double twenty_and_effect = 0;
    double student = 0;
    double effect_alone = 0;
};

std::vector<double> p90s(const std::vector<double>& stream, std::size_t count) {
    wick::detail::sample_side side(stream);
    std::vector<double> logs = side.windows(0.9, count);
    for (double& v : logs) { v = std::log(v); }
    return logs;
}

designs other_designs(std::size_t count, double rho, double ratio, std::size_t pairs) {
    using namespace wick::detail;
    simulation::randomness random(1000 + static_cast<std::uint64_t>(rho * 100));
    designs made;
    const double share = 1 / static_cast<double>(pairs);
    for (std::size_t i = 0; i < pairs; ++i) {
        const std::vector<double> a = simulation::latencies(count, rho, 1e6, random);
        const std::vector<double> b = simulation::latencies(count, rho, 1e6 * ratio, random);
        const sample_side before(a);
        const sample_side after(b);
        const double change = std::fabs(std::log(after.whole(0.9) / before.whole(0.9)));
        const bool large = change > std::log(1.05);
        if (mann_whitney_asymptotic(a, b).p_value <= 0.05) { made.requests += share; }
        if (large) { made.effect_alone += share; }
        if (mann_whitney(p90s(a, 20), p90s(b, 20)).p_value <= 0.05) {
            made.twenty += share;
            if (large) { made.twenty_and_effect += share; }
        }
        const correlation of_a = before.slowness(0.9);
        const correlation of_b = after.slowness(0.9);
        const window_plan plan =
            plan_windows(before, after, 0.9, of_a.time > of_b.time ? of_a : of_b);
        if (plan.before < 4) { continue; }
        const std::vector<double> x = p90s(a, plan.before);
        const std::vector<double> y = p90s(b, plan.after);
        const double p = welch(x, y).p_value;
        if (p <= 0.05 && large) { made.student += share; }
    }
    return made;
}

// What share of true shifts any test of this level can find: the one that knows how the estimate of
// the P90 is spread, from so many pairs without a shift.
double best_possible(std::size_t count, double rho, double ratio, std::size_t pairs) {
    simulation::randomness random(77);
    std::vector<double> differences;
    for (std::size_t i = 0; i < pairs; ++i) {
        const std::vector<double> a = simulation::latencies(count, rho, 1e6, random);
        const std::vector<double> b = simulation::latencies(count, rho, 1e6, random);
        differences.push_back(std::log(wick::detail::sample_side(b).whole(0.9) /
                                       wick::detail::sample_side(a).whole(0.9)));
    }
    const double spread = std::sqrt(wick::detail::moments_of(differences).variance);
    return wick::detail::normal_above(1.96 - std::log(ratio) / spread);
}

void print(std::size_t count, double rho, const verdicts& v) {
    std::printf("  %7zu  %4.2f  %6zu  %8.2f %%  %8.2f %%  %12.2f %%  %7.1f  %8.1f\n",
                count,
                rho,
                v.pairs,
                100 * v.found(),
                100 * static_cast<double>(v.improved) / static_cast<double>(v.pairs),
                100 * static_cast<double>(v.p90) / static_cast<double>(v.pairs),
                v.windows,
                v.time);
    std::fflush(stdout);
}

void print_head(const char* title) {
    std::printf("%s\n  requests   rho   pairs   regressed    improved   P90 if alone  windows  "
                "correlation time\n",
                title);
}

void print_errors(std::size_t pairs) {
    print_head("compare() of two equal sides, at alpha = 5 %, p50, p90 and p99 asked:");
    for (const double rho : correlations) {
        print(10000, rho, simulation::compare(10000, rho, 1, pairs, 1));
    }
    for (const double rho : correlations) {
        print(2000, rho, simulation::compare(2000, rho, 1, pairs, 2));
    }
    for (const std::size_t piece : {std::size_t{50}, std::size_t{500}}) {
        std::printf("  as histograms of %zu requests each:\n", piece);
        for (const double rho : correlations) {
            print(10000, rho, simulation::compare(10000, rho, 1, pairs / 4, 6, piece));
        }
    }
}

void print_findings(std::size_t pairs) {
    print_head("compare() of two sides, the second 10 % slower:");
    for (const double rho : {0.0, 0.5, 0.9}) {
        print(10000, rho, simulation::compare(10000, rho, 1.1, pairs, 3));
    }
    print(40000, 0.9, simulation::compare(40000, 0.9, 1.1, pairs, 4));
    print(400000, 0.99, simulation::compare(400000, 0.99, 1.1, pairs / 40, 5));
    std::printf("what any test of the P90 can find at most, at 5 %%:\n");
    for (const double rho : {0.0, 0.5, 0.9}) {
        std::printf(
            "  %7d  %4.2f  %6.1f %%\n", 10000, rho, 100 * best_possible(10000, rho, 1.1, 400));
    }
    std::printf("  %7d  %4.2f  %6.1f %%\n", 40000, 0.9, 100 * best_possible(40000, 0.9, 1.1, 400));
}

void print_designs(std::size_t pairs) {
    std::printf("other designs, 10,000 requests, of two equal sides, called changed:\n"
                "   rho   requests by rank   P90s of 20 windows   and by 5 %%   Student, long "
                "windows, and by 5 %%   by 5 %% alone\n");
    for (const double rho : correlations) {
        const designs d = other_designs(10000, rho, 1, pairs);
        std::printf("  %4.2f  %15.1f %%  %17.1f %%  %9.1f %%  %33.1f %%  %11.1f %%\n",
                    rho,
                    100 * d.requests,
                    100 * d.twenty,
                    100 * d.twenty_and_effect,
                    100 * d.student,
                    100 * d.effect_alone);
        std::fflush(stdout);
    }
}

void print_speed() {
    simulation::randomness random(9);
    wick::histogram<3> three;
    wick::histogram<2> two;
    std::vector<double> samples;
    for (std::size_t i = 0; i < 1000000; ++i) {
        const bool slow = random.uniform() < 0.01;
        const double v =
            slow ? 40e6 * std::exp(random.normal()) : 1e6 * std::exp(0.8 * random.normal());
        three.record(static_cast<std::int64_t>(v));
        two.record(static_cast<std::int64_t>(v));
        samples.push_back(v);
    }
    const std::vector<double> asked{0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999};
    std::printf("1,000,000 latencies, 8 quantiles:\n");
    std::vector<measure::contender> contenders = {
        {"one pass over the counts of 3 digits",
         [&] {
             std::uint64_t sum = 0;
             for (const std::uint64_t c : three.counts()) { sum += c; }
             measure::keep(sum);
         }},
        {"describe, 2 digits", [&] { measure::keep(wick::describe(two, asked).value.mean); }},
        {"describe, 3 digits", [&] { measure::keep(wick::describe(three, asked).value.mean); }},
        {"describe of samples: std::sort",
         [&] { measure::keep(wick::describe(samples, asked).value.mean); }},
    };
    measure::interleave(contenders, 15);
    measure::print(contenders);
}

} // namespace

int main(int argc, char** argv) {
    const std::string only = argc > 1 ? argv[1] : "";
    const std::size_t pairs = argc > 2 ? static_cast<std::size_t>(std::atol(argv[2])) : 2000;
    if (only.empty() || only == "false") { print_errors(pairs); }
    if (only.empty() || only == "power") { print_findings(pairs); }
    if (only.empty() || only == "designs") { print_designs(pairs / 10); }
    if (only.empty() || only == "speed") { print_speed(); }
}
