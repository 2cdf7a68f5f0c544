// Searching names of functions for patterns, beside std::string_view::find for the literal.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"
#include "synthetic.hpp"

#include <wick/detail/pattern.hpp>

#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::size_t count(const std::vector<std::string>& names, const wick::pattern& p) {
    std::size_t found = 0;
    for (const std::string& name : names) { found += p.search(name) ? 1u : 0u; }
    return found;
}

wick::pattern compile(std::string_view text, wick::pattern_options options) {
    return wick::compile_pattern(text, options).value;
}

void run(const char* title, const std::vector<std::string>& names) {
    std::size_t bytes = 0;
    for (const std::string& name : names) { bytes += name.size(); }
    std::printf(
        "%s: %.1f MB in %zu texts\n", title, static_cast<double>(bytes) / 1e6, names.size());
    const std::string_view literal = "shard_queue77";
    const auto find = [&] {
        std::size_t found = 0;
        for (const std::string& name : names) {
            found += std::string_view(name).find(literal) != std::string_view::npos ? 1u : 0u;
        }
        measure::keep(found);
    };
    struct row {
        const char* pattern;
        wick::pattern_options options;
    };
    const row rows[] = {
        {"shard_queue77", {false, false}},
        {"Shard_Queue77", {false, true}},
        {"shard_queue77\\b.*const$", {true, false}},
        {"^(?:void )?(?:shard|block)::.*(?:<|\\bemit\\d{3}\\b)", {true, false}},
        {"(?i)shard.*queue.*(?:const)?$", {true, false}},
        {"[a-z]+_[a-z]+\\d*5$", {true, false}},
    };
    std::vector<measure::contender> contenders = {{"std::string_view::find", find}};
    for (const row& r : rows) {
        const wick::pattern p = compile(r.pattern, r.options);
        contenders.push_back({(r.options.regex ? "regex " : "text ") + std::string(r.pattern) +
                                  (r.options.ignore_case ? ", any case" : ""),
                              [p, &names] { measure::keep(count(names, p)); }});
    }
    measure::interleave(contenders, 9);
    measure::print(contenders, static_cast<double>(bytes));
}

} // namespace

int main() {
    std::mt19937_64 random(4);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 200000; ++i) {
        names.push_back(synthetic::function_name(random, i));
    }
    run("names of functions", names);
    std::string joined;
    for (const std::string& name : names) { joined += name + ";"; }
    run("the same as one text", {joined});
}
