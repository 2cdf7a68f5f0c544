// tests/benchmark/unwind.cpp - what a frame of a stack costs, ours beside libgcc's.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
//
// Both walk the same stack in the same handler, taking turns. "warm": the same stack again and
// again. "no rows": the cache of rows is emptied before each walk, so that the tables are read.
// "cold": 32 MB of other memory were written in between, as between two samples of a program with
// much data. "row": what one row costs that is not in the cache.

#include <wick/detail/unwind.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unwind.h>

namespace {

using wick::detail::code_map;

constexpr std::uint32_t max_depth = 512;
constexpr int rounds = 31;

code_map map_of_code;
wick::detail::unwind_cache cache;
std::uintptr_t stack_limit;
std::uintptr_t frames[max_depth];

double now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct samples {
    std::vector<double> ns;

    double quantile(double q) {
        std::sort(ns.begin(), ns.end());
        return ns[static_cast<std::size_t>(q * static_cast<double>(ns.size() - 1))];
    }
};

struct results {
    samples warm, no_rows, row, cold, theirs_warm, theirs_cold;
    std::uint32_t depth = 0;
    int theirs_depth = 0;
};
results result;

_Unwind_Reason_Code count_frame(_Unwind_Context* context, void* count) {
    frames[static_cast<std::size_t>((*static_cast<int*>(count))++) % max_depth] =
        _Unwind_GetIP(context);
    return _URC_NO_REASON;
}

void thrash() {
    static std::vector<char> memory(std::size_t{32} << 20);
    for (std::size_t i = 0; i < memory.size(); i += 64) { ++memory[i]; }
}

void empty_rows() {
    for (auto& row : cache.rows) { row.address = 0; }
}

double time_ours(const ucontext_t& context, int times) {
    const double before = now_ns();
    for (int i = 0; i < times; ++i) {
        result.depth =
            wick::detail::unwind(map_of_code, cache, context, stack_limit, frames, max_depth).depth;
    }
    return (now_ns() - before) / times / result.depth;
}

double time_theirs(int times) {
    const double before = now_ns();
    for (int i = 0; i < times; ++i) {
        result.theirs_depth = 0;
        _Unwind_Backtrace(count_frame, &result.theirs_depth);
    }
    return (now_ns() - before) / times / result.theirs_depth;
}

void time_without_rows(const ucontext_t& context) {
    constexpr int times = 20;
    double sum = 0;
    for (int i = 0; i < times; ++i) {
        empty_rows();
        sum += time_ours(context, 1);
    }
    const auto filled = std::count_if(std::begin(cache.rows),
                                      std::end(cache.rows),
                                      [](const auto& row) { return row.address != 0; });
    result.no_rows.ns.push_back(sum / times);
    result.row.ns.push_back(sum / times * result.depth / static_cast<double>(filled));
}

void on_signal(int, siginfo_t*, void* raw) {
    const auto& context = *static_cast<const ucontext_t*>(raw);
    constexpr int many = 200;
    time_ours(context, many);
    time_theirs(many);
    for (int round = 0; round < rounds; ++round) {
        result.warm.ns.push_back(time_ours(context, many));
        result.theirs_warm.ns.push_back(time_theirs(many));
        time_without_rows(context);
        thrash();
        result.cold.ns.push_back(time_ours(context, 1));
        thrash();
        result.theirs_cold.ns.push_back(time_theirs(1));
    }
}

// Recursion through different functions: every frame is one of 16 return addresses.
volatile int sink;

template <int Kind>
__attribute__((noinline)) int deep(int depth);

using function = int (*)(int);
function pick(int kind);

template <int Kind>
int deep(int depth) {
    volatile char local[16u * static_cast<unsigned>(Kind) + 8u];
    local[Kind] = static_cast<char>(depth);
    const int below = depth == 0 ? raise(SIGUSR1) : pick(depth % 16)(depth - 1);
    return below + local[Kind] + Kind;
}

template <int... Kinds>
function pick_of(int kind, std::integer_sequence<int, Kinds...>) {
    static constexpr function all[] = {deep<Kinds>...};
    return all[kind];
}

function pick(int kind) {
    return pick_of(kind, std::make_integer_sequence<int, 16>());
}

void print(const char* what, samples& ours, samples& theirs) {
    std::printf("  %-8s %7.1f ns/frame (%.1f - %.1f)   libgcc %7.1f (%.1f - %.1f)   ratio %.1f\n",
                what,
                ours.quantile(0.5),
                ours.quantile(0.1),
                ours.quantile(0.9),
                theirs.quantile(0.5),
                theirs.quantile(0.1),
                theirs.quantile(0.9),
                theirs.quantile(0.5) / ours.quantile(0.5));
}

} // namespace

int main() {
    pthread_attr_t attributes;
    void* low = nullptr;
    std::size_t size = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    stack_limit = reinterpret_cast<std::uintptr_t>(low) + size;

    const double before = now_ns();
    map_of_code = code_map::load();
    std::printf("snapshot of %zu modules: %.0f us\n",
                map_of_code.modules().size(),
                (now_ns() - before) / 1e3);

    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
    for (const int depth : {5, 35, 195}) {
        result = {};
        sink = pick(depth % 16)(depth);
        std::printf(
            "%u frames (libgcc %d, with the handler's)\n", result.depth, result.theirs_depth);
        print("warm", result.warm, result.theirs_warm);
        print("no rows", result.no_rows, result.theirs_warm);
        print("cold", result.cold, result.theirs_cold);
        std::printf("  a row that is not in the cache: %.0f ns\n", result.row.quantile(0.5));
    }
}
