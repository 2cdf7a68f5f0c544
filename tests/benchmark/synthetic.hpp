// tests/benchmark/synthetic.hpp - large inputs of a realistic shape, the same in every run.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_BENCHMARK_SYNTHETIC_HPP
#define WICK_BENCHMARK_SYNTHETIC_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace synthetic {

/// Returns a function name of the length and the characters that C++ programs have.
inline std::string function_name(std::mt19937_64& random, std::size_t number) {
    static const char* const words[] = {"parse",
                                        "read",
                                        "cache",
                                        "index",
                                        "node",
                                        "flush",
                                        "queue",
                                        "emit",
                                        "hash",
                                        "visit",
                                        "merge",
                                        "shard",
                                        "block",
                                        "route"};
    const auto word = [&] { return std::string(words[random() % 14]); };
    const std::string id = std::to_string(number);
    switch (random() % 4) {
    case 0:
        return word() + "_" + word() + id;
    case 1:
        return word() + "::" + word() + "_" + word() + id + "::operator()(int) const";
    case 2:
        return word() + "::" + word() + id + "<std::vector<" + word() + "::" + word() +
               "> >::" + word();
    default:
        return "void " + word() + "::detail::" + word() + id + "<" + word() + ">(char const*)";
    }
}

/// Returns distinct stacks: each grows from a random earlier one, so that they share prefixes as
/// the stacks of one program do. Depth is normal around `depth`.
inline std::vector<std::vector<std::uint32_t>>
stacks(std::size_t count, double depth, std::size_t functions, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> depths(depth, depth / 3);
    std::set<std::vector<std::uint32_t>> seen;
    std::vector<std::vector<std::uint32_t>> made;
    while (made.size() < count) {
        std::vector<std::uint32_t> stack;
        if (!made.empty() && random() % 100 < 92) {
            const auto& base = made[random() % made.size()];
            stack.assign(base.begin(),
                         base.begin() + static_cast<std::ptrdiff_t>(1 + random() % base.size()));
        }
        const auto target =
            static_cast<std::size_t>((std::max)(3.0, (std::min)(120.0, depths(random))));
        while (stack.size() < target) {
            stack.push_back(static_cast<std::uint32_t>(random() % functions));
        }
        if (seen.insert(stack).second) { made.push_back(std::move(stack)); }
    }
    return made;
}

/// Returns folded text of such stacks, sorted, with heavy-tailed weights.
inline std::string folded(std::size_t count, double depth, std::uint64_t seed) {
    constexpr std::size_t functions = 4000;
    std::mt19937_64 random(seed);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < functions; ++i) { names.push_back(function_name(random, i)); }
    std::vector<std::string> lines;
    for (const auto& stack : stacks(count, depth, functions, seed)) {
        std::string line = "main";
        for (const std::uint32_t f : stack) { line += ";" + names[f]; }
        const auto one_in = static_cast<double>(random() % 99999 + 1) / 100000.0;
        line += " " + std::to_string(static_cast<int>(1 / one_in));
        lines.push_back(std::move(line));
    }
    std::sort(lines.begin(), lines.end());
    std::string text;
    for (const std::string& line : lines) { text += line + '\n'; }
    return text;
}

} // namespace synthetic

#endif
