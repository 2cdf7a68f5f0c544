// tests/benchmark/measure.hpp - interleaved runs, medians and spreads, ratios.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_BENCHMARK_MEASURE_HPP
#define WICK_BENCHMARK_MEASURE_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace measure {

/// Something to time: one call is one run.
struct contender {
    std::string name;
    std::function<void()> run;
    std::vector<double> seconds = {}; ///< of each run, filled by `interleave`
    std::vector<double> cpu = {};     ///< CPU time of the process meanwhile, the same way
};

/// Keeps a result alive, so that the work behind it is done.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "r"(&value) : "memory");
}

/// The floor for readers of text: a bare search for the ends of its lines. Returns how many there
/// are.
inline std::size_t count_lines(const std::string& text) {
    std::size_t lines = 0;
    const char* end = text.data() + text.size();
    for (const char* p = text.data(); p < end; ++lines) {
        const void* found = std::memchr(p, '\n', static_cast<std::size_t>(end - p));
        if (found == nullptr) { break; }
        p = static_cast<const char*>(found) + 1;
    }
    return lines;
}

/// Wall time and CPU time of one run, in seconds.
struct run_time {
    double wall, cpu;
};

inline run_time time_once(const std::function<void()>& run) {
    const std::clock_t cpu = std::clock();
    const auto begin = std::chrono::steady_clock::now();
    run();
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return {wall, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

/// Runs all contenders in turn, A B C A B C …, after one round that is not counted: on a shared
/// machine a ratio holds only between runs that were neighbours.
inline void interleave(std::vector<contender>& contenders, int rounds) {
    for (int round = -1; round < rounds; ++round) {
        for (contender& c : contenders) {
            const run_time t = time_once(c.run);
            if (round < 0) { continue; }
            c.seconds.push_back(t.wall);
            c.cpu.push_back(t.cpu);
        }
    }
}

/// The middle of some figures, with their least and greatest.
struct summary {
    double median, least, most;
};

inline summary summarize(std::vector<double> values) {
    if (values.empty()) { return {0, 0, 0}; }
    std::sort(values.begin(), values.end());
    return {values[values.size() / 2], values.front(), values.back()};
}

/// Returns a's seconds over b's, round by round.
inline summary ratio(const contender& a, const contender& b) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.seconds.size(); ++i) {
        ratios.push_back(a.seconds[i] / b.seconds[i]);
    }
    return summarize(ratios);
}

/// Prints each contender's time and its ratio to the first one's. `bytes`: the work of a run, or 0.
inline void print(const std::vector<contender>& contenders, double bytes = 0) {
    for (const contender& c : contenders) {
        const summary s = summarize(c.seconds);
        const summary r = ratio(c, contenders.front());
        std::printf("  %-38s %9.3f ms [%.3f, %.3f]  %6.2fx [%.2f, %.2f]",
                    c.name.c_str(),
                    s.median * 1e3,
                    s.least * 1e3,
                    s.most * 1e3,
                    r.median,
                    r.least,
                    r.most);
        if (bytes > 0) {
            // By CPU time a figure holds even where others use the machine.
            std::printf("  %7.0f MB/s, %.0f by CPU time",
                        bytes / 1e6 / s.median,
                        bytes / 1e6 / summarize(c.cpu).median);
        }
        std::printf("\n");
    }
}

} // namespace measure

#endif
