// Folded text into a profile and back, beside a bare scan for the ends of the lines of the same
// bytes. SPDX-FileCopyrightText: 2026 wick contributors SPDX-License-Identifier: MIT
#include "measure.hpp"
#include "synthetic.hpp"

#include <wick/folded.hpp>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

std::string shuffled(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin) + 1;
        lines.push_back(text.substr(begin, end - begin));
        begin = end;
    }
    std::shuffle(lines.begin(), lines.end(), std::mt19937_64(3));
    std::string joined;
    for (const std::string& line : lines) { joined += line; }
    return joined;
}

void run(const char* title, const std::string& text) {
    const wick::profile p = wick::parse_folded(text).value.columns[0];
    std::printf("%s: %.1f MB, %zu lines, %zu nodes, %zu frames\n",
                title,
                static_cast<double>(text.size()) / 1e6,
                measure::count_lines(text),
                p.nodes.size(),
                p.frames.size());
    std::vector<measure::contender> contenders = {
        {"memchr over the lines", [&] { measure::keep(measure::count_lines(text)); }},
        {"folded text -> profile", [&] { measure::keep(wick::parse_folded(text)); }},
        {"profile -> folded text",
         [&] {
             std::size_t bytes = 0;
             wick::write_folded([&](std::string_view piece) { bytes += piece.size(); }, p);
             measure::keep(bytes);
         }},
    };
    measure::interleave(contenders, 7);
    measure::print(contenders, static_cast<double>(text.size()));
}

} // namespace

int main() {
    const std::string sorted = synthetic::folded(100000, 28, 1);
    run("100,000 distinct stacks, sorted", sorted);
    run("the same, shuffled", shuffled(sorted));
}
