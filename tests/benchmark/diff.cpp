// Diff: how often it errs, what it finds, and how fast. The runs of a real program are made by this
// program itself, started over and over.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "../diff_simulation.hpp"
#include "measure.hpp"
#include "synthetic.hpp"

// The program of the quickstart, with its own main out of the way.
#define main quickstart_main
#include "../../examples/quickstart.cpp"
#undef main

#include <wick/diff.hpp>
#include <wick/folded.hpp>

#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace {

using simulation::tally;

void print(const char* name, const tally& t) {
    std::printf("  %-44s %6zu   %6.2f %%   %6.2f %%\n",
                name,
                t.pairs,
                100 * tally::part(t.any, t.pairs),
                100 * tally::part(t.below, t.rows));
    std::fflush(stdout);
}

void print_power(const char* name, const tally& t) {
    std::printf("  %-44s %6zu   %6.1f %%   %6.2f %%\n",
                name,
                t.pairs,
                100 * tally::part(t.found, t.pairs),
                100 * tally::part(t.wrong, t.pairs));
    std::fflush(stdout);
}

// One run of the quickstart's program, as another process: sampled for a while, then written.
int run_child(const char* seconds) {
    std::vector<std::thread> threads = service::start();
    wick::sampler sampler;
    wick::sampler_options options;
    options.frequency_hz = 997;
    if (const auto started = sampler.start(options); !started) { return 2; }
    std::this_thread::sleep_for(std::chrono::duration<double>(std::atof(seconds)));
    sampler.stop();
    service::stop(threads);
    output_file file("-");
    wick::write_folded(file, sampler.snapshot());
    return file.close().empty() ? 0 : 2;
}

std::vector<wick::profile> real_runs(std::size_t count, const char* seconds) {
    char self[4096];
    const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    std::vector<wick::profile> made;
    if (size < 0) { return made; }
    self[size] = '\0';
    const std::string command = "'" + std::string(self) + "' run " + seconds;
    for (std::size_t i = 0; i < count; ++i) {
        std::FILE* pipe = popen(command.c_str(), "r");
        if (pipe == nullptr) { break; }
        auto read = wick::read_folded(
            [&](char* to, std::size_t room) { return std::fread(to, 1, room, pipe); });
        if (pclose(pipe) == 0 && read) { made.push_back(std::move(read.value.columns[0])); }
    }
    return made;
}

// Pairs of sides of `size` different runs each, out of all of them.
tally compare_real(const std::vector<wick::profile>& all, std::size_t size, std::size_t pairs) {
    std::mt19937_64 random(12);
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
    tally made;
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        std::shuffle(order.begin(), order.end(), random);
        std::vector<wick::profile> sides[2];
        for (std::size_t i = 0; i < 2 * size; ++i) { sides[i % 2].push_back(all[order[i]]); }
        made.add(wick::diff(std::move(sides[0]), std::move(sides[1])).value);
    }
    return made;
}

void print_false_positives() {
    const simulation::program p = simulation::make_program(30, 0.05);
    std::printf("two equal sides, at 5 %%:                         pairs  any row    rows with p "
                "<= 5 %%\n");
    print("independent, 1 + 1, 10,000 samples", simulation::compare(p, p, 10000, 1, 1, 2000, 1));
    print("independent, 1 + 1, 1,000 samples", simulation::compare(p, p, 1000, 1, 1, 2000, 2));
    print("independent, 3 + 3 runs, 10,000", simulation::compare(p, p, 10000, 1, 3, 2000, 3));
    print("bursty (4), 20 + 20 slices, 10,000", simulation::compare(p, p, 10000, 4, 20, 2000, 4));
    print("bursty (4), 3 + 3 runs, 10,000", simulation::compare(p, p, 10000, 4, 3, 2000, 5));
    print("bursty (4), 1 + 1: flagged, see diff.hpp",
          simulation::compare(p, p, 10000, 4, 1, 2000, 6));
    const std::vector<wick::profile> runs = real_runs(40, "0.5");
    std::printf("  (%zu runs of the quickstart's program of 0.5 s each)\n", runs.size());
    if (runs.size() < 12) { return; }
    print("quickstart, 3 + 3 runs", compare_real(runs, 3, 2000));
    print("quickstart, 5 + 5 runs", compare_real(runs, 5, 2000));
    print("quickstart, 1 + 1: flagged", compare_real(runs, 1, 2000));
}

