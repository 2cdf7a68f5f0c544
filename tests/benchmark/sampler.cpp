// tests/benchmark/sampler.cpp - what the sampler attains, and what it costs.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <wick/sampler.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

namespace {

constexpr std::uint64_t ms = 1000000;

std::uint64_t cpu_ns() {
    return wick::detail::clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

__attribute__((noinline)) std::uint64_t spin(std::uint64_t x) {
    for (int i = 0; i < 2000; ++i) { x = x * 6364136223846793005u + 1442695040888963407u; }
    return x;
}

void burn(std::uint64_t ns) {
    const std::uint64_t end = cpu_ns() + ns;
    std::uint64_t x = 1;
    while (cpu_ns() < end) { x = spin(x); }
    measure::keep(x);
}

// All timing is by CPU time: it does not depend on what else the machine does.

struct attained {
    double weight = 0;   // of what was asked for
    double fairness = 0; // greatest over least, by thread
    double signals = 0;
};

attained run_threads(double hz, unsigned count, std::uint64_t ns_each) {
    std::atomic<bool> go{false};
    std::atomic<unsigned> done{0};
    std::atomic<bool> leave{false};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i) {
        threads.emplace_back([&] {
            while (!go) { usleep(500); }
            burn(ns_each);
            ++done;
            while (!leave) { usleep(5000); }
        });
    }
    wick::sampler sampler;
    wick::sampler_options options;
    options.frequency_hz = hz;
    options.thread_numbers = true;
    if (const auto started = sampler.start(options); !started) {
        std::fprintf(stderr, "%s\n", started.error.what.c_str());
        std::exit(1);
    }
    go = true;
    while (done < count) { usleep(5000); }
    sampler.stop();
    leave = true;
    for (std::thread& t : threads) { t.join(); }
    const wick::profile p = sampler.raw();
    const auto totals = wick::totals(p);
    std::vector<double> weights;
    for (std::size_t i = 1; i < p.nodes.size(); ++i) {
        if (p.nodes[i].parent == 0) { weights.push_back(static_cast<double>(totals[i])); }
    }
    std::sort(weights.rbegin(), weights.rend());
    weights.resize(count); // the main thread sleeps
    attained result;
    for (const double w : weights) { result.weight += w; }
    result.weight /= hz * static_cast<double>(count) * static_cast<double>(ns_each) * 1e-9;
    result.fairness = weights.front() / weights.back();
    result.signals = static_cast<double>(sampler.stats().delivered);
    return result;
}

void print_attained() {
    std::printf(
        "attained weight / asked, fairness (greatest / least thread), signals; median of 3\n");
    for (const double hz : {99.0, 200.0, 1000.0}) {
        for (const unsigned count : {1u, 2u, 4u}) {
            std::vector<double> weight, fairness, signals;
            for (int round = 0; round < 3; ++round) {
                const attained a = run_threads(hz, count, 1500 * ms);
                weight.push_back(100 * a.weight);
                fairness.push_back(a.fairness);
                signals.push_back(a.signals);
            }
            const auto w = measure::summarize(weight);
            std::printf(
                "  %5.0f Hz  %u threads  %6.2f %% [%.2f, %.2f]  fairness %.3f  %6.0f signals\n",
                hz,
                count,
                w.median,
                w.least,
                w.most,
                measure::summarize(fairness).median,
                measure::summarize(signals).median);
        }
    }
}

// Three functions that differ in nothing but their names.
#define WORK(name)                                                                                 \
    __attribute__((noinline)) std::uint64_t name(std::uint64_t x, int n) {                         \
        for (int i = 0; i < n; ++i) { x = x * 6364136223846793005u + 1442695040888963407u; }       \
        asm volatile("# " #name);                                                                  \
        return x;                                                                                  \
    }
WORK(work_sixty)
WORK(work_thirty)
WORK(work_ten)

void print_split() {
    wick::sampler sampler;
    wick::sampler_options options;
    options.frequency_hz = 1000;
    if (!sampler.start(options)) { return; }
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 2; ++t) {
        threads.emplace_back([t, &sampler] {
            std::mt19937_64 random(t + 1);
            std::uint64_t x = 1;
            while (sampler.stats().recorded < 6200) {
                for (int i = 0; i < 2000; ++i) {
                    const int n = static_cast<int>(5000 + random() % 10000); // no rhythm
                    x = work_sixty(x, 6 * n);
                    x = work_thirty(x, 3 * n);
                    x = work_ten(x, n);
                }
            }
            measure::keep(x);
        });
    }
    for (std::thread& t : threads) { t.join(); }
    sampler.stop();
    const wick::profile p = sampler.snapshot();
    const auto weights = wick::weights_by_frame(p);
    double part[3] = {};
    double sum = 0;
    for (std::size_t f = 0; f < p.frames.size(); ++f) {
        const std::string& name = p.frames[f].function;
        const int i = name.find("work_sixty") != std::string::npos    ? 0
                      : name.find("work_thirty") != std::string::npos ? 1
                      : name.find("work_ten") != std::string::npos    ? 2
                                                                      : -1;
        if (i < 0) { continue; }
        part[i] += static_cast<double>(weights[f].self);
        sum += static_cast<double>(weights[f].self);
    }
    std::printf("split 60/30/10 over %llu signals: %.2f / %.2f / %.2f\n",
                static_cast<unsigned long long>(sampler.stats().delivered),
                100 * part[0] / sum,
                100 * part[1] / sum,
                100 * part[2] / sum);
}

// The same handler, with our walk and with libgcc's, each at depth 40 without frame pointers.

enum class walk { nothing, ours, libgcc };
walk which = walk::nothing;
wick::detail::thread_slot* slot = nullptr;
std::vector<double>* times = nullptr;
std::uint32_t depth_seen = 0;

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* room) {
    auto& at = *static_cast<std::uintptr_t**>(room);
    *at++ = _Unwind_GetIP(context);
    return _URC_NO_REASON;
}

