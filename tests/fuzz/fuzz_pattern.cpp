// Any bytes as options, a pattern and a text: all ways to search agree, and cost what they may.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#include <wick/detail/pattern.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
    if (!condition) { std::abort(); }
}

} // namespace

// The first byte holds the options; the pattern ends at the first newline, the rest is the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) { return 0; }
    const wick::pattern_options options{(data[0] & 1) == 0, (data[0] & 2) != 0};
    const std::string_view all(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t cut = all.find('\n');
    const std::string_view text = cut == std::string_view::npos ? "" : all.substr(cut + 1);
    const wick::result<wick::pattern> made = wick::compile_pattern(all.substr(0, cut), options);
    if (!made) {
        require(options.regex || options.ignore_case);
        require(made.error.offset <= cut && made.value == wick::pattern());
        return 0;
    }
    const wick::pattern& p = made.value;
    const wick::pattern_match m = p.find(text);
    require(p.search(text) == m.found);
    require(m.begin <= m.end && m.end <= text.size());
    wick::pattern_searcher searcher(p);
    wick::pattern_searcher forgetful(p, 100);
    require(searcher(text) == m.found && forgetful(text) == m.found);
    require(searcher.steps() <= (text.size() + 2) * 100000);
    if (!options.regex && !options.ignore_case) {
        require(m.found == (text.find(p.text()) != std::string_view::npos));
    }
    return 0;
}
