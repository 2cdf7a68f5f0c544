// tests/latency_simulation.hpp - latencies that depend on their neighbours, to be compared.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_TESTS_LATENCY_SIMULATION_HPP
#define WICK_TESTS_LATENCY_SIMULATION_HPP

#include <wick/latency.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace simulation {

/// Numbers that are the same with every standard library.
class randomness {
public:
    explicit randomness(std::uint64_t seed)
        : state_(seed) {}

    /// In between 0 and 1.
    double uniform() {
        state_ += 0x9e3779b97f4a7c15u;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        z ^= z >> 31;
        return (static_cast<double>(z >> 11) + 0.5) / 9007199254740992.0;
    }
    /// With mean 0 and deviation 1.
    double normal() {
        if (kept_) {
            kept_ = false;
            return other_;
        }
        for (;;) {
            const double x = 2 * uniform() - 1;
            const double y = 2 * uniform() - 1;
            const double square = x * x + y * y;
            if (square >= 1 || square <= 0) { continue; }
            const double factor = std::sqrt(-2 * std::log(square) / square);
            other_ = y * factor;
            kept_ = true;
            return x * factor;
        }
    }

private:
    std::uint64_t state_;
    double other_ = 0;
    bool kept_ = false;
};

/// Returns latencies in nanoseconds, lognormal with a median of `median` and sigma 0.8, whose
/// logarithms are an autoregression: each is correlated with the one before it by rho.
inline std::vector<double>
latencies(std::size_t count, double rho, double median, randomness& random) {
    std::vector<double> made(count);
    const double fresh = std::sqrt(1 - rho * rho);
    double state = random.normal();
    for (double& v : made) {
        v = median * std::exp(0.8 * state);
        state = rho * state + fresh * random.normal();
    }
    return made;
}

/// What became of a number of comparisons.
struct verdicts {
    std::size_t pairs = 0;
    std::size_t regressed = 0;
    std::size_t improved = 0;
    std::size_t p90 = 0; ///< in how many the P90 alone, asked for alone, was called changed
    double windows = 0;  ///< of the P90, the mean number on a side
    double time = 0;     ///< the mean of the correlation times

    /// The share in which anything was called changed.
    [[nodiscard]] double changed() const {
        return static_cast<double>(regressed + improved) / static_cast<double>(pairs);
    }
    [[nodiscard]] double found() const {
        return static_cast<double>(regressed) / static_cast<double>(pairs);
    }
};

/// Returns the same latencies as histograms of `size` neighbours each, as windows of time are.
inline std::vector<wick::histogram<2>> pieces_of(const std::vector<double>& stream,
                                                 std::size_t size) {
    std::vector<wick::histogram<2>> made;
    for (std::size_t i = 0; i < stream.size(); ++i) {
        if (i % size == 0) { made.emplace_back(); }
        made.back().record(static_cast<std::int64_t>(stream[i]));
    }
    return made;
}

/// Compares `pairs` pairs of streams of `count` requests, the second of which takes `ratio` times
/// as long; as histograms of `piece` requests each, unless that is 0.
inline verdicts compare(std::size_t count,
                        double rho,
                        double ratio,
                        std::size_t pairs,
                        std::uint64_t seed,
                        std::size_t piece = 0) {
    randomness random(seed);
    verdicts made;
    made.pairs = pairs;
    for (std::size_t i = 0; i < pairs; ++i) {
        const std::vector<double> before = latencies(count, rho, 1e6, random);
        const std::vector<double> after = latencies(count, rho, 1e6 * ratio, random);
        const auto found = piece == 0
                               ? wick::compare(before, after)
                               : wick::compare(pieces_of(before, piece), pieces_of(after, piece));
        made.regressed += found.value.verdict == wick::verdict::regressed ? 1u : 0u;
        made.improved += found.value.verdict == wick::verdict::improved ? 1u : 0u;
        // What the verdict on the P90 would be if nothing else were asked.
        const wick::compared_quantile& p90 = found.value.quantiles[1];
        const bool large = p90.ratio > 1.05 || p90.ratio * 1.05 < 1;
        made.p90 += p90.p_value <= 0.05 && large ? 1u : 0u;
        made.windows += static_cast<double>(p90.windows_before) / static_cast<double>(pairs);
        made.time += found.value.correlation_time / static_cast<double>(pairs);
    }
    return made;
}

} // namespace simulation

#endif
