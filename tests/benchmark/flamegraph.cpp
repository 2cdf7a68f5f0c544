// Flame graphs of 100,000 distinct stacks, beside writing as many bytes as they have.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include "measure.hpp"
#include "synthetic.hpp"

#include <wick/comparison.hpp>
#include <wick/flamegraph.hpp>
#include <wick/folded.hpp>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

// A sink that does what a file in memory would: it copies.
class memory {
public:
    explicit memory(std::size_t size)
        : bytes_(size) {}

    void operator()(std::string_view piece) {
        if (at_ + piece.size() > bytes_.size()) { at_ = 0; }
        std::memcpy(bytes_.data() + at_, piece.data(), piece.size());
        at_ += piece.size();
        total += piece.size();
    }
    std::size_t total = 0;

private:
    std::vector<char> bytes_;
    std::size_t at_ = 0;
};

std::size_t write_bytes(std::size_t size) {
    static const std::string piece(std::size_t{1} << 16, 'x');
    memory out(std::size_t{1} << 24);
    for (std::size_t left = size; left > 0;) {
        const std::size_t part = left < piece.size() ? left : piece.size();
        out(std::string_view(piece).substr(0, part));
        left -= part;
    }
    return out.total;
}

template <class Shown>
void run(const char* title, const Shown& shown, const wick::flamegraph_options& options) {
    const auto write = [&](std::size_t* bytes) {
        memory out(std::size_t{1} << 24);
        const wick::flamegraph_summary summary = wick::write_flamegraph(out, shown, options);
        if (bytes != nullptr) { *bytes = out.total; }
        return summary;
    };
    std::size_t bytes = 0;
    const wick::flamegraph_summary drawn = write(&bytes);
    std::vector<measure::contender> contenders = {
        {"as many bytes", [&] { measure::keep(write_bytes(bytes)); }},
        {"flame graph", [&] { measure::keep(write(nullptr)); }},
    };
    measure::interleave(contenders, 7);
    std::printf("%s: %llu frames, %llu drawn, %.1f MB\n",
                title,
                static_cast<unsigned long long>(drawn.frames),
                static_cast<unsigned long long>(drawn.drawn),
                static_cast<double>(bytes) / 1e6);
    measure::print(contenders, static_cast<double>(bytes));
    const double seconds = measure::summarize(contenders[1].seconds).median;
    std::printf("  %.2f M frames/s drawn\n", static_cast<double>(drawn.drawn) / 1e6 / seconds);
}

} // namespace

int main() {
    const std::string text = synthetic::folded(100000, 12, 2);
    const wick::profile p = wick::parse_folded(text).value.columns[0];
    std::printf("folded text of %.1f MB; reading it is not in the figures\n",
                static_cast<double>(text.size()) / 1e6);
    wick::flamegraph_options options;
    run("default view, with the page's data", p, options);
    options.reverse = true;
    run("the same, callers", p, options);
    options.reverse = false;
    options.interactive = false;
    options.min_width = 0;
    run("static, every frame", p, options);
    options = {};
    run("comparison, default view", wick::untested_comparison(p, p).value, options);
    const std::string svg = wick::to_flamegraph(p);
    std::vector<measure::contender> contenders = {
        {"as many bytes", [&] { measure::keep(write_bytes(svg.size())); }},
        {"extract", [&] { measure::keep(wick::extract(svg)); }},
    };
    measure::interleave(contenders, 7);
    std::printf("the page back into a profile\n");
    measure::print(contenders, static_cast<double>(svg.size()));
}