void timed_handler(int, siginfo_t*, void* context) {
    const std::uint64_t begin = wick::detail::clock_ns(CLOCK_MONOTONIC);
    if (which == walk::ours) {
        wick::detail::take_sample(*slot, 1, *static_cast<const ucontext_t*>(context));
    } else if (which == walk::libgcc) {
        wick::detail::bump(slot->delivered, 1);
        std::uintptr_t* frames = slot->ring.reserve();
        std::uintptr_t* end = frames;
        _Unwind_Backtrace(add_frame, &end);
        slot->ring.commit(static_cast<std::uint32_t>(end - frames), 1, 0);
    }
    times->push_back(static_cast<double>(wick::detail::clock_ns(CLOCK_MONOTONIC) - begin));
    wick::detail::ring_sample sample;
    if (slot->ring.front(sample)) {
        depth_seen = sample.depth;
        slot->ring.pop();
    }
}

std::vector<unsigned char> other_memory(4u << 20);

__attribute__((noinline)) std::uint64_t recurse(int depth, bool thrash, int signals) {
    if (depth > 0) {
        const std::uint64_t below = recurse(depth - 1, thrash, signals);
        measure::keep(below);
        return below + 1;
    }
    for (int i = 0; i < signals; ++i) {
        if (thrash) {
            for (std::size_t b = 0; b < other_memory.size(); b += 64) { ++other_memory[b]; }
        }
        raise(SIGUSR1);
    }
    return 0;
}

void print_handler() {
    const auto map = wick::detail::code_map::load();
    wick::detail::runtime().map = &map;
    slot = wick::detail::take_slot(16384, 512);
    struct sigaction action {};
    action.sa_sigaction = timed_handler;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
    std::printf("handler at depth 40, no frame pointers, two clock reads included; ns, median of "
                "medians\n");
    for (const bool thrash : {false, true}) {
        std::vector<double> medians[3];
        std::uint32_t depth[3] = {};
        for (int round = 0; round < 9; ++round) {
            for (const walk w : {walk::nothing, walk::ours, walk::libgcc}) {
                const auto i = static_cast<std::size_t>(w);
                std::vector<double> taken;
                taken.reserve(2000);
                times = &taken;
                which = w;
                recurse(34, thrash, thrash ? 100 : 1000);
                depth[i] = depth_seen;
                medians[i].push_back(measure::summarize(taken).median);
            }
        }
        const auto empty = measure::summarize(medians[0]);
        const auto ours = measure::summarize(medians[1]);
        const auto theirs = measure::summarize(medians[2]);
        std::printf(
            "  %-28s nothing %.0f   wick %.0f [%.0f, %.0f] (%u frames)   libgcc %.0f [%.0f, %.0f] "
            "(%u)   ratio %.1f\n",
            thrash ? "after 4 MB of other memory" : "back to back",
            empty.median,
            ours.median,
            ours.least,
            ours.most,
            depth[1],
            theirs.median,
            theirs.least,
            theirs.most,
            depth[2],
            theirs.median / ours.median);
    }
    wick::detail::runtime().map = nullptr;
    wick::detail::give_back(slot);
}

__attribute__((noinline)) std::uint64_t deep_work(int depth, std::uint64_t x) {
    if (depth > 0) {
        x = deep_work(depth - 1, x);
        measure::keep(x);
        return x;
    }
    for (int i = 0; i < 150000; ++i) { x = spin(x) ^ static_cast<std::uint64_t>(i); }
    return x;
}

// CPU time of the whole process, the collector's included, for the same work.
double cpu_of_work(double hz) {
    wick::sampler sampler;
    if (hz > 0) {
        wick::sampler_options options;
        options.frequency_hz = hz;
        if (!sampler.start(options)) { std::exit(1); }
    }
    const std::uint64_t begin = wick::detail::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    measure::keep(deep_work(35, 1));
    const std::uint64_t end = wick::detail::clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    return static_cast<double>(end - begin);
}

void print_overhead() {
    std::vector<double> at_99, at_1000, again;
    cpu_of_work(1000);
    double base = 0;
    for (int round = 0; round < 9; ++round) {
        base = cpu_of_work(0);
        at_99.push_back(cpu_of_work(99) / base);
        at_1000.push_back(cpu_of_work(1000) / base);
        again.push_back(cpu_of_work(0) / base);
    }
    const auto a = measure::summarize(at_99);
    const auto b = measure::summarize(at_1000);
    const auto c = measure::summarize(again);
    std::printf(
        "CPU time of the same work (%.0f ms), depth 40, over that without a sampler, 9 rounds\n",
        base / 1e6);
    std::printf("  99 Hz    %.4f [%.4f, %.4f]\n", a.median, a.least, a.most);
    std::printf("  1000 Hz  %.4f [%.4f, %.4f]\n", b.median, b.least, b.most);
    std::printf("  none     %.4f [%.4f, %.4f], the noise\n", c.median, c.least, c.most);
}

} // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // it takes minutes
    print_handler();
    print_overhead();
    print_split();
    print_attained();
}
