// Call graphs of 100,000 functions and 500,000 calls between them, beside CPython's pstats on the
// same files in the same run; and a graph of 1,250 functions, as a request of a web service leaves.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <wick/call_graph.hpp>
#include <wick/format/prof.hpp>
#include <wick/pstats.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

// Functions in files of a service and of its libraries, some of them sockets; calls mostly go on.
wick::call_graph make_graph(std::uint32_t functions, std::size_t edges, unsigned seed) {
    std::mt19937_64 random(seed);
    const auto share = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
    wick::call_graph_builder b;
    std::vector<std::uint32_t> ids;
    std::vector<wick::call_figures> figures(functions);
    const std::uint32_t files = functions / 40 + 1;
    for (std::uint32_t i = 0; i < functions; ++i) {
        const std::string number = std::to_string(i);
        const auto line = static_cast<std::int32_t>(i / files * 7 + 1);
        const std::string file = "/srv/app/site-packages/pkg" + std::to_string(i % files % 211) +
                                 "/mod" + std::to_string(i % files) + ".py";
        if (share() < 0.01) {
            ids.push_back(b.intern("/usr/lib/py/socket.py", line, "sock_" + number));
        } else if (share() < 0.05) {
            ids.push_back(b.intern("~", 0, "<built-in method mod.fn" + number + ">"));
        } else {
            ids.push_back(b.intern(file, line, "function_" + number));
        }
        figures[i].self = std::exp(share() * 14 - 16);
        figures[i].cumulative = figures[i].self;
    }
    for (std::size_t e = 0; e < edges; ++e) {
        auto from = static_cast<std::uint32_t>(std::pow(share(), 1.5) * functions);
        auto to = static_cast<std::uint32_t>(share() * functions);
        if ((from > to) != (share() < 0.02)) { std::swap(from, to); }
        const auto calls = static_cast<std::uint64_t>(1 / (share() + 1e-5));
        const std::uint64_t primitive = from < to ? calls : calls / 3 + 1;
        const double self = share() * figures[to].self;
        const wick::call_figures f{calls, primitive, self, self * (1 + share() * 20)};
        b.add_edge(ids[from], ids[to], f);
        figures[to].calls += f.calls;
        figures[to].primitive_calls += f.primitive_calls;
        figures[to].cumulative += f.cumulative;
    }
    for (std::uint32_t i = 0; i < functions; ++i) { b.add(ids[i], figures[i]); }
    return b.finish();
}

wick::call_graph load(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) { std::abort(); }
    auto read =
        wick::read_prof([&](char* to, std::size_t room) { return std::fread(to, 1, room, file); });
    std::fclose(file);
    if (!read) { std::abort(); }
    return std::move(read.value.graph);
}

// CPython, waiting for the name of something to do, and telling how much CPU time it took.
class cpython {
public:
    explicit cpython(const std::string& path) {
        const std::string script = "/tmp/wick_benchmark_pstats.py";
        std::FILE* file = std::fopen(script.c_str(), "w");
        if (file == nullptr) { return; }
        std::fputs(R"(
import os, pstats, sys, time
path, out = sys.argv[1], open(os.devnull, 'w')
stats = pstats.Stats(path, stream=out)
stats.sort_stats('time')
def load(): pstats.Stats(path, stream=out)
def sort(): stats.sort_stats('time')
def show(): stats.print_stats()
def callers(): stats.print_callers()
def walk():
    tainted = {f for f in stats.stats if 'socket.py' in f[0]}
    queue = list(tainted)
    while queue:
        for caller in stats.stats[queue.pop()][4]:
            if caller not in tainted:
                tainted.add(caller)
                queue.append(caller)
    free = [(v[3], f) for f, v in stats.stats.items() if f not in tainted]
    return sorted(free, reverse=True)[:50]
def small():
    s = pstats.Stats(path, stream=out)
    s.sort_stats('time')
    s.print_stats()
print('ready', flush=True)
for word in sys.stdin:
    begin = time.process_time()
    globals()[word.strip()]()
    print(time.process_time() - begin, flush=True)
)",
                   file);
        std::fclose(file);
        int in[2];
        int out[2];
        if (::pipe(in) != 0 || ::pipe(out) != 0) { return; }
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            for (const int f : {in[0], in[1], out[0], out[1]}) { ::close(f); }
            ::execlp("python3", "python3", script.c_str(), path.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        to_ = ::fdopen(in[1], "w");
        from_ = ::fdopen(out[0], "r");
        char line[64];
        ready_ = child > 0 && std::fgets(line, sizeof line, from_) != nullptr;
        std::remove(script.c_str());
    }
    cpython(const cpython&) = delete;
    cpython& operator=(const cpython&) = delete;
    ~cpython() {
        if (to_ != nullptr) { std::fclose(to_); }
        if (from_ != nullptr) { std::fclose(from_); }
    }
    [[nodiscard]] bool ready() const { return ready_; }
    void run(const char* what) {
        std::fprintf(to_, "%s\n", what);
        std::fflush(to_);
        char line[64];
        if (std::fgets(line, sizeof line, from_) == nullptr) { std::abort(); }
        cpu_.push_back(std::atof(line));
    }
    // The CPU time of the latest runs, in seconds.
    [[nodiscard]] std::vector<double> cpu(std::size_t runs) const {
        return {cpu_.end() - static_cast<std::ptrdiff_t>(runs), cpu_.end()};
    }

private:
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
    std::vector<double> cpu_;
    bool ready_ = false;
};