void print_findings() {
    const auto changed = [](double to) {
        simulation::program p = simulation::make_program(30, 0.05);
        for (double& share : p) { share *= (1 - to) / 0.95; }
        p[0] = to;
        return p;
    };
    const auto before = changed(0.05);
    std::printf("one function of 5 %% grows:                       pairs    found    others called "
                "changed\n");
    for (const std::size_t runs : {std::size_t{1}, std::size_t{3}}) {
        const std::string sides = std::to_string(runs) + " + " + std::to_string(runs);
        print_power(("by 2 points, 10,000 samples, " + sides).c_str(),
                    simulation::compare(before, changed(0.07), 10000, 1, runs, 1000, 7));
        print_power(("by 1 point, 100,000 samples, " + sides).c_str(),
                    simulation::compare(before, changed(0.06), 100000, 1, runs, 500, 8));
    }
    print_power("by 2 points, 40,000, bursty (4), 20 + 20",
                simulation::compare(before, changed(0.07), 40000, 4, 20, 500, 9));
    simulation::program grown = before;
    grown[0] += 0.1;
    print_power("by a tenth of all, 66,000, 1 + 1",
                simulation::compare(before, grown, 66000, 1, 1, 500, 10));
}

// The second of two large inputs: one stack of twenty is gone, one goes deeper, weights differ.
std::string changed_text(const std::string& text) {
    std::mt19937_64 random(9);
    std::string made;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        const std::size_t blank = text.rfind(' ', end);
        const long weight = std::atol(text.c_str() + blank);
        if (random() % 20 != 0) {
            made.append(text, begin, blank - begin);
            if (random() % 20 == 0) { made += ";extended"; }
            const double factor = 0.7 + 0.7 * static_cast<double>(random() % 1000) / 1000;
            made +=
                ' ' + std::to_string(1 + std::lround(static_cast<double>(weight) * factor)) + '\n';
        }
        begin = end + 1;
    }
    return made;
}

wick::profile parse(const std::string& text) {
    return std::move(wick::parse_folded(text).value.columns[0]);
}

void print_speed() {
    const std::string a = synthetic::folded(100000, 28, 1);
    const std::string b = changed_text(a);
    const double bytes = static_cast<double>(a.size() + b.size());
    std::printf("two sides of 100,000 stacks, %.0f MB of folded text, to a table:\n", bytes / 1e6);
    const auto finish = [](wick::profile before, wick::profile after) {
        const auto c = wick::diff(std::move(before), std::move(after));
        measure::keep(wick::diff_table(c.value).size());
    };
    const wick::profile before = parse(a);
    const wick::profile after = parse(b);
    std::vector<measure::contender> contenders = {
        {"memchr over the lines of both",
         [&] {
             std::size_t lines = 0;
             for (const std::string* text : {&a, &b}) {
                 for (const char* at = text->data();
                      (at = static_cast<const char*>(std::memchr(
                           at, '\n', static_cast<std::size_t>(text->data() + text->size() - at))));
                      ++at) {
                     ++lines;
                 }
             }
             measure::keep(lines);
         }},
        {"both read, nothing else",
         [&] {
             measure::keep(parse(a).nodes.size());
             measure::keep(parse(b).nodes.size());
         }},
        {"read and compared, one thread", [&] { finish(parse(a), parse(b)); }},
        {"read by two threads and compared",
         [&] {
             wick::profile other;
             std::thread thread([&] { other = parse(b); });
             wick::profile first = parse(a);
             thread.join();
             finish(std::move(first), std::move(other));
         }},
        {"compared only, with a copy of both", [&] { finish(before, after); }},
    };
    measure::interleave(contenders, 7);
    measure::print(contenders, bytes);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    std::printf("  peak of this process, both texts and copies of both trees included: %ld MB\n",
                used.ru_maxrss / 1024);
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 3 && std::strcmp(argv[1], "run") == 0) { return run_child(argv[2]); }
    const std::string only = argc > 1 ? argv[1] : "";
    if (only.empty() || only == "false") { print_false_positives(); }
    if (only.empty() || only == "power") { print_findings(); }
    if (only.empty() || only == "speed") { print_speed(); }
}
