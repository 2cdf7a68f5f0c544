// tests/diff_simulation.hpp - sampled programs whose truth is known, to see how often a diff errs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_DIFF_SIMULATION_HPP
#define WICK_TESTS_DIFF_SIMULATION_HPP

#include <wick/diff.hpp>
#include <wick/profile.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace simulation {

/// A program: how much of its time is spent in each function. Function 0 is the one that changes.
using program = std::vector<double>;

/// Returns a program of `functions` functions of falling weight, and one of weight `changing`.
inline program make_program(std::size_t functions, double changing) {
    program made{changing};
    double sum = 0;
    for (std::size_t i = 1; i <= functions; ++i) { sum += 1 / static_cast<double>(i); }
    for (std::size_t i = 1; i <= functions; ++i) {
        made.push_back((1 - changing) / (static_cast<double>(i) * sum));
    }
    return made;
}

/// Returns a profile with so many samples in each function: "main;group;function", where every
/// third function is also called by another.
inline wick::profile profile_of(const std::vector<std::uint64_t>& counts) {
    wick::profile_builder made;
    made.describe("samples", wick::counted_as::samples, wick::profile_detail::function);
    const auto name = [&](const char* kind, std::size_t i) {
        return made.intern(kind + std::to_string(i));
    };
    const std::uint32_t main = made.child(made.root, made.intern("main"));
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::uint32_t at = made.child(main, name("group", i % 4));
        if (i % 3 == 2) { at = made.child(at, name("function", i - 1)); }
        at = made.child(at, name("function", i));
        if (counts[i] != 0) { (void)made.add(at, counts[i], static_cast<std::int64_t>(counts[i])); }
    }
    return made.finish();
}

/// Returns one run of a program: `samples` samples, which come in bursts of `burst` equal ones, as
/// those of a thread do that stays in a function. The variance is `burst` times as great.
inline wick::profile
run(const program& p, std::size_t samples, std::size_t burst, std::mt19937_64& random) {
    std::discrete_distribution<std::size_t> pick(p.begin(), p.end());
    std::vector<std::uint64_t> counts(p.size());
    for (std::size_t i = 0; i < samples / burst; ++i) { counts[pick(random)] += burst; }
    return profile_of(counts);
}

/// Returns a side of `runs` runs or slices with `samples` samples in all.
inline std::vector<wick::profile> side(const program& p,
                                       std::size_t samples,
                                       std::size_t burst,
                                       std::size_t runs,
                                       std::mt19937_64& random) {
    std::vector<wick::profile> made;
    for (std::size_t i = 0; i < runs; ++i) {
        made.push_back(run(p, samples / runs, burst, random));
    }
    return made;
}

/// How often differences were found where there are none, or the one where there is one.
struct tally {
    std::size_t pairs = 0;
    std::size_t any = 0;   ///< pairs with a row that is called regressed or improved
    std::size_t rows = 0;  ///< functions that were tested
    std::size_t below = 0; ///< of them, those with an own p-value of at most 5 %
    std::size_t found = 0; ///< pairs in which function 0 regressed
    std::size_t wrong = 0; ///< pairs in which another function's self is regressed or improved

    void add(const wick::comparison& c) {
        ++pairs;
        bool some = false;
        bool others = false;
        for (std::size_t f = 0; f < c.functions.size(); ++f) {
            const wick::comparison::function& row = c.functions[f];
            const auto count = [&](const wick::significance& s) {
                if (s.concluded == wick::verdict::untested) { return false; }
                ++rows;
                below += s.p_value <= 0.05 ? 1u : 0u;
                return s.concluded == wick::verdict::regressed ||
                       s.concluded == wick::verdict::improved;
            };
            const wick::tested& tests = c.tests[row.test];
            const bool self = count(tests.self);
            const bool total = count(tests.total);
            some = some || self || total;
            if (c.frames[f].function == "function0") {
                found += tests.self.concluded == wick::verdict::regressed ? 1u : 0u;
            } else {
                others = others || self;
            }
        }
        any += some ? 1u : 0u;
        wrong += others ? 1u : 0u;
    }
    [[nodiscard]] static double part(std::size_t of, std::size_t all) {
        return all == 0 ? 0 : static_cast<double>(of) / static_cast<double>(all);
    }
};

/// Compares `pairs` pairs of sides of two programs.
inline tally compare(const program& before,
                     const program& after,
                     std::size_t samples,
                     std::size_t burst,
                     std::size_t runs,
                     std::size_t pairs,
                     std::uint64_t seed) {
    std::mt19937_64 random(seed);
    tally made;
    for (std::size_t i = 0; i < pairs; ++i) {
        std::vector<wick::profile> a = side(before, samples, burst, runs, random);
        std::vector<wick::profile> b = side(after, samples, burst, runs, random);
        made.add(wick::diff(std::move(a), std::move(b)).value);
    }
    return made;
}

} // namespace simulation

#endif
