// wick-first - the program of the README: samples itself, prints its stacks, draws its flame graph.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
// README begin
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>
#include <wick/sampler.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

[[gnu::noinline]] double there_and_back(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9f", std::sin(value));
    return std::strtod(text, nullptr) + 1;
}

int main() {
    wick::sampler sampler; // every thread of this process, 99 times for each second of CPU time
    if (const auto started = sampler.start(); !started) {
        return std::puts(started.error.what.c_str());
    }

    double sum = 0;
    for (int i = 0; i < 5'000'000; ++i) { sum += there_and_back(i); }

    const wick::profile profile = sampler.snapshot(); // with names; sampling would go on
    wick::write_folded(std::cout, profile);
    std::ofstream picture("first.svg");
    wick::write_flamegraph(picture, profile);
    return sum > 0 ? 0 : 1;
}
// README end
