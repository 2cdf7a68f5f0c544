// The text of perf script into a profile, beside a bare scan for the ends of the lines of the same
// bytes: one recording repeated, stacks that are all distinct, and what a server gives: fresh
// header fields and addresses on each sample, stacks drawn by a Zipf law with one new in twenty. On
// one thread and on two. The memory for it is told by `wick-collapse --stats`.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"
#include "synthetic.hpp"

#include <wick/format/perf_script.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t wanted_bytes = 200000000;

wick::profile read(std::string_view text) {
    return wick::parse_perf_script(text).value.events.at(0).samples;
}

wick::profile read_with_two_threads(const std::string& text) {
    const std::size_t half = wick::next_perf_sample(text, text.size() / 2);
    std::vector<wick::profile> halves(2);
    std::thread other([&] { halves[1] = read(std::string_view(text).substr(half)); });
    halves[0] = read(std::string_view(text).substr(0, half));
    other.join();
    return wick::merge(halves).value;
}

// Prints samples as perf does, with addresses and offsets of their own.
class writer {
public:
    explicit writer(std::uint64_t seed)
        : random_(seed) {
        std::mt19937_64 names(seed);
        for (std::size_t i = 0; i < functions; ++i) {
            names_.push_back(synthetic::function_name(names, i));
        }
    }
    static constexpr std::size_t functions = 4000;

    void add(std::string& text, const std::vector<std::uint32_t>& stack) {
        char line[256];
        time_ += static_cast<double>(random_() % 10000) * 1e-6;
        const auto thread = static_cast<unsigned>(random_() % 40);
        std::snprintf(line,
                      sizeof line,
                      "worker %u/%u [%03u] %.6f: %10u cycles:u: \n",
                      4000 + thread / 8,
                      4000 + thread,
                      static_cast<unsigned>(random_() % 16),
                      time_,
                      static_cast<unsigned>(random_() % 1000000 + 1));
        text += line;
        for (std::size_t i = stack.size(); i-- > 0;) {
            const std::uint32_t f = stack[i];
            const auto offset = static_cast<unsigned>(random_() % 4096);
            std::snprintf(line, sizeof line, "\t%16lx ", 0x7f0000000000ul + f * 8192ul + offset);
            text += line;
            text += names_[f];
            std::snprintf(line,
                          sizeof line,
                          "+0x%x (/usr/lib/x86_64-linux-gnu/lib%c.so.6)\n",
                          offset,
                          "abcdefg"[f % 7]);
            text += line;
        }
        text += '\n';
    }

private:
    std::mt19937_64 random_;
    std::vector<std::string> names_;
    double time_ = 1000;
};

std::string distinct() {
    std::string text;
    writer out(1);
    for (const auto& stack : synthetic::stacks(100000, 28, writer::functions, 1)) {
        out.add(text, stack);
    }
    return text;
}

std::string realistic() {
    std::mt19937_64 random(2);
    const auto stacks = synthetic::stacks(20000, 28, writer::functions, 2);
    std::string text;
    writer out(2);
    std::size_t fresh = stacks.size() / 2; // those before it were seen
    while (text.size() < wanted_bytes) {
        if (random() % 20 == 0 && fresh < stacks.size()) {
            out.add(text, stacks[fresh++]);
            continue;
        }
        const double uniform = static_cast<double>(random() % 1000000 + 1) * 1e-6;
        const auto rank = std::pow(static_cast<double>(fresh), uniform); // Zipf with exponent 1
        out.add(text, stacks[static_cast<std::size_t>(rank) % fresh]);
    }
    return text;
}

std::string repeated(const std::string& path) {
    std::string once;
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
        char buffer[65536];
        for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
            once.append(buffer, n);
        }
        std::fclose(file);
    }
    std::string text;
    if (once.empty()) { return text; }
    if (once.back() != '\n' || once[once.size() - 2] != '\n') { once += '\n'; }
    while (text.size() < wanted_bytes) { text += once; }
    return text;
}

void run(const char* title, const std::string& text) {
    if (text.empty()) {
        std::printf("%s: skipped, the input cannot be read\n", title);
        return;
    }
    const wick::profile p = read(text);
    std::printf("%s: %.0f MB, %zu lines, %zu nodes; two threads give %s\n",
                title,
                static_cast<double>(text.size()) / 1e6,
                measure::count_lines(text),
                p.nodes.size(),
                read_with_two_threads(text) == p ? "the same" : "SOMETHING ELSE");
    std::vector<measure::contender> contenders = {
        {"memchr over the lines", [&] { measure::keep(measure::count_lines(text)); }},
        {"perf script -> profile", [&] { measure::keep(read(text)); }},
        {"the same with two threads", [&] { measure::keep(read_with_two_threads(text)); }},
    };
    measure::interleave(contenders, 5);
    measure::print(contenders, static_cast<double>(text.size()));
    const measure::summary gain = measure::ratio(contenders[1], contenders[2]);
    std::printf("  two threads: %.2fx one [%.2f, %.2f]\n", gain.median, gain.least, gain.most);
}

} // namespace

int main(int argc, char** argv) {
    const char* directory = std::getenv("WICK_CONFORMANCE");
    const std::string data = WICK_TEST_DATA;
    run("a recording of ours, repeated", repeated(data + "/perf_script/dwarf-default.txt"));
    if (directory != nullptr && *directory != '\0') {
        const std::string inputs = std::string(directory) + "/perf-script/";
        run("a recording of Java, repeated", repeated(inputs + "perf-java-faults-01.txt"));
        run("a recording of MirageOS, repeated", repeated(inputs + "perf-mirageos-stacks-01.txt"));
    }
    run("100,000 distinct stacks", distinct());
    run("a server: Zipf, one stack in twenty new", realistic());
    if (argc > 1) { run(argv[1], repeated(argv[1])); }
}