struct work {
    const char* name;
    const char* python; // what CPython calls it
    std::function<void()> run;
};

void compare(const std::vector<work>& all, cpython& python, int rounds) {
    for (const work& w : all) {
        std::vector<measure::contender> contenders = {{std::string("wick: ") + w.name, w.run}};
        if (python.ready()) {
            contenders.push_back(
                {std::string("CPython: ") + w.name, [&] { python.run(w.python); }});
        }
        measure::interleave(contenders, rounds);
        measure::print(contenders);
        if (!python.ready()) { continue; }
        // Where others use the machine, this says more than the clock.
        const double ours = measure::summarize(contenders[0].cpu).median;
        const double theirs = measure::summarize(python.cpu(contenders[1].seconds.size())).median;
        std::printf(
            "  by CPU time %.3f and %.3f ms: %.1fx\n", ours * 1e3, theirs * 1e3, theirs / ours);
    }
}

void run(const char* title, std::uint32_t functions, std::size_t edges, bool whole, int rounds) {
    const std::string path = "/tmp/wick_benchmark_" + std::to_string(functions) + ".prof";
    wick::prof_write_options references;
    references.references = true;
    const std::string bytes = wick::to_prof(make_graph(functions, edges, 1), references);
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
        std::abort();
    }
    std::fclose(file);
    std::printf("%s: %.1f MB\n", title, static_cast<double>(bytes.size()) / 1e6);
    cpython python(path);
    if (!python.ready()) { std::printf("  skipped: CPython, as there is no python3\n"); }

    wick::pstats stats(load(path));
    stats.sort({wick::sort_key::time});
    std::size_t size = 0;
    const auto sink = [&](std::string_view piece) { size += piece.size(); };
    const auto socket = wick::compile_pattern("socket.py");
    std::vector<work> all;
    if (whole) {
        all = {
            {"load", "load", [&] { measure::keep(wick::pstats(load(path))); }},
            {"sort by time", "sort", [&] { stats.sort({wick::sort_key::time}); }},
            {"print_stats", "show", [&] { stats.print_stats(sink); }},
            {"print_callers", "callers", [&] { stats.print_callers(sink); }},
            {"walk",
             "walk",
             [&] {
                 measure::keep(
                     stats.top(stats.free_of(socket.value), wick::sort_key::cumulative, 50));
             }},
        };
    } else {
        all = {{"load, sort and print", "small", [&] {
                    wick::pstats small(load(path));
                    small.sort({wick::sort_key::time});
                    small.print_stats(sink);
                }}};
    }
    compare(all, python, rounds);
    std::remove(path.c_str());
}

} // namespace

int main() {
    run("1,250 functions, 4,000 edges", 1250, 4000, false, 15);
    run("100,000 functions, 500,000 edges", 100000, 500000, true, 5);
}
